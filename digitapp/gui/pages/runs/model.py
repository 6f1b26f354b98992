"""The table of runs as Qt asks for it: what is listed, which rows are chosen, and what each cell says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from digitapp.gui.pages.runs.rows import Column, Order, Row, found, in_order, key_of, short_title_of, unfolded
from digitapp.gui.translation import listed
from digitapp.gui.widgets.series import series_symbol
from digitapp.gui.words.run_list import accuracy_words, duration_words, fate_words, moment_words
from digitapp.gui.words.run_settings import Chip, setting_chip
from digitapp.kept.experiments import Experiment, different

Index = QModelIndex | QPersistentModelIndex

_RIGHT = (Column.BEST, Column.TIME, Column.STARTED)


@dataclass(frozen=True)
class Differences:
    """In which settings a row differs from its reference; or `remark` says why none is named."""

    chips: tuple[Chip, ...] = ()
    remark: str = ""

    @property
    def text(self) -> str:
        """All of it, for a reader of the screen."""
        return self.remark or listed(chip.text for chip in self.chips)


class RunsModel(QAbstractTableModel):
    """Rows of experiments and runs.

    Signals
    -------
    choice_changed : other rows are chosen to be compared
    renamed(Row, str) : somebody has typed another name

    Attributes
    ----------
    rows : that are shown, from the top
    order : by which they are sorted
    text, problem : what they are filtered by
    """

    choice_changed = Signal()
    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.order = Order()
        self.text, self.problem = "", ""
        self._every: list[Row] = []
        self._by_key: dict[str, Row] = {}
        self._chosen: dict[str, None] = {}
        self._unfolded: frozenset[str] = frozenset()
        self._newest: dict[str, Experiment] = {}
        self._differences: dict[str, Differences] = {}

    # What is listed

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """List these; what was chosen and unfolded stays so, as far as it is still there."""
        self._every = [Row(experiment) for experiment in experiments]
        self._newest = {}
        for row in self._every:
            self._newest.setdefault(row.newest.problem, row.experiment)
        self._by_key = {row.key: row for row in self._every}
        # Single runs are found only where somebody has chosen one of them: there may be ten thousand.
        wanted = {key for key in self._chosen if key not in self._by_key}
        if wanted:
            singles = (Row(row.experiment, line) for row in self._every for line in row.lines)
            self._by_key |= {row.key: row for row in singles if row.key in wanted}
        gone = [key for key in self._chosen if key not in self._by_key]
        for key in gone:
            del self._chosen[key]
        self._arrange()
        self.choice_changed.emit()  # what is chosen may have more seeds

    def filter(self, text: str, problem: str) -> None:
        """List only what has these words and is of this problem; "" for any."""
        if (text, problem) != (self.text, self.problem):
            self.text, self.problem = text, problem
            self._arrange()

    def sort_by(self, order: Order) -> None:
        """Sort the rows."""
        if order != self.order:
            self.order = order
            self._arrange()

    def fold(self, row: Row, *, is_open: bool) -> None:
        """Show the runs of an experiment below it, or hide them."""
        keys = self._unfolded | {row.key} if is_open else self._unfolded - {row.key}
        if keys != self._unfolded:
            self._unfolded = keys
            self._arrange()

    def is_unfolded(self, row: Row) -> bool:
        """Return whether an experiment's runs are shown below it."""
        return row.is_many and row.key in self._unfolded

    def _arrange(self) -> None:
        self.beginResetModel()
        self._differences = {}
        self.rows = unfolded(in_order(found(self._every, self.text, self.problem), self.order), self._unfolded)
        self.endResetModel()

    @property
    def count(self) -> int:
        """How many runs there are in all."""
        return sum(len(row.lines) for row in self._every)

    def place_of(self, key: str) -> int:
        """Return where the row with a key stands, −1 where it is not shown."""
        return next((place for place, row in enumerate(self.rows) if row.key == key), -1)

    # What is chosen

    @property
    def chosen(self) -> list[Row]:
        """The rows that are chosen, in the order in which they were."""
        return [self._by_key[key] for key in self._chosen]

    def mark_of(self, row: Row) -> int | None:
        """Return the place of a row among the chosen ones, which is that of its series; None where it is not chosen."""
        return list(self._chosen).index(row.key) if row.key in self._chosen else None

    def choose(self, row: Row, *, is_chosen: bool) -> None:
        """Choose a row to be compared, or no longer; an experiment and one of its runs cannot both be chosen."""
        if is_chosen == (row.key in self._chosen):
            return
        if is_chosen:
            experiment = key_of(row.experiment)
            for other in self.chosen:
                if key_of(other.experiment) == experiment and (row.line is None or other.line is None):
                    del self._chosen[other.key]
            self._chosen[row.key] = None
            self._by_key[row.key] = row
        else:
            del self._chosen[row.key]
        self._tell_of_choice()

    def choose_none(self) -> None:
        """Choose no row any more."""
        if self._chosen:
            self._chosen.clear()
            self._tell_of_choice()

    def _tell_of_choice(self) -> None:
        self._differences = {}
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(Column) - 1))
        self.choice_changed.emit()

    # What a row differs in

    def reference_of(self, row: Row) -> Experiment:
        """Return what a row is measured against: what was chosen first, else the newest of its problem."""
        if self._chosen:
            return self._by_key[next(iter(self._chosen))].experiment
        return self._newest[row.newest.problem]

    def differences(self, row: Row) -> Differences:
        """Return in which settings a row differs; of a run its seed."""
        found = self._differences.get(row.key)
        if found is None:
            found = self._differences[row.key] = self._compare(row)
        return found

    def _compare(self, row: Row) -> Differences:
        if row.line is not None:
            return Differences(remark=fate_words(row.line.fate))
        reference = self.reference_of(row)
        if reference is row.experiment:
            return Differences(remark=self.tr("reference"))
        if reference.problem != row.experiment.problem:
            return Differences(remark=self.tr("other problem"))
        values = {name: pair[1] for name, pair in different([reference, row.experiment]).items()}
        if not values:
            return Differences(remark=self.tr("nothing but seeds"))
        order = ("optimizer", "learning_rate", "layers", "dataset")
        names = sorted(values, key=lambda name: order.index(name) if name in order else len(order))
        return Differences(tuple(setting_chip(name, values[name]) for name in names))

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row, column = self.rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text_of(row, column)
        if role == Qt.ItemDataRole.EditRole and column is Column.NAME:
            return row.newest.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._said(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.CheckStateRole and column is Column.NAME:
            return Qt.CheckState.Checked if row.key in self._chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self.choose(row, is_chosen=Qt.CheckState(value) is Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole:
            name = str(value).strip()
            if name != row.newest.name:
                self.renamed.emit(row, name)
            return True
        return False

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title_of(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._header_tip(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def title_of(self, column: Column) -> str:
        """Return the title of a column."""
        return {
            Column.NAME: self.tr("Name"),
            Column.PROBLEM: self.tr("Problem"),
            Column.NETWORK: self.tr("Network"),
            Column.DIFFERS: self.tr("Differs in"),
            Column.BEST: self.tr("Best validation"),
            Column.CURVE: self.tr("Curve"),
            Column.TIME: self.tr("Time"),
            Column.STARTED: self.tr("Started"),
        }[column]

    def _header_tip(self, column: Column) -> str:
        return {
            Column.DIFFERS: self.tr(
                "Against the run that was chosen first; while none is chosen, against the newest of the same problem"
            ),
            Column.BEST: self.tr("Accuracy of the best epoch on the validation images; over seeds mean ± deviation"),
            Column.CURVE: self.tr("Accuracy by epoch, each run from its lowest to its highest"),
            Column.TIME: self.tr("How long it learned; of an experiment all its runs together"),
        }.get(column, "")

    def text_of(self, row: Row, column: Column) -> str:
        """Return what stands in a cell."""
        line = row.newest
        match column:
            case Column.NAME:
                return row.experiment.name if row.line is None else self.tr("Seed {0}").format(line.seed)
            case Column.PROBLEM:
                return short_title_of(line.problem)
            case Column.NETWORK:
                return row.network
            case Column.DIFFERS:
                return self.differences(row).text
            case Column.BEST:
                return self.result_of(row)
            case Column.TIME:
                return duration_words(row.seconds)
            case Column.STARTED:
                return moment_words(line.began, QDateTime.currentDateTime())
            case _:
                return ""

    def result_of(self, row: Row) -> str:
        """Return how good a row is, or what has become of it where that is not known."""
        if row.best is None:
            return fate_words(row.newest.fate) or accuracy_words(None)
        return accuracy_words(row.best, row.spread)

    def _said(self, row: Row, column: Column) -> str:
        text = self.text_of(row, column)
        if column is not Column.NAME:
            return text
        if row.is_many:
            text = self.tr("%n run(s): {0}", "", len(row.lines)).format(text)
        mark = self.mark_of(row)
        return text if mark is None else self.tr("{0}, chosen {1}").format(text, series_symbol(mark))

    def _tip(self, row: Row, column: Column) -> str:
        if column is Column.STARTED:
            moment = QDateTime.fromSecsSinceEpoch(int(row.newest.began))
            return QLocale().toString(moment, QLocale.FormatType.LongFormat)
        return self.text_of(row, column)
