"""Strokes on the screen: smoothed lines, and a cache that makes a long drawing as quick to extend as a short one."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from digitapp.drawing.ink import Stroke
from digitapp.gui import theme
from digitapp.gui.images import keep_extreme

Points = NDArray[np.float64]

_PIECES_A_PATH = 48  # Qt's stroker slows down more than in proportion on long paths
_WITHIN_CORNERS = (4.0, 4.0, -4.0, -4.0)  # a rectangle this far inside does not touch the round corners
_LEAST_BEND = 0.05  # pixels
_STEPS = 3  # straight steps for half a bend, where the pressure changes along it
_STEPS_OF_A_CAP = 12
_NO_WAY = 1e-6  # pixels


class Part(NamedTuple):
    """Ink that is painted at once: a line of this width, or without a width what the path encloses."""

    path: QPainterPath
    width: float = 0.0

    def bounds(self) -> QRectF:
        """Return a rectangle with all of the ink in it."""
        reach = self.width / 2 + 1.5
        return self.path.controlPointRect().adjusted(-reach, -reach, reach, reach)

    def paint(self, painter: QPainter, color: QColor) -> None:
        """Paint the ink."""
        if self.width > 0:
            painter.strokePath(self.path, _round_pen(color, self.width))
        else:
            painter.fillPath(self.path, color)


class StrokeShape:
    """One stroke in a widget's pixels, cut into pieces, one around each of its points.

    The piece around a point reaches from the middle before it to the middle after it, or to the stroke's end. It is
    straight at both ends and a quadratic curve around the point. The curve leaves the point by an eighth of the pen's
    width at most: the network sees the points joined by straight lines, and a corner must look like a corner.

    Parameters
    ----------
    stroke : Stroke, in canvas units
    side : float, the canvas's side in pixels
    pen_width : float, in canvas units
    first : int, the first point whose piece will be asked for
    """

    def __init__(self, stroke: Stroke, side: float, pen_width: float, first: int = 0) -> None:
        self._skipped = max(0, first - 1)
        points = stroke.points[self._skipped :].astype(np.float64)
        self._xy: Points = points[:, :2] * side
        self._widths: Points = np.maximum(points[:, 2] * (pen_width * side), 1.0)
        self._middles: Points = (self._xy[:-1] + self._xy[1:]) / 2
        inner = self._xy[1:-1]
        away = np.linalg.norm(self._middles[1:] - 2 * inner + self._middles[:-1], axis=1) / 4
        share = np.minimum(1.0, pen_width * side / 8 / np.maximum(away, 1e-9))[:, None]
        self._bend_start: Points = inner + share * (self._middles[:-1] - inner)
        self._bend_end: Points = inner + share * (self._middles[1:] - inner)
        # A curve that turns back, or whose control point is one of its ends, has no direction somewhere, and Qt draws
        # neither caps nor joins to it. There the line goes straight to the point.
        steps = np.diff(self._xy, axis=0)
        onwards = (steps[:-1] * steps[1:]).sum(axis=1) > 0
        room = np.minimum(np.abs(self._bend_start - inner).max(axis=1), np.abs(self._bend_end - inner).max(axis=1))
        self._bends = onwards & (room > _LEAST_BEND)

    def parts(self, first: int, last: int) -> Iterator[Part]:
        """Yield what the pieces around the points first <= i < last are painted with."""
        first, last = max(first - self._skipped, 0), last - self._skipped
        if last <= first:
            return
        if np.ptp(self._widths[max(0, first - 1) : last + 1]) < 0.5:
            for start in range(first, last, _PIECES_A_PATH):
                yield self._even(start, min(last, start + _PIECES_A_PATH))
        else:
            yield from self._by_pressure(first, last)

    def bounds(self, first: int) -> QRectF:
        """Return the rectangle that holds everything from the piece around a point to the stroke's end."""
        start = max(0, first - self._skipped - 1)
        reach = float(self._widths[start:].max()) / 2 + 1.5
        left, top = self._xy[start:].min(axis=0) - reach
        right, bottom = self._xy[start:].max(axis=0) + reach
        return QRectF(left, top, right - left, bottom - top)

    def _even(self, first: int, last: int) -> Part:
        path = QPainterPath(QPointF(*(self._middles[first - 1] if first > 0 else self._xy[0])))
        end = len(self._xy) - 1
        for i in range(first, last):
            if 0 < i < end:
                if self._bends[i - 1]:
                    path.lineTo(QPointF(*self._bend_start[i - 1]))
                    path.quadTo(QPointF(*self._xy[i]), QPointF(*self._bend_end[i - 1]))
                else:
                    path.lineTo(QPointF(*self._xy[i]))
            path.lineTo(QPointF(*(self._middles[i] if i < end else self._xy[i])))
        width = float(self._widths[first:last].mean())
        if path.length() > 0:
            return Part(path, width)
        return _dot(path.currentPosition(), width)  # a path without length has no direction for its caps

    def _by_pressure(self, first: int, last: int) -> Iterator[Part]:
        """Yield outlines: of each piece's half before its point and of the one after it."""
        lines, widths = self._halves(first, last)
        for polygon, dot in zip(_outlines(lines, widths / 2), widths.max(axis=1), strict=True):
            if np.isnan(polygon).any():
                yield _dot(QPointF(*lines[0, 0]), float(dot))
                continue
            path = QPainterPath()
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in polygon.tolist()]))
            path.closeSubpath()
            path.setFillRule(Qt.FillRule.WindingFill)
            yield Part(path)

    def _halves(self, first: int, last: int) -> tuple[Points, Points]:
        """Return the halves of pieces first <= i < last as polylines, shape (halves, n, 2), and widths, (halves, n)."""
        end = len(self._xy) - 1
        at = np.arange(first, last)
        point, width = self._xy[at], self._widths[at]
        ahead, behind = np.minimum(at + 1, end), np.maximum(at - 1, 0)
        before, after = (self._xy[behind] + point) / 2, (self._xy[ahead] + point) / 2
        inner = np.clip(at - 1, 0, max(end - 2, 0))
        bends = (at > 0) & (at < end)
        if bends.any():
            bends[bends] = self._bends[inner[bends]]
        corner_in, corner_out = point.copy(), point.copy()
        corner_in[bends], corner_out[bends] = self._bend_start[inner[bends]], self._bend_end[inner[bends]]
        middle = (corner_in + 2 * point + corner_out) / 4  # of the curve, where it is split: de Casteljau
        lines = []
        for outer, corner in ((before, corner_in), (after, corner_out)):
            control = (corner + point) / 2
            t = np.linspace(0, 1, _STEPS + 1)[:, None]
            bend = (1 - t) ** 2 * corner[:, None] + 2 * t * (1 - t) * control[:, None] + t**2 * middle[:, None]
            lines.append(np.concatenate([outer[:, None], bend], axis=1))
        shared = [(width + self._widths[other]) / 2 for other in (behind, ahead)]
        points = np.concatenate(lines)
        way = np.hypot(*np.moveaxis(np.diff(points, axis=1), 2, 0)).cumsum(axis=1)
        share = np.pad(way / np.maximum(way[:, -1:], _NO_WAY), ((0, 0), (1, 0)))
        from_width, to_width = np.concatenate(shared)[:, None], np.tile(width, 2)[:, None]
        keeps = np.concatenate([at > 0, at < end]) | (end == 0)
        return points[keeps], (from_width + share * (to_width - from_width))[keeps]


