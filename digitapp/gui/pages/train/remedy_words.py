"""Remedies in words: what a button that changes a setting of the next run says."""

from __future__ import annotations

from digitapp.gui.pages.train.fields import show_hidden, show_number
from digitapp.gui.translation import translate
from digitapp.gui.words.choices import activation_words, choice_words
from digitapp.nn import INITIALIZERS
from digitapp.training.remedies import Remedy


def remedy_text(remedy: Remedy) -> str:
    """Return what a remedy does, short enough for a button."""
    value = remedy.value
    if remedy.field == "activation":
        return translate("Remedies", "Use {0}").format(activation_words(str(value)).title)
    if remedy.field == "initializer":
        words = choice_words("initializer", str(value), INITIALIZERS[str(value)])
        return translate("Remedies", "Start by {0}").format(words.title)
    if isinstance(value, tuple):
        return translate("Remedies", "Hidden layers: {0}").format(show_hidden(value))
    texts = {
        "learning_rate": translate("Remedies", "Learning rate {0}"),
        "clip_norm": translate("Remedies", "Clip gradients at {0}"),
        "patience": translate("Remedies", "Patience {0}"),
        "l1": translate("Remedies", "L1 penalty {0}"),
        "l2": translate("Remedies", "L2 penalty {0}"),
        "weight_decay": translate("Remedies", "Weight decay {0}"),
    }
    return texts[remedy.field].format(show_number(float(value)))
