"""Which of two experiments is better, in words: the sentence, its interval, how it was found, what is beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitapp.datasets.errors import DataError
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui.causes import cause
from digitapp.gui.translation import in_a_row, itemised, listed, said, translate
from digitapp.gui.widgets.numbers import figure, per_cent, signed, thousands
from digitapp.gui.widgets.series import series_symbol
from digitapp.gui.words.messages import data_message
from digitapp.gui.words.run_list import accuracy_words
from digitapp.gui.words.run_settings import setting_chip
from digitapp.kept.comparing import Caution, CautionKind, Comparison, Pair, SameImages
from digitapp.kept.errors import KeptError
from digitapp.kept.experiments import Experiment, Measure, different
from digitapp.kept.final import NoFinalError, final_of
from digitapp.plain import plain
from digitapp.runs.comparison import Verdict, least_flip_p

_LONGEST_NAME = 40
_MOST_SEEDS = 20  # that are told one by one
_MOST_CHIPS = 2  # in a name
_LEAST_P = 1e-4


@dataclass(frozen=True)
class Told:
    """A pair as it is told: how far the one named first lies from the other, in points of a share or in nats of a loss.

    Attributes
    ----------
    first, second : their names; where one is better it is named first, else the reference comes last
    low, high : the interval; infinite where there is none
    places : decimals that are worth writing
    is_turned : whether the pair's second one is named first
    """

    first: str
    second: str
    mean: float
    low: float
    high: float
    places: int
    is_turned: bool

    @property
    def has_interval(self) -> bool:
        """Whether enough runs were compared for one."""
        return abs(self.low) != float("inf")


@dataclass(frozen=True)
class Step:
    """One step of how it was worked out: what it is called, and the numbers put in."""

    title: str
    text: str


def name_words(experiment: Experiment) -> str:
    """Return what an experiment is called, safe to show."""
    return plain(experiment.name, _LONGEST_NAME)


def named_apart(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Return experiments so that no two are called the same.

    Who has no name is called by what differs; what differs between namesakes is added to their names.
    """
    chips = _chips(experiments)
    distinct = len(set(chips)) == len(chips)
    named = [
        Experiment(chip, each.lines) if distinct and chip and not each.has_own_name else each
        for each, chip in zip(experiments, chips, strict=True)
    ]
    namesakes: dict[str, list[Experiment]] = {}
    for each in named:
        namesakes.setdefault(each.name, []).append(each)
    return [each if len(namesakes[each.name]) == 1 else _renamed(each, namesakes[each.name]) for each in named]


def _renamed(experiment: Experiment, namesakes: list[Experiment]) -> Experiment:
    what = _chips(namesakes)[namesakes.index(experiment)] or experiment.lines[0].short
    name = translate("Comparison", "{0} ({1})").format(experiment.name, what)
    return Experiment(name, experiment.lines)


def _chips(experiments: Sequence[Experiment]) -> list[str]:
    """Return for each in few words what it has of what they do not have in common; "" where that is nothing."""
    settings = list(different(experiments).items())[:_MOST_CHIPS]
    return [
        listed(setting_chip(name, values[place]).text for name, values in settings) for place in range(len(experiments))
    ]


def told(pair: Pair) -> Told:
    """Return a pair turned round so that who is named first has the sign."""
    turned = pair.better is not pair.first
    scale = 100.0 if pair.measure is Measure.ACCURACY else -1.0  # a loss was turned round, so that more is better
    scale = -scale if turned else scale
    found = pair.difference
    first, second = (pair.second, pair.first) if turned else (pair.first, pair.second)
    low, high = sorted((scale * found.low, scale * found.high))
    places = 2 if pair.measure is Measure.ACCURACY else 4
    return Told(name_words(first), name_words(second), scale * found.mean, low, high, places, turned)


