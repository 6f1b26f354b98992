"""The tale's outcomes in words, by demons as in the tale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets.numbers import decimal, per_cent, thousands
from digitapp.gui.words.choices import choice_words
from digitapp.inspection.intervals import difference_interval
from digitapp.inspection.tale import DEMONS, LEAST_MATCH, Demon, Match, Outcome
from digitapp.inspection.tale_trial import Judged, Share, Trial, TrialResult
from digitapp.nn import ACTIVATIONS, INITIALIZERS


def outcome_title(outcome: Outcome) -> str:
    """Return what an outcome is called."""
    return {
        Outcome.TALE: translate("Tale", "The tale came true"),
        Outcome.OTHER: translate("Tale", "Another solution"),
        Outcome.FAILED: translate("Tale", "Failed"),
    }[outcome]


def outcome_remark(outcome: Outcome) -> str:
    """Return what makes a network one of an outcome."""
    return {
        Outcome.TALE: translate("Tale", "a unit for each demon, matched at {0} or more").format(decimal(LEAST_MATCH)),
        Outcome.OTHER: translate("Tale", "all 64 right, by other detectors"),
        Outcome.FAILED: translate("Tale", "not all 64 right"),
    }[outcome]


def share_text(share: Share) -> str:
    """Return "44 %", and between which shares the true one lies, "35 to 54 %"."""
    return translate("Tale", "{0} ({1} to {2})").format(
        _whole_percent(share.share), f"{100 * share.low:.0f}", _whole_percent(share.high)
    )


def _whole_percent(share: float) -> str:
    return per_cent(f"{100 * share:.0f}")


def comparison_text(now: TrialResult, before: TrialResult) -> str:
    """Return how often the tale came true in two trials, and whether chance makes such a difference."""
    counts = [(len(result.by_outcome[Outcome.TALE]), len(result.networks)) for result in (now, before)]
    shares = [_whole_percent(count / total) for count, total in counts]
    low, high = difference_interval(*counts)
    if low > 0 or high < 0:
        text = translate("Tale", "The tale came true in {0}, before in {1} ({2}): more than chance makes of it.")
    else:
        text = translate("Tale", "The tale came true in {0}, before in {1} ({2}): chance alone can make as much.")
    return text.format(*shares, trial_text(before.trial))


def kind_text(found: tuple[str, ...]) -> str:
    """Return which demons a solution found, and which not."""
    missing = [demon.name for demon in DEMONS if demon.name not in found]
    if not found:
        return translate("Tale", "Found none of the three")
    if not missing:
        return translate("Tale", "Found {0}").format(listed(found))
    return translate("Tale", "Found {0}, not {1}").format(listed(found), listed(missing))


def verdict_text(judged: Judged) -> str:
    """Return what a network found, in a sentence or two."""
    verdict = judged.verdict
    if not math.isfinite(judged.error):
        return translate("Tale", "Its numbers have overflowed: it learned nothing.")
    if verdict.outcome is Outcome.TALE:
        return translate(
            "Tale",
            "The tale came true: two units vote for 0, one for 1, and each likes the pixels of its demon.",
        )
    if verdict.outcome is Outcome.FAILED:
        return translate("Tale", "It misreads {0} of the 64 images. {1}.").format(
            64 - verdict.right, kind_text(verdict.found)
        )
    text = translate("Tale", "It reads all 64 images, but not as in the tale. {0}.")
    return text.format(kind_text(verdict.found))


def demon_text(demon: Demon) -> str:
    """Return what a demon of the tale likes, and who listens to it."""
    return {
        "A": translate("Tale", "the left stroke of a 0"),
        "B": translate("Tale", "the stroke of a 1"),
        "C": translate("Tale", "the right stroke of a 0"),
    }[demon.name]


def match_text(match: Match) -> str:
    """Return how alike a unit and its demon are; what falls short of the least that counts never reads like it."""
    text = decimal(match.correlation)
    falls_short = match.correlation < LEAST_MATCH and text == decimal(LEAST_MATCH)
    return decimal(match.correlation, 4) if falls_short else text


def network_title(seed: int) -> str:
    """Return what a network of a trial is called."""
    return translate("Tale", "Network {0}").format(seed)


def trial_text(trial: Trial) -> str:
    """Return how the networks of a trial have learned, for the status bar."""
    activation = _choice("activation", ACTIVATIONS, trial.activation)
    text = translate("Tale", "{0} networks 12-{1}-2, {2}, {3} epochs at {4}").format(
        thousands(trial.seeds), trial.hidden, activation, thousands(trial.epochs), f"{trial.learning_rate:g}"
    )
    if trial.initializer != Trial().initializer:
        start = _choice("initializer", INITIALIZERS, trial.initializer)
        text = translate("Tale", "{0}, start {1}").format(text, start)
    if trial.noise:
        text = translate("Tale", "{0}, {1} of the pixels flipped").format(text, per_cent(f"{100 * trial.noise:g}"))
    return text


def _choice(kind: str, registry: Mapping[str, Any], key: str) -> str:
    return choice_words(kind, key, registry[key]).title
