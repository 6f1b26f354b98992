"""Kinds of files, told from their first bytes."""

from __future__ import annotations

from digitapp import reasons

START = 4096  # bytes, enough to tell any kind by
_GZIP = b"\x1f\x8b"
_FEWEST_COLUMNS = 4
_BOM = b"\xef\xbb\xbf"
_MOST_MODEL_HEADER = 100 * 2**20
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


def is_model(start: bytes) -> bool:
    """Whether a file is a safetensors file: the length of a header, and a JSON object."""
    return start[8:10] in (b'{"', b"{ ", b"{}") and 2 <= int.from_bytes(start[:8], "little") <= _MOST_MODEL_HEADER


def is_json_or_gzip(start: bytes) -> bool:
    """Whether a file is gzipped, or begins like JSON."""
    text = start.removeprefix(_BOM).lstrip()
    return start.startswith(_GZIP) or (text.startswith((b"{", b"[")) and not text.startswith(b"{\\rtf"))


def is_idx(start: bytes) -> bool:
    """Whether a file holds images or labels as MNIST's files do."""
    return start[:3] == b"\0\0\x08" and start[3:4] in (b"\x01", b"\x03")


def is_table(start: bytes) -> bool:
    """Whether a file is a text whose first line has several columns."""
    text = _text(start)
    return text is not None and max(map(text.partition("\n")[0].count, ",;\t")) >= _FEWEST_COLUMNS - 1


def what_else(start: bytes) -> reasons.Reason:
    """Return what a file is that is no picture, as the reason why it cannot be read as one."""
    text = start.removeprefix(_BOM).lstrip()[:1024].lower()
    if not start:
        return reasons.tr("it is not an image: the file is empty")
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return reasons.tr("it is not an image of pixels but an SVG drawing; expected one saved as PNG")
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC:
        return reasons.tr("it is not an image that is read here but HEIC; expected one saved as JPEG or PNG")
    if start[4:8] == b"ftyp" and start[8:12] in (b"avif", b"avis"):
        return reasons.tr("it is not an image that is read here but AVIF; expected one saved as JPEG or PNG")
    if start[4:8] == b"ftyp":
        return reasons.tr("it is not an image but a film; expected a single picture of it")
    if start.startswith(b"%PDF"):
        return reasons.tr("it is not an image but a PDF document; expected its page as a PNG picture")
    if text.startswith((b"<!doctype html", b"<html")):
        return reasons.tr("it is not an image but a web page; expected the picture itself")
    if start.startswith(b"PK\x03\x04"):
        return reasons.tr("it is not an image but a ZIP archive or an office document; expected the picture itself")
    if is_model(start):
        return reasons.tr("it is not an image but a model; expected a picture to read with one")
    if is_idx(start):
        return reasons.tr("it is not an image but an IDX file of a data set; expected a single picture")
    if is_table(start):
        return reasons.tr("it is not an image but a table of values; expected PNG, JPEG, BMP, TIFF, GIF or WebP")
    if _text(start) is not None:
        return reasons.tr("it is not an image but a text; expected PNG, JPEG, BMP, TIFF, GIF or WebP")
    return reasons.tr("it is not an image; expected PNG, JPEG, BMP, TIFF, GIF or WebP")


def _text(start: bytes) -> str | None:
    """Return the first bytes of a file as text, or None where they are none."""
    cut = 4 if len(start) >= START else 0  # a character may be cut in two at the end
    text = start.decode("utf-8-sig", errors="replace")
    readable = text[: len(text) - cut]
    return None if "\ufffd" in readable or any(c < " " and c not in "\t\r\n\f" for c in readable) else readable
