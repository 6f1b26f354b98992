"""A file of runs that cannot be written to is listed and shown all the same, and stays as it is to the byte."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digitapp.kept import FILE_NAME
from digitapp.kept import store as store_module
from digitapp.kept.errors import KeptDamagedError, KeptError, KeptReadOnlyError
from digitapp.kept.read_only import open_to_read
from digitapp.kept.seats import read_part, write_part
from digitapp.kept.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may look into, with a file in it that has one part."""
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "digitapp"
        made.mkdir()
        store = Store(made)
        with store.transaction():
            write_part(store, 0, "a", b"packet")
        store.close()
        os.chmod(name, 0o755)  # noqa: PTH101 - a name
        yield made
        made.chmod(0o755)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def digitapp(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as somebody who may only look at a folder."""
    folder.chmod(0o555)
    for path in folder.iterdir():
        path.chmod(0o444 if path.is_file() else 0o555)
    environment = os.environ | {"XDG_DATA_HOME": str(folder.parent), "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    options = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [sys.executable, "-B", "-m", "digitapp", *arguments]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False, **options)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_the_command_line_lists_what_it_may_only_read(folder: Path) -> None:
    if subprocess.run([sys.executable, "-c", ""], user=65534, check=False).returncode if os.geteuid() == 0 else False:
        pytest.skip("no other user may run this interpreter")
    before = content(folder)
    listed = digitapp(folder, "runs", "list")
    assert listed.returncode == 0 and "no runs yet" in listed.stdout
    assert listed.stderr == "digitapp: the file of runs can only be read: the folder cannot be written to\n"
    refused = digitapp(folder, "runs", "limit", "1GB")
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1 and "cannot be written to" in refused.stderr
    assert content(folder) == before


def unwritable(monkeypatch: pytest.MonkeyPatch, code: int = sqlite3.SQLITE_READONLY) -> None:
    """Let SQLite refuse to change files, as where a folder is read-only or its file system knows no locks."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
            if sql.startswith(("BEGIN", "PRAGMA journal_mode")):
                error = sqlite3.OperationalError("made by a test")
                error.sqlite_errorcode = code
                raise error
            return super().execute(sql, parameters)  # type: ignore[arg-type]

    connect = sqlite3.connect
    monkeypatch.setattr(
        store_module.sqlite3, "connect", lambda *args, **options: connect(*args, factory=Connection, **options)
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (sqlite3.SQLITE_READONLY, "the folder cannot be written to"),
        (sqlite3.SQLITE_CANTOPEN, "the folder cannot be written to"),
        (sqlite3.SQLITE_IOERR_LOCK, "its folder, perhaps in a network, knows no locks"),
        (sqlite3.SQLITE_IOERR_SHMMAP, "its folder, perhaps in a network, knows no locks"),
    ],
)
def test_a_store_that_is_only_read(code: int, reason: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unwritable(monkeypatch, code)
    before = content(folder)
    with pytest.raises(KeptReadOnlyError, match=reason):
        Store(folder)
    with closing(Store(folder, reading=True)) as store:
        assert store.is_read_only and store.reason == reason and store.aside is None
        assert read_part(store, 0, "a") == b"packet"
        with pytest.raises(KeptError), store.transaction():
            write_part(store, 0, "b", b"packet")
        with pytest.raises(KeptError):
            write_part(store, 0, "b", b"packet")
    assert content(folder) == before


def test_what_stands_in_the_log_alone_is_read_too(folder: Path) -> None:
    """As after a power cut, on a disk that was then mounted to be read only."""
    with closing(Store(folder)) as writing:
        with writing.transaction():
            write_part(writing, 0, "late", b"in the log")
        cut = folder.parent / "cut"
        shutil.copytree(folder, cut)
    (cut / f"{FILE_NAME}-shm").unlink(missing_ok=True)
    assert (cut / f"{FILE_NAME}-wal").stat().st_size > 0
    before = content(cut)
    with closing(open_to_read(cut / FILE_NAME)) as connection:
        found = connection.execute("SELECT packet FROM seats WHERE key = 'late'").fetchall()
        assert found == [(b"in the log",)]
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM seats")
    assert content(cut) == before


def test_what_is_damaged_or_of_another_version_is_told_where_it_cannot_be_set_aside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / FILE_NAME
    whole = path.read_bytes()
    for spoil, error in (
        (lambda: path.write_bytes(b"no database " * 500), KeptDamagedError),
        (lambda: without_columns(path), KeptReadOnlyError),
    ):
        path.write_bytes(whole)
        spoil()
        before = content(folder)
        with monkeypatch.context() as patch:
            unwritable(patch)
            with pytest.raises(error):
                Store(folder, reading=True)
        assert content(folder) == before


def without_columns(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("ALTER TABLE runs DROP COLUMN note")
        connection.commit()


@pytest.mark.parametrize("beside", ["networks/run-a.1.safetensors", f"{FILE_NAME}-wal"])
def test_a_file_that_was_emptied_is_set_aside_with_its_log(beside: str, folder: Path) -> None:
    path = folder / FILE_NAME
    path.write_bytes(b"")
    (folder / beside).parent.mkdir(exist_ok=True)
    (folder / beside).write_bytes(b"something")
    with closing(Store(folder)) as store:
        assert store.aside is not None and store.aside.stat().st_size == 0 and "empty" in store.reason
        assert beside != f"{FILE_NAME}-wal" or Path(f"{store.aside}-wal").read_bytes() == b"something"
        with store.transaction():
            write_part(store, 0, "a", b"packet")
    with closing(Store(folder)) as again:
        assert again.aside is None and read_part(again, 0, "a") == b"packet"


def test_a_locked_file_is_told_as_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_PATIENCE_S", 0.05)
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        before = content(folder)
        with pytest.raises(KeptError, match="another program keeps it locked"):
            Store(folder, reading=True)
        assert content(folder) == before
        other.execute("ROLLBACK")
