"""What a model file says about how its network was trained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np

from digitapp import __version__
from digitapp.datasets.dataset import FOIL, Dataset
from digitapp.datasets.problems import problem_of
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.evaluate import Evaluation
from digitapp.training.events import Changed
from digitapp.training.findings import Finding, as_record
from digitapp.training.history import History

_MOST_VALUES = 10_000  # in a record; a list of edits by hand is the longest that is written
_DEEPEST = 8
_MOST_HASHED = 1000  # samples: more would take longer than a record may
_LARGEST = 10**12


def training_record(
    network_config: NetworkConfig,
    train_config: TrainConfig,
    dataset: Dataset,
    history: History,
    test: Evaluation | None = None,
    findings: Sequence[Finding] = (),
) -> dict[str, Any]:
    """Return the record of a run, made of JSON values only; numbers that are not finite become None.

    It holds no times, so that equal runs write equal files.

    Parameters
    ----------
    network_config, train_config, dataset : what the run was started with
    history : what it reported, to its end or to the point where it was stopped; of a resumed run the part since then
    test : the finished network on the test part, where somebody asked for it
    findings : what was found wrong with the data or the run

    Returns
    -------
    dict with the keys
        ``digitapp`` : the version
        ``dataset``, ``network``, ``config`` : the data set's name and the settings, which together repeat the run
        ``fingerprint`` : the SHA-256 of the training part of a small data set of the user's own, whose name says little
        ``parts`` : into how many parts each step was divided; as ``threads`` it gives the same bytes on any machine
        ``foils`` : how many drawings that are none of the classes were in its training part, if any
        ``epochs``, ``steps`` : whole epochs and batches done
        ``finished`` : whether the run came to its end
        ``findings`` : what went wrong, if anything, each with its ``kind`` and facts, see `training.findings`
        ``learning_rate`` : of the last batch, because it can be changed during a run; None without a batch
        ``changes`` : the settings that were changed on the way, if any, each with its ``step`` and new ``settings``
        ``results`` : ``train_loss``, ``train_accuracy``, ``train_samples``, and the same three for ``validation`` and
        ``test`` where measured. Accuracies are shares of 1; those of ``train`` are means over the last epoch's batches.
        Foils are no samples
    """
    batch, epoch = history.last_batch, history.last_epoch
    described = settings_record(network_config, train_config, dataset)
    foils = described.get("foils", 0)
    results: dict[str, Any] = {}
    if epoch is not None:
        results |= _part("train", epoch.train_loss, epoch.train_accuracy, len(dataset.train) - foils)
        if dataset.validation is not None:
            results |= _part("validation", epoch.validation_loss, epoch.validation_accuracy, len(dataset.validation))
    if test is not None:
        results |= _part("test", test.loss, test.accuracy, test.samples)
    return {
        **described,
        **({"parts": history.started.parts} if history.started is not None else {}),
        "epochs": epoch.epoch if epoch is not None else 0,
        "steps": batch.step if batch is not None else 0,
        "finished": history.finished is not None,
        "learning_rate": batch.learning_rate if batch is not None else None,
        "results": results,
        **({"changes": [_change_record(change) for change in history.changes]} if history.changes else {}),
        **({"findings": [as_record(finding) for finding in findings]} if findings else {}),
    }


def _change_record(change: Changed) -> dict[str, Any]:
    return {"step": change.step, "settings": dict(change.settings)}


def settings_record(network_config: NetworkConfig, train_config: TrainConfig, dataset: Dataset) -> dict[str, Any]:
    """Return what a record says of what was to be learned and how: its first keys, see `training_record`."""
    foils = int(np.count_nonzero(dataset.train.labels == FOIL))
    config = asdict(train_config)
    return {
        "digitapp": __version__,
        "dataset": dataset.name,
        **_fingerprint(dataset),
        **({"foils": foils} if foils else {}),
        "network": {**asdict(network_config), "hidden": list(network_config.hidden)},
        "config": {name: dict(value) if isinstance(value, Mapping) else value for name, value in config.items()},
    }


def _fingerprint(dataset: Dataset) -> dict[str, str]:
    is_own = problem_of(dataset.name) is None and len(dataset.train) <= _MOST_HASHED
    return {"fingerprint": dataset.train.fingerprint} if is_own else {}


def sound_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be relied on of a record that comes from anywhere: a model may claim what it likes.

    Of what the program itself reads, what has another type than it writes is left out, and so is all that is larger or
    nested deeper than any record is. The rest is kept for people to read.
    """
    sound = {name: value for name, value in record.items() if _is_of_its_kind(name, value) and _is_modest(value)}
    if "results" in sound:
        sound["results"] = {name: value for name, value in sound["results"].items() if _is_result(name, value)}
    return sound if len(sound) <= _MOST_VALUES else {}


def _is_of_its_kind(name: str, value: object) -> bool:
    if name in ("config", "network", "results"):
        return isinstance(value, dict)
    if name in ("epochs", "steps", "foils", "parts"):
        return type(value) is int and 0 <= value < _LARGEST
    if name in ("findings", "edits", "changes"):
        return isinstance(value, list)
    return not (name == "recipe" and not isinstance(value, str))


def _is_result(name: str, value: object) -> bool:
    """Return whether a value is what stands under such a name: a share of 1, a loss, or a number of samples."""
    if value is None:
        return True
    if name.endswith("_samples"):
        return type(value) is int and 0 <= value < _LARGEST
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= 1 if name.endswith("_accuracy") else -_LARGEST < value < _LARGEST


def _is_modest(value: object) -> bool:
    """Return whether a JSON value is neither nested deeply nor of very many parts."""
    level, parts = [value], 0
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        parts += len(level)
        if not level or parts > _MOST_VALUES:
            break
    return not level and parts <= _MOST_VALUES


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _part(name: str, loss: float | None, accuracy: float | None, samples: int) -> dict[str, Any]:
    finite = loss if loss is not None and isfinite(loss) else None
    return {f"{name}_loss": finite, f"{name}_accuracy": accuracy, f"{name}_samples": samples}
