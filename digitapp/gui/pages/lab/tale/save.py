"""Writing the outcomes of a trial, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from digitapp.atomic import atomic_write_bytes
from digitapp.inspection.tale_trial import TrialResult
from digitapp.progress import Report


def write_table(result: TrialResult, path: Path) -> Callable[[Report, threading.Event], Path]:
    """Return the work that writes what became of each network to a file, whole or not at all."""

    def work(_report: Report, _cancelled: threading.Event) -> Path:
        atomic_write_bytes(path, result.table().encode())
        return path

    return work
