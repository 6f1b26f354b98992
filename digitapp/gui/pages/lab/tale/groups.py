"""What the wall shows: the networks by what became of the tale, the other solutions by their kind."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.gui.pages.lab.tale.words import kind_text, outcome_remark, outcome_title, share_text
from digitapp.gui.translation import translate
from digitapp.inspection.tale import Outcome
from digitapp.inspection.tale_trial import Judged, TrialResult


@dataclass(frozen=True, eq=False)
class Kind:
    """Networks that stand together below one line of words, which may be empty."""

    text: str
    networks: tuple[Judged, ...]


@dataclass(frozen=True, eq=False)
class Group:
    """A heading of the wall, and the networks below it.

    Attributes
    ----------
    outcome : whose mark and colour the heading has; None for the network of all pages
    title, share, remark : at its left, beside that, and at its right
    kinds : what stands below
    """

    outcome: Outcome | None
    title: str
    share: str
    remark: str
    kinds: tuple[Kind, ...]


def groups_of(result: TrialResult | None, own: Judged | None) -> list[Group]:
    """Return the groups of the wall: the network of all pages, where it can be judged, and those of a trial."""
    groups = []
    if own is not None:
        verdict = own.verdict
        kind = Kind("", (own,))
        text = outcome_title(verdict.outcome)
        if verdict.outcome is Outcome.OTHER:
            text = kind_text(verdict.found)
        groups.append(Group(None, translate("Tale", "Your network"), "", text, (kind,)))
    if result is None:
        return groups
    for outcome, networks in result.by_outcome.items():
        kinds = (Kind("", networks),) if networks else ()
        if outcome is Outcome.OTHER:
            kinds = tuple(
                Kind(translate("Tale", "{0}: {1}").format(kind_text(found), share_text(result.share(len(some)))), some)
                for found, some in result.kinds
            )
        share = share_text(result.share(len(networks)))
        groups.append(Group(outcome, outcome_title(outcome), share, outcome_remark(outcome), kinds))
    return groups
