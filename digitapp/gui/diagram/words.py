"""What the network diagram says in words and sums: readouts, the tale of an answer, the captions of its steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QObject

from digitapp.gui.names import Names
from digitapp.gui.translation import in_a_row, itemised, listed, translate
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.nn.network import Network

if TYPE_CHECKING:
    from digitapp.gui.state.snapshot import Snapshot
    from digitapp.reading import Answer

_MOST_TERMS = 14
_MOST_VOICES = 3
_MOST_NAMED = 6


def number(value: float, places: int = 2) -> str:
    """Return a number as the window writes it, or words for what is none."""
    return decimal(value, places) if isfinite(value) else translate("NetworkDiagram", "not a number")


def with_sign(value: float, places: int = 2) -> str:
    """Return a number with its sign, or words for what is none."""
    return signed(value, places) if isfinite(value) else translate("NetworkDiagram", "not a number")


class WalkStep(NamedTuple):
    """One step of the walk through a computation: sums of a layer, then what becomes of them; layer −1: the inputs."""

    layer: int
    activated: bool


def walk_of(network: Network) -> list[WalkStep]:
    """Return the walk from the inputs to the answer."""
    layers = range(len(network.weights))
    return [WalkStep(-1, True), *(WalkStep(layer, activated) for layer in layers for activated in (False, True))]


@dataclass(frozen=True)
class Computation:
    """A network and what it makes of one drawing. Columns count from 0, the inputs; column k + 1 holds layer k.

    Attributes
    ----------
    network, class_names, answer, names : of the session
    limits : of the colours of each layer's weights
    """

    network: Network
    class_names: tuple[str, ...]
    answer: Answer
    names: Names
    limits: tuple[float, ...]

    @classmethod
    def of(cls, shown: Snapshot) -> Computation:
        """Return what the network of a snapshot makes of the drawing there."""
        network = shown.network
        limits = tuple(shown.weight_limit(layer) for layer in range(len(network.weights)))
        return cls(network, shown.model.class_names, shown.answer, shown.names, limits)

    @property
    def is_known(self) -> bool:
        """Whether there is a drawing that the network has seen."""
        return self.answer.trace is not None

    @property
    def is_finite(self) -> bool:
        """Whether every weight and bias is a number."""
        return bool(np.isfinite(self.network.parameters).all())

    def value(self, column: int, index: int) -> float | None:
        """Return a pixel, a unit's activation or an output's say, or None while nothing is drawn."""
        answer = self.answer
        if answer.inputs is None or answer.trace is None or answer.probabilities is None:
            return None
        if column == 0:
            return float(answer.inputs[index])
        if column == len(self.network.sizes) - 1:
            return float(answer.probabilities[index])
        return float(answer.trace.activations[column - 1][0, index])

    def total(self, column: int, index: int) -> float | None:
        """Return a unit's weighted sum with its bias, its pre-activation."""
        trace = self.answer.trace
        return None if trace is None else float(trace.pre_activations[column - 1][0, index])

    def is_awake(self, column: int, index: int) -> bool:
        """Whether a pixel is on, or a unit's sum above zero."""
        measure = self.value(column, index) if column == 0 else self.total(column, index)
        return measure is not None and measure > 0

    def short_name(self, column: int, index: int) -> str:
        """Return "7" for a pixel, "A" for a unit, the class for an output."""
        return self.names.short(column - 1, index)

    def name(self, column: int, index: int) -> str:
        """Return "Pixel 7", "Unit A" or "Output 0"."""
        return self.names.unit(column - 1, index)

    def source_name(self, column: int, index: int) -> str:
        """Return what stands in a sum: "pixel 7" or "unit A"."""
        return self.names.unit_inside(column - 1, index)

    def squashing(self, layer: int) -> str:
        """Return the name of what turns a layer's sums into its activations: "Sigmoid", "Softmax"."""
        return "Softmax" if self._is_softmax(layer) else self.network.layers[layer].activation.title

    def function(self, layer: int) -> str:
        """Return the same as a function in a formula: "sigmoid", "softmax"."""
        return "softmax" if self._is_softmax(layer) else self.network.activations[layer]

    def _is_softmax(self, layer: int) -> bool:
        return self.network.activations[layer] == "identity" and layer == len(self.network.weights) - 1


