"""What is said about layers in training, in a sentence each."""

from __future__ import annotations

import math

from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import figure, percent, thousands
from digitapp.inspection.layer_findings import (
    HEALTHY,
    Alike,
    Crawling,
    LayerFinding,
    ManyDead,
    NotNumbers,
    Saturated,
    Sound,
    Unsettled,
    Vanishing,
)


def layer_name(layer: int, count: int) -> str:
    """Return what a layer of weights is called, counted from 0 of so many."""
    if layer == count - 1:
        return translate("LayerWords", "Output")
    return translate("LayerWords", "Layer {0}").format(thousands(layer + 1))


def layer_sentence(finding: LayerFinding) -> str:
    """Return the finding of the whole."""
    if isinstance(finding, Sound):
        return _of_sound(finding)
    if isinstance(finding, NotNumbers):
        text = translate(
            "LayerWords", "Layer {0} holds weights that are no numbers any more: the steps were too large."
        )
        return text.format(finding.layer)
    if isinstance(finding, Alike):
        text = translate(
            "LayerWords", "All units of layer {0} have the same weights, learn the same, and will stay alike."
        )
        return text.format(finding.layer)
    if isinstance(finding, Unsettled):
        text = translate("LayerWords", "Each step changes layer {0} by {1} of its weights: it forgets what it learns.")
        return text.format(finding.layer, percent(finding.share))
    if isinstance(finding, Vanishing):
        if math.isinf(finding.times):
            return translate("LayerWords", "No error reaches layer {0}: its gradient is 0.").format(finding.layer)
        text = translate(
            "LayerWords", "The gradient vanishes: in layer {0} it is {1} times smaller than in the output."
        )
        return text.format(finding.layer, thousands(round(finding.times)))
    if isinstance(finding, ManyDead):
        text = translate("LayerWords", "{1} of the {2} units of layer {0} are dead: they answer 0 to every sample.")
        return text.format(finding.layer, thousands(finding.dead), thousands(finding.units))
    if isinstance(finding, Saturated):
        text = translate(
            "LayerWords", "{1} of what layer {0} answers is at an end of its range, where units hardly learn."
        )
        return text.format(finding.layer, percent(finding.share))
    assert isinstance(finding, Crawling)
    text = translate("LayerWords", "No layer moves by more than {0} of its weights a step: the steps are too small.")
    return text.format(figure(finding.share, 2))


def _of_sound(finding: Sound) -> str:
    if finding.dead:
        text = translate("LayerWords", "Dead units: {0}. Otherwise nothing is wrong with the layers.")
        return text.format(thousands(finding.dead))
    if math.isnan(finding.most):
        return translate("LayerWords", "Nothing is wrong with the layers.")
    if finding.is_usual:
        return translate(
            "LayerWords",
            "Healthy: every layer moves by about a thousandth of its weights a step, no gradient vanishes.",
        )
    if finding.most < HEALTHY[0]:
        return translate("LayerWords", "Nothing is wrong: the layers have nearly come to rest.")
    return translate("LayerWords", "Nothing is wrong: the layers move by {0} to {1} of their weights a step.").format(
        figure(finding.least, 2), figure(finding.most, 2)
    )
