"""Train in a plane: points made to order, presets that bring their points, and the map that follows the network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, click, enter, start, wait_for_data, wait_for_end

from digitapp.datasets.plane_made import ordered
from digitapp.datasets.problems import PLANE, Preset
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.mapping import FINE
from digitapp.gui.widgets import NumberField
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.boundary import DecisionMap

PRESETS = {preset.key: preset for preset in PLANE.presets}


@pytest.fixture
def page(open_window: Callable[..., MainWindow], qtbot: QtBot) -> TrainPage:
    page = open_window(PLANE.key).show_page(TrainPage)
    wait_for_data(qtbot, page)
    return page


def type_into(qtbot: QtBot, page: TrainPage, name: str, text: str) -> NumberField:
    field = page.setup.points.findChild(NumberField, name)
    assert isinstance(field, NumberField)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle()
    return field


def take(page: TrainPage, preset: Preset) -> None:
    page.setup.apply_preset(preset)
    page.setup._pace.setCurrentIndex(page.setup._pace.findData(0))
    page._set_pace()
    settle()


def shown_map(page: TrainPage) -> DecisionMap:
    found = page.plane.map._map
    assert found is not None
    return found


def test_points_are_made_as_the_fields_say(page: TrainPage, qtbot: QtBot) -> None:
    type_into(qtbot, page, "pointsField", "80")
    type_into(qtbot, page, "noiseField", "0.3")
    type_into(qtbot, page, "pointsSeedField", "5")
    dataset = page.session.dataset
    assert dataset is not None
    assert dataset.name == "plane:moons,count=80,noise=0.3,seed=5"
    assert len(dataset.all_but_test) == len(page.plane.map._points) == 80
    refused = type_into(qtbot, page, "noiseField", "7")
    assert (refused.text(), refused.is_valid()) == ("7", False)
    assert page.session.dataset is dataset
    page.setup._dataset.setCurrentIndex(page.setup._dataset.findData("plane:spirals-3"))
    page.setup._on_dataset_activated(page.setup._dataset.currentIndex())
    settle()
    # Another shape keeps how many and which, and has a noise of its own.
    order = ordered(page.session.dataset_name)
    assert (order.shape, order.count, order.seed, order.noise) == ("spirals-3", 80, 5, 0.03)
    enter(qtbot, page, "epochs", "2")
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    assert page.session.network.sizes[-1] == 3  # as many outputs as the data have classes
    for index, card in enumerate((page.plane, page.confusion, page.units)):
        page.stage.tabs.setCurrentIndex(index)
        settle()
        assert [other.isVisible() for other in (page.plane, page.confusion, page.units)].count(True) == 1
        assert card.isVisible()
    assert page.confusion._names == ("A", "B", "C")
    assert page.confusion.matrix._counts.shape == (3, 3)
    assert page.units.grid._images.shape == (6, 32, 32)  # half-planes


def test_a_preset_brings_its_points_and_its_settings(page: TrainPage) -> None:
    for preset in PRESETS.values():
        take(page, preset)
        assert page.session.dataset_name == preset.dataset
        configs = page.setup.configs()
        assert configs is not None
        assert configs[0].hidden == preset.network["hidden"]
        assert {name: getattr(configs[1], name) for name in preset.training} == preset.training


def test_the_map_follows_the_network(page: TrainPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(shown_map(page).labels) == FINE)
    enter(qtbot, page, "epochs", str(FOREVER))
    start(qtbot, page)
    maps = [shown_map(page)]
    qtbot.waitUntil(lambda: shown_map(page) is not maps[0])
    assert len(shown_map(page).labels) < FINE  # in the frame of a training
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)
    qtbot.waitUntil(lambda: len(shown_map(page).labels) == FINE)
    found, points = shown_map(page), page.plane.map._points
    with np.errstate(all="ignore"):
        labels = page.session.network.forward(points.places).argmax(axis=1)
    right = labels == points.labels
    said = [int(number) for number in re.findall(r"\d+", page.plane._caption.text())]
    hollow = points.validates
    assert said == [(right & ~hollow).sum(), (~hollow).sum(), (right & hollow).sum(), hollow.sum()]
    # The map says at a point what the network does, but where the border runs between its places.
    scale = (FINE - 1) / found.bounds.width
    columns = np.rint((points.places[:, 0] - found.bounds.left) * scale).astype(int)
    rows = np.rint((points.places[:, 1] - found.bounds.bottom) * scale).astype(int)
    assert (found.labels[rows, columns] == labels).mean() > 0.97


def test_the_confusion_of_three_classes_stays_while_a_network_of_two_is_shown(
    page: TrainPage, qtbot: QtBot, tmp_path: Path
) -> None:
    two = tmp_path / "two.safetensors"
    page.session.save_model(two)
    arms = PRESETS["three-arms"]
    take(page, replace(arms, training={**arms.training, "epochs": 2}))
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    page.session.open_model(two)
    page.stage.tabs.setCurrentIndex(1)
    settle()
    assert page.session.network.sizes[-1] == 2
    assert page.confusion._names == ("A", "B", "C")


def test_the_hinge_loss_lets_go_of_points_and_softmax_does_not(page: TrainPage, qtbot: QtBot) -> None:
    held = {}
    for key in ("softmax", "hinge"):
        take(page, PRESETS[key])
        click(qtbot, page.transport.start)
        wait_for_end(qtbot, page)
        page.plane.pulls.setChecked(True)
        settle()
        held[key] = int((page.plane.map._pulls > 0).sum())
        said = re.findall(r"(\d+) points hold", page.plane._caption.text())
        assert len(said) == 1
        assert 0 < int(said[0]) <= held[key]
    assert held["softmax"] == 60  # all that train
    assert held["hinge"] < 30


def test_the_perceptron_rule_ends_when_nothing_is_misread(page: TrainPage, qtbot: QtBot) -> None:
    take(page, PRESETS["perceptron"])
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    epoch = page.session.run.history.last_epoch
    assert epoch is not None
    assert epoch.train_accuracy == 1.0
    losses = page.session.run.history.loss
    assert losses.value(-1) == 0.0
    said = re.search(r"Corrections so far: (\d+), for (\d+) points", page.plane._caption.text())
    assert said is not None
    assert [int(number) for number in said.groups()] == [np.count_nonzero(losses.values), len(losses)]
    assert 0 < int(said[1]) < 100


def test_step_by_step_the_point_of_a_correction_is_framed(page: TrainPage, qtbot: QtBot) -> None:
    take(page, PRESETS["perceptron"])
    run, plane, corrected = page.session.run, page.plane, []
    for count in range(1, 15):
        before = page.session.network.weights[0].copy()
        click(qtbot, page.transport.step)
        qtbot.waitUntil(lambda count=count: run._snapshot_step == count and [plane.map._framed] == run.learned.tolist())
        point = plane.map._framed
        assert point is not None
        assert not plane.map._points.validates[point]
        said = "was corrected for it" in plane._caption.text()
        if count > 1:  # the first click has also drawn the weights
            along_x, along_y = page.session.network.weights[0] - before
            assert along_x.any() == said
            x, y = plane.map._points.places[point]
            assert np.allclose(along_x * y, along_y * x, atol=1e-5)  # by so much of the point
        corrected.append(said)
    assert any(corrected)
    assert not all(corrected)
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)
    settle()
    assert plane.map._framed is None
