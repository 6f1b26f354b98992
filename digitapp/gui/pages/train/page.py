"""The Train page: set a run up, watch it learn, stop it, keep what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import MY_IMAGES, MY_POINTS, Preset
from digitapp.gui.pages.page import TRAIN_AS, TRAIN_NEW, TRAIN_ON, Page
from digitapp.gui.pages.train.dialogs import TrainDialogs
from digitapp.gui.pages.train.elsewhere import Elsewhere
from digitapp.gui.pages.train.layers.showing import LayersShowing
from digitapp.gui.pages.train.setup import SetupForm
from digitapp.gui.pages.train.stage import TrainStage, setup_width
from digitapp.gui.pages.train.story import StoryView
from digitapp.gui.pages.train.trouble import Trouble
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.opening import Opener
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets import GhostButton, HairLine
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.gui.words.messages import Message, file_message
from digitapp.gui.words.problems import dataset_title
from digitapp.gui.words.runs import experiment_name
from digitapp.modelfile import ModelFileError
from digitapp.runs.plan import Repeat
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.foils import foils_to_go_on


class TrainPage(Page):
    """Transport and live curves on the stage, the setup of the next run in the inspector."""

    NAME = "trainPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.stage = TrainStage(session.data, session.start_job, settings)
        self.stage.show_problem(session.problem)
        self.transport, self.note = self.stage.transport, self.stage.note
        self.data_card, self.curves = self.stage.data_card, self.stage.curves
        self.confusion, self.units, self.plane = self.stage.confusion, self.stage.units, self.stage.plane
        self.mistakes = self.stage.mistakes
        self.setup = SetupForm(session.problem, settings)
        self.dialogs = TrainDialogs(session, settings, self.setup, self)
        self._elsewhere = Elsewhere(session, self.mistakes, self.units, self)
        self._past = StoryView(session, self.confusion, self)
        self.trouble = Trouble(session, self.setup, self.stage, self)
        self._layers = LayersShowing(session, self.stage.layers, self.refresher, self)
        self._layers.remedy_taken.connect(self.setup.take_remedy)
        self._start_when_loaded: tuple[str, bool] | None = None
        self._trained_on: dict[str, Dataset] = {}
        self._start_reader = Opener(session.start_job, self)
        self._make_header()
        self._lay_out()
        self._add_parts()
        self._connect_controls()
        self._make_shortcuts()
        self._read_remembered_start()
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

    def _add_parts(self) -> None:
        session, add = self.session, self.refresher.add
        session.problem_changed.connect(self._change_form)
        session.dataset_changed.connect(self._start_if_loaded)
        another, moment, phase = session.problem_changed, session.moment_changed, session.run_state_changed
        add("settings", self._show_settings, on=(another, moment, phase))
        add("phase", self._show_phase, on=(another, phase))
        add("model", self._show_model, on=(session.network_changed, session.weights_changed, moment))
        self._data = add("data", self._show_data, on=(another, session.dataset_changed, phase))
        self._card = add("data card", self._show_card, on=(another, session.dataset_changed))
        self._ready = add("ready", self._show_ready, on=(another, session.dataset_changed, phase))
        progress = add("progress", self._show_progress, on=(another, moment, phase, session.run_progressed))
        loss = add("loss", self._show_loss, on=(another, moment, phase), in_turn=(session.run_progressed,))
        accuracy = add("accuracy", self._show_accuracy, on=(another, moment, phase), in_turn=(session.run_progressed,))
        add("confusion", self._show_confusion, on=(another, moment, session.epoch_finished), of=self.confusion)
        on = (another, session.network_changed)
        add("units", self._show_units, on=on, in_turn=(session.weights_changed,), of=self.units)
        on = (another, session.network_changed, session.dataset_changed, phase, self.plane.pulls_toggled)
        add("map", self._show_plane, on=on, in_turn=(session.weights_changed,), of=self.plane)
        on = (another, moment, session.network_changed, session.dataset_changed, phase)
        add("mistakes", self._show_mistakes, on=on, in_turn=(session.weights_changed,), of=self.mistakes)
        add("trouble", self.trouble.show, on=(another, session.run_failed))
        add("findings", self.trouble.show_findings, on=(session.dataset_changed, self.trouble.watch.found))
        for part in (progress, loss, accuracy):
            self._past.measured.connect(part.mark)

    def _connect_controls(self) -> None:
        self.transport.start_clicked.connect(self.start)
        self.transport.pause_clicked.connect(self.pause_or_resume)
        self.transport.step_clicked.connect(self.step)
        self.transport.epoch_clicked.connect(self._end_epoch)
        self.transport.stop_clicked.connect(self.stop)
        self.setup.dataset_chosen.connect(self.session.choose_dataset)
        self.setup.running_changed.connect(self._on_running_changed)
        self.setup.least_width_changed.connect(self._fit)
        self.setup.changed.connect(self._ready.mark)
        self.setup.source_changed.connect(self._data.mark)
        self.setup.source_changed.connect(self._ready.mark)
        self.setup.pace_changed.connect(self._set_pace)
        self.setup.renew_clicked.connect(self._renew)
        self.setup.check_clicked.connect(self.dialogs.check_gradient)
        self.setup.variations_clicked.connect(self.dialogs.show_variations)
        self.plane.sizes_clicked.connect(self.dialogs.show_sizes)
        self.setup.file_wanted.connect(self.choose_start)
        self._start_reader.opened.connect(self.setup.start.start_from)
        self._start_reader.failed.connect(self._refuse_start)
        self._elsewhere.page_wanted.connect(self.page_wanted)
        self.open_button.clicked.connect(self.open_model)
        self.save_button.clicked.connect(self.save_model)
        card = self.data_card
        card.download_clicked.connect(self.session.data.download)
        card.cancel_clicked.connect(self.session.data.cancel)
        card.folder_clicked.connect(self.dialogs.choose_data_folder)
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
    def _end_epoch(self) -> None:
        self.session.run.end_epoch()

    @Slot()
    def step(self) -> None:
        """Train one batch: of a paused run, one more after a run has ended, or the first of a new one."""
        self.refresher.catch_up()
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
        self.refresher.catch_up()
        session = self.session
        configs = None if session.run.is_active else self.setup.configs()
        if configs is None:
            return
        dataset = session.data_for_run(self.setup.source)
        if dataset is None:
            self._wait_for_data(paused)
            return
        self._start_when_loaded = None
        self.trouble.dismiss()
        self._trained_on[session.problem.key] = dataset
        session.start_training(*configs, source=self.setup.source, paused=paused, repeat=self._repeat(*configs))

    def _repeat(self, network: NetworkConfig, config: TrainConfig) -> Repeat | None:
        """Return the seeds to train with; None where the training is not to be repeated."""
        seeds, problem = self.setup.seeds, self.session.problem_of_data
        if len(seeds) == 1:
            return None
        layers = (problem.features, *network.hidden, problem.classes)
        return Repeat(experiment_name(layers, config), seeds)

    def take_up(self, what: object) -> None:
        if isinstance(what, Preset):
            self._show_settings(self.session.snapshot())
            self.setup.apply_preset(what)
        elif what == TRAIN_ON:
            self.train_on()
        elif what == TRAIN_NEW:
            self._show_model(self.session.snapshot())  # that a run may go on with, also while this page is not seen
            self.start()
            if not self.session.run.is_active:  # a field, or the card of the data, says why
                self.page_wanted.emit(self.NAME, None)
        elif isinstance(what, tuple) and what[0] == TRAIN_AS:
            _kind, network, config, title = what
            self.refresher.catch_up()  # the form of this problem is to be filled
            self.setup.start.choose_new_weights()
            self.setup.fill(network, config)
            self.setup.former.compare_with(title, network, config)

    @Slot()
    def train_on(self, *, paused: bool = False) -> None:
        """Go on from what the window shows, now or a moment of the past, as a new run with the settings of the form."""
        self.refresher.catch_up()  # the form is to say what the shown moment's run learned with
        session = self.session
        configs = self.setup.configs() if session.can_go_on else None
        if configs is not None and session.dataset is not None:
            self.trouble.dismiss()
            self._trained_on[session.problem.key] = session.dataset
            session.go_on(configs[1], paused=paused)

    def _wait_for_data(self, paused: bool) -> None:
        """Start as soon as the data set is loaded; where it is missing, offer the ways to get it."""
        self._request_data()
        if self.session.data.state(self.session.dataset_name) is DataState.LOADING:
            self._start_when_loaded = (self.session.problem.key, paused)
            self._ready.mark()
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
    def _set_pace(self) -> None:
        self.session.run.set_pace(self.setup.pace)

    @Slot(str, object)
    def _on_running_changed(self, name: str, value: float) -> None:
        self.session.run.change(name, value)

    # Data

    @Slot()
    def _request_data(self) -> None:
        self.session.data.request(self.session.dataset_name)

    @Slot()
    def _use_instead(self) -> None:
        self.session.choose_dataset(self.session.problem.dataset_at_hand)

    @Slot()
    def _start_if_loaded(self) -> None:
        """Start the run that waits for its data, whether the page is seen or not."""
        waiting, state = self._start_when_loaded, self.session.data.state(self.session.dataset_name)
        if waiting is not None and state is not DataState.LOADING:
            self._start_when_loaded = None
            if self.session.dataset is not None and waiting[0] == self.session.problem.key:
                self._start(paused=waiting[1])

    def _show_data(self, shown: Snapshot) -> None:
        """Say what the run learns from, or would."""
        images, points = self.session.images, self.session.points
        self.setup.offer_own(MY_IMAGES, shown.problem is images.problem and bool(images.own))
        self.setup.offer_own(MY_POINTS, shown.problem is points.problem and points.own is not None)
        dataset = self.session.data_for_run(self.setup.source)
        self.setup.show_dataset(shown.dataset_name, shown.data_state, dataset, self._foils(shown))
        self.setup.show_classes(self.session.problem_of_data)

    def _show_card(self, shown: Snapshot) -> None:
        """Offer the ways to data that are missing; ask for those that nobody has asked for."""
        if shown.data_state is DataState.UNASKED:
            self._request_data()  # tells of the next state
            return
        self.stage.show_card(self.data_card.show_state(shown.dataset_name))

    def _foils(self, shown: Snapshot) -> int:
        """Return how many drawings that are no digits are mixed in."""
        if shown.run.is_active:
            return self.session.foils
        source, dataset = self.setup.source, self.session.data_for_run(self.setup.source)
        if source is None or dataset is None:
            return 0
        return foils_to_go_on(source.training, source.calibration, len(dataset.train))

    # Models

    @Slot()
    def choose_start(self) -> None:
        """Let the user choose the model file that the next run starts from."""
        path = self.ask_for_model(self.tr("Start from a model"))
        if path is None:
            self.setup.start.refuse()
        else:
            self._read_start(path)

    def _read_start(self, path: Path) -> None:
        """Read the model file that the next run starts from, a large one beside the window."""
        entry = ModelEntry(str(path), "file", None, path, name=str(path))
        if self._start_reader.takes(entry, path):
            self.setup.start.wait_for(path)
            return
        try:
            self.setup.start.start_from(entry.load(), path)
        except ModelFileError as error:
            self._refuse_start(error)

    def _read_remembered_start(self) -> None:
        """Read the file that was chosen for the problem at an earlier start."""
        path = self.setup.start.remembered_file
        if path is not None:
            self._read_start(path)

    @Slot(object, object)
    def _refuse_start(self, error: ModelFileError, _path: object = None) -> None:
        self.setup.start.refuse(file_message(error, saving=False).text)

    # Messages

    def tell(self, message: Message) -> None:
        self.trouble.tell(message)

    # Showing

    def takes_turns(self, shown: Snapshot) -> bool:
        return shown.run.is_active

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the data: their files may have come while another page was shown."""
        super().showEvent(event)
        self._request_data()

    @Slot()
    def _change_form(self) -> None:
        """Show another problem's form, at once: no run may begin with the settings of the problem before."""
        self._start_when_loaded = None
        self._start_reader.forget()
        self.stage.show_problem(self.session.problem)
        self.setup.show_problem(self.session.problem)
        self._read_remembered_start()
        self._set_pace()

    def _show_settings(self, shown: Snapshot) -> None:
        """While a moment of a run is shown, the form says what that run learned with."""
        place, run = shown.place, shown.run
        is_active_one = place is not None and run.is_active and place.branch.history is run.history
        self.setup.show_run(None if place is None or is_active_one else place.branch)

    def _show_phase(self, shown: Snapshot) -> None:
        self.transport.show_phase(shown.run.phase, has_seeds=shown.run.has_seeds)
        self.setup.set_locked(shown.run.phase is not RunPhase.IDLE, shown.run.can_change)

    def _show_model(self, shown: Snapshot) -> None:
        if shown.model is not self.setup.model:
            self.setup.show_model(shown.model)

    def _show_ready(self, shown: Snapshot) -> None:
        """Say what would run, while nothing has."""
        if shown.run.history.started is not None or shown.run.is_active:
            return
        if self._start_when_loaded is not None:
            self.transport.show_waiting(self.tr("Loading {0}…").format(dataset_title(shown.dataset_name)))
            return
        epochs, text = self.setup.settings.value("epochs"), ""
        dataset = self.session.data_for_run(self.setup.source)
        if dataset is not None:
            samples = len(dataset.train) + self._foils(shown)
            batches = -(-samples // self.setup.settings.value("batch_size"))
            text = self.tr("epochs: {0}, batches each: {1}").format(thousands(epochs), thousands(batches))
        self.transport.show_ready(epochs, text)
        self.curves.set_epochs(epochs)

    def _show_progress(self, shown: Snapshot) -> None:
        run = shown.run
        if run.history.started is not None or run.is_active:
            if shown.place is not None and not run.is_active:
                self.transport.show_past(shown.place, self._past.validation_accuracy)
            else:
                self.transport.show_run(run)
        self._show_speed(shown)

    def _show_speed(self, shown: Snapshot) -> None:
        speed = shown.run.samples_per_second
        if not shown.run.is_active:
            self.say("")
        elif speed is not None:
            many, pictures = speed >= 1000, shown.problem.has_picture
            if pictures:
                text = self.tr("{0} k images/s") if many else self.tr("{0} images/s")
            else:
                text = self.tr("{0} k points/s") if many else self.tr("{0} points/s")
            self.say(text.format(decimal(speed / 1000, 1) if many else decimal(speed, 0)))

    def _show_loss(self, shown: Snapshot) -> None:
        self.curves.show_plot(self.curves.loss, self._past.story(shown))

    def _show_accuracy(self, shown: Snapshot) -> None:
        self.curves.show_plot(self.curves.accuracy, self._past.story(shown))

    def _show_confusion(self, shown: Snapshot) -> None:
        self._past.show_confusion(shown, self._trained_on.get(shown.problem.key))

    def _show_units(self, shown: Snapshot) -> None:
        self.units.show_network(shown.network, shown.problem, shown.weight_limit(0), shown.dataset)

    def _show_plane(self, shown: Snapshot) -> None:
        if shown.problem.is_plane:
            self.plane.show_plane(shown, self.session.data_for_run())

    def _show_mistakes(self, shown: Snapshot) -> None:
        self.mistakes.follow(shown, self.session.data_for_run(shown.model))

    # Sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        width = max(setup_width(self.width(), self.height()), self.setup.least_width)
        self.setup.setFixedWidth(min(width, self.width() // 2))
        self.stage.arrange(self.width(), self.height())
