"""The settings and the network to start from."""

import numpy as np

from digitapp.datasets.problems import Preset, Problem
from digitapp.nn import LOSSES, Network, initialize
from digitapp.nn.normalization import EPSILON, NormalizedLayer
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig


def preset_configs(preset: Preset) -> tuple[NetworkConfig, TrainConfig]:
    """Return all settings of a preset."""
    return NetworkConfig(**preset.network), TrainConfig(**preset.training)


def usual_configs(problem: Problem) -> tuple[NetworkConfig, TrainConfig]:
    """Return settings that work for a problem, to start from: those of its first preset."""
    return preset_configs(next(iter(problem.presets), Preset("")))


def build_network(
    inputs: int, classes: int, network_config: NetworkConfig, loss: str, rng: np.random.Generator
) -> Network:
    """Return an initialised float32 network whose output layer suits `loss`.

    Parameters
    ----------
    inputs, classes : numbers of input features and output units
    loss : key of `LOSSES`
    rng : draws the weights

    Raises
    ------
    ConfigError : field "hidden", more parameters than fit into memory
    """
    network = empty_network(inputs, classes, network_config, loss)
    initialize(network, network_config.initializer, rng)
    return network


def empty_network(inputs: int, classes: int, network_config: NetworkConfig, loss: str) -> Network:
    """Return the network of `build_network` before its weights are drawn. Raises ConfigError as that."""
    network_config.check_size(inputs, classes)
    sizes = (inputs, *network_config.hidden, classes)
    activations = (*network_config.hidden_activations, LOSSES[loss].output_activation)
    return Network(sizes, activations, normalized=(*network_config.hidden_normalized, False))


def start_from(network: Network, source: Network) -> None:
    """Let `network` start with the weights of `source`, such as that of a model file, instead of random ones.

    A normalised layer starts as the plain one it is taken from: its running means and variances are set so that it
    gives the same answers.

    Raises
    ------
    ConfigError : field "start_from", where the two differ in sizes or activations; the message names both
    """
    for name in ("sizes", "activations"):
        wanted, found = getattr(network, name), getattr(source, name)
        if wanted != found:
            expected = f"a network with the {name} {_shown(wanted)}"
            raise ConfigError("start_from", _shown(found), expected)
    folded = source.folded()
    for target, weights, biases in zip(network.layers, folded.weights, folded.biases, strict=True):
        target.weights[:], target.biases[:] = weights, biases
        if isinstance(target, NormalizedLayer):
            target.mean[:], target.variance[:] = 0, 1
            target.gains[:] = np.sqrt(1 + EPSILON)


def _shown(values: tuple[object, ...]) -> str:
    return "-".join(map(str, values))
