"""What is known of the run that the keys are about: result, settings, note, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.actions import line_of
from digitapp.gui.pages.runs.rows import Row, title_of
from digitapp.gui.widgets import (
    ElidedLabel,
    GhostButton,
    HairLine,
    Label,
    PlainButton,
    PrimaryButton,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.words.run_again import why_not_exactly, why_not_opened
from digitapp.gui.words.run_list import accuracy_words, duration_words, fate_words
from digitapp.gui.words.run_settings import setting_title, setting_value
from digitapp.kept.belongings import Belongings
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.plain import plain

_NOTE_LINES = 3
_REST_MS = 800  # from the last letter of a note until it is written
_LONGEST_NOTE = 2000
_OFF = (0, 0.0, "", "none", "constant", None)  # what does not need to be told of


class NoteField(QPlainTextEdit):
    """A few words about a run, written when the fingers rest.

    Signals: `written(str)`.
    """

    written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runNote")
        self.setAccessibleName(self.tr("Note"))
        self.setPlaceholderText(self.tr("What was tried, and what came of it"))
        self.setTabChangesFocus(True)
        self.setFont(theme.font("body"))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _NOTE_LINES + theme.scaled(26))
        self._kept = ""
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self.write)
        self.textChanged.connect(self._on_changed)

    def show_note(self, text: str) -> None:
        """Show a note; what is being typed stays."""
        if not self._timer.isActive() and text != self._kept:
            self._kept = text
            self.setPlainText(text)
            self._timer.stop()

    @Slot()
    def _on_changed(self) -> None:
        if self.toPlainText() != self._kept:
            self._timer.start()

    @Slot()
    def write(self) -> None:
        """Have it written, if it is another one."""
        self._timer.stop()
        text = self.toPlainText()[:_LONGEST_NOTE]
        if text != self._kept:
            self._kept = text
            self.written.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.write()


class _Fact(QWidget):
    """A name and its value at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = Label("", "caption", "text2")
        self._value = ElidedLabel("", "caption-strong", tabular=True)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._name)
        row.addWidget(self._value, 1)

    def show_fact(self, name: str, value: str) -> None:
        """Show another one."""
        self._name.setText(name)
        self._value.setText(value)


