"""The line above the status bar that goes back in training, the same on every page."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.page import TRAIN_ON
from digitapp.gui.state.session import Session
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import (
    ComboBox,
    ElidedLabel,
    GhostButton,
    HairLine,
    Label,
    MomentSlider,
    Panel,
    PlainButton,
)
from digitapp.gui.widgets.numbers import epoch_text
from digitapp.gui.words.runs import run_title, run_words
from digitapp.runs.branches import Branch
from digitapp.training.moments import LEAST_MOMENTS, Moment

_FRAME_MS = 25
_HEIGHT = 44
_ROOMY = 1080


class TimelineBar(Panel):
    """One slider that shows the whole window as it was at any moment of a run.

    It is there where there is something to go back to, and always on the page that trains.

    Signals: `page_wanted(name, what)` as a page's, to go on from the moment that is shown.
    """

    page_wanted = Signal(str, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("timeline")
        self._session = session
        self._kept: tuple[Moment, ...] = ()
        self._steps: tuple[int, ...] = ()
        self._always = False
        self._wanted: int | None = None
        # A hand moves the slider more often than the window can show.
        self._pace = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._pace.timeout.connect(self._go)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_branches()

    def _make_parts(self) -> None:
        self._title = Label(self.tr("Time machine"), "section")
        self._title.setToolTip(self.tr("Go back to any moment of the training: units, curves, confusion and answer"))
        self.branches = ComboBox()
        self.branches.setObjectName("branchSelector")
        self.branches.setAccessibleName(self.tr("Run"))
        self.slider = MomentSlider(name=self.tr("Moment of the training"))
        self.slider.setObjectName("momentSlider")
        self._where = Label("", "caption", tabular=True)
        self._hint = ElidedLabel("", "caption", "text2")
        self.back = GhostButton(self.tr("Back to now"), "step", tip=self.tr("Show the network as it is now"))
        self.back.setObjectName("backToNow")
        self.train_on = PlainButton(self.tr("Train on from here"), "play")
        self.train_on.setObjectName("trainOnFromHere")

    def _lay_out(self) -> None:
        self._where.setMinimumWidth(self._where.fontMetrics().horizontalAdvance(self.tr("epoch {0}").format("88.88")))
        line = QWidget()
        line.setFixedHeight(theme.scaled(_HEIGHT))
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self.branches)
        row.addWidget(self.slider, 1)
        row.addWidget(self._hint, 1)
        row.addWidget(self._where)
        row.addWidget(self.back)
        row.addWidget(self.train_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addWidget(HairLine())

    def _connect(self) -> None:
        session = self._session
        session.branches_changed.connect(self._show_branches)
        session.moment_changed.connect(self._show_moment)
        session.run_progressed.connect(self._show_moments)
        session.run_state_changed.connect(self._show_moments)
        session.network_changed.connect(self._show_moments)
        session.deaths_found.connect(self._show_moments)
        self.branches.activated.connect(self._on_branch_chosen)
        self.slider.moment_wanted.connect(self._on_moment_wanted)
        self.back.clicked.connect(session.back_to_now)
        self.train_on.clicked.connect(self._train_on)
        for key, slot in (("Alt+Left", self._step_back), ("Alt+Right", self._step_on)):
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    def show_always(self, always: bool) -> None:
        """Stay in sight even while there is nothing to go back to."""
        self._always = always
        self._show_moments()

    # What is shown

    @property
    def _branch(self) -> Branch | None:
        return self._session.time_machine.branch

    @Slot()
    def _show_branches(self) -> None:
        machine = self._session.time_machine
        self.branches.clear()
        for branch in reversed(machine.branches):
            self.branches.add_entry(run_title(branch), run_words(branch), branch)
        self.branches.setVisible(len(machine.branches) > 1)
        self._arrange()
        self._show_moments()
        self._show_moment()

    @Slot()
    def _show_moments(self) -> None:
        """Offer the moments there are by now."""
        branch = self._branch
        kept = branch.moments.kept if branch is not None else ()
        is_worth = len(kept) >= LEAST_MOMENTS or len(self._session.time_machine.branches) > 1
        self.setVisible(self._always or is_worth)
        if not self.isVisible():
            return
        if kept is not self._kept:
            self._kept, self._steps = kept, tuple(moment.step for moment in kept)
        self.slider.set_moments(self._steps, self._end(branch))
        self._show_deaths(branch.deaths if branch is not None else ())
        self.slider.setVisible(len(kept) >= LEAST_MOMENTS)
        self._hint.setVisible(len(kept) < LEAST_MOMENTS)
        self._hint.setText(self._why_none(branch))
        self._show_buttons()

    def _show_deaths(self, deaths: tuple[int, ...]) -> None:
        tip = self.tr("Earlier and later from anywhere: Alt+Left, Alt+Right")
        if deaths:
            tip = in_a_row(tip, self.tr("Lines above the slider: units fell silent for good then."))
        self.slider.set_marks(deaths)
        self.slider.setToolTip(tip)

    def _end(self, branch: Branch | None) -> int:
        last = branch.history.last_batch if branch is not None else None
        return last.step if last is not None else self._steps[-1] if self._steps else 1

    def _why_none(self, branch: Branch | None) -> str:
        if branch is None:
            return self.tr(
                "Train a network: its whole training is kept, and this slider goes back to any moment of it."
            )
        if branch.moments.capacity < LEAST_MOMENTS:
            return self.tr("This network is too large to keep moments of its training.")
        if not branch.moments.is_open:
            return self.tr("The moments of this run had to make room for newer runs.")
        return self.tr("The first moments are about to be kept…")

    @Slot()
    def _show_moment(self) -> None:
        machine = self._session.time_machine
        place, branch = machine.place, machine.branch
        self.branches.setCurrentIndex(self.branches.findData(branch))
        self.branches.setToolTip(run_words(branch) if branch is not None else "")
        self._show_moments()
        steps = self._steps
        if self._wanted is None:
            self.slider.set_index(None if place is None or not steps else _index_of(steps, place.moment.step))
        if place is None or branch is None:
            self._where.setText(self.tr("now") if branch is not None else "")
        else:
            self._where.setText(self.tr("epoch {0}").format(epoch_text(branch.epochs_at(place.moment.step))))
        self.slider.setAccessibleDescription(self._where.text())
        self._show_buttons()

    def where(self) -> str:
        """Return which moment is shown, in words."""
        return self._where.text()

    def hint(self) -> str:
        """Return why there is no slider, empty while there is one."""
        return self._hint.text() if self._hint.isVisible() else ""

    def _show_buttons(self) -> None:
        is_past = self._session.time_machine.place is not None
        self.back.setEnabled(is_past)
        self.train_on.setEnabled(self._session.can_go_on)
        if self._session.run.is_active:
            tip = self.tr("Stop the present run first: one network learns at a time")
        elif is_past:
            tip = self.tr(
                "Start a new run from this moment, with the settings of the Train page. The optimiser starts afresh."
            )
        elif self._session.can_go_on:
            tip = self.tr(
                "Start a new run from where the last one ended, with the settings of the Train page. With the same "
                "optimiser it goes on as a longer run would have."
            )
        else:
            tip = self.tr("Train a network first, or move the slider to a moment")
        self.train_on.set_tip(tip)

    # What the user does

    @Slot()
    def _train_on(self) -> None:
        self.page_wanted.emit("trainPage", TRAIN_ON)

    @Slot(int)
    def _on_moment_wanted(self, index: int) -> None:
        self._wanted = index
        if not self._pace.isActive():
            self._pace.start()

    @Slot()
    def _step_back(self) -> None:
        self.slider.step(-1)

    @Slot()
    def _step_on(self) -> None:
        self.slider.step(1)

    @Slot()
    def _go(self) -> None:
        index, self._wanted = self._wanted, None
        branch = self._branch
        if index is None or branch is None:
            return
        newest = branch is self._session.time_machine.branches[-1]
        if index < 0 and newest:
            self._session.back_to_now()
        elif self._kept:
            # The moments may have been thinned since the hand moved: the nearest that is left.
            step = self._steps[min(index, len(self._steps) - 1)] if index >= 0 else self._steps[-1]
            kept = branch.moments.kept
            self._session.show_moment(kept[branch.moments.nearest(step)])

    @Slot(int)
    def _on_branch_chosen(self, index: int) -> None:
        branch = self.branches.itemData(index)
        if branch is not self._branch:
            self._session.choose_branch(branch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """In little room the slider needs it more than the words."""
        narrow = self.width() < theme.scaled(_ROOMY)
        self._title.setVisible(not narrow or self.branches.isHidden())
        self.branches.setMaximumWidth(theme.scaled(168 if narrow else 240))
        self.train_on.set_icon_name(None if narrow else "play")
        self.back.set_icon_name(None if narrow else "step")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_moment()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pace.stop()


def _index_of(steps: tuple[int, ...], step: int) -> int:
    return min(range(len(steps)), key=lambda index: abs(steps[index] - step))
