"""What is said about the size of a network, and about what width and depth changed on the plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets.numbers import decimal, figure, percent, thousands
from digitapp.lab.plane_shapes import TriedShape
from digitapp.lab.sizes import MOST_LAYERS, Flaw, NetworkSize, SizesError
from digitapp.training.config import MAX_PARAMETERS, MAX_UNITS

_MUCH_BETTER = 0.8  # of the other's loss
_ALIKE = 0.85
_OVERFITTED = 1.25  # times the lowest loss on held-back points


def shape_text(sizes: Sequence[int]) -> str:
    """Return sizes as they are written: "784-30-10"."""
    return "-".join(map(str, sizes))


def sizes_refusal(error: ValueError) -> str:
    """Return why typed sizes are those of no network, and what would do."""
    if not isinstance(error, SizesError):
        return translate("Sizes", "Not possible.")
    example = translate("Sizes", "Type the sizes from the inputs to the outputs, such as 784-30-10.")
    match error.flaw:
        case Flaw.NOT_WHOLE:
            return in_a_row(translate("Sizes", "“{0}” is no whole number.").format(error.part[:12]), example)
        case Flaw.TOO_FEW:
            return in_a_row(translate("Sizes", "Inputs and outputs are needed."), example)
        case Flaw.TOO_MANY:
            return translate("Sizes", "Use at most {0} layers with weights.").format(MOST_LAYERS)
        case Flaw.OUT_OF_RANGE:
            text = translate("Sizes", "“{0}” is not possible: a layer has 1 to {1} units.")
            return text.format(error.part[:12], thousands(MAX_UNITS))
        case Flaw.TOO_LARGE:
            return translate("Sizes", "Use layers with at most {0} parameters in all.").format(
                thousands(MAX_PARAMETERS)
            )


def layer_title(size: NetworkSize, place: int) -> str:
    """Return what a layer with weights is called."""
    if place == len(size.layers) - 1:
        return translate("Sizes", "Output")
    return translate("Sizes", "Hidden layer {0}").format(place + 1)


def counting_text(size: NetworkSize) -> str:
    """Return how a textbook counts the network."""
    layers = translate("Sizes", "The inputs are no neurons and no layer: only what has weights is counted.")
    if len(size.layers) == 1:
        return in_a_row(
            layers, translate("Sizes", "This network has no hidden layer: it can only draw straight lines.")
        )
    return in_a_row(
        layers, translate("Sizes", "So this is a network of {0} layers.").format(thousands(len(size.layers)))
    )


def memory_text(bytes_: int) -> str:
    """Return an amount of memory."""
    if bytes_ < 1000:
        return translate("Sizes", "{0} bytes").format(bytes_)
    if bytes_ < 1_000_000:
        return translate("Sizes", "{0} kB").format(figure(bytes_ / 1e3, 3))
    if bytes_ < 1_000_000_000:
        return translate("Sizes", "{0} MB").format(figure(bytes_ / 1e6, 3))
    return translate("Sizes", "{0} GB").format(figure(bytes_ / 1e9, 3))


def time_text(seconds: float) -> str:
    """Return how long something takes."""
    if seconds < 1e-3:
        return translate("Sizes", "{0} µs").format(figure(seconds * 1e6, 3))
    if seconds < 1:
        return translate("Sizes", "{0} ms").format(figure(seconds * 1e3, 3))
    if seconds < 120:
        return translate("Sizes", "{0} s").format(figure(seconds, 3))
    return translate("Sizes", "{0} min").format(figure(seconds / 60, 3))


def width_text(tried: dict[tuple[int, ...], TriedShape], narrow: tuple[int, ...], wide: tuple[int, ...]) -> str:
    """Return what more units in a layer changed."""
    before, after = (tried[hidden].loss for hidden in (narrow, wide))
    text = translate("Sizes", "From {0} to {1} units in one layer the loss on the learned points goes from {2} to {3}.")
    told = text.format(narrow[0], wide[0], decimal(before), decimal(after))
    if after < _MUCH_BETTER * before:
        return in_a_row(told, translate("Sizes", "Each unit bends the line once more."))
    return in_a_row(told, translate("Sizes", "More units hardly help here."))


def depth_text(tried: dict[tuple[int, ...], TriedShape], shallow: tuple[int, ...], deep: tuple[int, ...]) -> str:
    """Return what more layers changed, and whether as many parameters in one layer do the same."""
    one, many = tried[shallow], tried[deep]
    text = translate("Sizes", "{0} has {1} parameters and comes to {2}; {3}, one layer, has {4} and comes to {5}.")
    told = text.format(
        shape_text(deep),
        thousands(many.parameters),
        decimal(many.loss),
        shape_text(shallow),
        thousands(one.parameters),
        decimal(one.loss),
    )
    if min(one.loss, many.loss) > _ALIKE * max(one.loss, many.loss):
        return in_a_row(told, translate("Sizes", "Here depth and width are worth about as much."))
    if many.loss < one.loss:
        return in_a_row(told, translate("Sizes", "Here depth is worth more than width."))
    return in_a_row(told, translate("Sizes", "Here width is worth more than depth."))


def held_back_text(tried: dict[tuple[int, ...], TriedShape]) -> str:
    """Return which shape does best on points that no network has seen, and which has learned too much by heart."""
    best = min(tried.values(), key=lambda each: each.loss_held_back)
    text = translate("Sizes", "On points that none has seen, {0} has the lowest loss: {1}.")
    told = text.format(shape_text(best.hidden), decimal(best.loss_held_back))
    worst = max(
        (each for each in tried.values() if each.parameters > best.parameters),
        key=lambda each: each.loss_held_back,
        default=best,
    )
    if worst.loss_held_back < _OVERFITTED * best.loss_held_back or worst.loss >= best.loss:
        return told
    text = translate(
        "Sizes", "{0} learns its points better ({1}) and those worse ({2}): it has learned the noise by heart."
    )
    return in_a_row(told, text.format(shape_text(worst.hidden), decimal(worst.loss), decimal(worst.loss_held_back)))


def chance_text(tried: dict[tuple[int, ...], TriedShape]) -> str:
    """Return how much the first weights decide: the shape whose seeds differ most."""
    spread = max(tried.values(), key=lambda each: float(np.ptp(each.losses[0])))
    low, high = float(spread.losses[0].min()), float(spread.losses[0].max())
    text = translate("Sizes", "Chance matters: with {0} the loss is from {1} to {2}, by the first weights alone.")
    return text.format(shape_text(spread.hidden), decimal(low), decimal(high))


def map_text(tried: TriedShape) -> str:
    """Return what stands below the map of a shape."""
    text = translate("Sizes", "{0} of the learned points right, {1} of the others")
    shares = np.median(tried.accuracies, axis=1)
    return text.format(percent(float(shares[0]), 0), percent(float(shares[1]), 0))
