"""What data tells about the shown layer and the selected unit, computed in the background."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.datasets.dataset import Split
from digitapp.gui.jobs import Report
from digitapp.inspection.dossier import UnitFacts, facts_from_answers, layer_chunks
from digitapp.inspection.unit_images import always_blank
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.network import Network

if TYPE_CHECKING:
    from digitapp.gui.jobs import Job
    from digitapp.gui.session import Session

EXAMPLES = 7
PAUSE_MS = 500  # from one look at the data to the next while the network learns
_REST = 5  # but a look may take one part in five of a core from the training
_MOST_SUMS = 16_000_000  # 64 MB: up to here a layer's answers are kept, so that the next unit costs nothing


@dataclass(frozen=True, eq=False)
class Examples:
    """Some samples and what the unit says to them: images (count, features), labels and sums (count,)."""

    images: NDArray[np.floating]
    labels: NDArray[np.integer]
    sums: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class UnitEvidence:
    """What data tells about one unit, with the samples that show it."""

    layer: int
    unit: int
    facts: UnitFacts
    most: Examples
    threshold: Examples
    least: Examples


@dataclass(frozen=True, eq=False)
class LayerEvidence:
    """What data tells about a layer.

    Attributes
    ----------
    version : which state of the network it belongs to
    split : the samples
    awake : int array, shape (units,), how many samples wake each unit
    sums : float array, shape (units, samples), every pre-activation; None where that would be too much to keep
    """

    version: int
    layer: int
    split: Split
    awake: NDArray[np.int64]
    sums: NDArray[np.floating] | None


@dataclass(frozen=True, eq=False)
class _Findings:
    layer: LayerEvidence
    unit: UnitEvidence
    blank: NDArray[np.bool_]


class Evidence(QObject):
    """Answers for the page: the newest evidence there is about the wanted layer and unit.

    Without training it looks at all training images, once for each network and unit; while the shown network learns it
    looks at the validation images, at most twice a second. A look that is out of date is cancelled.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._active = False
        self._version = 0
        self._first_version = 0  # of the present network; what older ones found is of no use
        self._job_version = 0
        self._wanted = (0, 0)
        self._layer: LayerEvidence | None = None
        self._unit: UnitEvidence | None = None
        self._unit_version = -1
        self._blank: tuple[NDArray[np.floating], NDArray[np.bool_]] | None = None
        self._job: Job | None = None
        self._began = self._took = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        session.network_changed.connect(self._on_network_changed)
        session.weights_changed.connect(self._on_weights_changed)
        session.dataset_changed.connect(self._on_data_changed)
        session.run_state_changed.connect(self._on_data_changed)

    # What is known

    @property
    def unit(self) -> UnitEvidence | None:
        """What is known about the wanted unit, perhaps from a moment ago while the network learns."""
        unit = self._unit
        return unit if unit is not None and (unit.layer, unit.unit) == self._wanted else None

    @property
    def layer(self) -> LayerEvidence | None:
        """What is known about the wanted layer."""
        return self._layer if self._layer is not None and self._layer.layer == self._wanted[0] else None

    @property
    def blank(self) -> NDArray[np.bool_] | None:
        """Which inputs are blank in all training samples, shape (features,), None before that is known."""
        dataset = self._session.dataset
        if self._blank is None or dataset is None or self._blank[0] is not dataset.train.inputs:
            return None
        return self._blank[1]

    @property
    def is_partial(self) -> bool:
        """Whether the samples are the validation images, as they are while the network learns."""
        return self._session.shows_run

    # What is wanted

    def set_active(self, active: bool) -> None:
        """Look only while the page is seen."""
        self._active = active
        if active:
            self._look()
        else:
            self._timer.stop()
            self._cancel()

    def want(self, layer: int, unit: int) -> None:
        """Ask for a unit; `changed` tells when something is known about it."""
        if (layer, unit) != self._wanted:
            self._wanted = (layer, unit)
            self._cancel()
            self._look()

    @Slot()
    def _on_network_changed(self) -> None:
        self._version += 1
        self._first_version = self._version
        self._layer = self._unit = None
        self._cancel()
        self._look()

    @Slot()
    def _on_weights_changed(self) -> None:
        self._version += 1
        self._look()

    @Slot()
    def _on_data_changed(self) -> None:
        self._look()

    def _split(self) -> Split | None:
        dataset = self._session.dataset
        if dataset is None:
            return None
        return dataset.validation if self.is_partial and dataset.validation is not None else dataset.train

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _is_known(self, split: Split) -> bool:
        layer, unit = self.layer, self.unit
        if layer is None or unit is None or layer.split is not split:
            return False
        return layer.version == self._version and self._unit_version == self._version

    @Slot()
    def _look(self) -> None:
        """Start a look at the data when one is due and none is under way."""
        split = self._split()
        if not self._active or self._job is not None or split is None or self._is_known(split):
            return
        if self.is_partial and self.unit is not None:
            due = max(PAUSE_MS, 1000 * _REST * self._took) - 1000 * (time.perf_counter() - self._began)
            if due > 1:
                if not self._timer.isActive():
                    self._timer.start(int(due) + 1)
                return
        if not self._fits(split):
            return
        self._began = time.perf_counter()
        self._job_version = self._version
        dataset = self._session.dataset
        assert dataset is not None
        work = _Look(
            self._session.network.copy(),
            self._version,
            *self._wanted,
            split,
            self._reusable(split),
            dataset.train.inputs,
            self.blank,
            dataset.problem.classes,
        )
        self._job = self._session.start_job(work, succeeded=self._on_succeeded, failed=self._on_failed)

    def _fits(self, split: Split) -> bool:
        network = self._session.network
        return split.inputs.shape[1] == network.sizes[0] and bool(np.isfinite(network.parameters).all())

    def _reusable(self, split: Split) -> LayerEvidence | None:
        layer = self.layer
        return layer if layer is not None and layer.version == self._version and layer.split is split else None

    @Slot(object)
    def _on_succeeded(self, findings: _Findings | None) -> None:
        self._job = None
        self._took = time.perf_counter() - self._began
        is_present = findings is not None and findings.layer.version >= self._first_version
        if findings is not None and is_present and findings.layer.layer == self._wanted[0]:
            self._layer, self._unit = findings.layer, findings.unit
            self._unit_version = findings.layer.version
            dataset = self._session.dataset
            if dataset is not None:
                self._blank = (dataset.train.inputs, findings.blank)
            self.changed.emit()
        self._look()

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        # The weights were finite, but the sums overflowed: there is nothing to show until the weights change.
        self._job = None
        if self._job_version == self._version:
            self._layer = self._unit = None
            self.changed.emit()
        else:
            self._look()


