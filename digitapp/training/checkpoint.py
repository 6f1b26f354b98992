"""Stop a run anywhere and go on later, with the same bytes as if it had never stopped.

A checkpoint holds everything that the rest of a run depends on: parameters, the optimiser's state, how far the run is,
the state of both random generators, and the sums of the epoch it is in. The data stay outside; a fingerprint of the
training part tells whether they are still the same.

The file is safetensors, the numbers that are no arrays being one JSON object in its header.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.dataset import Dataset
from digitapp.nn import Network
from digitapp.plain import LONGEST_DETAIL, plain
from digitapp.regular import open_regular
from digitapp.training.config import MAX_HIDDEN_LAYERS, MAX_THREADS, MAX_UNITS, TrainConfig, check_whole
from digitapp.training.errors import DataMismatch, DataNotFinite
from digitapp.training.held import Held
from digitapp.training.loop import Run, check_data
from digitapp.training.run_state import RunState

FORMAT_VERSION = 4
_METADATA_KEY = "digitapp_checkpoint"
_LARGEST_COUNT = 2**63
_COUNTS = ("epoch", "batch", "step", "samples", "epoch_right", "epochs_since_best")
_STUMBLES = (TypeError, ValueError, ArithmeticError, RecursionError, AttributeError, LookupError)
"""What a generator, an optimiser or a network raises where its state is none."""


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


def take_checkpoint(run: Run, about: Mapping[str, Any] | None = None) -> Checkpoint:
    """Return the state of `run` between two of its events; nothing in it changes when the run goes on.

    `about` is what else whoever resumes the run wants to know, as JSON values: it comes back as ``facts["about"]``.
    """
    state, network = run.state, run.network
    arrays = {"network": network.state}
    arrays |= {f"kept.{name}": vector for name, vector in state.kept.items()}
    arrays |= {f"optimizer.{name}": vector for name, vector in state.optimizer.state.items()}
    facts = {
        "version": FORMAT_VERSION,
        "sizes": list(network.sizes),
        "activations": list(network.activations),
        "normalized": list(network.normalized),
        "config": asdict(run.config),
        "data": run.dataset.train.fingerprint,
        "learning_rate": state.learning_rate,
        "batch_size": run.batch_size,
        "seconds": state.seconds,
        "epoch_loss": state.epoch_loss,
        "last_loss": state.last_loss,
        "best_loss": state.best_loss if math.isfinite(state.best_loss) else None,
        "optimizer_steps": state.optimizer.steps,
        "shuffling": state.shuffling,
        "parts": state.parts,
        "silencing": state.silencing.bit_generator.state,
        "augmentation_seed": state.augmentation_seed,
        "is_pretrained": state.is_pretrained,
        "pretraining": state.pretraining,
        "held": run.held.as_json(),
        "about": dict(about or {}),
    }
    facts |= {name: getattr(state, name) for name in _COUNTS}
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
        if facts["data"] != dataset.train.fingerprint:
            raise CheckpointError("the training data are not those of the interrupted run")
        network = _empty_network(facts, arrays["network"])
        check_data(network, dataset)
        config = TrainConfig(**facts["config"])
        _check_optimizer(config, arrays)
        _fill(network.state, arrays["network"])
        held = Held.from_json(facts.get("held", {}))
        check_whole("parts", facts["parts"], 1, MAX_THREADS)
        run = Run(network, dataset, config, np.random.default_rng(0), held, facts["parts"])
        _restore(run.state, facts, arrays)
        state = run.state
        if "batch_size" in facts:
            run.resume_batch_size(max(1, _count("batch_size", facts["batch_size"])))
        if state.batch > run.batches_per_epoch or state.epoch > config.epochs:
            raise ValueError(f"batch {state.batch} of epoch {state.epoch + 1} is none of this run's")
    except (DataMismatch, DataNotFinite):
        raise
    except KeyError as error:
        raise CheckpointError(f"the checkpoint lacks {plain(str(error))}") from error
    except _STUMBLES as error:
        raise CheckpointError(f"the checkpoint contradicts itself: {plain(str(error), LONGEST_DETAIL)}") from error
    return run


def state_of(checkpoint: Checkpoint) -> RunState:
    """Return the state of a run that has ended, for one that goes on as it would have; the data are not looked at.

    Raises
    ------
    CheckpointError : a checkpoint whose parts contradict each other
    """
    facts, arrays = checkpoint.facts, checkpoint.arrays
    try:
        network = _empty_network(facts, arrays["network"])
        config = TrainConfig(**facts["config"])
        _check_optimizer(config, arrays)
        _fill(network.state, arrays["network"])
        check_whole("parts", facts["parts"], 1, MAX_THREADS)
        state = RunState.at_start(network, config, np.random.default_rng(0), facts["parts"])
        _restore(state, facts, arrays)
    except _STUMBLES as error:
        raise CheckpointError(f"the checkpoint contradicts itself: {plain(str(error), LONGEST_DETAIL)}") from error
    state.kept = {}
    return state


def _restore(state: RunState, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """Make the state of a new run what it was when the checkpoint was taken."""
    for name, vector in state.kept.items():
        _fill(vector, arrays[f"kept.{name}"])
    for name, vector in state.optimizer.state.items():
        _fill(vector, arrays[f"optimizer.{name}"])
    state.optimizer.steps = _count("optimizer_steps", facts["optimizer_steps"])
    for name in (*_COUNTS, "augmentation_seed"):
        setattr(state, name, _count(name, facts[name]))
    for name in ("learning_rate", "seconds", "epoch_loss"):
        setattr(state, name, _finite(name, facts[name]))
    state.last_loss = None if facts["last_loss"] is None else _finite("last_loss", facts["last_loss"])
    state.best_loss = math.inf if facts["best_loss"] is None else _finite("best_loss", facts["best_loss"])
    state.is_pretrained = bool(facts["is_pretrained"])
    state.silencing.bit_generator.state = facts["silencing"]
    for name in ("shuffling", "pretraining"):
        np.random.default_rng(0).bit_generator.state = facts[name]  # raises where it is the state of no generator
        setattr(state, name, facts[name])


def _empty_network(facts: Mapping[str, Any], state: np.ndarray) -> Network:
    """Return the network that a checkpoint describes, after making sure that it is no larger than what is in the file.

    Numbers are compared before anything is made: a header of a few bytes may announce a network of any size.
    """
    sizes, activations, normalized = facts["sizes"], facts["activations"], facts["normalized"]
    if not isinstance(sizes, list) or not 2 <= len(sizes) <= MAX_HIDDEN_LAYERS + 2:
        raise ValueError(f"sizes: 2 to {MAX_HIDDEN_LAYERS + 2} numbers expected")
    for size in sizes:
        check_whole("sizes", size, 1, MAX_UNITS)
    if state.dtype not in (np.float32, np.float64):
        raise ValueError(f"parameters of type float32 or float64 expected, got {state.dtype}")
    if sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes)) > state.size:
        raise ValueError(f"sizes {sizes} need more parameters than the {state.size} there are")
    return Network(sizes, activations, state.dtype, normalized)


def _check_optimizer(config: TrainConfig, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError if the optimiser's population would be larger than the one in the file."""
    individuals = config.optimizer_arguments().get("population", 0)
    if individuals > len(arrays.get("optimizer.individuals", ())):
        raise ValueError(f"a population of {individuals} is announced, but not there")


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_COUNT:
        raise ValueError(f"{name} must be a whole number from 0, got {value!r}")
    return value


def _finite(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(number := float(value)):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return number


def _fill(vector: np.ndarray, saved: np.ndarray) -> None:
    if vector.shape != saved.shape or vector.dtype != saved.dtype:
        raise ValueError(f"{vector.dtype} of shape {vector.shape} expected, got {saved.dtype} of shape {saved.shape}")
    vector[:] = saved


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
        open_regular(path).close()  # safetensors does not say why a file cannot be opened
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise CheckpointError(error.strerror or str(error), path) from error
    except safetensors.SafetensorError as error:
        raise CheckpointError("this is no whole safetensors file", path) from error
    try:
        facts = json.loads(metadata[_METADATA_KEY])
    except (KeyError, ValueError, RecursionError) as error:
        raise CheckpointError("this is no checkpoint of a training run", path) from error
    if not isinstance(facts, dict) or facts.get("version") != FORMAT_VERSION:
        raise CheckpointError(f"a checkpoint of format version {FORMAT_VERSION} is expected", path)
    return Checkpoint(arrays, facts)
