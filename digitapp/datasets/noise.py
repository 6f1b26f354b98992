"""Images of which some pixels are wrong."""

import numpy as np
from numpy.typing import NDArray


def flip_pixels(inputs: NDArray[np.floating], share: float, rng: np.random.Generator) -> NDArray[np.floating]:
    """Return images in which each pixel was turned from paper to ink, or from ink to paper, with a probability.

    Parameters
    ----------
    inputs : float array of any shape, 0 for paper and 1 for ink
    share : float from 0 to 1, the probability
    rng : draws which pixels; as many numbers as there are pixels, whatever the share

    Returns
    -------
    float array of the same shape and type
    """
    return np.where(rng.random(inputs.shape) < share, 1 - inputs, inputs).astype(inputs.dtype)
