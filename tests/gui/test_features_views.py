"""What the Features page shows of all units, in which order, and what it tries out for one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from page_helpers import RING, OpenSession, ShowPage, noise_digits, settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import PROBLEMS, TOY
from digitapp.gui.pages.features.dossier import LOOKS_FACE, WORTH_FACE
from digitapp.gui.pages.features.gallery import starting_parameters
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.shown import Lack, Shown
from digitapp.gui.pages.features.tools import Order
from digitapp.inspection.ablation import Ablation, Score
from digitapp.inspection.maximisation import strongest_input
from digitapp.inspection.survey import survey_layer
from digitapp.inspection.unit_images import change_images, class_images, layer_images
from digitapp.training.config import TrainConfig
from digitapp.training.presets import usual_configs

OpenPage = Callable[..., FeaturesPage]
DIGITS = noise_digits(200, 50)


@pytest.fixture
def open_page(open_session: OpenSession, show_page: ShowPage, qtbot: QtBot) -> OpenPage:
    """Return a function that shows the page with a small data set of noise, or without any."""

    def open_it(problem: str, *hidden: int, data: bool = True) -> FeaturesPage:
        dataset = DIGITS if data and problem == "mnist" else None
        page = show_page(FeaturesPage, open_session(problem, hidden or None, dataset=dataset))
        if data:
            qtbot.waitUntil(lambda: known(page), timeout=20_000)
        return page

    return open_it


def known(page: FeaturesPage) -> bool:
    """Whether the data have told about layer and unit, and the page has shown it."""
    settle()
    found = page._evidence.layer is not None and page._evidence.unit is not None
    settle()
    return found


def show(page: FeaturesPage, shown: Shown, label: int = 0) -> None:
    """Choose what the tiles show as the user does."""
    box = page.tools.shown_box
    page.tools.class_box.setCurrentIndex(label)
    box.setCurrentIndex(box.findData(shown))
    box.activated.emit(box.currentIndex())
    settle()


def order(page: FeaturesPage, wanted: Order) -> None:
    """Choose an order as the user does."""
    box = page.tools.order_box
    box.setCurrentIndex(box.findData(wanted))
    box.activated.emit(box.currentIndex())
    settle()


def tiles(page: FeaturesPage) -> np.ndarray:
    assert page.grid._values is not None
    return page.grid._values


@pytest.mark.parametrize("layer", [0, 1])
def test_patterns_and_parts_in_a_class_come_from_the_data(open_page: OpenPage, qtbot: QtBot, layer: int) -> None:
    page = open_page("mnist", 20, 12)
    page.session.select_unit(layer, 3)
    settle()
    qtbot.waitUntil(lambda: known(page), timeout=20_000)
    network, data = page.session.network, DIGITS.train
    survey = survey_layer(network, layer, data.inputs, data.labels, 10)
    show(page, Shown.PATTERN)
    np.testing.assert_allclose(tiles(page), survey.patterns.reshape(-1, 28, 28), rtol=1e-4, atol=1e-6)
    show(page, Shown.CLASS, 4)
    expected = class_images(network, layer, survey.source_class_means[4], 28, 28)
    np.testing.assert_allclose(tiles(page), expected, rtol=1e-4, atol=1e-6)
    assert page.tools.class_box.isVisible()
    assert "images of 4" in page.hint.text()


def test_without_data_a_view_says_what_it_lacks_and_weights_stay(open_page: OpenPage) -> None:
    page = open_page("mnist", 20, data=False)
    show(page, Shown.PATTERN)
    assert page.note.isVisible()
    assert "needs a data set" in page.note.text()
    assert not tiles(page).any()
    show(page, Shown.CHANGE)
    assert "not in its file" in page.note.text()
    show(page, Shown.WEIGHTS)
    assert not page.note.isVisible()
    np.testing.assert_array_equal(tiles(page), layer_images(page.session.network, 0, 28, 28))
    order(page, Order.IMPORTANCE)
    assert "needs a data set" in page.hint.text()
    np.testing.assert_array_equal(page._order, np.arange(20))
    for face in (LOOKS_FACE, WORTH_FACE):
        page.dossier.show_face(face)
    assert "Without a data set" in page.dossier.worth.text.text()


def test_the_change_since_the_start_of_a_run(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy")
    session = page.session
    assert starting_parameters(session.snapshot(), session.time_machine.branches) is None
    network, config = usual_configs(TOY)
    session.start_training(network, TrainConfig(**{**vars(config), "epochs": 40}))
    qtbot.waitUntil(lambda: not session.run.is_active, timeout=20_000)
    settle()
    start = starting_parameters(session.snapshot(), session.time_machine.branches)
    assert start is not None
    show(page, Shown.CHANGE)
    assert page._gallery.lack is None
    np.testing.assert_array_equal(tiles(page), change_images(session.network, start, 0, 4, 3))
    assert tiles(page).any()


def test_each_unit_on_its_own_scale(open_page: OpenPage) -> None:
    page = open_page("mnist", 20)
    page.session.network.weights[0][:, 5] *= 0.01
    page.session.tell_of_edit()
    page.sizes.own_scale.setChecked(True)
    settle()
    blank = DIGITS.train.inputs.max(axis=0) == 0
    largest = np.abs(page.session.network.weights[0][~blank]).max(axis=0)
    np.testing.assert_allclose(page.grid._images.reshape(20, -1)[:, ~blank].__abs__().max(axis=1), 1, rtol=1e-5)
    page.session.select_unit(0, 5)
    settle()
    assert page.tools.scale_bar._limit == pytest.approx(largest[5])
    page.sizes.own_scale.setChecked(False)
    settle()
    assert page.tools.scale_bar._limit > 10 * largest[5]


def test_orders_by_data(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 20)
    network, data = page.session.network, DIGITS.train
    order(page, Order.ASLEEP)
    awake = (network.trace(data.inputs).pre_activations[0] > 0).sum(axis=0)
    assert (np.diff(awake[page._order]) >= 0).all()
    order(page, Order.SIMILARITY)
    assert sorted(page._order.tolist()) == list(range(20))
    order(page, Order.IMPORTANCE)
    qtbot.waitUntil(lambda: page._orders.is_settled, timeout=20_000)
    settle()
    ablation = Ablation(network, "cross_entropy", 0, data.inputs, data.labels)
    surprises = np.array([score.surprise for _, score in ablation.without_each()])
    assert (np.diff(surprises[page._order]) <= 1e-9).all()
    assert not page.work.isVisible()
    assert page.grid.selected() == int(np.flatnonzero(page._order == page.session.selected.unit)[0])


def test_a_cancelled_order_leaves_the_units_by_number(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_cancelled, without_each = threading.Event(), Ablation.without_each

    def wait_for_the_cancelling(ablation: Ablation) -> Iterator[tuple[int, Score]]:
        was_cancelled.wait(10)
        yield from without_each(ablation)

    monkeypatch.setattr(Ablation, "without_each", wait_for_the_cancelling)
    page = open_page("mnist", 20)
    order(page, Order.IMPORTANCE)
    assert page._trials.is_ranking
    page._trials.cancel_ranking()
    was_cancelled.set()
    qtbot.waitUntil(lambda: not page._trials.is_ranking, timeout=20_000)
    settle()
    assert page.tools.order is Order.INDEX
    np.testing.assert_array_equal(page._order, np.arange(20))


def test_what_is_lost_without_a_unit(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy")
    page.session.artwork.commit(RING, "draw")
    page.dossier.show_face(WORTH_FACE)
    worth = page.dossier.worth
    qtbot.waitUntil(lambda: "%" in worth.rows().get("Accuracy", ("", ""))[1], timeout=20_000)
    session = page.session
    dataset, answer = session.dataset, session.answer
    assert dataset is not None
    assert answer.best is not None
    silenced = session.network.copy()
    silenced.weights[1][0] = 0
    outputs = silenced.forward(dataset.train.inputs)
    accuracy = (outputs.argmax(axis=1) == dataset.train.labels).mean()
    assert worth.rows()["Accuracy"][1] == f"{100 * accuracy:.2f} %"
    assert answer.inputs is not None
    name = PROBLEMS["toy"].class_names[answer.best]
    logit = float(silenced.trace(answer.inputs[np.newaxis]).pre_activations[-1][0, answer.best])
    assert worth.rows()[f"Sum for “{name}”"][1] == f"{logit:+.2f}".replace("-", "−")
    assert "48 training images" in worth.source.text()
    session.select_unit(1, 0)
    settle()
    assert "cannot be taken away" in worth.text.text()


def test_the_strongest_input_of_a_first_layer_is_exact(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy")
    page.dossier.show_face(LOOKS_FACE)
    qtbot.waitUntil(lambda: page._trials.ideal(0, 0) is not None, timeout=20_000)
    settle()
    ideal = page._trials.ideal(0, 0)
    dataset = page.session.dataset
    assert ideal is not None
    assert dataset is not None
    length = float(np.median(np.linalg.norm(dataset.train.inputs, axis=1)))
    np.testing.assert_allclose(ideal.summit.image, strongest_input(page.session.network.weights[0][:, 0], length))
    assert "Exact" in page.dossier.looks.ideal.text.text()


def test_the_strongest_input_of_a_deeper_layer_beats_the_data(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 16, 8)
    page.session.select_unit(1, 2)
    settle()
    qtbot.waitUntil(lambda: known(page), timeout=20_000)
    page.dossier.show_face(LOOKS_FACE)
    qtbot.waitUntil(lambda: page._trials.ideal(1, 2) is not None, timeout=30_000)
    ideal = page._trials.ideal(1, 2)
    assert ideal is not None
    assert not ideal.summit.is_exact
    sums = page.session.network.trace(DIGITS.train.inputs).pre_activations[1][:, 2]
    assert ideal.summit.value > sums.max()


def test_doubles_find_each_other(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 12)
    network = page.session.network
    network.weights[0][:, 7] = 2 * network.weights[0][:, 3]
    page.session.network_changed.emit()
    page.session.select_unit(0, 3)
    settle()
    qtbot.waitUntil(lambda: known(page), timeout=20_000)
    assert "Nearly the same as unit 8" in page.dossier.sentence.text()
    page.dossier.show_face(WORTH_FACE)
    assert "A double of unit 8" in page.dossier.worth.condition.text()
    qtbot.mouseClick(page.dossier.worth.twin, Qt.MouseButton.LeftButton)
    assert page.session.selected.unit == 7


def test_one_class_in_front_of_the_histogram(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy")
    chips = page.dossier.legend._chips
    qtbot.mouseClick(chips[1], Qt.MouseButton.LeftButton)
    assert page.dossier.histogram.front() == 1
    page.grab()
    qtbot.mouseClick(chips[0], Qt.MouseButton.LeftButton)
    assert page.dossier.histogram.front() == 0
    qtbot.mouseClick(chips[0], Qt.MouseButton.LeftButton)
    assert page.dossier.histogram.front() is None


def test_weights_that_are_not_numbers_stop_no_face(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 12)
    page.session.network.weights[0][5, 0] = np.nan
    page.session.network_changed.emit()
    qtbot.waitUntil(lambda: page._evidence.is_broken, timeout=20_000)
    settle()
    show(page, Shown.PATTERN)
    assert page._gallery.lack is Lack.BROKEN
    for face in (LOOKS_FACE, WORTH_FACE):
        page.dossier.show_face(face)
        page.grab()
    qtbot.waitUntil(lambda: "not numbers" in page.dossier.worth.text.text(), timeout=20_000)


def test_zooming_by_the_buttons(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 300)
    before = page.grid.tile_rect(0).width()
    qtbot.mouseClick(page.sizes.larger, Qt.MouseButton.LeftButton)
    assert page.grid.tile_rect(0).width() > before
    qtbot.mouseClick(page.sizes.fit, Qt.MouseButton.LeftButton)
    assert page.grid.verticalScrollBar().maximum() == 0
    qtbot.mouseClick(page.sizes.fit, Qt.MouseButton.LeftButton)
    assert page.grid.tile_rect(0).width() == before


def test_a_layer_that_was_looked_at_is_known_when_one_comes_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("mnist", 20, 12)
    first = page._evidence.layer
    page.session.select_unit(1, 0)
    settle()
    assert page._evidence.layer is None
    qtbot.waitUntil(lambda: known(page), timeout=20_000)
    page.session.select_unit(0, 4)
    settle()
    assert page._evidence.layer is first
    page.session.network_changed.emit()
    settle()
    assert page._evidence.layer is None
