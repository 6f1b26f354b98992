"""The colour scale of the shown network's weights, worked out once for all pages."""

from __future__ import annotations

from digitapp.inspection.weight_scale import weight_limit
from digitapp.nn.network import Network


class WeightScale:
    """Keeps the limit of each layer's scale. While the network learns, one stays as long as it does.

    Else the pictures that follow a run would flicker between two scales. Of a network that rests it depends on the
    weights alone, so that a file and the command line show the same.
    """

    def __init__(self) -> None:
        self._key: tuple[int, bool] = (-1, False)
        self._limits: dict[int, float] = {}
        self._before: dict[int, float] = {}

    def limit(self, network: Network, layer: int, version: int, learns: bool) -> float:
        """Return the limit for a layer of a network, see `weight_limit`; `version` changes with it and its weights."""
        if (version, learns) != self._key:
            self._before = {**self._before, **self._limits} if learns and self._key[1] else {}
            self._key, self._limits = (version, learns), {}
        if layer not in self._limits:
            self._limits[layer] = weight_limit(network, layer, self._before.get(layer))
        return self._limits[layer]
