"""The page My hand: collecting with the pen, deleting, undo, files, and fine-tuning, on the real widgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from page_helpers import PAGE_SIZE, OpenSession, ShowPage, settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitapp.datasets.collection import Collection, Sample, read_collection, write_collection
from digitapp.datasets.handwriting import generate_drawings
from digitapp.gui.canvas.surface import Touch
from digitapp.gui.pages.hand import tuning
from digitapp.gui.pages.hand.page import HandPage
from digitapp.gui.settings import Settings
from digitapp.training import fine_tuning

OpenHand = Callable[..., HandPage]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's own folder, in which there are no digits yet; data are read from another one, which stays as it is."""
    shared = tmp_path / "data"
    shared.mkdir()
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(shared))
    monkeypatch.setattr(tuning, "_WRITTEN_DIGITS", 120)
    quick = fine_tuning.Tuning(own=100, others=100, foils=20, config=replace(fine_tuning.TUNING.config, epochs=1))
    monkeypatch.setattr(tuning, "fine_tune", partial(fine_tuning.fine_tune, tuning=quick))
    yield tmp_path / "user"
    assert list(shared.iterdir()) == []


@pytest.fixture
def open_hand(open_session: OpenSession, show_page: ShowPage, qtbot: QtBot, folder: Path) -> OpenHand:  # noqa: ARG001
    """Return a function that shows the page, whose collection has been read."""

    def open_it(problem: str = "mnist", size: tuple[int, int] = PAGE_SIZE) -> HandPage:
        page = show_page(HandPage, open_session(problem), size)
        if problem == "mnist":
            qtbot.waitUntil(lambda: page.session.hand.is_ready)
        return page

    return open_it


@pytest.fixture
def page(open_hand: OpenHand) -> HandPage:
    page = open_hand()
    page.stage.by_itself.setChecked(False)
    return page


def draw(page: HandPage, shift: int = 0) -> None:
    canvas = page.stage.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60 + shift, 40))
    for y in range(50, 200, 20):
        QTest.mouseMove(canvas, QPoint(70 + shift, y))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(75 + shift, 200))
    settle()


def collection_of(count: int) -> Collection:
    digits = generate_drawings(count, np.random.default_rng(2))
    return Collection().extended(Sample(d.drawing, d.style.label, d.pen_width) for d in digits)


def prompt(page: HandPage) -> str:
    settle()
    return page.stage.prompt.text()


def test_a_drawn_digit_is_kept_and_the_next_one_asked_for(page: HandPage, qtbot: QtBot, folder: Path) -> None:
    assert prompt(page) == "Draw a 0 (1 of 10)"
    assert not page.stage.keep.isEnabled()
    draw(page)
    QTest.mouseClick(page.stage.keep, Qt.MouseButton.LeftButton)
    assert prompt(page) == "Draw a 1 (1 of 10)"
    assert page.surface.drawing.is_empty
    sample = page.session.hand.collection.samples[0]
    assert (sample.label, sample.held_out, sample.pen_width) == (0, False, page.session.pen_width)
    path = folder / "my-hand.json"
    qtbot.waitUntil(lambda: path.is_file() and len(read_collection(path)) == 1)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_keep(page: HandPage, qtbot: QtBot, key: Qt.Key) -> None:
    page.window().activateWindow()
    page.stage.canvas.setFocus()
    draw(page)
    qtbot.keyClick(page.stage.canvas, key)
    assert len(page.session.hand.collection) == 1


def test_a_digit_is_kept_by_itself_when_the_pen_rests(open_hand: OpenHand, qtbot: QtBot) -> None:
    page = open_hand()
    assert page.stage.by_itself.isChecked()
    page._resting.setInterval(20)
    draw(page)
    qtbot.waitUntil(lambda: len(page.session.hand.collection) == 1)
    assert prompt(page) == "Draw a 1 (1 of 10)"


def test_an_empty_canvas_is_no_digit(page: HandPage) -> None:
    page.keep()
    assert len(page.session.hand.collection) == 0


