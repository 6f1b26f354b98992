"""In whatever order problem, page, network, drawing and data change: nothing fails, what is shown belongs together."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from odd_files import few_classes
from page_helpers import noise_digits, settle
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.paint import PaintDialog
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.why.page import CHANGE, PIXELS, UNITS, WhyPage
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.modelfile import save_model
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs

OpenWindow = Callable[..., MainWindow]
SEVEN = Drawing.from_points([[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]])


def data(name: str, **options: object) -> Dataset:
    return noise_digits(300, 100) if name == "handwriting" else load_dataset(name, **options)  # type: ignore[arg-type]


@pytest.fixture
def window(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The window, whose digits are noise."""
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", data)
    window = open_window("mnist")
    window.session.choose_dataset("handwriting")
    return window


class Changes:
    """Changes a session, one thing at a time, always the same for the same seed."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window, self._session, self._random = window, window.session, random.Random(seed)
        self.done: list[str] = []

    def one(self) -> None:
        """Change one thing."""
        change = self._random.choice(
            (self._problem, self._problem, self._page, self._page, self._network, self._drawing, self._data, self._view)
        )
        self.done.append(f"{change.__name__} {self._session.problem.key}")
        change()

    def _problem(self) -> None:
        self._session.choose_problem(self._random.choice(list(PROBLEMS)))

    def _page(self) -> None:
        self._window.show_page(self._random.choice(self._window.rows).name)

    def _network(self) -> None:
        session, kind = self._session, self._random.randrange(3)
        sizes = session.network.sizes
        if kind == 0:
            session.choose_model(self._random.choice(session.model_entries).key)
        elif kind == 1:
            hidden = self._random.choice(((), (3,), (40,), (7, 5)))
            session.renew_weights(NetworkConfig(hidden, "relu", "he"), usual_configs(session.problem)[1])
        elif not Surgery.of(session).reason():
            Surgery.of(session).zero(0, self._random.randrange(sizes[1]))
        layer = self._random.randrange(len(session.network.sizes) - 1)
        session.select_unit(layer, self._random.randrange(session.network.sizes[layer + 1]))

    def _drawing(self) -> None:
        artwork = self._session.artwork
        rng = np.random.default_rng(self._random.randrange(1000))
        if isinstance(artwork.value, BinaryGrid):
            artwork.commit(artwork.value.toggle(int(rng.integers(4)), int(rng.integers(3))), "Set")
        elif self._session.problem.is_drawn and rng.random() < 0.8:
            artwork.commit(Drawing.from_points([rng.random((5, 2))]), "Draw")
        else:
            artwork.clear("Clear")

    def _data(self) -> None:
        self._session.choose_dataset(self._random.choice(self._session.problem.datasets))

    def _view(self) -> None:
        """Another view of Features or of Why, shown or not."""
        features, why = self._window.page(FeaturesPage), self._window.page(WhyPage)
        if self._random.random() < 0.5:
            why.faces.setCurrentIndex(self._random.choice((UNITS, PIXELS, CHANGE)))
        else:
            features.tools.choose_order(self._random.choice(list(Order)))
            features.tools.order_chosen.emit()


def belongs_together(window: MainWindow) -> None:
    """Assert that the shown page shows what the session is about."""
    session, page = window.session, window.shown_page
    shown = page.shown
    assert window.header.problem_selector.currentData() == session.problem.key
    if page.NAME == "runsPage":  # which is about the runs of all problems
        return
    assert shown.problem is session.problem
    if page.NAME != "labPage":  # which trains networks of its own
        assert shown.network is session.network and shown.entry is session.current_entry
    if page.NAME in ("drawPage", "whyPage"):
        assert shown.ink == session.artwork.value and shown.answer is session.answer
    if page.NAME == "drawPage":
        label, answer = page.findChild(QLabel, "predictionLabel"), session.answer.label
        assert label is not None
        assert label.text() == ("?" if answer is None else shown.model.class_names[answer])
    if isinstance(page, FeaturesPage):
        assert shown.dataset is session.dataset
        units, shape = session.network.sizes[session.selected.layer + 1], page._images.shape
        assert shape[0] == len(page._order) == units
        if page._gallery.view.on_pixels:
            assert shape[1:] == session.problem.shape


@pytest.mark.parametrize("seed", range(2))
def test_in_whatever_order_things_change(window: MainWindow, qtbot: QtBot, tmp_path: Path, seed: int) -> None:
    save_model(few_classes(3, 8), tmp_path / "three.safetensors")
    window.session.open_model(tmp_path / "three.safetensors")
    changes, rng = Changes(window, seed), random.Random(seed)
    with qtbot.captureExceptions() as exceptions:
        for _ in range(40):
            changes.one()
            turns = rng.choice((0, 0, 1, 2))
            for _ in range(turns):
                QCoreApplication.processEvents()
            if turns == 2:
                settle()
                belongs_together(window)
        QCoreApplication.processEvents()
        settle()
        belongs_together(window)
    assert exceptions == [], changes.done
    assert not window.fault_bar.isVisible(), (window.fault_bar.text.text(), changes.done)


def test_why_about_pixels_then_the_toy_then_why(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    session.artwork.commit(SEVEN, "Draw")
    page = window.show_page(WhyPage)
    page.faces.setCurrentIndex(PIXELS)
    for turns in range(4):
        for _ in range(turns):
            QCoreApplication.processEvents()
        session.choose_problem("toy")
        window.show_page("drawPage")
        session.artwork.commit(BinaryGrid.blank().toggle(1, 1), "Set")
        window.show_page(WhyPage)
        QCoreApplication.processEvents()
        belongs_together(window)
        session.choose_problem("mnist")
    qtbot.waitUntil(lambda: page.pixels.isVisible())
    assert not window.fault_bar.isVisible(), window.fault_bar.text.text()


def test_paths_of_a_large_network_on_twelve_pixels(window: MainWindow) -> None:
    session = window.session
    session.artwork.commit(SEVEN, "Draw")
    window.show_page(NetworkPage)
    for key in ("toy", "plane", "mnist", "toy", "plane", "mnist"):
        session.choose_problem(key)
        session.renew_weights(NetworkConfig((20,), "relu", "he"), usual_configs(session.problem)[1])
        session.artwork.clear("Clear")
        QCoreApplication.processEvents()
        belongs_together(window)
    assert not window.fault_bar.isVisible(), window.fault_bar.text.text()


def test_a_layer_that_the_next_network_has_not(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    qtbot.waitUntil(lambda: session.dataset is not None)
    page = window.show_page(FeaturesPage)
    for hidden in ((7, 6, 5), (), (4, 3), (30,)):
        session.renew_weights(NetworkConfig(hidden, "relu", "he"), usual_configs(session.problem)[1])
        session.select_unit(len(hidden), 1)
        QCoreApplication.processEvents()
        belongs_together(window)
        qtbot.waitUntil(lambda: page._evidence.unit is not None)
        assert page._evidence.unit is not None and page._evidence.unit.layer == session.selected.layer
    assert not window.fault_bar.isVisible(), window.fault_bar.text.text()


def test_painting_while_the_problem_changes(window: MainWindow) -> None:
    session = window.session
    session.artwork.commit(SEVEN, "Draw")
    window.show_page(FeaturesPage)
    session.renew_weights(NetworkConfig((5,), "relu", "he"), usual_configs(session.problem)[1])
    dialog = PaintDialog(session, window)
    dialog.open()
    session.choose_problem("toy")
    before = session.network.parameters.copy()
    dialog.see_ink.click()
    dialog.from_drawing.click()
    QCoreApplication.processEvents()
    dialog.use.click()
    QCoreApplication.processEvents()
    np.testing.assert_array_equal(session.network.parameters, before)
    assert not window.fault_bar.isVisible(), window.fault_bar.text.text()
