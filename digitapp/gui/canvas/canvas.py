"""The canvas: turns mouse, pen and finger into gestures on what lies on it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QEventPoint,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui.canvas.key_pen import PEN_KEYS, KeyPen, crosshair_rect, paint_crosshair
from digitapp.gui.canvas.surface import Surface, Touch
from digitapp.gui.widgets.focus import KEYBOARD_REASONS, RETURNING_REASONS

Pointer = Literal["mouse", "pen", "keys"] | int  # a finger is known by its number

_ENDING = (
    QEvent.Type.UngrabMouse,
    QEvent.Type.WindowDeactivate,
    QEvent.Type.Hide,
    QEvent.Type.EnabledChange,
)


class Canvas(QWidget):
    """The drawing area is the whole widget.

    One pointer draws at a time: other buttons and fingers do nothing until it is lifted. A gesture goes on outside of
    the widget; it ends where the pointer was last seen when the button is released, or when the release cannot come
    any more because the window lost the pointer. Esc abandons it.

    Arrow keys move a crosshair, which Space or Enter puts down and lifts: a pointer like the others, shown while the
    canvas has the keyboard's focus. Whoever takes a mouse, pen or finger ends what the keys were drawing.

    Moves that are waiting in the queue are shown together: the first one at once, the rest when the queue is empty.

    Signals: `drawing_began` and `drawing_ended`, a gesture has; `key_pen_moved`, the crosshair has.
    """

    drawing_began = Signal()
    drawing_ended = Signal()
    key_pen_moved = Signal()

    def __init__(self, surface: Surface, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # saves painting the stage below at every move
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._keyboard_focus = self._had_keyboard_focus = self._welcoming = False
        self.key_pen = KeyPen(self)
        self.key_pen.moved.connect(self._follow_key_pen)
        self._key_pen_start = QPointF()
        self._painted_crosshair = QRect()
        self._pointer: Pointer | None = None
        self._waiting = False
        self._catch_up = QTimer(self)
        self._catch_up.setSingleShot(True)
        self._catch_up.setInterval(0)
        self._catch_up.timeout.connect(self._show_waiting)
        self._surface = surface
        self._connect(surface)

    # What lies on the canvas

    @property
    def surface(self) -> Surface:
        """What lies on the canvas."""
        return self._surface

    def lay(self, surface: Surface) -> None:
        """Put another surface on the canvas."""
        if surface is self._surface:
            return
        self.end_gesture()
        self._surface.repaint.disconnect(self._repaint)
        self._surface.cursor_changed.disconnect(self._show_cursor)
        self._connect(surface)

    def _connect(self, surface: Surface) -> None:
        self._surface = surface
        surface.repaint.connect(self._repaint)
        surface.cursor_changed.connect(self._show_cursor)
        surface.place(QRectF(self.rect()), self.devicePixelRatioF())
        self._show_cursor()
        self.update()

    def _repaint(self, changed: QRect) -> None:
        self.update(changed)

    def _show_cursor(self) -> None:
        self.setCursor(self._surface.cursor())
        if self.accessibleDescription() != self._surface.key_help:
            self.setAccessibleDescription(self._surface.key_help)

    def set_welcoming(self, welcoming: bool) -> None:
        """Show, or no longer show, that what is dragged over the window would land here."""
        self._welcoming = welcoming
        self.update()

    # Gestures

    @property
    def is_drawing(self) -> bool:
        """Whether a pointer is down."""
        return self._pointer is not None

    def end_gesture(self) -> None:
        """End the present gesture where the pointer was last seen, as if it had been lifted there."""
        if self._pointer is not None:
            self._lift()
            self._surface.finish()
            self.drawing_ended.emit()

    def abandon_gesture(self) -> None:
        """Forget the present gesture."""
        if self._pointer is not None:
            if self._pointer == "keys":
                self.key_pen.put(self._key_pen_start)
            self._lift()
            self._surface.abandon()
            self.drawing_ended.emit()

    def _lift(self) -> None:
        self._pointer = None
        self.key_pen.rest()
        self._update_crosshair()
        self._stop_waiting()

    def _begin(self, pointer: Pointer, touch: Touch) -> None:
        if pointer != "keys":
            self._leave_keys()
        if self._pointer is None:
            self._pointer = pointer
            self._surface.begin(touch)
            self.drawing_began.emit()

    def _move(self, pointer: Pointer, touch: Touch) -> None:
        if pointer != self._pointer:
            return
        self._surface.move(touch)
        if self._catch_up.isActive():
            self._waiting = True
        else:
            self._surface.flush()
            self._catch_up.start()

    def _finish(self, pointer: Pointer, touch: Touch) -> None:
        if pointer == self._pointer:
            self._surface.move(touch)
            self.key_pen.put(touch.place / max(self.width(), 1))  # the keys go on from there
            self.end_gesture()

    def _show_waiting(self) -> None:
        if self._waiting:
            self._waiting = False
            self._surface.flush()

    def _stop_waiting(self) -> None:
        self._waiting = False
        self._catch_up.stop()

    # Pointers

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin("mouse", Touch(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick strokes are two strokes."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pointer == "mouse" and not event.buttons() & Qt.MouseButton.LeftButton:
            self.end_gesture()  # the release went elsewhere
        elif self._pointer == "mouse":
            self._move("mouse", Touch(event.position()))
        elif self._pointer is None:
            self._surface.hover(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish("mouse", Touch(event.position()))
        event.accept()

    def tabletEvent(self, event: QTabletEvent) -> None:
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        touch = Touch(event.position(), event.pressure(), erases)
        if event.type() == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._begin("pen", touch)
        elif event.type() == QEvent.Type.TabletMove and self._pointer == "pen":
            self._move("pen", touch)
        elif event.type() == QEvent.Type.TabletRelease and event.button() == Qt.MouseButton.LeftButton:
            # The pressure of a pen that is being lifted says nothing about the line.
            self._finish("pen", touch._replace(pressure=0.0))
        else:
            event.ignore()  # becomes a mouse event: hovering, the pen's own menu button
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take fingers, and whatever says that a release will not come any more."""
        kind = event.type()
        if isinstance(event, QTouchEvent):
            if kind == QEvent.Type.TouchCancel:
                self.abandon_gesture()
            else:
                for point in event.points():
                    self._take_finger(point)
            event.accept()
            return True
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._surface.takes_key(event):
            event.accept()
            return True
        if kind in _ENDING:
            self.end_gesture()
        elif kind == QEvent.Type.Leave:
            self._surface.hover(None)
        elif kind == QEvent.Type.DevicePixelRatioChange:
            self._surface.place(QRectF(self.rect()), self.devicePixelRatioF())
        return super().event(event)

    def _take_finger(self, point: QEventPoint) -> None:
        touch = Touch(point.position())
        if point.state() == QEventPoint.State.Pressed:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._begin(point.id(), touch)
        elif point.state() == QEventPoint.State.Updated:
            self._move(point.id(), touch)
        elif point.state() == QEventPoint.State.Released:
            self._finish(point.id(), touch)

    # Keys and focus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._pointer is not None:
            self.abandon_gesture()
        elif self._pointer in (None, "keys") and (self._press_pen_key(event) or self._surface_takes(event)):
            event.accept()
            if not self._keyboard_focus:  # a click does not show where the keys are, the first key does
                self._keyboard_focus = True
                self.update()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self.key_pen.release(event):
            super().keyReleaseEvent(event)

    def _surface_takes(self, event: QKeyEvent) -> bool:
        return self._pointer is None and self._surface.press_key(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        returns = event.reason() in RETURNING_REASONS
        self._keyboard_focus = event.reason() in KEYBOARD_REASONS or (returns and self._had_keyboard_focus)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.end_gesture()
        self.key_pen.rest()
        self._had_keyboard_focus = self._keyboard_focus and event.reason() in RETURNING_REASONS
        self._keyboard_focus = False
        super().focusOutEvent(event)
        self.update()

    # The pen of the keys

    @property
    def shows_crosshair(self) -> bool:
        """Whether Space would put a pen down, and where is to be seen."""
        return self._keyboard_focus and self._surface.key_pen_width is not None

    def _press_pen_key(self, event: QKeyEvent) -> bool:
        """Move the crosshair, put it down or lift it; the first arrow key after a click shows it."""
        if self._surface.key_pen_width is None:
            return False
        if self.key_pen.press(event):
            return True
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() not in PEN_KEYS or not plain or not self._keyboard_focus:
            return False
        if event.isAutoRepeat():
            return True
        if self._pointer is None:
            self._key_pen_start = self.key_pen.place
            self._begin("keys", self._key_touch())
            self._say(self.tr("Pen down"))
        else:
            self.end_gesture()
            self._say(self.tr("Pen lifted"))
        self._update_crosshair()
        return True

    def _key_touch(self) -> Touch:
        return Touch(self.key_pen.place * self.width())

    @Slot()
    def _follow_key_pen(self) -> None:
        if self._pointer == "keys":
            self._move("keys", self._key_touch())
        self._update_crosshair()
        if self.shows_crosshair:
            self.key_pen_moved.emit()

    def _leave_keys(self) -> None:
        """Another pointer is taken: the crosshair would be in its way."""
        if self._pointer == "keys":
            self.end_gesture()
        if self._keyboard_focus:
            self._keyboard_focus = False
            self.update()

    def _update_crosshair(self) -> None:
        """Repaint the crosshair's place, and the one where it was painted last."""
        self.update(self._painted_crosshair)
        self.update(self._crosshair_rect())

    def _crosshair_rect(self) -> QRect:
        if not self.shows_crosshair:
            return QRect()
        return crosshair_rect(self._key_touch().place, self._surface.key_pen_width or 0.0).toAlignedRect()

    def _say(self, words: str) -> None:
        """Let a screen reader tell what nobody hears."""
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # 5 ms of a start

        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._surface.place(QRectF(self.rect()), self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._surface.paint(painter, self._keyboard_focus or self._welcoming)
        self._painted_crosshair = self._crosshair_rect()
        if self.shows_crosshair:
            width = self._surface.key_pen_width or 0.0
            paint_crosshair(painter, self._key_touch().place, width, self._pointer == "keys")
