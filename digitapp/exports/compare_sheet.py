"""The last sheet: what the workbook's formulas give beside what the program computes, and the largest difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from digitapp.exports import layout as at
from digitapp.exports.layout import FIRST_VALUE, cell, span
from digitapp.exports.sheet_looks import Looks, put_formula
from digitapp.exports.sheets import Subject, total_column
from digitapp.exports.unrolled import Seen

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_HEADINGS = ("what", "the workbook", "digitapp", "difference")
_FIRST_ROW = 5
LARGEST_ROW = 2
"""The row of the largest difference, in the second column."""


def add_compare(book: Workbook, looks: Looks, subject: Subject, course: Sequence[Seen]) -> None:
    """Add the sheet: C_T and right answers after each step, then the outputs and parameters at the end.

    Parameters
    ----------
    course : what the network saw before each step, and at last what it sees after the last
    """
    sheet = book.add_worksheet(at.COMPARE)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 22)
    sheet.freeze_panes(_FIRST_ROW, 1)
    sheet.write_string(0, 0, at.COMPARE, looks.title)
    sheet.write_string(1, 0, "What the formulas give beside what digitapp computes in double precision.", looks.note)
    for column, heading in enumerate(_HEADINGS):
        sheet.write_string(_FIRST_ROW - 1, column, heading, looks.heading)
    row = _FIRST_ROW
    for what, place, value in (*_of_the_course(subject, course), *_at_the_end(subject, len(course) - 1, course[-1])):
        sheet.write_string(row, 0, what)
        put_formula(sheet, row, 1, f"={place}", looks.exact, value)
        sheet.write_number(row, 2, value, looks.exact)
        put_formula(sheet, row, 3, f"=ABS({cell(row, 1)}-{cell(row, 2)})", looks.difference, 0)
        row += 1
    sheet.write_string(LARGEST_ROW, 0, "largest difference", looks.key)
    largest = span(_FIRST_ROW, 3, rows=row - _FIRST_ROW)
    put_formula(sheet, LARGEST_ROW, 1, f"=MAX({largest})", looks.difference, 0)


def _of_the_course(subject: Subject, course: Sequence[Seen]) -> Iterator[tuple[str, str, float]]:
    """Yield name, cell and the program's number of C_T and of the right answers, before and after each step."""
    for step, seen in enumerate(course):
        when = f"after step {step}" if step else "at the start"
        top = subject.layout.samples(step)
        yield f"C_T {when}", cell(top, total_column(0), at.ERROR), float(seen.costs.sum())
        yield f"right {when}", cell(top, total_column(2), at.ERROR), float(seen.right.sum())


def _at_the_end(subject: Subject, step: int, seen: Seen) -> Iterator[tuple[str, str, float]]:
    """Yield the same of each output for each image, and of the weights and biases where something was learned."""
    layout = subject.layout
    for number in range(layout.images):
        for output, name in enumerate(subject.class_names):
            place = cell(layout.sample(step, number), layout.activations(layout.layers - 1) + output, at.FORWARD)
            yield f"image {number + 1}: a {name}", place, float(seen.activations[-1][number, output])
    if step == 0:
        return
    for layer, (weights, biases) in enumerate(zip(seen.weights, seen.biases, strict=True)):
        for output, name in enumerate(subject.piece_names(layer)):
            row = layout.unit(step, layer, output)
            for place, below in enumerate(subject.names(layer - 1)):
                text = f"w {'x' if layer == 0 else 'a'} {below} → {name}"
                yield text, cell(row, FIRST_VALUE + place, at.WEIGHTS), float(weights[place, output])
            yield f"b {name}", cell(row, layout.bias(layer), at.WEIGHTS), float(biases[output])
