"""What is kept of runs, read back for those who compare them; a file that is not there has nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp.kept import FILE_NAME
from digitapp.kept.packing import PacketError
from digitapp.kept.readings import Readings, read_readings
from digitapp.kept.register import RunLine, read_curves
from digitapp.kept.store import Store


class Reader:
    """Reads what belongs to runs from an open file; of a run that is not in it, nothing."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def column(self, line: RunLine, name: str) -> NDArray[np.float64]:
        """Return a column of a run's epochs, such as "validation_loss"; empty where it is damaged. Raises KeptError."""
        if self._store is None:
            return np.empty(0)
        try:
            return np.asarray(read_curves(self._store, line.key)[name], np.float64)
        except PacketError:
            return np.empty(0)

    def readings(self, line: RunLine) -> Readings | None:
        """Return what a run's network reads its validation images as, where that is kept. Raises KeptError."""
        return None if self._store is None else read_readings(self._store, line.key)


@contextmanager
def reader_of(folder: Path) -> Iterator[Reader]:
    """Open what is kept in a folder to read it; nothing is made where there is none. Raises KeptError."""
    if not (folder / FILE_NAME).exists():
        yield Reader(None)
        return
    store = Store(folder, reading=True)
    try:
        yield Reader(store)
    finally:
        store.close()
