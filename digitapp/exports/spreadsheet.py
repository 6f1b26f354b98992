"""A network as a spreadsheet: every number of its forward pass, its error and its learning, by formulas.

XlsxWriter writes the workbook. It has no macros and no circular references: each step of gradient descent has rows of
its own, which read those of the step before. What the formulas give is written beside them, worked out by the program
in float64, so that a viewer that does not recalculate shows the right numbers.

Source of the file format: ECMA-376, "Office Open XML", part 1 (SpreadsheetML).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from datetime import datetime

import numpy as np
import xlsxwriter

from digitapp import reasons
from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.dataset import Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.exports.about_sheet import add_about
from digitapp.exports.compare_sheet import add_compare
from digitapp.exports.errors import ExportError
from digitapp.exports.formulas import LARGEST_EXPONENT, activation_formula, loss_formula
from digitapp.exports.layout import MOST_COLUMNS, Layout
from digitapp.exports.sheet_looks import Looks
from digitapp.exports.sheets import Sheets, Subject
from digitapp.exports.unrolled import USUAL_STEPS, Rule, Seen, can_unroll, unroll
from digitapp.modelfile import Model
from digitapp.nn.network import Network

SUFFIX = ".xlsx"
MOST_CELLS = 250_000
"""More take a spreadsheet program several seconds to open."""
_CREATED = datetime(2000, 1, 1)  # the same network gives the same bytes
_LARGEST_NUMBER = 1e300  # a spreadsheet's numbers end at 1.8e308, and their squares much earlier


def write_spreadsheet(
    path: str | os.PathLike[str], model: Model, images: Split, rule: Rule, steps: int = USUAL_STEPS
) -> None:
    """Write a workbook, whole or not at all.

    Parameters
    ----------
    model : the network, with the loss that it learns by
    images : what it looks at and learns from, all at once: in the order in which they are numbered
    rule, steps : how, and how many times; 0 for a look forward alone

    Raises
    ------
    ExportError : something of it has no formula, its numbers are too large for a spreadsheet, or it would not open at
        once
    OSError : the file cannot be written
    """
    atomic_write_bytes(path, spreadsheet(model, images, rule, steps))


def spreadsheet(model: Model, images: Split, rule: Rule, steps: int = USUAL_STEPS) -> bytes:
    """Return the bytes of the workbook that `write_spreadsheet` writes; the same for the same network."""
    network, loss = model.network.folded(), loss_formula(model.loss)
    for key in network.activations:
        activation_formula(key)
    fan_outs = tuple(fan_out for _, fan_out in network.shapes)
    layout = Layout(network.sizes, fan_outs, len(images), len(loss.columns))
    _check_size(layout, can_unroll(model), steps)
    names = PROBLEMS[model.problem].input_names
    subject = Subject(network, model.class_names, names, images, loss, rule, layout)
    course: list[Seen] = []
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        looks = Looks(book)
        add_about(book, looks, model, subject, steps)
        sheets = Sheets(book, looks, subject, steps)
        with np.errstate(all="ignore"):  # what overflows is refused below
            for step, (seen, learned) in enumerate(unroll(network, model.loss, images, rule, steps)):
                _check_numbers(network, model.loss, seen)
                course.append(seen)
                sheets.weights(step, seen)
                sheets.forward(step, seen)
                sheets.error(step, seen)
                if learned is not None:
                    sheets.delta(step, learned)
                    sheets.gradient(step, learned)
                    sheets.update(step, seen, learned)
        add_compare(book, looks, subject, course)
    return data.getvalue()


def _check_size(layout: Layout, learns: bool, steps: int) -> None:
    """Refuse what would not open at once."""
    inputs, parameters, most = f"{layout.sizes[0]:,}", f"{layout.parameters:,}", f"{MOST_CELLS:,}"
    if not learns and (steps or layout.images > 1):
        raise ExportError(reasons.tr("a network with {0} inputs is shown for one image and without steps", inputs))
    if layout.cells(0) > MOST_CELLS or layout.columns > MOST_COLUMNS:
        raise ExportError(
            reasons.tr("the network has {0} weights and biases; {1} fit into a workbook", parameters, most)
        )
    most_steps = layout.most_steps(MOST_CELLS)
    if steps > most_steps:
        raise ExportError(
            reasons.tr("a workbook with {0} steps would not open at once; at most {1} go into it", steps, most_steps)
        )


def _check_numbers(network: Network, loss: str, seen: Seen) -> None:
    """Refuse numbers for which a spreadsheet has no value."""
    numbers = (*seen.weights, *seen.biases, *seen.sums, *seen.activations, seen.costs)
    if not all(np.isfinite(each).all() and (np.abs(each) < _LARGEST_NUMBER).all() for each in numbers):
        raise ExportError(reasons.tr("the numbers become too large for a spreadsheet"))
    curved = [activation_formula(key).raises_e for key in network.activations]
    curved[-1] |= loss_formula(loss).raises_e
    lowest = _lowest(sums for sums, is_curved in zip(seen.sums, curved, strict=True) if is_curved)
    if lowest < -LARGEST_EXPONENT:
        shown = f"{lowest:.4g}"
        raise ExportError(
            reasons.tr("a weighted sum is {0}, for which a spreadsheet cannot work out e to the −z", shown)
        )


def _lowest(arrays: Iterable[np.ndarray]) -> float:
    return min((float(each.min()) for each in arrays), default=0.0)
