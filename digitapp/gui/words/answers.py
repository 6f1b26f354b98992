"""What the network's answer means, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.gui.translation import Name, listed, translate
from digitapp.gui.widgets.numbers import probability
from digitapp.inspection.unit_names import unit_name
from digitapp.reading import Answer
from digitapp.recognition import Reason

_ALSO = 0.05  # from this probability on, the second best class is worth a mention
_LEANING = 1.5  # times the probability that every class would have if all were alike
_EXCITED = 0.5  # of a unit whose activation lies between 0 and 1
_UNITS_IN_A_SENTENCE = 4


class AnswerWords(NamedTuple):
    """The sentence, the certainty in numbers, and what else there is to say (either may be empty)."""

    sentence: str
    certainty: str
    rest: str


def answer_words(answer: Answer, class_names: tuple[str, ...], *, brief: bool = False) -> AnswerWords:
    """Return the words for an answer; `brief` where there is little room.

    Parameters
    ----------
    answer : an answer with probabilities
    class_names : the names of the classes
    """
    if answer.probabilities is None or answer.best is None:
        return AnswerWords(
            translate("AnswerWords", "No answer"),
            "",
            translate("AnswerWords", "The network's numbers are no longer finite"),
        )
    if answer.is_refused:
        return _refusal_words(answer, class_names)
    shares = shares_of(answer.probabilities)
    order = shares.argsort()[::-1]
    best = float(shares[order[0]])
    rest = ""
    if len(order) > 1 and float(shares[order[1]]) >= _ALSO:
        also = translate("AnswerWords", "· or {0:a}") if brief else translate("AnswerWords", "· could also be {0:a}")
        rest = also.format(Name(class_names[order[1]]))
    return AnswerWords(_sentence(best).format(Name(class_names[order[0]])), sure_words(best), rest)


def shares_of(probabilities: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return what the classes share of one certainty.

    Outputs that do not know of each other, as those of sigmoid units, may all be high: 0.79 beside 0.73 is hardly more
    sure than a coin. Where all are low, nothing is sure.
    """
    return probabilities / max(1.0, float(probabilities.sum()))


def sure_words(confidence: float) -> str:
    """Return "97.1 % sure"."""
    return translate("AnswerWords", "{0} sure").format(probability(confidence))


def _refusal_words(answer: Answer, class_names: tuple[str, ...]) -> AnswerWords:
    """Return the words for ink that is not taken for a digit."""
    assert answer.best is not None
    if not answer.is_settled:
        return AnswerWords(translate("AnswerWords", "Not clear yet"), "", "")
    digits = [class_names[digit] for digit in answer.digits]
    if answer.reason == Reason.SEVERAL_DIGITS:
        sentence = (
            translate("AnswerWords", "This looks like two digits")
            if len(digits) == 2
            else translate("AnswerWords", "This looks like several digits")
        )
        return AnswerWords(
            sentence, "", translate("AnswerWords", "Perhaps {0}. Draw one at a time.").format(listed(digits))
        )
    if answer.reason == Reason.SCRIBBLE:
        return AnswerWords(
            translate("AnswerWords", "This looks like a scribble"),
            "",
            translate("AnswerWords", "No digit has so much line."),
        )
    if answer.reason == Reason.FLAT:
        return AnswerWords(
            translate("AnswerWords", "This is too flat for a digit"),
            "",
            translate("AnswerWords", "Digits stand upright."),
        )
    if answer.reason == Reason.WAVERING:
        return AnswerWords(
            translate("AnswerWords", "Between {0:a} and {1:a}").format(*map(Name, digits)),
            "",
            translate("AnswerWords", "The network cannot decide."),
        )
    return AnswerWords(translate("AnswerWords", "This does not look like a digit"), "", "")


def forced_words(answer: Answer, class_names: tuple[str, ...]) -> str:
    """Return what a refused drawing would be if it had to be a digit, "" for one that is not refused."""
    if not answer.is_refused or not answer.is_settled or answer.best is None:
        return ""
    if answer.probabilities is None or float(answer.probabilities[answer.best]) * len(class_names) < _LEANING:
        return translate("AnswerWords", "No digit is nearer than another.")
    return translate("AnswerWords", "If it must be one digit: {0}").format(class_names[answer.best])


def _sentence(probability: float) -> str:
    if probability >= 0.99:
        return translate("AnswerWords", "Almost certainly {0:a}")
    if probability >= 0.9:
        return translate("AnswerWords", "Very likely {0:a}")
    if probability >= 0.6:
        return translate("AnswerWords", "Probably {0:a}")
    if probability >= 0.4:
        return translate("AnswerWords", "Perhaps {0:a}")
    return translate("AnswerWords", "Hard to say, maybe {0:a}")


def unit_words(answer: Answer, sizes: tuple[int, ...], activation: str) -> str:
    """Return which units of a small hidden layer are excited and which are quiet, or "" where that says nothing.

    Parameters
    ----------
    answer : an answer with the trace of the network
    sizes : the network's layers
    activation : the hidden layer's; only one between 0 and 1 has a natural middle
    """
    if answer.trace is None or len(sizes) != 3 or not 1 < sizes[1] <= _UNITS_IN_A_SENTENCE or activation != "sigmoid":
        return ""
    excited, quiet = [], []
    for unit, value in enumerate(answer.trace.activations[0][0]):
        (excited if value >= _EXCITED else quiet).append(unit_name(sizes, 0, unit))
    if not quiet:
        return translate("AnswerWords", "All units are excited.")
    if not excited:
        return translate("AnswerWords", "All units are quiet.")
    return translate("AnswerWords", "Excited: {0}. Quiet: {1}.").format(listed(excited), listed(quiet))
