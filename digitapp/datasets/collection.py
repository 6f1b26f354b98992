"""A person's own digits: collected one by one, a fixed third of them held out, kept in one file.

Every third digit of a class that is drawn is held out: never trained on, only measured with. It is decided when the
digit is collected, stands in the file and never changes. A digit that was corrected after a network had misread it is
always trained on: it was picked because it is hard for that network, so that measured with it, the network would look
worse, and its successor better, than they are.

The file is a drawings file (`digitapp.drawing.files`) with a few keys more: each drawing has `held_out`, `correction`
and the `pen_width` on the canvas; pictures that came without strokes stand under `images`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitapp import reasons, resources
from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.errors import DataError
from digitapp.datasets.problems import MNIST, MY_HAND
from digitapp.drawing.files import DrawingFileError, DrawingFlaw, drawing_from_json, drawing_to_json, read_document
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.drawing.render import RELATIVE_PEN_WIDTH

FILE_NAME = f"{MY_HAND}.json"

HELD_OUT_EVERY = 3
EACH = 10  # digits of a class that make a collection worth measuring with
MAX_SAMPLES = 10_000

_IMPORTED_SIZE = 0.7  # of the canvas: the units of a drawing from elsewhere mean nothing
_DIGEST_DIGITS = 16
_IMAGE_SHAPE = (MNIST.rows, MNIST.columns)


class NoDigitsError(DataError):
    """A collection that lacks the digits for what is wanted; `path` is its file, `missing` names the part."""

    def __init__(self, path: Path, missing: str) -> None:
        self.path = path
        self.missing = missing
        self.reason = reasons.tr(
            "there are no {0}; expected at least {1} digits of one class, drawn on the page 'My hand'",
            missing,
            HELD_OUT_EVERY,
        )
        super().__init__(f"{path}: {self.reason}")


class TooManyDigitsError(DataError):
    """More digits than a collection takes; `number` is how many there would be."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.reason = reasons.tr(
            "{0:,} digits are more than a collection takes; expected at most {1:,}", number, MAX_SAMPLES
        )
        super().__init__(self.reason)


@dataclass(frozen=True, eq=False)
class Sample:
    """One digit of a person.

    Attributes
    ----------
    source : Drawing in canvas units, or uint8 array, shape (28, 28), of a picture that came without strokes (ink 255)
    label : int, what it is meant to be
    pen_width : float, of a drawing's pen in canvas units
    held_out : bool, True where it measures and is never trained on; None before that is decided
    correction : bool, whether it was collected because a network had misread it
    """

    source: Drawing | NDArray[np.uint8]
    label: int
    pen_width: float = RELATIVE_PEN_WIDTH * _IMPORTED_SIZE
    held_out: bool | None = None
    correction: bool = False

    @property
    def drawing(self) -> Drawing | None:
        """The strokes, where there are any."""
        return self.source if isinstance(self.source, Drawing) else None

    @cached_property
    def picture(self) -> NDArray[np.float32]:
        """What a network sees of it: float32 array, shape (28, 28), ink = 1."""
        if isinstance(self.source, Drawing):
            return preprocess_drawings([self.source], [self.pen_width])[0]
        return np.divide(self.source, np.float32(255), dtype=np.float32)

    @cached_property
    def identity(self) -> bytes:
        """The same for digits that are the same, whenever they were collected."""
        digest = hashlib.blake2b(bytes([self.label]))
        if isinstance(self.source, Drawing):
            for stroke in self.source.strokes:
                digest.update(len(stroke).to_bytes(4, "little") + stroke.points.tobytes())
        else:
            digest.update(self.source.tobytes())
        return digest.digest()

    @property
    def digest(self) -> str:
        """What stands in the file to tell whether the digit is still what was written."""
        rest = f"{self.pen_width} {bool(self.held_out)} {self.correction}"
        return hashlib.blake2b(self.identity + rest.encode()).hexdigest()[:_DIGEST_DIGITS]

    @cached_property
    def text(self) -> str:
        """The sample as one item of a collection's file."""
        part: dict[str, Any] = {"held_out": bool(self.held_out)} | ({"correction": True} if self.correction else {})
        part["digest"] = self.digest
        if isinstance(self.source, Drawing):
            plain = drawing_to_json(self.source.with_label(self.label))
            item = {"label": self.label, **part, "pen_width": self.pen_width, "strokes": plain["strokes"]}
        else:
            pixels = base64.b64encode(self.source.tobytes()).decode("ascii")
            item = {"label": self.label, **part, "pixels": pixels}
        return json.dumps(item, separators=(",", ":"))


