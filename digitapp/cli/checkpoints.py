"""Checkpoints of ``digitapp train``: written on the way, at Ctrl-C and at SIGTERM, and taken up by ``--resume``."""

import shlex
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.cli.output import note
from digitapp.datasets.problems import problem_of
from digitapp.training import BatchDone, EpochDone, Event, NetworkConfig, PretrainingStep
from digitapp.training.checkpoint import Checkpoint, CheckpointError, save_checkpoint, take_checkpoint
from digitapp.training.foils import MOST
from digitapp.training.loop import Run
from digitapp.training.recipes import RECIPES


@dataclass(frozen=True)
class Origin:
    """Where a run's data and settings come from: what `--resume` has to know besides the state of the run.

    Attributes
    ----------
    dataset : name or folder, or the key of the recipe where `is_recipe`
    seed : that the data were loaded with
    network : what was built
    start_from : name of the model that gave the first weights, if one did
    calibration : that model's, which stays where there is nothing to fit another on
    foils : how many drawings that are no digits are mixed into the data, made with the same seed
    is_recipe : whether the run follows a recipe, which brings its own foils
    pens : file of pen strokes for a recipe that uses them, if there was one
    """

    dataset: str
    seed: int
    network: NetworkConfig
    start_from: str | None = None
    calibration: Calibration = UNCALIBRATED
    foils: int = 0
    is_recipe: bool = False
    pens: str | None = None


def write_origin(origin: Origin) -> dict[str, Any]:
    """Return `origin` as JSON values; a folder or a file is told by its whole path."""
    is_path = not origin.is_recipe and problem_of(origin.dataset) is None
    return asdict(origin) | {"dataset": str(Path(origin.dataset).absolute()) if is_path else origin.dataset}


def read_origin(checkpoint: Checkpoint, path: Path) -> Origin:
    """Return the origin that a checkpoint was written with.

    Raises
    ------
    CheckpointError : the checkpoint was not written by ``digitapp train``
    """
    about = checkpoint.facts.get("about")
    foreign = CheckpointError("this checkpoint was not written by digitapp train", path)
    try:
        parts = {"network": NetworkConfig(**about["network"]), "calibration": Calibration(**about["calibration"])}  # type: ignore[index]
        origin = Origin(**{**about, **parts})  # type: ignore[dict-item]
    except (KeyError, TypeError, ValueError) as error:
        raise foreign from error
    texts = origin.start_from, origin.pens
    if not isinstance(origin.dataset, str) or not all(isinstance(text, str | None) for text in texts):
        raise foreign
    if not isinstance(origin.seed, int) or not isinstance(origin.foils, int) or not 0 <= origin.foils <= MOST:
        raise foreign
    if origin.is_recipe and origin.dataset not in RECIPES:
        raise foreign
    return origin


def resume_command(path: Path, out: Path, data_dir: Path | None) -> str:
    """Return the command that goes on with a checkpoint, ready to be pasted into a shell."""
    words = ["digitapp", "train", "--resume", str(path), "--out", str(out)]
    if data_dir is not None:
        words += ["--data-dir", str(data_dir)]
    return shlex.join(words)


class CheckpointKeeper:
    """Writes a run's checkpoint every few epochs.

    Inside its context the first Ctrl-C or SIGTERM waits for the present batch, and a checkpoint is written then.
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
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:  # as it is for jobs in a shell's background
                signal.signal(number, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def after(self, event: Event, run: Run) -> None:
        """Write a checkpoint if it is time for one. Raises KeyboardInterrupt after a Ctrl-C or a SIGTERM."""
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
