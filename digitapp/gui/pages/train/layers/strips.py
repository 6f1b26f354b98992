"""Layers over time: a row for each, with its weights, gradients, activations, the size of its steps, its dead units."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.train.layers.heat import Column, HeatStrip, of_activations, of_gradients, of_weights, ten_to
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import epoch_text, figure, percent, thousands
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.layer_findings import HEALTHY
from digitapp.inspection.layer_report import BINS

LEAST_STRIP, MOST_STRIP = 38, 150
_CAPTION = 20  # for the ends of its axis, below a strip
_GAP = 12
_NARROW = 100  # pixels of a plot, below which heads are shorter
_KINDS = ("weights", "gradients", "activations")
_SLOWEST, _FASTEST = -5.0, -1.0  # powers of ten of update ÷ weight that are in sight


class Geometry(NamedTuple):
    """Where the columns of a table of layers stand, the same in its head and its rows."""

    name: float
    gap: float
    plot: float
    dead: float

    def left(self, column: int) -> float:
        """Return where a plot begins, 0 to 3, or with 4 the column of dead units."""
        return self.name + self.gap + column * (self.plot + self.gap)


def geometry(width: int) -> Geometry:
    """Return the columns for a width."""
    strong, small = (QFontMetrics(theme.font(role)) for role in ("caption-strong", "tick"))
    name = max(small.horizontalAdvance("1,000 → 1,000"), strong.horizontalAdvance("Layer 10")) + 4
    dead = max(small.horizontalAdvance("100.0 % silent"), strong.horizontalAdvance("100 of 1,000")) + 2
    gap = theme.scaled(_GAP)
    if width < 600:
        name, dead, gap = min(name, width // 8), min(dead, width // 6), theme.scaled(6)
    return Geometry(name, gap, max(24.0, (width - name - dead - 5 * gap) / 4), dead)


@dataclass(frozen=True)
class LayerRow:
    """What is written of a layer.

    Attributes
    ----------
    name, shape : such as "Layer 1" and "784 → 128"
    dead, state : such as "1 of 128" and "52 % silent"
    is_dying : whether any unit is dead
    """

    name: str
    shape: str
    dead: str
    state: str
    is_dying: bool


@dataclass(frozen=True, eq=False)
class LayerPicture:
    """What the strips show.

    Attributes
    ----------
    columns : what is known, by step
    rows : one for each layer
    end : the step at the right end
    per_epoch, start : steps of an epoch, and where step 0 is, in epochs
    place : the step that the window shows, None for now
    gradients : what is said instead of them where the network learns without
    """

    columns: tuple[Column, ...]
    rows: tuple[LayerRow, ...]
    end: int
    per_epoch: int
    start: float = 0.0
    place: int | None = None
    gradients: str = ""

    def epoch(self, step: int) -> float:
        """Return where a step is, in epochs."""
        return self.start + step / self.per_epoch


NOTHING = LayerPicture((), (), 1, 1)


class LayerStrips(QWidget):
    """The rows. Pointer and arrow keys name values at a time; a click or Enter goes there.

    Signals
    -------
    moment_wanted(step) : the time machine is to go to a step
    dead_wanted(layer) : somebody asks for a layer's dead units
    width_changed(width) : a scroll bar came or went, or the window changed
    """

    moment_wanted = Signal(int)
    dead_wanted = Signal(int)
    width_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = NOTHING
        self._strips: list[tuple[HeatStrip, ...]] = []
        self._images: dict[tuple[object, ...], QImage] = {}
        self._cursor: tuple[int, int, float] | None = None  # layer, index of the column, and at which height
        self._kind: int | None = None  # the plot that the pointer is over
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setObjectName("layerStrips")
        self.setAccessibleName(self.tr("Weights, gradients, activations and steps of each layer over time"))
        FocusRing(self, 4)

    # What is shown

    def show_picture(self, picture: LayerPicture) -> None:
        """Show layers; what is known of the same ones already is not worked out again."""
        if len(picture.rows) != len(self._strips) or picture.columns[:1] != self.picture.columns[:1]:
            sources: tuple[Callable[..., object], ...] = (of_weights, of_gradients, of_activations)
            self._strips = [
                tuple(HeatStrip(layer, kind, source) for kind, source in zip(_KINDS, sources, strict=True))  # type: ignore[arg-type]
                for layer in range(len(picture.rows))
            ]
            self._cursor = None
        fresh = picture.columns is not self.picture.columns
        before = self.picture
        if not fresh and (before.rows, before.end, before.place) == (picture.rows, picture.end, picture.place):
            return
        self.picture = picture
        if fresh or picture.end != before.end:
            self._images.clear()
            for strips in self._strips:
                for strip in strips:
                    strip.show(picture.columns)
        self.updateGeometry()
        self._show_readout()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.width_changed.emit(self.width())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(240), self._pitch(LEAST_STRIP) * max(1, len(self.picture.rows)))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(600), self._pitch(58) * max(1, len(self.picture.rows)))

    def _pitch(self, strip: int) -> int:
        return theme.scaled(strip) + theme.scaled(_CAPTION)

    # Where things are

    def strip_rect(self, layer: int, column: int) -> QRectF:
        """Return where a plot of a layer stands: weights, gradients, activations, update ÷ weight."""
        columns, pitch = geometry(self.width()), self._row_pitch
        height = min(pitch - theme.scaled(_CAPTION), theme.scaled(MOST_STRIP))
        return QRectF(round(columns.left(column)), round(layer * pitch), int(columns.plot), int(height))

    @property
    def _row_pitch(self) -> float:
        rows = max(1, len(self.picture.rows))
        return min(self.height() / rows, float(self._pitch(MOST_STRIP)))

    def _layer_at(self, point: QPointF) -> int | None:
        layer = int(point.y() // self._row_pitch)
        return layer if 0 <= layer < len(self.picture.rows) else None

    def _place_at(self, point: QPointF) -> tuple[int, int, float, int] | None:
        """Return layer, column of the story, height from 0 to 1, and plot under the pointer."""
        layer = self._layer_at(point)
        if layer is None or not self.picture.columns:
            return None
        for plot in range(4):
            rect = self.strip_rect(layer, plot)
            if rect.left() <= point.x() <= rect.right():
                share = (point.x() - rect.left()) / rect.width()
                steps = [step for step, _ in self.picture.columns]
                index = int(np.searchsorted(steps, share * self.picture.end, side="right")) - 1
                height = 1 - min(max((point.y() - rect.top()) / rect.height(), 0.0), 1.0)
                return layer, min(max(index, 0), len(steps) - 1), height, plot
        return None

    # Pointer and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        self._cursor, self._kind = (None, None) if place is None else (place[:3], place[3])
        over_dead = self._dead_at(event.position()) is not None
        pointing = place is not None or over_dead
        self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)
        self._show_readout()
        self.update()

    def _dead_at(self, point: QPointF) -> int | None:
        layer = self._layer_at(point)
        if layer is None or not self.picture.rows[layer].is_dying or point.x() < geometry(self.width()).left(4):
            return None
        return layer

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        layer, place = self._dead_at(event.position()), self._place_at(event.position())
        if layer is not None:
            self.dead_wanted.emit(layer)
        elif place is not None:
            self.moment_wanted.emit(self.picture.columns[place[1]][0])

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self._forget_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._forget_cursor()

    def _forget_cursor(self) -> None:
        self._cursor = self._kind = None
        self._show_readout()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns, rows = self.picture.columns, self.picture.rows
        if not columns:
            event.ignore()
            return
        layer, index, height = self._cursor or (0, len(columns), 0.5)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cursor is not None:
            self.moment_wanted.emit(columns[index][0])
            return
        move = ARROWS.get(Qt.Key(event.key()))
        if move is None:
            event.ignore()
            return
        layer = min(max(layer + move.down, 0), len(rows) - 1)
        self._cursor, self._kind = (layer, min(max(index + move.across, 0), len(columns) - 1), height), None
        self._show_readout()
        self.update()

    def _show_readout(self) -> None:
        if self._cursor is None or self._cursor[1] >= len(self.picture.columns):
            if self._readout is not None:
                self._readout.hide()
            return
        layer, index, height = self._cursor
        step, layers = self.picture.columns[index]
        title = self.tr("{0}, epoch {1}, step {2}").format(
            self.picture.rows[layer].name, epoch_text(self.picture.epoch(step)), thousands(step)
        )
        rows = [ReadoutRow(self.tr("update ÷ weight"), _share_text(layers[layer].update))]
        if self._kind is not None and self._kind < 3:
            rows.insert(0, self._row_of(self._strips[layer][self._kind], index, height))
        silent, saturated = layers[layer].silent, layers[layer].saturated
        if not math.isnan(silent):
            rows.append(ReadoutRow(self.tr("silent answers"), percent(silent)))
        if not math.isnan(saturated):
            rows.append(ReadoutRow(self.tr("answers at an end"), percent(saturated)))
        self._readout = readout_in(self.window(), self._readout)
        rect = self.strip_rect(layer, self._kind if self._kind is not None else 0)
        point = QPointF(rect.left() + step / self.picture.end * rect.width(), rect.center().y())
        self._readout.show_at(self.mapTo(self.window(), point.toPoint()), title, rows)
        self.setAccessibleDescription(self._readout.text())

    def _row_of(self, strip: HeatStrip, index: int, height: float) -> ReadoutRow:
        """Return the share of the values that stand where the pointer is."""
        row = min(int((1 - height) * BINS), BINS - 1)
        share = float(strip.shares[row, index]) if strip.shares.size else 0.0
        titles = {
            "weights": self.tr("weights around {0}"),
            "gradients": self.tr("gradients around {0}"),
            "activations": self.tr("activations around {0}"),
        }
        around = strip.text_of(strip.value_at(1 - (row + 0.5) / BINS))
        return ReadoutRow(titles[strip.kind].format(around), percent(share))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for layer, row in enumerate(self.picture.rows):
            around = QRectF(0, layer * self._row_pitch, self.width(), self._row_pitch)
            if around.intersects(QRectF(event.rect())):
                self._paint_row(painter, layer, row)

    def _paint_row(self, painter: QPainter, layer: int, row: LayerRow) -> None:
        p, rect, columns = theme.current().palette, self.strip_rect(layer, 0), geometry(self.width())
        _two_lines(
            painter, QRectF(0, rect.top(), columns.name, rect.height()), (row.name, row.shape), (p.text, p.text2)
        )
        for plot in range(3):
            self._paint_heat(painter, layer, plot)
        self._paint_updates(painter, layer)
        color = p.warning if row.is_dying else p.text
        place = QRectF(columns.left(4), rect.top(), columns.dead, rect.height())
        _two_lines(painter, place, (row.dead, row.state), (color, p.text2), Qt.AlignmentFlag.AlignRight)

    def _paint_heat(self, painter: QPainter, layer: int, plot: int) -> None:
        p, rect, strip = theme.current().palette, self.strip_rect(layer, plot), self._strips[layer][plot]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(rect, p.surface)
        if strip.kind == "gradients" and self.picture.gradients:
            painter.setPen(p.text2)
            painter.setFont(theme.font("tick"))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(rect.adjusted(4, 0, -4, 0), flags, self.picture.gradients)
        elif self.picture.columns:
            painter.drawImage(rect, self._image(strip, layer, round(rect.width() * self.devicePixelRatioF())))
            self._paint_ends(painter, rect, strip.ends)
        self._paint_frame(painter, rect, layer)

    def _image(self, strip: HeatStrip, layer: int, width: int) -> QImage:
        current = theme.current()
        key = layer, strip.kind, width, current.name
        if key not in self._images:
            p = current.palette
            colors: dict[str, Sequence[QColor]] = {
                "weights": (p.negative, p.positive),
                "gradients": (p.gradient,),
                "activations": (p.accent,),
            }
            self._images[key] = strip.image(self._places(width), p.surface, colors[strip.kind])
        return self._images[key]

    def _places(self, width: int) -> NDArray[np.intp]:
        """Return which column each pixel of a strip shows; −1 for what is yet to come."""
        steps = np.array([step for step, _ in self.picture.columns])
        at = (np.arange(width) + 0.5) / width * self.picture.end
        places = np.searchsorted(steps, at, side="right") - 1
        width_of_one = self.picture.end / width
        places[at > steps[-1] + width_of_one] = -1
        return np.where((places < 0) & (at < steps[0] + width_of_one), 0, places).astype(np.intp)

    def _paint_ends(self, painter: QPainter, rect: QRectF, ends: tuple[str, str]) -> None:
        painter.setPen(theme.current().palette.text3)
        painter.setFont(theme.tabular(theme.font("micro")))
        text = self.tr("{0} to {1}").format(*ends)
        place = QRectF(rect.left(), rect.bottom() + 1, rect.width(), theme.scaled(16))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), text)

    def _paint_updates(self, painter: QPainter, layer: int) -> None:
        p, rect = theme.current().palette, self.strip_rect(layer, 3)

        def y(share: float) -> float:
            power = min(max(math.log10(share), _SLOWEST), _FASTEST) if share > 0 else _SLOWEST
            return rect.bottom() - (power - _SLOWEST) / (_FASTEST - _SLOWEST) * rect.height()

        painter.fillRect(rect, p.surface)
        painter.fillRect(
            QRectF(QPointF(rect.left(), y(HEALTHY[1])), QPointF(rect.right(), y(HEALTHY[0]))), p.accent_tint
        )
        known = [(step, layers[layer].update) for step, layers in self.picture.columns]
        known = [(step, share) for step, share in known if not math.isnan(share)]
        points = [QPointF(rect.left() + step / self.picture.end * rect.width(), y(share)) for step, share in known]
        painter.setPen(QPen(p.text2, 1.4))
        painter.drawPolyline(QPolygonF(points))
        if len(points) == 1:
            painter.drawEllipse(points[0], 1.5, 1.5)
        self._paint_ends(painter, rect, (ten_to(round(_SLOWEST)), ten_to(round(_FASTEST))))
        painter.setPen(p.text)
        painter.setFont(theme.tabular(theme.font("tick")))
        newest = _share_text(known[-1][1]) if known else "–"
        painter.drawText(
            rect.adjusted(4, 2, -4, 0), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), newest
        )
        self._paint_frame(painter, rect, layer)

    def _paint_frame(self, painter: QPainter, rect: QRectF, layer: int) -> None:
        """Paint the border, the moment that the window shows, and the cursor."""
        p = theme.current().palette
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        lines: list[tuple[int, QPen]] = []
        if self.picture.place is not None:
            lines.append((self.picture.place, QPen(p.text, 1.5)))
        if self._cursor is not None and self._cursor[1] < len(self.picture.columns):
            own = self._cursor[0] == layer
            pen = QPen(p.text if own else p.text2, 1, Qt.PenStyle.DashLine)
            lines.append((self.picture.columns[self._cursor[1]][0], pen))
        for step, pen in lines:
            x = rect.left() + min(step / self.picture.end, 1.0) * rect.width()
            painter.setPen(pen)
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))


class LayerHeads(QWidget):
    """What the columns of the strips are, on one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._width = 0

    @Slot(int)
    def set_width(self, width: int) -> None:
        """Stand above strips of a width: a scroll bar may take some of theirs."""
        if width != self._width:
            self._width = width
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(240), QFontMetrics(theme.font("caption-strong")).height() + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p, columns = theme.current().palette, geometry(self._width or self.width())
        is_narrow = columns.plot < theme.scaled(_NARROW)
        titles = (
            (self.tr("Weights"), p.text2),
            (self.tr("Gradients"), p.gradient),
            (self.tr("Activations"), p.accent),
            (self.tr("Update ÷ weight"), p.text2),
        )
        painter = QPainter(self)
        painter.setFont(theme.font("tick") if is_narrow else theme.font("caption-strong"))
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        for column, (title, color) in enumerate(titles):
            place = QRectF(columns.left(column), 0, columns.plot, self.height())
            text = self.tr("Update") if column == 3 and metrics.horizontalAdvance(title) > place.width() else title
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.setPen(color)
            painter.drawText(place, int(middle | Qt.AlignmentFlag.AlignLeft), shown)
        place = QRectF(columns.left(4), 0, columns.dead, self.height())
        painter.setPen(p.text2)
        dead = self.tr("Dead") if is_narrow else self.tr("Dead units")
        shown = metrics.elidedText(dead, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, int(middle | Qt.AlignmentFlag.AlignRight), shown)


def _share_text(share: float) -> str:
    return "–" if math.isnan(share) else figure(share, 2)


def _two_lines(
    painter: QPainter,
    place: QRectF,
    texts: tuple[str, str],
    colors: tuple[QColor, QColor],
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Write a name above a caption, in the middle of a place's height."""
    fonts = theme.tabular(theme.font("caption-strong")), theme.tabular(theme.font("tick"))
    heights = [QFontMetrics(font).height() for font in fonts]
    top = place.top() + (place.height() - sum(heights)) / 2
    for text, color, font, height in zip(texts, colors, fonts, heights, strict=True):
        painter.setFont(font)
        painter.setPen(color)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
        line = QRectF(place.left(), top, place.width(), height)
        painter.drawText(line, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        top += height
