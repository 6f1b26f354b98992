"""Gradient descent, step by step, with every number of every step kept: what the program computes, in float64."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from digitapp.datasets.dataset import Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.inspection.unit_names import numbers_its_pixels
from digitapp.modelfile import Model
from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network
from digitapp.nn.losses import one_hot
from digitapp.training.config import ConfigError, TrainConfig
from digitapp.training.presets import usual_configs

USUAL_STEPS = 5


@dataclass(frozen=True)
class Rule:
    """How weights are changed: gradient descent on all images at once, with momentum where it is not 0.

    Attributes
    ----------
    learning_rate : η
    momentum : μ, from 0 to below 1
    """

    learning_rate: float
    momentum: float = 0.0


@dataclass(frozen=True, eq=False)
class Seen:
    """What a network computes for some images, before anything is learned.

    Attributes
    ----------
    weights, biases : for each layer (fan_in, fan_out) and (fan_out,)
    sums, activations : for each layer z (images, fan_out) and a (images, units)
    costs : C of each image, (images,)
    right : 1 for each image that is read right, else 0, (images,)
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    sums: tuple[np.ndarray, ...]
    activations: tuple[np.ndarray, ...]
    costs: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, eq=False)
class Learned:
    """What a step makes of that.

    Attributes
    ----------
    slopes, deltas : for each layer ∂C/∂a (images, units) and δ = ∂C/∂z (images, fan_out), each of one image's C
    weight_gradients, bias_gradients : like weights and biases, the means over the images
    weight_changes, bias_changes : what is added to them
    """

    slopes: tuple[np.ndarray, ...]
    deltas: tuple[np.ndarray, ...]
    weight_gradients: tuple[np.ndarray, ...]
    bias_gradients: tuple[np.ndarray, ...]
    weight_changes: tuple[np.ndarray, ...]
    bias_changes: tuple[np.ndarray, ...]


def unroll(network: Network, loss: str, images: Split, rule: Rule, steps: int) -> Iterator[tuple[Seen, Learned | None]]:
    """Yield what a network sees and what it learns from it, step by step, and at last what it sees then.

    Parameters
    ----------
    network : without normalisation; it is not changed
    loss : key of `LOSSES`
    images : all of them are learned from at once
    steps : how many; for each a pair is yielded, and one more with None
    """
    pupil = Network(network.sizes, network.activations, np.float64)
    pupil.parameters[:] = network.parameters
    backpropagation = Backpropagation(pupil, LOSSES[loss], len(images))
    backpropagation.inputs[:] = images.inputs
    backpropagation.targets[:] = one_hot(images.labels, pupil.sizes[-1], pupil.dtype)
    optimizer = OPTIMIZERS["momentum" if rule.momentum else "sgd"](
        pupil.parameters, **({"momentum": rule.momentum} if rule.momentum else {})
    )
    for _ in range(steps):
        seen = _see(pupil, loss, images)
        backpropagation()
        gradient = backpropagation.gradient.copy()
        slopes = [backpropagation.slopes(layer) for layer in range(len(pupil.layers))]
        by_layer = [(slope.activations.T * len(images), slope.sums.T * len(images)) for slope in slopes]
        optimizer.step(pupil.parameters, gradient.copy(), rule.learning_rate)
        change = optimizer.state["v"].copy() if rule.momentum else -rule.learning_rate * gradient
        yield (
            seen,
            Learned(
                tuple(slope for slope, _ in by_layer),
                tuple(delta for _, delta in by_layer),
                *pupil.views(gradient),
                *pupil.views(change),
            ),
        )
    yield _see(pupil, loss, images), None


def _see(network: Network, loss: str, images: Split) -> Seen:
    sums: list[np.ndarray] = []
    activations: list[np.ndarray] = []
    inputs = images.inputs.T.astype(np.float64)
    for layer in network.layers:
        z, inputs = layer.states(inputs)
        sums.append(z.T)
        activations.append(inputs.T)
    outputs = activations[-1]
    one_by_one = zip(outputs[:, np.newaxis], images.labels[:, np.newaxis], strict=True)
    return Seen(
        tuple(weights.copy() for weights in network.weights),
        tuple(biases.copy() for biases in network.biases),
        tuple(sums),
        tuple(activations),
        np.array([LOSSES[loss].value_and_gradient(output, label)[0] for output, label in one_by_one]),
        (outputs.argmax(axis=1) == images.labels).astype(np.float64),
    )


def can_unroll(model: Model) -> bool:
    """Return whether every number of a step can be followed: a network with many inputs is shown forward alone."""
    return numbers_its_pixels(model.network.sizes[0])


def one_image(model: Model, inputs: np.ndarray, label: int | None = None) -> Split:
    """Return a single image, inputs (features,), as what a workbook shows.

    Where it has no label, the network's own answer stands for its target.
    """
    row = np.asarray(inputs, np.float32).reshape(1, -1)
    answer = int(model.network.forward(row)[0].argmax()) if label is None else label
    return Split(row, np.array([answer]))


def usual_rule(model: Model) -> Rule:
    """Return gradient descent with the learning rate that a network was trained with, else its problem's usual one."""
    rate = dict(model.training.get("config", {})).get("learning_rate")
    try:
        return Rule(replace(TrainConfig(), learning_rate=rate).learning_rate)  # what a model claims is checked as input
    except (ConfigError, TypeError):
        return Rule(usual_configs(PROBLEMS[model.problem])[1].learning_rate)
