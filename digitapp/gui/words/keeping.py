"""What is said about keeping what was made: what is not on the disk yet, and what could not be read."""

from __future__ import annotations

from digitapp.gui.causes import cause
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.translation import listed, said, translate
from digitapp.kept.errors import KeptError


def keeping_words(keeper: Keeper) -> str:
    """Return one sentence about what is wrong with keeping, empty where all is well."""
    if keeper.trouble is not None:
        text = translate("Keeping", "Not on the disk yet: {0} ({1}). It is tried again.")
        if keeper.has_runs_wait:
            text = translate("Keeping", "The training waits for the disk ({1}), then goes on. Not on it yet: {0}.")
        return text.format(listed(unkept(keeper)), kept_cause(keeper.trouble))
    unread = keeper.unread
    if unread is not None and unread.aside is not None:
        text = translate("Keeping", "What was kept could not be read: {0}. It was set aside as {1}; nothing is lost.")
        return text.format(said(unread.reason), unread.aside.name)
    if unread is not None:
        return translate("Keeping", "A part of what was kept could not be read: {0}.").format(said(unread.reason))
    if keeper.unkeepable is not None:
        return translate("Keeping", "One thing cannot be kept: {0}.").format(cause(keeper.unkeepable))
    return ""


def kept_cause(error: Exception) -> str:
    """Return why nothing could be written, for after a colon."""
    return said(error.reason) if isinstance(error, KeptError) else cause(error)


def unkept(keeper: Keeper) -> list[str]:
    """Return the names of what is not on the disk, in words."""
    kinds = keeper.unkept
    names = {
        "drawing": translate("Keeping", "your drawing"),
        "choices": translate("Keeping", "what you chose"),
        "networks": translate("Keeping", "your networks"),
        "runs": translate("Keeping", "your trainings"),
    }
    return [name for kind, name in names.items() if kind in kinds]
