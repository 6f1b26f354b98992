"""What a run's network reads each validation image as at its end, so that two can be compared image by image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Split
from digitapp.kept.packing import PacketError, pack, unpack

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

_MOST_CLASSES = 256


@dataclass(frozen=True, eq=False)
class Readings:
    """What a network read images as.

    Attributes
    ----------
    answers, labels : uint8 arrays, shape (images,): as what each was read, and what it is
    fingerprint : of the images, see `Split.fingerprint`
    """

    answers: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    fingerprint: str

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which images were read right, shape (images,)."""
        return self.answers == self.labels

    def packed(self) -> bytes:
        """Return them as a packet."""
        return pack({"fingerprint": self.fingerprint}, {"answers": self.answers, "labels": self.labels})


def readings_of(split: Split | None, predictions: NDArray[np.integer] | None) -> Readings | None:
    """Return what the images of a validation part were read as; None where there is none, or nothing was measured.

    Takes about 15 ms for 5,000 digits the first time, for their fingerprint.
    """
    if split is None or predictions is None or len(predictions) != len(split):
        return None
    if max(int(predictions.max()), int(split.labels.max())) >= _MOST_CLASSES:
        return None
    return Readings(predictions.astype(np.uint8), split.labels.astype(np.uint8), split.fingerprint)


def write_readings(store: Store, key: str, readings: Readings | None) -> None:
    """Write what a run's network read its validation images as; nothing where that is not known. Raises KeptError."""
    if readings is not None:
        store.run("UPDATE runs SET readings = ? WHERE run = ?", readings.packed(), key)


def read_readings(store: Store, key: str) -> Readings | None:
    """Return what a run's network read its validation images as; None where that is not kept. Raises KeptError."""
    rows = store.rows("SELECT readings FROM runs WHERE run = ?", key)
    if not rows or rows[0][0] is None:
        return None
    try:
        facts, arrays = unpack(rows[0][0])
        answers, labels, fingerprint = arrays["answers"], arrays["labels"], facts["fingerprint"]
    except (PacketError, KeyError, TypeError):
        return None
    if answers.ndim != 1 or answers.shape != labels.shape or {answers.dtype, labels.dtype} != {np.dtype(np.uint8)}:
        return None
    return Readings(answers, labels, str(fingerprint))
