"""What ``digitapp runs compare`` says: the facts of a comparison in English, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digitapp.cli.errors import BadInput
from digitapp.cli.output import note, percent, say
from digitapp.kept.comparing import Caution, CautionKind, Comparison, Pair
from digitapp.kept.experiments import Experiment, Measure
from digitapp.kept.final import Final
from digitapp.plain import plain
from digitapp.runs.comparison import Difference, Verdict, least_flip_p

_LONGEST_NAME = 40
_LEAST_P = 1e-4


def check_comparable(experiments: Sequence[Experiment], measure: Measure) -> None:
    """Raise BadInput where one of several experiments cannot be compared with the others at all."""
    for each in experiments:
        name = _name(each)
        if each.problem != experiments[0].problem:
            first = _name(experiments[0])
            raise BadInput(f"{first} and {name}: they read different things; expected experiments of one problem")
        if not each.results(measure):
            raise BadInput(f"{name}: it has no {measure} on validation; expected runs that have ended and validated")


def tell(found: Comparison) -> None:
    """Print a comparison: first what differs, then what each came to, then each pair and how that was worked out."""
    for caution in found.cautions:
        note(caution_text(caution))
    if not found.settings:
        say("They were trained alike, but for their seeds.")
    names = [_name(each) for each in found.experiments]
    for setting, values in found.settings.items():
        each = (f"{name} {_value(value)}" for name, value in zip(names, values, strict=True))
        say(f"  {setting}: {', '.join(each)}")
    for each in found.experiments:
        say(f"  {_name(each)}: {_mean(each, found.measure)}")
    for pair in found.pairs:
        say(sentence(pair))
        for line in _working(pair):
            say(f"  {line}")
    if len(found.pairs) > 1:
        count = len(found.experiments)
        say(f"Of {count} equal ones the best lies {found.luck:.1f} standard deviations above the mean by luck alone.")


def as_json(found: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON values."""
    names = [each.name for each in found.experiments]
    settings = {name: dict(zip(names, values, strict=True)) for name, values in found.settings.items()}
    return {
        "by": f"validation_{found.measure}",
        "settings": settings,
        "cautions": [caution_text(caution) for caution in found.cautions],
        "pairs": [_pair_as_json(pair) for pair in found.pairs],
    }


def tell_finals(finals: Mapping[str, Final], asked: int) -> None:
    """Print the test figures, and how often the test images were looked at by now."""
    for name, final in finals.items():
        about = "" if final.spread is None else f" ± {100 * final.spread:.2f}"
        say(f"  {plain(name, _LONGEST_NAME)}: {percent(final.mean)}{about} of the test images")
    say(f"The test images choose nothing. They were looked at for {_experiments(asked)} of this problem by now.")


def finals_as_json(finals: Mapping[str, Final]) -> dict[str, Any]:
    """Return the test figures as JSON values."""
    return {
        name: {"accuracy": final.mean, "spread": final.spread, "by_seed": final.by_seed}
        for name, final in finals.items()
    }


def sentence(pair: Pair) -> str:
    """Return what a comparison says, in one sentence that claims no more than it knows."""
    found = pair.difference
    first, second = _name(pair.first), _name(pair.second)
    if found.verdict is Verdict.SINGLE:
        return f"One seed each cannot tell {first} and {second} apart: train with --repeat"
    low, high = (_signed(pair, value) for value in _interval(pair))
    unit = _unit(pair)
    if pair.better is None:
        more = "" if found.needed is None else f"; about {found.needed:,} would"
        return f"{_seeds_of(found)} cannot tell {first} and {second} apart ({low} to {high}{unit}){more}"
    better, worse = (first, second) if pair.better is pair.first else (second, first)
    ends = sorted(abs(value) for value in _interval(pair))
    digits = _digits(pair)
    size = abs(_scale(pair) * found.mean)
    text = (
        f"{better} is better than {worse} here by {size:.{digits}f}{unit} ({ends[0]:.{digits}f} to "
        f"{ends[1]:.{digits}f}), {_seeds_of(found)}"
    )
    if pair.may_be_luck:
        text += f"; among {pair.comparisons} comparisons it may be luck"
    return text


def _working(pair: Pair) -> Iterator[str]:
    """Yield how a pair was compared, a line for each step."""
    found = pair.difference
    if found.verdict is Verdict.SINGLE:
        return
    if found.is_paired:
        size = abs(_scale(pair))
        gaps = (f"{seed}: {_signed(pair, size * (a - b))}" for seed, a, b in pair.by_seed())
        yield f"{_name(pair.first)} minus {_name(pair.second)} by seed {', '.join(gaps)}"
        floor = f", of {found.runs[0]} seeds never below {_p(least_flip_p(found.runs[0]))}"
        yield f"paired t interval, p {_p(found.t_p)}; signs flipped, p {_p(found.p)}{floor}"
    else:
        yield f"their seeds do not pair: Welch's interval, p {_p(found.t_p)}"
    if pair.comparisons > 1:
        yield f"after {pair.comparisons} comparisons (Holm) p {_p(pair.t_p_adjusted)}"
    yield f"a run of {_name(pair.first)} is ahead in {100 * found.ahead:.0f} % of cases"
    for each in pair.images:
        yield (
            f"seed {each.seed}, {each.count:,} validation images: {each.only_first:,} that only {_name(pair.first)} "
            f"reads, {each.only_second:,} that only {_name(pair.second)} reads, McNemar's p {_p(each.p)}"
        )


