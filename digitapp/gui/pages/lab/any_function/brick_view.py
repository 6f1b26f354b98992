"""The plot on which steps and bumps are built: their handles are dragged, or moved by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.any_function.function_view import LEFT, RIGHT, FunctionView
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.gui.widgets.series import mark_path
from digitapp.lab.any_function.bricks import (
    LEAST_STEEPNESS,
    LEAST_WIDTH,
    MOST_HEIGHT,
    MOST_STEEPNESS,
    MOST_WIDTH,
    Brick,
    Shape,
)

_NEAR = 14.0  # pixels from a handle that still mean it
_SIZE = 12.0
_PLATEAU = 0.6  # how far to the right of a step its height is held
_EDGE = 0.96
_DIGITS = 3


class Handle(IntEnum):
    """What a handle changes; the value is its mark among those of series."""

    PLACE = 0
    WIDTH = 1
    HEIGHT = 2
    STEEPNESS = 3


def handle_places(brick: Brick, base: float) -> dict[Handle, tuple[float, float]]:
    """Return where the handles of a brick are, if it stood alone on its base."""
    run, top = 0.5 / brick.steepness, base + brick.height
    if brick.shape is Shape.STEP:
        return {
            Handle.PLACE: (brick.place, base + brick.height / 2),
            Handle.HEIGHT: (max(min(brick.place + _PLATEAU, _EDGE), brick.place), top),
            Handle.STEEPNESS: (brick.place + run, top),
        }
    side = brick.place + brick.width / 2
    return {
        Handle.PLACE: (brick.place, base),
        Handle.WIDTH: (side, base + brick.height / 2),
        Handle.HEIGHT: (brick.place, top),
        Handle.STEEPNESS: (side + run, base),
    }


def moved(brick: Brick, handle: Handle, x: float, y: float, base: float) -> Brick:
    """Return a brick whose handle was dragged to a point, as far as a brick can follow."""

    def within(value: float, least: float, most: float) -> float:
        return round(min(max(value, least), most), _DIGITS)

    if handle is Handle.PLACE:
        return replace(brick, place=within(x, LEFT, RIGHT))
    if handle is Handle.HEIGHT:
        return replace(brick, height=within(y - base, -MOST_HEIGHT, MOST_HEIGHT))
    if handle is Handle.WIDTH:
        return replace(brick, width=within(2 * (x - brick.place), LEAST_WIDTH, MOST_WIDTH))
    side = brick.place + (0.0 if brick.shape is Shape.STEP else brick.width / 2)
    run = max(x - side, 0.5 / MOST_STEEPNESS)
    return replace(brick, steepness=within(0.5 / run, LEAST_STEEPNESS, MOST_STEEPNESS))


class BrickView(FunctionView):
    """The plot.

    Signals
    -------
    brick_chosen(index) : another brick was chosen
    brick_changed(Brick) : the chosen brick is to be like this
    brick_unwanted : the chosen brick is to go
    """

    brick_chosen = Signal(int)
    brick_changed = Signal(object)
    brick_unwanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(
            self.tr(
                "Steps and bumps; the arrow keys move the chosen one and change its height, Page Up and Page Down "
                "choose another, Delete removes it"
            )
        )
        self._bricks: Sequence[Brick] = ()
        self._chosen = 0
        self._base = 0.0
        self._held: Handle | None = None
        self.setMouseTracking(True)

    def show_bricks(self, bricks: Sequence[Brick], chosen: int, base: float) -> None:
        """Show the handles of bricks."""
        self._bricks, self._chosen, self._base = bricks, chosen, base
        self.update()

    @property
    def _brick(self) -> Brick | None:
        return self._bricks[self._chosen] if self._chosen < len(self._bricks) else None

    # Pointer

    def _handle_at(self, point: QPointF) -> Handle | None:
        """Return the handle of the chosen brick that is meant."""
        if self._brick is None:
            return None
        distances = {
            handle: QLineF(point, self.point(*place)).length()
            for handle, place in handle_places(self._brick, self._base).items()
        }
        nearest = min(distances, key=lambda handle: distances[handle])
        return nearest if distances[nearest] <= _NEAR else None

    def _brick_at(self, point: QPointF) -> int | None:
        for index, brick in enumerate(self._bricks):
            place = handle_places(brick, self._base)[Handle.HEIGHT if brick.shape is Shape.BUMP else Handle.PLACE]
            if QLineF(point, self.point(*place)).length() <= _NEAR:
                return index
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._held = self._handle_at(event.position())
        if self._held is None and (index := self._brick_at(event.position())) is not None:
            self.brick_chosen.emit(index)
            self._held = self._handle_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._held is not None and self._brick is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.brick_changed.emit(moved(self._brick, self._held, *self.to_plane(point), self._base))
        elif not event.buttons():
            handle = self._handle_at(point)
            shapes = {None: Qt.CursorShape.ArrowCursor, Handle.HEIGHT: Qt.CursorShape.SizeVerCursor}
            if handle is None and self._brick_at(point) is not None:
                self.setCursor(Qt.CursorShape.PointingHandCursor)
            else:
                self.setCursor(shapes.get(handle, Qt.CursorShape.SizeHorCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, brick = Qt.Key(event.key()), self._brick
        step = ARROWS.get(key)
        if step is not None and brick is not None:
            way = step_of(event.modifiers())
            across, up = step.across * way, -step.down * way
            handle, (x, y) = (
                (Handle.PLACE, (brick.place + across, 0.0))
                if across
                else (
                    Handle.HEIGHT,
                    (0.0, self._base + brick.height + up),
                )
            )
            self.brick_changed.emit(moved(brick, handle, x, y, self._base))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self._bricks:
            order = np.argsort([each.place for each in self._bricks], kind="stable").tolist()
            direction = 1 if key == Qt.Key.Key_PageDown else -1
            self.brick_chosen.emit(order[(order.index(self._chosen) + direction) % len(order)])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and brick is not None:
            self.brick_unwanted.emit()
        else:
            super().keyPressEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        p = theme.current().palette
        for index, brick in enumerate(self._bricks):
            places = handle_places(brick, self._base)
            if index != self._chosen:
                place = places[Handle.HEIGHT if brick.shape is Shape.BUMP else Handle.PLACE]
                painter.setPen(QPen(p.text2, 1.5))
                painter.setBrush(p.surface)
                painter.drawEllipse(self.point(*place), 4, 4)
        if self._brick is not None:
            for handle, place in handle_places(self._brick, self._base).items():
                painter.setPen(QPen(p.surface, 1.5))
                painter.setBrush(p.text)
                painter.drawPath(mark_path(int(handle), self.point(*place), _SIZE))
