"""What a run was trained with, in words: the names of settings and their values, as a list or a table shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.choices import choice_words
from digitapp.gui.words.problems import dataset_title
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, NORMALIZATIONS, OPTIMIZERS, SCHEDULES
from digitapp.plain import plain

_REGISTRIES: Mapping[str, Mapping[str, Any]] = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "normalization": NORMALIZATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}


_SAID_BY_THEIR_VALUES = ("dataset", "optimizer", "loss", "activation")


class Chip(NamedTuple):
    """A setting in the fewest words, "rate 0.1", and the part of them that is its value."""

    text: str
    value: str


def setting_title(name: str) -> str:
    """Return what a setting of `RunLine.settings` is called; one that has no words yet keeps its own name."""
    return _titles().get(name, name)


def setting_value(name: str, value: object) -> str:
    """Return the value of a setting as people read it; a dash where there is none."""
    if value is None:
        return "–"
    if name == "dataset":
        return plain(dataset_title(str(value)))
    if name in _REGISTRIES:
        return _choices(name, str(value))
    if isinstance(value, bool):
        return translate("RunSettings", "yes") if value else translate("RunSettings", "no")
    if isinstance(value, int):
        return thousands(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        pairs = (translate("RunSettings", "{0} {1}").format(key, f"{part:g}") for key, part in value.items())
        return listed(pairs) or translate("RunSettings", "none")
    return plain(str(value))


def setting_chip(name: str, value: object) -> Chip:
    """Return a setting with its value in the fewest words."""
    text = setting_value(name, value)
    if name in _SAID_BY_THEIR_VALUES:
        return Chip(text, text)
    if name == "layers":
        text = "-".join(text.split("-")[1:-1]) or translate("RunSettings", "none")
    patterns = _short()
    if name in patterns:
        return Chip(patterns[name].format(text), text)
    return Chip(translate("RunSettings", "{0} {1}").format(setting_title(name), text), text)


@lru_cache(maxsize=256)
def _choices(kind: str, keys: str) -> str:
    """Return the titles of one entry of a registry, or of one for each layer."""
    registry = _REGISTRIES[kind]
    titles = [choice_words(kind, key, registry[key]).title if key in registry else key for key in keys.split(",")]
    return listed(titles)


def _titles() -> dict[str, str]:
    return {
        "dataset": translate("RunSettings", "Data"),
        "layers": translate("RunSettings", "Layers"),
        "hidden": translate("RunSettings", "Hidden layers"),
        "begun_from": translate("RunSettings", "Begun from"),
        "activation": translate("RunSettings", "Activation"),
        "initializer": translate("RunSettings", "Initialisation"),
        "normalization": translate("RunSettings", "Normalisation"),
        "loss": translate("RunSettings", "Loss"),
        "optimizer": translate("RunSettings", "Optimiser"),
        "optimizer_options": translate("RunSettings", "Optimiser's options"),
        "schedule": translate("RunSettings", "Schedule"),
        "schedule_options": translate("RunSettings", "Schedule's options"),
        "learning_rate": translate("RunSettings", "Learning rate"),
        "momentum": translate("RunSettings", "Momentum"),
        "batch_size": translate("RunSettings", "Batch size"),
        "epochs": translate("RunSettings", "Epochs"),
        "weight_decay": translate("RunSettings", "Weight decay"),
        "l1": translate("RunSettings", "L1 penalty"),
        "l2": translate("RunSettings", "L2 penalty"),
        "max_norm": translate("RunSettings", "Max norm"),
        "input_dropout": translate("RunSettings", "Input dropout"),
        "hidden_dropout": translate("RunSettings", "Dropout"),
        "label_smoothing": translate("RunSettings", "Smoothing"),
        "clip_norm": translate("RunSettings", "Clip gradient"),
        "averaging": translate("RunSettings", "Averaging"),
        "patience": translate("RunSettings", "Patience"),
        "pretrain_epochs": translate("RunSettings", "Pretraining"),
        "augmentation": translate("RunSettings", "Variations"),
        "seed": translate("RunSettings", "Seed"),
        "threads": translate("RunSettings", "Threads"),
    }


def _short() -> dict[str, str]:
    """Return the patterns of the settings that are changed most; the others are called by their titles."""
    return {
        "layers": translate("RunSettings", "hidden {0}"),
        "learning_rate": translate("RunSettings", "rate {0}"),
        "momentum": translate("RunSettings", "momentum {0}"),
        "batch_size": translate("RunSettings", "batches of {0}"),
        "epochs": translate("RunSettings", "epochs {0}"),
        "weight_decay": translate("RunSettings", "decay {0}"),
        "hidden_dropout": translate("RunSettings", "dropout {0}"),
        "begun_from": translate("RunSettings", "from {0}"),
    }
