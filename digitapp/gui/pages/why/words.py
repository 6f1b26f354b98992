"""What the Why page says, in words."""

from __future__ import annotations

import numpy as np

from digitapp.gui.pages.why.work import Case
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets.numbers import decimal, percent, probability, signed, thousands
from digitapp.inspection.attribution import patch_side
from digitapp.inspection.explanation import MapEvidence, Templates
from digitapp.inspection.smallest_change import Change

_LIKE, _ALMOST = 0.5, 0.3  # rank correlations from which a map is suspicious


def headline(case: Case) -> str:
    """Return the number that all views explain, in a sentence."""
    label, against = case.question
    name, score = case.names[label], decimal(float(case.logits[label]))
    if against is None:
        return translate("WhyPage", "The network's score (logit) for {0} is {1}.").format(name, score)
    other, lead = case.names[against], float(case.logits[label]) - float(case.logits[against])
    scores = score, decimal(float(case.logits[against]))
    if lead >= 0:
        text = translate("WhyPage", "{0} scores {1}, {2} scores {3}: {0} is ahead by {4}.")
    else:
        text = translate("WhyPage", "{0} scores {1}, {2} scores {3}: {0} is behind by {4}.")
    return text.format(name, scores[0], other, scores[1], decimal(abs(lead)))


def total(case: Case) -> str:
    """Return what the sum of all contributions is called."""
    label, against = case.question
    if against is None:
        return translate("WhyPage", "Score of {0}").format(case.names[label])
    return translate("WhyPage", "{0} ahead of {1}").format(case.names[label], case.names[against])


def template_caption(name: str, kind: Templates, *, drawn: bool) -> str:
    """Return what a unit's picture shows; `drawn` where its cells are pixels."""
    if not drawn:
        text = translate("WhyPage", "{0} grows with an orange input and shrinks with a blue one.")
    elif kind.are_weights and kind.exact:
        text = translate("WhyPage", "{0} looks for ink on orange and paper on blue: its weights. Marked: your drawing.")
    elif kind.exact:
        text = translate(
            "WhyPage", "{0} looks for ink on orange and paper on blue: exact for as long as the same units stay awake."
        )
    else:
        text = translate("WhyPage", "{0} grows with ink on orange and shrinks with ink on blue: its gradient here.")
    return text.format(name)


def pixels_sentence(case: Case) -> str:
    """Return what the maps show."""
    label, against = case.question
    if against is None:
        text = translate("WhyPage", "Orange pixels raise the score of {0}, blue ones lower it.")
        colors = text.format(case.names[label])
    else:
        text = translate("WhyPage", "Orange pixels speak for {0}, blue ones for {1}.")
        colors = text.format(case.names[label], case.names[against])
    return in_a_row(colors, translate("WhyPage", "Three methods see it differently, so each is put to two tests."))


def map_title(key: str) -> str:
    """Return the name of a method."""
    return {
        "gradient": translate("WhyPage", "Gradient × input"),
        "integrated": translate("WhyPage", "Integrated gradients"),
        "occlusion": translate("WhyPage", "Occlusion"),
    }[key]


def map_sentence(key: str, case: Case) -> str:
    """Return what a method asks, in one sentence."""
    if key == "gradient":
        return translate("WhyPage", "What a little more ink on each pixel would do, times the ink that is there.")
    if key == "integrated":
        return translate("WhyPage", "The gradient, averaged on the way from blank page to drawing, times the ink.")
    side = patch_side(case.shape)
    if side == 1:
        return translate("WhyPage", "What is lost when each pixel in turn is covered.")
    return translate("WhyPage", "What is lost when {0}×{0} pixels around each one are covered.").format(side)


def sum_line(evidence: MapEvidence) -> str:
    """Return what a map adds up to, and whether it should; squares that overlap count everything several times."""
    if evidence.key == "occlusion":
        return ""
    if evidence.expected is None:
        return translate("WhyPage", "Sum {0}").format(signed(evidence.total))
    missed = abs(evidence.total - evidence.expected)
    share = missed / abs(evidence.expected) if evidence.expected else 0.0
    if missed and share > 0.01:
        text = translate("WhyPage", "Incomplete: {0}, not {1}")
    else:
        text = translate("WhyPage", "Sum {0} of {1}, {2} off")
    return text.format(signed(evidence.total), signed(evidence.expected), percent(share, 2))


def randomisation_line(evidence: MapEvidence) -> str:
    """Return whether the map depends on what was learned."""
    mean = evidence.randomisation.mean
    if not np.isfinite(mean):
        return translate("WhyPage", "Weights shuffled: the map is the same everywhere, so nothing can be compared.")
    if abs(mean) >= _LIKE:
        text = translate("WhyPage", "Weights shuffled: rank correlation {0}. Much the same map without any learning!")
    elif abs(mean) >= _ALMOST:
        text = translate(
            "WhyPage", "Weights shuffled: rank correlation {0}. Part of it is the drawing, not the learning."
        )
    else:
        text = translate("WhyPage", "Weights shuffled: rank correlation {0}. It shows what was learned.")
    return text.format(signed(mean))


def deletion_line(evidence: MapEvidence) -> str:
    """Return how soon the answer falls when the important ink goes first."""
    found = evidence.deletion
    count, first, random = found.pixels, found.lost_after, found.lost_at_random_after
    if found.by_map[0] <= 0:
        return translate("WhyPage", "Important ink removed first: the lead is none from the start.")
    if first is None:
        text = translate("WhyPage", "Important ink removed first: the score stays above 0 to the last pixel.")
    elif random is None:
        text = translate("WhyPage", "Important ink removed first: lead lost after {0} of {1} pixels; at random, never.")
    else:
        text = translate("WhyPage", "Important ink removed first: lead lost after {0} of {1} pixels; at random, {2}.")
    chance = "" if found.is_better else translate("WhyPage", "No better than chance!")
    return in_a_row(text.format(first, count, random), chance)


def change_method(change: Change) -> str:
    """Return how the change was found, honestly."""
    if change.is_smallest:
        count = thousands(2**change.after.size - 1)
        return translate("WhyPage", "All {0} pictures were tried: none with fewer switched pixels will do.").format(
            count
        )
    return translate(
        "WhyPage",
        "Found by a search: short strokes of pen and eraser are proposed by the gradient, tried on the network, and "
        "taken back where they turn out needless. A smaller change may exist.",
    )


def read_as(name: str, share: float) -> str:
    """Return "9, 83.1 %"."""
    return translate("WhyPage", "{0}, {1}").format(name, probability(share)) if np.isfinite(share) else name
