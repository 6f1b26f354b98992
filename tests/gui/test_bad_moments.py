"""What the window does when a file, a folder or a moment is wrong: one sentence, nothing lost, nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.inks import Picture
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.data_source import DataSource, DataState
from digitapp.gui.state.jobs import JobPool, are_left, finish_unless
from digitapp.gui.window.main_window import MainWindow

OpenWindow = Callable[..., MainWindow]


def test_closing_while_files_are_imported_starts_no_new_work(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr("digitapp.gui.state.data_source.import_mnist", lambda *_: None)
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda name, **_: loaded.append(name))
    jobs = JobPool()
    source = DataSource(jobs.start, tmp_path)
    source.import_from(tmp_path)
    monkeypatch.setattr("digitapp.gui.state.data_source.is_missing", lambda *_: False)
    jobs.close()
    qtbot.waitUntil(lambda: len(jobs) == 0)  # the import's success is told only now
    assert source.state("mnist") is DataState.FETCHING
    assert loaded == []


def test_a_silent_network_does_not_hold_up_who_cancels() -> None:
    cancelled, answer = threading.Event(), threading.Event()
    cancelled.set()

    def hang() -> None:
        answer.wait()

    assert not finish_unless(cancelled, hang, grace=0.0)
    answer.set()


def test_what_goes_wrong_is_raised_where_it_is_waited_for() -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        finish_unless(threading.Event(), fail)
    assert finish_unless(threading.Event(), lambda: None)


def test_another_problem_while_evidence_of_digits_is_shown(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    split = Split(rng.random((50, 784), dtype=np.float32), np.full(50, 9))  # a class that the toy has not
    digits = Dataset("handwriting", PROBLEMS["mnist"], split, None, None)
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda *_, **__: digits)
    window = open_window("mnist")
    window.session.choose_dataset("handwriting")
    sums = window.session.network.trace(split.inputs).pre_activations[0]
    window.session.select_unit(0, int(np.argmax(sums.max(axis=0))))
    page = window.show_page(FeaturesPage)
    qtbot.waitUntil(lambda: "Wakes for" in page.dossier.sentence.text())
    window.session.choose_problem("toy")
    settle()
    assert "9" not in page.dossier.sentence.text()


def test_pasting_from_an_empty_clipboard_is_said(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window()
    clipboard = type("Clipboard", (), {"mimeData": lambda _: None})
    monkeypatch.setattr("digitapp.gui.pages.draw.files.QGuiApplication.clipboard", clipboard)
    said: list[str] = []
    window.page(DrawPage).files.failed.connect(said.append)
    window.page(DrawPage).files.paste()
    assert said == ["The clipboard is empty."]


def test_a_data_folder_that_cannot_be_made_is_said(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: said.append(arguments[2]))
    (tmp_path / "file").write_text("no folder")
    window = open_window(data_dir=tmp_path / "file")
    window.preferences.show_folder()
    assert len(said) == 1 and str(tmp_path / "file") in said[0]


def test_who_closes_waits_for_nobody_who_does_not_listen(qtbot: QtBot) -> None:
    let_go, jobs = threading.Event(), JobPool()
    done: list[object] = []

    def deaf(_report: object, _cancelled: object) -> None:
        let_go.wait()

    for _ in range(3):
        jobs.start(deaf, succeeded=done.append, failed=done.append)
    jobs.close()
    assert are_left()
    let_go.set()
    qtbot.waitUntil(lambda: not are_left())
    assert done == []


def test_what_saves_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitapp.gui.state.jobs.CLOSING_MS", 0)
    jobs, written = JobPool(), []
    began = threading.Event()

    def save(_report: object, cancelled: threading.Event) -> None:
        began.set()
        cancelled.wait()
        written.append("all of it")

    jobs.start(save, succeeded=written.append, failed=written.append, saves=True)
    began.wait()
    jobs.close()
    assert written == ["all of it"]
    assert not are_left()


def test_undo_remembers_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitapp.gui.state.undo.MOST_BYTES", 10 * 4 * 100 * 100)
    artwork = Artwork(Drawing())
    pictures = [Picture(np.full((100, 100), shade, np.float32), "grey") for shade in np.linspace(0, 1, 50)]
    for picture in pictures:
        artwork.commit(picture, "Open")
        assert artwork.value is picture
        assert artwork.undo_stack.canUndo() and not artwork.undo_stack.canRedo()
        assert artwork.undo_stack.count() <= 6
    artwork.undo_stack.undo()
    assert artwork.value is pictures[-2]
    artwork.undo_stack.redo()
    assert artwork.value is pictures[-1]
    for _ in range(10):
        artwork.undo_stack.undo()
    assert artwork.value in pictures[-6:]


def test_strokes_of_usual_size_are_all_remembered() -> None:
    artwork, drawing = Artwork(Drawing()), Drawing()
    for place in range(200):
        drawing = drawing.with_stroke(Stroke(np.array([[0.1, 0.1], [0.2, place / 200]])))
        artwork.commit(drawing, "Stroke")
    for _ in range(200):
        artwork.undo_stack.undo()
    assert artwork.value == Drawing()
