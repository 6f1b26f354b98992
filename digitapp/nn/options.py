"""Hyper-parameters that describe themselves, so that a form or a command line can be generated from them."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Which numbers are allowed; as text a short phrase such as "a whole number from 1 to 1,000".

    Attributes
    ----------
    minimum, maximum : both ends included
    is_whole : whether only whole numbers are allowed
    above : whether the minimum itself is left out
    """

    minimum: float
    maximum: float
    is_whole: bool = False
    above: bool = False

    def __str__(self) -> str:
        if self.is_whole:
            return f"a whole number from {self.minimum:,} to {self.maximum:,}"
        if self.above:
            return f"a number above {self.minimum:g} and at most {self.maximum:g}"
        return f"a number from {self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True, slots=True)
class Option:
    """One typed hyper-parameter of a registry entry.

    Attributes
    ----------
    name : keyword under which the entry takes the value, such as ``"beta1"``
    title : label for people, such as ``"β₁"``
    default : value used when none is given; an ``int`` makes the option a whole number
    minimum, maximum : the allowed range, both ends included
    summary : one plain sentence
    """

    name: str
    title: str
    default: float
    minimum: float
    maximum: float
    summary: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return isinstance(self.default, int)

    @property
    def allowed(self) -> Range:
        """What is allowed."""
        return Range(self.minimum, self.maximum, is_whole=self.is_whole)

    def allows(self, value: object) -> bool:
        """Whether `value` is a number of the right type within the range."""
        if isinstance(value, bool) or not isinstance(value, int if self.is_whole else (int, float)):
            return False
        return math.isfinite(value) and self.minimum <= value <= self.maximum
