"""Where studies are kept: an SQLite file on this machine, or a PostgreSQL that many machines reach.

Whatever goes wrong is said in one sentence that holds no password, and without the traceback of a library that may.

Sources: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html (transactions that lock at once);
https://www.postgresql.org/docs/current/libpq-connect.html (connection URIs).
"""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from digitapp import resources
from digitapp.plain import plain
from digitapp.runs.search.errors import SearchError, SearchMissing, StorageError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

INSTALL = "pip install 'digitapp[search]'"
FILE_NAME = "studies.sqlite3"
HEARTBEAT_S = 10
"""Seconds between a worker's signs of life."""
SILENCES = 3
"""So many of them missed, and its trial is another's."""

_SQLITE, _POSTGRES = "sqlite:///", "postgresql+psycopg://"
_TIMEOUT_S = 10  # until a server has answered
_PATIENCE_S = 60  # until another process has written
_TRIES = 6  # at making the tables, where several processes begin at once


def is_installed() -> bool:
    """Return whether the search can be used at all; nothing is imported for it."""
    return find_spec("optuna") is not None


def check_installed() -> None:
    """Raise SearchMissing where it cannot, with what to do."""
    if not is_installed():
        raise SearchMissing(f"the search needs Optuna, which is not installed: {INSTALL}")


def default_url() -> str:
    """Return where studies are kept unless another place was chosen: a file in the user's data folder."""
    return f"{_SQLITE}{resources.user_data_dir() / FILE_NAME}"


def masked(url: str) -> str:
    """Return a storage's address as it may be shown: without a password, and without options that may hold one."""
    address = re.sub(r"\?.*$", "", plain(url.strip(), None), flags=re.DOTALL)
    return plain(re.sub(r"//([^/@]*?):.*@", r"//\1:***@", address), 120)


def without_password(url: str) -> str:
    """Return a storage's address as it may be written down."""
    return re.sub(r"//([^/@:]*):.*@", r"//\1@", url.strip().partition("?")[0])


def storage_url(text: str) -> str:
    """Return the address in the form that the library takes: the path of an SQLite file is one too.

    Raises
    ------
    StorageError : neither SQLite nor PostgreSQL
    """
    text = text.strip()
    scheme, separator, rest = text.partition("://")
    if separator and scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        with _no_url(text):
            parts = urlsplit(f"postgresql://{rest}")
            if not parts.path.strip("/") or (parts.port or 1) < 1:
                raise ValueError
        return f"{_POSTGRES}{rest}"
    if text.startswith(_SQLITE) and len(text) > len(_SQLITE):
        return text
    if not separator and text.endswith((".sqlite3", ".sqlite", ".db")):
        return f"{_SQLITE}{Path(text).absolute()}"
    raise StorageError(
        f"--storage {masked(text) or 'nothing'}: expected the path of a file that ends in .sqlite3, sqlite:///FILE or "
        "postgresql://USER:PASSWORD@HOST/DATABASE"
    )


@contextmanager
def _no_url(text: str) -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise StorageError(
            f"--storage {masked(text)}: this is no address; expected postgresql://USER:PASSWORD@HOST/DATABASE"
        ) from None