def line_readout(computation: Computation, layer: int, source: int, target: int) -> tuple[str, list[ReadoutRow]]:
    """Return title and rows for one line: its weight, what it multiplies, what it adds."""
    weight = float(computation.network.unit_weights[layer][source, target])
    ends = computation.name(layer, source), computation.source_name(layer + 1, target)
    title = translate("NetworkDiagram", "{0} → {1}").format(*ends)
    rows = [ReadoutRow(translate("NetworkDiagram", "weight"), with_sign(weight))]
    value = computation.value(layer, source)
    if value is not None:
        times = translate("NetworkDiagram", "× pixel") if layer == 0 else translate("NetworkDiagram", "× activation")
        rows.append(ReadoutRow(times, number(value, 0 if layer == 0 and value == int(value) else 2)))
        rows.append(ReadoutRow(translate("NetworkDiagram", "adds"), with_sign(weight * value)))
    return title, rows


def unit_readout(computation: Computation, column: int, index: int) -> tuple[str, list[ReadoutRow]]:
    """Return title and rows for a pixel, a unit or an output: its sum term by term."""
    title = computation.name(column, index)
    value = computation.value(column, index)
    if column == 0:
        shown = "?" if value is None else number(value, 0)
        return title, [ReadoutRow(translate("NetworkDiagram", "value"), shown)]
    layer = column - 1
    bias = ReadoutRow(
        translate("NetworkDiagram", "bias"), with_sign(float(computation.network.unit_biases[layer][index]))
    )
    total = computation.total(column, index)
    if value is None or total is None:
        return title, [bias]
    rows = [*_terms(computation, layer, index), bias]
    rows.append(ReadoutRow(translate("NetworkDiagram", "sum + bias = z"), with_sign(total)))
    formula = translate("NetworkDiagram", "{0}(z) = a").format(computation.function(layer))
    rows.append(ReadoutRow(formula, number(value)))
    return title, rows


def _terms(computation: Computation, layer: int, index: int) -> Iterable[ReadoutRow]:
    """Yield what each source adds, in their order; the smallest ones together where there are many."""
    weights = computation.network.unit_weights[layer][:, index]
    values = np.array([computation.value(layer, source) for source in range(len(weights))], dtype=np.float64)
    adds = weights * values
    silent = np.flatnonzero(values == 0)
    voices = np.flatnonzero(values != 0)
    named = np.sort(voices[np.argsort(-np.abs(adds[voices]), kind="stable")][:_MOST_TERMS])
    for source in named:
        name = computation.source_name(layer, int(source))
        if values[source] != 1:
            factors = with_sign(float(weights[source])), number(float(values[source]))
            name = translate("NetworkDiagram", "{0}  {1} × {2}").format(name, *factors)
        yield ReadoutRow(name, with_sign(float(adds[source])))
    rest = np.setdiff1d(voices, named)
    if rest.size:
        yield ReadoutRow(TaleWords().others(rest.size), with_sign(float(adds[rest].sum())))
    if silent.size:
        words = translate("NetworkDiagram", "{0} at 0") if layer else TaleWords().blank(silent.size)
        yield ReadoutRow(words.format(silent.size), "0")


def caption(computation: Computation, index: int) -> str:
    """Return what happens at one step of the walk, with its numbers."""
    walk = walk_of(computation.network)
    step = walk[index]
    column = step.layer + 1
    size = computation.network.sizes[column]
    if step.layer < 0:
        on = sum(computation.is_awake(0, index) for index in range(size))
        text = translate(
            "NetworkDiagram", "Inputs. {0} of {1} pixels are on and count as 1; the others are 0 and add nothing."
        ).format(on, size)
    else:
        is_output = step.layer == len(computation.network.weights) - 1
        text = _layer_caption(computation, step, is_output)
    return translate("NetworkDiagram", "{0} of {1} · {2}").format(index + 1, len(walk), text)


