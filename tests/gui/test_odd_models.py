"""Models from anywhere: shown with what they know, without what they only claim, beside nobody else's facts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from odd_files import SQUARE, few_classes
from page_helpers import OpenSession, noise_digits, settle
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from digitapp.drawing.ink import Drawing
from digitapp.gui.state import models
from digitapp.gui.widgets import ElidedLabel, NoteBar
from digitapp.gui.window.main_window import MainWindow
from digitapp.modelfile import load_model, save_model

OpenWindow = Callable[..., MainWindow]


def test_every_page_shows_a_network_that_knows_fewer_classes(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, classes = noise_digits(60, 30), 3
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda *_, **__: data)
    save_model(few_classes(classes), tmp_path / "few.safetensors")
    window = open_window("mnist")
    session = window.session
    session.choose_dataset("handwriting")
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.artwork.commit(Drawing.from_points(SQUARE), "Draw")
    for row in window.rows:
        window.show_page(row.name)
        settle()
    with qtbot.captureExceptions() as raised:
        window.shown_page.show_model(tmp_path / "few.safetensors")
        assert len(session.model.class_names) == classes
        assert session.dataset is not None and session.dataset.problem.classes == classes
        assert session.dataset.train.labels.max() == classes - 1
        for row in window.rows:
            window.show_page(row.name)
            settle()
            qtbot.wait(20)  # what is found out in the background comes in
        session.choose_model("shipped")
        settle()
    assert raised == []
    assert session.dataset is data


def test_training_a_new_network_takes_all_classes_whatever_is_shown(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path
) -> None:
    session = open_session("mnist", dataset=noise_digits(200, 100))
    qtbot.waitUntil(lambda: session.dataset is not None)
    save_model(few_classes(3), tmp_path / "few.safetensors")
    session.open_model(tmp_path / "few.safetensors")
    from digitapp.training.config import NetworkConfig, TrainConfig

    for source, classes in ((session.model, 3), (None, 10)):
        session.start_training(NetworkConfig((8,), "relu", "he"), TrainConfig(epochs=1), source=source)
        qtbot.waitUntil(lambda: not session.run.is_active)
        assert session.network.sizes == (784, 8, classes)
        assert session.run.error is None


def test_a_claim_that_cannot_be_is_not_shown_nor_the_accuracy_of_the_model_before(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("mnist")
    said = window.status.findChildren(ElidedLabel)[0]
    assert "%" in said.text()
    for name, record in (("list", {"results": []}), ("much", {"results": {"test_accuracy": 7, "test_samples": 10}})):
        save_model(replace(load_model("mnist"), training=record), tmp_path / f"{name}.safetensors")
        window.shown_page.show_model(tmp_path / f"{name}.safetensors")
        settle()
        assert said.text() == "accuracy unknown"


def test_a_large_model_is_read_beside_the_window(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(few_classes(10, 1000), tmp_path / "large.safetensors")
    assert (tmp_path / "large.safetensors").stat().st_size > models.MOST_AT_ONCE
    threads: list[threading.Thread] = []

    def load(path: object) -> object:
        threads.append(threading.current_thread())
        return load_model(path)  # type: ignore[arg-type]

    window = open_window("mnist")
    monkeypatch.setattr(models, "load_model", load)
    before = window.session.current_entry
    window.shown_page.show_model(tmp_path / "large.safetensors")
    assert window.session.current_entry is before
    qtbot.waitUntil(lambda: window.session.current_entry.origin == "file")
    assert threads and threading.main_thread() not in threads
    assert window.session.network.sizes == (784, 1000, 10)


def test_what_was_chosen_meanwhile_stays(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    save_model(few_classes(10, 1000), tmp_path / "large.safetensors")
    window = open_window("mnist")
    window.shown_page.show_model(tmp_path / "large.safetensors")
    window.session.choose_problem("toy")
    qtbot.wait(300)
    assert window.session.problem.key == "toy"
    assert window.session.current_entry.origin == "shipped"


def test_a_large_file_that_is_no_model_is_refused_where_one_looks(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large.safetensors").write_bytes(bytes(models.MOST_AT_ONCE + 1))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "large.safetensors"), ""))
    window = open_window("mnist")
    window.header.open_requested.emit()

    def notes() -> list[str]:
        return [note.text() for note in window.shown_page.findChildren(NoteBar) if note.isVisible()]

    qtbot.waitUntil(lambda: bool(notes()))
    assert "large.safetensors" in notes()[0]
    assert window.session.current_entry.origin == "shipped"


def test_names_in_a_file_are_shown_harmlessly(open_window: OpenWindow, tmp_path: Path) -> None:
    names = tuple(f"\x1b[31m\u202e{digit}\n" for digit in range(10))
    save_model(replace(load_model("mnist"), class_names=names), tmp_path / "odd\u202e\n.safetensors")
    window = open_window("mnist")
    window.shown_page.show_model(tmp_path / "odd\u202e\n.safetensors")
    shown = (*window.session.model.class_names, window.session.model.name, window.header.network_selector.currentText())
    assert not any(character in text for text in shown for character in "\x1b\u202e\n")
