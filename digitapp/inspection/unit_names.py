"""What a unit is called, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

_LETTERED_INPUTS = 64


def unit_name(sizes: Sequence[int], layer: int, unit: int) -> str:
    """Return the short name of a hidden unit, to be put behind the word "Unit".

    A network of few inputs has letters, A to Z through all hidden layers, so that a sentence can speak of "A and C".
    Others count from 1: "66", and with several hidden layers "2.66" for the 66th unit of the second.

    Parameters
    ----------
    sizes : sizes of the layers, from input to output
    layer, unit : counted from 0; layer 0 is the first hidden one
    """
    if sizes[0] <= _LETTERED_INPUTS and sum(sizes[1:-1]) <= len(ascii_uppercase):
        return ascii_uppercase[sum(sizes[1 : layer + 1]) + unit]
    if len(sizes) > 3:
        return f"{layer + 1}.{unit + 1}"
    return str(unit + 1)
