"""What is said where the file of runs cannot be read."""

from __future__ import annotations

from digitapp.gui.causes import cause
from digitapp.gui.translation import said, translate
from digitapp.gui.words.messages import Message
from digitapp.kept.errors import KeptBusyError, KeptDamagedError, KeptError, KeptReadOnlyError


def run_trouble(error: Exception) -> Message:
    """Return why the runs cannot be listed, and what can be done about it."""
    title = translate("RunTrouble", "The runs cannot be read")
    reason = said(error.reason) if isinstance(error, KeptError) else cause(error)
    path = str(error.path) if isinstance(error, KeptError) else ""
    text = translate("RunTrouble", "{0}: {1}.").format(path, reason) if path else reason
    return Message(title, text, _remedy(error))


def only_read_message(reason: str) -> Message:
    """Return what is said where the runs are listed but nothing can be written beside them."""
    return Message(
        translate("RunTrouble", "The runs can only be read"),
        translate("RunTrouble", "Names, marks and notes cannot be written: {0}.").format(said(reason)),
        translate("RunTrouble", "Allow this user to write to the folder, or free the disk that it lies on."),
    )


def _remedy(error: Exception) -> str:
    if isinstance(error, KeptBusyError):
        return translate("RunTrouble", "Close the program that uses the file, or wait until it is done.")
    if isinstance(error, KeptReadOnlyError):
        return translate("RunTrouble", "Allow this user to write to the folder, or free the disk that it lies on.")
    if isinstance(error, KeptDamagedError):
        return translate("RunTrouble", "The file is left as it is; a copy of it from a backup can take its place.")
    return ""