def test_skip_comes_back_to_the_digit_later(page: HandPage) -> None:
    page.skip()
    assert prompt(page).startswith("Draw a 1")
    for shift in range(9):
        draw(page, shift)
        page.keep()
    assert prompt(page).startswith("Draw a 0")


def test_number_keys_and_rows_choose_the_digit(page: HandPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.stage.canvas, Qt.Key.Key_7)
    assert prompt(page) == "Draw a 7 (1 of 10)"
    row = page.stage.grid._rows[4]
    QTest.mouseClick(page.stage.grid, Qt.MouseButton.LeftButton, pos=QPoint(6, row.top() + 8))
    assert prompt(page) == "Draw a 4 (1 of 10)"


def test_undo_takes_back_strokes_then_digits(page: HandPage) -> None:
    draw(page)
    page.keep()
    draw(page, 10)
    draw(page, 30)
    assert len(page.surface.drawing.strokes) == 2
    page.undo()
    page.undo()
    assert page.surface.drawing.is_empty
    assert len(page.session.hand.collection) == 1
    page.undo()
    assert len(page.session.hand.collection) == 0
    page.redo()
    page.redo()
    page.artwork.start_again()
    page.redo()
    assert len(page.session.hand.collection) == 1


def test_the_eraser_end_of_a_pen_takes_a_stroke_away(page: HandPage) -> None:
    draw(page)
    draw(page, 60)
    page.surface.begin(Touch(QPointF(70, 100), erases=True))
    page.surface.finish()
    assert len(page.surface.drawing.strokes) == 1
    page.undo()
    assert len(page.surface.drawing.strokes) == 2
    assert page.session.drawing.is_empty, "the Draw page has a drawing of its own"


def test_an_abandoned_stroke_leaves_the_sheet_as_it_was(page: HandPage, qtbot: QtBot) -> None:
    canvas = page.stage.canvas
    before = canvas.grab().toImage()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
    QTest.mouseMove(canvas, QPoint(90, 120))
    assert canvas.grab().toImage() != before
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert page.surface.drawing.is_empty and not page.stage.keep.isEnabled()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 120))
    assert page.surface.drawing.is_empty


def test_every_third_digit_is_marked_as_held_out(page: HandPage) -> None:
    for shift in range(3):
        page.choose_label(5)
        draw(page, 5 * shift)
        page.keep()
    first, _, third = page.session.hand.collection.samples
    assert "train on" in page.stage.grid.describe(first)
    assert "held out" in page.stage.grid.describe(third)


def test_selected_digits_are_deleted_and_brought_back(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(20).samples, "x")
    settle()
    grid, samples = page.stage.grid, page.session.hand.collection.samples
    assert not page.stage.delete.isEnabled()
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.rect_of(samples[3]).center())
    QTest.mouseClick(
        grid, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, grid.rect_of(samples[8]).center()
    )
    assert set(grid.selected) == {samples[3], samples[8]}
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert page.session.hand.collection.samples == tuple(s for s in samples if s not in (samples[3], samples[8]))
    assert grid.selected == ()
    page.undo()
    assert page.session.hand.collection.samples == samples


def test_arrow_keys_walk_over_the_digits(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(40).samples, "x")
    settle()
    grid = page.stage.grid
    for key, there in ((Qt.Key.Key_Right, (0, 0)), (Qt.Key.Key_Right, (0, 1)), (Qt.Key.Key_Down, (1, 1))):
        qtbot.keyClick(grid, key)
        label, index = there
        assert grid.selected == (page.session.hand.collection.of_label(label)[index],)


def test_both_accuracies_stand_side_by_side_with_their_counts(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(60).samples, "x")
    settle()
    inspector = page.inspector
    qtbot.waitUntil(lambda: " of 20" in inspector.hand.value.text())
    assert inspector.hand.value.objectName() == "handAccuracy"
    assert "20 held-out digits" in inspector.doubt.text()
    qtbot.waitUntil(lambda: inspector.others.value.text().endswith(" of 10"), timeout=20_000)
    assert inspector.others.value.accessibleName() == "Built-in handwriting"
    assert inspector.get_mnist.isVisible()


