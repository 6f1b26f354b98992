"""Activation functions and their derivatives.

An activation works elementwise on arrays of any shape. `value` and `derivative` write into a given array, because
they run once per batch and layer, and memory that is already there is faster than new memory.

Source, unless a class names its own: Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 6.2.2 and 6.3.
"""

import math
from typing import ClassVar

import numpy as np

from digitapp.nn.constants import constant
from digitapp.nn.denormals import dust_of
from digitapp.nn.options import Option


class Activation:
    """An elementwise function a = f(z) with its derivative; the base of every entry of `ACTIVATIONS`."""

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    pieces: int = 1
    """Weighted sums that a unit has; its layer's weights have as many columns for each unit."""
    is_piecewise_linear: ClassVar[bool] = False
    """Whether it is straight between corners, without a jump; a network of such is a linear map around an input."""
    saturation: ClassVar[tuple[float, float] | None] = None
    """The two values that it flattens towards, where it does; it hardly answers to anything near them."""
    can_rest: ClassVar[bool] = False
    """Whether it is 0, and flat, for every sum below 0: a unit with it may say nothing to anything, and stay so."""

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        """Write f(z) into `out`."""
        raise NotImplementedError

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:
        """Write f'(z) into `out`, given a = f(z) as well; `out` may be `z` itself."""
        raise NotImplementedError

    def chain(self, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        """Multiply the gradient for a by f'(z) in place: the chain rule. `z` is used up as working memory."""
        self.derivative(z, a, out=z)
        delta *= z


class Identity(Activation):
    """f(z) = z."""

    key = "identity"
    title = "Identity"
    summary = "Passes the weighted sum on unchanged, for the output layer in front of a softmax."
    is_piecewise_linear = True

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
    saturation = (0.0, 1.0)

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        half = constant(0.5, z.dtype)
        np.multiply(z, half, out=out)
        np.tanh(out, out=out)
        out *= half
        out += half

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.subtract(constant(1.0, a.dtype), a, out=out)
        out *= a


class Tanh(Activation):
    """f(z) = tanh(z), f' = 1 − a²."""

    key = "tanh"
    title = "Tanh"
    summary = "Squeezes every value between −1 and 1, centred on zero."
    saturation = (-1.0, 1.0)

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
    is_piecewise_linear = True
    can_rest = True

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.maximum(z, constant(0.0, z.dtype, z.shape), out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        if a.size < 1000:
            np.sign(a, out)  # a third of the time on a dozen units, as nothing is cast, but twice on a hundred
        else:
            out[...] = a > constant(0.0, a.dtype)  # a third less than np.greater(..., out=out)


class LeakyReLU(Activation):
    """f(z) = max(z, 0.01 z), f' = 1 where z > 0 and 0.01 elsewhere.

    Source: Maas, Hannun, Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models" (ICML 2013).
    """

    key = "leaky_relu"
    title = "Leaky ReLU"
    summary = "Like ReLU, but lets a hundredth of negative values through, so that no unit dies."
    is_piecewise_linear = True
    slope = 0.01

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.multiply(z, self.slope, out=out)
        np.maximum(z, out, out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        out[...] = a > constant(0.0, a.dtype)
        out *= 1 - self.slope
        out += self.slope


class ScaledTanh(Activation):
    """f(z) = A tanh(S z) with A = 1.7159 and S = 2/3, so that f(±1) = ±1; f' = S (A² − a²) / A.

    Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.4.
    """

    key = "scaled_tanh"
    title = "Scaled tanh"
    summary = "A tanh stretched so that inputs of spread 1 give outputs of spread 1."
    amplitude = 1.7159
    steepness = 2 / 3
    saturation = (-amplitude, amplitude)

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.multiply(z, constant(self.steepness, z.dtype), out=out)
        np.tanh(out, out=out)
        out *= constant(self.amplitude, z.dtype)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.multiply(a, a, out=out)
        np.subtract(constant(self.amplitude**2, a.dtype), out, out=out)
        out *= constant(self.steepness / self.amplitude, a.dtype)


class ELU(Activation):
    """f(z) = z where z > 0 and exp(z) − 1 elsewhere, f' = 1 where z > 0 and a + 1 elsewhere.

    Source: Clevert, Unterthiner, Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units"
    (ICLR 2016), equation 15, with α = 1.
    """

    key = "elu"
    title = "ELU"
    summary = "Like ReLU, but bends smoothly towards −1 for negative values."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        below_zero = np.minimum(z, constant(0.0, z.dtype, z.shape))
        np.expm1(below_zero, out=below_zero)
        np.maximum(z, below_zero, out=out)  # exp(z) − 1 >= z, so the larger one is right on both sides

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.minimum(a, constant(0.0, a.dtype, a.shape), out=out)
        out += constant(1.0, a.dtype)


class Softplus(Activation):
    """f(z) = ln(1 + exp(z)), f' = sigmoid(z) = 1 − exp(−a).

    Source: Glorot, Bordes, Bengio, "Deep Sparse Rectifier Neural Networks" (AISTATS 2011).
    """

    key = "softplus"
    title = "Softplus"
    summary = "A ReLU with a rounded corner."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.logaddexp(z, constant(0.0, z.dtype), out=out)
        dust = dust_of(out.dtype)
        out += dust
        out -= dust

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        np.negative(a, out=out)
        np.expm1(out, out=out)
        np.negative(out, out=out)


class GELU(Activation):
    """f(z) = ½ z (1 + tanh u), u = √(2/π) (z + 0.044715 z³); f' = ½ (1 + tanh u) + ½ z (1 − tanh² u) u'.

    Source: Hendrycks, Gimpel, "Gaussian Error Linear Units" (2016), section 2, the tanh approximation.
    """

    key = "gelu"
    title = "GELU"
    summary = "Weighs a value by how likely a bell curve is to lie below it; a smooth ReLU with a small dip."
    scale = math.sqrt(2 / math.pi)
    cubic = 0.044715

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        half = 0.5 * z
        np.tanh(self.scale * (z + self.cubic * z**3), out=out)
        out *= half
        out += half

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        square = z * z
        tanh = np.tanh(self.scale * z * (1 + self.cubic * square))
        slope = self.scale * (1 + 3 * self.cubic * square)
        np.add(0.5 * (1 + tanh), 0.5 * z * (1 - tanh * tanh) * slope, out=out)


class Step(Activation):
    """f(z) = 1 where z > 0 and 0 elsewhere; f' = 0, so nothing in front of it learns by gradients.

    Source: Rosenblatt, "The Perceptron" (Psychological Review, 1958).
    """

    key = "step"
    title = "Step"
    summary = "Fires or does not, as the first artificial neurons did; has no slope to learn from."

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        out[...] = z > constant(0.0, z.dtype)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:  # noqa: ARG002
        out.fill(0)


class Maxout(Activation):
    """f(z₁, …, z_k) = max z_j: each unit has k weighted sums, its pieces, and passes the largest on.

    The slope is 1 for the winning piece and 0 for the others. The rows of z are the first pieces of all units, then
    their second pieces, and so on; the number of pieces follows from the shapes.

    Source: Goodfellow, Warde-Farley, Mirza, Courville, Bengio, "Maxout Networks" (ICML 2013), section 3.
    """

    is_piecewise_linear = True

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.key = f"maxout{pieces}"  # type: ignore[misc]
        self.title = f"Maxout, {pieces} pieces"  # type: ignore[misc]
        self.summary = (  # type: ignore[misc]
            f"Gives each unit {pieces} weighted sums and passes the largest on, so that it learns its own bend."
        )

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        np.maximum.reduce(z.reshape(-1, *out.shape), 0, out=out)

    def derivative(self, z: np.ndarray, a: np.ndarray, out: np.ndarray) -> None:
        """Write 1 for the piece that won, or all that tie, and 0 for the others."""
        np.equal(z.reshape(-1, *a.shape), a, out=out.reshape(-1, *a.shape))

    def chain(self, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        """Turn z into the gradient for z, because there is more than one z for each delta."""
        self.derivative(z, a, out=z)
        pieces = z.reshape(-1, *a.shape)
        pieces *= delta


ACTIVATIONS: dict[str, Activation] = {
    activation.key: activation
    for activation in (
        Sigmoid(),
        Tanh(),
        ReLU(),
        LeakyReLU(),
        ELU(),
        Softplus(),
        GELU(),
        ScaledTanh(),
        Maxout(2),
        Maxout(3),
        Maxout(5),
        Step(),
        Identity(),
    )
}
