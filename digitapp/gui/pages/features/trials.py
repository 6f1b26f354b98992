"""What the Features page tries out: what is lost without a unit, and which input excites one most."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import RunPhase
from digitapp.inspection.ablation import Ablation, Score
from digitapp.inspection.maximisation import (
    Summit,
    climb,
    starting_points,
    strongest_input,
    typical_length,
)
from digitapp.nn.network import Network
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Work
    from digitapp.gui.state.session import Session
    from digitapp.inspection.looks import UnitEvidence

MOST_SAMPLES = 10_000
_ENOUGH_VALIDATION = 1000
_LENGTH_SAMPLES = 2000


def trial_split(dataset: Dataset) -> tuple[Split, bool]:
    """Return the samples that units are silenced on, and whether the network has never learned from them.

    The validation images where there are enough; test images choose nothing, so no order of units comes from them.
    """
    validation = dataset.validation
    if validation is not None and len(validation.labels) >= _ENOUGH_VALIDATION:
        return Split(validation.inputs[:MOST_SAMPLES], validation.labels[:MOST_SAMPLES]), True
    return Split(dataset.train.inputs[:MOST_SAMPLES], dataset.train.labels[:MOST_SAMPLES]), False


@dataclass(frozen=True, eq=False)
class Loss:
    """What is lost without a unit: the whole network's score, and the score without it."""

    layer: int
    unit: int
    baseline: Score
    without: Score


@dataclass(frozen=True, eq=False)
class Ideal:
    """The input that excites a unit most, and how much the most exciting of the data's samples does."""

    layer: int
    unit: int
    summit: Summit
    best_sample: float | None


@dataclass(frozen=True, eq=False)
class Ranking:
    """How much surprise each unit of a layer spares the network, (units,); the whole score, and that without each."""

    layer: int
    surprises: NDArray[np.float64]
    baseline: Score
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class _Key:
    """What a trial is about: a unit, or with unit 0 a whole layer, of one state of the network, on a data set."""

    version: int
    dataset: Dataset | None
    layer: int
    unit: int = 0


