"""The strip that says how the network learns: epoch, loss and its curve, with the button to start and to pause."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.curve_plot import loss_text
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets import Label, PrimaryButton
from digitapp.gui.widgets.numbers import thousands
from digitapp.training.history import History

_HEIGHT = 48


class LearningStrip(QWidget):
    """One line about the run.

    Signals: `start_clicked`, `pause_clicked` to rest or to go on.
    """

    start_clicked = Signal()
    pause_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = RunPhase.IDLE
        self._epoch = Label("", "caption", "text2", tabular=True, parent=self)
        self._loss_title = Label(self.tr("loss"), "caption", "text2", parent=self)
        self._loss = Label("", "section", tabular=True, parent=self)
        self._curve = LossLine(self)
        words = (self.tr("Start"), self.tr("Pause"), self.tr("Resume"))
        self.button = PrimaryButton(words[0], "play", transport=True, key="Ctrl+Return", parent=self)
        self.button.setObjectName("planeLearnButton")
        self.button.reserve(*words)
        self.button.clicked.connect(self._on_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.scaled(16))
        title = Label(self.tr("Learning"), "section", parent=self)
        for labels in ((title, self._epoch), (self._loss_title, self._loss)):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addStretch(1)
            for label in labels:
                column.addWidget(label)
            column.addStretch(1)
            row.addLayout(column)
        row.insertWidget(1, self._curve, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_phase(self, shown: Snapshot) -> None:
        """Offer to start, to pause or to resume."""
        self._phase = shown.run.phase
        text, icon, tip = {
            RunPhase.IDLE: (
                self.tr("Start"),
                "play",
                self.tr("Train a new network, as set up on the page Train"),
            ),
            RunPhase.RUNNING: (self.tr("Pause"), "pause", self.tr("Rest, and go on later")),
            RunPhase.PAUSED: (self.tr("Resume"), "play", self.tr("Go on learning")),
        }[self._phase]
        self.button.setText(text)
        self.button.set_icon_name(icon)
        self.button.set_tip(tip, "Ctrl+Return")

    def show_progress(self, shown: Snapshot) -> None:
        """Show how far the newest run is."""
        history = shown.run.history
        self._curve.show_history(history)
        last, started = history.last_batch, history.started
        has_any = last is not None and started is not None
        for label in (self._loss_title, self._loss):
            label.setVisible(has_any)
        if last is None or started is None:
            self._epoch.setText(self.tr("not begun yet"))
            return
        done = last.step // started.batches_per_epoch
        self._epoch.setText(self.tr("epoch {0}").format(thousands(done)))
        mean = history.loss.view(started.batches_per_epoch).mean
        self._loss.setText(loss_text(float(mean[-1])) if len(mean) else "")

    @Slot()
    def _on_clicked(self) -> None:
        if self._phase is RunPhase.IDLE:
            self.start_clicked.emit()
        else:
            self.pause_clicked.emit()


class LossLine(QWidget):
    """The loss of the run as a line without numbers, out to the planned end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x, self._y = np.empty(0), np.empty(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Loss of the run"))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(120), theme.scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(48), theme.scaled(_HEIGHT))

    def show_history(self, history: History) -> None:
        """Show the loss so far."""
        started = history.started
        if started is None:
            self._x = self._y = np.empty(0)
        else:
            view = history.loss.view(started.batches_per_epoch)
            known = np.isfinite(view.mean)
            self._x, self._y = view.x[known] / max(1, started.epochs), view.mean[known]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, bottom = self.width() - 2, self.height() - 4.5
        painter.setPen(QPen(palette.border, 1))
        painter.drawLine(QPointF(0, bottom), QPointF(self.width(), bottom))
        if len(self._y) < 2:
            return
        top = max(float(self._y.max()), 1e-9)
        heights = bottom - self._y / top * (bottom - 4)
        painter.setPen(QPen(palette.text2, 1.8))
        points = zip((1 + self._x * width).tolist(), heights.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
