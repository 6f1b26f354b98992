"""Every trial as a line through all that was drawn for it, to its accuracy; parts of the axes can be kept alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.search.scales import Axis, axes_of, places_of
from digitapp.gui.pages.runs.search.words import trial_rows, trial_title
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.readout import readout_in
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine

_NEAR = 7.0
_SIDE = 18  # where an axis can be taken hold of
_LEAST_PART = 0.02
_KEY_PART, _KEY_STEP = 0.25, 0.05
_NOTHING = -0.07  # where the lines of trials pass for which nothing was drawn


class ParallelPlot(QWidget):
    """The plot.

    Dragging along an axis keeps the trials of that part alone, a click on it lets go; on the keyboard ← and → choose an
    axis, ↑ and ↓ move the part, with Shift they make it larger and smaller, Delete lets go of it, Esc of all.

    Signals
    -------
    chosen(TrialLine) : a line was clicked
    kept_changed(kept, of) : so many trials of all are within the parts
    """

    chosen = Signal(object)
    kept_changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: StudyState | None = None
        self._current: TrialLine | None = None
        self._hovered: TrialLine | None = None
        self._axes: list[Axis] = []
        self._lines: list[tuple[TrialLine, list[float | None]]] = []
        self._parts: dict[str, tuple[float, float]] = {}
        self._drag: tuple[str, float] | None = None
        self._at_axis = 0
        self._readout: HoverReadout | None = None
        self.setObjectName("searchParallel")
        self.setAccessibleName(self.tr("Every trial, as a line from what was drawn for it to its accuracy"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(800), theme.scaled(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(240), theme.scaled(140))

    def show_study(self, state: StudyState | None, current: TrialLine | None) -> None:
        """Show how a study stands, with one trial's line thicker."""
        self._state, self._current = state, current
        self._axes = [] if state is None else axes_of(state)
        shown = [] if state is None else [trial for trial in state.trials if trial.is_over and trial.drawn]
        self._lines = [(trial, places_of(self._axes, trial)) for trial in shown]
        names = {axis.name for axis in self._axes}
        self._parts = {name: part for name, part in self._parts.items() if name in names}
        self._at_axis = min(self._at_axis, max(0, len(self._axes) - 1))
        self._tell()
        self.update()

    @property
    def kept(self) -> list[TrialLine]:
        """The trials within all parts."""
        return [trial for trial, places in self._lines if self._is_kept(places)]

    def keep(self, name: str, part: tuple[float, float] | None) -> None:
        """Keep the trials of a part of an axis alone, from and to places between 0 and 1; None lets go of it."""
        if part is None:
            self._parts.pop(name, None)
        else:
            self._parts[name] = max(0.0, min(part)), min(1.0, max(part))
        self._tell()
        self.update()

    def keep_all(self) -> None:
        """Let go of all parts."""
        self._parts.clear()
        self._tell()
        self.update()

    def _is_kept(self, places: Sequence[float | None]) -> bool:
        for axis, place in zip(self._axes, places, strict=True):
            part = self._parts.get(axis.name)
            if part is not None and (place is None or not part[0] <= place <= part[1]):
                return False
        return True

    def _tell(self) -> None:
        kept = len(self.kept)
        axis = self._axes[self._at_axis].title if self._axes else ""
        said = self.tr("{0} of {1} trials kept").format(kept, len(self._lines))
        self.setAccessibleDescription(itemised([axis, said]))
        self.kept_changed.emit(kept, len(self._lines))

    # Places

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        top = metrics.height() + 14
        return QRectF(0, top, self.width(), max(20, self.height() - top - metrics.height() - 6))

    def _x(self, index: int) -> float:
        pitch = self.width() / max(1, len(self._axes))
        return pitch * (index + 0.5) - min(pitch * 0.15, 16)

    def _y(self, plot: QRectF, place: float | None) -> float:
        return plot.bottom() - (_NOTHING if place is None else place) * plot.height()

    def _path(self, plot: QRectF, places: Sequence[float | None]) -> QPainterPath:
        points = [QPointF(self._x(index), self._y(plot, place)) for index, place in enumerate(places)]
        path = QPainterPath(points[0])
        for here, there in pairwise(points):
            middle = (here.x() + there.x()) / 2
            path.cubicTo(QPointF(middle, here.y()), QPointF(middle, there.y()), there)
        return path

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFont(theme.font("tick"))
        plot = self._plot()
        p = theme.current().palette
        for trial, places in self._lines:
            painter.setPen(self._pen(trial, self._is_kept(places)))
            painter.drawPath(self._path(plot, places))
        for index, axis in enumerate(self._axes):
            self._paint_axis(painter, plot, index, axis)
        best = None if self._state is None else self._state.winner
        if best is not None:
            self._paint_marked(painter, plot, best, p.accent, 2.5)
        for trial in (self._current, self._hovered):
            if trial is not None and (best is None or not _same(trial, best)):
                self._paint_marked(painter, plot, trial, p.text, 2.0)

    def _pen(self, trial: TrialLine, is_kept: bool) -> QPen:
        p = theme.current().palette
        is_done = trial.fate is TrialFate.DONE
        amount = (0.75 if is_done else 0.3) if is_kept else 0.07
        return QPen(theme.blend(p.surface, p.text2, amount), 1.4 if is_done and is_kept else 1.0)

    def _paint_marked(self, painter: QPainter, plot: QRectF, trial: TrialLine, color: QColor, width: float) -> None:
        found = next((pair for pair in self._lines if pair[0] is trial or _same(pair[0], trial)), None)
        if found is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, width))
        painter.drawPath(self._path(plot, found[1]))
        painter.setBrush(color)
        painter.setPen(QPen(theme.current().palette.surface, 1.5))
        for index, place in enumerate(found[1]):
            painter.drawEllipse(QPointF(self._x(index), self._y(plot, place)), 4.5, 4.5)

    def _paint_axis(self, painter: QPainter, plot: QRectF, index: int, axis: Axis) -> None:
        p = theme.current().palette
        x = self._x(index)
        pitch = self.width() / max(1, len(self._axes))
        painter.setFont(theme.font("caption-strong"))
        metrics = painter.fontMetrics()
        is_here = self.hasFocus() and index == self._at_axis
        painter.setPen(p.accent if is_here else p.text)
        fits = all(metrics.horizontalAdvance(each.title) <= pitch - 6 for each in self._axes)
        title = metrics.elidedText(axis.title if fits else axis.short, Qt.TextElideMode.ElideRight, int(pitch - 6))
        place = QRectF(max(0.0, x - pitch / 2), 0, pitch, metrics.height() + 4)
        is_first = index == 0 and metrics.horizontalAdvance(title) > 2 * x
        side = Qt.AlignmentFlag.AlignLeft if is_first else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, title)
        painter.setPen(QPen(p.border_strong, 1.2))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        part = self._parts.get(axis.name)
        if part is not None:
            painter.setPen(QPen(p.accent, 1.5))
            painter.setBrush(p.accent_tint)
            top, foot = self._y(plot, part[1]), self._y(plot, part[0])
            painter.drawRoundedRect(QRectF(x - 5, top, 10, max(2.0, foot - top)), 4, 4)
        painter.setFont(theme.tabular(theme.font("tick")))
        if any(places[index] is None for _, places in self._lines):
            self._paint_tick(painter, x, self._y(plot, None), "–", pitch)
        for place, text in axis.ticks:
            if -1e-6 <= place <= 1 + 1e-6:
                self._paint_tick(painter, x, self._y(plot, place), text, pitch)

    @staticmethod
    def _paint_tick(painter: QPainter, x: float, y: float, text: str, pitch: float) -> None:
        """Paint words right of an axis, on a ground of their own so that the lines behind leave them readable."""
        p = theme.current().palette
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(10, int(pitch - 16)))
        place = QRectF(x + 8, y - metrics.height() / 2, metrics.horizontalAdvance(text) + 4, metrics.height())
        ground = QColor(p.surface)
        ground.setAlphaF(0.8)
        painter.fillRect(place, ground)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
        painter.setPen(p.text2)
        painter.drawText(place.translated(2, 0), Qt.AlignmentFlag.AlignVCenter, text)

    # Pointer

    def _axis_at(self, point: QPointF) -> int | None:
        near = [(abs(self._x(index) - point.x()), index) for index in range(len(self._axes))]
        distance, index = min(near, default=(_SIDE, 0))
        return index if distance < _SIDE / 2 and point.y() > self._plot().top() - 12 else None

    def _line_at(self, point: QPointF) -> TrialLine | None:
        plot = self._plot()
        found: TrialLine | None = None
        nearest = _NEAR
        for trial, places in self._lines:
            distance = self._distance(plot, places, point) if self._is_kept(places) else nearest
            if distance < nearest:
                found, nearest = trial, distance
        return found

    def _distance(self, plot: QRectF, places: Sequence[float | None], point: QPointF) -> float:
        """Return how far above or below a line a point is."""
        for index in range(len(places) - 1):
            left, right = self._x(index), self._x(index + 1)
            if left <= point.x() <= right:
                here, there = self._y(plot, places[index]), self._y(plot, places[index + 1])
                share = (point.x() - left) / (right - left)
                t = share
                for _ in range(3):  # x(t) = 1.5 t − 1.5 t² + t³, by Newton's rule
                    t -= (1.5 * t - 1.5 * t * t + t**3 - share) / (1.5 - 3 * t + 3 * t * t)
                return abs(here + (there - here) * (3 * t * t - 2 * t**3) - point.y())
        return _NEAR

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._axis_at(event.position())
        if index is not None:
            self._at_axis = index
            self._drag = self._axes[index].name, self._place(event.position())
            return
        trial = self._line_at(event.position())
        if trial is not None:
            self.chosen.emit(trial)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._drag is not None:
            name, start = self._drag
            place = self._place(point)
            if abs(place - start) >= _LEAST_PART:
                self.keep(name, (start, place))
            return
        self.setCursor(Qt.CursorShape.CrossCursor if self._axis_at(point) is not None else Qt.CursorShape.ArrowCursor)
        self._hover(self._line_at(point), point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and abs(self._place(event.position()) - self._drag[1]) < _LEAST_PART:
            self.keep(self._drag[0], None)
        self._drag = None

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hover(None, QPointF())

    def _place(self, point: QPointF) -> float:
        plot = self._plot()
        return (plot.bottom() - point.y()) / plot.height()

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

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        up = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(key)
        if not self._axes:
            super().keyPressEvent(event)
        elif across is not None:
            self._at_axis = max(0, min(len(self._axes) - 1, self._at_axis + across))
            self._tell()
            self.update()
        elif up is not None:
            self._move_part(up, grows=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.keep(self._axes[self._at_axis].name, None)
        elif key == Qt.Key.Key_Escape and self._parts:
            self.keep_all()
        else:
            super().keyPressEvent(event)

    def _move_part(self, direction: int, *, grows: bool) -> None:
        """Move the part of the axis that the keys are at, or make it larger (1) or smaller (−1)."""
        name = self._axes[self._at_axis].name
        part = self._parts.get(name)
        if part is None:
            self.keep(name, (1 - _KEY_PART, 1.0) if direction > 0 else (0.0, _KEY_PART))
            return
        low, high = part
        step = _KEY_STEP * direction
        if grows:
            self.keep(name, (low, max(low + _KEY_STEP, high + step)))
        else:
            step = max(-low, min(1 - high, step))
            self.keep(name, (low + step, high + step))


def _same(first: TrialLine, second: TrialLine) -> bool:
    return (first.side, first.number) == (second.side, second.number)
