"""Whether what is kept is whole, and what can be done about it where it is not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from kept_helpers import spoil_a_page
from test_networks import keep, model

from digitapp.datasets.collection import Collection, Sample, read_collection
from digitapp.datasets.collection_file import CollectionFile
from digitapp.drawing.ink import Drawing
from digitapp.kept import FILE_NAME
from digitapp.kept.checking import check
from digitapp.kept.networks import read_networks
from digitapp.kept.store import Store


def digits(*labels: int) -> Collection:
    return Collection().extended(
        Sample(Drawing.from_points([[[label / 10, 0.1], [0.3, 0.9]]]), label) for label in labels
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with digits, a network that was changed once, and a backup."""
    file = CollectionFile(tmp_path / "my-hand.json")
    file.load()
    file.save(digits(1, 2, 3))
    store = Store(tmp_path)
    for seed in (1, 2):
        keep(store, seed)
    store.close()
    return tmp_path


def test_what_is_whole_is_sound(folder: Path, tmp_path: Path) -> None:
    findings = check(folder)
    assert [finding.wrong for finding in findings] == ["", "", ""]
    assert check(tmp_path / "nowhere") == []


def test_a_damaged_digit_comes_back_from_the_backup(folder: Path) -> None:
    path = folder / "my-hand.json"
    path.write_bytes(path.read_bytes().replace(b"0.2", b"0.7", 1))
    (wrong,) = (finding for finding in check(folder) if finding.wrong)
    assert wrong.path == path and "1 of 3" in wrong.wrong and not wrong.repaired
    check(folder, repair=True)
    assert not any(finding.wrong for finding in check(folder))
    assert {sample.label for sample in read_collection(path).samples} == {1, 2, 3}
    assert (folder / "my-hand.damaged-1.json").is_file()


def test_a_damaged_network_gives_way_to_its_last_whole_state(folder: Path) -> None:
    store = Store(folder)
    path = read_networks(store, 0, "toy")[0].path
    path.write_bytes(b"")
    assert any(finding.wrong for finding in check(folder))
    check(folder, repair=True)
    assert not any(finding.wrong for finding in check(folder))
    found = read_networks(store, 0, "toy")[0].load()
    assert found.network.parameters.tobytes() == model(1).network.parameters.tobytes()
    store.close()


def test_a_damaged_backup_is_told(folder: Path) -> None:
    (backup,) = (folder / "backups").iterdir()
    backup.write_bytes(b"{}")
    assert [finding.path for finding in check(folder) if finding.wrong] == [backup]


def test_a_file_that_is_no_database_is_set_aside(folder: Path) -> None:
    for path in folder.glob(f"{FILE_NAME}*"):
        path.unlink()
    (folder / FILE_NAME).write_bytes(b"?" * 2000)
    (finding,) = (finding for finding in check(folder) if finding.wrong)
    assert finding.repaired and (folder / "kept.damaged-1.sqlite3").is_file()
    with sqlite3.connect(folder / FILE_NAME) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)


def test_of_a_database_with_a_damaged_page_the_rest_is_taken_over(tmp_path: Path) -> None:
    spoil_a_page(tmp_path / FILE_NAME)
    (wrong,) = (finding for finding in check(tmp_path) if finding.wrong)
    assert wrong.path.name == FILE_NAME and not wrong.repaired
    (repaired,) = (finding for finding in check(tmp_path, repair=True) if finding.wrong)
    assert "kept.damaged-1.sqlite3" in repaired.repaired
    assert not any(finding.wrong for finding in check(tmp_path))