def caution_text(caution: Caution) -> str:
    """Return what has to be said beside a comparison."""
    name, other = plain(caution.name, _LONGEST_NAME), plain(caution.other, _LONGEST_NAME)
    count, total = f"{caution.count:,}", f"{caution.total:,}"
    part = f"{count} of {_runs(caution.total)}"
    return {
        CautionKind.OTHER_PROBLEM: f"{name} and {other}: they read different things, which cannot be compared",
        CautionKind.NO_RESULT: f"{name}: none of its runs has ended and was validated",
        CautionKind.OTHER_DATA: f"{name} and {other}: they learned from different data",
        CautionKind.OTHER_VALIDATION: f"{name} and {other}: {count} and {total} images validate them",
        CautionKind.OTHER_EPOCHS: f"{name} and {other}: of {count} and {total} epochs the best counts",
        CautionKind.FAILED: f"{name}: {part} diverged and do not count; what is said holds for the others",
        CautionKind.GIVEN_UP: f"{name}: left out because interrupted: {part}",
        CautionKind.UNDER_WAY: f"{name}: left out because still under way: {part}",
        CautionKind.STOPPED: f"{name}: stopped before the last epoch: {part}",
        CautionKind.NOT_VALIDATED: f"{name}: left out because not validated: {part}",
        CautionKind.REPEATED: f"{name}: the same seed again: {part}; the newest of each seed counts",
        CautionKind.MIXED: f"{name}: its runs were not trained alike; what is said of it is of all of them together",
    }[caution.kind]


def _pair_as_json(pair: Pair) -> dict[str, Any]:
    found, sign = pair.difference, pair.measure.sign
    is_single = found.verdict is Verdict.SINGLE
    return {
        "a": pair.first.name,
        "b": pair.second.name,
        "difference": sign * found.mean,
        "interval": None if is_single else sorted((sign * found.low, sign * found.high)),
        "p": found.p,
        "p_adjusted": pair.p_adjusted,
        "t_p": found.t_p,
        "t_p_adjusted": pair.t_p_adjusted,
        "probability_ahead": found.ahead,
        "runs": found.runs,
        "paired": found.is_paired,
        "seeds_needed": found.needed,
        "mcnemar": [
            {
                "seed": each.seed,
                "images": each.count,
                "only_a": each.only_first,
                "only_b": each.only_second,
                "p": each.p,
            }
            for each in pair.images
        ],
        "better": None if pair.better is None else pair.better.name,
        "may_be_luck": pair.may_be_luck,
        "verdict": sentence(pair),
    }


def _name(experiment: Experiment) -> str:
    return plain(experiment.name, _LONGEST_NAME)


def _value(value: object) -> str:
    return "–" if value is None else plain(str(value), _LONGEST_NAME)


def _mean(experiment: Experiment, measure: Measure) -> str:
    mean, spread = experiment.mean(measure), experiment.spread(measure)
    seeds = _seeds(len(experiment.results(measure)))
    if mean is None:
        return "no result on validation"
    if measure is Measure.ACCURACY:
        about = "" if spread is None else f" ± {100 * spread:.2f}"
        return f"{percent(mean)}{about} on validation at its best, mean of {seeds}"
    about = "" if spread is None else f" ± {spread:.4f}"
    return f"{mean:.4f}{about} on validation at its best, mean of {seeds}"


def _scale(pair: Pair) -> float:
    return 100.0 if pair.measure is Measure.ACCURACY else -1.0  # a loss was turned round


def _digits(pair: Pair) -> int:
    return 2 if pair.measure is Measure.ACCURACY else 4


def _unit(pair: Pair) -> str:
    return " points" if pair.measure is Measure.ACCURACY else ""


def _interval(pair: Pair) -> tuple[float, float]:
    """Return the ends of the interval in points, or in nats as they were measured."""
    low, high = sorted((_scale(pair) * pair.difference.low, _scale(pair) * pair.difference.high))
    return low, high


def _signed(pair: Pair, value: float) -> str:
    return f"{value:+.{_digits(pair)}f}"


def _p(value: float) -> str:
    return "<0.0001" if value < _LEAST_P else f"{value:.4f}"


def _seeds_of(found: Difference) -> str:
    first, second = found.runs
    return f"{_seeds(first)} each" if first == second else f"{first} and {second} seeds"


def _seeds(number: int) -> str:
    return "1 seed" if number == 1 else f"{number:,} seeds"


def _experiments(number: int) -> str:
    return "1 experiment" if number == 1 else f"{number:,} experiments"


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number:,} runs"
