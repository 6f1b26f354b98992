"""What is known about a step of a circuit, and the circuit as a program and as a count."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.circuit.counting import CountingPanel
from digitapp.gui.pages.lab.circuit.explain import Explanation, Row, explain
from digitapp.gui.pages.lab.circuit.gate_pictures import GatePictures
from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.pages.lab.circuit.program import ProgramPanel
from digitapp.gui.widgets import HairLine, IconView, Label, ScrollPanel, SegmentedControl
from digitapp.gui.widgets.labels import Tone

_LONG = 24  # characters from which on a text may take several lines


class CircuitInspector(ScrollPanel):
    """One step or node on top; below it the gates, the program, or the count, as is chosen.

    Signals
    -------
    line_chosen(node) : a line of the program was chosen
    """

    line_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("surface")
        self.caption = Label("", "caption", "text2", wrap=True)
        self.title = Label("", "title", wrap=True)
        self.sentence = Label("", "body", "text2", wrap=True)
        self.head = RowGrid(self.content, strong=True)
        self.rows = RowGrid(self.content)
        self.verdict = Label("", "caption-strong", "accent")
        self._mark = IconView("check", 14, "accent")
        self.checks = RowGrid(self.content)
        self.faces = SegmentedControl(
            [self.tr("Gates"), self.tr("In Python"), self.tr("Counting")], name=self.tr("More about the circuit")
        )
        self.gates = GatePictures()
        self.program = ProgramPanel()
        self.counting = CountingPanel()
        self._build()
        self.faces.currentChanged.connect(self._show_face)
        self.program.lines.chosen.connect(self.line_chosen)

    def _build(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(theme.STAGE_MARGIN, 20, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.caption)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        self._numbers = _section(self.head, self.rows)
        column.addWidget(self._numbers)
        question = QWidget()
        line = QHBoxLayout(question)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(Label(self.tr("Is it right?"), "section"), 1)
        line.addWidget(self._mark)
        line.addWidget(self.verdict)
        self._check = _section(question, self.checks)
        column.addWidget(self._check)
        column.addWidget(HairLine())
        column.addWidget(self.faces, 0, Qt.AlignmentFlag.AlignLeft)
        for face in (self.gates, self.program, self.counting):
            column.addWidget(face)
        column.addStretch(1)
        self._show_face()

    def _show_face(self) -> None:
        for index, face in enumerate((self.gates, self.program, self.counting)):
            face.setVisible(index == self.faces.currentIndex())

    @property
    def is_counting(self) -> bool:
        """Whether the count is seen."""
        return self.counting.isVisible()

    # What is shown

    def show_scene(self, scene: Scene) -> None:
        """Show what is looked at in a scene."""
        found = explain(scene)
        self.caption.setText(found.caption)
        self.title.setText(found.title)
        self.sentence.setText(found.sentence)
        self._show_numbers(found)
        self.gates.show_current(found.picture)
        if self.program.isVisibleTo(self.content):
            self.program.show_scene(scene)

    def _show_numbers(self, found: Explanation) -> None:
        tone: Tone = "gradient" if found.has_gradients else "text"
        self._numbers.setVisible(found.head is not None or bool(found.rows))
        head_tone: Tone = "text" if found.head_is_value else tone
        self.head.show_rows([] if found.head is None else [found.head], head_tone)
        self.rows.show_rows(found.rows, tone)
        self._check.setVisible(bool(found.checks))
        self.checks.show_rows(found.checks, "text")
        agrees = bool(found.agrees)
        self.verdict.setText(self.tr("They agree") if agrees else self.tr("They disagree"))
        self.verdict.set_tone("accent" if agrees else "warning")
        self._mark.set_icon("check" if agrees else "warning", "accent" if agrees else "warning")


class RowGrid(QWidget):
    """Names on the left, values on the right, long ones below their names; labels are kept and filled anew."""

    def __init__(self, parent: QWidget, *, strong: bool = False) -> None:
        super().__init__(parent)
        self._is_strong = strong
        self._labels: list[tuple[Label, Label]] = []
        self._are_long: list[bool | None] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)

    def show_rows(self, rows: Sequence[Row], tone: Tone) -> None:
        """Show other rows."""
        while len(self._labels) < len(rows):
            self._add_row()
        for index, (name, value) in enumerate(self._labels):
            is_shown = index < len(rows)
            for label in (name, value):
                label.setVisible(is_shown)
            if is_shown:
                self._place(index, is_long=_is_long(rows[index]))
                name.setWordWrap(len(rows[index].name) > _LONG)
                name.setText(rows[index].name)
                value.setText(rows[index].value)
                value.set_tone(tone)
        self.setVisible(bool(rows))

    def _add_row(self) -> None:
        name = Label("", "section" if self._is_strong else "body", parent=self)
        value = Label("", "section", tabular=True, parent=self)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._labels.append((name, value))
        self._are_long.append(None)

    def _place(self, index: int, *, is_long: bool) -> None:
        """Put a value beside its name, or below it."""
        if is_long is self._are_long[index]:
            return
        self._are_long[index] = is_long
        name, value = self._labels[index]
        for label in (name, value):
            self._grid.removeWidget(label)
        value.setWordWrap(is_long)
        self._grid.addWidget(name, 2 * index, 0, 1, 2 if is_long else 1)
        if is_long:
            self._grid.addWidget(value, 2 * index + 1, 0, 1, 2)
        else:
            self._grid.addWidget(value, 2 * index, 1)

    def texts(self) -> list[tuple[str, str]]:
        """Return what is shown."""
        return [(name.text(), value.text()) for name, value in self._labels if not name.isHidden()]


def _is_long(row: Row) -> bool:
    """Return whether a value has no room beside its name."""
    return len(row.value) > _LONG or (len(row.value) > _LONG // 2 and len(row.name) + len(row.value) > 1.5 * _LONG)


def _section(*content: QWidget) -> QWidget:
    """Return a part of the inspector below a hairline."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(HairLine())
    for part in content:
        column.addWidget(part)
    return section
