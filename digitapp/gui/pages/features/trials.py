"""What the Features page tries out: what is lost without a unit, and which input excites one most."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui.state.training_run import RunState
from digitapp.inspection.ablation import Ablation, Score
from digitapp.inspection.maximisation import (
    Summit,
    climb,
    starting_points,
    strongest_input,
    typical_length,
)
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Job
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
    """How much more surprise each unit of a layer spares the network, shape (units,), and the scores without each."""

    layer: int
    surprises: NDArray[np.float64]
    scores: tuple[Score, ...]


class Trials(QObject):
    """Answers for the page, worked out beside the window; nothing is tried while the shown network learns.

    Signals: `changed` when there is another answer; `ranked` when a whole layer was silenced; `progressed(done, total)`
    of that.
    """

    changed = Signal()
    ranked = Signal()
    progressed = Signal(int, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._version = 0
        self._loss: Loss | None = None
        self._ideal: Ideal | None = None
        self._ranking: Ranking | None = None
        self._ablation: tuple[int, int, Split, Ablation] | None = None  # version, layer, samples
        self._loss_job: Job | None = None
        self._ideal_job: Job | None = None
        self._ranking_job: Job | None = None
        self._failed: set[tuple[str, int, int, int]] = set()
        self._loss_for: tuple[int, int] = (0, 0)
        self._ideal_for: tuple[int, int] = (0, 0)
        self._ranking_for = 0
        session.network_changed.connect(self._on_network_changed)
        session.weights_changed.connect(self._on_network_changed)
        session.dataset_changed.connect(self._on_network_changed)

    # What is known

    @property
    def is_possible(self) -> bool:
        """Whether the network holds still."""
        return not self._session.shows_run or self._session.run.state is RunState.PAUSED

    def loss(self, layer: int, unit: int) -> Loss | None:
        """Return what is lost without a unit, None while that is not known."""
        ranking = self._ranking
        if ranking is not None and ranking.layer == layer and self._ablation is not None:
            return Loss(layer, unit, self._ablation[3].baseline, ranking.scores[unit])
        loss = self._loss
        return loss if loss is not None and (loss.layer, loss.unit) == (layer, unit) else None

    def ideal(self, layer: int, unit: int) -> Ideal | None:
        """Return the input that excites a unit most, None while that is not known."""
        ideal = self._ideal
        return ideal if ideal is not None and (ideal.layer, ideal.unit) == (layer, unit) else None

    def ranking(self, layer: int) -> Ranking | None:
        """Return what is lost without each unit of a layer, None while that is not known."""
        return self._ranking if self._ranking is not None and self._ranking.layer == layer else None

    @property
    def is_ranking(self) -> bool:
        """Whether a whole layer is being silenced, unit by unit."""
        return self._ranking_job is not None

    def samples(self) -> tuple[int, bool] | None:
        """Return how many images units are silenced on, and whether the network never learned from them."""
        dataset = self._session.dataset
        if dataset is None:
            return None
        split, is_unseen = trial_split(dataset)
        return len(split.labels), is_unseen

    # What is wanted

    def want_loss(self, layer: int, unit: int) -> None:
        """Silence a unit; only a hidden one can be."""
        dataset, network = self._session.dataset, self._session.network
        is_hidden = layer < len(network.weights) - 1
        if dataset is None or not is_hidden or not self.is_possible or self.loss(layer, unit) is not None:
            return
        if self._loss_job is None and not self.has_failed("loss", layer, unit):
            self._loss_for = layer, unit
            work = _Silence(self._session.model, layer, unit, dataset, self._reusable(layer, dataset))
            work.version = self._version
            self._loss_job = self._session.start_job(work, succeeded=self._on_loss, failed=self._on_loss_failed)

    def want_ideal(self, layer: int, unit: int, evidence: UnitEvidence | None) -> None:
        """Look for the input that excites a unit most."""
        if not self.is_possible or self.ideal(layer, unit) is not None:
            return
        if self._ideal_job is None and not self.has_failed("ideal", layer, unit):
            self._ideal_for = layer, unit
            problem, dataset = self._session.problem, self._session.dataset
            grid = (problem.rows, problem.columns) if problem.rows * problem.columns > 100 else None
            best = None if evidence is None or evidence.layer != layer or evidence.unit != unit else evidence
            work = _Climb(self._session.network, layer, unit, grid, dataset, best)
            work.version = self._version
            self._ideal_job = self._session.start_job(work, succeeded=self._on_ideal, failed=self._on_ideal_failed)

    def want_ranking(self, layer: int) -> None:
        """Silence every unit of a layer, one after the other."""
        dataset, network = self._session.dataset, self._session.network
        if (
            dataset is None
            or layer >= len(network.weights) - 1
            or not self.is_possible
            or self._ranking_job is not None
        ):
            return
        if self.ranking(layer) is not None:
            self.ranked.emit()
            return
        if not self.has_failed("ranking", layer, 0):
            self._ranking_for = layer
            work = _SilenceEach(self._session.model, layer, dataset, self._reusable(layer, dataset))
            work.version = self._version
            self._ranking_job = self._session.start_job(
                work, succeeded=self._on_ranking, failed=self._on_ranking_failed, progressed=self._on_progressed
            )

    def cancel_ranking(self) -> None:
        """Leave the layer as far as it got; nothing is known of it."""
        if self._ranking_job is not None:
            self._ranking_job.cancel()

    def stop(self) -> None:
        """Try nothing while nobody looks."""
        for job in (self._loss_job, self._ideal_job, self._ranking_job):
            if job is not None:
                job.cancel()

    def has_failed(self, what: str, layer: int, unit: int) -> bool:
        """Return whether "loss", "ideal" or "ranking" came to nothing for the present weights."""
        return (what, self._version, layer, unit) in self._failed

    def _reusable(self, layer: int, dataset: Dataset) -> Ablation | None:
        known = self._ablation
        if known is None or known[:2] != (self._version, layer):
            return None
        return known[3] if len(known[2].labels) == len(trial_split(dataset)[0].labels) else None

    @Slot()
    def _on_network_changed(self) -> None:
        self._version += 1
        self._loss = self._ideal = self._ranking = self._ablation = None
        self._failed.clear()
        self.stop()

    # What comes back

    def _keep(self, work: _Trial, ablation: Ablation | None) -> bool:
        """Keep the prepared layer of a finished trial; return whether the trial is about the present network."""
        if work.version != self._version:
            return False
        if ablation is not None and work.split is not None:
            self._ablation = (self._version, work.layer, work.split, ablation)
        return True

    @Slot(object)
    def _on_loss(self, found: tuple[_Trial, Ablation, Loss] | None) -> None:
        self._loss_job = None
        if found is not None and self._keep(found[0], found[1]):
            self._loss = found[2]
        self.changed.emit()

    @Slot(object)
    def _on_ideal(self, found: tuple[_Trial, Ideal] | None) -> None:
        self._ideal_job = None
        if found is not None and self._keep(found[0], None):
            self._ideal = found[1]
        self.changed.emit()

    @Slot(object)
    def _on_ranking(self, found: tuple[_Trial, Ablation, Ranking] | None) -> None:
        self._ranking_job = None
        if found is not None and self._keep(found[0], found[1]):
            self._ranking = found[2]
            self.changed.emit()
        self.ranked.emit()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progressed.emit(done, total)

    @Slot(object)
    def _on_loss_failed(self, _error: Exception) -> None:
        self._loss_job = None
        self._failed.add(("loss", self._version, *self._loss_for))
        self.changed.emit()

    @Slot(object)
    def _on_ideal_failed(self, _error: Exception) -> None:
        self._ideal_job = None
        self._failed.add(("ideal", self._version, *self._ideal_for))
        self.changed.emit()

    @Slot(object)
    def _on_ranking_failed(self, _error: Exception) -> None:
        self._ranking_job = None
        self._failed.add(("ranking", self._version, self._ranking_for, 0))
        self.ranked.emit()


class _Trial:
    """Something that is tried beside the window; `version` is the state of the network that it is about."""

    def __init__(self, network: Network, layer: int) -> None:
        self.network, self.layer = network, layer
        self.version = 0
        self.split: Split | None = None


class _Silence(_Trial):
    def __init__(self, model: Model, layer: int, unit: int, dataset: Dataset, ready: Ablation | None) -> None:
        super().__init__(model.network, layer)
        self._model, self._unit, self._ready = model, unit, ready
        self.split = trial_split(dataset)[0]

    def _prepared(self) -> Ablation:
        assert self.split is not None
        if self._ready is not None:
            return self._ready
        model, split = self._model, self.split
        return Ablation(model.network, model.loss, self.layer, split.inputs, split.labels, model.calibration)

    def __call__(self, _report: Report, cancelled: threading.Event) -> tuple[_Trial, Ablation, Loss] | None:
        if cancelled.is_set():
            return None
        ablation = self._prepared()
        found = Loss(self.layer, self._unit, ablation.baseline, ablation.without([self._unit]))
        return None if cancelled.is_set() else (self, ablation, found)


class _SilenceEach(_Silence):
    def __init__(self, model: Model, layer: int, dataset: Dataset, ready: Ablation | None) -> None:
        super().__init__(model, layer, 0, dataset, ready)

    def __call__(self, report: Report, cancelled: threading.Event) -> tuple[_Trial, Ablation, Ranking] | None:  # type: ignore[override]
        ablation = self._prepared()
        scores: list[Score] = []
        for _, score in ablation.without_each():
            if cancelled.is_set():
                return None
            scores.append(score)
            if len(scores) % 8 == 0 or len(scores) == ablation.units:
                report(len(scores), ablation.units)
        surprises = np.array([score.surprise - ablation.baseline.surprise for score in scores])
        return self, ablation, Ranking(self.layer, surprises, tuple(scores))


class _Climb(_Trial):
    def __init__(
        self,
        network: Network,
        layer: int,
        unit: int,
        grid: tuple[int, int] | None,
        dataset: Dataset | None,
        evidence: UnitEvidence | None,
    ) -> None:
        super().__init__(network, layer)
        self._unit, self._grid, self._dataset, self._evidence = unit, grid, dataset, evidence

    def __call__(self, _report: Report, cancelled: threading.Event) -> tuple[_Trial, Ideal] | None:
        features = self.network.sizes[0]
        inputs = np.full((1, features), 0.5, self.network.dtype)
        if self._dataset is not None:
            inputs = self._dataset.train.inputs[:_LENGTH_SAMPLES]
        length = typical_length(inputs)
        best = None if self._evidence is None else float(self._evidence.most.sums[0])
        if self.layer == 0:
            weights = self.network.unit_weights[0][:, self._unit]
            if not np.isfinite(weights).all():
                raise ValueError("a weight is not a number")
            image = strongest_input(weights, length)
            value = float(image @ weights + self.network.unit_biases[0][self._unit])
            return self, Ideal(0, self._unit, Summit(image, value, is_exact=True), best)
        if self._evidence is not None:
            inputs = np.concatenate([self._evidence.most.images, inputs])
        sums = None
        if self._evidence is not None:
            sums = np.full(len(inputs), -np.inf)
            sums[: len(self._evidence.most.sums)] = self._evidence.most.sums
        starts = starting_points(inputs, sums, np.random.default_rng(0))
        found: Summit | None = None
        for _, summit in climb(self.network.copy(), self.layer, self._unit, starts, length, self._grid):
            if cancelled.is_set():
                return None
            found = summit
        if found is None or not np.isfinite(found.value):
            raise ValueError("the unit's sums are not finite numbers")
        return self, Ideal(self.layer, self._unit, found, best)
