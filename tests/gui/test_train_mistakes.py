"""The tab Mistakes of Train: cells open their images, which open on other pages; it follows the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, noise_digits, settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, click, enter, start, wait_for_data, wait_for_end

from digitapp.drawing.point import Point
from digitapp.gui import theme
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.stepping import Stepper

OpenPage = Callable[..., TrainPage]


def measured(qtbot: QtBot, page: TrainPage) -> TrainPage:
    """Choose the tab and wait until it shows the network as it is."""
    wait_for_data(qtbot, page)
    page.stage.room.choose("mistakes")
    settle()
    view = page.mistakes
    qtbot.waitUntil(
        lambda: view._shown is not None and view._shown.version == page.session.network_version and view._held is None,
        timeout=20_000,
    )
    assert view.readings is not None
    return page


@pytest.fixture
def toy(open_train_page: OpenPage, qtbot: QtBot) -> TrainPage:
    """A new network of the toy, which misreads half of the images."""
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    configs = page.setup.configs()
    assert configs is not None
    page.session.renew_weights(*configs)
    return measured(qtbot, page)


def a_cell(page: TrainPage, *, right: bool = False) -> tuple[int, int]:
    readings = page.mistakes.readings
    assert readings is not None
    cells = np.argwhere(readings.confusion > 0).tolist()
    return next((i, j) for i, j in cells if (i == j) is right)


def press_cell(qtbot: QtBot, page: TrainPage, cell: tuple[int, int]) -> None:
    matrix = page.mistakes.matrix
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(*cell).center().toPoint())
    settle()


def test_all_mistakes_are_counted_and_sorted(toy: TrainPage) -> None:
    view = toy.mistakes
    readings, shown = view.readings, view.gallery.samples.samples
    assert readings is not None and toy.session.dataset is not None
    validation = toy.session.dataset.validation
    assert validation is not None
    wrong = toy.session.network.forward(validation.inputs).argmax(1) != validation.labels
    assert sorted(shown.tolist()) == np.flatnonzero(wrong).tolist() != []
    assert (np.diff(readings.certainties[shown]) <= 0).all()
    assert view.count.text() == f"{wrong.sum()} of {len(validation)} validation images are misread"
    assert view.title.text() == "All mistakes" and "surest mistake first" in view.order.text()
    assert not view.all_button.isVisible() and not view.ways.isVisible()


def test_a_cell_shows_its_images_and_all_come_back(toy: TrainPage, qtbot: QtBot) -> None:
    view = toy.mistakes
    assert view.readings is not None
    cell, every = a_cell(toy), view.gallery.samples.rowCount()
    press_cell(qtbot, toy, cell)
    assert view.gallery.samples.rowCount() == view.readings.confusion[cell]
    assert view.title.text() == f"{cell[0]} read as {cell[1]}" and view.all_button.isVisible()
    press_cell(qtbot, toy, a_cell(toy, right=True))
    assert "least sure first" in view.order.text() and view.title.text().endswith("read right")
    click(qtbot, view.all_button)
    assert view.gallery.samples.rowCount() == every
    empty = [cell for cell in np.ndindex(2, 2) if view.readings.confusion[cell] == 0]
    for cell in empty:
        press_cell(qtbot, toy, cell)
        assert view.empty.isVisible() and view.empty.text().startswith("No ") and not view.gallery.isVisible()
        press_cell(qtbot, toy, cell)
        assert view.gallery.isVisible() and view.gallery.samples.rowCount() == every


@pytest.mark.parametrize(
    ("button", "wanted"), [("why_button", "whyPage"), ("draw_button", "drawPage"), ("step_button", "stepPage")]
)
def test_an_image_opens_elsewhere(toy: TrainPage, qtbot: QtBot, button: str, wanted: str) -> None:
    names, view = [], toy.mistakes
    toy.page_wanted.connect(lambda name, _what: names.append(name))
    index = view.gallery.samples.index(0, 0)
    qtbot.mouseClick(view.gallery.viewport(), Qt.MouseButton.LeftButton, pos=view.gallery.visualRect(index).center())
    settle()
    sample = view.gallery.samples.sample(index)
    assert view.readings is not None
    click(qtbot, getattr(view, button))
    assert names == [wanted]
    np.testing.assert_array_equal(toy.session.grid.to_vector(), view.readings.split.inputs[sample])
    assert toy.session.answer.best == view.readings.predictions[sample]
    scene = Stepper.of(toy.session).scene(toy.session.snapshot())
    if wanted == "stepPage":
        assert scene is not None and scene.sample is None
        assert scene.numbers.label == view.readings.split.labels[sample]


def test_an_image_of_another_problem_is_laid_nowhere(toy: TrainPage) -> None:
    """Within the turn in which the problem changes, the page still shows the images of the one before."""
    names, view = [], toy.mistakes
    toy.page_wanted.connect(lambda name, _what: names.append(name))
    view.gallery.setCurrentIndex(view.gallery.samples.index(0, 0))
    toy.session.choose_problem("plane")
    before = toy.session.artwork.value
    for button in (view.why_button, view.draw_button, view.step_button):
        button.click()
    assert names == [] and toy.session.artwork.value is before


def test_the_keyboard_reaches_everything(toy: TrainPage, qtbot: QtBot) -> None:
    names, view = [], toy.mistakes
    toy.page_wanted.connect(lambda name, _what: names.append(name))
    view.matrix.setFocus()
    qtbot.keyClick(view.matrix, Qt.Key.Key_Right)
    while view.matrix._cell != a_cell(toy):
        label, read = view.matrix._cell or (0, 0)
        key = Qt.Key.Key_Down if label < a_cell(toy)[0] else Qt.Key.Key_Right
        qtbot.keyClick(view.matrix, key if read < 1 or key is Qt.Key.Key_Down else Qt.Key.Key_Left)
    qtbot.keyClick(view.matrix, Qt.Key.Key_Return)
    assert view.cell == a_cell(toy)
    view.gallery.setFocus()
    qtbot.keyClick(view.gallery, Qt.Key.Key_Home)
    qtbot.keyClick(view.gallery, Qt.Key.Key_Right)
    assert view.gallery.chosen is not None and view.ways.isVisible()
    described = view.gallery.samples.index(view.gallery.currentIndex().row(), 0).data(
        Qt.ItemDataRole.AccessibleTextRole
    )
    assert "read as" in described and "sure" in described and "%" in described
    qtbot.keyClick(view.gallery, Qt.Key.Key_Return)
    assert names == ["whyPage"]


def test_it_follows_the_training_and_keeps_places_below_the_pointer(
    toy: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = toy.mistakes
    first = view.readings
    # Another test may have left the pointer where the images come to stand.
    monkeypatch.setattr(view.gallery.viewport(), "underMouse", lambda: False, raising=False)
    enter(qtbot, toy, "epochs", str(FOREVER))
    start(qtbot, toy)
    qtbot.waitUntil(lambda: view.readings is not first, timeout=20_000)
    monkeypatch.setattr(view.gallery.viewport(), "underMouse", lambda: True, raising=False)
    qtbot.waitUntil(lambda: view._held is not None, timeout=20_000)
    kept, held = view.readings, view._held
    view.gallery.left.emit()
    assert held is not None and view.readings is not kept
    monkeypatch.undo()
    toy.stop()
    wait_for_end(qtbot, toy)
    measured(qtbot, toy)
    assert view.readings is not None
    outputs = toy.session.network.forward(view.readings.split.inputs)
    np.testing.assert_array_equal(view.readings.predictions, outputs.argmax(1))


def test_the_tab_confusion_leads_here(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "epochs", "3")
    enter(qtbot, toy, "learning_rate", "0.1")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    toy.stage.room.choose("confusion")
    settle()
    epoch = toy.session.run.history.last_epoch
    assert epoch is not None
    cell = tuple(int(place) for place in np.argwhere(epoch.confusion > 0)[0])
    matrix = toy.confusion.matrix
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(*cell).center().toPoint())
    measured(qtbot, toy)
    assert toy.mistakes.isVisible() and toy.mistakes.cell == cell
    assert toy.mistakes.readings is not None
    assert toy.mistakes.gallery.samples.rowCount() == toy.mistakes.readings.confusion[cell]


def test_points_are_shown_where_they_lie(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("plane")
    wait_for_data(qtbot, page)
    configs = page.setup.configs()
    assert configs is not None
    page.session.renew_weights(*configs)
    measured(qtbot, page)
    view, names = page.mistakes, []
    page.page_wanted.connect(lambda name, _what: names.append(name))
    assert view.readings is not None and "validation points are misread" in view.count.text()
    view.gallery.setCurrentIndex(view.gallery.samples.index(0, 0))
    sample = view.gallery.samples.sample(view.gallery.samples.index(0, 0))
    x, y = view.readings.split.inputs[sample].tolist()
    assert f"{x:.2f}" in view.gallery.samples.describe(sample)
    for mode in ("dark", "light"):
        theme.current().set_mode(mode)
        assert not view.gallery.grab().isNull()
    click(qtbot, view.draw_button)
    assert names == ["drawPage"] and page.session.artwork.value == Point((x, y))
    page.session.choose_problem("toy")
    measured(qtbot, page)
    assert "validation images" in view.count.text() and view.cell is None


def test_all_is_right_and_no_data(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = measured(qtbot, open_train_page("toy"))  # the shipped network
    assert page.mistakes.empty.text() == "Every image is read right."
    page.session.choose_problem("mnist")
    page.stage.room.choose("mistakes")
    settle()
    assert "as soon as the data are here" in page.mistakes.empty.text()
    assert page.mistakes.count.text() == "" and not page.mistakes.gallery.isVisible()
    assert page.mistakes.matrix.counts().shape == (10, 10) and page.mistakes.matrix.counts().sum() == 0


def test_thousands_of_mistakes_are_painted_as_they_come_into_sight(
    open_session: OpenSession, show_page: ShowPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digitapp.gui.pages.train import mistake_gallery

    page = show_page(TrainPage, open_session("mnist", (16,), dataset=noise_digits(100, 5000)))
    measured(qtbot, page)
    gallery, painted = page.mistakes.gallery, []
    assert gallery.samples.rowCount() > 4000
    paint = mistake_gallery.ink_image
    monkeypatch.setattr(mistake_gallery, "ink_image", lambda *given: painted.append(1) or paint(*given))
    gallery.viewport().grab()
    assert 0 < len(painted) < 60
    gallery.setFocus()
    qtbot.keyClick(gallery, Qt.Key.Key_End)
    assert gallery.currentIndex().row() == gallery.samples.rowCount() - 1
    assert gallery.viewport().rect().contains(gallery.visualRect(gallery.currentIndex()).center())