class InkLayer:
    """The sheet of paper with all strokes on it, as one opaque image in the screen's own pixels.

    As long as strokes are only added, or the last one grows, just the new part is drawn; everything else starts from a
    blank sheet. Of a growing stroke the last half piece is not on the image, because it will change: `paint_tail`.

    A line drawn piece by piece must not show where the pieces meet. Smoothed edges painted over each other would darken
    there, so each part is painted on blank paper, and of it and what is there already every pixel takes the one with
    more ink: what lies twice on a place counts once, as it does in the picture for the network.
    """

    def __init__(self) -> None:
        self._image = QImage()
        self._look: tuple[object, ...] = ()
        self._blank = QImage()
        self._ratio = 1.0
        self._sheet = QRectF()
        self._pen_width = 0.0
        self._settled: tuple[Stroke, ...] = ()
        self._live: Stroke | None = None

    def prepare(self, side: int, ratio: float, pen_width: float, grid: bool) -> None:
        """Take a new sheet if its size, the screen, the pen, the theme or the grid have changed."""
        look = (side, ratio, pen_width, grid, theme.current().name)
        if look != self._look:
            self._look, self._ratio, self._pen_width = look, ratio, pen_width
            self._sheet = QRectF(0, 0, side, side)
            self._blank = blank_sheet(side, ratio, grid)
            self._start_again()

    def show(self, strokes: tuple[Stroke, ...], live: bool) -> QRect:
        """Bring the sheet up to date and return the rectangle that changed; with `live` the last stroke still grows."""
        settled = strokes[:-1] if live else strokes
        known = len(self._settled)
        kept = len(settled) >= known and all(a is b for a, b in zip(self._settled, settled, strict=False))
        grown = strokes[known] if kept and len(strokes) > known else None
        changed = QRectF()
        if not kept or not self._continues(grown):
            self._start_again()
            known = 0
            changed = self._sheet
        for stroke in settled[known:]:
            changed |= self._draw(stroke, len(stroke))
            self._live = None
        if live:
            changed |= self._draw(strokes[-1], len(strokes[-1]) - 1)
            self._live = strokes[-1]
        self._settled = settled
        return changed.toAlignedRect()

    def swap_live(self, before: Stroke, after: Stroke) -> None:
        """Go on with a growing stroke that has lost some of its points and looks the same."""
        if self._live is not None and len(self._live) == len(before):
            self._live = after

    def paint(self, painter: QPainter) -> None:
        """Paint the sheet, and what of the growing stroke is not on it yet."""
        painter.drawImage(self._on_screen(self._image.rect()), self._image)
        if self._live is not None:
            end = len(self._live)
            shape = StrokeShape(self._live, self._sheet.width(), self._pen_width, end - 1)
            place = self._pixels(shape.bounds(end - 1))
            if not place.isEmpty():
                tail = self._image.copy(place)
                for part in shape.parts(end - 1, end):
                    self._lay(tail, place.topLeft(), part)
                painter.drawImage(self._on_screen(place), tail)

    def _draw(self, stroke: Stroke, last: int) -> QRectF:
        """Draw a stroke's pieces before the one around point `last`, going on where the growing one ends."""
        first = max(0, len(self._live) - 1) if self._live is not None else 0
        shape = StrokeShape(stroke, self._sheet.width(), self._pen_width, first)
        for part in shape.parts(first, last):
            self._lay(self._image, QPoint(0, 0), part)
        return shape.bounds(first)

    def _lay(self, target: QImage, corner: QPoint, part: Part) -> None:
        """Add a part's ink to an image whose top left pixel is this one of the sheet."""
        bounds = part.bounds()
        place = self._pixels(bounds).intersected(QRect(corner, target.size()))
        if place.isEmpty():
            return
        fresh = self._blank.copy(place)
        with QPainter(fresh) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-place.topLeft())
            painter.scale(self._ratio, self._ratio)
            if not self._sheet.adjusted(*_WITHIN_CORNERS).contains(bounds):  # the paper has round corners
                painter.setClipPath(rounded(self._sheet, theme.CARD_RADIUS))
            part.paint(painter, theme.current().palette.ink)
        keep_extreme(target, fresh, place.topLeft() - corner, lighter=theme.current().is_dark)

    def _pixels(self, bounds: QRectF) -> QRect:
        """Return the image's pixels that a rectangle of the sheet touches."""
        ratio = self._ratio
        scaled = QRectF(bounds.x() * ratio, bounds.y() * ratio, bounds.width() * ratio, bounds.height() * ratio)
        return scaled.intersected(QRectF(self._image.rect())).toAlignedRect()

    def _on_screen(self, place: QRect) -> QRectF:
        ratio = self._ratio
        return QRectF(place.x() / ratio, place.y() / ratio, place.width() / ratio, place.height() / ratio)

    def _continues(self, stroke: Stroke | None) -> bool:
        """Return whether a stroke begins with what has been drawn of the growing one."""
        drawn = self._live
        if drawn is None:
            return True
        return stroke is not None and np.array_equal(stroke.points[: len(drawn)], drawn.points)

    def _start_again(self) -> None:
        self._settled, self._live = (), None
        self._image = self._blank.copy()


