"""The line above the table of runs: which view, which runs of all, in which order, and how many are chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.icons import icon
from digitapp.gui.pages.runs.rows import Column, Order
from digitapp.gui.widgets import ComboBox, Label, SegmentedControl
from digitapp.gui.words.problems import problem_title

DELETED = "deleted"  # stands for the key of a problem where runs are wanted that were deleted


class FindField(QLineEdit):
    """Where words are typed that runs are looked for by; Esc empties it, Down goes on to what was found.

    Signals: `left`, downwards.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runsFind")
        self.setProperty("kit", "find")
        self.setFont(theme.font("body"))
        self.setPlaceholderText(self.tr("Name or setting"))
        self.setAccessibleName(self.tr("Find runs by name or setting"))
        self.setToolTip(self.tr("Every word must occur in the name, the network or a setting, such as: adam 0.01"))
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.scaled(theme.CONTROL_HEIGHT))
        self.setMinimumWidth(theme.scaled(84))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class RunsTools(QWidget):
    """The tools.

    Signals
    -------
    filtered(text, problem) : other runs are to be listed; the key of a problem, "" for all of them, or `DELETED`
    sorted(Order) : in another order

    Attributes
    ----------
    views : which view is shown, by its name
    finder : the field for words
    """

    filtered = Signal(str, str)
    sorted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views = SegmentedControl(name=self.tr("View"), parent=self)
        self.views.setObjectName("runsViews")
        self.finder = FindField(self)
        self.problems = ComboBox(self)
        self.problems.setAccessibleName(self.tr("Runs of which problem"))
        self.problems.add_entry(self.tr("All problems"), data="")
        for problem in reversed(list(PROBLEMS.values())):
            self.problems.add_entry(problem_title(problem), data=problem.key)
        self.problems.add_entry(self.tr("Deleted runs"), data=DELETED)
        self.orders = ComboBox(self)
        self.orders.setAccessibleName(self.tr("Order of the runs"))
        for text, order in (
            (self.tr("Newest first"), Order(Column.STARTED, is_falling=True)),
            (self.tr("Oldest first"), Order(Column.STARTED, is_falling=False)),
            (self.tr("Best first"), Order(Column.BEST, is_falling=True)),
            (self.tr("By name"), Order(Column.NAME, is_falling=False)),
            (self.tr("Smallest network first"), Order(Column.NETWORK, is_falling=False)),
            (self.tr("Longest first"), Order(Column.TIME, is_falling=True)),
        ):
            self.orders.add_entry(text, data=order)
        self.orders.setPlaceholderText(self.tr("As clicked"))
        self.chosen = Label("", "caption-strong", tabular=True)
        self.of_table = QWidget(self)
        inner = QHBoxLayout(self.of_table)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(12)
        inner.addWidget(self.finder, 1)
        inner.addWidget(self.problems)
        inner.addWidget(self.orders)
        inner.addWidget(self.chosen)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(16)
        self._row.addWidget(self.views)
        self._row.addWidget(self.of_table, 1)
        self._row.addStretch(0)
        self.views.hide()
        self.finder.textChanged.connect(self._tell_filter)
        self.problems.activated.connect(self._tell_filter)
        self.orders.activated.connect(self._on_order)

    def add_view(self, title: str, name: str) -> None:
        """Offer another view of the page; one alone is not offered."""
        self.views.add_segment(title, data=name)
        self.views.setVisible(self.views.count() > 1)

    def show_chosen(self, count: int) -> None:
        """Say how many runs are chosen."""
        self.chosen.setText(self.tr("{0} chosen").format(count) if count else "")

    def show_order(self, order: Order) -> None:
        """Show by what the table is sorted; none of the entries where a title was clicked that has none."""
        self.orders.setCurrentIndex(self.orders.findData(order))

    def clear(self) -> None:
        """List all runs again."""
        self.finder.clear()
        self.problems.setCurrentIndex(0)
        self._tell_filter()

    @Slot()
    def _tell_filter(self) -> None:
        self.filtered.emit(self.finder.text(), self.problems.currentData())

    @Slot(int)
    def _on_order(self, index: int) -> None:
        self.sorted.emit(self.orders.itemData(index))
