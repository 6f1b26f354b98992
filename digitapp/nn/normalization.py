"""Batch normalisation: the weighted sums of a layer are brought to mean 0 and variance 1 before they are used.

In training, mean and variance are those of the batch; in use, running means of them, which makes the layer a plain one
with other weights: `Network.folded`.

Source: Ioffe, Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift"
(ICML 2015), algorithms 1 and 2. The layer's biases are the paper's β.
"""

from dataclasses import dataclass

import numpy as np

from digitapp.nn.activations import Activation
from digitapp.nn.layer import Layer

EPSILON = 1e-5
"""What is added to a variance, so that a unit that never changes is not divided by zero."""
MEMORY = 0.9
"""How much of the running mean and variance is kept at each batch."""


@dataclass(frozen=True, slots=True)
class Normalization:
    """An entry of `NORMALIZATIONS`: what happens to a layer's weighted sums before its activation."""

    key: str
    title: str
    summary: str


NORMALIZATIONS: dict[str, Normalization] = {
    normalization.key: normalization
    for normalization in (
        Normalization("none", "None", "Uses the weighted sums as they are."),
        Normalization("batch", "Batch", "Brings every unit's sums to the same mean and spread over each batch."),
    )
}


class NormalizedLayer(Layer):
    """A layer in use: z = γ (Wᵀ a − mean) / √(variance + ε) + b, with what was measured in training.

    Attributes
    ----------
    gains : γ, (fan_out,), a view into the network's vector
    mean, variance : (fan_out,), views into the network's state
    """

    __slots__ = ("gains", "mean", "variance")

    def __init__(
        self,
        weights: np.ndarray,
        biases: np.ndarray,
        activation: Activation,
        gains: np.ndarray,
        statistics: tuple[np.ndarray, np.ndarray],
    ) -> None:
        super().__init__(weights, biases, activation)
        self.gains = gains
        self.mean, self.variance = statistics

    @property
    def scale(self) -> np.ndarray:
        """What the weighted sum is multiplied by in use, γ / √(variance + ε), (fan_out,)."""
        return self.gains / np.sqrt(self.variance + EPSILON)

    def finish(self, z: np.ndarray, a: np.ndarray, scratch: np.ndarray) -> None:  # noqa: ARG002
        """Bring Wᵀ a in `z` to the mean and spread of the training, and write f(z) into `a`."""
        z -= self.mean[:, np.newaxis]
        z *= self.scale[:, np.newaxis]
        z += self._bias_column
        self.activation.value(z, a)


class BatchNormalization:
    """A normalised layer in training: z = γ ẑ + b, ẑ = (Wᵀ a − μ) / √(σ² + ε), with μ and σ² of the batch.

    `finish` stands in for the layer's own and also moves the running mean and variance, the variance as an unbiased
    estimate; a batch of one sample says nothing of a variance and leaves them alone.

    Parameters
    ----------
    layer : read at every call; its running mean and variance are changed
    batch_size : samples per call
    gain_gradient : where to write the gradient for γ, (fan_out,)

    Attributes
    ----------
    sums : Wᵀ a, (fan_out, batch), to be written before `finish`
    """

    def __init__(self, layer: NormalizedLayer, batch_size: int, gain_gradient: np.ndarray) -> None:
        self._layer = layer
        self._gain_gradient = gain_gradient
        self.sums = self._normalized = np.empty((layer.biases.size, batch_size), layer.weights.dtype)
        self._deviation = np.empty((layer.biases.size, 1), layer.weights.dtype)

    def finish(self, z: np.ndarray, a: np.ndarray, scratch: np.ndarray) -> None:
        """Write what `sums` are when they are normalised into `z` and f(z) into `a`."""
        layer, normalized, batch = self._layer, self._normalized, z.shape[1]
        mean = normalized.mean(axis=1, keepdims=True)
        normalized -= mean
        variance = np.square(normalized, out=scratch).mean(axis=1, keepdims=True)
        np.sqrt(variance + EPSILON, out=self._deviation)
        normalized /= self._deviation
        np.multiply(normalized, layer.gains[:, np.newaxis], out=z)
        z += layer.biases[:, np.newaxis]
        layer.activation.value(z, a)
        if batch > 1:
            layer.mean += (1 - MEMORY) * (mean[:, 0] - layer.mean)
            layer.variance += (1 - MEMORY) * (variance[:, 0] * (batch / (batch - 1)) - layer.variance)

    def backward(self, delta: np.ndarray) -> None:
        """Turn the gradient for z into the gradient for the weighted sums, in place, and write the one for γ.

        ∂C/∂γ = Σ δ ẑ;  δ ← γ / √(σ² + ε) (δ − mean δ − ẑ mean(δ ẑ)): section 3 of the paper, its six steps in one.
        """
        normalized, batch = self._normalized, delta.shape[1]
        np.einsum("ub,ub->u", delta, normalized, out=self._gain_gradient)
        delta -= delta.mean(axis=1, keepdims=True)
        delta -= normalized * (self._gain_gradient[:, np.newaxis] / batch)
        delta *= self._layer.gains[:, np.newaxis] / self._deviation
