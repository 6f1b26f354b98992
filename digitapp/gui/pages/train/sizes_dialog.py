"""What textbooks say of small and large networks, tried on the points at hand: many of each size, side by side."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.train.fields import show_hidden
from digitapp.gui.pages.train.size_wall import SizeWall
from digitapp.gui.plots.plane_picture import bounds_around, points_of
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import FieldRow, Label, NoteBar, PlainButton, PrimaryButton, ProgressBar, TextField
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.words.problems import dataset_title
from digitapp.gui.words.settings import refusal
from digitapp.inspection.size_trial import MOST_SIZES, MOST_UNITS, Ended, SizeResult, SizeTrial, run_size_trial
from digitapp.progress import Report
from digitapp.training.config import ConfigError, LayerSizes, NetworkConfig, TrainConfig, parse_hidden

_WIDTH, _LEAST_WIDTH = 900, 600
_BESIDE = 104  # margins, and what of the window is still seen


class SizesDialog(QDialog):
    """Trains networks of three sizes, or of others, beside the window, with the settings of the form.

    `labels` are what the form calls its settings, by their names.

    Signals: `taken`, one of them is the network of all pages now.
    """

    taken = Signal()

    def __init__(
        self,
        session: Session,
        dataset: Dataset,
        network: NetworkConfig,
        config: TrainConfig,
        labels: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sizesDialog")
        self.setWindowTitle(self.tr("Small or large?"))
        self.setProperty("panel", "surface")
        self._session, self._dataset = session, dataset
        self._network, self._config, self._labels = network, config, labels
        self._errand = Errand(session.start_job, self)
        self.trial_result: SizeResult | None = None
        self._make_parts()
        self._lay_out()
        self.units.value_changed.connect(self.train)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self.finished.connect(self._errand.cancel)
        self.train()

    # Building

    def _make_parts(self) -> None:
        self.units = TextField(_sizes, SizeTrial().sizes, show=show_hidden, describe=refusal)
        self.units.setObjectName("sizesField")
        self.units.setToolTip(self.tr("Up to four numbers of hidden units, such as 3, 6, 20"))
        self.wall = SizeWall()
        self.wall.setObjectName("sizeWall")
        self.wall.chosen.connect(self._on_chosen)
        self.wall.taken.connect(self._take)
        self.verdict = NoteBar("info")
        self.progress = ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.take_button = PlainButton(self.tr("Show on all pages"))
        self.take_button.setObjectName("takeButton")
        self.take_button.setToolTip(self.tr("Choose a network above; it becomes the one that every page shows"))
        self.take_button.setEnabled(False)
        self.take_button.clicked.connect(self._take)
        self.cancel_button = PlainButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self._on_cancel)
        self.close_button = PrimaryButton(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        title = Label(self.tr("Do small networks end anywhere, and large ones nearly alike?"), "title", wrap=True)
        title.setFixedWidth(self._room())
        column.addWidget(title)
        text = self.tr(
            "That is what textbooks say. Here {0} networks of each size learn the same points, “{1}”, with the "
            "settings of the form; only their first weights differ. Each dot is the loss that one ends with."
        ).format(SizeTrial().seeds, dataset_title(self._dataset.name))
        label = Label(text, "body", "text2", wrap=True)
        label.setFixedWidth(self._room())
        column.addWidget(label)
        row = FieldRow(self.tr("Hidden units"), self.units)
        row.setFixedWidth(theme.scaled(300))
        column.addWidget(row)
        column.addWidget(self.wall)
        column.addWidget(self.verdict)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.progress, 1)
        for button in (self.cancel_button, self.take_button, self.close_button):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _room(self) -> int:
        """Return how wide the contents are: as wide as suits them, but not wider than the window that they lie over."""
        wanted, owner = theme.scaled(_WIDTH), self.parentWidget()
        return wanted if owner is None else max(_LEAST_WIDTH, min(wanted, owner.window().width() - _BESIDE))

    # Training

    @Slot()
    def train(self) -> None:
        """Train networks of the sizes in the field; a training that is under way ends."""
        self.trial_result = None
        self.take_button.setEnabled(False)
        try:
            trial = SizeTrial(self.units.value(), network=self._network, config=self._config)
        except ConfigError as error:
            self._refuse(error)
            return
        self.wall.show_result(None, len(trial.sizes))
        self._show_training(True)
        count = thousands(len(trial.sizes) * trial.seeds)
        self.verdict.set_note("info", self.tr("{0} networks learn beside the window.").format(count))
        dataset, bounds = self._dataset, bounds_around(points_of(self._dataset))

        def work(report: Report, cancelled: threading.Event) -> SizeResult | None:
            return run_size_trial(trial, dataset, bounds, report, cancelled)

        self._errand.ask(work, trial)

    def _refuse(self, error: ConfigError) -> None:
        self._errand.cancel()
        self._show_training(False)
        text = self.tr("Networks that learn together do not know one of the settings in the form. Set this back: {0}.")
        self.verdict.set_note("warning", text.format(self._labels.get(error.field, error.field)))

    def _show_training(self, trains: bool) -> None:
        self.progress.setRange(0, 0)
        self.progress.setVisible(trains)
        self.cancel_button.setVisible(trains)

    @Slot()
    def _on_cancel(self) -> None:
        self._errand.cancel()
        self._show_training(False)
        self.verdict.set_note("info", self.tr("The training was cancelled. Other numbers of units begin it anew."))

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _trial: SizeTrial) -> None:
        self._show_training(False)
        self.verdict.set_note("error", cause(error), title=self.tr("The networks could not be trained"))

    @Slot(object, object)
    def _on_found(self, result: SizeResult, _trial: SizeTrial) -> None:
        self.trial_result = result
        self._show_training(False)
        self.wall.show_result(result)
        self._show_verdict(result)

    def _show_verdict(self, result: SizeResult) -> None:
        ordered = sorted(result.rows, key=lambda row: row.size)
        small, large = ordered[0], ordered[-1]
        if small is large:
            self.verdict.set_note("info", self.tr("One size alone compares with nothing: enter two or more."))
            return
        title = self.tr("Here it is not so")
        if result.is_as_claimed:
            title = self.tr("Here it is so: the large ones end more alike")
        text = self.tr(
            "Half of the networks with {0} units end within {1} of each other, those with {2} units within {3}. "
            "Alike in loss is not alike in the plane: look at the borders."
        )
        numbers = small.size, figure(small.spread, 2), large.size, figure(large.spread, 2)
        self.verdict.set_note("info", text.format(*numbers), title=title)

    # One of them

    @Slot(object)
    def _on_chosen(self, _ended: Ended) -> None:
        self.take_button.setEnabled(True)

    @Slot()
    def _take(self) -> None:
        """Let the chosen network be that of all pages."""
        result, row, ended = self.trial_result, self.wall.row_of_chosen, self.wall.chosen_network
        if result is None or row is None or ended is None:
            return
        trial = replace(result.trial, sizes=(row.size,))
        digest = hashlib.sha256(repr((trial, result.dataset.name)).encode()).hexdigest()[:8]
        title = self.tr("%n unit(s), seed {0}", "", row.size).format(ended.seed)
        self._session.add_network(f"sizes-{digest}-{ended.seed}", result.model(row, ended, title))
        self.taken.emit()
        self.accept()


def _sizes(text: str) -> tuple[int, ...]:
    """Return numbers of units from text. Raises ConfigError."""
    sizes = parse_hidden(text)
    if not 1 <= len(sizes) <= MOST_SIZES or len(set(sizes)) < len(sizes) or max(sizes) > MOST_UNITS:
        raise ConfigError("sizes", text, LayerSizes(MOST_SIZES, MOST_UNITS))
    return sizes
