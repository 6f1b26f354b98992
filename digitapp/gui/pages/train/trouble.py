"""The note of the Train page: why a run ended, what is wrong with it or its data, and what helps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Slot

from digitapp.gui.pages.train.messages import finding_message, run_message
from digitapp.gui.pages.train.remedy_words import remedy_text
from digitapp.gui.pages.train.setup import SetupForm
from digitapp.gui.pages.train.stage import MOST_REMEDIES, TrainStage
from digitapp.gui.pages.train.watch import RunWatch
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.messages import Message
from digitapp.training.course import Oscillates, Overfits, Stuck
from digitapp.training.errors import TrainingDiverged
from digitapp.training.findings import Finding
from digitapp.training.remedies import Remedy, gentler_rate

Action = tuple[str, Callable[[], None]]


class Trouble(QObject):
    """Shows one thing that is wrong at a time, the cause first, until it was read or is no more."""

    def __init__(self, session: Session, setup: SetupForm, stage: TrainStage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._setup, self._stage = session, setup, stage
        self.watch = RunWatch(session, self)
        self._actions: tuple[Action, ...] = ()
        stage.note.remedy_taken.connect(self._act)
        stage.note.dismissed.connect(self.forget)

    def tell(self, message: Message, actions: tuple[Action, ...] = (), *, is_error: bool = True) -> None:
        """Say something, with a button for each thing that helps."""
        self._actions = actions[:MOST_REMEDIES]
        self._stage.note.show_message(message, [text for text, _ in self._actions], is_error=is_error)
        self._stage.show_lower()

    @Slot()
    def dismiss(self) -> None:
        """Say nothing, as another run begins."""
        self._session.run.error = None
        self._hide()

    @Slot()
    def forget(self) -> None:
        """What is wrong was read."""
        self.watch.forget()
        self.dismiss()

    def _hide(self) -> None:
        self._stage.note.hide()
        self._stage.show_lower()

    def show(self, shown: Snapshot) -> None:
        """Say why a run ended by itself, or what is wrong with it or with the data."""
        error, findings = shown.run.error, self.watch.findings()
        if error is not None:
            diverged = isinstance(error, TrainingDiverged)
            gentler = Remedy("learning_rate", gentler_rate(self._last_rate))
            self.tell(run_message(error, self._last_rate), (self._remedy(gentler),) if diverged else ())
        elif findings:
            is_error = not isinstance(findings[0], (Stuck, Oscillates, Overfits))
            self.tell(finding_message(findings[0]), self._actions_for(findings[0]), is_error=is_error)
        else:
            self._hide()

    def show_findings(self, shown: Snapshot) -> None:
        """Say what was found meanwhile; without it, what the note says stays."""
        if self.watch.findings():
            self.show(shown)
        elif self.watch.has_passed:
            self._hide()

    def _actions_for(self, finding: Finding) -> tuple[Action, ...]:
        actions = [self._remedy(remedy) for remedy in self.watch.remedies(finding)]
        if isinstance(finding, Overfits) and (back := self._back_to(finding.since)) is not None:
            actions.insert(0, back)
        return tuple(actions)

    def _remedy(self, remedy: Remedy) -> Action:
        return remedy_text(remedy), partial(self._take, remedy)

    def _take(self, remedy: Remedy) -> None:
        self._setup.take_remedy(remedy)
        self.forget()
        if not self._session.run.is_active:
            self._stage.transport.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back_to(self, epoch: int) -> Action | None:
        """Return what shows the network as it was after an epoch of the newest run, as nearly as it is kept."""
        branches = self._session.time_machine.branches
        branch = branches[-1] if branches else None
        started = branch.history.started if branch is not None else None
        if branch is None or started is None or not branch.moments.kept:
            return None
        text = self.tr("Go to epoch {0}").format(thousands(epoch))
        return text, partial(self._go_to, epoch * started.batches_per_epoch)

    def _go_to(self, step: int) -> None:
        machine = self._session.time_machine
        branch = machine.branches[-1]
        if machine.branch is not branch:
            self._session.choose_branch(branch)
        kept = branch.moments.kept
        right = min(bisect_left([moment.step for moment in kept], step), len(kept) - 1)
        near = kept[max(0, right - 1) : right + 1]
        self._session.show_moment(min(near, key=lambda moment: abs(moment.step - step)))

    @property
    def _last_rate(self) -> float:
        batch = self._session.run.history.last_batch
        return batch.learning_rate if batch is not None else self._setup.settings.value("learning_rate")

    @Slot(int)
    def _act(self, index: int) -> None:
        self._actions[index][1]()
