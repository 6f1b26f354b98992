"""What the bench of the averages says of β and of what is averaged."""

from __future__ import annotations

from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets.numbers import figure
from digitapp.lab.averages import PERIOD, memory

_SHORT, _LONG = 3.0, 40.0  # values that a mean takes in, between which it does what one wants of it


def beta_text(beta: float) -> str:
    """Return β with as many digits as it needs."""
    return f"{beta:.6g}"


def memory_text(beta: float) -> str:
    """Return over how many values the mean goes."""
    return translate("Averages", "{0} values").format(figure(memory(beta), 3).rstrip("0").rstrip("."))


def story(beta: float, *, is_cosine: bool) -> str:
    """Return what is to be seen at a β."""
    return in_a_row(_reach_story(beta, is_cosine=is_cosine), _start_story(beta))


def _reach_story(beta: float, *, is_cosine: bool) -> str:
    if beta == 0:
        return translate("Averages", "With β = 0 nothing is remembered: the mean is the signal itself.")
    if memory(beta) < _SHORT:
        return translate("Averages", "The memory is short: the mean follows at once, and most of the noise with it.")
    if memory(beta) < _LONG:
        return translate(
            "Averages",
            "The noise of single values cancels out, and the shape remains. The price is a delay: the mean comes later "
            "than what it follows.",
        )
    if is_cosine:
        return translate(
            "Averages",
            "The memory is nearly as long as a wave of {0} values: the mean comes far too late, and takes most of the "
            "wave for noise.",
        ).format(PERIOD)
    return translate(
        "Averages", "The memory is long: the mean is smooth, and comes far too late where the loss falls quickly."
    )


def _start_story(beta: float) -> str:
    if beta == 0:
        return ""
    return translate(
        "Averages",
        "It begins at 0, which counts as if it had been a value: so the first means are too small. Divided by the sum "
        "of their weights, 1 − βᵗ, they are right from the first step on. Adam does that; momentum does not.",
    )
