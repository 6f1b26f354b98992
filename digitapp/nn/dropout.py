"""Dropout: in training every unit is silent now and then, so that none can rely on another."""

import numpy as np

from digitapp.nn.constants import constant


class Dropout:
    """Silences each value with probability `rate` and divides the others by 1 − rate, which keeps their mean.

    Parameters
    ----------
    values : the array to drop from, read at every call of `forward`
    rate : 0 < rate < 1
    rng : draws who is silent

    Attributes
    ----------
    outputs : what is left of `values`, of the same shape

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (JMLR 2014), section 4, with the scaling
    done in training (section 10), so that nothing changes in use.
    """

    def __init__(self, values: np.ndarray, rate: float, rng: np.random.Generator) -> None:
        self.outputs = np.empty_like(values)
        self._values = values
        self._rate = rate
        self._rng = rng
        self._mask = np.empty(values.shape, values.dtype)

    def forward(self) -> None:
        """Draw anew who is silent, and fill `outputs`."""
        mask, dtype = self._mask, self._mask.dtype
        self._rng.random(out=mask, dtype=dtype.type)
        np.greater_equal(mask, constant(self._rate, dtype), out=mask)
        mask *= constant(1 / (1 - self._rate), dtype)
        np.multiply(self._values, mask, out=self.outputs)

    def backward(self, delta: np.ndarray) -> None:
        """Turn the gradient for `outputs` into the gradient for the values, in place."""
        delta *= self._mask
