"""Which step of a run stands where on the axis of epochs, also where the size of its batches was changed."""

from __future__ import annotations

from bisect import bisect_right
from typing import overload

import numpy as np


class EpochScale:
    """From steps to epochs and back.

    Parameters
    ----------
    batches_per_epoch : as the run begins
    """

    def __init__(self, batches_per_epoch: int) -> None:
        self._steps, self._epochs, self._batches = [0], [0], [batches_per_epoch]

    @property
    def is_even(self) -> bool:
        """Whether all epochs have as many batches."""
        return len(self._steps) == 1

    def change(self, epoch: int, batches_per_epoch: int) -> None:
        """Let epochs, from one counted from 0 on, have another number of batches."""
        step = round(self.steps_at(epoch))
        if self._epochs[-1] == epoch:
            self._batches[-1] = batches_per_epoch
        else:
            self._steps.append(step)
            self._epochs.append(epoch)
            self._batches.append(batches_per_epoch)

    @overload
    def epochs_at(self, step: float) -> float: ...
    @overload
    def epochs_at(self, step: np.ndarray) -> np.ndarray: ...
    def epochs_at(self, step: float | np.ndarray) -> float | np.ndarray:
        """Return where a number of steps ends, in epochs."""
        if isinstance(step, np.ndarray):
            places = np.maximum(0, np.searchsorted(self._steps, step, side="right") - 1)
            since = step - np.array(self._steps)[places]
            return np.array(self._epochs)[places] + since / np.array(self._batches)[places]
        place = max(0, bisect_right(self._steps, step) - 1)
        return self._epochs[place] + (step - self._steps[place]) / self._batches[place]

    def steps_at(self, epochs: float) -> float:
        """Return how many steps a number of epochs takes."""
        place = max(0, bisect_right(self._epochs, epochs) - 1)
        return self._steps[place] + (epochs - self._epochs[place]) * self._batches[place]

    def batches_in(self, epoch: int) -> int:
        """Return how many batches an epoch has, counted from 0."""
        return self._batches[max(0, bisect_right(self._epochs, epoch) - 1)]

    def place_of(self, step: int) -> tuple[int, int]:
        """Return epoch and batch of a step, all counted from 0."""
        place = max(0, bisect_right(self._steps, step) - 1)
        epoch, batch = divmod(step - self._steps[place], self._batches[place])
        return self._epochs[place] + epoch, batch
