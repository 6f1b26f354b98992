"""A problem that nobody has heard of, with inputs that are no picture: every page shows it or says why it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from third_problem import HEAPS, SAMPLE, register

from digitapp.datasets.problems import TOY
from digitapp.drawing.point import Point
from digitapp.gui import settings as remembered
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.dossier import LOOKS_FACE, WORTH_FACE
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.why.page import CHANGE, PIXELS, WhyPage
from digitapp.gui.settings import Settings
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages
from digitapp.training import ConfigError, TrainConfig, begin


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = open_window(HEAPS.key)
    window.session.data.request(HEAPS.usual_dataset)
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    return window


PAGES = [row.name for row in registered_pages()]
OF_PICTURES = re.compile("pixel|image|picture|ink|digit", re.IGNORECASE)
# Sentences that say what there is not.
OF_NUMBERS = re.compile(
    "inputs of this problem are numbers|samples are numbers|no handwriting|there are none|for the 28×28 digits"
)


def said_on(page: QWidget) -> list[str]:
    """Return everything that can be read on a page."""
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible() and label.text()]


def says_no_more_of_pictures_than_that_there_are_none(page: QWidget) -> bool:
    QApplication.processEvents()
    odd = [text for text in said_on(page) if OF_PICTURES.search(text) and not OF_NUMBERS.search(text)]
    assert not odd
    return any(OF_NUMBERS.search(text) for text in said_on(page))


@pytest.mark.parametrize("point", [Point(), SAMPLE], ids=["nothing chosen", "a point"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_a_problem_that_it_has_never_heard_of(window: MainWindow, name: str, point: Point) -> None:
    window.session.artwork.commit(point, "Point")
    page = window.show_page(name)
    says_no_more_of_pictures_than_that_there_are_none(page)
    assert window.shown_page is page


def test_a_problem_without_words_is_shown_by_the_names_that_it_carries(window: MainWindow) -> None:
    selector = window.header.problem_selector
    assert selector.currentData() == HEAPS.key
    assert selector.currentText() == HEAPS.title
    setup = window.show_page(TrainPage).setup
    assert [setup._dataset.itemText(index) for index in range(2)] == list(HEAPS.datasets)
    model = window.session.model
    assert (model.problem, model.class_names, model.network.sizes) == (HEAPS.key, HEAPS.class_names, (2, 5, 3))


def test_the_answer_follows_the_pointer_over_the_plane(window: MainWindow, qtbot: QtBot) -> None:
    page = window.show_page(DrawPage)
    QApplication.processEvents()
    letter = window.findChild(QLabel, "predictionLabel")
    assert letter is not None
    assert letter.text() == "?"
    qtbot.mouseMove(page.canvas, QPoint(page.canvas.width() // 4, page.canvas.height() // 3))
    answer, asked = window.session.answer, page.plane.surface.test_place
    assert answer.inputs is not None
    assert answer.label is not None
    assert asked is not None
    QApplication.processEvents()
    np.testing.assert_array_equal(answer.inputs, np.array(asked, np.float32))
    assert letter.text() == HEAPS.class_names[answer.label]


def test_points_of_a_problem_that_is_not_for_them_cannot_be_set_opened_or_pasted(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = window.show_page(DrawPage)
    points = page.session.points.points
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton)
    QGuiApplication.clipboard().setText("0.5, 0.5, A")
    page.paste()
    page.clear()
    QApplication.processEvents()
    assert page.session.points.points is points
    assert len(points) == 210
    assert window.session.dataset_name == HEAPS.usual_dataset
    assert not page.open_button.isEnabled()
    assert page.save_button.isEnabled()
    assert not page.plane.tools.tools.isVisible()


def test_why_adds_up_units_and_says_that_there_are_no_pixels(window: MainWindow) -> None:
    window.session.artwork.commit(SAMPLE, "Point")
    page = window.show_page(WhyPage)
    assert "x = +0.50 and y = −0.25" in said_on(page)
    assert len(page.units.ledger.rows) == 1 + 5 + 1
    for face in (PIXELS, CHANGE):
        page.faces.setCurrentIndex(face)
        assert says_no_more_of_pictures_than_that_there_are_none(page)
    assert not page.composed_pictures()


def test_features_knows_units_by_their_weights(window: MainWindow, qtbot: QtBot) -> None:
    page = window.show_page(FeaturesPage)
    qtbot.waitUntil(lambda: page._evidence.unit is not None)
    assert page.grid.count() == 5
    assert says_no_more_of_pictures_than_that_there_are_none(page)
    page.dossier.faces.setCurrentIndex(LOOKS_FACE)
    says_no_more_of_pictures_than_that_there_are_none(page)
    assert page.dossier.looks.region.map.isVisible()
    assert not page.dossier.looks.ideal.isVisible()
    page.dossier.faces.setCurrentIndex(WORTH_FACE)
    QApplication.processEvents()
    assert not page.surgery.paint.isEnabled()
    assert "numbers" in page.surgery.paint.toolTip()


def test_network_shows_paths_and_probes_alone(window: MainWindow) -> None:
    page = window.show_page(NetworkPage)
    for view in page._views:
        page.choice.setCurrentIndex(page._views.index(view))
        assert says_no_more_of_pictures_than_that_there_are_none(page) == view.needs_pictures
        assert view.isVisible() != view.needs_pictures
    window.session.choose_problem(TOY.key)
    page.choice.setCurrentIndex(page._views.index(page.map))
    QApplication.processEvents()
    assert page.map.isVisible()


def test_a_network_learns_the_points(window: MainWindow, qtbot: QtBot) -> None:
    page = window.show_page(TrainPage)
    assert not page.setup.show_variations.isVisible()
    assert not page.setup.settings.rows["augmentation"].isVisible()
    page.start()
    qtbot.waitUntil(lambda: window.session.run.history.finished is not None)
    epoch = window.session.run.history.last_epoch
    assert epoch is not None
    assert epoch.confusion.shape == (3, 3)
    assert window.session.model.training["dataset"] == HEAPS.usual_dataset


def test_a_model_of_the_points_is_saved_and_opened(window: MainWindow, tmp_path: Path) -> None:
    window.session.save_model(tmp_path / "heaps.safetensors")
    window.session.choose_problem(TOY.key)
    window.session.open_model(tmp_path / "heaps.safetensors")
    assert window.session.problem is HEAPS
    assert window.session.current_entry.origin == "file"


def test_what_is_no_picture_is_not_varied(window: MainWindow) -> None:
    dataset, config = window.session.dataset, TrainConfig(augmentation={"turn": 5.0})
    assert dataset is not None
    with pytest.raises(ConfigError, match="augmentation must be none"):
        begin(window.session.network.copy(), dataset, config, np.random.default_rng(0))


def test_the_problem_is_remembered(window: MainWindow, settings: Settings) -> None:
    window.close()
    assert settings.get(remembered.PROBLEM) == HEAPS.key
