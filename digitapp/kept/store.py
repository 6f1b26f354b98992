"""The SQLite file in the user's data folder: what a window shows, own networks, and every run.

Arrays of networks and the checkpoints of runs are files beside it, which it names. Several windows and processes work
with it at once; each window has a seat of its own, so that two of them do not take turns in overwriting one drawing.

A file that cannot be used, because it is damaged, of a newer version or of another program, is set aside under another
name: it is never written to. What can still be read of a damaged one is taken over.

Sources: https://www.sqlite.org/wal.html; https://www.sqlite.org/pragma.html (application_id, user_version).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from digitapp import reasons
from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptDamagedError, KeptReadOnlyError
from digitapp.kept.read_only import open_to_read
from digitapp.kept.salvaging import has_all_tables, salvage
from digitapp.kept.sqlite_errors import is_damage, of_sqlite, of_the_system

VERSION = 3
_APPLICATION_ID = 0x44474954  # "DGIT"
_PATIENCE_S = 5.0  # until another process has written
_PAUSE_S = 0.02
_BESIDE = ("networks", "checkpoints")  # folders of files that rows name

# Each step leads from the version before it to its own; the first one makes the file.
_MIGRATIONS: dict[int, str] = {
    1: """
        CREATE TABLE seats (
            seat INTEGER NOT NULL, key TEXT NOT NULL, packet BLOB NOT NULL, PRIMARY KEY (seat, key)
        ) WITHOUT ROWID;
        CREATE TABLE networks (
            seat INTEGER NOT NULL, problem TEXT NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL,
            name TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL, packet BLOB NOT NULL,
            written REAL NOT NULL, removed REAL, PRIMARY KEY (seat, problem, key)
        );
        CREATE TABLE runs (
            run TEXT PRIMARY KEY, seat INTEGER NOT NULL, problem TEXT NOT NULL, number INTEGER NOT NULL,
            state TEXT NOT NULL, began REAL NOT NULL, ended REAL, facts BLOB NOT NULL, history BLOB,
            step INTEGER NOT NULL DEFAULT 0, checkpoint TEXT, network TEXT, listed INTEGER NOT NULL DEFAULT 1
        );
        CREATE TABLE moments (
            run TEXT NOT NULL, step INTEGER NOT NULL, parameters BLOB NOT NULL, PRIMARY KEY (run, step)
        ) WITHOUT ROWID;
    """,
    2: """
        ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
        ALTER TABLE runs ADD COLUMN summary TEXT;
        ALTER TABLE runs ADD COLUMN removed REAL;
        CREATE INDEX runs_by_time ON runs (began);
    """,
    3: """
        ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
        ALTER TABLE runs ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN best TEXT;
        ALTER TABLE runs ADD COLUMN readings BLOB;
        ALTER TABLE runs ADD COLUMN test REAL;
    """,
}


class Store:
    """A connection to the file, for the thread that has opened it.

    Parameters
    ----------
    folder : where the file and those that it names lie; it is made where it is missing
    reading : whether it is enough to read: a file that cannot be written to is then opened all the same

    Attributes
    ----------
    is_read_only : whether it can only be read, for the `reason`
    aside : where a file that could not be used was put, None where all was well
    reason : why it could not be used, or can only be read

    Raises
    ------
    KeptError : the folder cannot be made or written to, or another program keeps the file locked
    """

    def __init__(self, folder: Path, *, reading: bool = False) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        self.aside: Path | None = None
        self.reason = ""
        self.is_read_only = False
        self._later: list[Callable[[], object]] = []
        try:
            self._connection = self._made()
        except KeptReadOnlyError as error:
            if not reading or not self.path.is_file():
                raise
            self._connection = open_to_read(self.path)
            self.is_read_only, self.reason = True, error.reason
        self._identity = self._find_identity()

    def _made(self) -> sqlite3.Connection:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise of_the_system(self.path, error) from error
        return self._open()

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still the one that was opened: a stick may be pulled, a folder replaced."""
        return self._identity is not None and self._find_identity() == self._identity

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # Reading and writing

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Return all rows of a query. Raises KeptError."""
        with self._told():
            return self._connection.execute(query, values).fetchall()

    def run(self, statement: str, *values: object) -> None:
        """Execute a statement within a transaction. Raises KeptError."""
        with self._told():
            self._connection.execute(statement, values)

    def file(self, folder: str, name: object) -> Path | None:
        """Return the path of a file that a row names; None where that is no name, as a damaged file may have it."""
        is_name = isinstance(name, str) and name not in ("", ".", "..") and not {"/", "\\", "\0"} & set(name)
        return self.folder / folder / str(name) if is_name else None

    def delete_afterwards(self, folder: str, name: object) -> None:
        """Delete a file that a row has named when the transaction is on the disk."""
        path = self.file(folder, name)
        if path is not None:
            self.afterwards(path.unlink)

    def afterwards(self, work: Callable[[], object]) -> None:
        """Do something when the transaction is on the disk, such as deleting a file that it names no more."""
        self._later.append(work)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is in the block, or nothing of it. Raises KeptError."""
        self._later = []
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        for work in self._later:
            with suppress(OSError):
                work()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is in the block if it raises, and leave the rest of the transaction."""
        self.run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK TO part")
                self._connection.execute("RELEASE part")
            raise
        self.run("RELEASE part")

    def renew(self) -> None:
        """Set a file aside in which damage has shown, and go on with what can still be read of it. Raises KeptError."""
        self._connection.close()
        self._connection = self._begin_anew("damaged", reasons.tr("it is damaged"))
        self._identity = self._find_identity()

    def check(self) -> list[str]:
        """Return what SQLite finds wrong with the file, nothing where it is sound. Raises KeptError."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        except KeptDamagedError as error:
            return [error.reason]
        return [] if found == ["ok"] else found

    # Opening

    def _open(self) -> sqlite3.Connection:
        try:
            if self._was_emptied():
                return self._begin_anew("empty", reasons.tr("it is empty, and what belongs to it is not"))
            return self._connect()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            told = of_sqlite(self.path, error)
            if not is_damage(error):
                raise told from error
            return self._begin_anew("damaged", reasons.tr("it is damaged"))
        except _WrongFileError as error:
            return self._begin_anew(error.kind, error.reason)

    def _was_emptied(self) -> bool:
        """Return whether the file has no content any more: of one that was never used, there is nothing beside it."""
        try:
            if self.path.stat().st_size > 0:
                return False
            wal = Path(f"{self.path}-wal")
            folders = (self.folder / name for name in _BESIDE)
            return (wal.is_file() and wal.stat().st_size > 0) or any(
                any(each.glob("*.safetensors")) for each in folders
            )
        except OSError:
            return False

    def _begin_anew(self, why: str, reason: str) -> sqlite3.Connection:
        """Set the file aside and make another one, with what can still be read of a damaged one."""
        self._set_aside(why, reason)
        try:
            connection = self._connect()
            if why == "damaged" and self.aside is not None:
                salvage(self.aside, connection)
        except sqlite3.Error as error:
            raise of_sqlite(self.path, error) from error
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Check whose file it is before anything in it is changed, then bring it to this version."""
        connection.execute("BEGIN")  # all of one moment: another process may be making the file
        is_new = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("COMMIT")
        if not is_new and not ours:
            raise _WrongFileError("other", reasons.tr("another program has written it"))
        if version > VERSION:
            raise _WrongFileError("newer", reasons.tr("a newer digitapp has written it"))
        if not is_new and version < 1:
            raise _WrongFileError("damaged", reasons.tr("it is damaged"))
        _use_log(connection)
        connection.execute("PRAGMA synchronous = FULL")  # what was said to be written survives a power cut
        if version < VERSION:
            self._migrate(connection)
        if not has_all_tables(connection):
            raise _WrongFileError("damaged", reasons.tr("it is damaged"))

    @staticmethod
    def _migrate(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have done it meanwhile
        for step in range(version + 1, VERSION + 1):
            for statement in filter(str.strip, _MIGRATIONS[step].split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")

    def _set_aside(self, why: str, reason: str) -> None:
        """Rename the file with what SQLite keeps beside it, so that the three still belong together."""
        names = (f"{self.path.stem}.{why}-{number}{self.path.suffix}" for number in count(1))
        aside = next(path for path in map(self.path.with_name, names) if not path.exists())
        try:
            for end in ("-wal", "-shm", ""):
                beside = Path(f"{self.path}{end}")
                if beside.exists():
                    beside.rename(f"{aside}{end}")
        except OSError as error:
            raise of_the_system(self.path, error) from error
        self.aside, self.reason = aside, reason

    def _find_identity(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise of_sqlite(self.path, error) from error


def _use_log(connection: sqlite3.Connection) -> None:
    """Let the file have a write-ahead log; of several that ask for it at once SQLite lets some fail without waiting."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
        time.sleep(_PAUSE_S)


class _WrongFileError(Exception):
    """A sound SQLite file that is not for this program to use."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
