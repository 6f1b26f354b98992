"""Settings worth starting from, for each problem, with a sentence about what they show."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.gui.translation import translate
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.presets import DEFAULTS


@dataclass(frozen=True)
class Preset:
    """One entry of the Presets menu."""

    title: str
    summary: str
    network: NetworkConfig
    config: TrainConfig


def presets(problem: str) -> list[Preset]:
    """Return the presets of a problem, the default first."""
    return {"toy": _toy, "mnist": _mnist}[problem]()


def _toy() -> list[Preset]:
    return [
        Preset(
            translate("TrainPresets", "Classic"),
            translate("TrainPresets", "Three sigmoid units, as on the blackboard"),
            *DEFAULTS["toy"],
        ),
        Preset(
            translate("TrainPresets", "Quick"),
            translate("TrainPresets", "Six ReLU units with Adam: done in a blink"),
            NetworkConfig((6,), "relu", "he"),
            TrainConfig("cross_entropy", "adam", 0.02, batch_size=8, epochs=100),
        ),
        Preset(
            translate("TrainPresets", "One unit"),
            translate("TrainPresets", "How far does a single hidden unit get?"),
            NetworkConfig((1,), "sigmoid", "normal"),
            TrainConfig("squared_error", "sgd", 3.0, batch_size=8, epochs=300),
        ),
        Preset(
            translate("TrainPresets", "All weights alike"),
            translate("TrainPresets", "Starting from zeros, the units never become different"),
            NetworkConfig((3,), "sigmoid", "zeros"),
            TrainConfig("squared_error", "sgd", 3.0, batch_size=8, epochs=300),
        ),
    ]


def _mnist() -> list[Preset]:
    return [
        Preset(
            translate("TrainPresets", "Quick"),
            translate("TrainPresets", "128 units with Adam: about 97.5 % within a minute"),
            *DEFAULTS["mnist"],
        ),
        Preset(
            translate("TrainPresets", "98 %"),
            translate("TrainPresets", "Two hidden layers, longer, with weight decay"),
            NetworkConfig((256, 128), "relu", "he"),
            TrainConfig("cross_entropy", "adam", 0.001, batch_size=128, epochs=12, weight_decay=0.01),
        ),
        Preset(
            translate("TrainPresets", "Textbook"),
            translate("TrainPresets", "30 sigmoid units, squared error and plain SGD"),
            NetworkConfig((30,), "sigmoid", "normal"),
            TrainConfig("squared_error", "sgd", 3.0, batch_size=10, epochs=10),
        ),
        Preset(
            translate("TrainPresets", "No hidden layer"),
            translate("TrainPresets", "Ten units that look at the pixels alone"),
            NetworkConfig((), "relu", "glorot"),
            TrainConfig("cross_entropy", "adam", 0.001, batch_size=64, epochs=5),
        ),
        Preset(
            translate("TrainPresets", "Too large a learning rate"),
            translate("TrainPresets", "See what it looks like when training falls apart"),
            NetworkConfig((128,), "leaky_relu", "he"),
            TrainConfig("cross_entropy", "momentum", 2.0, batch_size=64, epochs=5),
        ),
    ]
