"""The thread that writes: the newest wish counts, and what could not be written is written later."""

from __future__ import annotations

import threading
from pathlib import Path

from digitapp.kept.seats import read_part, write_part
from digitapp.kept.store import Store
from digitapp.kept.writer import Writer

PATIENCE = 60.0


class Listener:
    """Remembers what a writer tells."""

    def __init__(self) -> None:
        self.told: list[Exception | None] = []
        self.spoilt: list[Exception] = []
        self.heard = threading.Condition()

    def tell(self, error: Exception | None) -> None:
        with self.heard:
            self.told.append(error)
            self.heard.notify_all()

    def wait_for(self, count: int) -> None:
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.told) >= count, PATIENCE)


def kept_parts(folder: Path) -> dict[str, bytes]:
    store = Store(folder)
    rows = store.rows("SELECT key, packet FROM seats")
    store.close()
    return dict(rows)


def part(key: str, packet: bytes):
    return lambda store: write_part(store, 0, key, packet)


def test_of_many_wishes_the_newest_is_written(tmp_path: Path) -> None:
    listener, ready = Listener(), threading.Event()
    writer = Writer(tmp_path, listener.tell, listener.spoilt.append)
    writer.put("gate", lambda _store: ready.wait())
    times: list[int] = []

    def wish(number: int):
        def write(store: Store) -> None:
            times.append(number)
            write_part(store, 0, "a", bytes([number]))

        return write

    for number in range(100):
        writer.put("a", wish(number))
    ready.set()
    assert writer.close(PATIENCE)
    assert kept_parts(tmp_path) == {"a": bytes([99])}
    assert len(times) <= 2
    assert listener.told == [] and writer.waiting == ()


def test_what_cannot_be_written_waits_for_the_disk(tmp_path: Path) -> None:
    listener = Listener()
    folder = tmp_path / "user"
    folder.write_text("in the way")
    writer = Writer(folder, listener.tell, listener.spoilt.append)
    writer.put("a", part("a", b"1"))
    listener.wait_for(1)
    assert isinstance(listener.told[0], Exception) and writer.waiting == ("a",)
    writer.put("a", part("a", b"2"))
    writer.put("b", part("b", b"3"))
    assert not writer.flush(PATIENCE)  # at once, for it is tried at once and fails
    folder.unlink()
    assert writer.flush(PATIENCE)
    listener.wait_for(2)
    assert listener.told[1:] == [None]  # said once, and once that it is over
    assert kept_parts(folder) == {"a": b"2", "b": b"3"}
    assert writer.close(PATIENCE)


def test_one_wish_that_fails_does_not_hold_up_the_rest(tmp_path: Path) -> None:
    listener = Listener()
    writer = Writer(tmp_path, listener.tell, listener.spoilt.append)

    def fail(store: Store) -> None:
        write_part(store, 0, "half", b"done")
        raise ValueError("not to be kept")

    writer.put("a", fail)
    writer.put("b", part("b", b"3"))
    assert writer.close(PATIENCE)
    assert kept_parts(tmp_path) == {"b": b"3"}
    assert [str(error) for error in listener.spoilt] == ["not to be kept"]


def test_a_folder_that_vanishes_is_noticed(tmp_path: Path) -> None:
    listener = Listener()
    folder = tmp_path / "stick"
    writer = Writer(folder, listener.tell, listener.spoilt.append)
    writer.put("a", part("a", b"1"))
    assert writer.flush(PATIENCE)
    folder.rename(tmp_path / "pulled")
    folder.write_text("nothing can be written here")
    writer.put("b", part("b", b"2"))
    listener.wait_for(1)
    folder.unlink()
    (tmp_path / "pulled").rename(folder)
    assert writer.close(PATIENCE)
    store = Store(folder)
    assert read_part(store, 0, "a") == b"1" and read_part(store, 0, "b") == b"2"
    store.close()


def test_nothing_is_taken_after_the_end(tmp_path: Path) -> None:
    listener = Listener()
    writer = Writer(tmp_path / "user", listener.tell, listener.spoilt.append)
    assert writer.close(PATIENCE)
    writer.put("a", part("a", b"1"))
    assert not (tmp_path / "user").exists()