class Storage:
    """An open storage.

    Parameters
    ----------
    url : as `storage_url` takes it
    heartbeat : seconds between a worker's signs of life
    requeue : what becomes of a trial whose worker has gone silent

    Attributes
    ----------
    shown : its address as it may be shown
    backend : what Optuna takes

    Raises
    ------
    SearchMissing : Optuna or the driver is not installed
    StorageError : it cannot be reached or used
    """

    def __init__(
        self,
        url: str,
        heartbeat: int = HEARTBEAT_S,
        requeue: Callable[[Study, FrozenTrial], None] | None = None,
    ) -> None:
        check_installed()
        self.shown = masked(url)
        self._url = storage_url(url)
        self._secret = unquote(urlsplit(self._url).password or "")
        if self._url.startswith(_SQLITE):
            _check_file(Path(self._url.removeprefix(_SQLITE)), self.shown)
        else:
            from sqlalchemy import make_url

            with _no_url(url):
                make_url(self._url)
        with self.told():
            from optuna.storages import get_storage

            self._database = self._open(heartbeat, requeue)
            self.backend = get_storage(self._database)  # which remembers the trials that are over

    def sign_of_life(self, trial_id: int) -> None:
        """Say that a trial's worker is there."""
        self._database.record_heartbeat(trial_id)

    def close(self) -> None:
        """Close all connections."""
        with suppress(Exception):
            self._database.remove_session()
            self._database.engine.dispose()

    def __enter__(self) -> Storage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the database says into a StorageError, one sentence long."""
        try:
            yield
        except SearchError:
            raise
        except ImportError:
            raise SearchMissing(f"PostgreSQL needs psycopg, which is not installed: {INSTALL}") from None
        except Exception as error:
            told = _of_the_database(error)
            if told is not None:
                raise StorageError(self._sentence(_first_cause(told))) from None
            if isinstance(error, RuntimeError) and "schema" in str(error):
                raise StorageError(f"the storage {self.shown} was made by another version of Optuna") from None
            raise

    def _open(self, heartbeat: int, requeue: Callable[[Study, FrozenTrial], None] | None) -> RDBStorage:
        import optuna
        from sqlalchemy.exc import SQLAlchemyError

        optuna.logging.set_verbosity(optuna.logging.CRITICAL)
        is_file = self._url.startswith(_SQLITE)
        connect = {"timeout": _PATIENCE_S} if is_file else {"connect_timeout": _TIMEOUT_S}
        options: dict[str, Any] = {"connect_args": connect, "hide_parameters": True, "pool_pre_ping": not is_file}
        for left in reversed(range(_TRIES)):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
                    backend = _patient_storage()(
                        self._url.replace("{", "{{").replace("}", "}}"),
                        options,
                        heartbeat_interval=heartbeat,
                        grace_period=SILENCES * heartbeat,
                        heartbeat_stale_trial_callback=requeue,
                    )
                break
            except (SQLAlchemyError, optuna.exceptions.StorageInternalError, RuntimeError) as error:
                # Another process is making the tables at this moment.
                if not left or not _is_being_made(error):
                    raise
                sleep(0.2)
        else:
            raise AssertionError("the last try has raised")
        if is_file:
            _lock_at_once(backend)
        return backend

    def _sentence(self, reason: str) -> str:
        if self._secret:
            reason = reason.replace(self._secret, "***")
        reason = " ".join(plain(reason, None).split())
        user = plain(urlsplit(self._url).username or "nobody")
        if "password authentication failed" in reason or "no password supplied" in reason:
            return f"the storage {self.shown} refuses the password of {user}"
        if "database is locked" in reason:
            return f"the storage {self.shown} is locked by another program"
        if "not a database" in reason or "malformed" in reason:
            return f"the storage {self.shown} is no SQLite file; expected one, or a name that is not there yet"
        if re.search(r"readonly|read-only|unable to open", reason):
            return f"the storage {self.shown} cannot be written to"
        if "full" in reason and self._url.startswith(_SQLITE):
            return f"the storage {self.shown}: there is no room on the disk"
        missing = re.search(r'(database|role) "([^"]*)" does not exist', reason)
        if missing:
            return f"the storage {self.shown}: there is no {missing[1]} {plain(missing[2])} on that server"
        if re.search(r"connect|resolve|translate host|timeout|timed out|refused|terminat|closed", reason):
            return f"the storage {self.shown} cannot be reached; expected a PostgreSQL server that runs there"
        return f"the storage {self.shown} cannot be used: {plain(reason, 160)}"


def _patient_storage() -> type[RDBStorage]:
    """Return the library's storage, whose signs of life may fail once without a word: the next one may not."""
    from optuna.storages import RDBStorage

    class Patient(RDBStorage):
        def record_heartbeat(self, trial_id: int) -> None:
            with suppress(Exception):
                super().record_heartbeat(trial_id)

    return Patient


def _lock_at_once(backend: RDBStorage) -> None:
    """Let every transaction lock the file when it begins, so that two processes never take one trial.

    By default SQLite's driver begins a transaction at the first write, after what decides about it was read.
    """
    from sqlalchemy import event

    @event.listens_for(backend.engine, "connect")
    def _leave_transactions_alone(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last trials, never the file

    @event.listens_for(backend.engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    backend.remove_session()
    backend.engine.dispose()  # what is open was opened the other way


def _check_file(path: Path, shown: str) -> None:
    """Refuse an SQLite file of another program before anything is written to it."""
    if path.is_dir():
        raise StorageError(f"the storage {shown} is a folder; expected a file")
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"the storage {shown} cannot be made: {error.strerror or error}") from None
        return
    if path.stat().st_size == 0:
        return
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_S)
        try:
            tables = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        finally:
            connection.close()
    except sqlite3.Error:
        raise StorageError(
            f"the storage {shown} is no SQLite file; expected one, or a name that is not there yet"
        ) from None
    if tables and "studies" not in tables and "version_info" not in tables:
        raise StorageError(f"the storage {shown} belongs to another program; expected a file of studies")


def _is_being_made(error: Exception) -> bool:
    text = str(error.__cause__ or error)
    return any(part in text for part in ("already exists", "UNIQUE constraint", "duplicate key", "is locked", "schema"))


def _of_the_database(error: BaseException) -> BaseException | None:
    """Return the database's own error that led to one, also where the library stumbled over it; None for none."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, (SQLAlchemyError, StorageInternalError, sqlite3.Error)):
        seen = seen.__cause__ or seen.__context__
    return seen


def _first_cause(error: BaseException) -> str:
    """Return what the database itself said."""
    while (inner := getattr(error, "orig", None) or error.__cause__) is not None and inner is not error:
        error = inner
    return str(error)
