"""What is said about a scene: its title, what happens, and the numbers that it comes from, line by line.

Two captions of one picture: the mathematics, and the tale of the demons who listen to each other. The numbers and
their places are the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from digitapp.gui.diagram.step_units import small_ways
from digitapp.gui.pages.step.formulas import exact, plain, plus, slope_formula, sub, term, value_formula
from digitapp.gui.pages.step.sample_words import sample_words
from digitapp.gui.pages.step.tale import StepWords
from digitapp.gui.state.scene import Focus, Scene, terms_of
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import thousands
from digitapp.inspection.cost_terms import cost_terms
from digitapp.inspection.walk import Kind

Tone = Literal["plain", "strong", "muted", "gradient", "total"]

MOST_ROWS = 9


@dataclass(frozen=True)
class Row:
    """One line of numbers: a name, how the number comes about, and the number.

    Attributes
    ----------
    focus : what it is about, for who points at it; None for nothing in particular
    below : what stands under it, in a line of its own, where the numbers of the detail would be too long
    """

    name: str
    detail: str
    value: str
    tone: Tone = "plain"
    focus: Focus | None = None
    below: str = ""


@dataclass(frozen=True)
class Block:
    """One section: a title with a formula on its right, lines of numbers, and formulas with the numbers put in.

    Attributes
    ----------
    aside, line : rich text of formulas; names in it are escaped
    plots_activation : whether the curve of the activation stands below
    """

    title: str
    aside: str = ""
    rows: tuple[Row, ...] = ()
    line: str = ""
    plots_activation: bool = False


@dataclass(frozen=True)
class Explanation:
    """All that is said about a scene; `next` is what comes next."""

    title: str
    text: str
    blocks: tuple[Block, ...] = ()
    next: str = ""


def explain(scene: Scene, *, tale: bool) -> Explanation:
    """Return what is said about a scene."""
    words = StepWords(scene, tale=tale)
    kind = scene.stop.kind
    if not scene.numbers.is_finite and kind is not Kind.INPUTS and not _is_finite_here(scene):
        return Explanation(
            translate("StepPage", "Not a number"),
            translate("StepPage", "A number has become too large to be one. Here the walk ends; take a weight back."),
        )
    make = {
        Kind.INPUTS: _inputs,
        Kind.SUMS: _sums,
        Kind.ACTIVATIONS: _activations,
        Kind.ERROR: _error,
        Kind.BLAME: _blame,
        Kind.GRADIENTS: _gradients,
        Kind.UPDATE: _update,
    }[kind]
    return Explanation(words.title(), words.text(), tuple(make(scene)), words.next())


def unit_of(scene: Scene) -> int:
    """Return the unit of the stop's layer that is told about: the one in focus, else the first."""
    layer, focus = scene.stop.layer, scene.focus
    return focus.unit if focus.layer == layer else 0


def _rows_of(count: int) -> int:
    """Return how many of so many things have a row: where all but one would have one, that one stands there itself."""
    return count if count <= MOST_ROWS + 1 else MOST_ROWS


def _is_finite_here(scene: Scene) -> bool:
    layer = max(scene.stop.layer, 0)
    return bool(np.isfinite(scene.numbers.layers[layer].sums).all())


# Forward


def _inputs(scene: Scene) -> list[Block]:
    x, names = scene.numbers.inputs, scene.shown.names
    on = np.flatnonzero(x)
    rows = [
        Row(names.unit(-1, int(index)), "", plain(float(x[index]), 0 if float(x[index]) == 1 else 3))
        for index in on[: _rows_of(len(on))]
    ]
    rest = len(on) - len(rows)
    if rest:
        rows.append(Row(translate("StepPage", "{0} others with ink").format(rest), "", "…", "muted"))
    if len(x) > len(on):
        rows.append(Row(translate("StepPage", "{0} blank").format(len(x) - len(on)), "", "0", "muted"))
    return [Block(translate("StepPage", "The inputs"), "x", tuple(rows))]


