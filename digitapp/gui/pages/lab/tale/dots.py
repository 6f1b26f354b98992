"""The best match with each demon in every network, as a strip of dots."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.tale.marks import marks, paint_marks
from digitapp.gui.pictures import offer_picture
from digitapp.gui.translation import itemised
from digitapp.gui.widgets.numbers import MINUS, decimal
from digitapp.inspection.tale import DEMONS, LEAST_MATCH, Outcome
from digitapp.inspection.tale_trial import Judged, TrialResult

_LEAST = -0.2  # all that match worse stand there
_ROW = 36
_DOT = 4.5
_STEP = 4.5  # between dots that stand on each other
_MARKS = (0.0, 0.4, 0.8)


class MatchDots(QWidget):
    """One dot for each network and demon, placed by how alike the best unit is; the line is the least that counts.

    Signals: `chosen(Judged)`, a dot was clicked.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: TrialResult | None = None
        self._current: Judged | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self._dots: list[tuple[QPointF, Judged]] = []
        self._layer: tuple[tuple[object, ...], QPixmap] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Best match in each network"))
        offer_picture(self, self.tr("Best match in each network"), "tale-matches")

    def show_result(self, result: TrialResult | None) -> None:
        """Show the networks of a trial."""
        self._result = result
        self.setAccessibleDescription("" if result is None else itemised(self._words(result)))
        self.update()

    def show_current(self, judged: Judged | None) -> None:
        """Ring the dots of a network."""
        self._current = judged
        self.update()

    def _words(self, result: TrialResult) -> Iterator[str]:
        for row, demon in enumerate(DEMONS):
            count = sum(each.verdict.matches[row].is_found for each in result.networks)
            yield self.tr("Demon {0} was found in {1} of {2}").format(demon.name, count, len(result.networks))

    # Layout

    def sizeHint(self) -> QSize:
        return QSize(240, len(DEMONS) * theme.scaled(_ROW) + QFontMetrics(theme.font("tick")).height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _x(self, correlation: float) -> float:
        left, right = theme.scaled(24), self.width() - 8
        return left + (max(_LEAST, correlation) - _LEAST) / (1 - _LEAST) * (right - left)

    def _base(self, row: int) -> float:
        return (row + 1) * theme.scaled(_ROW) - 4

    def dots(self) -> list[tuple[QPointF, Judged]]:
        """Return the middle of every dot with its network; dots of one place stand on each other."""
        self._lay_out()
        return self._dots

    def _lay_out(self) -> None:
        """Place the dots anew where the networks or the size are others than the last time."""
        key = (self._result, self.width(), theme.scaled(_ROW))
        if key == self._laid_out_for:
            return
        self._laid_out_for, self._dots = key, []
        for row in range(len(DEMONS)):
            columns: dict[int, list[Judged]] = {}
            for each in () if self._result is None else self._result.networks:
                columns.setdefault(round(self._x(each.verdict.matches[row].correlation) / _DOT), []).append(each)
            for column, networks in columns.items():
                step = min(_STEP, (theme.scaled(_ROW) - 2 * _DOT) / len(networks))
                base = self._base(row) - _DOT / 2 - 1
                self._dots += [(QPointF(column * _DOT, base - at * step), each) for at, each in enumerate(networks)]
        self._layer = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        near = [(_distance(point, place), each) for place, each in self.dots() if _distance(point, place) <= _DOT]
        if near and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(min(near, key=lambda pair: pair[0])[1])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, demon in enumerate(DEMONS):
            painter.setFont(theme.font("caption-strong"))
            painter.setPen(p.text)
            base = self._base(row)
            height = theme.scaled(20)
            painter.drawText(QRectF(0, base - height, 20, height), int(Qt.AlignmentFlag.AlignBottom), demon.name)
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(self._x(_LEAST), base), QPointF(self._x(1), base))
        self._paint_axis(painter)
        painter.drawPixmap(0, 0, self._marks(painter.device().devicePixelRatioF()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.text, 1.5))
        for place, each in self._dots:
            if each is self._current:
                painter.drawEllipse(place, _DOT, _DOT)

    def _marks(self, ratio: float) -> QPixmap:
        """Return all dots as a picture: which of them is looked at only changes what lies above."""
        self._lay_out()
        key = (theme.current().name, ratio, self.size())
        if self._layer is None or self._layer[0] != key:
            layer = QPixmap(self.size() * ratio)
            layer.setDevicePixelRatio(ratio)
            layer.fill(Qt.GlobalColor.transparent)
            with QPainter(layer) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                for outcome in Outcome:
                    places = (place for place, each in self._dots if each.verdict.outcome is outcome)
                    paint_marks(painter, marks(outcome, places, _DOT), outcome, _DOT)
            self._layer = key, layer
        return self._layer[1]

    def _paint_axis(self, painter: QPainter) -> None:
        p = theme.current().palette
        bottom = self._base(len(DEMONS) - 1)
        painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self._x(LEAST_MATCH), 0), QPointF(self._x(LEAST_MATCH), bottom))
        painter.setFont(theme.tabular(theme.font("tick")))
        painter.setPen(p.text2)
        labels = [(_LEAST, self.tr("≤ {0}").format(decimal(_LEAST, 1)))]
        labels += [(mark, decimal(mark, 1).removesuffix(".0")) for mark in _MARKS]
        for value, text in labels:
            width = painter.fontMetrics().horizontalAdvance(f"≤ {MINUS}0.2") + 8
            place = QRectF(self._x(value) - width / 2, bottom + 3, width, painter.fontMetrics().height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), text)


def _distance(one: QPointF, other: QPointF) -> float:
    difference = one - other
    return max(abs(difference.x()), abs(difference.y()))
