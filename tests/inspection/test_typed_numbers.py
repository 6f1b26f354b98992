"""What people type for a weight, and what is no number."""

from __future__ import annotations

import math
import random

import pytest

from digitapp.inspection.typed_numbers import LARGEST, NumberFault, TypedNumberError, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("-1.5", -1.5), ("−1.5", -1.5), ("－1．5", -1.5), ("1/3", 1 / 3), ("-1/4", -0.25), ("1 / 8", 0.125)),
        *(("0,25", 0.25), ("0，25", 0.25), (",5", 0.5), ("3.", 3.0), ("+2", 2.0), ("1e-3", 0.001), ("1E3", 1000.0)),
        *((" 7 ", 7.0), ("１２", 12.0), ("1／2", 0.5), ("-0", 0.0), ("1e-400", 0.0), ("3.4e38", 3.4e38)),
    ],
)
def test_numbers_as_people_type_them(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        *(("", NumberFault.EMPTY), ("  ", NumberFault.EMPTY)),
        *((text, NumberFault.NO_NUMBER) for text in ("abc", "1/", "/2", "1/2/3", "1,000.5", "--1", "1_000", "e5", ".")),
        *((text, NumberFault.NO_NUMBER) for text in ("0x10", "1 2a", "½", "1+1")),
        *((text, NumberFault.NOT_FINITE) for text in ("∞", "-∞", "nan", "inf", "Infinity")),
        *(("1/0", NumberFault.ZERO_DIVISOR), ("0/0", NumberFault.ZERO_DIVISOR), ("1/0,0", NumberFault.ZERO_DIVISOR)),
        *((text, NumberFault.TOO_LARGE) for text in ("3.5e38", "-1e39", "1e999", "1e30/1e-30")),
    ],
)
def test_what_is_no_number_says_what_is_wrong(text: str, fault: NumberFault) -> None:
    with pytest.raises(TypedNumberError) as caught:
        read_number(text)
    assert (caught.value.fault, caught.value.text) == (fault, text)


def test_every_number_that_is_shown_is_read_back() -> None:
    chance = random.Random(0)
    for _ in range(2000):
        value = chance.uniform(-1, 1) * 10 ** chance.uniform(-30, 37)
        assert read_number(repr(value).replace("-", "−").replace(".", ",")) == value


def test_any_text_is_a_finite_number_or_is_refused() -> None:
    chance = random.Random(1)
    for _ in range(5000):
        text = "".join(chance.choice("0123456789+-−.,/eE ∞naif") for _ in range(chance.randint(0, 8)))
        try:
            value = read_number(text)
        except TypedNumberError as error:
            assert error.text == text
        else:
            assert math.isfinite(value) and abs(value) <= LARGEST
