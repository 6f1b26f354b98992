"""Pictures that follow a run, drawn one at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

PICTURE_MS = 33  # each of three pictures ten times a second: more costs training time and shows no more
_REST = 4  # a picture that takes long is drawn less often: one part in five of the window's time at most

Draw = Callable[[], None]


class PictureQueue(QObject):
    """Draws what was asked for, one picture a turn of the event loop: all at once would keep the pointer waiting."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Draw] = deque()
        self._timer = QTimer(self, interval=PICTURE_MS)
        self._timer.timeout.connect(self._draw_next)

    def add(self, draw: Draw) -> None:
        """Draw a picture soon; one that is waiting already is drawn once."""
        if draw not in self._waiting:
            self._waiting.append(draw)
        if not self._timer.isActive():
            self._timer.start()

    def finish(self) -> None:
        """Draw all that is waiting now."""
        waiting = list(self._waiting)
        self.clear()
        for draw in waiting:
            draw()

    def clear(self) -> None:
        """Forget what is waiting."""
        self._waiting.clear()
        self._timer.stop()

    @Slot()
    def _draw_next(self) -> None:
        if self._waiting:
            began = time.perf_counter()
            self._waiting.popleft()()
            self._timer.setInterval(max(PICTURE_MS, round(1000 * _REST * (time.perf_counter() - began))))
        else:
            self._timer.stop()
