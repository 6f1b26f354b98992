"""The same computation as lines of Python: one stage a line, and for each of them its gradient, from the last back."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from digitapp.lab.circuit.graph import Graph
from digitapp.lab.circuit.operations import Array

Part = Literal["input", "forward", "seed", "backward"]

_TAKEN = {"np", "f"}


@dataclass(frozen=True)
class Line:
    """A line of the program.

    Attributes
    ----------
    part : of the program that it belongs to
    node : whose value or gradient it is, of a line back the node that the gradient goes to
    gate : that the line is about; of an input the input
    code : in Python
    """

    part: Part
    node: int
    gate: int
    code: str


def staged(graph: Graph, inputs: Mapping[str, Array]) -> tuple[Line, ...]:
    """Return a program that computes the result and all gradients, with NumPy as `np`.

    The result is called `f`, the gradient of `x` is called `dx`. Where a value goes several ways, its gradients are
    added up.

    Parameters
    ----------
    inputs : for each input an array of its shape
    """
    names = variables(graph)
    lines = [
        Line("input", index, index, f"{names[index]} = {_literal(inputs[name])}")
        for name, index in graph.inputs.items()
    ]
    for gate in graph.gates:
        sources = [_operand(graph, names, source) for source in graph.nodes[gate].sources]
        lines.append(Line("forward", gate, gate, f"{names[gate]} = {graph.operation(gate).line(sources)}"))
    if not graph.gates:
        lines.append(Line("forward", graph.result, graph.result, f"f = {names[graph.result]}"))
    result = _gradient_name(names, graph.result)
    lines.append(Line("seed", graph.result, graph.result, f"{result} = 1.0"))
    return tuple(lines + _back(graph, names))


def _back(graph: Graph, names: dict[int, str]) -> list[Line]:
    lines: list[Line] = []
    begun: set[int] = set()
    for gate in reversed(graph.gates):
        if not graph.learns[gate]:
            continue
        node = graph.nodes[gate]
        sources = [_operand(graph, names, source) for source in node.sources]
        arriving = _gradient_name(names, gate)
        codes = graph.operation(gate).back_lines(arriving, sources, names[gate], graph.shapes(gate))
        for source, code in zip(node.sources, codes, strict=True):
            if graph.learns[source]:
                name = _gradient_name(names, source)
                # Not "+=": that would change an array that may have been handed on under another name.
                code = f"{name} + {code}" if source in begun else code
                begun.add(source)
                lines.append(Line("backward", source, gate, f"{name} = {code}"))
    return lines


def variables(graph: Graph) -> dict[int, str]:
    """Return the name of each input and gate in the program; the last gate is `f`."""
    names: dict[int, str] = {}
    taken = set(_TAKEN)
    for name, index in graph.inputs.items():
        plain = unicodedata.normalize("NFKC", name)
        plain = plain if plain.isidentifier() and not keyword.iskeyword(plain) else "v"
        names[index] = _free(plain, taken)
    for number, gate in enumerate(graph.gates, 1):
        names[gate] = "f" if gate == graph.result else _free(f"q{number}", taken)
    return names


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or one like it, that neither it nor its gradient is anything else, and take both."""
    found, number = name, 0
    while {found, f"d{found}"} & taken:
        number += 1
        found = f"{name}_{number}"
    taken |= {found, f"d{found}"}
    return found


def _gradient_name(names: dict[int, str], node: int) -> str:
    return f"d{names[node]}"


def _operand(graph: Graph, names: dict[int, str], node: int) -> str:
    """Return how a node is called where it is used; constants stand there themselves, in brackets if negative."""
    constant = graph.nodes[node].constant
    if constant is None:
        return names[node]
    text = _literal(constant)
    return f"({text})" if text.startswith("-") else text


def _literal(value: Array) -> str:
    """Return a value as it stands in the program: with points, for powers of whole numbers are others in NumPy."""
    return f"np.array({value.tolist()})" if value.ndim else repr(float(value))
