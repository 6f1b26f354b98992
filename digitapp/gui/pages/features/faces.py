"""Two faces of a unit's dossier: what it looks for, and what it is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.features.charts import LossChart
from digitapp.gui.pages.features.region import RegionFace
from digitapp.gui.pages.features.trials import Ideal, Loss
from digitapp.gui.widgets import (
    ElidedLabel,
    HairLine,
    HoverReadout,
    Label,
    LinkButton,
    PixelImage,
    ReadoutRow,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import decimal, per_cent, signed
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.colors import signed_label, symmetric_limit

UNKNOWN = "–"
_SIDE, _WIDE_SIDE, _ROOMY = 112, 140, 400


class PictureRow(QWidget):
    """A picture with its name, what it is in plain words, and what its colours reach to."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = PixelImage()
        self.picture.setFixedSize(_SIDE, _SIDE)
        self.picture.setAccessibleName(title)
        self.picture.pixel_hovered.connect(self._on_hovered)
        self.text = Label("", "caption", "text2", wrap=True)
        self.scale = Label("", "tick", "text3", wrap=True)
        self._values: NDArray[np.floating] | None = None
        self._name: Callable[[int, int], str] = lambda _row, _column: ""
        self._readout: HoverReadout | None = None
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Label(title, "section"))
        words.addWidget(self.text)
        words.addWidget(self.scale)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def set_side(self, side: int) -> None:
        """Make the picture larger or smaller."""
        self.picture.setFixedSize(side, side)

    def show_signed(
        self,
        values: NDArray[np.floating] | None,
        name: Callable[[int, int], str],
        text: str,
        cells: int | None = None,
        limit: float | None = None,
    ) -> None:
        """Show signed values up to a limit, without one on their own scale; None while there are none.

        `text` says what they are. Cells after the first `cells` stand for nothing.
        """
        self._values, self._name = values, name
        self.text.setText(text)
        if values is None:
            self.picture.set_weights(None)
            self.scale.setText("")
            return
        limit = limit or symmetric_limit(values)
        self.picture.set_weights(values, limit, cells)
        self.scale.setText(self.tr("Colours from {0} to {1}").format(signed_label(-limit), signed_label(limit)))

    def show_ink(
        self, values: NDArray[np.floating] | None, name: Callable[[int, int], str], text: str, scale: str
    ) -> None:
        """Show ink from 0 to 1, None while there is none."""
        self._values, self._name = values, name
        self.picture.set_ink(values)
        self.text.setText(text)
        self.scale.setText(scale)

    def _on_hovered(self, row: int, column: int) -> None:
        host = self.window()
        self._readout = readout_in(host, self._readout)
        values = self._values
        if row < 0 or values is None or not (row < values.shape[0] and column < values.shape[1]):
            self._readout.hide()
            return
        place = self.picture.picture_rect()
        x = place.left() + (column + 1) * place.width() / values.shape[1]
        y = place.top() + (row + 1) * place.height() / values.shape[0]
        rows = [ReadoutRow(self._name(row, column), signed(float(values[row, column])))]
        point = self.picture.mapTo(host, QPoint(round(x), round(y)))
        self._readout.show_at(point, self.picture.accessibleName(), rows)


class LooksFace(QWidget):
    """What a unit looks for: its filter, the pattern that excites it, and the input that excites it most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.weights = PictureRow(self.tr("Weights"))
        self.pattern = PictureRow(self.tr("Pattern"))
        self.ideal = PictureRow(self.tr("Strongest input"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.region = RegionFace()
        column.addWidget(self.region)
        self._lines = [HairLine() for _ in self._rows[1:]]
        for index, row in enumerate(self._rows):
            if index:
                column.addWidget(self._lines[index - 1])
            column.addWidget(row)
        self.set_plane(False)

    @property
    def _rows(self) -> tuple[PictureRow, ...]:
        return self.weights, self.pattern, self.ideal

    def fit(self, width: int) -> None:
        """Choose the pictures' size for a dossier of this width."""
        for row in self._rows:
            row.set_side(_WIDE_SIDE if width >= _ROOMY else _SIDE)

    def set_plane(self, is_plane: bool) -> None:
        """Show a region in the plane, or pictures of ink."""
        self.region.setVisible(is_plane)
        for part in (*self._lines, self.pattern, self.ideal):
            part.setVisible(not is_plane)

    def show_ideal(
        self, ideal: Ideal | None, shape: tuple[int, int], name: Callable[[int, int], str], missing: str
    ) -> None:
        """Show the input that excites the unit most; `missing` says why there is none."""
        if ideal is None:
            self.ideal.show_ink(None, name, missing, "")
            return
        if ideal.summit.is_exact:
            text = self.tr("The ink that excites it most, among all with as much ink as a digit. Exact.")
        else:
            text = self.tr(
                "Found by climbing from several starts, with as much ink as a digit. There may be stronger ones."
            )
        scale = [self.tr("Its sum: {0}").format(signed(ideal.summit.value))]
        if ideal.best_sample is not None:
            scale.append(self.tr("Best image: {0}").format(signed(ideal.best_sample)))
        self.ideal.show_ink(ideal.summit.image.reshape(shape), name, text, "\n".join(scale))


