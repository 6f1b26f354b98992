"""Surgery on the selected unit: what can be done to it, and what the last change did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.effect import Effect
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.translation import in_a_row, listed
from digitapp.gui.widgets import Button, ElidedLabel, GhostButton, Label, Panel, PlainButton, SectionHeader
from digitapp.gui.widgets.numbers import per_cent, percent, probability, signed, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.reading import Answer

_MOST_CLASSES = 3
_LEAST_LOSS = 0.0005  # a share below this is not worth a word


class SurgeryPanel(Panel):
    """Six things to do to the selected unit, undo and redo, and their effect in three lines."""

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("surgeryPanel")
        self._session, self._refresher = session, refresher
        self._surgery = Surgery.of(session)
        # As wide as the dossier above it, whatever its own words need.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._make_parts()
        self._lay_out()
        self._connect()
        refresher.add("surgery", self._show_unit, on=(self._surgery.changed,), of=self)
        refresher.add("effect of surgery", self._show_effect, on=(self._surgery.effect_changed,), of=self)

    def _make_parts(self) -> None:
        keys = QKeySequence.StandardKey
        self.undo = GhostButton("", "undo", tip=self.tr("Undo"), key=keys.Undo)
        self.redo = GhostButton("", "redo", tip=self.tr("Redo"), key=keys.Redo)
        self.off = PlainButton(self.tr("Switch off"))
        self.frozen = PlainButton(self.tr("Freeze"))
        self.paint = PlainButton(self.tr("Paint…"))
        self.copy = PlainButton(self.tr("Copy"))
        self.paste = PlainButton(self.tr("Paste"))
        self.zero = PlainButton(self.tr("Set to zero"))
        self.buttons: tuple[Button, ...] = (self.off, self.frozen, self.paint, self.copy, self.paste, self.zero)
        names = ("switchOff", "freezeUnit", "paintUnit", "copyUnit", "pasteUnit", "zeroUnit")
        for button, name in zip(self.buttons, names, strict=True):
            button.setObjectName(name)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setFont(theme.font("caption-strong"))
        self._what = ElidedLabel("", "caption-strong")
        self._lines = [ElidedLabel("", "caption", "text", tabular=True) for _ in range(3)]
        self._hint = Label("", "caption", "text2", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        header = SectionHeader(self.tr("Surgery"))
        self._marks = ElidedLabel("", "caption", "text2")
        header.slot.addWidget(self._marks)
        header.slot.addWidget(self.undo)
        header.slot.addWidget(self.redo)
        grid = QGridLayout()
        grid.setSpacing(theme.SPACE)
        for index, button in enumerate(self.buttons):
            grid.addWidget(button, *divmod(index, 3))
            grid.setColumnStretch(index % 3, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(header)
        column.addLayout(grid)
        column.addSpacing(4)
        # The words and the lines take turns in one place, so that nothing above moves.
        effect = QWidget()
        place = QGridLayout(effect)
        place.setContentsMargins(0, 0, 0, 0)
        place.setVerticalSpacing(2)
        for row, label in enumerate((self._what, *self._lines)):
            place.addWidget(label, row, 0)
        place.addWidget(self._hint, 0, 0, 4, 1)
        effect.setFixedHeight(sum(label.sizeHint().height() + 2 for label in (self._what, *self._lines)))
        column.addWidget(effect)

    def _connect(self) -> None:
        surgery = self._surgery
        self.undo.clicked.connect(surgery.undo)
        self.redo.clicked.connect(surgery.redo)
        actions = (surgery.toggle, surgery.freeze, None, surgery.copy, surgery.paste, surgery.zero)
        for button, action in zip(self.buttons, actions, strict=True):
            if action is not None:
                button.clicked.connect(self._doing(action))
        self.paint.clicked.connect(self.open_painter)

    def _doing(self, action: Callable[[int, int], None]) -> Callable[[], None]:
        def do() -> None:
            self._refresher.catch_up()
            action(*self._refresher.shown.selected)

        return do

    # What it offers

    def _show_unit(self, shown: Snapshot) -> None:
        """Offer what can be done to the selected unit; what cannot says why."""
        surgery, (layer, unit) = self._surgery, (shown.selected.layer, shown.selected.unit)
        reason = surgery.reason()
        is_off, is_frozen = surgery.is_off(layer, unit), surgery.is_frozen(layer, unit)
        self.off.setText(self.tr("Switch on") if is_off else self.tr("Switch off"))
        self.frozen.setText(self.tr("Unfreeze") if is_frozen else self.tr("Freeze"))
        off = (
            self.tr("Give the unit its votes back") if is_off else self.tr("Let nobody hear the unit; it can come back")
        )
        frozen = self.tr("Let the unit learn again") if is_frozen else self.tr("Training leaves the unit as it is")
        self._offer(self.off, off, surgery.reason_not_off(layer), "Space")
        self._offer(self.frozen, frozen, reason)
        self._offer(self.paint, self.tr("Draw the weights of the unit"), surgery.reason_not_painted(layer))
        self._offer(self.copy, self.tr("Remember the unit's weights and bias"), "")
        self._offer(self.paste, self.tr("Give the unit the copied weights and bias"), surgery.reason_not_pasted(layer))
        self._offer(self.zero, self.tr("Set the unit's weights and bias to zero"), reason)
        self.undo.setEnabled(not reason and surgery.undo_stack.canUndo())
        self.redo.setEnabled(not reason and surgery.undo_stack.canRedo())
        off_units, frozen_units = surgery.marked(layer)
        if off_units and frozen_units:
            marks = self.tr("{0} off, {1} frozen")
        elif off_units:
            marks = self.tr("{0} off")
        else:
            marks = self.tr("{1} frozen") if frozen_units else ""
        self._marks.setText(marks.format(thousands(len(off_units)), thousands(len(frozen_units))))
        self._show_hint()

    def _offer(self, button: Button, tip: str, reason: str, key: str | None = None) -> None:
        button.setEnabled(not reason)
        button.set_tip(reason or tip, None if reason else key)

    @Slot()
    def open_painter(self) -> None:
        """Open the editor for the selected unit's weights."""
        # Deferred: a start of the application is quicker without it.
        from digitapp.gui.pages.features.paint import PaintDialog

        self._refresher.catch_up()
        dialog = PaintDialog(self._session, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # What it did

    def _show_effect(self, _shown: Snapshot) -> None:
        effect = self._surgery.effect
        for label in (self._what, *self._lines):
            label.setVisible(effect is not None)
        self._show_hint()
        if effect is not None:
            self._what.setText(effect.text)
            for label, text in zip(self._lines, self._words(effect), strict=True):
                label.setText(text)
                label.setToolTip(text)

    def _show_hint(self) -> None:
        self._hint.setVisible(self._surgery.effect is None)
        hint = self.tr("Change this unit, and see here what that does to the accuracy and to your drawing.")
        self._hint.setText(self._surgery.reason() or hint)

    def text(self) -> str:
        """Return all that is said about the last change."""
        shown = (self._what, *self._lines) if self._surgery.effect is not None else (self._hint,)
        return in_a_row(*(label.text() for label in shown))

    def _words(self, effect: Effect) -> tuple[str, str, str]:
        return self._accuracy(effect), self._classes(effect), self._drawing(effect)

    def _accuracy(self, effect: Effect) -> str:
        if effect.scores is None:
            return self.tr("Measuring the accuracy…") if effect.is_pending else self.tr("No data set to measure with")
        before, after = (score.accuracy for score in effect.scores)
        if before == after:
            return self.tr("Accuracy still {0} on {1} images").format(percent(after), thousands(effect.samples))
        # One image in thousands shows in the second decimal.
        places = 1 if percent(before) != percent(after) else 2
        texts = percent(before, places), percent(after, places), thousands(effect.samples)
        return self.tr("Accuracy {0} → {1} on {2} images").format(*texts)

    def _classes(self, effect: Effect) -> str:
        if effect.scores is None:
            return ""
        change = effect.losses_of_classes()
        names = self._refresher.shown.model.class_names
        worst = [index for index in np.argsort(change, kind="stable") if change[index] <= -_LEAST_LOSS]
        best = [index for index in np.argsort(-change, kind="stable") if change[index] >= _LEAST_LOSS]
        text, chosen = self.tr("Suffers most: {0}"), worst
        if not worst:
            text, chosen = self.tr("Gains most: {0}"), best
        shares = ((names[index], per_cent(signed(float(change[index]) * 100, 1))) for index in chosen[:_MOST_CLASSES])
        parts = [self.tr("{0} {1}").format(*share) for share in shares]
        return text.format(listed(parts)) if parts else self.tr("No class suffers")

    def _drawing(self, effect: Effect) -> str:
        before, after = effect.answers
        names = self._refresher.shown.model.class_names
        if before.label is None or after.label is None:
            return self.tr("Draw something to see what the change does to its answer")
        if before.label != after.label:
            return self.tr("Your drawing: {0} → {1}").format(names[before.label], names[after.label])
        shares = probability(_share(before)), probability(_share(after))
        if shares[0] == shares[1]:
            return self.tr("Your drawing: still {0}, {1}").format(names[after.label], shares[1])
        return self.tr("Your drawing: still {0}, {1} → {2}").format(names[after.label], *shares)


def _share(answer: Answer) -> float:
    assert answer.probabilities is not None
    assert answer.best is not None
    return float(answer.probabilities[answer.best])
