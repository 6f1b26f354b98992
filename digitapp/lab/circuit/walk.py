"""The computation of a circuit in steps: every gate once forward, then every gate once backward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from digitapp.lab.circuit.arrange import Arrangement
from digitapp.lab.circuit.evaluation import Sweep
from digitapp.lab.circuit.graph import Graph
from digitapp.lab.circuit.operations import Array


class Direction(Enum):
    """Where a step goes."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, eq=False)
class Walk:
    """The steps of a graph with its numbers. A position is how many steps have been taken.

    Attributes
    ----------
    graph, arrangement : what is computed, and where it stands: steps go layer by layer, each from the top
    values : of the nodes, each of its node's shape
    sweep : the gradients, with a batch of one
    """

    graph: Graph
    arrangement: Arrangement
    values: Sequence[Array]
    sweep: Sweep

    @cached_property
    def forward(self) -> tuple[int, ...]:
        """The gates in the order in which they are computed."""
        return tuple(sorted(self.graph.gates, key=lambda gate: self.arrangement.places[gate]))

    @cached_property
    def backward(self) -> tuple[int, ...]:
        """The gates that a gradient arrives at, in the order in which it does."""
        places = self.arrangement.places
        learning = (gate for gate in self.graph.gates if self.graph.learns[gate])
        return tuple(sorted(learning, key=lambda gate: (-places[gate].layer, places[gate].row)))

    @property
    def steps(self) -> int:
        return len(self.forward) + len(self.backward)

    @cached_property
    def end(self) -> int:
        """The last position that can be reached: all steps, or the one at which something is not a number."""
        for step, gate in enumerate(self.forward, 1):
            if not np.isfinite(self.values[gate]).all():
                return step
        for step, gate in enumerate(self.backward, len(self.forward) + 1):
            if not all(np.isfinite(part).all() for part in self._parts(gate)):
                return step
        return self.steps

    def _parts(self, gate: int) -> list[Array]:
        places = range(len(self.graph.nodes[gate].sources))
        return [self.sweep.wires[gate, place] for place in places if (gate, place) in self.sweep.wires]

    @property
    def is_broken(self) -> bool:
        """Whether something on the way is not a number."""
        return self.end < self.steps or bool(self.steps and not self._is_sound(self.step(self.end)))

    def _is_sound(self, step: tuple[Direction, int]) -> bool:
        direction, gate = step
        found = [self.values[gate]] if direction is Direction.FORWARD else self._parts(gate)
        return all(np.isfinite(part).all() for part in found)

    def step(self, position: int) -> tuple[Direction, int]:
        """Return which way the step to a position goes, 1 for the first one, and through which gate."""
        if position <= len(self.forward):
            return Direction.FORWARD, self.forward[position - 1]
        return Direction.BACKWARD, self.backward[position - 1 - len(self.forward)]

    def is_computed(self, node: int, position: int) -> bool:
        """Return whether the value of a node is known at a position."""
        return self.graph.nodes[node].operation is None or self._forward_place[node] < position

    def has_passed_back(self, gate: int, position: int) -> bool:
        """Return whether a gate has handed its gradient back at a position."""
        place = self._backward_place.get(gate)
        return place is not None and len(self.forward) + place < position

    def has_gradient(self, node: int, position: int) -> bool:
        """Return whether all of the gradient of a node is known: every way on from it has been gone back."""
        if not self.graph.learns[node] or position < len(self.forward):
            return False
        if node == self.graph.result:
            return position > len(self.forward) or not self.steps
        return all(self.has_passed_back(gate, position) for gate, _ in self.graph.consumers[node])

    @cached_property
    def _forward_place(self) -> dict[int, int]:
        return {gate: place for place, gate in enumerate(self.forward)}

    @cached_property
    def _backward_place(self) -> dict[int, int]:
        return {gate: place for place, gate in enumerate(self.backward)}
