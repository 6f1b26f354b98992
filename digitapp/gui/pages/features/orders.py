"""In which order the units stand: settled when it is asked for, and kept until another one is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.pages.features.evidence import Evidence
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.pages.features.trials import Trials
from digitapp.inspection.dossier import votes
from digitapp.inspection.ordering import order_by_class, order_by_falling, order_by_similarity
from digitapp.nn.network import Network
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Job
    from digitapp.gui.state.session import Session

_ALIKE_AT_ONCE = 64  # units: 5 ms
_VOTES_AT_ONCE = 20_000_000  # multiplications of path weights

Places = NDArray[np.int64]


class Orders(QObject):
    """Settles orders. `settled` is emitted when one that took time, or waited for data, is there.

    Attributes
    ----------
    places : int array, shape (units,): which unit stands at which tile
    order : what they are ordered by
    is_settled : whether they stand so already; until then they stand by their number
    """

    settled = Signal()

    def __init__(self, session: Session, evidence: Evidence, trials: Trials, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._evidence, self._trials = session, evidence, trials
        self.places: Places = np.zeros(0, dtype=np.int64)
        self.order = Order.INDEX
        self.is_settled = True
        self._layer = 0
        self._job: Job | None = None
        self._is_old = False
        evidence.changed.connect(self._on_evidence)
        trials.ranked.connect(self._on_ranked)

    def settle(self, order: Order, layer: int) -> None:
        """Order a layer's units anew; where that takes time they stand by their number until it is done."""
        network = self._session.network
        if self.order is not order and self.order is Order.IMPORTANCE:
            self._trials.cancel_ranking()
        self.order, self._layer = order, layer
        self.places = np.arange(network.sizes[layer + 1])
        self.is_settled = False
        weights = network.unit_weights[layer]
        if order is Order.INDEX:
            self.is_settled = True
        elif order is Order.STRENGTH:
            self._stand(order_by_falling(np.linalg.norm(weights, axis=0)))
        elif order is Order.CLASS:
            self._settle_by_class(network, layer)
        elif order is Order.SIMILARITY:
            if len(self.places) <= _ALIKE_AT_ONCE:
                self._stand(order_by_similarity(self._vectors()))
            else:
                self._work(_Alike(self._vectors()))
        elif order is Order.ASLEEP:
            self._settle_by_sleep()
        else:
            self._trials.want_ranking(layer)

    def tile_of(self, unit: int) -> int:
        """Return the tile at which a unit stands."""
        return int(np.flatnonzero(self.places == unit)[0])

    def _stand(self, places: Places) -> None:
        self.places, self.is_settled = places, True

    def _settle_by_class(self, network: Network, layer: int) -> None:
        sizes = network.sizes
        cost = sum(sizes[k + 1] * sizes[k + 2] for k in range(layer, len(sizes) - 2)) * sizes[-1]
        if cost <= _VOTES_AT_ONCE:
            self._stand(order_by_class(votes(network, layer)))
        else:
            self._work(_ByClass(network, layer))

    def _settle_by_sleep(self) -> None:
        known = self._evidence.layer
        if known is not None and known.layer == self._layer:
            self._stand(order_by_falling(-known.survey.awake))

    def _vectors(self) -> NDArray[np.floating]:
        """Return what each unit looks like, shape (units, fan_in); blank pixels have no say, they hold noise."""
        weights = self._session.network.unit_weights[self._layer].T
        blank = self._evidence.blank
        return weights * ~blank if self._layer == 0 and blank is not None else np.ascontiguousarray(weights)

    def _work(self, work: _Alike | _ByClass) -> None:
        work.layer, work.order = self._layer, self.order
        if self._job is not None:
            self._job.cancel()
            self._is_old = True
            return
        self._is_old = False
        self._job = self._session.start_job(work, succeeded=self._on_worked, failed=self._on_failed)

    @Slot(object)
    def _on_worked(self, found: tuple[int, Order, Places] | None) -> None:
        self._job = None
        units = self._session.network.sizes[self._layer + 1]
        if not self._is_old and found is not None and found[:2] == (self._layer, self.order) and len(found[2]) == units:
            self._stand(found[2])
            self.settled.emit()
        elif self._is_old:
            self.settle(self.order, self._layer)

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        self._job = None

    @Slot()
    def _on_evidence(self) -> None:
        if self.order is Order.ASLEEP and not self.is_settled:
            self._settle_by_sleep()
            if self.is_settled:
                self.settled.emit()

    @Slot()
    def _on_ranked(self) -> None:
        if self.order is not Order.IMPORTANCE or self.is_settled:
            return
        ranking = self._trials.ranking(self._layer)
        if ranking is not None:
            self._stand(order_by_falling(ranking.surprises))
        self.settled.emit()


class _Alike:
    """Orders by likeness beside the window."""

    def __init__(self, vectors: NDArray[np.floating]) -> None:
        self._vectors = vectors
        self.layer, self.order = 0, Order.SIMILARITY

    def __call__(self, _report: Report, cancelled: threading.Event) -> tuple[int, Order, Places] | None:
        return None if cancelled.is_set() else (self.layer, self.order, order_by_similarity(self._vectors))


class _ByClass:
    """Orders by the path weights of a large network beside the window."""

    def __init__(self, network: Network, layer: int) -> None:
        self._network, self.layer = network, layer
        self.order = Order.CLASS

    def __call__(self, _report: Report, cancelled: threading.Event) -> tuple[int, Order, Places] | None:
        return (
            None if cancelled.is_set() else (self.layer, self.order, order_by_class(votes(self._network, self.layer)))
        )
