"""The small pictures of a unit's dossier: a bar for each class, and the samples that wake it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.translation import Name, itemised, listed
from digitapp.gui.widgets import HoverReadout, ReadoutRow
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.looks import Examples

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_TITLE = 22
_GAP, _BLOCK_GAP = 3, 12
_LEAST_SIDE, _LARGEST_SIDE = 28, 44


class Chart(QWidget):
    """A painted picture of fixed height with a readout for the place under the pointer."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self._hovered: int | None = None
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(288, theme.scaled(self._height))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, theme.scaled(self._height))

    def part_at(self, point: QPointF) -> int | None:
        """Return which part of the picture is under a point."""
        raise NotImplementedError

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        """Return title and rows of a part's readout."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        part = self.part_at(event.position())
        if part != self._hovered:
            self._hovered = part
            self.update()
        self._show_readout(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self._show_readout(QPoint())
        self.update()

    def _show_readout(self, point: QPoint) -> None:
        # The panel may be larger than the picture, so it stands on what holds the picture.
        host = self.window()
        self._readout = readout_in(host, self._readout)
        if self._hovered is None:
            self._readout.hide()
        else:
            self._readout.show_at(self.mapTo(host, point), *self.describe(self._hovered), above=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        if self._readout is not None:
            self._readout.hide()


class VotesChart(Chart):
    """A bar up or down for each class: how a unit speaks for it or against it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(100, parent)
        self._votes: NDArray[np.floating] = np.zeros(0)
        self._names: tuple[str, ...] = ()

    def set_votes(self, votes: NDArray[np.floating], names: tuple[str, ...]) -> None:
        """Show one vote for each class, shape (classes,)."""
        self._votes, self._names = np.nan_to_num(votes), names
        cast = zip(names, self._votes, strict=True)
        said = itemised(self.tr("{0} {1}").format(name, signed(float(vote))) for name, vote in cast)
        self.setAccessibleName(self.tr("Votes: {0}").format(said))
        self.update()

    def part_at(self, point: QPointF) -> int | None:
        count = len(self._votes)
        part = int(point.x() * count / self.width()) if count else -1
        return part if 0 <= part < count else None

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        title = self.tr("Vote for {0}").format(self._names[part])
        return title, [ReadoutRow(self.tr("weight"), signed(float(self._votes[part]), 4))]

    def color(self, value: float) -> QColor:
        """Return the colour of a bar."""
        p = theme.current().palette
        return p.positive if value > 0 else p.negative

    def label(self, value: float) -> str:
        """Return the number beside a bar."""
        return signed(value, 1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = len(self._votes)
        if not count:
            return
        value_font, name_font = theme.tabular(theme.font("micro")), theme.tabular(theme.font("caption"))
        value_height = QFontMetricsF(value_font).height()
        names = QRectF(0, self.height() - QFontMetricsF(name_font).height() - 4, self.width(), 0)
        room = QRectF(0, value_height, self.width(), names.top() - 2 * value_height - 2)
        high, low = max(0.0, float(self._votes.max())), min(0.0, float(self._votes.min()))
        span = high - low
        # Nothing but zeros stand in the middle.
        zero = room.top() + room.height() * (high / span if span else 0.5)
        span = span or 1.0
        pitch = self.width() / count
        thickness = min(24.0, pitch * 0.72)
        strongest = {end for end in (int(np.argmax(self._votes)), int(np.argmin(self._votes))) if self._votes[end]}
        for index, vote in enumerate(self._votes.tolist()):
            middle = (index + 0.5) * pitch
            length = abs(vote) / span * room.height()
            top = zero - length if vote > 0 else zero
            color = self.color(vote)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color if index != self._hovered else theme.blend(color, p.text, 0.25))
            painter.drawRoundedRect(QRectF(middle - thickness / 2, top, thickness, max(length, 1)), 1.5, 1.5)
            painter.setFont(value_font)
            painter.setPen(p.text2)
            edge = top - value_height if vote > 0 else zero + length
            painter.drawText(QRectF(middle - pitch / 2, edge, pitch, value_height), _CENTRE, self.label(vote))
            painter.setFont(theme.tabular(theme.font("caption-strong")) if index in strongest else name_font)
            painter.setPen(p.text if index in strongest else p.text2)
            place = QRectF(middle - pitch / 2, names.top(), pitch, self.height() - names.top())
            painter.drawText(place, _CENTRE, self._names[index])
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(0, round(zero) + 0.5), QPointF(self.width(), round(zero) + 0.5))