def test_fine_tuning_makes_a_network_that_can_be_thrown_away(page: HandPage, qtbot: QtBot, tmp_path: Path) -> None:
    session = page.session
    page.fine_tune()
    assert not page.tuner.is_running  # there is nothing to learn from
    session.hand.add(collection_of(60).samples, "x")
    settle()
    before, name = session.network, session.model.name
    keys = [entry.key for entry in session.model_entries]
    parameters = before.parameters.copy()
    page.fine_tune()
    assert page.inspector.cancel_button.isVisible()
    with qtbot.waitSignal(page.tuner.tuned, timeout=30_000):
        pass
    assert session.current_entry.model.name == f"{name} + my hand"
    assert session.model.training["foils"] > 0, "the shipped network knows what is no digit"
    assert session.network is not before
    assert np.array_equal(before.parameters, parameters)
    settle()
    assert "held-out digits are read right" in page.inspector.result.text()
    assert "before" in page.inspector.hand.before.text()
    assert "before" in page.inspector.others.before.text()
    page.save_to(tmp_path / "mine")
    assert (tmp_path / "mine.safetensors").is_file()
    page.throw_away()
    assert session.network is before
    settle()
    assert not page.inspector.result.isVisible()
    assert [entry.key for entry in session.model_entries] == keys


def test_fine_tuning_again_begins_with_the_same_network(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(30).samples, "x")
    settle()
    name, count = page.session.model.name, len(page.session.model_entries)
    for _ in range(2):
        with qtbot.waitSignal(page.tuner.tuned, timeout=30_000):
            page.fine_tune()
    assert page.session.model.name == f"{name} + my hand"
    assert len(page.session.model_entries) == count + 1


def test_fine_tuning_can_be_cancelled(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(30).samples, "x")
    settle()
    page.fine_tune()
    page.inspector.cancel_button.click()
    qtbot.waitUntil(lambda: not page.tuner.is_running, timeout=20_000)
    assert page.session.current_entry.origin == "shipped"
    assert page.inspector.tune_button.isVisible()
    assert not page.inspector.result.isVisible()


def test_a_network_that_was_never_trained_gives_a_sentence(page: HandPage, qtbot: QtBot) -> None:
    page.session.hand.add(collection_of(30).samples, "x")
    settle()
    page.session.network.parameters[:] = np.nan
    with qtbot.waitSignal(page.tuner.failed, timeout=30_000):
        page.fine_tune()
    assert "stopped by itself" in page.inspector.result.text()


def test_export_and_import_give_the_same_digits(page: HandPage, qtbot: QtBot, tmp_path: Path) -> None:
    hand, files = page.session.hand, page.files
    hand.add(collection_of(40).samples, "x")
    settle()
    samples = hand.collection.samples
    for export, path in ((files.export_drawings, tmp_path / "own.json"), (files.export_idx, tmp_path / "idx")):
        with qtbot.waitSignal(files.done):
            export(path)
        hand.remove(samples, "x")
        with qtbot.waitSignal(files.done):
            files.import_path(path)
        again = hand.collection
        assert sorted((s.label, s.held_out) for s in again.samples) == sorted((s.label, s.held_out) for s in samples)
        hand.remove(again.samples, "x")
        hand.add(samples, "x")
        settle()


def test_importing_twice_adds_nothing(page: HandPage, qtbot: QtBot, tmp_path: Path) -> None:
    write_collection(tmp_path / "own.json", collection_of(12))
    for _ in range(2):
        with qtbot.waitSignal(page.files.done):
            page.files.import_path(tmp_path / "own.json")
    assert len(page.session.hand.collection) == 12
    assert "12 were there already" in page.status_text


