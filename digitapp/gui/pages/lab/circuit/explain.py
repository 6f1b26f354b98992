"""What is said about a step or a node of a circuit: a title, a sentence, the numbers, and whether they are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.pages.lab.circuit.numbers import array_text, short, unknown
from digitapp.gui.pages.lab.circuit.words import (
    backward_text,
    backward_title,
    forward_title,
    names_of_inputs,
    picture_of,
    shown,
)
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets.numbers import signed as signed_decimal
from digitapp.gui.widgets.numbers import thousands
from digitapp.lab.circuit.evaluation import agree, wire_nudge
from digitapp.lab.circuit.operations import Array, Elementwise
from digitapp.lab.circuit.syntax import Name

_FEW = 12  # inputs that are listed


@dataclass(frozen=True)
class Row:
    """A name, or a calculation, and its value."""

    name: str
    value: str


@dataclass(frozen=True)
class Explanation:
    """What the inspector says.

    Attributes
    ----------
    caption, title, sentence : from small to large
    head : what the rows are about, with a value of its own
    rows : numbers
    has_gradients : whether the rows are gradients
    head_is_value : whether the head is none, although the rows are
    checks : the same by central differences, of as much as can be checked
    agrees : whether they are the same, None where nothing is checked
    picture : the key of the gate picture that belongs to it, "" for none
    """

    caption: str
    title: str
    sentence: str
    head: Row | None = None
    rows: tuple[Row, ...] = ()
    has_gradients: bool = False
    head_is_value: bool = False
    checks: tuple[Row, ...] = ()
    agrees: bool | None = None
    picture: str = ""


def explain(scene: Scene) -> Explanation:
    """Return what is said about what is looked at, or about all of it."""
    focus = scene.focus
    if focus is None:
        return _overview(scene)
    if scene.graph.nodes[focus].operation is None:
        return _input(scene, focus)
    if scene.walk.has_passed_back(focus, scene.position):
        return _gate_backward(scene, focus)
    return _gate_forward(scene, focus)


# Gates


def _gate_forward(scene: Scene, gate: int) -> Explanation:
    operation, node = scene.graph.operation(gate), scene.graph.nodes[gate]
    caption = translate("Circuit", "Forward, gate {0}").format(shown(node.text))
    value = scene.value(gate)
    if value is None:
        sentence = translate("Circuit", "Its value is not known yet: what it needs is computed first.")
        if scene.is_stopped:
            sentence = translate("Circuit", "It has no value: before it, something has ceased to be a number.")
        return Explanation(caption, forward_title(operation), sentence, picture=picture_of(operation))
    names = names_of_inputs(scene.graph, gate)
    rows = [
        Row(name, array_text(scene.circuit.values[source])) for name, source in zip(names, node.sources, strict=True)
    ]
    formula = shown(operation.line(_in_brackets(names)))
    sentence = translate("Circuit", "A gate knows nothing of the whole: it takes what arrives, and hands on one value.")
    if not np.isfinite(value).all():
        sentence = in_a_row(_no_number(scene, gate), translate("Circuit", "The way ends here."))
    elif operation.line(names) == names[0]:
        formula = forward_title(operation)
    return Explanation(
        caption,
        forward_title(operation),
        sentence,
        head=Row(formula, array_text(value)),
        rows=tuple(rows),
        picture=picture_of(operation),
    )


def _no_number(scene: Scene, gate: int) -> str:
    """Return why the value of a gate is no number."""
    operation, sources = scene.graph.operation(gate), scene.graph.nodes[gate].sources
    values = [scene.circuit.values[source] for source in sources]
    if operation.key in ("divide", "reciprocal") and not np.all(values[-1]):
        return translate("Circuit", "Nothing can be divided by zero.")
    if operation.key == "log" and (values[0] <= 0).any():
        return translate("Circuit", "Only numbers above zero have a logarithm.")
    if operation.key == "sqrt" and (values[0] < 0).any():
        return translate("Circuit", "No number below zero has a square root.")
    if operation.key in ("power", "raise"):
        return translate("Circuit", "This power is no number, or larger than any that can be written.")
    return translate("Circuit", "The value is larger than any number that can be written.")


def _gate_backward(scene: Scene, gate: int) -> Explanation:
    operation, node = scene.graph.operation(gate), scene.graph.nodes[gate]
    arriving = scene.gradient(gate)
    rows, checks, agrees = [], [], []
    formulas = _formulas(scene, gate)
    names = names_of_inputs(scene.graph, gate)
    for place, source in enumerate(node.sources):
        if not scene.graph.learns[source]:
            continue
        gradient = scene.circuit.sweep.wires[gate, place][0]
        label = translate("Circuit", "to {0}: {1}").format(names[place], formulas[place])
        rows.append(Row(label, array_text(gradient, sign=True)))
        difference, noise = wire_nudge(scene.graph, scene.circuit.values, (gate, place))
        checks.append(_check(names[place], difference))
        agrees.append(agree(gradient, difference, noise))
    sentence = backward_text(operation)
    wires = [(gate, place) for place in range(len(node.sources))]
    parts = [scene.circuit.sweep.wires[wire] for wire in wires if wire in scene.circuit.sweep.wires]
    if scene.is_broken(gate) and not all(np.isfinite(part).all() for part in parts):
        sentence = in_a_row(
            translate("Circuit", "Here the gradient is no number: the slope has no end."),
            translate("Circuit", "The way ends here."),
        )
    came = unknown() if arriving is None else array_text(arriving, sign=True)
    return Explanation(
        translate("Circuit", "Backward, gate {0}").format(shown(node.text)),
        backward_title(operation),
        sentence,
        head=Row(translate("Circuit", "What arrives"), came),
        rows=tuple(rows),
        has_gradients=True,
        checks=tuple(checks),
        agrees=all(agrees),
        picture=picture_of(operation),
    )


def _formulas(scene: Scene, gate: int) -> list[str]:
    """Return how the gradient for each input is calculated, first in names and then in numbers where that fits."""
    operation, node = scene.graph.operation(gate), scene.graph.nodes[gate]
    names, arriving = _in_brackets(names_of_inputs(scene.graph, gate)), scene.gradient(gate)
    came = "g" if arriving is None or arriving.ndim else short(float(arriving))
    own = names[0] if operation.key == "sum" else f"{operation.symbol}({names[0]})"
    if operation.key == "reciprocal":
        own = f"(1/{names[0]})"
    elif operation.key == "power":
        own = f"{names[0]}^{names[-1]}"
    lines = operation.back_lines(came, names, own, scene.graph.shapes(gate))
    if not isinstance(operation, Elementwise) or node.shape:
        return [shown(line) for line in lines]
    texts = []
    for place, line in enumerate(lines):
        if line == came:
            texts.append(came)
        elif line == f"-{came}":
            texts.append(shown(f"-{_bracketed(float(arriving))}") if arriving is not None else shown(line))
        else:
            slope = _bracketed(_slope(scene, gate, operation, place))
            texts.append(translate("Circuit", "{0} = {1} × {2}").format(shown(line), came, slope))
    return texts


def _slope(scene: Scene, gate: int, operation: Elementwise, place: int) -> float:
    """Return the derivative of a gate of numbers by one of its inputs."""
    operands = [scene.circuit.values[source][np.newaxis] for source in scene.graph.nodes[gate].sources]
    with np.errstate(all="ignore"):
        slope = operation.slope(place, operands, scene.circuit.values[gate][np.newaxis])
    return float(np.asarray(slope).ravel()[0])


def _bracketed(value: float) -> str:
    """Return a factor: in brackets where it is negative."""
    text = short(value)
    return translate("Circuit", "({0})").format(text) if value < 0 else text


def _in_brackets(names: list[str]) -> list[str]:
    """Return names as they stand in a product: sums in brackets."""
    return [translate("Circuit", "({0})").format(name) if " " in name else name for name in names]


def _check(name: str, difference: Array) -> Row:
    """Return a row of the check: a number with six decimals, a vector shorter."""
    label = translate("Circuit", "by central difference, {0}").format(name)
    if not difference.ndim and np.isfinite(difference) and abs(float(difference)) < 1e6:
        return Row(label, signed_decimal(float(difference), 6))
    return Row(label, array_text(difference, sign=True))


# Inputs


def _input(scene: Scene, index: int) -> Explanation:
    node = scene.graph.nodes[index]
    value = Row(translate("Circuit", "Its value"), array_text(scene.circuit.values[index]))
    if node.constant is not None or not isinstance(node.expression, Name):
        sentence = translate("Circuit", "It is always the same, so nothing comes back to it.")
        return Explanation(translate("Circuit", "A constant"), shown(node.text), sentence, head=value)
    ways = scene.graph.consumers[index]
    caption = translate("Circuit", "An input")
    gradient = scene.gradient(index)
    if gradient is None:
        sentence = translate(
            "Circuit", "Drag it, turn the wheel over it, or type: everything follows. Its gradient comes last."
        )
        return Explanation(caption, node.text, sentence, head=value)
    sentence = _input_sentence(node.text, gradient)
    rows = []
    if len(ways) > 1:
        sentence = in_a_row(
            translate("Circuit", "It goes several ways: what comes back on each of them is added up."), sentence
        )
        for way in ways:
            title = forward_title(scene.graph.operation(way[0]))
            text = translate("Circuit", "from {0}, {1}").format(title, shown(scene.graph.nodes[way[0]].text))
            rows.append(Row(text, array_text(scene.circuit.sweep.wires[way][0], sign=True)))
    small = scene.circuit.nudges
    difference, noise = small.differences[node.text], small.noise[node.text]
    return Explanation(
        caption,
        node.text,
        sentence,
        head=Row(translate("Circuit", "Its gradient"), array_text(gradient, sign=True)),
        rows=tuple(rows),
        has_gradients=True,
        checks=(_check(node.text, difference),),
        agrees=agree(gradient, difference, noise),
        picture="branch" if len(ways) > 1 else "",
    )


def _input_sentence(name: str, gradient: Array) -> str:
    if gradient.ndim:
        return translate("Circuit", "Each number says how fast f grows with this entry of {0}.").format(name)
    if not np.isfinite(gradient):
        return ""
    if not gradient:
        return translate("Circuit", "A small change of {0} does not change f.").format(name)
    size = short(abs(float(gradient)))
    if gradient > 0:
        return translate("Circuit", "If {0} grows a little, f grows {1} times as much.").format(name, size)
    return translate("Circuit", "If {0} grows a little, f falls {1} times as much.").format(name, size)


# All of it


def _overview(scene: Scene) -> Explanation:
    walk, position = scene.walk, scene.position
    if position == 0 and walk.steps:
        return Explanation(
            translate("Circuit", "At the beginning"),
            translate("Circuit", "Only the inputs are known"),
            translate(
                "Circuit", "Next computes one gate after the other, from the left to f. Then the gradients come back."
            ),
        )
    if position < walk.steps or scene.is_stopped:
        title = (
            translate("Circuit", "f is known")
            if position >= len(walk.forward)
            else translate("Circuit", "On the way to f")
        )
        text = translate("Circuit", "Next takes the gradient of f one gate further back. Click a gate to look at it.")
        if scene.is_stopped:
            title = translate("Circuit", "The way ends")
            text = translate("Circuit", "Something is not a number. Change an input, or the expression.")
        return Explanation(translate("Circuit", "The whole circuit"), title, text, head=_result_row(scene))
    small = scene.circuit.nudges
    gradients = {name: scene.gradient(index) for name, index in scene.graph.inputs.items()}
    known = {name: gradient for name, gradient in gradients.items() if gradient is not None}
    agrees = [agree(gradient, small.differences[name], small.noise[name]) for name, gradient in known.items()]
    few = dict(list(known.items())[:_FEW])
    return Explanation(
        translate("Circuit", "The whole circuit"),
        translate("Circuit", "All gradients are known"),
        translate(
            "Circuit",
            "One sweep back has found how fast f changes with each input. Click a gate to see what it does with a "
            "gradient.",
        ),
        head=_result_row(scene),
        rows=tuple(Row(name, array_text(gradient, sign=True)) for name, gradient in few.items()) + _left_out(known),
        has_gradients=True,
        head_is_value=True,
        checks=tuple(_check(name, small.differences[name]) for name in few) + _left_out(known),
        agrees=all(agrees),
    )


def _left_out(known: dict[str, Array]) -> tuple[Row, ...]:
    """Return a row that says how many inputs are left out, none where there are few."""
    left = len(known) - _FEW
    return (Row(translate("Circuit", "and others"), thousands(left)),) if left > 0 else ()


def _result_row(scene: Scene) -> Row:
    value = scene.value(scene.graph.result)
    return Row(translate("Circuit", "f"), unknown() if value is None else array_text(value))
