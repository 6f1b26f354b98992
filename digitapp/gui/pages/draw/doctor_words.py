"""What the doctor found, in words."""

from __future__ import annotations

from typing import Literal, NamedTuple

from digitapp.gui.translation import translate
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


def verdict(examination: Examination | None, class_names: tuple[str, ...], *, refused: bool = False) -> Verdict:
    """Return what matters most about a digit; None before there is one, `refused` for ink that is read as none."""
    if examination is None or examination.road.is_empty:
        return Verdict(
            translate("Doctor", "Draw a digit."),
            translate(
                "Doctor",
                "Here you will see what each step of its preparation does, and whether anything about it is unusual.",
            ),
        )
    off = [step_name(name) for name in examination.other if not getattr(examination.steps, name)]
    reading = examination.reading
    if off:
        sentence = translate("Doctor", "Without {0} the network says {1}.").format(
            _listed(off), said(reading, class_names)
        )
        found = examination.finding
        rest = "" if found is None else comparison_words(found)
        return Verdict(sentence, rest, "all_steps", translate("Doctor", "All steps on"))
    if reading.label is None:
        return Verdict(
            translate("Doctor", "The network's numbers are no longer finite."),
            translate("Doctor", "There is no answer to look into."),
        )
    if refused and examination.finding is None:
        rest = translate(
            "Doctor", "Pen, slant and proportions are usual: it is the shape. Below, the digit it is most like: {0}."
        )
        return Verdict(translate("Doctor", "This ink is read as no digit."), rest.format(said(reading, class_names)))
    if examination.finding is None:
        return Verdict(*_nothing_unusual(examination))
    return _unusual(examination, examination.finding, class_names)


def said(reading: Reading, class_names: tuple[str, ...]) -> str:
    """Return "3, 97.0 % sure", or that nothing is read."""
    if reading.label is None:
        return translate("Doctor", "nothing")
    return translate("Doctor", "{0}, {1} sure").format(class_names[reading.label], probability(reading.confidence))


def step_name(name: str) -> str:
    """Return the name of a step as it stands above its picture."""
    names = {
        "pen": translate("Doctor", "Pen"),
        "crop": translate("Doctor", "Crop"),
        "shrink": translate("Doctor", "Shrink"),
        "centre": translate("Doctor", "Centre"),
        "grey": translate("Doctor", "Greys"),
    }
    return names[name]


def measure_name(measure: Measure) -> str:
    """Return the name of a measure."""
    names = {
        Measure.STROKE_WIDTH: translate("Doctor", "Stroke width"),
        Measure.SLANT: translate("Doctor", "Slant"),
        Measure.ASPECT: translate("Doctor", "Proportions"),
        Measure.SIZE: translate("Doctor", "Size"),
        Measure.OFFSET: translate("Doctor", "Off centre"),
    }
    return names[measure]


def measure_value(measure: Measure, value: float) -> str:
    """Return a measure with its unit."""
    if measure is Measure.SLANT:
        return translate("Doctor", "{0}°").format(signed(value, 0))
    if measure is Measure.ASPECT:
        return translate("Doctor", "{0} : 1").format(decimal(value, 2))
    return translate("Doctor", "{0} px").format(decimal(value, 1))


def comparison_words(comparison: Comparison) -> str:
    """Return "Thinner than 97 % of the training digits.": how unusual one measure is."""
    below, above = {
        Measure.STROKE_WIDTH: (
            translate("Doctor", "Thinner than {0} % of {1}."),
            translate("Doctor", "Thicker than {0} % of {1}."),
        ),
        Measure.SLANT: (
            translate("Doctor", "Leans further left than {0} % of {1}."),
            translate("Doctor", "Leans further right than {0} % of {1}."),
        ),
        Measure.ASPECT: (
            translate("Doctor", "Narrower than {0} % of {1}."),
            translate("Doctor", "Wider than {0} % of {1}."),
        ),
        Measure.SIZE: (
            translate("Doctor", "Smaller than {0} % of {1}."),
            translate("Doctor", "Larger than {0} % of {1}."),
        ),
        Measure.OFFSET: (
            translate("Doctor", "Nearer the centre than {0} % of {1}."),
            translate("Doctor", "Further off the centre than {0} % of {1}."),
        ),
    }[comparison.measure]
    digits = translate("Doctor", "the training digits")
    if comparison.class_name != ALL_DIGITS:
        digits = translate("Doctor", "the training {0}s").format(comparison.class_name)
    return (above if comparison.is_above else below).format(_share(comparison.beyond), digits)


