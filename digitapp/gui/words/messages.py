"""What a page says when something went wrong: cause first, then what to do."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.datasets.errors import (
    ChecksumError,
    DataMissingError,
    DownloadCancelled,
    DownloadError,
    NotEnoughSpaceError,
)
from digitapp.gui.causes import cause
from digitapp.gui.translation import listed, translate
from digitapp.modelfile import ModelFileError
from digitapp.plain import file_name, plain


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
    return Message(title, translate("Messages", "{0}: {1}").format(file_name(error.path), cause(error)))


def data_message(error: Exception) -> str:
    """Return in one sentence why a data set could not be had."""
    if isinstance(error, DownloadCancelled):
        return translate("Messages", "The download was cancelled; what has arrived is kept for the next attempt.")
    if isinstance(error, ChecksumError):
        return translate(
            "Messages", "{0} is not the original MNIST file: its contents differ from the published ones."
        ).format(error.source)
    if isinstance(error, DataMissingError):
        folder = plain(str(error.searched[0])) if error.searched else "?"
        if len(error.missing) > 1:
            text = translate("Messages", "{0} of MNIST's four files are missing in {1}: the first is {2}.")
            return text.format(len(error.missing), folder, error.missing[0])
        return translate("Messages", "In {0} a file is missing: {1}.").format(folder, listed(error.missing))
    if isinstance(error, NotEnoughSpaceError):
        return translate("Messages", "The disk is full: {0} MB are needed, {1} MB are free.").format(
            f"{error.needed / 1e6:.0f}", f"{error.free / 1e6:.0f}"
        )
    if isinstance(error, DownloadError):
        return translate("Messages", "The download did not work ({0}: {1}).").format(error.url, cause(error))
    return cause(error)
