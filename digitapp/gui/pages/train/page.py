"""The Train page: set a run up, watch it learn, stop it, keep what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui import settings as remembered
from digitapp.gui.pages.page import TRAIN_ON, Page
from digitapp.gui.pages.picture_queue import PictureQueue
from digitapp.gui.pages.train.messages import finding_message, run_message
from digitapp.gui.pages.train.setup import SetupForm
from digitapp.gui.pages.train.stage import TrainStage, setup_width
from digitapp.gui.pages.train.story import StoryView
from digitapp.gui.pages.train.watch import RunWatch
from digitapp.gui.settings import Settings
from digitapp.gui.state.artwork import ink_of
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.session import Session
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets import GhostButton, HairLine
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.gui.words.messages import Message, file_message
from digitapp.gui.words.problems import dataset_title
from digitapp.modelfile import ModelFileError, load_model
from digitapp.training.errors import TrainingDiverged
from digitapp.training.findings import RanAway, gentler_rate
from digitapp.training.foils import foils_to_go_on


class TrainPage(Page):
    """Transport and live curves on the stage, the setup of the next run in the inspector."""

    NAME = "trainPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.stage = TrainStage(session.data)
        self.transport, self.note = self.stage.transport, self.stage.note
        self.data_card, self.curves = self.stage.data_card, self.stage.curves
        self.confusion, self.units = self.stage.confusion, self.stage.units
        self.setup = SetupForm(session.problem, settings)
        self._past = StoryView(session, self.curves, self.confusion, self)
        self._past.measured.connect(self._show_progress)
        self._watch = RunWatch(session, self)
        self._watch.found.connect(self._on_trouble_found)
        self._stale = True
        self._pictures = PictureQueue(self)
        self._start_when_loaded: tuple[str, bool] | None = None
        self._trained_on: dict[str, Dataset] = {}
        self._make_header()
        self._lay_out()
        self._connect_session()
        self._connect_controls()
        self._make_shortcuts()
        self._set_pace()

    # Building

    def _make_header(self) -> None:
        keys = QKeySequence.StandardKey
        self.open_button = GhostButton(
            self.tr("Open model…"), "folder", tip=self.tr("Open a trained model"), key=keys.Open
        )
        self.save_button = GhostButton(
            self.tr("Save model…"), "download", tip=self.tr("Save the shown network"), key=keys.Save
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.stage, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical))
        row.addWidget(self.setup)

    def _connect_session(self) -> None:
        session = self.session
        session.problem_changed.connect(self._on_problem_changed)
        session.run_failed.connect(self._refresh)
        session.network_changed.connect(self._show_network)
        session.weights_changed.connect(self._show_weights)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.run_state_changed.connect(self._on_run_state_changed)
        session.run_progressed.connect(self._show_progress)
        session.epoch_finished.connect(self._show_epoch)
        session.moment_changed.connect(self._on_moment_changed)

    def _connect_controls(self) -> None:
        self.transport.start_clicked.connect(self.start)
        self.transport.pause_clicked.connect(self.pause_or_resume)
        self.transport.step_clicked.connect(self.step)
        self.transport.stop_clicked.connect(self.stop)
        self.setup.dataset_chosen.connect(self.session.choose_dataset)
        self.setup.learning_rate_changed.connect(self._on_learning_rate_changed)
        self.setup.changed.connect(self._show_ready)
        self.setup.source_changed.connect(self._show_data)
        self.setup.pace_changed.connect(self._set_pace)
        self.setup.renew_clicked.connect(self._renew)
        self.setup.check_clicked.connect(self.check_gradient)
        self.setup.variations_clicked.connect(self.show_variations)
        self.setup.file_wanted.connect(self.choose_start)
        self.units.opened.connect(self._on_units_opened)
        self.confusion.image_opened.connect(self._on_image_opened)
        self.note.remedy_taken.connect(self._take_remedy)
        self.note.dismissed.connect(self._forget_trouble)
        self.stage.lower_changed.connect(self._show_weights)
        self.open_button.clicked.connect(self.open_model)
        self.save_button.clicked.connect(self.save_model)
        card = self.data_card
        card.download_clicked.connect(self.session.data.download)
        card.cancel_clicked.connect(self.session.data.cancel)
        card.folder_clicked.connect(self.choose_data_folder)
        card.instead_clicked.connect(self._use_instead)
        card.retry_clicked.connect(self._request_data)

    def _make_shortcuts(self) -> None:
        # A page that is not shown gets no shortcuts, and fields keep the keys that they can type.
        for keys, slot in (
            ("Ctrl+Return", self.toggle),
            ("Ctrl+Enter", self.toggle),
            (".", self.step),
            (QKeySequence.StandardKey.Open, self.open_model),
            (QKeySequence.StandardKey.Save, self.save_model),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def header_actions(self) -> Sequence[QWidget]:
        return (self.open_button, self.save_button)

    # The run

    @Slot()
    def start(self) -> None:
        """Train a network as set up, or say at the field why that is not possible."""
        self._start(paused=False)

    @Slot()
    def pause_or_resume(self) -> None:
        """Rest, or go on."""
        run = self.session.run
        if run.phase is RunPhase.PAUSED:
            run.resume()
        else:
            run.pause()

    @Slot()
    def toggle(self) -> None:
        """Start, pause or resume, whichever the first button offers."""
        if self.session.run.is_active:
            self.pause_or_resume()
        else:
            self.start()

    @Slot()
    def step(self) -> None:
        """Train one batch: of a paused run, one more after a run has ended, or the first of a new one."""
        run = self.session.run
        if run.phase is RunPhase.PAUSED:
            run.step_once()
        elif run.phase is RunPhase.IDLE:
            if self._form_is_of_shown:
                self.train_on(paused=True)
            else:
                self._start(paused=True)

    @property
    def _form_is_of_shown(self) -> bool:
        """Whether the form asks for no other network than the one that is shown and was trained here."""
        session, configs = self.session, self.setup.configs()
        if not session.can_go_on or configs is None:
            return False
        place = session.time_machine.place
        branch = session.time_machine.branches[-1] if place is None else place.branch
        return configs[0] == branch.configs[0] and configs[1].loss == session.model.loss

    @Slot()
    def stop(self) -> None:
        """End the run; the network keeps what it has learned."""
        self.session.run.stop()

    def _start(self, *, paused: bool) -> None:
        session = self.session
        configs = None if session.run.is_active else self.setup.configs()
        if configs is None:
            return
        dataset = session.dataset
        if dataset is None:
            self._wait_for_data(paused)
            return
        self._start_when_loaded = None
        self._dismiss()
        self._trained_on[session.problem.key] = dataset
        session.start_training(*configs, source=self.setup.source, paused=paused)

    def take_up(self, what: object) -> None:
        if what == TRAIN_ON:
            self.train_on()

    @Slot()
    def train_on(self, *, paused: bool = False) -> None:
        """Go on from what the window shows, now or a moment of the past, as a new run with the settings of the form."""
        session = self.session
        configs = self.setup.configs() if session.can_go_on else None
        if configs is not None and session.dataset is not None:
            self._dismiss()
            self._trained_on[session.problem.key] = session.dataset
            session.go_on(configs[1], paused=paused)

    def _wait_for_data(self, paused: bool) -> None:
        """Start as soon as the data set is loaded; where it is missing, offer the ways to get it."""
        self._request_data()
        if self.session.data.state(self.session.dataset_name) is DataState.LOADING:
            self._start_when_loaded = (self.session.problem.key, paused)
            self._show_ready()
        elif self.session.dataset is None:
            self.data_card.focus_first()

    @Slot()
    def _renew(self) -> None:
        if self.setup.configs() is not None:
            self.setup.change_seed()
        configs = self.setup.configs()
        if configs is not None:
            self.session.renew_weights(*configs)

    @Slot()
    def check_gradient(self) -> None:
        """Open the gradient check for the shown network."""
        # Deferred: a start of the application is quicker without it.
        from digitapp.gui.pages.train.gradient_dialog import GradientDialog

        dialog = GradientDialog(self.session, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def show_variations(self) -> None:
        """Open the pictures' variations; what is chosen there counts for the next run."""
        # Deferred: a start of the application is quicker without it.
        from digitapp.gui.pages.train.variations import VariationsDialog, sample_pictures

        problem = self.session.problem
        strengths = self.setup.settings.value("augmentation")
        dialog = VariationsDialog(problem, sample_pictures(problem, self.session.dataset), strengths, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.setup.set_variations(dialog.strengths))
        dialog.open()

    @Slot()
    def _set_pace(self) -> None:
        self.session.run.set_pace(self.setup.pace)

    @Slot(float)
    def _on_learning_rate_changed(self, learning_rate: float) -> None:
        self.session.run.set_learning_rate(learning_rate)

    # Data

    @Slot()
    def _request_data(self) -> None:
        self.session.data.request(self.session.dataset_name)

    @Slot()
    def choose_data_folder(self) -> None:
        """Let the user say where MNIST's files are, and copy them."""
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("Folder with MNIST's four files"), self.settings.get(remembered.DATA_FOLDER)
        )
        if folder:
            self.settings.set(remembered.DATA_FOLDER, folder)
            self.session.data.import_from(Path(folder))

    @Slot()
    def _use_instead(self) -> None:
        self.session.choose_dataset(self.session.problem.dataset_at_hand)

    @Slot()
    def _on_dataset_changed(self) -> None:
        name, dataset = self.session.dataset_name, self.session.dataset
        state = self.session.data.state(name)
        if self.isVisible() and state is DataState.UNASKED:
            self._request_data()  # comes back here with the next state
            return
        self._show_data()
        self.data_card.setVisible(self.data_card.show_state(name))
        self.stage.show_lower()
        self._on_trouble_found()
        waiting = self._start_when_loaded
        if waiting is not None and state is not DataState.LOADING:
            self._start_when_loaded = None
            if dataset is not None and waiting[0] == self.session.problem.key:
                self._start(paused=waiting[1])

    @Slot()
    def _show_data(self) -> None:
        """Say what the run learns from, or would."""
        session, name = self.session, self.session.dataset_name
        self.setup.show_dataset(name, session.data.state(name), session.dataset, self._foils())
        self._show_ready()

    def _foils(self) -> int:
        """Return how many drawings that are no digits are mixed in."""
        if self.session.run.is_active:
            return self.session.foils
        source, dataset = self.setup.source, self.session.dataset
        if source is None or dataset is None:
            return 0
        return foils_to_go_on(source.training, source.calibration, len(dataset.train))

    # Models

    @Slot()
    def choose_start(self) -> None:
        """Let the user choose the model file that the next run starts from."""
        path = self.ask_for_model(self.tr("Start from a model"))
        if path is None:
            self.setup.refuse_file()
            return
        try:
            self.setup.start_from(load_model(path))
        except ModelFileError as error:
            self.setup.refuse_file(file_message(error, saving=False).text)

    # Messages

    def tell(self, message: Message, remedy: str = "") -> None:
        self.note.show_message(message, remedy)
        self.stage.show_lower()

    @Slot()
    def _dismiss(self) -> None:
        self.session.run.error = None
        self.note.hide()
        self.stage.show_lower()

    @Slot()
    def _forget_trouble(self) -> None:
        """What is wrong was read."""
        self._watch.forget()
        self._dismiss()

    @Slot()
    def _on_trouble_found(self) -> None:
        if self._watch.findings():
            self._show_trouble()

    @property
    def _last_rate(self) -> float:
        batch = self.session.run.history.last_batch
        return batch.learning_rate if batch is not None else self.setup.settings.value("learning_rate")

    @Slot()
    def _take_remedy(self) -> None:
        self.setup.set_learning_rate(gentler_rate(self._last_rate))
        self._forget_trouble()
        self.transport.start.setFocus(Qt.FocusReason.OtherFocusReason)

    # Showing

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pictures.clear()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_data()
        if self._stale:
            self._refresh()

    def _hidden(self) -> bool:
        """Whether nobody sees this page; what changed is then shown when it is."""
        if not self.isVisible():
            self._stale = True
        return not self.isVisible()

    @Slot()
    def _on_problem_changed(self) -> None:
        self._start_when_loaded = None
        self.setup.show_problem(self.session.problem)
        self._set_pace()
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Show everything anew."""
        if self._hidden():
            return
        self._stale = False
        self._request_data()
        self._show_settings_of_run()
        self._on_run_state_changed()
        self._show_network()
        self._on_dataset_changed()
        self.curves.set_epochs(self.setup.settings.value("epochs"))
        self.curves.show_story(self._past.story())
        self._show_epoch()
        self._show_speed()
        self._show_trouble()

    @Slot()
    def _show_trouble(self) -> None:
        """Say why a run ended by itself, or went nowhere, and what is wrong with the data."""
        if self._hidden():
            return
        error, findings = self.session.run.error, self._watch.findings()
        ran_away = bool(findings) and isinstance(findings[0], RanAway)
        remedy = ""
        if isinstance(error, TrainingDiverged) or (error is None and ran_away):
            remedy = self.tr("Use {0}").format(f"{gentler_rate(self._last_rate):g}")
        if error is not None:
            self.tell(run_message(error, self._last_rate), remedy)
        elif findings:
            self.tell(finding_message(findings[0]), remedy)
        else:
            self.note.hide()

    @Slot()
    def _on_run_state_changed(self) -> None:
        if self._hidden():
            return
        phase = self.session.run.phase
        self.transport.show_phase(phase)
        self.setup.set_locked(phase is not RunPhase.IDLE)
        self._show_data()
        self._show_progress()

    @Slot()
    def _show_ready(self) -> None:
        """Say what would run, while nothing has."""
        if self.session.run.history.started is not None or self.session.run.is_active:
            return
        if self._start_when_loaded is not None:
            self.transport.show_waiting(self.tr("Loading {0}…").format(dataset_title(self.session.dataset_name)))
            return
        dataset, text = self.session.dataset, ""
        if dataset is not None:
            batches = -(-(len(dataset.train) + self._foils()) // self.setup.settings.value("batch_size"))
            text = self.tr("epochs: {0}, batches each: {1}").format(
                thousands(self.setup.settings.value("epochs")), thousands(batches)
            )
        self.transport.show_ready(self.setup.settings.value("epochs"), text)
        self.curves.set_epochs(self.setup.settings.value("epochs"))

    @Slot()
    def _show_progress(self) -> None:
        if self._hidden() or (self.session.run.history.started is None and not self.session.run.is_active):
            return
        place = self.session.time_machine.place
        if place is not None and not self.session.run.is_active:
            self.transport.show_past(place, self._past.validation_accuracy)
        else:
            self.transport.show_run(self.session.run)
        self._show_speed()
        if self.session.run.is_active:
            self._pictures.add(self._draw_loss)
            self._pictures.add(self._draw_accuracy)
        else:
            self._pictures.clear()
            self.curves.show_story(self._past.story())

    def _draw_loss(self) -> None:
        self.curves.show_plot(self.curves.loss, self._past.story())

    def _draw_accuracy(self) -> None:
        self.curves.show_plot(self.curves.accuracy, self._past.story())

    def _draw_units(self) -> None:
        self.units.refresh(self.session.network, self.session.problem, self.session.weight_limit(0))

    def _show_speed(self) -> None:
        speed = self.session.run.samples_per_second
        if not self.session.run.is_active:
            self.say("")
        elif speed is not None:
            if speed >= 1000:
                self.say(self.tr("{0} k images/s").format(decimal(speed / 1000, 1)))
            else:
                self.say(self.tr("{0} images/s").format(decimal(speed, 0)))

    @Slot()
    def _show_epoch(self) -> None:
        if not self._hidden():
            self._past.show_confusion(self._trained_on.get(self.session.problem.key))

    @Slot()
    def _on_moment_changed(self) -> None:
        if self._hidden():
            return
        self._show_settings_of_run()
        if self.session.model is not self.setup.model:
            self.setup.show_model(self.session.model)
        self.curves.show_story(self._past.story())
        self._show_progress()
        self._show_epoch()

    def _show_settings_of_run(self) -> None:
        """While a moment of a run is shown, the form says what that run learned with."""
        place, run = self.session.time_machine.place, self.session.run
        is_active_one = place is not None and run.is_active and place.branch.history is run.history
        self.setup.show_run(None if place is None or is_active_one else place.branch)

    @Slot()
    def _show_network(self) -> None:
        if self._hidden():
            return
        self.setup.show_model(self.session.model)
        self.units.show_network(self.session.network, self.session.problem, self.session.weight_limit(0))

    @Slot()
    def _show_weights(self) -> None:
        if self._hidden():
            return
        if self.session.model is not self.setup.model:  # it was described or calibrated
            self.setup.show_model(self.session.model)
        if not self.units.isVisible():
            return
        if self.session.run.is_active:
            self._pictures.add(self._draw_units)
        else:
            self._draw_units()

    @Slot(int)
    def _on_units_opened(self, unit: int) -> None:
        if unit >= 0:
            self.session.select_unit(0, unit)
        self.page_wanted.emit("featuresPage", None)

    @Slot(object, str)
    def _on_image_opened(self, inputs: np.ndarray, name: str) -> None:
        ink = ink_of(self.session.problem, inputs, name)
        self.session.artwork.commit(ink, self.tr("Look at an image"))
        self.page_wanted.emit("whyPage", None)

    # Sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setup.setFixedWidth(setup_width(self.width(), self.height()))
        self.stage.arrange(self.width(), self.height())
