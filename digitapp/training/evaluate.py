"""How good a network is on labelled data."""

from dataclasses import dataclass

import numpy as np

from digitapp.datasets.dataset import Split
from digitapp.nn import LOSSES, Network


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The result of `evaluate`.

    Attributes
    ----------
    samples : number of samples
    loss : mean over the samples
    accuracy : part of the samples that were classified right, 0 to 1
    confusion : int array (classes, classes); row = true label, column = prediction
    predictions : int array (samples,)
    """

    samples: int
    loss: float
    accuracy: float
    confusion: np.ndarray
    predictions: np.ndarray


def evaluate(network: Network, loss: str, split: Split, batch_size: int = 1000) -> Evaluation:
    """Run `network` over `split`, `batch_size` samples at a time, without changing anything; foils do not count.

    Raises
    ------
    KeyError : unknown loss
    ValueError : no samples, inputs that do not fit the network, a label that is none of its classes
    """
    split = split.without_foils()
    if len(split.labels) == 0:
        raise ValueError("there are no samples to evaluate")
    classes = network.sizes[-1]
    predictions = np.empty(len(split.labels), np.int64)
    total = 0.0
    for start in range(0, len(split.labels), batch_size):
        batch = slice(start, start + batch_size)
        outputs = network.forward(split.inputs[batch])
        value, _ = LOSSES[loss].value_and_gradient(outputs, split.labels[batch])
        total += value * len(outputs)
        predictions[batch] = outputs.argmax(axis=1)
    pairs = np.bincount(split.labels * classes + predictions, minlength=classes * classes)
    confusion = pairs.reshape(classes, classes)
    samples = len(predictions)
    return Evaluation(samples, total / samples, float(np.trace(confusion)) / samples, confusion, predictions)
