"""What an expression is made of, and how it is written.

Two expressions are equal where they mean the same step by step; where each part stood in a text does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]
Operator = Literal["+", "-", "*", "·", "/", "^"]
Entries = tuple[float, ...] | tuple[tuple[float, ...], ...]

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("exp", "log", "sin", "cos", "tanh", "σ", "sqrt", "square", "sum"), (1, 1)),
    "dot": (2, 2),
    "max": (2, None),
    "min": (2, None),
}
"""Each function with the fewest and the most values that it takes; None where there is no end."""

SUM, TERM, SIGN, POWER, PRIMARY = range(5)
_LEVELS: dict[str, int] = {"+": SUM, "-": SUM, "*": TERM, "·": TERM, "/": TERM, "^": POWER}


@dataclass(frozen=True)
class Number:
    """A number that was typed; it has no sign of its own."""

    value: float
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Array:
    """A vector [1, 2], or a matrix by its rows [[1, 2], [3, 4]]."""

    entries: Entries
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Name:
    """An input."""

    name: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Minus:
    """The same with the other sign."""

    operand: Expression
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Binary:
    """Two values and what is between them. "*" works entry by entry, "·" is the product of matrices."""

    operator: Operator
    left: Expression
    right: Expression
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Call:
    """A function of one or more values."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span = field(default=(0, 0), compare=False)


Expression = Number | Array | Name | Minus | Binary | Call


@dataclass(frozen=True)
class Formula:
    """An expression, and the values that were written after "where", each with its place."""

    expression: Expression
    given: tuple[tuple[str, float | Entries], ...] = ()
    spans: tuple[Span, ...] = field(default=(), compare=False)


def written(formula: Formula) -> str:
    """Return a formula as text that means the same again."""
    text = expression_text(formula.expression)
    if not formula.given:
        return text
    values = (f"{name} = {value_text(value)}" for name, value in formula.given)
    return f"{text} where {', '.join(values)}"


def value_text(value: float | Entries) -> str:
    """Return a number, a vector or a matrix as it is typed."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_text, value))}]"
    return number_text(value)


def number_text(value: float) -> str:
    """Return the shortest text that is read as this number."""
    return repr(float(value)).removesuffix(".0")


def expression_text(expression: Expression) -> str:
    """Return an expression with as few brackets as its meaning needs."""
    return _text(expression)[0]


def _text(expression: Expression) -> tuple[str, int]:
    """Return an expression's text, and how strongly it holds together."""
    match expression:
        case Number(value):
            return number_text(value), PRIMARY
        case Array(entries):
            return value_text(entries), PRIMARY
        case Name(name):
            return name, PRIMARY
        case Call(function, arguments):
            return f"{function}({', '.join(_text(argument)[0] for argument in arguments)})", PRIMARY
        case Minus(operand):
            return f"-{_at_least(operand, SIGN)}", SIGN
        case Binary("^", left, right):
            return f"{_at_least(left, PRIMARY)}^{_at_least(right, SIGN)}", POWER
        case Binary(operator, left, right):
            level = _LEVELS[operator]
            between = f" {operator} " if level == SUM else operator
            return f"{_at_least(left, level)}{between}{_at_least(right, level + 1)}", level


def _at_least(expression: Expression, level: int) -> str:
    text, own = _text(expression)
    return text if own >= level else f"({text})"
