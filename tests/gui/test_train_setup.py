"""The setup of a run: wrong values are refused at their fields, and the engine's registries decide what there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, noise_digits, settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot
from train_helpers import choose, click, enter, parameters, wait_for_data, wait_for_end

from digitapp.calibration import Calibration
from digitapp.datasets.problems import PROBLEMS, TOY
from digitapp.gui.pages.train.fields import NUMBERS
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.start_row import GO_ON
from digitapp.gui.settings import Settings
from digitapp.modelfile import Model, load_model, save_model
from digitapp.nn import OPTIMIZERS
from digitapp.nn.optimizers import SGD
from digitapp.nn.options import Option
from digitapp.training import NetworkConfig, TrainConfig, build_network, preset_configs

OpenPage = Callable[..., TrainPage]


class Sideways(SGD):
    """An optimiser that the page has never heard of."""

    key = "sideways"
    title = "Sideways"
    summary = "Goes beside the gradient."
    options = (Option("drift", "Drift", 0.5, 0.0, 1.0, "How far beside."),)


@pytest.fixture
def toy(open_train_page: OpenPage, qtbot: QtBot) -> TrainPage:
    """The page with the toy, whose data set is loaded."""
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    return page


WRONG = [
    ("hidden", "12, many", "such as 128, 64"),
    ("hidden", "0", "such as 128, 64"),
    ("learning_rate", "0,o01", "Not a number. Use a number above 0"),
    ("learning_rate", "0", "above 0"),
    ("learning_rate", "", "Nothing entered."),
    ("batch_size", "0", "from 1 to 1,000,000, such as 8"),
    ("batch_size", "2.5", "Not a number. Use a whole number"),
    ("epochs", "-3", "from 1 to"),
    ("weight_decay", "nan", "from 0 to 10"),
    ("seed", "-1", "from 0 to"),
]


def test_a_wrong_value_is_refused_at_its_field(toy: TrainPage, qtbot: QtBot) -> None:
    for name, text, words in WRONG:
        field = enter(qtbot, toy, name, text)
        assert words in toy.setup.note(name), (name, text)
        toy.transport.start.setFocus()
        click(qtbot, toy.transport.start)
        assert not toy.session.run.is_active, (name, text)
        assert field.hasFocus(), (name, text)
        enter(qtbot, toy, name, "0.1" if name in ("learning_rate", "weight_decay") else "4")
        assert words not in toy.setup.note(name), (name, text)
        assert toy.setup.configs() is not None, (name, text)


def test_a_decimal_comma_is_understood(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "learning_rate", "0,25")
    assert toy.setup.settings.value("learning_rate") == 0.25


def test_every_number_of_the_engine_has_a_field_with_the_engines_default(toy: TrainPage) -> None:
    defaults = TrainConfig()
    for name in NUMBERS:
        field = toy.setup.settings.field(name)
        field.setText("")
        assert not field.is_valid()
        field.setText(str(getattr(defaults, name)))
        assert field.is_valid(), name


def test_a_new_optimiser_appears_with_its_options(
    open_train_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPTIMIZERS, "sideways", Sideways)
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    row = page.setup.settings.rows["optimizer.sideways.drift"]
    click(qtbot, page.setup._more)
    assert not row.isVisible()
    choose(page, "optimizer", "sideways")
    assert row.isVisible()
    assert row.label.text() == "Drift"
    enter(qtbot, page, "optimizer.sideways.drift", "7")
    assert "from 0 to 1, such as 0.5" in row.note()
    enter(qtbot, page, "optimizer.sideways.drift", "0.25")
    configs = page.setup.configs()
    assert configs is not None
    assert configs[1].optimizer_options == {"drift": 0.25}
    page.close()
    page.session.close()


def test_momentum_is_offered_to_those_who_have_it(toy: TrainPage) -> None:
    row = toy.setup.settings.rows["momentum"]
    choose(toy, "optimizer", "momentum")
    assert row.isVisible()
    choose(toy, "optimizer", "adam")
    assert not row.isVisible()


def test_a_wrong_value_out_of_sight_is_brought_into_sight(toy: TrainPage, qtbot: QtBot) -> None:
    toy.setup.settings.field("l2").setText("much")
    click(qtbot, toy.transport.start)
    assert not toy.session.run.is_active
    assert toy.setup.settings.field("l2").isVisible()


def test_values_are_remembered_for_each_problem(
    toy: TrainPage, settings: Settings, qtbot: QtBot, open_session: OpenSession
) -> None:
    enter(qtbot, toy, "hidden", "5")
    choose(toy, "optimizer", "momentum")
    enter(qtbot, toy, "epochs", "x")  # not worth remembering
    toy.session.choose_problem("mnist")
    assert toy.setup.settings.value("hidden") == (128,)
    enter(qtbot, toy, "hidden", "")
    toy.session.choose_problem("toy")
    assert toy.setup.settings.value("hidden") == (5,)

    session = open_session("mnist")
    again = TrainPage(session, settings)
    qtbot.addWidget(again)
    assert again.setup.settings.value("hidden") == ()
    session.choose_problem("toy")
    assert again.setup.settings.value("hidden") == (5,)
    assert again.setup.settings.value("optimizer") == "momentum"
    assert isinstance(again.setup.settings.value("epochs"), int)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_presets_fill_every_field(open_train_page: OpenPage, problem: str) -> None:
    page = open_train_page(problem)
    for preset in PROBLEMS[problem].presets:
        page.setup.apply_preset(preset)
        configs = page.setup.configs()
        assert configs is not None
        network, config = configs
        wanted, wanted_config = preset_configs(preset)
        assert network == wanted
        for name in (*NUMBERS, "loss", "optimizer", "schedule"):
            assert getattr(config, name) == getattr(wanted_config, name), name


def test_the_presets_menu_shows_and_applies(toy: TrainPage, qtbot: QtBot) -> None:
    click(qtbot, toy.setup._presets)
    actions = toy.setup._menu.actions()
    assert len(actions) == len(TOY.presets)
    actions[1].trigger()
    toy.setup._menu.close()
    assert toy.setup.settings.value("hidden") == TOY.presets[1].network["hidden"]


def test_the_preset_with_equal_weights_keeps_them_equal(toy: TrainPage, qtbot: QtBot) -> None:
    toy.setup.apply_preset(TOY.presets[3])  # all weights alike
    enter(qtbot, toy, "epochs", "5")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    weights = toy.session.network.weights[0]
    # A BLAS may add up its last rows in another order than the others.
    np.testing.assert_allclose(weights, np.repeat(weights[:, :1], weights.shape[1], axis=1), atol=1e-6)


def test_new_weights_are_shown_without_training(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "6")
    click(qtbot, toy.setup._renew)
    toy.stage.room.choose("units")
    settle()
    first = parameters(toy)
    assert toy.session.network.sizes == (12, 6, 2)
    assert toy.units.grid.count() == 6
    enter(qtbot, toy, "seed", "9")
    click(qtbot, toy.setup._renew)
    assert not np.array_equal(parameters(toy), first)
    assert not toy.session.run.is_active


def test_the_architecture_follows_the_typing(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "4, 3")
    assert toy.setup.note("hidden") == "12 → 4 → 3 → 2"
    assert toy.setup._count.text() == "75 parameters"


def choose_file(page: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path | None) -> None:
    """Choose "Model file…" with the keyboard, and in the dialog that opens a file."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path or ""), ""))
    if not page.setup._more.isChecked():
        click(qtbot, page.setup._more)
    page.setup.start.combo.setFocus()
    qtbot.keyClick(page.setup.start.combo, Qt.Key.Key_End)


