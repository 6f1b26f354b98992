"""How much of the disk all runs may take, and what goes where they would take more: said before it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.run_list import RunList
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import Label, NumberField, PlainButton
from digitapp.gui.words.run_list import bytes_words

_GB = 1e9
_LEAST, _MOST = 0.01, 1_000_000.0
_REST_MS = 250
_LINES = 3


class RunRoom(QWidget):
    """A field for gigabytes, with what is taken, and a button that sets the limit."""

    def __init__(self, runs: RunList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self.field = NumberField(
            _read, 5.0, step=_step, show=_show, describe=self._refuse, name=self.tr("Gigabytes that runs may take")
        )
        self.field.setObjectName("runsLimit")
        self.field.setFixedWidth(theme.scaled(88))
        self.button = PlainButton(self.tr("Set limit"), parent=self)
        self.button.setEnabled(False)
        self.taken = Label("", "caption", "text2", wrap=True, parent=self)
        self.taken.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.taken.setFixedWidth(theme.scaled(340))
        self.taken.setMinimumHeight(_LINES * self.taken.fontMetrics().lineSpacing())  # nothing moves while typing
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.field)
        row.addWidget(Label(self.tr("GB"), "body", "text2", parent=self))
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.taken)
        self._timer = QTimer(self, singleShot=True, interval=_REST_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textChanged.connect(self._on_typed)
        self.field.error_changed.connect(self._show)
        self.button.clicked.connect(self._set)
        runs.measured.connect(self._show)

    def show_present(self) -> None:
        """Show the present limit, and what is taken."""
        room = self._runs.room
        if room is not None:
            self.field.set_value(room.limit / _GB)
        self._runs.measure()
        self._show()

    @property
    def _wanted(self) -> int | None:
        """The limit that is typed, in bytes; None where that is no number."""
        try:
            return round(_read(self.field.text()) * _GB)
        except ValueError:
            return None

    @Slot()
    def _on_typed(self) -> None:
        if self.field.hasFocus():
            self.button.setEnabled(False)  # until it is known what would go
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        wanted = self._wanted
        if wanted is not None:
            self._runs.measure(wanted)
        else:
            self.field.commit()

    @Slot()
    def _show(self) -> None:
        room, wanted = self._runs.room, self._wanted
        if room is None or self.field.error():
            self.taken.setText(self.field.error())
            self.taken.set_tone("danger" if self.field.error() else "text2")
            self.button.setEnabled(False)
        else:
            is_other = wanted is not None and abs(wanted - room.limit) > 1
            is_known = room.asked == wanted
            self.button.setEnabled(is_other and is_known and self._runs.can_change)
            taken = self.tr("All runs take {0} of {1}.").format(bytes_words(room.taken), bytes_words(room.limit))
            going = self.tr("With this limit nothing goes.") if is_other and is_known else ""
            if room.leaving and is_known:
                going = self.tr(
                    "With this limit %n old run(s) without a mark would lose their weights; lines and curves stay.",
                    "",
                    room.leaving,
                )
            self.taken.setText(in_a_row(taken, going))
            self.taken.set_tone("warning" if room.leaving and is_known else "text2")

    @Slot()
    def _set(self) -> None:
        wanted = self._wanted
        if wanted is not None and self.field.commit():
            self.button.setEnabled(False)
            self._runs.set_limit(wanted)

    def _refuse(self, _error: ValueError) -> str:
        return self.tr("Not possible. Use gigabytes from {0} to {1}, such as 5.").format(f"{_LEAST:g}", f"{_MOST:,.0f}")


def _read(text: str) -> float:
    value = float(text.replace(",", "."))
    if not _LEAST <= value <= _MOST:
        raise ValueError(text)
    return value


def _show(value: float) -> str:
    return f"{value:.6g}"


def _step(value: float, direction: int) -> float:
    """Step by whole gigabytes, below one by tenths."""
    size = 1.0 if value > 1 or (value == 1 and direction > 0) else 0.1
    return round(value + direction * size, 2)
