"""Strokes on the canvas: the pen, the eraser and moving the whole drawing."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QPainter, QPen, QPixmap

from digitapp.drawing.ink import Drawing, Stroke, StrokeBuilder
from digitapp.drawing.inks import Picture
from digitapp.drawing.preprocess import Preprocessed
from digitapp.gui import theme
from digitapp.gui.canvas.handles import Grip, Handles, Matrix, moved, scaled, turned
from digitapp.gui.canvas.key_pen import PEN_KEYS
from digitapp.gui.canvas.strokes import InkLayer, StrokeShape
from digitapp.gui.canvas.surface import Surface, Touch, paint_invitation, pen_key_help
from digitapp.gui.images import ink_image
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.session import Session
from digitapp.gui.widgets.keys import ARROWS

Tool = Literal["pen", "eraser", "move"]

_LIGHTEST_PEN = 0.35  # the share of its width that a pen draws with when it hardly touches
_ERASER = 2.0  # the eraser's width in pen widths
_MARK_LENGTH = 20.0
_MARK_GAP = 10.0  # between the ink and the corners around it
_DOT = 4.0
MOST_POINTS = 6000  # of a drawing; a digit has a hundred or two, and beyond this the answer falls behind the pen
_LEAST_ROOM = 600  # for a new stroke
_NUDGE, _TURN, _GROWTH = 0.01, 2.0, 1.02  # canvas units, degrees and times, for each press of a key


class InkSurface(Surface):
    """Draws strokes and lets a pointer add, erase and move them.

    They are those of the shown problem, with the guides that its answer knows, or of an artwork that a page keeps for
    itself. The stored points are what the pointer reported; only the picture is smoothed. Whoever scribbles for minutes
    gets no more points than can be followed: those that hardly matter are left out of the line.

    Parameters
    ----------
    own : the artwork to work on; None is always the one of the shown problem
    invitation : what an empty sheet says

    Signals
    -------
    filled_up : there is no room for another stroke
    """

    filled_up = Signal()

    def __init__(
        self,
        session: Session,
        parent: QObject | None = None,
        *,
        own: Artwork | None = None,
        invitation: str = "",
    ) -> None:
        super().__init__(session, parent)
        self.tool: Tool = "pen"
        self.guides = own is None
        self._own = own
        self._invitation = invitation or self.tr("Draw a digit here")
        self._layer = InkLayer()
        self._artwork: Artwork | None = None  # the one that the present gesture works on
        self._gesture: Tool | None = None
        self._base = Drawing()
        self._shown = Drawing()
        self._builder = StrokeBuilder()
        self._room = MOST_POINTS
        self._from = self._to = QPointF()
        self._grip: Grip = "move"
        self._handles: Handles | None = None
        self._matrix: Matrix | None = None
        self._target: Stroke | None = None  # what the eraser would take away
        self._marks: list[QRectF] = []
        if own is not None:  # whose changes no answer tells of
            own.changed.connect(self.show_session)

    # What is drawn on

    @property
    def artwork(self) -> Artwork:
        """What is drawn on."""
        return self.session.artwork if self._own is None else self._own

    @property
    def drawing(self) -> Drawing:
        """The strokes on the sheet; an empty drawing where a picture lies."""
        value = self.artwork.value
        return value if isinstance(value, Drawing) else Drawing()

    @property
    def _has_picture(self) -> bool:
        return isinstance(self.artwork.value, Picture)

    @property
    def _read(self) -> Preprocessed | None:
        """How the network came to see the drawing, where one does."""
        return self.session.answer.preprocessed if self._own is None else None

    # Gestures

    def set_tool(self, tool: Tool) -> None:
        """Use another tool from the next gesture on."""
        self.tool = tool
        self._target = None
        self.cursor_changed.emit()
        self.repaint.emit(self.area.toAlignedRect())

    def begin(self, touch: Touch) -> None:
        """Put the pen, the eraser or the hand down. A stroke on a picture takes the picture's place."""
        self._artwork = self.artwork
        self._gesture = "eraser" if touch.erases else self.tool
        self._base = self._shown = self.drawing
        self._from = self._to = self._in_units(touch.place)
        if self._gesture == "move":
            self._handles = self._frame()
            self._grip = self._handles.grip(touch.place) if self._handles is not None else "move"
            self._from = self._to = touch.place
        if self._gesture == "pen":
            self._base = self._base.thinned(MOST_POINTS * 3 // 4)
            self._room = MOST_POINTS - self._base.point_count
            if self._room < _LEAST_ROOM:
                self._artwork = self._gesture = None
                self.filled_up.emit()
                return
            self._builder = StrokeBuilder()
            self._add_point(touch)
        self.cursor_changed.emit()
        self.flush()

    def move(self, touch: Touch) -> None:
        """Follow the pointer; `flush` shows it."""
        self._to = touch.place if self._gesture == "move" else self._in_units(touch.place)
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
        elif self._handles is not None and self._to != self._from:
            self._matrix = self._handles.matrix(self._grip, self._from, self._to)
            self._shown = self._base.transformed(self._matrix)
        if self._shown is not self._base:
            self._artwork.show_live(self._shown)

    def finish(self) -> None:
        """Make one step of undo of the gesture."""
        self.flush()
        artwork, gesture = self._end()
        if artwork is not None and self._shown is not self._base:
            texts = {"pen": self.tr("Stroke"), "eraser": self.tr("Erase"), "move": self._grip_text()}
            artwork.commit(self._shown, texts[gesture])
        self.repaint.emit(self.area.toAlignedRect())

    def _grip_text(self) -> str:
        if self._grip == "turn":
            return self.tr("Turn")
        return self.tr("Move") if self._grip == "move" else self.tr("Scale")

    def abandon(self) -> None:
        """Forget the gesture: the drawing is again what it was before."""
        artwork, _ = self._end()
        if artwork is not None:
            artwork.abandon()

    def _end(self) -> tuple[Artwork | None, Tool]:
        artwork, gesture = self._artwork, self._gesture
        self._artwork = self._gesture = self._handles = self._matrix = None
        self.cursor_changed.emit()
        return artwork, gesture or "pen"

    def _add_point(self, touch: Touch) -> None:
        place = self._in_units(touch.place)
        pressure = _LIGHTEST_PEN + (1 - _LIGHTEST_PEN) * touch.pressure
        if len(self._builder):
            x, y, before = self._builder.stroke().points[-1]
            if (np.float32(place.x()), np.float32(place.y())) == (x, y) and pressure <= before:
                return
        if len(self._builder) == self._room:
            self._thin_live()
        self._builder.append(place.x(), place.y(), pressure)

    def _thin_live(self) -> None:
        self.flush()
        before = self._builder.stroke()
        self._builder.thin(self._room // 2)
        self._layer.swap_live(before, self._builder.stroke())

    def _erase(self) -> None:
        """Remove the strokes that the eraser's way since the last time touches."""
        start, end = self._from, self._to
        self._from = end
        way = np.array([[start.x(), start.y()], [end.x(), end.y()]])
        kept = tuple(s for s in self._shown.strokes if _distance(way, s.points[:, :2]) > self._eraser_reach)
        if len(kept) < len(self._shown.strokes):
            self._shown = Drawing(kept, self._shown.label)

    # Hovering and keys

    def hover(self, place: QPointF | None) -> None:
        """Show what the eraser would take away here, and which part of the frame the hand would."""
        if self.tool == "eraser":
            self._aim_at(None if place is None else self._stroke_at(self._in_units(place)))
        elif self.tool == "move":
            frame = self._frame()
            grip = "move" if frame is None or place is None else frame.grip(place)
            if grip != self._grip:
                self._grip = grip
                self.cursor_changed.emit()

    def _stroke_at(self, place: QPointF) -> Stroke | None:
        way = np.array([place.toTuple(), place.toTuple()])
        near = [(_distance(way, stroke.points[:, :2]), stroke) for stroke in self.drawing.strokes]
        distance, stroke = min(near, key=lambda item: item[0], default=(np.inf, None))
        return stroke if distance <= self._eraser_reach else None

    @property
    def _eraser_reach(self) -> float:
        return self.session.pen_width * (_ERASER / 2 + 0.5)

    def _aim_at(self, stroke: Stroke | None) -> None:
        if stroke is not self._target:
            self._target = stroke
            self.repaint.emit(self.area.toAlignedRect())

    @property
    def key_pen_width(self) -> float | None:
        return self.session.pen_width * self.area.width() if self.tool == "pen" else None

    @property
    def key_help(self) -> str:
        if self.tool == "pen":
            return pen_key_help()
        if self.tool == "eraser":
            return self.tr("Arrow keys choose a stroke, Space takes it away")
        return self.tr("Arrow keys move the drawing, plus and minus scale it")

    def takes_key(self, event: QKeyEvent) -> bool:
        """Delete takes the marked stroke away, and not everything."""
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        return self.tool == "eraser" and self._aimed() is not None and event.key() in keys

    def press_key(self, event: QKeyEvent) -> bool:
        """Move, scale and turn with the hand's keys; choose and erase a stroke with the eraser's."""
        if self.drawing.is_empty:
            return False
        if self.tool == "move":
            return self._transform_by_key(event)
        return self.tool == "eraser" and self._erase_by_key(Qt.Key(event.key()))

    def _transform_by_key(self, event: QKeyEvent) -> bool:
        """Arrow keys move; with Ctrl they turn and scale, as + and − do; with Shift five times as far."""
        scalings = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
        key, held = Qt.Key(event.key()), event.modifiers()
        box = self.drawing.bounding_box(self.session.pen_width)
        if box is None or (key not in ARROWS and key not in scalings):
            return False
        times = 5 if held & Qt.KeyboardModifier.ShiftModifier and key in ARROWS else 1
        across, down = ARROWS.get(key, (0, -scalings.get(key, 0)))
        if key in ARROWS and not held & Qt.KeyboardModifier.ControlModifier:
            matrix, text = moved(_NUDGE * times * across, _NUDGE * times * down), self.tr("Move")
        elif across:
            matrix, text = turned(float(np.radians(_TURN * times * across)), box), self.tr("Turn")
        else:
            matrix, text = scaled(_GROWTH ** (-down * times), box), self.tr("Scale")
        self.artwork.commit(self.drawing.transformed(matrix), text, goes_on=True)
        return True

    def _erase_by_key(self, key: Qt.Key) -> bool:
        strokes = self.drawing.strokes
        aimed = self._aimed()
        at = next((i for i, stroke in enumerate(strokes) if stroke is aimed), None)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._aim_at(strokes[(at if at is not None else 0) - 1])
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._aim_at(strokes[(at + 1 if at is not None else 0) % len(strokes)])
        elif at is not None and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, *PEN_KEYS):
            self._target = None
            self.artwork.commit(self.drawing.without_stroke(at), self.tr("Erase"))
        else:
            return False
        return True

    def _aimed(self) -> Stroke | None:
        """Return the marked stroke if it is still there."""
        return next((stroke for stroke in self.drawing.strokes if stroke is self._target), None)

    def _frame(self) -> Handles | None:
        box = self.drawing.bounding_box(self.session.pen_width)
        return None if box is None or self.area.isEmpty() else Handles(box, self.area)

    # The picture

    @Slot()
    def show_session(self) -> None:
        """Repaint what differs from the last time."""
        if self.area.isEmpty():
            return
        self._prepare()
        changed = self._layer.show(self.drawing.strokes, self._gesture == "pen")
        before, self._marks = self._marks, self._mark_rects()
        for mark in (*before, *self._marks):
            changed |= mark.adjusted(-2, -2, 2, 2).toAlignedRect()
        if self.tool != "pen":
            changed = self.area.toAlignedRect()  # the frame, or a marked stroke
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
        grid = self.guides and not self._has_picture
        self._layer.prepare(round(self.area.width()), self.ratio, self.session.pen_width, grid)

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint paper, ink, guides and what to do with an empty sheet."""
        palette = theme.current().palette
        self._prepare()  # the theme may have changed
        self._layer.show(self.drawing.strokes, self._gesture == "pen")
        self._layer.paint(painter)
        if self._has_picture:
            self._paint_picture(painter)
        elif self.drawing.is_empty:
            paint_invitation(painter, self.area, self._invitation, by_keys=focused and self.tool == "pen")
        self._paint_target(painter, palette.danger)
        if self.tool == "move":
            frame = self._handles or self._frame()
            if frame is not None:
                frame.paint(painter, self._matrix)
        elif self.guides:
            self._paint_marks(painter, palette.accent)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.accent, 2))
            painter.drawRoundedRect(self.area.adjusted(1, 1, -1, -1), theme.CARD_RADIUS - 1, theme.CARD_RADIUS - 1)

    def _paint_target(self, painter: QPainter, color: QColor) -> None:
        """Paint the stroke that the eraser would take away in another colour."""
        stroke = self._aimed()
        if self.tool == "eraser" and self._gesture is None and stroke is not None:
            shape = StrokeShape(stroke, self.area.width(), self.session.pen_width)
            for part in shape.parts(0, len(stroke)):
                part.paint(painter, color)

    def _paint_picture(self, painter: QPainter) -> None:
        pictures = self._read
        if pictures is not None:
            margin = theme.CARD_RADIUS / 3
            frame = self.area.adjusted(margin, margin, -margin, -margin)
            image = ink_image(pictures.ink, theme.current().name)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > 64)
            painter.drawImage(frame, image)

    def _mark_rects(self) -> list[QRectF]:
        """Return the four corners around the ink and the place of the dot."""
        pictures = self._read
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
            frame = self._handles or self._frame()
            held = self._gesture is not None
            return QCursor(frame.cursor(self._grip, held) if frame is not None else Qt.CursorShape.OpenHandCursor)
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
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(side / 2, side / 2)
        for color, width, r in ((QColor("#FFFFFF"), 1.5, radius), (QColor("#15181E"), 1.2, radius + 1.3)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(middle, r, r)
    return QCursor(pixmap, side // 2, side // 2)


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
