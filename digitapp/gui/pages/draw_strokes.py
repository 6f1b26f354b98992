"""Strokes on the screen: smoothed lines, and a cache that makes a long drawing as quick to extend as a short one."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from digitapp.drawing.ink import Stroke
from digitapp.gui import theme

Points = NDArray[np.float64]

_PIECES_A_PATH = 48  # Qt's stroker slows down more than in proportion on long paths
_WITHIN_CORNERS = (4.0, 4.0, -4.0, -4.0)  # a rectangle this far inside does not touch the round corners
_LEAST_BEND = 0.05  # pixels
_STEPS_OF_A_BEND = 8  # straight steps per bend where the pressure changes along it


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

    def paint(self, painter: QPainter, color: QColor, first: int, last: int) -> None:
        """Draw the pieces around the points first <= i < last."""
        first, last = max(first - self._skipped, 0), last - self._skipped
        if last <= first:
            return
        if np.ptp(self._widths[max(0, first - 1) : last + 1]) < 0.5:
            for start in range(first, last, _PIECES_A_PATH):
                self._paint_even(painter, color, start, min(last, start + _PIECES_A_PATH))
        else:
            for i in range(first, last):
                self._paint_by_pressure(painter, color, i)

    def bounds(self, first: int) -> QRectF:
        """Return the rectangle that holds everything from the piece around a point to the stroke's end."""
        start = max(0, first - self._skipped - 1)
        reach = float(self._widths[start:].max()) / 2 + 1.5
        left, top = self._xy[start:].min(axis=0) - reach
        right, bottom = self._xy[start:].max(axis=0) + reach
        return QRectF(left, top, right - left, bottom - top)

    def _paint_even(self, painter: QPainter, color: QColor, first: int, last: int) -> None:
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
        pen = _round_pen(color, float(self._widths[first:last].mean()))
        if path.length() > 0:
            painter.strokePath(path, pen)
        else:  # a path without length has no direction for its caps
            painter.setPen(pen)
            painter.drawPoint(path.currentPosition())

    def _paint_by_pressure(self, painter: QPainter, color: QColor, i: int) -> None:
        line, widths = self._flattened(i)
        for start, stop, width in zip(line[:-1], line[1:], widths, strict=True):
            painter.setPen(_round_pen(color, float(width)))
            painter.drawLine(QLineF(*start, *stop))

    def _flattened(self, i: int) -> tuple[Points, Points]:
        """Return the piece around point i as a polyline, and the width of each of its lines."""
        end = len(self._xy) - 1
        before, after = self._middles[max(i - 1, 0)], self._middles[min(i, end - 1)]
        width = self._widths[i]
        width_before, width_after = (
            (width + self._widths[max(i - 1, 0)]) / 2,
            (width + self._widths[min(i + 1, end)]) / 2,
        )
        if i == 0:
            line = np.stack([self._xy[0], after])
        elif i == end:
            line = np.stack([before, self._xy[end]])
        elif not self._bends[i - 1]:
            line = np.stack([before, self._xy[i], after])
        else:
            t = np.linspace(0, 1, _STEPS_OF_A_BEND + 1)[:, None]
            bend = (1 - t) ** 2 * self._bend_start[i - 1] + 2 * t * (1 - t) * self._xy[i] + t**2 * self._bend_end[i - 1]
            line = np.vstack([before, bend, after])
        share = (np.arange(len(line) - 1) + 0.5) / (len(line) - 1)
        return line, np.interp(share, [0, 0.5, 1], [width_before, width, width_after])


class InkLayer:
    """The sheet of paper with all strokes on it, as one opaque image.

    As long as strokes are only added, or the last one grows, just the new part is drawn; everything else starts from a
    blank sheet. Of a growing stroke the last half piece is not on the image, because it will change: `paint_tail`.
    """

    def __init__(self) -> None:
        self.image = QImage()
        self._look: tuple[object, ...] = ()
        self._blank = QImage()
        self._below_live = QImage()
        self._sheet = QRectF()
        self._pen_width = 0.0
        self._settled: tuple[Stroke, ...] = ()
        self._live: Stroke | None = None

    def prepare(self, side: int, ratio: float, pen_width: float, grid: bool) -> None:
        """Take a new sheet if its size, the screen, the pen, the theme or the grid have changed."""
        look = (side, ratio, pen_width, grid, theme.current().name)
        if look != self._look:
            self._look, self._pen_width = look, pen_width
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
        elif self._live is not None and len(settled) > known:
            # Pieces drawn one by one show where they meet: a stroke that has ended is drawn anew, as a whole.
            self.image, self._live = self._below_live, None
        changed |= self._draw(settled[known:])
        if live:
            if self._live is None:
                self._below_live = self.image.copy()
            drawn = len(self._live) if self._live is not None else 0
            self._live = strokes[-1]
            changed |= self._draw((self._live,), max(0, drawn - 1), len(self._live) - 1)
        self._settled = settled
        return changed.toAlignedRect()

    def _draw(self, strokes: tuple[Stroke, ...], first: int = 0, last: int | None = None) -> QRectF:
        changed = QRectF()
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for stroke in strokes:
            changed |= self._paint(painter, stroke, first, len(stroke) if last is None else last)
        painter.end()
        return changed

    def paint_tail(self, painter: QPainter) -> None:
        """Draw what of the growing stroke is not on the image yet."""
        if self._live is not None:
            self._paint(painter, self._live, len(self._live) - 1, len(self._live))

    def _paint(self, painter: QPainter, stroke: Stroke, first: int, last: int) -> QRectF:
        shape = StrokeShape(stroke, self._sheet.width(), self._pen_width, first)
        bounds = shape.bounds(first)
        at_edge = not self._sheet.adjusted(*_WITHIN_CORNERS).contains(bounds)
        painter.setClipping(False)
        if at_edge:  # the paper has round corners
            painter.setClipPath(rounded(self._sheet, theme.CARD_RADIUS))
        shape.paint(painter, theme.current().palette.ink, first, last)
        return bounds

    def _continues(self, stroke: Stroke | None) -> bool:
        """Return whether a stroke begins with what has been drawn of the growing one."""
        drawn = self._live
        if drawn is None:
            return True
        return stroke is not None and np.array_equal(stroke.points[: len(drawn)], drawn.points)

    def _start_again(self) -> None:
        self._settled, self._live = (), None
        self.image = self._blank.copy()


def blank_sheet(side: int, ratio: float, grid: bool) -> QImage:
    """Return the empty paper as it lies on the stage, with its shadow in the corners, its line and perhaps its grid."""
    pixels = max(1, ceil(side * ratio))
    image = QImage(pixels, pixels, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    palette = theme.current().palette
    image.fill(palette.window)
    sheet = QRectF(0, 0, side, side)
    painter = QPainter(image)
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
    painter.end()
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
