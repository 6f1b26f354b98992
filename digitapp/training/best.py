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
        if not isinstance(event, EpochDone) or event.validation_accuracy is None or event.validation_loss is None:
            return
        merit = event.validation_accuracy, -event.validation_loss
        if not math.isfinite(merit[1]) or merit <= self._merit:
            return
        self._merit, self._epoch, self._taken = merit, event, None
        if self._state is None:
            self._state = run.measured_state.copy()
        else:
            np.copyto(self._state, run.measured_state)

    def take(self, run: Run) -> BestNetwork | None:
        """Return the best network so far; None where no epoch was validated, or none was better than those before."""
        event = self._epoch
        if self._taken is None and event is not None and self._state is not None:
            assert event.validation_loss is not None and event.validation_accuracy is not None
            network = run.network.copy()
            np.copyto(network.state, self._state)
            network = network.folded()
            loss, accuracy = event.validation_loss, event.validation_accuracy
            self._taken = BestNetwork(network, event.epoch, event.step, loss, accuracy)
        return self._taken


def _best_merit(history: History) -> tuple[float, float]:
    """Return accuracy and negative loss of the best epoch of a history, the worst there are where it has none."""
    accuracies, losses = (history.epochs.column(f"validation_{name}") for name in ("accuracy", "loss"))
    known = np.isfinite(accuracies) & np.isfinite(losses)
    pairs = zip(accuracies[known].tolist(), (-losses[known]).tolist(), strict=True)
    return max(pairs, default=(-math.inf, -math.inf))
