"""What can be done with runs of the list: named, marked, noted, deleted and brought back, opened, trained again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.pages.page import TRAIN_AS
from digitapp.gui.pages.runs.rows import Row
from digitapp.gui.state.run_again import RunAgain, UnknownSettingsError, settings_of
from digitapp.gui.state.session import Session
from digitapp.gui.words.messages import Message
from digitapp.gui.words.run_again import again_message
from digitapp.kept.belongings import Belongings
from digitapp.kept.experiments import Measure, best_of
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate


@dataclass(frozen=True)
class _Edit:
    """Something that was done and can be taken back."""

    undo: Callable[[], object]
    redo: Callable[[], object]


class RunActions(QObject):
    """Does what is wanted with a row, and remembers how it is taken back.

    Signals
    -------
    told(Message) : what went wrong
    said(text) : what has happened, for the status line
    deleted(text) : runs were deleted, "" when they are back
    looked(Belongings, key) : what is kept of a run that was asked about
    page_wanted(name, what) : another page is to be shown
    """

    told = Signal(object)
    said = Signal(str)
    deleted = Signal(str)
    looked = Signal(object, object)
    page_wanted = Signal(str, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = session.run_list
        self._done: list[_Edit] = []
        self._undone: list[_Edit] = []
        self.again = RunAgain(session, self)
        self.again.looked.connect(self.looked)
        self.again.failed.connect(self._on_failed)
        self.again.opened.connect(self._on_opened)
        self.again.begun.connect(self._on_begun)

    # What is written beside runs

    def rename(self, row: Row, name: str) -> None:
        """Give all runs of a row another name."""
        before = {line.key: line.name for line in row.lines}

        def undo() -> None:
            for key, earlier in before.items():
                self._runs.rename([key], earlier)

        self._do(_Edit(undo, lambda: self._runs.rename(before, name)))

    def mark(self, row: Row, *, is_marked: bool) -> None:
        """Mark the runs of a row as such that are to stay."""
        before = {line.key: line.is_marked for line in row.lines}

        def undo() -> None:
            for key, earlier in before.items():
                self._runs.mark([key], is_marked=earlier)

        self._do(_Edit(undo, lambda: self._runs.mark(before, is_marked=is_marked)))

    def note(self, row: Row, text: str) -> None:
        """Write a note beside the runs of a row."""
        self._runs.note([line.key for line in row.lines], text)

    def delete(self, row: Row) -> None:
        """Delete the runs of a row; those that are under way stay."""
        keys = [line.key for line in row.lines if line.fate is not RunFate.UNDER_WAY]
        if not keys:
            self.told.emit(
                Message(
                    self.tr("This run was not deleted"),
                    self.tr("It is still under way."),
                    self.tr("Stop it on Train, or wait until it has ended."),
                )
            )
            return
        text = self.tr("“{0}” was deleted. For a month it can be brought back.").format(row.experiment.name)

        def redo() -> None:
            self._runs.delete(keys)
            self.deleted.emit(text)

        self._do(_Edit(lambda: self._bring_back(keys), redo))

    def restore(self, row: Row) -> None:
        """Bring deleted runs back."""
        self._bring_back([line.key for line in row.lines])

    def _bring_back(self, keys: list[str]) -> None:
        self._runs.restore(keys)
        self.deleted.emit("")

    def _do(self, edit: _Edit) -> None:
        edit.redo()
        self._done.append(edit)
        self._undone.clear()

    @Slot()
    def undo(self) -> None:
        """Take back what was done last."""
        if self._done:
            edit = self._done.pop()
            self._undone.append(edit)
            edit.undo()

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            edit = self._undone.pop()
            self._done.append(edit)
            edit.redo()

    # Opening and training again

    def open(self, row: Row, found: Belongings, *, best: bool = False) -> None:
        """Show the network of a row's best run, at its end or at its best epoch, on all pages."""
        line = line_of(row)
        path = found.best if best else found.end or found.best
        if path is None:
            return
        at_best = path == found.best and path != found.end
        name, seed = row.experiment.name, line.seed
        title = self.tr("{0}, seed {1}").format(name, seed)
        if at_best:
            title = self.tr("{0}, seed {1}, best epoch").format(name, seed)
        self.again.open(line, path, title)

    def train_exactly(self, row: Row) -> None:
        """Train a row's best run again with the same settings, seed and data."""
        self.again.train_exactly(line_of(row))
        if self.again.is_waiting:
            self.said.emit(self.tr("Its data are being compared with those of then…"))

    def train_changed(self, row: Row) -> None:
        """Go to Train with the settings of a row, one of which is to be changed."""
        line = line_of(row)
        try:
            settings = settings_of(line)
        except UnknownSettingsError as error:
            self.told.emit(again_message(error))
            return
        self._session.choose_problem(line.problem)
        self._session.choose_dataset(line.dataset)
        what = TRAIN_AS, settings.network, settings.config, row.experiment.name
        self.page_wanted.emit("trainPage", what)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _key: str) -> None:
        self.told.emit(again_message(error))

    @Slot(str)
    def _on_opened(self, _key: str) -> None:
        title = self._session.current_entry.title
        self.said.emit(self.tr("All pages show “{0}”").format(title))

    @Slot(str)
    def _on_begun(self, _key: str) -> None:
        self.page_wanted.emit("trainPage", None)


def line_of(row: Row) -> RunLine:
    """Return the run of a row that its buttons are about: the one that is best on validation, or the newest."""
    known = [(value, line) for line in row.lines if (value := best_of(line, Measure.ACCURACY)) is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else row.newest
