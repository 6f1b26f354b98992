"""The two live plots of a run: band, smoothed line, validation dots, and a cursor that both share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.plots.axes import (
    LOSS_FLOOR,
    EpochAxis,
    ValueAxis,
    accuracy_range,
    loss_range,
)
from digitapp.gui.widgets import FocusRing, HoverReadout, Label, ReadoutRow
from digitapp.gui.widgets.numbers import per_cent, thousands
from digitapp.gui.words.settings import setting_title
from digitapp.training.epoch_scale import EpochScale
from digitapp.training.events import Changed
from digitapp.training.history import Curve, CurveView, History

MOST_EPOCH_POINTS = 256
_VALUES_WIDTH = 50
_DOT_SPACING = 12  # pixels between two epochs, below which validation dots would touch


def loss_text(value: float) -> str:
    """Return a loss with three decimals, or four where it is small."""
    if value >= 10:
        return f"{value:.1f}" if value < 10_000 else f"{value:.0e}".replace("e+", "e")
    if value >= 0.01:
        return f"{value:.3f}"
    return f"{value:.4f}" if value >= 0.0001 else "<0.0001"


def accuracy_text(value: float) -> str:
    """Return a share of 1 in per cent with one decimal."""
    return per_cent(f"{value * 100:.1f}")


@dataclass(frozen=True, eq=False)
class PlotData:
    """What a plot shows of a run: its curve, and the validation's value after each epoch.

    A run that goes on from a moment of another one begins at `start`, in epochs; `view` and `epochs` count from there.
    Of several seeds, `seeds` of them, all values are means, and the band goes from the lowest to the highest.
    """

    curve: Curve
    batches_per_epoch: int
    view: CurveView
    epochs: np.ndarray
    validation: np.ndarray
    start: float = 0.0
    seeds: int = 1
    scale: EpochScale | None = None
    changes: tuple[Changed, ...] = ()

    @classmethod
    def of(cls, history: History, name: str, start: float = 0.0) -> PlotData | None:
        """Return the data for "loss" or "accuracy"; None before the first batch."""
        if history.started is None or history.last_batch is None:
            return None
        curve: Curve = getattr(history, name)
        per_epoch = history.started.batches_per_epoch
        epochs = history.epochs.column("epoch", MOST_EPOCH_POINTS)
        validation = history.epochs.column(f"validation_{name}", MOST_EPOCH_POINTS)
        view = curve.view(per_epoch, history.scale)
        if start:
            view, epochs = replace(view, x=view.x + start, band_x=view.band_x + start), epochs + start
        rest = history.scale, tuple(history.changes)
        return cls(curve, per_epoch, view, epochs, validation, start, 1, *rest)

    def place_of(self, step: int) -> float:
        """Return where a batch stands, in epochs."""
        return self.start + (step / self.batches_per_epoch if self.scale is None else self.scale.epochs_at(step))

    def step_at(self, x: float) -> float:
        """Return which batch stands at a place in epochs."""
        epochs = x - self.start
        return epochs * self.batches_per_epoch if self.scale is None else self.scale.steps_at(epochs)

    def line_at(self, x: float) -> float:
        """Return the smoothed training value at a place in epochs."""
        return float(np.interp(x, self.view.x, self.view.mean))

    def changes_near(self, step: int) -> list[Changed]:
        """Return the settings that were changed at a step, or so near that no cursor could tell."""
        reach = max(1, len(self.curve) // 100)
        return [change for change in self.changes if abs(change.step - step) <= reach]

    def band_at(self, x: float) -> tuple[float, float] | None:
        """Return the edges of the band at a place in epochs; None before its beginning."""
        view = self.view
        if not len(view.band_x) or x < view.band_x[0] - 1e-9:
            return None
        low, high = (float(np.interp(x, view.band_x, side)) for side in (view.low, view.high))
        return low, high

    def validation_at(self, x: float) -> tuple[float, float] | None:
        """Return epoch and value of the last validation before a place in epochs."""
        index = int(np.searchsorted(self.epochs, x + 1e-9, side="right")) - 1
        if index < 0 or not np.isfinite(self.validation[index]):
            return None
        return float(self.epochs[index]), float(self.validation[index])


def _same_epochs(data: PlotData, other: PlotData) -> bool:
    same = np.array_equal(data.epochs, other.epochs)
    return same and (data.seeds == 1 or np.array_equal(data.validation, other.validation, equal_nan=True))


class Band(pg.GraphicsObject):
    """The pale area between the 10th and the 90th percentile of the batches."""

    def __init__(self) -> None:
        super().__init__()
        self._polygon = QPolygonF()
        self.color = QColor()

    def set_data(self, x: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Show another band, in the coordinates of the view."""
        self.prepareGeometryChange()
        points = [QPointF(a, b) for a, b in zip(x, high, strict=True)]
        points += [QPointF(a, b) for a, b in zip(x[::-1], low[::-1], strict=True)]
        self._polygon = QPolygonF(points)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._polygon.boundingRect()

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:  # noqa: ARG002
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        painter.drawPolygon(self._polygon)


