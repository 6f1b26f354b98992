"""The bench "Sizes" in the real window: typed sizes are counted or refused, and shapes learn beside the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.pages.lab.sizes.bench import SizesBench
from digitapp.gui.pages.lab.sizes.one import EXAMPLES
from digitapp.gui.settings import bench_key
from digitapp.gui.widgets import Label
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.gui.window.main_window import MainWindow
from digitapp.lab import plane_shapes
from digitapp.lab.plane_shapes import SEEDS, SHAPES
from digitapp.lab.sizes import parse_sizes

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("sizes")


@pytest.fixture
def bench(page: LabPage) -> SizesBench:
    bench = page.bench()
    assert isinstance(bench, SizesBench)
    return bench


def type_layers(bench: SizesBench, qtbot: QtBot, text: str) -> None:
    bench.one.layers.setText(text)
    qtbot.keyClick(bench.one.layers, Qt.Key.Key_Return)


def texts(bench: SizesBench) -> list[str]:
    return [label.text() for label in bench.details.findChildren(Label) if label.isVisible()]


def test_what_is_typed_is_counted_drawn_and_measured(bench: SizesBench, qtbot: QtBot) -> None:
    for text in (*EXAMPLES[:4], "1-1", "-".join(["3"] * 22), "2, 10000, 2"):
        type_layers(bench, qtbot, text)
        size = parse_sizes(text)
        assert bench.one.network == size and not bench.one._error.isVisible()
        figures = [figure.text() for figure in bench.one._figures]
        assert figures[:2] == [thousands(size.neurons), thousands(size.parameters)]
        assert thousands(size.parameters) in texts(bench)
        assert not bench.one.sketch.grab().isNull()
        last = bench.numbers().splitlines()[-1].split("\t")
        assert last[2:] == [str(n) for n in (size.neurons, size.weights, size.biases, size.parameters)]
    qtbot.waitUntil(lambda: bench.one.step_time is not None)
    assert "s" in bench.one._figures[3].text() and any("samples a second" in text for text in texts(bench))


def test_nonsense_is_refused_in_a_sentence_and_the_last_network_stays(bench: SizesBench, qtbot: QtBot) -> None:
    type_layers(bench, qtbot, "12-3-2")
    for text, said in (
        ("12-three-2", "“three” is no whole number"),
        ("12", "Inputs and outputs"),
        ("12-0-2", "a layer has 1 to 10,000 units"),
        ("10000-10000-10000", "25,000,000 parameters"),
        ("-".join("2" * 40), "at most 21 layers"),
    ):
        type_layers(bench, qtbot, text)
        assert bench.one._error.isVisible() and said in bench.one._error.text()
        assert bench.one.network.sizes == (12, 3, 2)
    bench.one.batch.setText("0")
    qtbot.keyClick(bench.one.batch, Qt.Key.Key_Return)
    assert bench.one.batch_size == 10
    bench.take_up({})
    assert not bench.one._error.isVisible() and bench.one.network.sizes == (784, 30, 10)


def test_shapes_learn_beside_the_window_and_other_points_begin_anew(
    bench: SizesBench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plane_shapes, "CONFIG", replace(plane_shapes.CONFIG, epochs=6))
    bench.view.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(bench.shapes.tried) >= 2)
    bench.shapes.data.setCurrentIndex(bench.shapes.data.findData("plane:spirals-3"))  # in the middle of it
    assert not bench.shapes.tried and bench.numbers() == ""
    qtbot.waitUntil(lambda: bench.shapes.is_known)
    assert not bench.shapes.progress.isVisible()
    tried = bench.shapes.tried[(6, 6)]
    assert tried.networks[0].sizes == (2, 6, 6, 3), "the spiral with three arms has three classes"
    cell = bench.shapes.cells[(6, 6)]
    assert decimal(float(np.median(tried.losses[0]))) in cell._losses.text()
    qtbot.mouseClick(cell, Qt.MouseButton.LeftButton)
    assert bench.shapes.current == (6, 6) and decimal(float(tried.losses[0, 0]), 3) in texts(bench)
    qtbot.keyClick(cell, Qt.Key.Key_Right)
    qtbot.keyClick(bench.shapes.cells[bench.shapes.current], Qt.Key.Key_Down)
    assert bench.shapes.current == (20, 20, 20)
    assert len(bench.numbers().splitlines()) == 1 + len(SHAPES) * len(SEEDS)


def test_the_state_is_left_and_taken_up_and_nonsense_in_it_is_not(
    bench: SizesBench, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plane_shapes, "CONFIG", replace(plane_shapes.CONFIG, epochs=2))
    state = {"view": 1, "layers": "5-4-3", "batch": 7, "optimizer": "adam", "points": 2, "shape": 5}
    bench.take_up(state)
    assert bench.state() == state
    bench.take_up({"view": 9, "layers": "x", "batch": 1e99, "optimizer": "sgdd", "points": -1, "shape": "a"})
    first = bench.state()
    bench.take_up({})
    assert bench.state() == first and first["layers"] == "784-30-10"
    qapp.processEvents()


def test_what_a_reset_or_a_lesson_shows_is_remembered_too(page: LabPage, bench: SizesBench, qtbot: QtBot) -> None:
    key = bench_key("sizes")
    type_layers(bench, qtbot, "12-3-2")
    assert json.loads(page.settings.get(key))["layers"] == "12-3-2"
    page.reset.click()
    assert json.loads(page.settings.get(key)) == bench.state() and bench.state()["layers"] == "784-30-10"
    page.take_up(("sizes", {"layers": "5-4-3"}))
    assert json.loads(page.settings.get(key))["layers"] == "5-4-3"