class RunPanel(QWidget):
    """Shows one row.

    Signals
    -------
    open_wanted(best), exactly_wanted, changed_wanted, name_wanted, delete_wanted, restore_wanted : by its buttons
    mark_wanted(bool) : it is to stay whatever room there is, or not
    noted(Row, str) : a note was written
    """

    open_wanted = Signal(bool)
    exactly_wanted = Signal()
    changed_wanted = Signal()
    name_wanted = Signal()
    delete_wanted = Signal()
    restore_wanted = Signal()
    mark_wanted = Signal(bool)
    noted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._is_deleted = False
        self._make_head()
        self._make_buttons()
        self.note = NoteField(self)
        self.note.written.connect(self._on_noted)
        self._results, self._settings = QWidget(self), QWidget(self)
        for part in (self._results, self._settings):
            lines = QVBoxLayout(part)
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(self._head)
        column.addWidget(self._about)
        column.addWidget(self._state)
        column.addSpacing(4)
        for button in (self.open, self.open_best, self.exactly, self.changed, self.restore):
            column.addWidget(button)
        column.addWidget(self._why)
        for title, part in (
            (self.tr("Result"), self._results),
            (self.tr("Note"), self.note),
            (self.tr("Settings"), self._settings),
        ):
            column.addSpacing(4)
            column.addWidget(HairLine(parent=self))
            column.addWidget(SectionHeader(title, parent=self))
            column.addWidget(part)

    def _make_head(self) -> None:
        self._title = ElidedLabel("", "title", parent=self)
        self.star = GhostButton("", "star", tip=self.tr("Mark: its weights stay, however little room there is"))
        self.star.setObjectName("runStar")
        self.star.setCheckable(True)
        self.name = GhostButton("", "pen", tip=self.tr("Name"), key="F2")
        self.delete = GhostButton("", "trash", tip=self.tr("Delete"), key="Del")
        self._head = QHBoxLayout()
        self._head.setSpacing(0)
        self._head.addWidget(self._title, 1)
        for button in (self.star, self.name, self.delete):
            self._head.addWidget(button)
        self._about = Label("", "caption", "text2", wrap=True, parent=self)
        self._state = Label("", "caption-strong", "warning", wrap=True, parent=self)
        self.star.clicked.connect(self.mark_wanted)
        self.name.clicked.connect(self.name_wanted)
        self.delete.clicked.connect(self.delete_wanted)

    def _make_buttons(self) -> None:
        self.open = PrimaryButton(
            self.tr("Open its network"), "network", tip=self.tr("Show it on all pages"), key="Return"
        )
        self.open.setObjectName("openRun")
        self.open_best = PlainButton(
            self.tr("Open as at its best epoch"),
            "network",
            tip=self.tr("Show the network as it was when it was best on validation"),
        )
        self.exactly = PlainButton(
            self.tr("Train again exactly"), "play", tip=self.tr("The same settings, the same seed, the same data")
        )
        self.exactly.setObjectName("trainExactly")
        self.changed = PlainButton(
            self.tr("Train with one change…"), "train", tip=self.tr("Go to Train with these settings filled in")
        )
        self.changed.setObjectName("trainChanged")
        self.restore = PrimaryButton(self.tr("Bring back"), "undo", tip=self.tr("Take back that it was deleted"))
        self._why = Label("", "caption", "text2", wrap=True, parent=self)
        self.open.clicked.connect(self._on_open)
        self.open_best.clicked.connect(self._on_open_best)
        self.exactly.clicked.connect(self.exactly_wanted)
        self.changed.clicked.connect(self.changed_wanted)
        self.restore.clicked.connect(self.restore_wanted)

    @Slot()
    def _on_open(self) -> None:
        self.open_wanted.emit(False)

    @Slot()
    def _on_open_best(self) -> None:
        self.open_wanted.emit(True)

    @Slot(str)
    def _on_noted(self, text: str) -> None:
        if self._row is not None:
            self.noted.emit(self._row, text)

    # What is shown

    def show_row(self, row: Row, *, is_deleted: bool, can_change: bool) -> None:
        """Show a row; what is kept of it is told to `show_belongings` when it is known."""
        is_other = self._row is None or self._row.key != row.key
        if is_other:
            self.note.write()  # of the one before
        self._row, self._is_deleted = row, is_deleted
        line = line_of(row)
        self._title.setText(row.experiment.name if row.line is None else self.tr("Seed {0}").format(line.seed))
        self._about.setText(self._about_text(row))
        self._state.setText(_state_words(row))
        self._state.setVisible(bool(self._state.text()))
        self.star.setChecked(all(each.is_marked for each in row.lines))
        self.star.set_icon_name("star-full" if self.star.isChecked() else "star")
        for button in (self.star, self.name, self.delete, self.restore):
            button.setEnabled(can_change)
        self.note.setReadOnly(not can_change)
        for part in (self.star, self.name, self.delete, self.changed):
            part.setVisible(not is_deleted)
        self.restore.setVisible(is_deleted)
        self.note.show_note(row.newest.note)
        _fill(self._results, self._result_lines(row))
        _fill(self._settings, _setting_lines(line))
        if is_other:
            self.show_belongings(None)

    def show_belongings(self, found: Belongings | None) -> None:
        """Offer what can be done with what is kept; None while that is not known."""
        row = self._row
        if row is None:
            return
        known = found or Belongings()
        line = line_of(row)
        is_over = line.fate is not RunFate.UNDER_WAY
        cannot_open = why_not_opened(known, is_over=is_over) if found is not None else ""
        cannot_repeat = why_not_exactly(line, known) if found is not None else ""
        self.open.setEnabled(found is not None and not cannot_open)
        self.open_best.setVisible(known.best is not None and known.best != known.end and not self._is_deleted)
        self.exactly.setEnabled(found is not None and not cannot_repeat)
        self.open.setVisible(not self._is_deleted)
        self.exactly.setVisible(not self._is_deleted)
        reasons = [self.tr("It cannot be opened: {0}").format(cannot_open)] if cannot_open else []
        reasons += [self.tr("It cannot be trained again exactly: {0}").format(cannot_repeat)] if cannot_repeat else []
        self._why.setText("\n".join(reasons))
        self._why.setVisible(bool(reasons) and not self._is_deleted)

    def _about_text(self, row: Row) -> str:
        line = line_of(row)
        problem, network = title_of(line.problem), row.network
        if row.is_many:
            text = self.tr("{0} runs of {1}, {2}. The buttons are about seed {3}, the best of them.")
            return text.format(thousands(len(row.lines)), problem, network, line.seed)
        return self.tr("{0}, {1}, seed {2}").format(problem, network, line.seed)

    def _result_lines(self, row: Row) -> list[tuple[str, str]]:
        line = line_of(row)
        began = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(line.began)), QLocale.FormatType.ShortFormat)
        loss = line.results.get("best_validation_loss")
        lines = [
            (self.tr("Best validation"), accuracy_words(row.best, row.spread)),
            (self.tr("Lowest loss"), figure(loss) if loss is not None else ""),
            (self.tr("Epochs"), thousands(line.epochs)),
            (self.tr("Steps"), thousands(line.steps)),
            (self.tr("Time"), duration_words(row.seconds)),
            (self.tr("Started"), began),
            (self.tr("Made by"), self.tr("command line") if line.is_command else self.tr("window")),
            (self.tr("Version"), plain(line.version)),
            (self.tr("Machine"), plain(line.machine)),
            (self.tr("Run"), line.short),
        ]
        return [(name, value) for name, value in lines if value]


def _state_words(row: Row) -> str:
    """Return what has become of its runs, where they have not simply ended."""
    words = [fate_words(line.fate) for line in row.lines]
    return words[0] if any(words) and len(words) == 1 else ""


def _setting_lines(line: RunLine) -> list[tuple[str, str]]:
    """Return what a run was trained with, but for what is switched off."""
    found = [
        (setting_title(name), setting_value(name, value))
        for name, value in line.settings().items()
        if value not in _OFF and value != {}
    ]
    return [*found, (setting_title("seed"), setting_value("seed", line.seed))]


def _fill(part: QWidget, lines: Sequence[tuple[str, str]]) -> None:
    """Show names with values; rows that are there are used again."""
    layout = part.layout()
    assert layout is not None
    rows = part.findChildren(_Fact)
    for number, (name, value) in enumerate(lines):
        if number == len(rows):
            row = _Fact(part)
            layout.addWidget(row)
            rows.append(row)
        rows[number].show_fact(name, value)
        rows[number].show()
    for row in rows[len(lines) :]:
        row.hide()