def _layer_caption(computation: Computation, step: WalkStep, is_output: bool) -> str:
    column = step.layer + 1
    measure, shown = (computation.value, number) if step.activated else (computation.total, with_sign)
    values = [measure(column, index) for index in range(computation.network.sizes[column])]
    parts = [
        translate("NetworkDiagram", "{0} {1}").format(computation.short_name(column, index), shown(value))
        for index, value in enumerate(values[:_MOST_NAMED])
        if value is not None
    ]
    items = itemised([*parts, "…"] if len(values) > _MOST_NAMED else parts)
    squashing = computation.squashing(step.layer)
    if step.activated and is_output:
        label = computation.answer.best
        verdict = "?" if label is None else computation.class_names[label]
        text = translate("NetworkDiagram", "Answer. {0} turns the sums into {1}. The largest says {2}.")
        return text.format(squashing, items, verdict)
    if step.activated:
        text = translate("NetworkDiagram", "Activations. {0} turns each sum into how excited its unit is: {1}.")
        return text.format(squashing, items)
    if is_output:
        text = translate("NetworkDiagram", "Votes. Each output adds up weight × activation, and its bias: {0}.")
    elif step.layer == 0:
        text = translate("NetworkDiagram", "Sums. Each unit adds up weight × pixel, and its bias: {0}.")
    else:
        text = translate("NetworkDiagram", "Sums. Each unit adds up weight × activation, and its bias: {0}.")
    return text.format(items)


def tale(computation: Computation) -> list[str]:
    """Return how the answer came about, in a few sentences: who is excited, what they look for, how they vote."""
    answer, network = computation.answer, computation.network
    if not computation.is_finite:
        return [translate("NetworkDiagram", "Some weights are not numbers any more, so there is no answer to explain.")]
    if answer.trace is None or answer.best is None:
        return [translate("NetworkDiagram", "Nothing is drawn yet. Switch on some pixels and read here what happens.")]
    last = len(network.sizes) - 2  # the column that votes
    sources = np.array([computation.value(last, index) for index in range(network.sizes[last])], dtype=np.float64)
    adds = sources[:, np.newaxis] * network.weights[-1]
    weight_of = np.abs(network.weights[-1]).max(axis=1) if last else np.abs(adds).max(axis=1)
    loudest = np.argsort(-weight_of, kind="stable")[:_MOST_VOICES]
    named = [int(index) for index in np.sort(loudest)]
    sentences = [_unit_tale(computation, last, index, adds[index]) for index in named]
    rest = network.sizes[last] - len(named)
    if rest:
        others = adds.sum(axis=0) - adds[named].sum(axis=0)
        sentences.append(TaleWords().others_add(rest, _for_classes(computation, others)))
    return [*sentences, _verdict(computation)]


def _unit_tale(computation: Computation, column: int, index: int, adds: np.ndarray) -> str:
    """Return the part one voter plays."""
    votes = _votes(computation, adds)
    name = computation.name(column, index)
    if column == 0:
        if computation.is_awake(0, index):
            return in_a_row(translate("NetworkDiagram", "{0} is on.").format(name), votes)
        return translate("NetworkDiagram", "{0} is blank and adds nothing.").format(name)
    if computation.is_awake(column, index):
        text = translate("NetworkDiagram", "{0} is excited ({1}).")
    else:
        text = translate("NetworkDiagram", "{0} is quiet ({1}).")
    state = text.format(name, number(computation.value(column, index) or 0.0))
    return in_a_row(state, _tastes(computation, column - 1, index), votes)


