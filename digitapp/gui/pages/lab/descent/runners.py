"""Who takes part in the race, with the error of each now; one of them is looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.descent.words import optimizer_title, rates_words, runner_titles
from digitapp.gui.widgets import CheckBox, ComboBox, FocusRing, Label, SectionHeader, SegmentedControl
from digitapp.gui.widgets.series import paint_mark, series_color
from digitapp.lab.contest import MOST_RUNNERS, PRESETS, Contest, Rates
from digitapp.nn.optimizers import OPTIMIZERS

RATES: tuple[Rates, ...] = ("own", "same", "best")
_HEIGHT, _MARGIN, _PIECE, _GAP = 30, 8, 26, 10


class RunnerRow(QAbstractButton):
    """A runner's mark, name and error; a box says whether it is seen, the row itself that it is looked at.

    Signals: `seen_changed`, the box was turned.
    """

    seen_changed = Signal()

    def __init__(self, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._index, self._value = index, ""
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box = CheckBox("", self)
        self.box.setChecked(True)
        self.box.clicked.connect(self.seen_changed)
        FocusRing(self, theme.CONTROL_RADIUS)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(240), theme.scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(180), theme.scaled(_HEIGHT))

    def show_texts(self, name: str, value: str) -> None:
        """Show the runner's name and its error."""
        if (name, value) != (self.text(), self._value):
            self._value = value
            self.setText(name)
            self.setToolTip(name)
            self.setAccessibleName(self.tr("{0}: {1}").format(name, value))
            self.box.setAccessibleName(self.tr("Show {0}").format(name))
            self.update()

    @property
    def value(self) -> str:
        """The error that is shown."""
        return self._value

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        hint = self.box.sizeHint()
        self.box.setGeometry(_MARGIN, (self.height() - hint.height()) // 2, hint.width(), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.accent_tint if self.isChecked() else p.sunken)
            painter.drawRoundedRect(QRectF(self.rect()), theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
        left, middle = self.box.geometry().right() + 1.0, self.height() / 2
        painter.setOpacity(1.0 if self.box.isChecked() else 0.45)
        piece = theme.scaled(_PIECE)
        painter.setPen(QPen(series_color(self._index), 2))
        painter.drawLine(QPointF(left, middle), QPointF(left + piece, middle))
        paint_mark(painter, self._index, QPointF(left + piece / 2, middle), theme.scaled(9), outline=p.surface)
        value_font = theme.tabular(theme.font("section"))
        width = QFontMetrics(value_font).horizontalAdvance(self._value)
        place = QRectF(left + piece + _GAP, 0, 0, self.height())
        place.setRight(self.width() - _MARGIN - width - _GAP)
        font = theme.font("section" if self.isChecked() else "body")
        painter.setFont(font)
        painter.setPen(p.text)
        name = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        painter.setFont(value_font)
        place = QRectF(0, 0, self.width() - _MARGIN, self.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._value)


class RunnersPanel(QWidget):
    """The runners, how their rates are chosen, and a list to add more from.

    Signals
    -------
    wanted(Contest) : another contest is to be run
    chosen(index) : another runner is looked at
    seen_changed : other runners are seen
    """

    wanted = Signal(object)
    chosen = Signal(int)
    seen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest = PRESETS["rules"]
        self.rows = [RunnerRow(index, self) for index in range(MOST_RUNNERS)]
        self._group = QButtonGroup(self)
        for index, row in enumerate(self.rows):
            self._group.addButton(row, index)
            row.seen_changed.connect(self.seen_changed)
        self.rates = SegmentedControl(name=self.tr("Learning rates"))
        for rates in RATES:
            title, tip = rates_words(rates)
            self.rates.add_segment(title, tip=tip)
        self.more = ComboBox()
        self.more.setPlaceholderText(self.tr("Add a rule"))
        self.more.setAccessibleName(self.tr("Add a rule"))
        for key in OPTIMIZERS:
            self.more.addItem(optimizer_title(key), key)
        self.more.setCurrentIndex(-1)
        self._build()
        self._group.idClicked.connect(self.chosen)
        self.rates.currentChanged.connect(self._on_rates)
        self.more.activated.connect(self._on_more)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = SectionHeader(self.tr("Runners"))
        head.add(self.more)
        head.add(Label(self.tr("error now"), "caption", "text2"))
        column.addWidget(head)
        for row in self.rows:
            column.addWidget(row)
        column.addSpacing(4)
        line = QHBoxLayout()
        line.addWidget(Label(self.tr("Rates"), "body", "text2"))
        line.addStretch(1)
        line.addWidget(self.rates)
        column.addLayout(line)

    def show_contest(self, contest: Contest, chosen: int) -> None:
        """Show who takes part, and who is looked at."""
        self._contest = contest
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(contest.runners))
        self.rows[chosen].setChecked(True)
        self.more.setVisible(len(contest.runners) < MOST_RUNNERS)
        blocked = self.rates.blockSignals(True)
        self.rates.setCurrentIndex(RATES.index(contest.rates))
        self.rates.blockSignals(blocked)

    def show_values(self, values: Sequence[str]) -> None:
        """Show the error of each runner, as it is now."""
        titles = runner_titles(self._contest.runners)
        for row, title, value in zip(self.rows, titles, values, strict=False):
            row.show_texts(title, value)

    def absent(self) -> tuple[int, ...]:
        """Return the runners that are not seen."""
        count = len(self._contest.runners)
        return tuple(index for index, row in enumerate(self.rows[:count]) if not row.box.isChecked())

    def set_absent(self, absent: Sequence[int]) -> None:
        """Let all be seen but these."""
        for index, row in enumerate(self.rows):
            row.box.setChecked(index not in absent)

    @Slot(int)
    def _on_rates(self, index: int) -> None:
        self.wanted.emit(replace(self._contest, rates=RATES[index]))

    @Slot()
    def _on_more(self) -> None:
        key = self.more.currentData()
        self.more.setCurrentIndex(-1)
        self.wanted.emit(self._contest.with_runner(key))
