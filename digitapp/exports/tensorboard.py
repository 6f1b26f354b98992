"""Runs as event files for TensorBoard: their curves as scalars by step, their settings as hyperparameters.

tensorboardX writes the files; it is an optional extra, and no part of TensorFlow or PyTorch is needed.

Sources: https://tensorboardx.readthedocs.io; tensorboard/plugins/hparams/api.proto, version 2.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitapp import reasons
from digitapp.exports.errors import ExportError
from digitapp.training.history import History

if TYPE_CHECKING:
    from tensorboardX import FileWriter

MOST_BATCHES = 10_000
"""So many batches of a run are written, evenly spread: TensorBoard draws no more than a thousand of them."""
_EPOCH_SCALARS = {
    "loss/train": "train_loss",
    "loss/validation": "validation_loss",
    "accuracy/train": "train_accuracy",
    "accuracy/validation": "validation_accuracy",
}


@dataclass(frozen=True, eq=False)
class EventRun:
    """A run that is to be written.

    Attributes
    ----------
    name : of its folder, made safe for one; no two may be the same
    history : how it went
    began : when, in seconds since 1970
    seconds : how long it took
    settings : its hyperparameters
    results : its metrics, by the names that people read
    """

    name: str
    history: History
    began: float
    seconds: float
    settings: Mapping[str, Any]
    results: Mapping[str, float]


def is_available() -> bool:
    """Return whether event files can be written."""
    try:
        import tensorboardX  # noqa: F401
    except ImportError:
        return False
    return True


def write_events(folder: Path, runs: Sequence[EventRun]) -> list[Path]:
    """Write each run's event file into a folder of its own within `folder`, and return these.

    What an earlier export of the same run has written there is replaced. The wall times within a run are spread evenly
    over it, for its batches are kept without times.

    Raises
    ------
    ExportError : tensorboardX is not installed
    OSError : the files cannot be written
    """
    if not is_available():
        raise ExportError(
            reasons.tr("files for TensorBoard need tensorboardX; `pip install digitapp[tensorboard]` gets it")
        )
    folder.mkdir(parents=True, exist_ok=True)
    return [_write_run(folder, run) for run in runs]


def _write_run(folder: Path, run: EventRun) -> Path:
    target = folder / re.sub(r"[^\w.]+", "-", run.name).strip(".")
    from tensorboardX import FileWriter
    from tensorboardX.summary import scalar

    with tempfile.TemporaryDirectory(prefix=".digitapp-", dir=folder) as scratch:
        writer = FileWriter(scratch)
        try:
            _write_settings(writer, run)
            for tag, value, step in (*_batches(run.history), *_epochs(run.history), *_results(run)):
                writer.add_summary(scalar(tag, value), step, _time_of(run, step))
        finally:
            writer.close()
        target.mkdir(exist_ok=True)
        for old in target.glob("events.out.tfevents.*"):
            old.unlink()
        for made in Path(scratch).glob("events.out.tfevents.*"):
            made.replace(target / made.name)
    return target


def _write_settings(writer: FileWriter, run: EventRun) -> None:
    """Write what TensorBoard's page of hyperparameters lists: settings as far as it knows their kind, and results."""
    from tensorboardX.summary import hparams

    kinds = bool | int | float | str
    settings = {name: value if isinstance(value, kinds) else str(value) for name, value in run.settings.items()}
    for summary in hparams(settings, {tag: value for tag, value, _ in _results(run)}):
        writer.add_summary(summary, 0, run.began)


def _results(run: EventRun) -> Iterator[tuple[str, float, int]]:
    for name, value in run.results.items():
        if math.isfinite(value):
            yield f"result/{name}", value, len(run.history.loss)


def _batches(history: History) -> Iterator[tuple[str, float, int]]:
    for tag, curve in (("batch/loss", history.loss), ("batch/accuracy", history.accuracy)):
        values = curve.values
        stride = max(1, -(-len(values) // MOST_BATCHES))
        for index in range((len(values) - 1) % stride, len(values), stride):
            yield tag, float(values[index]), index + 1


def _epochs(history: History) -> Iterator[tuple[str, float, int]]:
    if history.started is None:
        return
    steps = (history.epochs.column("epoch") * history.started.batches_per_epoch).astype(np.int64)
    for tag, name in _EPOCH_SCALARS.items():
        for value, step in zip(history.epochs.column(name).tolist(), steps.tolist(), strict=True):
            if not math.isnan(value):
                yield tag, value, step


def _time_of(run: EventRun, step: int) -> float:
    return run.began + run.seconds * step / max(1, len(run.history.loss))
