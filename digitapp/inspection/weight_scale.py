"""How far the colours of a network's weights reach: one scale for the same weights, wherever they are shown."""

import numpy as np

from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.unit_names import numbers_its_pixels
from digitapp.nn.network import Network


def weight_limit(network: Network, layer: int, previous: float | None = None) -> float:
    """Return the limit of the colour scale for the incoming weights of a layer's units.

    In a network of few inputs every weight is seen as a number, and all hidden layers stand side by side: they share
    one scale, which holds all of their weights. In others each layer has its own, and a few extreme weights do not
    bleach all others. The outputs' weights have a scale of their own in both.

    Parameters
    ----------
    network : of any shape
    layer : 0 for the first layer of weights
    previous : the limit in use, kept as long as it does, see `symmetric_limit`

    Returns
    -------
    the limit, > 0
    """
    weights = network.unit_weights
    if not numbers_its_pixels(network.sizes[0]):
        return symmetric_limit(weights[layer], previous=previous)
    together = weights[layer:] if layer == len(weights) - 1 else weights[:-1]
    return symmetric_limit(np.concatenate([each.reshape(-1) for each in together]), quantile=1.0, previous=previous)