class CurvePlot(pg.PlotWidget):
    """One quantity over the epochs. The pointer and the arrow keys move a cursor that names exact values."""

    cursor_moved = Signal(object)
    """The place of the cursor in batches (counted from 1), or None when it is gone."""

    def __init__(self, name: str, title: str, *, is_loss: bool, empty: str, parent: QWidget | None = None) -> None:
        self._values = ValueAxis(is_loss=is_loss)
        self._epoch_axis = EpochAxis()
        super().__init__(parent, axisItems={"left": self._values, "bottom": self._epoch_axis}, enableMenu=False)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._is_loss = is_loss
        self._text = loss_text if is_loss else accuracy_text
        self._data: PlotData | None = None
        self._step: int | None = None
        self._readout = HoverReadout(self)
        self._shows_readout = False
        self._empty = Label(empty, "caption", "text3", wrap=True, parent=self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._band_name = Label("", "tick", "text2", wrap=True, parent=self)
        self._band_name.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._band_name.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._band_name.hide()
        self._build()
        self.apply_theme()
        theme.current().changed.connect(self.apply_theme)

    def _build(self) -> None:
        # pyqtgraph's stubs know neither what a PlotItem passes on to its view nor that there always is one.
        plot: Any = self.getPlotItem()
        self._plot = plot
        self._view: Any = plot.getViewBox()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        plot.setContentsMargins(0, 6, 1, 0)
        self._view.setDefaultPadding(0)
        self._values.setWidth(theme.scaled(_VALUES_WIDTH))
        self._epoch_axis.setHeight(theme.scaled(24))
        if self._is_loss:
            plot.setLogMode(False, True)
        self._band = Band()
        self._line = plot.plot(antialias=True)
        self._validation = plot.plot(antialias=True, symbol="o", symbolSize=theme.scaled(8))
        self._others: list[Any] = []
        self._ticks: list[Any] = []
        self._pale: Sequence[PlotData] = ()
        self._shows_seeds = False
        self._moment = pg.InfiniteLine(angle=90, movable=False)
        self._moment.hide()
        self._moment_at: float | None = None
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._marks = pg.ScatterPlotItem(size=theme.scaled(9), pxMode=True)
        items = (self._band, self._line, self._validation, self._moment, self._cursor, self._marks)
        for z, item in enumerate(items):
            item.setZValue(z)
            if item not in (self._line, self._validation):
                self._view.addItem(item, ignoreBounds=True)
        plot.setDownsampling(auto=True, mode="peak")
        plot.setClipToView(True)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRing(self, theme.CONTROL_RADIUS)
        self._epochs = 0
        self.set_epochs(1)
        self.show_data(None)

    def apply_theme(self) -> None:
        """Wear the present theme's colours; items of a plot do not ask for them."""
        p = theme.current().palette
        self.setBackground(p.surface)
        self._name_band(self._data.seeds if self._data is not None else 1)
        line = self.training_color()
        self._line.setPen(pg.mkPen(line, width=1.8))
        self._validation.setPen(pg.mkPen(p.accent, width=2.2))
        self._validation.setSymbolBrush(p.accent)
        self._validation.setSymbolPen(pg.mkPen(p.surface, width=1.5))
        self._cursor.setPen(pg.mkPen(p.text3, width=1, style=Qt.PenStyle.DashLine))
        self._moment.setPen(pg.mkPen(p.text, width=2))
        for other in self._others:
            other.setPen(self._pale_pen())
        for axis, color in ((self._values, p.border), (self._epoch_axis, p.border_strong)):
            axis.setTextPen(p.text2)
            axis.setPen(pg.mkPen(color, width=1))
            axis.setTickPen(pg.mkPen(p.border, width=1))
            axis.setTickFont(theme.tabular(theme.font("tick")))
        self._values.setPen(pg.mkPen(None))
        self._show_cursor()

    @staticmethod
    def training_color() -> QColor:
        """Return the colour of the training curve in the present theme."""
        return theme.current().palette.text3

    # What is shown

    @property
    def data(self) -> PlotData | None:
        """What is shown, None before the first batch."""
        return self._data

    def set_epochs(self, epochs: int) -> None:
        """Let the horizontal axis end with the planned number of epochs."""
        if epochs == self._epochs:
            return
        self._epochs = epochs
        self._epoch_axis.set_epochs(self._epochs)
        self._plot.setXRange(0, self._epochs, padding=0)
        self._show_dots()

    def show_data(self, data: PlotData | None) -> None:
        """Show a run as far as it is; None clears the plot."""
        before, self._data = self._data, data
        self._empty.setVisible(data is None)
        self._name_band(data.seeds if data is not None else 1)
        self._values.set_blank(data is None)
        if data is None:
            none = np.empty(0)
            self._line.setData(none, none)
            self._validation.setData(none, none)
            self._band.set_data(none, none, none)
            self._step = None
        else:
            view = data.view
            low, high = view.low, view.high
            if self._is_loss:
                self._line.setData(view.x, np.maximum(view.mean, LOSS_FLOOR))
                low, high = (np.log10(np.maximum(side, LOSS_FLOOR)) for side in (low, high))
            else:
                self._line.setData(view.x, view.mean)
            self._band.set_data(view.band_x, low, high)
            if before is None or before.curve is not data.curve or not _same_epochs(before, data):
                known = np.isfinite(data.validation)
                values = np.maximum(data.validation, LOSS_FLOOR) if self._is_loss else data.validation
                self._validation.setData(data.epochs[known], values[known])
        self._show_changes()
        self._show_range()
        self._show_cursor()

    def _show_changes(self) -> None:
        """Mark where settings were changed; the cursor says which and how."""
        places = [] if self._data is None else [self._data.place_of(change.step) for change in self._data.changes]
        while len(self._ticks) < len(places):
            tick = pg.InfiniteLine(angle=90, movable=False)
            tick.setZValue(0.7)
            self._view.addItem(tick, ignoreBounds=True)
            self._ticks.append(tick)
        pen = pg.mkPen(theme.current().palette.text2, width=1.2, style=Qt.PenStyle.DotLine)
        for index, tick in enumerate(self._ticks):
            tick.setVisible(index < len(places))
            if index < len(places):
                tick.setPen(pen)
                tick.setValue(places[index])

    # Other runs, and the moment that is shown

    def _name_band(self, seeds: int) -> None:
        """Say in the corner where the curves are not what band and lines are, where they are of several seeds."""
        p = theme.current().palette
        accent = seeds > 1
        self._band.color = theme.blend(p.surface, p.accent if accent else p.text, 0.16 if accent else 0.07)
        self._band_name.setVisible(seeds > 1)
        if seeds > 1:
            self._band_name.setText(self.tr("Mean of %n seed(s), band: lowest to highest", "", seeds))
            self._place_band_name()

    def _place_band_name(self) -> None:
        label = self._band_name
        left, right, foot = theme.scaled(_VALUES_WIDTH) + 8, 4, theme.scaled(24)
        room = max(0, self.width() - left - right)
        height = label.sizeHint().height() if label.sizeHint().width() <= room else label.heightForWidth(room)
        top = 2 if self._is_loss else self.height() - foot - height - 2
        label.setGeometry(left, top, room, height)

    def show_seeds(self, lines: Sequence[PlotData]) -> None:
        """Show the single runs that the curve in front is the mean of, as pale lines."""
        self._shows_seeds = True
        self._draw_pale(lines)

    def show_others(self, others: Sequence[PlotData]) -> None:
        """Show the runs that this one comes from, or that come from it, as pale lines; they have ended."""
        was_of_seeds, self._shows_seeds = self._shows_seeds, False
        same = len(others) == len(self._pale) and all(
            a.curve is b.curve for a, b in zip(others, self._pale, strict=True)
        )
        if was_of_seeds or not same:
            self._draw_pale(others)

    def _draw_pale(self, others: Sequence[PlotData]) -> None:
        self._pale = others
        while len(self._others) < len(others):
            line = self._plot.plot(antialias=True, pen=self._pale_pen())
            line.setZValue(0.5)  # above the band, below the line in front
            self._others.append(line)
        for index, line in enumerate(self._others):
            line.setVisible(index < len(others))
            if index < len(others):
                mean = others[index].view.mean
                line.setPen(self._pale_pen())
                line.setData(others[index].view.x, np.maximum(mean, LOSS_FLOOR) if self._is_loss else mean)
        self._show_range()

    @property
    def pale_lines(self) -> int:
        """How many other runs are shown."""
        return len(self._pale)

    def _pale_pen(self) -> Any:
        p = theme.current().palette
        return pg.mkPen(theme.blend(p.surface, p.accent if self._shows_seeds else p.text3, 0.45), width=1.2)

    def show_moment(self, x: float | None) -> None:
        """Mark the moment of the training that the whole window shows, in epochs; None for now."""
        self._moment_at = x
        self._moment.setVisible(x is not None)
        if x is not None:
            self._moment.setValue(x)

    @property
    def moment(self) -> float | None:
        """The marked moment, in epochs."""
        return self._moment_at

    def _show_range(self) -> None:
        none = np.empty(0)
        training, validation = (none, none) if self._data is None else (self._data.view.mean, self._data.validation)
        training = np.concatenate([*(other.view.mean for other in self._pale), training])
        low, high = loss_range(training, validation) if self._is_loss else accuracy_range(training, validation)
        if not self._is_loss:
            high += 0.015 * (high - low)  # a line at 100 % is not cut in half
        view = self._view
        if view.viewRange()[1] != [low, high]:
            view.setYRange(low, high, padding=0)

    def _show_dots(self) -> None:
        dots = self.width() / self._epochs >= _DOT_SPACING
        self._validation.setSymbol("o" if dots else None)  # type: ignore[arg-type] - None is allowed

    # The cursor

    def set_step(self, step: int | None, *, readout: bool) -> None:
        """Put the cursor on a batch, with or without the panel of values; None takes it away."""
        self._step = step
        self._shows_readout = readout
        self._show_cursor()

    def readout_text(self) -> str:
        """Return what the panel of values says, "" while there is none."""
        return self._readout.text() if self._readout.isVisible() else ""

    def _show_cursor(self) -> None:
        data, step = self._data, self._step
        if data is None or step is None or step > len(data.curve):  # a new run has not come that far
            self._cursor.hide()
            self._marks.hide()
            self._readout.hide()
            return
        p = theme.current().palette
        x = data.place_of(step)
        points = [(x, data.line_at(x), self.training_color())]
        validation = data.validation_at(x)
        if validation is not None:
            points.append((*validation, p.accent))
        scale = (lambda v: np.log10(max(v, LOSS_FLOOR))) if self._is_loss else float
        spots = [
            {"pos": (a, scale(b)), "pen": pg.mkPen(color, width=2), "brush": pg.mkBrush(p.surface)}
            for a, b, color in points
        ]
        self._marks.setData(spots)
        self._cursor.setValue(x)
        self._cursor.show()
        self._marks.show()
        if self._shows_readout:
            self._show_readout(data, step, x, validation)
        else:
            self._readout.hide()

    def _show_readout(self, data: PlotData, step: int, x: float, validation: tuple[float, float] | None) -> None:
        epoch, batch = divmod(step - 1, data.batches_per_epoch) if data.scale is None else data.scale.place_of(step - 1)
        title = self.tr("Epoch {0}, batch {1}").format(thousands(epoch + 1), thousands(batch + 1))
        rows = [ReadoutRow(self.tr("training"), self._text(data.line_at(x)), self.training_color())]
        if data.seeds == 1:
            rows.append(ReadoutRow(self.tr("this batch alone"), self._text(data.curve.value(step - 1))))
        if validation is not None:
            rows.append(ReadoutRow(self.tr("validation"), self._text(validation[1]), theme.current().palette.accent))
        for change in data.changes_near(step):
            for name, value in change.settings.items():
                rows.append(ReadoutRow(setting_title(name), f"{change.before[name]:g} → {value:g}"))
        if data.seeds > 1 and (ends := data.band_at(x)) is not None:
            between = self.tr("{0} to {1}").format(*map(self._text, ends))
            rows.append(ReadoutRow(self.tr("lowest to highest"), between))
        # Where the curve is not: a loss falls from the top left, an accuracy rises to the top right.
        edge = self._view.viewRange()[1][1 if self._is_loss else 0]
        point = self.mapFromScene(self._view.mapViewToScene(QPointF(x, edge)))
        self._readout.show_at(point, title, rows, above=not self._is_loss)
        self.setAccessibleDescription(self._readout.text())

    def _move_to(self, step: float) -> None:
        if self._data is None:
            return
        self.cursor_moved.emit(int(np.clip(round(step), 1, len(self._data.curve))))

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if self._data is not None:
            place = self._view.mapSceneToView(self.mapToScene(ev.position().toPoint()))
            self._move_to(self._data.step_at(place.x()))
        ev.accept()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        ev.accept()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        ev.ignore()

    def leaveEvent(self, ev: Any) -> None:
        super().leaveEvent(ev)
        self.cursor_moved.emit(None)

    def focusOutEvent(self, ev: Any) -> None:
        super().focusOutEvent(ev)
        self.cursor_moved.emit(None)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Arrow keys move the cursor, with Shift by an epoch; Home and End go to the ends, Escape takes it away."""
        data = self._data
        key = ev.key()
        if data is None:
            ev.ignore()
            return
        step = self._step if self._step is not None else len(data.curve)
        stride = max(1, len(data.curve) // 200)
        if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            stride = data.batches_per_epoch
        targets = {
            int(Qt.Key.Key_Left): step - stride,
            int(Qt.Key.Key_Right): step + stride,
            int(Qt.Key.Key_Home): 1,
            int(Qt.Key.Key_End): len(data.curve),
        }
        if key in targets:
            self._move_to(targets[key])
        elif key == Qt.Key.Key_Escape and self._step is not None:
            self.cursor_moved.emit(None)
        else:
            ev.ignore()

    def resizeEvent(self, ev: QResizeEvent) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "_empty"):  # pyqtgraph resizes in its own constructor
            self._empty.setGeometry(self.rect().adjusted(theme.scaled(_VALUES_WIDTH) + 16, 0, -16, -theme.scaled(24)))
            self._place_band_name()
            self._show_dots()
            self._show_cursor()
