"""What a list says of a run, as text that is written beside it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from math import isfinite
from typing import Any

from digitapp.training.history import History


def summarise(facts: Mapping[str, Any], history: History) -> str:
    """Return what a line says of a run, to be written beside it.

    Parameters
    ----------
    facts : as `describe_run` returns them
    history : how it went so far
    """
    last, batch = history.last_epoch, history.last_batch
    results: dict[str, float] = {}
    if last is not None:
        for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
            value = getattr(last, name)
            if value is not None and isfinite(value):
                results[name] = float(value)
    return json.dumps(
        {
            "dataset": facts["dataset"],
            "sizes": list(facts["sizes"]),
            "config": facts["config"],
            "epochs": last.epoch if last is not None else 0,
            "steps": batch.step if batch is not None else 0,
            "results": results,
            "version": facts.get("training", {}).get("digitapp", ""),
            "machine": platform.machine(),
        }
    )
