"""The line that an expression is typed in, with examples beside it and what is wrong with it below."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.circuit.machine import Machine
from digitapp.gui.pages.lab.circuit.mistakes import mistake_text
from digitapp.gui.pages.lab.circuit.words import example_title
from digitapp.gui.widgets import ComboBox, ElidedLabel, Label, LinkButton, TextField
from digitapp.lab.circuit.examples import EXAMPLES
from digitapp.lab.circuit.faults import CircuitError
from digitapp.lab.circuit.graph import build
from digitapp.lab.circuit.parser import parse


def _checked(text: str) -> str:
    """Return a text that is an expression. Raises CircuitError for another one."""
    build(parse(text))
    return text


def _words(error: ValueError) -> str:
    return mistake_text(error) if isinstance(error, CircuitError) else ""


class ExpressionLine(QWidget):
    """An expression as it is typed: at each key it is read anew.

    Signals
    -------
    edited(text) : something else was typed
    example_chosen(Example) : one of the examples is to be shown
    sigmoids_toggled : sigmoids are to become gates in the other way
    """

    edited = Signal(str)
    example_chosen = Signal(object)
    sigmoids_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = TextField(_checked, "", describe=_words, name=self.tr("Expression"), parent=self)
        self.field.setObjectName("circuitExpression")
        self.field.setPlaceholderText(self.tr("an expression, such as (x + y)*z"))
        self.examples = ComboBox(self)
        self.examples.setObjectName("circuitExamples")
        self.examples.setAccessibleName(self.tr("Examples"))
        self.examples.setPlaceholderText(self.tr("Examples"))
        for example in EXAMPLES:
            self.examples.add_entry(self.tr("Example: {0}").format(example_title(example)), data=example)
        self.note = ElidedLabel("", "tick", "text2")
        self.sigmoids = LinkButton("", parent=self)
        self._helper = self.tr("Names become inputs. Values may stand at the end: where x = 3, w = [1, 2]")
        self.field.setToolTip(
            self.tr(
                "Gates: + − * / ^, exp, log, sin, cos, tanh, σ, sqrt, square, max, min.\n"
                "Vectors and matrices: sum, dot, and W·x for their product."
            )
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        label = Label(self.tr("f ="), "section")
        label.setBuddy(self.field)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.examples, 0, 2)
        below = QGridLayout()
        below.setColumnStretch(0, 1)
        below.addWidget(self.note, 0, 0)
        below.addWidget(self.sigmoids, 0, 1)
        below.setRowMinimumHeight(0, theme.scaled(24))
        grid.addLayout(below, 1, 1, 1, 2)
        self.field.textEdited.connect(self.edited)
        self.field.error_changed.connect(self._show_note)
        self.field.returnPressed.connect(self._point_at_mistake)
        self.examples.activated.connect(self._on_example)
        self.sigmoids.clicked.connect(self.sigmoids_toggled)
        self._mistake: CircuitError | None = None
        self._draws_sigmoids: bool | None = None

    def show_machine(self, machine: Machine) -> None:
        """Show what is typed, what is wrong with it, and how sigmoids are drawn."""
        if self.field.text() != machine.text:
            self.field.set_value(machine.text)
        self._mistake = machine.error
        self.field.show_error("" if machine.error is None else mistake_text(machine.error))
        self._show_note()
        chosen = next((index for index, example in enumerate(EXAMPLES) if example.text == machine.text), -1)
        with QSignalBlocker(self.examples):
            self.examples.setCurrentIndex(chosen)
        self.sigmoids.setVisible(machine.has_sigmoid)
        if machine.draws_sigmoids is not self._draws_sigmoids:  # laying out anew takes longer than painting
            self._draws_sigmoids = machine.draws_sigmoids
            self.sigmoids.setText(
                self.tr("Draw σ as four gates") if machine.draws_sigmoids else self.tr("Draw σ as one gate")
            )
            self.sigmoids.updateGeometry()

    @Slot()
    def _show_note(self) -> None:
        error = self.field.error()
        self.note.setText(error or self._helper)
        self.note.set_tone("danger" if error else "text2")
        self.note.setFont(theme.font("tick", QFont.Weight.Medium if error else None))

    @Slot()
    def _point_at_mistake(self) -> None:
        """Select what is wrong, so that it can be typed anew."""
        if self._mistake is not None:
            first, last = self._mistake.span
            if last > first:
                self.field.setSelection(first, last - first)

    @Slot(int)
    def _on_example(self, index: int) -> None:
        self.example_chosen.emit(EXAMPLES[index])
