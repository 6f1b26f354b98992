"""What a change by hand did to the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.surgery import UnitParameters
from digitapp.nn.network import UnitRef
from digitapp.reading import Answer
from digitapp.training.evaluate import Evaluation


@dataclass(frozen=True, eq=False)
class Effect:
    """What the last change did.

    Attributes
    ----------
    text : the change in words
    answers : to the present drawing, before and after
    scores : on the validation part (the training part where there is none), before and after; None until measured
    samples : how many that are
    is_pending : whether the scores are on their way
    """

    text: str
    answers: tuple[Answer, Answer]
    scores: tuple[Evaluation, Evaluation] | None = None
    samples: int = 0
    is_pending: bool = False

    def losses_of_classes(self) -> NDArray[np.floating]:
        """Return what part of each class's samples is read rightly now and was not before, (classes,)."""
        assert self.scores is not None
        shares = [np.diag(score.confusion) / np.maximum(score.confusion.sum(axis=1), 1) for score in self.scores]
        return shares[1] - shares[0]


@dataclass(frozen=True, eq=False)
class Before:
    """The network before a change whose effect is to be measured: the units as they were, and how good it was."""

    units: tuple[tuple[UnitRef, UnitParameters], ...]
    answer: Answer
    score: Evaluation | None
