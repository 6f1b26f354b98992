"""The losses of a learning-rate range test over the rates, while they come in and when they are read."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.axes import power_text, round_ticks, tick_text
from digitapp.gui.plots.curve_plot import loss_text
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.runs.range_test import Sweep
from digitapp.runs.rate_range import RateRange, Reading, band, rounded

_GAP, _TOP, _RIGHT = 8, 26, 16
_PALE = 0.16  # of the ink: the band of the seeds
_KEY_STEPS = 80

Floats = NDArray[np.float64]


class RatePlot(QWidget):
    """The middle seed's loss as a line, half of the seeds as a band, and the range shaded.

    Pointer and arrow keys read the loss at a rate.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ratePlot")
        self._rates: Floats = np.empty(0)
        self._band: tuple[Floats, Floats, Floats] = (np.empty(0), np.empty(0), np.empty(0))
        self._range: RateRange | None = None
        self._chosen: float | None = None
        self._cursor: int | None = None
        self._readout = HoverReadout(self)
        self.setAccessibleName(self.tr("Loss over the learning rate"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(640), theme.scaled(250))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(320), theme.scaled(190))

    # What is shown

    def show_sweep(self, sweep: Sweep) -> None:
        """Show what of a test is done."""
        self._rates, done = sweep.rates, sweep.done
        self._band = band(sweep.losses[:, :done]) if done else (np.empty(0), np.empty(0), np.empty(0))
        self._range = self._chosen = None
        self.update()

    def show_reading(self, reading: Reading, found: RateRange | None) -> None:
        """Show what the losses of a whole test say, and the range that was confirmed."""
        self._rates = reading.rates
        self._band = reading.low, reading.middle, reading.high
        self._range = found
        if found is None:
            self.setAccessibleDescription(self.tr("No range of rates was found."))
        else:
            said = self.tr("The loss falls fastest at {0} and has won all that it can at {1}.")
            self.setAccessibleDescription(said.format(f"{found.low:g}", f"{found.high:g}"))
        self.update()

    def choose(self, rate: float | None) -> None:
        """Mark the rate that would be taken."""
        self._chosen = rate
        self.update()

    # Geometry

    @property
    def _top(self) -> float:
        """The highest loss that is shown."""
        highest = float(self._band[1][: max(1, len(self._band[1]) // 4)].max(initial=0.0))
        return 1.25 * highest or 1.0

    def _plot(self) -> QRectF:
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        widest = max((metrics.horizontalAdvance(tick_text(tick)) for tick in self._ticks()), default=0)
        return QRectF(self.rect()).adjusted(
            widest + _GAP, theme.scaled(_TOP), -theme.scaled(_RIGHT), -2 * metrics.height() - _GAP
        )

    def _ticks(self) -> list[float]:
        return round_ticks(0.0, self._top, 5)

    def _across(self, rate: float) -> float:
        plot, first, last = self._plot(), float(self._rates[0]), float(self._rates[-1])
        return plot.left() + plot.width() * math.log(rate / first) / math.log(last / first)

    def _points(self, values: Floats) -> list[QPointF]:
        plot, top = self._plot(), self._top
        shares = np.arange(len(values)) / max(1, len(self._rates) - 1)
        xs, ys = plot.left() + plot.width() * shares, plot.bottom() - plot.height() * values / top
        return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]

    # Reading

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot, known = self._plot(), len(self._band[1])
        share = (event.position().x() - plot.left()) / max(1.0, plot.width())
        place = round(share * (len(self._rates) - 1))
        self._read(place if 0 <= place < known and plot.contains(event.position()) else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, known = ARROWS.get(Qt.Key(event.key())), len(self._band[1])
        if step is None or not known:
            super().keyPressEvent(event)
            return
        way = (step.across - step.down) * max(1, len(self._rates) // _KEY_STEPS)
        start = known // 2 if self._cursor is None else self._cursor + way
        self._read(min(max(start, 0), known - 1))

    def _read(self, place: int | None) -> None:
        """Say what the loss is at a place, or nothing."""
        self._cursor = place
        if place is None or place >= len(self._band[1]):
            self._readout.hide()
        else:
            low, middle, high = (float(line[place]) for line in self._band)
            between = self.tr("{0} to {1}").format(loss_text(low), loss_text(high))
            rows = [
                ReadoutRow(self.tr("loss"), loss_text(middle), theme.current().palette.text2),
                ReadoutRow(self.tr("half of the seeds"), between),
            ]
            rate = self.tr("rate {0}").format(f"{rounded(float(self._rates[place])):g}")
            self._readout.show_at(self._points(self._band[1][: place + 1])[-1].toPoint(), rate, rows)
            self.setAccessibleDescription(self._readout.text())
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not len(self._rates):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        if self._range is not None:
            self._paint_range(painter, plot, self._range)
        self._paint_axes(painter, plot)
        painter.save()
        painter.setClipRect(plot)  # what has run away leaves the picture at the top
        self._paint_lines(painter)
        painter.restore()
        if self._range is not None and self._chosen is not None:
            self._paint_chosen(painter, plot, self._chosen)
        if self._cursor is not None and self._cursor < len(self._band[1]):
            x = self._points(self._band[1][: self._cursor + 1])[-1].x()
            painter.setPen(QPen(theme.current().palette.text3, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_range(self, painter: QPainter, plot: QRectF, found: RateRange) -> None:
        p = theme.current().palette
        area = QRectF(plot)
        area.setLeft(self._across(found.low))
        area.setRight(self._across(found.high))
        painter.fillRect(area, p.accent_tint)
        painter.setPen(QPen(p.accent, 1))
        for x in (area.left(), area.right()):
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        p, font = theme.current().palette, theme.tabular(theme.font("tick"))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        right, middle = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), Qt.AlignmentFlag.AlignHCenter
        for tick in self._ticks():
            y = round(plot.bottom() - plot.height() * tick / self._top) + 0.5
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text3)
            place = QRectF(0, y - metrics.height() / 2, plot.left() - _GAP, metrics.height())
            painter.drawText(place, right, tick_text(tick))
        first, last = (math.log10(float(self._rates[end])) for end in (0, -1))
        for decade in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1):
            x = self._across(10.0**decade)
            place = QRectF(x - 40, plot.bottom() + 4, 80, metrics.height())
            painter.drawText(place, int(middle), power_text(decade))
        below = QRectF(plot.left(), plot.bottom() + 4 + metrics.height(), plot.width(), metrics.height())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), self.tr("learning rate"))
        painter.drawText(QRectF(0, 0, plot.width(), metrics.height()), int(Qt.AlignmentFlag.AlignLeft), self.tr("loss"))

    def _paint_lines(self, painter: QPainter) -> None:
        p = theme.current().palette
        low, middle, high = (self._points(line) for line in self._band)
        if len(middle) < 2:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        ink = p.text2.toRgb()
        ink.setAlphaF(_PALE)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([*low, *reversed(high)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.text2, 1.8))
        painter.drawPolyline(QPolygonF(middle))

    def _paint_chosen(self, painter: QPainter, plot: QRectF, rate: float) -> None:
        """Paint where the rate stands that would be taken, with its number on top."""
        p, font = theme.current().palette, theme.tabular(theme.font("caption-strong"))
        x, text = self._across(rate), f"{rate:g}"
        painter.setPen(QPen(p.accent, 2))
        painter.drawLine(QPointF(x, plot.top() - 4), QPointF(x, plot.bottom()))
        painter.setFont(font)
        width, height = QFontMetrics(font).horizontalAdvance(text), QFontMetrics(font).height()
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        painter.drawText(QRectF(left, plot.top() - 6 - height, width + 2, height), 0, text)
