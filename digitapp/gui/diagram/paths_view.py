"""The painted surface of the strongest paths: what the pointer, the arrow keys and the eye meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.layout import nearest_line
from digitapp.gui.diagram.paths_layout import PathLayout, drawing_ends, lay_out, line_ends
from digitapp.gui.diagram.paths_paint import PathPainter
from digitapp.gui.diagram.paths_picture import PathPicture
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.readout import HoverReadout
from digitapp.inspection.paths import StrongestPaths

_WIDEST, _THINNEST = 6.0, 0.6
_LOUD, _FAINT, _OTHER_OUTPUT = 0.9, 0.10, 0.06
_REACH = 5.0


class Spot(NamedTuple):
    """A shown unit: its layer of weights and its place in the column; layer −1 is the drawing."""

    layer: int
    place: int


class Link(NamedTuple):
    """A shown connection into a layer: places of both ends; from the drawing the source is 0."""

    layer: int
    source: int
    target: int


class _Lines(NamedTuple):
    ends: NDArray[np.float64]  # (n, 4)
    links: list[Link]
    pens: list[tuple[float, float, float]]  # signed strength −1..1 of its layer, width, opacity


class PathsDiagram(QWidget):
    """Paints the strongest paths to one output.

    Signals
    -------
    unit_chosen(layer, unit) : a hidden unit was clicked, or chosen with Space
    unit_opened(layer, unit) : it was double-clicked, or opened with Enter
    output_chosen(unit) : an output was clicked or chosen
    resized : the room for units is different
    """

    unit_chosen = Signal(int, int)
    unit_opened = Signal(int, int)
    output_chosen = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: PathPicture | None = None
        self._layout: PathLayout | None = None
        self._lines: _Lines | None = None
        self._drawn: QPixmap | None = None
        self._hovered: Spot | Link | None = None
        self._focused: Spot | None = None
        self._selected: tuple[int, int] = (-1, -1)
        self._readout = HoverReadout(self)
        self.setObjectName("pathsDiagram")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("The strongest paths to the answer"))
        FocusRing(self)
        theme.current().changed.connect(self._draw_again)

    # What it shows

    def show_picture(self, picture: PathPicture | None) -> None:
        """Show other paths; None shows nothing."""
        self._picture = picture
        self._layout = self._drawn = None
        if picture is None or not self._still_there(self._focused) or not self._still_there(self._hovered):
            self._focused = self._hovered = None
        self._show_readout()
        self.update()

    def show_selected(self, layer: int, unit: int) -> None:
        """Mark the unit whose dossier is open."""
        self._selected = (layer, unit)
        self.update()

    @property
    def places(self) -> PathLayout | None:
        """Where everything stands; None without paths, or where they do not fit."""
        picture = self._picture
        if picture is None:
            return None
        if self._layout is None:
            counts = [len(units) for units in picture.paths.units]
            scale = max(1.0, theme.scaled(100) / 100)
            self._layout = lay_out(picture.ink.shape, counts, self.width(), self.height(), scale)
            self._lines = None if self._layout is None else _make_lines(picture, self._layout)
        return self._layout

    def _still_there(self, thing: Spot | Link | None) -> bool:
        if thing is None or self._picture is None or thing.layer < 0:
            return True
        units = self._picture.paths.units
        place = thing.place if isinstance(thing, Spot) else thing.target
        return thing.layer < len(units) and place < len(units[thing.layer])

    def sizeHint(self) -> QSize:
        return QSize(880, 560)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002
        self._layout = self._drawn = None
        self.resized.emit()

    @Slot()
    def _draw_again(self) -> None:
        self._drawn = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture, layout = self._picture, self.places
        if picture is None:
            return
        if layout is None:
            painter.setPen(theme.current().palette.text2)
            painter.setFont(theme.font("body"))
            text = self.tr("This network has too many layers to be drawn here. A wider window has room for more.")
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)
            return
        on_screen = painter.deviceTransform().m11() == self.devicePixelRatioF()
        if on_screen and painter.paintEngine().type() == QPaintEngine.Type.Raster:
            if self._drawn is None:
                self._drawn = self._make_pixmap(picture, layout)
            painter.drawPixmap(0, 0, self._drawn)
        else:  # a picture to be saved: larger, or of lines and letters
            self._paint_all(painter, picture, layout)
        self._paint_marks(painter, picture, layout)

    def _make_pixmap(self, picture: PathPicture, layout: PathLayout) -> QPixmap:
        """Return all that the pointer does not change: hovering paints only what lies above it."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_all(painter, picture, layout)
        painter.end()
        return pixmap

    def _paint_all(self, painter: QPainter, picture: PathPicture, layout: PathLayout) -> None:
        self._paint_lines(painter)
        PathPainter(painter, picture).paint(layout, self.width())

    def _paint_lines(self, painter: QPainter) -> None:
        lines = self._lines
        if lines is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in sorted(range(len(lines.links)), key=lambda index: lines.pens[index][2]):
            sign, width, opacity = lines.pens[index]
            _draw(painter, lines.ends[index], sign, width, opacity)

    def _paint_marks(self, painter: QPainter, picture: PathPicture, layout: PathLayout) -> None:
        lines, thing = self._lines, self._hovered
        if lines is not None and thing is not None:
            for index, link in enumerate(lines.links):
                if _belongs(link, thing):
                    sign, width, _ = lines.pens[index]
                    _draw(painter, lines.ends[index], sign, width + 1.0, 1.0)
            PathPainter(painter, picture).paint_units(layout)
        for layer, units in enumerate(picture.paths.units[:-1]):
            for place, unit in enumerate(units):
                if (layer, unit) == self._selected:
                    _ring(painter, layout.columns[layer].places[place], 2.5)
        if self.hasFocus() and self._focused is not None and self._focused.layer >= 0:
            _ring(painter, layout.columns[self._focused.layer].places[self._focused.place], 1.5, gap=5)

    # Pointer and keyboard

    def thing_at(self, point: QPointF) -> Spot | Link | None:
        """Return the unit or the connection at a point of the widget."""
        layout, lines = self.places, self._lines
        if layout is None:
            return None
        for layer, column in enumerate(layout.columns):
            for index, place in enumerate(column.places):
                if place.adjusted(-2, -2, 2, 2).contains(point):
                    return Spot(layer, index)
        if layout.drawing.contains(point):
            return Spot(-1, 0)
        if lines is None or not len(lines.ends):
            return None
        nearest, distance = nearest_line(lines.ends, point)
        return lines.links[nearest] if distance <= _REACH else None

    def spot_rect(self, spot: Spot) -> QRectF:
        """Return where a unit stands; empty while nothing is shown."""
        layout = self.places
        if layout is None:
            return QRectF()
        return layout.drawing if spot.layer < 0 else layout.columns[spot.layer].places[spot.place]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        thing = self.thing_at(event.position())
        if thing != self._hovered:
            self._hovered = thing
            clickable = isinstance(thing, Spot) and thing.layer >= 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor)
            self.update()
        self._show_readout(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self._show_readout()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        thing = self.thing_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(thing, Spot):
            self._focused = thing
            self._choose(thing, opens=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        thing = self.thing_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(thing, Spot):
            self._choose(thing, opens=True)

    def _choose(self, spot: Spot, *, opens: bool) -> None:
        if self._picture is None or spot.layer < 0:
            return
        unit = self._picture.paths.units[spot.layer][spot.place]
        if spot.layer == len(self._picture.paths.units) - 1:
            if not opens:
                self.output_chosen.emit(unit)
        else:
            (self.unit_opened if opens else self.unit_chosen).emit(spot.layer, unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._picture is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self._move_focus(*ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._focused is not None:
            is_output = self._focused.layer == len(self._picture.paths.units) - 1
            self._choose(self._focused, opens=key != Qt.Key.Key_Space and not is_output)
        else:
            super().keyPressEvent(event)

    def _move_focus(self, across: int, down: int) -> None:
        assert self._picture is not None
        units = self._picture.paths.units
        old = self._focused
        if old is None or old.layer < 0:
            self._focused = Spot(0, 0)
        else:
            layer = min(max(old.layer + across, 0), len(units) - 1)
            place = old.place + down
            if layer != old.layer:  # to the unit at the same height
                place = round((old.place + 0.5) / len(units[old.layer]) * len(units[layer]) - 0.5)
            self._focused = Spot(layer, min(max(place, 0), len(units[layer]) - 1))
        self._hovered = None
        self._show_readout()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._focused is None and event.reason() != Qt.FocusReason.MouseFocusReason and self._picture is not None:
            self._focused = Spot(0, 0)
        self._show_readout()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_readout()
        self.update()

    def _show_readout(self, point: QPoint | None = None) -> None:
        thing = self._hovered if self._hovered is not None or not self.hasFocus() else self._focused
        if thing is None or self._picture is None or self.places is None or not self.isVisible():
            self._readout.hide()
            return
        paths, words = self._picture.paths, self._picture.words
        if isinstance(thing, Link):
            content = words.link(paths, *thing)
        else:
            content = words.spot(paths, *thing)
            place = self.spot_rect(thing)
            if point is None or thing.layer >= 0:
                point = QPoint(round(place.right()), round(place.center().y()))
        self._readout.show_at(self._readout.pos() - QPoint(14, 14) if point is None else point, *content)
        self.setAccessibleDescription(self._readout.text())

    def readout_text(self) -> str:
        """Return what the panel beside the pointer says, empty while there is none."""
        return self._readout.text() if self._readout.isVisibleTo(self) else ""


def _make_lines(picture: PathPicture, layout: PathLayout) -> _Lines:
    """Return every line: its width is the weight's share of its layer's largest, its opacity what flows."""
    paths = picture.paths
    drive = paths.drive
    ends = [drawing_ends(layout.drawing, layout.columns[0])]
    links = [Link(0, 0, target) for target in range(len(drive))]
    shares = np.abs(_part_of_first(paths))
    pens = _pens(drive[np.newaxis], shares[np.newaxis], np.ones((1, len(drive)), dtype=bool))
    target = paths.units[-1].index(paths.found.output)
    for layer in range(1, len(paths.units)):
        ends.append(line_ends(layout.columns[layer - 1], layout.columns[layer]).reshape(-1, 4))
        weights, flows = paths.weights[layer - 1], paths.flows[layer - 1]
        links += [Link(layer, source, goal) for source in range(len(weights)) for goal in range(weights.shape[1])]
        followed = np.ones(weights.shape, dtype=bool)
        if layer == len(paths.units) - 1:
            followed[:] = False
            followed[:, target] = True
        pens += _pens(weights, np.abs(flows), followed)
    return _Lines(np.concatenate(ends), links, pens)


def _part_of_first(paths: StrongestPaths) -> NDArray[np.floating]:
    """Return what the shown units of the first layer do for the followed output."""
    if paths.found.contributions:
        return paths.found.contributions[0][list(paths.units[0])]
    chosen = np.zeros(len(paths.units[0]))
    chosen[paths.units[0].index(paths.found.output)] = 1
    return chosen


def _pens(
    weights: NDArray[np.floating], flows: NDArray[np.floating], followed: NDArray[np.bool_]
) -> list[tuple[float, float, float]]:
    widest = float(np.nanmax(np.abs(weights), initial=0.0)) or 1.0
    loudest = float(np.nanmax(flows, initial=0.0)) or 1.0
    signs = weights / widest
    opacities = np.where(followed, _FAINT + (_LOUD - _FAINT) * np.clip(flows / loudest, 0, 1), _OTHER_OUTPUT)
    widths = np.clip(_WIDEST * np.abs(signs), _THINNEST, _WIDEST)
    opacities[~np.isfinite(signs)] = _LOUD
    widths[~np.isfinite(signs)] = _THINNEST
    return list(zip(signs.ravel().tolist(), widths.ravel().tolist(), opacities.ravel().tolist(), strict=True))


def _belongs(link: Link, thing: Spot | Link) -> bool:
    if isinstance(thing, Link):
        return link == thing
    if thing.layer < 0:
        return link.layer == 0
    enters = link.layer == thing.layer and link.target == thing.place
    leaves = link.layer == thing.layer + 1 and link.source == thing.place
    return enters or leaves


def _draw(painter: QPainter, ends: NDArray[np.float64], sign: float, width: float, opacity: float) -> None:
    p = theme.current().palette
    color = QColor(p.danger if not np.isfinite(sign) else p.positive if sign > 0 else p.negative)
    color.setAlphaF(opacity if np.isfinite(opacity) else 1.0)
    painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    path = QPainterPath()
    _add_curve(path, ends)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _add_curve(path: QPainterPath, ends: NDArray[np.float64]) -> None:
    x0, y0, x1, y1 = ends.tolist()
    middle = (x0 + x1) / 2
    path.moveTo(x0, y0)
    path.cubicTo(middle, y0, middle, y1, x1, y1)


def _ring(painter: QPainter, place: QRectF, width: float, gap: float = 2.5) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.current().palette.accent, width))
    painter.drawRoundedRect(place.adjusted(-gap, -gap, gap, gap), 9, 9)
