"""A plane to look at: what a network answers everywhere, with the points that it learns from."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.plane_picture import (
    MOST_RINGS,
    NO_POINTS,
    Frame,
    PlanePicture,
    PlanePoints,
    bounds_around,
    paint_rings,
)
from digitapp.inspection.boundary import DecisionMap

LEAST_PULL = 0.02
"""The share of the strongest pull from which a point is said to pull."""
_RADIUS = 8.0  # of the corners
_LARGE = 480.0  # pixels a side, at which marks have the size that they have on the canvas


class PlaneMap(QWidget):
    """A square with a decision map, its lines, and points: hollow ones validate, ringed ones are misread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: DecisionMap | None = None
        self._points = NO_POINTS
        self._misread: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._pulls: NDArray[np.floating] = np.empty(0)
        self._framed: int | None = None
        self._picture = PlanePicture()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(280), theme.scaled(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(96), theme.scaled(96))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def show_map(self, found: DecisionMap | None) -> None:
        """Show what a network answers; None for nothing, as long as nothing is known."""
        self._map = found
        self.update()

    def show_points(self, points: PlanePoints, misread: NDArray[np.bool_] | None = None) -> None:
        """Show points, and which of them (n,) are misread."""
        self._points = points
        self._misread = np.zeros(len(points), np.bool_) if misread is None else misread
        self.update()

    def show_pulls(self, pulls: NDArray[np.floating] | None) -> None:
        """Show how strongly each of the first points pulls at the network, (n,), by a wider ring; None for nothing."""
        self._pulls = np.empty(0) if pulls is None else pulls
        self.update()

    def show_framed(self, index: int | None) -> None:
        """Frame a point, such as the one that was learned last; None for none."""
        self._framed = index
        self.update()

    @property
    def frame(self) -> Frame:
        """Where the plane is painted: a square in the middle."""
        side = float(min(self.width(), self.height()))
        area = QRectF(round((self.width() - side) / 2), round((self.height() - side) / 2), side, side)
        return Frame(self._map.bounds if self._map is not None else bounds_around(self._points), area)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette, frame = theme.current().palette, self.frame
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPainterPath()
        edge.addRoundedRect(frame.area.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(edge)
        painter.fillPath(edge, palette.paper)
        if self._map is not None:
            self._picture.paint_map(painter, frame, self._map, self.devicePixelRatioF())
        size = max(4.5, 10.0 * min(1.0, frame.area.width() / _LARGE))
        self._picture.paint_points(painter, frame, self._points, size, self.devicePixelRatioF())
        if self._pulls.any():
            self._paint_pulls(painter, frame, size)
        if self._misread.any():
            paint_rings(painter, frame, self._points.places[self._misread], size)
        if self._framed is not None and self._framed < len(self._points):
            self._paint_frame(painter, frame.at(*self._points.places[self._framed].tolist()), size)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(palette.border_strong, 1))
        painter.drawPath(edge)

    def _paint_pulls(self, painter: QPainter, frame: Frame, size: float) -> None:
        shares = self._pulls / self._pulls.max()
        strongest = np.argsort(-shares, kind="stable")[:MOST_RINGS]
        chosen = strongest[shares[strongest] > LEAST_PULL]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().palette.text, 1))
        for (x, y), share in zip(frame.all_at(self._points.places[chosen]).tolist(), shares[chosen], strict=True):
            radius = size * (0.75 + 1.25 * math.sqrt(share))
            painter.drawEllipse(QPointF(x, y), radius, radius)

    @staticmethod
    def _paint_frame(painter: QPainter, middle: QPointF, size: float) -> None:
        palette, reach = theme.current().palette, 1.25 * size
        square = QRectF(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(palette.paper, 5), QPen(palette.text, 2)):  # seen on any colour of the map
            painter.setPen(pen)
            painter.drawRoundedRect(square, 3, 3)
