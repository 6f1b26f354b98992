"""What the window remembers between two starts: a table of typed settings over QSettings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QByteArray, QSettings

from digitapp.datasets.problems import FIRST, PROBLEMS
from digitapp.gui.theme import Mode

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One remembered value: its key, what it is before anybody chose, and which stored values are still believed."""

    key: str
    default: T
    accepts: Callable[[T], bool] = lambda _value: True

    def read(self, store: QSettings) -> T:
        """Return the stored value, or the default where nothing sensible is stored."""
        kind = type(self.default)
        value = store.value(self.key, self.default)
        try:
            typed = _as_bool(value) if kind is bool else value if isinstance(value, kind) else kind(value)  # type: ignore[call-arg]
        except (TypeError, ValueError):
            return self.default
        return typed if self.accepts(typed) else self.default  # type: ignore[arg-type,return-value]

    def write(self, store: QSettings, value: T) -> None:
        """Remember a value."""
        store.setValue(self.key, value)


def _as_bool(value: Any) -> bool:
    """INI files hold booleans as words."""
    return value if isinstance(value, bool) else str(value).lower() == "true"


def one_of(*choices: str) -> Callable[[str], bool]:
    """Return a check that accepts these words alone."""
    return lambda value: value in choices


def between(low: float, high: float) -> Callable[[float], bool]:
    """Return a check that accepts numbers from low to high."""
    return lambda value: low <= value <= high


GEOMETRY = Setting("window/geometry", QByteArray())
PAGE = Setting("window/page", "")  # its object name; an unknown one stands for the first page
TEXT_SIZES = (100, 115, 130, 150, 175)  # percent of the platform's
TEXT_SIZE = Setting("window/text_size", 100, TEXT_SIZES.__contains__)
THEME: Setting[Mode] = Setting("window/theme", "system", one_of("system", "light", "dark"))
PROBLEM = Setting("choices/problem", FIRST.key, lambda key: key in PROBLEMS)
PEN_WIDTH = Setting("draw/pen_width", 0.0, between(0.0, 1.0))
GUIDES = Setting("draw/guides", True)
KEEP_BY_ITSELF = Setting("hand/keep_by_itself", True)
DATA_FOLDER = Setting("data/folder", "")
MORE_SETTINGS = Setting("train/more_settings", False)
OPENED_MODELS = Setting("files/opened_models", "")  # JSON: paths by the key of their problem, the newest last
BENCH = Setting("lab/bench", "")  # its name; an unknown one stands for the first bench
LAST_FOLDER = Setting("files/last_folder", "")
RUNS_VIEW = Setting("runs/view", "table", one_of("table", "search"))
STUDY = Setting("search/study", "")  # the name of the study that was looked at last
STUDIES_AT = Setting(
    "search/storage", ""
)  # the address of where it is kept, never with a password; "" for this computer


def setup_key(problem: str, field: str) -> Setting[str]:
    """The remembered text of one field of the Train page's setup, per problem."""
    return Setting(f"train/{problem}/{field}", "")


def tab_key(problem: str) -> Setting[str]:
    """The remembered tab of the Train page's lower room, per problem; an unknown one stands for the first."""
    return Setting(f"train/{problem}/lower", "")


def bench_key(name: str) -> Setting[str]:
    """The remembered state of a bench of the Lab, as JSON."""
    return Setting(f"lab/{name}", "")


class Settings:
    """The store behind the settings; tests hand in one of their own."""

    def __init__(self, store: QSettings | None = None) -> None:
        self.store = store if store is not None else QSettings()

    def get(self, setting: Setting[T]) -> T:
        """Return the value of a setting."""
        return setting.read(self.store)

    def set(self, setting: Setting[T], value: T) -> None:
        """Remember the value of a setting."""
        setting.write(self.store, value)
