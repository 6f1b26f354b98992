"""Drawings files: JSON, gzipped or not, with the strokes and labels of drawings.

``{"drawings": [{"label": 3, "strokes": [[[x, y], [x, y, pressure], ...], ...]}, ...]}``: the label is optional,
x grows to the right and y downwards, in any unit and at any position; unknown keys are passed over. Reading is strict
about everything else, because what is read is trained on.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from digitapp import reasons
from digitapp.atomic import atomic_write_bytes
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.kinds import START, is_json_or_gzip, what_else
from digitapp.regular import open_regular

# Bounds that a hostile file meets before memory or patience do: 32 MiB are some 40,000 drawings, read in two seconds,
# or a million dots; 20,000 points are a pen that writes for over a minute. Beyond a coordinate of 10 million, float32
# no longer tells neighbouring points of a tablet apart.
MAX_BYTES = 32 * 2**20
MAX_LISTS = 3_000_000  # as many as points fit into the file: each costs time and memory even when it is empty
MAX_DRAWINGS = 50_000
MAX_POINTS = 20_000
MAX_STROKES = 1000  # a digit has a handful; each costs the canvas a tenth of a millisecond, however short it is
MAX_COORDINATE = 1e7
_GZIP_MAGIC = b"\x1f\x8b"


class DrawingFileError(Exception):
    """A drawings file that cannot be read or written.

    Attributes
    ----------
    path : Path
    reason : str, what is wrong and what was expected
    index : int or None, which drawing is at fault, counted from 0
    """

    def __init__(self, path: str | os.PathLike[str], reason: str, index: int | None = None) -> None:
        self.path = Path(path)
        self.reason = reason
        self.index = index
        where = "" if index is None else f"drawing {index + 1}: "
        super().__init__(f"{self.path}: {where}{reason}")


class DrawingFlaw(ValueError):
    """What is wrong with one drawing, before it is known where the drawing stands; `reason` says it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_drawings(path: str | os.PathLike[str]) -> list[Drawing]:
    """Read the drawings of a file, in the file's own units (`Drawing.normalised` brings one to the canvas).

    Returns
    -------
    drawings : list of at least one Drawing, each with at least one stroke

    Raises
    ------
    DrawingFileError : the file cannot be read, is larger than 32 MiB (unpacked), is not UTF-8 or JSON, lacks drawings
        or strokes, has more than 50,000 drawings, or holds a point or a label that is none
    """
    content = read_document(path)
    if not content["drawings"]:
        raise DrawingFileError(path, reasons.tr("the list of drawings is empty; expected at least one"))
    drawings = []
    for index, item in enumerate(content["drawings"]):
        try:
            drawings.append(drawing_from_json(item))
        except DrawingFlaw as flaw:
            raise DrawingFileError(path, flaw.reason, index) from None
    return drawings


def write_drawings(path: str | os.PathLike[str], drawings: Sequence[Drawing]) -> None:
    """Write drawings whole or not at all, one on a line; gzipped when the name ends in ".gz".

    Reading the file gives equal drawings again.

    Raises
    ------
    ValueError : no drawings, or a drawing without strokes: such a file could not be read again
    DrawingFileError : the file cannot be written
    """
    if not drawings or any(drawing.is_empty for drawing in drawings):
        raise ValueError("a drawings file needs at least one drawing, and every drawing at least one stroke")
    lines = ",\n".join(json.dumps(drawing_to_json(drawing), separators=(",", ":")) for drawing in drawings)
    data = f'{{"drawings":[\n{lines}\n]}}\n'.encode()
    if Path(path).suffix.lower() == ".gz":
        data = gzip.compress(data, mtime=0)
    try:
        atomic_write_bytes(path, data)
    except OSError as error:
        raise DrawingFileError(path, reasons.tr("cannot be written: {0}", error.strerror or error)) from error


def read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the JSON object of a drawings file, with all its keys; there is a list under "drawings".

    Raises
    ------
    DrawingFileError : as `read_drawings`, but for what stands in the list
    """
    content = _parsed(path, _unpacked(path))
    if not isinstance(content, dict) or not isinstance(content.get("drawings"), list):
        raise DrawingFileError(path, reasons.tr('expected an object with a list under "drawings"'))
    _check_count(path, len(content["drawings"]))
    return content


def _check_count(path: str | os.PathLike[str], drawings: int) -> None:
    if drawings > MAX_DRAWINGS:
        raise DrawingFileError(path, reasons.tr("it has more than {0:,} drawings, the most that is read", MAX_DRAWINGS))


def _unpacked(path: str | os.PathLike[str]) -> bytes:
    """Return the file's bytes, unpacked, without ever holding more than is allowed."""
    try:
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DrawingFileError(path, reasons.tr("cannot be read: {0}", error.strerror or error)) from error
    if data.startswith(_GZIP_MAGIC):
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            data = unpacker.decompress(data, MAX_BYTES + 1)
        except zlib.error as error:
            raise DrawingFileError(path, reasons.tr("the gzipped data is damaged")) from error
        if not unpacker.eof and len(data) <= MAX_BYTES:
            raise DrawingFileError(path, reasons.tr("the gzipped data breaks off"))
    if len(data) > MAX_BYTES:
        raise DrawingFileError(path, reasons.tr("it is larger than {0} MiB, the most that is read", MAX_BYTES >> 20))
    return data


