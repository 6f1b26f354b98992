"""Activation functions and their derivatives.

An activation works elementwise on arrays of any shape. `value` and `derivative` write into a given array, because
they run once per batch and layer: nothing is allocated there.

Source, unless a class names its own: Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 6.2.2 and 6.3.
"""

from typing import ClassVar

import numpy as np

from digitapp.nn.constants import constant
from digitapp.nn.options import Option


class Activation:
    """An elementwise function a = f(z) with its derivative; the base of every entry of `ACTIVATIONS`."""

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        """Write f(z) into `out`."""
        raise NotImplementedError

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:
        """Write f'(z) into `out`, given a = f(z) as well; `out` may be `z` itself."""
        raise NotImplementedError

    def chain(self, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        """Multiply the gradient for a by f'(z) in place: the chain rule. `z` is used up as working memory."""
        self.derivative(z, a, out=z)
        np.multiply(delta, z, out=delta)


class Identity(Activation):
    """f(z) = z."""

    key = "identity"
    title = "Identity"
    summary = "Passes the weighted sum on unchanged, for the output layer in front of a softmax."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        if out is not z:
            np.copyto(out, z)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        out.fill(1)

    def chain(self, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        """Do nothing: the factor is one."""


class Sigmoid(Activation):
    """f(z) = 1 / (1 + exp(−z)) = ½ (1 + tanh(z / 2)), f' = a (1 − a). The second form cannot overflow."""

    key = "sigmoid"
    title = "Sigmoid"
    summary = "Squeezes every value between 0 and 1; slow to learn where it is nearly flat."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        half = constant(0.5, z.dtype)
        np.multiply(z, half, out=out)
        np.tanh(out, out=out)
        np.multiply(out, half, out=out)
        np.add(out, half, out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.subtract(constant(1.0, a.dtype), a, out=out)
        np.multiply(out, a, out=out)


class Tanh(Activation):
    """f(z) = tanh(z), f' = 1 − a²."""

    key = "tanh"
    title = "Tanh"
    summary = "Squeezes every value between −1 and 1, centred on zero."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.tanh(z, out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.multiply(a, a, out=out)
        np.subtract(constant(1.0, a.dtype), out, out=out)


class ReLU(Activation):
    """f(z) = max(z, 0), f' = 1 where z > 0 and 0 elsewhere.

    Source: Nair, Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (ICML 2010).
    """

    key = "relu"
    title = "ReLU"
    summary = "Keeps positive values and sets negative ones to zero; quick to learn, the usual choice."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.maximum(z, constant(0.0, z.dtype, z.shape), out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.greater(a, constant(0.0, a.dtype, a.shape), out=out)


class LeakyReLU(Activation):
    """f(z) = max(z, 0.01 z), f' = 1 where z > 0 and 0.01 elsewhere.

    Source: Maas, Hannun, Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (ICML 2013).
    """

    key = "leaky_relu"
    title = "Leaky ReLU"
    summary = "Like ReLU, but lets a hundredth of negative values through, so that no unit dies."
    slope = 0.01

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.multiply(z, self.slope, out=out)
        np.maximum(z, out, out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.greater(a, constant(0.0, a.dtype, a.shape), out=out)
        np.multiply(out, 1 - self.slope, out=out)
        np.add(out, self.slope, out=out)


ACTIVATIONS: dict[str, Activation] = {
    activation.key: activation for activation in (Sigmoid(), Tanh(), ReLU(), LeakyReLU(), Identity())
}
