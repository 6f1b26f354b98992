"""The IDX format of the MNIST files: big-endian, unsigned bytes, gzipped or not.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".
"""

import gzip
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from digitapp import reasons
from digitapp.atomic import atomic_files, atomic_write_bytes
from digitapp.datasets.errors import IdxError
from digitapp.regular import open_regular

# The third byte of the magic number is the type (8: unsigned byte), the fourth the number of dimensions.
_UNSIGNED_BYTE = 0x0800
GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


def read_idx(path: Path, dimensions: int, limits: tuple[int, ...]) -> np.ndarray:
    """Read an IDX file of unsigned bytes, whole and checked.

    Whether a file is gzipped is told from its first bytes, not from its name. No more is decompressed than the header
    announces, and the header may announce no more than `limits`, so that a small hostile file cannot fill the memory.

    Parameters
    ----------
    path : Path
    dimensions : int, 1 for labels, 3 for images
    limits : tuple of int, the largest accepted size of each dimension

    Returns
    -------
    array : uint8, of the shape that the header announces

    Raises
    ------
    IdxError : unreadable, truncated, too long, another kind of file, or a size beyond the limits
    """
    try:
        with _open_payload(path) as file:
            shape = _read_shape(path, file, dimensions, limits)
            length = prod(shape)
            data = _read_at_most(file, length)
            if len(data) < length:
                raise IdxError(
                    path,
                    reasons.tr("only {0:,} bytes of data", len(data)),
                    reasons.tr("the {0:,} bytes its header announces", length),
                )
            if file.read(1):
                raise IdxError(
                    path,
                    reasons.tr("there is more data than its header announces"),
                    reasons.tr("{0:,} bytes of data", length),
                )
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        found = reasons.tr("the gzip data are damaged or cut short ({0})", error)
        raise IdxError(path, found, reasons.tr("a whole gzip file")) from error
    except OSError as error:
        raise IdxError(path, error.strerror or str(error), reasons.tr("a file that can be read")) from error
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write a uint8 array as an IDX file, whole or not at all; gzipped when the name ends in ".gz".

    Raises
    ------
    IdxError : the file cannot be written
    ValueError : an array of another type, which the file could not hold
    """
    if array.dtype != np.uint8:
        raise ValueError(f"an IDX file of unsigned bytes needs a uint8 array, not {array.dtype}")
    data = idx_header(array.shape) + array.tobytes()
    try:
        atomic_write_bytes(path, gzip.compress(data, mtime=0) if path.suffix.lower() == ".gz" else data)
    except OSError as error:
        expected = reasons.tr("a folder with room that can be written to")
        raise IdxError(path, error.strerror or str(error), expected) from error


def write_idx_together(arrays: Mapping[Path, np.ndarray]) -> None:
    """Write uint8 arrays as IDX files that belong together: all of them or none.

    Raises
    ------
    IdxError : one cannot be written
    """
    try:
        with atomic_files(list(arrays)) as files:
            for file, array in zip(files, arrays.values(), strict=True):
                file.write(idx_header(array.shape) + array.tobytes())
    except OSError as error:
        expected = reasons.tr("a folder with room that can be written to")
        raise IdxError(next(iter(arrays)).parent, error.strerror or str(error), expected) from error


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the header of an IDX file of unsigned bytes: the magic number and the size of each dimension."""
    return struct.pack(f">{1 + len(shape)}I", _UNSIGNED_BYTE | len(shape), *shape)


def idx_sha256(array: np.ndarray) -> str:
    """Return the SHA-256 (hexadecimal) of the decompressed IDX file that holds this uint8 array."""
    digest = hashlib.sha256(idx_header(array.shape))
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


@contextmanager
def _open_payload(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, through gzip where its first bytes say so."""
    with open_regular(path) as raw:
        compressed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        raw.seek(0, os.SEEK_SET)
        if compressed:
            with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                yield unpacked  # pyright: ignore[reportReturnType] - a GzipFile reads like any binary file
        else:
            yield raw


def _read_shape(path: Path, file: BinaryIO, dimensions: int, limits: tuple[int, ...]) -> tuple[int, ...]:
    wanted = reasons.tr("an IDX file of {0} (magic number {1})", _kind(dimensions), _UNSIGNED_BYTE | dimensions)
    header = _read_at_most(file, 4 * (1 + dimensions))
    if len(header) < 4:
        raise IdxError(path, reasons.tr("the file holds {0} bytes", len(header)), wanted)
    (magic,) = struct.unpack_from(">I", header)
    if magic != _UNSIGNED_BYTE | dimensions:
        other = _kind(magic & 0xFF) if magic & ~0xFF == _UNSIGNED_BYTE else ""
        found = reasons.tr("the file holds {0}", other) if other else reasons.tr("the file holds something else")
        raise IdxError(path, found, wanted)
    if len(header) < 4 * (1 + dimensions):
        expected = reasons.tr("{0} bytes of header", 4 * (1 + dimensions))
        raise IdxError(path, reasons.tr("the header is cut short"), expected)
    shape = struct.unpack_from(f">{dimensions}I", header, 4)
    if any(not 0 < size <= limit for size, limit in zip(shape, limits, strict=True)):
        found, expected = (
            reasons.tr("the header announces {0}", _sizes(shape)),
            reasons.tr("between 1 and {0}", _sizes(limits)),
        )
        raise IdxError(path, found, expected)
    return shape


def _kind(dimensions: int) -> str:
    """Return what a file with so many dimensions holds, empty where it is none of MNIST's."""
    return {1: reasons.tr("labels"), 3: reasons.tr("images")}.get(dimensions, "")


def _read_at_most(file: BinaryIO, length: int) -> bytearray:
    """Read `length` bytes, fewer at the end of the file; memory grows only with what is really there."""
    data = bytearray()
    while len(data) < length and (chunk := file.read(min(_CHUNK, length - len(data)))):
        data += chunk
    return data


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)
