"""What width and depth change on the plane: a map for each shape, the wide ones to the right, the deep ones below."""

from __future__ import annotations

import threading

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.plane import made_dataset
from digitapp.datasets.problems import PLANE
from digitapp.gui import theme
from digitapp.gui.pages.lab.sizes.words import map_text, shape_text
from digitapp.gui.plots.plane_map import PlaneMap
from digitapp.gui.plots.plane_picture import bounds_around, points_of
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import ComboBox, FocusRing, Label, ProgressBar
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.gui.words.problems import dataset_title
from digitapp.lab.plane_shapes import DEPTHS, SHAPES, WIDTHS, TriedShape, noisier, parameters_of, try_shape
from digitapp.progress import Report

_PARTS = 100  # of the progress, for each shape


class ShapeCell(QWidget):
    """One shape: its map, its size, and what it came to.

    Signals: `chosen`, it was clicked or walked to; `walked(across, down)`, an arrow key.
    """

    chosen = Signal()
    walked = Signal(int, int)

    def __init__(self, hidden: tuple[int, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hidden = hidden
        self.tried: TriedShape | None = None
        self.is_current = False
        self.map = PlaneMap()
        self.map.setMinimumSize(theme.scaled(72), theme.scaled(72))
        self.map.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._size, self._losses = (
            Label("", "caption", "text2", wrap=True),
            Label("", "caption", wrap=True, tabular=True),
        )
        name = Label(shape_text(hidden), "card-title")
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (name, self._size, self._losses):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self.map, 3, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(shape_text(hidden))
        FocusRing(self)

    def show_size(self, parameters: int) -> None:
        """Say how large the network is."""
        self._size.setText(self.tr("{0} parameters").format(thousands(parameters)))

    def show_tried(self, tried: TriedShape | None) -> None:
        """Show what became of the shape; None where that is not known yet."""
        self.tried = tried
        self.map.show_map(None if tried is None else tried.map)
        text = ""
        if tried is not None:
            text = self.tr("loss {0}\nheld back {1}").format(decimal(tried.loss), decimal(tried.loss_held_back))
        self._losses.setText(text)
        self.setToolTip("" if tried is None else map_text(tried))
        self.setAccessibleDescription("" if tried is None else map_text(tried))

    def set_current(self, is_current: bool) -> None:
        """Mark it as the one that is looked at."""
        self.is_current = is_current
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.accent if self.is_current else palette.border, 2 if self.is_current else 1))
        painter.setBrush(palette.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.CARD_RADIUS, theme.CARD_RADIUS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is not None:
            self.walked.emit(*step)
        else:
            super().keyPressEvent(event)


class ShapesView(QWidget):
    """The grid of shapes, which fills while the networks learn beside the window.

    Signals: `changed`, other points were chosen, or another shape is looked at; `told_more`, a shape is known, or all
    are to be found out anew.
    """

    changed = Signal()
    told_more = Signal()

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tried: dict[tuple[int, ...], TriedShape] = {}
        self.current = SHAPES[0]
        self.data = ComboBox()
        self.data.setAccessibleName(self.tr("Points"))
        self.progress = ProgressBar()
        self.progress.setRange(0, _PARTS * len(SHAPES))
        self.progress.set_segments(len(SHAPES))
        self.cells = {hidden: ShapeCell(hidden) for hidden in SHAPES}
        self._dataset: Dataset | None = None
        self._errand = Errand(start_job, self)
        self._build()
        self._errand.found.connect(self._on_found)
        self._errand.progressed.connect(self._on_progressed)
        self.data.currentIndexChanged.connect(self._on_data_chosen)

    def _build(self) -> None:
        for name in PLANE.datasets:
            self.data.add_entry(dataset_title(name), data=name)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        label = Label(self.tr("Points"), "body", "text2")
        label.setBuddy(self.data)
        head.addWidget(label)
        head.addWidget(self.data)
        head.addStretch(1)
        head.addWidget(Label(self.tr("wider to the right, deeper below"), "caption", "text2"))
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        grid = QGridLayout()
        grid.setSpacing(10)
        for place, (hidden, cell) in enumerate(self.cells.items()):
            grid.addWidget(cell, *divmod(place, len(WIDTHS)))
            cell.chosen.connect(self._on_chosen)
            cell.walked.connect(self._on_walked)
            cell.set_current(hidden == self.current)
        for row in range(len(DEPTHS)):
            grid.setRowStretch(row, 1)
        for column in range(len(WIDTHS)):
            grid.setColumnStretch(column, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addLayout(grid, 1)

    # What is shown

    @property
    def is_known(self) -> bool:
        """Whether all shapes were tried."""
        return len(self.tried) == len(SHAPES)

    def show_values(self, data: int, current: tuple[int, ...]) -> None:
        """Show the points at a place of `PLANE.datasets` and look at a shape; `changed` is not emitted."""
        blocked = self.blockSignals(True)
        self.data.setCurrentIndex(data)
        self.blockSignals(blocked)
        self.look_at(current)

    def look_at(self, hidden: tuple[int, ...]) -> None:
        """Mark a shape as the one that is looked at."""
        self.current = hidden
        for shape, cell in self.cells.items():
            cell.set_current(shape == hidden)

    def find_out(self) -> None:
        """Have the shapes tried that are not known yet, one after the other, beside the window."""
        if self._dataset is None:
            self._dataset = made_dataset(noisier(self.data.currentData()))
            points = points_of(self._dataset)
            for hidden, cell in self.cells.items():
                cell.map.show_points(points)
                cell.show_size(parameters_of(hidden, self._dataset.problem.classes))
                cell.show_tried(None)
        wanted = next((hidden for hidden in SHAPES if hidden not in self.tried), None)
        self.progress.setVisible(wanted is not None)
        if wanted is None:
            return
        dataset, bounds = self._dataset, bounds_around(points_of(self._dataset))

        def work(report: Report, cancelled: threading.Event) -> TriedShape | None:
            return try_shape(dataset, wanted, bounds, report, cancelled)

        self._errand.ask(work, (dataset.name, wanted))

    # What is done

    @Slot(object, object)
    def _on_found(self, found: TriedShape | None, key: tuple[str, tuple[int, ...]]) -> None:
        if found is None or self._dataset is None or key[0] != self._dataset.name:
            return
        self.tried[found.hidden] = found
        self.cells[found.hidden].show_tried(found)
        self.find_out()
        self.told_more.emit()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setValue(round(_PARTS * (len(self.tried) + done / total)))

    @Slot()
    def _on_data_chosen(self) -> None:
        self._errand.cancel()
        self.tried.clear()
        self._dataset = None
        if not self.signalsBlocked():
            self.find_out()
            self.told_more.emit()
            self.changed.emit()

    @Slot()
    def _on_chosen(self) -> None:
        cell = self.sender()
        assert isinstance(cell, ShapeCell)
        self._choose(cell.hidden)

    @Slot(int, int)
    def _on_walked(self, across: int, down: int) -> None:
        row, column = divmod(SHAPES.index(self.current), len(WIDTHS))
        row, column = min(max(row + down, 0), len(DEPTHS) - 1), min(max(column + across, 0), len(WIDTHS) - 1)
        self._choose(SHAPES[row * len(WIDTHS) + column])
        self.cells[self.current].setFocus()

    def _choose(self, hidden: tuple[int, ...]) -> None:
        self.look_at(hidden)
        self.changed.emit()
