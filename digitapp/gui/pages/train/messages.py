"""What can go wrong on the Train page, worded for people: cause first, then what to do."""

from __future__ import annotations

from digitapp.gui.causes import cause
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.messages import Message
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged
from digitapp.training.findings import gentler_rate


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
        if error.what == "classes":
            text = translate("TrainMessages", "The network tells {0} classes apart, but the data set has {1}.")
        else:
            text = translate("TrainMessages", "The network has {0} inputs, but the images of the data set have {1}.")
        text = text.format(thousands(error.network), thousands(error.data))
        return Message(title, text, translate("TrainMessages", "Start from new weights."))
    if isinstance(error, DataNotFinite):
        text = translate("TrainMessages", "Image {0} of the data set holds a value that is not a number.").format(
            thousands(error.sample + 1)
        )
        return Message(title, text, translate("TrainMessages", "Choose another data set."))
    if isinstance(error, MemoryError):
        return Message(
            title,
            translate("TrainMessages", "There is not enough memory for this network."),
            translate("TrainMessages", "Use fewer hidden units."),
        )
    return Message(title, cause(error))
