"""A plane painted: what a network answers everywhere, the lines between its answers, and points of several classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap

from digitapp.datasets.dataset import Dataset
from digitapp.gui import theme
from digitapp.gui.images import indexed_image
from digitapp.gui.widgets.series import paint_mark
from digitapp.inspection.boundary import UNKNOWN, Bounds, DecisionMap

_SHADES = 63  # of each class: four classes and what is unknown are 253 colours
_STRONGEST = 0.22  # of a class's colour on the paper, where the network is sure
_LEAST_REACH = 1.2  # of the plane from its middle: points of the data sets that ship lie within 1.1 or so
MOST_RINGS = 500
"""Of so many misread points at most, rings are painted: more would cover everything."""


@dataclass(frozen=True, eq=False)
class PlanePoints:
    """Points with their classes.

    Attributes
    ----------
    places : float32 array (n, 2)
    labels : int64 array (n,)
    validates : bool array (n,), those that are not learned from
    """

    places: NDArray[np.float32]
    labels: NDArray[np.int64]
    validates: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.labels)


NO_POINTS = PlanePoints(np.empty((0, 2), np.float32), np.empty(0, np.int64), np.empty(0, np.bool_))


def points_of(dataset: Dataset | None) -> PlanePoints:
    """Return the points of a data set that train or validate, those that train first; none of None."""
    if dataset is None:
        return NO_POINTS
    split, learned = dataset.all_but_test, len(dataset.train)
    return PlanePoints(split.inputs, split.labels, np.arange(len(split)) >= learned)


def bounds_around(points: PlanePoints) -> Bounds:
    """Return the square of the plane in which all points are seen; the same for all points of an ordinary size."""
    farthest = float(np.abs(points.places).max(initial=0.0)) if np.isfinite(points.places).all() else 0.0
    reach = _LEAST_REACH if 1.05 * farthest <= _LEAST_REACH else float(f"{1.08 * farthest:.2g}")
    return Bounds(-reach, reach, -reach, reach)


@dataclass(frozen=True)
class Frame:
    """Where a part of the plane is painted."""

    bounds: Bounds
    area: QRectF

    def at(self, x: float, y: float) -> QPointF:
        """Return where a place of the plane is painted."""
        b, a = self.bounds, self.area
        return QPointF(
            a.left() + (x - b.left) / b.width * a.width(), a.bottom() - (y - b.bottom) / b.height * a.height()
        )

    def back(self, point: QPointF) -> tuple[float, float]:
        """Return what place of the plane is painted there."""
        b, a = self.bounds, self.area
        across, up = (point.x() - a.left()) / max(a.width(), 1e-9), (a.bottom() - point.y()) / max(a.height(), 1e-9)
        return b.left + across * b.width, b.bottom + up * b.height

    def all_at(self, places: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where places (…, 2) are painted."""
        b, a = self.bounds, self.area
        scale = np.array([a.width() / b.width, -a.height() / b.height])
        return np.array([a.left(), a.bottom()]) + (places.astype(np.float64) - np.array([b.left, b.bottom])) * scale

    @property
    def unit(self) -> float:
        """How many pixels a length of 1 across the plane takes."""
        return self.area.width() / self.bounds.width


def map_image(found: DecisionMap) -> QImage:
    """Return a map as a picture, a pixel for each of its places, in the theme's colours."""
    shades = np.rint(found.strengths[::-1] * (_SHADES - 1)).astype(np.uint8)
    labels = found.labels[::-1]
    indices = np.where(labels == UNKNOWN, 4 * _SHADES, labels % 4 * np.uint8(_SHADES) + shades).astype(np.uint8)
    return indexed_image(indices, _table(theme.current().is_dark))


@lru_cache(maxsize=2)
def _table(is_dark: bool) -> NDArray[np.uint8]:
    palette = theme.DARK if is_dark else theme.LIGHT
    paper = np.array(palette.paper.getRgb()[:3], np.float64)  # type: ignore[index]
    shares = np.linspace(0, _STRONGEST, _SHADES)[:, np.newaxis]
    ramps = [paper + shares * (np.array(color.getRgb()[:3]) - paper) for color in palette.series]  # type: ignore[index]
    return np.rint(np.vstack([*ramps, paper])).astype(np.uint8)


