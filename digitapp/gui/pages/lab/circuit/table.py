"""The numbers of a circuit as a table, its cells parted by tabs."""

from __future__ import annotations

from digitapp.gui.pages.lab.circuit.machine import Circuit
from digitapp.gui.translation import translate
from digitapp.lab.circuit.operations import Array


def table(circuit: Circuit) -> str:
    """Return a line for each input and gate: what it is, value, gradient, and of inputs the central difference."""
    graph = circuit.graph
    lines = [
        (
            translate("Circuit", "Node"),
            translate("Circuit", "Value"),
            translate("Circuit", "Gradient of f"),
            translate("Circuit", "Central difference"),
        )
    ]
    names = {index: name for name, index in graph.inputs.items()}
    for index, node in enumerate(graph.nodes):
        gradient = circuit.sweep.nodes[index]
        name = names.get(index)
        difference = circuit.nudges.differences[name] if name is not None else None
        found = None if gradient is None else gradient[0]
        lines.append((node.text, _cell(circuit.values[index]), _cell(found), _cell(difference)))
    return "\n".join("\t".join(cells) for cells in lines)


def _cell(value: Array | None) -> str:
    """Return a number with all its digits; of vectors and matrices the brackets too."""
    if value is None:
        return ""
    return repr(value.tolist())