def verdict_words(pair: Pair) -> str:
    """Return what a comparison says, in one sentence that claims no more than it knows."""
    found, turned = pair.difference, told(pair)
    names = turned.first, turned.second
    if found.verdict is Verdict.SINGLE:
        if found.runs == (1, 1):
            return translate("Comparison", "One seed each cannot tell {0} and {1} apart").format(*names)
        single = pair.first if found.runs[0] == 1 else pair.second
        return translate("Comparison", "One seed of {0} cannot tell").format(name_words(single))
    if pair.better is None:
        fewest = min(found.runs)
        return translate("Comparison", "{0} against {1}: no difference that {2} seeds can show").format(*names, fewest)
    return translate("Comparison", "{0} is better than {1} here").format(*names)


def size_words(pair: Pair) -> str:
    """Return how large the difference is, with its sign: "+0.50 points"."""
    turned = told(pair)
    size = signed(turned.mean, turned.places)
    if pair.measure is Measure.ACCURACY:
        return translate("Comparison", "{0} points").format(size)
    return translate("Comparison", "{0} in loss").format(size)


def interval_words(pair: Pair) -> str:
    """Return from how many seeds it was seen, and between which ends the difference lies."""
    found, turned = pair.difference, told(pair)
    if not turned.has_interval:
        return translate("Comparison", "Another seed may turn it round: several of each are needed.")
    ends = signed(turned.low, turned.places), signed(turned.high, turned.places)
    text = _range_pattern(pair.measure).format(*ends)
    first, second = found.runs[::-1] if turned.is_turned else found.runs
    seeds = translate("Comparison", "{0} seeds each").format(first)
    if first != second:
        seeds = translate("Comparison", "{0} and {1} seeds").format(first, second)
    text = translate("Comparison", "{0}, 95 % interval {1}").format(seeds, text)
    if pair.better is None:
        return translate("Comparison", "{0}: 0 lies within").format(text)
    return text


def _range_pattern(measure: Measure) -> str:
    if measure is Measure.ACCURACY:
        return translate("Comparison", "{0} to {1} points")
    return translate("Comparison", "{0} to {1}")


def advice_words(pair: Pair) -> str:
    """Return what would tell more, or what to beware of; "" where nothing is to be added."""
    found = pair.difference
    if pair.may_be_luck:
        text = translate("Comparison", "Alone this would tell. Among {0} comparisons it may be luck (p {1}).")
        return text.format(pair.comparisons, p_words(pair.t_p_adjusted))
    if found.verdict is Verdict.OPEN and found.needed is not None:
        return translate("Comparison", "About {0} seeds each would tell a difference of this size.").format(
            thousands(found.needed)
        )
    return ""


def p_words(p: float) -> str:
    """Return a probability as it is written in a test: three digits, or below which it lies."""
    return translate("Comparison", "<{0}").format(figure(_LEAST_P, 1)) if p < _LEAST_P else figure(p, 3)


def result_words(value: float, measure: Measure) -> str:
    """Return a result on validation: "96.83 %" or a loss."""
    return per_cent(f"{100 * value:.2f}") if measure is Measure.ACCURACY else f"{value:.4f}"


# How it was worked out


def steps_of(pair: Pair) -> list[Step]:
    """Return how a pair was compared, with the numbers put in."""
    if pair.difference.verdict is Verdict.SINGLE:
        text = translate("Comparison", "The spread between seeds is not known from one run: no interval, no test.")
        return [Step(translate("Comparison", "One run of each"), text), *_image_steps(pair)]
    return [*_difference_steps(pair), *_chance_steps(pair), *_image_steps(pair)]


