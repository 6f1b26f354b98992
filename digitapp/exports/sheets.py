"""The sheets that show a network at work: images, weights, forward, error, δ, gradient, update.

Every number but the images, the weights to begin with and the learning rate is a formula of other cells. With it stands
the value that the program has worked out, for who looks at the file without recalculating it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digitapp.datasets.dataset import Split
from digitapp.exports import layout as at
from digitapp.exports.formulas import LossFormula, Numbers, activation_formula
from digitapp.exports.layout import FIRST_VALUE, Layout, cell, span
from digitapp.exports.sheet_looks import Looks, color_activations, color_pixels, color_weights, mark_wrong, put_formula
from digitapp.exports.unrolled import Learned, Rule, Seen
from digitapp.inspection.unit_names import layer_text, unit_labels
from digitapp.inspection.weight_scale import weight_limit
from digitapp.nn import ACTIVATIONS, Network

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_NUMBER_WIDTH, _FIRST_WIDTHS = 9.5, (12, 8)
LEARNING_RATE, MOMENTUM, IMAGE_COUNT = "learning_rate", "momentum", "image_count"
"""What the formulas call the settings on the first sheet."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What the workbook is about.

    Attributes
    ----------
    network : without normalisation
    class_names : of its outputs
    input_names : of its inputs where they are no pixels
    images : what it looks at
    loss : how wrong it is
    rule : how it learns
    layout : where everything stands
    """

    network: Network
    class_names: tuple[str, ...]
    input_names: tuple[str, ...]
    images: Split
    loss: LossFormula
    rule: Rule
    layout: Layout

    def names(self, layer: int) -> list[str]:
        """Return what the units of a layer are called; −1 is the input."""
        if layer < 0:
            return list(self.input_names) or [str(number + 1) for number in range(self.layout.sizes[0])]
        return unit_labels(self.layout.sizes, layer, self.class_names)

    def piece_names(self, layer: int) -> list[str]:
        """Return the same for the weighted sums: of a maxout unit A they are "A.1", "A.2" and so on."""
        names = self.names(layer)
        pieces = self.layout.fan_outs[layer] // len(names)
        return names if pieces == 1 else [f"{name}.{piece + 1}" for piece in range(pieces) for name in names]

    def label(self, name: str) -> float | str:
        """Return a class's name as it stands in a cell: as a number where it is one."""
        return float(name) if name.isascii() and name.isdecimal() else name


