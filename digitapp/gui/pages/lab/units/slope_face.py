"""The first question: what does a unit give, and what of a gradient does it let through?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import number_text, real_field
from digitapp.gui.pages.lab.units.curve_view import REACH, CurveView
from digitapp.gui.pages.lab.units.gallery import Gallery
from digitapp.gui.widgets import Card, FieldRow, Label
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.words.choices import activation_words
from digitapp.lab.units.activation_curve import FLAT, FORMULAS, CurveFacts, curve_facts, unit_at
from digitapp.nn import ACTIVATIONS

_FIRST, _START = "sigmoid", 1.0
_DEPTHS = (1, 5, 10, 20)


class SlopeFace(Face):
    """Curve, gallery, and what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self.z = _FIRST, _START
        self.view, self.gallery = CurveView(), Gallery()
        self.field = real_field(_START, -REACH, REACH)
        self._build_stage()
        self._build_details()
        self.view.moved.connect(self._on_moved)
        self.field.value_changed.connect(self._on_moved)
        self.gallery.chosen.connect(self._on_chosen)
        self._show()

    def _build_stage(self) -> None:
        card = Card()
        card.body.addWidget(self.view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card, 1)
        column.addWidget(self.gallery)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        self.title = Label("", "title", wrap=True)
        self.summary = Label("", "body", "text2", wrap=True)
        self.formula = Label("", "caption", "text2", wrap=True)
        for part in (self.title, self.summary, self.formula):
            column.addWidget(part)
        add_section(column, self.tr("At one input"))
        column.addWidget(FieldRow(self.tr("Input z"), self.field))
        self.here = FactRows()
        column.addWidget(self.here)
        add_section(column, self.tr("A gradient of 1 on its way back"))
        self.through = FactRows()
        column.addWidget(self.through)
        add_section(column, self.tr("The whole curve"))
        self.facts = FactRows()
        column.addWidget(self.facts)
        self.flat = Label("", "body", "text2", wrap=True)
        column.addWidget(self.flat)
        column.addStretch(1)

    # What is shown

    def _show(self) -> None:
        words = activation_words(self.key)
        value, slope = unit_at(self.key, self.z)
        self.view.show_unit(self.key, self.z)
        self.gallery.set_current(self.key)
        self.field.set_value(self.z)
        self.title.setText(words.title)
        self.summary.setText(words.summary)
        self.formula.setText(FORMULAS.get(self.key, ""))
        self.here.set_rows([(self.tr("Output f(z)"), figure(value)), (self.tr("Slope f′(z)"), figure(slope))])
        self.through.set_rows(
            [(self.tr("after %n such unit(s)", "", depth), figure(slope**depth, 3)) for depth in _DEPTHS]
        )
        facts = curve_facts(self.key)
        self.facts.set_rows(self._facts(facts))
        self.flat.setText(self._flat_text(facts))
        self.said.emit(self.tr("{0}: f({1}) = {2}").format(words.title, number_text(self.z), figure(value)))

    def _facts(self, facts: CurveFacts) -> list[tuple[str, str]]:
        ends = (self.tr("no end") if math.isinf(end) else figure(end, 3) for end in (facts.low, facts.high))
        return [
            (self.tr("Lowest output"), next(ends)),
            (self.tr("Highest output"), next(ends)),
            (self.tr("Largest slope"), figure(facts.steepest, 3)),
            (self.tr("Both signs alike"), self.tr("yes") if facts.is_centred else self.tr("no")),
        ]

    def _flat_text(self, facts: CurveFacts) -> str:
        """Say where hardly anything of a gradient passes."""
        least, below, above = figure(FLAT, 1), facts.flat_below, facts.flat_above
        if below is None and above is None:
            return self.tr("It is flat nowhere: its slope is never below {0} for long.").format(least)
        if above is None:
            return self.tr("It is flat, with a slope below {0}, for inputs under {1}.").format(
                least, figure(below or 0.0, 2)
            )
        if below is None:
            return self.tr("It is flat, with a slope below {0}, for inputs over {1}.").format(least, figure(above, 2))
        if below > above:
            return self.tr("It is flat everywhere: no gradient passes at all.")
        text = self.tr("It is flat, with a slope below {0}, for inputs under {1} and over {2}.")
        return text.format(least, figure(below, 2), figure(above, 2))

    # What is done

    @Slot(float)
    def _on_moved(self, z: float) -> None:
        if z != self.z:
            self.z = z
            self._show()
            self.changed.emit()

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        self.key = key
        self._show()
        self.changed.emit()

    # State

    def state(self) -> dict[str, Any]:
        return {"activation": self.key, "input": self.z}

    def take_up(self, state: Mapping[str, Any]) -> None:
        key = remembered.text(state, "activation", _FIRST)
        self.key = key if key in ACTIVATIONS else _FIRST
        self.z = remembered.number(state, "input", _START, -REACH, REACH)
        self._show()
        self.changed.emit()

    def numbers(self) -> str:
        curve = self.view.curve
        rows = zip(curve.inputs, curve.values, curve.slopes, strict=True)
        return "\n".join(["z\tf(z)\tslope", *(f"{z:.2f}\t{value:.6g}\t{slope:.6g}" for z, value, slope in rows)])
