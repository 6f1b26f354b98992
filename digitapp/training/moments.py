"""Moments of a run that are kept in memory, so that one can go back to any of them.

They are kept by the number of steps and not by the clock: the same run keeps the same moments. A run may take hours, so
they are thinned as it goes on: the distance between two of them doubles whenever there is no room for another. That
always leaves the first, the last, and between half as many and as many as fit, evenly spread over the whole run; and
most copies are taken early in the run, when most happens, hardly any later on.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from digitapp.nn.network import Network

MOST_BYTES = 200_000_000
"""What all moments of all runs take together, at most."""
MOST_MOMENTS = 128
"""More than that no hand can tell apart on a slider."""
FIRST_STRIDE = 4
"""At the start of a long run every so many steps: a copy costs up to a tenth of a step."""
LEAST_MOMENTS = 2
"""The start and the end: with fewer there is no time to travel in."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The network after one step of a run.

    Attributes
    ----------
    step : counted from 1; 0 is the start
    parameters : as the network is used, (parameter_count,), never changed
    updates : by what share of their length this step has changed the weights of each layer, see `update_shares`; empty
        where that is not known
    """

    step: int
    parameters: np.ndarray
    updates: tuple[float, ...] = ()


class Moments:
    """The moments of one run, in the order of time.

    One thread adds to it; any thread may read it.

    Parameters
    ----------
    capacity : the most moments that are kept; below `LEAST_MOMENTS` none are

    Attributes
    ----------
    kept : the moments there are at present
    is_open : whether more may come
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept: tuple[Moment, ...] = ()  # replaced, never changed: whoever reads it has a whole one
        self.is_open = capacity >= LEAST_MOMENTS
        self._stride = 1

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def stride(self) -> int:
        """Every so many steps a moment is wanted."""
        return self._stride

    def take_up(self, kept: tuple[Moment, ...], stride: int) -> None:
        """Go on with moments that were kept elsewhere: older ones go first where there is no room for all."""
        self._stride = max(1, stride)
        self.kept = kept[max(0, len(kept) - self.capacity) :] if self.capacity >= LEAST_MOMENTS else ()

    @property
    def nbytes(self) -> int:
        """The memory that the parameters take."""
        return sum(moment.parameters.nbytes for moment in self.kept)

    def plan(self, steps: int) -> None:
        """Take from the start only every fourth step of a run that is so long that the others would not stay anyway."""
        if not self.kept:
            self._stride = min(max(steps // max(self.capacity, 1), 1), FIRST_STRIDE)

    @property
    def _places(self) -> int:
        """How many there may be before the end, for which one place is left."""
        return self.capacity - 1

    def wants(self, step: int) -> bool:
        """Return whether the moment after this step is to be added; the start is step 0."""
        if not self.is_open or step % self._stride:
            return False
        return not self.kept or (self._places > 1 and step > self.kept[-1].step)

    def add(self, step: int, parameters: np.ndarray, updates: tuple[float, ...] = ()) -> None:
        """Keep a moment that is wanted; `parameters` are given away, not copied."""
        while len(self.kept) >= self._places:
            self._stride *= 2
            self.kept = tuple(moment for moment in self.kept if moment.step % self._stride == 0)
        if step % self._stride == 0:
            self.kept = (*self.kept, Moment(step, parameters, updates))

    def close(self, step: int, parameters: np.ndarray) -> None:
        """Keep the end of the run, whatever its step; no more will come."""
        if self.is_open:
            self.is_open = False
            before = tuple(moment for moment in self.kept if moment.step < step)
            self.kept = (*before, Moment(step, parameters))

    def forget_after(self, step: int) -> None:
        """Drop what came after a step: it was taken back."""
        self.kept = tuple(moment for moment in self.kept if moment.step <= step)

    def thin(self) -> None:
        """Drop every other moment, but neither the first nor the last."""
        if len(self.kept) > LEAST_MOMENTS:
            self.kept = (*self.kept[:-1:2], self.kept[-1])

    def clear(self) -> None:
        """Drop all."""
        self.kept = ()

    def nearest(self, step: int) -> int:
        """Return the index of the moment nearest to a step. Raises ValueError where there are none."""
        if not self.kept:
            raise ValueError("no moments are kept")
        right = bisect_left(self.kept, step, key=lambda moment: moment.step)
        if right == 0:
            return 0
        if right == len(self.kept):
            return right - 1
        return right if self.kept[right].step - step < step - self.kept[right - 1].step else right - 1


def update_shares(before: np.ndarray, after: Network) -> tuple[float, ...]:
    """Return by what share of its length each layer's weights have changed: |W' − W| / |W|, a number for each layer.

    The network's own weights count, before anything is averaged or folded; NaN where they were all zero.

    Parameters
    ----------
    before : float array, (parameter_count,), the network's parameters before the step
    after : the network after it

    Source: Karpathy, "CS231n Convolutional Neural Networks for Visual Recognition", notes 3, "Ratio of
    weights:updates", which takes about 0.001 for healthy.
    """
    shares = []
    with np.errstate(all="ignore"):
        for old, new in zip(after.views(before)[0], after.weights, strict=True):
            change = (new.T - old.T).ravel()
            was = old.T.ravel()
            length = float(np.sqrt(was @ was))
            shares.append(float(np.sqrt(change @ change)) / length if length > 0 else math.nan)
    return tuple(shares)


class Archive:
    """The moments of all runs, within `limit` bytes together: what older runs keep makes room for a new one.

    Parameters
    ----------
    limit : bytes of parameters
    """

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self.limit = limit
        self._runs: list[tuple[Moments, int]] = []

    @property
    def nbytes(self) -> int:
        """The memory that is in use."""
        return sum(moments.nbytes for moments, _ in self._runs)

    @property
    def _free(self) -> int:
        """What is neither in use nor promised to a run that goes on."""
        taken = (m.capacity * size if m.is_open else m.nbytes for m, size in self._runs)
        return self.limit - sum(taken)

    def take_up(self, moments: Moments, size: int) -> None:
        """Count the moments of a run of an earlier start as well: they give way first."""
        self._runs.insert(0, (moments, size))

    def open(self, size: int) -> Moments:
        """Return moments for a new run, each of `size` bytes.

        Older runs are thinned until three quarters of the memory are free, or they have but start and end left; only
        where the new run would not have room for as much, the oldest are dropped.
        """
        wanted = min(MOST_MOMENTS * size, self.limit * 3 // 4)
        closed = [moments for moments, _ in self._runs if not moments.is_open]
        while self._free < wanted and (thick := [m for m in closed if len(m) > LEAST_MOMENTS]):
            max(thick, key=lambda moments: moments.nbytes).thin()
        while self._free < LEAST_MOMENTS * size and closed:
            closed.pop(0).clear()
        self._runs = [(moments, each) for moments, each in self._runs if moments.is_open or len(moments)]
        moments = Moments(min(MOST_MOMENTS, max(0, self._free // size)))
        self._runs.append((moments, size))
        return moments
