"""What a page says when something went wrong: cause first, then what to do."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.gui.translation import translate
from digitapp.modelfile import ModelFileError


@dataclass(frozen=True)
class Message:
    """What a note says: what happened, why, and what to try."""

    title: str
    text: str
    remedy: str = ""


def file_message(error: ModelFileError, *, saving: bool) -> Message:
    """Return why a model could not be opened or saved."""
    refused = translate("Messages", "This model cannot be used")
    title = translate("Messages", "The model was not saved") if saving else refused
    return Message(title, f"{error.path.name}: {error.reason}")
