"""What can go wrong on the Train page, worded for people: cause first, then what to do."""

from __future__ import annotations

from digitapp.gui.causes import cause
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.gui.words.messages import Message
from digitapp.training.course import CourseFinding, Oscillates, Overfits, Stuck
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged
from digitapp.training.findings import Finding, Guesses, RanAway, Reversed
from digitapp.training.remedies import gentler_rate


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


def finding_message(finding: Finding) -> Message:
    """Return what is wrong with a run or its data, and what to do."""
    if isinstance(finding, Reversed):
        return Message(
            translate("TrainMessages", "These pictures look dark on light"),
            translate(
                "TrainMessages",
                "Their edges are full of ink and their middles less so. Paper is 0 here and ink is 1: no drawing will "
                "be read by what learns from them.",
            ),
            translate("TrainMessages", "Invert the pictures, then import them again."),
        )
    if isinstance(finding, RanAway):
        return Message(
            translate("TrainMessages", "The loss ran away: the steps were too large"),
            translate(
                "TrainMessages",
                "It was {0} at its worst and {1} in the last epoch; a network that knows nothing has {2}.",
            ).format(*(f"{value:.3g}" for value in (finding.peak, finding.last, finding.ignorance))),
            translate("TrainMessages", "Try a learning rate of {0} instead of {1}.").format(
                f"{gentler_rate(finding.learning_rate):g}", f"{finding.learning_rate:g}"
            ),
        )
    if isinstance(finding, Guesses):
        text = (
            translate("TrainMessages", "It reads {0} of {1} validation samples right; one answer for all gives {2}.")
            if finding.part == "validation"
            else translate("TrainMessages", "It reads {0} of {1} training samples right; one answer for all gives {2}.")
        )
        return Message(
            translate("TrainMessages", "The network is no better than guessing"),
            text.format(percent(finding.accuracy), thousands(finding.samples), percent(finding.guess)),
            translate("TrainMessages", "Try a smaller learning rate, more epochs or another activation."),
        )
    if isinstance(finding, (Stuck, Oscillates, Overfits)):
        return _course_message(finding)
    if len(finding.layers) == finding.of:
        text = translate(
            "TrainMessages", "{0} of the training samples are misread, but that reaches no weights any more."
        )
    else:
        text = translate(
            "TrainMessages",
            "{0} of the training samples are misread, but that does not reach the weights of all layers.",
        )
    return Message(
        translate("TrainMessages", "The network cannot learn any more"),
        text.format(percent(finding.misread)),
        translate("TrainMessages", "Start anew with a smaller learning rate, another activation or initialisation."),
    )


def _course_message(finding: CourseFinding) -> Message:
    if isinstance(finding, Overfits):
        return Message(
            translate("TrainMessages", "It has been overfitting since epoch {0}").format(thousands(finding.since)),
            translate(
                "TrainMessages",
                "The validation loss has risen from {0} to {1} while the training loss fell: it learns its samples by "
                "heart.",
            ).format(f"{finding.best:.3g}", f"{finding.last:.3g}"),
            translate("TrainMessages", "Stop at the best, hold the weights small, or find more data."),
        )
    if isinstance(finding, Oscillates):
        return Message(
            translate("TrainMessages", "The loss goes up and down and becomes no better"),
            translate("TrainMessages", "From epoch to epoch it goes between {0} and {1}, and {2} are misread.").format(
                f"{finding.low:.3g}", f"{finding.high:.3g}", percent(finding.misread)
            ),
            translate("TrainMessages", "Take smaller steps."),
        )
    return Message(
        translate("TrainMessages", "It has learned nothing more since epoch {0}").format(thousands(finding.since)),
        translate("TrainMessages", "The loss stays at {0}, and {1} of the training samples are misread.").format(
            f"{finding.loss:.3g}", percent(finding.misread)
        ),
        translate("TrainMessages", "Try another learning rate, more units or less restraint."),
    )
