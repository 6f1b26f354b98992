"""Which units of a network were switched off or frozen by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from digitapp.nn.network import UnitRef
from digitapp.training.held import Held


@dataclass(frozen=True, eq=False)
class Marks:
    """What a run that goes on with the network has to leave alone; never changed, but replaced.

    Attributes
    ----------
    frozen : units whose detectors stay as they are
    off : units that are switched off, with the outgoing weights that they get back
    """

    frozen: frozenset[UnitRef] = frozenset()
    off: Mapping[UnitRef, np.ndarray] = field(default_factory=dict)

    @property
    def held(self) -> Held:
        """The same for the training."""
        return Held(tuple(self.frozen), tuple(self.off))

    def with_unit(self, place: UnitRef, *, is_frozen: bool, off: np.ndarray | None) -> Marks:
        """Return the marks with those of one unit changed; `off` are its outgoing weights where it is switched off."""
        others = {other: weights for other, weights in self.off.items() if other != place}
        frozen = self.frozen | {place} if is_frozen else self.frozen - {place}
        return Marks(frozen, others if off is None else {**others, place: off})
