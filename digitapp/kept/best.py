"""The network of a run's best epoch, on its way to the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from digitapp.modelfile import Model
from digitapp.training.best import BestNetwork


class BestWish:
    """Knows which best network of a run is on the disk, so that each is written once.

    Parameters
    ----------
    model : what the run's networks are like, all but the parameters
    record : returns what is said of the network after a step, besides its results
    """

    def __init__(self, model: Model, record: Callable[[int], dict[str, Any]]) -> None:
        self._model = model
        self._record = record
        self._written: BestNetwork | None = None

    def model_of(self, best: BestNetwork | None) -> Model | None:
        """Return the best network as a model to be written; None where it is on the disk."""
        if best is None or best is self._written:
            return None
        results = {"validation_loss": best.loss, "validation_accuracy": best.accuracy}
        record = {**self._record(best.step), "epochs": best.epoch, "steps": best.step, "results": results}
        return replace(self._model, network=best.network, training=record)

    def model_at_end(self, best: BestNetwork | None, end: Model) -> Model | None:
        """Return the same where the run has ended: `end` itself where it has ended with its best network."""
        if best is not None and np.array_equal(best.network.parameters, end.network.parameters):
            return end
        return self.model_of(best)

    def is_written(self, best: BestNetwork | None) -> None:
        """The best network is on the disk."""
        self._written = best
