"""A problem that the program has never heard of: three heaps of points in a plane, and two data sets of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import LOADERS, Wish
from digitapp.datasets.problems import PROBLEMS, Inputs, Preset, Problem
from digitapp.drawing.point import Point

SAMPLE = Point((0.5, -0.25))
HEAPS = Problem(
    key="heaps",
    title="Three heaps of points",
    inputs=Inputs.POINTS,
    rows=1,
    columns=2,
    input_names=("x", "y"),
    class_names=("red", "green", "blue"),
    datasets=("heaps:far", "heaps:near"),
    preprocessing="points",
    presets=(Preset("few", {"hidden": (5,), "activation": "tanh", "initializer": "glorot"}, {"epochs": 20}),),
    samples="points",
    sample=SAMPLE,
)


def heaps(name: str, distance: float) -> Callable[[Wish], Dataset]:
    def split(count: int, seed: int) -> Split:
        labels = np.arange(count) % 3
        middles = distance * np.array([[0, 1], [-1, -1], [1, -1]])
        places = middles[labels] + np.random.default_rng(seed).normal(0, 0.3, (count, 2))
        return Split(places.astype(np.float32), labels)

    return lambda wish: Dataset(name, HEAPS, split(150, wish.seed), split(60, wish.seed + 1))


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program know the problem and its data sets for as long as a test runs."""
    monkeypatch.setitem(PROBLEMS, HEAPS.key, HEAPS)
    for name, distance in zip(HEAPS.datasets, (1.0, 0.3), strict=True):
        monkeypatch.setitem(LOADERS, name, heaps(name, distance))
