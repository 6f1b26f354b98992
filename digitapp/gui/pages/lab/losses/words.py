"""What is said about scores, losses and penalties."""

from __future__ import annotations

from typing import Any

from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets.numbers import decimal, figure, percent
from digitapp.gui.words.choices import choice_words
from digitapp.lab.losses import LossReading
from digitapp.nn.losses import LOSSES

CLASSES = ("A", "B", "C")


def loss_name(key: str) -> str:
    """Return what a loss is called."""
    entry: Any = LOSSES[key]
    return choice_words("loss", key, entry).title


def loss_sentence(reading: LossReading, scores: list[float], right: int) -> str:
    """Return what a loss makes of the scores, in its own terms."""
    if reading.key == "hinge":
        return _margins(scores, right)
    if reading.key == "squared_error":
        return _distances(reading, right)
    text = translate(
        "Losses",
        "Softmax gives {0} a share of {1}. The loss is the surprise −ln of it. It is never quite content, and each "
        "score is pulled by what its share is wrong.",
    )
    return text.format(CLASSES[right], percent(float(reading.probabilities[right])))


def _margins(scores: list[float], right: int) -> str:
    short = [(place, scores[right] - score) for place, score in enumerate(scores) if place != right]
    wanting = [CLASSES[place] for place, lead in short if lead < 1]
    if not wanting:
        return translate(
            "Losses",
            "{0} leads every other class by 1 or more: the loss is 0, and so is every gradient. It is content.",
        ).format(CLASSES[right])
    if len(wanting) == len(short):
        text = translate(
            "Losses", "{0} should lead {1} and {2} by 1, and does not: both push it up, and are pushed down."
        )
        return text.format(CLASSES[right], *wanting)
    text = translate(
        "Losses", "{0} should lead {1} by 1, and does not: only these two are pulled. How {2} stands does not matter."
    )
    content = next(CLASSES[place] for place, lead in short if lead >= 1)
    return text.format(CLASSES[right], wanting[0], content)


def _distances(reading: LossReading, right: int) -> str:
    target = translate("Losses", "Each sigmoid output should be 1 for {0} and 0 for the others.").format(CLASSES[right])
    stuck = [
        place
        for place, output in enumerate(reading.outputs)
        if abs(output - (place == right)) > 0.9 and abs(reading.gradient[place]) < 0.1
    ]
    if stuck:
        text = translate(
            "Losses",
            "{0} is as wrong as can be, and yet hardly pulled ({1}): its sigmoid is flat there. It has saturated.",
        )
        remark = text.format(CLASSES[stuck[0]], figure(float(reading.gradient[stuck[0]]), 2))
    else:
        remark = translate("Losses", "The pull passes through the slope of the sigmoid, at most ¼.")
    return in_a_row(target, remark)


def penalty_sentences(weight: float, strength: float) -> tuple[str, str]:
    """Return what L1 and L2 do to a weight of this size."""
    l1 = translate(
        "Losses",
        "L1 pulls with the same force {0} whatever the weight's size: small weights reach zero, and then only step "
        "to and fro about it, so that few are left.",
    ).format(decimal(strength))
    l2 = translate(
        "Losses",
        "L2 pulls with λ·w, here {0}: large weights are pulled hard, small ones hardly at all. None becomes exactly "
        "zero.",
    ).format(decimal(abs(strength * weight)))
    return l1, l2
