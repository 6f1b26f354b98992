"""What the Train page shows of the past: related runs, the moment in the curves, and its confusion."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Signal

from digitapp.datasets.dataset import Dataset
from digitapp.gui.evaluator import Evaluator
from digitapp.gui.pages.train_curves import CurveStory
from digitapp.gui.session import Session
from digitapp.gui.time_machine import Branch, Place
from digitapp.gui.widgets.numbers import epoch_text
from digitapp.nn.network import Network
from digitapp.training.evaluate import Evaluation, evaluate
from digitapp.training.events import EpochDone

MOST_PALE_LINES = 5


def story(session: Session, past: PastConfusion) -> CurveStory:
    """Return what the curves tell: the run that the slider runs along, or a newer one that has just begun."""
    machine, history = session.time_machine, session.run.history
    branch, place = machine.branch, machine.place
    if branch is None or (place is None and branch.history is not history):
        return CurveStory(history)
    root = _root(branch)
    others = [other for other in machine.branches if other is not branch and _root(other) is root]
    moment = branch.epochs_at(place.moment.step) if place is not None else None
    pale = tuple((other.history, other.start) for other in others[-MOST_PALE_LINES:])
    return CurveStory(branch.history, branch.start, pale, moment, past.validation)


def at_epoch(place: Place) -> str:
    """Return "at epoch 2.4"."""
    epochs = place.branch.epochs_at(place.moment.step)
    return QCoreApplication.translate("PastConfusion", "at epoch {0}").format(epoch_text(epochs))


def _root(branch: Branch) -> Branch:
    return (branch, *branch.ancestors)[-1]


class PastConfusion(QObject):
    """Measures the confusion at the shown moment, in the background.

    Signals: `measured(EpochDone)`, what the end of an epoch would have reported at this moment.
    """

    measured = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._place: Place | None = None
        self._evaluator = Evaluator(session, self)
        self._evaluator.measured.connect(self._on_measured)
        self._has_validation = False
        self._result: tuple[Place, Evaluation] | None = None

    @property
    def validation(self) -> tuple[float, float] | None:
        """Validation loss and accuracy at the shown moment, where they have been measured."""
        if self._result is None or not self._has_validation:
            return None
        place, evaluation = self._result
        return (evaluation.loss, evaluation.accuracy) if place is self._session.time_machine.place else None

    def measure(self, place: Place, dataset: Dataset) -> None:
        """Measure a moment on the part that the run was validated on; a newer wish replaces one that waits."""
        if place is self._place:
            return
        split = dataset.validation if dataset.validation is not None else dataset.train
        model, parameters = place.branch.model, place.moment.parameters
        self._place, self._has_validation = place, dataset.validation is not None

        def work() -> Evaluation:
            network = Network(model.network.sizes, model.network.activations, parameters.dtype)
            np.copyto(network.parameters, parameters)
            return evaluate(network, model.loss, split)

        self._evaluator.measure(work, place)

    def _on_measured(self, evaluation: Evaluation, place: Place) -> None:
        if place is self._session.time_machine.place:
            self._result = place, evaluation
            started = place.branch.history.started
            epoch = place.moment.step // started.batches_per_epoch if started is not None else 0
            loss, accuracy = evaluation.loss, evaluation.accuracy
            validation = (loss, accuracy) if self._has_validation else (None, None)
            self.measured.emit(
                EpochDone(
                    epoch,
                    place.moment.step,
                    loss,
                    accuracy,
                    *validation,
                    evaluation.confusion,
                    evaluation.predictions,
                    0.0,
                )
            )
