"""The record of a run: every batch's loss and accuracy, and what each epoch ended with.

A long run has more batches than a plot has pixels, so a curve is kept as at most `MAX_BINS` bins of equal width. Adding
a batch costs the same however long the run is: when the bins are full, neighbours are merged.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np

from digitapp.training.events import BatchDone, EpochDone, Event, RunStarted

MAX_BINS = 512
SMOOTHING = 12  # bins that the drawn line averages over, at most


@dataclass(frozen=True)
class CurveView:
    """A curve ready to be drawn; every array has one entry per bin.

    `x` is the bin's middle in epochs, `mean` the mean of its batches, smoothed over the bins before it, and `low` and
    `high` are the 10th and the 90th percentile of its batches.
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Curve:
    """One quantity, batch by batch."""

    def __init__(self) -> None:
        self._values = array("f")
        self._bin_width = 1
        self._mean: list[float] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def __len__(self) -> int:
        return len(self._values)

    def append(self, value: float) -> None:
        """Add the value of the next batch."""
        self._values.append(value)

    @property
    def values(self) -> np.ndarray:
        """Every value so far, shape (batches,), float32; a copy."""
        return np.frombuffer(self._values, dtype=np.float32).copy() if self._values else np.empty(0, np.float32)

    def view(self, batches_per_epoch: int) -> CurveView:
        """Return the curve for drawing, with `x` in epochs."""
        self._update_bins()
        mean = np.array(self._mean)
        edges = np.minimum(np.arange(len(mean) + 1) * self._bin_width, len(self._values))
        x = (edges[:-1] + edges[1:] + 1) / 2 / batches_per_epoch
        return CurveView(
            x, _trailing_mean(mean, min(SMOOTHING, 1 + len(mean) // 8)), np.array(self._low), np.array(self._high)
        )

    def _update_bins(self) -> None:
        while len(self._values) > self._bin_width * MAX_BINS:
            self._bin_width *= 2
            for column in (self._mean, self._low, self._high):
                column.clear()
        width = self._bin_width
        values = np.frombuffer(self._values, dtype=np.float32) if self._values else np.empty(0, np.float32)
        # The last bin of the call before may have been half full: it is computed again.
        first = max(0, len(self._mean) - 1)
        del self._mean[first:], self._low[first:], self._high[first:]
        whole = len(values) // width
        if whole > first:
            block = values[first * width : whole * width].reshape(-1, width)
            self._extend(block.mean(axis=1, dtype=np.float64), *np.percentile(block, (10, 90), axis=1))
        rest = values[whole * width :]
        if len(rest):
            self._extend([float(rest.mean(dtype=np.float64))], *([p] for p in np.percentile(rest, (10, 90))))

    def _extend(self, mean: object, low: object, high: object) -> None:
        self._mean.extend(np.asarray(mean, float).tolist())
        self._low.extend(np.asarray(low, float).tolist())
        self._high.extend(np.asarray(high, float).tolist())


def _trailing_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of each value and up to `window` − 1 values before it."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    stop = np.arange(1, len(values) + 1)
    start = np.maximum(0, stop - window)
    return (total[stop] - total[start]) / np.maximum(stop - start, 1)


@dataclass
class History:
    """All that a run has reported so far."""

    started: RunStarted | None = None
    loss: Curve = field(default_factory=Curve)
    accuracy: Curve = field(default_factory=Curve)
    epochs: list[EpochDone] = field(default_factory=list)
    last_batch: BatchDone | None = None

    def add(self, event: Event) -> None:
        """Take in one event of `train()`."""
        if isinstance(event, BatchDone):
            self.loss.append(event.loss)
            self.accuracy.append(event.accuracy)
            self.last_batch = event
        elif isinstance(event, EpochDone):
            self.epochs.append(event)
        elif isinstance(event, RunStarted):
            self.started = event

    @property
    def progress(self) -> float:
        """The share of the planned batches that is done, 0 to 1."""
        if self.started is None or self.last_batch is None:
            return 0.0
        return self.last_batch.step / (self.started.epochs * self.started.batches_per_epoch)
