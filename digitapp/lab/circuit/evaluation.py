"""A graph computed: values forward, gradients back, tangents ahead, and the central differences that check them.

What is no number, after a division by zero or a logarithm of a negative number, is NaN or infinite in the results; no
warning is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digitapp.lab.circuit.graph import Graph
from digitapp.lab.circuit.operations import Array

Wire = tuple[int, int]
"""A wire by the gate that it comes into, and the place at which it does."""

_STEP = 1e-5
_TOLERANCE = 1e-4
_ROUNDING = 16 * float(np.finfo(np.float64).eps)


def values(graph: Graph, inputs: Mapping[str, Array]) -> list[Array]:
    """Return the value of every node.

    Parameters
    ----------
    inputs : for each input an array of shape (batch, *shape): all of the batch is computed at once

    Returns
    -------
    list of arrays of shape (batch, *shape), in the order of the nodes

    Raises
    ------
    KeyError : an input without a value
    """
    batch = len(next(iter(inputs.values())))
    found: list[Array] = []
    names = iter(graph.inputs)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if node.operation is not None:
                found.append(node.operation.value([found[source] for source in node.sources]))
            elif node.constant is not None:
                found.append(np.broadcast_to(node.constant, (batch, *node.shape)))
            else:
                found.append(inputs[next(names)])
    return found


@dataclass(frozen=True, eq=False)
class Sweep:
    """The gradients of the result, all of them from one sweep back.

    Attributes
    ----------
    nodes : for each node its gradient in the shape of its value, None where it depends on no input
    wires : what comes back along each wire; a node whose value goes several ways gets their sum
    products : how many numbers were multiplied with a slope
    """

    nodes: list[Array | None]
    wires: dict[Wire, Array]
    products: int


def backward(graph: Graph, found: list[Array]) -> Sweep:
    """Return the gradient of the result with respect to every node, by one sweep from the result to the inputs.

    Parameters
    ----------
    found : of `values`

    Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors" (1986); Griewank, Walther
    (2008), section 3.2.
    """
    nodes: list[Array | None] = [None] * len(graph.nodes)
    nodes[graph.result] = np.ones_like(found[graph.result])
    wires: dict[Wire, Array] = {}
    products = 0
    with np.errstate(all="ignore"):
        for gate in reversed(graph.gates):
            gradient = nodes[gate]
            if gradient is None or not graph.learns[gate]:
                continue
            sources, operation = graph.nodes[gate].sources, graph.operation(gate)
            parts = operation.back(gradient, [found[source] for source in sources], found[gate])
            cost = operation.products(graph.shapes(gate))
            for place, (source, part) in enumerate(zip(sources, parts, strict=True)):
                if graph.learns[source]:
                    before = nodes[source]
                    nodes[source] = part if before is None else before + part
                    wires[gate, place] = part
                    products += cost
    return Sweep(nodes, wires, products)


def forward_mode(graph: Graph, found: list[Array], name: str, entry: tuple[int, ...] = ()) -> tuple[Array, int]:
    """Return how fast the result changes with one input, by one sweep from this input to the result.

    Parameters
    ----------
    found : of `values`
    entry : which entry of a vector or a matrix grows

    Returns
    -------
    derivative : array of shape (batch,)
    products : how many numbers were multiplied with a slope
    """
    tangents: list[Array | None] = [None] * len(graph.nodes)
    seed = np.zeros_like(found[graph.inputs[name]])
    seed[(slice(None), *entry)] = 1.0
    tangents[graph.inputs[name]] = seed
    products = 0
    with np.errstate(all="ignore"):
        for gate in graph.gates:
            sources, operation = graph.nodes[gate].sources, graph.operation(gate)
            arriving = [tangents[source] for source in sources]
            moving = sum(tangent is not None for tangent in arriving)
            if moving:
                tangents[gate] = operation.ahead(arriving, [found[source] for source in sources], found[gate])
                products += moving * operation.products(graph.shapes(gate))
    result = tangents[graph.result]
    assert result is not None  # every input stands in the expression
    return result, products


@dataclass(frozen=True, eq=False)
class Nudges:
    """What becomes of the result when a single entry of an input changes, one array for each input, in its shape.

    Attributes
    ----------
    differences : the central difference, (f(x + h) − f(x − h)) / 2h
    noise : how far rounding alone may put it from the derivative
    grown : the result where the entry has grown
    """

    differences: dict[str, Array]
    noise: dict[str, Array]
    grown: dict[str, Array]


def nudges(graph: Graph, inputs: Mapping[str, Array], growth: float = 0.1) -> Nudges:
    """Return what small changes of every input do, all of them computed at once.

    Parameters
    ----------
    inputs : for each input an array of its shape
    growth : by how much an entry grows for `grown`
    """
    sizes = {name: value.size for name, value in inputs.items()}
    count = sum(sizes.values())
    flat = np.concatenate([value.ravel() for value in inputs.values()])
    steps = _STEP * np.maximum(1.0, np.abs(flat))
    many = np.tile(flat, (3, count, 1))
    own = np.arange(count)
    many[0, own, own] += steps
    many[1, own, own] -= steps
    exact = many[0, own, own] - many[1, own, own]  # as the numbers are, and not as they were meant
    many[2, own, own] += growth
    ends = np.cumsum(list(sizes.values()))[:-1]
    parts = np.split(many.reshape(3 * count, count), ends, axis=1)
    batch = {name: part.reshape(-1, *inputs[name].shape) for name, part in zip(inputs, parts, strict=True)}
    above, below, grown = values(graph, batch)[graph.result].reshape(3, count)
    with np.errstate(all="ignore"):
        differences = (above - below) / exact
        noise = _ROUNDING * np.maximum(np.abs(above), np.abs(below)) / exact

    def shaped(all_entries: Array) -> dict[str, Array]:
        split = np.split(all_entries, ends)
        return {name: part.reshape(inputs[name].shape) for name, part in zip(inputs, split, strict=True)}

    return Nudges(shaped(differences), shaped(noise), shaped(grown))


def wire_nudge(graph: Graph, found: Sequence[Array], wire: Wire) -> tuple[Array, Array]:
    """Return what the result does when only what comes along one wire changes.

    Where a value goes several ways, the others stay as they are: this is the check of the gradient on this wire alone.

    Parameters
    ----------
    found : the value of every node, of its shape

    Returns
    -------
    difference, noise : as in `Nudges`, of the shape of what the wire carries
    """
    gate, place = wire
    start = found[graph.nodes[gate].sources[place]]
    steps = _STEP * np.maximum(1.0, np.abs(start.ravel()))
    many = np.tile(start, (2 * start.size, *(1,) * start.ndim)).reshape(2, start.size, start.size)
    own = np.arange(start.size)
    many[0, own, own] += steps
    many[1, own, own] -= steps
    exact = many[0, own, own] - many[1, own, own]
    moved: dict[int, Array] = {}
    with np.errstate(all="ignore"):
        for index in range(gate, len(graph.nodes)):
            node = graph.nodes[index]
            if node.operation is None or (index != gate and not moved.keys() & set(node.sources)):
                continue
            operands = [
                moved[source]
                if source in moved
                else np.broadcast_to(found[source], (len(exact) * 2, *found[source].shape))
                for source in node.sources
            ]
            if index == gate:
                operands[place] = many.reshape(-1, *start.shape)
            moved[index] = node.operation.value(operands)
        above, below = moved[graph.result].reshape(2, start.size)
        noise = _ROUNDING * np.maximum(np.abs(above), np.abs(below)) / exact
        return ((above - below) / exact).reshape(start.shape), noise.reshape(start.shape)


def agree(gradient: Array, difference: Array, noise: Array) -> bool:
    """Return whether gradients and their central differences are the same, as far as one can tell."""
    if not (np.isfinite(gradient).all() and np.isfinite(difference).all()):
        return False
    size = np.maximum(np.abs(gradient), np.abs(difference))
    return bool((np.abs(gradient - difference) <= _TOLERANCE * size + noise + 1e-9).all())
