"""Damage to the file of what is kept, for the tests of whoever reads it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from digitapp.kept.seats import write_part
from digitapp.kept.store import Store


def spoil_a_page(path: Path, rows: int = 400) -> None:
    """Fill a folder's file with many rows of a table and damage a page in the middle of them."""
    store = Store(path.parent)
    with store.transaction():
        for number in range(rows):
            write_part(store, number, "sheet", bytes([number % 256]) * 300)
    store.close()
    _overwrite(path, len(path.read_bytes()) // 2 // 4096)


def spoil_a_table(path: Path, name: str) -> None:
    """Damage the page that leads to all rows of a table."""
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    connection.close()
    _overwrite(path, page - 1)


def _overwrite(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)
