"""Numbers as people type them: "-1.5", "−1.5", "1/3", "0,25", "1e-3"."""

from __future__ import annotations

import math
import re
from enum import Enum

import numpy as np

LARGEST = float(np.finfo(np.float32).max)
"""The largest number that a network can hold."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PLAIN = str.maketrans({"−": "-", "－": "-", "＋": "+", "，": ".", ",": ".", "．": ".", "。": ".", "／": "/", "∕": "/"})


class NumberFault(Enum):
    """What is wrong with a text that should be a number; the value is said after "must be a number, but"."""

    EMPTY = "nothing is there"
    NO_NUMBER = "this is none"
    NOT_FINITE = "this is not a finite one"
    ZERO_DIVISOR = "it is divided by zero"
    TOO_LARGE = "this is larger than a network can hold"


class TypedNumberError(ValueError):
    """A text that is no number for a network.

    Attributes
    ----------
    text : what was typed
    fault : what is wrong with it
    """

    def __init__(self, text: str, fault: NumberFault) -> None:
        super().__init__(f"must be a number, but {fault.value}: {text!r}")
        self.text = text
        self.fault = fault


def read_number(text: str) -> float:
    """Return the number that somebody has typed.

    A comma is a decimal point, a fraction such as "1/3" is divided, and the minus, comma, stop and slash of other
    keyboards count as the plain ones.

    Raises
    ------
    TypedNumberError : nothing, no number, no finite one, a division by zero, or more than float32 can hold
    """
    plain = "".join(text.translate(_PLAIN).split())
    if not plain:
        raise TypedNumberError(text, NumberFault.EMPTY)
    parts = plain.split("/")
    if len(parts) > 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        endless = plain.strip("+-").lower() in ("∞", "inf", "infinity", "nan")
        raise TypedNumberError(text, NumberFault.NOT_FINITE if endless else NumberFault.NO_NUMBER)
    numerator, divisor = float(parts[0]), float(parts[1]) if len(parts) == 2 else 1.0
    if divisor == 0:
        raise TypedNumberError(text, NumberFault.ZERO_DIVISOR)
    value = numerator / divisor
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise TypedNumberError(text, NumberFault.TOO_LARGE)
    return value
