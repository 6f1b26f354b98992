"""Strokes on the canvas: the pen, the eraser and moving the whole drawing."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QPainter, QPen, QPixmap

from digitapp.drawing.ink import Drawing, StrokeBuilder
from digitapp.gui import theme
from digitapp.gui.artwork import Artwork
from digitapp.gui.images import ink_image
from digitapp.gui.pages.draw_strokes import InkLayer
from digitapp.gui.pages.draw_surface import Surface, Touch
from digitapp.gui.session import Session

Tool = Literal["pen", "eraser", "move"]

_LIGHTEST_PEN = 0.35  # the share of its width that a pen draws with when it hardly touches
_ERASER = 2.0  # the eraser's width in pen widths
_MARK_LENGTH = 20.0
_MARK_GAP = 10.0  # between the ink and the corners around it
_DOT = 4.0
_NUDGE = 0.01  # canvas units per arrow key


class InkSurface(Surface):
    """Draws the session's strokes and lets a pointer add, erase and move them.

    The stored points are what the pointer reported; only the picture is smoothed.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self.tool: Tool = "pen"
        self.guides = True
        self._layer = InkLayer()
        self._artwork: Artwork | None = None  # the one that the present gesture works on
        self._gesture: Tool | None = None
        self._base = Drawing()
        self._shown = Drawing()
        self._builder = StrokeBuilder()
        self._from = self._to = QPointF()
        self._marks: list[QRectF] = []

    # Gestures

    def set_tool(self, tool: Tool) -> None:
        """Use another tool from the next gesture on."""
        self.tool = tool
        self.cursor_changed.emit()

    def begin(self, touch: Touch) -> None:
        """Put the pen, the eraser or the hand down. A stroke on a picture takes the picture's place."""
        self._artwork = self.session.artwork
        self._gesture = "eraser" if touch.erases else self.tool
        self._base = self._shown = self.session.drawing
        self._from = self._to = self._in_units(touch.place)
        if self._gesture == "pen":
            self._builder = StrokeBuilder()
            self._add_point(touch)
        self.cursor_changed.emit()
        self.flush()

    def move(self, touch: Touch) -> None:
        """Follow the pointer; `flush` shows it."""
        self._to = self._in_units(touch.place)
        if self._gesture == "pen":
            self._add_point(touch)
        elif self._gesture == "eraser":
            self._erase()

    def flush(self) -> None:
        """Let the session see what the gesture has done so far."""
        if self._artwork is None:
            return
        if self._gesture == "pen":
            self._shown = self._base.with_stroke(self._builder.stroke())
        elif self._gesture == "eraser":
            self._erase()
        elif self._gesture == "move" and not self._base.is_empty:
            self._shown = _shifted(self._base, self._to - self._from)
        if self._shown is not self._base:
            self._artwork.show_live(self._shown)

    def finish(self) -> None:
        """Make one step of undo of the gesture."""
        self.flush()
        artwork, gesture = self._end()
        if artwork is not None and self._shown is not self._base:
            texts = {"pen": self.tr("Stroke"), "eraser": self.tr("Erase"), "move": self.tr("Move")}
            artwork.commit(self._shown, texts[gesture])

    def abandon(self) -> None:
        """Forget the gesture: the drawing is again what it was before."""
        artwork, _ = self._end()
        if artwork is not None:
            artwork.abandon()

    def _end(self) -> tuple[Artwork | None, Tool]:
        artwork, gesture = self._artwork, self._gesture
        self._artwork = self._gesture = None
        self.cursor_changed.emit()
        return artwork, gesture or "pen"

    def _add_point(self, touch: Touch) -> None:
        place = self._in_units(touch.place)
        pressure = _LIGHTEST_PEN + (1 - _LIGHTEST_PEN) * touch.pressure
        if len(self._builder):
            x, y, before = self._builder.stroke().points[-1]
            if (np.float32(place.x()), np.float32(place.y())) == (x, y) and pressure <= before:
                return
        self._builder.append(place.x(), place.y(), pressure)

    def _erase(self) -> None:
        """Remove the strokes that the eraser's way since the last time touches."""
        start, end = self._from, self._to
        self._from = end
        way = np.array([[start.x(), start.y()], [end.x(), end.y()]])
        reach = self.session.pen_width * (_ERASER / 2 + 0.5)
        kept = tuple(s for s in self._shown.strokes if _distance(way, s.points[:, :2]) > reach)
        if len(kept) < len(self._shown.strokes):
            self._shown = Drawing(kept, self._shown.label)

    def press_key(self, event: QKeyEvent) -> bool:
        """Arrow keys move the drawing while the move tool is chosen."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self.tool != "move" or self.session.drawing.is_empty:
            return False
        shift = QPointF(*step) * _NUDGE
        self.session.artwork.commit(_shifted(self.session.drawing, shift), self.tr("Move"))
        return True

    # The picture

    def show_session(self) -> None:
        """Repaint what differs from the last time."""
        if self.area.isEmpty():
            return
        self._prepare()
        changed = self._layer.show(self.session.drawing.strokes, self._gesture == "pen")
        before, self._marks = self._marks, self._mark_rects()
        for mark in (*before, *self._marks):
            changed |= mark.adjusted(-2, -2, 2, 2).toAlignedRect()
        self.repaint.emit(changed)

    def set_guides(self, shown: bool) -> None:
        """Show or hide the grid, the box around the ink and its centre of mass."""
        self.guides = shown
        self.show_session()

    def place(self, area: QRectF, ratio: float) -> None:
        """Use this square; the ink is kept in canvas units and is drawn anew at the new size."""
        super().place(area, ratio)
        self.cursor_changed.emit()
        self.show_session()

    def _prepare(self) -> None:
        grid = self.guides and self.session.picture is None
        self._layer.prepare(round(self.area.width()), self.ratio, self.session.pen_width, grid)

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint paper, ink, guides and what to do with an empty sheet."""
        palette = theme.current().palette
        self._prepare()  # the theme may have changed
        self._layer.show(self.session.drawing.strokes, self._gesture == "pen")
        self._layer.paint(painter)
        if self.session.picture is not None:
            self._paint_picture(painter)
        elif self.session.drawing.is_empty:
            self._paint_invitation(painter)
        if self.guides:
            self._paint_marks(painter, palette.accent)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.accent, 2))
            painter.drawRoundedRect(self.area.adjusted(1, 1, -1, -1), theme.CARD_RADIUS - 1, theme.CARD_RADIUS - 1)

    def _paint_invitation(self, painter: QPainter) -> None:
        palette = theme.current().palette
        text, middle = self.tr("Draw a digit here"), Qt.AlignmentFlag.AlignCenter
        painter.setFont(theme.font("body"))
        place = painter.boundingRect(self.area, middle, text)
        painter.fillRect(place.adjusted(-8, -4, 8, 4), palette.paper)  # no line of the grid through the words
        painter.setPen(palette.text3)
        painter.drawText(self.area, middle, text)

    def _paint_picture(self, painter: QPainter) -> None:
        pictures = self.session.answer.preprocessed
        if pictures is not None:
            margin = theme.CARD_RADIUS / 3
            frame = self.area.adjusted(margin, margin, -margin, -margin)
            image = ink_image(pictures.ink, theme.current().name)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > 64)
            painter.drawImage(frame, image)

    def _mark_rects(self) -> list[QRectF]:
        """Return the four corners around the ink and the place of the dot."""
        pictures = self.session.answer.preprocessed
        if not self.guides or pictures is None or pictures.is_empty or pictures.bounding_box is None:
            return []
        side = self.area.width()
        left, top, right, bottom = (edge * side for edge in pictures.bounding_box)
        gap, arm = _MARK_GAP, _MARK_LENGTH
        box = QRectF(left - gap, top - gap, right - left + 2 * gap, bottom - top + 2 * gap)
        box = box.intersected(self.area.adjusted(8, 8, -8, -8))
        x, y = pictures.centre_of_mass or (0.0, 0.0)
        corners = (box.topLeft(), box.topRight() - QPointF(arm, 0), box.bottomLeft() - QPointF(0, arm))
        rects = [QRectF(corner.x(), corner.y(), arm, arm) for corner in corners]
        rects.append(QRectF(box.right() - arm, box.bottom() - arm, arm, arm))
        rects.append(QRectF(x * side - _DOT, y * side - _DOT, 2 * _DOT, 2 * _DOT))
        return rects

    def _paint_marks(self, painter: QPainter, color: QColor) -> None:
        if len(self._marks) != 5:
            return
        painter.setPen(QPen(color, 1.5))
        top_left, top_right, bottom_left, bottom_right, dot = self._marks
        painter.drawPolyline([top_left.bottomLeft(), top_left.topLeft(), top_left.topRight()])
        painter.drawPolyline([top_right.topLeft(), top_right.topRight(), top_right.bottomRight()])
        painter.drawPolyline([bottom_left.topLeft(), bottom_left.bottomLeft(), bottom_left.bottomRight()])
        painter.drawPolyline([bottom_right.topRight(), bottom_right.bottomRight(), bottom_right.bottomLeft()])
        painter.setPen(QPen(theme.current().palette.paper, 1.5))
        painter.setBrush(color)
        painter.drawEllipse(dot)

    def cursor(self) -> QCursor:
        """Return a ring as wide as the pen or the eraser, or a hand."""
        if (self._gesture or self.tool) == "move":
            return QCursor(Qt.CursorShape.ClosedHandCursor if self._gesture else Qt.CursorShape.OpenHandCursor)
        width = self.session.pen_width * self.area.width()
        return ring_cursor(width * (_ERASER if (self._gesture or self.tool) == "eraser" else 1), self.ratio)

    def _in_units(self, place: QPointF) -> QPointF:
        return place / max(self.area.width(), 1.0)


