"""The page Runs: every run is found again, named, deleted and brought back, opened, and trained once more."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import run_json
from kept_helpers import spoil_a_table
from page_helpers import settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from digitapp import reasons
from digitapp.datasets.dataset import Split
from digitapp.gui.pages.runs.files import _write_curves, _write_runs, _write_table
from digitapp.gui.pages.runs.page import RunsPage
from digitapp.gui.pages.runs.rows import Column, Row
from digitapp.gui.pages.runs.tools import DELETED
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.kept import FILE_NAME
from digitapp.kept.belongings import load_network, read_belongings
from digitapp.kept.errors import KeptReadOnlyError
from digitapp.kept.register import RunLine, delete_runs, name_runs, read_lines
from digitapp.kept.store import Store

OpenRuns = Callable[[], tuple[MainWindow, RunsPage]]
EPOCHS = 4


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the command line has kept two seeds of one experiment, another one, and one in the plane."""
    folder, out = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("out") / "model.safetensors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digitapp.resources.user_data_dir", lambda: folder)
        toy = ("train", "--dataset", "toy", "--epochs", EPOCHS, "--out", out)
        run_json("train", "--dataset", "plane:moons", "--epochs", EPOCHS, "--out", out, "--name", "Moons")
        run_json(*toy, "--activation", "tanh", "--name", "With tanh")
        run_json(*toy, "--repeat", 2, "--name", "Usual")
    yield folder


@pytest.fixture
def kept(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "user"))


@pytest.fixture
def open_runs(open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot) -> OpenRuns:
    """Return a function that opens the window at the page, and waits until the runs are listed."""

    def open_it() -> tuple[MainWindow, RunsPage]:
        window = open_window("toy", kept=kept, page=RunsPage.NAME)
        page = window.page(RunsPage)
        qtbot.waitUntil(lambda: page.runs.is_read and page.model.count > 0)
        return window, page

    return open_it


def names(page: RunsPage) -> list[str]:
    return [page.model.text_of(row, Column.NAME) for row in page.model.rows]


def row_of(page: RunsPage, name: str) -> Row:
    return next(row for row in page.model.rows if page.model.text_of(row, Column.NAME) == name)


def go_to(page: RunsPage, name: str, qtbot: QtBot) -> Row:
    """Go to a row and wait until it is known what is kept of it."""
    row = row_of(page, name)
    page.table.setFocus()
    page.table.go_to(row.key)
    qtbot.waitUntil(lambda: page.inspector.run.open.isEnabled())
    return row


def kept_lines(kept: Path, *, deleted: bool = False) -> dict[str, list[RunLine]]:
    """Return what is on the disk, by name."""
    store = Store(kept)
    try:
        found: dict[str, list[RunLine]] = {}
        for line in read_lines(store, deleted=deleted):
            found.setdefault(line.name, []).append(line)
        return found
    finally:
        store.close()


def network_of(kept: Path, key: str) -> np.ndarray:
    store = Store(kept)
    try:
        path = read_belongings(store, key).end
    finally:
        store.close()
    assert path is not None
    return load_network(path).network.parameters


def test_runs_are_listed_unfolded_sorted_and_found(open_runs: OpenRuns, qtbot: QtBot) -> None:
    window, page = open_runs()
    assert names(page) == ["Usual", "With tanh", "Moons"]
    assert page.status_text == "4 runs recorded"
    usual = page.model.rows[0]
    assert page.model.text_of(usual, Column.NETWORK) == "12-3-2"
    assert "±" in page.model.text_of(usual, Column.BEST)
    assert page.model.text_of(row_of(page, "With tanh"), Column.DIFFERS) == "Tanh"
    assert page.model.text_of(row_of(page, "Moons"), Column.DIFFERS) == "reference"

    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    seeds = sorted(f"Seed {line.seed}" for line in usual.lines)
    assert sorted(names(page)[1:3]) == seeds and len(page.model.rows) == 5
    qtbot.keyClick(page.table, Qt.Key.Key_Left)

    header = page.table.horizontalHeader()
    place = header.sectionViewportPosition(Column.NAME) + 40
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 10))
    assert names(page) == sorted(names(page), key=str.casefold)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 10))
    assert names(page) == sorted(names(page), key=str.casefold, reverse=True)

    QTest.keyClicks(page.tools.finder, "tanh 12-3")
    assert names(page) == ["With tanh"]
    QTest.keyClicks(page.tools.finder, " nowhere")
    assert not page.model.rows and page.stage.nothing.isVisible()
    page.stage.show_all.click()
    assert len(names(page)) == 3 and page.table.isVisible()
    assert window.status._right.text() == "4 runs recorded"


