"""Settings that work for each problem, to start from, and the network that they describe."""

import numpy as np

from digitapp.nn import LOSSES, Network, initialize
from digitapp.training.config import NetworkConfig, TrainConfig

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
    """
    sizes = (inputs, *network_config.hidden, classes)
    activations = (*network_config.hidden_activations, LOSSES[loss].output_activation)
    network = Network(sizes, activations)
    initialize(network, network_config.initializer, rng)
    return network