def shifts_words(found: FlipMap, class_names: tuple[str, ...]) -> str:
    """Return how far the answer holds."""
    if found.answer < 0:
        return translate("Doctor", "There is no answer to follow.")
    (left, right), (back, forth) = found.holding_shifts(), found.holding_turns()
    shift = translate("Doctor", "{0} to {1} px").format(signed(left, 0), signed(right, 0))
    turn = translate("Doctor", "{0}° to {1}°").format(signed(back, 0), signed(forth, 0))
    where = translate("Doctor", "sideways") if found.direction == "across" else translate("Doctor", "up and down")
    words = translate("Doctor", "Teal: still {0}. It holds when shifted {1} by {2}, or turned by {3}.")
    return words.format(with_article(class_names[found.answer]), where, shift, turn)


def _nothing_unusual(examination: Examination) -> tuple[str, str]:
    factor = examination.road.pen_factor
    if factor > 1:
        sentence = translate("Doctor", "The pen is too thin: it was read with one {0} times as wide.").format(
            decimal(factor, 1)
        )
    elif factor < 1:
        sentence = translate("Doctor", "The pen is too thick: it was read with one {0} times as wide.").format(
            decimal(factor, 1)
        )
    else:
        sentence = translate("Doctor", "Its pen, slant and proportions are usual.")
    deciding = [step_name(name) for name in examination.deciding_steps]
    if examination.reading.confidence < _SURE and factor == 1:
        return sentence, translate("Doctor", "It is the shape that is unclear.")
    if not deciding:
        return sentence, translate(
            "Doctor", "No single step decides: leaving out any one of them would not change the answer."
        )
    if len(deciding) <= _FEW_STEPS:
        return sentence, translate("Doctor", "But without {0} the answer would be another one.").format(
            _listed(deciding, translate("Doctor", "or"))
        )
    return sentence, translate("Doctor", "But {0} of the steps decide: see below.").format(len(deciding))


def _unusual(examination: Examination, found: Comparison, class_names: tuple[str, ...]) -> Verdict:
    sentence = comparison_words(found)
    remedy = examination.remedies.get(found.measure)
    if remedy is None:
        if found.measure is Measure.STROKE_WIDTH:
            return Verdict(
                sentence, translate("Doctor", "A picture has no strokes that could be drawn with another pen.")
            )
        return Verdict(sentence)
    if remedy.reading.label is None:
        return Verdict(sentence)
    manner, button = _remedy_words(found)
    name = class_names[remedy.reading.label]
    sure = probability(remedy.reading.confidence)
    if remedy.reading.label != examination.reading.label:
        rest = translate("Doctor", "{0} it would be {1}, {2} sure.").format(manner, with_article(name), sure)
    elif not helps(remedy, examination.reading):
        return Verdict(
            sentence,
            translate("Doctor", "It does no harm: {0} the answer is no surer.").format(manner[0].lower() + manner[1:]),
        )
    else:
        rest = translate("Doctor", "{0} it stays {1}, {2} sure.").format(manner, with_article(name), sure)
    action: Action = "pen" if found.measure is Measure.STROKE_WIDTH else "edit"
    return Verdict(sentence, rest, action, button)


def helps(remedy: Remedy, reading: Reading) -> bool:
    """Whether a remedy makes another answer, or the same one surer."""
    return remedy.reading.label != reading.label or remedy.reading.confidence > reading.confidence


def _remedy_words(found: Comparison) -> tuple[str, str]:
    """Return how the digit would be with the remedy, and the words on the button for it."""
    if found.measure is Measure.STROKE_WIDTH:
        return translate("Doctor", "With a typical pen"), translate("Doctor", "Use that pen")
    if found.measure is Measure.SLANT:
        return translate("Doctor", "Straightened"), translate("Doctor", "Straighten")
    return (
        (translate("Doctor", "Narrower"), translate("Doctor", "Make narrower"))
        if found.is_above
        else (translate("Doctor", "Wider"), translate("Doctor", "Make wider"))
    )


def edit_name(measure: Measure) -> str:
    """Return the name of the step of undo that a remedy is."""
    return translate("Doctor", "Straighten") if measure is Measure.SLANT else translate("Doctor", "Change proportions")


def no_pen_words() -> str:
    """Return why an image has no pen."""
    return translate("Doctor", "A picture has no strokes: it cannot be drawn with another pen")


def _share(percentage: float) -> str:
    """Return "97", and the ends of the table with a decimal: nobody can say 100 %."""
    return decimal(percentage, 1) if percentage >= 99.1 else str(int(percentage))


def _listed(names: list[str], conjunction: str = "") -> str:
    joint = f" {conjunction or translate('Doctor', 'and')} "
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + joint + names[-1]
