"""Damage to the file of what is kept, for the tests of whoever reads it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from digitapp.kept.seats import write_part
from digitapp.kept.store import Store


def spoil_a_page(path: Path, rows: int = 400) -> None:
    """Fill a folder's file with many rows of a table and damage a page of rows in the middle of them."""
    store = Store(path.parent)
    with store.transaction():
        for number in range(rows):
            write_part(store, number, "sheet", bytes([number % 256]) * 300)
    store.close()
    content = path.read_bytes()
    middle, leaf = len(content) // 2 // 4096, 0x0A  # https://www.sqlite.org/fileformat2.html, section 1.6
    _overwrite(path, next(page for page in range(middle, len(content) // 4096) if content[page * 4096] == leaf))


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
