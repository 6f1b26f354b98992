"""Opening a model from the header: one way for all pages, and the shown page says what is wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from page_helpers import settle
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.settings import OPENED_MODELS, Settings
from digitapp.gui.widgets import ElidedLabel, NoteBar
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages
from digitapp.modelfile import load_model, save_model
from digitapp.nn.network import Network, UnitRef


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window("toy")


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


@pytest.mark.parametrize("page", [row.name for row in registered_pages()])
def test_the_shown_page_says_why_a_file_is_refused(
    window: MainWindow, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "novel.safetensors").write_text("Call me Ishmael.", encoding="utf-8")
    choose(monkeypatch, tmp_path / "novel.safetensors")
    window.show_page(page)
    window.header.open_requested.emit()
    notes = [note.text() for note in window.shown_page.findChildren(NoteBar) if note.isVisible()]
    assert len(notes) == 1
    assert "novel.safetensors" in notes[0]
    assert window.session.current_entry.origin == "shipped"


def test_a_model_is_shown_from_any_page(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model(load_model(window.session.problem.shipped_models[0]), tmp_path / "mine.safetensors")
    choose(monkeypatch, tmp_path / "mine.safetensors")
    window.show_page(FeaturesPage)
    window.header.open_requested.emit()
    assert window.session.current_entry.origin == "file"
    assert not window.page(FeaturesPage).note.isVisible()


def test_a_smaller_network_opened_from_another_problem_has_a_unit_selected_that_it_has(
    window: MainWindow, tmp_path: Path
) -> None:
    session = window.session
    session.select_unit(0, 2)
    network = Network((12, 2, 2), ("sigmoid", "sigmoid"))
    save_model(replace(session.model, network=network, training={}), tmp_path / "small.safetensors")
    session.choose_problem("mnist")
    window.show_page(FeaturesPage)
    session.open_model(tmp_path / "small.safetensors")
    settle()
    assert session.problem.key == "toy" and session.network.sizes == (12, 2, 2)
    assert session.selected == UnitRef(0, 0)
    assert window.page(FeaturesPage).dossier.title.text() == "Unit A"


def test_a_model_that_does_not_say_how_good_it_is_is_measured(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    model = load_model(window.session.problem.shipped_models[0])
    save_model(replace(model, training={}), tmp_path / "mine.safetensors")
    choose(monkeypatch, tmp_path / "mine.safetensors")
    window.header.open_requested.emit()
    said = window.status.findChildren(ElidedLabel)[0]
    assert said.text() == "accuracy unknown"
    window.session.data.request(window.session.dataset_name)
    qtbot.waitUntil(lambda: "on 16 validation images" in said.text())
    window.session.choose_model("shipped")
    assert "accuracy unknown" not in said.text()


def test_opened_models_are_offered_at_the_next_start(
    open_window: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_window("toy")
    for name in ("mine", "gone", "broken"):
        save_model(load_model(first.session.problem.shipped_models[0]), tmp_path / f"{name}.safetensors")
        choose(monkeypatch, tmp_path / f"{name}.safetensors")
        first.header.open_requested.emit()
    first.close()
    (tmp_path / "gone.safetensors").unlink()
    (tmp_path / "broken.safetensors").write_text("Call me Ishmael.", encoding="utf-8")
    window = open_window("toy")
    selector = window.header.network_selector
    titles = [selector.itemText(i) for i in range(selector.count())]
    assert "mine" in titles and "broken" in titles and "gone" not in titles
    selector.activated.emit(titles.index("mine"))
    assert window.session.current_entry.origin == "file" and window.session.network.sizes == (12, 3, 2)
    selector.activated.emit(titles.index("broken"))
    assert window.session.current_entry.path == tmp_path / "mine.safetensors"
    assert "broken" not in [selector.itemText(i) for i in range(selector.count())]
    notes = [note.text() for note in window.shown_page.findChildren(NoteBar) if note.isVisible()]
    assert any("broken.safetensors" in note for note in notes)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"toy": 7}', '{"toy": [3]}', '{"other": ["x"]}', "null"])
def test_what_was_remembered_of_models_may_be_nonsense(
    open_window: Callable[..., MainWindow], text: str, settings: Settings
) -> None:
    settings.set(OPENED_MODELS, text)
    assert open_window("toy").session.opened_models["toy"] == []
