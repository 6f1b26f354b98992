"""A person's digits as IDX files, the format of MNIST: pictures without strokes, for other programs.

The training digits become `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, the held-out ones
`t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`: a folder that `load_dataset` takes like MNIST's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.collection import MAX_SAMPLES, Collection, NoDigitsError, Sample, pictures
from digitapp.datasets.errors import DataMissingError, IdxError
from digitapp.datasets.idx import read_idx, write_idx
from digitapp.datasets.mnist import find_file
from digitapp.datasets.problems import MNIST

_PARTS = {"train": False, "t10k": True}  # the prefix of the two files, and whether their digits are held out


def export_idx(collection: Collection, folder: Path) -> tuple[Path, ...]:
    """Write the four files into a folder, which is made where it is missing, and return their paths.

    Raises
    ------
    NoDigitsError : no digits to train on, or none held out: an IDX file cannot be empty
    IdxError : a file cannot be written
    """
    parts = {"train": collection.training, "t10k": collection.held_out}
    if not all(parts.values()):
        raise NoDigitsError(folder, "digits to train on" if not parts["train"] else "held-out digits")
    written = []
    for prefix, samples in parts.items():
        images, labels = (folder / name for name in _names(prefix))
        write_idx(images, _bytes_of(samples))
        write_idx(labels, np.array([sample.label for sample in samples], np.uint8))
        written += [images, labels]
    return tuple(written)


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
        found = f"images of {images.shape[1]}×{images.shape[2]} pixels"
        raise IdxError(images_path, found, f"{MNIST.rows}×{MNIST.columns} pixels")
    if len(images) != len(labels):
        raise IdxError(labels_path, f"{len(labels):,} labels", f"{len(images):,}, one per image in {images_path.name}")
    if labels.max() >= MNIST.classes:
        raise IdxError(labels_path, f"there is a label {labels.max()}", f"labels from 0 to {MNIST.classes - 1}")
    return [Sample(image, label, held_out=held_out) for image, label in zip(images, labels.tolist(), strict=True)]


def _bytes_of(samples: Sequence[Sample]) -> NDArray[np.uint8]:
    return np.round(pictures(samples).reshape(-1, MNIST.rows, MNIST.columns) * 255).astype(np.uint8)
