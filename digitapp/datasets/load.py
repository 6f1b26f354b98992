"""One door to every data set, by name or by folder."""

import os
import threading
from pathlib import Path

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.errors import DataFileError, UnknownDatasetError
from digitapp.datasets.mnist import find_mnist, load_mnist
from digitapp.datasets.problems import MY_HAND, PROBLEMS
from digitapp.datasets.toy import load_toy


def load_dataset(
    name_or_dir: str | os.PathLike[str],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
    cancelled: threading.Event | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name_or_dir : "toy", "mnist", "handwriting", "my-hand" (the user's own digits), or the path of a folder with four
        IDX files named as MNIST's
    data_dir : where MNIST and the user's digits are looked for first; then come $DIGITAPP_DATA_DIR and the user's data
        folder
    seed : int, decides which training images validate (MNIST) and what is written (handwriting)
    cancelled : set from another thread to end what takes seconds, the writing of handwriting

    Raises
    ------
    DataError : one of its subclasses, each saying what is wrong, where, and what was expected
    DrawingFileError : the file of the user's digits is damaged
    """
    name = os.fspath(name_or_dir)
    if name == "toy":
        return load_toy()
    if name == "mnist":
        return load_mnist(find_mnist(data_dir), seed=seed)
    if name == "handwriting":
        # Deferred: it needs the drawing machinery, which reading files does not.
        from digitapp.datasets.handwriting import generate

        return generate(seed=seed, cancelled=cancelled)
    if name == MY_HAND:
        from digitapp.datasets.collection import load_my_hand

        return load_my_hand(data_dir)
    folder = Path(name)
    try:
        is_folder = folder.is_dir()
    except OSError as error:
        raise DataFileError(folder, error.strerror or str(error), "a folder that can be read") from error
    if not name or not is_folder:  # an empty name would mean the folder the program was started in
        known = (*(key for problem in PROBLEMS.values() for key in problem.datasets), MY_HAND)
        raise UnknownDatasetError(name, known)
    return load_mnist(folder, name=folder.resolve().name, seed=seed)
