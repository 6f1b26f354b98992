"""How many products the two ways to all gradients need, counted while they are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from digitapp.lab.circuit.evaluation import backward, forward_mode, values
from digitapp.lab.circuit.graph import Graph, build
from digitapp.lab.circuit.operations import Array
from digitapp.lab.circuit.parser import MOST_GATES
from digitapp.lab.circuit.syntax import Array as ArrayLiteral
from digitapp.lab.circuit.syntax import Binary, Call, Expression, Formula, Minus, Name, Number


@dataclass(frozen=True)
class Count:
    """What a graph needs.

    Attributes
    ----------
    gates, inputs : of the graph; the entries of a vector count as inputs
    backward : products of the one sweep back, which finds the gradients of all inputs
    forward : products of the sweeps ahead, one for each input
    """

    gates: int
    inputs: int
    backward: int
    forward: int


def count(graph: Graph, inputs: Mapping[str, Array]) -> Count:
    """Go both ways through a graph and return how many products each needed."""
    found = values(graph, {name: value[np.newaxis] for name, value in inputs.items()})
    entries = [(name, entry) for name, value in inputs.items() for entry in np.ndindex(value.shape)]
    ahead = sum(forward_mode(graph, found, name, entry)[1] for name, entry in entries)
    return Count(len(graph.gates), len(entries), backward(graph, found).products, ahead)


def growing(formula: Formula, graph: Graph, inputs: Mapping[str, Array], most: int) -> Iterator[tuple[int, Count]]:
    """Count for one, two, four and so on such graphs with inputs of their own, whose results are added up.

    Parameters
    ----------
    formula, graph, inputs : the first one
    most : the counting ends where more products than this would be needed
    """
    copies, now = 1, count(graph, inputs)
    while True:
        yield copies, now
        copies *= 2
        if 2 * now.gates + 1 > MOST_GATES or 4 * now.forward > most:
            return
        grown = _copies(formula, copies)
        grown_graph = build(grown)
        values_of = {f"{name}_{copy}": value for copy in range(copies) for name, value in inputs.items()}
        now = count(grown_graph, {name: values_of[name] for name in grown_graph.inputs})


def _copies(formula: Formula, copies: int) -> Formula:
    """Return the sum of so many formulas, each with names of its own."""
    total = _renamed(formula.expression, 0)
    for copy in range(1, copies):
        total = Binary("+", total, _renamed(formula.expression, copy))
    given = tuple((f"{name}_{copy}", value) for copy in range(copies) for name, value in formula.given)
    return Formula(total, given, ((0, 0),) * len(given))


def _renamed(expression: Expression, copy: int) -> Expression:
    match expression:
        case Name(name):
            return Name(f"{name}_{copy}")
        case Minus(operand):
            return replace(expression, operand=_renamed(operand, copy))
        case Binary(_, left, right):
            return replace(expression, left=_renamed(left, copy), right=_renamed(right, copy))
        case Call(_, arguments):
            return replace(expression, arguments=tuple(_renamed(argument, copy) for argument in arguments))
        case Number() | ArrayLiteral():
            return expression