class LossChart(VotesChart):
    """How the accuracy of each class changes without the unit, in percentage points: bars down are losses."""

    def set_losses(self, change: NDArray[np.floating], names: tuple[str, ...]) -> None:
        """Show one change for each class, shape (classes,), in points; nan for a class without samples."""
        self.set_votes(change, names)
        changes = zip(names, self._votes, strict=True)
        said = itemised(self.tr("{0} {1}").format(name, self.label(float(value))) for name, value in changes)
        self.setAccessibleName(self.tr("Change of accuracy in points: {0}").format(said))

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        title = self.tr("Accuracy for {0} without the unit").format(self._names[part])
        return title, [ReadoutRow(self.tr("points"), signed(float(self._votes[part])))]

    def color(self, value: float) -> QColor:
        p = theme.current().palette
        return p.accent if value < 0 and value <= float(self._votes.min()) else p.bar_strong


class ExampleBlocks(Chart):
    """Blocks of three by three samples, each with its name: those that wake a unit most, just so, and least."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(_TITLE + 3 * _LEAST_SIDE + 2 * _GAP, parent)
        self._names = tuple(names)
        self._blocks: tuple[Examples, ...] = ()
        self._shape = (1, 1)
        self._class_names: tuple[str, ...] = ()
        self._places: list[tuple[QRectF, int, int]] = []

    def set_blocks(self, blocks: Sequence[Examples], shape: tuple[int, int], class_names: tuple[str, ...]) -> None:
        """Show examples, their images of (rows, columns) pixels; none for an empty picture."""
        self._blocks, self._shape, self._class_names = tuple(blocks), shape, class_names
        self._places = []
        labels = (listed(class_names[int(label)] for label in block.labels) for block in self._blocks)
        named = zip(self._names, labels, strict=False)
        self.setAccessibleName(itemised(self.tr("{0}: {1}").format(name, said) for name, said in named))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(288, round(theme.scaled(_TITLE) + 3 * self._side() + 2 * _GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _side(self) -> float:
        block = (self.width() - (len(self._names) - 1) * _BLOCK_GAP) / len(self._names)
        return min(max((block - 2 * _GAP) // 3, 16), _LARGEST_SIDE)

    def part_at(self, point: QPointF) -> int | None:
        hits = (part for part, (place, _, _) in enumerate(self._places) if place.contains(point))
        return next(hits, None)

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        _, block, index = self._places[part]
        examples = self._blocks[block]
        title = self.tr("{0:A}").format(Name(self._class_names[int(examples.labels[index])]))
        return title, [ReadoutRow(self.tr("sum"), signed(float(examples.sums[index])))]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, top = self._side(), theme.scaled(_TITLE)
        pitch = (self.width() + _BLOCK_GAP) / len(self._names)
        self._places = []
        for block, name in enumerate(self._names):
            left = block * pitch
            painter.setFont(theme.font("caption"))
            painter.setPen(p.text2)
            painter.drawText(QRectF(left, 0, pitch - _BLOCK_GAP, top - 4), _LEFT, name)
            if block >= len(self._blocks):
                continue
            for index, pixels in enumerate(self._blocks[block].images[:9]):
                row, column = divmod(index, 3)
                x, y = left + column * (side + _GAP), top + row * (side + _GAP)
                place = QRectF(round(x), round(y), side, side)
                self._places.append((place, block, index))
                self._paint_example(painter, place, pixels.reshape(self._shape), len(self._places) - 1)

    def _paint_example(self, painter: QPainter, place: QRectF, pixels: NDArray[np.floating], part: int) -> None:
        current = theme.current()
        p = current.palette
        shape = QPainterPath()
        shape.addRoundedRect(place, 4, 4)
        painter.fillPath(shape, p.paper)
        ratio = self.devicePixelRatioF()
        scale = max(1, int((place.height() - 2) * ratio / max(self._shape))) / ratio
        size = QPointF(self._shape[1] * scale, self._shape[0] * scale)
        inside = QRectF(place.center() - size / 2, place.center() + size / 2)
        inside.moveTo(round(inside.left() * ratio) / ratio, round(inside.top() * ratio) / ratio)
        painter.drawImage(inside, ink_image(pixels, current.name))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.text2 if part == self._hovered else p.border, 1))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def plain(value: float) -> str:
    """Return an activation with two decimals, or a dash for what is no number."""
    return decimal(value) if np.isfinite(value) else "–"