def test_rows_are_chosen_by_keys_and_mouse_and_keep_their_marks(open_runs: OpenRuns, qtbot: QtBot) -> None:
    _window, page = open_runs()
    table, model = page.table, page.model
    go_to(page, "With tanh", qtbot)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    cell = table.visualRect(model.index(0, Column.NAME))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.cells.box_of(cell, model.rows[0]).center())
    assert [row.experiment.name for row in model.chosen] == ["With tanh", "Usual"]
    assert [model.mark_of(row) for row in model.rows[:2]] == [1, 0]
    assert page.tools.chosen.text() == "2 chosen" and page.comparison.isVisible()
    assert model.text_of(model.rows[0], Column.DIFFERS) == "Sigmoid"  # against the one that was chosen first

    model.filter("usual", "")
    model.fold(model.rows[0], is_open=True)
    model.choose(model.rows[1], is_chosen=True)  # one of its runs takes its place
    assert [experiment.name for experiment in page.chosen] == ["With tanh", f"Usual, seed {model.rows[1].newest.seed}"]


def test_a_name_a_mark_and_a_note_are_written_and_taken_back(open_runs: OpenRuns, kept: Path, qtbot: QtBot) -> None:
    window, page = open_runs()
    go_to(page, "Usual", qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit) and editor.text() == "Usual"
    editor.setText("  Sigmoid, as ever ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Sigmoid, as ever" in names(page))
    assert len(kept_lines(kept)["Sigmoid, as ever"]) == 2

    page.inspector.run.star.click()
    page.inspector.run.note.setPlainText("Three units are enough.")
    page.inspector.run.note.write()
    qtbot.waitUntil(lambda: page.table.current is not None and page.table.current.newest.note != "")
    lines = kept_lines(kept)["Sigmoid, as ever"]
    assert all(line.is_marked and line.note == "Three units are enough." for line in lines)

    for _ in range(2):
        window._undo()
    qtbot.waitUntil(lambda: "Usual" in names(page))
    assert not any(line.is_marked for line in kept_lines(kept)["Usual"])


def test_deleted_runs_come_back(open_runs: OpenRuns, kept: Path, qtbot: QtBot) -> None:
    window, page = open_runs()
    go_to(page, "With tanh", qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "With tanh" not in names(page))
    assert page.stage.deleted.isVisible() and "With tanh" in page.stage.deleted.text()
    assert list(kept_lines(kept, deleted=True)) == ["With tanh"]
    page.stage.undo.click()
    qtbot.waitUntil(lambda: "With tanh" in names(page))
    assert not page.stage.deleted.isVisible()

    window._redo()
    qtbot.waitUntil(lambda: "With tanh" not in names(page))
    problems = page.tools.problems
    problems.setCurrentIndex(problems.findData(DELETED))
    problems.activated.emit(problems.currentIndex())
    assert names(page) == ["With tanh"]
    page.inspector.run.restore.click()
    qtbot.waitUntil(lambda: page.model.count == 0)
    assert "With tanh" in kept_lines(kept)


