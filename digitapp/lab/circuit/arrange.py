"""Where the nodes of a graph stand: in layers from the inputs to the result, with few wires that cross.

Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures" (1981). A wire that
passes layers by is bent at a place of its own in each of them, so that it does not run through a gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from digitapp.lab.circuit.evaluation import Wire
from digitapp.lab.circuit.graph import Graph

_FEW_BENDS, _MOST_BENDS = 24, 240
_SWEEPS = 4
_BEND_ROOM = 0.55  # of the room of a gate


class Place(NamedTuple):
    """A layer, counted from the left, and a height, in rows from the top."""

    layer: int
    row: float


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Where everything stands.

    Attributes
    ----------
    places : of the nodes
    bends : the places that each wire passes on its way, from left to right; most wires pass none
    layers : how many there are
    rows : from the top to the bottom, counted in rows
    """

    places: tuple[Place, ...]
    bends: dict[Wire, tuple[Place, ...]]
    layers: int
    rows: float


def arrange(graph: Graph) -> Arrangement:
    """Return a place for every node of a graph."""
    layers = _layers(graph)
    points, chains = _points(graph, layers)
    columns = _ordered(points, chains, max(layers) + 1)
    rows = _rows(columns, chains, len(graph.nodes))
    places = tuple(Place(layer, rows[index]) for index, layer in enumerate(layers))
    bends = {wire: tuple(Place(points[point], rows[point]) for point in chain[1:-1]) for wire, chain in chains.items()}
    return Arrangement(places, bends, max(layers) + 1, max(rows) + 1)


def _layers(graph: Graph) -> list[int]:
    """Return the layer of each node: a gate stands behind all that it needs, the inputs first, where not too many
    wires get long by that, or else right before they are needed."""
    layers = [0] * len(graph.nodes)
    for gate in graph.gates:
        layers[gate] = 1 + max(layers[source] for source in graph.nodes[gate].sources)
    first = [min((layers[gate] for gate, _ in ways), default=1) - 1 for ways in graph.consumers]
    bends = sum(layers[gate] - layers[source] - 1 for gate in graph.gates for source in graph.nodes[gate].sources)
    for index, node in enumerate(graph.nodes):
        if node.constant is not None or (node.is_input and bends > _FEW_BENDS):
            layers[index] = first[index]
    return layers


def _points(graph: Graph, layers: list[int]) -> tuple[list[int], dict[Wire, list[int]]]:
    """Return the layers of all points, the nodes and behind them the bends, and for each wire its points.

    Where far too many wires pass layers by, none is bent.
    """
    points = list(layers)
    wires = [(source, gate) for gate in graph.gates for source in graph.nodes[gate].sources]
    is_bent = sum(layers[gate] - layers[source] - 1 for source, gate in wires) <= _MOST_BENDS
    chains: dict[Wire, list[int]] = {}
    for gate in graph.gates:
        for place, source in enumerate(graph.nodes[gate].sources):
            chain = [source]
            for layer in range(layers[source] + 1, layers[gate] if is_bent else 0):
                points.append(layer)
                chain.append(len(points) - 1)
            chains[gate, place] = [*chain, gate]
    return points, chains


def _ordered(points: list[int], chains: dict[Wire, list[int]], layers: int) -> list[list[int]]:
    """Return the points of each layer from top to bottom.

    They begin in the order in which the expression is read, which lets no wire of a tree cross; what branches is
    then put in the middle of its neighbours, as long as fewer wires cross by that.
    """
    before, behind = _neighbours(points, chains)
    columns: list[list[int]] = [[] for _ in range(layers)]
    seen = [False] * len(points)
    stack = [point for point in range(len(points)) if not behind[point]][::-1]
    while stack:
        point = stack.pop()
        if not seen[point]:
            seen[point] = True
            columns[points[point]].append(point)
            stack.extend(reversed(before[point]))
    if any(points[other] > points[point] + 1 for point, ends in enumerate(behind) for other in ends):
        return columns  # wires that are not bent cross whatever is on their way
    best, least = [list(column) for column in columns], _crossings(columns, behind)
    for sweep in range(_SWEEPS):
        if not least:
            break
        backwards = sweep % 2 == 0
        towards = behind if backwards else before
        position = {point: place for column in columns for place, point in enumerate(column)}
        for column in columns[-2::-1] if backwards else columns[1:]:
            column.sort(key=lambda point: _mean([position[other] for other in towards[point]], position[point]))
            position.update((point, place) for place, point in enumerate(column))
        crossings = _crossings(columns, behind)
        if crossings < least:
            best, least = [list(column) for column in columns], crossings
    return best


