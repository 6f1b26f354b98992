"""The network at its best: a copy of the weights of the epoch that reads most validation images right.

A run that keeps learning may get worse again. Its copy costs one pass over the parameters at an epoch that is better
than all before it, and nothing at the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from digitapp.nn.network import Network
from digitapp.training.events import EpochDone, Event
from digitapp.training.history import History
from digitapp.training.loop import Run


@dataclass(frozen=True, eq=False)
class BestNetwork:
    """The network of one epoch, as it is used: averaged and folded where that was asked for.

    Attributes
    ----------
    epoch, step : when it was so
    loss, accuracy : on the validation part, the accuracy as a share of 1
    """

    network: Network
    epoch: int
    step: int
    loss: float
    accuracy: float


class BestKeeper:
    """Looks at the events of a run and keeps its best network.

    Of two epochs with as many right answers the one with the smaller loss is better.

    Parameters
    ----------
    before : how a run went that is taken up again: what was better then stays the best
    """

    def __init__(self, before: History | None = None) -> None:
        self._merit = (-math.inf, -math.inf) if before is None else _best_merit(before)
        self._state: np.ndarray | None = None
        self._epoch: EpochDone | None = None
        self._taken: BestNetwork | None = None

    def after(self, event: Event, run: Run) -> None:
        """Look at an event that `run` has just yielded."""
        if isinstance(event, EpochDone) and self.wants(event):
            self.keep(event, run.measured_state)

    def wants(self, event: EpochDone) -> bool:
        """Return whether an epoch is better than all before it."""
        merit = _merit_of(event)
        return merit is not None and merit > self._merit

    def keep(self, event: EpochDone, state: np.ndarray) -> None:
        """Keep a copy of the network's state after an epoch that is wanted."""
        self._merit, self._epoch, self._taken = _merit_of(event) or self._merit, event, None
        if self._state is None:
            self._state = state.copy()
        else:
            np.copyto(self._state, state)

    def take(self, like: Network) -> BestNetwork | None:
        """Return the best network so far; None where no epoch was validated, or none was better than those before.

        `like` is the network that learns, or any other one of its shape.
        """
        event = self._epoch
        if self._taken is None and event is not None and self._state is not None:
            assert event.validation_loss is not None and event.validation_accuracy is not None
            network = like.copy()
            np.copyto(network.state, self._state)
            network = network.folded()
            loss, accuracy = event.validation_loss, event.validation_accuracy
            self._taken = BestNetwork(network, event.epoch, event.step, loss, accuracy)
        return self._taken


def _merit_of(event: EpochDone) -> tuple[float, float] | None:
    """Return accuracy and negative loss of an epoch, None where it was not validated or has no finite loss."""
    accuracy, loss = event.validation_accuracy, event.validation_loss
    return None if accuracy is None or loss is None or not math.isfinite(loss) else (accuracy, -loss)


def _best_merit(history: History) -> tuple[float, float]:
    """Return accuracy and negative loss of the best epoch of a history, the worst there are where it has none."""
    accuracies, losses = (history.epochs.column(f"validation_{name}") for name in ("accuracy", "loss"))
    known = np.isfinite(accuracies) & np.isfinite(losses)
    pairs = zip(accuracies[known].tolist(), (-losses[known]).tolist(), strict=True)
    return max(pairs, default=(-math.inf, -math.inf))
