"""The total cost over two directions: a map with lines of equal cost, the path of a run, and a point to drag."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import heights_image
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import round_ticks, tick_text
from digitapp.gui.plots.relief import Relief, Surface
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.gui.widgets.numbers import figure

_BAR, _GAP = 14, 8
_POINT, _MOMENT = 6.0, 1.8


class SurfaceMap(QWidget):
    """The map.

    Signals
    -------
    grabbed, released : a drag begins, and has ended
    moved(u, v) : the point is to go there, by the pointer
    stepped(du, dv) : the point is to go so far, by a key
    left : the keyboard's focus has gone elsewhere
    """

    grabbed = Signal()
    released = Signal()
    moved = Signal(float, float)
    stepped = Signal(float, float)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._relief: Relief | None = None
        self._place = (math.nan, math.nan)
        self._path: NDArray[np.float64] = np.empty((0, 2))
        self._names = ("", "")
        self._is_locked = self._is_dragged = self._is_stale = False
        offer_picture(self, self.tr("Error surface"), "error-surface")
        self.setObjectName("surfaceMap")
        self.setAccessibleName(self.tr("Map of the total cost; arrow keys move the point"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(560), theme.scaled(440))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(320), theme.scaled(260))

    # What is shown

    def show_surface(self, surface: Surface) -> None:
        """Show costs."""
        self._relief, self._is_stale = Relief(surface), False
        self.update()

    def set_stale(self) -> None:
        """Show that the costs are those of a network that is not shown any more: paler, until others come."""
        self._is_stale = True
        self.update()

    def set_place(self, u: float, v: float, *, is_locked: bool) -> None:
        """Put the point somewhere; a locked one cannot be dragged."""
        self._place, self._is_locked = (u, v), is_locked
        self.setCursor(Qt.CursorShape.ArrowCursor if is_locked else Qt.CursorShape.CrossCursor)
        self.setAccessibleDescription(self.tr("The point is at {0} and {1}.").format(figure(u), figure(v)))
        self.update()

    def set_path(self, path: NDArray[np.float64]) -> None:
        """Show where a run went, (moments, 2), from its beginning to its end."""
        self._path = path
        self.update()

    def set_names(self, across: str, up: str) -> None:
        """Name what is along the axes."""
        self._names = across, up
        self.update()

    @property
    def surface(self) -> Surface | None:
        """What is shown, None before there are costs."""
        return None if self._relief is None else self._relief.surface

    @property
    def scale(self) -> tuple[str, ...]:
        """The numbers at the lines of equal cost, from the lowest to the highest."""
        return () if self._relief is None else tuple(map(tick_text, self._relief.levels.tolist()))

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._relief is not None and not self._is_locked:
            self._is_dragged = True
            self.grabbed.emit()
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._go_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        if self._is_dragged:
            self._is_dragged = False
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._is_locked:
            super().keyPressEvent(event)
        else:
            size = step_of(event.modifiers())
            self.stepped.emit(step.across * size, -step.down * size)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def _go_to(self, point: QPointF) -> None:
        surface, plot = self._surface, self._plot()
        values = []
        for axis, share in (
            (surface.us, (point.x() - plot.left()) / max(1.0, plot.width())),
            (surface.vs, (plot.bottom() - point.y()) / max(1.0, plot.height())),
        ):
            reach = float(axis[-1] - axis[0])
            places = max(0, math.ceil(-math.log10(reach / max(1.0, plot.width()))))
            values.append(round(float(axis[0]) + min(1.0, max(0.0, share)) * reach, places))
        self.moved.emit(*values)

    # Painting

    def _plot(self) -> QRectF:
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        numbers = max((metrics.horizontalAdvance(text) for text in self.scale), default=20)
        left = (
            metrics.height() + _GAP + max((metrics.horizontalAdvance(tick_text(t)) for t in self._ticks(1)), default=20)
        )
        below = 2 * metrics.height() + 2 * _GAP
        return QRectF(self.rect()).adjusted(left + _GAP, _GAP, -_BAR - numbers - 3 * _GAP, -below)

    def _ticks(self, axis: int) -> list[float]:
        if self._relief is None:
            return []
        values = (self._surface.us, self._surface.vs)[axis]
        return round_ticks(float(values[0]), float(values[-1]), 7)

    def at(self, u: float, v: float) -> QPointF:
        """Return where a place is in the widget. There must be a surface."""
        surface, plot = self._surface, self._plot()
        across = (u - surface.us[0]) / (surface.us[-1] - surface.us[0])
        up = (v - surface.vs[0]) / (surface.vs[-1] - surface.vs[0])
        return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._relief is None:
            return
        painter.setOpacity(0.5 if self._is_stale else 1.0)
        self._relief.paint(painter, self._plot())
        painter.setOpacity(1.0)
        self._paint_axes(painter)
        self._paint_scale(painter, self._relief)
        painter.save()
        painter.setClipRect(self._plot())
        self._paint_path(painter)
        painter.restore()
        self._paint_point(painter)

    @property
    def _surface(self) -> Surface:
        """The surface; there must be one."""
        assert self._relief is not None
        return self._relief.surface

    def _paint_axes(self, painter: QPainter) -> None:
        p, plot, surface = theme.current().palette, self._plot(), self._surface
        font = theme.tabular(theme.font("tick"))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QPen(p.border_strong, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot)
        painter.setPen(p.text2)
        height = metrics.height()
        for tick in self._ticks(0):
            x = self.at(tick, float(surface.vs[0])).x()
            place = QRectF(x - 40, plot.bottom() + _GAP / 2, 80, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), tick_text(tick))
        for tick in self._ticks(1):
            y = self.at(float(surface.us[0]), tick).y()
            place = QRectF(0, y - height / 2, plot.left() - _GAP / 2, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_text(tick))
        place = QRectF(plot.left(), plot.bottom() + height + _GAP, plot.width(), height)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), self._names[0])
        painter.save()
        painter.translate(0, plot.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, plot.height(), height), int(Qt.AlignmentFlag.AlignHCenter), self._names[1])
        painter.restore()

    def _paint_scale(self, painter: QPainter, relief: Relief) -> None:
        p, plot = theme.current().palette, self._plot()
        bar = QRectF(plot.right() + 2 * _GAP, plot.top(), _BAR, plot.height())
        steps = np.linspace(1, 0, 251)[:, np.newaxis]
        painter.drawImage(bar, heights_image(steps, theme.current().name))
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawRect(bar)
        painter.setPen(p.text2)
        metrics = painter.fontMetrics()
        lowest = math.inf
        for share, text in zip(relief.shares(relief.levels).tolist(), self.scale, strict=True):
            y = bar.bottom() - share * bar.height()
            if lowest - y < metrics.height():
                continue  # numbers that would lie on each other
            lowest = y
            place = QRectF(bar.right() + _GAP / 2, y - metrics.height() / 2, 80, metrics.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
            painter.drawLine(QPointF(bar.left(), y), QPointF(bar.right(), y))

    def _paint_path(self, painter: QPainter) -> None:
        if len(self._path) < 2 or self._relief is None:
            return
        p = theme.current().palette
        places = [QPointF(*place) for place in self._relief.in_place(self._path, self._plot()).tolist()]
        for color, width in ((p.surface, 4.0), (p.text, 1.6)):  # an outline, for the ground may be light or dark
            painter.setPen(QPen(color, width))
            painter.drawPolyline(QPolygonF(places))
        painter.setPen(QPen(p.text, 1.6))
        painter.setBrush(p.surface)
        painter.drawEllipse(places[0], 3.5, 3.5)  # hollow where it began
        painter.setBrush(p.text)
        for place in places[1:-1]:
            painter.drawEllipse(place, _MOMENT, _MOMENT)
        painter.drawEllipse(places[-1], 3.5, 3.5)

    def _paint_point(self, painter: QPainter) -> None:
        u, v = self._place
        if not (math.isfinite(u) and math.isfinite(v)):
            return
        p, place = theme.current().palette, self.at(u, v)
        if not self._plot().adjusted(-1, -1, 1, 1).contains(place):
            return
        painter.setPen(QPen(p.surface, 2.5))
        painter.setBrush(p.text3 if self._is_locked else p.accent)
        painter.drawEllipse(place, _POINT + 1, _POINT + 1)
