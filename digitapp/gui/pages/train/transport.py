"""The line above the curves: start, pause, step, stop, and how far the run is."""

from __future__ import annotations

import math
import time
from statistics import fmean

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.state.experiment import Experiment
from digitapp.gui.state.training_run import RunPhase, TrainingRun
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets import ElidedLabel, Label, PlainButton, PrimaryButton, ProgressBar
from digitapp.gui.widgets.numbers import decimal, epoch_text, percent, thousands
from digitapp.gui.words.runs import run_title
from digitapp.runs.branches import PlaceInRun
from digitapp.training.events import PretrainingStep

_FINE = 10_000  # steps of a bar that all seeds share
_REMAINING_EVERY_S = 0.5  # a clock that ticks faster cannot be read


class TransportBar(QWidget):
    """Buttons and progress of the shown run. It shows; what the buttons do is connected by the page."""

    start_clicked = Signal()
    pause_clicked = Signal()
    step_clicked = Signal()
    epoch_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        run_words = (self.tr("Start"), self.tr("Pause"), self.tr("Resume"))
        key = "Ctrl+Return"
        self.start = PrimaryButton(
            run_words[0], "play", tip=self.tr("Train a network as set up"), key=key, transport=True
        )
        self.pause = PrimaryButton(run_words[1], "pause", tip=self.tr("Rest, and go on later"), key=key, transport=True)
        self.step = PlainButton(self.tr("Step"), "step", tip=self.tr("Train one batch"), key=".", transport=True)
        self.epoch = PlainButton(
            icon="step-far", tip=self.tr("Train to the end of this epoch, and rest there"), transport=True
        )
        self.epoch.setObjectName("epochButton")
        self.stop = PlainButton(self.tr("Stop"), "stop", tip=self.tr("End the run; the network stays"), transport=True)
        for button, name in ((self.start, "startButton"), (self.pause, "pauseButton"), (self.step, "stepButton")):
            button.setObjectName(name)
        self.stop.setObjectName("stopButton")
        for button in (self.start, self.pause):
            button.reserve(*run_words)
        self.progress = ProgressBar()
        self.progress.setObjectName("trainProgress")
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        self._where = Label("", "section", tabular=True)
        self._detail = ElidedLabel("", "caption", "text2", tabular=True)
        self._left = Label("", "caption", "text2", tabular=True)
        self._left_shown_at = 0.0
        self._lay_out()
        self.start.clicked.connect(self.start_clicked)
        self.pause.clicked.connect(self.pause_clicked)
        self.step.clicked.connect(self.step_clicked)
        self.epoch.clicked.connect(self.epoch_clicked)
        self.stop.clicked.connect(self.stop_clicked)

    def _lay_out(self) -> None:
        one_place = QGridLayout()
        one_place.addWidget(self.start, 0, 0)
        one_place.addWidget(self.pause, 0, 0)
        words = QHBoxLayout()
        words.setSpacing(10)
        words.addWidget(self._where)
        words.addWidget(self._detail, 1)
        words.addWidget(self._left)
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addStretch(1)
        side.addLayout(words)
        side.addWidget(self.progress)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addLayout(one_place)
        row.addWidget(self.step)
        row.addWidget(self.epoch)
        row.addWidget(self.stop)
        row.addSpacing(16)
        row.addLayout(side, 1)

    def text(self) -> str:
        """Return all that is said about the progress."""
        return in_a_row(self._where.text(), self._detail.text(), self._left.text())

    def show_phase(self, phase: RunPhase, *, has_seeds: bool = False) -> None:
        """Offer what can be done in a state; the focus stays in the place of the first button.

        Several seeds have no epoch that they end together.
        """
        focused = self.start.hasFocus() or self.pause.hasFocus() or self.stop.hasFocus()
        active = phase is not RunPhase.IDLE
        paused = phase is RunPhase.PAUSED
        shown, hidden = (self.pause, self.start) if active else (self.start, self.pause)
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause.set_icon_name("play" if paused else "pause")
        tip = self.tr("Go on with the run") if paused else self.tr("Rest, and go on later")
        self.pause.set_tip(tip, "Ctrl+Return")
        if hidden.isVisibleTo(self):
            shown.show()
            if focused and not (active and self.stop.hasFocus()):
                shown.setFocus(Qt.FocusReason.OtherFocusReason)
            hidden.hide()
        self.step.setEnabled(phase is not RunPhase.RUNNING)
        self.epoch.setEnabled(active and not has_seeds)
        self.stop.setEnabled(active)

    def show_ready(self, epochs: int, text: str) -> None:
        """Say that nothing has run yet, and what would."""
        self.progress.set_segments(epochs)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self._say(self.tr("Ready"), text, "")

    def show_waiting(self, text: str) -> None:
        """Say what the start waits for."""
        self._say(self.tr("One moment"), text, "")

    def show_past(self, place: PlaceInRun, validation_accuracy: float | None) -> None:
        """Show how far another time is in its run, and how good the network was then, where that is known."""
        branch, step = place.branch, place.moment.step
        started = branch.history.started
        if started is not None:
            steps = started.epochs * started.batches_per_epoch
            scale = max(1, math.ceil(steps / 2**30))
            self.progress.set_segments(started.epochs)
            self.progress.setRange(0, steps // scale)
            self.progress.setValue(step // scale)
        epochs = self.tr("as it was at epoch {0}").format(epoch_text(branch.epochs_at(step)))
        result = "" if validation_accuracy is None else self._validated(validation_accuracy)
        self._say(run_title(branch), epochs, result)

    def show_run(self, run: TrainingRun) -> None:
        """Show how far a run is, or how it ended."""
        experiment = run.experiment
        if experiment is not None and experiment.is_several and not self._is_pretraining(run):
            self._show_experiment(run, experiment)
            return
        history = run.history
        started, batch = history.started, history.last_batch
        if started is None:
            self._say(self.tr("Starting"), "", "")
            return
        if batch is None and history.pretraining is not None:
            self._show_pretraining(run, history.pretraining)
            return
        steps = round(history.scale.steps_at(started.epochs))
        done = batch.step if batch is not None else 0
        # Millions of epochs do not fit into the bar's 32 bits.
        scale = max(1, math.ceil(steps / 2**30))
        self.progress.set_segments(started.epochs)
        self.progress.setRange(0, steps // scale)
        self.progress.setValue(done // scale)
        if history.finished is None:
            epoch, in_epoch = (batch.epoch, batch.batch) if batch is not None else (1, 0)
            where = self.tr("Epoch {0} of {1}").format(thousands(epoch), thousands(started.epochs))
            detail = self.tr("batch {0} of {1}").format(
                thousands(in_epoch), thousands(history.scale.batches_in(epoch - 1))
            )
            self._say(where, detail, None if run.is_active else self.tr("stopped"))
            if run.is_active:
                self._show_remaining(run)
            return
        done = history.finished.epochs
        if done < started.epochs:
            text = self.tr("%Ln epoch(s) in {0}, no longer improving", "", done)
        else:
            text = self.tr("%Ln epoch(s) in {0}", "", done)
        self._say(self.tr("Finished"), text.format(duration(run.elapsed_seconds)), self._result(run))

    @staticmethod
    def _is_pretraining(run: TrainingRun) -> bool:
        newest = run.newest
        return newest.last_batch is None and newest.pretraining is not None

    def _show_experiment(self, run: TrainingRun, experiment: Experiment) -> None:
        """Show how far all seeds are, or what they came to."""
        seeds, newest = len(experiment.runs), run.newest
        self.progress.set_segments(1 if experiment.is_together else seeds)
        self.progress.setRange(0, _FINE)
        self.progress.setValue(round(_FINE * experiment.progress))
        started, batch = newest.started, newest.last_batch
        if run.is_active:
            if experiment.is_together:
                where = self.tr("%n seed(s) together", "", seeds)
            else:
                where = self.tr("Seed {0} of {1}").format(experiment.current + 1, seeds)
            detail = ""
            if started is not None:
                epoch = batch.epoch if batch is not None else 1
                detail = self.tr("epoch {0} of {1}").format(thousands(epoch), thousands(started.epochs))
            self._say(where, detail, None)
            self._show_remaining(run)
            return
        done = len(experiment.results)
        left = self._mean_of(experiment)
        if done == seeds:
            text = self.tr("%n seed(s) in {0}", "", seeds).format(duration(run.elapsed_seconds))
            self._say(self.tr("Finished"), text, left)
        else:
            self._say(self.tr("Ended"), self.tr("{0} of {1} seeds").format(done, seeds), left)

    def _mean_of(self, experiment: Experiment) -> str:
        """Return what the seeds that have ended came to on validation, or where there is none in training."""
        last = [history.last_epoch for history in experiment.results if history.last_epoch is not None]
        validated = [epoch.validation_accuracy for epoch in last if epoch.validation_accuracy is not None]
        if validated:
            return self.tr("{0} on average").format(percent(fmean(validated)))
        trained = [epoch.train_accuracy for epoch in last]
        return self.tr("{0} on average").format(percent(fmean(trained))) if trained else ""

    def _show_pretraining(self, run: TrainingRun, step: PretrainingStep) -> None:
        """Show how far the layers are that learn without labels; the bar begins anew with the training itself."""
        passes = step.layers * step.epochs
        done = ((step.layer - 1) * step.epochs + step.epoch - 1) * step.batches + step.batch
        self.progress.set_segments(passes)
        self.progress.setRange(0, passes * step.batches)
        self.progress.setValue(done)
        where = self.tr("Pretraining layer {0} of {1}").format(thousands(step.layer), thousands(step.layers))
        detail = self.tr("epoch {0} of {1} · reconstruction error {2}")
        detail = detail.format(thousands(step.epoch), thousands(step.epochs), f"{step.error:.4f}")
        paused = self.tr("paused") if run.phase is RunPhase.PAUSED else ""
        self._say(where, detail, paused if run.is_active else self.tr("stopped"))

    def _result(self, run: TrainingRun) -> str:
        epoch = run.history.last_epoch
        if epoch is None:
            return ""
        if epoch.validation_accuracy is None:
            return self.tr("{0} in training").format(percent(epoch.train_accuracy))
        return self._validated(epoch.validation_accuracy)

    def _validated(self, accuracy: float) -> str:
        return self.tr("{0} in validation").format(percent(accuracy))

    def _show_remaining(self, run: TrainingRun) -> None:
        now = time.monotonic()
        if run.phase is RunPhase.PAUSED:
            self._left.setText(self.tr("paused"))
            self._left_shown_at = 0.0
        elif now - self._left_shown_at >= _REMAINING_EVERY_S:
            self._left_shown_at = now
            seconds = run.remaining_seconds
            self._left.setText("" if seconds is None else self.tr("{0} left").format(duration(seconds)))

    def _say(self, where: str, detail: str, left: str | None) -> None:
        self._where.setText(where)
        self._detail.setText(detail)
        if left is not None:
            self._left.setText(left)


def duration(seconds: float) -> str:
    """Return "0.4 s", "12 s", "3 min 20 s" or "2 h 5 min"."""
    if seconds < 9.95:
        return translate("Duration", "{0} s").format(decimal(seconds, 1))
    whole = round(seconds)
    if whole < 60:
        return translate("Duration", "{0} s").format(whole)
    if whole < 3600:
        return translate("Duration", "{0} min {1} s").format(*divmod(whole, 60))
    return translate("Duration", "{0} h {1} min").format(whole // 3600, whole % 3600 // 60)
