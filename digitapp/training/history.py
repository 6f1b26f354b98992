"""The record of a run: every batch's loss and accuracy, and what each epoch ended with.

A long run has more batches than a plot has pixels, so a curve is drawn from at most `MAX_BINS` bins of equal width,
and its band from wider ones. Adding a batch costs the same however long the run is, and so does drawing.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from digitapp.training.epoch_scale import EpochScale
from digitapp.training.events import BatchDone, Changed, EpochDone, Event, PretrainingStep, RunFinished, RunStarted

MAX_BINS = 512
BINS_PER_BAND = 8  # a band's bin is as wide as this many bins of the line
SMOOTHING_BATCHES = 16  # the drawn line averages over this many batches,
SMOOTHING_SHARE = 0.025  # or over this share of the run, whichever is more
_PERCENTILE_SAMPLE = 256  # values that a percentile is taken from, evenly spread over its bin


@dataclass(frozen=True, eq=False)
class CurveView:
    """A curve ready to be drawn; `x` is in epochs, and 1.0 the end of the first.

    Attributes
    ----------
    x, mean : float arrays, shape (bins,): the middle of each bin, and the mean of the batches in it and shortly before
    band_x, low, high : float arrays, shape (bands,): edges and the 10th and 90th percentile of the batches around them
    """

    x: np.ndarray
    mean: np.ndarray
    band_x: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Curve:
    """One quantity, batch by batch."""

    def __init__(self) -> None:
        self._values = array("f")
        self._width = 1
        self._line = _Bins(MAX_BINS, 1)
        self._band = _Bins(MAX_BINS // BINS_PER_BAND, 2, look_back=True)

    def __len__(self) -> int:
        return len(self._values)

    def append(self, value: float) -> None:
        """Add the value of the next batch."""
        self._values.append(value)

    def extend(self, values: np.ndarray) -> None:
        """Add the values of many batches, shape (batches,), float32."""
        self._values.frombytes(np.ascontiguousarray(values, np.float32).tobytes())

    def value(self, index: int) -> float:
        """Return the value of one batch, counted from 0."""
        return self._values[index]

    @property
    def values(self) -> np.ndarray:
        """Every value so far, shape (batches,), float32; a copy."""
        return np.array(self._values, dtype=np.float32)

    def view(self, batches_per_epoch: int, scale: EpochScale | None = None) -> CurveView:
        """Return the curve for drawing; `scale` where epochs have different numbers of batches."""
        count = len(self._values)
        while count > self._width * MAX_BINS:
            self._width *= 2
            self._line.clear()
            self._band.clear()
        # A view of the array's memory, which must be gone before the next append.
        values = np.frombuffer(self._values, dtype=np.float32) if count else np.empty(0, np.float32)
        wide = self._width * BINS_PER_BAND
        self._line.update(values, self._width, _mean)
        self._band.update(values, wide, _percentiles)
        del values
        mean = _trailing_mean(self._line.rows[:, 0], self._smoothing(count))
        low, high = self._band.rows.T
        x, band_x = _middles(len(mean), self._width, count), _middles(len(low), wide, count)
        if scale is None or scale.is_even:
            x, band_x = x / batches_per_epoch, band_x / batches_per_epoch
        else:
            x, band_x = scale.epochs_at(x), scale.epochs_at(band_x)
        if len(low):
            # Out to the first and the last batch, so that band and line begin and end together.
            band_x = np.concatenate([x[:1], band_x, x[-1:]])
            low, high = (np.concatenate([side[:1], side, side[-1:]]) for side in (low, high))
        return CurveView(x, mean, band_x, low, high)

    def _smoothing(self, count: int) -> int:
        """The number of bins to average over: about the same number of batches before and after bins are merged."""
        bins = -(-count // self._width)
        wanted = round(max(SMOOTHING_BATCHES, SMOOTHING_SHARE * count) / self._width)
        return max(1, min(wanted, 1 + bins // 8))


class _Bins:
    """Rows of numbers, one row for each bin, that are computed once when a bin is full.

    With `look_back` the last bin is filled up with values from before: percentiles of two values say nothing.
    """

    def __init__(self, most: int, columns: int, *, look_back: bool = False) -> None:
        self._look_back = look_back
        # One more, because a band may end with a bin that is hardly begun.
        self._rows = np.zeros((most + 1, columns))
        self._count = 0
        self._full = 0

    @property
    def rows(self) -> np.ndarray:
        """One row a bin, the last perhaps of a bin that is not full yet."""
        return self._rows[: self._count]

    def clear(self) -> None:
        self._count = self._full = 0

    def update(self, values: np.ndarray, width: int, compute: Callable[[np.ndarray], np.ndarray]) -> None:
        """Bring all bins up to date; `compute(blocks)` returns a row for each row of values."""
        full = len(values) // width
        if full > self._full:
            self._rows[self._full : full] = compute(values[self._full * width : full * width].reshape(-1, width))
        self._full = self._count = full
        if len(values) > full * width:
            start = max(0, len(values) - width) if self._look_back else full * width
            self._rows[full] = compute(values[np.newaxis, start:])[0]
            self._count = full + 1


def _mean(blocks: np.ndarray) -> np.ndarray:
    return blocks.mean(axis=1, dtype=np.float64, keepdims=True)


def _percentiles(blocks: np.ndarray) -> np.ndarray:
    """Return the 10th and the 90th percentile of each row, as `np.percentile` does, which costs ten times as much."""
    ordered = np.sort(blocks[:, :: max(1, blocks.shape[1] // _PERCENTILE_SAMPLE)], axis=1)
    last = ordered.shape[1] - 1
    columns = []
    for share in (0.1, 0.9):
        below = int(share * last)
        above = min(below + 1, last)
        columns.append(ordered[:, below] + (share * last - below) * (ordered[:, above] - ordered[:, below]))
    return np.stack(columns, axis=1)


def _middles(bins: int, width: int, count: int) -> np.ndarray:
    """Return the middle of each bin in batches, where batch k (from 0) has the place k + 1; the last may be cut."""
    edges = np.minimum(np.arange(bins + 1) * width, count)
    return (edges[:-1] + edges[1:] + 1) / 2


def _trailing_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Return the mean of each value and up to `window` − 1 values before it."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    stop = np.arange(1, len(values) + 1)
    start = np.maximum(0, stop - window)
    return (total[stop] - total[start]) / (stop - start)


class EpochTable:
    """What every epoch ended with, as columns: millions of epochs of a tiny network stay small in memory.

    Each column is a float array, shape (epochs,), NaN where there was no validation part.
    """

    columns = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")

    def __init__(self) -> None:
        self._columns = {name: array("d") for name in self.columns}

    def __len__(self) -> int:
        return len(self._columns["epoch"])

    def append(self, event: EpochDone) -> None:
        """Add an epoch."""
        for name, column in self._columns.items():
            value = getattr(event, name)
            column.append(np.nan if value is None else value)

    def extend(self, columns: Mapping[str, np.ndarray]) -> None:
        """Add many epochs: each column by its name, all of one length."""
        for name, column in self._columns.items():
            column.frombytes(np.ascontiguousarray(columns[name], np.float64).tobytes())

    def column(self, name: str, most: int | None = None) -> np.ndarray:
        """Return a column as a copy; with `most`, evenly chosen epochs of it, about that many, the last among them."""
        values = self._columns[name]
        stride = 1 if most is None else max(1, -(-len(values) // most))
        return np.array(values[(len(values) - 1) % stride :: stride])


@dataclass
class History:
    """All that a run has reported so far."""

    started: RunStarted | None = None
    loss: Curve = field(default_factory=Curve)
    accuracy: Curve = field(default_factory=Curve)
    epochs: EpochTable = field(default_factory=EpochTable)
    last_batch: BatchDone | None = None
    last_epoch: EpochDone | None = None
    finished: RunFinished | None = None
    pretraining: PretrainingStep | None = None
    changes: list[Changed] = field(default_factory=list)
    _scale: EpochScale | None = None

    def add(self, event: Event) -> None:
        """Take in one event of `train()`."""
        if isinstance(event, BatchDone):
            self.loss.append(event.loss)
            self.accuracy.append(event.accuracy)
            self.last_batch = event
        elif isinstance(event, EpochDone):
            self.epochs.append(event)
            self.last_epoch = event
        elif isinstance(event, RunStarted):
            if not self.changes:  # of a run that is taken up again, whose first epochs may have had other batches
                self.started = event
                self._scale = None
        elif isinstance(event, Changed):
            self.changes.append(event)
            self._scale = None
        elif isinstance(event, PretrainingStep):
            self.pretraining = event
        else:
            self.finished = event

    @property
    def scale(self) -> EpochScale:
        """Which step stands where on the axis of epochs. Raises ValueError before the run has begun."""
        if self._scale is None:
            if self.started is None:
                raise ValueError("the run has not begun")
            scale = EpochScale(self.started.batches_per_epoch)
            for change in self.changes:
                if "batch_size" in change.settings:
                    scale.change(change.epoch + (change.batch > 0), change.batches_per_epoch)
            self._scale = scale
        return self._scale

    @property
    def progress(self) -> float:
        """The share of the planned batches that is done, 0 to 1; a run that ends early by its own rule is done."""
        if self.finished is not None:
            return 1.0
        if self.started is None or self.last_batch is None:
            return 0.0
        return self.last_batch.step / self.scale.steps_at(self.started.epochs)
