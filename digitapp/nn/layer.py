"""One layer of weights."""

from typing import Self

import numpy as np

from digitapp.nn.activations import Activation


class Layer:
    """One layer of weights: z = Wᵀ a + b, f(z), with the batch in columns.

    Attributes
    ----------
    weights : (fan_in, fan_out), a view into the network's vector
    biases : (fan_out,), a view into the network's vector
    activation : the function f

    For an activation with k pieces there are k columns of weights for each unit: first the first pieces of all units,
    then their second pieces, and so on.

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equation 25.
    """

    __slots__ = ("_bias_column", "activation", "biases", "weights")

    def __init__(self, weights: np.ndarray, biases: np.ndarray, activation: Activation) -> None:
        self.weights = weights
        self.biases = biases
        self.activation = activation
        self._bias_column = biases[:, np.newaxis]

    @property
    def units(self) -> int:
        """How many values the layer gives."""
        return self.biases.size // self.activation.pieces

    def cut(self, rows: slice) -> Self:
        """Return these units alone, as views, for an activation with one piece."""
        return type(self)(self.weights[:, rows], self.biases[rows], self.activation)

    def forward(self, inputs: np.ndarray, z: np.ndarray, a: np.ndarray, scratch: np.ndarray) -> None:
        """Write the weighted sums for `inputs` (fan_in, batch) into `z` (fan_out, batch) and f(z) into `a`.

        `scratch` is working memory like `z`.
        """
        self.weights.T.dot(inputs, z)
        self.finish(z, a, scratch)

    def finish(self, z: np.ndarray, a: np.ndarray, scratch: np.ndarray) -> None:
        """Add the biases to Wᵀ a in `z`, and write f(z) into `a`.

        The biases are spread over `scratch` first: on small layers that and a sum of equal shapes take NumPy a third of
        the time of a sum that broadcasts, on large ones as long.
        """
        scratch[...] = self._bias_column
        z += scratch
        self.activation.value(z, a)

    def states(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return z (fan_out, batch) and f(z) (units, batch) for `inputs` (fan_in, batch), in memory of their own."""
        z = np.empty((self.biases.size, inputs.shape[1]), inputs.dtype)
        a = np.empty((self.units, inputs.shape[1]), inputs.dtype)
        self.forward(inputs, z, a, np.empty_like(z))
        return z, a
