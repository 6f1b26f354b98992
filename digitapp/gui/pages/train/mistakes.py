"""The tab of Train that shows what the shown network misreads, and opens any of it elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.gui.pages.train.confusion import Cell, ConfusionMatrix
from digitapp.gui.pages.train.lower_room import LowerView
from digitapp.gui.pages.train.mistake_gallery import Gallery, GalleryModel
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import ElidedLabel, GhostButton, Label, LinkButton
from digitapp.gui.widgets.flow import Flow
from digitapp.gui.widgets.numbers import thousands
from digitapp.inspection.mistakes import Readings, read_all
from digitapp.modelfile import Model
from digitapp.progress import Report

_NAMES = ("0", "1")  # of an empty matrix, before anything is known
_REST = 9.0  # beside a run: one part in ten of a core at most


class _Shown(NamedTuple):
    """What is shown, or asked for: a network's readings of a part of the data."""

    model: Model
    version: int
    problem: Problem
    dataset: Dataset


class MistakesView(LowerView):
    """A confusion matrix, and beside it the samples of a cell or all that are misread, the surest mistake first.

    It is measured beside the window; while a network learns, again and again. As long as the pointer is over the
    samples they keep their places.

    Signals
    -------
    why_wanted, draw_wanted, step_wanted(inputs, name, label) : a sample is to be looked at on another page: float array
        (features,), its name for people, its true class
    """

    why_wanted = Signal(object, str, int)
    draw_wanted = Signal(object, str, int)
    step_wanted = Signal(object, str, int)

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Mistakes"), "mistakes", parent)
        self.cell: Cell | None = None
        self.readings: Readings | None = None
        self._shown: _Shown | None = None
        self._wanted: tuple[_Shown, bool] | None = None
        self._held: tuple[Readings, _Shown] | None = None  # until the pointer has gone
        self._follows = False
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_nothing(self.tr("What is misread is shown as soon as the data are here."), _NAMES)

    # Building

    def _make_parts(self) -> None:
        self.count = ElidedLabel("", "caption", "text2")
        self.count.setObjectName("mistakesCount")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.matrix = ConfusionMatrix()
        self.matrix.setObjectName("mistakesMatrix")
        self.title = ElidedLabel("", "card-title")
        self.order = ElidedLabel("", "caption", "text2")
        self.order.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # the title goes first
        self.all_button = GhostButton(
            self.tr("All mistakes"), "close", tip=self.tr("Show all mistakes again, not only those of a cell")
        )
        self.all_button.setObjectName("allMistakesButton")
        policy = self.all_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.all_button.setSizePolicy(policy)
        self.gallery = Gallery()
        self.empty = Label("", "body", "text2", wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = ElidedLabel("", "tick", "text2")
        self.hint.setFixedHeight(self.fontMetrics().height() + 4)
        self.why_button = LinkButton(self.tr("Open in Why ›"), tip=self.tr("See what led to this answer"))
        self.draw_button = LinkButton(self.tr("Draw on it ›"), tip=self.tr("Lay it on the canvas and change it"))
        self.step_button = LinkButton(
            self.tr("Step through it ›"), tip=self.tr("Follow it through the network, number by number")
        )
        for button, name in zip(self._ways, ("mistakeDraw", "mistakeStep", "mistakeWhy"), strict=True):
            button.setObjectName(name)

    @property
    def _ways(self) -> Sequence[LinkButton]:
        return self.draw_button, self.step_button, self.why_button

    def _lay_out(self) -> None:
        self.slot.addWidget(self.count, 1)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.matrix, 1)
        left.addWidget(ElidedLabel(self.tr("rows: the class, columns: what was read"), "tick", "text2"))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addWidget(self.order, 1)
        head.addWidget(self.all_button)
        self.ways = Flow()
        for button in self._ways:
            self.ways.add(button)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(head)
        right.addWidget(self.gallery, 1)
        right.addWidget(self.empty, 1)
        right.addWidget(self.hint)
        right.addWidget(self.ways)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(24)
        self._row.addLayout(left, 2)
        self._row.addLayout(right, 3)
        self.body.addLayout(self._row, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the samples below the matrix where the room is higher than wide."""
        super().resizeEvent(event)
        is_high = self.height() > self.width()
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if is_high else directions.LeftToRight)
        self._row.setSpacing(8 if is_high else 24)

    def _connect(self) -> None:
        self.matrix.cell_opened.connect(self.choose_cell)
        self.all_button.clicked.connect(self.show_all)
        self.gallery.sample_chosen.connect(self._on_chosen)
        self.gallery.sample_opened.connect(self._open_why)
        self.gallery.left.connect(self._show_held)
        self.why_button.clicked.connect(self._open_why)
        self.draw_button.clicked.connect(partial(self._open, self.draw_wanted))
        self.step_button.clicked.connect(partial(self._open, self.step_wanted))

    # Measuring

    @property
    def problem(self) -> Problem | None:
        """Whose samples are shown, None while there are none."""
        return None if self._shown is None else self._shown.problem

    def follow(self, shown: Snapshot, dataset: Dataset | None) -> None:
        """Show what a snapshot's network reads of the data; nothing happens where that is known already."""
        names = shown.model.class_names[: shown.network.sizes[-1]]
        if dataset is None:
            self._wanted = None
            self._errand.cancel()
            self._show_nothing(self.tr("What is misread is shown as soon as the data are here."), names)
            return
        if self._shown is not None and (self._shown.problem is not shown.problem or self._shown.dataset is not dataset):
            self._show_nothing(self.tr("The network is reading all of them…"), names)
        wanted = _Shown(shown.model, shown.version, shown.problem, dataset)
        self._wanted = wanted, shown.run.is_active and shown.shows_run
        if wanted != self._shown and not self._errand.is_busy:
            self._ask()

    def _ask(self) -> None:
        assert self._wanted is not None
        wanted, follows = self._wanted
        model = wanted.model
        network, split = model.network.copy(), wanted.dataset.validation or wanted.dataset.train

        def work(_report: Report, cancelled: threading.Event) -> Readings | None:
            return read_all(network, model.loss, model.calibration, split, cancelled)

        self._errand.ask(work, wanted, rest=_REST if follows else 0.0)

    @Slot(object, object)
    def _on_found(self, readings: Readings | None, key: _Shown) -> None:
        if self._wanted is None or readings is None:
            return
        wanted, self._follows = self._wanted
        if key.problem is wanted.problem and key.dataset is wanted.dataset:
            if self._follows and self.gallery.viewport().underMouse():
                self._held = readings, key
            else:
                self._show_readings(readings, key)
        if wanted != key:
            self._ask()

    @Slot(object, object)
    def _on_failed(self, _error: Exception, _key: object) -> None:
        self._show_nothing(self.tr("The data and this network do not fit each other."), _NAMES)

    @Slot()
    def _show_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._show_readings(*held)

    # Showing

    def _show_nothing(self, text: str, names: tuple[str, ...]) -> None:
        self.readings = self._held = self._shown = self.cell = None
        self.count.setText("")
        self.matrix.set_counts(None, names)
        self.matrix.set_chosen(None)
        self._show_empty(text)

    def _show_empty(self, text: str) -> None:
        for part in (self.title, self.order, self.hint):
            part.setText("")
        self.all_button.setVisible(self.cell is not None)
        self.gallery.hide()
        self.empty.setText(text)
        self.empty.show()
        self.hint.show()
        self.ways.hide()

    def _show_readings(self, readings: Readings, key: _Shown) -> None:
        self._held = None
        self.readings, self._shown = readings, key
        names = self._names
        if self.cell is not None and max(self.cell) >= len(names):
            self.cell = None
        self.matrix.set_counts(readings.confusion, names)
        self.count.setText(self._counted(len(readings.mistakes), len(readings.split)))
        self._show_samples()

    @property
    def _names(self) -> tuple[str, ...]:
        assert self._shown is not None
        known = self._shown.model.class_names
        return known[: self._shown.model.network.sizes[-1]]

    def _counted(self, mistakes: int, total: int) -> str:
        assert self._shown is not None
        numbers = thousands(mistakes), thousands(total)
        pictures, validates = self._shown.problem.has_picture, self._shown.dataset.validation is not None
        if pictures and validates:
            text = self.tr("{0} of {1} validation images are misread")
        elif pictures:
            text = self.tr("{0} of {1} training images are misread")
        elif validates:
            text = self.tr("{0} of {1} validation points are misread")
        else:
            text = self.tr("{0} of {1} training points are misread")
        return text.format(*numbers)

    def _show_samples(self) -> None:
        """Show the samples of the chosen cell, or all that are misread."""
        readings, shown, cell = self.readings, self._shown, self.cell
        if readings is None or shown is None:
            return
        self.matrix.set_chosen(cell)
        chosen = readings.mistakes if cell is None else readings.of(cell)
        validates = shown.dataset.validation is not None

        def fill(model: GalleryModel) -> None:
            model.show_samples(shown.problem, self._names, readings, chosen, validates=validates)

        self.gallery.fill(fill, of_one_cell=cell is not None)
        if not len(chosen):
            self._show_empty(self._none())
            return
        self.empty.hide()
        self.gallery.show()
        self.all_button.setVisible(cell is not None)
        self.title.setText(self._title())
        self.order.setText(self._ordered(len(chosen)))
        self.gallery.setAccessibleName(self._title())
        self._show_ways()

    def _none(self) -> str:
        assert self._shown is not None
        pictures = self._shown.problem.has_picture
        if self.cell is None:
            return self.tr("Every image is read right.") if pictures else self.tr("Every point is read right.")
        label, read = (self._names[each] for each in self.cell)
        if self.cell[0] == self.cell[1]:
            return self.tr("No {0} is read right.").format(label)
        return self.tr("No {0} is read as {1}.").format(label, read)

    def _title(self) -> str:
        if self.cell is None:
            return self.tr("All mistakes")
        label, read = (self._names[each] for each in self.cell)
        if self.cell[0] == self.cell[1]:
            return self.tr("{0} read right").format(label)
        return self.tr("{0} read as {1}").format(label, read)

    def _ordered(self, count: int) -> str:
        assert self._shown is not None
        is_right = self.cell is not None and self.cell[0] == self.cell[1]
        if self._shown.problem.has_picture:
            if is_right:
                return self.tr("%Ln image(s), the least sure first", "", count)
            return self.tr("%Ln image(s), the surest mistake first", "", count)
        if is_right:
            return self.tr("%Ln point(s), the least sure first", "", count)
        return self.tr("%Ln point(s), the surest mistake first", "", count)

    def _show_ways(self) -> None:
        """Say what can be done with the chosen sample, or that one is to be chosen."""
        assert self._shown is not None
        is_chosen = self.gallery.chosen is not None
        if self._shown.problem.has_picture:
            self.hint.setText(self.tr("Click an image to draw on it, to ask why, or to step through it."))
        else:
            self.hint.setText(self.tr("Click a point to see it on the plane, to ask why, or to step through it."))
        self.hint.setVisible(not is_chosen)
        self.ways.setVisible(is_chosen)

    # What the user does

    @Slot(object)
    def choose_cell(self, cell: Cell | None) -> None:
        """Show the samples of a cell alone; those of the same cell again, or of None: all mistakes."""
        self.show_cell(None if cell == self.cell else cell)

    def show_cell(self, cell: Cell | None) -> None:
        """Show the samples of a cell alone, once they are known; of None all mistakes."""
        self.cell = cell
        self.gallery.choose_none()
        self._show_samples()

    @Slot()
    def show_all(self) -> None:
        """Show all mistakes."""
        if self.cell is not None:
            self.show_cell(None)
            self.gallery.setFocus()

    @Slot(int)
    def _on_chosen(self, _sample: int) -> None:
        if self.readings is not None and self.gallery.samples.rowCount():
            self._show_ways()

    @Slot()
    def _open_why(self) -> None:
        self._open(self.why_wanted)

    def _open(self, signal: SignalInstance) -> None:
        """Ask for the chosen sample to be seen elsewhere."""
        sample, readings = self.gallery.chosen, self.readings
        if sample is None or readings is None:
            return
        inputs, label = readings.split.inputs[sample], int(readings.split.labels[sample])
        assert self._shown is not None
        text = self.tr("Image {0}") if self._shown.problem.has_picture else self.tr("Point {0}")
        signal.emit(np.array(inputs), text.format(thousands(sample + 1)), label)
