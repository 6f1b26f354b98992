"""One door to every data set, by name or by folder."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitapp import reasons
from digitapp.datasets.dataset import Dataset
from digitapp.datasets.errors import DataFileError, UnknownDatasetError
from digitapp.datasets.mnist import find_mnist, load_mnist, mnist_status
from digitapp.datasets.plane import is_points_table, load_points, made_dataset
from digitapp.datasets.problems import FIRST, MY_HAND, PLANE, PROBLEMS, TOY, Problem, base_name, problem_of
from digitapp.datasets.toy import load_toy

DataDir = str | os.PathLike[str] | None


@dataclass(frozen=True)
class Wish:
    """What a data set is asked for with; see `load_dataset`. `name` has the settings of one that is made to order."""

    name: str
    data_dir: DataDir = None
    seed: int = 0
    cancelled: threading.Event | None = None


def _handwriting(wish: Wish) -> Dataset:
    # Deferred: it needs the drawing machinery, which reading files does not.
    from digitapp.datasets.handwriting import generate

    return generate(seed=wish.seed, cancelled=wish.cancelled)


def _my_hand(wish: Wish) -> Dataset:
    from digitapp.datasets.collection import load_my_hand

    return load_my_hand(wish.data_dir)


LOADERS: dict[str, Callable[[Wish], Dataset]] = {
    "toy": lambda _wish: load_toy(),
    "mnist": lambda wish: load_mnist(find_mnist(wish.data_dir), seed=wish.seed),
    "handwriting": _handwriting,
    MY_HAND: _my_hand,
    **dict.fromkeys(PLANE.datasets, lambda wish: made_dataset(wish.name)),
}
"""How each data set that a problem offers is loaded, by its name."""


def load_dataset(
    name_or_dir: str | os.PathLike[str],
    *,
    data_dir: DataDir = None,
    seed: int = 0,
    cancelled: threading.Event | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name_or_dir : a name in `LOADERS`, such as "toy", "mnist", "handwriting" or "my-hand" (the user's own digits), with
        settings where it is made to order ("plane:moons,noise=0.2,count=400,seed=3"); the path of a folder with four
        IDX files named as MNIST's; or that of a table (.csv) of images for the toy or of points in the plane
    data_dir : where MNIST and the user's digits are looked for first; then come $DIGITAPP_DATA_DIR and the user's data
        folder
    seed : int, decides which training images validate (MNIST) and what is written (handwriting); what is made to order
        has a seed of its own
    cancelled : set from another thread to end what takes seconds, the writing of handwriting

    Raises
    ------
    DataError : one of its subclasses, each saying what is wrong, where, and what was expected
    DrawingFileError : the file of the user's digits is damaged
    """
    name = os.fspath(name_or_dir)
    base = base_name(name)
    if base in LOADERS:
        return LOADERS[base](Wish(name, data_dir, seed, cancelled))
    folder = Path(name)
    if _is_table(name):
        return load_points(folder) if is_points_table(folder) else load_toy(folder)
    try:
        is_folder = folder.is_dir()
    except OSError as error:
        raise DataFileError(folder, error.strerror or str(error), reasons.tr("a folder that can be read")) from error
    if not name or not is_folder:  # an empty name would mean the folder the program was started in
        raise UnknownDatasetError(name, tuple(known_datasets()))
    return load_mnist(folder, seed=seed)


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv")


def problem_meant_by(name: str) -> Problem:
    """Return the problem that a data set belongs to, told by its name or path before it is loaded."""
    if (problem := problem_of(name)) is not None:
        return problem
    if _is_table(name):
        return PLANE if is_points_table(Path(name)) else TOY
    return FIRST


def known_datasets() -> list[str]:
    """Return the name of each data set that a problem offers, and then of those that the user collects."""
    problems = PROBLEMS.values()
    return [*(name for problem in problems for name in problem.datasets), *(p.hand for p in problems if p.hand)]


def is_missing(name: str, data_dir: DataDir = None) -> bool:
    """Return whether a data set has to be brought onto this computer before it can be loaded."""
    problem = problem_of(name)
    return problem is not None and name in problem.fetched and not mnist_status(data_dir).available
