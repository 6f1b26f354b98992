"""Another network is shown: one of those that can be chosen, one of a file, one that was made here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from digitapp.datasets.problems import FIRST
from digitapp.gui.state.calibrator import described
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.desks import Desks
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.opening import Opener
from digitapp.modelfile import Model, save_model


class NetworkChoice(Desks):
    """Opens, shows, saves and forgets networks."""

    def __init__(self, problem: str = FIRST.key, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(problem, data_dir, parent)
        self._opener = Opener(self._jobs.start, self)
        self._opener.opened.connect(self._on_opened)
        self._opener.failed.connect(self._on_not_opened)

    def choose_problem(self, key: str) -> None:
        """Show another problem; what was done for the present one stays as it is, a run goes on."""
        self._opener.forget()
        super().choose_problem(key)
        self.show_awaited()

    def choose_model(self, key: str) -> None:
        """Show another of `model_entries`; a large file is read beside the window first.

        Raises ModelFileError where its file cannot be used, and changes nothing; of a large one `model_failed` tells.
        """
        slow = self._desk.models.slow(key)
        if slow is not None and self._opener.takes(slow, (self._desk, key)):
            return
        self._opener.forget()
        if self._desk.models.choose(key):
            self._desk.machine.back()
            self._network_replaced()
            self.moment_changed.emit()

    def open_model(self, path: Path) -> None:
        """Load a model file and show it, and its problem with it; a large one is read beside the window.

        Raises ModelFileError where it cannot be used, and changes nothing; of a large one `model_failed` tells.
        """
        entry = ModelEntry(str(path), "file", None, path, name=str(path))
        if not self._opener.takes(entry, path):
            self._show_opened(entry.load(), path)

    def show_awaited(self) -> None:
        """Read the network that was shown last, where it was too large to be read before the window opened."""
        awaited = self._desk.models.awaited
        if awaited:
            self.choose_model(awaited)

    def _show_opened(self, model: Model, path: Path) -> None:
        desk = self._desks[model.problem]
        self._adopt(desk, ModelEntry(str(path), "file", model, path))
        self.choose_problem(model.problem)

    @Slot(object, object)
    def _on_opened(self, model: Model, key: Path | tuple[Desk, str]) -> None:
        if isinstance(key, Path):
            self._show_opened(model, key)
            return
        desk, name = key
        desk.models.take_in(name, model)
        if desk is self._desk:
            self.choose_model(name)

    @Slot(object, object)
    def _on_not_opened(self, error: Exception, key: Path | tuple[Desk, str]) -> None:
        if isinstance(key, tuple):
            desk, name = key
            desk.models.remove(name, desk.models.chosen.key)
            self._pass_on(desk, self.models_changed)
        self.model_failed.emit(error)

    def offer_models(self, files: Mapping[str, Sequence[Path]]) -> None:
        """Offer the networks of files, by the key of their problem, without reading them yet."""
        for key, paths in files.items():
            for path in paths:
                if key in self._desks:
                    self._desks[key].models.offer(path)
        self.models_changed.emit()

    @property
    def opened_models(self) -> dict[str, list[Path]]:
        """The files of all networks that were opened, by the key of their problem."""
        return {key: desk.models.files for key, desk in self._desks.items()}

    def save_model(self, path: Path) -> None:
        """Write the shown model to a file. Raises ModelFileError; the file is whole or not there."""
        save_model(described(self._desk), path)

    def add_network(self, key: str, model: Model) -> None:
        """Offer a network that was made here, in the place of an earlier one of this key, and show it.

        The model's name is what people see. Its problem must be the shown one.
        """
        self._adopt(self._desk, ModelEntry(key, "made", model))

    def remove_network(self, key: str, instead: str) -> None:
        """Forget a network that was made here; where it was shown, `instead` is, or the first one."""
        models = self._desk.models
        shown = models.chosen
        if models.remove(key, instead):
            self.models_changed.emit()
            if models.chosen is not shown:
                self._network_replaced()

    def delete_network(self, key: str, instead: str = "") -> None:
        """Forget a network that was made here, as `remove_network`, until `bring_back_network` undoes that."""
        entry = next((entry for entry in self.model_entries if entry.key == key and entry.origin == "made"), None)
        if entry is not None:
            self._desk.deleted = entry
            self.remove_network(key, instead)

    @property
    def deleted_network(self) -> ModelEntry | None:
        """The network of the shown problem that was deleted last and can be brought back."""
        return self._desk.deleted

    @Slot()
    def bring_back_network(self) -> None:
        """Offer and show the network again that was deleted last."""
        entry, self._desk.deleted = self._desk.deleted, None
        if entry is not None:
            self._adopt(self._desk, entry)

    def _adopt(self, desk: Desk, entry: ModelEntry) -> None:
        """Offer a network, in the place of an earlier one of its key, and show it."""
        desk.models.put(entry)
        desk.machine.back()
        if desk is self._desk:
            self.models_changed.emit()
            self._network_replaced()
            self.moment_changed.emit()
