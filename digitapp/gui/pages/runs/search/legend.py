"""What the marks of trials and the lines of a search mean."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.search.best_plot import paint_trial_mark
from digitapp.gui.translation import itemised
from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import TrialFate, TrialLine

_MARK, _GAP, _APART = 20, 6, 18


class Sign(Enum):
    """A mark or a line."""

    BEST = auto()
    BEST_AT_RANDOM = auto()
    TO_THE_END = auto()
    GIVEN_UP = auto()
    AT_RANDOM = auto()
    BELOW = auto()
    LINE_TO_THE_END = auto()
    LINE_GIVEN_UP = auto()


class SearchLegend(QWidget):
    """Signs with their words in a row, as many as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[tuple[Sign, str]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Sequence[tuple[Sign, str]]) -> None:
        """Show other signs."""
        self._entries = entries
        self.setAccessibleName(itemised(text for _, text in entries))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(120), QFontMetrics(theme.font("tick")).height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(40), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("tick"))
        metrics, x = painter.fontMetrics(), 0.0
        mark = theme.scaled(_MARK)
        for sign, text in self._entries:
            width = metrics.horizontalAdvance(text)
            is_line = sign in (Sign.BEST, Sign.BEST_AT_RANDOM, Sign.LINE_TO_THE_END, Sign.LINE_GIVEN_UP)
            room = mark if is_line else mark / 2
            if x + room + _GAP + width > self.width():
                break
            _paint_sign(painter, sign, QRectF(x, 0, room, self.height()))
            painter.setPen(p.text2)
            place = QRectF(x + room + _GAP, 0, width + 2, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            x += room + _GAP + width + _APART


def _paint_sign(painter: QPainter, sign: Sign, place: QRectF) -> None:
    p = theme.current().palette
    lines = {
        Sign.BEST: QPen(p.accent, 2),
        Sign.BEST_AT_RANDOM: QPen(p.text3, 1.5, Qt.PenStyle.DashLine),
        Sign.LINE_TO_THE_END: QPen(p.text2, 1.2),
        Sign.LINE_GIVEN_UP: QPen(theme.blend(p.surface, p.text3, 0.5), 1),
    }
    if sign in lines:
        painter.setPen(lines[sign])
        painter.drawLine(QPointF(place.left(), place.center().y()), QPointF(place.right(), place.center().y()))
        return
    fate = TrialFate.GIVEN_UP if sign in (Sign.GIVEN_UP, Sign.BELOW) else TrialFate.DONE
    side = Side.RANDOM if sign is Sign.AT_RANDOM else Side.GUIDED
    paint_trial_mark(painter, place.center(), TrialLine(0, side, fate), is_below=sign is Sign.BELOW)