def test_enter_shows_the_network_on_all_pages_and_its_problem(open_runs: OpenRuns, kept: Path, qtbot: QtBot) -> None:
    window, page = open_runs()
    session = window.session
    moons = go_to(page, "Moons", qtbot).newest
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.problem.key == "plane" and session.current_entry.origin == "made")
    assert session.network.parameters.tobytes() == network_of(kept, moons.key).tobytes()
    assert session.current_entry.title == f"Moons, seed {moons.seed}"

    for path in (kept / "networks").glob("run-*"):
        path.write_bytes(path.read_bytes()[:-1])
    go_to(page, "With tanh", qtbot)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    qtbot.waitUntil(page.stage.note.isVisible)
    assert "damaged" in page.stage.note.text() and session.problem.key == "plane"


def test_a_run_is_trained_again_to_the_byte(open_runs: OpenRuns, kept: Path, qtbot: QtBot) -> None:
    window, page = open_runs()
    run = window.session.run
    row = go_to(page, "With tanh", qtbot)
    page.inspector.run.exactly.click()
    qtbot.waitUntil(lambda: window.shown_page.NAME == TrainPage.NAME and run.history.finished is not None)
    qtbot.waitUntil(lambda: not window.keeper._writer.waiting if window.keeper is not None else False)
    lines = kept_lines(kept)["With tanh"]
    assert len(lines) == 2 and lines[0].settings() == row.newest.settings()
    assert network_of(kept, lines[0].key).tobytes() == network_of(kept, row.newest.key).tobytes()
    window.show_page(RunsPage)
    qtbot.waitUntil(lambda: len(row_of(page, "With tanh").lines) == 2)