def _difference_steps(pair: Pair) -> Iterator[Step]:
    found, turned = pair.difference, told(pair)
    scale = 100.0 if pair.measure is Measure.ACCURACY else 1.0
    error = f"{scale * found.error:.{turned.places + 1}f}"
    mean, low, high = (signed(value, turned.places) for value in (turned.mean, turned.low, turned.high))
    if found.is_paired:
        sign = -1 if turned.is_turned else 1
        rows = pair.by_seed()
        gaps = [
            translate("Comparison", "seed {0}: {1}").format(seed, signed(sign * scale * (a - b), turned.places))
            for seed, a, b in rows[:_MOST_SEEDS]
        ]
        title = translate("Comparison", "{0} minus {1}, by seed").format(turned.first, turned.second)
        more = translate("Comparison", "and {0} others").format(len(rows) - _MOST_SEEDS)
        yield Step(title, itemised([*gaps, more] if len(rows) > _MOST_SEEDS else gaps))
        text = translate(
            "Comparison",
            "The mean is {0}, its standard error {1}. Student's t for {2} degrees of freedom is {3}: "
            "{0} ± {3} × {1} is {4} to {5}.",
        )
        title = translate("Comparison", "Interval of pairs")
    else:
        text = translate(
            "Comparison",
            "The seeds are not the same, so that runs do not pair. The means differ by {0}, with a "
            "standard error of {1}. Student's t for {2} degrees of freedom is {3}: {0} ± {3} × {1} is {4} to {5}.",
        )
        title = translate("Comparison", "Welch's interval")
    yield Step(title, text.format(mean, error, f"{found.freedom:.3g}", f"{found.reach:.2f}", low, high))


def _chance_steps(pair: Pair) -> Iterator[Step]:
    found, turned = pair.difference, told(pair)
    if found.is_paired:
        text = translate(
            "Comparison",
            "Without a difference each sign could as well be the other. Of all ways to flip {0} signs a "
            "share of {1} leads as far from zero: that is p. Of {0} pairs it is never below {2}.",
        )
        text = text.format(found.runs[0], p_words(found.p), p_words(least_flip_p(found.runs[0])))
        yield Step(translate("Comparison", "Signs flipped"), text)
    text = translate("Comparison", "By Student's t so large a difference would be seen with p {0} where there is none.")
    text = text.format(p_words(found.t_p))
    if pair.comparisons > 1:
        held = translate("Comparison", "Over {0} comparisons made at once it is {1} (Holm).")
        text = in_a_row(text, held.format(pair.comparisons, p_words(pair.t_p_adjusted)))
    yield Step(translate("Comparison", "How probable by chance"), text)
    ahead = 1 - found.ahead if turned.is_turned else found.ahead
    text = translate("Comparison", "A run of {0} is ahead of one of {1} in {2} of the cases; draws count half.")
    share = per_cent(f"{100 * ahead:.0f}")
    yield Step(translate("Comparison", "Probability to be ahead"), text.format(turned.first, turned.second, share))


def _image_steps(pair: Pair) -> Iterator[Step]:
    are_points = _are_points(pair.first)
    title = translate("Comparison", "Image by image (McNemar)")
    if are_points:
        title = translate("Comparison", "Point by point (McNemar)")
    if not pair.images:
        if pair.difference.is_paired:
            yield Step(title, translate("Comparison", "What these runs read is not kept, or they read other samples."))
        return
    turned = told(pair)
    text = translate(
        "Comparison",
        "Of the same {0} validation images, at the end of the runs: how many only {1} reads and how many "
        "only {2}, with the probability that equal networks differ so much. It speaks of these networks, not of the "
        "way to train.",
    )
    if are_points:
        text = translate(
            "Comparison",
            "Of the same {0} validation points, at the end of the runs: how many only {1} reads and how many "
            "only {2}, with the probability that equal networks differ so much. It speaks of these networks, not of "
            "the way to train.",
        )
    text = text.format(thousands(pair.images[0].count), turned.first, turned.second)
    rows = (_images_text(each, turned) for each in pair.images[:_MOST_SEEDS])
    yield Step(title, "\n".join((text, *rows)))


def _images_text(images: SameImages, turned: Told) -> str:
    counts = images.only_first, images.only_second
    first, second = counts[::-1] if turned.is_turned else counts
    text = translate("Comparison", "seed {0}: {1} and {2}, p {3}")
    return text.format(images.seed, thousands(first), thousands(second), p_words(images.p))


# Beside it


