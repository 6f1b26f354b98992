"""The small pictures of a unit's dossier: its votes, its sums over the data, the samples that wake it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHideEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.pages.features_evidence import Examples
from digitapp.gui.widgets import HoverReadout, ReadoutRow
from digitapp.gui.widgets.numbers import decimal, percent, signed
from digitapp.inspection.dossier import UnitFacts

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ROW_GAP = 6


class _Chart(QWidget):
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
        if self._readout is None or self._readout.parentWidget() is not host:
            self._readout = HoverReadout(host)
        if self._hovered is None:
            self._readout.hide()
        else:
            self._readout.show_at(self.mapTo(host, point), *self.describe(self._hovered), above=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        if self._readout is not None:
            self._readout.hide()


class VotesChart(_Chart):
    """A bar up or down for each class: how a unit speaks for it or against it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(112, parent)
        self._votes: NDArray[np.floating] = np.zeros(0)
        self._names: tuple[str, ...] = ()

    def set_votes(self, votes: NDArray[np.floating], names: tuple[str, ...]) -> None:
        """Show one vote for each class, shape (classes,)."""
        self._votes, self._names = np.nan_to_num(votes), names
        strong = ", ".join(f"{name} {signed(float(vote))}" for name, vote in zip(names, self._votes, strict=True))
        self.setAccessibleName(self.tr("Votes: {0}").format(strong))
        self.update()

    def part_at(self, point: QPointF) -> int | None:
        count = len(self._votes)
        part = int(point.x() * count / self.width()) if count else -1
        return part if 0 <= part < count else None

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        title = self.tr("Vote for {0}").format(self._names[part])
        return title, [ReadoutRow(self.tr("weight"), signed(float(self._votes[part]), 4))]

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
        span = (high - low) or 1.0
        zero = room.top() + room.height() * high / span
        pitch = self.width() / count
        thickness = min(24.0, pitch * 0.72)
        strongest = {int(np.argmax(self._votes)), int(np.argmin(self._votes))} if span else set()
        for index, vote in enumerate(self._votes.tolist()):
            middle = (index + 0.5) * pitch
            length = abs(vote) / span * room.height()
            top = zero - length if vote > 0 else zero
            color = p.positive if vote > 0 else p.negative
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color if index != self._hovered else theme.blend(color, p.text, 0.25))
            painter.drawRoundedRect(QRectF(middle - thickness / 2, top, thickness, max(length, 1)), 1.5, 1.5)
            painter.setFont(value_font)
            painter.setPen(p.text2)
            edge = top - value_height if vote > 0 else zero + length
            painter.drawText(QRectF(middle - pitch / 2, edge, pitch, value_height), _CENTRE, signed(vote, 1))
            painter.setFont(theme.tabular(theme.font("caption-strong")) if index in strongest else name_font)
            painter.setPen(p.text if index in strongest else p.text2)
            place = QRectF(middle - pitch / 2, names.top(), pitch, self.height() - names.top())
            painter.drawText(place, _CENTRE, self._names[index])
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(0, round(zero) + 0.5), QPointF(self.width(), round(zero) + 0.5))


