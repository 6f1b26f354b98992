"""Damage to bytes: what disks, networks, other programs and ill will do to files; the same for the same seed."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

Mend = Callable[[bytes, Callable[[bytes], bytes]], bytes]

_COUNTS = (0, 1, 2, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**60, 2**63 - 1, 2**64 - 1)
_NUMBERS = (
    b"0",
    b"-1",
    b"1e308",
    b"1e999",
    b"-0.0",
    b"NaN",
    b"9" * 400,
    b"99999999999",
    b"0.5",
    b"true",
    b"null",
    b'""',
)
_TOKENS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b",",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"[]",
    b"{}",
    b"null",
    b"\n",
    b"\x00",
    b"\xff",
)
_LONGEST = 1 << 20


def damaged(sound: Sequence[bytes], rng: random.Random, mend: Mend | None = None) -> bytes:
    """Return one of some sound files with one to three kinds of damage.

    Parameters
    ----------
    sound : contents of files that can be read
    mend : changes what a checksum or a compression guards, and makes that right again; half of all damage is done so
    """
    content = rng.choice(sound)

    def change(part: bytes) -> bytes:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            part = rng.choice(_KINDS)(part, rng, sound)[:_LONGEST]
        return part

    return mend(content, change) if mend is not None and rng.random() < 0.5 else change(content)


# Kinds of damage


def _bits(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    return _at_places(content, rng, lambda byte: byte ^ (1 << rng.randrange(8)))


def _bytes(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    return _at_places(content, rng, lambda _byte: rng.choice((0, 255, 127, 128, rng.randrange(256))))


def _at_places(content: bytes, rng: random.Random, change: Callable[[int], int]) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if changed:
            place = _place(len(changed), rng)
            changed[place] = change(changed[place])
    return bytes(changed)


def _place(length: int, rng: random.Random) -> int:
    """Return a place in a file, often in its beginning, where the lengths and counts stand."""
    return rng.randrange(min(length, 128) if rng.random() < 0.5 else length)


def _cut(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _longer(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    more = rng.choice((b"\x00", b"\xff", b" ", content, rng.randbytes(64)))
    return content + more * rng.choice((1, 1, 8))


def _without(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    start, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[min(end, start + rng.choice((1, 4, 100, 10_000))) :]


def _twice(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    start, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    end = min(end, start + rng.choice((1, 4, 100, 2000)))
    return content[:end] + content[start:end] * rng.choice((1, 2, 50)) + content[end:]


def _spliced(content: bytes, rng: random.Random, sound: Sequence[bytes]) -> bytes:
    other = rng.choice(sound)
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _count(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    """Put a number where a length or a count may stand."""
    size = rng.choice((2, 4, 4, 8))
    number = (rng.choice(_COUNTS) & (2 ** (8 * size) - 1)).to_bytes(size, rng.choice(("little", "big")))
    place = _place(max(len(content), 1), rng) & ~(rng.choice((0, 1, 3)))
    return content[:place] + number + content[place + size :]


def _number(content: bytes, rng: random.Random, sound: Sequence[bytes]) -> bytes:
    """Put another number, or none, in the place of one that is written in digits."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", content[:200_000]))
    if not found:
        return _bits(content, rng, sound)
    start, end = rng.choice(found).span()
    return content[:start] + rng.choice(_NUMBERS) + content[end:]


def _token(content: bytes, rng: random.Random, _sound: Sequence[bytes]) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(_TOKENS) * rng.choice((1, 1, 3, 3000)) + content[place + rng.randrange(3) :]


def _value(content: bytes, rng: random.Random, sound: Sequence[bytes]) -> bytes:
    """Exchange one value of JSON for another one of the same file."""
    found = list(re.finditer(rb'"[^"\\]{0,40}"|-?\d+(?:\.\d+)?|\[\]|\{\}|true|false|null', content[:200_000]))
    if len(found) < 2:
        return _bytes(content, rng, sound)
    (start, end), other = rng.choice(found).span(), rng.choice(found).group()
    return content[:start] + other + content[end:]


_KINDS = (_bits, _bits, _bytes, _cut, _longer, _without, _twice, _spliced, _count, _count, _number, _token, _value)


# What guards a content, and is made right after it was changed


def inside_gzip(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change what a gzipped file holds; any other file is changed as it is."""
    if content[:2] != b"\x1f\x8b":
        return change(content)
    return gzip.compress(change(gzip.decompress(content)), 1)


def inside_chunks(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change a PNG and compute the checksums of its chunks anew, as far as there still are any."""
    if content[:4] != b"\x89PNG":
        return change(content)
    content = change(content)
    mended, place = bytearray(content[:8]), 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        body = content[place + 4 : place + 8 + min(length, len(content))]
        mended += content[place : place + 4] + body + struct.pack(">I", zlib.crc32(body))
        place += 12 + length
    return bytes(mended + content[place:])


def inside_header(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the JSON at the beginning of a safetensors file, and its length with it."""
    length = int.from_bytes(content[:8], "little")
    header = change(content[8 : 8 + length])
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def inside_zip(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change one of the files in an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    chosen = sorted(files)[zlib.crc32(change(content)) % len(files)]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in files.items():
            archive.writestr(name, change(inside) if name == chosen else inside)
    return written.getvalue()


def inside_packet(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change what is kept in a packet, and compute its digest anew."""
    body = change(content[16:])
    return hashlib.blake2b(body, digest_size=16).digest() + body
