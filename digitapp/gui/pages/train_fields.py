"""From the settings' own descriptions to fields that read, check and explain them. Knows no layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt

from digitapp.gui.widgets import ComboBox, NumberField, TextField
from digitapp.nn.options import Option
from digitapp.training.config import (
    ConfigError,
    NetworkConfig,
    TrainConfig,
    parse_hidden,
    parse_number,
    parse_whole,
)

WHOLE_FIELDS = ("batch_size", "epochs", "seed")
DECADE_FIELDS = ("learning_rate", "weight_decay", "l1", "l2")
TRAIN_FIELDS = frozenset(field.name for field in fields(TrainConfig))


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrainFields", text)


def show_number(value: float) -> str:
    """Return a number as short as it can be written."""
    return f"{value:.10g}"


def show_hidden(hidden: tuple[int, ...]) -> str:
    """Return layer sizes as they are typed, "128, 64"."""
    return ", ".join(str(units) for units in hidden)


def _check(settings: dict[str, Any]) -> None:
    """Raise ConfigError for a setting that `TrainConfig` refuses."""
    TrainConfig(**settings)


def _reader(name: str) -> Callable[[str], Any]:
    """Return a function from text to the checked value of a field of `TrainConfig`."""
    parse = parse_whole if name in WHOLE_FIELDS else parse_number

    def read(text: str) -> Any:
        value = parse(name, text)
        _check({name: value})
        return value

    return read


def _option_reader(option: Option) -> Callable[[str], Any]:
    parse = parse_whole if option.is_whole else parse_number

    def read(text: str) -> Any:
        value = parse(option.name, text)
        if not option.allows(value):
            raise ConfigError(option.name, value, option.expected)
        return value

    return read


def _expected(name: str) -> str:
    """Return what a field of `TrainConfig` wants, also for text that is no number at all."""
    try:
        _check({name: None})
    except ConfigError as error:
        return error.expected
    raise ValueError(f"{name} takes anything")


def explain(error: ValueError, expected: str, good: str) -> str:
    """Return a field's error: the cause, and a value that would do."""
    words = getattr(error, "expected", "")
    cause = _tr("Not a number.") if words in ("a number", "a whole number") else _tr("Not possible.")
    if getattr(error, "value", None) == "":
        cause = _tr("Nothing entered.")
    return _tr("{0} Use {1}, such as {2}.").format(cause, expected, good)


def number_field(name: str, value: float) -> NumberField:
    """Return the field for a number of `TrainConfig`; `value` is the one to suggest."""
    expected, good = _expected(name), show_number(value)
    step = "decade" if name in DECADE_FIELDS else _half_gap if name == "momentum" else "linear"
    return NumberField(
        _reader(name),
        value,
        step=step,
        show=show_number,
        describe=lambda error: explain(error, expected, good),
    )


def option_field(option: Option) -> NumberField:
    """Return the field for one option of an optimiser."""
    good = show_number(option.default)
    close_to_one = option.maximum < 1 and option.default >= 0.5
    step = "linear" if option.is_whole else _half_gap if close_to_one else "decade"
    return NumberField(
        _option_reader(option),
        option.default,
        step=step,
        show=show_number,
        describe=lambda error: explain(error, option.expected, good),
    )


def hidden_field(value: tuple[int, ...]) -> TextField:
    """Return the field for the sizes of the hidden layers."""

    def describe(error: ValueError) -> str:
        return _tr("Not possible. Use {0}.").format(getattr(error, "expected", ""))

    return TextField(parse_hidden, value, show=show_hidden, describe=describe)


def choice(registry: Mapping[str, Any]) -> ComboBox:
    """Return a list of a registry's entries; their summaries are the tooltips."""
    box = ComboBox()
    for key, entry in registry.items():
        box.add_entry(entry.title, data=key)
        box.setItemData(box.count() - 1, entry.summary, int(Qt.ItemDataRole.ToolTipRole))
    return box


def _half_gap(value: float, direction: int) -> float:
    """Step values near 1, such as 0.9, 0.95, 0.975, by halving or doubling what is missing to 1."""
    gap = (1 - value) * (0.5 if direction > 0 else 2)
    return max(0.0, float(f"{1 - gap:.6g}"))


def defaults_of(network: NetworkConfig, config: TrainConfig) -> dict[str, Any]:
    """Return all settings of both configs by name."""
    pairs = [(field.name, getattr(network, field.name)) for field in fields(network)]
    pairs += [(field.name, getattr(config, field.name)) for field in fields(config)]
    return dict(pairs)
