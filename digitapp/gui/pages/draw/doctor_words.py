"""What the doctor found, in words."""

from __future__ import annotations

from typing import Literal, NamedTuple

from digitapp.gui.translation import Name, listed, translate
from digitapp.gui.widgets.numbers import decimal, per_cent, probability, signed
from digitapp.inspection.digit_measures import ALL_DIGITS, Measure
from digitapp.inspection.doctor import Comparison, Examination, Reading, Remedy
from digitapp.inspection.flip_map import FlipMap

Action = Literal["pen", "edit", "all_steps", ""]

_SURE = 0.9  # below this, an answer without a finding is worth a word


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
        if reading.label is None:
            text = translate("Doctor", "Without {0} the network says nothing.")
        else:
            text = translate("Doctor", "Without {0} the network says {1}.")
        sentence = text.format(listed(off), said(reading, class_names))
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
    below, above, below_in_class, above_in_class = {
        Measure.STROKE_WIDTH: (
            translate("Doctor", "Thinner than {0} of the training digits."),
            translate("Doctor", "Thicker than {0} of the training digits."),
            translate("Doctor", "Thinner than {0} of the training {1}s."),
            translate("Doctor", "Thicker than {0} of the training {1}s."),
        ),
        Measure.SLANT: (
            translate("Doctor", "Leans further left than {0} of the training digits."),
            translate("Doctor", "Leans further right than {0} of the training digits."),
            translate("Doctor", "Leans further left than {0} of the training {1}s."),
            translate("Doctor", "Leans further right than {0} of the training {1}s."),
        ),
        Measure.ASPECT: (
            translate("Doctor", "Narrower than {0} of the training digits."),
            translate("Doctor", "Wider than {0} of the training digits."),
            translate("Doctor", "Narrower than {0} of the training {1}s."),
            translate("Doctor", "Wider than {0} of the training {1}s."),
        ),
        Measure.SIZE: (
            translate("Doctor", "Smaller than {0} of the training digits."),
            translate("Doctor", "Larger than {0} of the training digits."),
            translate("Doctor", "Smaller than {0} of the training {1}s."),
            translate("Doctor", "Larger than {0} of the training {1}s."),
        ),
        Measure.OFFSET: (
            translate("Doctor", "Nearer the centre than {0} of the training digits."),
            translate("Doctor", "Further off the centre than {0} of the training digits."),
            translate("Doctor", "Nearer the centre than {0} of the training {1}s."),
            translate("Doctor", "Further off the centre than {0} of the training {1}s."),
        ),
    }[comparison.measure]
    if comparison.class_name != ALL_DIGITS:
        below, above = below_in_class, above_in_class
    return (above if comparison.is_above else below).format(_share(comparison.beyond), comparison.class_name)


def shifts_words(found: FlipMap, class_names: tuple[str, ...]) -> str:
    """Return how far the answer holds."""
    if found.answer < 0:
        return translate("Doctor", "There is no answer to follow.")
    (left, right), (back, forth) = found.holding_shifts(), found.holding_turns()
    if found.direction == "across":
        text = translate(
            "Doctor", "Teal: still {0:a}. It holds when shifted sideways by {1} to {2} px, or turned by {3}° to {4}°."
        )
    else:
        text = translate(
            "Doctor",
            "Teal: still {0:a}. It holds when shifted up and down by {1} to {2} px, or turned by {3}° to {4}°.",
        )
    return text.format(Name(class_names[found.answer]), *(signed(value, 0) for value in (left, right, back, forth)))


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
    if len(deciding) == 1:
        return sentence, translate("Doctor", "But without {0} the answer would be another one.").format(*deciding)
    if len(deciding) == 2:
        return sentence, translate("Doctor", "But without {0} or {1} the answer would be another one.").format(
            *deciding
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
    words = _remedy_words(found)
    if remedy.reading.label == examination.reading.label and not helps(remedy, examination.reading):
        return Verdict(sentence, words.no_surer)
    rest = words.stays if remedy.reading.label == examination.reading.label else words.would_be
    name, sure = Name(class_names[remedy.reading.label]), probability(remedy.reading.confidence)
    action: Action = "pen" if found.measure is Measure.STROKE_WIDTH else "edit"
    return Verdict(sentence, rest.format(name, sure), action, words.button)


def helps(remedy: Remedy, reading: Reading) -> bool:
    """Whether a remedy makes another answer, or the same one surer."""
    return remedy.reading.label != reading.label or remedy.reading.confidence > reading.confidence


class _RemedyWords(NamedTuple):
    """What is said where a remedy makes another answer, a surer one, or does nothing; and what its button says."""

    would_be: str
    stays: str
    no_surer: str
    button: str


def _remedy_words(found: Comparison) -> _RemedyWords:
    if found.measure is Measure.STROKE_WIDTH:
        return _RemedyWords(
            translate("Doctor", "With a typical pen it would be {0:a}, {1} sure."),
            translate("Doctor", "With a typical pen it stays {0:a}, {1} sure."),
            translate("Doctor", "It does no harm: with a typical pen the answer is no surer."),
            translate("Doctor", "Use that pen"),
        )
    if found.measure is Measure.SLANT:
        return _RemedyWords(
            translate("Doctor", "Straightened it would be {0:a}, {1} sure."),
            translate("Doctor", "Straightened it stays {0:a}, {1} sure."),
            translate("Doctor", "It does no harm: straightened the answer is no surer."),
            translate("Doctor", "Straighten"),
        )
    if found.is_above:
        return _RemedyWords(
            translate("Doctor", "Narrower it would be {0:a}, {1} sure."),
            translate("Doctor", "Narrower it stays {0:a}, {1} sure."),
            translate("Doctor", "It does no harm: made narrower the answer is no surer."),
            translate("Doctor", "Make narrower"),
        )
    return _RemedyWords(
        translate("Doctor", "Wider it would be {0:a}, {1} sure."),
        translate("Doctor", "Wider it stays {0:a}, {1} sure."),
        translate("Doctor", "It does no harm: made wider the answer is no surer."),
        translate("Doctor", "Make wider"),
    )


def edit_name(measure: Measure) -> str:
    """Return the name of the step of undo that a remedy is."""
    return translate("Doctor", "Straighten") if measure is Measure.SLANT else translate("Doctor", "Change proportions")


def no_pen_words() -> str:
    """Return why an image has no pen."""
    return translate("Doctor", "A picture has no strokes: it cannot be drawn with another pen")


def _share(percentage: float) -> str:
    """Return "97 %", and the ends of the table with a decimal: nobody can say 100 %."""
    return per_cent(decimal(percentage, 1) if percentage >= 99.1 else str(int(percentage)))
