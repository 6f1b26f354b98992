"""Facts and arrays as bytes that tell whether they are still what was written.

A packet is a digest, the length of a JSON header, the header, and the arrays one after the other as they lie in
memory. No pickle: what stands in a file is data, whoever has written it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

_DIGEST_BYTES = 16
_LENGTH_BYTES = 8
_DTYPES = ("<f4", "<f8", "<i8", "|u1", "|b1")


class PacketError(ValueError):
    """Bytes that are no packet, or no longer the one that was written."""


def pack(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Return facts, as JSON knows them, and arrays as one packet. Raises TypeError for what JSON does not know."""
    arrays = {name: np.asarray(array, order="C") for name, array in (arrays or {}).items()}
    shapes = {name: [_dtype(array), list(array.shape)] for name, array in arrays.items()}
    header = json.dumps({"facts": facts, "arrays": shapes}, separators=(",", ":")).encode()
    body = b"".join([len(header).to_bytes(_LENGTH_BYTES, "little"), header, *(a.tobytes() for a in arrays.values())])
    return _digest(body) + body


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the facts and the arrays of a packet; the arrays cannot be written to.

    Raises
    ------
    PacketError : this is no packet, or it was damaged
    """
    if not isinstance(data, bytes):  # in a damaged file anything may stand
        raise PacketError("these are no bytes")
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if len(body) < _LENGTH_BYTES or _digest(body) != digest:
        raise PacketError("the digest is another one: these bytes were damaged")
    start = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    try:
        header = json.loads(body[_LENGTH_BYTES:start])
        arrays: dict[str, np.ndarray] = {}
        for name, (dtype, shape) in header["arrays"].items():
            if dtype not in _DTYPES:
                raise PacketError(f"arrays of {dtype} are not known")
            count = prod(shape)
            arrays[name] = np.frombuffer(body, dtype, count, start).reshape(shape)
            start += count * np.dtype(dtype).itemsize
        return header["facts"], arrays
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise PacketError(f"the parts of a packet do not fit together ({error})") from error


def _dtype(array: np.ndarray) -> str:
    name = array.dtype.newbyteorder("<").str
    if name not in _DTYPES:
        raise TypeError(f"arrays of {array.dtype} are not kept")
    return name


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
