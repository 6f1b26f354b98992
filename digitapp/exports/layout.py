"""Where everything stands in the workbook: rows and columns, counted from 0, and the names of cells.

The sheets *Weights*, *Gradient* and *Update* have one layout and *Forward*, *Error* and *Delta* another, so that what
belongs together stands in the same place of its sheets; every step has a block of rows of its own below that of the
step before it.
"""

from __future__ import annotations

from dataclasses import dataclass

ABOUT, IMAGES, WEIGHTS, FORWARD, ERROR = "About", "Images", "Weights", "Forward", "Error"
DELTA, GRADIENT, UPDATE, COMPARE = "Delta", "Gradient", "Update", "Compare"

MOST_COLUMNS = 16_384
_TOP = 3
"""The first row of the first block: above it stand the sheet's title and what it shows, and a blank row."""
FIRST_VALUE = 2
"""The first column with values: the two before it say whose they are."""


def column_name(column: int) -> str:
    """Return "A" for 0, "Z" for 25, "AA" for 26."""
    name = ""
    while column >= 0:
        column, letter = column // 26 - 1, column % 26
        name = chr(ord("A") + letter) + name
    return name


def cell(row: int, column: int, sheet: str = "") -> str:
    """Return what a spreadsheet calls a cell, "C5" or "Weights!C5"."""
    return f"{sheet}!{column_name(column)}{row + 1}" if sheet else f"{column_name(column)}{row + 1}"


def span(row: int, column: int, rows: int = 1, columns: int = 1, sheet: str = "") -> str:
    """Return what a spreadsheet calls a rectangle of cells, "C5:E5"."""
    return f"{cell(row, column, sheet)}:{cell(row + rows - 1, column + columns - 1)}"


@dataclass(frozen=True)
class Layout:
    """The places for a network that looks at some images and takes some steps.

    Attributes
    ----------
    sizes : of the network's layers, from input to output
    fan_outs : for each layer of weights how many weighted sums it has, of maxout units one for each piece
    images : how many
    loss_columns : how many working columns the loss has for each output
    """

    sizes: tuple[int, ...]
    fan_outs: tuple[int, ...]
    images: int = 1
    loss_columns: int = 1

    @property
    def layers(self) -> int:
        """How many layers of weights there are."""
        return len(self.fan_outs)

    # Images: one row each, its label, its inputs and its targets

    def image(self, number: int) -> int:
        """Return the row of an image."""
        return _TOP + 1 + number

    @property
    def first_target(self) -> int:
        """The column of the first output's target."""
        return FIRST_VALUE + self.sizes[0]

    # Weights, Gradient and Update: one row for each unit, its weights and at their end its bias

    def matrices(self, step: int) -> int:
        """Return the first row of a step's block, its title."""
        height = 2 + sum(1 + fan_out for fan_out in self.fan_outs)
        return _TOP + step * height

    def heading(self, step: int, layer: int) -> int:
        """Return the row above a layer's units, which names their inputs."""
        return self.matrices(step) + 1 + sum(1 + fan_out for fan_out in self.fan_outs[:layer])

    def unit(self, step: int, layer: int, output: int) -> int:
        """Return the row of one of a layer's weighted sums."""
        return self.heading(step, layer) + 1 + output

    def bias(self, layer: int) -> int:
        """Return the column of a layer's biases, which follow its weights."""
        return FIRST_VALUE + self.sizes[layer]

    @property
    def first_change(self) -> int:
        """The column of the first change on Update, right of the new weights."""
        return FIRST_VALUE + max(self.sizes[:-1]) + 3

    # Forward, Error and Delta: one row for each image

    def samples(self, step: int) -> int:
        """Return the first row of a step's block, its title."""
        return _TOP + step * (self.images + 3)

    def sample(self, step: int, number: int) -> int:
        """Return the row of an image in a step's block."""
        return self.samples(step) + 2 + number

    def sums(self, layer: int) -> int:
        """Return the column of a layer's first z on Forward."""
        return FIRST_VALUE + sum(map(self._width, range(layer)))

    def activations(self, layer: int) -> int:
        """Return the column of a layer's first a on Forward."""
        return self.sums(layer) + self.fan_outs[layer]

    def slopes(self, layer: int) -> int:
        """Return the column of a layer's first ∂C/∂a on Delta, where the output layer comes first."""
        return FIRST_VALUE + sum(map(self._width, range(layer + 1, self.layers)))

    def deltas(self, layer: int) -> int:
        """Return the column of a layer's first δ on Delta."""
        return self.slopes(layer) + self.sizes[layer + 1]

    def loss_column(self, number: int) -> int:
        """Return the first column of a working column of the loss on Error."""
        return FIRST_VALUE + number * self.sizes[-1]

    @property
    def cost(self) -> int:
        """The column of C on Error; the one after it says whether the answer is right."""
        return self.loss_column(self.loss_columns)

    def _width(self, layer: int) -> int:
        return self.fan_outs[layer] + self.sizes[layer + 1]

    # How large it is

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return sum((size + 1) * fan_out for size, fan_out in zip(self.sizes, self.fan_outs, strict=False))

    @property
    def columns(self) -> int:
        """How many columns the widest sheet has."""
        seen = FIRST_VALUE + sum(map(self._width, range(self.layers)))
        return max(self.first_change + max(self.sizes[:-1]) + 1, seen, self.first_target + self.sizes[-1])

    def cells(self, steps: int) -> int:
        """Return about how many cells hold a number."""
        forward = sum(map(self._width, range(self.layers)))
        loss = self.loss_columns * self.sizes[-1] + 2
        images = self.images * (self.sizes[0] + self.sizes[-1])
        seen = (steps + 1) * (self.images * (forward + loss) + self.parameters)
        return images + seen + steps * (self.images * forward + 3 * self.parameters)

    def most_steps(self, cells: int) -> int:
        """Return how many steps fit into so many cells; a negative number where not even the first look does."""
        each = self.cells(1) - self.cells(0)
        return (cells - self.cells(0)) // each
