"""Drawings that are no digits, for networks that go on learning and are not to forget what is none.

A network that was taught to be unsure about them, and then goes on with digits alone, soon takes letters and scribbles
for digits again.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from digitapp.calibration import Calibration
from digitapp.datasets.dataset import FOIL, Dataset, Split

SHARE, MOST = 0.08, 20_000
"""What part of a training part are foils, and how many there are at most."""
RECIPES_WITH_FOILS = ("everyday",)


def goes_on_refusing(record: Mapping[str, Any], calibration: Calibration) -> bool:
    """Return whether a network that goes on learning is to be shown foils.

    Not one that refuses nothing, nor one that has learned from digits alone: it has nothing to forget, and more epochs
    on the same data are to be more of the same.

    Parameters
    ----------
    record : of the training that the network comes from, see `training_record`
    calibration : what it refuses; that of a network with another loss does not count
    """
    knows_foils = bool(record.get("foils")) or record.get("recipe") in RECIPES_WITH_FOILS
    return knows_foils and calibration.threshold is not None


def foils_to_go_on(record: Mapping[str, Any], calibration: Calibration, digits: int) -> int:
    """Return how many foils belong beside so many digits; see `goes_on_refusing`."""
    return min(MOST, round(digits * SHARE / (1 - SHARE))) if goes_on_refusing(record, calibration) else 0


def with_foils(dataset: Dataset, count: int, seed: int, cancelled: threading.Event | None = None) -> Dataset:
    """Return a data set with `count` foils at the end of its training part, the same for the same seed.

    A thousand take about half a second.

    Raises
    ------
    GenerationCancelled : `cancelled` said so
    """
    if count == 0:
        return dataset
    # Deferred: a start of the window is quicker without the making of letters.
    from digitapp.datasets.nondigits import nondigit_inputs
    from digitapp.training.recipes import FOIL_KINDS

    train, foils = dataset.train, nondigit_inputs(count, seed, FOIL_KINDS, cancelled)
    inputs = np.concatenate([train.inputs, foils])
    labels = np.concatenate([train.labels, np.full(count, FOIL, dtype=np.int64)])
    return replace(dataset, train=Split(inputs, labels))
