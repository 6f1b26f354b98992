"""The shares of the outcomes as one bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitapp.gui.pages.lab.tale.marks import outcome_color
from digitapp.gui.pages.lab.tale.words import outcome_title, share_text
from digitapp.gui.translation import itemised, translate
from digitapp.inspection.tale import Outcome
from digitapp.inspection.tale_trial import TrialResult

_HEIGHT = 12
_GAP = 4


class SharesBar(QWidget):
    """Parts as long as the outcomes are frequent; a tooltip says how sure a share is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: TrialResult | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Shares of the outcomes"))

    def show_result(self, result: TrialResult | None) -> None:
        """Show the shares of a trial."""
        self._result = result
        self.setAccessibleDescription("" if result is None else itemised(map(self._words, result.by_outcome)))
        self.update()

    def parts(self) -> list[tuple[Outcome, QRectF]]:
        """Return the outcomes that there are, with the places of their parts."""
        if self._result is None:
            return []
        there = [(outcome, len(some)) for outcome, some in self._result.by_outcome.items() if some]
        room = self.width() - _GAP * (len(there) - 1)
        x, places = 0.0, []
        for outcome, count in there:
            width = room * count / len(self._result.networks)
            places.append((outcome, QRectF(x, 0, width, self.height())))
            x += width + _GAP
        return places

    def _words(self, outcome: Outcome) -> str:
        assert self._result is not None
        share = self._result.share(len(self._result.by_outcome[outcome]))
        return translate("Tale", "{0}: {1}").format(outcome_title(outcome), share_text(share))

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, _HEIGHT)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            words = [self._words(outcome) for outcome, place in self.parts() if place.contains(point)]
            QToolTip.showText(event.globalPos(), words[0] if words else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for outcome, place in self.parts():
            painter.setBrush(outcome_color(outcome))
            painter.drawRoundedRect(place, 3, 3)
