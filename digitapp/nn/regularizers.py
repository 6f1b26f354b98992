"""What keeps the weights small. Biases are left alone: "Deep Learning" (2016), section 7.1.

A penalty adds to the loss and therefore to the gradient; a decay shrinks the weights directly, apart from the gradient.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from digitapp.nn.options import Option

STRENGTH = Option("strength", "Strength λ", 0.0, 0.0, 10.0, "Zero switches it off.")


class Regularizer:
    """The base of every entry of `REGULARIZERS`; `weights` is the vector of all weights, without biases."""

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = (STRENGTH,)

    def penalty(self, weights: np.ndarray, strength: float) -> float:  # noqa: ARG002
        """Return what is added to the loss."""
        return 0.0

    def add_gradient(self, weights: np.ndarray, strength: float, gradient: np.ndarray) -> None:
        """Add the gradient of the penalty to `gradient`."""

    def shrink(self, weights: np.ndarray, strength: float, learning_rate: float) -> None:
        """Change the weights directly, before the optimiser's step."""

    def project(self, weights: Sequence[np.ndarray], strength: float) -> None:
        """Change the weights, one (fan_in, fan_out) per layer, to what is allowed, after the optimiser's step."""


class L1(Regularizer):
    """λ Σ |w|, with gradient λ sign(w): "Deep Learning" (2016), section 7.1.2."""

    key = "l1"
    title = "L1 penalty"
    summary = "Pulls every weight to zero with the same force, so that many become zero."

    def penalty(self, weights: np.ndarray, strength: float) -> float:
        return strength * float(np.abs(weights).sum())

    def add_gradient(self, weights: np.ndarray, strength: float, gradient: np.ndarray) -> None:
        gradient += strength * np.sign(weights)


class L2(Regularizer):
    """½ λ Σ w², with gradient λ w: "Deep Learning" (2016), equations 7.1 and 7.2."""

    key = "l2"
    title = "L2 penalty"
    summary = "Pulls every weight to zero in proportion to its size, as a part of the gradient."

    def penalty(self, weights: np.ndarray, strength: float) -> float:
        return 0.5 * strength * float(np.dot(weights, weights))

    def add_gradient(self, weights: np.ndarray, strength: float, gradient: np.ndarray) -> None:
        gradient += strength * weights


class WeightDecay(Regularizer):
    """w ← (1 − α λ) w, apart from the gradient.

    With plain SGD that is the L2 penalty; with Adam it is not, because the gradient is rescaled and the decay is not.

    Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019), algorithm 2 (with η = 1, and λ
    multiplied by the learning rate as PyTorch does).
    """

    key = "weight_decay"
    title = "Weight decay"
    summary = "Shrinks every weight a little at each step, apart from the gradient (as in AdamW)."

    def shrink(self, weights: np.ndarray, strength: float, learning_rate: float) -> None:
        weights *= 1 - learning_rate * strength


class MaxNorm(Regularizer):
    """‖w‖ <= c for the incoming weights w of every unit: longer vectors are scaled back after each step.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (JMLR 2014), section 5.1.
    """

    key = "max_norm"
    title = "Max-norm"
    summary = "Never lets the incoming weights of a unit grow beyond a length."
    options = (Option("strength", "Longest c", 0.0, 0.0, 1000.0, "Zero switches it off."),)

    def project(self, weights: Sequence[np.ndarray], strength: float) -> None:
        for matrix in weights:
            lengths = np.sqrt(np.einsum("io,io->o", matrix, matrix))
            matrix *= strength / np.maximum(lengths, strength)


def clip_norm(gradient: np.ndarray, limit: float) -> None:
    """Scale `gradient` in place so that its length is at most `limit`.

    Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013),
    algorithm 1.
    """
    length = float(np.linalg.norm(gradient))
    if length > limit:
        gradient *= limit / length


REGULARIZERS: dict[str, Regularizer] = {
    regularizer.key: regularizer for regularizer in (L1(), L2(), WeightDecay(), MaxNorm())
}
