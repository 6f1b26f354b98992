"""The page My hand: collect one's own digits, see how well they are read, and teach a network one's hand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from digitapp.datasets.collection import Collection, Sample, TooManyDigitsError, next_label, split_of
from digitapp.datasets.problems import MNIST
from digitapp.drawing.ink import Drawing
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.canvas.ink import InkSurface
from digitapp.gui.causes import cause
from digitapp.gui.pages.hand.files import HandFiles
from digitapp.gui.pages.hand.inspector import HandInspector
from digitapp.gui.pages.hand.measuring import OthersMeasured
from digitapp.gui.pages.hand.stage import HandStage
from digitapp.gui.pages.hand.tuning import Tally, Tuned, Tuner
from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name
from digitapp.gui.widgets import EmptyState, GhostButton, NoteBar, Panel, PrimaryButton
from digitapp.gui.words.messages import Message
from digitapp.gui.words.problems import no_hand
from digitapp.plain import plain
from digitapp.progress import Report
from digitapp.training.errors import TrainingDiverged
from digitapp.training.evaluate import Evaluation, evaluate

REST_MS = 1000  # after the last stroke, until a digit is taken for finished
_SMALLEST = QSize(860, 440)
_PAGE_WIDTHS = (952, 1208, 1848)
_INSPECTOR_WIDTHS = (336, 384, 460)


class HandPage(Page):
    """Canvas and collection on the left; on the right two accuracies and the fine-tuning."""

    NAME = "handPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.artwork = Artwork(Drawing(), self)
        self.surface = InkSurface(session, self, own=self.artwork, invitation=self.tr("Draw here"))
        self.stage = HandStage(self.surface)
        self.inspector = HandInspector()
        self.tuner = Tuner(session, self)
        self.files = HandFiles(session, settings, self)
        self.label = 0  # of the digit that is being drawn
        self._skips = [0] * MNIST.classes
        self._results: dict[str, Tuned] = {}  # by the key of the session's entry
        self._reading = Errand(session.start_job, self)
        self._others = OthersMeasured(session, self.tuner, self)
        self._resting = QTimer(self, singleShot=True, interval=REST_MS)
        self._build()
        self._add_parts()
        self._connect()

    def _build(self) -> None:
        self.import_button = GhostButton(self.tr("Import…"), "folder", tip=self.tr("Add digits from files"))
        self.export_button = GhostButton(self.tr("Export…"), "download", tip=self.tr("Write your digits to files"))
        self.import_button.clicked.connect(self._offer_import)
        self.export_button.clicked.connect(self._offer_export)
        switch = PrimaryButton(self.tr("Switch to the digits"))
        switch.clicked.connect(self._switch_problem)
        self._elsewhere = EmptyState("hand", "", "", [switch])
        self._away = Panel("window")
        self._away_note = NoteBar("error")
        self._away_note.hide()
        column = QVBoxLayout(self._away)
        margin = theme.STAGE_MARGIN
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(self._away_note)
        column.addWidget(self._elsewhere)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self.stage, 1)
        row.addWidget(self.inspector)
        row.addWidget(self._away, 1)
        self.stage.by_itself.setChecked(self.settings.get(remembered.KEEP_BY_ITSELF))

    def _add_parts(self) -> None:
        session, add = self.session, self.refresher.add
        collection = session.hand.changed
        another = (session.problem_changed, session.network_changed, session.run_state_changed, session.model_described)
        add("problem", self._show_problem, on=(session.problem_changed,))
        add("pen", self._show_pen, on=(session.drawing_changed,))
        add("collection", self._show_collection, on=(collection,))
        reader = add("reader", self._show_reader, on=(*another, session.epoch_finished))
        tuning = add("tuning", self._show_tuning, on=(*another, session.epoch_finished, collection))
        hand = add("hand", self._measure_hand, on=(*another, session.epoch_finished, collection))
        others = add("others", self._measure_others, on=(*another, session.epoch_finished))
        self._of_network = (reader, tuning, hand, others)
        self._buttons = add("buttons", self._show_buttons, on=(session.problem_changed, collection))

    def _connect(self) -> None:
        session, stage, inspector = self.session, self.stage, self.inspector
        stage.keep_requested.connect(self.keep)
        stage.skip_requested.connect(self.skip)
        stage.undo_requested.connect(self.undo)
        stage.clear_requested.connect(self.clear)
        stage.by_itself.toggled.connect(self._on_by_itself_toggled)
        stage.canvas.key_pen_moved.connect(self._on_key_pen_moved)
        stage.delete.clicked.connect(self.delete_selected)
        stage.grid.delete_requested.connect(self.delete_selected)
        stage.grid.selection_changed.connect(self._buttons.mark)
        stage.grid.label_chosen.connect(self.choose_label)
        stage.canvas.drawing_began.connect(self._resting.stop)
        stage.canvas.drawing_ended.connect(self._on_stroke_ended)
        self.surface.filled_up.connect(self._on_filled_up)
        self.artwork.undo_stack.indexChanged.connect(self._buttons.mark)
        self._resting.timeout.connect(self.keep)
        inspector.tuning_requested.connect(self.fine_tune)
        inspector.cancel_requested.connect(self.tuner.cancel)
        inspector.save_requested.connect(self.save_model)
        inspector.discard_requested.connect(self.throw_away)
        inspector.mnist_requested.connect(self._go_and_get_mnist)
        self.tuner.state_changed.connect(self._on_tuner_changed)
        self.tuner.progressed.connect(self._on_tuning_progressed)
        self.tuner.tuned.connect(self._on_tuned)
        self.tuner.failed.connect(self._on_tuning_failed)
        self.files.done.connect(self.say)
        self.files.failed.connect(self._on_file_failed)
        session.problem_changed.connect(self._resting.stop)
        session.hand.troubled.connect(self._show_trouble)
        session.weights_changed.connect(self._on_weights_changed)
        self._reading.found.connect(self._on_measured)
        self._reading.failed.connect(self._on_unmeasured)
        self._others.measured.connect(self._on_others_measured)
        for keys, slot in ((Qt.Key.Key_Return, self.keep), (Qt.Key.Key_Enter, self.keep)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.fine_tune)

    def header_actions(self) -> Sequence[QWidget]:
        """Return Import and Export."""
        return (self.import_button, self.export_button)

    @property
    def _is_of_digits(self) -> bool:
        return bool(self.session.problem.hand)

    # Collecting

    @Slot()
    def keep(self) -> None:
        """Collect what is on the canvas, and go on to the next digit."""
        self._resting.stop()
        self.stage.canvas.end_gesture()
        self._resting.stop()
        drawing = self.surface.drawing
        hand = self.session.hand
        if drawing.is_empty or not hand.is_ready or not self._is_of_digits:
            return
        sample = Sample(drawing.with_label(self.label), self.label, self.session.pen_width)
        try:
            hand.add([sample], self.tr("Draw {0:a}").format(Name(self.label)))
        except TooManyDigitsError as error:
            self._on_file_failed(cause(error))
            return
        self.artwork.start_again()
        self.refresher.catch_up()  # the next digit that is kept is the one that is asked for now

    @Slot()
    def skip(self) -> None:
        """Draw another digit first."""
        self.clear()
        self._skips[self.label] += 1
        self._show_next(skipped=self.label)

    @Slot(int)
    def choose_label(self, label: int) -> None:
        """Draw this digit next."""
        self.label = label
        self._show_prompt()
        self.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def clear(self) -> None:
        """Empty the canvas."""
        self._resting.stop()
        self.stage.canvas.abandon_gesture()
        self.artwork.start_again()
        self._resting.stop()

    @Slot()
    def undo(self) -> None:
        """Take back the last stroke; on an empty canvas the last digit, import or deletion."""
        self._resting.stop()
        self.stage.canvas.end_gesture()
        self._resting.stop()
        if not self.surface.drawing.is_empty:
            self.artwork.undo_stack.undo()
        elif self._is_of_digits:
            self.session.hand.undo_stack.undo()

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        self._resting.stop()
        if self.artwork.undo_stack.canRedo():
            self.artwork.undo_stack.redo()
        elif self._is_of_digits:
            self.session.hand.undo_stack.redo()

    @Slot()
    def delete_selected(self) -> None:
        """Delete the selected digits, undoably."""
        selected = self.stage.grid.selected
        if selected:
            self.session.hand.remove(selected, self.tr("Delete %n digit(s)", "", len(selected)))
            self.refresher.catch_up()  # what is gone cannot be deleted once more

    @Slot()
    def _on_stroke_ended(self) -> None:
        if self.stage.by_itself.isChecked() and not self.surface.drawing.is_empty:
            self._resting.start()

    @Slot()
    def _on_filled_up(self) -> None:
        self._on_file_failed(self.tr("The canvas holds no more strokes. Keep the digit, or clear the canvas."))

    @Slot()
    def _on_key_pen_moved(self) -> None:
        """A pen that goes where the next stroke will begin does not rest."""
        if self._resting.isActive():
            self._resting.start()

    @Slot(bool)
    def _on_by_itself_toggled(self, checked: bool) -> None:
        self.settings.set(remembered.KEEP_BY_ITSELF, checked)
        self._resting.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that no widget of the page wants."""
        key, plain = (
            event.key(),
            event.modifiers()
            in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            ),
        )
        if not plain or not self._is_of_digits:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self.keep()
        elif key == Qt.Key.Key_S:
            self.skip()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.clear()
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.choose_label(key - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    # What is there

    def _show_problem(self, shown: Snapshot) -> None:
        is_of_digits = bool(shown.problem.hand)
        if not is_of_digits:
            self._elsewhere.set_text(*no_hand(shown.problem))
        self.stage.setVisible(is_of_digits)
        self.inspector.setVisible(is_of_digits)
        self._away.setVisible(not is_of_digits)
        self._away_note.hide()
        self.import_button.setEnabled(is_of_digits)

    def _show_pen(self, _shown: Snapshot) -> None:
        self.surface.show_session()

    @Slot()
    def _switch_problem(self) -> None:
        self.session.choose_problem(MNIST.key)

    def _show_collection(self, _shown: Snapshot) -> None:
        self.stage.grid.show_collection(self.session.hand.collection)
        self._show_next()

    def _show_next(self, skipped: int | None = None) -> None:
        self.label = next_label(self.session.hand.collection, self._skips, skipped)
        self._show_prompt()

    def _show_prompt(self) -> None:
        collection = self.session.hand.collection
        self.stage.show_prompt(self.label, collection)
        self.stage.show_hint(collection)
        self._buttons.mark()

    def _show_buttons(self, shown: Snapshot) -> None:
        hand, drawn = self.session.hand, not self.surface.drawing.is_empty
        self.stage.keep.setEnabled(drawn and hand.is_ready)
        self.stage.clear.setEnabled(drawn)
        self.stage.undo.setEnabled(drawn or hand.undo_stack.canUndo())
        text = "" if drawn else hand.undo_stack.undoText()
        tip = self.tr("Undo: {0}").format(text) if text else self.tr("Undo")
        self.stage.undo.set_tip(tip, QKeySequence.StandardKey.Undo)
        self.stage.delete.setEnabled(bool(self.stage.grid.selected))
        self.export_button.setEnabled(bool(shown.problem.hand) and bool(hand.collection.samples))

    @Slot(str)
    def _show_trouble(self, sentence: str) -> None:
        self.stage.note.set_note("warning", sentence)
        self.stage.note.setVisible(bool(sentence))

    @Slot()
    def _offer_import(self) -> None:
        self.files.offer_import(self.import_button)

    @Slot()
    def _offer_export(self) -> None:
        self.files.offer_export(self.export_button)

    @Slot(str)
    def _on_file_failed(self, sentence: str) -> None:
        note = self.stage.note if self._is_of_digits else self._away_note
        note.set_note("error", sentence)
        note.show()

    def tell(self, message: Message) -> None:
        self._on_file_failed(self.tr("{0}: {1}").format(message.title, message.text))

    # How it is read

    def _show_reader(self, shown: Snapshot) -> None:
        self.inspector.show_reader(self._name_of(shown.entry))
        self.inspector.show_tuned(self._results.get(shown.entry.key))

    def _measure_others(self, shown: Snapshot) -> None:
        if shown.problem.hand:
            self._others.measure()

    @Slot()
    def _on_weights_changed(self) -> None:
        """Measure anew what was changed by hand; of a network in training, the end of an epoch tells."""
        if not self.session.shows_run:
            self._others.forget(self.session.network)
            for part in self._of_network:
                part.mark()

    def _name_of(self, entry: ModelEntry) -> str:
        if entry.origin == "own":
            return self.tr("My network")
        return entry.model.name or plain(Path(entry.key).stem)

    def _measure_hand(self, shown: Snapshot) -> None:
        """Let the shown network read all digits that there are."""
        collection = self.session.hand.collection
        if not shown.problem.hand:
            return
        if not collection.samples:
            self.stage.grid.show_answers({})
            self.inspector.show_hand(None, collection)
            return
        model, in_training = shown.model, shown.shows_run

        def work(_report: Report, _cancelled: threading.Event) -> Evaluation:
            network = model.network.copy() if in_training else model.network
            return evaluate(network, model.loss, split_of(collection.samples))

        self._reading.ask(work, (collection, shown.version), patient=True)

    @Slot(object, object)
    def _on_measured(self, evaluation: Evaluation, key: tuple[Collection, int]) -> None:
        collection = self.session.hand.collection
        if key[0] is not collection or not self._is_of_digits:
            return
        predictions = evaluation.predictions
        answers = {id(sample): int(label) for sample, label in zip(collection.samples, predictions, strict=True)}
        self.stage.grid.show_answers(answers)
        right = [answers[id(sample)] == sample.label for sample in collection.held_out]
        self.inspector.show_hand(Tally(sum(right), len(right)) if right else None, collection)

    @Slot(object, object)
    def _on_unmeasured(self, _error: Exception, _key: object) -> None:
        self.stage.grid.show_answers({})
        self.inspector.show_hand(None, self.session.hand.collection)

    @Slot()
    def _on_others_measured(self) -> None:
        others = self._others
        self.inspector.show_others(others.score, others.name, others.name not in MNIST.fetched)

    @Slot()
    def _go_and_get_mnist(self) -> None:
        self.page_wanted.emit("trainPage", None)

    # Fine-tuning

    def _source(self) -> ModelEntry:
        """Return the network to begin with: a fine-tuned one gives way to the one it came from."""
        entry = self.session.current_entry
        tuned = self._results.get(entry.key)
        return tuned.source if tuned is not None else entry

    def _show_tuning(self, shown: Snapshot) -> None:
        refusal, network = "", shown.network
        if shown.shows_run:
            refusal = self.tr("This network is in training. Stop it, or choose another one.")
        elif network.sizes[-1] != MNIST.classes:
            refusal = self.tr("This network tells %n classes apart, not ten digits.", "", network.sizes[-1])
        self.inspector.show_tuning(self.session.hand.collection, network.parameter_count, refusal)

    @Slot()
    def fine_tune(self) -> None:
        """Go on training a copy of the shown network on the user's digits."""
        self.refresher.catch_up()
        if self.inspector.tune_button.isEnabled() and self.isVisible() and self._is_of_digits:
            source = self._source()
            self.tuner.start(source, self._name_of(source), self.session.hand.collection)

    @Slot()
    def _on_tuner_changed(self) -> None:
        self.inspector.show_progress(0.0 if self.tuner.is_running else None)
        if self.tuner.is_running:
            self.inspector.show_tuned(self._results.get(self.session.current_entry.key))

    @Slot(object, object)
    def _on_tuning_progressed(self, done: int, total: int) -> None:
        if self.tuner.is_running:
            self.inspector.show_progress(done / total)

    @Slot(object)
    def _on_tuned(self, tuned: Tuned) -> None:
        self._results[tuned.key] = tuned
        self._others.remember(tuned.model.network, tuned.others_name, tuned.others.after)
        if not self._is_of_digits:
            self.session.choose_problem(MNIST.key)
        self.session.add_network(tuned.key, tuned.model)
        self.say(self.tr("Fine-tuned in {0} s").format(f"{tuned.seconds:.1f}"))

    @Slot(object)
    def _on_tuning_failed(self, error: Exception) -> None:
        title = self.tr("Fine-tuning stopped by itself")
        if isinstance(error, TrainingDiverged):
            text = self.tr("The network's numbers ran away: it may never have been trained. Choose another network.")
        else:
            text = cause(error)
        self.inspector.show_failure(title, text)

    @Slot()
    def throw_away(self) -> None:
        """Forget the fine-tuned network and show the one from before."""
        tuned = self._results.pop(self.session.current_entry.key, None)
        if tuned is not None:
            self.session.delete_network(tuned.key, tuned.source.key)

    # The page

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what the page needs."""
        super().showEvent(event)
        self.session.hand.request()
        self._others.request()
        if self.session.hand.trouble:
            self._show_trouble(self.session.hand.trouble)
        self.stage.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """A digit that waits for being kept goes on waiting."""
        self._resting.stop()
        self._others.release()
        super().hideEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Return what the smallest window leaves to a page: everything here adapts to it."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Part the page into stage and inspector."""
        super().resizeEvent(event)
        breadth = theme.scaled(100) / 100
        width = float(np.interp(self.width() / breadth, _PAGE_WIDTHS, _INSPECTOR_WIDTHS)) * breadth
        self.inspector.setFixedWidth(round(min(width, 0.45 * self.width())))
