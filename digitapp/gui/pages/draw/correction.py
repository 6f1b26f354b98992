"""Say what a drawing is when the network is wrong: one click or one key, and it joins the user's own digits."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from digitapp.datasets.collection import Sample, TooManyDigitsError
from digitapp.datasets.problems import MNIST
from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Ink
from digitapp.gui import theme
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name
from digitapp.gui.widgets import ElidedLabel, Label, LinkButton
from digitapp.gui.widgets.buttons import Button

_SIDE = 22


class _DigitButton(Button):
    """One of ten, as small as a finger still hits."""

    def __init__(self, label: int, tip: str) -> None:
        super().__init__(str(label), kind="ghost", tip=tip, key=str(label))
        self.setAccessibleName(tip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_SIDE), theme.scaled(24))


class CorrectionRow(QWidget):
    """ "Not a 3?" and ten digits. What is chosen is kept until the drawing changes, with a way to undo it.

    The number keys do the same wherever on the page the focus is; they belong to `host`, for in a narrow window the
    row is hidden and the digits are offered by the canvas's menu.
    """

    def __init__(self, session: Session, host: QWidget) -> None:
        super().__init__(host)
        self._session = session
        self._shown = session.snapshot()
        self._ink: Ink | None = None  # what was corrected
        self._sample: Sample | None = None
        self._said: tuple[int | None, int | None] = (-1, -1)
        self._is_hidden = False
        self._question = Label("", "caption", "text2")
        self._question.setMinimumWidth(self._widest_question())
        self.digits = [
            _DigitButton(label, self.tr("It is {0:a}: keep it in My hand").format(Name(label)))
            for label in range(MNIST.classes)
        ]
        self.kept = ElidedLabel("", "caption", "accent")
        self.undo_button = LinkButton(self.tr("Undo"), tip=self.tr("Take it out of My hand again"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._question)
        row.addSpacing(4)
        for button in self.digits:
            row.addWidget(button)
        row.addWidget(self.kept)
        row.addSpacing(10)
        row.addWidget(self.undo_button)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.scaled(24))
        self._keys: list[QShortcut] = []
        for label, button in enumerate(self.digits):
            button.clicked.connect(partial(self.correct, label))
            key = QShortcut(QKeySequence(str(label)), host)
            key.activated.connect(partial(self.correct, label))
            self._keys.append(key)
        self.undo_button.clicked.connect(self.undo)

    def set_keys(self, are_taken: bool) -> None:
        """Take the keys of the digits, or leave them to others."""
        for key in self._keys:
            key.setEnabled(are_taken)

    def _widest_question(self) -> int:
        metrics = QFontMetrics(self._question.font())
        names = [self.tr("It is"), *(self._asked(label) for label in range(MNIST.classes))]
        return max(map(metrics.horizontalAdvance, names)) + 2

    def _asked(self, label: int) -> str:
        return self.tr("Not {0:a}?").format(Name(label))

    @property
    def can_correct(self) -> bool:
        """Whether there is something on the canvas that can be told to be a digit."""
        return _can_correct(self._session)

    def refresh(self, shown: Snapshot, *, hidden: bool = False) -> None:
        """Follow the answer; `hidden` where there is no room but for saying what was kept."""
        self._shown, self._is_hidden = shown, hidden
        if self._ink is not None and shown.ink is not self._ink:
            self._ink = self._sample = None
        self.setVisible(_can_correct(shown) and (not hidden or self._sample is not None))
        kept = self._sample.label if self._sample is not None else None
        read_as = shown.answer.label
        if (read_as, kept) == self._said:
            return
        self._said = read_as, kept
        self._question.setText(self.tr("It is") if read_as is None else self._asked(read_as))
        for label, button in enumerate(self.digits):
            button.setEnabled(label != read_as)
        for part in (self._question, *self.digits):
            part.setVisible(kept is None)
        for part in (self.kept, self.undo_button):
            part.setVisible(kept is not None)
        if kept is not None:
            self.kept.setText(self.tr("Kept as {0:a} in My hand").format(Name(kept)))

    @Slot()
    def correct(self, label: int, _checked: bool = False) -> None:
        """Keep what is on the canvas as this digit, in the place of what it was corrected to before."""
        if not self.can_correct or (label == self._session.answer.label and self._sample is None):
            return
        self.undo()
        sample = self._sample_of(label)
        text = self.tr("Correct to {0:a}").format(Name(label))
        try:
            self._session.hand.add([sample], text)
        except TooManyDigitsError:
            return  # the page My hand is the place to make room
        self._ink, self._sample = self._session.artwork.value, sample
        self.refresh(self._session.snapshot(), hidden=self._is_hidden)

    @Slot()
    def undo(self) -> None:
        """Take the correction back."""
        if self._sample is not None:
            self._session.hand.remove([self._sample], self.tr("Take back a correction"))
            self._ink = self._sample = None
            self.refresh(self._shown, hidden=self._is_hidden)

    def _sample_of(self, label: int) -> Sample:
        value, pictures = self._session.artwork.value, self._session.answer.preprocessed
        if isinstance(value, Drawing):
            return Sample(value.with_label(label), label, self._session.pen_width, held_out=False, correction=True)
        assert pictures is not None  # there is an answer, so there was something to read
        pixels = np.round(pictures.input * 255).astype(np.uint8)
        return Sample(pixels, label, held_out=False, correction=True)

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the digits in a menu."""
        read_as = self._session.answer.label
        title = self.tr("It is…") if read_as is None else self._asked(read_as)
        choices = menu.addMenu(title)
        choices.setEnabled(self.can_correct)
        for label in range(MNIST.classes):
            if label != read_as:
                text = self.tr("It is {0:a}").format(Name(label))
                action = choices.addAction(text, partial(self.correct, label))
                action.setShortcut(QKeySequence(str(label)))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # only shown: the page has the keys


def _can_correct(state: Session | Snapshot) -> bool:
    return bool(state.problem.hand) and state.answer.probabilities is not None
