"""The plane on the canvas: what the network answers everywhere, the points, and the lines of its first units.

What a press does, the chosen tool says; whatever it is, the names of the lines are handles too.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QPainterPath, QPen

from digitapp.drawing.point import Point
from digitapp.gui import theme
from digitapp.gui.canvas.surface import Surface, Touch, paint_invitation
from digitapp.gui.names import Names
from digitapp.gui.pages.draw.plane.gestures import (
    DragLine,
    Erase,
    Gesture,
    MovePoint,
    PointGesture,
    SetPoints,
    nearest_point,
)
from digitapp.gui.pages.draw.plane.line_marks import (
    LineMark,
    line_marks,
    mark_at,
    paint_grips,
    paint_tags,
    paint_unit_lines,
    tag_at,
)
from digitapp.gui.pages.draw.plane.scene import PlaneScene, as_arrays, misread
from digitapp.gui.pages.draw.plane.seed_shading import SeedShading
from digitapp.gui.plots.plane_picture import NO_POINTS, Frame, PlanePicture, PlanePoints, paint_rings
from digitapp.gui.state.mapping import Mapper
from digitapp.gui.state.own_points import Points
from digitapp.gui.state.session import Session
from digitapp.inspection.boundary import Bounds, DecisionMap
from digitapp.inspection.half_planes import Place
from digitapp.inspection.seed_maps import SeedMaps

PlaneTool = Literal["erase", "move"] | int
"""A class that points are set of, by its label, or what else is done with them."""

_SIZE = 10.0  # of a point's mark
_RING = 10.0  # radius, around a misread point
_SPACING = 16.0  # between the points of one drag
_REACH = 12.0  # of the eraser
_GRAB = 7.0  # from where a point is taken along
_KEY_STEP, _FINE_STEP = 1 / 40, 1 / 400  # of the plane's side
_RADIUS = 12.0
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_ACTS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class PlaneSurface(Surface):
    """Shows a `PlaneScene`, and edits the user's points and the network's first weights.

    The test point, which the network is asked about, is the session's artwork. It follows the pointer.

    Signals
    -------
    hovered(Place | None) : the pointer is over a place of the plane, or has left it
    line_pushed : a line was dragged, and a step of undo made of it
    refused(sentence) : why something cannot be done
    """

    hovered = Signal(object)
    line_pushed = Signal()
    refused = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self.scene: PlaneScene | None = None
        self.tool: PlaneTool = 0
        self.shows_lines = True
        self._map: DecisionMap | None = None
        self._picture = PlanePicture()
        self._shading = SeedShading()
        self._seeds: SeedMaps | None = None
        self._marks: list[LineMark] = []
        self._hovered: QPointF | None = None
        self._near: LineMark | None = None  # the line that a press would take
        self._gesture: Gesture | None = None
        self._by_keys = False
        self._live: tuple[Points, PlanePoints] = ((), NO_POINTS)
        self._mapper = Mapper(session.start_job, self)
        self._mapper.mapped.connect(self._on_mapped)

    # What is shown

    def show_scene(self, scene: PlaneScene) -> None:
        """Show the plane as it is now."""
        self.scene = scene
        if self._gesture is None or scene.bounds == self.bounds:
            self._mapper.ask(scene.shown, scene.bounds)
        self._place_marks()

    def show_session(self) -> None:
        self._repaint()

    def show_seeds(self, seeds: SeedMaps | None) -> None:
        """Show where networks of other seeds disagree; None for nothing."""
        if seeds is not self._seeds:
            self._seeds = seeds
            self._repaint()

    def set_tool(self, tool: PlaneTool) -> None:
        """Let a press do something else."""
        if tool != self.tool:
            self._end_by_keys()
            self.tool = tool
            self._find_near()
            self.cursor_changed.emit()

    def set_lines(self, shown: bool) -> None:
        """Show the lines of the units, or not."""
        self.shows_lines = shown
        self._place_marks()

    def place(self, area: QRectF, ratio: float) -> None:
        if area != self.area and self._hovered is not None:
            self.hover(None)  # the pointer is over another place now, or over none
        super().place(area, ratio)
        self._place_marks()

    @property
    def bounds(self) -> Bounds:
        """What of the plane is seen."""
        if self._map is not None:
            return self._map.bounds
        return self.scene.bounds if self.scene is not None else Bounds(-1, 1, -1, 1)

    @property
    def frame(self) -> Frame:
        """Where the plane lies on the canvas."""
        return Frame(self.bounds, self.area)

    @property
    def test_place(self) -> Place | None:
        """The place that the network is asked about."""
        ink = self.session.artwork.value
        return (ink.numbers[0], ink.numbers[1]) if isinstance(ink, Point) and len(ink.numbers) == 2 else None

    @property
    def _chosen(self) -> int | None:
        """The unit of the first layer that is chosen on every page."""
        if self.scene is None or not self.scene.lines:
            return None
        layer, unit = self.scene.shown.selected
        return unit if layer == 0 else None

    @property
    def _names(self) -> Names | None:
        return None if self.scene is None else self.scene.shown.names

    def _place_marks(self) -> None:
        names = self._names
        lines = self.scene.lines if self.scene is not None and self.shows_lines else []
        self._marks = [] if names is None else line_marks(lines, self.frame, names, self._chosen)
        self._find_near()
        self._repaint()

    @Slot(object)
    def _on_mapped(self, found: DecisionMap) -> None:
        before, self._map = self.bounds, found
        if found.bounds != before:
            self._place_marks()
        self._repaint()

    def _repaint(self) -> None:
        self.repaint.emit(self.area.toAlignedRect())

    # The pointer

    def hover(self, place: QPointF | None) -> None:
        """Let the test point follow the pointer; where it was last, it stays."""
        self._hovered = place
        if place is None:
            artwork = self.session.artwork
            if not artwork.is_settled:
                artwork.adopt(artwork.value)
        else:
            self._ask_at(self.frame.back(place))
        self._find_near()
        self.hovered.emit(None if place is None else self.frame.back(place))

    def _ask_at(self, place: Place) -> None:
        bounds = self.bounds
        x, y = min(max(place[0], bounds.left), bounds.right), min(max(place[1], bounds.bottom), bounds.top)
        self.session.artwork.show_live(Point((x, y)))

    def _find_near(self) -> None:
        """Find the line that a press would take: with the hand any, with other tools one by its name."""
        at = self._hovered
        near = None
        if at is not None and self._gesture is None:
            by_name = tag_at(self._marks, at)
            takes = self.tool == "move" and self._point_near(self.frame.back(at)) is None
            near = by_name or (mark_at(self._marks, at) if takes else None)
        if near is not self._near:
            self._near = near
            self.cursor_changed.emit()
            self._repaint()

    def begin(self, touch: Touch) -> None:
        """Do with the pointer what the chosen tool does."""
        self._end_by_keys()
        self.hover(touch.place)
        near = self._near
        if near is not None:
            self._take_line(near, touch.place)
        else:
            self._use_tool(self.frame.back(touch.place), erases=touch.erases)
        self._repaint()

    def move(self, touch: Touch) -> None:
        place = self._within(self.frame.back(touch.place))
        self._hovered = touch.place
        self._ask_at(place)
        if self._gesture is not None:
            self._gesture.move(place)
        self.hovered.emit(place)

    def flush(self) -> None:
        self._repaint()

    def finish(self) -> None:
        gesture, self._gesture = self._gesture, None
        self._by_keys = False
        if gesture is not None:
            gesture.finish()
            if isinstance(gesture, SetPoints) and gesture.is_full:
                self.refused.emit(self.tr("There is no room for more points. Take some away, or clear them all."))
            if isinstance(gesture, DragLine) and gesture.has_changed:
                self.line_pushed.emit()
        self._find_near()
        self._repaint()

    def abandon(self) -> None:
        gesture, self._gesture = self._gesture, None
        self._by_keys = False
        if gesture is not None:
            gesture.abandon()
        self._repaint()

    def _take_line(self, mark: LineMark, at: QPointF) -> None:
        """Choose the line's unit on every page, and take the line along where that can be done."""
        session, unit = self.session, mark.line.unit
        session.select_unit(0, unit)
        reason = DragLine.reason(session, unit)
        if reason:
            self.refused.emit(reason)
            return
        name = session.names.unit_inside(0, unit)
        turned = mark.is_turned_at(at)
        text = self.tr("Line of {0} turned") if turned else self.tr("Line of {0} shifted")
        pivot = mark.middle if turned else None
        self._gesture = DragLine(session, unit, self.frame.back(at), pivot, text.format(name))

    def _use_tool(self, place: Place, *, erases: bool = False) -> None:
        own = self.session.points
        if self.session.problem is not own.problem:
            return
        reach = self.frame.unit
        if erases or self.tool == "erase":
            self._gesture = Erase(own, place, _REACH / reach, self.tr("Points erased"))
        elif self.tool == "move":
            index = self._point_near(place)
            if index is not None:
                self._gesture = MovePoint(own, index, place, self.tr("Point moved"))
        else:
            label = int(self.tool)
            name = own.problem.class_names[label]
            text = self.tr("Points of class {0}").format(name)
            self._gesture = SetPoints(own, label, self._within(place), _SPACING / reach, text)

    def _point_near(self, place: Place) -> int | None:
        if self.scene is None or self.session.problem is not self.session.points.problem:
            return None
        return nearest_point(self.session.points.points, place, _GRAB / self.frame.unit)

    def _within(self, place: Place) -> Place:
        """Return the nearest place that is seen: nobody finds a point again that lies outside."""
        b = self.bounds
        return min(max(place[0], b.left), b.right), min(max(place[1], b.bottom), b.top)

    # Keys

    @property
    def key_help(self) -> str:
        return self.tr(
            "Arrow keys move the point that the network is asked about, with Shift in small steps. Enter does there "
            "what the tool does: 1 to 4 set points of a class, E erases, H takes a point or a line along."
        )

    def takes_key(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self._by_keys

    def press_key(self, event: QKeyEvent) -> bool:
        """Move the test point, and use the tool there."""
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        fine = modifiers == Qt.KeyboardModifier.ShiftModifier
        if key in _ARROWS and (fine or not modifiers):
            self._step(*_ARROWS[key], _FINE_STEP if fine else _KEY_STEP)
        elif key in _ACTS and not modifiers:
            self._act()
        elif key == Qt.Key.Key_Escape and self._by_keys:
            self.abandon()
        else:
            return False
        return True

    def _step(self, across: int, up: int, share: float) -> None:
        bounds = self.bounds
        x, y = self.test_place or ((bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2)
        place = self._within((x + across * share * bounds.width, y + up * share * bounds.height))
        self._hovered = None
        self.session.artwork.adopt(Point(place))
        if self._gesture is not None:
            self._gesture.move(place)
        self.hovered.emit(None)
        self._repaint()

    def _act(self) -> None:
        """Use the tool at the test point; what is taken along is put down by the same key."""
        if self._gesture is not None:
            self.finish()
            return
        place = self.test_place
        if place is None:
            self._step(0, 0, 0.0)
            return
        self._use_tool(place)
        if self.tool != "move":
            self.finish()
            return
        if self._gesture is None:
            at = self.frame.at(*place)
            mark = mark_at(self._marks, at)
            if mark is not None:
                self._take_line(mark, at)
        self._by_keys = self._gesture is not None

    def _end_by_keys(self) -> None:
        if self._by_keys:
            self.finish()

    # Painting

    def cursor(self) -> QCursor:
        if self._near is not None:
            return QCursor(Qt.CursorShape.SizeAllCursor)
        return QCursor(Qt.CursorShape.OpenHandCursor if self.tool == "move" else Qt.CursorShape.CrossCursor)

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint from the map upwards: lines, the border, points and rings, names, the test point."""
        palette, frame = theme.current().palette, self.frame
        painter.fillRect(self.area, palette.paper)
        points, wrong = self._points_now()
        if self._map is not None and self._is_told(points):
            self._picture.paint_map(painter, frame, self._map, self.ratio)
        if self._seeds is not None and self._seeds.maps[0].bounds == frame.bounds:
            self._shading.paint(painter, frame, self._seeds, self.ratio)
        _paint_axes(painter, frame)
        chosen = self._chosen
        paint_unit_lines(painter, self._marks, chosen)
        self._picture.paint_points(painter, frame, points, _SIZE, self.ratio)
        if wrong.any():
            paint_rings(painter, frame, points.places[wrong], _RING)
        paint_tags(painter, self._marks, chosen, self.ratio)
        grips = self._near or next((mark for mark in self._marks if mark.line.unit == chosen), None)
        if grips is not None and (self.tool == "move" or self._near is not None):
            paint_grips(painter, grips)
        if not len(points):
            paint_invitation(painter, self.area, self._invitation, by_keys=False)
        self._paint_test_point(painter, frame)
        _paint_edge(painter, self.area, focused)

    @property
    def _invitation(self) -> str:
        if self.session.problem is not self.session.points.problem:
            return self.tr("The points are on their way")
        return self.tr("Click to set points, or choose a data set below")

    def _is_told(self, points: PlanePoints) -> bool:
        """Return whether a map says anything: where there is nothing to tell apart, the plane stays plain."""
        return len(np.unique(points.labels)) > 1

    def _points_now(self) -> tuple[PlanePoints, np.ndarray]:
        """Return the points with those that a gesture is changing, and which of them are misread."""
        if self.scene is None:
            return NO_POINTS, np.empty(0, np.bool_)
        gesture = self._gesture
        if not isinstance(gesture, PointGesture) or gesture.points is self.scene.points:
            return self.scene.drawn, self.scene.misread
        if gesture.points is not self._live[0]:
            self._live = gesture.points, as_arrays(gesture.points)
        return self._live[1], misread(self.scene.shown.network, self._live[1])

    def _paint_test_point(self, painter: QPainter, frame: Frame) -> None:
        place = self.test_place
        if place is None:
            return
        at, palette = frame.at(*place), theme.current().palette
        painter.setPen(QPen(palette.surface, 4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 8, 8)
        painter.setPen(QPen(palette.accent, 2))
        painter.drawEllipse(at, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        painter.drawEllipse(at, 2, 2)


def _paint_edge(painter: QPainter, area: QRectF, focused: bool) -> None:
    """Round the corners off, over what was painted: to clip it all beforehand would take a third more time."""
    palette, edge, corners = theme.current().palette, QPainterPath(), QPainterPath()
    edge.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    corners.addRect(area)
    corners.addPath(edge)
    corners.setFillRule(Qt.FillRule.OddEvenFill)
    painter.fillPath(corners, palette.window)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(palette.accent, 2) if focused else QPen(palette.border_strong, 1))
    painter.drawPath(edge)


def _paint_axes(painter: QPainter, frame: Frame) -> None:
    """Paint faint lines through zero and the quarters, so that distances can be told."""
    color = theme.current().palette.border_strong
    painter.setPen(QPen(color, 1, Qt.PenStyle.DotLine))
    b = frame.bounds
    for share in (0.25, 0.5, 0.75):
        x, y = b.left + share * b.width, b.bottom + share * b.height
        painter.drawLine(frame.at(x, b.bottom), frame.at(x, b.top))
        painter.drawLine(frame.at(b.left, y), frame.at(b.right, y))
