"""Fine-tuning in the background, and what it has changed: on the user's own digits and on everybody else's."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from digitapp import __version__
from digitapp.calibration import calibrate
from digitapp.datasets.collection import Collection, split_of
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.handwriting import generate
from digitapp.datasets.problems import MNIST, MY_HAND
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.session import Session
from digitapp.modelfile import Model
from digitapp.progress import Report
from digitapp.training.evaluate import Evaluation, evaluate
from digitapp.training.fine_tuning import TUNING, fine_tune
from digitapp.training.foils import goes_on_refusing

LEAST_DIGITS = 10  # to train on

_WRITTEN_DIGITS = 6000  # of the built-in handwriting, a twelfth of them to measure with
_WRITTEN_SEED = 1
_HAND = "my hand"


class Tally(NamedTuple):
    """How many of so many digits were read right."""

    right: int
    samples: int

    @classmethod
    def of(cls, evaluation: Evaluation) -> Tally:
        """Return the score of an evaluation."""
        return cls(round(evaluation.accuracy * evaluation.samples), evaluation.samples)

    @property
    def accuracy(self) -> float:
        """The share that was read right."""
        return self.right / self.samples


class Change(NamedTuple):
    """How the digits of one data set were read before and after."""

    before: Tally
    after: Tally

    @property
    def gain(self) -> int:
        """How many more digits are read right."""
        return self.after.right - self.before.right


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned network.

    Attributes
    ----------
    source : the entry of the network it began with
    model : the new one
    hand : what has changed on the user's held-out digits, None where there are none
    others : what has changed on the test part of `others_name`
    others_name : MNIST, or the data set at hand where MNIST is not on this computer
    seconds : how long it took
    """

    source: ModelEntry
    model: Model
    hand: Change | None
    others: Change
    others_name: str
    seconds: float

    @property
    def key(self) -> str:
        """Of the session's entry."""
        return f"{MY_HAND}:{self.source.key}"


class Tuner(QObject):
    """Fine-tunes one network at a time.

    Signals: `state_changed`; `progressed(done, total)`, batches; `tuned(Tuned)`; `failed(error)`.
    """

    state_changed = Signal()
    progressed = Signal(object, object)
    tuned = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._written: Dataset | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.progressed.connect(self.progressed)
        self._errand.found.connect(self._on_tuned)
        self._errand.failed.connect(self._on_failed)

    @property
    def is_running(self) -> bool:
        """Whether a network is being fine-tuned."""
        return self._errand.is_busy

    def start(self, source: ModelEntry, name: str, collection: Collection) -> None:
        """Fine-tune a copy of a network that people call `name`; nothing happens while another one is on its way."""
        if self.is_running:
            return
        mnist = self._session.data.get(MNIST.usual_dataset)

        def work(report: Report, cancelled: threading.Event) -> Tuned:
            written = self.written(cancelled)
            return tune(
                source, name, collection, [mnist, written] if mnist is not None else [written], report, cancelled
            )

        self._errand.ask(work, source)
        self.state_changed.emit()

    def written(self, cancelled: threading.Event | None = None) -> Dataset:
        """Return digits of the built-in handwriting; writing them takes two seconds, so this is called in a job."""
        if self._written is None:
            self._written = generate(_WRITTEN_DIGITS, _WRITTEN_SEED, cancelled)
        return self._written

    def cancel(self) -> None:
        """Stop the fine-tuning."""
        self._errand.cancel()
        self.state_changed.emit()

    @Slot(object, object)
    def _on_tuned(self, tuned: Tuned, _source: object) -> None:
        self.state_changed.emit()
        self.tuned.emit(tuned)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _source: object) -> None:
        self.state_changed.emit()
        self.failed.emit(error)


def tune(
    source: ModelEntry,
    name: str,
    collection: Collection,
    others: Sequence[Dataset],
    report: Report,
    cancelled: threading.Event,
) -> Tuned:
    """Return a fine-tuned copy of a network, measured before and after.

    Parameters
    ----------
    others : data sets to mix in; the test part of the first one says what is forgotten, and its validation part how
        sure the network may be
    """
    began = time.perf_counter()
    model, measured = source.model, others[0].test
    assert measured is not None  # MNIST and the built-in handwriting have one
    foils = TUNING.foils if goes_on_refusing(model.training, model.calibration) else 0
    network = fine_tune(
        model.network,
        model.loss,
        collection.training,
        [other.train for other in others],
        with_foils=foils > 0,
        report=report,
        cancelled=cancelled,
    )
    seconds = time.perf_counter() - began

    def change(split: Split) -> tuple[Change, Evaluation]:
        before, after = (evaluate(reader, model.loss, split) for reader in (model.network, network))
        return Change(Tally.of(before), Tally.of(after)), after

    hand = change(split_of(collection.held_out))[0] if collection.held_out else None
    elsewhere, evaluation = change(measured)
    names = tuple(other.name for other in others)
    record = _record(model, collection, names, foils, hand, evaluation)
    # The digits of the other set are what the network was calibrated on before; generated ones came out too sure.
    calibration = calibrate(network, model.loss, [others[0].validation], otherwise=model.calibration)
    tuned = replace(model, network=network, training=record, name=f"{name} + {_HAND}", calibration=calibration)
    return Tuned(source, tuned, hand, elsewhere, names[0], seconds)


def _record(
    source: Model,
    collection: Collection,
    mixed_with: tuple[str, ...],
    foils: int,
    hand: Change | None,
    others: Evaluation,
) -> dict[str, Any]:
    """Return what the model's file says about its training; accuracies on MNIST stand where those of a run do."""
    held_out = (
        {"samples": hand.after.samples, "right_before": hand.before.right, "right": hand.after.right} if hand else {}
    )
    results = {"test_loss": others.loss, "test_accuracy": others.accuracy, "test_samples": others.samples}
    return {
        "digitapp": __version__,
        "dataset": MY_HAND,
        "start_from": source.name,
        "own_digits": len(collection.training),
        "held_out_digits": held_out,
        "mixed_with": list(mixed_with),
        **({"foils": foils} if foils else {}),
        "epochs": TUNING.config.epochs,
        "finished": True,
        "results": results if mixed_with[0] == MNIST.usual_dataset else {},
    }
