"""Values of a bench's state, which may come from a file that anybody has changed: what is nonsense counts as unsaid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


def number(state: Mapping[str, Any], name: str, usual: float, low: float, high: float) -> float:
    """Return a number of a state, the usual one where it is none from low to high."""
    return _number(state.get(name), usual, low, high)


def numbers(state: Mapping[str, Any], name: str, usual: Sequence[float], low: float, high: float) -> list[float]:
    """Return as many numbers of a state as are usual; the usual ones where one of them is none from low to high."""
    values = state.get(name)
    if not isinstance(values, list) or len(values) != len(usual):
        return list(usual)
    found = [_number(value, math.nan, low, high) for value in values]
    return list(usual) if any(map(math.isnan, found)) else found


def place(state: Mapping[str, Any], name: str, count: int) -> int:
    """Return a place among so many, counted from 0; the first where it is none of them."""
    value = state.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count else 0


def text(state: Mapping[str, Any], name: str, usual: str, most: int = 200) -> str:
    """Return a text of a state, the usual one where it is none or longer than it may be."""
    value = state.get(name)
    return value if isinstance(value, str) and len(value) <= most else usual


def _number(value: object, usual: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return usual
    return float(value) if low <= value <= high else usual  # which no NaN is