def _sum_block(scene: Scene, layer: int, unit: int) -> Block:
    numbers, names = scene.numbers.layers[layer], scene.shown.names
    name = names.short(layer, unit)
    adds, reads = numbers.adds[:, unit], numbers.reads
    known = _known_terms(scene, Kind.SUMS, layer, unit)
    voices = [int(source) for source in np.flatnonzero(reads) if known is None or int(source) in known]
    shown = sorted(sorted(voices, key=lambda source: -abs(adds[source]))[: _rows_of(len(voices))])
    rows = [
        Row(
            names.unit(layer - 1, source),
            f"{plus(float(numbers.weights[source, unit]))} × {exact(float(reads[source]))}",
            term(float(adds[source])),
            focus=Focus(layer, unit, source),
        )
        for source in shown
    ]
    rest = [source for source in voices if source not in shown]
    if rest:
        rows.append(
            Row(translate("StepPage", "{0} others").format(len(rest)), "w × a", term(float(adds[rest].sum())), "muted")
        )
    silent = len(reads) - int(np.count_nonzero(reads))
    if silent:
        text = (
            translate("StepPage", "{0} blank pixels")
            if layer == 0 and names.has_pixels
            else translate("StepPage", "{0} at 0")
        )
        rows.append(Row(text.format(silent), "w × 0", "0", "muted"))
    if known is None or -1 in known:
        bias = Row(translate("StepPage", "bias"), "", term(float(numbers.biases[unit])), focus=Focus(layer, unit, -1))
        rows.append(bias)
    if known is None:
        rows.append(Row("z", "", plus(float(numbers.sums[unit])), "total"))
    formula = f"{sub('z', name)} = Σ w·{'x' if layer == 0 else 'a'} + {sub('b', name)}"
    return Block(translate("StepPage", "The sum"), formula, tuple(rows))


def _known_terms(scene: Scene, kind: Kind, layer: int, unit: int) -> set[int] | None:
    """Return the sources whose terms are known of a unit that is walked through term by term; None for all."""
    place, stop = scene.place, scene.stop
    if stop.kind is not kind or stop.layer != layer or place.term is None or place.unit != unit:
        return None
    return set(terms_of(scene, stop)[: place.term + 1])


def _sums(scene: Scene) -> list[Block]:
    layer, unit = scene.stop.layer, unit_of(scene)
    others = _others(scene, Kind.SUMS, layer, unit)
    return [_sum_block(scene, layer, unit), *others]


def _others(scene: Scene, kind: Kind, layer: int, unit: int) -> list[Block]:
    """Return what is known of the other units of a layer: nothing where there are very many."""
    numbers, names = scene.numbers.layers[layer], scene.shown.names
    rows = []
    for other in range(numbers.sums.size):
        if other == unit or not scene.knows(kind, layer, other) or len(rows) >= MOST_ROWS:
            continue
        if kind is Kind.SUMS:
            row = Row(names.unit(layer, other), "", f"z {plus(float(numbers.sums[other]))}", focus=Focus(layer, other))
        elif kind is Kind.ACTIVATIONS:
            detail = f"z {plus(float(numbers.sums[other]))}"
            row = Row(
                names.unit(layer, other), detail, f"→ {exact(_shown(scene, layer, other))}", focus=Focus(layer, other)
            )
        else:
            row = Row(
                names.unit(layer, other),
                "",
                f"δ {small_ways(float(numbers.blame[other]))[0]}",
                "gradient",
                Focus(layer, other),
            )
        rows.append(row)
    return [Block(translate("StepPage", "The other units"), "", tuple(rows))] if rows else []


def _shown(scene: Scene, layer: int, unit: int) -> float:
    """Return a unit's activation; of outputs that a softmax follows, the probability."""
    if layer == len(scene.numbers.layers) - 1 and scene.shown.model.loss in ("cross_entropy", "binary_cross_entropy"):
        return float(scene.numbers.probabilities[unit])
    return float(scene.numbers.layers[layer].activations[unit])


def _activations(scene: Scene) -> list[Block]:
    layer, unit = scene.stop.layer, unit_of(scene)
    numbers, name = scene.numbers.layers[layer], scene.shown.names.short(layer, unit)
    z, loss = float(numbers.sums[unit]), scene.shown.model.loss
    is_output = layer == len(scene.numbers.layers) - 1
    if is_output and loss == "cross_entropy":
        aside = f"{sub('p', name)} = e<sup>z</sup> / Σ e<sup>z</sup> = <b>{exact(_shown(scene, layer, unit))}</b>"
        block = Block(translate("StepPage", "Softmax"), aside)
    elif is_output and loss == "binary_cross_entropy":
        aside = f"{sub('p', name)} = σ({exact(z)}) = <b>{exact(_shown(scene, layer, unit))}</b>"
        block = Block(translate("StepPage", "The output"), aside)
    else:
        formula = value_formula(scene.network.activations[layer]).format(z=exact(z))
        aside = f"{sub('a', name)} = {formula} = <b>{exact(float(numbers.activations[unit]))}</b>"
        block = Block(translate("StepPage", "The activation"), aside, plots_activation=True)
    return [_sum_block(scene, layer, unit), block, *_others(scene, Kind.ACTIVATIONS, layer, unit)]


# The error


