"""Which samples hold a network where it is: how strongly each pulls at its outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Split
from digitapp.nn import LOSSES, Network


def pulls(network: Network, loss: str, split: Split) -> NDArray[np.float64]:
    """Return how strongly each sample pulls at a network's outputs, the length of its loss's gradient there.

    A loss that lets go of what is right by a margin, as the hinge loss, gives 0 for every such sample: what is left are
    the support vectors. The cross-entropy never lets go quite, so that all pull, those near a border the most. What is
    not finite is given as 0.

    Parameters
    ----------
    network : not changed
    loss : key of `LOSSES`
    split : samples, none of them a foil

    Returns
    -------
    float array (samples,), in units of the loss per unit of output

    Source: Cortes, Vapnik, "Support-Vector Networks" (Machine Learning 20, 1995), section 3; the gradient of the
    cross-entropy is p - t, Bishop, "Pattern Recognition and Machine Learning" (2006), equation 4.109.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        outputs = network.forward(split.inputs)
        _, gradient = LOSSES[loss].value_and_gradient(outputs, split.labels)
        lengths = np.linalg.norm(gradient.astype(np.float64), axis=1) * len(split)  # of each, and not of the mean
    return np.where(np.isfinite(lengths), lengths, 0.0)
