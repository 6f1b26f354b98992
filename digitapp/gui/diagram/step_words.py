"""What the picture of one step says about the thing under the pointer."""

from __future__ import annotations

from digitapp.gui.diagram.words import number, with_sign
from digitapp.gui.state.scene import Focus, Scene
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import MINUS
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.inspection.walk import Kind

# The letters of the book, the same in every language.
WEIGHT, SUM, ACTIVATION, BLAME = "w", "z", "a", "δ"
WEIGHT_SLOPE, ACTIVATION_SLOPE = "∂C/∂w", "∂C/∂a"


def figure(value: float) -> str:
    """Return a number with its sign and six figures, as it is compared with other numbers: "+0.0128489"."""
    return f"{value:+.6g}".replace("-", MINUS)


def wire_readout(scene: Scene, focus: Focus) -> tuple[str, list[ReadoutRow]]:
    """Return title and rows for a wire: its weight, what it adds, what flows back on it, as far as they are known."""
    assert focus.source is not None
    layer = scene.numbers.layers[focus.layer]
    weight = float(layer.weights[focus.source, focus.unit])
    rows = [ReadoutRow(WEIGHT, with_sign(weight))]
    if scene.knows(Kind.SUMS, focus.layer, focus.unit):
        rows.append(
            ReadoutRow(translate("StepDiagram", "adds w × a"), with_sign(float(layer.adds[focus.source, focus.unit])))
        )
    if scene.knows(Kind.GRADIENTS, focus.layer, focus.unit):
        rows.append(ReadoutRow(WEIGHT_SLOPE, figure(float(layer.weight_gradient[focus.source, focus.unit]))))
    assert focus.weight is not None
    return scene.shown.names.weight(focus.weight), rows


def node_readout(scene: Scene, layer: int, unit: int) -> tuple[str, list[ReadoutRow]]:
    """Return title and rows for an input or a unit, as far as its numbers are known."""
    title = scene.shown.names.unit(layer, unit)
    if layer < 0:
        return title, [ReadoutRow(translate("StepDiagram", "value"), number(float(scene.numbers.inputs[unit])))]
    numbers = scene.numbers.layers[layer]
    rows = [ReadoutRow(translate("StepDiagram", "bias"), with_sign(float(numbers.biases[unit])))]
    if scene.knows(Kind.SUMS, layer, unit):
        rows.append(ReadoutRow(SUM, figure(float(numbers.sums[unit]))))
    if scene.knows(Kind.ACTIVATIONS, layer, unit):
        rows.append(ReadoutRow(ACTIVATION, figure(float(numbers.activations[unit]))))
    if scene.knows(Kind.BLAME, layer, unit):
        rows += [
            ReadoutRow(ACTIVATION_SLOPE, figure(float(numbers.slopes[unit]))),
            ReadoutRow(BLAME, figure(float(numbers.blame[unit]))),
        ]
    return title, rows
