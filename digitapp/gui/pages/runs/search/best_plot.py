"""What each trial came to, in the order in which they began, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.search.scales import accuracy_range, accuracy_ticks
from digitapp.gui.pages.runs.search.words import accuracy, trial_rows, trial_title
from digitapp.gui.plots.axes import round_ticks
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.readout import readout_in
from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine

_RADIUS = 4.0
_NEAR = 14.0
_BELOW = 14  # room of the marks of what is too low for the axis


class BestPlot(QWidget):
    """The plot. Pointer and the keys ← and → choose a trial.

    Signals: `chosen(TrialLine)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: StudyState | None = None
        self._current: TrialLine | None = None
        self._hovered: TrialLine | None = None
        self._readout: HoverReadout | None = None
        self._range = 0.0, 1.0
        self.setObjectName("searchBestPlot")
        self.setAccessibleName(self.tr("What each trial came to, and the best so far"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(440), theme.scaled(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(200), theme.scaled(96))

    def show_study(self, state: StudyState | None, current: TrialLine | None) -> None:
        """Show how a study stands, with a ring around one trial."""
        self._state, self._current = state, current
        self._range = accuracy_range([] if state is None else [each.reached or 0.0 for each in self._shown()])
        if current is not None:
            self.setAccessibleDescription(f"{trial_title(current)}: {accuracy(current.reached)}")
        self.update()

    def _shown(self) -> list[TrialLine]:
        """Return the trials that have come to something, those at random first: the others lie above them."""
        state = self._state
        if state is None:
            return []
        sides = reversed(state.spec.sides)
        return [trial for side in sides for trial in state.of(side) if trial.is_over and trial.reached is not None]

    # Places

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100.00 %") + 6
        return QRectF(left, 8, max(10, self.width() - left - 12), max(10, self.height() - 8 - metrics.height() - 6))

    def _point(self, plot: QRectF, trial: TrialLine) -> QPointF:
        assert self._state is not None
        low, high = self._range
        across = trial.place / max(1, self._last() - 1)
        reached = trial.reached or 0.0
        foot = plot.bottom() - _BELOW
        y = foot - (reached - low) / (high - low) * (foot - plot.top()) if reached >= low else plot.bottom() - 5
        return QPointF(plot.left() + min(1.0, across) * plot.width(), y)

    def _last(self) -> int:
        """Return how many trials the axis has room for."""
        assert self._state is not None
        return max([self._state.target, *(trial.ordinal for trial in self._shown())])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.tabular(theme.font("tick")))
        self.setFont(painter.font())
        plot = self._plot()
        self._paint_axes(painter, plot)
        if self._state is None:
            return
        for side in reversed(self._state.spec.sides):
            self._paint_best(painter, plot, side)
        for trial in self._shown():
            self._paint_trial(painter, plot, trial)
        best = self._state.winner
        if best is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.accent, 2))
            painter.drawEllipse(self._point(plot, best), 8, 8)
        marked = self._hovered or self._current
        is_best = marked is not None and best is not None and (marked.side, marked.number) == (best.side, best.number)
        if marked is not None and marked.reached is not None and not is_best:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.text, 1.5))
            painter.drawEllipse(self._point(plot, marked), 6.5, 6.5)

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        p = theme.current().palette
        low, high = self._range
        foot, metrics = plot.bottom() - _BELOW, painter.fontMetrics()
        for tick, text in accuracy_ticks(low, high):
            y = foot - (tick - low) / (high - low) * (foot - plot.top())
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text2)
            place = QRectF(0, y - metrics.height() / 2, plot.left() - 8, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        last = 10 if self._state is None else self._last()
        painter.setPen(p.text2)
        ticks = [1, *(int(tick) for tick in round_ticks(1, last, 4) if 1 < tick < last * 0.9 and tick == int(tick))]
        for number in ticks:
            x = plot.left() + (number - 1) / max(1, last - 1) * plot.width()
            place = QRectF(x - 30, plot.bottom() + 4, 60, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(number))
        end = QRectF(plot.left(), plot.bottom() + 4, plot.width(), metrics.height())
        if last > 1:
            painter.drawText(end, Qt.AlignmentFlag.AlignRight, self.tr("%n trial(s)", "", last))

    def _paint_best(self, painter: QPainter, plot: QRectF, side: Side) -> None:
        """Paint the best of a side so far as a stair."""
        assert self._state is not None
        p = theme.current().palette
        done = [trial for trial in self._state.of(side, TrialFate.DONE) if trial.value is not None]
        stair = _stair([(trial, self._point(plot, trial)) for trial in done])
        if not stair:
            return
        over = [trial for trial in self._state.of(side) if trial.is_over]
        end = self._point(plot, over[-1]).x()
        stair.append(QPointF(max(end, stair[-1].x()), stair[-1].y()))
        is_guided = side is Side.GUIDED
        pen = QPen(p.accent if is_guided else p.text3, 2 if is_guided else 1.5)
        if not is_guided:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(stair))

    def _paint_trial(self, painter: QPainter, plot: QRectF, trial: TrialLine) -> None:
        paint_trial_mark(painter, self._point(plot, trial), trial, is_below=(trial.reached or 0.0) < self._range[0])

    # Pointer and keys

    def _at(self, point: QPointF) -> TrialLine | None:
        plot = self._plot()
        near = [((self._point(plot, trial) - point).manhattanLength(), trial) for trial in self._shown()]
        distance, trial = min(near, key=lambda pair: pair[0], default=(_NEAR, None))
        return trial if distance < _NEAR else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position()), event.position())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hover(None, QPointF())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        trial = self._at(event.position())
        if trial is not None:
            self.chosen.emit(trial)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shown = sorted(self._shown(), key=lambda trial: (trial.place, trial.side is Side.RANDOM))
        if step is None or not shown:
            super().keyPressEvent(event)
            return
        keys = [(trial.side, trial.number) for trial in shown]
        current = self._current
        place = keys.index((current.side, current.number)) if current and (current.side, current.number) in keys else -1
        self.chosen.emit(shown[max(0, min(len(shown) - 1, place + step))])

    def _hover(self, trial: TrialLine | None, point: QPointF) -> None:
        if trial is not self._hovered:
            self._hovered = trial
            self.update()
        if trial is None or self._state is None:
            if self._readout is not None:
                self._readout.hide()
            return
        self._readout = readout_in(self.window(), self._readout)
        rows = [ReadoutRow(name, value) for name, value in trial_rows(self._state, trial)]
        self._readout.show_at(self.mapTo(self.window(), point.toPoint()), trial_title(trial), rows)


def _stair(points: Sequence[tuple[TrialLine, QPointF]]) -> list[QPointF]:
    """Return the corners of the best so far."""
    corners: list[QPointF] = []
    best: float | None = None
    for trial, point in points:
        value = trial.value or 0.0
        if best is None:
            corners.append(point)
            best = value
        elif value > best:
            corners += [QPointF(point.x(), corners[-1].y()), point]
            best = value
    return corners


def paint_trial_mark(painter: QPainter, point: QPointF, trial: TrialLine, *, is_below: bool = False) -> None:
    """Paint the mark of a trial: full where it ran to the end, hollow where it was given up; a square at random."""
    p = theme.current().palette
    is_done = trial.fate is TrialFate.DONE
    color: QColor = p.text2 if is_done else p.text3
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(color if is_done or is_below else p.surface)
    if is_below:
        side = 4
        shape = [QPointF(-side, -side / 2), QPointF(side, -side / 2), QPointF(0, side)]
        painter.drawPolygon(QPolygonF([point + corner for corner in shape]))
    elif trial.side is Side.RANDOM:
        painter.drawRect(QRectF(point.x() - 3, point.y() - 3, 6, 6))
    else:
        painter.drawEllipse(point, _RADIUS - 0.5, _RADIUS - 0.5)
