"""A slider through time: it knows which moments there are, and its right end is now."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.progress import Slider

_SCALE = 100_000
_LEAST_TICK_GAP = 5  # pixels, below which ticks would be a bar
_TICK, _MARK = 4, 7
_PAGE = 10  # moments


class MomentSlider(Slider):
    """Goes to one of several moments, which need not be evenly spread, and beyond the last of them to now.

    Left and Right go from moment to moment, Page Up and Page Down ten at a time, Home to the first and End to now.

    Signals: `moment_wanted(index)`, or −1 for now, when the user asks for another one than before.
    """

    moment_wanted = Signal(int)

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(0, _SCALE, name=name, parent=parent)
        self._steps: Sequence[int] = ()
        self._marks: Sequence[int] = ()
        self._end = 1
        self._index: int | None = None
        self.setEnabled(False)
        self.valueChanged.connect(self._on_value_changed)

    def set_moments(self, steps: Sequence[int], end: int) -> None:
        """Offer moments at rising steps; now, the right end, is step `end`."""
        if steps is self._steps and end == self._end:
            return
        self._steps, self._end = steps, max(end, 1)
        self.setEnabled(len(steps) > 1)
        self._show_index()
        self.update()

    def set_marks(self, steps: Sequence[int]) -> None:
        """Draw lines above the slider at these steps: something happened then."""
        if steps != self._marks:
            self._marks = steps
            self.update()

    def set_index(self, index: int | None) -> None:
        """Stand at a moment, or with None at now, without a signal."""
        self._index = index
        self._show_index()

    def index(self) -> int | None:
        """Return the moment that the slider stands at, None for now."""
        return self._index

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(200), theme.scaled(28))

    def _show_index(self) -> None:
        steps, index = self._steps, self._index
        at_end = index is None or not steps
        share = 1.0 if at_end or index is None else steps[min(index, len(steps) - 1)] / self._end
        blocked = self.blockSignals(True)
        if not self.isSliderDown():
            self.setValue(round(share * _SCALE))
        self.blockSignals(blocked)
        self.update()

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        if not self._steps:
            return
        step = value / _SCALE * self._end
        self._want(None if value >= _SCALE else self._nearest(step))

    def _nearest(self, step: float) -> int:
        steps = self._steps
        right = min(bisect_left(steps, step), len(steps) - 1)
        return right if right == 0 or steps[right] - step < step - steps[right - 1] else right - 1

    def _want(self, index: int | None) -> None:
        if index != self._index:
            self._index = index
            self.moment_wanted.emit(-1 if index is None else index)

    def setSliderDown(self, down: bool) -> None:
        super().setSliderDown(down)
        if not down:
            self._show_index()  # the handle goes to where the moment is

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = len(self._steps)
        here = now if self._index is None else self._index
        targets = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Down: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here + 1,
            Qt.Key.Key_PageDown: here - _PAGE,
            Qt.Key.Key_PageUp: here + _PAGE,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: now,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or not self._steps:
            event.ignore()
        else:
            self.step(target - here)

    def step(self, moments: int) -> None:
        """Go so many moments on, or back if negative."""
        now = len(self._steps)
        if self.isEnabled():
            here = now if self._index is None else self._index
            target = min(max(here + moments, 0), now)
            self._want(None if target == now else target)
            self._show_index()

    def paintEvent(self, event: QPaintEvent) -> None:
        steps = self._steps
        span = self.width() - self._HANDLE
        if self.isEnabled() and span / max(1, len(steps)) >= _LEAST_TICK_GAP:
            painter = QPainter(self)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().palette.border_strong)
            y = self.height() // 2 + 5
            places = (round(self._HANDLE / 2 + step / self._end * span) for step in steps)
            painter.drawRects([QRect(x, y, 1, _TICK) for x in places])
            painter.end()
        if self.isEnabled() and self._marks:
            painter = QPainter(self)
            top = self.height() // 2 - _MARK - 4
            for step in self._marks:
                x = round(self._HANDLE / 2 + min(step / self._end, 1.0) * span)
                painter.fillRect(QRect(x - 1, top, 2, _MARK), theme.current().palette.warning)
            painter.end()
        super().paintEvent(event)
