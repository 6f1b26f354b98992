"""The small canvas of the page My hand: one digit after the other, with the pen of the Draw page."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QPainter, QPen

from digitapp.drawing.ink import Drawing, StrokeBuilder
from digitapp.gui import theme
from digitapp.gui.canvas.ink import ring_cursor
from digitapp.gui.canvas.strokes import InkLayer
from digitapp.gui.canvas.surface import Surface, Touch, paint_invitation, pen_key_help
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.session import Session

_LIGHTEST_PEN = 0.35  # the share of its width that a pen draws with when it hardly touches
_MOST_POINTS = 6000  # of a digit, which has a hundred or two: minutes of scribbling leave no more


class HandSurface(Surface):
    """Strokes of the digit that is being drawn; undo takes them back one by one.

    Signals: `stroke_began`, `stroke_ended`, `drawing_changed` when a stroke was added or taken back.
    """

    stroke_began = Signal()
    stroke_ended = Signal()
    drawing_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self.artwork = Artwork(Drawing(), self)
        self.artwork.changed.connect(self._show)
        self._layer = InkLayer()
        self._builder: StrokeBuilder | None = None
        self._base = Drawing()

    @property
    def drawing(self) -> Drawing:
        """The strokes on the canvas."""
        value = self.artwork.value
        return value if isinstance(value, Drawing) else Drawing()

    def renew(self) -> None:
        """Take a new sheet; the strokes of the old one cannot be brought back by undo."""
        self.artwork.undo_stack.clear()
        self.artwork.adopt(Drawing())
        self.drawing_changed.emit()

    # Gestures

    def begin(self, touch: Touch) -> None:
        """Put the pen down."""
        self._builder, self._base = StrokeBuilder(), self.drawing
        self._add(touch)
        self.stroke_began.emit()
        self.flush()

    def move(self, touch: Touch) -> None:
        """Follow the pen; `flush` shows it."""
        self._add(touch)

    def flush(self) -> None:
        """Show the stroke so far."""
        if self._builder is not None:
            self.artwork.show_live(self._base.with_stroke(self._builder.stroke()))

    def finish(self) -> None:
        """Make one step of undo of the stroke."""
        if self._builder is None:
            return
        stroke, self._builder = self._builder.stroke(), None
        self.artwork.commit(self._base.with_stroke(stroke), self.tr("Stroke"))
        self.drawing_changed.emit()
        self.stroke_ended.emit()

    def abandon(self) -> None:
        """Forget the stroke."""
        self._builder = None
        self.artwork.abandon()
        self.drawing_changed.emit()
        self.stroke_ended.emit()

    def _add(self, touch: Touch) -> None:
        if self._builder is None or (len(self._builder) and self._base.point_count + len(self._builder) > _MOST_POINTS):
            return
        place = touch.place / max(self.area.width(), 1.0)
        pressure = _LIGHTEST_PEN + (1 - _LIGHTEST_PEN) * touch.pressure
        if len(self._builder):
            x, y, before = self._builder.stroke().points[-1]
            if (np.float32(place.x()), np.float32(place.y())) == (x, y) and pressure <= before:
                return
        self._builder.append(place.x(), place.y(), pressure)

    @property
    def key_pen_width(self) -> float | None:
        return self.session.pen_width * self.area.width()

    @property
    def key_help(self) -> str:
        return pen_key_help()

    # The picture

    @Slot()
    def _show(self) -> None:
        if not self.area.isEmpty():
            self._prepare()
            self.repaint.emit(self._layer.show(self.drawing.strokes, self._builder is not None))

    def show_session(self) -> None:
        """The pen's width may be another."""
        self.cursor_changed.emit()
        self.repaint.emit(QRect(self.area.toAlignedRect()))

    def place(self, area: QRectF, ratio: float) -> None:
        super().place(area, ratio)
        self.show_session()

    def _prepare(self) -> None:
        self._layer.prepare(round(self.area.width()), self.ratio, self.session.pen_width, False)

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint paper, ink, and an invitation on an empty sheet."""
        palette = theme.current().palette
        self._prepare()
        self._layer.show(self.drawing.strokes, self._builder is not None)
        self._layer.paint(painter)
        if self.drawing.is_empty:
            paint_invitation(painter, self.area, self.tr("Draw here"), by_keys=focused)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.accent, 2))
            painter.drawRoundedRect(self.area.adjusted(1, 1, -1, -1), theme.CARD_RADIUS - 1, theme.CARD_RADIUS - 1)

    def cursor(self) -> QCursor:
        return ring_cursor(self.session.pen_width * self.area.width(), self.ratio)
