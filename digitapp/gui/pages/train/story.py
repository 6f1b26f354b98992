"""What the Train page shows of the past: related runs, the moment in the curves, and its confusion."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.pages.train.confusion import ConfusionCard
from digitapp.gui.plots.curve_cards import CurveStory
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.numbers import epoch_text
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.runs.branches import Branch, PlaceInRun
from digitapp.training.evaluate import Evaluation, evaluate
from digitapp.training.events import EpochDone

MOST_PALE_LINES = 5


class StoryView(QObject):
    """Tells the story of a run, and shows the confusion at its moment, which is measured in the background.

    Signals: `measured`, when the shown moment of the past has been.
    """

    measured = Signal()

    def __init__(self, session: Session, confusion: ConfusionCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._confusion = confusion
        self._told: tuple[Snapshot, CurveStory] | None = None
        self._asked: tuple[PlaceInRun, Dataset] | None = None
        self._measured: tuple[PlaceInRun, Evaluation] | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_measured)

    @property
    def validation_accuracy(self) -> float | None:
        """Of the shown moment, where it has been measured."""
        validation = self._validation()
        return None if validation is None else validation[1]

    def story(self, shown: Snapshot) -> CurveStory:
        """Return what the curves tell: the run that the slider runs along, or a newer one that has just begun.

        Both curves of a frame are told the same story, which is built once.
        """
        if self._told is None or self._told[0] is not shown:
            self._told = shown, self._make_story(shown)
        return self._told[1]

    def _make_story(self, shown: Snapshot) -> CurveStory:
        machine, history = self._session.time_machine, shown.run.history
        branch, place = machine.branch, shown.place
        experiment = shown.run.experiment
        if experiment is not None and experiment.is_several and place is None and branch is experiment.first:
            return CurveStory(history, experiment.first.start, seeds=tuple(experiment.histories))
        if branch is None or (place is None and branch.history is not history):
            return CurveStory(history)
        root = _root(branch)
        others = [other for other in machine.branches if other is not branch and _root(other) is root]
        moment = branch.epochs_at(place.moment.step) if place is not None else None
        pale = tuple((other.history, other.start) for other in others[-MOST_PALE_LINES:])
        return CurveStory(branch.history, branch.start, pale, moment, self._validation())

    def _validation(self) -> tuple[float, float] | None:
        """Return validation loss and accuracy at the shown moment, where they have been measured."""
        if self._measured is None or self._asked is None or self._asked[1].validation is None:
            return None
        place, evaluation = self._measured
        return (evaluation.loss, evaluation.accuracy) if place is self._session.time_machine.place else None

    def show_confusion(self, shown: Snapshot, dataset: Dataset | None) -> None:
        """Show the confusion at the moment, or now that after the newest epoch, on what the run learns from."""
        place = shown.place
        if place is None or dataset is None:
            self._asked = None
            epoch = shown.run.history.last_epoch
            names = shown.model.class_names
            if epoch is not None and len(names) < len(epoch.confusion):  # another network is shown, of fewer classes
                names = shown.problem.class_names
            self._confusion.show_epoch(epoch, dataset, names)
        elif self._asked is None or self._asked[0] is not place:
            self._asked = place, dataset
            self._confusion.show_measuring()
            self._measure(place, dataset)

    def _measure(self, place: PlaceInRun, dataset: Dataset) -> None:
        split = dataset.validation if dataset.validation is not None else dataset.train
        model, parameters = place.branch.model, place.moment.parameters

        def work(_report: Report, _cancelled: threading.Event) -> Evaluation:
            network = Network(model.network.sizes, model.network.activations, parameters.dtype)
            np.copyto(network.parameters, parameters)
            return evaluate(network, model.loss, split)

        self._errand.ask(work, place)

    @Slot(object, object)
    def _on_measured(self, found: Evaluation, place: PlaceInRun) -> None:
        if self._asked is None or self._asked[0] is not place or place is not self._session.time_machine.place:
            return
        self._measured = place, found
        dataset = self._asked[1]
        started, step = place.branch.history.started, place.moment.step
        whole = step // started.batches_per_epoch if started is not None else 0
        validation = (found.loss, found.accuracy) if dataset.validation is not None else (None, None)
        epoch = EpochDone(
            whole, step, found.loss, found.accuracy, *validation, found.confusion, found.predictions, seconds=0.0
        )
        when = epoch_text(place.branch.epochs_at(step))
        self._confusion.show_epoch(epoch, dataset, self._session.problem.class_names, when)
        self.measured.emit()


def _root(branch: Branch) -> Branch:
    return (branch, *branch.ancestors)[-1]
