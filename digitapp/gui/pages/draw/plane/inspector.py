"""What is known about the plane: the answer at the test point, the bent plane, and how the network learns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
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
_PRECISELY = 4  # pixels
_SHARE = 0.49  # of the width, for the bent plane


class PlaneInspector(ScrollPanel):
    """The right part of the Draw page where the inputs are places in a plane."""

    _refit = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._margin, self._width, self._height = _MARGIN, 0, 0
        self.answer = PlaneAnswer(self.content)
        self.classes = ClassBars(self.content)
        self.bent = BentSection(session.start_job, self.content)
        self.learning = LearningStrip(self.content)
        self.note = NoteBar(parent=self.content)
        self.note.hide()
        # Later: what has changed asks for its room when the turn of the event loop ends.
        self._refit.connect(self.fit_picture, Qt.ConnectionType.QueuedConnection)
        self.classes.rows_changed.connect(self._refit)
        self.bent.described.connect(self._refit)
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
        self._width, self._height = width, height  # which a hidden widget takes on later
        low = height < theme.scaled(_LOW)
        self.answer.fit(class_names, compact=compact, low=low)
        self.classes.set_brief(low)
        self._column.setSpacing(8 if low else 12)
        self.fit_picture()

    @Slot()
    def fit_picture(self) -> None:
        """Give the bent plane what the other parts leave, down to a least size; then the inspector scrolls."""
        low, high = theme.scaled(_LEAST), min(round((self._width - 2 * self._margin) * _SHARE), theme.scaled(_LARGEST))
        # The words beside it are higher, the more of the width it takes.
        while high - low > _PRECISELY:
            middle = (low + high) // 2
            low, high = (middle, high) if self._fits(middle) else (low, middle)
        self.bent.set_side(low)

    def _fits(self, side: int) -> bool:
        """Return whether everything has room with the bent plane so large."""
        self.bent.set_side(side)
        self._column.invalidate()
        # A scroll area asks for both, and is content with neither alone.
        needed = max(self._column.minimumSize().height(), self._column.heightForWidth(self._width))
        return needed <= self._height

    def showEvent(self, event: QShowEvent) -> None:
        """Arrange what has changed while nobody saw it."""
        super().showEvent(event)
        self._refit.emit()

    def show_note(self, kind: NoteKind, text: str) -> None:
        """Show a note, or none for an empty text."""
        self.note.set_note(kind, text)
        if self.note.isHidden() != (not text):
            self.note.setVisible(bool(text))
            self._refit.emit()
