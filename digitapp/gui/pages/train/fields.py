"""From the engine's own description of a setting to a field that reads, checks and explains it. Knows no layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from PySide6.QtCore import Qt

from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets import ComboBox, NumberField, TextField
from digitapp.gui.words.choices import choice_words
from digitapp.gui.words.settings import number_refusal, refusal
from digitapp.nn import ACTIVATIONS
from digitapp.nn.options import Option, Range
from digitapp.runs.plan import MOST_SEEDS
from digitapp.training.config import (
    ConfigError,
    NetworkConfig,
    TrainConfig,
    check_whole,
    parse_hidden,
    parse_number,
    parse_whole,
)

_DEFAULTS = {field.name: getattr(TrainConfig(), field.name) for field in fields(TrainConfig)}
NUMBERS = tuple(name for name, value in _DEFAULTS.items() if isinstance(value, (int, float)))
"""The settings of `TrainConfig` that are numbers, in its order."""

_SHARES = ("input_dropout", "hidden_dropout", "label_smoothing")
_NEAR_ONE = ("momentum", "averaging")

_SMALLEST_STEP = 1e-5


def title(name: str) -> str:
    """Return the label of a setting."""
    return {
        "learning_rate": translate("TrainFields", "Learning rate"),
        "momentum": translate("TrainFields", "Momentum"),
        "batch_size": translate("TrainFields", "Batch size"),
        "epochs": translate("TrainFields", "Epochs"),
        "weight_decay": translate("TrainFields", "Weight decay"),
        "l1": translate("TrainFields", "L1 penalty"),
        "l2": translate("TrainFields", "L2 penalty"),
        "max_norm": translate("TrainFields", "Max norm"),
        "input_dropout": translate("TrainFields", "Input dropout"),
        "hidden_dropout": translate("TrainFields", "Dropout"),
        "label_smoothing": translate("TrainFields", "Smoothing"),
        "clip_norm": translate("TrainFields", "Clip gradient"),
        "averaging": translate("TrainFields", "Averaging"),
        "patience": translate("TrainFields", "Patience"),
        "pretrain_epochs": translate("TrainFields", "Pretraining"),
        "seed": translate("TrainFields", "Seed"),
        "threads": translate("TrainFields", "Threads"),
    }[name]


def summary(name: str) -> str:
    """Return what a setting does in a sentence."""
    return {
        "learning_rate": translate("TrainFields", "How large a step downhill is."),
        "momentum": translate("TrainFields", "How much of the speed is kept after each batch."),
        "batch_size": translate("TrainFields", "How many images are looked at before each step."),
        "epochs": translate("TrainFields", "How often all images are gone through."),
        "weight_decay": translate("TrainFields", "Shrinks every weight a little at each step."),
        "l1": translate("TrainFields", "Pulls every weight to zero with the same force; 0 switches it off."),
        "l2": translate("TrainFields", "Pulls large weights to zero more strongly; 0 switches it off."),
        "max_norm": translate("TrainFields", "The longest vector of incoming weights a unit may have; 0 for any."),
        "input_dropout": translate("TrainFields", "How likely a pixel is silent during a batch."),
        "hidden_dropout": translate("TrainFields", "How likely a hidden unit is silent during a batch."),
        "label_smoothing": translate("TrainFields", "How much of the target is shared by all classes."),
        "clip_norm": translate("TrainFields", "The longest gradient that is used as it is; 0 for any."),
        "averaging": translate("TrainFields", "How slowly the averaged network follows; 0 switches it off."),
        "patience": translate(
            "TrainFields", "After how many epochs without a better validation the run ends; 0 for never."
        ),
        "pretrain_epochs": translate(
            "TrainFields", "How many epochs each layer learns to restore its input first; 0 for none."
        ),
        "threads": translate(
            "TrainFields",
            "How many threads share a step; 0 decides by the network's size and the processor's cores.",
        ),
        "seed": translate("TrainFields", "Decides everything random: the same seed gives the same network."),
    }[name]


def show_number(value: float) -> str:
    """Return a number as short as it can be written."""
    return f"{value:.10g}"


def show_hidden(hidden: tuple[int, ...]) -> str:
    """Return layer sizes as they are typed, "128, 64"."""
    return ", ".join(str(units) for units in hidden)


def _check(settings: dict[str, Any]) -> None:
    """Raise ConfigError for a setting that `TrainConfig` refuses."""
    TrainConfig(**settings)


def _allowed(name: str) -> Range:
    """Return what a number of `TrainConfig` may be, also for text that is no number at all."""
    try:
        _check({name: None})
    except ConfigError as error:
        if isinstance(error.allowed, Range):
            return error.allowed
    raise ValueError(f"{name} is no number")


def number_field(name: str, suggest: Callable[[], float]) -> NumberField:
    """Return the field for a number of `TrainConfig`; `suggest()` is a value that would do."""
    allowed = _allowed(name)
    is_whole = isinstance(_DEFAULTS[name], int)
    parse = parse_whole if is_whole else parse_number

    def read(text: str) -> Any:
        value = parse(name, text)
        _check({name: value})
        return value

    step = _step_whole if is_whole else _step_share if name in _SHARES else _step_decade
    field = NumberField(
        read,
        suggest(),
        step=_step_near_one if name in _NEAR_ONE else step,
        show=show_number,
        describe=lambda error: number_refusal(error, allowed, show_number(suggest())),
    )
    field.setToolTip(summary(name))
    return field


def repeat_field() -> NumberField:
    """Return the field for the number of seeds that a training is repeated with."""
    allowed = Range(1, MOST_SEEDS, is_whole=True)

    def read(text: str) -> int:
        value = parse_whole("repeat", text)
        check_whole("repeat", value, 1, MOST_SEEDS)
        return value

    field = NumberField(
        read, 1, step=_step_whole, show=show_number, describe=lambda error: number_refusal(error, allowed, "5")
    )
    field.setToolTip(
        translate(
            "TrainFields",
            "How many seeds the same training is done with: how far they differ is luck.",
        )
    )
    return field


def option_field(option: Option, tip: str) -> NumberField:
    """Return the field for one option of a registry's entry."""
    good = show_number(option.default)
    parse = parse_whole if option.is_whole else parse_number

    def read(text: str) -> Any:
        value = parse(option.name, text)
        if not option.allows(value):
            raise ConfigError(option.name, value, option.allowed)
        return value

    near_one = option.maximum < 1 and option.default >= 0.5
    field = NumberField(
        read,
        option.default,
        step=_step_whole if option.is_whole else _step_near_one if near_one else _step_decade,
        show=show_number,
        describe=lambda error: number_refusal(error, option.allowed, good),
    )
    field.setToolTip(tip)
    return field


