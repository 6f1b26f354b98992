"""What a change of the weight in hand does: how the network stood when it was taken in hand, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.landscape import LARGE
from digitapp.inspection.standing import Standing, images_for, standing
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.runs.branches import has_shape_of


@dataclass(frozen=True, eq=False)
class _Sample:
    """What the answer is about: a labelled sample, or a drawing without a label."""

    inputs: NDArray[np.floating] | None
    label: int | None


@dataclass(eq=False)
class _Start:
    """The network as the weight was taken in hand: all but this weight must stay for a comparison to mean anything."""

    network: Network
    version: int
    index: int
    sample: _Sample | None
    images: Split | None
    standing: Standing

    def is_of(self, network: Network, index: int, sample: _Sample | None, images: Split | None) -> bool:
        return (
            (self.index, self.sample, self.images) == (index, sample, images)
            and has_shape_of(self.network, network)
            and differ_at_most_at(self.network.parameters, network.parameters, index)
        )


class WeightMeasures(QObject):
    """Measures the shown network; what is counted on the images of a large one is counted beside the window.

    Signals: `counted`, there is more to tell.
    """

    counted = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._sample: _Sample | None = None  # None for the drawing
        self._start: _Start | None = None
        self._images: tuple[Dataset, tuple[int, ...], Split] | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_counted)
        self._counts = Standing()  # of a large network, as it was lately
        self._counts_of: tuple[int, Split] | None = None

    def take_sample(self, inputs: NDArray[np.floating] | None, label: int | None) -> bool:
        """Let the answer be about a sample, or without inputs the drawing; return whether that is another one."""
        old = self._sample
        if inputs is None:
            self._sample = None
        elif old is None or old.label != label or old.inputs is None or not np.array_equal(old.inputs, inputs):
            self._sample = _Sample(inputs, label)
        return self._sample is not old

    def has_inputs(self, shown: Snapshot) -> bool:
        """Return whether there is anything to answer to."""
        return self._sample is not None or shown.answer.inputs is not None

    def images(self, shown: Snapshot) -> Split | None:
        """Return the images that C_T is counted on, None while there are none."""
        dataset, sizes = shown.dataset, shown.network.sizes
        if dataset is None:
            return None
        if self._images is None or self._images[0] is not dataset or self._images[1] != sizes:
            self._images = dataset, sizes, images_for(shown.network, dataset)
        return self._images[2]

    def standings(self, shown: Snapshot, index: int) -> tuple[Standing, Standing]:
        """Return how the network stood when this parameter was taken in hand, and how it stands."""
        now, images, start = self._now(shown), self.images(shown), self._start
        if start is None or not start.is_of(shown.network, index, self._sample, images):
            first = now
            if images is not None and shown.network.weight_count > LARGE and not self._is_counted(shown, images):
                first = replace(now, total=None, right=None)
            start = _Start(shown.network.copy(), shown.version, index, self._sample, images, first)
            self._start = start
        return start.standing, now

    def _now(self, shown: Snapshot) -> Standing:
        """Return how the shown network stands; what is counted on images comes later for a large one."""
        sample, images = self._sample or _Sample(shown.answer.inputs, None), self.images(shown)
        network, loss, inputs = shown.network, shown.model.loss, sample.inputs
        if inputs is not None and len(inputs) != network.sizes[0]:
            inputs = None
        label = sample.label if sample.label is not None and sample.label < network.sizes[-1] else None
        if images is None or network.weight_count <= LARGE:
            return standing(network, loss, images, inputs, label)
        if not self._is_counted(shown, images):
            self._count(shown, images)
        found, counts = standing(network, loss, None, inputs, label), self._counts
        return replace(found, total=counts.total, right=counts.right, images=counts.images)

    def _count(self, shown: Snapshot, images: Split) -> None:
        network, loss = shown.network.copy(), shown.model.loss

        def work(_report: Report, _cancelled: object) -> Standing:
            return standing(network, loss, images, None, None)

        self._errand.ask(work, (shown.version, images), patient=True)

    def _is_counted(self, shown: Snapshot, images: Split) -> bool:
        return self._counts_of == (shown.version, images)

    @Slot(object, object)
    def _on_counted(self, found: Standing, key: tuple[int, Split]) -> None:
        self._counts, self._counts_of = found, key
        start = self._start
        if start is not None and (start.version, start.images) == key:
            counted = replace(start.standing, total=found.total, right=found.right, images=found.images)
            start.standing = counted
        self.counted.emit()


def differ_at_most_at(old: NDArray[np.floating], new: NDArray[np.floating], index: int) -> bool:
    """Return whether two vectors are the same, or different at one index alone."""
    return np.array_equal(old[:index], new[:index]) and np.array_equal(old[index + 1 :], new[index + 1 :])
