"""What a list says of a run, as text that is written beside it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from digitapp.processor import processor_name
from digitapp.training.history import History

SHORT = 8
"""So many digits of a run's key tell it from the others."""


def this_machine() -> dict[str, str]:
    """Return what a line says of the machine that a run is trained on."""
    return {"machine": f"{platform.system()} {platform.machine()}", "processor": processor_name()}


def summarise(
    facts: Mapping[str, Any],
    history: History,
    seconds: float = 0.0,
    fingerprint: str = "",
    machine: Mapping[str, str] | None = None,
) -> str:
    """Return what a line says of a run, to be written beside it.

    Parameters
    ----------
    facts : as `describe_run` returns them
    history : how it went so far
    seconds : how long it has trained
    fingerprint : of the data that it learned from, where that is known
    machine : as `this_machine` returns it; None where nobody knows any more which one it was
    """
    before = facts.get("before", {})
    last, batch, started = history.last_epoch, history.last_batch, history.started
    results: dict[str, float] = {}
    if last is not None:
        for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
            value = getattr(last, name)
            if value is not None and isfinite(value):
                results[name] = float(value)
    results |= _best(history)
    return json.dumps(
        {
            "dataset": facts["dataset"],
            "sizes": list(facts["sizes"]),
            "config": facts["config"],
            "network": facts["network"],
            "begun_from": _origin(facts),
            "epochs": last.epoch if last is not None else 0,
            "steps": batch.step if batch is not None else 0,
            "results": results,
            "validation_samples": started.validation_samples if started is not None else 0,
            "fingerprint": fingerprint or before.get("fingerprint", ""),
            "seconds": round(seconds, 3),
            "version": before.get("digitapp", ""),
            **(machine or {}),
        }
    )


def _best(history: History) -> dict[str, float]:
    """Return accuracy and loss of the epochs that are best in them on validation; nothing where there is none."""
    found: dict[str, float] = {}
    for name, best in (("validation_accuracy", np.max), ("validation_loss", np.min)):
        column = history.epochs.column(name)
        values = column[np.isfinite(column)]
        if len(values):
            found[f"best_{name}"] = float(best(values))
    return found


def _origin(facts: Mapping[str, Any]) -> str:
    """Return what a run began with, "" where its first weights were drawn: a model's name, or an epoch of a run."""
    if facts.get("parent"):
        return f"{facts['parent'][:SHORT]}@{facts['start']:g}"
    return str(facts.get("facts", {}).get("start_from", ""))