def _error(scene: Scene) -> list[Block]:
    numbers, loss, names = scene.numbers, scene.shown.model.loss, scene.shown.names
    layer = len(numbers.layers) - 1
    rows = []
    for share in cost_terms(loss, numbers)[: MOST_ROWS + 1]:
        detail = _cost_detail(scene, share.output)
        rows.append(Row(names.unit(layer, share.output), detail, term(share.value), focus=Focus(layer, share.output)))
    rows.append(Row("C", "", plus(numbers.cost).removeprefix("+"), "total"))
    formula = {
        "squared_error": "C = ½ Σ (t − a)²",
        "cross_entropy": "C = −ln p<sub>t</sub>",
        "binary_cross_entropy": "C = −Σ [t ln p + (1−t) ln(1−p)]",
        "hinge": "C = Σ max(0, z − z<sub>t</sub> + 1)",
        "perceptron": "C = Σ (y − t) z",
    }[loss]
    blocks = [Block(sample_words(scene.shown.problem).error_title, formula, tuple(rows))]
    if scene.totals is not None:
        total = scene.totals
        text = sample_words(scene.shown.problem).learned_all.format(len(total.answers))
        blocks.append(
            Block(
                translate("StepPage", "The total error"),
                "C<sub>T</sub> = Σ C",
                (
                    Row(text, "", exact(total.cost), "strong"),
                    Row(translate("StepPage", "read right"), "", f"{total.right}"),
                ),
            )
        )
    return blocks


def _cost_detail(scene: Scene, unit: int) -> str:
    numbers = scene.numbers
    a, t = float(numbers.layers[-1].activations[unit]), float(numbers.targets[unit])
    loss, label = scene.shown.model.loss, numbers.label
    if loss == "squared_error":
        return f"½ ({exact(t)} − {exact(a)})²"
    if loss == "cross_entropy":
        return f"−ln {exact(float(numbers.probabilities[unit]))}"
    if loss == "binary_cross_entropy":
        p = float(numbers.probabilities[unit])
        return f"−ln {exact(p)}" if t == 1 else f"−ln(1 − {exact(p)})"
    if loss == "hinge":
        return f"max(0, {exact(a)} − {exact(float(numbers.layers[-1].activations[label]))} + 1)"
    return f"({1 if a > 0 else 0} − {exact(t)}) × {exact(a)}"


# Backward


def _blame(scene: Scene) -> list[Block]:
    layer, unit = scene.stop.layer, unit_of(scene)
    block = (
        _blame_of_output(scene, unit)
        if layer == len(scene.numbers.layers) - 1
        else _blame_of_hidden(scene, layer, unit)
    )
    return [*block, *_others(scene, Kind.BLAME, layer, unit)]


def _blame_of_output(scene: Scene, unit: int) -> list[Block]:
    numbers, loss = scene.numbers, scene.shown.model.loss
    layer = len(numbers.layers) - 1
    last, name = numbers.layers[layer], scene.shown.names.short(layer, unit)
    a, t, delta = float(last.activations[unit]), float(numbers.targets[unit]), float(last.blame[unit])
    result = Row("δ", "", plus(delta), "gradient")
    if loss == "squared_error":
        slope = slope_formula(scene.network.activations[layer])
        rows = (
            Row("∂C/∂a = a − t", f"{exact(a)} − {exact(t)}", plus(float(last.slopes[unit]))),
            Row("f′(z)", f"{exact(a)} × (1 − {exact(a)})", exact(float(last.locals[unit]))),
            result,
        )
        return [Block(translate("StepPage", "The blame"), f"{sub('δ', name)} = (a − t) · {slope}", rows)]
    if loss in ("cross_entropy", "binary_cross_entropy"):
        p = float(numbers.probabilities[unit])
        return [
            Block(
                translate("StepPage", "The blame"),
                f"{sub('δ', name)} = p − t",
                (Row("p − t", f"{exact(p)} − {exact(t)}", plus(delta)), result),
            )
        ]
    formula = "y − t" if loss == "perceptron" else "∂C/∂z"
    return [Block(translate("StepPage", "The blame"), f"{sub('δ', name)} = {formula}", (result,))]


