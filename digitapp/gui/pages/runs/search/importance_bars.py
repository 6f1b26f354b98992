"""What matters: the share of each parameter in how well the trials did, as bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.search.words import drawn_title, short_title
from digitapp.gui.translation import itemised
from digitapp.runs.search.state import StudyState

_BAR, _ROW, _LEAST_ROW = 10, 30, 18
_NUMBER = 34
_MOST_WORDS = 0.45  # of the width


class ImportanceBars(QWidget):
    """A row a parameter, the one that decides most first; unknown is an empty groove and a dash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str, float | None]] = []  # title, in a word, share
        self.setObjectName("searchImportance")
        self.setAccessibleName(self.tr("What matters"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(250), theme.scaled(_ROW) * max(1, len(self._rows)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(160), theme.scaled(_LEAST_ROW) * max(1, len(self._rows)))

    def show_study(self, state: StudyState) -> None:
        """Show what is known of a study's parameters."""
        found = state.importance
        space = state.spec.space
        self._rows = [
            (drawn_title(space, name), short_title(space, name), None if found is None else found.shares.get(name))
            for name in space.drawn_names
        ]
        if found is not None:
            self._rows.sort(key=lambda row: -(row[2] or 0.0))
        self.setAccessibleDescription(itemised(f"{title} {_text(share)}" for title, _, share in self._rows))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = theme.tabular(theme.font("body"))
        strong = theme.tabular(theme.font("body", QFont.Weight.DemiBold))
        metrics = QFontMetrics(plain)
        titles = [title for title, _, _ in self._rows]
        if any(metrics.horizontalAdvance(title) > self.width() * _MOST_WORDS for title in titles):
            titles = [short for _, short, _ in self._rows]
        names = min(max(map(metrics.horizontalAdvance, titles), default=0), int(self.width() * _MOST_WORDS))
        pitch = min(theme.scaled(_ROW), self.height() / max(1, len(self._rows)))
        number = theme.scaled(_NUMBER)
        for row, (title, (_, _, share)) in enumerate(zip(titles, self._rows, strict=True)):
            place = QRectF(0, row * pitch, self.width(), pitch)
            painter.setFont(plain)
            painter.setPen(p.text2)
            shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, names)
            painter.drawText(QRectF(0, place.top(), names + 2, pitch), Qt.AlignmentFlag.AlignVCenter, shown)
            groove = QRectF(names + 12, place.center().y() - _BAR / 2, self.width() - names - 12 - number, _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.bar_groove)
            painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
            is_first = row == 0 and share is not None
            if share is not None and round(100 * share) >= 1:
                painter.setBrush(p.accent if is_first else p.bar)
                width = max(_BAR, groove.width() * share)
                painter.drawRoundedRect(QRectF(groove.left(), groove.top(), width, _BAR), _BAR / 2, _BAR / 2)
            painter.setFont(strong if is_first else plain)
            painter.setPen(p.text if is_first else p.text2)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _text(share))


def _text(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{100 * share:.0f}" if share >= 0.01 else "<1"
