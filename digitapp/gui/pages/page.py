"""What every page of the window has in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.gui import settings as remembered
from digitapp.gui.pictures import ComposedPicture
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import translate
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.messages import Message, file_message
from digitapp.modelfile import SUFFIX, ModelFileError
from digitapp.plain import file_name

TRAIN_ON = "train on"  # what the page that trains takes up: going on from the moment that the window shows
TRAIN_NEW = "train new"  # and this: a new run with the settings of its form
TRAIN_AS = "train as"  # with two configs and the name of a run: a form filled in with its settings


class Page(QWidget):
    """One page: a stage on the left, an inspector on the right, and its own actions in the window's header.

    Subclasses have a `NAME`, which is their object name. In their constructor they tell the `refresher` what they show
    and which signals of the session make it stale. What they show is of one snapshot, `shown`; what the user does goes
    to the session.

    Signals
    -------
    status_changed(text) : what the page has to say at the right end of the status bar
    page_wanted(name, what) : the user wants to see another page; what that one is asked to `take_up`, None for nothing
    work_wanted(name, what) : another page is to take something up, and this one stays
    """

    NAME: ClassVar[str]

    status_changed = Signal(str)
    page_wanted = Signal(str, object)
    work_wanted = Signal(str, object)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(self.NAME)
        self.session = session
        self.settings = settings
        self.refresher = Refresher(self, session.snapshot, self.takes_turns)
        self.status_text = ""

    @property
    def shown(self) -> Snapshot:
        """What the page shows, or showed when it was seen last."""
        return self.refresher.shown

    def takes_turns(self, shown: Snapshot) -> bool:
        """Return whether the pictures that follow a run take turns."""
        return shown.shows_run

    def header_actions(self) -> Sequence[QWidget]:
        """Return the buttons that stand at the right of the header while this page is shown."""
        return ()

    def composed_pictures(self) -> Sequence[ComposedPicture]:
        """Return what can be saved as a picture beside the views that are seen."""
        return ()

    def take_up(self, what: object) -> None:
        """Do what the user has asked for elsewhere and is shown here; pages that take nothing up do nothing."""

    def say(self, text: str) -> None:
        """Show a text at the right end of the status bar while this page is shown."""
        if text != self.status_text:
            self.status_text = text
            self.status_changed.emit(text)

    def tell(self, message: Message) -> None:
        """Show in a prominent place of the page what went wrong."""
        raise NotImplementedError

    @Slot()
    def open_model(self) -> None:
        """Let the user choose a model file and show it; a file that cannot be used changes nothing."""
        path = self.ask_for_model(translate("Page", "Open model"))
        if path is not None:
            self.show_model(path)

    @Slot(object)
    def show_model(self, path: Path) -> None:
        """Show the model in a file; one that cannot be used changes nothing, and the page says why."""
        try:
            self.session.open_model(path)
        except ModelFileError as error:
            self.tell(file_message(error, saving=False))

    def ask_for_model(self, title: str) -> Path | None:
        """Let the user choose a model file; None for none."""
        folder = self.settings.get(remembered.LAST_FOLDER)
        pattern = translate("Page", "Models (*{0});;All files (*)").format(SUFFIX)
        path, _ = QFileDialog.getOpenFileName(self, title, folder, pattern)
        if not path:
            return None
        self.settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
        return Path(path)

    @Slot()
    def save_model(self) -> None:
        """Let the user choose where, and save the shown network."""
        name = self.session.model.name.replace(" + ", "-").replace(" ", "-") or translate("Page", "my-network")
        suggestion = str(Path(self.settings.get(remembered.LAST_FOLDER)) / f"{name}{SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(
            self, translate("Page", "Save model"), suggestion, translate("Page", "Models (*{0})").format(SUFFIX)
        )
        if path:
            self.settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Save the shown network; a name without the ending of models gets it. The page says how it went."""
        chosen = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        try:
            self.session.save_model(chosen)
        except ModelFileError as error:
            self.tell(file_message(error, saving=True))
        else:
            self.say(translate("Page", "Saved as {0}").format(file_name(chosen)))

    def undo(self) -> None:
        """Take back the last edit on this page; pages without edits do nothing."""

    def redo(self) -> None:
        """Do the last edit that was taken back again; pages without edits do nothing."""
