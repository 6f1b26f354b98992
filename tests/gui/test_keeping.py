"""Nobody saves: the next start is where the last window was left, however it ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from kept_helpers import spoil_a_table
from odd_files import few_classes
from page_helpers import noise_digits
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state import data_source
from digitapp.gui.state.models import SHIPPED
from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.walk import Grain
from digitapp.kept import FILE_NAME
from digitapp.kept.networks import KeptNetwork
from digitapp.kept.store import Store
from digitapp.modelfile import save_model
from digitapp.nn.network import WeightRef
from digitapp.training.config import NetworkConfig, TrainConfig

OpenKept = Callable[..., MainWindow]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "user"


@pytest.fixture
def open_kept(
    open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenKept]:
    """Return a function that opens a window which keeps what is made, and waits until all was read.

    What it learns digits from is noise, which is there at once.
    """
    load, noise = data_source.load_dataset, noise_digits(600, 300)
    monkeypatch.setattr(
        data_source, "load_dataset", lambda name, **options: noise if name != "toy" else load(name, **options)
    )

    def open_it(problem: str | None = None, folder: Path = kept) -> MainWindow:
        window = open_window(problem, kept=folder)
        had_runs = (folder / FILE_NAME).exists()
        jobs = window.session._jobs
        qtbot.waitUntil(lambda: not had_runs or len(jobs) == 0)
        return window

    yield open_it


def stroke(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((10, 3), dtype=np.float32)


def kept_label(window: MainWindow) -> QLabel:
    """Return what says what is not on the disk, or could not be read."""
    label = window.findChild(QLabel, "keptLabel")
    assert isinstance(label, QLabel)
    return label


def draw(session: Session, *seeds: int) -> None:
    for seed in seeds:
        value = session.artwork.value
        assert isinstance(value, Drawing)
        session.artwork.commit(Drawing.from_points([*(s.points for s in value.strokes), stroke(seed)]), f"Draw {seed}")


def close(window: MainWindow) -> None:
    QCoreApplication.processEvents()
    assert window.close()


def test_drawing_undo_problem_page_and_choices(open_kept: OpenKept) -> None:
    window = open_kept("mnist")
    session = window.session
    draw(session, 1, 2, 3)
    session.artwork.undo_stack.undo()
    session.select_unit(0, 5)
    session.choose_dataset("handwriting")
    left = session.artwork.sheet
    session.choose_problem("toy")
    session.artwork.commit(BinaryGrid.blank().toggle(0, 1), "Set a pixel")
    window.show_page(FeaturesPage)
    close(window)

    again = open_kept()
    assert again.session.problem.key == "toy" and again.shown_page.NAME == "featuresPage"
    assert again.session.grid == BinaryGrid.blank().toggle(0, 1)
    again.session.choose_problem("mnist")
    session = again.session
    assert session.drawing == left.ink and session.dataset_name == "handwriting" and session.selected == (0, 5)
    assert session.artwork.undo_stack.undoText() == "Draw 2" and session.artwork.undo_stack.redoText() == "Draw 3"
    session.artwork.undo_stack.redo()
    assert len(session.drawing.strokes) == 3
    for _ in range(3):
        session.artwork.undo_stack.undo()
    assert session.drawing.is_empty and session.answer.label is None


def test_weights_changed_by_hand_with_their_undo(open_kept: OpenKept) -> None:
    window = open_kept("toy")
    weights = WeightSurgery.of(window.session)
    start = window.session.network.parameters.copy()
    gesture = weights.surgery.begin_gesture()
    for value in (1.0, 2.0, 2.5):
        weights.set(WeightRef(0, 6, 0), value, gesture)
    weights.surgery.end_gesture()
    weights.lock(WeightRef(0, 6, 0))
    weights.swap(0, 0, 1)
    end = window.session.network.parameters.tobytes()
    close(window)

    session = open_kept().session
    weights = WeightSurgery.of(session)
    assert session.network.parameters.tobytes() == end
    assert weights.is_locked(WeightRef(0, 6, 1)) and weights.surgery.undo_stack.count() == 3
    for _ in range(3):
        weights.surgery.undo()
    assert session.network.parameters.tobytes() == start.tobytes() and not session.current_entry.marks.held
    weights.surgery.redo()
    assert weights.value(WeightRef(0, 6, 0)) == 2.5


def test_networks_changed_by_hand_with_their_undo(open_kept: OpenKept) -> None:
    window = open_kept("mnist")
    session = window.session
    surgery = Surgery.of(session)
    surgery.toggle(0, 3)
    surgery.freeze(0, 5)
    surgery.zero(0, 7)
    surgery.undo()
    key, parameters, record = session.current_entry.key, session.network.parameters.copy(), dict(session.model.training)
    name = session.model.name
    close(window)

    session = open_kept().session
    surgery = Surgery.of(session)
    assert (session.current_entry.key, session.model.name) == (key, name)
    assert session.network.parameters.tobytes() == parameters.tobytes() and dict(session.model.training) == record
    assert surgery.is_off(0, 3) and surgery.is_frozen(0, 5)
    assert (surgery.undo_stack.count(), surgery.undo_stack.index()) == (3, 2)
    assert session.network.parameters.tobytes() == parameters.tobytes()  # looking at the steps does not do them
    surgery.redo()
    assert not session.network.weights[0][:, 7].any()
    for _ in range(3):
        surgery.undo()
    shipped = next(entry for entry in session.model_entries if entry.origin == "shipped").model
    assert session.network.parameters.tobytes() == shipped.network.parameters.tobytes()
    assert "edits" not in session.model.training


CONFIGS = {
    "plain": TrainConfig(optimizer="adam", epochs=4, batch_size=50, seed=3),
    "all": TrainConfig(
        optimizer="adam",
        epochs=4,
        batch_size=50,
        seed=3,
        hidden_dropout=0.2,
        averaging=0.9,
        patience=3,
        augmentation={"turn": 5.0},
        schedule="cosine",
    ),
}
NETWORK = NetworkConfig((16,), "relu", "he")


def trained(window: MainWindow, qtbot: QtBot) -> tuple[bytes, dict, bytes]:
    """Wait for the end of a run; return its network, its record and its curve."""
    session = window.session
    qtbot.waitUntil(lambda: not session.run.is_active and session.run.history.finished is not None)
    QCoreApplication.processEvents()
    return (
        session.network.parameters.tobytes(),
        dict(session.model.training),
        session.run.history.loss.values.tobytes(),
    )


@pytest.mark.parametrize("name", CONFIGS)
def test_a_run_that_was_cut_off_ends_as_one_that_never_was(
    name: str, open_kept: OpenKept, tmp_path: Path, qtbot: QtBot
) -> None:

    def begin(folder: Path) -> MainWindow:
        window = open_kept("mnist", folder)
        session = window.session
        session.choose_dataset("handwriting")
        qtbot.waitUntil(lambda: session.dataset is not None)
        return window

    window = begin(tmp_path / "one")
    window.session.start_training(NETWORK, CONFIGS[name])
    whole = trained(window, qtbot)
    close(window)

    folder = tmp_path / "parts"
    window = begin(folder)
    window.session.run.set_pace(100)
    window.session.start_training(NETWORK, CONFIGS[name])
    for steps in (5, 17):
        run = window.session.run
        qtbot.waitUntil(lambda run=run, steps=steps: len(run.history.loss) >= steps)
        close(window)
        window = open_kept("mnist", folder)
        qtbot.waitUntil(lambda window=window: window.session.interrupted is not None)
        assert "It can go on from epoch" in window.resume_bar.text()
        assert len(window.session.run.history.loss) >= steps  # the curves are there
        window.session.run.set_pace(100)
        button = window.findChild(QPushButton, "resumeButton")
        assert isinstance(button, QPushButton)
        button.click()
        qtbot.waitUntil(lambda window=window: window.session.run.is_active)
        assert window.resume_bar.isHidden()
    window.session.run.set_pace(None)
    assert trained(window, qtbot) == whole
    close(window)

    session = open_kept("mnist", folder).session
    assert session.interrupted is None and session.network.parameters.tobytes() == whole[0]
    assert len(session.time_machine.branches) == 1 and session.can_go_on
    assert session.time_machine.branches[0].moments.kept[0].step == 0


def test_going_on_after_a_restart_is_going_on(open_kept: OpenKept, tmp_path: Path, qtbot: QtBot) -> None:
    results = []
    for folder, restart in ((tmp_path / "one", False), (tmp_path / "two", True)):
        window = open_kept("mnist", folder)
        window.session.choose_dataset("handwriting")
        qtbot.waitUntil(lambda window=window: window.session.dataset is not None)
        window.session.start_training(NETWORK, CONFIGS["plain"])
        trained(window, qtbot)
        if restart:
            close(window)
            window = open_kept("mnist", folder)
            qtbot.waitUntil(lambda window=window: window.session.can_go_on)
            window.session.data.request("handwriting")
            qtbot.waitUntil(lambda window=window: window.session.dataset is not None)
        window.session.go_on(CONFIGS["plain"])
        results.append(trained(window, qtbot)[0])
        close(window)
    assert results[0] == results[1]


def test_a_run_that_is_left_stays_in_the_time_machine(open_kept: OpenKept, qtbot: QtBot) -> None:
    window = open_kept("mnist")
    window.session.choose_dataset("handwriting")
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    window.session.run.set_pace(100)
    window.session.start_training(NETWORK, CONFIGS["plain"])
    qtbot.waitUntil(lambda: len(window.session.run.history.loss) >= 7)
    close(window)
    again = open_kept("mnist")
    qtbot.waitUntil(lambda: again.session.interrupted is not None)
    network = again.session.network.parameters.tobytes()
    again.resume_bar.leave.click()
    assert again.session.interrupted is None and again.resume_bar.isHidden()
    close(again)
    third = open_kept("mnist").session
    assert third.interrupted is None and third.network.parameters.tobytes() == network
    assert third.time_machine.branches[0].moments.kept[-1].parameters.tobytes() == network


def test_steps_by_hand_are_there_at_the_next_start(open_kept: OpenKept, kept: Path, qtbot: QtBot) -> None:
    """With those that were taken back gone, and those that came in their place."""
    window = open_kept("toy")
    page = window.show_page(StepPage)
    qtbot.waitUntil(lambda: page.scene is not None)
    stepper, session = page.stepper, window.session
    stepper.set_grain(Grain.BATCH)

    def updates() -> int:
        page.refresher.catch_up()
        assert page.scene is not None
        return page.scene.updates

    def step(count: int) -> None:
        wanted = updates() + count
        while updates() < wanted:
            page.go_on()

    step(5)
    qtbot.waitUntil(lambda: moments_on_disk(kept) == 6, timeout=10_000)
    while updates() > 2:
        page.go_back()
    stepper.set_learning_rate(0.7)
    step(3)
    branch = session.time_machine.branches[-1]
    expected = {moment.step: moment.parameters.tobytes() for moment in branch.moments.kept}
    assert len(expected) == 6 and branch.facts["by_hand"]
    close(window)

    window = open_kept()
    again = window.session.time_machine.branches[-1]
    assert again.key == branch.key and again.facts["by_hand"] and again.can_be_scrubbed
    assert {moment.step: moment.parameters.tobytes() for moment in again.moments.kept} == expected
    assert window.session.network.parameters.tobytes() == expected[5]
    assert window.session.interrupted is None


def moments_on_disk(folder: Path) -> int:
    """Return how many moments of runs are written."""
    store = Store(folder)
    try:
        return store.rows("SELECT count(*) FROM moments")[0][0]
    finally:
        store.close()


def test_two_windows_keep_two_drawings(open_kept: OpenKept) -> None:
    first, second = open_kept("mnist"), open_kept("mnist")
    draw(first.session, 1)
    draw(second.session, 2, 3)
    drawn = {len(window.session.drawing.strokes): window.session.drawing for window in (first, second)}
    close(first)
    close(second)
    again = open_kept("mnist")
    assert again.session.drawing == drawn[2]  # of the window that was closed last
    assert open_kept("mnist").session.drawing == drawn[1]


def test_a_file_that_cannot_be_read_is_set_aside_and_said(open_kept: OpenKept, kept: Path) -> None:
    kept.mkdir()
    (kept / FILE_NAME).write_bytes(b"not a database" * 100)
    window = open_kept("mnist")
    assert "set aside as kept.damaged-1.sqlite3" in kept_label(window).text()
    draw(window.session, 1)
    drawn = window.session.drawing
    close(window)
    assert open_kept("mnist").session.drawing == drawn


def test_a_damaged_table_costs_what_stood_in_it(open_kept: OpenKept, kept: Path) -> None:
    window = open_kept("mnist")
    draw(window.session, 1)
    Surgery.of(window.session).toggle(0, 3)
    key = window.session.current_entry.key
    close(window)
    spoil_a_table(kept / FILE_NAME, "seats")
    again = open_kept("mnist")
    assert "set aside as kept.damaged-1.sqlite3" in kept_label(again).text()
    assert key in [entry.key for entry in again.session.model_entries]
    draw(again.session, 2)
    drawn = again.session.drawing
    close(again)
    assert open_kept("mnist").session.drawing == drawn


def test_one_damaged_part_costs_that_part(open_kept: OpenKept, kept: Path) -> None:
    window = open_kept("mnist")
    draw(window.session, 1)
    Surgery.of(window.session).toggle(0, 3)
    close(window)
    store = Store(kept)
    with store.transaction():
        store.run("UPDATE seats SET packet = x'00' WHERE key = 'mnist/sheet'")
    store.close()
    again = open_kept("mnist")
    assert again.session.drawing.is_empty and Surgery.of(again.session).is_off(0, 3)
    assert "could not be read" in kept_label(again).text()


def test_a_large_network_is_read_beside_the_window(
    open_kept: OpenKept,
    open_window: Callable[..., MainWindow],
    kept: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_model(few_classes(10, 1000), tmp_path / "large.safetensors")
    session = open_kept("mnist").session
    session.open_model(tmp_path / "large.safetensors")
    qtbot.waitUntil(lambda: session.current_entry.origin == "file")
    Surgery.of(session).toggle(0, 3)
    session.select_unit(0, 900)
    key, parameters = session.current_entry.key, session.network.parameters.tobytes()
    window = session.parent()
    assert isinstance(window, MainWindow)
    close(window)

    may_read, load = threading.Event(), KeptNetwork.load
    monkeypatch.setattr(KeptNetwork, "load", lambda network: may_read.wait() and load(network))
    window = open_window(kept=kept, problem=None)
    assert window.session.current_entry.key == SHIPPED
    may_read.set()
    assert window.close()  # before it was shown
    session = open_kept().session
    qtbot.waitUntil(lambda: session.current_entry.key == key)
    assert session.network.parameters.tobytes() == parameters and session.selected == (0, 900)
    session.choose_model(SHIPPED)
    assert session.current_entry.key == SHIPPED and Surgery.of(session).undo_stack.count() == 0
    session.choose_model(key)
    assert session.current_entry.key == key and Surgery.of(session).is_off(0, 3)


def test_a_window_without_a_folder_keeps_nothing(open_window: Callable[..., MainWindow], tmp_path: Path) -> None:
    window = open_window("mnist")
    draw(window.session, 1)
    close(window)
    assert not (tmp_path / "user").exists()


def test_the_form_of_train_is_remembered_at_once(open_kept: OpenKept) -> None:
    window = open_kept("mnist")
    page = window.show_page(TrainPage)
    page.setup.set_learning_rate(0.004)
    again = open_kept("mnist")
    assert again.page(TrainPage).setup.settings.value("learning_rate") == 0.004


def test_a_killed_window_leaves_out_nothing_that_it_said_was_kept(
    open_kept: OpenKept, kept: Path, qtbot: QtBot
) -> None:
    """The real window in a process of its own, which takes seconds; `benchmarks/kills.py` does so a hundred times."""
    kept.mkdir()
    script = Path(__file__).parents[2] / "benchmarks" / "kills_window.py"
    process = subprocess.Popen([sys.executable, str(script), str(kept)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    while not any((kept / "checkpoints").glob("*")):
        lines.append(process.stdout.readline())
    lines += [process.stdout.readline() for _ in range(2)]  # what is kept later is written later
    process.kill()
    lines += process.communicate()[0].split("\n")[:-1]
    window = open_kept("toy")
    drawn = next(desk for desk in window.session.desks if desk.problem.key == "mnist")
    assert len(drawn.artwork.sheet.steps) >= int(lines[-1].split()[0]) >= 4
    qtbot.waitUntil(lambda: window.session.run.history.started is not None)
    assert window.session.interrupted is not None
    reached = len(window.session.run.history.loss)
    window.session.resumer.resume(window.session.interrupted.desk)
    qtbot.waitUntil(lambda: len(window.session.run.history.loss) > reached)


def test_a_disk_without_room_is_said_waited_for_and_asked_about(
    open_kept: OpenKept, kept: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_kept("mnist")
    kept.rename(kept.with_name("pulled"))  # the stick
    kept.write_text("nothing can be written here")
    draw(window.session, 1)
    label = kept_label(window)
    qtbot.waitUntil(lambda: "Not on the disk yet: your drawing" in label.text())
    asked: list[str] = []
    buttons = QMessageBox.StandardButton

    def answer(given: QMessageBox.StandardButton) -> None:
        monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: asked.append(arguments[2]) or given)

    answer(buttons.Cancel)
    assert not window.close() and window.isVisible() and "your drawing" in asked[0]
    kept.unlink()
    kept.with_name("pulled").rename(kept)  # it is there again
    qtbot.waitUntil(lambda: label.text() == "")
    drawn = window.session.drawing
    close(window)
    assert len(asked) == 1
    again = open_kept("mnist")
    assert again.session.drawing == drawn
    kept.rename(kept.with_name("gone"))
    kept.write_text("nothing can be written here")
    draw(again.session, 2)
    label = kept_label(again)
    qtbot.waitUntil(lambda: "Not on the disk yet" in label.text())
    answer(buttons.Discard)
    close(again)
    assert len(asked) == 2


def test_a_window_opens_where_nothing_can_be_written(
    open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write_text("nothing can be written here")
    window = open_window("mnist", kept=kept)
    draw(window.session, 1)
    qtbot.waitUntil(lambda: "Not on the disk yet: your drawing" in kept_label(window).text())
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Discard)
    close(window)


def test_a_network_is_deleted_on_purpose_and_comes_back(open_kept: OpenKept) -> None:
    window = open_kept("mnist")
    session, selector = window.session, window.header.network_selector
    Surgery.of(session).toggle(0, 3)
    key, parameters = session.current_entry.key, session.network.parameters.tobytes()

    def delete() -> None:
        titles = [selector.itemText(index) for index in range(selector.count())]
        selector.activated.emit(next(index for index, title in enumerate(titles) if title.startswith("Delete")))

    delete()
    assert session.current_entry.origin == "shipped" and not window.deleted_bar.isHidden()
    assert not any(selector.itemText(index).startswith("Delete") for index in range(selector.count()))
    window.deleted_bar.undo.click()
    assert session.current_entry.key == key and window.deleted_bar.isHidden()
    close(window)
    again = open_kept("mnist")
    assert again.session.network.parameters.tobytes() == parameters
    again.session.delete_network(key)
    close(again)
    assert key not in [entry.key for entry in open_kept("mnist").session.model_entries]