class SumsHistogram(_Chart):
    """How often a unit's sum takes which value: over all samples, over those of one class, and on the drawing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(80, parent)
        self._facts: UnitFacts | None = None
        self._group = 0
        self._group_name = ""
        self._mark: float | None = None
        self._mark_name = ""

    def set_facts(self, facts: UnitFacts | None, group: int, group_name: str) -> None:
        """Show the sums of all samples, and in front those of one class; None for an empty picture."""
        if facts is self._facts and (group, group_name) == (self._group, self._group_name):
            return
        self._facts, self._group, self._group_name = facts, group, group_name
        if facts is not None:
            ends = signed(float(facts.edges[0]), 1), signed(float(facts.edges[-1]), 1)
            self.setAccessibleName(self.tr("Sums between {0} and {1}").format(*ends))
        self.update()

    def set_mark(self, value: float | None, name: str) -> None:
        """Mark the sum on the present drawing."""
        if (value, name) != (self._mark, self._mark_name):
            self._mark, self._mark_name = value, name
            self.update()

    def _shares(self) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Return the share of each bin in all samples and in the class, so that both can be compared."""
        assert self._facts is not None
        counts = self._facts.histogram
        group = counts[self._group]
        return counts.sum(axis=0) / max(1, counts.sum()), group / max(1, group.sum())

    def part_at(self, point: QPointF) -> int | None:
        if self._facts is None:
            return None
        bins = self._facts.histogram.shape[1]
        part = int(point.x() * bins / self.width())
        return part if 0 <= part < bins else None

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        assert self._facts is not None
        p = theme.current().palette
        every, group = self._shares()
        edges = self._facts.edges
        title = self.tr("Sum {0} to {1}").format(signed(float(edges[part])), signed(float(edges[part + 1])))
        rows = [
            ReadoutRow(self.tr("of all"), percent(float(every[part])), p.bar_strong),
            ReadoutRow(self._group_name, percent(float(group[part])), p.accent),
        ]
        return title, rows

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.tabular(theme.font("tick"))
        base = self.height() - QFontMetricsF(font).height() - 3
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(0, round(base) + 0.5), QPointF(self.width(), round(base) + 0.5))
        if self._facts is None:
            return
        every, group = self._shares()
        highest = max(float(every.max()), float(group.max())) or 1.0
        pitch = self.width() / len(every)
        painter.setPen(Qt.PenStyle.NoPen)
        for shares, color in ((every, p.bar), (group, p.accent)):
            for index, share in enumerate(shares.tolist()):
                if share == 0:
                    continue
                height = max(1.0, share / highest * (base - 16))
                painter.setBrush(color if index != self._hovered else theme.blend(color, p.text, 0.25))
                painter.drawRect(QRectF(index * pitch, base - height, max(1.0, pitch - 1), height))
        self._paint_axis(painter, base, font)
        self._paint_mark(painter, base)

    def _x(self, value: float) -> float:
        assert self._facts is not None
        low, high = float(self._facts.edges[0]), float(self._facts.edges[-1])
        return float(np.clip((value - low) / (high - low), 0, 1)) * self.width()

    def _paint_axis(self, painter: QPainter, base: float, font: QFont) -> None:
        assert self._facts is not None
        p = theme.current().palette
        low, high = float(self._facts.edges[0]), float(self._facts.edges[-1])
        painter.setFont(font)
        below = QRectF(0, base + 2, self.width(), self.height() - base - 2)
        painter.setPen(p.text2)
        painter.drawText(below, _LEFT, signed(low, 1))
        painter.drawText(below, _RIGHT, signed(high, 1))
        if low < 0 < high:
            zero = self._x(0.0)
            painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(zero, 4), QPointF(zero, base))
            margin = QFontMetricsF(font).horizontalAdvance("−00.0") + 8
            if margin < zero < self.width() - margin:
                painter.setPen(p.text2)
                painter.drawText(QRectF(zero - 20, below.top(), 40, below.height()), _CENTRE, "0")

    def _paint_mark(self, painter: QPainter, base: float) -> None:
        if self._mark is None or not np.isfinite(self._mark):
            return
        p = theme.current().palette
        x = min(max(self._x(self._mark), 3.0), self.width() - 3.0)
        painter.setPen(QPen(p.text, 1.5))
        painter.drawLine(QPointF(x, 7), QPointF(x, base))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.text)
        painter.drawEllipse(QPointF(x, 7), 3, 3)
        font = theme.font("caption-strong")
        width = QFontMetricsF(font).horizontalAdvance(self._mark_name) + 2
        left = x + 7 if x + 7 + width <= self.width() else x - 7 - width
        painter.setFont(font)
        painter.setPen(p.text)
        painter.drawText(QRectF(left, -1, width, 16), _LEFT, self._mark_name)


class ExampleRows(_Chart):
    """Rows of samples, each with its name: those that wake a unit most, just so, and least."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(3 * 32 + 2 * _ROW_GAP, parent)
        self._names = tuple(names)
        self._rows: tuple[Examples, ...] = ()
        self._shape = (1, 1)
        self._class_names: tuple[str, ...] = ()
        self._places: list[tuple[QRectF, int, int]] = []

    def set_rows(self, rows: Sequence[Examples], shape: tuple[int, int], class_names: tuple[str, ...]) -> None:
        """Show examples, their images of (rows, columns) pixels; none for an empty picture."""
        self._rows, self._shape, self._class_names = tuple(rows), shape, class_names
        self.update()

    def part_at(self, point: QPointF) -> int | None:
        hits = (part for part, (place, _, _) in enumerate(self._places) if place.contains(point))
        return next(hits, None)

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        _, row, index = self._places[part]
        examples = self._rows[row]
        title = self.tr("A {0}").format(self._class_names[int(examples.labels[index])])
        return title, [ReadoutRow(self.tr("sum"), signed(float(examples.sums[index])))]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        current = theme.current()
        p = current.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font("caption")
        label = max(QFontMetricsF(font).horizontalAdvance(name) for name in self._names) + 12
        count = max((len(row.images) for row in self._rows), default=7)
        pitch = min((self.width() - label) / count, 44.0)
        side = min(pitch - 4, theme.scaled(32))
        self._places = []
        for row, name in enumerate(self._names):
            top = row * (theme.scaled(32) + _ROW_GAP)
            painter.setFont(font)
            painter.setPen(p.text2)
            painter.drawText(QRectF(0, top, label, side), _LEFT, name)
            if row >= len(self._rows):
                continue
            for index, pixels in enumerate(self._rows[row].images):
                x = self.width() - (len(self._rows[row].images) - index) * pitch + pitch - side
                place = QRectF(round(x), round(top), round(side), round(side))
                self._places.append((place, row, index))
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
