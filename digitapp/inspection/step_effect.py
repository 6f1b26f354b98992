"""What one step does to one parameter, rule by rule, and to the errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from digitapp.inspection.twins import Rule
from digitapp.inspection.update_terms import Restraint, UpdateTerms, has_terms
from digitapp.nn import REGULARIZERS
from digitapp.nn.network import Network
from digitapp.training.config import TrainConfig
from digitapp.training.stepwise import Update


@dataclass(frozen=True)
class ParameterStep:
    """A parameter before and after a step.

    Attributes
    ----------
    before, after, gradient : numbers of the parameter; the gradient is the mean over the samples, without penalties
    terms : the rule with its numbers; None where there is none for a single parameter
    is_held : whether it was held where it is
    """

    before: float
    after: float
    gradient: float
    terms: UpdateTerms | None
    is_held: bool


def parameter_step(network: Network, config: TrainConfig, update: Update, index: int) -> ParameterStep:
    """Return what a step did to the parameter at an index of the network's vector.

    Parameters
    ----------
    network : of the step, for its shape
    """
    before, after, gradient = (float(vector[index]) for vector in (update.before, update.after, update.gradient))
    if not has_terms(config.optimizer) or not update.is_finite:
        return ParameterStep(before, after, gradient, None, is_held=False)
    rule = rule_of(network, config, update, index)
    terms = rule.terms(gradient, before)
    is_weight = index < network.weight_count
    if config.max_norm > 0 and is_weight and terms.after and not np.isclose(terms.after, after, rtol=1e-12, atol=0):
        restraint = replace(rule.restraint, shrinkage=after / terms.after)
        terms = replace(rule, restraint=restraint).terms(gradient, before)
    held = after == before and terms.after != before
    return ParameterStep(before, after, gradient, None if held else terms, held)


def rule_of(network: Network, config: TrainConfig, update: Update, index: int) -> Rule:
    """Return the rule by which a step changes the parameter at an index of the network's vector.

    What max-norm does after a step is no part of it: that depends on the other weights of the unit.
    """
    clip = _clip_factor(network, config, update)
    return Rule(
        config.optimizer,
        config.optimizer_arguments(),
        _buffers_of(update.buffers, index, update.before.size),
        update.optimizer_step,
        update.learning_rate,
        Restraint.of(config, is_weight=index < network.weight_count, clip=clip),
    )


def _buffers_of(buffers: Mapping[str, np.ndarray], index: int, size: int) -> dict[str, float]:
    """Return a parameter's entries; what belongs to all parameters is the same for each."""
    return {name: float(vector[index if vector.size == size else 0]) for name, vector in buffers.items()}


def _clip_factor(network: Network, config: TrainConfig, update: Update) -> float:
    """Return what the gradient with its penalties was multiplied by, so that it was not too long."""
    if config.clip_norm <= 0:
        return 1.0
    gradient, weights = update.gradient.copy(), update.before[: network.weight_count]
    for key, regularizer in REGULARIZERS.items():
        strength = getattr(config, key)
        if strength > 0:
            regularizer.add_gradient(weights, strength, gradient[: network.weight_count])
    length = float(np.linalg.norm(gradient))
    return min(1.0, config.clip_norm / length) if length > 0 else 1.0