def blank_sheet(side: int, ratio: float, grid: bool) -> QImage:
    """Return the empty paper as it lies on the stage, with its shadow in the corners, its line and perhaps its grid."""
    pixels = max(1, ceil(side * ratio))
    image = QImage(pixels, pixels, QImage.Format.Format_RGB32)
    palette = theme.current().palette
    image.fill(palette.window)
    sheet = QRectF(0, 0, side, side)
    with QPainter(image) as painter:
        painter.scale(ratio, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shadow(painter, sheet, theme.CARD_RADIUS)
        painter.fillPath(rounded(sheet, theme.CARD_RADIUS), palette.paper)
        if grid:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(palette.border, 1, Qt.PenStyle.DotLine))
            for quarter in (1, 2, 3):
                at = round(side * quarter / 4)
                painter.drawLine(at, 1, at, side - 2)
                painter.drawLine(1, at, side - 2, at)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.border, 1))
        painter.drawPath(rounded(sheet.adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS - 0.5))
    return image


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    """Return a rectangle with round corners."""
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def paint_shadow(painter: QPainter, rect: QRectF, radius: float) -> None:
    """Paint the soft shadow of paper lying on the stage; in the dark there is none."""
    if theme.current().is_dark:
        return
    shade = QColor(theme.current().palette.ink)
    shade.setAlpha(9)
    for reach in (3.5, 2.0, 1.0):
        painter.fillPath(rounded(rect.adjusted(-reach, 1 - reach, reach, 1 + reach), radius + reach), shade)


