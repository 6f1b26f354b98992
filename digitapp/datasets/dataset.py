"""Labelled images as arrays, in the parts that training, choosing and measuring use."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from digitapp.datasets.problems import Problem

FOIL = -1
"""The label of a training image that is none of the classes: a network is to be unsure about it."""


@dataclass(frozen=True, eq=False)
class Split:
    """One part of a data set.

    Attributes
    ----------
    inputs : float32 array, shape (n, features), grey values from 0 (paper) to 1 (ink)
    labels : int64 array, shape (n,); FOIL for what belongs to no class, which only a training part may hold

    Raises
    ------
    ValueError : other shapes or types, no samples
    """

    inputs: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if self.inputs.ndim != 2 or self.labels.shape != self.inputs.shape[:1] or len(self.labels) == 0:
            raise ValueError(
                f"inputs of shape (n, features) and labels of shape (n,) with n > 0 are needed, "
                f"not {self.inputs.shape} and {self.labels.shape}"
            )
        if self.inputs.dtype != np.float32 or self.labels.dtype != np.int64:
            raise ValueError(
                f"inputs must be float32 and labels int64, not {self.inputs.dtype} and {self.labels.dtype}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the samples and labels, in hexadecimal: 0.2 s for MNIST, the first time."""
        digest = hashlib.sha256(str(self.inputs.shape).encode())
        digest.update(np.ascontiguousarray(self.inputs).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()

    @property
    def has_fingerprint(self) -> bool:
        """Whether the fingerprint is known already."""
        return "fingerprint" in vars(self)

    def without_foils(self) -> "Split":
        """Return what belongs to a class; the split itself where all of it does."""
        known = self.labels != FOIL
        return self if known.all() else Split(self.inputs[known], self.labels[known])


@dataclass(frozen=True, eq=False)
class Dataset:
    """The parts of a data set and the problem that they belong to.

    The network learns from `train`; `validation` chooses between networks and says when to stop; `test` measures the
    one that was chosen, and nothing else.

    Raises
    ------
    ValueError : a part whose inputs or labels do not fit the problem
    """

    name: str
    problem: Problem
    train: Split
    validation: Split | None = None
    test: Split | None = None

    def __post_init__(self) -> None:
        for part in (self.train, self.validation, self.test):
            if part is None:
                continue
            if part.inputs.shape[1] != self.problem.features:
                raise ValueError(f"{self.problem.features} features are needed, not {part.inputs.shape[1]}")
            lowest = FOIL if part is self.train else 0
            if part.labels.min() < lowest or part.labels.max() >= self.problem.classes:
                raise ValueError(f"labels must be from 0 to {self.problem.classes - 1}")

    @cached_property
    def all_but_test(self) -> Split:
        """All samples that train or validate, those that train first."""
        if self.validation is None:
            return self.train
        parts = self.train, self.validation
        return Split(np.concatenate([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))

    def of_classes(self, count: int) -> "Dataset | None":
        """Return the samples of the first `count` classes alone, and the foils; the data set itself where that is all.

        None where nothing to learn from would be left.
        """
        if count >= self.problem.classes:
            return self
        problem = replace(self.problem, class_names=self.problem.class_names[:count])
        train, validation, test = (_of_classes(part, count) for part in (self.train, self.validation, self.test))
        return None if train is None else Dataset(self.name, problem, train, validation, test)


def _of_classes(part: Split | None, count: int) -> Split | None:
    if part is None:
        return None
    chosen = part.labels < count
    return Split(part.inputs[chosen], part.labels[chosen]) if chosen.any() else None


def stratified_choice(labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose `count` samples at random so that every class keeps its share.

    The shares are rounded by the method of largest remainders, so that exactly `count` samples are chosen.

    Parameters
    ----------
    labels : int array, shape (n,), labels >= 0
    count : int, 0 <= count <= n, n > 0

    Returns
    -------
    chosen : bool array, shape (n,), True where a sample is chosen

    Raises
    ------
    ValueError : more samples than there are, a negative number, no samples at all
    """
    if not 0 <= count <= len(labels) or len(labels) == 0:
        raise ValueError(f"cannot choose {count} of {len(labels)} samples")
    counts, remainders = np.divmod(np.bincount(labels) * count, len(labels))
    counts[np.argsort(-remainders, kind="stable")[: count - counts.sum()]] += 1
    chosen = np.zeros(len(labels), dtype=bool)
    for label, class_count in enumerate(counts):
        chosen[rng.permutation(np.flatnonzero(labels == label))[:class_count]] = True
    return chosen
