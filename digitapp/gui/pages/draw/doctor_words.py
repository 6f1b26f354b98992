"""What the doctor found, in words."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from digitapp.gui.widgets.numbers import decimal, probability, signed
from digitapp.gui.words.answers import with_article
from digitapp.inspection.digit_measures import ALL_DIGITS, Measure
from digitapp.inspection.doctor import Comparison, Examination, Reading, Remedy
from digitapp.inspection.flip_map import FlipMap

Action = Literal["pen", "edit", "all_steps", ""]

_SURE = 0.9  # below this, an answer without a finding is worth a word
_FEW_STEPS = 2


class Verdict(NamedTuple):
    """The sentence, what else there is to say, and what a button may do about it with the words on it."""

    sentence: str
    rest: str = ""
    action: Action = ""
    button: str = ""


def tr(text: str) -> str:
    """Return the translation of a text of this module."""
    return QCoreApplication.translate("Doctor", text)


def verdict(examination: Examination | None, class_names: tuple[str, ...], *, refused: bool = False) -> Verdict:
    """Return what matters most about a digit; None before there is one, `refused` for ink that is read as none."""
    if examination is None or examination.road.is_empty:
        return Verdict(
            tr("Draw a digit."),
            tr("Here you will see what each step of its preparation does, and whether anything about it is unusual."),
        )
    off = [step_name(name) for name in examination.other if not getattr(examination.steps, name)]
    reading = examination.reading
    if off:
        sentence = tr("Without {0} the network says {1}.").format(_listed(off), said(reading, class_names))
        found = examination.finding
        rest = "" if found is None else comparison_words(found)
        return Verdict(sentence, rest, "all_steps", tr("All steps on"))
    if reading.label is None:
        return Verdict(tr("The network's numbers are no longer finite."), tr("There is no answer to look into."))
    if refused and examination.finding is None:
        rest = tr("Pen, slant and proportions are usual: it is the shape. Below, the digit it is most like: {0}.")
        return Verdict(tr("This ink is read as no digit."), rest.format(said(reading, class_names)))
    if examination.finding is None:
        return Verdict(*_nothing_unusual(examination))
    return _unusual(examination, examination.finding, class_names)


def said(reading: Reading, class_names: tuple[str, ...]) -> str:
    """Return "3, 97.0 % sure", or that nothing is read."""
    if reading.label is None:
        return tr("nothing")
    return tr("{0}, {1} sure").format(class_names[reading.label], probability(reading.confidence))


def step_name(name: str) -> str:
    """Return the name of a step as it stands above its picture."""
    names = {
        "pen": tr("Pen"),
        "crop": tr("Crop"),
        "shrink": tr("Shrink"),
        "centre": tr("Centre"),
        "grey": tr("Greys"),
    }
    return names[name]


def measure_name(measure: Measure) -> str:
    """Return the name of a measure."""
    names = {
        Measure.STROKE_WIDTH: tr("Stroke width"),
        Measure.SLANT: tr("Slant"),
        Measure.ASPECT: tr("Proportions"),
        Measure.SIZE: tr("Size"),
        Measure.OFFSET: tr("Off centre"),
    }
    return names[measure]


def measure_value(measure: Measure, value: float) -> str:
    """Return a measure with its unit."""
    if measure is Measure.SLANT:
        return tr("{0}°").format(signed(value, 0))
    if measure is Measure.ASPECT:
        return tr("{0} : 1").format(decimal(value, 2))
    return tr("{0} px").format(decimal(value, 1))


def comparison_words(comparison: Comparison) -> str:
    """Return "Thinner than 97 % of the training digits.": how unusual one measure is."""
    below, above = {
        Measure.STROKE_WIDTH: (tr("Thinner than {0} % of {1}."), tr("Thicker than {0} % of {1}.")),
        Measure.SLANT: (tr("Leans further left than {0} % of {1}."), tr("Leans further right than {0} % of {1}.")),
        Measure.ASPECT: (tr("Narrower than {0} % of {1}."), tr("Wider than {0} % of {1}.")),
        Measure.SIZE: (tr("Smaller than {0} % of {1}."), tr("Larger than {0} % of {1}.")),
        Measure.OFFSET: (tr("Nearer the centre than {0} % of {1}."), tr("Further off the centre than {0} % of {1}.")),
    }[comparison.measure]
    digits = tr("the training digits")
    if comparison.class_name != ALL_DIGITS:
        digits = tr("the training {0}s").format(comparison.class_name)
    return (above if comparison.is_above else below).format(_share(comparison.beyond), digits)


def shifts_words(found: FlipMap, class_names: tuple[str, ...]) -> str:
    """Return how far the answer holds."""
    if found.answer < 0:
        return tr("There is no answer to follow.")
    (left, right), (back, forth) = found.holding_shifts(), found.holding_turns()
    shift = tr("{0} to {1} px").format(signed(left, 0), signed(right, 0))
    turn = tr("{0}° to {1}°").format(signed(back, 0), signed(forth, 0))
    where = tr("sideways") if found.direction == "across" else tr("up and down")
    words = tr("Teal: still {0}. It holds when shifted {1} by {2}, or turned by {3}.")
    return words.format(with_article(class_names[found.answer]), where, shift, turn)


def _nothing_unusual(examination: Examination) -> tuple[str, str]:
    factor = examination.road.pen_factor
    if factor > 1:
        sentence = tr("The pen is too thin: it was read with one {0} times as wide.").format(decimal(factor, 1))
    elif factor < 1:
        sentence = tr("The pen is too thick: it was read with one {0} times as wide.").format(decimal(factor, 1))
    else:
        sentence = tr("Its pen, slant and proportions are usual.")
    deciding = [step_name(name) for name in examination.deciding_steps]
    if examination.reading.confidence < _SURE and factor == 1:
        return sentence, tr("It is the shape that is unclear.")
    if not deciding:
        return sentence, tr("No single step decides: leaving out any one of them would not change the answer.")
    if len(deciding) <= _FEW_STEPS:
        return sentence, tr("But without {0} the answer would be another one.").format(_listed(deciding, tr("or")))
    return sentence, tr("But {0} of the steps decide: see below.").format(len(deciding))


def _unusual(examination: Examination, found: Comparison, class_names: tuple[str, ...]) -> Verdict:
    sentence = comparison_words(found)
    remedy = examination.remedies.get(found.measure)
    if remedy is None:
        if found.measure is Measure.STROKE_WIDTH:
            return Verdict(sentence, tr("A picture has no strokes that could be drawn with another pen."))
        return Verdict(sentence)
    if remedy.reading.label is None:
        return Verdict(sentence)
    manner, button = _remedy_words(found)
    name = class_names[remedy.reading.label]
    sure = probability(remedy.reading.confidence)
    if remedy.reading.label != examination.reading.label:
        rest = tr("{0} it would be {1}, {2} sure.").format(manner, with_article(name), sure)
    elif not helps(remedy, examination.reading):
        return Verdict(
            sentence, tr("It does no harm: {0} the answer is no surer.").format(manner[0].lower() + manner[1:])
        )
    else:
        rest = tr("{0} it stays {1}, {2} sure.").format(manner, with_article(name), sure)
    action: Action = "pen" if found.measure is Measure.STROKE_WIDTH else "edit"
    return Verdict(sentence, rest, action, button)


def helps(remedy: Remedy, reading: Reading) -> bool:
    """Whether a remedy makes another answer, or the same one surer."""
    return remedy.reading.label != reading.label or remedy.reading.confidence > reading.confidence


def _remedy_words(found: Comparison) -> tuple[str, str]:
    """Return how the digit would be with the remedy, and the words on the button for it."""
    if found.measure is Measure.STROKE_WIDTH:
        return tr("With a typical pen"), tr("Use that pen")
    if found.measure is Measure.SLANT:
        return tr("Straightened"), tr("Straighten")
    return (tr("Narrower"), tr("Make narrower")) if found.is_above else (tr("Wider"), tr("Make wider"))


def edit_name(measure: Measure) -> str:
    """Return the name of the step of undo that a remedy is."""
    return tr("Straighten") if measure is Measure.SLANT else tr("Change proportions")


def no_pen_words() -> str:
    """Return why an image has no pen."""
    return tr("A picture has no strokes: it cannot be drawn with another pen")


def _share(percentage: float) -> str:
    """Return "97", and the ends of the table with a decimal: nobody can say 100 %."""
    return decimal(percentage, 1) if percentage >= 99.1 else str(int(percentage))


def _listed(names: list[str], conjunction: str = "") -> str:
    joint = f" {conjunction or tr('and')} "
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + joint + names[-1]
