"""Below the picture: which sample is followed, how many are right, and the strip of all of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import Inputs
from digitapp.gui import theme
from digitapp.gui.pages.step.blocks import Formula
from digitapp.gui.pages.step.formulas import exact
from digitapp.gui.pages.step.sample_words import sample_words
from digitapp.gui.pages.step.strip import Samples, SampleStrip
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.followed import FEW_SAMPLES
from digitapp.gui.state.scene import Scene
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name
from digitapp.gui.widgets import CheckBox, ComboBox, ElidedLabel, GhostButton, Label
from digitapp.gui.widgets.numbers import thousands
from digitapp.inspection.backward_steps import Totals, totals
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.datasets.dataset import Dataset


class Counter(QObject):
    """Counts beside the window how a network does on many samples.

    Signals: `counted`, when `totals` is of what was asked for last.
    """

    counted = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._key: tuple[object, ...] = ()
        self.totals: Totals | None = None

    def ask(self, shown: Snapshot, dataset: Dataset) -> None:
        """Count for the network of a snapshot, unless that is done; what was counted before is of the past."""
        key = shown.entry, shown.version, dataset
        if key == self._key:
            return
        self._key = key
        self.totals = None
        network, loss, part = shown.network.copy(), shown.model.loss, dataset.train.without_foils()

        def work(_report: Report, _cancelled: threading.Event) -> Totals:
            return totals(network, loss, part.inputs, part.labels)

        self._errand.ask(work, key, rest=2.0 if shown.shows_run else 0.0)

    @Slot(object, object)
    def _on_found(self, found: Totals, key: tuple[object, ...]) -> None:
        if key == self._key:
            self.totals = found
            self.counted.emit()


class SampleBar(QWidget):
    """The strip with what is said above and below it.

    Signals
    -------
    drawing_chosen : what is on the canvas is to be followed
    target_chosen(label) : what the drawing is meant to be
    misread_changed(bool) : only misread samples are to be offered
    """

    drawing_chosen = Signal()
    target_chosen = Signal(int)
    misread_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._which = Label("", "section", tabular=True)
        self._reading = ElidedLabel("", "body", "text2")
        self._right = Label("", "section", tabular=True)
        self._error = Formula(wrap=False)
        self.drawing = GhostButton(self.tr("My drawing"), "pen", tip=self.tr("Follow what is on the canvas"))
        self.drawing.setCheckable(True)
        self.drawing.setObjectName("stepDrawing")
        self.target = ComboBox()
        self.target.setAccessibleName(self.tr("What the drawing is meant to be"))
        self.target.setObjectName("stepTarget")
        self.strip = SampleStrip()
        self.images = GhostButton(self.tr("Images…"), "pen", tip=self.tr("Draw the images anew, label, import, export"))
        self.images.setObjectName("stepImages")
        self._hint = ElidedLabel("", "tick", "text2")
        self.misread = CheckBox(self.tr("Misread only"))
        self.misread.setObjectName("stepMisread")
        self._lay_out()
        self.drawing.clicked.connect(self.drawing_chosen)
        self.target.activated.connect(self.target_chosen)
        self.misread.toggled.connect(self.misread_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._which)
        head.addWidget(self._reading, 1)
        head.addWidget(self.target)
        head.addWidget(self.drawing)
        head.addWidget(self._right)
        head.addWidget(self._error)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._hint, 1)
        foot.addWidget(self.misread)
        foot.addWidget(self.images)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addLayout(foot)

    def show_scene(
        self,
        shown: Snapshot,
        scene: Scene | None,
        orders: tuple[NDArray[np.int64], NDArray[np.int64]],
        counted: Totals | None,
    ) -> None:
        """Show the samples of a snapshot, and which of them a scene follows.

        `orders` are the samples that are offered, and all of them, in their order; `counted` is of all.
        """
        dataset = shown.dataset
        self.strip.setVisible(dataset is not None)
        self._hint.setVisible(dataset is not None)
        if dataset is None:
            self.misread.hide()
            self.images.hide()
        total = counted if scene is None or scene.totals is None else scene.totals
        self._show_counts(scene, dataset, total)
        names = shown.model.class_names
        is_drawing = scene is not None and scene.sample is None
        self.drawing.setChecked(is_drawing)
        self.drawing.setEnabled(shown.answer.inputs is not None)
        self.target.setVisible(is_drawing)
        if is_drawing and scene is not None:
            self._show_targets(names, scene.numbers.label)
        if dataset is None:
            return
        few = len(dataset.train) <= FEW_SAMPLES
        every = dataset.all_but_test if few else dataset.train
        order, whole = orders
        answers = _answers(len(every), whole, total)
        chosen = scene.sample if scene is not None else None
        is_plane = shown.problem.is_plane
        shape = (1, 1) if is_plane else shown.problem.shape
        self.strip.show_samples(Samples(order, every.inputs, every.labels, answers, chosen, shape, names, is_plane))
        self.misread.setVisible(not few)
        self.images.setVisible(few and shown.problem.inputs is Inputs.GRID)  # others are not set pixel by pixel
        if not few:
            self._hint.setText(sample_words(shown.problem).hint)
        else:
            held = 0 if dataset.validation is None else len(dataset.validation)
            self._hint.setText(
                self.tr("Red: misread. All {0} are here; Train learns {1} and validates with {2}.").format(
                    len(every), len(dataset.train), held
                )
            )

    def _show_counts(self, scene: Scene | None, dataset: Dataset | None, total: Totals | None) -> None:
        if scene is None or dataset is None:
            which = self.tr("My drawing") if scene is not None else ""
            self._which.setText(which)
        elif scene.sample is None:
            self._which.setText(self.tr("My drawing"))
        else:
            text = sample_words(dataset.problem).which
            self._which.setText(text.format(thousands(scene.position + 1), thousands(scene.samples)))
        self._show_reading(scene)
        self._right.setVisible(total is not None)
        self._error.setVisible(total is not None)
        if total is not None:
            text = self.tr("{0} of {1} right")
            self._right.setText(text.format(thousands(total.right), thousands(len(total.answers))))
            few = len(total.answers) <= FEW_SAMPLES
            self._error.setText(f"C<sub>T</sub> = {exact(total.cost)}" if few else f"C̄ = {exact(total.mean_cost)}")
            if dataset is not None:
                words = sample_words(dataset.problem)
                self._error.setToolTip(words.total_error if few else words.mean_error)

    def _show_reading(self, scene: Scene | None) -> None:
        if scene is None:
            self._reading.setText("")
            return
        names, numbers = scene.shown.model.class_names, scene.numbers
        right, read = names[numbers.label], names[numbers.answer]
        is_right = numbers.label == numbers.answer
        text = self.tr("{0:a}, read as {1}") if not is_right else self.tr("{0:a}, read rightly")
        self._reading.setText(text.format(Name(right), read))
        self._reading.set_tone("text2" if is_right else "danger")

    def _show_targets(self, names: tuple[str, ...], label: int) -> None:
        texts = [self.tr("meant: {0}").format(name) for name in names]
        if [self.target.itemText(index) for index in range(self.target.count())] != texts:
            self.target.clear()
            for text in texts:
                self.target.add_entry(text)
        self.target.setCurrentIndex(label)

    def set_compact(self, compact: bool) -> None:
        """Leave out words where there is little room."""
        self.drawing.setText("" if compact else self.tr("My drawing"))
        self.drawing.reserve("" if compact else self.tr("My drawing"))
        self._error.setVisible(not compact or self.width() > theme.scaled(560))


def _answers(samples: int, order: NDArray[np.int64], total: Totals | None) -> NDArray[np.int64] | None:
    """Return the answer to each of so many samples, in the order of the data; None where they are not known."""
    if total is None or len(total.answers) == samples:
        return None if total is None else total.answers
    if len(total.answers) != len(order):
        return None
    answers = np.full(samples, -1, np.int64)
    answers[order] = total.answers
    return answers
