"""The first sheet: what the workbook is, the settings that can be changed, and the facts by which it is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitapp import __version__
from digitapp.exports import layout as at
from digitapp.exports.layout import Layout, cell, span
from digitapp.exports.sheet_looks import Looks, put_formula
from digitapp.exports.sheets import IMAGE_COUNT, LEARNING_RATE, MOMENTUM, Subject
from digitapp.exports.unrolled import Rule
from digitapp.modelfile import Model

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FORMAT_VERSION = 1
FACT_ROWS = {
    "format": 3,
    "problem": 4,
    "sizes": 5,
    "activations": 6,
    "loss": 7,
    "classes": 8,
    "images": 9,
    "learning rate η": 10,
    "momentum μ": 11,
    "steps": 12,
}
"""In which row, counted from 0, each fact stands: its name in the first column, its values from the second on."""

_GUIDE = (
    (at.IMAGES, "what goes in: pixels x, labels, targets t"),
    (at.WEIGHTS, "weights w and biases b before each step; those of step 1 are numbers, and may be changed"),
    (at.FORWARD, "z = Σ w x + b and a = f(z), layer by layer, for each image"),
    (at.ERROR, "how far the outputs are from the targets: C of each image, C_T of all"),
    (at.DELTA, "δ = ∂C/∂z, from the outputs back, for each image"),
    (at.GRADIENT, "∂C/∂w and ∂C/∂b, the means over the images, in the places of their weights"),
    (at.UPDATE, "the new weights, which are those of the next step"),
    (at.COMPARE, "every result beside the same number from digitapp, and the largest difference"),
)


def add_about(book: Workbook, looks: Looks, model: Model, subject: Subject, steps: int) -> None:
    """Add the first sheet, with the names by which formulas know its settings."""
    sheet, layout, rule = book.add_worksheet(at.ABOUT), subject.layout, subject.rule
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 20, 14)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"{model.name or 'A network'}, number by number", looks.title)
    sheet.write_string(1, 0, f"Written by digitapp {__version__}. {_what_learns(layout, subject, steps)}", looks.note)
    facts: dict[str, list[float | str]] = {
        "format": [FORMAT_VERSION],
        "problem": [model.problem],
        "sizes": list(layout.sizes),
        "activations": list(subject.network.activations),
        "loss": [model.loss],
        "classes": [subject.label(name) for name in subject.class_names],
        "steps": [steps],
    }
    for name, values in facts.items():
        sheet.write_string(FACT_ROWS[name], 0, name, looks.key)
        for place, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(FACT_ROWS[name], 1 + place, value, looks.fact)
            else:
                sheet.write_number(FACT_ROWS[name], 1 + place, value, looks.fact)
    counted = span(layout.image(0), 0, rows=layout.images, sheet=at.IMAGES)
    sheet.write_string(FACT_ROWS["images"], 0, "images", looks.key)
    put_formula(sheet, FACT_ROWS["images"], 1, f"=COUNT({counted})", looks.fact, layout.images)
    _name(book, IMAGE_COUNT, FACT_ROWS["images"])
    if steps:
        _add_settings(book, sheet, looks, rule)
    top = max(FACT_ROWS.values()) + 2
    for row, (kind, what) in enumerate(_GUIDE if steps else (*_GUIDE[:4], _GUIDE[-1]), start=top):
        sheet.write_url(row, 0, f"internal:'{kind}'!A1", looks.link, kind)
        sheet.write_string(row, 1, what, looks.note)


def _add_settings(book: Workbook, sheet: Worksheet, looks: Looks, rule: Rule) -> None:
    settings = [(LEARNING_RATE, "learning rate η", rule.learning_rate)]
    if rule.momentum:
        settings.append((MOMENTUM, "momentum μ", rule.momentum))
    for name, title, value in settings:
        sheet.write_string(FACT_ROWS[title], 0, title, looks.key)
        sheet.write_number(FACT_ROWS[title], 1, value, looks.setting)
        sheet.write_string(FACT_ROWS[title], 2, "change it, and every step follows", looks.note)
        _name(book, name, FACT_ROWS[title])


def _name(book: Workbook, name: str, row: int) -> None:
    column, number = cell(row, 1)[0], cell(row, 1)[1:]
    book.define_name(name, f"={at.ABOUT}!${column}${number}")


def _what_learns(layout: Layout, subject: Subject, steps: int) -> str:
    shape = "-".join(map(str, layout.sizes))
    if not steps:
        return f"The network {shape} looks at {layout.images} image{'s' * (layout.images > 1)}."
    rule = "gradient descent with momentum" if subject.rule.momentum else "plain gradient descent"
    seen = "one image" if layout.images == 1 else f"all {layout.images} images at once"
    each = "1 step" if steps == 1 else f"{steps} steps"
    return f"The network {shape} takes {each} of {rule} on {seen}: no batches, no other rule."
