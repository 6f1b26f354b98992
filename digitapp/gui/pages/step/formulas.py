"""Formulas as the book writes them, with subscripts; they are the same in every language."""

from __future__ import annotations

from html import escape

from digitapp.gui.widgets.numbers import MINUS, decimal, signed

VALUES = {
    "identity": "{z}",
    "sigmoid": "σ({z}) = 1 / (1 + e<sup>−z</sup>)",
    "tanh": "tanh({z})",
    "relu": "max(0, {z})",
    "leaky_relu": "max({z}, 0.01 · z)",
    "scaled_tanh": "1.7159 · tanh(⅔ · {z})",
    "elu": "{z} if z &gt; 0, else e<sup>z</sup> − 1",
    "softplus": "ln(1 + e<sup>z</sup>), z = {z}",
    "gelu": "½ z (1 + tanh(√(2/π)(z + 0.0447 z³))), z = {z}",
    "step": "1 if {z} &gt; 0, else 0",
}
"""What an activation makes of z."""

SLOPES = {
    "identity": "1",
    "sigmoid": "a (1 − a)",
    "tanh": "1 − a²",
    "relu": "1 if z &gt; 0, else 0",
    "leaky_relu": "1 if z &gt; 0, else 0.01",
    "scaled_tanh": "⅔ (1.7159² − a²) / 1.7159",
    "elu": "1 if z &gt; 0, else a + 1",
    "softplus": "1 − e<sup>−a</sup>",
    "gelu": "f′(z)",
    "step": "0",
}
"""f′(z) of an activation, written with what is known already."""


def value_formula(activation: str) -> str:
    """Return what an activation makes of a sum, with `{z}` for it."""
    return VALUES.get(activation, "max({z}, …)")


def slope_formula(activation: str) -> str:
    """Return the formula of its slope."""
    return SLOPES.get(activation, "1")


def sub(letter: str, name: str) -> str:
    """Return a letter with a name below it, as rich text."""
    return f"{letter}<sub>{escape(name)}</sub>"


def exact(value: float) -> str:
    """Return a number as it enters a calculation by hand: five figures, without a sign where it is positive."""
    return _written(f"{value:.5g}")


def plus(value: float) -> str:
    """Return the same with its sign."""
    return _written(f"{value:+.5g}") if value else "0"


def _written(text: str) -> str:
    """Return a number with a real minus, and with a power of ten in place of an exponent."""
    digits, _, exponent = text.partition("e")
    if exponent:
        digits += f"·10{str(int(exponent)).translate(_RAISED)}"
    return digits.replace("-", MINUS)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def term(value: float) -> str:
    """Return a term of a column of numbers that are added up: three decimals, more where it is small."""
    if value == 0:
        return "0"
    if abs(value) >= 0.1:
        return signed(value, 3)
    return plus(float(f"{value:.3g}"))


def plain(value: float, places: int = 3) -> str:
    """Return a number with so many decimals."""
    return decimal(value, places)
