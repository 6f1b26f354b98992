"""Stop a run anywhere and go on later, with the same bytes as if it had never stopped.

A checkpoint holds everything that the rest of a run depends on: parameters, the optimiser's state, how far the run is,
the state of both random generators, and the sums of the epoch it is in. The data stay outside; a fingerprint of the
training part tells whether they are still the same.

The file is safetensors, the numbers that are no arrays being one JSON object in its header.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.dataset import Dataset, Split
from digitapp.nn import Network
from digitapp.training.config import TrainConfig
from digitapp.training.errors import DataMismatch, DataNotFinite
from digitapp.training.loop import Run, check_data

FORMAT_VERSION = 1
_METADATA_KEY = "digitapp_checkpoint"
_COUNTS = ("epoch", "batch", "step", "samples", "epoch_right", "epochs_since_best")


class CheckpointError(Exception):
    """A checkpoint that cannot be read, or that belongs to other data.

    Attributes
    ----------
    reason : what is wrong and what was expected
    path : the file, where there is one
    """

    def __init__(self, reason: str, path: Path | None = None) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run at one moment: arrays by name, and facts that JSON can hold."""

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]


def take_checkpoint(run: Run) -> Checkpoint:
    """Return the state of `run` between two of its events; nothing in it changes when the run goes on."""
    arrays = {"parameters": run.network.parameters}
    arrays |= {f"kept.{name}": vector for name, vector in run.kept.items()}
    arrays |= {f"optimizer.{name}": vector for name, vector in run.optimizer.state.items()}
    facts = {
        "version": FORMAT_VERSION,
        "sizes": list(run.network.sizes),
        "activations": list(run.network.activations),
        "config": asdict(run.config),
        "data": fingerprint(run.dataset.train),
        "learning_rate": run.learning_rate,
        "seconds": run.seconds,
        "epoch_loss": run.epoch_loss,
        "last_loss": run.last_loss,
        "best_loss": run.best_loss if math.isfinite(run.best_loss) else None,
        "optimizer_steps": run.optimizer.steps,
        "shuffling": run.epoch_start,
        "silencing": run.silencing.bit_generator.state,
    }
    facts |= {name: getattr(run, name) for name in _COUNTS}
    return Checkpoint({name: array.copy() for name, array in arrays.items()}, facts)


def resume(checkpoint: Checkpoint, dataset: Dataset) -> Run:
    """Return a run that goes on where `checkpoint` was taken, with a network of its own in `run.network`.

    Raises
    ------
    CheckpointError : other training data than before, or a checkpoint whose parts contradict each other
    DataNotFinite, DataMismatch : as `train`
    """
    facts, arrays = checkpoint.facts, checkpoint.arrays
    try:
        if facts["data"] != fingerprint(dataset.train):
            raise CheckpointError("the training data are not those of the interrupted run")
        network = Network(facts["sizes"], facts["activations"], arrays["parameters"].dtype)
        check_data(network, dataset)
        run = Run(network, dataset, TrainConfig(**facts["config"]), np.random.default_rng(0))
        _fill(network.parameters, arrays["parameters"])
        for name, vector in run.kept.items():
            _fill(vector, arrays[f"kept.{name}"])
        for name, vector in run.optimizer.state.items():
            _fill(vector, arrays[f"optimizer.{name}"])
        run.optimizer.steps = int(facts["optimizer_steps"])
        for name in _COUNTS:
            setattr(run, name, int(facts[name]))
        for name in ("learning_rate", "seconds", "epoch_loss"):
            setattr(run, name, float(facts[name]))
        run.last_loss = None if facts["last_loss"] is None else float(facts["last_loss"])
        run.best_loss = math.inf if facts["best_loss"] is None else float(facts["best_loss"])
        run.epoch_start = facts["shuffling"]
        run.shuffling.bit_generator.state = facts["shuffling"]
        run.silencing.bit_generator.state = facts["silencing"]
    except (DataMismatch, DataNotFinite):
        raise
    except KeyError as error:
        raise CheckpointError(f"the checkpoint lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"the checkpoint contradicts itself: {error}") from error
    return run


def _fill(vector: np.ndarray, saved: np.ndarray) -> None:
    if vector.shape != saved.shape or vector.dtype != saved.dtype:
        raise ValueError(f"{vector.dtype} of shape {vector.shape} expected, got {saved.dtype} of shape {saved.shape}")
    vector[:] = saved


def fingerprint(split: Split) -> str:
    """Return the SHA-256 of the samples and labels, in hexadecimal."""
    digest = hashlib.sha256(str(split.inputs.shape).encode())
    digest.update(np.ascontiguousarray(split.inputs).data)
    digest.update(np.ascontiguousarray(split.labels).data)
    return digest.hexdigest()


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write `checkpoint` to `path`, whole or not at all.

    Raises
    ------
    OSError : the file cannot be written
    """
    metadata = {_METADATA_KEY: json.dumps(checkpoint.facts)}
    atomic_write_bytes(path, safetensors.numpy.save(dict(checkpoint.arrays), metadata))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; `resume` checks that its parts fit together.

    Raises
    ------
    CheckpointError : the file cannot be read or is none of this program's checkpoints
    """
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise CheckpointError(error.strerror or str(error), path) from error
    except safetensors.SafetensorError as error:
        raise CheckpointError("this is no whole safetensors file", path) from error
    try:
        facts = json.loads(metadata[_METADATA_KEY])
    except (KeyError, ValueError) as error:
        raise CheckpointError("this is no checkpoint of a training run", path) from error
    if not isinstance(facts, dict) or facts.get("version") != FORMAT_VERSION:
        raise CheckpointError(f"a checkpoint of format version {FORMAT_VERSION} is expected", path)
    return Checkpoint(arrays, facts)