def test_a_run_starts_from_a_model_file_and_its_record_says_so(
    toy: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "earlier.safetensors"
    network = build_network(12, 2, NetworkConfig((4, 3), "relu,tanh"), "cross_entropy", np.random.default_rng(5))
    save_model(Model(network, "cross_entropy", "toy", ("0", "1"), "binary_grid"), path)
    choose_file(toy, qtbot, monkeypatch, path)
    assert toy.setup.settings.value("hidden") == (4, 3)
    assert toy.setup.settings.value("activation") == "relu,tanh"
    assert toy.setup.settings.value("loss") == "cross_entropy"
    assert not toy.setup.settings.field("hidden").isEnabled()
    enter(qtbot, toy, "epochs", "1")
    enter(qtbot, toy, "learning_rate", "1e-9")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    np.testing.assert_allclose(parameters(toy), network.parameters, atol=1e-6)
    assert toy.session.model.training["start_from"] == "earlier"
    toy.session.choose_problem("mnist")
    assert not toy.setup.goes_on


def test_what_a_run_starts_from_is_remembered_for_each_problem(
    show_page: ShowPage,
    open_session: OpenSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def opened(problem: str) -> TrainPage:
        return show_page(TrainPage, open_session(problem))

    def source_name(page: TrainPage) -> str:
        return "" if page.setup.source is None else page.setup.source.name

    for path, hidden in ((tmp_path / "small.safetensors", 4), (tmp_path / "large.safetensors", 1000)):
        network = build_network(784, 10, NetworkConfig((hidden,), "relu"), "cross_entropy", np.random.default_rng(5))
        save_model(Model(network, "cross_entropy", "mnist", tuple("0123456789"), "mnist"), path)
        page = opened("mnist")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, path=path: (str(path), ""))
        page.choose_start()
        qtbot.waitUntil(lambda page=page, path=path: source_name(page) == path.stem)
        again = opened("mnist")
        qtbot.waitUntil(lambda page=again, path=path: source_name(page) == path.stem)
        assert again.setup.settings.value("hidden") == (hidden,)
    again.session.choose_problem("toy")
    settle()
    assert not again.setup.goes_on
    again.setup.start.combo.setFocus()
    qtbot.keyClick(again.setup.start.combo, Qt.Key.Key_Down)  # the current network
    assert opened("toy").setup.start.combo.currentData() == GO_ON
    path.unlink()
    gone = opened("mnist")
    assert not gone.setup.goes_on and gone.setup.note("start") == ""


def test_it_says_that_drawings_that_are_no_digits_are_mixed_in(
    open_session: OpenSession, show_page: ShowPage, qtbot: QtBot
) -> None:
    session = open_session("mnist", (4,), dataset=noise_digits(200, 200))
    page = show_page(TrainPage, session)
    wait_for_data(qtbot, page)
    model = replace(session.model, calibration=Calibration(1.0, 0.2), training={"foils": 5})
    session.add_network("taught", model)
    assert page.setup.note("dataset") == "200 train, 200 validate"
    page.setup.start.combo.setCurrentIndex(1)
    settle()
    assert page.setup.note("dataset") == "200 train, 200 validate; 17 drawings that are no digits are mixed in"
    enter(qtbot, page, "epochs", "2")
    click(qtbot, page.transport.start)
    qtbot.waitUntil(lambda: page.session.run.history.last_epoch is not None, timeout=20_000)
    wait_for_end(qtbot, page)
    assert page.setup.note("dataset").endswith("17 drawings that are no digits are mixed in")
    qtbot.waitUntil(lambda: page.setup.source is session.model)  # as it is described when it has ended
    page.setup.start.combo.setCurrentIndex(0)
    settle()
    assert page.setup.note("dataset") == "200 train, 200 validate"


@pytest.mark.parametrize("content", ["none", "other problem", "cancelled"])
def test_a_file_that_cannot_be_started_from_is_refused_at_the_field(
    toy: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "file.safetensors"
    if content == "none":
        path.write_text("no model")
    else:
        save_model(load_model("mnist"), path)
    choose_file(toy, qtbot, monkeypatch, None if content == "cancelled" else path)
    assert not toy.setup.goes_on
    words = {"none": "file.safetensors", "other problem": "for another problem", "cancelled": ""}[content]
    assert words in toy.setup.note("start") if words else not toy.setup.note("start")
    assert toy.setup.settings.field("hidden").isEnabled()


def test_each_layer_may_have_its_own_activation(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "5, 4")
    choose(toy, "activation", "tanh")
    choose(toy, "activation", "")
    field = toy.setup.settings.field("activation_layers")
    assert field.isVisible() and field.text() == "tanh, tanh"
    enter(qtbot, toy, "activation_layers", "relu, maxout2")
    configs = toy.setup.configs()
    assert configs is not None and configs[0].hidden_activations == ("relu", "maxout2")
    assert toy.setup._count.text() == f"{12 * 5 + 5 + 2 * (5 * 4 + 4) + 4 * 2 + 2} parameters"

    enter(qtbot, toy, "activation_layers", "relu, nonsense")
    assert "one of" in toy.setup.note("activation_layers")
    enter(qtbot, toy, "activation_layers", "relu, tanh")
    enter(qtbot, toy, "hidden", "5")
    click(qtbot, toy.transport.start)
    assert not toy.session.run.is_active
    assert "1 hidden layer" in toy.setup.note("activation_layers")
    choose(toy, "activation", "relu")
    assert not field.isVisible()
    assert toy.setup.configs() is not None


def test_more_settings_fold_away_and_are_remembered(
    toy: TrainPage, settings: Settings, qtbot: QtBot, open_session: OpenSession
) -> None:
    assert not toy.setup.settings.rows["initializer"].isVisible()
    click(qtbot, toy.setup._more)
    assert toy.setup.settings.rows["initializer"].isVisible()
    assert toy.setup.settings.rows["hidden_dropout"].isVisible()
    again = TrainPage(open_session("toy"), settings)
    qtbot.addWidget(again)
    assert again.setup._more.isChecked()


def test_the_usual_settings_need_no_scrolling_at_the_designs_size(toy: TrainPage) -> None:
    scroll = toy.setup._scroll
    for name in ("hidden", "activation", "loss", "optimizer", "learning_rate", "batch_size", "epochs"):
        field = toy.setup.settings.rows[name].control
        assert field.mapTo(scroll, field.rect().bottomLeft()).y() <= scroll.height(), name


@pytest.mark.parametrize("was_hidden", [False, True])
def test_nothing_is_cut_off_at_the_side_when_it_says_more(toy: TrainPage, qtbot: QtBot, was_hidden: bool) -> None:
    toy.resize(949, 614)  # in a window of 1024×700
    settle()
    before = toy.setup.width()
    toy.setVisible(not was_hidden)
    for label in toy.setup.findChildren(QLabel):
        label.setText(label.text() * 4)
    toy.show()
    qtbot.waitUntil(lambda: toy.setup.width() > before)  # the parts of the form are arranged one after another
    qtbot.waitUntil(lambda: toy.setup.width() >= min(toy.setup.least_width, toy.width() // 2))


def test_every_setting_says_in_a_sentence_what_it_does(toy: TrainPage) -> None:
    for name, row in toy.setup.settings.rows.items():
        assert row.control.toolTip(), name
        assert row.label.toolTip() == row.control.toolTip(), name
    choose(toy, "optimizer", "adam")
    assert toy.setup.settings.rows["optimizer"].label.toolTip().startswith("Adam: ")