def _round_pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _dot(middle: QPointF, width: float) -> Part:
    path = QPainterPath()
    path.addEllipse(middle, width / 2, width / 2)
    return Part(path)


def _outlines(lines: Points, radii: Points) -> Points:
    """Return the outlines of a round pen that changes its width along polylines.

    Parameters
    ----------
    lines : float array, shape (k, n, 2)
    radii : float array, shape (k, n)

    Returns
    -------
    polygons : float array, shape (k, m, 2); NaN where a line has no length
    """
    along = lines[:, -1:] - lines[:, :1]
    steps = np.diff(lines, axis=1)
    still = np.hypot(steps[..., 0], steps[..., 1]) < _NO_WAY
    steps = np.where(still[..., None], along, steps)
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = steps / np.hypot(steps[..., 0], steps[..., 1])[..., None]
        at_points = np.concatenate([steps[:, :1], steps[:, :-1] + steps[:, 1:], steps[:, -1:]], axis=1)
        at_points /= np.hypot(at_points[..., 0], at_points[..., 1])[..., None]
    across = np.stack([-at_points[..., 1], at_points[..., 0]], axis=2) * radii[..., None]
    ahead = at_points * radii[..., None]
    turn = np.linspace(0, np.pi, _STEPS_OF_A_CAP + 1)[1:-1, None]
    end_cap = lines[:, -1:] + np.cos(turn) * across[:, -1:] + np.sin(turn) * ahead[:, -1:]
    start_cap = lines[:, :1] - np.cos(turn) * across[:, :1] - np.sin(turn) * ahead[:, :1]
    return np.concatenate([lines + across, end_cap, (lines - across)[:, ::-1], start_cap], axis=1)
