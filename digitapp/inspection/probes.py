"""Linear probes: how much of the answer can already be read from a layer by straight lines.

For each layer a linear classifier of its own, a softmax over weighted sums, learns the labels from the layer's
activations, which stay as they are; its accuracy on images that it has not seen says how far the layer has pulled the
classes apart. The probe of the input says what can be done without any hidden unit.

Source: Alain, Bengio, "Understanding intermediate layers using linear classifier probes" (2016), section 3.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset, Split, stratified_choice
from digitapp.datasets.problems import Inputs, Problem
from digitapp.inspection.dossier import layer_chunks
from digitapp.nn.network import Network
from digitapp.training.config import TrainConfig
from digitapp.training.errors import TrainingDiverged
from digitapp.training.evaluate import evaluate
from digitapp.training.events import EpochDone
from digitapp.training.loop import train

MOST_SAMPLES = 20_000
_EPOCHS = 12
_LEAST_STEPS = 2_000
_BATCH_SIZE = 100
_LEARNING_RATE = 0.003
INPUT = -1


@dataclass(frozen=True)
class LayerProbe:
    """What the probe of one layer reached, or how far it is.

    Attributes
    ----------
    layer : `INPUT` for the input itself, 0 for the first hidden layer, the last for the output layer
    units : values that the probe reads
    progress : part of its training that is done, 0 to 1
    accuracy : on the part that it did not learn from, once it is done; None before, and for a layer whose activations
        are not numbers, which has no probe
    """

    layer: int
    units: int
    progress: float
    accuracy: float | None


def layer_activations(network: Network, layer: int, inputs: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what a layer answers to inputs (samples, features), shape (samples, units); `INPUT` gives the inputs.

    Raises
    ------
    ValueError : no such layer
    """
    if layer == INPUT:
        return np.asarray(inputs, dtype=np.float32)
    return np.concatenate([chunk.activations for chunk in layer_chunks(network, layer, inputs)]).astype(np.float32)


def scaled(
    training: NDArray[np.float32], others: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return both shifted to the mean of the first and divided by one number, its units' spread on the average.

    One number for all: units that hardly move stay small instead of being blown up to noise.
    """
    mean = training.mean(axis=0)
    spread = float(np.sqrt(training.var(axis=0).mean()))
    factor = np.float32(1 / spread if spread > 0 else 1.0)
    return (training - mean) * factor, (others - mean) * factor


def layer_probes(network: Network, dataset: Dataset, seed: int = 0) -> Iterator[LayerProbe]:
    """Train a probe for the input and then for every layer, and yield after each epoch how far it is.

    The probes learn from the training part, from a stratified choice of it where it is larger than `MOST_SAMPLES`, and
    are measured on the validation part; a data set without one is measured on the training part itself. The same
    arguments give the same accuracies.

    Yields
    ------
    LayerProbe, layer by layer; the last one of a layer has the accuracy
    """
    learning = _some(dataset.train, np.random.default_rng(seed))
    measured = dataset.validation or dataset.train
    for layer in range(INPUT, len(network.weights)):
        units = network.sizes[layer + 1]
        with np.errstate(all="ignore"):
            pair = scaled(*(layer_activations(network, layer, part.inputs) for part in (learning, measured)))
        if not all(np.isfinite(part).all() for part in pair):
            yield LayerProbe(layer, units, 1.0, None)
            continue
        parts = [Split(inputs, part.labels) for inputs, part in zip(pair, (learning, measured), strict=True)]
        yield from _probe(layer, parts[0], parts[1], dataset.problem.class_names, seed)


def _some(split: Split, rng: np.random.Generator) -> Split:
    if len(split) <= MOST_SAMPLES:
        return split
    chosen = stratified_choice(split.labels, MOST_SAMPLES, rng)
    return Split(split.inputs[chosen], split.labels[chosen])


def _probe(layer: int, learning: Split, measured: Split, names: tuple[str, ...], seed: int) -> Iterator[LayerProbe]:
    units = learning.inputs.shape[1]
    problem = Problem("probe", "", Inputs.POINTS, 1, units, names)
    epochs = max(_EPOCHS, -(-_LEAST_STEPS * _BATCH_SIZE // max(len(learning), _BATCH_SIZE)))
    config = TrainConfig(
        learning_rate=_LEARNING_RATE, batch_size=_BATCH_SIZE, epochs=epochs, schedule="cosine", seed=seed
    )
    probe = Network((units, len(names)), ("identity",))  # convex: zero is as good a start as any
    rng = np.random.default_rng(seed)
    try:
        with closing(train(probe, Dataset("probe", problem, learning), config, rng)) as events:
            for event in events:
                if isinstance(event, EpochDone) and event.epoch < epochs:
                    yield LayerProbe(layer, units, event.epoch / epochs, None)
    except TrainingDiverged:
        pass  # the probe holds its last good weights, and those are measured
    yield LayerProbe(layer, units, 1.0, evaluate(probe, config.loss, measured).accuracy)