def ring_cursor(diameter: float, ratio: float) -> QCursor:
    """Return a pointer that is a ring of this diameter, dark with a light line inside, so that it shows on all inks."""
    radius = max(diameter / 2, 3.0)
    side = 2 * (int(radius) + 3) + 1
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(side / 2, side / 2)
    for color, width, r in ((QColor("#FFFFFF"), 1.5, radius), (QColor("#15181E"), 1.2, radius + 1.3)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(middle, r, r)
    painter.end()
    return QCursor(pixmap, side // 2, side // 2)


def _shifted(drawing: Drawing, shift: QPointF) -> Drawing:
    return drawing.transformed([[1, 0, shift.x()], [0, 1, shift.y()]])


def _distance(way: NDArray[np.float64], points: NDArray[np.float32]) -> float:
    """Return the shortest distance between a line, shape (2, 2), and a path of points, shape (n, 2)."""
    path = points.astype(np.float64)
    starts, ends = path[:-1], path[1:]
    if len(path) > 1 and _crossed(way, starts, ends):
        return 0.0
    nearest = _to_segments(path, way[:1], way[1:]).min()
    if len(path) > 1:
        nearest = min(nearest, *(_to_segments(end[None], starts, ends).min() for end in way))
    return float(nearest)


def _to_segments(points: NDArray, starts: NDArray, ends: NDArray) -> NDArray:
    """Return the distances of points to segments; one of both is a single one."""
    way = ends - starts
    squared = np.maximum((way**2).sum(axis=1), 1e-18)
    share = np.clip(((points - starts) * way).sum(axis=1) / squared, 0, 1)
    return np.linalg.norm(points - (starts + share[:, None] * way), axis=1)


def _crossed(way: NDArray, starts: NDArray, ends: NDArray) -> bool:
    """Return whether a line crosses any of the segments: each lies with its ends on both sides of the other."""

    def side(a: NDArray, b: NDArray, p: NDArray) -> NDArray:
        return (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])

    one = side(way[0], way[1], starts) * side(way[0], way[1], ends) < 0
    other = side(starts, ends, way[0]) * side(starts, ends, way[1]) < 0
    return bool((one & other).any())
