"""Greedy layer-wise pretraining: another place for a network to start from than random weights.

Each hidden layer in turn learns, without labels, to keep what is needed to restore its input: it is the encoder of an
autoencoder whose decoder is thrown away afterwards. What it gives is the input of the next.

Source: Bengio, Lamblin, Popovici, Larochelle, "Greedy Layer-Wise Training of Deep Networks" (NIPS 2006), section 3,
after Hinton, Osindero, Teh (2006).
"""

from collections.abc import Generator

import numpy as np

from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network, initialize
from digitapp.training.events import Command, PretrainingStep

LEARNING_RATE = 0.001
"""Of Adam, which trains every autoencoder whatever the run itself uses: the number of epochs is all there is to set."""
_CHUNK = 4096


def pretrain(
    network: Network, inputs: np.ndarray, epochs: int, batch_size: int, rng: np.random.Generator
) -> Generator[PretrainingStep, Command | None, None]:
    """Give the hidden layers of `network` weights that restore their inputs; they are in place when the generator ends.

    Every layer starts from the weights that `network` holds; its output layer is left alone.

    Parameters
    ----------
    network : changed in place, at the very end only
    inputs : float array, shape (samples, n_in)
    epochs, batch_size : for each layer
    rng : draws the decoders and the order of the samples
    """
    trained: list[Network] = []
    for layer in range(len(network.layers) - 1):
        autoencoder = _autoencoder(network, layer, rng)
        for epoch in range(epochs):
            for batch, batches, error in _train_epoch(autoencoder, inputs, min(batch_size, len(inputs)), rng):
                yield PretrainingStep(layer + 1, len(network.layers) - 1, epoch + 1, epochs, batch, batches, error)
        trained.append(autoencoder.network)
        inputs = _encode(autoencoder.network, inputs)
    for layer, source in enumerate(trained):
        _copy_layer(source, 0, network, layer)


class _Autoencoder:
    """A network that restores its input, with what trains it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.optimizer = OPTIMIZERS["adam"](network.parameters)
        self.batches: dict[int, Backpropagation] = {}

    def learn(self, samples: np.ndarray) -> float:
        """Learn one batch (batch, n_in); return the mean squared error of one value."""
        batch = self.batches.get(len(samples))
        if batch is None:
            batch = self.batches[len(samples)] = Backpropagation(self.network, LOSSES["squared_error"], len(samples))
        batch.inputs[:] = samples
        batch.targets[:] = samples.T
        loss = batch()
        self.optimizer.step(self.network.parameters, batch.gradient, LEARNING_RATE)
        return 2 * loss / samples.shape[1]


def _autoencoder(network: Network, layer: int, rng: np.random.Generator) -> _Autoencoder:
    fan_in, units = network.sizes[layer], network.sizes[layer + 1]
    activations, normalized = (network.activations[layer], "identity"), (network.normalized[layer], False)
    autoencoder = Network((fan_in, units, fan_in), activations, network.dtype, normalized)
    initialize(autoencoder, "glorot", rng)
    _copy_layer(network, layer, autoencoder, 0)
    return _Autoencoder(autoencoder)


def _copy_layer(source: Network, layer: int, target: Network, place: int) -> None:
    """Copy a layer with everything that belongs to it."""
    for name in ("weights", "biases", "gains", "mean", "variance"):
        values = getattr(source.layers[layer], name, None)
        if values is not None:
            getattr(target.layers[place], name)[...] = values


def _train_epoch(
    autoencoder: _Autoencoder, inputs: np.ndarray, size: int, rng: np.random.Generator
) -> Generator[tuple[int, int, float], None, None]:
    """Go through the samples once; yield batch, batches and the error over the samples so far."""
    order = rng.permutation(len(inputs))
    batches = -(-len(inputs) // size)
    total = 0.0
    for batch in range(batches):
        samples = inputs[order[batch * size : (batch + 1) * size]]
        total += autoencoder.learn(samples) * len(samples)
        yield batch + 1, batches, total / min((batch + 1) * size, len(inputs))


def _encode(autoencoder: Network, inputs: np.ndarray) -> np.ndarray:
    """Return what the trained layer gives, (samples, units)."""
    chunks = (inputs[start : start + _CHUNK] for start in range(0, len(inputs), _CHUNK))
    return np.concatenate([autoencoder.trace(chunk).activations[0] for chunk in chunks])
