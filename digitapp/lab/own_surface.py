"""One's own error surface: an expression in x and y, in the grammar of `circuit`."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from digitapp.lab.circuit.evaluation import backward, values
from digitapp.lab.circuit.graph import Graph, build
from digitapp.lab.circuit.parser import parse
from digitapp.lab.surfaces import Floats, Surface

MOST_REACH = 1000.0
_ASPECT = 0.6  # how far the map must reach up, for one that must reach 1 across
_GRID, _ROUNDS = 81, 8


class OwnSurfaceError(ValueError):
    """An expression that is no error surface.

    Attributes
    ----------
    kind : "names", there are other names than x and y; "nowhere", C is no number anywhere on the map
    names : those others
    """

    def __init__(self, kind: Literal["names", "nowhere"], names: tuple[str, ...] = ()) -> None:
        super().__init__(f"{kind}: {', '.join(names)}")
        self.kind, self.names = kind, names


@lru_cache(maxsize=4)
def own_surface(expression: str, reach: float = 4.0) -> Surface:
    """Return the surface of an expression in x and y.

    Parameters
    ----------
    reach : how far the map must reach to the right and to the left of 0

    Raises
    ------
    CircuitError : no expression
    OwnSurfaceError : other names, or C is a number nowhere on the map
    """
    graph = build(parse(expression))
    others = tuple(name for name in graph.inputs if name not in ("x", "y"))
    if others:
        raise OwnSurfaceError("names", others)
    machine = _Machine(graph)
    box = np.array([reach, _ASPECT * reach])
    lowest = _lowest(machine, box)
    if lowest is None:
        raise OwnSurfaceError("nowhere")
    place, height = lowest
    rng = np.random.default_rng(0)
    some = rng.uniform(-1, 1, (400, 2)) * box
    with np.errstate(over="ignore", invalid="ignore"):
        slopes = np.linalg.norm(machine.gradient(some), axis=-1)
    slopes = slopes[np.isfinite(slopes) & (slopes > 0)]
    stride = 0.04 * reach
    return Surface(
        "own",
        f"C = {expression.strip()}",
        machine.height,
        machine.gradient,
        middle=(0, 0),
        reach=(float(box[0]), float(box[1])),
        start=(-0.75 * float(box[0]), 0.7 * float(box[1])),
        lowest=height,
        minima=place[np.newaxis],
        plain_rate=float(f"{min(10.0, max(1e-4, stride / np.median(slopes))):.2g}") if slopes.size else 0.1,
        stride=float(f"{stride:.2g}"),
    )


class _Machine:
    """A graph as a function of places and its gradient."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def height(self, places: Floats) -> Floats:
        return values(self._graph, self._inputs(places))[self._graph.result].reshape(places.shape[:-1])

    def gradient(self, places: Floats) -> Floats:
        found = values(self._graph, self._inputs(places))
        nodes = backward(self._graph, found).nodes
        gradients = np.zeros(places.shape)
        for axis, name in enumerate(("x", "y")):
            node = nodes[self._graph.inputs[name]] if name in self._graph.inputs else None
            if node is not None:
                gradients[..., axis] = node.reshape(places.shape[:-1])
        return gradients

    def _inputs(self, places: Floats) -> dict[str, Floats]:
        flat = places.reshape(-1, 2)
        return {name: flat[:, axis] for axis, name in enumerate(("x", "y")) if name in self._graph.inputs}


def _lowest(machine: _Machine, box: Floats) -> tuple[Floats, float] | None:
    """Return the lowest place of the map and its height: that of a grid, then of finer and finer ones around it.

    Beside a pole, where C falls without end, that of the first grid.
    """
    middle, half, most_lower = np.zeros(2), box, np.inf
    best: tuple[Floats, float] | None = None
    for _ in range(_ROUNDS):
        axes = [np.linspace(middle[k] - half[k], middle[k] + half[k], _GRID) for k in range(2)]
        places = np.stack(np.meshgrid(*axes), axis=-1).clip(-box, box)
        heights = machine.height(places)
        heights = np.where(np.isfinite(heights), heights, np.inf)
        index = np.unravel_index(heights.argmin(), heights.shape)
        if not np.isfinite(heights[index]) or (best is not None and heights[index] < best[1] - most_lower):
            return best
        if best is None:
            with np.errstate(over="ignore"):
                most_lower = float(heights[np.isfinite(heights)].max() - heights[index])
        if best is None or heights[index] < best[1]:
            best = places[index], float(heights[index])
        middle, half = best[0], half * (3 / _GRID)
    return best
