"""Numbers, vectors and shapes as they are written on a circuit."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import MINUS
from digitapp.lab.circuit.operations import Array, Shape

NOT_A_NUMBER = "NaN"
_BELOW = "₀₁₂₃₄₅₆₇₈₉"  # no side is longer than six


def short(value: float, digits: int = 4) -> str:
    """Return a number to so many digits without idle zeros: "3", "−0.1966", "1.67e−5", "12,346"."""
    return _written(value, digits) if math.isfinite(value) else translate("Circuit", "not a number")


@lru_cache(maxsize=4096)
def _written(value: float, digits: int) -> str:
    """Return a finite number; the same numbers are written again at every step."""
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e6:
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS)


def brief(value: float) -> str:
    """Return a number where there is no room for words: for what is none "NaN"."""
    return short(value) if math.isfinite(value) else NOT_A_NUMBER


def signed(value: float, digits: int = 4) -> str:
    """Return a gradient: always with its sign, but for 0."""
    text = short(value, digits)
    return f"+{text}" if math.isfinite(value) and value > 0 else text


def exact(value: float) -> str:
    """Return a number as it is in the field that it is typed in."""
    return repr(float(value)).removesuffix(".0").replace("-", MINUS)


def array_text(value: Array, digits: int = 4, *, sign: bool = False) -> str:
    """Return a number, or a vector or a matrix in its brackets."""
    write = signed if sign else short
    if not value.ndim:
        return write(float(value), digits)
    text = ""
    for entry in value:
        part = array_text(entry, digits, sign=sign)
        text = translate("Circuit", "{0}, {1}").format(text, part) if text else part
    return translate("Circuit", "[{0}]").format(text)


def array_ways(value: Array, *, sign: bool = False) -> tuple[str, ...]:
    """Return texts of falling length for a value: with fewer digits."""
    if not np.isfinite(value).all():
        return translate("Circuit", "not a number"), NOT_A_NUMBER
    return tuple(dict.fromkeys(array_text(value, digits, sign=sign) for digits in (4, 3, 2)))


def size_text(shape: Shape) -> str:
    """Return what stands for a vector or a matrix where there is no room for it: "(2×3)"."""
    return translate("Circuit", "({0})").format(shape_text(shape))


def shape_text(shape: Shape) -> str:
    """Return "2×3" for a matrix, "3" for a vector."""
    return translate("Circuit", "{0}×{1}").format(*shape) if len(shape) == 2 else str(*shape)


def entry_text(name: str, entry: tuple[int, ...]) -> str:
    """Return an entry of an input as it is named beside its value: "x", "x₁", "W₁₂", counted from 1."""
    return name + "".join(_BELOW[index + 1] for index in entry)


def unknown() -> str:
    """Return what stands for a number that is not known yet."""
    return translate("Circuit", "–")
