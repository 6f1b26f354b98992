"""Why a file cannot be used: said in English here, and in the reader's language by the window.

`reasons.tr("it has {0} strokes", count)` is found by the tool that collects texts for translators, as literals after
`.tr(` are; so the call is always written out like this, and what stands in the text comes as further arguments.
"""

from __future__ import annotations


class Reason(str):
    """A reason in English, with the text and the facts that it was made of."""

    text: str
    facts: tuple[object, ...]


def tr(text: str, *facts: object) -> Reason:
    """Return a reason: a text whose placeholders {0}, {1}, … stand for the facts."""
    reason = Reason(text.format(*facts))
    reason.text, reason.facts = text, facts
    return reason
