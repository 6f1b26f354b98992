"""The focus ring: two pixels of accent, two pixels off the control."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from shiboken6 import isValid

from digitapp.gui import theme

OFFSET = 2
WIDTH = 2
_REACH = OFFSET + WIDTH
KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
RETURNING_REASONS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class _Ring(QWidget):
    """Painted above the control's surroundings, because a control cannot paint outside itself."""

    def __init__(self, radius: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().palette.accent, WIDTH))
        half = WIDTH / 2
        radius = self._radius + OFFSET + half
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)


class FocusRing(QObject):
    """Shows a ring around ``target`` while ``control`` has the keyboard's focus.

    A click does not bring the ring, the first key does: whoever uses the keyboard sees where they are, and nobody else
    is bothered.
    """

    def __init__(self, control: QWidget, radius: float = theme.CONTROL_RADIUS, target: QWidget | None = None) -> None:
        super().__init__(control)
        self._control = control
        self._target = control if target is None else target
        self._radius = radius
        self._ring: _Ring | None = None
        self._watched: list[QWidget] = []
        self._had_ring = False
        control.installEventFilter(self)

    @property
    def is_shown(self) -> bool:
        return self._ring is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not hasattr(self, "_control"):
            return False  # Python collects a closed page and has emptied the ring before Qt has deleted the control
        kind = event.type()
        if watched is self._control:
            if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
                # Returning to the window or from a popup brings back what was there before.
                if event.reason() in KEYBOARD_REASONS or (self._had_ring and event.reason() in RETURNING_REASONS):
                    self._show()
            elif kind == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
                self._had_ring = self.is_shown and event.reason() in RETURNING_REASONS
                self._hide()
            elif kind == QEvent.Type.KeyPress and not self.is_shown:
                self._show()
            elif kind == QEvent.Type.Hide:
                self._hide()
        if self._ring is not None and kind in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place()
        return False

    def _show(self) -> None:
        self._hide()
        host = self._host()
        if host is None:
            return
        ancestor: QWidget | None = self._target
        while ancestor is not None and ancestor is not host:
            ancestor.installEventFilter(self)
            self._watched.append(ancestor)
            ancestor = ancestor.parentWidget()
        self._ring = _Ring(self._radius, host)
        self._place()
        self._ring.show()
        self._ring.raise_()

    def _hide(self) -> None:
        for widget in self._watched:
            if widget is not self._control:
                widget.removeEventFilter(self)
        self._watched.clear()
        # The ring belongs to an ancestor, which may have taken it along on its way out.
        if self._ring is not None and isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = None

    def _outline(self, host: QWidget) -> QRect:
        corner = self._target.mapTo(host, QPoint(0, 0))
        return QRect(corner, self._target.size()).adjusted(-_REACH, -_REACH, _REACH, _REACH)

    def _host(self) -> QWidget | None:
        """Return the nearest ancestor with room for the ring; what scrolls keeps its ring inside."""
        host = self._target.parentWidget()
        while host is not None and not host.isWindow():
            above = host.parentWidget()
            if host.rect().contains(self._outline(host)) or isinstance(above, QAbstractScrollArea):
                break
            host = above
        return host

    def _place(self) -> None:
        if self._ring is not None and isValid(self._ring) and (host := self._ring.parentWidget()) is not None:
            self._ring.setGeometry(self._outline(host))
