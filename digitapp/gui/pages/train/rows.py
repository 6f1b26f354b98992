"""Every setting of a run as a row with its field: values in and out, and which rows count at the moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.problems import Problem
from digitapp.gui.pages.train.fields import (
    NUMBERS,
    activations_field,
    choice,
    hidden_field,
    number_field,
    option_field,
    repeat_field,
    title,
    values_of,
)
from digitapp.gui.settings import Settings, setup_key
from digitapp.gui.widgets import ComboBox, Field, FieldRow
from digitapp.gui.words.choices import option_words
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, NORMALIZATIONS, OPTIMIZERS, SCHEDULES
from digitapp.training.augmentation import STANDARD
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig
from digitapp.training.events import CHANGEABLE
from digitapp.training.presets import usual_configs

_CHOICES = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "normalization": NORMALIZATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
_WITH_OPTIONS = ("optimizer", "schedule")
_NO_VARIATIONS, _STANDARD_VARIATIONS, _OWN_VARIATIONS = "none", "standard", "own"
_PER_LAYER = ""  # the entry of the activations that stands for one each, typed into a field of its own
# Numbers of TrainConfig that only some optimisers and losses take, which name them among their options.
_CONDITIONAL = {
    option.name: kind
    for kind in ("optimizer", "loss")
    for entry in _CHOICES[kind].values()
    for option in entry.options
    if option.name in NUMBERS
}


class SettingRows(QObject):
    """The rows by name; options of registry entries are called "optimizer.adam.beta1".

    Signals: `changed` after any valid change by the user; besides `running_changed(name, value)` by one of a
    setting that a run can take over while it is under way.
    """

    changed = Signal()
    running_changed = Signal(str, object)

    def __init__(self, problem: Problem, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problem = problem
        self._settings = settings
        self._filling = False
        self._activation = "relu"
        self._variations: dict[str, float] = dict(STANDARD)  # the user's own
        self.rows: dict[str, FieldRow] = {}
        self._add("hidden", self.tr("Hidden layers"), hidden_field(self._default("hidden")))
        labels = {
            "activation": self.tr("Activation"),
            "initializer": self.tr("Initialisation"),
            "normalization": self.tr("Normalisation"),
            "loss": self.tr("Loss"),
            "optimizer": self.tr("Optimiser"),
            "schedule": self.tr("Schedule"),
        }
        for name, registry in _CHOICES.items():
            self._add(name, labels[name], choice(name, registry))
            if name == "activation":
                self.box(name).add_entry(self.tr("Per layer…"), data=_PER_LAYER)
                field = activations_field(lambda: len(self.value("hidden")))
                self._add("activation_layers", self.tr("Each layer's"), field)
        self._add("augmentation", self.tr("Variations"), self._variations_box())
        for name in NUMBERS:
            self._add(name, title(name), number_field(name, partial(self._default, name)))
        self._add("repeat", self.tr("Repeat"), repeat_field())
        for kind in _WITH_OPTIONS:
            for key, entry in _CHOICES[kind].items():
                for option in entry.options:
                    if option.name not in NUMBERS:
                        words = option_words(key, option)
                        self._add(f"{kind}.{key}.{option.name}", words.title, option_field(option, words.summary))
        for name in CHANGEABLE:
            self.field(name).value_changed.connect(partial(self._on_changeable, name))

    def _variations_box(self) -> ComboBox:
        box = ComboBox()
        box.add_entry(self.tr("None"), data=_NO_VARIATIONS)
        box.add_entry(self.tr("Standard"), data=_STANDARD_VARIATIONS)
        box.add_entry(self.tr("My own"), data=_OWN_VARIATIONS)
        box.setToolTip(self.tr("Learn every picture in a new shape in every epoch"))
        return box

    def _default(self, name: str) -> Any:
        return values_of(*usual_configs(self._problem))[name]

    def _add(self, name: str, label: str, control: Field | ComboBox) -> None:
        control.setObjectName(f"{name}Field")
        row = self.rows[name] = FieldRow(label, control)
        row.label.setToolTip(control.toolTip())
        if isinstance(control, Field):
            control.value_changed.connect(self._on_changed)
        else:
            control.currentIndexChanged.connect(lambda: row.label.setToolTip(control.toolTip()))
            if name == "activation":
                control.currentIndexChanged.connect(self._on_activation_chosen)
            control.currentIndexChanged.connect(self._on_changed)

    # Access

    def field(self, name: str) -> Field:
        """Return the field of a setting that is typed."""
        control = self.rows[name].control
        assert isinstance(control, Field)
        return control

    def box(self, name: str) -> ComboBox:
        """Return the list of a setting that is chosen."""
        control = self.rows[name].control
        assert isinstance(control, ComboBox)
        return control

    def value(self, name: str) -> Any:
        """Return the last valid value of a setting."""
        if name == "augmentation":
            chosen = self.box(name).currentData()
            return {_NO_VARIATIONS: {}, _STANDARD_VARIATIONS: dict(STANDARD)}.get(chosen, dict(self._variations))
        if name == "activation" and self.box(name).currentData() == _PER_LAYER:
            name = "activation_layers"
        control = self.rows[name].control
        return control.currentData() if isinstance(control, ComboBox) else self.field(name).value()

    def set_value(self, name: str, value: Any) -> None:
        """Show a value without telling anybody."""
        before, self._filling = self._filling, True
        if name == "activation" and value not in ACTIVATIONS:
            self.field("activation_layers").set_value(value)
            value = _PER_LAYER
        if name == "augmentation":
            value = self._take_variations(value)
        control = self.rows[name].control
        if isinstance(control, ComboBox):
            control.setCurrentIndex(control.findData(value))
        else:
            self.field(name).set_value(value)
        self._filling = before

    def _take_variations(self, strengths: Mapping[str, float]) -> str:
        """Keep strengths that are neither none nor the standard as the user's own; return which entry they are."""
        if not strengths:
            return _NO_VARIATIONS
        if strengths == STANDARD:
            return _STANDARD_VARIATIONS
        self._variations = dict(strengths)
        return _OWN_VARIATIONS

    def counts(self, name: str) -> bool:
        """Return whether a setting has any effect with the chosen optimiser, loss and schedule."""
        parts = name.split(".")
        if len(parts) == 3:
            return self.value(parts[0]) == parts[1]
        if name == "activation_layers":
            return self.box("activation").currentData() == _PER_LAYER
        if name == "batch_size":
            return not OPTIMIZERS[self.value("optimizer")].whole_set
        if name not in _CONDITIONAL:
            return True
        kind = _CONDITIONAL[name]
        return any(option.name == name for option in _CHOICES[kind][self.value(kind)].options)

    def first_wrong(self) -> Field | None:
        """Report all wrong values at their fields and return the first such field, in the order of creation."""
        wrong = [
            row.control
            for name, row in self.rows.items()
            if self.counts(name) and isinstance(row.control, Field) and not row.control.commit()
        ]
        return wrong[0] if wrong else None

    def configs(self) -> tuple[NetworkConfig, TrainConfig]:
        """Return the last valid values."""
        network = NetworkConfig(**{field.name: self.value(field.name) for field in fields(NetworkConfig)})
        settings: dict[str, Any] = {
            field.name: self.value(field.name) for field in fields(TrainConfig) if field.name in self.rows
        }
        for kind in _WITH_OPTIONS:
            prefix = f"{kind}.{self.value(kind)}."
            settings[f"{kind}_options"] = {
                name.removeprefix(prefix): self.value(name) for name in self.rows if name.startswith(prefix)
            }
        return network, TrainConfig(**settings)

    # Filling in and remembering

    def fill(self, network: NetworkConfig, config: TrainConfig) -> None:
        """Show the settings of two configs."""
        values = values_of(network, config)
        for kind in _WITH_OPTIONS:
            for key, entry in _CHOICES[kind].items():
                chosen = values.pop(f"{kind}_options", {}) if key == values[kind] else {}
                for option in entry.options:
                    values[f"{kind}.{key}.{option.name}"] = chosen.get(option.name, option.default)
        for name, value in values.items():
            if name in self.rows:
                self.set_value(name, value)

    def show_problem(self, problem: Problem) -> None:
        """Show what was last entered for a problem, or its defaults."""
        self._problem = problem
        self.fill(*usual_configs(problem))
        self.set_value("repeat", 1)
        self._filling = True
        self._variations = _variations_of(self._settings.get(setup_key(problem.key, "variations")))
        for name, row in self.rows.items():
            setting = setup_key(problem.key, name)
            if self._settings.store.contains(setting.key):
                self._recall(row.control, self._settings.get(setting))
        self._filling = False

    @staticmethod
    def _recall(control: object, text: str) -> None:
        if isinstance(control, ComboBox):
            index = control.findData(text)
            control.setCurrentIndex(index if index >= 0 else control.currentIndex())
        elif isinstance(control, Field):
            before = control.value()
            control.setText(text)
            if not control.commit():
                control.set_value(before)

    def remember(self) -> None:
        """Write what is shown to the settings."""
        self._settings.set(setup_key(self._problem.key, "variations"), json.dumps(self._variations))
        for name, row in self.rows.items():
            control = row.control
            if isinstance(control, ComboBox):
                self._settings.set(setup_key(self._problem.key, name), str(control.currentData()))
            elif isinstance(control, Field) and control.is_valid():
                self._settings.set(setup_key(self._problem.key, name), control.text())

    @Slot(int)
    def _on_activation_chosen(self, _index: int) -> None:
        """Keep the last single activation, to begin with it where each layer's own is asked for."""
        chosen, field = self.box("activation").currentData(), self.field("activation_layers")
        if chosen != _PER_LAYER:
            self._activation = chosen
        elif not self._filling and not field.is_valid():
            field.set_value(",".join([self._activation] * len(self.value("hidden"))))

    @Slot(object)
    def _on_changed(self, _value: object) -> None:
        if not self._filling:
            self.remember()
            self.changed.emit()

    def _on_changeable(self, name: str, value: float) -> None:
        if not self._filling:
            self.running_changed.emit(name, value)


def _variations_of(text: str) -> dict[str, float]:
    """Return the strengths that were remembered as text, or the standard ones where that makes no sense."""
    try:
        return dict(TrainConfig(augmentation=json.loads(text)).augmentation)
    except (ValueError, ConfigError):
        return dict(STANDARD)