class _Look:
    """One look at the data: everything it needs is handed over, it reads nothing that the window may change."""

    def __init__(
        self,
        network: Network,
        version: int,
        layer: int,
        unit: int,
        split: Split,
        known: LayerEvidence | None,
        training_inputs: NDArray[np.floating],
        blank: NDArray[np.bool_] | None,
        classes: int,
    ) -> None:
        self._network, self._version, self._layer, self._unit = network, version, layer, unit
        self._split, self._known, self._classes = split, known, classes
        self._training_inputs, self._blank = training_inputs, blank

    def __call__(self, _report: Report, cancelled: threading.Event) -> Any:
        """Return the findings, None when cancelled."""
        layer = self._known or self._look_at_layer(cancelled)
        sums = None if layer is None else self._unit_sums(layer, cancelled)
        if layer is None or sums is None or cancelled.is_set():
            return None
        blank = always_blank(self._training_inputs) if self._blank is None else self._blank
        return _Findings(layer, self._evidence(sums), blank)

    def _look_at_layer(self, cancelled: threading.Event) -> LayerEvidence | None:
        inputs, units = self._split.inputs, self._network.sizes[self._layer + 1]
        keep = units * len(inputs) <= _MOST_SUMS
        sums = np.empty((units, len(inputs)), self._network.dtype) if keep else None
        awake = np.zeros(units, dtype=np.int64)
        for chunk in layer_chunks(self._network, self._layer, inputs):
            if cancelled.is_set():
                return None
            awake += np.count_nonzero(chunk.pre_activations > 0, axis=0)
            if sums is not None:
                sums[:, chunk.start : chunk.start + len(chunk.pre_activations)] = chunk.pre_activations.T
        return LayerEvidence(self._version, self._layer, self._split, awake, sums)

    def _unit_sums(self, layer: LayerEvidence, cancelled: threading.Event) -> NDArray[np.floating] | None:
        if layer.sums is not None:
            return layer.sums[self._unit]
        parts = []
        for chunk in layer_chunks(self._network, self._layer, self._split.inputs, self._unit):
            if cancelled.is_set():
                return None
            parts.append(chunk.pre_activations[:, 0])
        return np.concatenate(parts)

    def _evidence(self, sums: NDArray[np.floating]) -> UnitEvidence:
        activations = np.empty_like(sums)
        ACTIVATIONS[self._network.activations[self._layer]].value(sums, activations)
        labels = self._split.labels
        facts = facts_from_answers(sums, activations, labels, self._classes, examples=EXAMPLES)

        def examples(indices: NDArray[np.integer]) -> Examples:
            return Examples(self._split.inputs[indices], labels[indices], sums[indices])

        chosen = (examples(indices) for indices in (facts.most, facts.threshold, facts.least))
        return UnitEvidence(self._layer, self._unit, facts, *chosen)
