"""Every gradient has a twin: what back-propagation says, and what trying says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from digitapp.inspection.update_terms import UNRESTRAINED, Restraint, UpdateTerms, update_terms
from digitapp.nn import LOSSES, Network
from digitapp.nn.gradient_check import check_gradient_for

LARGEST_ERROR = 1e-4
"""Relative errors up to this are no disagreement: at the kink of an activation both may be a little wrong."""
STEP = 1e-5
"""How far the weight is moved up and down for the central difference."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Two derivatives of the mean loss for one parameter, both in float64.

    Attributes
    ----------
    back_propagated, central_difference : ∂C/∂w, and (C(w + h) − C(w − h)) / 2h
    relative_error : |a − b| / max(|a|, |b|); 0 where both are 0
    agrees : whether the difference is below `LARGEST_ERROR`, or no more than the rounding of the losses explains
    """

    back_propagated: float
    central_difference: float
    relative_error: float
    agrees: bool


def twin(
    network: Network, loss_key: str, inputs: np.ndarray, targets: np.ndarray, index: int, bug: int | None = None
) -> Twin:
    """Return both derivatives for one parameter.

    Parameters
    ----------
    network : not changed
    loss_key : of `LOSSES`
    inputs, targets : the batch, (n, n_in) and (n, classes); one row is an image alone
    index : which parameter of the network's vector
    bug : the layer in which to plant a known bug, if in any, see `check_gradient`

    Raises
    ------
    KeyError : no such loss
    ValueError : shapes that do not fit
    IndexError : no such parameter or layer
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        check = check_gradient_for(
            network,
            LOSSES[loss_key],
            inputs,
            np.asarray(targets).T,
            step=STEP,
            bug_in_layer=bug,
            indices=np.array([index]),
        )
    both = float(check.back_propagated[0]), float(check.central_difference[0])
    largest = max(map(abs, both))
    error = abs(both[0] - both[1]) / largest if largest else 0.0
    return Twin(*both, error, bool(check.relative_error[0] <= LARGEST_ERROR))


@dataclass(frozen=True)
class Rule:
    """The step that an optimiser takes with one parameter; all as for `update_terms`."""

    optimizer_key: str
    options: Mapping[str, float]
    before: Mapping[str, float]
    steps: int
    learning_rate: float
    restraint: Restraint = UNRESTRAINED

    def terms(self, gradient: float, value: float) -> UpdateTerms:
        """Return the step row by row. Raises ValueError and KeyError as `update_terms`."""
        return update_terms(
            self.optimizer_key,
            self.options,
            self.before,
            self.steps,
            gradient,
            value,
            self.learning_rate,
            self.restraint,
        )

    def change(self, gradient: float, value: float) -> float:
        """Return how far the parameter goes. Raises as `terms`."""
        return self.terms(gradient, value).after - value
