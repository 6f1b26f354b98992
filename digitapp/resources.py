"""Where the things that come with the program lie, and where those of its user do."""

import os
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "DIGITAPP_DATA_DIR"

_PACKAGE = Path(__file__).resolve().parent


def shipped_models_dir() -> Path:
    """Return the folder of the trained models that come with the program."""
    return _shipped_dir("models")


def shipped_data_dir() -> Path:
    """Return the folder of the data that come with the program."""
    return _shipped_dir("data")


def translations_dir() -> Path:
    """Return the folder of the window's texts in other languages."""
    return _PACKAGE / "translations"


def user_data_dir() -> Path:
    """Return the folder in which this user's data are kept; it need not exist yet."""
    return platformdirs.user_data_path("digitapp", appauthor=False)


def data_dirs(data_dir: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Return the folders in which data are looked for, first choice first.

    The order is `data_dir` where it is given, the environment variable DIGITAPP_DATA_DIR where it is set, and the
    user's data folder. Data that are fetched go into the first of them; what the user makes is kept in the last.
    """
    from_environment = os.environ.get(DATA_DIR_VARIABLE)
    chosen = [Path(folder) for folder in (data_dir, from_environment) if folder]
    return (*chosen, user_data_dir())


def _shipped_dir(name: str) -> Path:
    """Inside the package where it was installed from a wheel, beside it in a checkout of the repository."""
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
