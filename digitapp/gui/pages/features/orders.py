"""In which order the units stand: settled when it is asked for, and kept until another one is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.pages.features.evidence import Evidence
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.pages.features.trials import Trials
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.dossier import votes
from digitapp.inspection.ordering import order_by_class, order_by_falling, order_by_similarity
from digitapp.nn.network import Network
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session

_ALIKE_AT_ONCE = 64  # units: 5 ms
_VOTES_AT_ONCE = 20_000_000  # multiplications of path weights

Arrangement = NDArray[np.int64]


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
        self._evidence, self._trials = evidence, trials
        self._shown = session.snapshot()
        self.places: Arrangement = np.zeros(0, dtype=np.int64)
        self.order = Order.INDEX
        self.is_settled = True
        self._layer = 0
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_worked)
        evidence.changed.connect(self._on_evidence)
        trials.ranked.connect(self._on_ranked)

    def settle(self, order: Order, layer: int, shown: Snapshot) -> None:
        """Order a layer's units anew; where that takes time they stand by their number until it is done."""
        self._shown, network = shown, shown.network
        self._errand.cancel()
        previous, self.order, self._layer = self.order, order, layer
        if previous is Order.IMPORTANCE and order is not previous:
            self._trials.cancel_ranking()
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
                vectors = self._vectors()
                self._ask(lambda: order_by_similarity(vectors))
        elif order is Order.ASLEEP:
            self._settle_by_sleep()
        else:
            self._trials.want_ranking(layer)

    def tile_of(self, unit: int) -> int | None:
        """Return the tile at which a unit stands; None for one of a network whose layer is yet to be ordered."""
        tiles = np.flatnonzero(self.places == unit)
        return int(tiles[0]) if len(tiles) else None

    def _stand(self, places: Arrangement) -> None:
        self.places, self.is_settled = places, True

    def _settle_by_class(self, network: Network, layer: int) -> None:
        sizes = network.sizes
        cost = sum(sizes[k + 1] * sizes[k + 2] for k in range(layer, len(sizes) - 2)) * sizes[-1]
        if cost <= _VOTES_AT_ONCE:
            self._stand(order_by_class(votes(network, layer)))
        else:
            self._ask(lambda: order_by_class(votes(network, layer)))

    def _settle_by_sleep(self) -> None:
        known = self._evidence.layer
        if known is not None and known.layer == self._layer and known.survey.awake.shape == self.places.shape:
            self._stand(order_by_falling(-known.survey.awake))

    def _vectors(self) -> NDArray[np.floating]:
        """Return what each unit looks like, shape (units, fan_in); blank pixels have no say, they hold noise."""
        weights = self._shown.network.unit_weights[self._layer].T
        blank = self._evidence.blank
        return weights * ~blank if self._layer == 0 and blank is not None else np.ascontiguousarray(weights)

    def _ask(self, settle: Callable[[], Arrangement]) -> None:
        """Settle beside the window."""

        def work(_report: Report, _cancelled: threading.Event) -> Arrangement:
            return settle()

        self._errand.ask(work, self._key)

    @property
    def _key(self) -> tuple[Network, int, Order]:
        return self._shown.network, self._layer, self.order

    @Slot(object, object)
    def _on_worked(self, found: Arrangement, key: tuple[Network, int, Order]) -> None:
        if key == self._key:
            self._stand(found)
            self.settled.emit()

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