class WorthFace(QWidget):
    """What a unit is worth: the present answer and all answers with it and without it, and its condition.

    Signals: `twin_wanted(unit)`.
    """

    twin_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._twin = -1
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._top = QVBoxLayout()
        column.addLayout(self._top)
        column.addWidget(SectionHeader(self.tr("Without it")))
        self.text = Label("", "caption", "text2", wrap=True)
        column.addWidget(self.text)
        column.addLayout(self._build_table())
        self._by_class = QWidget()
        column.addWidget(self._by_class)
        part = QVBoxLayout(self._by_class)
        part.setContentsMargins(0, 10, 0, 0)
        part.setSpacing(4)
        part.addWidget(HairLine())
        part.addSpacing(6)
        header = SectionHeader(self.tr("Accuracy by class"))
        header.add(Label(self.tr("points gained or lost"), "caption", "text2"))
        part.addWidget(header)
        self.chart = LossChart()
        part.addWidget(self.chart)
        self.source = Label("", "tick", "text3", wrap=True)
        part.addWidget(self.source)
        column.addSpacing(8)
        column.addWidget(HairLine())
        column.addSpacing(6)
        column.addWidget(SectionHeader(self.tr("Condition")))
        self.condition = Label("", "caption", "text2", wrap=True)
        column.addWidget(self.condition)
        self.twin = LinkButton("")
        self.twin.clicked.connect(self._on_twin)
        column.addWidget(self.twin, 0, Qt.AlignmentFlag.AlignLeft)

    def add_surgery(self, panel: QWidget) -> None:
        """Put what can be done to the unit at the top."""
        self._top.addWidget(panel)
        self._top.addWidget(HairLine())
        self._top.addSpacing(6)

    def _build_table(self) -> QGridLayout:
        self._cells: list[tuple[ElidedLabel, Label, Label]] = []
        table = QGridLayout()
        table.setHorizontalSpacing(16)
        table.setVerticalSpacing(0)
        table.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for index, text in enumerate((self.tr("With it"), self.tr("Without"))):
            head = Label(text, "caption", "text2")
            head.setAlignment(right)
            table.addWidget(head, 0, index + 1)
        for row in range(4):
            table.addWidget(HairLine(), 2 * row + 1, 0, 1, 3)
            cells = (
                ElidedLabel("", "caption", "text2"),
                Label("", "caption-strong", tabular=True),
                Label("", "caption-strong", tabular=True),
            )
            for index, cell in enumerate(cells):
                cell.setMinimumHeight(26)
                if index:
                    cell.setAlignment(right)
                table.addWidget(cell, 2 * row + 2, index)
            self._cells.append(cells)
        return table

    def show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        """Show up to four rows: a name, the value with the unit and the value without it."""
        for cells, texts in zip(self._cells, [*rows, *[("", "", "")] * 4], strict=False):
            for cell, text in zip(cells, texts, strict=True):
                cell.setText(text)

    def rows(self) -> dict[str, tuple[str, str]]:
        """Return what the rows say."""
        return {name.text(): (first.text(), second.text()) for name, first, second in self._cells if name.text()}

    def show_loss(self, loss: Loss | None, names: tuple[str, ...], *, is_countable: bool) -> None:
        """Show how the accuracy of each class changes without the unit; None while that is not known."""
        self._by_class.setVisible(is_countable)
        if loss is None:
            self.chart.set_losses(np.zeros(0), ())
            return
        change = 100 * (loss.without.class_accuracy - loss.baseline.class_accuracy)
        self.chart.set_losses(change, names)

    def show_condition(self, text: str, twin: int, twin_text: str) -> None:
        """Say what condition the unit is in, and lead to its twin, −1 where it has none."""
        self.condition.setText(text)
        self._twin = twin
        self.twin.setText(twin_text)
        self.twin.setVisible(twin >= 0)

    def _on_twin(self) -> None:
        self.twin_wanted.emit(self._twin)


def with_and_without(value: float, loss: float) -> tuple[str, str]:
    """Return a number as it is and less what the unit adds to it."""
    return signed(value), signed(value - loss)


def share(accuracy: float) -> str:
    """Return an accuracy as "97.88 %"."""
    return per_cent(decimal(100 * accuracy))
