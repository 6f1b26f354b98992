"""The inspector of the bench "Sizes": the layers counted, and what nine shapes came to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.sizes.words import (
    chance_text,
    counting_text,
    depth_text,
    held_back_text,
    layer_title,
    shape_text,
    time_text,
    width_text,
)
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import Label
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.lab.plane_shapes import SEEDS, SHAPES, WIDTHS, TriedShape
from digitapp.lab.sizes import NetworkSize, StepTime

_EPOCH = 60_000
"""Samples of an epoch, as many as the training images of MNIST."""
_ROWS = 8  # layers of a table; of deeper networks those at the ends are shown


class OneFacts(QWidget):
    """A network's layers in a table, and what a step costs, in sentences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._counted = Label("", "title", wrap=True), Label("", "body", "text2", wrap=True)
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(theme.SPACE)
        self._table.setVerticalSpacing(6)
        self._table.setColumnStretch(0, 1)
        self._cost, self._time = (Label("", "body", "text2", wrap=True) for _ in range(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._counted)
        column.addLayout(self._table)
        column.addSpacing(theme.SPACE)
        column.addWidget(Label(self.tr("What a step of learning takes"), "section"))
        column.addWidget(self._cost)
        column.addWidget(self._time)

    def show_size(self, size: NetworkSize, batch_size: int, time: StepTime | None) -> None:
        """Show a network, how many samples a step learns, and how long one took if that is known."""
        self._title.setText(shape_text(size.sizes))
        self._counted.setText(counting_text(size))
        self._fill(size)
        cost = self.tr(
            "To answer, {0} products for a sample: one for each weight. To learn {1} samples, {2}: forward, for the "
            "gradient of every weight, and to hand the gradient down."
        )
        self._cost.setText(
            cost.format(
                thousands(size.forward_products()), thousands(batch_size), thousands(size.step_products(batch_size))
            )
        )
        if time is None:
            self._time.setText("")
            return
        text = self.tr("Measured here: {0} a step, {1} samples a second. An epoch of {2} samples takes {3}.")
        per_second = batch_size / time.seconds
        self._time.setText(
            text.format(
                time_text(time.seconds), thousands(round(per_second)), thousands(_EPOCH), time_text(_EPOCH / per_second)
            )
        )

    def _fill(self, size: NetworkSize) -> None:
        while (item := self._table.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        titles = "", self.tr("weights"), self.tr("biases"), self.tr("together")
        self._add_row(0, titles, is_head=True)
        layers = size.layers
        places = list(range(len(layers)))
        if len(layers) > _ROWS:
            places = [*places[: _ROWS - 2], -1, places[-1]]
        for row, place in enumerate(places, 1):
            if place < 0:
                self._add_row(row, ("…", "", "", ""))
                continue
            layer = layers[place]
            counts = (f"{thousands(number)}" for number in (layer.weights, layer.units, layer.parameters))
            self._add_row(row, (layer_title(size, place), *counts))
        counts = (thousands(number) for number in (size.weights, size.biases, size.parameters))
        self._add_row(len(places) + 1, (self.tr("Network"), *counts), is_sum=True)

    def _add_row(self, row: int, texts: tuple[str, ...], *, is_head: bool = False, is_sum: bool = False) -> None:
        for column, text in enumerate(texts):
            role = "tick" if is_head else "section" if is_sum else "body"
            label = Label(text, role, "text2" if is_head else "text", tabular=True)
            if column:
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._table.addWidget(label, row, column)


class ShapesFacts(QWidget):
    """What width and depth changed, in sentences that are measured, and the seeds of the shape that is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lead = Label("", "body", "text2", wrap=True)
        self._sentences = [Label("", "body", wrap=True) for _ in range(4)]
        self._shape = Label("", "section")
        self._seeds = QGridLayout()
        self._cells = [[self._cell(row, column) for column in range(3)] for row in range(len(SEEDS) + 1)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Label(self.tr("Wider, deeper"), "title"))
        column.addWidget(self._lead)
        for label in self._sentences:
            column.addWidget(label)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._shape)
        column.addLayout(self._seeds)

    def _cell(self, row: int, column: int) -> Label:
        label = Label("", "body" if row else "tick", "text" if row else "text2", tabular=True)
        if column:
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._seeds.addWidget(label, row, column)
        return label

    def show_tried(self, tried: dict[tuple[int, ...], TriedShape], current: tuple[int, ...]) -> None:
        """Show what is known of the shapes, and the networks of one."""
        self._lead.setText(
            self.tr(
                "Nine shapes learn the same points, each from {0} seeds; a quarter of the points is held back. What is "
                "said here is the median of the seeds, and each map is that of the network which learned best."
            ).format(len(SEEDS))
        )
        narrow, wide, deep = (WIDTHS[0],), (WIDTHS[-1],), SHAPES[2 * len(WIDTHS) + 1]
        texts = ["", "", "", ""]
        if len(tried) == len(SHAPES):
            texts = [
                width_text(tried, narrow, wide),
                depth_text(tried, wide, deep),
                held_back_text(tried),
                chance_text(tried),
            ]
        for label, text in zip(self._sentences, texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self._show_seeds(tried.get(current), current)

    def _show_seeds(self, tried: TriedShape | None, hidden: tuple[int, ...]) -> None:
        self._shape.setText(self.tr("The networks with {0}").format(shape_text(hidden)))
        titles = self.tr("Seed"), self.tr("loss"), self.tr("held back")
        for label, text in zip(self._cells[0], titles, strict=True):
            label.setText(text)
        for place, (seed, row) in enumerate(zip(SEEDS, self._cells[1:], strict=True)):
            texts = (str(seed), "…", "…")
            if tried is not None:
                texts = (str(seed), *(decimal(float(loss), 3) for loss in tried.losses[:, place]))
            for label, text in zip(row, texts, strict=True):
                label.setText(text)
        known = tried is not None
        self.setAccessibleDescription(in_a_row(*(label.text() for label in self._sentences)) if known else "")
