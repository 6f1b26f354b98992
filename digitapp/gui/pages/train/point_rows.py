"""What points are made to order with: how many, how noisy, and the seed that draws them."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.datasets.errors import DatasetSettingError
from digitapp.datasets.plane_made import LIMITS, MadePoints, ordered, with_settings
from digitapp.datasets.problems import problem_of
from digitapp.gui.pages.train.fields import show_number
from digitapp.gui.widgets import FieldRow, NumberField
from digitapp.gui.words.settings import number_refusal
from digitapp.training.config import ConfigError, parse_number, parse_whole

_STEPS = {"count": 20, "noise": 0.05, "seed": 1}


class PointRows(QWidget):
    """Three rows below the choice of a data set that is made to order; hidden for any other.

    Signals: `dataset_wanted(name)`, that of the shown data set with what was entered.
    """

    dataset_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        labels = {"count": self.tr("Points"), "noise": self.tr("Noise"), "seed": self.tr("Points’ seed")}
        tips = {
            "count": self.tr("How many points are made; every fourth of a class validates."),
            "noise": self.tr("How far points stray, as a standard deviation; the plane reaches from −1 to 1."),
            "seed": self.tr("Which points are drawn: the same seed gives the same points."),
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.rows: dict[str, FieldRow] = {}
        for name, label in labels.items():
            row = self.rows[name] = FieldRow(label, self._field(name, tips[name]))
            row.label.setToolTip(tips[name])
            column.addWidget(row)
        self.hide()

    def _field(self, name: str, tip: str) -> NumberField:
        allowed = LIMITS[name]
        parse = parse_whole if allowed.is_whole else parse_number

        def read(text: str) -> Any:
            value = parse(name, text)
            if not allowed.minimum <= value <= allowed.maximum:
                raise ConfigError(name, value, allowed)
            return value

        def step(value: float, direction: int) -> float:
            return min(max(round(value + direction * _STEPS[name], 10), allowed.minimum), allowed.maximum)

        field = NumberField(
            read,
            step=step,
            show=show_number,
            describe=lambda error: number_refusal(error, allowed, self._usual(name)),
        )
        field.setObjectName({"count": "pointsField", "noise": "noiseField", "seed": "pointsSeedField"}[name])
        field.setToolTip(tip)
        field.value_changed.connect(partial(self._on_entered, name))
        return field

    def _usual(self, name: str) -> str:
        order = ordered(self._name.partition(",")[0]) if self._name else MadePoints("")
        return show_number(getattr(order, name))

    def show_dataset(self, name: str) -> None:
        """Show what a data set is made with, and nothing for one that is not made to order."""
        problem = problem_of(name)
        try:
            order = ordered(name) if problem is not None and problem.is_made else None
        except DatasetSettingError:  # of an earlier version of the program
            order = None
        self.setVisible(order is not None)
        if order is None:
            self._name = ""
            return
        if name == self._name:
            return  # what is being typed stays
        self._name = name
        for key, row in self.rows.items():
            field = row.control
            assert isinstance(field, NumberField)
            field.set_value(getattr(order, key))

    def with_these(self, name: str) -> str:
        """Return the name of another shape with as many points of the same seed; its noise is its own."""
        if not self._name:
            return name
        order = ordered(self._name)
        return with_settings(name, count=order.count, seed=order.seed)

    def set_locked(self, locked: bool) -> None:
        """Make the fields readable but not changeable, or free them."""
        for row in self.rows.values():
            row.set_locked(locked)

    @Slot(str, object)
    def _on_entered(self, setting: str, value: float) -> None:
        if self._name:
            self.dataset_wanted.emit(with_settings(self._name, **{setting: value}))