def _blame_of_hidden(scene: Scene, layer: int, unit: int) -> list[Block]:
    numbers, above, names = scene.numbers.layers[layer], scene.numbers.layers[layer + 1], scene.shown.names
    name = names.short(layer, unit)
    known = _known_terms(scene, Kind.BLAME, layer, unit)
    passed = above.passed_down[unit]
    order = sorted(range(passed.size), key=lambda k: -abs(passed[k]))[: _rows_of(passed.size)]
    rows = [
        Row(
            names.unit(layer + 1, k),
            f"{plus(float(above.weights[unit, k]))} × {plus(float(above.blame[k]))}",
            term(float(passed[k])),
            focus=Focus(layer + 1, k, unit),
        )
        for k in sorted(order)
        if known is None or k in known
    ]
    rest = [k for k in range(passed.size) if k not in order]
    if rest:
        rows.append(
            Row(
                translate("StepPage", "{0} others").format(len(rest)), "w × δ", term(float(passed[rest].sum())), "muted"
            )
        )
    aside = f"{sub('δ', name)} = Σ w δ · f′(z)"
    if known is not None:
        return [Block(translate("StepPage", "The blame"), aside, tuple(rows))]
    slope = slope_formula(scene.network.activations[layer])
    rows += [
        Row("∂C/∂a", "Σ w × δ", plus(float(numbers.slopes[unit])), "strong"),
        Row("f′(z)", "", exact(float(numbers.locals[unit]))),
        Row(
            "δ",
            f"{plus(float(numbers.slopes[unit]))} × {exact(float(numbers.locals[unit]))}",
            plus(float(numbers.blame[unit])),
            "gradient",
        ),
    ]
    return [Block(translate("StepPage", "The blame"), aside, tuple(rows), f"f′(z) = {slope}")]


def _gradients(scene: Scene) -> list[Block]:
    layer, unit = scene.stop.layer, unit_of(scene)
    source = scene.focus.source if scene.focus.layer == layer else None
    blocks = [] if source is None else [_gradient_of(scene, layer, unit, source)]
    return [*blocks, _gradient_table(scene, layer, unit)]


def _gradient_of(scene: Scene, layer: int, unit: int, source: int) -> Block:
    numbers, names = scene.numbers.layers[layer], scene.shown.names
    delta, name = float(numbers.blame[unit]), names.short(layer, unit)
    if source < 0:
        line = f"∂C/∂b = {sub('δ', name)} = <b>{plus(delta)}</b>"
    else:
        read = float(numbers.reads[source])
        letter = sub("x" if layer == 0 else "a", names.short(layer - 1, source))
        line = f"∂C/∂w = {sub('δ', name)} · {letter} = {plus(delta)} × {exact(read)} = <b>{plus(delta * read)}</b>"
    return Block(translate("StepPage", "The gradient"), "", (), line)


def _gradient_table(scene: Scene, layer: int, unit: int) -> Block:
    numbers, names = scene.numbers.layers[layer], scene.shown.names
    slopes = numbers.weight_gradient[:, unit]
    known = _known_terms(scene, Kind.GRADIENTS, layer, unit)
    voices = [int(source) for source in np.flatnonzero(numbers.reads) if known is None or int(source) in known]
    shown = sorted(sorted(voices, key=lambda source: -abs(slopes[source]))[: _rows_of(len(voices))])
    delta = float(numbers.blame[unit])
    rows = [
        Row(
            names.unit(layer - 1, source),
            f"{plus(delta)} × {exact(float(numbers.reads[source]))}",
            small_ways(float(slopes[source]))[0],
            "gradient",
            Focus(layer, unit, source),
        )
        for source in shown
    ]
    if len(voices) > len(shown):
        rows.append(Row(translate("StepPage", "{0} others").format(len(voices) - len(shown)), "", "…", "muted"))
    silent = len(numbers.reads) - int(np.count_nonzero(numbers.reads))
    if silent:
        rows.append(Row(translate("StepPage", "{0} that read 0").format(silent), "δ × 0", "0", "muted"))
    if known is None or -1 in known:
        rows.append(Row(translate("StepPage", "bias"), "", small_ways(delta)[0], "gradient", Focus(layer, unit, -1)))
    title = translate("StepPage", "All weights of {0}").format(names.unit_inside(layer, unit))
    return Block(title, "∂C/∂w = δ · a", tuple(rows))


def _update(scene: Scene) -> list[Block]:
    update = scene.update
    if update is None:
        return []
    rows = [
        Row(translate("StepPage", "learned from"), "", _learned_from(scene, len(update.samples))),
        Row(translate("StepPage", "learning rate"), "", exact(update.learning_rate)),
        Row(translate("StepPage", "largest change"), "", plus(_largest(update.after - update.before))),
    ]
    return [
        Block(
            translate("StepPage", "The step"),
            translate("StepPage", "step {0}").format(thousands(update.number)),
            tuple(rows),
        )
    ]


def _learned_from(scene: Scene, count: int) -> str:
    words = sample_words(scene.shown.problem)
    if count == 1:
        return words.learned_this
    if scene.totals is not None and count == len(scene.totals.answers):
        return words.learned_all.format(count)
    return words.learned_batch.format(count)


def _largest(change: np.ndarray) -> float:
    return float(change[np.abs(change).argmax()])
