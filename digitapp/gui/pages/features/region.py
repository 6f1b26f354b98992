"""What a unit looks for in a plane: its sum everywhere, the line where it switches, and the points that wake it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui import theme
from digitapp.gui.images import weights_image
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.plane_picture import NO_POINTS, Frame, PlanePicture, PlanePoints, bounds_around, points_of
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import HoverReadout, Label, ReadoutRow, SectionHeader
from digitapp.gui.widgets.numbers import signed
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.colors import Theme, symmetric_limit
from digitapp.inspection.regions import Region, unit_regions

_RADIUS = 8.0
_MARK = 6.0
_LEAST, _LARGEST = 160, 320


class RegionMap(QWidget):
    """A unit's sum over the plane, orange where it wakes and blue where it is quiet, under the points of the data.

    The pointer reads the sum at a place.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._region: Region | None = None
        self._limit = 1.0
        self._points: PlanePoints = NO_POINTS
        self._here: tuple[float, float] | None = None
        self._picture = PlanePicture()
        self._image: tuple[object, tuple[float, Theme], QImage] | None = None
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        offer_picture(self, self.tr("Region of the unit"), "region")

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(width, theme.scaled(_LARGEST))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_LARGEST), theme.scaled(_LARGEST))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, _LEAST)

    def show_region(
        self, region: Region | None, limit: float, points: PlanePoints, here: tuple[float, float] | None
    ) -> None:
        """Show sums up to a limit, the points, and the place that is looked at."""
        self._region, self._limit, self._points, self._here = region, limit, points, here
        self.update()

    @property
    def frame(self) -> Frame | None:
        """Where the plane is painted; None where there is nothing to show."""
        if self._region is None:
            return None
        side = min(self.width(), self.height()) - 2
        return Frame(self._region.bounds, QRectF(1, (self.height() - side) / 2, side, side))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        frame, region = self.frame, self._region
        if frame is None or region is None:
            return
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(frame.area, _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(edge)
        painter.drawImage(frame.area, self._colored(region))
        painter.setPen(QPen(p.text, 1.5))
        painter.drawLines([QLineF(*ends) for ends in frame.all_at(region.border()).reshape(-1, 4).tolist()])
        self._picture.paint_points(painter, frame, self._points, _MARK, self.devicePixelRatioF())
        if self._here is not None and region.bounds.contains(*self._here):
            painter.setPen(QPen(p.accent, 2))
            painter.drawEllipse(frame.at(*self._here), _MARK, _MARK)
        painter.restore()
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawPath(edge)

    def _colored(self, region: Region) -> QImage:
        key = self._limit, theme.current().name
        if self._image is None or self._image[0] is not region.sums or self._image[1] != key:
            self._image = region.sums, key, weights_image(region.sums, *key)
        return self._image[2]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame, region = self.frame, self._region
        self._readout = readout_in(self.window(), self._readout)
        if frame is None or region is None or not frame.area.contains(event.position()):
            self._readout.hide()
            return
        x, y = frame.back(event.position())
        b, (rows, columns) = region.bounds, region.sums.shape
        row = round((b.top - y) / b.height * (rows - 1))
        value = float(region.sums[row, round((x - b.left) / b.width * (columns - 1))])
        title = self.tr("x {0}, y {1}").format(signed(x), signed(y))
        text = signed(value) if np.isfinite(value) else self.tr("not a number")
        point = self.mapTo(self.window(), event.position().toPoint())
        self._readout.show_at(point, title, [ReadoutRow(self.tr("sum"), text)])

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._readout is not None:
            self._readout.hide()


class RegionFace(QWidget):
    """The region of a unit with what it is in a sentence; it takes the place of pictures of ink."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = RegionMap()
        self.text = Label("", "caption", "text2", wrap=True)
        self._dataset: Dataset | None = None
        self._points: PlanePoints = NO_POINTS
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("In the plane")))
        column.addWidget(self.text)
        column.addWidget(self.map)

    def show_unit(self, shown: Snapshot, text: str) -> None:
        """Show the selected unit's region, the points of the data and what is looked at; `text` says what it is."""
        if shown.dataset is not self._dataset:
            self._dataset, self._points = shown.dataset, points_of(shown.dataset)
        bounds, unit, inputs = bounds_around(self._points), shown.selected, shown.answer.inputs
        sums = unit_regions(shown.network, unit.layer, bounds)[unit.unit]
        here = None if inputs is None else (float(inputs.flat[0]), float(inputs.flat[1]))
        self.map.show_region(Region(bounds, sums), symmetric_limit(sums), self._points, here)
        self.map.setAccessibleName(text)
        self.text.setText(text)
