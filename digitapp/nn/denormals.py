"""Numbers so small that a processor computes with them in slow motion, and how they are kept away.

Below about 1.2e-38 a float32 has fewer digits left the smaller it is. Such denormal numbers cost Intel's processors a
hundred cycles or more at every operation, others a few, and what decays never gets past them: 0.9 times the smallest
of them rounds to itself. So the velocity of a weight whose pixel is rarely inked stays denormal for ever, unless it is
looked for now and then. What is set to zero here is far too small to change any parameter.
"""

import numpy as np

from digitapp.nn.constants import constant

FLUSH_STEPS = 128
"""How many steps apart state that decays is looked through: what loses a tenth a step then never becomes denormal."""

_BLOCK = 16384  # values at a time, so that they are still in the cache when they are written


def flush(vector: np.ndarray) -> None:
    """Set to zero, in place, what is on its way to becoming denormal: below tiny / eps, 9.9e-32 in float32.

    For whatever carries over from step to step. Everything else keeps its bytes.

    Parameters
    ----------
    vector : contiguous float array of any shape
    """
    values, info = vector.reshape(-1, copy=False), np.finfo(vector.dtype)
    limit = constant(float(info.tiny / info.eps), vector.dtype)
    for start in range(0, values.size, _BLOCK):
        block = values[start : start + _BLOCK]
        np.copyto(block, 0, where=np.abs(block) < limit)


def dust_of(dtype: np.dtype) -> np.ndarray:
    """Return eps², 1.4e-14 in float32: what is to be added to probabilities and activations, and taken away again.

    That rounds them to multiples of eps³, 1.7e-21; what is above eps² keeps its digits. They are added up beside others
    near 1, and one that vanishes exponentially would fill the matrix products behind it with denormal numbers.
    """
    return constant(float(np.finfo(dtype).eps) ** 2, dtype)
