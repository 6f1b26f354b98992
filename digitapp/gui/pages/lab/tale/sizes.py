"""What becomes of the tale with one to eight hidden units, as bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.tale.words import share_text
from digitapp.gui.pictures import offer_picture
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.tale import Outcome
from digitapp.inspection.tale_trial import MOST_HIDDEN, TrialResult

_PLOT = 56


class SizesChart(QWidget):
    """Two bars for each number of hidden units: how many networks read all images, and in how many the tale came true.

    Arrow keys walk over them. Signals: `chosen(hidden)`, a number that was tried is to be shown.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Sequence[TrialResult | None] = [None] * MOST_HIDDEN
        self._current = 0
        self._marked: int | None = None
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("With other numbers of hidden units"))
        offer_picture(self, self.tr("With other numbers of hidden units"), "tale-hidden-units")
        FocusRing(self, 4)

    def show_results(self, results: Sequence[TrialResult | None], current: int) -> None:
        """Show the trials with 1, 2 and so on hidden units, None for those that were not made; `current` is shown."""
        self._results, self._current = results, current
        words = (self._sentence(hidden) for hidden, result in enumerate(results, 1) if result is not None)
        self.setAccessibleDescription(itemised(words))
        self.update()

    def counts(self, hidden: int) -> tuple[int, int] | None:
        """Return how many networks read all images, and in how many the tale came true."""
        result = self._results[hidden - 1]
        if result is None:
            return None
        tale = len(result.by_outcome[Outcome.TALE])
        return tale + len(result.by_outcome[Outcome.OTHER]), tale

    def _sentence(self, hidden: int) -> str:
        title, rows = self._facts(hidden)
        return self.tr("{0}: {1}").format(
            title, itemised(self.tr("{0} {1}").format(row.name, row.value) for row in rows)
        )

    def _facts(self, hidden: int) -> tuple[str, list[ReadoutRow]]:
        title = self.tr("%n hidden unit(s)", "", hidden)
        result, counts = self._results[hidden - 1], self.counts(hidden)
        if result is None or counts is None:
            return title, [ReadoutRow(self.tr("not tried yet"))]
        read, tale = (share_text(result.share(count)) for count in counts)
        return title, [ReadoutRow(self.tr("read all 64"), read), ReadoutRow(self.tr("tale came true"), tale)]

    # Layout

    def _line(self) -> int:
        return QFontMetrics(theme.font("tick")).height()

    def sizeHint(self) -> QSize:
        return QSize(240, theme.scaled(_PLOT) + 2 * self._line() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _place(self, hidden: int) -> QRectF:
        pitch = self.width() / MOST_HIDDEN
        return QRectF((hidden - 1) * pitch, 0, pitch, self.height())

    def _at(self, point: QPointF) -> int | None:
        return next((size for size in range(1, MOST_HIDDEN + 1) if self._place(size).contains(point)), None)

    # Pointer and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._mark(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._mark(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hidden = self._at(event.position())
        if hidden is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(hidden)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = ARROWS.get(key)
        if step is not None and step.across:
            self._mark(min(max((self._marked or self._current or 1) + step.across, 1), MOST_HIDDEN))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._marked is not None:
            self._choose(self._marked)
        else:
            super().keyPressEvent(event)

    def _choose(self, hidden: int) -> None:
        if self._results[hidden - 1] is not None and hidden != self._current:
            self.chosen.emit(hidden)

    def _mark(self, hidden: int | None) -> None:
        if hidden != self._marked:
            self._marked = hidden
            self.update()
        if hidden is None:
            if self._readout is not None:
                self._readout.hide()
            return
        self._readout = readout_in(self.window(), self._readout)
        title, rows = self._facts(hidden)
        corner = self.mapTo(self.window(), QPoint(round(self._place(hidden).center().x()), 0))
        self._readout.show_at(corner, title, rows, above=True)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom = self._line() + theme.scaled(_PLOT)
        for hidden in range(1, MOST_HIDDEN + 1):
            place = self._place(hidden)
            if hidden == self._marked:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(p.sunken)
                painter.drawRoundedRect(place.adjusted(1, 0, -1, 0), 4, 4)
            painter.setFont(theme.font("caption-strong" if hidden == self._current else "tick"))
            painter.setPen(p.text if hidden == self._current else p.text2)
            line = QRectF(place.left(), bottom + 3, place.width(), self._line() + 2)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), str(hidden))
            self._paint_bars(painter, place, bottom, hidden)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(0, bottom), QPointF(self.width(), bottom))

    def _paint_bars(self, painter: QPainter, place: QRectF, bottom: float, hidden: int) -> None:
        p = theme.current().palette
        result, counts = self._results[hidden - 1], self.counts(hidden)
        painter.setFont(theme.tabular(theme.font("micro")))
        if result is None or counts is None:
            painter.setPen(p.text3)
            dash = QRectF(place.left(), bottom - self._line(), place.width(), self._line())
            painter.drawText(dash, int(Qt.AlignmentFlag.AlignCenter), "–")
            return
        width = min(theme.scaled(13), place.width() / 2 - 3)
        for side, count, color in ((-1, counts[0], p.bar), (1, counts[1], p.accent)):
            share = count / len(result.networks)
            top = bottom - theme.scaled(_PLOT) * share
            middle = place.center().x()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRect(QRectF(middle + 1 if side > 0 else middle - 1 - width, top, width, bottom - top))
            painter.setPen(p.text2 if side < 0 else p.accent)
            # The numbers of both keep to their own half, so that they never meet.
            half = QRectF(middle + 1, top - self._line(), place.width(), self._line())
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            if side < 0:
                half.moveRight(middle - 1)
                flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(half, int(flags), f"{100 * share:.0f}")
