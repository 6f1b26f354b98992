"""The status bar: what the shown network is worth on the left, what the shown page has to say on the right."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.accuracy import AccuracyMeter
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.state.session import Session
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import ElidedLabel, Label, Panel, StatusDot
from digitapp.gui.widgets.numbers import epoch_text, percent, thousands
from digitapp.gui.words.keeping import keeping_words


class StatusBar(Panel):
    """State, accuracy and size of the shown network; on the right the page's own line."""

    def __init__(self, session: Session, keeper: Keeper | None = None, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setFixedHeight(theme.scaled(theme.STATUS_HEIGHT))
        self._session = session
        self._meter = AccuracyMeter(session, self)
        self._meter.measured.connect(self._show_network)
        self._dot = StatusDot("accent")
        self._state = Label("", "caption-strong")
        self._accuracy = ElidedLabel("", "caption", "text2")
        self._parameters = Label("", "caption", "text2", tabular=True)
        self._kept = ElidedLabel("", "caption-strong", "warning")
        self._kept.setObjectName("keptLabel")
        self._right = Label("", "caption", "text2", tabular=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self._state)
        row.addSpacing(16)
        row.addWidget(self._accuracy)
        row.addSpacing(16)
        row.addWidget(self._parameters)
        row.addSpacing(16)
        row.addWidget(self._kept, 1)
        row.addWidget(self._right)
        changes = (
            session.network_changed,
            session.run_state_changed,
            session.model_described,
            session.moment_changed,
            session.dataset_changed,
        )
        for signal in changes:
            signal.connect(self._show_network)
        session.epoch_finished.connect(self._show_network)
        self._show_network()
        self._keeper = keeper
        session.hand.troubled.connect(self._show_kept)
        if keeper is not None:
            keeper.told.connect(self._show_kept)
        self._show_kept()

    @Slot()
    def _show_kept(self) -> None:
        """Say what is not on the disk."""
        hand = self._session.hand
        of_digits = hand.trouble if hand.is_behind else ""
        of_rest = keeping_words(self._keeper) if self._keeper is not None else ""
        self._kept.setText(in_a_row(of_digits, of_rest))

    @Slot(str)
    def show_text(self, text: str) -> None:
        """Show the page's line."""
        self._right.setText(text)

    @Slot()
    def _show_network(self) -> None:
        words = {
            RunPhase.IDLE: self.tr("Ready"),
            RunPhase.RUNNING: self.tr("Training"),
            RunPhase.PAUSED: self.tr("Paused"),
        }
        phase = self._session.run.phase
        self._state.setText(words[phase])
        self._dot.set_tone("warning" if phase is RunPhase.PAUSED else "accent")
        self._accuracy.setText(self._accuracy_text())
        count = thousands(self._session.network.parameter_count)
        self._parameters.setText(self.tr("{0} parameters").format(count))

    def _accuracy_text(self) -> str:
        if self._session.shows_run:
            epoch = self._session.run.history.last_epoch
            if epoch is None:
                return self.tr("no epoch finished yet")
            accuracy, validates = epoch.validation_accuracy, epoch.validation_accuracy is not None
            return self._on_the_part(validates).format(percent(epoch.train_accuracy if accuracy is None else accuracy))
        place = self._session.time_machine.place
        if place is not None:
            epochs = epoch_text(place.branch.epochs_at(place.moment.step))
            return self.tr("as it was at epoch {0} of run {1}").format(epochs, place.branch.number)
        if {"edits", "by_hand"} & set(self._session.model.training):
            return self.tr("changed by hand")
        results = self._session.model.training.get("results", {})
        for part in ("test", "validation", "train"):
            accuracy, samples = results.get(f"{part}_accuracy"), results.get(f"{part}_samples")
            if isinstance(accuracy, float | int) and isinstance(samples, int):
                return self._on_samples(part).format(percent(accuracy, 2), thousands(samples))
        if self._session.current_entry.origin == "own":
            is_new = self._session.run.history.last_batch is None
            return self.tr("not trained yet") if is_new else self.tr("no epoch finished yet")
        measured = self._meter.of(self._session.model)
        if measured is None:
            return self.tr("accuracy unknown")
        evaluation, validates = measured
        text = self._on_samples("validation" if validates else "train")
        return text.format(percent(evaluation.accuracy, 2), thousands(evaluation.samples))

    def _on_the_part(self, validates: bool) -> str:
        if self._session.problem.has_picture:
            return self.tr("{0} on the validation images") if validates else self.tr("{0} on the training images")
        return self.tr("{0} on the validation points") if validates else self.tr("{0} on the training points")

    def _on_samples(self, part: str) -> str:
        images = {
            "test": self.tr("{0} on {1} test images"),
            "validation": self.tr("{0} on {1} validation images"),
            "train": self.tr("{0} on {1} training images"),
        }
        points = {
            "test": self.tr("{0} on {1} test points"),
            "validation": self.tr("{0} on {1} validation points"),
            "train": self.tr("{0} on {1} training points"),
        }
        return (images if self._session.problem.has_picture else points)[part]
