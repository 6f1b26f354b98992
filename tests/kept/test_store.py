"""The SQLite file: what it is found as, and that nothing in it is ever written over that is not this program's."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kept_helpers import spoil_a_page, spoil_a_table

from digitapp.kept import FILE_NAME
from digitapp.kept import store as store_module
from digitapp.kept.errors import KeptDamagedError, KeptError
from digitapp.kept.networks import read_networks
from digitapp.kept.seats import read_part, seats_by_use, take_seat, write_part
from digitapp.kept.store import Store
from digitapp.kept.sweeping import sweep_kept
from digitapp.kept.writer import Writer


def written(folder: Path, key: str = "a") -> None:
    store = Store(folder)
    with store.transaction():
        write_part(store, 0, key, b"packet")
    store.close()


def test_what_is_written_is_there_for_the_next(tmp_path: Path) -> None:
    written(tmp_path / "user")
    store = Store(tmp_path / "user")
    assert read_part(store, 0, "a") == b"packet" and read_part(store, 1, "a") is None
    assert store.check() == [] and store.aside is None
    store.close()


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    done: list[str] = []
    with pytest.raises(RuntimeError), store.transaction():
        write_part(store, 0, "a", b"packet")
        store.afterwards(lambda: done.append("file"))
        raise RuntimeError
    with store.transaction():
        write_part(store, 0, "b", b"packet")
        with pytest.raises(RuntimeError), store.part():
            write_part(store, 0, "c", b"packet")
            raise RuntimeError
    assert [read_part(store, 0, key) for key in "abc"] == [None, b"packet", None]
    assert done == []
    store.close()


def damage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + bytes(200))


def garbage(path: Path) -> None:
    path.write_bytes(b"no database " * 500)


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


def newer(path: Path) -> None:
    written(path.parent)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def without_a_table(path: Path) -> None:
    written(path.parent)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE moments")
    connection.close()


def without_a_version(path: Path) -> None:
    written(path.parent)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = -16777214")
    connection.close()


def with_names_that_are_no_text(path: Path) -> None:
    written(path.parent)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE seats", b"CREATE TABLE s\xff\xfets"))


@pytest.mark.parametrize(
    "spoil",
    [damage, garbage, foreign, newer, without_a_table, without_a_version, with_names_that_are_no_text],
)
def test_a_file_that_cannot_be_used_is_set_aside_untouched(spoil, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    spoil(path)
    before = path.read_bytes()
    store = Store(tmp_path)
    assert store.aside is not None and store.reason
    assert store.aside.read_bytes() == before
    with store.transaction():
        write_part(store, 0, "a", b"packet")
    store.close()
    path.unlink()
    spoil(path)  # again: the first one stays, too
    again = Store(tmp_path)
    assert again.aside not in (None, store.aside)
    assert store.aside.read_bytes() == before
    again.close()


def test_an_empty_file_is_a_beginning(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    store = Store(tmp_path)
    assert store.aside is None
    store.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(KeptError):
        Store(tmp_path / "file" / "user")


def test_a_store_notices_that_its_file_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.is_in_place
    (tmp_path / FILE_NAME).rename(tmp_path / "elsewhere")
    assert not store.is_in_place
    store.close()


def test_two_windows_sit_on_two_seats(tmp_path: Path) -> None:
    first, second = take_seat(tmp_path, []), take_seat(tmp_path, [])
    assert {first.number, second.number} == {0, 1}
    first.leave()
    third = take_seat(tmp_path, [1, 0])
    assert third.number == 0  # 1 is still taken
    second.leave()
    third.leave()


def test_where_no_lock_can_be_made_there_is_a_seat_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("no folder")
    assert take_seat(tmp_path / "user", [3, 4]).number == 3
    assert take_seat(tmp_path / "user", []).number == 0


def test_the_seat_that_was_left_last_is_taken_first(tmp_path: Path) -> None:
    from digitapp.kept.seats import mark_used

    store = Store(tmp_path)
    with store.transaction():
        for seat, moment in ((0, 5.0), (1, 9.0), (2, 7.0)):
            mark_used(store, seat, moment)
    assert seats_by_use(store) == [1, 2, 0]
    store.close()


@pytest.mark.parametrize("number", range(12))
def test_many_that_make_it_at_once_lose_nothing(tmp_path: Path, number: int) -> None:
    together = threading.Barrier(6)

    def open_and_write(seat: int) -> None:
        together.wait()
        store = Store(tmp_path)
        with store.transaction():
            write_part(store, seat, f"round {number}", b"packet")
        store.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_and_write, range(6)))
    store = Store(tmp_path)
    assert [read_part(store, seat, f"round {number}") for seat in range(6)] == [b"packet"] * 6
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_of_a_file_with_a_damaged_page_the_rest_is_taken_over(tmp_path: Path) -> None:
    rows = 400
    spoil_a_page(tmp_path / FILE_NAME, rows)
    store = Store(tmp_path)
    with pytest.raises(KeptDamagedError):
        store.rows("SELECT packet FROM seats")
    store.renew()
    assert store.aside is not None and store.is_in_place and store.check() == []
    kept = {seat for (seat,) in store.rows("SELECT seat FROM seats")}
    assert rows // 2 < len(kept) < rows and {0, rows - 1} <= kept  # from both ends
    with store.transaction():
        write_part(store, 0, "b", b"packet")
    store.close()


def test_a_damaged_file_is_renewed_by_who_writes(tmp_path: Path) -> None:
    told: list[Exception | None] = []
    writer = Writer(tmp_path, told.append, told.append)

    def wish(store: Store) -> None:
        if store.aside is None:
            raise KeptDamagedError(store.path, "it is damaged")
        write_part(store, 0, "a", b"packet")

    writer.put("a", wish)
    assert writer.close(60)
    assert isinstance(told[0], KeptDamagedError) and told[0].aside is not None and told[1:] == [None]
    store = Store(tmp_path)
    assert read_part(store, 0, "a") == b"packet"
    store.close()


@pytest.mark.parametrize("odd", [None, 3, b"bytes", "", "..", "../precious", "/precious", "a/b", "nul\0"])
def test_whatever_stands_in_a_damaged_row_is_left_out_and_deletes_nothing(odd: object, tmp_path: Path) -> None:
    folder = tmp_path / "user"
    (tmp_path / "precious").write_text("not ours")
    store = Store(folder)
    for name in ("networks", "checkpoints"):
        (folder / name).mkdir()
    with store.transaction():
        store.run("CREATE TABLE odd (value)")
        store.run("INSERT INTO odd VALUES (?)", odd)
        store.run("DROP TABLE networks")
        store.run("CREATE TABLE networks (seat, problem, key, place, name, file, digest, packet, written, removed)")
        store.run("INSERT INTO networks SELECT 0, 'toy', 'k', 0, 'n', value, '', value, 0, NULL FROM odd")
        store.run("INSERT INTO networks SELECT 0, 'toy', 'l', 0, 'n', value, '', value, 0, 1 FROM odd")
        store.run("DROP TABLE seats")
        store.run("CREATE TABLE seats (seat, key, packet)")
        store.run("INSERT INTO seats SELECT value, 'last used', value FROM odd")
    assert all(isinstance(network.path, Path) and network.key == "k" for network in read_networks(store, 0, "toy"))
    assert all(isinstance(seat, int) for seat in seats_by_use(store))
    with store.transaction():
        sweep_kept(store)
        store.delete_afterwards("checkpoints", odd)
    assert (tmp_path / "precious").exists() and folder.is_dir()
    store.close()


@pytest.mark.parametrize("version", range(1, store_module.VERSION))
def test_a_file_of_a_version_before_is_brought_up_to_date_and_salvaged(version: int, tmp_path: Path) -> None:
    """With its rows, sound or damaged."""
    for is_damaged in (False, True):
        folder = tmp_path / str(is_damaged)
        folder.mkdir()
        connection = sqlite3.connect(folder / FILE_NAME)
        for step in range(1, version + 1):
            connection.executescript(store_module._MIGRATIONS[step])
        connection.execute(f"PRAGMA application_id = {store_module._APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        columns = "run, seat, problem, number, state, began, facts"
        for number in range(40):
            values = f"run {number}", 0, "toy", number, "ended", float(number), b"x" * 300
            connection.execute(f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        connection.commit()
        connection.close()
        if is_damaged:
            spoil_a_table(folder / FILE_NAME, "seats")
        store = Store(folder)
        if is_damaged:
            with pytest.raises(KeptDamagedError):
                store.rows("SELECT packet FROM seats")
            store.renew()
        new = "max(name), max(summary), max(removed), max(note), max(marked), max(best), max(readings), max(test)"
        found = store.rows(f"SELECT count(*), {new} FROM runs")
        assert found == [(40, "", None, None, "", 0, None, None, None)]
        store.close()
