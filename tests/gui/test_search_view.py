"""The view of a search: a real process makes the trials; what it found is there at the next start."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_helpers import OpenSession, ShowPage
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import Preset
from digitapp.gui.pages.runs.search.scales import axes_of, places_of
from digitapp.gui.pages.runs.search.view import SearchView
from digitapp.gui.settings import STUDIES_AT, STUDY, Settings
from digitapp.gui.state.search_lab import Phase, SearchLab
from digitapp.gui.state.session import Session
from digitapp.runs.search.spec import Side, usual_spec
from digitapp.runs.search.state import Importance, StudyState, TrialFate, TrialLine
from digitapp.runs.search.storage import Storage
from digitapp.runs.search.studies import read_study

pytest.importorskip("optuna", reason="the extra 'search' is not installed")


def made(target: int = 6, fresh: tuple[float, ...] = ()) -> StudyState:
    """Return a study of the toy as if it had been made."""
    spec = replace(usual_spec("made", "toy"), fresh_seeds=2)
    configs = {
        "network": {"hidden": [4], "activation": "tanh", "initializer": "glorot", "normalization": "none"},
        "training": {"optimizer": "adam", "learning_rate": 0.02, "batch_size": 8, "epochs": 30, "threads": 1},
    }
    trials = []
    for side in (Side.GUIDED, Side.RANDOM):
        for number in range(target):
            is_done = number % 3 != 2
            value = 0.7 + 0.03 * number + (0.01 if side is Side.GUIDED else 0.0)
            drawn = {
                "optimizer": "adam",
                "learning_rate": 0.001 * 2**number,
                "batch_size": 8,
                "layers": 1,
                "units_1": 4,
            }
            fate = TrialFate.DONE if is_done else TrialFate.GIVEN_UP
            curve = (0.5, value) if is_done else (0.5,)
            line = TrialLine(number, side, fate, value if is_done else None, curve, drawn, configs, place=number)
            trials.append(line)
    trials += [
        TrialLine(number, Side.FRESH, TrialFate.DONE, value, (value,), seed=1044 + number)
        for number, value in enumerate(fresh)
    ]
    shares = dict.fromkeys(spec.space.drawn_names, 1 / 7)
    return StudyState(spec, target, tuple(trials), Importance(shares, 2 * target, 1))


@pytest.fixture
def view(show_page: ShowPage, open_session: OpenSession) -> SearchView:
    return show_page(SearchView, open_session("toy"))  # type: ignore[type-var]


@pytest.fixture
def address(settings: Settings, tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "studies.sqlite3")
    settings.set(STUDIES_AT, path)
    yield path


def test_a_study_is_set_up_made_and_found_again(
    view: SearchView, address: str, settings: Settings, show_page: ShowPage, open_session: OpenSession, qtbot: QtBot
) -> None:
    assert view.empty.isVisible() and not view.best_card.isVisible()
    form = view.form
    form.url.set_value(address)
    form.name.set_value("few")
    form.epochs.set_value(2)
    form.trials.set_value(2)

    qtbot.mouseClick(view.tools.start, Qt.MouseButton.LeftButton)
    assert view.lab.phase is Phase.RUNNING and view.tools.stop.isEnabled() and not view.tools.start.isVisible()
    qtbot.waitUntil(lambda: view.lab.phase is Phase.IDLE)

    state = view.state
    assert view.lab.trouble is None and state is not None and state.is_over and state.over == 4
    assert view.best_card.isVisible() and view.trial.fresh.isVisible() and "in the search" in view.trial.fresh.text()
    assert not form.name.isEnabled() and form.trials.isEnabled() and not view.tools.start.isEnabled()
    form.trials.set_value(3)  # a study may get more trials
    form.changed.emit()
    assert view.tools.start.isEnabled()
    assert settings.get(STUDY) == "few"

    again = show_page(SearchView, open_session("toy"))  # type: ignore[type-var]
    qtbot.waitUntil(lambda: again.state is not None and again.lab.phase is Phase.IDLE)
    assert again.state == state and again.tools.title.text() == "4 of 4 trials"


def test_closing_the_window_ends_the_search_and_leaves_its_trial_to_be_made(
    view: SearchView, address: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitapp.gui.state.search_lab._CLOSING_MS", 120_000)  # however busy the machine is
    form = view.form
    form.url.set_value(address)
    form.name.set_value("long")
    form.epochs.set_value(500_000)
    view.start()
    qtbot.waitUntil(lambda: view.state is not None and any(trial.drawn for trial in view.state.trials))
    process = view.lab._process
    assert process is not None and process.state() is process.ProcessState.Running

    view.session.close()

    assert process.state() is process.ProcessState.NotRunning and process.exitCode() == 0
    with Storage(address) as storage:
        fates = [trial.fate for trial in read_study(storage, "long").trials]
    assert fates == [TrialFate.FAILED, TrialFate.WAITING]


def test_what_the_process_refuses_is_said(view: SearchView, tmp_path: Path, qtbot: QtBot) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"no database at all " * 40)
    view.form.url.set_value(str(other))
    view.start()
    qtbot.waitUntil(lambda: view.lab.phase is Phase.IDLE)

    assert view.note.isVisible() and "no SQLite file" in view.note.text()
    assert view.tools.start.isEnabled()


def test_wrong_values_stay_at_their_fields(view: SearchView) -> None:
    form = view.form
    for field, text in ((form.name, " "), (form.epochs, "0"), (form.trials, "many"), (form.url, "mysql://a")):
        before = field.text()
        field.setText(text)
        assert form.spec() is None and field.error() and view.lab.phase is Phase.IDLE
        field.setText(before)
        field.commit()
    for name, text in (("learning_rate", "0.1..0.01"), ("batch_size", "8, x"), ("optimizer", "sgd, adma")):
        _, field, error = form._searched[name]
        before = field.text()
        field.setText(text)
        assert form.spec() is None and error.text() and not error.isHidden()
        field.setText(before)
        field.commit()
    box, field, _ = form._searched["weight_decay"]
    assert not field.isEnabled()
    box.setChecked(True)
    spec = form.spec()
    assert spec is not None and "weight_decay" in spec.space and field.isEnabled()
    for other, _, _ in form._searched.values():
        other.setChecked(False)
    assert form.spec() is None and form.name.error()


def test_without_the_extra_it_is_offered(
    show_page: ShowPage, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitapp.gui.pages.runs.search.view.is_installed", lambda: False)
    view = show_page(SearchView, open_session("toy"))  # type: ignore[type-var]

    assert "pip install 'digitapp[search]'" in view.note.text() and not view.tools.start.isEnabled()
    view.start()
    assert view.lab.phase is Phase.IDLE


def show(view: SearchView, state: StudyState) -> None:
    view.lab.state = state
    view.lab.changed.emit()


def test_the_best_trial_sets_train_up(view: SearchView, qtbot: QtBot) -> None:
    show(view, made(fresh=(0.7, 0.74)))

    assert view.trial.title.text() == "Trial 5, the best" and view.trial.value.text() == "83.00 %"
    assert "83.00 % in the search, 72.00 % ± 2.83 on new seeds" in view.trial.fresh.text()
    with qtbot.waitSignal(view.page_wanted) as wanted:
        qtbot.mouseClick(view.trial.set_up, Qt.MouseButton.LeftButton)
    assert wanted.args is not None
    name, preset = wanted.args
    assert name == "trainPage" and isinstance(preset, Preset)
    assert preset.network["hidden"] == (4,) and preset.training["learning_rate"] == 0.02
    assert "threads" not in preset.training and preset.dataset == "toy"


def test_all_trials_are_saved_as_a_table(view: SearchView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trials.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    state = made(fresh=(0.7, 0.74))
    show(view, state)
    view.save.click()

    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == len(state.trials) == 14
    assert {name: rows[0][name] for name in ("trial", "study", "state", "optimizer", "units_1", "units_2")} == {
        "trial": "1",
        "study": "guided",
        "state": "done",
        "optimizer": "adam",
        "units_1": "4",
        "units_2": "",
    }
    assert float(rows[0]["validation_accuracy"]) == state.trials[0].value
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path), ""))
    said: list[str] = []
    view.said.connect(said.append)
    view.save.click()
    assert said[-1].startswith("Not saved: ")


def test_a_preset_from_elsewhere_fills_trains_form(open_train_page: Any) -> None:
    page = open_train_page("toy")
    training = {"optimizer": "adam", "learning_rate": 0.02, "batch_size": 8, "epochs": 30}
    page.take_up(Preset("", {"hidden": (4, 2), "activation": "tanh"}, training, "toy"))

    network, config = page.setup.configs()
    assert network.hidden == (4, 2) and network.activation == "tanh"
    assert (config.optimizer, config.learning_rate, config.epochs) == ("adam", 0.02, 30)


def test_parts_of_axes_keep_trials_by_pointer_and_keys(view: SearchView, qtbot: QtBot) -> None:
    state = made()
    show(view, state)
    plot = view.parallel
    assert len(plot.kept) == 12 and view.keep_all.isHidden()

    axes = axes_of(state)
    last = len(axes) - 1
    room, x = plot._plot(), round(plot._x(last))
    top, middle = QPoint(x, round(room.top())), QPoint(x, round(room.top() + room.height() / 2))
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=top)
    qtbot.mouseMove(plot, middle)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=middle)

    expected = [trial for trial in state.trials if (places_of(axes, trial)[last] or 0) >= 0.5]
    assert 0 < len(expected) < 12 and plot.kept == expected
    assert not view.keep_all.isHidden() and view.kept_said.text() == f"{len(expected)} of 12 trials"
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert len(plot.kept) == 12
    for key in [Qt.Key.Key_Right] * last + [Qt.Key.Key_Up]:
        qtbot.keyClick(plot, key)
    assert 0 < len(plot.kept) < 12
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert len(plot.kept) == 12
    qtbot.mouseClick(view.keep_all, Qt.MouseButton.LeftButton)
    assert len(plot.kept) == 12

    qtbot.keyClick(view.best_plot, Qt.Key.Key_Right)
    assert view.current is not None and not view.trial.to_best.isHidden()
    qtbot.mouseClick(view.trial.to_best, Qt.MouseButton.LeftButton)
    assert view.current == state.winner


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told to a process that is never begun."""
    commands: list[str] = []

    def start(lab: SearchLab, _arguments: list[str], phase: Phase) -> None:
        lab._enter(phase)

    monkeypatch.setattr(SearchLab, "_start", start)
    monkeypatch.setattr(SearchLab, "_tell", lambda _lab, command: commands.append(command))
    return commands


def test_a_training_comes_first(toy_session: Session, told: list[str], qtbot: QtBot) -> None:
    lab = SearchLab.of(toy_session)
    lab.start(usual_spec("a", "toy"), 3, "x.db")
    spec = usual_spec("a", "toy")
    toy_session.start_training(spec.base[0], replace(spec.base[1], epochs=5))
    assert told == ["pause"] and lab.gives_way and lab.phase is Phase.RUNNING

    qtbot.waitUntil(lambda: not toy_session.any_run_active)
    assert told == ["pause", "go"] and not lab.gives_way
    lab.pause()
    toy_session.start_training(spec.base[0], replace(spec.base[1], epochs=1))
    qtbot.waitUntil(lambda: not toy_session.any_run_active)
    assert told == ["pause", "go", "pause"]  # a pause of the user's own outlasts a training
    lab.go_on()
    lab.stop()
    assert told == ["pause", "go", "pause", "go", "stop"] and lab.phase is Phase.STOPPING
