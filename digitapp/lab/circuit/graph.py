"""The graph of an expression: inputs, constants and gates, each behind those that it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.circuit.operations import (
    ADD,
    DIVIDE,
    EXP,
    FUNCTIONS,
    MULTIPLY,
    NEGATE,
    POWER,
    PRODUCT,
    RECIPROCAL,
    SIGMOID,
    SUBTRACT,
    Array,
    Operation,
    Shape,
    ShapeError,
    divide_by,
    raised,
    scale,
    shift,
)
from digitapp.lab.circuit.parser import MOST_GATES
from digitapp.lab.circuit.syntax import (
    Array as ArrayLiteral,
)
from digitapp.lab.circuit.syntax import (
    Binary,
    Call,
    Expression,
    Formula,
    Minus,
    Name,
    Number,
    expression_text,
)

Sigmoids = Literal["written", "one", "four"]
"""How sigmoids become gates: as they are written, each as one gate, or each as four."""


@dataclass(frozen=True, eq=False)
class Node:
    """An input, a constant or a gate.

    Attributes
    ----------
    expression : the part of the formula that it stands for
    shape : of its value, () for a number
    operation : of a gate, None for others
    sources : the indices of the nodes whose values a gate takes
    constant : the value of a constant, None for others
    """

    expression: Expression
    shape: Shape = ()
    operation: Operation | None = None
    sources: tuple[int, ...] = ()
    constant: Array | None = None

    @property
    def is_input(self) -> bool:
        return self.operation is None and self.constant is None

    @cached_property
    def text(self) -> str:
        """What it stands for, as it is typed; of an input its name."""
        return expression_text(self.expression)


@dataclass(frozen=True, eq=False)
class Graph:
    """The nodes in an order in which they can be computed; the last one is the result.

    Attributes
    ----------
    nodes : inputs, constants and gates
    given : values of inputs that stand in the formula, each an array of the input's shape
    """

    nodes: tuple[Node, ...]
    given: dict[str, Array] = field(default_factory=dict)

    @property
    def result(self) -> int:
        return len(self.nodes) - 1

    @cached_property
    def inputs(self) -> dict[str, int]:
        """The indices of the inputs by their names, in the order in which they stand in the expression."""
        return {
            node.expression.name: index
            for index, node in enumerate(self.nodes)
            if node.is_input and isinstance(node.expression, Name)
        }

    @cached_property
    def gates(self) -> tuple[int, ...]:
        return tuple(index for index, node in enumerate(self.nodes) if node.operation is not None)

    @cached_property
    def learns(self) -> tuple[bool, ...]:
        """Whether each node depends on an input: only then has it a gradient."""
        found: list[bool] = []
        for node in self.nodes:
            found.append(node.is_input or any(found[source] for source in node.sources))
        return tuple(found)

    @cached_property
    def consumers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node the gates that take its value, each with the place at which it does."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for place, source in enumerate(node.sources):
                found[source].append((index, place))
        return tuple(map(tuple, found))

    def is_wired_like(self, other: Graph) -> bool:
        """Return whether the nodes are of the same sorts, in the same order, behind the same ones."""
        own, theirs = (
            [(node.sources, node.operation is None, node.is_input) for node in graph.nodes] for graph in (self, other)
        )
        return own == theirs

    def operation(self, gate: int) -> Operation:
        """Return what a gate does."""
        operation = self.nodes[gate].operation
        assert operation is not None
        return operation

    def shapes(self, gate: int) -> list[Shape]:
        """Return the shapes of what comes into a gate."""
        return [self.nodes[source].shape for source in self.nodes[gate].sources]


def build(formula: Formula, sigmoids: Sigmoids = "written") -> Graph:
    """Return the graph of a formula.

    A name that stands in it several times is one input with a branch; constants are computed at once, and a constant
    beside a product or a sum is part of its gate.

    Raises
    ------
    CircuitError : shapes that do not fit, a result that is no number, no input, too many gates
    """
    return _Builder(formula, sigmoids).graph()


_Operand = int | Array
"""What a gate is made of: the index of a node, or a constant, which needs none until a gate takes it as it is."""


class _Builder:
    def __init__(self, formula: Formula, sigmoids: Sigmoids) -> None:
        self._formula, self._sigmoids = formula, sigmoids
        self._given = {name: np.array(value, dtype=np.float64) for name, value in formula.given}
        self._nodes: list[Node] = []
        self._inputs: dict[str, int] = {}
        self._gates = 0

    def graph(self) -> Graph:
        expression = self._formula.expression
        self._node(expression)
        if not self._inputs:
            raise CircuitError(Fault.NO_INPUT, expression.span)
        for (name, _), span in zip(self._formula.given, self._formula.spans, strict=True):
            if name not in self._inputs:
                raise CircuitError(Fault.GIVEN_UNKNOWN, span, name)
        if self._nodes[-1].shape:
            raise CircuitError(Fault.RESULT, expression.span, self._nodes[-1].shape)
        return Graph(tuple(self._nodes), self._given)

    # Expressions become nodes

    def _node(self, expression: Expression) -> _Operand:
        match expression:
            case Number(value):
                return np.array(value, dtype=np.float64)
            case ArrayLiteral(entries):
                return np.array(entries, dtype=np.float64)
            case Name(name):
                return self._input(expression, name)
            case Minus(operand):
                return self._gate(NEGATE, expression, self._node(operand))
            case Call("σ", (operand,)) if self._sigmoids == "four":
                return self._sigmoid_in_four(expression, self._node(operand))
            case Call(function, arguments):
                return self._call(function, expression, [self._node(argument) for argument in arguments])
            case Binary(operator, left, right):
                inner = inside_of_sigmoid(expression) if self._sigmoids == "one" else None
                if inner is not None:
                    return self._gate(SIGMOID, expression, self._node(inner))
                return self._binary(operator, expression, self._node(left), self._node(right))

    def _input(self, expression: Expression, name: str) -> int:
        if name not in self._inputs:
            given = self._given.get(name)
            self._inputs[name] = self._add(Node(expression, () if given is None else given.shape))
        return self._inputs[name]

    def _call(self, function: str, expression: Expression, operands: list[_Operand]) -> _Operand:
        if function == "dot":
            return self._product(expression, *operands)
        operation, found = FUNCTIONS[function], operands[0]
        if len(operands) == 1:
            return self._gate(operation, expression, found)
        for operand in operands[1:]:  # the larger of three is the larger of two and a third
            found = self._gate(operation, expression, found, operand)
        return found

    def _sigmoid_in_four(self, expression: Expression, operand: _Operand) -> _Operand:
        for operation in (NEGATE, EXP, shift(1), RECIPROCAL):
            operand = self._gate(operation, expression, operand)
        return operand

    def _binary(self, operator: str, expression: Expression, left: _Operand, right: _Operand) -> _Operand:
        if operator == "·":
            return self._product(expression, left, right)
        if isinstance(left, int) and not isinstance(right, int) and not right.ndim:
            gate = _gate_with(operator, float(right))
            if gate is not None:
                return self._gate(gate, expression, left)
        if isinstance(right, int) and not isinstance(left, int) and not left.ndim:
            gate = _gate_from(operator, float(left))
            if gate is not None:
                return self._gate(gate, expression, right)
        if operator == "^" and self._shape(right):
            raise CircuitError(Fault.EXPONENT, expression.span, self._shape(right))
        plain = {"+": ADD, "-": SUBTRACT, "*": MULTIPLY, "/": DIVIDE, "^": POWER}[operator]
        return self._gate(plain, expression, left, right)

    def _product(self, expression: Expression, left: _Operand, right: _Operand) -> _Operand:
        if self._shape(left) and self._shape(right):
            return self._gate(PRODUCT, expression, left, right)
        return self._binary("*", expression, left, right)

    # Gates

    def _shape(self, operand: _Operand) -> Shape:
        return self._nodes[operand].shape if isinstance(operand, int) else operand.shape

    def _text(self, operand: _Operand) -> str:
        return expression_text(self._nodes[operand].expression if isinstance(operand, int) else _literal(operand))

    def _gate(self, operation: Operation, expression: Expression, *operands: _Operand) -> _Operand:
        shapes = [self._shape(operand) for operand in operands]
        try:
            shape = operation.shape(shapes)
        except ShapeError:
            texts = [self._text(operand) for operand in operands]
            facts = (operation.symbol, texts[0], shapes[0], texts[1], shapes[1])
            raise CircuitError(Fault.SHAPES, expression.span, *facts) from None
        constants = [operand[np.newaxis] for operand in operands if not isinstance(operand, int)]
        if len(constants) == len(operands):
            with np.errstate(all="ignore"):
                value = operation.value(constants)[0]
            if np.isfinite(value).all():
                return np.asarray(value)
        self._gates += 1
        if self._gates > MOST_GATES:
            raise CircuitError(Fault.TOO_MANY_GATES, expression.span, MOST_GATES)
        sources = tuple(self._source(operand) for operand in operands)
        return self._add(Node(expression, shape, operation, sources))

    def _source(self, operand: _Operand) -> int:
        """Return the index of a node; a constant becomes one."""
        if isinstance(operand, int):
            return operand
        return self._add(Node(_literal(operand), operand.shape, constant=operand))

    def _add(self, node: Node) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1


def _literal(constant: Array) -> Expression:
    """Return a constant as it would be typed."""
    if not constant.ndim:
        value = float(constant)
        return Number(value) if value >= 0 else Minus(Number(-value))
    rows = constant.tolist()
    return ArrayLiteral(tuple(tuple(row) for row in rows) if constant.ndim == 2 else tuple(rows))


def _gate_with(operator: str, number: float) -> Operation | None:
    """Return the gate that does something with a number on its right, None where the number stays a constant."""
    match operator:
        case "+":
            return shift(number)
        case "-":
            return shift(-number)
        case "*":
            return scale(number)
        case "/" if number:
            return divide_by(number)
        case "^":
            return raised(number)
    return None


def _gate_from(operator: str, number: float) -> Operation | None:
    """Return the gate that does something with a number on its left, None where the number stays a constant."""
    match operator:
        case "+":
            return shift(number)
        case "*":
            return scale(number)
        case "/" if number == 1:
            return RECIPROCAL
    return None


def inside_of_sigmoid(expression: Expression) -> Expression | None:
    """Return u where the expression is 1/(1 + exp(−u)), None where it is something else."""
    match expression:
        case Binary("/", Number(1.0), Binary("+", Number(1.0), Call("exp", (Minus(inner),)))):
            return inner
        case Binary("/", Number(1.0), Binary("+", Call("exp", (Minus(inner),)), Number(1.0))):
            return inner
    return None


def has_sigmoid(expression: Expression) -> bool:
    """Return whether there is a sigmoid in an expression, written as one or in its parts."""
    if inside_of_sigmoid(expression) is not None:
        return True
    match expression:
        case Minus(operand):
            return has_sigmoid(operand)
        case Binary(_, left, right):
            return has_sigmoid(left) or has_sigmoid(right)
        case Call(function, arguments):
            return function == "σ" or any(map(has_sigmoid, arguments))
    return False
