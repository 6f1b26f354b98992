"""The networks of a problem that can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from digitapp.datasets.problems import Problem
from digitapp.kept.networks import Edits, KeptNetwork
from digitapp.modelfile import Model, ModelFileError, load_model, path_of_model
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan
from digitapp.training.presets import usual_configs

OWN_NETWORK = "own"
SHIPPED = "shipped"
MOST_AT_ONCE = 2 << 20
"""Bytes of a file that are read while the window waits: they take some ten milliseconds."""


@dataclass
class ModelEntry:
    """A model that can be chosen: `key` tells them apart, `origin` says where it came from.

    A model may be left on the disk until it is wanted; then `loaded` is None, and `name` says which shipped model it
    is, or `kept` which own network; `read` is what was read there. `marks` and `edits` are what was done to it by hand.
    """

    key: str
    origin: str  # "shipped", "file", "own" in training, or "made" from another network
    loaded: Model | None
    path: Path | None = None
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    name: str = ""
    edits: Edits = Edits()  # noqa: RUF009 - it never changes
    kept: KeptNetwork | None = None
    read: Model | None = None

    @property
    def model(self) -> Model:
        """The model, loaded from its file the first time it is asked for. Raises ModelFileError."""
        if self.loaded is None:
            self.take_in(self.load())
        assert self.loaded is not None
        return self.loaded

    def load(self) -> Model:
        """Read the model from the disk, whether it is loaded or not. Raises ModelFileError."""
        return self.kept.load() if self.kept is not None else load_model(self.name)

    def take_in(self, model: Model) -> None:
        """Have what was read from the disk, unless something is loaded already."""
        if self.loaded is None:
            self.loaded = self.read = model

    @property
    def takes_time(self) -> bool:
        """Whether it is still on the disk, and so large that the window would wait for it."""
        try:
            path = self.kept.path if self.kept is not None else path_of_model(self.name)
            return self.loaded is None and path.stat().st_size > MOST_AT_ONCE
        except (ModelFileError, OSError):
            return False  # who reads it will say so

    @property
    def title(self) -> str:
        """What people call a network that was made from another one."""
        return self.name or self.model.name

    @property
    def is_own(self) -> bool:
        """Whether it was made here, by training or from another network."""
        return self.origin in ("own", "made")


class Models:
    """The networks of a problem to choose from, and the chosen one.

    At first they are those that come with the program, or else a network that has not learned yet; the first is chosen,
    and never leaves. The first shipped one has the key `SHIPPED`, the one that is trained `OWN_NETWORK`.

    `awaited` is the key of one that is to be chosen when it was read, or empty; whatever is chosen takes its place.
    """

    def __init__(self, problem: Problem) -> None:
        self._entries: dict[str, ModelEntry] = {}
        for name in problem.shipped_models:
            key = name if self._entries else SHIPPED
            self._entries[key] = ModelEntry(key, "shipped", None, name=name)
        if not self._entries:
            fresh = Plan(problem.of_classes(problem.fewest_classes), *usual_configs(problem)).make()
            self._entries[OWN_NETWORK] = ModelEntry(OWN_NETWORK, "own", fresh.shown)
        self._chosen = self._first
        self.awaited = ""

    @property
    def _first(self) -> str:
        return next(iter(self._entries))

    @property
    def entries(self) -> list[ModelEntry]:
        """All of them, in the order in which they came."""
        return list(self._entries.values())

    @property
    def chosen(self) -> ModelEntry:
        """The one that is shown."""
        return self._entries[self._chosen]

    @property
    def own(self) -> ModelEntry:
        """The one that is trained. Raises KeyError while there is none."""
        return self._entries[OWN_NETWORK]

    @property
    def shows_own(self) -> bool:
        """Whether the chosen one is the one that is trained."""
        return self._chosen == OWN_NETWORK

    def slow(self, key: str) -> ModelEntry | None:
        """Return an entry that takes time to be read, None for any other."""
        entry = self._entries.get(key)
        return entry if entry is not None and entry.takes_time else None

    def take_in(self, key: str, model: Model) -> None:
        """Keep a model that was read, if it is still one of them."""
        if key in self._entries:
            self._entries[key].take_in(model)

    def choose(self, key: str) -> bool:
        """Choose one by its key; return whether that is another one than before.

        Raises ModelFileError for one whose file cannot be used any more, and chooses nothing.
        """
        self.awaited = ""
        if key == self._chosen or key not in self._entries or self._entries[key].model is None:
            return False
        self._chosen = key
        return True

    def offer(self, path: Path) -> None:
        """Take in the network of a file without choosing it; the file is read when it is."""
        key = str(path)
        self._entries.setdefault(key, ModelEntry(key, "file", None, path, name=key))

    @property
    def files(self) -> list[Path]:
        """The files of those that were opened, in the order in which that happened."""
        return [entry.path for entry in self._entries.values() if entry.path is not None]

    def take_up(self, kept: Iterable[KeptNetwork]) -> None:
        """Offer own networks of an earlier start; none of them is read or chosen yet."""
        for network in kept:
            self._entries[network.key] = ModelEntry(
                network.key, network.origin, None, None, network.marks, network.name, network.edits, network
            )

    def put(self, entry: ModelEntry) -> None:
        """Take in a network, in the place of an earlier one of its key, and choose it."""
        self._entries[entry.key] = entry
        self._chosen, self.awaited = entry.key, ""

    def remove(self, key: str, instead: str) -> bool:
        """Forget a network; where it was chosen, `instead` is, or the first one. Return whether it was there."""
        if key == self.awaited:
            self.awaited = ""
        if self._entries.pop(key, None) is None:
            return False
        if key == self._chosen:
            self._chosen = instead if instead in self._entries else self._first
        return True
