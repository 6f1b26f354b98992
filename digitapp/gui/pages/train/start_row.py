"""Where the weights come from that the next run begins with: fresh ones, those of the shown network, or of a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget

from digitapp.datasets.problems import Problem
from digitapp.gui.settings import Settings, setup_key
from digitapp.gui.translation import translate
from digitapp.gui.widgets import ComboBox, FieldRow
from digitapp.modelfile import Model
from digitapp.nn import ACTIVATIONS, LOSSES
from digitapp.plain import file_name

NEW_WEIGHTS, GO_ON, FILE = "new", "current", "file"


class StartRow(FieldRow):
    """The choice, remembered for each problem.

    Signals: `changed`, by the user or because a network does not fit; `file_wanted` asks for a model file.
    """

    changed = Signal()
    file_wanted = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        self.combo = ComboBox()
        self.combo.setObjectName("startField")
        self.combo.add_entry(translate("SetupForm", "New weights"), data=NEW_WEIGHTS)
        self.combo.add_entry(translate("SetupForm", "Current network"), data=GO_ON)
        self.combo.add_entry(translate("SetupForm", "Model file…"), data=FILE)
        super().__init__(translate("SetupForm", "Start from"), self.combo, parent=parent)
        self.combo.setToolTip(
            translate("SetupForm", "Train a new network, or go on with the one that is shown or that of a file")
        )
        self._store = settings
        self._problem: Problem | None = None
        self.model: Model | None = None  # the shown network
        self._file: Model | None = None
        self._chosen = NEW_WEIGHTS  # what to return to when no file is chosen
        self.combo.activated.connect(self._on_activated)
        self.combo.currentIndexChanged.connect(self._on_chosen)

    @property
    def goes_on(self) -> bool:
        """Whether the next run starts from a network there is instead of new weights."""
        return self.combo.currentData() != NEW_WEIGHTS

    @property
    def source(self) -> Model | None:
        """The model whose weights the next run starts from; None for new weights."""
        return {GO_ON: self.model, FILE: self._file}.get(self.combo.currentData())

    @property
    def remembered_file(self) -> Path | None:
        """The file that was chosen at an earlier start and has to be read yet, if there is one."""
        stored = self._stored
        is_path = stored not in ("", NEW_WEIGHTS, GO_ON) and self._file is None
        return Path(stored) if is_path and Path(stored).is_file() else None

    @property
    def _stored(self) -> str:
        return "" if self._problem is None else self._store.get(setup_key(self._problem.key, "start"))

    def _remember(self, choice: str) -> None:
        if self._problem is not None:
            self._store.set(setup_key(self._problem.key, "start"), choice)

    def show_problem(self, problem: Problem) -> None:
        """Show what was chosen for a problem; a file is to be read first, see `remembered_file`."""
        if problem is self._problem:
            return
        self._problem, self._file = problem, None
        self.combo.set_entry(self.combo.findData(FILE), translate("SetupForm", "Model file…"))
        self._choose(GO_ON if self._stored == GO_ON else NEW_WEIGHTS)

    def show_model(self, model: Model) -> None:
        """Offer to go on with the shown network, where its shape can be said in the form."""
        self.model = model
        fits = shape_of(model) is not None
        entries = self.combo.model()
        assert isinstance(entries, QStandardItemModel)
        entries.item(self.combo.findData(GO_ON)).setEnabled(fits)
        if not fits and self.combo.currentData() == GO_ON:
            self._choose(NEW_WEIGHTS)

    def choose_new_weights(self) -> None:
        """Start from new weights."""
        self._remember(NEW_WEIGHTS)
        self._choose(NEW_WEIGHTS)

    def start_from(self, model: Model, path: Path) -> None:
        """Start from the network of a file, or say here why that is not possible."""
        if self._problem is None or model.problem != self._problem.key:
            self.refuse(translate("SetupForm", "{0} is a network for another problem.").format(model.name))
        elif shape_of(model) is None:
            self.refuse(translate("SetupForm", "{0} has layers that cannot be trained here.").format(model.name))
        else:
            self._file = model
            self.set_helper("")
            self._remember(str(path.absolute()))
            self.combo.set_entry(self.combo.findData(FILE), translate("SetupForm", "Model file"), model.name)
            self._choose(FILE)
            self._on_chosen()

    def wait_for(self, path: Path) -> None:
        """Stay with what was chosen before while a large file is read."""
        self._choose(self._chosen)
        self.set_error("")
        self.set_helper(translate("SetupForm", "Reading {0}…").format(file_name(path)))

    def refuse(self, why: str = "") -> None:
        """Return to what was chosen before, and say why a file cannot be used, if there is a reason."""
        self.set_helper("")
        self._choose(self._chosen)
        self.set_error(why)

    def _choose(self, choice: str) -> None:
        self._chosen = choice
        self.combo.setCurrentIndex(self.combo.findData(choice))

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        choice = self.combo.itemData(index)
        if choice == FILE:
            self.file_wanted.emit()
            return
        self._chosen = choice
        self._remember(choice)

    @Slot()
    def _on_chosen(self) -> None:
        self.set_error("")
        self.changed.emit()


def shape_of(model: Model) -> tuple[tuple[int, ...], str | None, str] | None:
    """Return hidden sizes, activation (None without hidden layers) and loss, or None where the form cannot say them."""
    *activations, output = model.network.activations
    if not set(activations) <= set(ACTIVATIONS) or model.loss not in LOSSES:
        return None
    if output != LOSSES[model.loss].output_activation:
        return None
    each = ",".join(activations) if len(set(activations)) > 1 else next(iter(activations), None)
    return model.network.sizes[1:-1], each, model.loss
