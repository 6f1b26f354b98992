"""The card that shows the plane while the network learns: its answer everywhere, and the points it learns from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui.pages.train.lower_room import LowerView
from digitapp.gui.plots.plane_map import LEAST_PULL, PlaneMap
from digitapp.gui.plots.plane_picture import NO_POINTS, PlanePoints, bounds_around, points_of
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.mapping import Mapper
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import GhostButton, Label, LinkButton
from digitapp.gui.widgets.numbers import thousands
from digitapp.inspection.boundary import DecisionMap
from digitapp.inspection.pulls import pulls
from digitapp.modelfile import Model


class PlaneCard(LowerView):
    """A decision map with the points on it, and on request how strongly each holds the border.

    Signals: `sizes_clicked` asks for the trial of small and large networks; `pulls_toggled` wants the card shown anew.
    """

    sizes_clicked = Signal()
    pulls_toggled = Signal()

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("The plane in training"), "plane-in-training", parent)
        self.map = PlaneMap()
        self._caption = Label("", "caption", "text2", wrap=True, tabular=True)
        self.pulls = GhostButton(
            self.tr("Pulls"),
            tip=self.tr("Ring the points that hold the border where it is: the wider, the more they pull"),
        )
        self.pulls.setObjectName("pullsButton")
        self.pulls.setCheckable(True)
        self.pulls.toggled.connect(self.pulls_toggled)
        self.sizes = LinkButton(
            self.tr("Small or large? ›"), tip=self.tr("Train many networks of three sizes on these points and compare")
        )
        self.sizes.setObjectName("sizesButton")
        self.sizes.clicked.connect(self.sizes_clicked)
        self.slot.addStretch(1)
        self.slot.addWidget(self.pulls)
        self.slot.addWidget(self.sizes)
        self.body.addWidget(self.map, 1)
        self.body.addWidget(self._caption)
        self._mapper = Mapper(start_job, self)
        self._mapper.mapped.connect(self._on_mapped)
        self._dataset: Dataset | None = None
        self._points: PlanePoints = NO_POINTS

    def show_plane(self, shown: Snapshot, dataset: Dataset | None) -> None:
        """Show what the shown network answers, and the points of the data that are chosen."""
        if dataset is not self._dataset:
            self._dataset, self._points = dataset, points_of(dataset)
        points, model = self._points, shown.model
        self.sizes.setEnabled(dataset is not None)
        self._mapper.ask(shown, bounds_around(points))
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = model.network.forward(points.places) if len(points) else np.zeros((0, 1))
        right = outputs.argmax(axis=1) == points.labels
        self.map.show_points(points, ~right)
        held = self._show_pulls(model)
        last = self._show_last(shown)
        self._caption.setText(in_a_row(self._said(model, right, held), self._corrections(shown), last))
        self.map.setAccessibleDescription(self._caption.text())

    def _show_pulls(self, model: Model) -> int | None:
        """Ring the points that pull, and return how many do; None where that is not asked for or cannot be told."""
        dataset = self._dataset
        knows_all = dataset is not None and dataset.train.labels.max() < model.network.sizes[-1]
        if not self.pulls.isChecked() or dataset is None or not knows_all:
            self.map.show_pulls(None)
            return None
        strengths = pulls(model.network, model.loss, dataset.train.without_foils())
        self.map.show_pulls(strengths)
        return int((strengths > LEAST_PULL * strengths.max()).sum()) if strengths.any() else 0

    def _said(self, model: Model, right: np.ndarray, held: int | None) -> str:
        points = self._points
        if not len(points):
            return self.tr("The points are on their way.")
        learned = ~points.validates
        text = self.tr("{0} of {1} points are right.")
        if points.validates.any():
            text = self.tr("{0} of {1} points are right, and {2} of the {3} hollow ones that validate.")
        counts = (right[learned].sum(), learned.sum(), right[~learned].sum(), (~learned).sum())
        sentences = [text.format(*(thousands(int(count)) for count in counts))]
        classes, known = int(points.labels.max()) + 1, model.network.sizes[-1]
        if classes > known:
            missing = self.tr("This network knows {0} of the {1} classes; a new one will learn all.")
            sentences.append(missing.format(known, classes))
        elif held is not None:
            sentences.append(self.tr("{0} points hold the border.").format(thousands(held)))
        return in_a_row(*sentences)

    def _corrections(self, shown: Snapshot) -> str:
        """Return how often a perceptron that learns point by point was corrected; "" for every other run."""
        history = shown.run.history
        if not self._is_point_by_point(shown) or not len(history.loss):
            return ""
        seen, corrected = len(history.loss), int(np.count_nonzero(history.loss.values))
        text = self.tr("Corrections so far: {0}, for {1} points looked at.")
        return text.format(thousands(corrected), thousands(seen))

    @staticmethod
    def _is_point_by_point(shown: Snapshot) -> bool:
        """Whether the run that is shown is a perceptron's, which is corrected after each point."""
        started = shown.run.history.started
        is_perceptron = shown.place is None and shown.model.loss == "perceptron"
        return is_perceptron and started is not None and started.batches_per_epoch >= started.training_samples

    def _show_last(self, shown: Snapshot) -> str:
        """Frame the point at which a perceptron rests, and say what it did to the line; "" where there is none."""
        learned, loss = shown.run.learned, shown.run.history.loss
        rests = self._is_point_by_point(shown) and learned.size == 1 and len(loss) > 0
        self.map.show_framed(int(learned[0]) if rests else None)
        if not rests:
            return ""
        if loss.value(-1):
            return self.tr("The framed point was misread: the line was corrected for it.")
        return self.tr("The framed point was right: nothing was changed for it.")

    @Slot(object)
    def _on_mapped(self, found: DecisionMap) -> None:
        self.map.show_map(found)