def _parsed(path: str | os.PathLike[str], data: bytes) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise DrawingFileError(path, reasons.tr("{0} is not a number of JSON; expected finite numbers", constant))

    if data.count(b"[") + data.count(b"{") > MAX_LISTS:
        raise DrawingFileError(path, reasons.tr("it has more than {0} million points or lists", MAX_LISTS // 10**6))
    _check_count(path, data.count(b'"strokes"'))  # before they are made
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except UnicodeDecodeError as error:
        reason = reasons.tr("byte {0} is not UTF-8 text", error.start)
        raise DrawingFileError(path, reason if is_json_or_gzip(data[:START]) else what_else(data[:START])) from None
    except json.JSONDecodeError as error:
        where = error.lineno, error.colno
        reason = reasons.tr("this is no drawings file: it stops being JSON at line {0}, column {1}", *where)
        raise DrawingFileError(path, reason) from None
    except RecursionError:
        raise DrawingFileError(path, reasons.tr("the brackets are nested too deeply")) from None
    except ValueError:  # an integer of thousands of digits, which Python refuses to convert
        raise DrawingFileError(path, reasons.tr("a number has too many digits")) from None


def drawing_from_json(item: Any) -> Drawing:
    """Return the drawing that one item of a drawings file describes; raises DrawingFlaw."""
    if not isinstance(item, dict):
        raise DrawingFlaw(reasons.tr('expected an object with "strokes"'))
    label = item.get("label")
    if label is not None and (type(label) is not int or not 0 <= label <= 9):
        raise DrawingFlaw(reasons.tr("the label is {0}; expected a whole number from 0 to 9", _shown(label)))
    strokes = item.get("strokes")
    if not isinstance(strokes, list) or not strokes:
        raise DrawingFlaw(reasons.tr('it has no strokes; expected a list of at least one under "strokes"'))
    if len(strokes) > MAX_STROKES:
        raise DrawingFlaw(reasons.tr("it has {0} strokes; expected at most {1}", len(strokes), MAX_STROKES))
    point_count = sum(len(points) for points in strokes if isinstance(points, list))
    if point_count > MAX_POINTS:
        raise DrawingFlaw(reasons.tr("it has {0} points; expected at most {1}", point_count, MAX_POINTS))
    return Drawing(tuple(_stroke(points, number) for number, points in enumerate(strokes, start=1)), label)


def _stroke(points: Any, number: int) -> Stroke:
    if not isinstance(points, list) or not points:
        raise DrawingFlaw(reasons.tr("stroke {0} has no points; expected a list of [x, y] or [x, y, pressure]", number))
    # Sets of types and lengths look at a million points in a fraction of a second.
    if set(map(type, points)) != {list} or not set(map(len, points)) <= {2, 3}:
        raise DrawingFlaw(reasons.tr("stroke {0} holds something other than points [x, y] or [x, y, pressure]", number))
    if not set(map(type, chain.from_iterable(points))) <= {int, float}:
        raise DrawingFlaw(reasons.tr("stroke {0} holds a coordinate that is not a number", number))
    try:
        if len(set(map(len, points))) == 1:
            array = np.array(points, dtype=np.float64)
        else:
            array = np.array([[*point, 1.0][:3] for point in points], dtype=np.float64)
    except OverflowError:
        raise DrawingFlaw(reasons.tr("stroke {0} holds a number that is too large", number)) from None
    if not (np.abs(array[:, :2]) <= MAX_COORDINATE).all():
        raise DrawingFlaw(reasons.tr("stroke {0} holds a coordinate beyond ±{1:.0f}", number, MAX_COORDINATE))
    if not ((array[:, 2:] >= 0) & (array[:, 2:] <= 1)).all():
        raise DrawingFlaw(reasons.tr("stroke {0} holds a pressure outside 0 to 1", number))
    return Stroke(array)


def _shown(value: Any) -> str:
    """Return a value as a person may want to see it in a message: short, whatever it is."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def drawing_to_json(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as an item of a drawings file: the shortest decimals that give the same float32 numbers."""
    strokes = []
    for stroke in drawing.strokes:
        columns = 3 if (stroke.points[:, 2] != 1).any() else 2
        strokes.append([[float(str(number)) for number in point[:columns]] for point in stroke.points])
    return {"strokes": strokes} if drawing.label is None else {"label": drawing.label, "strokes": strokes}
