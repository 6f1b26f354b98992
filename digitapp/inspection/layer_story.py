"""What the layers of a network were like in the course of a run, at the moments that are kept of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitapp.inspection.layer_report import Layers
from digitapp.nn.network import Network
from digitapp.training.moments import MOST_MOMENTS, Moment, update_shares

MOST_COLUMNS = MOST_MOMENTS + MOST_MOMENTS // 2


class LayerStory:
    """Reports by their step, never more than `MOST_COLUMNS`, however long the run is.

    One thread adds; what it has added is replaced, never changed, so that any thread may read it.
    """

    def __init__(self) -> None:
        self.columns: tuple[tuple[int, Layers], ...] = ()

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of the columns, rising."""
        return tuple(step for step, _ in self.columns)

    @property
    def last(self) -> Layers | None:
        """The newest report."""
        return self.columns[-1][1] if self.columns else None

    def add(self, step: int, layers: Layers, moments: Sequence[int]) -> None:
        """Keep a report; where there is no more room, those go first whose moment went, then every other one."""
        columns = dict(self.columns)
        columns[step] = layers
        if len(columns) > MOST_COLUMNS:
            wanted = {*moments, step}
            columns = {at: layers for at, layers in columns.items() if at in wanted}
        ordered = sorted(columns.items())
        while len(ordered) > MOST_COLUMNS:
            ordered = [*ordered[:-1:2], ordered[-1]]
        self.columns = tuple(ordered)

    def forget_after(self, step: int) -> None:
        """Drop what came after a step that was taken back."""
        if self.columns and self.columns[-1][0] > step:
            self.columns = tuple(column for column in self.columns if column[0] <= step)

    def wanted(self, moments: Sequence[int]) -> int | None:
        """Return the index of the moment that tells most next: the newest, the first, then the middle of a gap.

        Parameters
        ----------
        moments : steps, rising

        Returns
        -------
        int, or None where all of them are known
        """
        known = set(self.steps)
        missing = [index for index, step in enumerate(moments) if step not in known]
        if not missing:
            return None
        if missing[-1] == len(moments) - 1:
            return missing[-1]
        if missing[0] == 0:
            return 0
        there = [index for index, step in enumerate(moments) if step in known]
        gaps = [(right - left, left) for left, right in pairwise(there)]
        width, left = max(gaps)
        return left + width // 2

    def nearest(self, step: float) -> int:
        """Return the index of the column that shows a step: the last one that is not later. There must be some."""
        return max(0, bisect_left(self.steps, step + 1e-9) - 1)


def updates_of(moments: Sequence[Moment], index: int, network: Network) -> tuple[float, ...]:
    """Return by what share the step before a moment has changed each layer; () where that is not known.

    Where nobody has measured it, the moment before tells, if it is that of the step before.

    Parameters
    ----------
    network : of the shape of the moments, used as memory
    """
    moment = moments[index]
    if moment.updates or index == 0 or moments[index - 1].step != moment.step - 1:
        return moment.updates
    np.copyto(network.parameters, moment.parameters)
    return update_shares(moments[index - 1].parameters, network)
