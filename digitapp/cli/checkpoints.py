"""Checkpoints of ``digitapp train``: what is in them besides the run, and the files that users ask for."""

import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.cli.output import note
from digitapp.datasets.problems import problem_of
from digitapp.training import EpochDone, Event, NetworkConfig
from digitapp.training.checkpoint import Checkpoint, CheckpointError, save_checkpoint
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
    run : by which the file of runs knows it, "" before it has begun
    """

    dataset: str
    seed: int
    network: NetworkConfig
    start_from: str | None = None
    calibration: Calibration = UNCALIBRATED
    foils: int = 0
    is_recipe: bool = False
    pens: str | None = None
    run: str = ""


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
    texts = origin.start_from, origin.pens, origin.run
    if not isinstance(origin.dataset, str) or not all(isinstance(text, str | None) for text in texts):
        raise foreign
    if not isinstance(origin.seed, int) or not isinstance(origin.foils, int) or not 0 <= origin.foils <= MOST:
        raise foreign
    if origin.is_recipe and origin.dataset not in RECIPES:
        raise foreign
    return origin


def resume_command(what: Path | str, out: Path, data_dir: Path | None) -> str:
    """Return the command that goes on with a checkpoint or a run, ready to be pasted into a shell."""
    words = ["digitapp", "train", "--resume", str(what), "--out", str(out)]
    if data_dir is not None:
        words += ["--data-dir", str(data_dir)]
    return shlex.join(words)


class CheckpointKeeper:
    """Writes a run's checkpoint into a file of the user's own every few epochs.

    A checkpoint that cannot be written is told and no reason to lose the run.

    Attributes
    ----------
    path : the file
    """

    def __init__(self, path: Path, every: int) -> None:
        self.path = path
        self._every = every

    def is_due(self, event: Event, run: Run) -> bool:
        """Return whether it is time for one."""
        return isinstance(event, EpochDone) and event.epoch % self._every == 0 and not run.is_finished

    def write(self, checkpoint: Checkpoint) -> bool:
        """Write one; return whether it is on the disk."""
        try:
            save_checkpoint(checkpoint, self.path)
        except OSError as error:
            note(f"no checkpoint was written to {self.path}: {error.strerror or error}")
            return False
        return True
