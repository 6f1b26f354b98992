"""Fields for the numbers of a bench: what they take, how they step, and what they say to what they refuse."""

from __future__ import annotations

from collections.abc import Callable

from digitapp.gui import theme
from digitapp.gui.widgets import NumberField
from digitapp.gui.widgets.numbers import MINUS
from digitapp.gui.words.settings import number_refusal
from digitapp.nn.options import Range
from digitapp.training.config import check_number, check_whole, parse_number, parse_whole

_WIDTH = 72


def number_text(value: float) -> str:
    """Return a number as it stands in a field, "−0.05"."""
    return f"{value:g}".replace("-", MINUS)


def whole_field(value: int, least: int, most: int, step: int = 1) -> NumberField:
    """Return a field for a whole number within two ends."""

    def read(text: str) -> int:
        number = parse_whole("number", text)
        check_whole("number", number, least, most)
        return number

    def next_value(number: int, direction: int) -> int:
        return min(max(number + direction * step, least), most)

    return _field(read, value, next_value, Range(least, most, is_whole=True))


def rate_field(value: float, most: float) -> NumberField:
    """Return a field for a learning rate; the arrow keys multiply it."""

    def read(text: str) -> float:
        number = parse_number("number", text)
        check_number("number", number, 0, most, above=True)
        return number

    def next_value(number: float, direction: int) -> float:
        return min(float(f"{number * 1.25 if direction > 0 else number / 1.25:.2g}"), most)

    return _field(read, value, next_value, Range(0, most, above=True))


def real_field(value: float, least: float, most: float, step: float = 0.1) -> NumberField:
    """Return a field for a number within two ends, which steps by a fixed amount."""

    def read(text: str) -> float:
        number = parse_number("number", text)
        check_number("number", number, least, most)
        return number

    def next_value(number: float, direction: int) -> float:
        return min(max(round(number + direction * step, 6), least), most)

    return _field(read, value, next_value, Range(least, most))


def _field(read: Callable[[str], float], value: float, step: Callable[..., float], allowed: Range) -> NumberField:
    def describe(error: ValueError) -> str:
        return number_refusal(error, allowed, number_text(value))

    field = NumberField(read, value, step=step, show=number_text, describe=describe)
    field.setFixedWidth(theme.scaled(_WIDTH))
    return field