def _neighbours(points: list[int], chains: dict[Wire, list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Return for each point those before it and those behind it, along the wires."""
    before: list[list[int]] = [[] for _ in points]
    behind: list[list[int]] = [[] for _ in points]
    for chain in chains.values():
        for start, end in pairwise(chain):
            before[end].append(start)
            behind[start].append(end)
    return before, behind


def _mean(positions: Sequence[float], otherwise: float) -> float:
    return sum(positions) / len(positions) if positions else otherwise


def _crossings(columns: list[list[int]], behind: list[list[int]]) -> int:
    """Return how many pairs of wires cross."""
    count = 0
    for column, following in pairwise(columns):
        position = {point: place for place, point in enumerate(following)}
        ends = [end for point in column for end in sorted(position[other] for other in behind[point])]
        if len(ends) > 1:
            found = np.array(ends)
            count += int(np.count_nonzero(np.triu(found[:, np.newaxis] > found[np.newaxis], 1)))
    return count


def _rows(columns: list[list[int]], chains: dict[Wire, list[int]], nodes: int) -> list[float]:
    """Return the row of each point: in the middle of those before it, with room between any two of a layer."""
    size = sum(map(len, columns))
    before, behind = _neighbours([0] * size, chains)
    rows = [0.0] * size
    for column in columns:
        for place, point in enumerate(column):
            rows[point] = float(place)
    _settle(rows, columns, before, nodes)
    # What nothing comes before, an input, goes towards those that take it, and the others follow.
    for column in columns:
        wanted = [
            rows[each] if before[each] else _mean([rows[point] for point in behind[each]], rows[each])
            for each in column
        ]
        middle = [(rows[each] + row) / 2 for each, row in zip(column, wanted, strict=True)]
        for point, row in zip(column, _apart(middle, _rooms(column, nodes)), strict=True):
            rows[point] = row
    _settle(rows, columns, before, nodes)
    top = min(rows)
    return [row - top for row in rows]


def _settle(rows: list[float], columns: list[list[int]], before: list[list[int]], nodes: int) -> None:
    """Put each point into the middle of those before it, from the left to the right, with room between neighbours."""
    for column in columns:
        wanted = [_mean([rows[point] for point in before[each]], rows[each]) for each in column]
        for point, row in zip(column, _apart(wanted, _rooms(column, nodes)), strict=True):
            rows[point] = row


def _rooms(column: list[int], nodes: int) -> list[float]:
    """Return how far each point of a layer is at least from the one above it."""
    sizes = [1.0 if point < nodes else _BEND_ROOM for point in column]
    return [0.0, *((above + below) / 2 for above, below in pairwise(sizes))]


def _apart(wanted: list[float], rooms: list[float]) -> list[float]:
    """Return rows as near to the wanted ones as can be, in their order and with room between them.

    Least squares under an order: pool adjacent violators (Barlow et al., "Statistical Inference under Order
    Restrictions", 1972, section 1.2).
    """
    offsets = np.cumsum(rooms)
    pools: list[tuple[float, int]] = []  # the sum and the number of what has the same distance from its offset
    for row, offset in zip(wanted, offsets.tolist(), strict=True):
        total, count = row - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            above, number = pools.pop()
            total, count = total + above, count + number
        pools.append((total, count))
    levels = [total / count for total, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets.tolist(), strict=True)]
