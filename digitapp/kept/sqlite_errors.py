"""SQLite's errors, and the system's, as those of what is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from digitapp import reasons
from digitapp.kept.errors import KeptBusyError, KeptDamagedError, KeptError, KeptFullError, KeptReadOnlyError
from digitapp.plain import LONGEST_DETAIL, plain

_NO_LOCKS = (
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
)
"""What SQLite says where files cannot be locked or shared, as in some folders of networks."""


def of_sqlite(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> KeptError:
    """Return one of SQLite's errors as one of this program's.

    What it says of damaged text is no text itself.
    """
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return KeptFullError(path, reasons.tr("there is no room on the disk"))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return KeptReadOnlyError(path, reasons.tr("the folder cannot be written to"))
    if whole in _NO_LOCKS:
        return KeptReadOnlyError(path, reasons.tr("its folder, perhaps in a network, knows no locks"))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return KeptBusyError(path, reasons.tr("another program keeps it locked"))
    if is_damage(error):
        return KeptDamagedError(path, reasons.tr("it is damaged"))
    return KeptError(path, plain(str(error), LONGEST_DETAIL))


def of_the_system(path: Path, error: OSError) -> KeptError:
    """Return one of the system's errors as one of this program's."""
    return KeptReadOnlyError(path, error.strerror or str(error))


def is_damage(error: sqlite3.Error | UnicodeDecodeError) -> bool:
    """Return whether SQLite has met something that is no database, or not any more."""
    if isinstance(error, UnicodeDecodeError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
