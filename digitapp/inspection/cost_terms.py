"""What the error of one sample is made of, output by output, and what each output's slope is made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from digitapp.inspection.backward_steps import SampleNumbers


class CostTerm(NamedTuple):
    """One output's share of the error.

    Attributes
    ----------
    output : its index
    value : what it adds to C
    """

    output: int
    value: float


def cost_terms(loss: str, numbers: SampleNumbers) -> tuple[CostTerm, ...]:
    """Return what adds up to C: a share for each output, or the right one's alone where the loss looks at no other.

    The formulas are those of `nn.losses`.

    Raises
    ------
    KeyError : an unknown loss
    """
    outputs, targets = numbers.layers[-1].activations, numbers.targets
    label = numbers.label
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if loss == "squared_error":
            return _each(0.5 * (targets - outputs) ** 2)
        if loss == "binary_cross_entropy":
            return _each(np.logaddexp(outputs, 0.0) - targets * outputs)
        if loss == "perceptron":
            return _each(((outputs > 0) - targets) * outputs)
        if loss == "hinge":
            margins = np.maximum(outputs - outputs[label] + 1, 0)
            margins[label] = 0
            return tuple(CostTerm(index, float(value)) for index, value in enumerate(margins) if index != label)
        if loss == "cross_entropy":
            peak = outputs.max()
            total = peak + np.log(np.exp(outputs - peak).sum())
            return (CostTerm(label, float(total - outputs[label])),)
    raise KeyError(loss)


def _each(values: np.ndarray) -> tuple[CostTerm, ...]:
    return tuple(CostTerm(index, float(value)) for index, value in enumerate(values))
