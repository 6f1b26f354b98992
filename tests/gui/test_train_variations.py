"""Varying the training pictures: the row of the setup, the dialog that shows what it does, and what a run then gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.variations import VariationsDialog, sample_pictures
from digitapp.gui.settings import Settings
from digitapp.training.augmentation import STANDARD


@pytest.fixture
def page(open_train_page: Callable[..., TrainPage], request: pytest.FixtureRequest) -> TrainPage:
    """The page, with the toy unless a test asks for another problem."""
    return open_train_page(getattr(request, "param", "toy"))


of_both_problems = pytest.mark.parametrize("page", ["toy", "mnist"], indirect=True)


def variations(page: TrainPage) -> Mapping[str, float]:
    """Return how the next run would vary its pictures."""
    configs = page.setup.configs()
    assert configs is not None
    return configs[1].augmentation


@of_both_problems
def test_a_sample_has_eight_different_pictures(page: TrainPage) -> None:
    pictures = sample_pictures(page.session.problem, None)
    assert pictures.shape == (8, page.session.problem.features)
    assert len(np.unique(pictures, axis=0)) == 8


def test_the_row_says_how_a_run_varies_its_pictures(page: TrainPage) -> None:
    box = page.setup.settings.box("augmentation")
    assert variations(page) == {}
    box.setCurrentIndex(box.findData("standard"))
    assert variations(page) == STANDARD
    page.setup.set_variations({"turn": 30.0})
    assert box.currentData() == "own"
    assert variations(page) == {"turn": 30.0}
    page.setup.set_variations({})
    assert box.currentData() == "none"


def test_own_variations_are_remembered(page: TrainPage, settings: Settings, qtbot: QtBot) -> None:
    page.setup.set_variations({"shift": 2.0, "erase": 0.5})
    again = TrainPage(page.session, settings)
    qtbot.addWidget(again)
    assert variations(again) == {"shift": 2.0, "erase": 0.5}


def test_nonsense_that_was_remembered_is_passed_over(page: TrainPage, settings: Settings, qtbot: QtBot) -> None:
    problem = page.session.problem.key
    for text in ("{", '{"turn": -1}', '{"twist": 1}', "[1]", '"turn"'):
        settings.store.setValue(f"train/{problem}/variations", text)
        settings.store.setValue(f"train/{problem}/augmentation", "own")
        again = TrainPage(page.session, settings)
        qtbot.addWidget(again)
        assert variations(again) == STANDARD


@of_both_problems
def test_the_dialog_shows_what_its_sliders_do_and_hands_it_over(page: TrainPage, qtbot: QtBot) -> None:
    page.setup.show_variations.click()
    dialog = page.findChild(VariationsDialog)
    assert dialog is not None
    assert dialog.strengths == {}
    still = dialog._after.grab().toImage()
    dialog.sliders["turn"].setValue(27)
    turned = dialog._after.grab().toImage()
    assert turned != still
    assert dialog.strengths == {"turn": pytest.approx(27)}
    dialog._on_again()
    assert dialog._after.grab().toImage() != turned
    dialog.choose(STANDARD)
    assert dialog.strengths == STANDARD
    dialog.sliders["erase"].setValue(50)
    use = dialog.findChild(QPushButton, "useVariationsButton")
    assert use is not None
    with qtbot.waitSignal(dialog.accepted):
        use.click()
    assert variations(page)["erase"] == 0.5


def test_the_standard_stays_the_standard_through_the_dialog(page: TrainPage) -> None:
    page.setup.set_variations(STANDARD)
    dialog = VariationsDialog(page.session.problem, sample_pictures(page.session.problem, None), STANDARD, page)
    page.setup.set_variations(dialog.strengths)
    assert page.setup.settings.box("augmentation").currentData() == "standard"
