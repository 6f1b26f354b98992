"""Settings that work for each problem, to start from, and the network that they describe."""

import numpy as np

from digitapp.nn import LOSSES, Network, initialize
from digitapp.nn.normalization import EPSILON, NormalizedLayer
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig

DEFAULTS: dict[str, tuple[NetworkConfig, TrainConfig]] = {
    "toy": (
        NetworkConfig(hidden=(3,), activation="sigmoid", initializer="normal"),
        # Almost every seed learns the toy whole. With this one each unit also says something of its own: A wakes for
        # every 0, B for the 0s and some 1s, C for the 1s.
        TrainConfig(loss="squared_error", optimizer="sgd", learning_rate=3.0, batch_size=8, epochs=500, seed=44),
    ),
    "mnist": (
        NetworkConfig(hidden=(128,), activation="relu", initializer="he"),
        TrainConfig(loss="cross_entropy", optimizer="adam", learning_rate=0.001, batch_size=64, epochs=5),
    ),
}


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
    network_config.check_size(inputs, classes)
    sizes = (inputs, *network_config.hidden, classes)
    activations = (*network_config.hidden_activations, LOSSES[loss].output_activation)
    network = Network(sizes, activations, normalized=(*network_config.hidden_normalized, False))
    initialize(network, network_config.initializer, rng)
    return network


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
