"""Checkpoints of ``digitapp train``: written on the way and at Ctrl-C, and taken up again by ``--resume``."""

import shlex
import signal
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from digitapp.cli.output import note
from digitapp.training import BatchDone, EpochDone, Event, NetworkConfig, PretrainingStep
from digitapp.training.checkpoint import Checkpoint, CheckpointError, save_checkpoint, take_checkpoint
from digitapp.training.loop import Run


def about_run(dataset: str, seed: int, network: NetworkConfig, source: str | None) -> dict[str, Any]:
    """Return what `--resume` has to know besides the state of the run; a folder is told by its whole path."""
    place = str(Path(dataset).absolute()) if Path(dataset).is_dir() else dataset
    return {"dataset": place, "seed": seed, "network": asdict(network), "start_from": source}


def read_about(checkpoint: Checkpoint, path: Path) -> tuple[str, int, NetworkConfig, str | None]:
    """Return what `about_run` was given.

    Raises
    ------
    CheckpointError : the checkpoint was not written by ``digitapp train``
    """
    about = checkpoint.facts.get("about")
    try:
        config = NetworkConfig(**about["network"])  # type: ignore[index]
        dataset, seed, source = about["dataset"], about["seed"], about["start_from"]  # type: ignore[index]
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError("this checkpoint was not written by digitapp train", path) from error
    if not isinstance(dataset, str) or not isinstance(seed, int) or not isinstance(source, str | None):
        raise CheckpointError("this checkpoint was not written by digitapp train", path)
    return dataset, seed, config, source


def resume_command(path: Path, out: Path, data_dir: Path | None) -> str:
    """Return the command that goes on with a checkpoint, ready to be pasted into a shell."""
    words = ["digitapp", "train", "--resume", str(path), "--out", str(out)]
    if data_dir is not None:
        words += ["--data-dir", str(data_dir)]
    return shlex.join(words)


class CheckpointKeeper:
    """Writes a run's checkpoint every few epochs; inside its context the first Ctrl-C waits for the present batch.

    `go_on` is the command that resumes the run, to be told after a Ctrl-C.
    A checkpoint that cannot be written is told and no reason to lose the run.
    """

    def __init__(self, path: Path, every: int, about: Mapping[str, Any], go_on: str) -> None:
        self._path = path
        self._every = every
        self._about = about
        self._go_on = go_on
        self._interrupted = False

    def __enter__(self) -> "CheckpointKeeper":
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:  # as it is for jobs in a shell's background
            signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def after(self, event: Event, run: Run) -> None:
        """Write a checkpoint if it is time for one. Raises KeyboardInterrupt after a Ctrl-C."""
        if self._interrupted and isinstance(event, (BatchDone, EpochDone, PretrainingStep)):
            if self._write(run):
                note(f"go on with: {self._go_on}")
            raise KeyboardInterrupt
        if isinstance(event, EpochDone) and event.epoch % self._every == 0 and not run.is_finished:
            self._write(run)

    def _write(self, run: Run) -> bool:
        try:
            save_checkpoint(take_checkpoint(run, self._about), self._path)
        except OSError as error:
            note(f"no checkpoint was written to {self._path}: {error.strerror or error}")
            return False
        return True