def luck_words(comparison: Comparison) -> str:
    """Return how lucky the best of several is; "" where two are compared."""
    count = len(comparison.experiments)
    if count < 3 or not comparison.pairs:
        return ""
    text = translate(
        "Comparison",
        "The best of {0} is also the luckiest: were they all equal, it would lie {1} standard deviations "
        "above the mean. New seeds of the best alone tell how much of it stays.",
    )
    return text.format(count, f"{comparison.luck:.1f}")


def counting_words(comparison: Comparison) -> str:
    """Return with what each run counts."""
    counts = {line.validation_samples for each in comparison.experiments for line in each.by_seed.values()} - {0}
    if len(counts) != 1:
        return translate("Comparison", "Each run counts with its best epoch on validation.")
    text = translate("Comparison", "Each run counts with its best epoch on the {0} validation images.")
    if _are_points(comparison.experiments[0]):
        text = translate("Comparison", "Each run counts with its best epoch on the {0} validation points.")
    return text.format(thousands(counts.pop()))


def _are_points(experiment: Experiment) -> bool:
    problem = PROBLEMS.get(experiment.problem)
    return problem is not None and problem.samples == "points"


def caution_words(caution: Caution) -> str:
    """Return what has to be said beside a comparison."""
    count, total = thousands(caution.count), thousands(caution.total)
    pattern = {
        CautionKind.OTHER_PROBLEM: translate(
            "Comparison", "{0} and {1} read different things, which nobody can compare."
        ),
        CautionKind.NO_RESULT: translate("Comparison", "{0}: no run has ended with a validation."),
        CautionKind.OTHER_DATA: translate("Comparison", "{0} and {1} learned from different data."),
        CautionKind.OTHER_VALIDATION: translate("Comparison", "{0} is validated by {2} images, {1} by {3}."),
        CautionKind.OTHER_EPOCHS: translate(
            "Comparison", "{0} had {2} epochs, {1} had {3}: of more epochs the best one is better."
        ),
        CautionKind.FAILED: translate(
            "Comparison", "{0}: {2} of {3} runs diverged and do not count. What is said holds for the others."
        ),
        CautionKind.GIVEN_UP: translate("Comparison", "{0}: left out because interrupted: {2} of {3} runs."),
        CautionKind.UNDER_WAY: translate("Comparison", "{0}: left out because still under way: {2} of {3} runs."),
        CautionKind.STOPPED: translate("Comparison", "{0}: stopped before the last epoch: {2} of {3} runs."),
        CautionKind.NOT_VALIDATED: translate("Comparison", "{0}: left out because not validated: {2} of {3} runs."),
        CautionKind.REPEATED: translate(
            "Comparison", "{0}: the same seed again: {2} of {3} runs; the newest of each seed counts."
        ),
        CautionKind.MIXED: translate(
            "Comparison", "{0}: its runs were not trained alike. What is said is of all of them together."
        ),
    }[caution.kind]
    return pattern.format(plain(caution.name, _LONGEST_NAME), plain(caution.other, _LONGEST_NAME), count, total)


# The test images


def final_words(experiments: Sequence[Experiment]) -> str:
    """Return how many of the test images experiments read right, a line for each that was measured."""
    lines = []
    for series, each in enumerate(experiments):
        final = final_of(each)
        if final is None:
            continue
        share = translate("Comparison", "{0} {1}: {2} right").format(
            series_symbol(series), name_words(each), accuracy_words(final.mean, final.spread)
        )
        lines.append(share)
    return "\n".join(lines)


def final_trouble(error: Exception) -> str:
    """Return why a test figure cannot be had."""
    if isinstance(error, NoFinalError):
        name = plain(error.line.name or error.line.short, _LONGEST_NAME)
        return translate("Comparison", "{0}, seed {1}: {2}.").format(name, error.line.seed, said(error.reason))
    if isinstance(error, DataError):
        return data_message(error)
    if isinstance(error, KeptError):
        return translate("Comparison", "The file of runs cannot be used: {0}.").format(said(error.reason))
    return translate("Comparison", "The test figure cannot be had: {0}.").format(cause(error))
