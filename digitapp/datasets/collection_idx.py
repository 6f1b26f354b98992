"""A person's digits as IDX files, the format of MNIST: pictures without strokes, for other programs.

The training digits become `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, the held-out ones
`t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`: a folder that `load_dataset` takes like MNIST's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp import reasons
from digitapp.datasets.collection import (
    MAX_SAMPLES,
    Collection,
    NoDigitsError,
    Sample,
    pictures,
)
from digitapp.datasets.errors import DataMissingError, IdxError
from digitapp.datasets.idx import read_idx, write_idx_together
from digitapp.datasets.mnist import find_file
from digitapp.datasets.problems import MNIST

_PARTS = {"train": False, "t10k": True}  # the prefix of the two files, and whether their digits are held out


def export_idx(collection: Collection, folder: Path) -> tuple[Path, ...]:
    """Write the four files into a folder, which is made where it is missing, and return their paths.

    All four take the places of earlier ones together, or none does.

    Raises
    ------
    NoDigitsError : no digits to train on, or none held out: an IDX file cannot be empty
    IdxError : a file cannot be written
    """
    parts = {"train": collection.training, "t10k": collection.held_out}
    if not all(parts.values()):
        raise NoDigitsError(
            folder, reasons.tr("held-out digits") if parts["train"] else reasons.tr("digits to train on")
        )
    arrays: dict[Path, NDArray[np.uint8]] = {}
    for prefix, samples in parts.items():
        images, labels = (folder / name for name in _names(prefix))
        arrays[images] = _bytes_of(samples)
        arrays[labels] = np.array([sample.label for sample in samples], np.uint8)
    write_idx_together(arrays)
    return tuple(arrays)


def import_idx(path: Path) -> list[Sample]:
    """Read digits from a folder with the four files, or from one file of images or labels with its companion beside it.

    Of a folder, what was held out stays held out; of a pair, that is not decided.

    Raises
    ------
    DataMissingError : a file or its companion is not there
    IdxError : a file is damaged, of another kind, not of 28×28 pixels, or at odds with its companion
    """
    if path.is_dir():
        samples = []
        for prefix, held_out in _PARTS.items():
            images, labels = (_require(path, name) for name in _names(prefix))
            samples += _read_pair(images, labels, held_out)
        return samples
    images, labels = _pair_of(path)
    return _read_pair(images, labels, None)


def _names(prefix: str) -> tuple[str, str]:
    return f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"


def _require(folder: Path, name: str) -> Path:
    path = find_file(folder, name)
    if path is None:
        raise DataMissingError((folder,), (name,))
    return path


def _pair_of(path: Path) -> tuple[Path, Path]:
    """Return the files of images and of labels, of which one was named: their names differ in just these words."""
    name = path.name
    is_labels = "labels" in name
    words = (("labels", "images"), ("idx1", "idx3")) if is_labels else (("images", "labels"), ("idx3", "idx1"))
    for old, new in words:
        name = name.replace(old, new)
    stem = name.removesuffix(".gz")
    companion = next((p for p in (path.with_name(stem), path.with_name(f"{stem}.gz")) if p.is_file()), None)
    if name == path.name or companion is None:
        raise DataMissingError((path.parent,), (stem if name != path.name else "the file of labels",))
    return (companion, path) if is_labels else (path, companion)


def _read_pair(images_path: Path, labels_path: Path, held_out: bool | None) -> list[Sample]:
    images = read_idx(images_path, 3, (MAX_SAMPLES, MNIST.rows, MNIST.columns))
    labels = read_idx(labels_path, 1, (MAX_SAMPLES,))
    if images.shape[1:] != (MNIST.rows, MNIST.columns):
        found = reasons.tr("images of {0}×{1} pixels", *images.shape[1:])
        raise IdxError(images_path, found, reasons.tr("{0}×{1} pixels", MNIST.rows, MNIST.columns))
    if len(images) != len(labels):
        found = reasons.tr("{0:,} labels", len(labels))
        expected = reasons.tr("{0:,}, one per image in {1}", len(images), images_path.name)
        raise IdxError(labels_path, found, expected)
    if labels.max() >= MNIST.classes:
        found = reasons.tr("there is a label {0}", labels.max())
        raise IdxError(labels_path, found, reasons.tr("labels from 0 to {0}", MNIST.classes - 1))
    return [Sample(image, label, held_out=held_out) for image, label in zip(images, labels.tolist(), strict=True)]


def _bytes_of(samples: Sequence[Sample]) -> NDArray[np.uint8]:
    return np.round(pictures(samples).reshape(-1, MNIST.rows, MNIST.columns) * 255).astype(np.uint8)