class Sheets:
    """Writes the sheets of a workbook, in their order, each block when its step has been worked out."""

    def __init__(self, book: Workbook, looks: Looks, subject: Subject, steps: int) -> None:
        self._book, self._looks, self._subject, self._steps = book, looks, subject, steps
        self._layout = subject.layout
        self._limits = [weight_limit(subject.network, layer) for layer in range(self._layout.layers)]
        kinds = (at.IMAGES, at.WEIGHTS, at.FORWARD, at.ERROR, *((at.DELTA, at.GRADIENT, at.UPDATE) if steps else ()))
        self._sheets: dict[str, Worksheet] = {}
        for kind in kinds:
            sheet = self._sheets[kind] = book.add_worksheet(kind)
            sheet.set_column(0, 0, _FIRST_WIDTHS[0])
            sheet.set_column(1, 1, _FIRST_WIDTHS[1])
            sheet.set_column(FIRST_VALUE, self._layout.columns, _NUMBER_WIDTH)
            sheet.freeze_panes(2, FIRST_VALUE)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.write_string(0, 0, kind, looks.title)
            sheet.write_string(1, 0, self._about(kind), looks.note)
        self._images()

    def _about(self, kind: str) -> str:
        rule = "v = μ v − η · gradient, w = w + v" if self._subject.rule.momentum else "w = w − η · gradient"
        return {
            at.IMAGES: "One image on a row: its label, its inputs x, and the targets t that follow from the label. "
            "Change a pixel or a label, and everything follows.",
            at.WEIGHTS: "One unit on a row: a weight w for each of its inputs, and its bias b. "
            "Those of step 1 can be changed; the others are what the sheet Update has made of them.",
            at.FORWARD: "z = Σ w x + b adds up what comes in; a = f(z) is what goes out.",
            at.ERROR: f"{self._subject.loss.in_words}; C_T adds up C over the images.",
            at.DELTA: "Layer by layer backwards: ∂C/∂a = Σ w δ of the layer above, δ = ∂C/∂z = ∂C/∂a · f'(z).",
            at.GRADIENT: "∂C/∂w = δ · what comes in, ∂C/∂b = δ: means over the images, each where its weight stands.",
            at.UPDATE: f"{rule}, each where its weight stands. Right of it, what is added.",
        }[kind]

    # Images

    def _images(self) -> None:
        sheet, looks, subject, layout = self._sheets[at.IMAGES], self._looks, self._subject, self._layout
        heading = layout.image(-1)
        sheet.write_string(heading, 0, "image", looks.heading)
        sheet.write_string(heading, 1, "label", looks.heading)
        self._headings(at.IMAGES, heading, FIRST_VALUE, "x", subject.names(-1))
        self._headings(at.IMAGES, heading, layout.first_target, "t", subject.class_names)
        on_or_off = np.isin(subject.images.inputs, (0, 1)).all()
        look = looks.pixel if on_or_off else looks.number if subject.input_names else looks.grey
        for number, (inputs, label) in enumerate(zip(subject.images.inputs, subject.images.labels, strict=True)):
            row = layout.image(number)
            sheet.write_number(row, 0, number + 1, looks.fact)
            self._put(sheet, row, 1, subject.label(subject.class_names[label]), looks.right)
            for column, value in enumerate(inputs.tolist()):
                sheet.write_number(row, FIRST_VALUE + column, value, look)
            for output, name in enumerate(subject.class_names):
                known = subject.label(name)
                wanted = f'"{known.replace(chr(34), chr(34) * 2)}"' if isinstance(known, str) else f"{known:g}"
                formula = f"=IF({cell(row, 1)}={wanted},1,0)"
                put_formula(sheet, row, layout.first_target + output, formula, looks.right, int(label == output))
        last = layout.image(layout.images - 1)
        if not subject.input_names:
            color_pixels(sheet, (layout.image(0), FIRST_VALUE, last, layout.first_target - 1))
        sheet.set_column(FIRST_VALUE, layout.first_target + len(subject.class_names), 5 if on_or_off else 8)

    def _inputs(self, layer: int, row: int, number: int) -> str:
        """Return what a layer reads for an image: its pixels, or the activations of the layer below on the same row."""
        width = self._layout.sizes[layer]
        if layer == 0:
            return span(self._layout.image(number), FIRST_VALUE, columns=width, sheet=at.IMAGES)
        return span(row, self._layout.activations(layer - 1), columns=width)

    def _targets(self, number: int) -> str:
        row, width = self._layout.image(number), self._layout.sizes[-1]
        return span(row, self._layout.first_target, columns=width, sheet=at.IMAGES)

    # Weights

    def weights(self, step: int, seen: Seen) -> None:
        """Write the block of a step on Weights: the first as numbers, the others as what Update has made."""
        sheet, layout = self._sheets[at.WEIGHTS], self._layout
        self._title(at.WEIGHTS, layout.matrices(step), self._moment(step))
        for layer, row, column, value in self._matrices(at.WEIGHTS, step, seen.weights, seen.biases):
            if step == 0:
                sheet.write_number(row, column, value, self._looks.weight)
            else:
                above = row - layout.matrices(step) + layout.matrices(step - 1)
                put_formula(sheet, row, column, f"={cell(above, column, at.UPDATE)}", self._looks.weight, value)
            if column == layout.bias(layer):
                color_weights(sheet, (row, FIRST_VALUE, row, column), self._limits[layer])

    def _matrices(
        self, kind: str, step: int, weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], offset: int = 0
    ) -> list[tuple[int, int, int, float]]:
        """Write the headings of a step's matrices; return layer, row, column and value of each number, row by row."""
        sheet, layout, found = self._sheets[kind], self._layout, list[tuple[int, int, int, float]]()
        for layer in range(layout.layers):
            heading, bias = layout.heading(step, layer), layout.bias(layer)
            sheet.write_string(heading, 0, layer_text(layout.sizes, layer), self._looks.heading)
            sheet.write_string(heading, 1, "unit", self._looks.heading)
            letter = "x" if layer == 0 else "a"
            self._headings(kind, heading, FIRST_VALUE + offset, letter, self._subject.names(layer - 1))
            sheet.write_string(heading, bias + offset, "b", self._looks.heading)
            for output, name in enumerate(self._subject.piece_names(layer)):
                row = layout.unit(step, layer, output)
                sheet.write_string(row, 1, name, self._looks.name)
                values = [*weights[layer][:, output].tolist(), float(biases[layer][output])]
                found += [(layer, row, FIRST_VALUE + place, value) for place, value in enumerate(values)]
        return found

    # Forward

    def forward(self, step: int, seen: Seen) -> None:
        """Write the block of a step on Forward."""
        sheet, layout, looks = self._sheets[at.FORWARD], self._layout, self._looks
        self._title(at.FORWARD, layout.samples(step), self._moment(step))
        self._image_names(at.FORWARD, step)
        for layer in range(layout.layers):
            heading = layout.sample(step, -1)
            self._headings(at.FORWARD, heading, layout.sums(layer), "z", self._subject.piece_names(layer))
            self._headings(at.FORWARD, heading, layout.activations(layer), "a", self._subject.names(layer))
            formula = activation_formula(self._subject.network.activations[layer])
            for number in range(layout.images):
                row = layout.sample(step, number)
                for output, z in enumerate(seen.sums[layer][number].tolist()):
                    weights, bias = self._weights_of(step, layer, output), self._bias_of(step, layer, output)
                    text = f"=SUMPRODUCT({self._inputs(layer, row, number)},{weights})+{bias}"
                    put_formula(sheet, row, layout.sums(layer) + output, text, looks.number, z)
                for unit, a in enumerate(seen.activations[layer][number].tolist()):
                    pieces = self._pieces(layer, row, unit)
                    text = "=" + formula.value.format(z=pieces[0], Z=",".join(pieces))
                    put_formula(sheet, row, layout.activations(layer) + unit, text, looks.activation, a)
            self._color_activations(step, layer, seen)

    def _weights_of(self, step: int, layer: int, output: int) -> str:
        row = self._layout.unit(step, layer, output)
        return span(row, FIRST_VALUE, columns=self._layout.sizes[layer], sheet=at.WEIGHTS)

    def _bias_of(self, step: int, layer: int, output: int) -> str:
        return cell(self._layout.unit(step, layer, output), self._layout.bias(layer), at.WEIGHTS)

    def _pieces(self, layer: int, row: int, unit: int, sheet: str = "") -> list[str]:
        """Return the cells with a unit's sums."""
        units, first = self._layout.sizes[layer + 1], self._layout.sums(layer) + unit
        return [cell(row, first + offset, sheet) for offset in range(0, self._layout.fan_outs[layer], units)]

    def _color_activations(self, step: int, layer: int, seen: Seen) -> None:
        layout, first = self._layout, self._layout.activations(layer)
        ends = layout.sample(step, 0), layout.sample(step, layout.images - 1)
        cells = (ends[0], first, ends[1], first + layout.sizes[layer + 1] - 1)
        range_of = ACTIVATIONS[self._subject.network.activations[layer]].saturation
        highest = range_of[1] if range_of is not None else float(np.abs(seen.activations[layer]).max())
        color_activations(self._sheets[at.FORWARD], cells, highest or 1.0)

    # Error

    def error(self, step: int, seen: Seen) -> None:
        """Write the block of a step on Error, with C_T, its mean and the number of right answers above it."""
        sheet, layout, looks, loss = self._sheets[at.ERROR], self._layout, self._looks, self._subject.loss
        self._title(at.ERROR, layout.samples(step), self._moment(step))
        self._image_names(at.ERROR, step)
        heading = layout.sample(step, -1)
        for number, column in enumerate(loss.columns):
            self._headings(at.ERROR, heading, layout.loss_column(number), column.title, self._subject.class_names)
        sheet.write_string(heading, layout.cost, "C", looks.heading)
        sheet.write_string(heading, layout.cost + 1, "right", looks.heading)
        values = self._loss_values(seen)
        for number in range(layout.images):
            row = layout.sample(step, number)
            for place, column in enumerate(loss.columns):
                for output in range(layout.sizes[-1]):
                    text = "=" + column.formula.format_map(self._cells_of(row, number, output))
                    value = float(values[column.key][number, output])
                    put_formula(sheet, row, layout.loss_column(place) + output, text, looks.error, value)
            text = "=" + loss.cost.format_map(self._cells_of(row, number, 0))
            put_formula(sheet, row, layout.cost, text, looks.cost, float(seen.costs[number]))
            outputs = span(row, layout.activations(layout.layers - 1), columns=layout.sizes[-1], sheet=at.FORWARD)
            text = f"=IF(MATCH(MAX({outputs}),{outputs},0)=MATCH(1,{self._targets(number)},0),1,0)"
            put_formula(sheet, row, layout.cost + 1, text, looks.right, float(seen.right[number]))
        self._totals(step, seen)
        ends = layout.sample(step, 0), layout.sample(step, layout.images - 1)
        mark_wrong(sheet, (ends[0], layout.cost + 1, ends[1], layout.cost + 1), self._book)

    def _totals(self, step: int, seen: Seen) -> None:
        sheet, layout, looks = self._sheets[at.ERROR], self._layout, self._looks
        top, first = layout.samples(step), layout.sample(step, 0)
        costs, right = (span(first, layout.cost + offset, rows=layout.images) for offset in (0, 1))
        total = float(seen.costs.sum())
        for place, (name, formula, value) in enumerate(
            (
                ("C_T", f"=SUM({costs})", total),
                ("mean C", f"={cell(top, total_column(0))}/{IMAGE_COUNT}", total / layout.images),
                ("right", f"=SUM({right})", float(seen.right.sum())),
            )
        ):
            sheet.write_string(top, total_column(place) - 1, name, looks.block)
            look = looks.block_count if name == "right" else looks.block_value
            put_formula(sheet, top, total_column(place), formula, look, value)

    def _loss_values(self, seen: Seen) -> dict[str, np.ndarray]:
        layout, images = self._layout, self._subject.images
        values: dict[str, np.ndarray] = {
            "a": seen.activations[-1],
            "t": np.eye(layout.sizes[-1])[images.labels],
        }
        for column in self._subject.loss.columns:
            known: Numbers = values
            values[column.key] = column.value(known)
        return values

    def _cells_of(self, row: int, number: int, output: int, sheet: str = "") -> dict[str, str]:
        """Return the cells that a loss's formulas speak of, for one output of one image, as seen from another sheet."""
        layout, outputs = self._layout, self._layout.sizes[-1]
        first = layout.activations(layout.layers - 1)
        cells = {
            "a": cell(row, first + output, at.FORWARD),
            "A": span(row, first, columns=outputs, sheet=at.FORWARD),
            "t": cell(layout.image(number), layout.first_target + output, at.IMAGES),
            "T": self._targets(number),
        }
        for place, column in enumerate(self._subject.loss.columns):
            first = layout.loss_column(place)
            cells[column.key] = cell(row, first + output, sheet)
            cells[column.key.upper()] = span(row, first, columns=outputs, sheet=sheet)
        return cells

    # Delta

    def delta(self, step: int, learned: Learned) -> None:
        """Write the block of a step on Delta, the output layer first."""
        layout, heading = self._layout, self._layout.sample(step, -1)
        self._title(at.DELTA, layout.samples(step), self._moment(step))
        self._image_names(at.DELTA, step)
        for layer in reversed(range(layout.layers)):
            self._headings(at.DELTA, heading, layout.slopes(layer), "∂C/∂a", self._subject.names(layer))
            self._headings(at.DELTA, heading, layout.deltas(layer), "δ", self._subject.piece_names(layer))
            for number in range(layout.images):
                row = layout.sample(step, number)
                self._slopes(step, layer, number, learned.slopes[layer][number])
                for output, value in enumerate(learned.deltas[layer][number].tolist()):
                    text = self._delta_formula(layer, row, output)
                    put_formula(
                        self._sheets[at.DELTA], row, layout.deltas(layer) + output, text, self._looks.gradient, value
                    )

    def _slopes(self, step: int, layer: int, number: int, values: np.ndarray) -> None:
        """Write ∂C/∂a: of the outputs what the loss says, of other units δ of the layer above times its weights."""
        sheet, layout, look = self._sheets[at.DELTA], self._layout, self._looks.gradient
        row, first, units = layout.sample(step, number), layout.slopes(layer), layout.sizes[layer + 1]
        if layer == layout.layers - 1:
            for output, value in enumerate(values.tolist()):
                text = "=" + self._subject.loss.slope.format_map(self._cells_of(row, number, output, at.ERROR))
                put_formula(sheet, row, first + output, text, look, value)
            return
        fan_out = layout.fan_outs[layer + 1]
        above = span(row, layout.deltas(layer + 1), columns=fan_out)
        weights = span(layout.unit(step, layer + 1, 0), FIRST_VALUE, rows=fan_out, columns=units, sheet=at.WEIGHTS)
        last = first + units - 1
        first_value: Any = float(values[0])
        sheet.write_array_formula(row, first, row, last, f"{{=MMULT({above},{weights})}}", look, first_value)
        for unit in range(1, units):  # an array formula is given one value; the others lie beside it
            sheet.write_number(row, first + unit, float(values[unit]), look)

    def _delta_formula(self, layer: int, row: int, output: int) -> str:
        layout = self._layout
        unit = output % layout.sizes[layer + 1]
        z = cell(row, layout.sums(layer) + output, at.FORWARD)
        a = cell(row, layout.activations(layer) + unit, at.FORWARD)
        slope = activation_formula(self._subject.network.activations[layer]).slope.format(z=z, a=a)
        return f"={cell(row, layout.slopes(layer) + unit)}*({slope})"

    # Gradient and update

    def gradient(self, step: int, learned: Learned) -> None:
        """Write the block of a step on Gradient: a column of δ times a column of what comes in, over all images."""
        sheet, layout = self._sheets[at.GRADIENT], self._layout
        self._title(at.GRADIENT, layout.matrices(step), self._moment(step))
        gradients = learned.weight_gradients, learned.bias_gradients
        first = layout.sample(step, 0)
        for layer, row, column, value in self._matrices(at.GRADIENT, step, *gradients):
            output = row - layout.unit(step, layer, 0)
            deltas = span(first, layout.deltas(layer) + output, rows=layout.images, sheet=at.DELTA)
            if column == layout.bias(layer):
                text = f"=SUM({deltas})/{IMAGE_COUNT}"
            else:
                text = f"=SUMPRODUCT({deltas},{self._column_below(step, layer, column - FIRST_VALUE)})/{IMAGE_COUNT}"
            put_formula(sheet, row, column, text, self._looks.gradient, value)

    def _column_below(self, step: int, layer: int, place: int) -> str:
        """Return what one input of a layer is for each image."""
        layout = self._layout
        if layer == 0:
            return span(layout.image(0), FIRST_VALUE + place, rows=layout.images, sheet=at.IMAGES)
        column = layout.activations(layer - 1) + place
        return span(layout.sample(step, 0), column, rows=layout.images, sheet=at.FORWARD)

    def update(self, step: int, seen: Seen, learned: Learned) -> None:
        """Write the block of a step on Update: the new weights, and right of them what was added to the old ones."""
        sheet, layout, looks = self._sheets[at.UPDATE], self._layout, self._looks
        self._title(at.UPDATE, layout.matrices(step), self._moment(step))
        offset = layout.first_change - FIRST_VALUE
        changes = learned.weight_changes, learned.bias_changes
        for _layer, row, column, value in self._matrices(at.UPDATE, step, *changes, offset=offset):
            text = f"=-{LEARNING_RATE}*{cell(row, column, at.GRADIENT)}"
            if self._subject.rule.momentum and step > 0:
                before = row - layout.matrices(step) + layout.matrices(step - 1)
                text = f"={MOMENTUM}*{cell(before, column + offset)}-{LEARNING_RATE}*{cell(row, column, at.GRADIENT)}"
            put_formula(sheet, row, column + offset, text, looks.gradient, value)
        new = [before + change for before, change in zip(seen.weights, learned.weight_changes, strict=True)]
        new_biases = [before + change for before, change in zip(seen.biases, learned.bias_changes, strict=True)]
        for layer, row, column, value in self._matrices(at.UPDATE, step, new, new_biases):
            text = f"={cell(row, column, at.WEIGHTS)}+{cell(row, column + offset)}"
            put_formula(sheet, row, column, text, looks.weight, value)
            if column == layout.bias(layer):
                color_weights(sheet, (row, FIRST_VALUE, row, column), self._limits[layer])

    # What all have in common

    def _moment(self, step: int) -> str:
        if step < self._steps:
            return f"Step {step + 1}"
        return f"After step {step}" if step else "Forward"

    def _title(self, kind: str, row: int, text: str) -> None:
        sheet = self._sheets[kind]
        sheet.set_row(row, None, self._looks.block)
        sheet.write_string(row, 0, text, self._looks.block)

    def _image_names(self, kind: str, step: int) -> None:
        sheet, layout, looks = self._sheets[kind], self._layout, self._looks
        sheet.write_string(layout.sample(step, -1), 0, "image", looks.heading)
        sheet.write_string(layout.sample(step, -1), 1, "label", looks.heading)
        for number, label in enumerate(self._subject.images.labels.tolist()):
            row = layout.sample(step, number)
            sheet.write_number(row, 0, number + 1, looks.fact)
            known = self._subject.label(self._subject.class_names[label])
            text = f"={cell(layout.image(number), 1, at.IMAGES)}"
            put_formula(sheet, row, 1, text, looks.right, known)

    def _headings(self, kind: str, row: int, column: int, letter: str, names: Sequence[str]) -> None:
        """Write a letter with the index of each name above a row of columns, as the book writes them."""
        sheet, looks = self._sheets[kind], self._looks
        for place, name in enumerate(names):
            sheet.write_rich_string(
                row, column + place, looks.plain_heading, f"{letter} ", looks.index, name, looks.heading
            )

    @staticmethod
    def _put(sheet: Worksheet, row: int, column: int, value: float | str, look: Format) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value, look)
        else:
            sheet.write_number(row, column, value, look)


def total_column(place: int) -> int:
    """Return the column of C_T (0), its mean (1) or the number of right answers (2) in the title of Error's blocks."""
    return 2 * place + 3