class Trials(QObject):
    """Answers about what the page shows, worked out beside the window; nothing is tried while its network learns.

    Signals: `changed` when there is another answer; `ranked` when a whole layer was silenced, or no longer is;
    `progressed(done, total)` of that.
    """

    changed = Signal()
    ranked = Signal()
    progressed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = session.snapshot()
        self._loss: tuple[_Key, Loss] | None = None
        self._ideal: tuple[_Key, Ideal] | None = None
        self._ranking: tuple[_Key, Ranking] | None = None
        self._ablation: tuple[_Key, Ablation] | None = None
        self._failed: set[tuple[str, _Key]] = set()
        self._loss_errand, self._ideal_errand, self._ranking_errand = self._errands = tuple(
            Errand(session.start_job, self) for _ in range(3)
        )
        self._loss_errand.found.connect(self._on_loss)
        self._loss_errand.failed.connect(self._on_loss_failed)
        self._ideal_errand.found.connect(self._on_ideal)
        self._ideal_errand.failed.connect(self._on_ideal_failed)
        self._ranking_errand.found.connect(self._on_ranking)
        self._ranking_errand.failed.connect(self._on_ranking_failed)
        self._ranking_errand.progressed.connect(self.progressed)

    def follow(self, shown: Snapshot) -> None:
        """Answer about what the page shows from now on; what was found of other weights or data is of no use.

        A page that waits for a ranking is told when it does not come, unless it shows another network altogether.
        """
        before, self._shown = self._shown, shown
        if before.version == shown.version and before.dataset is shown.dataset:
            return
        was_ranking = self.is_ranking and before.network is shown.network
        self._loss = self._ideal = self._ranking = self._ablation = None
        self._failed.clear()
        self.stop()
        if was_ranking:
            self.ranked.emit()

    def _key(self, layer: int, unit: int = 0) -> _Key:
        return _Key(self._shown.version, self._shown.dataset, layer, unit)

    # What is known

    @property
    def is_possible(self) -> bool:
        """Whether the network holds still."""
        return not self._shown.shows_run or self._shown.run.phase is RunPhase.PAUSED

    def loss(self, layer: int, unit: int) -> Loss | None:
        """Return what is lost without a unit, None while that is not known."""
        ranking = self.ranking(layer)
        if ranking is not None:
            return Loss(layer, unit, ranking.baseline, ranking.scores[unit])
        return self._loss[1] if self._loss is not None and self._loss[0] == self._key(layer, unit) else None

    def ideal(self, layer: int, unit: int) -> Ideal | None:
        """Return the input that excites a unit most, None while that is not known."""
        return self._ideal[1] if self._ideal is not None and self._ideal[0] == self._key(layer, unit) else None

    def ranking(self, layer: int) -> Ranking | None:
        """Return what is lost without each unit of a layer, None while that is not known."""
        return self._ranking[1] if self._ranking is not None and self._ranking[0] == self._key(layer) else None

    @property
    def is_ranking(self) -> bool:
        """Whether a whole layer is being silenced, unit by unit."""
        return self._ranking_errand.is_busy

    def samples(self) -> tuple[int, bool] | None:
        """Return how many images units are silenced on, and whether the network never learned from them."""
        dataset = self._shown.dataset
        if dataset is None:
            return None
        split, is_unseen = trial_split(dataset)
        return len(split.labels), is_unseen

    def has_failed(self, what: str, layer: int, unit: int) -> bool:
        """Return whether "loss", "ideal" or "ranking" came to nothing for the present weights."""
        return (what, self._key(layer, unit)) in self._failed

    # What is wanted

    def want_loss(self, layer: int, unit: int) -> None:
        """Silence a unit; only a hidden one can be."""
        if self._can_silence(layer) and self.loss(layer, unit) is None and not self.has_failed("loss", layer, unit):
            # What is under way is finished: the next unit can use what was prepared for it.
            self._loss_errand.ask(self._silencing(layer, unit), self._key(layer, unit), patient=True)

    def want_ideal(self, layer: int, unit: int, evidence: UnitEvidence | None) -> None:
        """Look for the input that excites a unit most."""
        known = self.ideal(layer, unit) is not None or self.has_failed("ideal", layer, unit)
        if known or not self.is_possible:
            return
        problem, dataset = self._shown.problem, self._shown.dataset
        grid = (problem.rows, problem.columns) if problem.rows * problem.columns > 100 else None
        best = None if evidence is None or evidence.layer != layer or evidence.unit != unit else evidence
        work = _climbing(self._shown.network, layer, unit, grid, dataset, best)
        self._ideal_errand.ask(work, self._key(layer, unit))

    def want_ranking(self, layer: int) -> None:
        """Silence every unit of a layer, one after the other."""
        if not self._can_silence(layer):
            return
        if self.ranking(layer) is not None:
            self.ranked.emit()
        elif not self.has_failed("ranking", layer, 0):
            self._ranking_errand.ask(self._silencing_each(layer), self._key(layer))

    def cancel_ranking(self) -> None:
        """Leave the layer as far as it got; nothing is known of it."""
        if self.is_ranking:
            self._ranking_errand.cancel()
            self.ranked.emit()

    def stop(self) -> None:
        """Try nothing while nobody looks."""
        for errand in self._errands:
            errand.cancel()

    def _can_silence(self, layer: int) -> bool:
        is_hidden = layer < len(self._shown.network.weights) - 1
        return self._shown.dataset is not None and is_hidden and self.is_possible

    # How it is worked out

    def _preparing(self, layer: int) -> Callable[[], Ablation]:
        """Return what prepares the silencing of a layer's units: once, where it has been done already."""
        if self._ablation is not None and self._ablation[0] == self._key(layer):
            ready = self._ablation[1]
            return lambda: ready
        model, dataset = self._shown.model, self._shown.dataset
        assert dataset is not None
        split = trial_split(dataset)[0]
        return lambda: Ablation(model.network, model.loss, layer, split.inputs, split.labels, model.calibration)

    def _silencing(self, layer: int, unit: int) -> Work:
        prepare = self._preparing(layer)

        def work(_report: Report, _cancelled: threading.Event) -> tuple[Ablation, Loss]:
            ablation = prepare()
            return ablation, Loss(layer, unit, ablation.baseline, ablation.without([unit]))

        return work

    def _silencing_each(self, layer: int) -> Work:
        prepare = self._preparing(layer)

        def work(report: Report, cancelled: threading.Event) -> tuple[Ablation, Ranking] | None:
            ablation = prepare()
            scores: list[Score] = []
            for _, score in ablation.without_each():
                if cancelled.is_set():
                    return None
                scores.append(score)
                if len(scores) % 8 == 0 or len(scores) == ablation.units:
                    report(len(scores), ablation.units)
            surprises = np.array([score.surprise - ablation.baseline.surprise for score in scores])
            return ablation, Ranking(layer, surprises, ablation.baseline, tuple(scores))

        return work

    # What comes back

    @Slot(object, object)
    def _on_loss(self, found: tuple[Ablation, Loss], key: _Key) -> None:
        ablation, loss = found
        self._ablation, self._loss = (replace(key, unit=0), ablation), (key, loss)
        self.changed.emit()

    @Slot(object, object)
    def _on_ideal(self, found: Ideal, key: _Key) -> None:
        self._ideal = key, found
        self.changed.emit()

    @Slot(object, object)
    def _on_ranking(self, found: tuple[Ablation, Ranking], key: _Key) -> None:
        ablation, ranking = found
        self._ablation, self._ranking = (key, ablation), (key, ranking)
        self.changed.emit()
        self.ranked.emit()

    @Slot(object, object)
    def _on_loss_failed(self, _error: Exception, key: _Key) -> None:
        self._failed.add(("loss", key))
        self.changed.emit()

    @Slot(object, object)
    def _on_ideal_failed(self, _error: Exception, key: _Key) -> None:
        self._failed.add(("ideal", key))
        self.changed.emit()

    @Slot(object, object)
    def _on_ranking_failed(self, _error: Exception, key: _Key) -> None:
        self._failed.add(("ranking", key))
        self.ranked.emit()


