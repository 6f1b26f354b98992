"""Progress on stderr: a bar where a person looks on, now and then a line where a file or a program reads along."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digitapp.cli.output import note, percent
from digitapp.plain import plain

if TYPE_CHECKING:
    from digitapp.training.events import BatchDone, EpochDone, Event, PretrainingStep

Show = Callable[[int, int | None, str], None]
"""Shows (done, total or None where unknown, what is being done)."""

_FRAME_SECONDS = 0.1
_LINES = 10


@contextmanager
def progress_bar(unit: str) -> Iterator[Show | None]:
    """Yield a function that moves a bar, or None where stderr is no terminal.

    `unit` is "bytes", which the bar shows as megabytes, or anything else, which it does not show.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    size = [DownloadColumn()] if unit == "bytes" else []
    columns = [TextColumn("{task.description}", markup=False), BarColumn(), *size, TimeRemainingColumn()]
    # Drawn from here and not by rich's own thread, which would take its turns from the training.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True) as progress:
        task = progress.add_task("", total=None)
        next_frame = 0.0

        def show(done: int, total: int | None, what: str) -> None:
            nonlocal next_frame
            now = time.perf_counter()
            if now >= next_frame or done == total:
                next_frame = now + _FRAME_SECONDS
                progress.update(task, completed=done, total=total, description=what, refresh=True)

        yield show


@contextmanager
def loading(dataset: str) -> Iterator[None]:
    """Show on a terminal that a data set is being loaded or generated, which may take seconds."""
    with progress_bar("") as show:
        if show is not None:
            show(0, None, f"loading {plain(dataset)}")
        yield


@contextmanager
def training_progress(epochs: int) -> Iterator[Callable[["Event"], None]]:
    """Yield a function that is given every event of a training run and shows how far it is."""
    from digitapp.training.events import BatchDone, EpochDone, PretrainingStep, RunStarted

    with progress_bar("batches") as show:
        steps = 0
        validation = ""

        def watch(event: "Event") -> None:
            nonlocal steps, validation
            if isinstance(event, RunStarted):
                steps = event.epochs * event.batches_per_epoch
            elif isinstance(event, EpochDone):
                if event.validation_accuracy is not None:
                    validation = f", validation {percent(event.validation_accuracy)}"
                if show is None and (event.epoch == epochs or event.epoch % max(1, epochs // _LINES) == 0):
                    note(_epoch_line(event, epochs))
            elif isinstance(event, PretrainingStep):
                if show is not None:
                    show(event.batch, event.batches, _pretraining_line(event))
                elif event.batch == event.batches:
                    note(_pretraining_line(event))
            elif isinstance(event, BatchDone) and show is not None:
                show(event.step, steps, _batch_line(event, epochs) + validation)

        yield watch


def _epoch_line(event: "EpochDone", epochs: int) -> str:
    training = f"training loss {event.train_loss:.4f}, {percent(event.train_accuracy)}"
    validation = ""
    if event.validation_loss is not None:
        validation = f"; validation loss {event.validation_loss:.4f}, {percent(event.validation_accuracy)}"
    return f"epoch {event.epoch} of {epochs}: {training}{validation}"


def _pretraining_line(event: "PretrainingStep") -> str:
    layer = f"layer {event.layer} of {event.layers}"
    return f"pretraining {layer}, epoch {event.epoch} of {event.epochs}: reconstruction error {event.error:.5f}"


def _batch_line(event: "BatchDone", epochs: int) -> str:
    return f"epoch {event.epoch} of {epochs}, loss {event.loss:.4f}"
