"""Which parts of a widget are stale, and when they are shown anew."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QWidget

from digitapp.gui.state.snapshot import Snapshot

FRAME_MS = 33
_REST = 4  # a part that takes long takes its turn less often: one part in five of the window's time at most

Show = Callable[[Snapshot], None]


class Part(QObject):
    """Something that a widget shows: `show` shows it as it is in a snapshot, while `widget` is seen."""

    def __init__(self, show: Show, widget: QWidget, refresher: Refresher) -> None:
        super().__init__(refresher)
        self.show, self.widget = show, widget
        self._refresher = refresher

    @Slot()
    def mark(self) -> None:
        """Show this anew in this turn of the event loop."""
        self._refresher.mark(self)

    @Slot()
    def mark_in_turn(self) -> None:
        """Show this anew soon: while parts take turns, when it is this one's."""
        self._refresher.mark_in_turn(self)


class Refresher(QObject):
    """Shows the stale parts of a widget, each of them once a turn of the event loop.

    Signals mark parts stale; when all that happens in a turn has happened, they are shown, in the order in which they
    were added, of one and the same snapshot. What happens meanwhile is of the next turn. Nothing hidden is shown; it
    catches up when it is seen.

    While a network learns, pictures that follow it take turns, one a frame: all of them at once would keep the pointer
    waiting, and cost time that the training wants. The frames are those in which news come; a timer is there for what
    is left when no more do.

    Attributes
    ----------
    parts : by their names
    shown : the snapshot that was shown last; at first the one of the beginning
    """

    _due = Signal()

    def __init__(
        self,
        widget: QWidget,
        take: Callable[[], Snapshot],
        takes_turns: Callable[[Snapshot], bool] = lambda shown: shown.shows_run,
    ) -> None:
        """Refresh `widget` with what `take` returns; `takes_turns` says whether parts take turns at all."""
        super().__init__(widget)
        self.parts: dict[str, Part] = {}
        self.shown = take()
        self._widget, self._take, self._takes_turns = widget, take, takes_turns
        self._stale: set[Part] = set()
        self._waiting: dict[Part, None] = {}  # for their turn, in this order
        self._is_asked = False
        self._next_turn = -math.inf
        self._due.connect(self._on_due, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_due)
        widget.installEventFilter(self)

    def add(
        self,
        name: str,
        show: Show,
        *,
        on: Iterable[SignalInstance] = (),
        in_turn: Iterable[SignalInstance] = (),
        of: QWidget | None = None,
    ) -> Part:
        """Add a part, which is stale at first.

        Parameters
        ----------
        on : signals that mark it stale
        in_turn : signals that mark it stale and let it wait for its turn
        of : the widget in the widget that it belongs to; while that is hidden, the part need not be shown
        """
        if of is not None:
            of.installEventFilter(self)
        part = self.parts[name] = Part(show, of or self._widget, self)
        for signal in on:
            signal.connect(part.mark)
        for signal in in_turn:
            signal.connect(part.mark_in_turn)
        self.mark(part)
        return part

    def mark(self, part: Part) -> None:
        """Show a part anew in this turn of the event loop."""
        self._waiting.pop(part, None)
        self._stale.add(part)
        self._ask(part)

    def mark_in_turn(self, part: Part) -> None:
        """Show a part anew soon: while parts take turns, when it is this one's."""
        if part not in self._stale:
            self._waiting.setdefault(part)
            if not self._timer.isActive():
                self._ask(part)

    def catch_up(self) -> None:
        """Show all that is stale and seen now: who acts on what is shown acts on the present."""
        if self._widget.isVisible():
            self._timer.stop()
            self._show({*self._stale, *self._waiting}, self._take())

    def _ask(self, part: Part) -> None:
        if not self._is_asked and part.widget.isVisible():
            self._is_asked = True
            self._due.emit()

    @Slot()
    def _on_due(self) -> None:
        self._is_asked = False
        if not self._widget.isVisible():
            return
        self._timer.stop()
        snapshot = self._take()
        if not self._takes_turns(snapshot):
            self._show({*self._stale, *self._waiting}, snapshot)
            return
        self._show(set(self._stale), snapshot)
        self._show_next(snapshot)

    def _show_next(self, snapshot: Snapshot) -> None:
        """Show the part whose turn it is, and let the timer wake the next one in case nothing else does."""
        seen = [part for part in self._waiting if part.widget.isVisible()]
        if seen and time.perf_counter() >= self._next_turn:
            began = time.perf_counter()
            self._show({seen.pop(0)}, snapshot)
            took = time.perf_counter() - began
            self._next_turn = began + took + max(FRAME_MS / 1000, _REST * took)
        if seen:
            self._timer.start(max(0, math.ceil(1000 * (self._next_turn - time.perf_counter()))))

    def _show(self, due: set[Part], snapshot: Snapshot) -> None:
        """Show some parts; what becomes stale on the way is of the next turn."""
        self.shown = snapshot
        self._stale -= due
        for part in due:
            self._waiting.pop(part, None)
        try:
            for part in tuple(self.parts.values()):  # showing one may add others
                if part in due and part.widget.isVisible():
                    due.remove(part)
                    part.show(snapshot)
        finally:
            self._stale |= due  # hidden ones, and those after one that failed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            if watched is self._widget:
                self.catch_up()
            elif not self._is_asked and self._widget.isVisible():
                self._is_asked = True
                self._due.emit()
        elif event.type() == QEvent.Type.Hide and watched is self._widget:
            self._timer.stop()
        return False