@pytest.mark.parametrize("name", ["damaged.json", "missing.json", "lonely-labels-idx1-ubyte"])
def test_a_bad_file_gives_one_sentence(page: HandPage, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    if name != "missing.json":
        (tmp_path / name).write_text("{")
    with qtbot.waitSignal(page.files.failed):
        page.files.import_path(tmp_path / name)
    assert name in page.stage.note.text()
    assert page.stage.note.isVisible()
    assert len(page.session.hand.collection) == 0


def test_a_damaged_collection_is_set_aside_and_said(open_hand: OpenHand, folder: Path) -> None:
    folder.mkdir()
    (folder / "my-hand.json").write_text('{"drawings": [{"label": 3}]}')
    page = open_hand()
    assert "my-hand.damaged-1.json" in page.stage.note.text()
    assert json.loads((folder / "my-hand.damaged-1.json").read_text())["drawings"] == [{"label": 3}]


def test_digits_of_the_last_time_are_there(open_hand: OpenHand, folder: Path) -> None:
    write_collection(folder / "my-hand.json", collection_of(30))
    page = open_hand()
    assert len(page.session.hand.collection) == 30
    assert prompt(page) == "Draw a 0 (4 of 10)"


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_lost(
    open_hand: OpenHand, qtbot: QtBot, folder: Path
) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file where the folder should be")
    page = open_hand()
    page.stage.by_itself.setChecked(False)
    draw(page)
    with qtbot.waitSignal(page.session.hand.troubled):
        page.keep()
    assert "not on the disk yet" in page.stage.note.text()
    assert len(page.session.hand.collection) == 1
    folder.unlink()  # there is room again
    qtbot.waitUntil(lambda: not page.session.hand.is_behind)
    assert len(read_collection(folder / "my-hand.json")) == 1


def test_the_toy_says_why_not_and_offers_the_way(open_hand: OpenHand, qtbot: QtBot) -> None:
    page = open_hand("toy")
    assert not page.stage.isVisible()
    assert not page.inspector.isVisible()
    assert page._elsewhere.isVisible()
    page._switch_problem()
    settle()
    assert page.stage.isVisible()
    assert page.session.problem.key == "mnist"
    qtbot.waitUntil(lambda: page.session.hand.is_ready)


@pytest.mark.parametrize("size", [(952, 569), (1208, 714), (1848, 990)])
def test_ten_digits_stand_in_a_row_and_nothing_is_cut_off(open_hand: OpenHand, size: tuple[int, int]) -> None:
    page = open_hand(size=size)
    page.session.hand.add(collection_of(100).samples, "x")
    settle()
    grid, inspector = page.stage.grid, page.inspector
    for label in range(10):
        tops = {grid.rect_of(sample).top() for sample in page.session.hand.collection.of_label(label)}
        assert len(tops) == 1
        assert all(grid.rect_of(s).right() <= grid.width() for s in page.session.hand.collection.of_label(label))
    assert inspector.content.minimumSizeHint().width() <= inspector.width()
    assert page.minimumSizeHint().width() <= page.width()


@pytest.mark.usefixtures("folder")
def test_a_hidden_page_asks_for_nothing(qtbot: QtBot, open_session: OpenSession, settings: Settings) -> None:
    session = open_session()
    page = HandPage(session, settings)
    qtbot.addWidget(page)
    session.hand.request()
    qtbot.waitUntil(lambda: session.hand.is_ready)
    session.hand.add(collection_of(10).samples, "x")
    settle()
    assert page.stage.grid._places == []
    assert not page._reading.is_busy


def test_two_windows_see_each_others_digits(open_session: OpenSession, qtbot: QtBot, folder: Path) -> None:
    one, other = open_session("mnist").hand, open_session("mnist").hand
    samples = [replace(sample, label=number) for number, sample in enumerate(collection_of(3).samples, 1)]
    mine, theirs = samples[:2], samples[2:]
    for hand in (one, other):
        hand.request()
        qtbot.waitUntil(lambda hand=hand: hand.is_ready)
    one.add(mine, "Draw")
    qtbot.waitUntil(lambda: (folder / "my-hand.json").is_file())
    other.add(theirs, "Draw")
    for hand in (one, other):
        qtbot.waitUntil(lambda hand=hand: len(hand.collection) == 3)
    other.undo_stack.undo()  # takes back what was done here, and nothing else
    for hand in (one, other):
        qtbot.waitUntil(lambda hand=hand: [sample.label for sample in hand.collection.samples] == [1, 2])
    assert len(read_collection(folder / "my-hand.json")) == 2
