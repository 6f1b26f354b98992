"""What L1 and L2 pull at: the pull on one weight, and where it goes when nothing else moves it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.widgets import Card, Label, Slider
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.widgets.series import SeriesMark
from digitapp.lab.losses import PENALTIES, pulls, shrinking

MOST_WEIGHT = 3.0
MOST_STRENGTH = 1.0
STEPS = 60
RATE = 0.1
_HUNDREDTHS = 100
_POINTS = 121


class PenaltiesView(QWidget):
    """One weight and a strength to be dragged, and two plots of what L1 and L2 do to it.

    Signals: `changed`, the weight or the strength is another.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        most, least = round(_HUNDREDTHS * MOST_WEIGHT), 0
        self.weight_slider = Slider(-most, most, name=self.tr("Weight w"))
        self.strength_slider = Slider(least, round(_HUNDREDTHS * MOST_STRENGTH), name=self.tr("Strength λ"))
        self._weight_label = Label("", "body", tabular=True)
        self._strength_label = Label("", "body", tabular=True)
        self.pull = LinePlot(self.tr("The pull on a weight"), x_title=self.tr("weight"))
        self.path = LinePlot(self.tr("A weight left to the penalty"), x_title=self.tr("steps at rate {0}").format(RATE))
        self._pulls = [Label("", "body", tabular=True) for _ in PENALTIES]
        self._ends = [Label("", "body", tabular=True) for _ in PENALTIES]
        self._build()
        self.weight_slider.valueChanged.connect(self._on_slid)
        self.strength_slider.valueChanged.connect(self._on_slid)
        self.pull.moved.connect(self._on_moved)

    def _build(self) -> None:
        controls = Card()
        for title, slider, value in (
            (self.tr("Weight w"), self.weight_slider, self._weight_label),
            (self.tr("Strength λ"), self.strength_slider, self._strength_label),
        ):
            row = QHBoxLayout()
            row.setSpacing(12)
            label = Label(title, "body", "text2")
            label.setFixedWidth(theme.scaled(88))
            value.setFixedWidth(theme.scaled(56))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for part in (label, slider, value):
                row.addWidget(part)
            controls.body.addLayout(row)
        pull = self._make_card(self.tr("The pull on a weight"), self.pull, self._pulls)
        path = self._make_card(self.tr("A weight left to the penalty"), self.path, self._ends)
        plots = QHBoxLayout()
        plots.setSpacing(theme.CARD_GAP)
        plots.addWidget(pull, 1)
        plots.addWidget(path, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.CARD_GAP)
        column.addWidget(controls)
        column.addLayout(plots, 1)

    def _make_card(self, title: str, plot: LinePlot, values: list[Label]) -> Card:
        card = Card(title)
        legend = QHBoxLayout()
        legend.setSpacing(6)
        for number, (name, value) in enumerate(zip((self.tr("L1"), self.tr("L2")), values, strict=True)):
            legend.addWidget(SeriesMark(number, line=True))
            legend.addWidget(Label(name, "caption", "text2"))
            legend.addWidget(value)
            legend.addSpacing(12)
        legend.addStretch(1)
        card.body.addLayout(legend)
        card.body.addWidget(plot, 1)
        return card

    # What is shown

    @property
    def weight(self) -> float:
        """The weight."""
        return self.weight_slider.value() / _HUNDREDTHS

    @property
    def strength(self) -> float:
        """How strong the penalties are, λ."""
        return self.strength_slider.value() / _HUNDREDTHS

    def show_values(self, weight: float, strength: float) -> None:
        """Show a weight and a strength; `changed` is not emitted."""
        for slider, value in ((self.weight_slider, weight), (self.strength_slider, strength)):
            blocked = slider.blockSignals(True)
            slider.setValue(round(_HUNDREDTHS * value))
            slider.blockSignals(blocked)
        self._show()

    def _show(self) -> None:
        weight, strength = self.weight, self.strength
        self._weight_label.setText(decimal(weight))
        self._strength_label.setText(decimal(strength))
        names = self.tr("L1"), self.tr("L2")
        weights = np.linspace(-MOST_WEIGHT, MOST_WEIGHT, _POINTS)
        # Just beside zero the pull of L1 jumps: the line is parted there.
        weights_l1 = np.concatenate([weights[weights < 0], [-1e-9, np.nan, 1e-9], weights[weights > 0]])
        lines = [
            Line(name, axis, pulls(axis, strength, key), number)
            for number, (name, key, axis) in enumerate(zip(names, PENALTIES, (weights_l1, weights), strict=True))
        ]
        self.pull.show_lines(lines, x_range=(-MOST_WEIGHT, MOST_WEIGHT), y_range=(-MOST_WEIGHT, MOST_WEIGHT))
        self.pull.set_cursor(weight)
        steps = np.arange(STEPS + 1, dtype=float)
        paths = [shrinking([weight], strength, RATE, STEPS, key)[:, 0] for key in PENALTIES]
        self.path.show_lines(
            [Line(name, steps, path, number) for number, (name, path) in enumerate(zip(names, paths, strict=True))],
            y_range=(min(-0.5, 1.1 * weight), max(0.5, 1.1 * weight)),
        )
        for number, key in enumerate(PENALTIES):
            self._pulls[number].setText(signed(float(pulls(np.array([weight]), strength, key)[0])))
            self._ends[number].setText(decimal(float(paths[number][-1]), 3))

    def numbers(self) -> list[list[str]]:
        """Return the weight after every step, as lines of a table."""
        paths = [shrinking([self.weight], self.strength, RATE, STEPS, key)[:, 0] for key in PENALTIES]
        lines = [[str(step), *(repr(float(path[step])) for path in paths)] for step in range(STEPS + 1)]
        return [["step", *PENALTIES], *lines]

    # What is done

    @Slot()
    def _on_slid(self) -> None:
        self._show()
        self.changed.emit()

    @Slot(float)
    def _on_moved(self, weight: float) -> None:
        self.weight_slider.setValue(round(_HUNDREDTHS * weight))
