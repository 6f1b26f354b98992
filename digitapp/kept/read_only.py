"""A file that cannot be written to is read all the same, and nothing is left beside it.

Source: https://www.sqlite.org/wal.html, section 5, Read-Only Databases; https://www.sqlite.org/uri.html (immutable).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from urllib.request import pathname2url

from digitapp import reasons
from digitapp.kept.errors import KeptReadOnlyError
from digitapp.kept.salvaging import has_all_tables
from digitapp.kept.sqlite_errors import of_sqlite, of_the_system


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection to a file as it is, for reading.

    What another process was still writing when the folder became read-only stands beside the file, in its log: the two
    are then read in a copy, which is gone before this returns.

    Raises
    ------
    KeptError : it cannot be read, or an earlier digitapp has written it, whose form it has
    """
    try:
        log = Path(f"{path}-wal")
        connection = _read_copy(path, log) if log.is_file() and log.stat().st_size else _connect(path, "immutable=1")
        if not has_all_tables(connection):
            connection.close()
            raise KeptReadOnlyError(path, reasons.tr("it cannot be written to, and another digitapp has written it"))
        connection.execute("PRAGMA query_only = ON")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise of_sqlite(path, error) from error
    except OSError as error:
        raise of_the_system(path, error) from error
    return connection


def _connect(path: Path, how: str) -> sqlite3.Connection:
    name = pathname2url(str(path.absolute()))
    return sqlite3.connect(f"file:{name}?{how}", uri=True, isolation_level=None)


def _read_copy(path: Path, log: Path) -> sqlite3.Connection:
    """Return a connection to a copy in memory of a file and its log."""
    into = sqlite3.connect(":memory:", isolation_level=None)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, f"{copy}-wal")
        connection = sqlite3.connect(copy)
        try:
            connection.backup(into)
        finally:
            connection.close()
    return into
