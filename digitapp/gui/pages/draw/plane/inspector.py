"""What is known about the plane: the answer at the test point, the bent plane, and how the network learns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.draw.plane.answer import ClassBars, PlaneAnswer
from digitapp.gui.pages.draw.plane.bent_view import BentSection
from digitapp.gui.pages.draw.plane.learning import LearningStrip
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import HairLine, NoteBar, ScrollPanel
from digitapp.gui.widgets.containers import NoteKind

_MARGIN, _COMPACT_MARGIN = 28, 20
_LOW = 640
_LARGEST, _LEAST = 300, 132
_SHARE = 0.49  # of the width, for the bent plane


class PlaneInspector(ScrollPanel):
    """The right part of the Draw page where the inputs are places in a plane."""

    _refit = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._margin, self._height = _MARGIN, 0
        self.answer = PlaneAnswer(self.content)
        self.classes = ClassBars(self.content)
        self.bent = BentSection(session.start_job, self.content)
        self.learning = LearningStrip(self.content)
        self.note = NoteBar(parent=self.content)
        self.note.hide()
        # Later: what has changed asks for its room when the turn of the event loop ends.
        self._refit.connect(self.fit_picture, Qt.ConnectionType.QueuedConnection)
        self.classes.rows_changed.connect(self._refit)
        column = self._column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, 8, _MARGIN, 8)
        column.setSpacing(12)
        column.addWidget(self.answer)
        column.addWidget(HairLine(parent=self.content))
        column.addWidget(self.classes)
        column.addWidget(HairLine(parent=self.content))
        column.addWidget(self.bent)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(HairLine(parent=self.content))
        column.addWidget(self.learning)

    def lend_names(self, lent: bool) -> None:
        """Have the names by which the answer is found, or leave them to another inspector."""
        self.answer.letter.setObjectName("predictionLabel" if lent else "")
        self.classes.bars.setObjectName("probabilityBars" if lent else "")

    def set_compact(self, compact: bool) -> None:
        """Use shorter words and less room around them, for a narrow window; `fit` follows."""
        self._margin = _COMPACT_MARGIN if compact else _MARGIN
        self._column.setContentsMargins(self._margin, 8, self._margin, 8)
        self.bent.set_compact(compact)
        self.bent.set_side(theme.scaled(_LEAST))
        self._column.activate()

    def fit(self, class_names: tuple[str, ...], width: int, height: int, compact: bool) -> None:
        """Arrange everything for this size."""
        self.setFixedWidth(width)
        self._height = height
        low = height < theme.scaled(_LOW)
        self.answer.fit(class_names, compact=compact, low=low)
        self.classes.set_brief(low)
        self._column.setSpacing(8 if low else 12)
        self.fit_picture()

    @Slot()
    def fit_picture(self) -> None:
        """Give the bent plane what the other parts leave, down to a least size; then the inspector scrolls."""
        least = theme.scaled(_LEAST)
        self.bent.set_side(least)
        self._column.activate()
        room = least + self._height - self._column.minimumHeightForWidth(self.width())
        most = round((self.width() - 2 * self._margin) * _SHARE)
        self.bent.set_side(max(least, min(room, most, theme.scaled(_LARGEST))))

    def show_note(self, kind: NoteKind, text: str) -> None:
        """Show a note, or none for an empty text."""
        self.note.set_note(kind, text)
        if self.note.isHidden() != (not text):
            self.note.setVisible(bool(text))
            self._refit.emit()
