"""A pen that is moved by the arrow keys: where it is, which keys are held, and its crosshair."""

from __future__ import annotations

from math import exp, hypot

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.widgets.keys import ARROWS

PEN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)

_STEP, _FAST_STEP = 0.01, 0.05  # canvas units for each press; the longer one with Shift
_SPEED, _FAST_SPEED = 0.4, 1.0  # canvas units a second while keys are held
_PATIENCE = 0.14  # seconds from a press until the key counts as held
_TURNING = 0.06  # seconds that the direction takes to follow the keys: a corner between two of them becomes a bend
_FRAME_MS = 16
_LONGEST_FRAME = 0.05  # seconds: a pen that was kept waiting does not leap
_MARGIN = 0.03  # canvas units: so much of the crosshair is always to be seen
_ARM, _GAP, _LEAST_RADIUS = 14.0, 3.0, 4.0  # pixels
_LINE, _EDGE = 2.0, 5.0


class KeyPen(QObject):
    """Follows the arrow keys over the unit square.

    A press is one step at once; keys that stay down move the pen on smoothly, two of them diagonally.

    Signals: `moved`, the pen has a new place.
    """

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place = QPointF(0.5, 0.5)  # in canvas units
        self._held: dict[Qt.Key, None] = {}
        self._fast = False
        self._waited = 0.0
        self._velocity = QPointF()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._go_on)

    def press(self, event: QKeyEvent) -> bool:
        """Take the press of an arrow key, or return False. The repetitions of a held key are not its business."""
        key, held = Qt.Key(event.key()), event.modifiers()
        self._fast = key == Qt.Key.Key_Shift or bool(held & Qt.KeyboardModifier.ShiftModifier)
        allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if key not in ARROWS or held & ~allowed:
            return False
        if event.isAutoRepeat():
            return True
        if not self._is_going:
            self._step(key)
        self._held[key] = None
        if not self._timer.isActive():
            self._waited, self._velocity = 0.0, QPointF()
            self._clock.start()
            self._timer.start()
        return True

    def release(self, event: QKeyEvent) -> bool:
        """Take the release of an arrow key, or return False."""
        key, held = Qt.Key(event.key()), event.modifiers()
        self._fast = key != Qt.Key.Key_Shift and bool(held & Qt.KeyboardModifier.ShiftModifier)
        if key not in ARROWS:
            return False
        if not event.isAutoRepeat():
            self._held.pop(key, None)
            if not self._held:
                self.rest()
        return True

    def rest(self) -> None:
        """Stand still, whatever keys are held."""
        self._held.clear()
        self._timer.stop()
        self._waited = 0.0

    def put(self, place: QPointF) -> None:
        """Stand at a place, or as near to it as the canvas allows."""
        place = QPointF(*(min(max(at, _MARGIN), 1 - _MARGIN) for at in place.toTuple()))
        if place != self.place:
            self.place = place
            self.moved.emit()

    @property
    def _is_going(self) -> bool:
        return self._timer.isActive() and self._waited >= _PATIENCE

    def _step(self, key: Qt.Key) -> None:
        across, down = ARROWS[key]
        step = _FAST_STEP if self._fast else _STEP
        self.put(self.place + QPointF(across, down) * step)

    @Slot()
    def _go_on(self) -> None:
        self.advance(min(self._clock.restart() / 1000, _LONGEST_FRAME))

    def advance(self, seconds: float) -> None:
        """Move on by what the held keys make of so much time."""
        self._waited += seconds
        if not self._is_going:
            return
        across = sum(ARROWS[key].across for key in self._held)
        down = sum(ARROWS[key].down for key in self._held)
        speed = (_FAST_SPEED if self._fast else _SPEED) / max(hypot(across, down), 1.0)
        share = 1 - exp(-seconds / _TURNING)
        self._velocity += (QPointF(across, down) * speed - self._velocity) * share
        self.put(self.place + self._velocity * seconds)


def crosshair_rect(middle: QPointF, width: float) -> QRectF:
    """Return what the crosshair of a pen of this width covers, in pixels."""
    reach = _radius(width) + _GAP + _ARM + _EDGE
    return QRectF(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach)


def paint_crosshair(painter: QPainter, middle: QPointF, width: float, down: bool) -> None:
    """Paint a ring as wide as the pen and four arms around it, edged with paper so that it shows on ink; all over in
    the accent colour with a dot in the middle while the pen is down."""
    palette = theme.current().palette
    radius = _radius(width)
    path = QPainterPath()
    path.addEllipse(middle, radius, radius)
    for across, along in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        direction = QPointF(across, along)
        path.moveTo(middle + direction * (radius + _GAP))
        path.lineTo(middle + direction * (radius + _GAP + _ARM))
    for color, line in ((palette.paper, _EDGE), (palette.accent if down else palette.text, _LINE)):
        painter.strokePath(path, QPen(color, line, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    if down:
        painter.setPen(QPen(palette.paper, 1.5))
        painter.setBrush(palette.accent)
        painter.drawEllipse(middle, _LEAST_RADIUS, _LEAST_RADIUS)


def _radius(width: float) -> float:
    return max(width / 2, _LEAST_RADIUS)
