"""Why a field refuses what was typed, and what would do."""

from __future__ import annotations

from digitapp.gui.translation import in_a_row, listed, translate
from digitapp.gui.widgets.numbers import MINUS, thousands
from digitapp.nn.options import Range
from digitapp.training.config import Allowed, ConfigError, LayerSizes, OneOf, OnePerLayer, ParameterCount


def setting_title(name: str) -> str:
    """Return what a setting is called that can be changed while a run is under way."""
    return {
        "learning_rate": translate("TrainFields", "Learning rate"),
        "batch_size": translate("TrainFields", "Batch size"),
        "weight_decay": translate("TrainFields", "Weight decay"),
        "input_dropout": translate("TrainFields", "Input dropout"),
        "hidden_dropout": translate("TrainFields", "Dropout"),
    }[name]


def number_refusal(error: ValueError, allowed: Range, good: str) -> str:
    """Return why a text is no number that a field takes, and one that would do."""
    cause = translate("Settings", "Not possible.")
    if isinstance(error, ConfigError):
        if error.value == "":
            cause = translate("Settings", "Nothing entered.")
        elif isinstance(error.value, str):
            cause = translate("Settings", "Not a number.")
    if allowed.is_whole:
        text = translate("Settings", "Use a whole number from {0} to {1}, such as {2}.")
        ends = thousands(int(allowed.minimum)), thousands(int(allowed.maximum))
    else:
        text = translate("Settings", "Use a number from {0} to {1}, such as {2}.")
        if allowed.above:
            text = translate("Settings", "Use a number above {0} and at most {1}, such as {2}.")
        ends = f"{allowed.minimum:g}".replace("-", MINUS), f"{allowed.maximum:g}"
    return in_a_row(cause, text.format(*ends, good))


def refusal(error: ValueError) -> str:
    """Return why layers or names of activations cannot be used, and what would do."""
    allowed = error.allowed if isinstance(error, ConfigError) else None
    return in_a_row(translate("Settings", "Not possible."), "" if allowed is None else _advice(allowed))


def _advice(allowed: Allowed) -> str:
    match allowed:
        case LayerSizes(layers, units):
            text = translate("Settings", "Use up to {0} whole numbers from 1 to {1}, such as 128, 64.")
            return text.format(layers, thousands(units))
        case ParameterCount(most):
            return translate("Settings", "Use layers with at most {0} parameters in all.").format(thousands(most))
        case OneOf(names):
            return translate("Settings", "Use one of these: {0}.").format(listed(names))
        case OnePerLayer(layers):
            return translate("Settings", "Use one name, or {0} for {0} hidden layers.").format(layers)
        case _:
            return ""
