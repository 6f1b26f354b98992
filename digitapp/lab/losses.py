"""What losses make of the same scores, and what penalties make of the same weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.losses import LOSSES
from digitapp.nn.regularizers import REGULARIZERS

COMPARED = ("cross_entropy", "hinge", "squared_error")
"""The losses that are shown side by side, as keys of `nn.LOSSES`."""

PENALTIES = ("l1", "l2")
"""The penalties that are shown side by side, as keys of `nn.REGULARIZERS`."""


@dataclass(frozen=True, eq=False)
class LossReading:
    """What one loss says about one sample.

    Attributes
    ----------
    key : str, of the loss
    value : float, the loss
    gradient : float64 array, shape (classes,), of the loss for the scores, through the output layer's activation
    outputs : float64 array, shape (classes,), what the output layer makes of the scores
    probabilities : float64 array, shape (classes,), what the loss takes the outputs to say about the classes
    """

    key: str
    value: float
    gradient: NDArray[np.float64]
    outputs: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def read_losses(scores: Sequence[float], right: int, keys: Sequence[str] = COMPARED) -> tuple[LossReading, ...]:
    """Return what each loss says about one sample with these scores.

    The scores are the pre-activations z of the output layer. A loss that needs sigmoid outputs gets them, and its
    gradient is carried back through them: δ = ∂C/∂a · f'(z), Nielsen (2015), equation BP1.

    Parameters
    ----------
    scores : one finite number for each class
    right : the label of the sample

    Raises
    ------
    ValueError : no scores, or a label that is none of theirs
    """
    labels = np.array([right])
    readings = []
    for key in keys:
        loss = LOSSES[key]
        activation = ACTIVATIONS[loss.output_activation]
        z = np.array([scores], dtype=np.float64)
        outputs = np.empty_like(z)
        activation.value(z, outputs)
        value, slope = loss.value_and_gradient(outputs, labels)
        gradient = slope.copy()
        activation.chain(gradient, z, outputs)
        readings.append(LossReading(key, value, gradient[0], outputs[0], loss.probabilities(outputs)[0]))
    return tuple(readings)


def along_score(
    scores: Sequence[float], right: int, moved: int, values: NDArray[np.float64], keys: Sequence[str] = COMPARED
) -> NDArray[np.float64]:
    """Return each loss while one score takes other values, shape (losses, len(values)).

    Parameters
    ----------
    moved : the class whose score is moved; the other scores stay
    """
    found = np.empty((len(keys), len(values)))
    for column, value in enumerate(values.tolist()):
        varied = [value if place == moved else score for place, score in enumerate(scores)]
        found[:, column] = [reading.value for reading in read_losses(varied, right, keys)]
    return found


def pulls(weights: NDArray[np.float64], strength: float, key: str) -> NDArray[np.float64]:
    """Return by how much a unit of learning rate moves each weight for its penalty alone: minus its gradient.

    Parameters
    ----------
    weights : shape (n,)
    strength : λ, 0 or more
    key : of a penalty, "l1" or "l2"
    """
    gradient = np.zeros_like(weights)
    REGULARIZERS[key].add_gradient(weights, strength, gradient)
    return -gradient


def shrinking(
    weights: Sequence[float], strength: float, learning_rate: float, steps: int, key: str
) -> NDArray[np.float64]:
    """Return weights that nothing but a penalty moves, by gradient descent, shape (steps + 1, len(weights)).

    L1 takes the same step from every weight, and so goes to and fro about zero by less than that step when it has got
    there. L2 takes the same share.
    """
    path = np.empty((steps + 1, len(weights)))
    path[0] = weights
    for step in range(steps):
        path[step + 1] = path[step] + learning_rate * pulls(path[step], strength, key)
    return path
