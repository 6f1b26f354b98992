"""A problem that nobody has heard of, with inputs that are no picture: every page shows it or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import LOADERS, Wish
from digitapp.datasets.problems import PROBLEMS, Inputs, Preset, Problem
from digitapp.drawing.point import Point
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages

HEAPS = Problem(
    key="heaps",
    title="Three heaps of points",
    inputs=Inputs.POINTS,
    rows=1,
    columns=2,
    input_names=("x", "y"),
    class_names=("red", "green", "blue"),
    datasets=("heaps:far", "heaps:near"),
    preprocessing="points",
    presets=(Preset("few", {"hidden": (5,), "activation": "tanh", "initializer": "glorot"}, {"epochs": 20}),),
    sample=Point((0.5, -0.25)),
)


def heaps(name: str, distance: float) -> Callable[[Wish], Dataset]:
    def split(count: int, seed: int) -> Split:
        labels = np.arange(count) % 3
        middles = distance * np.array([[0, 1], [-1, -1], [1, -1]])
        places = middles[labels] + np.random.default_rng(seed).normal(0, 0.3, (count, 2))
        return Split(places.astype(np.float32), labels)

    return lambda wish: Dataset(name, HEAPS, split(150, wish.seed), split(60, wish.seed + 1))


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROBLEMS, HEAPS.key, HEAPS)
    for name, distance in zip(HEAPS.datasets, (1.0, 0.3), strict=True):
        monkeypatch.setitem(LOADERS, name, heaps(name, distance))


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = open_window(HEAPS.key)
    window.session.data.request(HEAPS.usual_dataset)
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    return window


PAGES = [row.name for row in registered_pages()]


def said_on(page: QWidget) -> str:
    """Return everything that can be read on a page."""
    labels = (label.text() for label in page.findChildren(QLabel) if label.isVisible())
    return "\n".join(text for text in labels if text)


@pytest.mark.parametrize("point", [HEAPS.blank, HEAPS.sample], ids=["nothing chosen", "a point"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_a_problem_that_it_has_never_heard_of(
    window: MainWindow, qtbot: QtBot, name: str, point: Point
) -> None:
    window.session.artwork.commit(point, "Point")
    page = window.show_page(name)
    qtbot.waitUntil(lambda: page.isVisible())
    QApplication.processEvents()
    assert "pixel" not in said_on(page).lower()


def test_a_problem_without_words_is_shown_by_the_names_that_it_carries(window: MainWindow) -> None:
    selector = window.header.problem_selector
    assert selector.currentData() == HEAPS.key
    assert selector.currentText() == HEAPS.title
    assert window.session.model_entries[0].model.class_names == HEAPS.class_names
