"""The inspector of the Train page: every setting of a run, read from the registries of the engine."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.gui import theme
from digitapp.gui.data_source import DataState
from digitapp.gui.pages.train_data import dataset_title
from digitapp.gui.pages.train_fields import (
    TRAIN_FIELDS,
    choice,
    defaults_of,
    hidden_field,
    number_field,
    option_field,
)
from digitapp.gui.pages.train_presets import Preset, presets
from digitapp.gui.settings import Settings, setup_key
from digitapp.gui.widgets import (
    ComboBox,
    Field,
    FieldRow,
    GhostButton,
    HairLine,
    IconView,
    Label,
    Panel,
    PlainButton,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import thousands
from digitapp.modelfile import Model
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig, parse_hidden
from digitapp.training.presets import DEFAULTS

NEW_WEIGHTS, GO_ON = "new", "current"
_SHAPE_FIELDS = ("hidden", "activation", "initializer", "loss")


class SetupForm(Panel):
    """Fields for a run of the shown problem; what is entered is remembered per problem.

    Signals: `dataset_chosen(name)`; `learning_rate_changed(value)`; `changed` by any setting; `renew_clicked`.
    """

    dataset_chosen = Signal(str)
    learning_rate_changed = Signal(float)
    changed = Signal()
    renew_clicked = Signal()

    def __init__(self, problem: Problem, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._problem = problem
        self._settings = settings
        self._model: Model | None = None
        self._locked = False
        self._loading = False
        self._rows: dict[str, FieldRow] = {}
        self._option_rows: dict[tuple[str, str], FieldRow] = {}
        self._make_rows()
        self._lay_out()
        self.show_problem(problem)

    # Building

    def _make_rows(self) -> None:
        defaults = defaults_of(*DEFAULTS[self._problem.key])
        dataset = ComboBox()
        dataset.activated.connect(self._on_dataset_activated)
        start = ComboBox()
        start.add_entry(self.tr("New weights"), data=NEW_WEIGHTS)
        start.add_entry(self.tr("Current network"), data=GO_ON)
        hidden = hidden_field(defaults["hidden"])
        hidden.textChanged.connect(self._show_architecture)
        self._add("dataset", self.tr("Data set"), dataset)
        self._add("start", self.tr("Start from"), start)
        self._add("hidden", self.tr("Hidden layers"), hidden)
        self._add("activation", self.tr("Activation"), choice(ACTIVATIONS))
        self._add("initializer", self.tr("Initialisation"), choice(INITIALIZERS))
        self._add("loss", self.tr("Loss"), choice(LOSSES))
        self._add("optimizer", self.tr("Optimiser"), choice(OPTIMIZERS))
        for name, label in (
            ("learning_rate", self.tr("Learning rate")),
            ("momentum", self.tr("Momentum")),
            ("batch_size", self.tr("Batch size")),
            ("epochs", self.tr("Epochs")),
            ("weight_decay", self.tr("Weight decay")),
            ("seed", self.tr("Seed")),
            ("l1", self.tr("L1 penalty")),
            ("l2", self.tr("L2 penalty")),
        ):
            self._add(name, label, number_field(name, defaults[name]))
        self._add("schedule", self.tr("Schedule"), choice(SCHEDULES))
        for key, optimizer in OPTIMIZERS.items():
            for option in optimizer.options:
                if option.name not in TRAIN_FIELDS:
                    control = option_field(option)
                    control.setToolTip(option.summary)
                    control.setObjectName(f"{key}.{option.name}Field")
                    control.value_changed.connect(self._on_edited)
                    self._option_rows[key, option.name] = FieldRow(option.title, control)
        self._field("learning_rate").value_changed.connect(self._on_learning_rate)

    def _add(self, name: str, label: str, control: Field | ComboBox) -> None:
        row = FieldRow(label, control)
        control.setObjectName(f"{name}Field")
        self._rows[name] = row
        if isinstance(control, Field):
            control.value_changed.connect(self._on_edited)
        elif name != "dataset":
            control.currentIndexChanged.connect(self._on_chosen)

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._content.setProperty("scrolled", "true")
        column = QVBoxLayout(self._content)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(6)
        title = Label(self.tr("Setup"), "title")
        font = title.font()
        font.setPixelSize(theme.scaled(16))
        title.setFont(font)
        column.addWidget(title)
        column.addLayout(self._lock_line())
        self._more = GhostButton(self.tr("More settings"), "chevron-right")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_relevant)
        sections: tuple[tuple[str, tuple[str, ...]], ...] = (
            (self.tr("Data"), ("dataset",)),
            (self.tr("Network"), ("start", "hidden", "activation", "initializer", "loss")),
            (
                self.tr("Learning"),
                ("optimizer", "learning_rate", "momentum", "batch_size", "epochs", "weight_decay", "seed"),
            ),
        )
        for index, (name, fields) in enumerate(sections):
            if index:
                column.addSpacing(4)
                column.addWidget(HairLine())
            column.addSpacing(4)
            column.addWidget(SectionHeader(name))
            for field in fields:
                column.addWidget(self._rows[field])
        more_line = QHBoxLayout()
        more_line.setContentsMargins(-12, 0, 0, 0)  # its icon in line with the labels
        more_line.addWidget(self._more)
        more_line.addStretch(1)
        column.addLayout(more_line)
        for row in (*self._option_rows.values(), *(self._rows[name] for name in ("schedule", "l1", "l2"))):
            column.addWidget(row)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(HairLine())
        outer.addLayout(self._bottom())

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
            self.tr("New weights"), "dice", tip=self.tr("Show a network with fresh random weights, without training it")
        )
        self._presets = PlainButton(self.tr("Presets"), "settings", tip=self.tr("Settings worth starting from"))
        self._renew.setObjectName("newWeightsButton")
        self._presets.setObjectName("presetsButton")
        self._renew.clicked.connect(self.renew_clicked)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._presets.clicked.connect(self._open_menu)
        row = QHBoxLayout()
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(theme.SPACE)
        row.addWidget(self._renew, 1)
        row.addWidget(self._presets, 1)
        return row

    # Access

    def _field(self, name: str) -> Field:
        control = self._rows[name].control
        assert isinstance(control, Field)
        return control

    def _box(self, name: str) -> ComboBox:
        control = self._rows[name].control
        assert isinstance(control, ComboBox)
        return control

    def field(self, name: str) -> Field | ComboBox:
        """Return the control of a setting."""
        control = self._rows[name].control
        assert isinstance(control, (Field, ComboBox))
        return control

    def note(self, name: str) -> str:
        """Return the line under a setting."""
        return self._rows[name].note()

    @property
    def goes_on(self) -> bool:
        """Whether the next run starts from the shown network instead of new weights."""
        return self._box("start").currentData() == GO_ON

    @property
    def epochs(self) -> int:
        """The number of epochs last entered."""
        return self._field("epochs").value()

    @property
    def batch_size(self) -> int:
        """The batch size last entered."""
        return self._field("batch_size").value()

    @property
    def learning_rate(self) -> float:
        """The learning rate last entered."""
        return self._field("learning_rate").value()

    def set_learning_rate(self, value: float) -> None:
        """Enter another learning rate."""
        self._field("learning_rate").set_value(value)
        self._remember()

    def configs(self) -> tuple[NetworkConfig, TrainConfig] | None:
        """Return all settings, or None after putting the focus on the first field with a wrong value."""
        wrong = [field for field in self._active_fields() if not field.commit()]
        if wrong:
            wrong[0].setFocus(Qt.FocusReason.OtherFocusReason)
            wrong[0].selectAll()
            self._scroll.ensureWidgetVisible(wrong[0], 0, 48)
            return None
        network = NetworkConfig(
            self._field("hidden").value(),
            self._box("activation").currentData(),
            self._box("initializer").currentData(),
        )
        optimizer = self._box("optimizer").currentData()
        numbers = {
            name: self._field(name).value()
            for name in ("learning_rate", "momentum", "batch_size", "epochs", "weight_decay", "l1", "l2", "seed")
        }
        options = {
            name: row.control.value()  # type: ignore[attr-defined]
            for (key, name), row in self._option_rows.items()
            if key == optimizer
        }
        return network, TrainConfig(
            loss=self._box("loss").currentData(),
            optimizer=optimizer,
            schedule=self._box("schedule").currentData(),
            optimizer_options=options,
            **numbers,
        )

    def _active_fields(self) -> list[Field]:
        """Every field that counts, from top to bottom; hidden ones of other optimisers do not."""
        optimizer = self._box("optimizer").currentData()
        rows = [row for name, row in self._rows.items() if name != "momentum" or self._has_momentum()]
        rows += [row for (key, _), row in self._option_rows.items() if key == optimizer]
        return [row.control for row in rows if isinstance(row.control, Field)]

    def _has_momentum(self) -> bool:
        options = OPTIMIZERS[self._box("optimizer").currentData()].options
        return any(option.name == "momentum" for option in options)

    # Showing

    def show_problem(self, problem: Problem) -> None:
        """Show the remembered settings of a problem."""
        self._problem = problem
        box = self._box("dataset")
        box.clear()
        for name in problem.datasets:
            box.add_entry(dataset_title(name), data=name)
        values = defaults_of(*DEFAULTS[problem.key])
        self._fill(values)
        self._recall()
        self._show_relevant()
        self._show_architecture()

    def _fill(self, values: dict[str, Any]) -> None:
        self._loading = True
        for name, value in values.items():
            if name == "optimizer_options":
                continue
            control = self._rows[name].control
            if isinstance(control, Field):
                control.set_value(value)
            elif isinstance(control, ComboBox):
                control.setCurrentIndex(control.findData(value))
        options = values["optimizer_options"]
        for (key, name), row in self._option_rows.items():
            default = next(option.default for option in OPTIMIZERS[key].options if option.name == name)
            row.control.set_value(options.get(name, default))  # type: ignore[attr-defined]
        self._loading = False

    def _recall(self) -> None:
        self._loading = True
        for name, control in self._remembered():
            text = self._settings.get(setup_key(self._problem.key, name))
            if isinstance(control, ComboBox):
                index = control.findData(text) if text else -1
                control.setCurrentIndex(index if index >= 0 else control.currentIndex())
            elif text or (name == "hidden" and self._settings.store.contains(setup_key(self._problem.key, name).key)):
                before = control.value()
                control.setText(text)
                if not control.commit():
                    control.set_value(before)
        self._loading = False

    def _remember(self) -> None:
        for name, control in self._remembered():
            text = str(control.currentData()) if isinstance(control, ComboBox) else control.text()
            if isinstance(control, ComboBox) or control.is_valid():
                self._settings.set(setup_key(self._problem.key, name), text)

    def _remembered(self) -> list[tuple[str, Field | ComboBox]]:
        pairs: list[tuple[str, QWidget]] = [
            (name, row.control) for name, row in self._rows.items() if name not in ("dataset", "start")
        ]
        pairs += [(f"{key}.{name}", row.control) for (key, name), row in self._option_rows.items()]
        return [(name, control) for name, control in pairs if isinstance(control, (Field, ComboBox))]

    def show_dataset(self, name: str, state: DataState, dataset: Dataset | None) -> None:
        """Show the chosen data set and how large it is."""
        box = self._box("dataset")
        if box.findData(name) < 0:
            box.add_entry(dataset_title(name), data=name)
        box.setCurrentIndex(box.findData(name))
        if dataset is not None:
            validation = len(dataset.validation) if dataset.validation is not None else 0
            text = self.tr("{0} train, {1} validate").format(thousands(len(dataset.train)), thousands(validation))
        else:
            text = {
                DataState.LOADING: self.tr("loading…"),
                DataState.FETCHING: self.tr("on its way…"),
                DataState.MISSING: self.tr("not on this computer yet"),
                DataState.FAILED: self.tr("could not be loaded"),
            }.get(state, "")
        self._rows["dataset"].set_helper(text)

    def show_model(self, model: Model) -> None:
        """Offer to go on with the shown network, where that is possible."""
        self._model = model
        fits = _shape_of(model) is not None
        entries = self._box("start").model()
        assert isinstance(entries, QStandardItemModel)
        entries.item(1).setEnabled(fits)
        if not fits and self.goes_on:
            self._box("start").setCurrentIndex(0)
        self._take_shape()
        self._show_lock()

    def _take_shape(self) -> None:
        """While going on with a network, show its shape in the fields."""
        shape = _shape_of(self._model) if self._model is not None and self.goes_on else None
        if shape is None:
            return
        self._loading = True
        hidden, activation, loss = shape
        self._field("hidden").set_value(hidden)
        for name, key in (("activation", activation), ("loss", loss)):
            if key is not None:
                self._box(name).setCurrentIndex(self._box(name).findData(key))
        self._loading = False

    def set_locked(self, locked: bool) -> None:
        """Lock everything but the learning rate, or free it."""
        self._locked = locked
        self._show_lock()

    def _show_lock(self) -> None:
        self._lock_icon.setVisible(self._locked)
        self._lock_text.setText(
            self.tr("Locked, except the learning rate") if self._locked else self.tr("For the next run")
        )
        for name, row in self._rows.items():
            of_shape = name in _SHAPE_FIELDS and self.goes_on
            row.set_locked((self._locked and name != "learning_rate") or of_shape)
        for row in self._option_rows.values():
            row.set_locked(self._locked)
        self._renew.setEnabled(not self._locked)
        self._presets.setEnabled(not self._locked)

    def _show_relevant(self) -> None:
        """Show the rows that count for the chosen optimiser."""
        more = self._more.isChecked()
        self._more.set_icon_name("chevron-down" if more else "chevron-right")
        optimizer = self._box("optimizer").currentData()
        self._rows["momentum"].setVisible(self._has_momentum())
        for (key, _), row in self._option_rows.items():
            row.setVisible(more and key == optimizer)
        for name in ("schedule", "l1", "l2"):
            self._rows[name].setVisible(more)

    def _show_architecture(self) -> None:
        try:
            hidden = parse_hidden(self._field("hidden").text())
        except ConfigError:
            return  # the field itself says what is wrong
        sizes = (self._problem.features, *hidden, self._problem.classes)
        count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
        shape = " → ".join(str(size) for size in sizes)
        self._rows["hidden"].set_helper(self.tr("{0}\n{1} parameters").format(shape, thousands(count)))

    # What the user does

    @Slot(object)
    def _on_edited(self, _value: object) -> None:
        if not self._loading:
            self._remember()
            self.changed.emit()

    @Slot(int)
    def _on_chosen(self, _index: int) -> None:
        if self._loading:
            return
        self._take_shape()
        self._show_relevant()
        self._show_lock()
        self._remember()
        self.changed.emit()

    @Slot(object)
    def _on_learning_rate(self, value: float) -> None:
        if not self._loading:
            self.learning_rate_changed.emit(value)

    @Slot(int)
    def _on_dataset_activated(self, index: int) -> None:
        self.dataset_chosen.emit(self._box("dataset").itemData(index))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for preset in presets(self._problem.key):
            action = self._menu.addAction(self.tr("{0}: {1}").format(preset.title, preset.summary))
            action.setData(preset)
            action.triggered.connect(self._on_preset)

    def _open_menu(self) -> None:
        self._fill_menu()
        size = self._menu.sizeHint()
        corner = self._presets.mapToGlobal(self._presets.rect().topRight())
        self._menu.popup(corner - type(corner)(size.width(), size.height() + 4))

    @Slot()
    def _on_preset(self) -> None:
        action = self.sender()
        preset = action.data()  # type: ignore[union-attr]
        self.apply_preset(preset)

    def apply_preset(self, preset: Preset) -> None:
        """Put a preset's values into the fields."""
        self._box("start").setCurrentIndex(0)
        self._fill(defaults_of(preset.network, preset.config))
        self._show_relevant()
        self._show_architecture()
        self._show_lock()
        self._remember()
        self.changed.emit()


def _shape_of(model: Model) -> tuple[tuple[int, ...], str | None, str] | None:
    """Return hidden sizes, activation (None without hidden layers) and loss, or None where the form cannot say them."""
    hidden = model.network.sizes[1:-1]
    activations = set(model.network.activations[:-1])
    if len(activations) > 1 or model.loss not in LOSSES:
        return None
    return hidden, next(iter(activations), None), model.loss
