"""What the bench is about: an expression with its values, and how far it is gone through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.lab.circuit.arrange import Arrangement, arrange
from digitapp.lab.circuit.evaluation import Nudges, Sweep, Wire, backward, nudges, values
from digitapp.lab.circuit.examples import DEFAULTS, EXAMPLES, Example
from digitapp.lab.circuit.faults import CircuitError
from digitapp.lab.circuit.graph import Graph, Sigmoids, build, has_sigmoid
from digitapp.lab.circuit.operations import Array
from digitapp.lab.circuit.parser import parse
from digitapp.lab.circuit.syntax import Formula
from digitapp.lab.circuit.walk import Direction, Walk

GROWTH = 0.1
"""By how much an input grows for "f if it grows"."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """A graph with its numbers, all of them.

    Attributes
    ----------
    formula, graph, arrangement : what is computed, and where it stands
    inputs : the value of each input
    """

    formula: Formula
    graph: Graph
    arrangement: Arrangement
    inputs: dict[str, Array]

    @cached_property
    def _batch(self) -> list[Array]:
        return values(self.graph, {name: value[np.newaxis] for name, value in self.inputs.items()})

    @cached_property
    def values(self) -> list[Array]:
        """The values of the nodes."""
        return [value[0] for value in self._batch]

    @cached_property
    def sweep(self) -> Sweep:
        """The gradients of all nodes and wires, a batch of one."""
        return backward(self.graph, self._batch)

    @cached_property
    def walk(self) -> Walk:
        return Walk(self.graph, self.arrangement, self.values, self.sweep)

    @cached_property
    def nudges(self) -> Nudges:
        """What small changes of the inputs do."""
        return nudges(self.graph, self.inputs, GROWTH)


@dataclass(frozen=True, eq=False)
class Scene:
    """What is shown of a circuit.

    Attributes
    ----------
    circuit : all of it
    position : how many steps have been taken
    focus : the node that is looked at, None for all together
    """

    circuit: Circuit
    position: int
    focus: int | None = None

    @property
    def graph(self) -> Graph:
        return self.circuit.graph

    @property
    def walk(self) -> Walk:
        return self.circuit.walk

    @property
    def result(self) -> Array:
        return self.circuit.values[self.graph.result]

    @property
    def step(self) -> tuple[Direction, int] | None:
        """The step that was taken last, None before the first one."""
        return self.walk.step(self.position) if self.position else None

    @property
    def is_at_end(self) -> bool:
        """Whether no further step can be taken."""
        return self.position >= self.walk.end

    @property
    def is_stopped(self) -> bool:
        """Whether a step has come upon something that is not a number."""
        return self.is_at_end and self.walk.is_broken

    def value(self, node: int) -> Array | None:
        """Return the value of a node, None as long as it is not known."""
        return self.circuit.values[node] if self.walk.is_computed(node, self.position) else None

    def wire_value(self, wire: Wire) -> Array | None:
        """Return what a wire carries, None as long as it is not known."""
        return self.value(self.graph.nodes[wire[0]].sources[wire[1]])

    def gradient(self, node: int) -> Array | None:
        """Return the gradient of a node, None as long as it is not known, and where it has none."""
        found = self.circuit.sweep.nodes[node]
        return found[0] if found is not None and self.walk.has_gradient(node, self.position) else None

    def wire_gradient(self, wire: Wire) -> Array | None:
        """Return what comes back along a wire, None as long as it is not known, and where nothing does."""
        found = self.circuit.sweep.wires.get(wire)
        return found[0] if found is not None and self.walk.has_passed_back(wire[0], self.position) else None

    def is_broken(self, gate: int) -> bool:
        """Return whether a gate is the one at which something has ceased to be a number."""
        return self.is_stopped and self.step is not None and self.step[1] == gate


class Machine(QObject):
    """An expression as it is typed, its inputs, the walk through it, and what is looked at.

    A text that is no expression leaves the last one as it is; `error` says what is wrong.

    Attributes
    ----------
    text : as it was typed
    sigmoids : how they become gates
    error : what is wrong with the text, None if nothing is
    scene : of the last expression

    Signals
    -------
    changed : any of these is another
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sigmoids: Sigmoids = "written"
        self.error: CircuitError | None = None
        self._known: dict[str, Array] = {}
        self._given: dict[str, object] = {}
        self.text = ""
        self.scene = self._beginning(EXAMPLES[0])
        self.show_example(EXAMPLES[0])

    # The expression

    def show_example(self, example: Example) -> None:
        """Take an example's expression and its values; all of it is known at once."""
        self._known.update((name, np.array(value, dtype=np.float64)) for name, value in example.values.items())
        self._given.clear()
        self.set_text(example.text)
        self.go_to_end()

    @staticmethod
    def _beginning(example: Example) -> Scene:
        formula = parse(example.text)
        graph = build(formula)
        inputs = {name: np.array(example.values[name], dtype=np.float64) for name in graph.inputs}
        return Scene(Circuit(formula, graph, arrange(graph), inputs), 0)

    def set_text(self, text: str) -> None:
        """Take another expression. Inputs keep their values by their names."""
        self.text = text
        try:
            formula = parse(text)
            graph = build(formula, self.sigmoids)
        except CircuitError as error:
            self.error = error
        else:
            self.error = None
            self._take(formula, graph)
        self.changed.emit()

    def set_sigmoids(self, sigmoids: Sigmoids) -> None:
        """Let sigmoids become gates in another way."""
        if sigmoids != self.sigmoids:
            self.sigmoids = sigmoids
            self.set_text(self.text)

    @property
    def has_sigmoid(self) -> bool:
        return has_sigmoid(self.scene.circuit.formula.expression)

    @property
    def draws_sigmoids(self) -> bool:
        """Whether a sigmoid is drawn as one gate."""
        return any(self.scene.graph.operation(gate).key == "sigmoid" for gate in self.scene.graph.gates)

    def _take(self, formula: Formula, graph: Graph) -> None:
        for name, value in formula.given:  # what is written counts when it is written, and may be moved afterwards
            if self._given.get(name) != value:
                self._known[name] = graph.given[name]
        self._given = dict(formula.given)
        inputs = {}
        for number, (name, index) in enumerate(graph.inputs.items()):
            shape = graph.nodes[index].shape
            known = self._known.get(name)
            if known is None or known.shape != shape:
                known = graph.given.get(name, np.array(DEFAULTS[number % len(DEFAULTS)]))
            inputs[name] = self._known[name] = known
        was_at_end, before = self.scene.is_at_end, self.scene.circuit
        # Where only numbers or names are others, everything stays where it is.
        arrangement = before.arrangement if graph.is_wired_like(before.graph) else arrange(graph)
        circuit = Circuit(formula, graph, arrangement, inputs)
        self.scene = Scene(circuit, circuit.walk.end if was_at_end else 0)

    # The inputs

    def set_value(self, name: str, entry: tuple[int, ...], value: float) -> None:
        """Give an input, or one entry of a vector or a matrix, another value."""
        inputs = self.scene.circuit.inputs
        if name not in inputs or not np.isfinite(value) or inputs[name][entry] == value:
            return
        changed = inputs[name].copy()
        changed[entry] = value
        self._show_inputs({**inputs, name: changed})

    def set_values(self, inputs: Mapping[str, Array]) -> None:
        """Give inputs other values; of what has another shape, or no place here, nothing is taken."""
        now = self.scene.circuit.inputs
        fitting = {name: value for name, value in inputs.items() if name in now and value.shape == now[name].shape}
        self._show_inputs({**now, **fitting})

    def _show_inputs(self, inputs: dict[str, Array]) -> None:
        scene = self.scene
        self._known.update(inputs)
        circuit = replace(scene.circuit, inputs=inputs)
        position = circuit.walk.end if scene.is_at_end else min(scene.position, circuit.walk.end)
        self.scene = Scene(circuit, position, scene.focus)
        self.changed.emit()

    # The walk

    @Slot()
    def go_on(self) -> bool:
        """Take a step, from the end again from the beginning; where something is not a number, there is none."""
        scene = self.scene
        if scene.is_stopped or not scene.walk.steps:
            return False
        self._step_to(0 if scene.is_at_end else scene.position + 1)
        return True

    @Slot()
    def go_back(self) -> None:
        """Take a step back."""
        if self.scene.position:
            self._step_to(self.scene.position - 1)

    @Slot()
    def go_home(self) -> None:
        """Go back to the beginning, where only the inputs are known."""
        self._step_to(0)

    def go_to_end(self, direction: Direction = Direction.BACKWARD) -> None:
        """Go to where all values are known, and back to where all gradients are."""
        walk = self.scene.walk
        target = len(walk.forward) if direction is Direction.FORWARD else walk.steps
        self.place(min(target, walk.end), None)

    def _step_to(self, position: int) -> None:
        self.place(position, self.scene.walk.step(position)[1] if position else None)

    def place(self, position: int, focus: int | None) -> None:
        """Show another position, looking at a node or at all together."""
        circuit = self.scene.circuit
        if focus is not None and not 0 <= focus < len(circuit.graph.nodes):
            focus = None
        self.scene = Scene(circuit, min(max(0, position), circuit.walk.end), focus)
        self.changed.emit()

    def look_at(self, node: int | None) -> None:
        """Look at a node, or at all together."""
        if node != self.scene.focus:
            self.place(self.scene.position, node)
