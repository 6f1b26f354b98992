"""The words that a text of an expression is made of."""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

from digitapp.lab.circuit.faults import CircuitError, Fault

MOST_CHARACTERS = 10_000

Kind = Literal["number", "name", "sign", "end"]


class Token(NamedTuple):
    """A word of an expression.

    Attributes
    ----------
    kind : of word; a sign is an operator, a bracket, a comma or "="
    text : in the usual way to write it: "*" for "×", "-" for "−"
    value : of a number
    span : where it stands
    typed : as it was typed
    """

    kind: Kind
    text: str
    value: float
    span: tuple[int, int]
    typed: str


_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_WORDS = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<raised>[{_RAISED}]+)
  | (?P<name>(?![0-9{_RAISED}])\w(?:(?![{_RAISED}])\w)*)
  | (?P<sign>\*\*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {
    **{sign: sign for sign in "+-*·/^()[],=√"},
    **dict.fromkeys("−–－", "-"),
    **dict.fromkeys("×∗✕", "*"),
    **dict.fromkeys("⋅•@", "·"),
    **dict.fromkeys("÷∕／", "/"),
    **dict(zip("＋（），＝", "+(),=", strict=True)),
    "**": "^",
}
_NAMES = {"sigmoid": "σ", "sigma": "σ", "ln": "log", "maximum": "max", "minimum": "min"}


def tokens(text: str) -> list[Token]:
    """Return the words of a text, an end behind the last one.

    Raises
    ------
    CircuitError : too long, a character that means nothing, a number without end
    """
    if len(text) > MOST_CHARACTERS:
        raise CircuitError(Fault.TOO_LONG, (0, len(text)), len(text), MOST_CHARACTERS)
    found: list[Token] = []
    for match in _WORDS.finditer(text):
        typed, span = match.group(), match.span()
        match match.lastgroup:
            case "number":
                found.append(_number(typed, typed, span))
            case "raised":  # x² is x^2
                found.append(Token("sign", "^", 0.0, span, typed))
                found.append(_number("".join(str(_RAISED.index(digit)) for digit in typed), typed, span))
            case "name":
                found.append(Token("name", _NAMES.get(typed, typed), 0.0, span, typed))
            case "sign":
                if typed not in _SIGNS:
                    raise CircuitError(Fault.BAD_CHARACTER, span, typed)
                found.append(Token("sign", _SIGNS[typed], 0.0, span, typed))
    return [*found, Token("end", "", 0.0, (len(text), len(text)), "")]


def _number(digits: str, typed: str, span: tuple[int, int]) -> Token:
    value = float(digits)
    if not math.isfinite(value):
        raise CircuitError(Fault.NUMBER_TOO_LARGE, span, typed)
    return Token("number", digits, value, span, typed)
