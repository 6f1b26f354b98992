"""The Network page with a real pointer and real keys, on large, small, dead and broken networks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import PAGE_SIZE, SLANTED_STROKE, OpenSession, ShowPage, noise_digits, settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QStackedWidget, QTabWidget
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset
from digitapp.drawing.grid import BinaryGrid
from digitapp.gui.diagram.wires import Node, Wire
from digitapp.gui.pages.network.map import COUNTS, sample
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.network.paths import is_small
from digitapp.gui.widgets import PlainButton
from digitapp.nn.network import UnitRef

OpenPage = Callable[..., NetworkPage]
PATHS, TEMPLATES, MAP, PROBES = range(4)
PATIENCE = 30_000


@pytest.fixture
def open_page(open_session: OpenSession, show_page: ShowPage) -> OpenPage:
    """Return a function that shows the page of a session."""

    def open_it(
        problem: str = "mnist",
        hidden: tuple[int, ...] | None = (12, 8),
        activation: str = "relu",
        dataset: Dataset | None = None,
        size: tuple[int, int] = PAGE_SIZE,
    ) -> NetworkPage:
        return show_page(NetworkPage, open_session(problem, hidden, activation=activation, dataset=dataset), size)

    return open_it


@pytest.fixture
def digits() -> Dataset:
    return noise_digits(400, 320)


def draw(page: NetworkPage) -> None:
    page.session.artwork.commit(SLANTED_STROKE, "Stroke")
    page.refresher.catch_up()  # the views' turn


def turn_to(page: NetworkPage, view: int) -> None:
    page.choice.setCurrentIndex(view)
    settle()


def centre(page: NetworkPage, node: Node) -> QPoint:
    return page.paths.paths.node_rect(node).center().toPoint()


# Paths


def test_without_a_drawing_the_page_says_what_to_do_and_shows_a_sample(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    assert page.paths.empty.isVisible() and not page.paths.paths.isVisible()
    page.paths.empty.findChildren(PlainButton)[0].click()
    qtbot.waitUntil(page.paths.paths.isVisible)  # when it is its turn
    assert not page.paths.empty.isVisible()
    page.undo()
    qtbot.waitUntil(page.paths.empty.isVisible)  # a frame shows the newest of several changes
    page.redo()
    qtbot.waitUntil(page.paths.paths.isVisible)


def test_drawing_on_the_pad_is_followed(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    canvas = page.pad.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
    for step in range(1, 8):
        qtbot.mouseMove(canvas, QPoint(60 + 4 * step, 40 + 16 * step))
    qtbot.waitUntil(lambda: page.paths.paths.isVisible())
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(92, 168))
    assert not page.session.drawing.is_empty
    settle()
    assert page.pad.certainty.text().endswith("sure")
    page.pad.clear_button.click()
    assert page.session.drawing.is_empty
    qtbot.waitUntil(page.paths.empty.isVisible)


def test_the_strongest_units_are_shown_and_named(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    diagram = page.paths.paths
    picture = diagram.picture
    assert picture is not None and picture.answer == page.session.answer.best
    chosen, contributions = picture.paths.units[0], np.abs(picture.paths.found.contributions[0])
    assert contributions[list(chosen)].min() >= np.delete(contributions, chosen).max(initial=0)
    qtbot.mouseMove(diagram, centre(page, Node(1, 0)))
    text = diagram.readout_text()
    assert text.startswith(f"Unit 1.{chosen[0] + 1}") and "activation" in text and "adds to" in text


def test_a_click_selects_the_unit_and_a_double_click_opens_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    diagram = page.paths.paths
    place = centre(page, Node(2, 2))
    picture = diagram.picture
    assert picture is not None
    with qtbot.waitSignal(page.session.selection_changed):
        qtbot.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=place)
    assert page.session.selected == UnitRef(1, picture.paths.units[1][2])
    with qtbot.waitSignal(page.page_wanted, check_params_cb=lambda name, _what: name == "featuresPage"):
        qtbot.mouseDClick(diagram, Qt.MouseButton.LeftButton, pos=place)


def test_another_output_is_followed_until_the_answer_is_wanted_again(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    diagram = page.paths.paths
    answer = page.session.answer.best
    assert answer is not None
    other = 0 if answer else 1
    qtbot.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=centre(page, Node(3, other)))

    def followed() -> int:
        return -1 if diagram.picture is None else diagram.picture.paths.found.output

    qtbot.waitUntil(lambda: followed() == other)
    assert page.paths.reading.answer_wanted.isVisible()
    page.paths.reading.answer_wanted.click()
    qtbot.waitUntil(lambda: followed() == answer)


def test_keys_walk_over_the_units(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    diagram = page.paths.paths
    diagram.setFocus()
    qtbot.waitUntil(diagram.hasFocus)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(diagram, key)
    assert page.session.selected.layer == 1
    with qtbot.waitSignal(page.page_wanted, check_params_cb=lambda name, _what: name == "featuresPage"):
        qtbot.keyClick(diagram, Qt.Key.Key_Return)


def test_connections_are_found_under_the_pointer(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    diagram = page.paths.paths
    qtbot.waitUntil(lambda: diagram.places is not None)
    layout = diagram.places
    assert layout is not None
    middle = (layout.columns[0].places[0].right() + layout.columns[1].places[0].left()) / 2
    found = [diagram.thing_at(QPointF(middle, y)) for y in range(60, 600, 2)]
    assert any(isinstance(thing, Wire) and thing.layer == 1 for thing in found)


def test_the_toy_is_shown_whole(open_page: OpenPage) -> None:
    page = open_page("toy", None)
    assert is_small(page.session.network)
    assert page.paths.whole.isVisible() and not page.paths.paths.isVisible()
    page.session.artwork.commit(BinaryGrid.from_vector(np.arange(12) % 2), "Pixel")
    settle()
    assert page.pad.certainty.text().endswith("sure")


@pytest.mark.parametrize("hidden", [(), (3,), (40, 30, 20, 10, 20), (6,) * 8])
@pytest.mark.parametrize("activation", ["relu", "maxout2", "tanh"])
def test_networks_of_any_shape(open_page: OpenPage, qtbot: QtBot, hidden: tuple[int, ...], activation: str) -> None:
    page = open_page(hidden=hidden, activation=activation, size=(952, 614))
    draw(page)
    qtbot.waitUntil(page.paths.paths.isVisible)
    assert page.sentence.text()
    turn_to(page, TEMPLATES)
    assert page.templates._local is not None


def test_dead_layers_and_broken_weights_are_told(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    draw(page)
    network = page.session.network
    network.biases[1][:] = -1000
    page.session.tell_of_edit()
    qtbot.waitUntil(lambda: "no unit speaks" in page.sentence.text())
    network.weights[1][0, 0] = np.nan
    page.session._network_replaced()
    settle()
    assert page.note.isVisible() and "is not a number" in page.note.text()
    for view in (TEMPLATES, MAP, PROBES, PATHS):
        turn_to(page, view)
        page.grab()
    network.parameters[:] = 0
    page.session._network_replaced()
    settle()
    assert "zero" in page.note.text()
    page.grab()


# Templates


def test_sums_below_the_templates_add_up(open_page: OpenPage) -> None:
    page = open_page()
    draw(page)
    turn_to(page, TEMPLATES)
    local = page.templates._local
    assert local is not None and local.is_exact
    np.testing.assert_allclose(local.sums + local.offsets, local.logits, rtol=1e-5, atol=1e-5)
    trace = page.session.answer.trace
    assert trace is not None
    np.testing.assert_allclose(local.logits, trace.pre_activations[-1][0], rtol=1e-4, atol=1e-4)
    assert "hidden units are awake" in page.templates.local_text.text()


def test_how_rough_the_sketch_is_is_measured(open_page: OpenPage, qtbot: QtBot, digits: Dataset) -> None:
    page = open_page(dataset=digits)
    page.choice.setCurrentIndex(TEMPLATES)
    qtbot.waitUntil(lambda: "of 320 images" in page.templates.all_text.text(), timeout=PATIENCE)


def test_a_smooth_network_is_no_exact_template(open_page: OpenPage) -> None:
    page = open_page(activation="tanh")
    draw(page)
    turn_to(page, TEMPLATES)
    assert "Tanh" in page.templates.local_text.text() and "only near it" in page.templates.local_text.text()


# Map


def wait_for_map(page: NetworkPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.map._map is not None and not page.map._errand.is_busy, timeout=PATIENCE)


def test_every_point_of_the_map_is_an_image_and_the_drawing_is_marked(
    open_page: OpenPage, qtbot: QtBot, digits: Dataset
) -> None:
    page = open_page(dataset=digits)
    page.choice.setCurrentIndex(MAP)
    wait_for_map(page, qtbot)
    found = page.map._map
    assert found is not None and len(found.places) == page.map.plot.cloud.count == 400
    assert page.map.layer == 1
    assert page.map.plot.cloud._own is None
    draw(page)
    qtbot.waitUntil(lambda: page.map.plot.cloud._own is not None)
    page.map.plot.grab()
    page.map.plot._hover(3)
    assert page.map.details.findChildren(type(page.sentence))
    assert page.map._point.title.text().startswith("A 3")
    page.map.plot._hover(-1)


def test_the_pointer_finds_the_image_under_it(open_page: OpenPage, qtbot: QtBot, digits: Dataset) -> None:
    page = open_page(dataset=digits)
    page.choice.setCurrentIndex(MAP)
    wait_for_map(page, qtbot)
    plot = page.map.plot
    place = plot._on_widget(plot.cloud.mapToParent(*page.map._map.places[7].tolist()))  # type: ignore[union-attr]
    hit = plot.point_at(place)
    places = page.map._map.places  # type: ignore[union-attr]
    assert hit >= 0 and np.allclose(places[hit], places[7], atol=1e-3)
    before = plot._view.viewRange()[0]
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    after = plot._view.viewRange()[0]
    assert after[1] - after[0] < before[1] - before[0]
    qtbot.keyClick(plot, Qt.Key.Key_0)
    assert np.allclose(plot._view.viewRange()[0], before)


def test_another_layer_is_mapped(open_page: OpenPage, qtbot: QtBot, digits: Dataset) -> None:
    page = open_page(dataset=digits)
    page.choice.setCurrentIndex(MAP)
    wait_for_map(page, qtbot)
    page.map.layers.setCurrentIndex(0)
    page.map.layers.activated.emit(0)
    qtbot.waitUntil(lambda: page.map._map is not None and page.map._map.asked.layer == -1, timeout=PATIENCE)


def test_without_images_map_and_probes_say_so(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page()
    for view, part in ((MAP, page.map), (PROBES, page.probes)):
        turn_to(page, view)
        assert part.empty.isVisible()
        qtbot.waitUntil(lambda part=part: "no images on this computer" in part.empty.accessibleName())


def test_the_images_of_a_map_are_of_the_validation_part_where_it_has_enough(digits: Dataset) -> None:
    assert len(sample(digits, 300)) == 300
    assert sample(digits, COUNTS[-1]) is digits.train
    labels = sample(digits, 300).labels
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 30))


# Probes


def test_the_probes_are_measured_layer_by_layer(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy", None)
    turn_to(page, PROBES)
    qtbot.waitUntil(page.probes.start_button.isVisible, timeout=PATIENCE)
    page.probes.start_button.click()
    qtbot.waitUntil(lambda: not page.probes._errand.is_busy, timeout=PATIENCE)
    texts = page.probes.chart.texts
    assert [text.rsplit(" ", 2)[0] for text in texts] == ["Pixels", "Hidden layer", "Output", "The network"]
    assert all(text.endswith("%") for text in texts)


def test_probes_are_cancelled(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("toy", None)
    turn_to(page, PROBES)
    qtbot.waitUntil(page.probes.start_button.isVisible, timeout=PATIENCE)
    page.probes.start_button.click()
    settle()
    assert page.probes.cancel_button.isVisible()
    page.probes.cancel_button.click()
    settle()
    assert page.probes.empty.isVisible()


# The page


def test_there_is_no_further_page_stack(open_page: OpenPage) -> None:
    page = open_page()
    assert not page.findChildren(QStackedWidget) and not page.findChildren(QTabWidget)


def test_a_hidden_page_does_nothing(open_page: OpenPage, digits: Dataset) -> None:
    page = open_page(dataset=digits)
    turn_to(page, MAP)
    page.hide()
    before = page.shown
    draw(page)
    assert page.shown is before
    page.show()
    assert page.shown.ink is SLANTED_STROKE


def test_the_problem_changes_under_every_view(open_page: OpenPage) -> None:
    page = open_page()
    draw(page)
    views = page.paths, page.templates, page.map, page.probes
    for view in (PATHS, TEMPLATES, MAP, PROBES):
        turn_to(page, view)
        for problem in ("toy", "mnist"):
            page.session.choose_problem(problem)
            page.grab()
            settle()
            page.grab()
            assert page.view is views[view] and page.view.isVisible()
            assert page.pad.certainty.text().endswith("sure") == (problem == "mnist"), "each has its own drawing"