def _climbing(
    network: Network,
    layer: int,
    unit: int,
    grid: tuple[int, int] | None,
    dataset: Dataset | None,
    evidence: UnitEvidence | None,
) -> Work:
    """Return the work that looks for the input that excites a unit most."""

    def work(_report: Report, cancelled: threading.Event) -> Ideal | None:
        inputs = np.full((1, network.sizes[0]), 0.5, network.dtype)
        if dataset is not None:
            inputs = dataset.train.inputs[:_LENGTH_SAMPLES]
        length = typical_length(inputs)
        best = None if evidence is None else float(evidence.most.sums[0])
        if layer == 0:
            weights = network.unit_weights[0][:, unit]
            if not np.isfinite(weights).all():
                raise ValueError("a weight is not a number")
            image = strongest_input(weights, length)
            value = float(image @ weights + network.unit_biases[0][unit])
            return Ideal(0, unit, Summit(image, value, is_exact=True), best)
        sums = None
        if evidence is not None:
            inputs = np.concatenate([evidence.most.images, inputs])
            sums = np.full(len(inputs), -np.inf)
            sums[: len(evidence.most.sums)] = evidence.most.sums
        starts = starting_points(inputs, sums, np.random.default_rng(0))
        found: Summit | None = None
        for _, summit in climb(network.copy(), layer, unit, starts, length, grid):
            if cancelled.is_set():
                return None
            found = summit
        if found is None or not np.isfinite(found.value):
            raise ValueError("the unit's sums are not finite numbers")
        return Ideal(layer, unit, found, best)

    return work
