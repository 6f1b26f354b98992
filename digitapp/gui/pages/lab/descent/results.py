"""What came of the race: what is to be seen, who was low first, and who wins from other starts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.descent.words import step_text
from digitapp.gui.widgets import ElidedLabel, Label, SectionHeader
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.widgets.series import SeriesMark
from digitapp.lab.contest import MOST_RUNNERS
from digitapp.lab.descent import Race
from digitapp.lab.rates import STARTS

LIMIT = 0.01


class ResultsPanel(QWidget):
    """A few sentences and a table with a row for each runner."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.story = Label("", "body", "text2", wrap=True)
        self.rows = [
            (SeriesMark(index), ElidedLabel("", "body", "text2"), *(self._make_value() for _ in range(2)))
            for index in range(MOST_RUNNERS)
        ]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(SectionHeader(self.tr("What happens here")))
        column.addWidget(self.story)
        column.addLayout(self._make_table())

    @staticmethod
    def _make_value() -> Label:
        value = Label("", "section", tabular=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return value

    def _make_table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        heads = (
            (self.tr("below {0}").format(LIMIT), self.tr("The step at which the error was below {0} first")),
            (self.tr("wins of {0}").format(STARTS), self.tr("From how many of {0} other starts it ends lowest")),
        )
        for place, (text, tip) in enumerate(heads):
            head = Label(text, "caption", "text2")
            head.setToolTip(tip.format((LIMIT, STARTS)[place]))
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, 2 + place)
        for row, parts in enumerate(self.rows):
            for place, part in enumerate(parts):
                grid.addWidget(part, 1 + row, place)
        return grid

    def show_runners(self, titles: Sequence[str]) -> None:
        """Show who runs."""
        for parts in self.rows[len(titles) :]:
            for part in parts:
                part.hide()
        for (mark, name, *values), title in zip(self.rows, titles, strict=False):
            name.setText(title)
            for part in (mark, name, *values):
                part.show()

    def show_firsts(self, race: Race | None, step: int) -> None:
        """Show at which step each was below the limit first, as far as the race is shown."""
        firsts = [] if race is None else race.first_below(LIMIT)[:, 0].tolist()
        for place, (_, _, first, _) in enumerate(self.rows):
            at = firsts[place] if place < len(firsts) else -1
            first.setText(step_text(at if at <= step else -1))

    def show_wins(self, race: Race | None) -> None:
        """Show from how many of the other starts each won; a dash while that is not known."""
        wins = () if race is None else race.wins()
        for place, (*_, won) in enumerate(self.rows):
            won.setText(thousands(wins[place]) if place < len(wins) else self.tr("–"))
