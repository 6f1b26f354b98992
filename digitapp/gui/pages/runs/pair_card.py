"""One experiment against another: the sentence, the interval on its axis, and how it was worked out."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.interval_bar import IntervalBar
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import IconView, Label, LinkButton
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.words.comparison import Step, advice_words, interval_words, size_words, steps_of, told, verdict_words
from digitapp.kept.comparing import Pair
from digitapp.runs.comparison import Verdict


class PairCard(QWidget):
    """Says which of two is better; teal where that can be told, grey where it cannot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pair: Pair | None = None
        self._icon = IconView("equal", parent=self)
        self.verdict = Label("", "card-title", wrap=True, parent=self)
        self._size = Label("", "title", "accent", tabular=True, parent=self)
        self._interval = Label("", "caption", "text2", wrap=True, tabular=True, parent=self)
        self._bar = IntervalBar(self)
        self._advice = Label("", "caption", "text2", wrap=True, parent=self)
        self.unfold = LinkButton(self.tr("How this was worked out"), "chevron-right", parent=self)
        self.working = Working(self)
        self.working.hide()
        self._build()
        self.unfold.clicked.connect(self._on_unfold)

    def _build(self) -> None:
        lines = QVBoxLayout()
        lines.setSpacing(4)
        for part in (self.verdict, self._size, self._interval, self._bar, self._advice):
            lines.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.working)

    @property
    def is_told_apart(self) -> bool:
        """Whether it says that one is better."""
        return self._pair is not None and self._pair.better is not None and not self._pair.may_be_luck

    def show_pair(self, pair: Pair, limits: tuple[float, float]) -> None:
        """Show a pair, its interval on an axis between two limits."""
        self._pair = pair
        turned, is_single = told(pair), pair.difference.verdict is Verdict.SINGLE
        self._icon.set_icon(*self._sign(pair))
        self.verdict.setText(verdict_words(pair))
        self._size.setText(size_words(pair))
        self._size.set_tone("accent" if self.is_told_apart else "text2")
        self._interval.setText(interval_words(pair))
        self._bar.setVisible(turned.has_interval)
        if turned.has_interval:
            self._bar.show_told(turned, limits, interval_words(pair), is_told_apart=self.is_told_apart)
        self._advice.setText(advice_words(pair))
        self._advice.setVisible(bool(self._advice.text()))
        self._advice.set_tone("warning" if pair.may_be_luck else "text2")
        self.unfold.setVisible(not (is_single and not pair.images))
        self.unfold.setAccessibleDescription(self.verdict.text())
        if self.unfold.isHidden():
            self.working.hide()
        self._show_working()
        self.setAccessibleName(in_a_row(self.verdict.text(), self._interval.text(), self._advice.text()))
        self.update()

    def _sign(self, pair: Pair) -> tuple[str, Tone]:
        if self.is_told_apart:
            return "check", "accent"
        if pair.may_be_luck:
            return "warning", "warning"
        return ("info" if pair.difference.verdict is Verdict.SINGLE else "equal"), "text2"

    @Slot()
    def _on_unfold(self) -> None:
        self.working.setVisible(self.working.isHidden())
        self._show_working()

    def _show_working(self) -> None:
        is_open = not self.working.isHidden()
        self.unfold.set_icon_name("chevron-down" if is_open else "chevron-right")
        if is_open and self._pair is not None:
            self.working.show_steps(steps_of(self._pair))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.accent_tint if self.is_told_apart else p.sunken)
        painter.drawRoundedRect(QRectF(self.rect()), theme.CARD_RADIUS, theme.CARD_RADIUS)


class Working(QWidget):
    """The steps by which something was worked out, each with its numbers put in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._labels: list[tuple[Label, Label]] = []

    def show_steps(self, steps: list[Step]) -> None:
        """Show other steps."""
        while len(self._labels) < len(steps):
            title = Label("", "caption-strong", wrap=True, parent=self)
            text = Label("", "caption", "text2", wrap=True, tabular=True, parent=self)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            title.setContentsMargins(0, 6, 0, 0)
            self._column.addWidget(title)
            self._column.addWidget(text)
            self._labels.append((title, text))
        for place, (title, text) in enumerate(self._labels):
            is_there = place < len(steps)
            if is_there:
                title.setText(steps[place].title)
                text.setText(steps[place].text)
            title.setVisible(is_there)
            text.setVisible(is_there)

    def text(self) -> str:
        """Return all that is shown."""
        shown = (label.text() for pair in self._labels for label in pair if not label.isHidden())
        return "\n".join(shown)
