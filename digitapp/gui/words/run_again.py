"""What is said when a run of the list is opened or trained again, and where that cannot be."""

from __future__ import annotations

from digitapp.datasets.errors import DataError
from digitapp.gui.causes import cause
from digitapp.gui.state.run_again import BusyError, OtherDataError, UnknownSettingsError
from digitapp.gui.translation import translate
from digitapp.gui.words.messages import Message, data_message, file_message
from digitapp.gui.words.problems import dataset_title
from digitapp.kept.belongings import Belongings
from digitapp.kept.register import RunLine
from digitapp.modelfile import ModelFileError


def again_message(error: Exception) -> Message:
    """Return why a run was not opened or not trained again, and what can be done."""
    title = translate("RunAgain", "This run was not trained again")
    change = translate("RunAgain", "Train with one change takes its settings to the data that there are.")
    if isinstance(error, ModelFileError):
        return file_message(error, saving=False)
    if isinstance(error, BusyError):
        text = translate("RunAgain", "A training of the same problem is under way.")
        return Message(title, text, translate("RunAgain", "Stop it on Train, or wait until it has ended."))
    if isinstance(error, OtherDataError):
        text = translate("RunAgain", "The data set “{0}” is another one than then, so the run would be another one.")
        return Message(title, text.format(dataset_title(error.name)), change)
    if isinstance(error, UnknownSettingsError):
        text = translate("RunAgain", "It has settings that this digitapp does not know: a newer one has trained it.")
        return Message(title, text)
    if isinstance(error, DataError):
        text = translate("RunAgain", "Its data set is gone. {0}").format(data_message(error))
        return Message(title, text, change)
    return Message(title, cause(error))


def why_not_exactly(line: RunLine, found: Belongings) -> str:
    """Return why a run cannot be trained again exactly, "" where it can."""
    if found.is_by_hand:
        return translate("RunAgain", "Its steps were taken by hand, one by one.")
    if line.begun_from:
        text = translate("RunAgain", "It began with the weights of {0}, not with ones that its seed draws.")
        return text.format(line.begun_from)
    if found.has_marks:
        return translate("RunAgain", "Parts of its network had been frozen or switched off by hand.")
    return ""


def why_not_opened(found: Belongings, *, is_over: bool) -> str:
    """Return why a run's network cannot be opened, "" where it can."""
    if found.end is not None or found.best is not None:
        return ""
    if not is_over:
        return translate("RunAgain", "Its network is kept when it ends.")
    return translate("RunAgain", "Its weights are not kept any more; settings and curves are.")
