"""Real pen strokes of many people, divided by writer: the same hand never stands on both sides of a split.

The file is a drawings file in which each drawing names its ``writer``. Which part a writer belongs to depends on the
name alone, so it stays the same when writers are added.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitapp.drawing.files import DrawingFileError, DrawingFlaw, drawing_from_json, read_document
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import Pictures, preprocess_drawings
from digitapp.resources import data_dirs

FILE = "pen_digits.json.gz"

_PARTS = 7
"""Of so many writers one is set aside to test with, and one validates."""


@dataclass(frozen=True)
class Hands:
    """Labelled drawings and who wrote them.

    Attributes
    ----------
    drawings : tuple of Drawing with labels, in units of their own
    writers : tuple of str, the writer of each
    """

    drawings: tuple[Drawing, ...]
    writers: tuple[str, ...]

    def part(self, name: str) -> Hands:
        """Return what the writers of a part wrote: "train", "validation" or "test"."""
        pairs = [pair for pair in zip(self.drawings, self.writers, strict=True) if part_of(pair[1]) == name]
        drawings, writers = zip(*pairs, strict=True) if pairs else ((), ())
        return Hands(drawings, writers)

    @property
    def labels(self) -> np.ndarray:
        """Return the labels, int64, shape (n,)."""
        return np.array([drawing.label for drawing in self.drawings], dtype=np.int64)

    def inputs(self, pen_width: float) -> Pictures:
        """Return the network's inputs, shape (n, 784), with a pen of so many longer sides of each drawing."""
        normalised = [drawing.normalised(1.0) for drawing in self.drawings]
        return preprocess_drawings(normalised, [pen_width] * len(normalised)).reshape(len(normalised), -1)


def part_of(writer: str) -> str:
    """Return the part a writer belongs to: "train", "validation" or "test"."""
    return {0: "test", 1: "validation"}.get(zlib.crc32(writer.encode()) % _PARTS, "train")


def find_pens(data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Return the file of pen strokes in one of the data folders or in a folder ``pens`` in or beside it, or None."""
    for folder in data_dirs(data_dir):
        for place in (folder / FILE, folder / "pens" / FILE, folder.parent / "pens" / FILE):
            if place.is_file():
                return place
    return None


def read_pens(path: str | os.PathLike[str]) -> Hands:
    """Read a drawings file whose drawings all have a label and a writer.

    Raises
    ------
    DrawingFileError : as `read_drawings`, or a drawing without label or writer
    """
    drawings, writers = [], []
    for index, item in enumerate(read_document(path)["drawings"]):
        try:
            drawing = drawing_from_json(item)
        except DrawingFlaw as flaw:
            raise DrawingFileError(path, flaw.reason, index) from None
        if drawing.label is None or not isinstance(item.get("writer"), str):
            raise DrawingFileError(path, 'a "label" and a "writer" are needed here', index)
        drawings.append(drawing)
        writers.append(item["writer"])
    return Hands(tuple(drawings), tuple(writers))
