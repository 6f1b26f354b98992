"""How a network stands: what it says to one sample, what that costs, and how it does on all images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset, Split
from digitapp.inspection.landscape import LARGE, sample_of
from digitapp.nn import LOSSES, Network
from digitapp.training.evaluate import evaluate

FEW_IMAGES = 1000
"""Of so few images all count, those that validate, too; of more, those that validate, or a sample of them."""


@dataclass(frozen=True)
class Standing:
    """How a network stands; None is what there is nothing to tell of.

    Attributes
    ----------
    answer : the class of the largest output for the sample; None where it is not a number
    cost : C of the sample
    total : C_T, the sum of C over the images
    right : how many of the images are read right
    images : how many there are
    """

    answer: int | None = None
    cost: float | None = None
    total: float | None = None
    right: int | None = None
    images: int = 0


def images_for(network: Network, dataset: Dataset) -> Split:
    """Return the images that C_T is counted on: all 64 of the toy, a few hundred of many for a large network."""
    if len(dataset.train) <= FEW_IMAGES and network.weight_count <= LARGE:
        return dataset.all_but_test.without_foils()
    return sample_of(network, dataset.validation if dataset.validation is not None else dataset.train)


def standing(
    network: Network, loss: str, images: Split | None, inputs: NDArray[np.floating] | None, label: int | None
) -> Standing:
    """Return how a network stands, computed in float64.

    Parameters
    ----------
    network : of any precision, not changed
    loss : of `LOSSES`
    images : that C_T is counted on, without foils
    inputs : of the sample, (features,)
    label : of the sample, where it is known

    Raises
    ------
    KeyError : no such loss
    ValueError : inputs that do not fit the network
    """
    exact = Network(network.sizes, network.activations, np.float64, network.normalized)
    exact.state[:] = network.state
    answer = cost = total = right = None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if inputs is not None:
            outputs = exact.forward(np.asarray(inputs)[np.newaxis])
            answer = int(outputs[0].argmax()) if np.isfinite(outputs).all() else None
            if label is not None:
                cost, _ = LOSSES[loss].value_and_gradient(outputs, np.array([label]))
        if images is not None:
            found = evaluate(exact, loss, images)
            total, right = found.loss * found.samples, int(np.trace(found.confusion))
    return Standing(answer, cost, total, right, 0 if images is None else len(images))
