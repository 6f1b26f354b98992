"""How a gradient becomes a change of the parameters: a few vector operations on one flat vector.

Every rule is written as its paper has it, with g for the gradient, θ for the parameters and α for the learning rate.
"""

import math
from typing import ClassVar

import numpy as np

from digitapp.nn.constants import constant
from digitapp.nn.options import Option


class Optimizer:
    """The base of every entry of `OPTIMIZERS`.

    Parameters
    ----------
    parameters : a vector like the one to be optimised; decides length and dtype of the state
    **options : values for the entries of `options`; defaults are used for those left out

    Attributes
    ----------
    steps : number of steps taken
    state : the vectors that carry over from step to step, by name; attributes of the same names hold them too

    Raises
    ------
    ValueError : an unknown option, or a value out of its range
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    state_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        if unknown := set(options) - {option.name for option in self.options}:
            raise ValueError(f"{self.title} has no option {min(unknown)!r}")
        for option in self.options:
            value = options.get(option.name, option.default)
            if not option.allows(value):
                raise ValueError(f"{option.name} must be {option.expected}, got {value!r}")
            setattr(self, option.name, value)
        self.steps = 0
        self.state = {name: np.zeros_like(parameters) for name in self.state_names}
        for name, vector in self.state.items():
            setattr(self, name, vector)
        self._scratch = np.empty_like(parameters)
        self._dtype = parameters.dtype

    def step(self, parameters: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        """Change `parameters` in place; `gradient` may be overwritten."""
        self.steps += 1
        self._update(parameters, gradient, learning_rate)

    def _constant(self, value: float) -> np.ndarray:
        return constant(value, self._dtype)

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """θ ← θ − α g.

    Source: Robbins, Monro, "A Stochastic Approximation Method" (1951); "Deep Learning" (2016), algorithm 8.1.
    """

    key = "sgd"
    title = "SGD"
    summary = "Goes a small step downhill after every batch."

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        np.multiply(g, alpha, out=self._scratch)
        np.subtract(theta, self._scratch, out=theta)


class Momentum(Optimizer):
    """v ← μ v − α g, θ ← θ + v.

    Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning"
    (ICML 2013), equations 1 and 2, after Polyak (1964).
    """

    key = "momentum"
    title = "Momentum"
    summary = "Gathers speed in directions that many batches agree on, like a ball rolling downhill."
    options = (Option("momentum", "Momentum", 0.9, 0.0, 0.9999, "How much of the speed is kept after each batch."),)
    state_names = ("v",)
    momentum: float
    v: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        v, scratch = self.v, self._scratch
        np.multiply(v, self._constant(self.momentum), out=v)
        np.multiply(g, alpha, out=scratch)
        np.subtract(v, scratch, out=v)
        np.add(theta, v, out=theta)


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − α m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).

    The state holds m / (1 − β₁) and v / (1 − β₂): two passes over memory less, and the factors return, together with
    the bias corrections, as two scalars at the end.

    Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), algorithm 1.
    """

    key = "adam"
    title = "Adam"
    summary = "Gives every weight its own step size from its recent gradients; works well with little tuning."
    options = (
        Option("beta1", "β₁", 0.9, 0.0, 0.9999, "How slowly the mean of the gradients changes."),
        Option("beta2", "β₂", 0.999, 0.0, 0.999999, "How slowly the mean of their squares changes."),
        Option("epsilon", "ε", 1e-8, 1e-12, 1.0, "Keeps the division safe where gradients are tiny."),
    )
    state_names = ("m", "v")
    beta1: float
    beta2: float
    epsilon: float
    m: np.ndarray
    v: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        m, v, scratch = self.m, self.v, self._scratch
        m_scale = (1 - self.beta1) / (1 - self.beta1**self.steps)
        v_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        np.multiply(m, self._constant(self.beta1), out=m)
        np.add(m, g, out=m)
        np.multiply(v, self._constant(self.beta2), out=v)
        np.multiply(g, g, out=g)
        np.add(v, g, out=v)
        np.sqrt(v, out=scratch)
        np.add(scratch, self.epsilon / v_scale, out=scratch)
        np.divide(m, scratch, out=scratch)
        np.multiply(scratch, alpha * m_scale / v_scale, out=scratch)
        np.subtract(theta, scratch, out=theta)


OPTIMIZERS: dict[str, type[Optimizer]] = {optimizer.key: optimizer for optimizer in (SGD, Momentum, Adam)}
