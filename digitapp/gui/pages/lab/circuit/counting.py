"""How many products the two ways to all gradients need: of this circuit, and of one that grows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.circuit.machine import Circuit
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.translation import translate
from digitapp.gui.widgets import Label
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.widgets.series import SeriesMark
from digitapp.lab.circuit.counting import Count, growing

_MOST = 400_000  # products of the largest circuit that is counted

Counts = tuple[tuple[int, Count], ...]


def count_growing(circuit: Circuit) -> Callable[..., Counts]:
    """Return work that counts a circuit, and circuits of two, four and more of it."""

    def work(report: object, cancelled: threading.Event) -> Counts:  # noqa: ARG001
        found = []
        for step in growing(circuit.formula, circuit.graph, circuit.inputs, _MOST):
            if cancelled.is_set():
                break
            found.append(step)
        return tuple(found)

    return work


class CountingPanel(QWidget):
    """The counts of both ways as two numbers and two lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.backward, self.forward = Label("", "section", tabular=True), Label("", "section", tabular=True)
        self.sentence = Label("", "caption", "text2", wrap=True)
        self.plot = LinePlot(
            translate("Circuit", "Products against inputs"), log=True, x_title=translate("Circuit", "inputs")
        )
        self.plot.setMinimumHeight(theme.scaled(170))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(
            Label(
                translate("Circuit", "Products to find the gradients of all inputs, counted on the way:"),
                "caption",
                "text2",
                wrap=True,
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._names()):
            grid.addWidget(SeriesMark(row, line=True), row, 0)
            grid.addWidget(Label(name, "body", wrap=True), row, 1)
            grid.addWidget(value, row, 2)
        column.addLayout(grid)
        column.addWidget(self.plot)
        column.addWidget(self.sentence)

    def _names(self) -> Sequence[tuple[str, Label]]:
        return (
            (translate("Circuit", "Backward: one sweep for all"), self.backward),
            (translate("Circuit", "Forward-mode: one sweep an input"), self.forward),
        )

    def show_counts(self, counts: Counts) -> None:
        """Show what was counted; the first count is of the circuit itself."""
        if not counts:
            return
        _, own = counts[0]
        self.backward.setText(thousands(own.backward))
        self.forward.setText(thousands(own.forward))
        inputs = np.array([float(count.inputs) for _, count in counts])
        lines = [
            Line(name, inputs, np.array([float(value(count)) for _, count in counts]), series, marks=True)
            for series, (name, value) in enumerate(
                (
                    (translate("Circuit", "backward"), lambda count: count.backward),
                    (translate("Circuit", "forward-mode"), lambda count: count.forward),
                )
            )
        ]
        self.plot.show_lines(lines)
        copies, largest = counts[-1]
        if len(counts) < 2 or not largest.backward:
            self.sentence.setText("")
            return
        text = translate(
            "Circuit",
            "{0} such circuits added up have {1} inputs: {2} products backward, {3} in forward-mode, {4} times as "
            "many. A network has thousands of inputs and one loss, so it learns backward.",
        )
        ratio = f"{largest.forward / largest.backward:,.1f}"
        counted = map(thousands, (copies, largest.inputs, largest.backward, largest.forward))
        self.sentence.setText(text.format(*counted, ratio))
