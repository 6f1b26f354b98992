"""What units, inputs and layers are called: the same on every page, in every file and on the command line.

Layers are those of weights, counted from 0, the output layer last; −1 stands for the input. The window says the same in
the reader's language (`gui/names.py`); what is no word, "A" or "2.66", comes from here for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

_FEW_INPUTS = 64
_INPUTS_OF_A_PLANE = 2


def numbers_its_pixels(inputs: int) -> bool:
    """Return whether a network has so few inputs that they are told apart by number, and not by row and column."""
    return inputs <= _FEW_INPUTS


def unit_name(sizes: Sequence[int], layer: int, unit: int) -> str:
    """Return the short name of a hidden unit, to be put behind the word "Unit".

    A network of few inputs has letters, A to Z through all hidden layers, so that a sentence can speak of "A and C".
    Others count from 1: "66", and with several hidden layers "2.66" for the 66th unit of the second. So do those of a
    plane, whose classes of points have the letters.

    Parameters
    ----------
    sizes : sizes of the layers, from input to output
    layer, unit : counted from 0; layer 0 is the first hidden one
    """
    if sizes[0] > _INPUTS_OF_A_PLANE and numbers_its_pixels(sizes[0]) and sum(sizes[1:-1]) <= len(ascii_uppercase):
        return ascii_uppercase[sum(sizes[1 : layer + 1]) + unit]
    if len(sizes) > 3:
        return f"{layer + 1}.{unit + 1}"
    return str(unit + 1)


def unit_labels(sizes: Sequence[int], layer: int, class_names: Sequence[str]) -> list[str]:
    """Return the short names of all units of a layer: of hidden ones `unit_name`, of outputs their classes."""
    if layer == len(sizes) - 2:
        return list(class_names)
    return [unit_name(sizes, layer, unit) for unit in range(sizes[layer + 1])]


def unit_text(sizes: Sequence[int], layer: int, unit: int, columns: int) -> str:
    """Return "unit 2.119", or what a pixel is called: "pixel 7", on a grid of many "row 1, column 7"."""
    if layer >= 0:
        return f"unit {unit_name(sizes, layer, unit)}"
    if numbers_its_pixels(sizes[0]):
        return f"pixel {unit + 1}"
    row, column = divmod(unit, columns)
    return f"row {row + 1}, column {column + 1}"


def layer_text(sizes: Sequence[int], layer: int) -> str:
    """Return "hidden layer" for the only one, else "layer 2"; "output layer" for the last."""
    if layer == len(sizes) - 2:
        return "output layer"
    return "hidden layer" if len(sizes) == 3 else f"layer {layer + 1}"