def hidden_field(value: tuple[int, ...]) -> TextField:
    """Return the field for the sizes of the hidden layers."""
    field = TextField(parse_hidden, value, show=show_hidden, describe=refusal)
    field.setToolTip(translate("TrainFields", "Units of each hidden layer, such as 128, 64; empty for none."))
    return field


def activations_field(layers: Callable[[], int]) -> TextField:
    """Return the field for one activation a hidden layer; `layers()` is how many there are."""

    def read(text: str) -> str:
        value = ",".join(key.strip() for key in text.replace("，", ",").split(","))
        NetworkConfig(hidden=(1,) * layers(), activation=value)
        return value

    field = TextField(read, "", show=lambda value: value.replace(",", ", "), describe=refusal)
    field.setToolTip(
        translate("TrainFields", "One activation for each hidden layer, such as relu, tanh: {0}.").format(
            listed(ACTIVATIONS)
        )
    )
    return field


def choice(kind: str, registry: Mapping[str, Any]) -> ComboBox:
    """Return a list of the entries of a kind's registry; the chosen one's summary is the tooltip."""
    box = ComboBox()
    tip_role = int(Qt.ItemDataRole.ToolTipRole)
    for key, entry in registry.items():
        words = choice_words(kind, key, entry)
        box.addItem(words.title, key)
        box.setItemData(box.count() - 1, translate("TrainFields", "{0}: {1}").format(*words), tip_role)

    def show_summary() -> None:
        box.setToolTip(box.currentData(tip_role) or "")

    show_summary()
    box.currentIndexChanged.connect(show_summary)
    return box


def _step_whole(value: int, direction: int) -> int:
    return value + direction


def _step_share(value: float, direction: int) -> float:
    return round(value + 0.05 * direction, 10)


def _step_decade(value: float, direction: int) -> float:
    """Step to the next of 1, 2 and 5 times powers of ten; from 0 to the smallest that is of use, and back."""
    if value <= 0:
        return _SMALLEST_STEP if direction > 0 else value
    if direction < 0 and value <= _SMALLEST_STEP * (1 + 1e-9):
        return 0.0
    exponent = int(f"{value:e}".split("e")[1])
    steps = [float(f"{m}e{e}") for e in range(exponent - 1, exponent + 2) for m in (1, 2, 5)]
    if direction > 0:
        return min(step for step in steps if step > value * (1 + 1e-9))
    return max(step for step in steps if step < value * (1 - 1e-9))


def _step_near_one(value: float, direction: int) -> float:
    """Step values such as 0.9, 0.95, 0.975 by halving or doubling what is missing to 1."""
    gap = (1 - value) * (0.5 if direction > 0 else 2)
    return max(0.0, float(f"{1 - gap:.6g}"))


def values_of(network: NetworkConfig, config: TrainConfig) -> dict[str, Any]:
    """Return all settings of both configs by name."""
    pairs = [(field.name, getattr(network, field.name)) for field in fields(network)]
    pairs += [(field.name, getattr(config, field.name)) for field in fields(config)]
    return dict(pairs)
