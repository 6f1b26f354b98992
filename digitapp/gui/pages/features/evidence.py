"""What data tells about the shown layer and the selected unit: asked for here, worked out in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.looks import LayerEvidence, LayerLook, UnitEvidence, UnitLook

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session

_REST = 14  # a look at the data beside a run takes one part in fifteen of a core
_MOST_KEPT = 400_000_000  # bytes of sums of all layers that were looked at


class Evidence(QObject):
    """Answers for the page: the newest evidence there is about the wanted layer and unit of what the page shows.

    Without training it looks at all training images, once for each state of the network; the layer's sums are kept, so
    that the next unit costs next to nothing. A unit of the first layer does not wait for the layer. While the shown
    network learns it looks at the validation images, at most twice a second. A look that is out of date is cancelled.

    Signals: `changed`; `progressed(done, total)` of a look at a layer.
    """

    changed = Signal()
    progressed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = session.snapshot()
        self._is_another = False  # whether the next snapshot is of another network
        self._active = False
        self._first_version = self._shown.version  # of the network; what was found of others is of no use
        self._broken_version = -1
        self._wanted = (0, 0)
        self._layers: dict[int, LayerEvidence] = {}  # the one looked at last is the last
        self._unit: UnitEvidence | None = None
        self._blank: tuple[NDArray[np.floating], NDArray[np.bool_]] | None = None
        self._layer_errand, self._unit_errand = Errand(session.start_job, self), Errand(session.start_job, self)
        self._layer_errand.found.connect(self._on_layer)
        self._unit_errand.found.connect(self._on_unit)
        self._layer_errand.progressed.connect(self._on_progressed)
        for errand in (self._layer_errand, self._unit_errand):
            errand.failed.connect(self._on_failed)
        session.network_changed.connect(self._on_network_changed)

    def follow(self, shown: Snapshot) -> None:
        """Look at what the page shows from now on; `changed` tells when something is known about its unit."""
        before, self._wanted = self._wanted, (shown.selected.layer, shown.selected.unit)
        self._shown = shown
        if self._is_another:
            self._is_another = False
            self._first_version = shown.version
            self._layers.clear()
            self._unit = None
            self._cancel()
        elif before[0] != self._wanted[0]:
            self._cancel()
        elif before != self._wanted:
            self._unit_errand.cancel()
        self._look()

    # What is known

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
        dataset = self._shown.dataset
        if self._blank is None or dataset is None or self._blank[0] is not dataset.train.inputs:
            return None
        return self._blank[1]

    @property
    def dead(self) -> NDArray[np.bool_] | None:
        """Which units of the layer no sample wakes, where that means that they are dead: in hidden layers of ReLU."""
        layer, network = self.layer, self._shown.network
        if layer is None or layer.layer == len(network.weights) - 1 or network.activations[layer.layer] != "relu":
            return None
        return layer.survey.awake == 0

    @property
    def is_broken(self) -> bool:
        """Whether the present network's sums are no numbers, so that data can tell nothing."""
        return self._broken_version == self._shown.version

    @property
    def is_partial(self) -> bool:
        """Whether the samples are the validation images, as they are while the network learns."""
        return self._shown.shows_run

    # What is wanted

    def set_active(self, active: bool) -> None:
        """Look only while the page is seen."""
        self._active = active
        if active:
            self._look()
        else:
            self._cancel()

    @Slot()
    def _on_network_changed(self) -> None:
        self._is_another = True

    def _split(self) -> Split | None:
        dataset = self._shown.dataset
        if dataset is None or dataset.train.inputs.shape[1] != self._shown.network.sizes[0]:
            return None
        return dataset.validation if self.is_partial and dataset.validation is not None else dataset.train

    def _cancel(self) -> None:
        self._layer_errand.cancel()
        self._unit_errand.cancel()

    def _look(self) -> None:
        """Ask for the looks that are due."""
        split = self._split()
        if not self._active or split is None or self.is_broken:
            return
        if not self._is_present(self.layer, split):
            self._look_at_layer(split)
        if not self._is_present(self.unit, split):
            self._look_at_unit(split)

    def _is_present(self, found: LayerEvidence | UnitEvidence | None, split: Split) -> bool:
        return found is not None and found.version == self._shown.version and found.split is split

    def _look_at_layer(self, split: Split) -> None:
        shown, layer = self._shown, self._wanted[0]
        dataset, version = shown.dataset, shown.version
        assert dataset is not None
        classes, inputs = shown.network.sizes[-1], dataset.train.inputs
        look = LayerLook(shown.network, version, layer, split, classes, inputs, self.blank)
        rest = _REST if self.is_partial and self.layer is not None else 0.0
        self._layer_errand.ask(look, (version, layer, split, dataset), patient=True, rest=rest)

    def _look_at_unit(self, split: Split) -> None:
        known = self.layer
        if known is not None and known.split is split and known.sums is not None:
            version = known.version
        elif (self._wanted[0] == 0 or self._sums_are_too_many(split)) and not self.is_partial:
            known, version = None, self._shown.version
        else:
            return  # the layer's sums will come
        if self.unit is not None and self.unit.version == version and self.unit.split is split:
            return
        classes = self._shown.network.sizes[-1]
        look = UnitLook(self._shown.network, version, *self._wanted, split, classes, known)
        self._unit_errand.ask(look, (version, *self._wanted, split), patient=True)

    def _sums_are_too_many(self, split: Split) -> bool:
        known = self.layer
        return known is not None and known.split is split and known.sums is None

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if not self.is_partial:
            self.progressed.emit(done, total)

    @Slot(object, object)
    def _on_layer(self, found: LayerEvidence, key: tuple[int, int, Split, Dataset]) -> None:
        version, layer, _, dataset = key
        if version >= self._first_version and layer == self._wanted[0]:
            self._keep(found)
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

    @Slot(object, object)
    def _on_unit(self, found: UnitEvidence, key: tuple[int, int, int, Split]) -> None:
        version, *place, _ = key
        if version >= self._first_version and tuple(place) == self._wanted:
            self._unit = found
            self.changed.emit()
        self._look()

    @Slot(object, object)
    def _on_failed(self, _error: Exception, key: tuple[Any, ...]) -> None:
        """Take it that the sums were no numbers: there is nothing to show until the weights change."""
        if key[0] == self._shown.version:
            self._broken_version = key[0]
            self._layers.clear()
            self._unit = None
            self.changed.emit()


def _size(evidence: LayerEvidence) -> int:
    return 0 if evidence.sums is None else evidence.sums.nbytes
