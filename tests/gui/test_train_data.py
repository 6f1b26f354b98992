"""Where the data come from: missing, on their way, wrong, and there at last. And models to and from files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from train_helpers import click, enter, parameters, wait_for_data, wait_for_end, write_fake_mnist

from digitapp.datasets import handwriting
from digitapp.datasets.errors import DownloadCancelled, DownloadError
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.data_source import DataState
from digitapp.modelfile import load_model

OpenPage = Callable[..., TrainPage]


@pytest.fixture
def without_data(open_train_page: OpenPage) -> TrainPage:
    """The page of a user who has no MNIST."""
    return open_train_page("mnist")


def answer(monkeypatch: pytest.MonkeyPatch, dialog: str, path: Path | str) -> None:
    """Let a file dialog return a path at once."""
    value = str(path) if dialog == "getExistingDirectory" else (str(path), "")
    monkeypatch.setattr(QFileDialog, dialog, lambda *_args, **_options: value)


def test_missing_data_are_offered_not_complained_about(without_data: TrainPage, qtbot: QtBot) -> None:
    page = without_data
    assert page.data_card.isVisible()
    assert "MNIST is not on this computer yet" in page.data_card.text()
    assert not page.note.isVisible()
    click(qtbot, page.transport.start)
    assert not page.session.run.is_active
    assert page.data_card._download.hasFocus()


def test_a_folder_without_the_files_is_named(
    without_data: TrainPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "getExistingDirectory", tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    click(qtbot, without_data.data_card._folder)
    qtbot.waitUntil(lambda: "are missing" in without_data.data_card.text())
    assert "train-images-idx3-ubyte" in without_data.data_card.text()
    assert without_data.data_card._download.isVisible()


def test_other_files_than_mnists_are_refused(
    without_data: TrainPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fake_mnist(tmp_path / "fake")
    answer(monkeypatch, "getExistingDirectory", tmp_path / "fake")
    click(qtbot, without_data.data_card._folder)
    qtbot.waitUntil(lambda: "not the original MNIST file" in without_data.data_card.text())
    assert without_data.session.dataset is None


def test_mnist_is_imported_from_a_folder_and_can_be_trained_on(
    without_data: TrainPage, qtbot: QtBot, mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "getExistingDirectory", mnist_dir)
    click(qtbot, without_data.data_card._folder)
    wait_for_data(qtbot, without_data)
    assert not without_data.data_card.isVisible()
    click(qtbot, without_data.transport.step)
    qtbot.waitUntil(lambda: len(without_data.session.run.history.loss) == 1)
    without_data.stop()
    wait_for_end(qtbot, without_data)


def test_a_download_shows_how_far_it_is_and_can_be_cancelled(
    without_data: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(
        _target: Path, progress: Callable[[int, int, str], None], cancelled: threading.Event, **_options: object
    ) -> None:
        progress(3_000_000, 9_900_000, "train-images-idx3-ubyte")
        cancelled.wait(10)
        raise DownloadCancelled("train-images-idx3-ubyte.gz")

    monkeypatch.setattr("digitapp.datasets.download.download_mnist", download)
    click(qtbot, without_data.data_card._download)
    qtbot.waitUntil(lambda: "3.0 of 11.6 MB" in without_data.data_card.text())
    assert without_data.session.data.state("mnist") is DataState.FETCHING
    assert without_data.data_card._bar.value() == 3_000_000
    click(qtbot, without_data.data_card._cancel)
    qtbot.waitUntil(lambda: "was cancelled" in without_data.data_card.text())
    assert without_data.data_card._download.isVisible()


def test_a_download_that_fails_says_why(without_data: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*_arguments: object, **_options: object) -> None:
        raise DownloadError("https://example.org/mnist", "no connection")

    monkeypatch.setattr("digitapp.datasets.download.download_mnist", download)
    click(qtbot, without_data.data_card._download)
    qtbot.waitUntil(lambda: "no connection" in without_data.data_card.text())


def test_other_images_in_files_of_mnists_names_are_called_by_their_folder(
    open_train_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    write_fake_mnist(tmp_path / "letters")
    page = open_train_page("mnist", tmp_path / "letters")
    wait_for_data(qtbot, page)
    assert page.setup._dataset.currentText() == "letters"
    assert page.setup._dataset.currentData() == "mnist"


def test_the_built_in_handwriting_needs_no_download(
    without_data: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = handwriting.generate
    monkeypatch.setattr(handwriting, "generate", lambda *_arguments, **_options: generate(120))
    click(qtbot, without_data.data_card._instead)
    assert without_data.session.dataset_name == "handwriting"
    wait_for_data(qtbot, without_data)
    assert not without_data.data_card.isVisible()
    assert without_data.setup._dataset.currentData() == "handwriting"


def test_a_start_while_data_are_loading_waits_for_them(
    open_train_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digitapp.gui.state import data_source

    may_load = threading.Event()
    load = data_source.load_dataset

    def slowly(*arguments: object, **options: object) -> object:
        may_load.wait(10)
        return load(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(data_source, "load_dataset", slowly)
    page = open_train_page("toy")
    enter(qtbot, page, "epochs", "2")
    click(qtbot, page.transport.start)
    assert "Loading" in page.transport.text()
    assert not page.session.run.is_active
    may_load.set()
    qtbot.waitUntil(lambda: len(page.session.run.history.loss) > 0)
    wait_for_end(qtbot, page)


def test_unreadable_data_can_be_tried_again(open_train_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_fake_mnist(folder)
    (folder / "train-labels-idx1-ubyte").write_bytes(b"not labels")
    page = open_train_page("mnist", data_dir=folder)
    qtbot.waitUntil(lambda: "could not be loaded" in page.data_card.text())
    assert "train-labels-idx1-ubyte" in page.data_card.text()
    write_fake_mnist(folder)
    click(qtbot, page.data_card._retry)
    qtbot.waitUntil(lambda: page.session.data.state("mnist") in (DataState.READY, DataState.FAILED))


def test_a_trained_network_is_saved_and_opened_again(
    open_train_page: OpenPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    enter(qtbot, page, "epochs", "3")
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    answer(monkeypatch, "getSaveFileName", tmp_path / "mine")
    page.save_model()
    assert page.status_text == "Saved as mine.safetensors"
    saved = load_model(tmp_path / "mine.safetensors")
    np.testing.assert_array_equal(saved.network.parameters, parameters(page))
    assert saved.training["epochs"] == 3
    answer(monkeypatch, "getOpenFileName", tmp_path / "mine.safetensors")
    page.open_model()
    assert page.session.current_entry.origin == "file"
    assert page.session.model.name == "mine"


def test_a_file_that_is_no_model_is_explained(
    open_train_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_train_page("toy")
    (tmp_path / "novel.safetensors").write_text("Call me Ishmael.", encoding="utf-8")
    answer(monkeypatch, "getOpenFileName", tmp_path / "novel.safetensors")
    page.open_model()
    assert page.note.isVisible()
    assert "novel.safetensors" in page.note.text()
    assert page.session.current_entry.origin == "shipped"


def test_a_place_that_cannot_be_written_is_explained(
    open_train_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_train_page("toy")
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    answer(monkeypatch, "getSaveFileName", tmp_path / "file" / "mine.safetensors")
    page.save_model()
    assert "The model was not saved" in page.note.text()
