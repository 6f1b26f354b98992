"""How good a network is on labelled data."""

from dataclasses import dataclass

import numpy as np

from digitapp.cores import side_by_side
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

    Batches are shared by the processor's cores; how many there are changes nothing in the result.

    Raises
    ------
    KeyError : unknown loss
    ValueError : no samples, inputs that do not fit the network, a label that is none of its classes
    """
    split = split.without_foils()
    if len(split.labels) == 0:
        raise ValueError("there are no samples to evaluate")

    def judge(start: int) -> tuple[float, np.ndarray]:
        batch = slice(start, start + batch_size)
        outputs = network.forward(split.inputs[batch])
        value, _ = LOSSES[loss].value_and_gradient(outputs, split.labels[batch])
        return value * len(outputs), outputs.argmax(axis=1)

    work = 2 * network.weight_count * len(split.labels)
    judged = side_by_side(judge, range(0, len(split.labels), batch_size), work)
    losses, answers = zip(*judged, strict=True)
    predictions, classes = np.concatenate(answers), network.sizes[-1]
    pairs = np.bincount(split.labels * classes + predictions, minlength=classes * classes)
    confusion = pairs.reshape(classes, classes)
    samples = len(predictions)
    return Evaluation(samples, sum(losses) / samples, float(np.trace(confusion)) / samples, confusion, predictions)