def test_other_data_are_said_and_nothing_is_trained(
    open_runs: OpenRuns, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, page = open_runs()
    go_to(page, "With tanh", qtbot)
    monkeypatch.setattr(Split, "fingerprint", "another")
    page.inspector.run.exactly.click()
    qtbot.waitUntil(page.stage.note.isVisible)
    assert "another one than then" in page.stage.note.text()
    assert window.shown_page is page and not window.session.any_run_active


def test_one_change_is_marked_against_the_former_run(open_runs: OpenRuns, qtbot: QtBot) -> None:
    window, page = open_runs()
    go_to(page, "With tanh", qtbot)
    page.inspector.run.changed.click()
    train = window.page(TrainPage)
    assert window.shown_page is train
    setup = train.setup
    assert setup.settings.value("activation") == "tanh" and setup.settings.value("epochs") == EPOCHS
    assert setup.former.isVisible() and setup.former.changed == []
    field = setup.settings.field("learning_rate")
    field.setText("0.25")
    field.commit()
    assert setup.former.changed == ["learning_rate"] and "0.25" in setup.former.text()
    window.session.choose_problem("plane")
    qtbot.waitUntil(setup.former.isHidden)


def test_what_others_write_is_listed_without_being_asked_for(open_runs: OpenRuns, kept: Path, qtbot: QtBot) -> None:
    _window, page = open_runs()
    store, lines = Store(kept), page.runs.listed.lines
    with store.transaction():
        delete_runs(store, [line.key for line in lines if line.name == "Usual"])
        name_runs(store, [line.key for line in lines if line.name == "Moons"], "In the plane")
    store.close()
    qtbot.waitUntil(lambda: names(page) == ["With tanh", "In the plane"])


def test_what_a_limit_costs_is_said_before_it_is_set(
    open_runs: OpenRuns, kept: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, page = open_runs()
    qtbot.waitUntil(lambda: page.runs.room is not None)
    assert "of 5 GB" in page.stage.room.text()
    monkeypatch.setattr("digitapp.kept.limits.LEAST_LIMIT", 1)
    room = window.preferences.room
    window.preferences.show()
    room.show_present()
    room.field.setFocus()

    def type_in(text: str) -> None:
        room.field.selectAll()
        QTest.keyClicks(room.field, text)

    for text in ("nothing", "0"):
        type_in(text)
        qtbot.waitUntil(lambda: "Not possible" in room.taken.text())
        assert not room.button.isEnabled()
    monkeypatch.setattr("digitapp.gui.window.run_room._LEAST", 0.0)
    type_in("0.000005")
    qtbot.waitUntil(room.button.isEnabled)
    assert "4 old runs" in room.taken.text() and not page.runs.trouble
    assert len(list((kept / "networks").glob("run-*"))) == 4  # said, and not done yet
    room.button.click()
    qtbot.waitUntil(lambda: page.runs.room is not None and page.runs.room.limit == 5000)
    qtbot.waitUntil(lambda: not list((kept / "networks").glob("run-*")))
    assert page.model.count == 4
    window.preferences.hide()


def test_a_file_that_cannot_be_read_is_said_in_a_sentence(
    open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot
) -> None:
    spoil_a_table(kept / FILE_NAME, "runs")
    window = open_window("toy", kept=kept, page=RunsPage.NAME)
    page = window.page(RunsPage)
    qtbot.waitUntil(lambda: page.runs.is_read)
    settle()
    assert page.stage.note.isVisible() or window.status._kept.text()


def test_runs_that_can_only_be_read_are_listed_and_it_is_said(
    open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Store) -> sqlite3.Connection:
        raise KeptReadOnlyError(self.path, reasons.tr("the folder cannot be written to"))

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_open", refuse)
        window = open_window("toy", kept=kept, page=RunsPage.NAME)
        page = window.page(RunsPage)
        qtbot.waitUntil(lambda: len(page.model.rows) == 3)
        qtbot.waitUntil(page.stage.note.isVisible)
        assert "the folder cannot be written to" in page.stage.note.text()
        assert not page.inspector.run.star.isEnabled() and page.inspector.run.note.isReadOnly()
    assert window.keeper is not None and window.keeper.try_again()  # there is room again, and nobody is asked


def test_before_the_first_run_it_says_how_to_get_one(
    open_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("toy", kept=tmp_path / "nothing", page=RunsPage.NAME)
    page = window.page(RunsPage)
    qtbot.waitUntil(page.stage.empty.isVisible)
    assert not page.table.isVisible()
    page.stage.to_train.click()
    assert window.shown_page.NAME == TrainPage.NAME


def test_runs_go_to_another_computer_and_tables_to_spreadsheets(
    open_runs: OpenRuns, open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window, page = open_runs()
    page.table.toggle(row_of(page, "Usual"))
    files = {name: tmp_path / name for name in ("table.csv", "curves.csv", "runs.json")}
    for path, write in zip(files.values(), (_write_table, _write_curves, _write_runs), strict=True):
        with qtbot.waitSignal(page.files.said):
            page.files.write(path, write)
    table, curves = (files[name].read_text().splitlines() for name in ("table.csv", "curves.csv"))
    assert len(table) == 1 + 2 and len(curves) == 1 + 2 * EPOCHS

    other = open_window("toy", kept=tmp_path / "elsewhere", page=RunsPage.NAME).page(RunsPage)
    with qtbot.waitSignal(other.files.said):
        other.files.read(files["runs.json"])
    qtbot.waitUntil(lambda: names(other) == ["Usual"])
    here, there = row_of(page, "Usual"), row_of(other, "Usual")
    assert [line.results for line in here.lines] == [line.results for line in there.lines]
    qtbot.waitUntil(lambda: all(other.runs.curve(line) is not None for line in there.lines))
    assert all(len(curve) == EPOCHS for line in there.lines if (curve := other.runs.curve(line)) is not None)

    with qtbot.waitSignal(other.files.said):
        other.files.read(files["runs.json"])
    assert "2 runs were here already." in other.status_text
    files["runs.json"].write_text(files["runs.json"].read_text()[:-9])
    other.files.read(files["runs.json"])
    qtbot.waitUntil(other.stage.note.isVisible)
    assert "it is no JSON file" in other.stage.note.text() and names(other) == ["Usual"]
    assert window.isVisible()
