"""What the parts of a network are called in the window, the same on every page."""

from __future__ import annotations

from collections.abc import Sequence

from digitapp.gui.translation import translate
from digitapp.inspection.unit_names import numbers_its_pixels, unit_name
from digitapp.nn.network import WeightRef


class Names:
    """Names of the layers, units and inputs of one network. Layers count from 0; −1 is the input.

    Parameters
    ----------
    sizes : of the network's layers, from input to output
    class_names : of its outputs
    columns : of the grid of its inputs
    input_names : what its inputs are called where they are no pixels
    """

    def __init__(
        self, sizes: Sequence[int], class_names: Sequence[str], columns: int, input_names: Sequence[str] = ()
    ) -> None:
        self._sizes = tuple(sizes)
        self._class_names = tuple(class_names)
        self._columns = columns
        self._input_names = tuple(input_names)

    @property
    def has_pixels(self) -> bool:
        """Whether the inputs are pixels, and no numbers with names of their own."""
        return not self._input_names

    def is_output(self, layer: int) -> bool:
        """Return whether a layer is the last."""
        return layer == len(self._sizes) - 2

    def short(self, layer: int, unit: int) -> str:
        """Return "7" for a pixel, "x" for a number, "A", "66" or "2.66" for a hidden unit, the class for an output."""
        if layer < 0:
            return str(unit + 1) if self.has_pixels else self._input_names[unit]
        return self._class_names[unit] if self.is_output(layer) else unit_name(self._sizes, layer, unit)

    def unit(self, layer: int, unit: int) -> str:
        """Return "Unit A", "Output 3", "Pixel 7" or "Row 3, column 1"; "Input x" for what is no pixel."""
        if layer < 0 and not self.has_pixels:
            return translate("Names", "Input {0}").format(self.short(layer, unit))
        if layer < 0:
            return pixel_name(unit, self._sizes[0], self._columns)
        text = translate("Names", "Output {0}") if self.is_output(layer) else translate("Names", "Unit {0}")
        return text.format(self.short(layer, unit))

    def unit_inside(self, layer: int, unit: int) -> str:
        """Return the same for the inside of a sentence: "unit A", "output 3", "pixel 7", "row 3, column 1"."""
        if layer < 0 and not self.has_pixels:
            return translate("Names", "input {0}").format(self.short(layer, unit))
        if layer < 0:
            if numbers_its_pixels(self._sizes[0]):
                return translate("Names", "pixel {0}").format(unit + 1)
            row, column = divmod(unit, self._columns)
            return translate("Names", "row {0}, column {1}").format(row + 1, column + 1)
        text = translate("Names", "output {0}") if self.is_output(layer) else translate("Names", "unit {0}")
        return text.format(self.short(layer, unit))

    def weight(self, weight: WeightRef) -> str:
        """Return "Pixel 7 → unit A" or "Bias of unit A"."""
        unit = self.unit_inside(weight.layer, weight.unit)
        if weight.source is None:
            return translate("Names", "Bias of {0}").format(unit)
        return translate("Names", "{0} → {1}").format(self.unit(weight.layer - 1, weight.source), unit)

    def layer(self, layer: int) -> str:
        """Return "Hidden layer" for the only one, else "Layer 2"; "Output"; "Pixels" or "Inputs" for the input."""
        if layer < 0:
            return translate("Names", "Pixels") if self.has_pixels else translate("Names", "Inputs")
        if self.is_output(layer):
            return translate("Names", "Output")
        if len(self._sizes) == 3:
            return translate("Names", "Hidden layer")
        return translate("Names", "Layer {0}").format(layer + 1)


def pixel_name(pixel: int, inputs: int, columns: int) -> str:
    """Return "Pixel 7" where there are few inputs, else "Row 3, column 1" on a grid of so many columns."""
    if numbers_its_pixels(inputs):
        return translate("Names", "Pixel {0}").format(pixel + 1)
    row, column = divmod(pixel, columns)
    return translate("Names", "Row {0}, column {1}").format(row + 1, column + 1)
