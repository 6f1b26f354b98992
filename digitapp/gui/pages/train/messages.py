"""What can go wrong on the Train page, worded for people: cause first, then what to do."""

from __future__ import annotations

from digitapp.datasets.errors import (
    ChecksumError,
    DataMissingError,
    DownloadCancelled,
    DownloadError,
    NotEnoughSpaceError,
)
from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.messages import Message
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged


def gentler_rate(learning_rate: float) -> float:
    """Return a learning rate to try after one that was too large."""
    if learning_rate > 0.1:
        return 0.01
    return float(f"{learning_rate / 10:.1g}")


def run_message(error: Exception, learning_rate: float) -> Message:
    """Return why a run ended by itself."""
    if isinstance(error, TrainingDiverged):
        return Message(
            translate("TrainMessages", "Training stopped: the loss is no longer a number"),
            translate(
                "TrainMessages", "In epoch {0} the steps grew too large. The weights from before are kept."
            ).format(thousands(error.epoch)),
            translate("TrainMessages", "Try a learning rate of {0} instead of {1}.").format(
                f"{gentler_rate(learning_rate):g}", f"{learning_rate:g}"
            ),
        )
    title = translate("TrainMessages", "Training stopped")
    if isinstance(error, DataMismatch):
        text = translate("TrainMessages", "The network has {0} {1}, but the data set needs {2}.").format(
            error.network, error.what, error.data
        )
        return Message(title, text, translate("TrainMessages", "Start from new weights."))
    if isinstance(error, DataNotFinite):
        text = translate("TrainMessages", "Image {0} of the data set holds a value that is not a number.").format(
            error.sample + 1
        )
        return Message(title, text, translate("TrainMessages", "Choose another data set."))
    if isinstance(error, MemoryError):
        return Message(
            title,
            translate("TrainMessages", "There is not enough memory for this network."),
            translate("TrainMessages", "Use fewer hidden units."),
        )
    return Message(
        title,
        translate("TrainMessages", "Something unexpected happened: {0}").format(str(error) or type(error).__name__),
    )


def data_message(error: Exception) -> str:
    """Return in one sentence why a data set could not be had."""
    if isinstance(error, DownloadCancelled):
        return translate("TrainMessages", "The download was cancelled; what has arrived is kept for the next attempt.")
    if isinstance(error, ChecksumError):
        return translate(
            "TrainMessages", "{0} is not the original MNIST file: its contents differ from the published ones."
        ).format(error.source)
    if isinstance(error, DataMissingError):
        folder = str(error.searched[0]) if error.searched else "?"
        return translate("TrainMessages", "In {0} these files are missing: {1}.").format(folder, listed(error.missing))
    if isinstance(error, NotEnoughSpaceError):
        return translate("TrainMessages", "The disk is full: {0} MB are needed, {1} MB are free.").format(
            f"{error.needed / 1e6:.0f}", f"{error.free / 1e6:.0f}"
        )
    if isinstance(error, DownloadError):
        return translate("TrainMessages", "The download did not work ({0}: {1}).").format(error.url, error.reason)
    return str(error)
