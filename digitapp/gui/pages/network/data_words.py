"""What the Network page says while the images of the data set are not there."""

from __future__ import annotations

from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import translate
from digitapp.gui.words.messages import data_message


def data_words(session: Session, shown: Snapshot) -> tuple[str, str] | None:
    """Return title and text of what keeps the images of the data set from being looked at; None when they are there."""
    state = shown.data_state
    if shown.dataset is not None:
        return None
    if state in (DataState.LOADING, DataState.UNASKED):
        return translate("NetworkWords", "The images are being read"), translate("NetworkWords", "This takes a moment.")
    if state is DataState.FETCHING:
        return translate("NetworkWords", "The images are on their way"), translate(
            "NetworkWords", "The Train page shows how far they are."
        )
    if state is DataState.MISSING:
        return (
            translate("NetworkWords", "There are no images on this computer yet"),
            translate(
                "NetworkWords",
                "The Train page fetches MNIST or makes handwriting of its own. The other views need no images.",
            ),
        )
    error = session.data.error(shown.dataset_name)
    return translate("NetworkWords", "The images could not be read"), data_message(error) if error is not None else ""
