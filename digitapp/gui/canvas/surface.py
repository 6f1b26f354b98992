"""What the canvas and the two things that can lie on it, strokes and pixels, agree on."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QPainter

from digitapp.gui import theme
from digitapp.gui.state.session import Session
from digitapp.gui.translation import translate


class Touch(NamedTuple):
    """Where a pointer is, in the canvas's pixels, how hard it presses (0..1), and whether it is a pen's eraser end."""

    place: QPointF
    pressure: float = 1.0
    erases: bool = False


class Surface(QObject):
    """Something on the canvas that can be drawn on.

    A gesture is `begin`, any number of `move`, then `finish` or `abandon`; the canvas sees to it that no gesture starts
    inside another one. Every edit goes to an artwork; what is painted comes from there.

    Signals
    -------
    repaint : this rectangle of the canvas has changed
    cursor_changed : the pointer should look different
    """

    repaint = Signal(QRect)
    cursor_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.area = QRectF()
        self.ratio = 1.0

    def place(self, area: QRectF, ratio: float) -> None:
        """Use this rectangle of the canvas, on a screen with `ratio` pixels per unit."""
        self.area, self.ratio = area, ratio

    def begin(self, touch: Touch) -> None:
        """The pointer went down."""

    def move(self, touch: Touch) -> None:
        """The pointer moved while down."""

    def flush(self) -> None:
        """Several moves may have come at once: now show them."""

    def finish(self) -> None:
        """The pointer went up: make one step of undo of it."""

    def abandon(self) -> None:
        """Forget the gesture."""

    def hover(self, place: QPointF | None) -> None:
        """The pointer is over this place without being down, or has left."""

    @property
    def key_pen_width(self) -> float | None:
        """How wide a pen moved by arrow keys is, in pixels; None where the arrow keys do something else."""
        return None

    @property
    def key_help(self) -> str:
        """What keys do here, in a sentence for who cannot see it."""
        return ""

    def takes_key(self, event: QKeyEvent) -> bool:  # noqa: ARG002
        """Whether a key that means something to the page is meant for what lies on the canvas."""
        return False

    def press_key(self, event: QKeyEvent) -> bool:  # noqa: ARG002
        """Take a key, or return False."""
        return False

    def show_session(self) -> None:
        """The session's drawing or answer changed."""

    def cursor(self) -> QCursor:
        """Return what the pointer looks like."""
        raise NotImplementedError

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint what is on the canvas; `focused` when keys come here."""
        raise NotImplementedError


def paint_invitation(painter: QPainter, area: QRectF, text: str, by_keys: bool) -> None:
    """Write on the empty sheet what it is for, and with `by_keys` how; the middle is then left to the crosshair."""
    palette = theme.current().palette
    room = area.adjusted(16, 0, -16, 0)
    if by_keys:
        text = f"{text}\n{pen_key_help()}"
        room.setTop(area.center().y())
    middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.setFont(theme.font("body"))
    place = painter.boundingRect(room, middle, text)
    painter.fillRect(place.adjusted(-8, -4, 8, 4), palette.paper)  # no line of the grid through the words
    painter.setPen(palette.text3)
    painter.drawText(room, middle, text)


def pen_key_help() -> str:
    """Return how a pen is moved without a pointer."""
    return translate("Surface", "Arrow keys move the pen, Space puts it down and lifts it")
