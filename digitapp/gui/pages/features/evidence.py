"""What data tells about the shown layer and the selected unit: asked for here, worked out in the background."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.datasets.dataset import Split
from digitapp.inspection.looks import LayerEvidence, LayerLook, UnitEvidence, UnitLook

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Job
    from digitapp.gui.state.session import Session

PAUSE_MS = 500  # from one look at the data to the next while the network learns
_REST = 15  # but a look may take one part in fifteen of a core from the training
_MOST_KEPT = 400_000_000  # bytes of sums of all layers that were looked at


class Evidence(QObject):
    """Answers for the page: the newest evidence there is about the wanted layer and unit.

    Without training it looks at all training images, once for each state of the network; the layer's sums are kept, so
    that the next unit costs next to nothing. A unit of the first layer does not wait for the layer. While the shown
    network learns it looks at the validation images, at most twice a second. A look that is out of date is cancelled.

    Signals: `changed`; `progressed(done, total)` of a look at a layer.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._active = False
        self._version = 0
        self._first_version = 0  # of the present network; what older ones found is of no use
        self._broken_version = -1
        self._wanted = (0, 0)
        self._layers: dict[int, LayerEvidence] = {}  # the one looked at last is the last
        self._unit: UnitEvidence | None = None
        self._blank: tuple[NDArray[np.floating], NDArray[np.bool_]] | None = None
        self._layer_job: Job | None = None
        self._unit_job: Job | None = None
        self._layer_version = self._unit_version = 0  # of the jobs under way
        self._began = self._took = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        session.network_changed.connect(self._on_network_changed)
        session.weights_changed.connect(self._on_weights_changed)
        session.dataset_changed.connect(self._look)
        session.run_state_changed.connect(self._look)

    # What is known

    @property
    def version(self) -> int:
        """A number that grows with every change of the shown network."""
        return self._version

    @property
    def unit(self) -> UnitEvidence | None:
        """What is known about the wanted unit, perhaps from a moment ago while the network learns."""
        unit = self._unit
        return unit if unit is not None and (unit.layer, unit.unit) == self._wanted else None

    @property
    def layer(self) -> LayerEvidence | None:
        """What is known about the wanted layer."""
        return self._layers.get(self._wanted[0])

    @property
    def blank(self) -> NDArray[np.bool_] | None:
        """Which inputs are blank in all training samples, shape (features,), None before that is known."""
        dataset = self._session.dataset
        if self._blank is None or dataset is None or self._blank[0] is not dataset.train.inputs:
            return None
        return self._blank[1]

    @property
    def dead(self) -> NDArray[np.bool_] | None:
        """Which units of the layer no sample wakes, where that means that they are dead: in hidden layers of ReLU."""
        layer, network = self.layer, self._session.network
        if layer is None or layer.layer == len(network.weights) - 1 or network.activations[layer.layer] != "relu":
            return None
        return layer.survey.awake == 0

    @property
    def is_broken(self) -> bool:
        """Whether the present network's sums are no numbers, so that data can tell nothing."""
        return self._broken_version == self._version

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
        if (layer, unit) == self._wanted:
            return
        if layer != self._wanted[0]:
            self._cancel()
        elif self._unit_job is not None:
            self._unit_job.cancel()
        self._wanted = (layer, unit)
        self._look()

    @Slot()
    def _on_network_changed(self) -> None:
        self._version += 1
        self._first_version = self._version
        self._layers.clear()
        self._unit = None
        self._cancel()
        self._look()

    @Slot()
    def _on_weights_changed(self) -> None:
        self._version += 1
        self._look()

    def _split(self) -> Split | None:
        dataset = self._session.dataset
        if dataset is None or dataset.train.inputs.shape[1] != self._session.network.sizes[0]:
            return None
        return dataset.validation if self.is_partial and dataset.validation is not None else dataset.train

    def _cancel(self) -> None:
        for job in (self._layer_job, self._unit_job):
            if job is not None:
                job.cancel()

    @Slot()
    def _look(self) -> None:
        """Start what looks are due and not under way."""
        split = self._split()
        if not self._active or split is None or self.is_broken:
            return
        if self._layer_job is None and not self._is_present(self.layer, split) and self._is_due():
            self._look_at_layer(split)
        if self._unit_job is None and not self._is_present(self.unit, split):
            self._look_at_unit(split)

    def _is_present(self, found: LayerEvidence | UnitEvidence | None, split: Split) -> bool:
        return found is not None and found.version == self._version and found.split is split

    def _is_due(self) -> bool:
        """Return whether the layer may be looked at again now; while it learns, a timer comes back to it."""
        if not self.is_partial or self.layer is None:
            return True
        due = max(PAUSE_MS, 1000 * _REST * self._took) - 1000 * (time.perf_counter() - self._began)
        if due <= 1:
            return True
        if not self._timer.isActive():
            self._timer.start(int(due) + 1)
        return False

    def _look_at_layer(self, split: Split) -> None:
        dataset = self._session.dataset
        assert dataset is not None
        self._began = time.perf_counter()
        self._layer_version = self._version
        look = LayerLook(
            self._session.network,
            self._version,
            self._wanted[0],
            split,
            dataset.problem.classes,
            dataset.train.inputs,
            self.blank,
        )
        self._layer_job = self._session.start_job(
            look, succeeded=self._on_layer, failed=self._on_layer_failed, progressed=self._on_progressed
        )

    def _look_at_unit(self, split: Split) -> None:
        known = self.layer
        if known is not None and known.split is split and known.sums is not None:
            version = known.version
        elif (self._wanted[0] == 0 or self._sums_are_too_many(split)) and not self.is_partial:
            known, version = None, self._version
        else:
            return  # the layer's sums will come
        if self.unit is not None and self.unit.version == version and self.unit.split is split:
            return
        self._unit_version = self._version
        classes = self._session.problem.classes
        look = UnitLook(self._session.network, version, *self._wanted, split, classes, known)
        self._unit_job = self._session.start_job(look, succeeded=self._on_unit, failed=self._on_unit_failed)

    def _sums_are_too_many(self, split: Split) -> bool:
        known = self.layer
        return known is not None and known.split is split and known.sums is None

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if not self.is_partial:
            self.progressed.emit(done, total)

    @Slot(object)
    def _on_layer(self, found: LayerEvidence | None) -> None:
        self._layer_job = None
        self._took = time.perf_counter() - self._began
        if found is not None and found.version >= self._first_version and found.layer == self._wanted[0]:
            self._keep(found)
            dataset = self._session.dataset
            if dataset is not None:
                self._blank = (dataset.train.inputs, found.blank)
            self.changed.emit()
        self._look()

    def _keep(self, found: LayerEvidence) -> None:
        """Keep what was found, and of other layers what still is true, as far as memory allows."""
        self._layers.pop(found.layer, None)
        others = {
            k: old for k, old in self._layers.items() if old.version == found.version and old.split is found.split
        }
        self._layers = {**others, found.layer: found}
        while len(self._layers) > 1 and sum(_size(kept) for kept in self._layers.values()) > _MOST_KEPT:
            del self._layers[next(iter(self._layers))]

    @Slot(object)
    def _on_unit(self, found: UnitEvidence | None) -> None:
        self._unit_job = None
        is_wanted = found is not None and (found.layer, found.unit) == self._wanted
        if is_wanted and found is not None and found.version >= self._first_version:
            self._unit = found
            self.changed.emit()
        self._look()

    @Slot(object)
    def _on_layer_failed(self, _error: Exception) -> None:
        self._layer_job = None
        self._on_failed(self._layer_version)

    @Slot(object)
    def _on_unit_failed(self, _error: Exception) -> None:
        self._unit_job = None
        self._on_failed(self._unit_version)

    def _on_failed(self, version: int) -> None:
        """Take it that the sums were no numbers: there is nothing to show until the weights change."""
        if version == self._version:
            self._broken_version = version
            self._layers.clear()
            self._unit = None
            self.changed.emit()
        else:
            self._look()


def _size(evidence: LayerEvidence) -> int:
    return 0 if evidence.sums is None else evidence.sums.nbytes
