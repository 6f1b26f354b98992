"""The inspector of the Train page: what the next run is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Preset, Problem, base_name, problem_of
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.pages.train.former import FormerRun
from digitapp.gui.pages.train.point_rows import PointRows
from digitapp.gui.pages.train.rate_row import RateRow
from digitapp.gui.pages.train.rows import SettingRows
from digitapp.gui.pages.train.start_row import StartRow, shape_of
from digitapp.gui.settings import Settings, setup_key
from digitapp.gui.state.data_source import DataState
from digitapp.gui.widgets import (
    ComboBox,
    FieldRow,
    GhostButton,
    HairLine,
    IconView,
    Label,
    LinkButton,
    Panel,
    PlainButton,
    ScrollPanel,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.problems import dataset_title, preset_words
from digitapp.gui.words.settings import refusal
from digitapp.modelfile import Model
from digitapp.nn import ACTIVATIONS
from digitapp.runs.branches import Branch
from digitapp.training.config import MAX_SEED, ConfigError, NetworkConfig, TrainConfig, parse_hidden
from digitapp.training.presets import preset_configs
from digitapp.training.remedies import Remedy

_PACES = (0, 1000, 300, 100, 20, 5)  # batches a second; 0 is full speed
_OF_SHAPE = ("hidden", "activation", "activation_layers", "initializer", "normalization", "loss")
_NETWORK = ("hidden", "activation", "activation_layers", "loss")
_LEARNING = ("optimizer", "learning_rate", "momentum", "batch_size", "epochs", "weight_decay", "seed", "repeat")


class SetupForm(Panel):
    """Fields for a run of the shown problem, in sections; all but the usual ones fold away.

    Signals: `dataset_chosen(name)`; `running_changed(name, value)` by a setting that a run can take over;
    `pace_changed`; `changed` by any setting of the
    engine; `source_changed` by another network to go on with; `renew_clicked`; `check_clicked` asks for the gradient
    check, `variations_clicked` for the pictures' variations, `file_wanted` for a model file to start from;
    `least_width_changed`.
    """

    dataset_chosen = Signal(str)
    running_changed = Signal(str, object)
    pace_changed = Signal()
    changed = Signal()
    source_changed = Signal()
    renew_clicked = Signal()
    check_clicked = Signal()
    variations_clicked = Signal()
    file_wanted = Signal()
    least_width_changed = Signal()

    def __init__(self, problem: Problem, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._problem = self._of_data = problem
        self._store = settings
        self._locked = False
        self._free: tuple[str, ...] = ()  # what a run that is under way takes over
        self._run: Branch | None = None  # the past run whose settings are shown
        self.settings = SettingRows(problem, settings, self)
        self._make_rows()
        self._lay_out()
        self.settings.changed.connect(self._on_setting_changed)
        self.settings.running_changed.connect(self.running_changed)
        self.show_problem(problem)

    # Building

    def _make_rows(self) -> None:
        self._dataset = ComboBox()
        self._dataset.setObjectName("datasetField")
        self._dataset.activated.connect(self._on_dataset_activated)
        self._dataset_row = FieldRow(self.tr("Data set"), self._dataset)
        self.points = PointRows()
        self.points.dataset_wanted.connect(self.dataset_chosen)
        self.start = StartRow(self._store)
        self.start.changed.connect(self._on_start_chosen)
        self.start.file_wanted.connect(self.file_wanted)
        self._pace = ComboBox()
        self._pace.setObjectName("paceField")
        self._pace.setToolTip(self.tr("Slow a run down to watch it; can be changed while training"))
        for batches in _PACES:
            text = self.tr("{0} batches/s").format(thousands(batches)) if batches else self.tr("Full speed")
            self._pace.add_entry(text, data=batches)
        self._pace.currentIndexChanged.connect(self._on_pace_chosen)
        self._pace_row = FieldRow(self.tr("Pace"), self._pace)
        self.find_rate = RateRow(self.settings.box("optimizer"))
        self.settings.field("hidden").textChanged.connect(self._show_architecture)

    def _lay_out(self) -> None:
        self._scroll = ScrollPanel()
        self._scroll.least_width_changed.connect(self.least_width_changed)
        column = QVBoxLayout(self._scroll.content)
        column.setContentsMargins(20, 18, 20, 6)
        column.setSpacing(6)
        title = Label(self.tr("Setup"), "title")
        font = title.font()
        font.setPixelSize(theme.scaled(16))
        title.setFont(font)
        column.addWidget(title)
        column.addLayout(self._lock_line())
        self.former = FormerRun(self.settings, self)
        column.addWidget(self.former)
        rows = self.settings.rows
        self._count = Label("", "caption", "text2", tabular=True)
        self._count.setObjectName("parameterCount")
        self.check_gradient = LinkButton(
            self.tr("Check gradient ›"), tip=self.tr("Compare back-propagation with plain differences, or plant a bug")
        )
        self.check_gradient.setObjectName("checkGradientButton")
        self.check_gradient.clicked.connect(self.check_clicked)
        self.show_variations = LinkButton(
            self.tr("See variations ›"), tip=self.tr("See how the pictures are varied while training, and choose how")
        )
        self.show_variations.setObjectName("variationsButton")
        self.show_variations.clicked.connect(self.variations_clicked)
        data_rows = [self._dataset_row, self.points, rows["augmentation"]]
        self._add_section(column, self.tr("Data"), data_rows, self.show_variations)
        self._add_section(column, self.tr("Network"), [rows[name] for name in _NETWORK], self._count)
        learning: list[QWidget] = [rows[name] for name in _LEARNING]
        learning.insert(1 + _LEARNING.index("learning_rate"), self.find_rate)
        self._add_section(column, self.tr("Learning"), learning, self.check_gradient)
        self._more = GhostButton(self.tr("More settings"), "chevron-right")
        self._more.setObjectName("moreSettingsButton")
        self._more.setCheckable(True)
        self._more.setChecked(self._store.get(remembered.MORE_SETTINGS))
        self._more.toggled.connect(self._on_more_toggled)
        more_line = QHBoxLayout()
        more_line.setContentsMargins(-12, 0, 0, 0)  # its icon in line with the labels
        more_line.addWidget(self._more)
        more_line.addStretch(1)
        column.addLayout(more_line)
        for row in (self.start, self._pace_row):
            column.addWidget(row)
        for name in self._more_names():
            column.addWidget(rows[name])
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(HairLine())
        outer.addLayout(self._bottom())

    @staticmethod
    def _add_section(column: QVBoxLayout, title: str, rows: Sequence[QWidget], beside: QWidget | None = None) -> None:
        header = SectionHeader(title)
        if beside is not None:
            header.slot.addWidget(beside)
        column.addWidget(header)
        for row in rows:
            column.addWidget(row)
        column.addSpacing(6)
        column.addWidget(HairLine())

    def _more_names(self) -> list[str]:
        """Every other setting: the optimiser's own options first, then the schedule with its options, then the rest."""
        usual = (*_NETWORK, *_LEARNING, "schedule", "augmentation")
        others = [name for name in self.settings.rows if name not in usual]
        options = {kind: [name for name in others if name.startswith(f"{kind}.")] for kind in ("optimizer", "schedule")}
        rest = [name for name in others if "." not in name]
        return [*options["optimizer"], "schedule", *options["schedule"], *rest]

    def _lock_line(self) -> QHBoxLayout:
        self._lock_icon = IconView("lock", 14)
        self._lock_text = Label("", "caption", "text2", wrap=True)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._lock_icon)
        line.addWidget(self._lock_text, 1)
        return line

    def _bottom(self) -> QHBoxLayout:
        self._renew = PlainButton(
            self.tr("New weights"),
            "dice",
            tip=self.tr("Show a network with fresh random weights from the next seed, without training it"),
        )
        self._presets = PlainButton(self.tr("Presets"), "settings", tip=self.tr("Settings worth starting from"))
        self._renew.setObjectName("newWeightsButton")
        self._presets.setObjectName("presetsButton")
        self._renew.clicked.connect(self.renew_clicked)
        self._presets.clicked.connect(self._open_menu)
        self._menu = QMenu(self)
        row = QHBoxLayout()
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._renew, 1)
        row.addWidget(self._presets, 1)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= theme.scaled(300)
        self._renew.set_icon_name("dice" if roomy else None)
        self._presets.set_icon_name("settings" if roomy else None)

    # What is set

    @property
    def goes_on(self) -> bool:
        """Whether the next run starts from a network there is instead of new weights."""
        return self.start.goes_on

    @property
    def model(self) -> Model | None:
        """The shown network that a run could go on with."""
        return self.start.model

    @property
    def source(self) -> Model | None:
        """The model whose weights the next run starts from; None for new weights."""
        return self.start.source

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the next run, one after the other: one, unless it is to be repeated."""
        first = self.settings.value("seed")
        return tuple((first + index) % (MAX_SEED + 1) for index in range(self.settings.value("repeat")))

    @property
    def pace(self) -> float | None:
        """How many batches a second are trained at most; None for full speed."""
        return self._pace.currentData() or None

    def note(self, name: str) -> str:
        """Return the line under a setting."""
        return ({"dataset": self._dataset_row, "start": self.start}.get(name) or self.settings.rows[name]).note()

    def configs(self) -> tuple[NetworkConfig, TrainConfig] | None:
        """Return all settings, or None after putting the focus on the first field with a wrong value."""
        wrong = self.settings.first_wrong()
        if wrong is None and not self.goes_on and not self._check_size():
            wrong = self.settings.field("hidden")
        if wrong is None:
            return self.settings.configs()
        if not wrong.isVisibleTo(self):
            self._more.setChecked(True)
        wrong.setFocus(Qt.FocusReason.OtherFocusReason)
        wrong.selectAll()
        self._scroll.bring_into_sight(wrong)
        return None

    def _check_size(self) -> bool:
        """Say at the field when the network would be too large; a field with another fault says that instead."""
        field = self.settings.field("hidden")
        try:
            self.settings.configs()[0].check_size(self._of_data.features, self._of_data.classes)
        except ConfigError as error:
            if field.is_valid():
                field.show_error(refusal(error))
            return False
        return True

    def set_learning_rate(self, value: float) -> None:
        """Enter another learning rate."""
        self.settings.set_value("learning_rate", value)
        self.settings.remember()

    def take_remedy(self, remedy: Remedy) -> None:
        """Enter what a remedy asks for, where the user sees it; a learning rate counts at once in an active run."""
        self.settings.set_value(remedy.field, remedy.value)
        self.settings.remember()
        if remedy.field == "learning_rate":
            self.running_changed.emit("learning_rate", remedy.value)
        self._on_setting_changed()
        row = self.settings.rows[remedy.field]
        if not row.isVisibleTo(self):
            self._more.setChecked(True)
        self._scroll.bring_into_sight(row)
        row.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def change_seed(self) -> None:
        """Enter the next seed, so that the next weights are others."""
        self.settings.set_value("seed", (self.settings.value("seed") + 1) % (MAX_SEED + 1))
        self.settings.remember()
        self._show_seeds()

    def set_variations(self, strengths: Mapping[str, float]) -> None:
        """Enter how the pictures are varied, strengths by name."""
        self.settings.set_value("augmentation", strengths)
        self.settings.remember()
        self._on_setting_changed()

    def apply_preset(self, preset: Preset) -> None:
        """Enter a preset's values, choose the data that it is about, and the pace at which it can be followed."""
        self.start.choose_new_weights()
        if preset.dataset:
            self.dataset_chosen.emit(preset.dataset)
        pace = self._problem.pace if preset.pace is None else preset.pace
        self._pace.setCurrentIndex(max(0, self._pace.findData(pace)))
        self.fill(*preset_configs(preset))

    def fill(self, network: NetworkConfig, config: TrainConfig) -> None:
        """Enter all settings."""
        self.settings.fill(network, config)
        self.settings.remember()
        self._on_setting_changed()

    # What is shown

    @property
    def least_width(self) -> int:
        """How wide it must be so that nothing is cut off at its side."""
        return self._scroll.least_width

    def show_problem(self, problem: Problem) -> None:
        """Show the remembered settings of a problem."""
        self._problem = problem
        self._of_data = problem.of_classes(problem.fewest_classes)
        self._run = None
        self.former.forget()
        self._dataset.clear()
        for name in problem.datasets:
            self._dataset.add_entry(dataset_title(name), data=name)
        self.settings.show_problem(problem)
        self.start.show_problem(problem)
        stored = self._store.get(setup_key(problem.key, "pace"))
        pace = int(stored) if stored.isdecimal() else problem.pace
        self._pace.setCurrentIndex(max(0, self._pace.findData(pace)))
        self._show_relevant()
        self._show_architecture()
        self._show_seeds()

    def show_run(self, run: Branch | None) -> None:
        """Show what a past run learned with, or with None again what was entered last for the next run."""
        if run is self._run:
            return
        self._run = run
        if run is None:
            self.settings.show_problem(self._problem)
            self._take_shape()
        else:
            self.settings.fill(*run.configs)
        self._show_relevant()
        self._show_architecture()
        self._show_seeds()
        self._show_lock()

    def offer_own(self, name: str, is_there: bool) -> None:
        """Offer a data set of the user's own besides those of the problem, or no longer."""
        entry = self._dataset.findData(name)
        if is_there and entry < 0:
            self._dataset.add_entry(dataset_title(name), data=name)
        elif entry >= 0 and not is_there:
            self._dataset.removeItem(entry)

    def show_dataset(self, name: str, state: DataState, dataset: Dataset | None, foils: int = 0) -> None:
        """Show the chosen data set, how large it is, and how many drawings that are no digits are mixed in."""
        base = base_name(name)
        if self._dataset.findData(base) < 0:
            self._dataset.add_entry(dataset_title(name), data=base)
        entry = self._dataset.findData(base)
        self.points.show_dataset(name)
        self._dataset.setCurrentIndex(entry)
        # Other images in files of MNIST's names are called by their folder, which is known once they are read.
        self._dataset.set_entry(entry, dataset_title(dataset.name if dataset is not None else name))
        if dataset is not None:
            validation = len(dataset.validation) if dataset.validation is not None else 0
            numbers = thousands(len(dataset.train)), thousands(validation), thousands(foils)
            text = self.tr("{0} train, {1} validate").format(*numbers)
            if foils:
                text = self.tr("{0} train, {1} validate; {2} drawings that are no digits are mixed in").format(*numbers)
        else:
            text = {
                DataState.LOADING: self.tr("loading…"),
                DataState.FETCHING: self.tr("on its way…"),
                DataState.MISSING: self.tr("not on this computer yet"),
                DataState.FAILED: self.tr("could not be loaded"),
                DataState.EMPTY: self.tr("no points yet"),
            }.get(state, "")
        self._dataset_row.set_helper(text)

    def show_classes(self, problem: Problem) -> None:
        """Count with the classes of a problem that a new network would tell apart."""
        if problem.classes != self._of_data.classes:
            self._of_data = problem
            self._show_architecture()

    def show_model(self, model: Model) -> None:
        """Offer to go on with the shown network, where its shape can be said in the fields."""
        self.start.show_model(model)
        self._take_shape()
        self._show_lock()
        self.source_changed.emit()

    def _take_shape(self) -> None:
        """While going on with a network, show its shape in the fields."""
        shape = shape_of(self.source) if self.source is not None else None
        if shape is not None:
            self.settings.set_value("normalization", "none")  # it is folded into the weights of a shown network
            for name, value in zip(("hidden", "activation", "loss"), shape, strict=True):
                if value is not None:
                    self.settings.set_value(name, value)

    def set_locked(self, locked: bool, free: tuple[str, ...] = ()) -> None:
        """Lock everything but the pace and the settings in `free`, or free it."""
        self._locked, self._free = locked, free
        self._show_lock()

    def _show_lock(self) -> None:
        self._lock_icon.setVisible(self._locked)
        if self._run is not None:
            text = self.tr("As run {0} learned, for training on from there").format(self._run.number)
        elif self._locked:
            text = self._locked_text()
        else:
            text = self.tr("For the next run")
        self._lock_text.setText(text)
        for name, row in self.settings.rows.items():
            of_shape = name in _OF_SHAPE and self.goes_on
            of_run = self._locked and (name not in self._free or self._run is not None)
            row.set_locked(of_run or of_shape)
        for row in (self._dataset_row, self.points, self.start, self.find_rate):
            row.set_locked(self._locked)
        self._renew.setEnabled(not self._locked)
        self._presets.setEnabled(not self._locked)
        self.show_variations.setEnabled(not self._locked)

    def _locked_text(self) -> str:
        """Return what of a run that is under way can be changed."""
        if not self._free:
            return self.tr("Locked: all seeds are to learn alike")
        if len(self._free) == 1:
            return self.tr("Locked, except the learning rate")
        return self.tr("Locked, except rate, decay, dropout, and the batch size from the next epoch on")

    def _show_relevant(self) -> None:
        """Show the rows that count at the moment."""
        more = self._more.isChecked()
        self._more.set_icon_name("chevron-down" if more else "chevron-right")
        for part in (self.settings.rows["augmentation"], self.show_variations):
            part.setVisible(self._problem.has_picture)
        for name in (*_NETWORK, *_LEARNING):
            self.settings.rows[name].setVisible(self.settings.counts(name))
        self.start.setVisible(more or self.goes_on)
        self._pace_row.setVisible(more)
        for name in self._more_names():
            self.settings.rows[name].setVisible(more and self.settings.counts(name))

    def _show_seeds(self) -> None:
        """Say what repeating means."""
        seeds = self.seeds
        if len(seeds) == 1:
            text = self.tr("one training; with more seeds you see how much is luck")
        else:
            text = self.tr("the same training with seeds {0} to {1}: how far they differ is luck")
            text = text.format(seeds[0], seeds[-1])
        self.settings.rows["repeat"].set_helper(text)

    def _show_architecture(self) -> None:
        try:
            hidden = parse_hidden(self.settings.field("hidden").text())
        except ConfigError:
            return  # the field itself says what is wrong
        sizes = (self._of_data.features, *hidden, self._of_data.classes)
        keys = str(self.settings.value("activation")).split(",")
        keys = keys if len(keys) == len(hidden) else keys[:1] * len(hidden)
        pieces = [*(ACTIVATIONS[key].pieces for key in keys), 1]
        layers = zip(pairwise(sizes), pieces, strict=True)
        count = sum((fan_in + 1) * fan_out * pieces for (fan_in, fan_out), pieces in layers)
        shape = " → ".join(str(size) for size in sizes)
        self.settings.rows["hidden"].set_helper(shape)
        self._count.setText(self.tr("{0} parameters").format(thousands(count)))

    # What the user does

    @Slot()
    def _on_setting_changed(self) -> None:
        self._show_relevant()
        self._show_architecture()
        self._show_seeds()
        self._check_size()
        self.changed.emit()

    @Slot(bool)
    def _on_more_toggled(self, more: bool) -> None:
        self._store.set(remembered.MORE_SETTINGS, more)
        self._show_relevant()

    @Slot()
    def _on_start_chosen(self) -> None:
        self._take_shape()
        self._show_relevant()
        self._show_architecture()
        self._show_lock()
        self.source_changed.emit()

    @Slot(int)
    def _on_pace_chosen(self, _index: int) -> None:
        self._store.set(setup_key(self._problem.key, "pace"), str(self._pace.currentData()))
        self.pace_changed.emit()

    @Slot(int)
    def _on_dataset_activated(self, index: int) -> None:
        name = self._dataset.itemData(index)
        problem = problem_of(name)
        is_made = problem is not None and problem.is_made
        self.dataset_chosen.emit(self.points.with_these(name) if is_made else name)

    @Slot()
    def _open_menu(self) -> None:
        self._menu.clear()
        for preset in self._problem.presets:
            words = preset_words(preset)
            text = self.tr("{0}: {1}").format(*words) if words.summary else words.title
            action = self._menu.addAction(text)
            action.setData(preset)
            action.triggered.connect(self._on_preset)
        size = self._menu.sizeHint()
        corner = self._presets.mapToGlobal(self._presets.rect().topRight())
        self._menu.popup(corner - QPoint(size.width(), size.height() + 4))

    @Slot()
    def _on_preset(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.apply_preset(action.data())
