"""How much room the runs take, and what goes where that is too much: weights of the oldest, never a line."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptError
from digitapp.kept.limits import LEAST_LIMIT, USUAL_LIMIT, disk_use, leaving, make_room, read_limit, write_limit
from digitapp.kept.presence import run_lock
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store
from digitapp.kept.sweeping import sweep_kept

MB = 1_000_000
FATES = st.sampled_from(["ended", "deleted", "marked", "interrupted", "under way"])
RUNS = st.lists(st.tuples(FATES, st.integers(0, 6)), max_size=12)
TURNS = {"deleted": 0, "ended": 1, "interrupted": 2}


def add_run(store: Store, key: str, kind: str, began: float, size: int, *, same: bool = False) -> None:
    """Add a run whose weights take `size` MB: half of it a network, a quarter each a checkpoint and moments."""
    state = RunFate.UNDER_WAY if kind in ("interrupted", "under way") else RunFate.ENDED
    checkpoint, network = f"{key}.1.safetensors", f"run-{key}.abc.safetensors"
    for folder, name, quarters in (("checkpoints", checkpoint, 1), ("networks", network, 2)):
        (store.folder / folder).mkdir(exist_ok=True)
        with (store.folder / folder / name).open("wb") as file:
            file.truncate(size * MB * quarters // 4)  # which takes no room
    columns = "run, seat, problem, number, state, began, facts, history, checkpoint, network, best, marked, removed"
    removed = time.time() if kind == "deleted" else None
    values = key, -1, "toy", 1, state, began, b"facts", b"history", checkpoint, network
    values += network if same else None, kind == "marked", removed
    store.run(f"INSERT INTO runs ({columns}) VALUES ({', '.join('?' * len(values))})", *values)
    if size:
        store.run("INSERT INTO moments VALUES (?, 1, zeroblob(?))", key, size * MB // 4)


@settings(max_examples=25, deadline=None)
@given(runs=RUNS, limit=st.integers(10, 40), same=st.booleans())
def test_the_oldest_weights_go_until_the_rest_fits(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[str, int]], limit: int, same: bool
) -> None:
    store = Store(tmp_path_factory.mktemp("runs"))
    locks = []
    with store.transaction():
        for began, (kind, size) in enumerate(runs):
            add_run(store, f"{began:032x}", kind, float(began), size, same=same)
            if kind == "under way":
                locks.append(run_lock(store.folder, f"{began:032x}"))
                assert locks[-1].take()
        write_limit(store, limit * MB)
    before = store.rows("SELECT run, state, began, facts, history, marked, removed FROM runs ORDER BY run")
    assert disk_use(store).taken == pytest.approx(MB * sum(size for _, size in runs), abs=100 * (len(runs) + 1))
    foreseen = leaving(store)
    with store.transaction():
        assert make_room(store) == foreseen
    assert store.rows("SELECT run, state, began, facts, history, marked, removed FROM runs ORDER BY run") == before
    order = [began for began, (kind, size) in enumerate(runs) if kind in TURNS and size]
    order.sort(key=lambda began: (TURNS[runs[began][0]], began))
    gone = [int(key, 16) for key in foreseen]
    assert gone == order[: len(gone)]  # no more of them than needed:
    left = sum(size for began, (_, size) in enumerate(runs) if began not in gone)
    assert left <= limit or gone == order
    assert not gone or left + runs[gone[-1]][1] > limit - 1
    for began, (_, size) in enumerate(runs):
        (row,) = store.rows("SELECT checkpoint, network, best FROM runs WHERE run = ?", f"{began:032x}")
        files = [*store.folder.glob(f"*/*{began:032x}*.safetensors")]
        moments = store.rows("SELECT count(*) FROM moments WHERE run = ?", f"{began:032x}")[0][0]
        is_there = bool(row[0]), bool(row[1]), len(files), moments
        assert is_there == ((False, False, 0, 0) if began in gone else (True, True, 2, int(size > 0)))
    for lock in locks:
        lock.release()
    store.close()


def test_a_limit_is_one_for_all_and_no_nonsense(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert read_limit(store) == USUAL_LIMIT
    for wrong in (0, -1, LEAST_LIMIT - 1, 10**18):
        with pytest.raises(ValueError, match="limit"):
            write_limit(store, wrong)
    with store.transaction():
        write_limit(store, 20 * MB)
    other = Store(tmp_path)
    assert read_limit(other) == 20 * MB
    with other.transaction():
        other.run("UPDATE seats SET packet = ? WHERE seat = -1", b"damaged")
    assert read_limit(store) == USUAL_LIMIT
    other.close()
    store.close()
    with pytest.raises(KeptError):
        read_limit(store)


def test_files_that_nobody_names_go_unless_a_file_that_was_set_aside_may_name_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.transaction():
        add_run(store, "a" * 32, "ended", 0.0, 1)
    stray = [tmp_path / "networks" / "run-b.1.safetensors", tmp_path / "checkpoints" / "b.7.safetensors"]
    for path in (*stray, tmp_path / "networks" / "own-1.safetensors"):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    aside = tmp_path / FILE_NAME.replace(".", ".damaged-1.")
    aside.write_bytes(b"")
    for is_aside in (True, False):
        if not is_aside:
            aside.unlink()
        with store.transaction():
            sweep_kept(store)
        assert [path.exists() for path in stray] == [is_aside] * 2
    assert (tmp_path / "networks" / "own-1.safetensors").exists()
    assert len([*tmp_path.glob("*/*" + "a" * 32 + "*")]) == 2
    store.close()
