"""What can still be read of a damaged file is taken over by the one that takes its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

TABLES = {
    "seats": ("seat, key, packet", "seat DESC, key DESC"),
    "networks": ("seat, problem, key, place, name, file, digest, packet, written, removed", "rowid DESC"),
    "runs": (
        "run, seat, problem, number, state, began, ended, facts, history, step, checkpoint, network, listed, name, "
        "summary, removed, note, marked, best, readings, test",
        "rowid DESC",
    ),
    "moments": ("run, step, parameters", "run DESC, step DESC"),
}
"""The columns of each table, and how to go through its rows from the end."""


def has_all_tables(connection: sqlite3.Connection) -> bool:
    """Return whether a file has what this version reads. Raises sqlite3.Error where it is damaged in another way."""
    try:
        for name, (columns, _) in TABLES.items():
            connection.execute(f"SELECT {columns} FROM {name} LIMIT 0")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return False
    return True


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Copy the rows of a damaged file that can still be read, and return how many there were.

    Where a page in the middle of a table is damaged, its rows are read from both ends.
    """
    found = 0
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(damaged)) as old:
        into.execute("BEGIN IMMEDIATE")
        for name, (wanted, from_the_end) in TABLES.items():
            columns = _columns(old, name, wanted)
            places = ", ".join("?" * len(columns.split(",")))
            for order in ("", f" ORDER BY {from_the_end}"):
                for row in _readable(old, f"SELECT {columns} FROM {name}{order}"):
                    with suppress(sqlite3.IntegrityError):
                        inserted = into.execute(f"INSERT OR IGNORE INTO {name} ({columns}) VALUES ({places})", row)
                        found += inserted.rowcount
        into.execute("COMMIT")
    return found


def _columns(connection: sqlite3.Connection, table: str, wanted: str) -> str:
    """Return which of the columns a table has: a file of an earlier version has fewer."""
    there = {row[1] for row in _readable(connection, f"PRAGMA table_info({table})")}
    return ", ".join(name for name in wanted.split(", ") if name in there) or wanted


def _readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple]:
    """Yield the rows of a query up to the first that cannot be read."""
    with suppress(sqlite3.Error, UnicodeDecodeError):
        yield from connection.execute(query)
