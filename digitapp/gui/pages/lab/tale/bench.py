"""The bench "Was the tale true?": many networks are trained, and what they found is compared with the demons."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import TOY
from digitapp.datasets.toy import load_toy
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.tale.groups import groups_of
from digitapp.gui.pages.lab.tale.inspector import TaleInspector
from digitapp.gui.pages.lab.tale.save import write_table
from digitapp.gui.pages.lab.tale.setup import TaleSetup, trial_of
from digitapp.gui.pages.lab.tale.shares import SharesBar
from digitapp.gui.pages.lab.tale.wall import Wall
from digitapp.gui.pages.lab.tale.words import comparison_text, network_title, trial_text
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.tale_lab import OWN, TaleLab
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import EmptyState, GhostButton, Label, PlainButton, PrimaryButton, ProgressBar, ScaleBar
from digitapp.gui.widgets.numbers import per_cent, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.messages import Message
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.tale_trial import Judged, Trial, TrialResult, examine
from digitapp.modelfile import Model
from digitapp.plain import file_name

_LOW = 480  # below this height of the bench, a sentence costs a line of the wall
_SHOWN_ON = "stepPage"  # where a network is seen that was opened


class TaleBench(Bench):
    """Trains, shows the wall, and hands a network to all pages."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self.lab = TaleLab.of(session)
        self._images = load_toy().all_but_test
        self._own: Judged | None = None
        self._result: TrialResult | None = None  # that is shown
        self._build()
        self._connect()
        self._show_result()
        self._show_training()

    # Building

    def _build(self) -> None:
        self.setup = TaleSetup()
        self.train = PrimaryButton("", "play")
        self.cancel = PlainButton(self.tr("Cancel"), "stop")
        self.save = GhostButton(self.tr("Save as CSV…"), "download")
        self.sentence = Label("", "body", "text2", wrap=True)
        self.shares, self.progress = SharesBar(), ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        self.wall = Wall()
        self.scale = ScaleBar()
        self.inspector = self.details = TaleInspector()
        _lay_out(self.tools, self.train, self.cancel)
        _lay_out(self.for_header, self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(Label(self.tr("Was the tale true?"), "title"), 1)
        head.addWidget(self.setup.reset)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.setup)
        column.addWidget(self.shares)
        column.addWidget(self.progress)
        self._body = QStackedLayout()
        column.addLayout(self._body, 1)
        column.addWidget(self._make_footer())
        self._fill_body()

    def _fill_body(self) -> None:
        """Fill the place of the wall; not before it is laid out, or its first widget would be a window of its own."""
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(
            EmptyState(
                "lab",
                self.tr("No networks have been trained yet"),
                self.tr(
                    "They appear here as a wall of small pictures: those in which the tale came true, those that found "
                    "another way, and those that failed."
                ),
            )
        )
        column.addStretch(1)
        self._body.addWidget(empty)
        self._body.addWidget(self.wall.in_scroll_area())

    def _make_footer(self) -> QWidget:
        self._footer = QWidget()
        row = QHBoxLayout(self._footer)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Label(self.tr("Weights"), "caption", "text2"), 0, Qt.AlignmentFlag.AlignTop)
        self.scale.setFixedWidth(theme.scaled(128))
        row.addWidget(self.scale)
        hint = Label(
            self.tr("In each picture: the best match for A, for B, for C. Click one to see it large."),
            "caption",
            "text2",
            wrap=True,
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row.addWidget(hint, 1)
        return self._footer

    def _connect(self) -> None:
        self.train.clicked.connect(self._on_train)
        self.cancel.clicked.connect(self._on_cancel)
        self.save.clicked.connect(self._on_save)
        self.setup.changed.connect(self._show_training)
        self.setup.changed.connect(self.state_changed)
        self.wall.chosen.connect(self._on_chosen)
        self.wall.opened.connect(self._on_opened)
        self.inspector.moved.connect(self._on_moved)
        self.inspector.opened.connect(self._on_opened)
        self.inspector.dots.chosen.connect(self._on_chosen)
        self.inspector.sizes.chosen.connect(self._on_size_chosen)
        self.inspector.compare.clicked.connect(self._on_compare)
        self.lab.changed.connect(self._on_lab_changed)
        self.lab.chosen_changed.connect(self._on_chosen_changed)
        self.lab.progressed.connect(self._on_progressed)
        self.lab.failed.connect(self._on_failed)
        self.refresher.add(
            "TaleBench",
            self._show_own,
            on=(self.session.network_changed,),
            in_turn=(self.session.weights_changed,),
            of=self,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave the room of a low window to the wall."""
        is_high = self.height() >= theme.scaled(_LOW)
        self.sentence.setVisible(is_high)
        self._footer.setVisible(is_high and self.lab.shown is not None)

    def state(self) -> dict[str, Any]:
        return asdict(self.setup.trial())

    def take_up(self, state: Mapping[str, Any]) -> None:
        self.setup.show_trial(trial_of(state))

    def numbers(self) -> str:
        """Return what became of each network."""
        return "" if self.lab.shown is None else self.lab.shown.table("\t")

    # What is shown

    @property
    def current(self) -> Judged | None:
        """The network that is looked at."""
        return self.lab.network or self._own

    def _show_own(self, shown: Snapshot) -> None:
        """Judge the network of all pages anew."""
        self._own = self._judged(shown.model) if shown.problem.key == TOY.key else None
        self._show_result()

    def _judged(self, model: Model) -> Judged | None:
        sizes = model.network.sizes
        if len(sizes) != 3 or (sizes[0], sizes[-1]) != (TOY.features, TOY.classes):
            return None
        return examine(model.network, model.loss, self._images)

    def _show_result(self) -> None:
        """Show the wall, and what is told of all networks together."""
        result = self._result = self.lab.shown
        groups = groups_of(result, self._own)
        self._limit = _limit_of([judged for group in groups for kind in group.kinds for judged in kind.networks])
        self.wall.show_groups(groups, self._limit)
        self.shares.show_result(result)
        self.scale.set_limit(self._limit)
        self._body.setCurrentIndex(0 if result is None else 1)
        self._fit()
        self.save.setEnabled(result is not None)
        self.numbers_changed.emit()
        self.inspector.show_result(result)
        self._show_chosen()

    def _show_chosen(self) -> None:
        current = self.current
        self.wall.show_current(current)
        self.inspector.show_network(current, self._limit)
        self.inspector.set_movable(len(self.wall.order) > 1)

    @Slot()
    def _on_chosen_changed(self) -> None:
        self._show_chosen()
        self.wall.bring_into_sight()

    @Slot()
    def _on_lab_changed(self) -> None:
        if self.lab.shown is not self._result:
            self._show_result()
        self._show_training()

    @Slot()
    def _show_training(self) -> None:
        """Show what can be trained, or what is being trained."""
        trial, shown, training = self.setup.trial(), self.lab.shown, self.lab.training
        is_training = not self.lab.compares and training is not None
        had_focus = self.train.hasFocus() or self.cancel.hasFocus()
        self.train.setText(self.tr("Train %Ln network(s)", "", trial.seeds))
        for part, seen in (
            *((self.train, not is_training), (self.cancel, is_training)),
            *((self.progress, is_training), (self.shares, not is_training and shown is not None)),
        ):
            part.setVisible(seen)
        if had_focus:
            (self.cancel if is_training else self.train).setFocus()
        if training is not None and is_training:
            self._on_progressed(0, training.epochs)
        else:
            self.say("" if shown is None else trial_text(shown.trial))
        self.sentence.setText(self._sentence(trial))
        self._show_comparison()

    def _sentence(self, trial: Trial) -> str:
        """Return what is tried, or what a second trial has changed; of one that was not chosen now, how it was made."""
        shown = self.lab.shown
        if shown is not None and shown.trial != trial:
            return self.tr("Shown: {0}. Train again to see what the new settings change.").format(
                trial_text(shown.trial)
            )
        if shown is not None and self.lab.before is not None:
            return comparison_text(shown, self.lab.before)
        text = self.tr(
            "%Ln network(s) start from random weights and learn 48 of the 64 images. Do they find the demons A, B and "
            "C by themselves?",
            "",
            trial.seeds,
        )
        if not trial.noise:
            return text
        noise = self.tr(
            "Each learns from images of its own in which {0} of the pixels were flipped; the clean ones judge it."
        )
        return in_a_row(text, noise.format(per_cent(f"{100 * trial.noise:g}")))

    def _show_comparison(self) -> None:
        lab = self.lab
        base = lab.shown.trial if lab.shown is not None else self.setup.trial()
        results = lab.sizes(base)
        self.inspector.sizes.show_results(results, base.hidden)
        missing = sum(result is None for result in results)
        action = self.tr("Train %n more size(s)", "", missing) if missing and lab.training is None else ""
        legend = self.tr(
            "Left bars: read all 64. Right bars: the tale came true. In % of %Ln network(s).", "", base.seeds
        )
        if lab.compares and lab.training is not None:
            action = self.tr("Cancel")
            legend = self.tr("Training with %n hidden unit(s)…", "", lab.training.hidden)
        self.inspector.show_comparison(action, legend)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if not self.lab.compares:
            self.progress.setRange(0, total)
            self.progress.setValue(done)
            self.say(self.tr("Training: epoch {0} of {1}").format(thousands(done), thousands(total)))

    # What is done

    @Slot()
    def _on_train(self) -> None:
        if self.setup.commit():
            self.lab.train(self.setup.trial())

    @Slot()
    def _on_cancel(self) -> None:
        self.lab.cancel()

    @Slot()
    def _on_compare(self) -> None:
        if self.lab.training is not None:
            self.lab.cancel()
        else:
            self.lab.compare(self.lab.shown.trial if self.lab.shown is not None else self.setup.trial())

    @Slot(int)
    def _on_size_chosen(self, hidden: int) -> None:
        base = self.lab.shown.trial if self.lab.shown is not None else self.setup.trial()
        result = self.lab.sizes(base)[hidden - 1]
        if result is not None:
            self.setup.show_trial(result.trial)
            self.lab.show(result)

    @Slot(object)
    def _on_chosen(self, judged: Judged) -> None:
        self.lab.choose(OWN if judged.seed is None else judged.seed)

    @Slot(int)
    def _on_moved(self, step: int) -> None:
        order, current = self.wall.order, self.current
        if order:
            place = order.index(current) + step if current in order else 0
            self._on_chosen(order[place % len(order)])

    @Slot()
    def _on_opened(self) -> None:
        """Make the network that is looked at the one of all pages."""
        result, judged = self.lab.shown, self.lab.network
        if result is None or judged is None or judged.seed is None:
            return
        digest = hashlib.sha256(repr(result.trial).encode()).hexdigest()[:8]
        self.session.add_network(f"tale-{digest}-{judged.seed}", result.model(judged, network_title(judged.seed)))
        self.page_wanted.emit(_SHOWN_ON, None)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.tell(Message(self.tr("The networks could not be trained"), cause(error)))

    @Slot()
    def _on_save(self) -> None:
        """Let the user choose a file, and write what became of each network."""
        if self.lab.shown is None:
            return
        suggestion = str(Path(self.settings.get(remembered.LAST_FOLDER)) / "tale.csv")
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save as CSV"), suggestion, self.tr("Tables (*.csv)"))
        if path:
            self.settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        """Write what became of each network to a file; a name without an ending gets that of a table."""
        result = self.lab.shown
        if result is not None:
            target = path if path.suffix else path.with_name(f"{path.name}.csv")
            work = write_table(result, target)
            self.session.start_job(work, succeeded=self._on_saved, failed=self._on_not_saved, saves=True)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.say(self.tr("Saved {0}").format(file_name(path)))

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        self.tell(Message(self.tr("The table was not saved"), cause(error)))


def _lay_out(place: QWidget, *buttons: QWidget) -> None:
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for button in buttons:
        row.addWidget(button)


def _limit_of(networks: list[Judged]) -> float:
    """Return the limit of the colours of all that is shown of networks."""
    return symmetric_limit(np.array([each.weights for each in networks])) if networks else 1.0