@dataclass(frozen=True, eq=False)
class Collection:
    """The digits of one person, in the order in which they were collected. It never changes: edits return another."""

    samples: tuple[Sample, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def held_out(self) -> tuple[Sample, ...]:
        """The digits that measure."""
        return tuple(sample for sample in self.samples if sample.held_out)

    @property
    def training(self) -> tuple[Sample, ...]:
        """The digits that may be trained on."""
        return tuple(sample for sample in self.samples if not sample.held_out)

    def of_label(self, label: int) -> tuple[Sample, ...]:
        """The digits of one class."""
        return tuple(sample for sample in self.samples if sample.label == label)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many of each class were drawn, corrections left out."""
        counts = [0] * MNIST.classes
        for sample in self.samples:
            counts[sample.label] += not sample.correction
        return tuple(counts)

    @property
    def is_complete(self) -> bool:
        """Whether there are ten of each."""
        return min(self.counts) >= EACH

    def extended(self, new: Iterable[Sample]) -> Collection:
        """Return the collection with more digits; those that are in it already are left out.

        What is not decided about a new digit is decided now: a correction is trained on, else every third of a class is
        held out.

        Raises
        ------
        TooManyDigitsError : there would be more than `MAX_SAMPLES`
        """
        known = {sample.identity for sample in self.samples}
        drawn = list(self.counts)
        held = [0] * MNIST.classes
        for sample in self.held_out:
            held[sample.label] += not sample.correction
        samples = list(self.samples)
        for sample in new:
            if sample.identity in known:
                continue
            known.add(sample.identity)
            label = sample.label
            if sample.held_out is None:
                due = drawn[label] + 1 >= HELD_OUT_EVERY * (held[label] + 1)
                sample = replace(sample, held_out=due and not sample.correction)
            if not sample.correction:
                drawn[label] += 1
                held[label] += bool(sample.held_out)
            samples.append(sample)
        if len(samples) > MAX_SAMPLES:
            raise TooManyDigitsError(len(samples))
        return Collection(tuple(samples))

    def without(self, unwanted: Iterable[Sample]) -> Collection:
        """Return the collection without some of its digits; what was decided about the others stays."""
        gone = {id(sample) for sample in unwanted}
        return Collection(tuple(sample for sample in self.samples if id(sample) not in gone))


def next_label(collection: Collection, skips: Sequence[int] = (0,) * MNIST.classes, skipped: int | None = None) -> int:
    """Return which digit to draw next: the least of those there are fewest of.

    So a person draws 0, 1, ... 9, ten times over, and no digit ten times in a row: that is not how people write.

    Parameters
    ----------
    skips : how often each digit was skipped; a skip counts as if the digit had been drawn, so that it comes back later
    skipped : the digit that was skipped just now, which is not asked for again at once
    """
    counts = collection.counts
    return min(range(len(counts)), key=lambda label: (label == skipped, counts[label] + skips[label], label))


def pictures(samples: Sequence[Sample]) -> NDArray[np.float32]:
    """Return what a network sees of samples, float32 array of shape (n, 784); new ones are rendered together."""
    new = [sample for sample in samples if sample.drawing is not None and "picture" not in vars(sample)]
    if new:
        drawings = [sample.drawing for sample in new if sample.drawing is not None]
        rendered = preprocess_drawings(drawings, [sample.pen_width for sample in new])
        for sample, picture in zip(new, rendered, strict=True):
            vars(sample)["picture"] = picture
    stacked = np.empty((len(samples), MNIST.features), np.float32)
    for row, sample in zip(stacked, samples, strict=True):
        row[:] = sample.picture.reshape(-1)
    return stacked


def split_of(samples: Sequence[Sample]) -> Split:
    """Return samples as inputs and labels. Raises ValueError for none."""
    return Split(pictures(samples), np.array([sample.label for sample in samples], np.int64))


# The file


def collection_path() -> Path:
    """Return where the collection is kept: in the user's own folder, whatever folders data are read from."""
    return resources.user_data_dir() / FILE_NAME


def find_collection(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the collection's file: that in `data_dir`, else the one that is kept, else that of another data folder.

    Where there is none, it is the place where it would be kept.
    """
    given = [Path(data_dir) / FILE_NAME] if data_dir else []
    places = [*given, collection_path(), *(folder / FILE_NAME for folder in resources.data_dirs())]
    return next((place for place in places if place.is_file()), collection_path())


def load_my_hand(data_dir: str | os.PathLike[str] | None = None) -> Dataset:
    """Return the collection as a data set: what may be trained on, and the held-out digits as its test part.

    Raises
    ------
    NoDigitsError : there are no digits to train on, or none to measure with
    DrawingFileError : the file is damaged
    """
    path = find_collection(data_dir)
    collection = read_collection(path) if path.is_file() else Collection()
    if not collection.training or not collection.held_out:
        raise NoDigitsError(
            path, reasons.tr("held-out digits") if collection.training else reasons.tr("digits to train on")
        )
    return Dataset(MY_HAND, MNIST, split_of(collection.training), None, split_of(collection.held_out))


def read_collection(path: str | os.PathLike[str]) -> Collection:
    """Read a collection's file.

    Raises
    ------
    DrawingFileError : the file cannot be read or is damaged
    TooManyDigitsError : there are more than `MAX_SAMPLES`
    """
    samples, unlabelled = read_samples(path)
    if unlabelled:
        raise DrawingFileError(path, reasons.tr("a drawing has no label; expected a whole number from 0 to 9"))
    return Collection().extended(samples)


def read_samples(path: str | os.PathLike[str]) -> tuple[list[Sample], int]:
    """Read the labelled digits of a collection's file or of any drawings file, and how many have no label.

    A drawing from elsewhere, whose units mean nothing, is moved to the middle of the canvas; whether it is held out is
    not decided.

    Raises
    ------
    DrawingFileError : the file cannot be read or is damaged
    """
    document = read_document(path)
    images = document.get("images", [])
    if not isinstance(images, list):
        raise DrawingFileError(path, reasons.tr('expected a list under "images"'))
    samples, unlabelled = [], 0
    for index, item in enumerate(document["drawings"]):
        try:
            drawing = drawing_from_json(item)
            if drawing.label is None:
                unlabelled += 1
            else:
                samples.append(_drawn(drawing, drawing.label, item))
        except DrawingFlaw as flaw:
            raise DrawingFileError(path, flaw.reason, index) from None
    for index, item in enumerate(images):
        try:
            samples.append(_pictured(item))
        except DrawingFlaw as flaw:
            raise DrawingFileError(path, reasons.tr("image {0}: {1}", index + 1, flaw.reason)) from None
    return samples, unlabelled


def sample_from_json(item: Any) -> Sample:
    """Return the digit that one item of a collection's file describes.

    Raises
    ------
    DrawingFlaw : it is no digit, or not the one that was written
    """
    if isinstance(item, dict) and "pixels" in item:
        sample = _pictured(item)
    else:
        drawing = drawing_from_json(item)
        if drawing.label is None:
            raise DrawingFlaw(reasons.tr("it has no label; expected a whole number from 0 to 9"))
        sample = _drawn(drawing, drawing.label, item)
    if item.get("digest", sample.digest) != sample.digest:
        raise DrawingFlaw(reasons.tr("it is not what was written: its checksum is another one"))
    return sample


def write_collection(path: str | os.PathLike[str], collection: Collection) -> None:
    """Write a collection whole or not at all; any program that reads drawings files reads its drawings.

    Raises
    ------
    DrawingFileError : the file cannot be written
    """
    drawn = ",\n".join(sample.text for sample in collection.samples if sample.drawing is not None)
    pictured = ",\n".join(sample.text for sample in collection.samples if sample.drawing is None)
    images = f',"images":[\n{pictured}\n]' if pictured else ""
    data = f'{{"drawings":[\n{drawn}\n]{images}}}\n'.encode()
    try:
        atomic_write_bytes(path, data)
    except OSError as error:
        raise DrawingFileError(path, reasons.tr("cannot be written: {0}", error.strerror or error)) from error


def set_aside(path: Path, why: str) -> Path:
    """Rename a file that cannot be used but must not be lost, to "my-hand.damaged-1.json"; return its new path.

    Raises
    ------
    OSError : it cannot be renamed
    """
    for number in count(1):
        aside = path.with_name(f"{path.stem}.{why}-{number}{path.suffix}")
        if not aside.exists():
            return path.rename(aside)
    raise AssertionError("there are always more numbers")


def _drawn(drawing: Drawing, label: int, item: dict[str, Any]) -> Sample:
    width = item.get("pen_width")
    if width is None:
        return Sample(drawing.normalised(_IMPORTED_SIZE), label, held_out=_flag(item, "held_out"))
    if type(width) not in (int, float) or not 0 < width <= 1:
        raise DrawingFlaw(reasons.tr("the pen's width is none; expected a number above 0 and at most 1"))
    return Sample(drawing, label, float(width), _flag(item, "held_out"), bool(_flag(item, "correction")))


def _pictured(item: Any) -> Sample:
    if not isinstance(item, dict) or not isinstance(item.get("pixels"), str):
        raise DrawingFlaw(reasons.tr('expected an object with "pixels"'))
    label = item.get("label")
    if type(label) is not int or not 0 <= label < MNIST.classes:
        raise DrawingFlaw(reasons.tr("it has no label; expected a whole number from 0 to 9"))
    try:
        pixels = base64.b64decode(item["pixels"], validate=True)
    except (binascii.Error, ValueError):
        raise DrawingFlaw(reasons.tr("its pixels are not base64")) from None
    if len(pixels) != MNIST.features:
        raise DrawingFlaw(reasons.tr("it has {0} pixels; expected {1}", len(pixels), MNIST.features))
    image = np.frombuffer(pixels, np.uint8).reshape(_IMAGE_SHAPE)
    return Sample(image, label, held_out=_flag(item, "held_out"), correction=bool(_flag(item, "correction")))


def _flag(item: dict[str, Any], name: str) -> bool | None:
    value = item.get(name)
    if value is not None and type(value) is not bool:
        raise DrawingFlaw(reasons.tr('"{0}" is neither true nor false', name))
    return value
