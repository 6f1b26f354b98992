"""What to try after a training that went wrong, as settings: whoever shows them fills them in for the next run."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.nn.activations import ACTIVATIONS
from digitapp.training.config import MAX_LEARNING_RATE, NetworkConfig, TrainConfig

CLIPPED = 1.0
"""The length to which gradients are cut where they grow without bound."""
A_FEW_UNITS = (16,)
"""Hidden layers for a network without any, which cannot learn what no straight line parts."""


@dataclass(frozen=True)
class Remedy:
    """One setting to be changed.

    Attributes
    ----------
    field : of `NetworkConfig` or `TrainConfig`
    value : to try
    """

    field: str
    value: float | str | tuple[int, ...]

    def changes(self, network: NetworkConfig, config: TrainConfig) -> bool:
        """Return whether it asks for anything that is not so yet."""
        return getattr(network if hasattr(network, self.field) else config, self.field) != self.value


def gentler_rate(learning_rate: float) -> float:
    """Return a learning rate to try after one that was too large."""
    return 0.01 if learning_rate > 0.1 else float(f"{learning_rate / 10:.1g}")


def quicker_rate(learning_rate: float) -> float:
    """Return a learning rate to try after one that was too small."""
    return min(float(f"{learning_rate * 10:.1g}"), float(MAX_LEARNING_RATE))


def slower(config: TrainConfig) -> Remedy:
    """Return the remedy for steps that are too large."""
    return Remedy("learning_rate", gentler_rate(config.learning_rate))


def quicker(config: TrainConfig) -> Remedy:
    """Return the remedy for steps that lead nowhere."""
    return Remedy("learning_rate", quicker_rate(config.learning_rate))


def other_start(network: NetworkConfig) -> Remedy:
    """Return an initialiser that fits the activation: of He for units that rest at 0, of Glorot for the others.

    Source: He, Zhang, Ren, Sun, "Delving Deep into Rectifiers" (ICCV 2015); Glorot, Bengio (AISTATS 2010).
    """
    kinds = {ACTIVATIONS[key].can_rest or key in ("leaky_relu", "elu", "gelu") for key in network.hidden_activations}
    return Remedy("initializer", "he" if kinds == {True} else "glorot")


def other_activation(network: NetworkConfig) -> Remedy:
    """Return an activation whose slope neither vanishes at ends nor is 0 for half of all sums."""
    rests = any(ACTIVATIONS[key].can_rest for key in network.hidden_activations)
    return Remedy("activation", "leaky_relu" if rests else "relu")


def shorter_gradients() -> Remedy:
    """Return the remedy for gradients that grow on their way back."""
    return Remedy("clip_norm", CLIPPED)


def earlier_end(config: TrainConfig, patience: int) -> Remedy:
    """Return the remedy for a run that goes on after its best."""
    return Remedy("patience", max(1, min(patience, config.epochs)))
