"""The map of an error surface with the paths of a race, and the start that can be dragged."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.descent.ground import Ground, paint_label
from digitapp.gui.pages.lab.descent.words import lost_text
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.readout import readout_in
from digitapp.gui.widgets.series import paint_mark, series_color
from digitapp.lab.descent import Race
from digitapp.lab.surfaces import Surface

_CELL = 7  # pixels of the grid that heights are asked for
_MOST_DOTS = 200  # steps of which each is a dot
_FINE, _COARSE = 0.7, 3.0  # pixels of the shortest piece of a path, of few steps and of many
_DASH, _MOST_DASHED = 9.0, 20_000.0  # pixels of a dash with its gap, and of the longest path that has some
_MARK, _START = 11, 8
_EDGE = 16  # from the border to the arrow of who is beyond it


class RaceMap(QWidget):
    """The surface from above, both directions in one scale, so that a path crosses the lines at right angles.

    Signals
    -------
    start_moved(x, y) : the start is to go there
    """

    start_moved = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._surface: Surface | None = None
        self._ground: Ground | None = None
        self._picture: QPixmap | None = None  # of the ground
        self._race: Race | None = None
        self._absent: frozenset[int] = frozenset()
        self._step, self._chosen = 0, 0
        self._start = (0.0, 0.0)
        self._is_dragged, self._hints = False, True
        self._readout: HoverReadout | None = None
        self.setObjectName("raceMap")
        self.setAccessibleName(self.tr("Map of the error surface; arrow keys move the start"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self, theme.CARD_RADIUS)
        theme.current().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(560), theme.scaled(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(280), theme.scaled(180))

    # What is shown

    def show_surface(self, surface: Surface) -> None:
        """Show another surface."""
        if surface is not self._surface:
            self._surface = surface
            self._measure()

    def show_race(self, race: Race | None, step: int, chosen: int, absent: Sequence[int] = ()) -> None:
        """Show a race up to a step, the chosen runner above the others, without those that are absent."""
        self._race, self._step, self._chosen, self._absent = race, step, chosen, frozenset(absent)
        self.update()

    def set_start(self, x: float, y: float) -> None:
        """Put the start somewhere."""
        self._start = x, y
        self.setAccessibleDescription(self.tr("The start is at {0} and {1}.").format(figure(x), figure(y)))
        self.update()

    def at(self, x: float, y: float) -> QPointF:
        """Return where a place of the surface is in the widget. There must be a surface."""
        middle, scale = self._view()
        return QPointF(self.width() / 2 + (x - middle[0]) * scale, self.height() / 2 - (y - middle[1]) * scale)

    def place_at(self, point: QPointF) -> tuple[float, float]:
        """Return the place of the surface at a point of the widget, with no more digits than a pixel is worth."""
        middle, scale = self._view()
        places = max(0, math.ceil(math.log10(scale)))
        x = middle[0] + (point.x() - self.width() / 2) / scale
        y = middle[1] - (point.y() - self.height() / 2) / scale
        return round(x, places), round(y, places)

    def _view(self) -> tuple[tuple[float, float], float]:
        """Return what is in the middle, and how many pixels 1 is."""
        assert self._surface is not None
        across, up = self._surface.reach
        return self._surface.middle, min(self.width() / (2 * across), self.height() / (2 * up))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._picture = None
        self.update()

    def _measure(self) -> None:
        """Ask the surface for its heights on the part that is seen."""
        if self._surface is None or self.width() < 2 or self.height() < 2:
            return
        (x, y), scale = self._view()
        half_x, half_y = self.width() / 2 / scale, self.height() / 2 / scale
        us = np.linspace(x - half_x, x + half_x, max(2, self.width() // _CELL))
        vs = np.linspace(y - half_y, y + half_y, max(2, self.height() // _CELL))
        self._ground, self._picture = Ground(self._surface, us, vs), None
        self.update()

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._surface is not None:
            self._is_dragged, self._hints = True, False
            self._hide_readout()
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._drag_to(event.position())
        elif self._surface is not None:
            self._show_readout(self._surface, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self._is_dragged = False

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hide_readout()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._is_dragged = False
        self._hide_readout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._surface is None:
            super().keyPressEvent(event)
            return
        size = step_of(event.modifiers())
        self._hints = False
        self._move_to(self._start[0] + step.across * size, self._start[1] - step.down * size)

    def _drag_to(self, point: QPointF) -> None:
        self._move_to(*self.place_at(point))

    def _move_to(self, x: float, y: float) -> None:
        """Ask for the start somewhere, where that is on the map."""
        (left, up), (right, down) = self.place_at(QPointF(0, 0)), self.place_at(QPointF(self.width(), self.height()))
        self.start_moved.emit(round(min(max(x, left), right), 6), round(min(max(y, down), up), 6))

    def _show_readout(self, surface: Surface, point: QPointF) -> None:
        x, y = self.place_at(point)
        with np.errstate(all="ignore"):
            place = np.array([x, y])
            height, slope = float(surface.height(place)), surface.gradient(place)
        rows = [
            ReadoutRow(self.tr("x"), figure(x)),
            ReadoutRow(self.tr("y"), figure(y)),
            ReadoutRow(self.tr("slope"), figure(float(np.hypot(*slope)), 3)),
        ]
        self._readout = readout_in(self.window(), self._readout)
        title = self.tr("C = {0}").format(figure(height))
        self._readout.show_at(self.mapTo(self.window(), point.toPoint()), title, rows)

    def _hide_readout(self) -> None:
        if self._readout is not None:
            self._readout.hide()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        ground = self._ground
        if ground is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is None:
            plot = QRectF(self.rect())
            self._picture = painted(self.size(), self.devicePixelRatioF(), lambda inner: ground.paint(inner, plot))
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.setClipPath(outline)
        painter.drawPixmap(0, 0, self._picture)
        labels: list[QRectF] = []
        if self._race is not None:
            shown = [runner for runner in range(len(self._race.runners)) if runner not in self._absent]
            for runner in sorted(shown, key=lambda runner: runner == self._chosen):
                self._paint_path(painter, self._race, runner)
            self._paint_start(painter)
            for runner in sorted(shown, key=lambda runner: runner == self._chosen):
                self._paint_end(painter, self._race, runner, labels)
        else:
            self._paint_start(painter)

    def _places(self, race: Race, runner: int) -> NDArray[np.float64]:
        """Return a path up to the shown step in the widget, as far as it is one, (steps, 2)."""
        middle, scale = self._view()
        path = race.paths[: self._step + 1, runner, 0]
        lost = race.lost_at[runner, 0]
        path = path if lost < 0 else path[:lost]
        return np.array([self.width() / 2, self.height() / 2]) + (path - np.array(middle)) * np.array([scale, -scale])

    def _paint_path(self, painter: QPainter, race: Race, runner: int) -> None:
        p, color = theme.current().palette, series_color(runner)
        places = self._places(race, runner)
        if len(places) < 2:
            return
        width = 2.4 if runner == self._chosen else 1.6
        pieces = _pieces(places, dashed=runner >= len(p.series))
        # Pieces instead of one line of many corners, for which the painter takes a hundred times as long.
        outline, line = QPen(theme.blend(p.window, color, 0.1), width + 2), QPen(color, width)
        for pen in (outline, line) if len(places) <= _MOST_DOTS else (line,):
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLines(pieces)
        if len(places) <= _MOST_DOTS:
            pen = QPen(color, 2 * width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in places[1:-1].tolist()]))

    def _paint_start(self, painter: QPainter) -> None:
        p, place = theme.current().palette, self.at(*self._start)
        glow = theme.current().palette.accent
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.blend(p.window, glow, 0.4))
        painter.setOpacity(0.6)
        painter.drawEllipse(place, _START + 5, _START + 5)
        painter.setOpacity(1.0)
        painter.setPen(QPen(glow, 3))
        painter.setBrush(p.surface)
        painter.drawEllipse(place, _START - 2, _START - 2)
        if self._hints:
            self._paint_hint(painter, place)

    def _paint_hint(self, painter: QPainter, start: QPointF) -> None:
        p, font = theme.current().palette, theme.font("caption-strong")
        text = self.tr("Drag the start")
        metrics = QFontMetrics(font)
        bubble = QRectF(0, 0, metrics.horizontalAdvance(text) + 24, metrics.height() + 16)
        bubble.moveCenter(start - QPointF(0, bubble.height() / 2 + 2.5 * _START))
        if bubble.top() < 8:
            bubble.moveTop(start.y() + 2.5 * _START)
        bubble.moveLeft(min(max(8.0, bubble.left()), self.width() - 8 - bubble.width()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.tooltip)
        painter.drawRoundedRect(bubble, 6, 6)
        painter.setPen(p.tooltip_text)
        painter.setFont(font)
        painter.drawText(bubble, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_end(self, painter: QPainter, race: Race, runner: int, labels: list[QRectF]) -> None:
        """Paint where a runner is: its mark, an arrow at the edge where that is beyond it, and where it was lost."""
        places = self._places(race, runner)
        lost = int(race.lost_at[runner, 0])
        is_lost = 0 <= lost <= self._step
        if not len(places):
            return
        inside = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        place = QPointF(*places[-1].tolist())
        dark = theme.current().palette.surface
        if not inside.contains(place):
            place, angle = self._at_the_edge(place)
            self._paint_arrow(painter, runner, place, angle)
            place = place - QPointF(math.cos(angle), math.sin(angle)) * (_MARK + 4)
        size = theme.scaled(_MARK + 2 if runner == self._chosen else _MARK)
        paint_mark(painter, runner, place, size, outline=dark)
        if is_lost:
            self._paint_lost(painter, place, lost_text(lost), labels)

    def _at_the_edge(self, place: QPointF) -> tuple[QPointF, float]:
        """Return the point near the border that is nearest to a place beyond it, and the direction to that place."""
        near = QPointF(
            min(max(place.x(), _EDGE), self.width() - _EDGE), min(max(place.y(), _EDGE), self.height() - _EDGE)
        )
        way = place - near
        return near, math.atan2(way.y(), way.x())

    @staticmethod
    def _paint_arrow(painter: QPainter, runner: int, place: QPointF, angle: float) -> None:
        head = QPolygonF([QPointF(11, 0), QPointF(-2, -7), QPointF(-2, 7)])
        painter.save()
        painter.translate(place)
        painter.rotate(math.degrees(angle))
        painter.setPen(QPen(theme.current().palette.surface, 1))
        painter.setBrush(series_color(runner))
        painter.drawPolygon(head)
        painter.restore()

    def _paint_lost(self, painter: QPainter, place: QPointF, text: str, labels: list[QRectF]) -> None:
        font = theme.tabular(theme.font("tick"))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        label = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 4)
        label.moveCenter(place + QPointF(0, _MARK + label.height() / 2 + 2))
        label.moveLeft(min(max(8.0, label.left()), self.width() - 8 - label.width()))
        if label.bottom() > self.height() - 8:
            label.moveBottom(place.y() - _MARK - 2)
        down = -1 if label.center().y() > self.height() / 2 else 1
        while any(label.intersects(other) for other in labels):
            label.translate(0, down * (label.height() + 2))
        labels.append(label)
        paint_label(painter, label, text)


def _pieces(places: NDArray[np.float64], *, dashed: bool) -> list[QLineF]:
    """Return the pieces of a path through places (n, 2); a dashed one has gaps.

    Where the path hardly moves within a step, as at a minimum, several steps are one piece.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
    least = _FINE if len(places) <= _MOST_DOTS else _COARSE
    _, corners = np.unique(np.floor(along / least), return_index=True)
    corners = np.unique([*corners.tolist(), len(places) - 1])
    if dashed and along[-1] < _MOST_DASHED:
        middles = np.arange(_DASH / 2, along[-1], _DASH)
        ends = np.clip([middles - _DASH / 3, middles + _DASH / 3], 0, along[-1])
        x, y = (np.interp(ends, along, places[:, axis]) for axis in range(2))
        return [QLineF(*ends) for ends in zip(x[0].tolist(), y[0].tolist(), x[1].tolist(), y[1].tolist(), strict=True)]
    corner = places[corners]
    return [QLineF(*start, *end) for start, end in zip(corner[:-1].tolist(), corner[1:].tolist(), strict=True)]