class PlanePicture:
    """Paints a map and points, and keeps of both what does not change from one picture to the next."""

    def __init__(self) -> None:
        self._map: tuple[object, QPixmap] | None = None
        self._points: tuple[object, QPixmap] | None = None

    def paint_map(self, painter: QPainter, frame: Frame, found: DecisionMap, ratio: float) -> None:
        """Paint the classes, smoothly between the places of the map, and the lines between them."""
        key = found, _key(frame, ratio)
        if self._map is None or self._map[0] != key:
            self._map = key, _scaled(map_image(found), frame.area, ratio)
        painter.drawPixmap(frame.area.topLeft(), self._map[1])
        paint_lines(painter, frame, found)

    def paint_points(self, painter: QPainter, frame: Frame, points: PlanePoints, size: float, ratio: float) -> None:
        """Paint points, each mark about `size` wide; those that validate are hollow."""
        if not len(points):
            return
        key = points, size, _key(frame, ratio)
        if self._points is None or self._points[0] != key:
            self._points = key, _points_layer(frame, points, size, ratio)
        painter.drawPixmap(frame.area.topLeft(), self._points[1])


def paint_lines(painter: QPainter, frame: Frame, found: DecisionMap, width: float = 2.0) -> None:
    """Paint the lines between the classes of a map."""
    ends = frame.all_at(found.lines).reshape(-1, 4)
    painter.setPen(
        QPen(theme.current().palette.text, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)  # no gaps at corners
    )
    painter.drawLines([QLineF(*line) for line in ends.tolist()])


def paint_rings(painter: QPainter, frame: Frame, places: NDArray[np.floating], radius: float) -> None:
    """Paint the red rings of misread points (n, 2), of `MOST_RINGS` at most."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.current().palette.danger, 1.6))
    for x, y in frame.all_at(places[:MOST_RINGS]).tolist():
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _key(frame: Frame, ratio: float) -> object:
    area = frame.area
    return frame.bounds, area.x() % 1, area.y() % 1, area.width(), area.height(), ratio, theme.current().is_dark


def _blank(area: QRectF, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(area.width() * ratio), round(area.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _scaled(image: QImage, area: QRectF, ratio: float) -> QPixmap:
    """Return a picture whose outermost pixels lie with their middles on the edges of the area."""
    pixmap = _blank(area, ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    half_x, half_y = area.width() / (image.width() - 1) / 2, area.height() / (image.height() - 1) / 2
    painter.drawImage(QRectF(-half_x, -half_y, area.width() + 2 * half_x, area.height() + 2 * half_y), image)
    painter.end()
    return pixmap


def _points_layer(frame: Frame, points: PlanePoints, size: float, ratio: float) -> QPixmap:
    pixmap = _blank(frame.area, ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    local = Frame(frame.bounds, QRectF(0, 0, frame.area.width(), frame.area.height()))
    half = _side(size) / 2
    places = (local.all_at(points.places) - half).tolist()
    # Those that validate, a few, lie above those that they are compared with.
    for index in np.argsort(points.validates, kind="stable").tolist():
        mark = _mark(int(points.labels[index]), size, ratio, bool(points.validates[index]), theme.current().is_dark)
        painter.drawPixmap(QPointF(*places[index]), mark)
    painter.end()
    return pixmap


def _side(size: float) -> float:
    return 1.5 * size + 2


@lru_cache(maxsize=256)
def _mark(label: int, size: float, ratio: float, hollow: bool, is_dark: bool) -> QPixmap:  # noqa: ARG001 - a key
    """Return a mark in the middle of a square."""
    side = _side(size)
    pixmap = _blank(QRectF(0, 0, side, side), ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    middle = QPointF(side / 2, side / 2)
    paint_mark(painter, label, middle, size, outline=theme.current().palette.paper, hollow=hollow)
    painter.end()
    return pixmap
