"""Names with their values, one below the other, as the inspectors of benches list them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui.translation import translate
from digitapp.gui.widgets import HairLine, Label, SectionHeader
from digitapp.gui.widgets.series import SeriesMark


class FactRows(QWidget):
    """Rows of a name and a value; those of series begin with their mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[SeriesMark | None, Label, Label]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)

    def set_rows(self, rows: Sequence[tuple[str, str]], marks: Sequence[int] = ()) -> None:
        """Show other rows; `marks` has the series of each where they belong to some."""
        if len(rows) != len(self._rows) or bool(marks) != any(row[0] is not None for row in self._rows):
            self._rebuild(len(rows), marks)
        for (_, name, value), texts in zip(self._rows, rows, strict=True):
            name.setText(texts[0])
            value.setText(texts[1])
            value.setAccessibleName(translate("FactRows", "{0}: {1}").format(*texts))

    def texts(self) -> list[tuple[str, str]]:
        """Return what is shown."""
        return [(name.text(), value.text()) for _, name, value in self._rows]

    def _rebuild(self, count: int, marks: Sequence[int]) -> None:
        for row in self._rows:
            for part in row:
                if part is not None:
                    self._grid.removeWidget(part)
                    part.hide()
                    part.deleteLater()
        self._rows = []
        for index in range(count):
            mark = SeriesMark(marks[index], line=True) if marks else None
            name = Label("", "body", "text2", wrap=True)
            value = Label("", "section", tabular=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if mark is not None:
                self._grid.addWidget(mark, index, 0)
            self._grid.addWidget(name, index, 1)
            self._grid.addWidget(value, index, 2)
            self._rows.append((mark, name, value))


def inspector_column(panel: QWidget) -> QVBoxLayout:
    """Return the layout of an inspector's content, with the margins that inspectors have."""
    column = QVBoxLayout(panel)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    return column


def add_section(column: QVBoxLayout, title: str) -> SectionHeader:
    """Append a hairline and the head of a new section, and return it."""
    header = SectionHeader(title)
    column.addWidget(HairLine())
    column.addWidget(header)
    return header