def _tastes(computation: Computation, layer: int, index: int) -> str:
    """Return which sources have the strongest weights of either sign, in a sentence."""
    weights = computation.network.unit_weights[layer][:, index]
    floor = 0.3 * float(np.abs(weights).max())
    order = np.argsort(-np.abs(weights), kind="stable")

    def strongest(sign: int) -> list[str]:
        chosen = sorted([int(source) for source in order if weights[source] * sign > floor][:3])
        return [computation.short_name(layer, source) for source in chosen]

    likes, dislikes = strongest(1), strongest(-1)
    if not likes and not dislikes:
        return translate("NetworkDiagram", "It likes nothing much; it dislikes nothing much.")
    if layer == 0:
        return TaleWords().of_pixels(likes, dislikes)
    if not dislikes:
        text = translate("NetworkDiagram", "It likes {0}; it dislikes nothing much.")
    elif not likes:
        text = translate("NetworkDiagram", "It likes nothing much; it dislikes {1}.")
    else:
        text = translate("NetworkDiagram", "It likes {0}; it dislikes {1}.")
    return text.format(listed(likes), listed(dislikes))


class TaleWords(QObject):
    """What has plural forms, which the translators' tool sees in an object of Qt alone."""

    def of_pixels(self, likes: list[str], dislikes: list[str]) -> str:
        """Return on which pixels a unit likes ink and on which not; one of both may be empty."""
        if not dislikes:
            text = self.tr("It likes ink on pixel(s) {0}; it dislikes nothing much.", "", len(likes))
        elif not likes:
            text = self.tr("It likes nothing much; it dislikes ink on pixel(s) {1}.", "", len(dislikes))
        elif len(dislikes) == 1:
            text = self.tr("It likes ink on pixel(s) {0}; it dislikes ink on pixel {1}.", "", len(likes))
        else:
            text = self.tr("It likes ink on pixel(s) {0}; it dislikes ink on pixels {1}.", "", len(likes))
        return text.format(listed(likes), listed(dislikes))

    def others(self, count: int) -> str:
        """Return what the terms of a sum are called that are not named."""
        return self.tr("%n other(s)", "", count)

    def blank(self, count: int) -> str:
        """Return what the pixels without ink are called."""
        return self.tr("%n blank pixel(s)", "", count)

    def hidden_units(self, count: int) -> str:
        """Return what stands above a column of hidden units."""
        return self.tr("%n hidden unit(s)", "", count)

    def others_add(self, count: int, what: str) -> str:
        """Return what the voters that are not named add."""
        return self.tr("The other %n add {0}.", "", count).format(what)


def _votes(computation: Computation, adds: np.ndarray) -> str:
    best, worst = int(np.argmax(adds)), int(np.argmin(adds))
    if np.abs(adds).max() < 0.05:
        return translate("NetworkDiagram", "Its votes hardly count now.")
    if adds[best] > 0 > adds[worst]:
        text = translate("NetworkDiagram", "It votes for {0} ({1}) and against {2} ({3}).")
    elif adds[best] > 0:
        text = translate("NetworkDiagram", "It votes for {0} ({1}).")
    else:
        text = translate("NetworkDiagram", "It votes against {2} ({3}).")
    names = computation.class_names
    return text.format(names[best], with_sign(float(adds[best])), names[worst], with_sign(float(adds[worst])))


def _for_classes(computation: Computation, values: np.ndarray) -> str:
    order = np.sort(np.argsort(-np.abs(values), kind="stable")[:3])
    text = translate("NetworkDiagram", "{0} to {1}")
    return listed(text.format(with_sign(float(values[k])), computation.class_names[k]) for k in order)


def _verdict(computation: Computation) -> str:
    answer, column = computation.answer, len(computation.network.sizes) - 1
    assert answer.best is not None
    likeliest = np.argsort([-(computation.value(column, k) or 0.0) for k in range(len(computation.class_names))])[:2]
    says = computation.class_names[answer.best], number(computation.value(column, answer.best) or 0.0)
    scores = [
        part
        for k in np.sort(likeliest)
        for part in (computation.class_names[k], with_sign(computation.total(column, int(k)) or 0.0))
    ]
    if len(likeliest) == 1:
        text = translate("NetworkDiagram", "With the bias, {2} has {3}: it says {0} ({1}).")
    else:
        text = translate("NetworkDiagram", "With the biases, {2} has {3} and {4} has {5}: it says {0} ({1}).")
    return text.format(*says, *scores)
