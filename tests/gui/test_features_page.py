"""The Features page with a real pointer, real keys and a real run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from page_helpers import PAGE_SIZE, RING, SLANTED_STROKE, OpenSession, ShowPage, noise_digits, settle
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import MNIST, PROBLEMS, TOY
from digitapp.gui import theme
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.shown import Shown
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataState
from digitapp.gui.widgets import UnitGrid
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.window.picture_saver import PictureSaver
from digitapp.inspection.unit_images import layer_images, projected_images
from digitapp.nn.network import UnitRef
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.presets import usual_configs

OpenPage = Callable[..., FeaturesPage]


@pytest.fixture
def open_page(open_session: OpenSession, show_page: ShowPage, qtbot: QtBot) -> OpenPage:
    """Return a function that shows the page of a session, with fresh weights where hidden layers are named."""

    def open_it(
        problem: str = "toy", *hidden: int, dataset: Dataset | None = None, size: tuple[int, int] = PAGE_SIZE
    ) -> FeaturesPage:
        page = show_page(FeaturesPage, open_session(problem, hidden or None, dataset=dataset), size)
        qtbot.waitUntil(lambda: not page._settling.isActive())
        return page

    return open_it


@pytest.fixture
def digits() -> Dataset:
    return noise_digits(200, 50)


def wait_for_evidence(qtbot: QtBot, page: FeaturesPage) -> None:
    known = page._evidence
    qtbot.waitUntil(lambda: known.unit is not None and known.layer is not None, timeout=10_000)
    settle()


def values_of(page: FeaturesPage) -> dict[str, str]:
    return {name.text(): value.text() for name, value in page.dossier._values}


def shown_images(page: FeaturesPage) -> np.ndarray:
    """Return a copy of what the tiles show, in their order."""
    assert page.grid._values is not None
    return np.array(page.grid._values)


def choose(page: FeaturesPage, order: Order) -> None:
    """Choose an order as the user does."""
    page.tools.order_box.setCurrentIndex(page.tools.order_box.findData(order))
    page.tools.order_box.activated.emit(page.tools.order_box.currentIndex())
    settle()


def show(page: FeaturesPage, shown: Shown) -> None:
    """Choose what the tiles show as the user does."""
    page.tools.shown_box.setCurrentIndex(page.tools.shown_box.findData(shown))
    page.tools.shown_box.activated.emit(page.tools.shown_box.currentIndex())
    settle()


def middle_of(grid: UnitGrid, tile: int) -> QPoint:
    return grid.tile_rect(tile).center().toPoint()


def test_a_click_selects_a_unit_and_opens_its_dossier(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(page.grid, 2))
    assert page.session.selected == UnitRef(0, 2)
    assert page.dossier.title.text() == "Unit C"
    assert values_of(page)["Bias"] == signed(float(page.session.network.biases[0][2]))


def test_arrow_keys_and_the_dossiers_buttons_walk_over_units(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist", 40)
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.dossier.title.text() == "Unit 2"
    layout = page.grid.layout_of_tiles()
    assert layout is not None
    qtbot.keyClick(page.grid, Qt.Key.Key_Down)
    assert page.session.selected == UnitRef(0, 1 + layout.tiles.across)
    qtbot.keyClick(page.grid, Qt.Key.Key_Home)
    qtbot.mouseClick(page.dossier._previous, Qt.MouseButton.LeftButton)
    assert page.dossier.title.text() == "Unit 40"
    assert page.grid.selected() == 39


def test_hovering_names_unit_row_column_and_weight(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist", 30)
    place = page.grid.tile_rect(8)
    cell = place.width() / 28
    qtbot.mouseMove(page.grid.viewport(), QPoint(int(place.left() + 15.5 * cell), int(place.top() + 11.5 * cell)))
    weight = float(page.session.network.weights[0][11 * 28 + 15, 8])
    assert page.readout_text() == f"Unit 9\nrow 12, column 16 {signed(weight)}"
    qtbot.mouseMove(page.grid.viewport(), QPoint(1, 1))
    assert page.readout_text() == ""


def test_hovering_the_large_picture_names_the_weight_too(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    place = page.dossier.picture.picture_rect()
    qtbot.mouseMove(page.dossier.picture, QPoint(int(place.left() + 3), int(place.bottom() - 3)))
    weight = float(page.session.network.weights[0][9, 0])
    assert page.dossier.readout_text() == f"Unit A\npixel 10 {signed(weight)}"


def test_deeper_layers_show_the_projection_or_the_plain_weights(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist", 24, 12)
    network = page.session.network
    texts = [page.tools.layers._group.button(k).text() for k in range(3)]
    assert texts == ["Layer 1 · 24", "Layer 2 · 12", "Output · 10"]
    qtbot.mouseClick(page.tools.layers._group.button(1), Qt.MouseButton.LeftButton)
    assert page.session.selected == UnitRef(1, 0)
    assert page.dossier.title.text() == "Unit 2.1"
    assert page.tools.shown is Shown.PROJECTED
    assert "linear sketch" in page.hint.text()
    np.testing.assert_array_equal(shown_images(page), projected_images(network, 1, 28, 28))
    page.tools.shown_box.setFocus()
    qtbot.keyClick(page.tools.shown_box, Qt.Key.Key_Down)
    np.testing.assert_array_equal(shown_images(page), layer_images(network, 1, 28, 28))
    page.session.select_unit(2, 3)
    settle()
    assert page.dossier.title.text() == "Output 3"
    assert page.tools.layers.currentIndex() == 2
    assert not page.dossier._votes_part.isVisibleTo(page)


def test_a_cell_without_a_unit_before_it_shows_and_says_nothing(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy", 5, 4)  # five weights lie on a rectangle of six cells
    page.session.select_unit(1, 0)
    settle()
    page.tools.shown_box.setFocus()
    qtbot.keyClick(page.tools.shown_box, Qt.Key.Key_Down)
    assert page.tools.shown is Shown.WEIGHTS
    page.session.network.weights[1][:] = 0.5
    page.session.tell_of_edit()
    settle()
    tile = page.grid.tile_rect(2)
    shown, cell = page.grid.viewport().grab().toImage(), tile.width() / 3
    ground = theme.current().palette.window
    for place in range(6):
        middle = QPoint(int(tile.left() + (place % 3 + 0.5) * cell), int(tile.top() + (place // 3 + 0.5) * cell))
        beside = middle - QPoint(int(cell / 2) - 3, 0)  # off the number
        assert (shown.pixelColor(beside) == ground) is (place == 5)
        qtbot.mouseMove(page.grid.viewport(), middle)
        expected = "" if place == 5 else f"Unit H\nfrom unit {'ABCDE'[place]} +0.50"
        assert page.readout_text() == expected
    place = page.dossier.picture.picture_rect()
    qtbot.mouseMove(page.dossier.picture, QPoint(int(place.right() - 3), int(place.bottom() - 3)))
    assert page.dossier.readout_text() == ""


def test_order_by_class_and_by_strength(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist", 30)
    network = page.session.network
    page.session.select_unit(0, 7)
    choose(page, Order.CLASS)
    best = np.argmax(network.weights[1], axis=1)[page._order]
    assert (np.diff(best) >= 0).all()
    choose(page, Order.STRENGTH)
    strength = np.linalg.norm(network.weights[0], axis=0)[page._order]
    assert (np.diff(strength) <= 0).all()
    # The selected unit stays selected where it stands now, and a click finds the unit behind the tile.
    assert page._order[page.grid.selected()] == 7
    qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(page.grid, 0))
    assert page.session.selected.unit == int(np.argmax(strength_of(page)))


def strength_of(page: FeaturesPage) -> np.ndarray:
    return np.linalg.norm(page.session.network.weights[0], axis=0)


def test_the_order_keeps_still_while_the_network_learns(open_page: OpenPage) -> None:
    page = open_page("mnist", 20)
    choose(page, Order.STRENGTH)
    before = page._order.copy()
    page.session.network.weights[0][:, before[-1]] += 5
    page.session.tell_of_edit()
    settle()
    np.testing.assert_array_equal(page._order, before)


def test_the_dossier_follows_the_drawing(open_page: OpenPage) -> None:
    page = open_page("mnist", 16)
    assert values_of(page)["Activation"] == "–"
    page.session.artwork.commit(SLANTED_STROKE, "draw")
    settle()
    answer, network = page.session.answer, page.session.network
    assert answer.trace is not None
    assert answer.best is not None
    activation = float(answer.trace.activations[0][0, 0])
    name = network_class = PROBLEMS["mnist"].class_names[answer.best]
    assert values_of(page)[f"On your {name}"] == decimal(activation)
    adds = activation * float(network.weights[1][0, answer.best])
    assert values_of(page)[f"It adds to “{network_class}”"] == signed(adds)


def test_data_tell_what_wakes_a_unit(qtbot: QtBot, open_page: OpenPage, digits: Dataset) -> None:
    page = open_page("mnist", 16, dataset=digits)
    wait_for_evidence(qtbot, page)
    evidence = page._evidence.unit
    assert evidence is not None
    sums = page.session.network.trace(digits.train.inputs).pre_activations[0][:, 0]
    assert evidence.facts.awake_share == pytest.approx(float((sums > 0).mean()))
    np.testing.assert_allclose(evidence.most.sums, np.sort(sums)[::-1][:9], rtol=1e-4)
    assert page.dossier.sentence.text().startswith("Wakes for ")
    assert page.dossier._source.text() == "From 200 training images."
    assert page.grid._fade_mask is not None
    assert page.grid._fade_mask[0].all()
    assert not page.grid._fade_mask[1:, 1:].any()
    page.session.select_unit(0, 5)
    settle()
    wait_for_evidence(qtbot, page)
    assert page._evidence.unit is not None
    assert page._evidence.unit.unit == 5


def test_what_was_found_about_another_network_is_dropped(qtbot: QtBot, open_page: OpenPage, digits: Dataset) -> None:
    page = open_page("mnist", 16, dataset=digits)
    wait_for_evidence(qtbot, page)
    evidence = page._evidence
    late_layer, late_unit = evidence.layer, evidence.unit
    assert late_layer is not None and late_unit is not None
    version = page.session.network_version
    late_layer_key, late_unit_key = (version, 0, digits.train, digits), (version, 0, 0, digits.train)
    page.session.renew_weights(NetworkConfig((9,), "relu", "he"), usual_configs(MNIST)[1])
    assert evidence.unit is late_unit  # the page still shows the other network
    settle()
    evidence._on_layer(late_layer, late_layer_key)
    evidence._on_unit(late_unit, late_unit_key)
    assert evidence.unit is None
    assert evidence.layer is None
    wait_for_evidence(qtbot, page)
    assert evidence.layer is not None
    assert len(evidence.layer.survey.awake) == 9


def test_dead_units_are_counted_and_named(qtbot: QtBot, open_page: OpenPage, digits: Dataset) -> None:
    page = open_page("mnist", 16, dataset=digits)
    page.session.network.biases[0][3] = -1000
    page.session.network_changed.emit()
    page.session.select_unit(0, 3)
    settle()
    wait_for_evidence(qtbot, page)
    assert page.dossier.sentence.text().startswith("Dead: none of these images wakes it.")
    assert page.grid._dead is not None
    sums = page.session.network.trace(digits.train.inputs).pre_activations[0]
    np.testing.assert_array_equal(page.grid._dead, (sums <= 0).all(axis=0))
    assert page.grid._dead[3]
    assert page.status_text == f"16 units, {int(page.grid._dead.sum())} dead"


def test_without_mnist_it_says_so_and_offers_the_built_in_handwriting(
    qtbot: QtBot, open_page: OpenPage, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("mnist")
    assert page.session.data.state("mnist") is DataState.MISSING
    assert page.dossier.note.isVisible()
    assert "MNIST is not on this computer" in page.dossier.note.text()
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda *_, **__: digits)
    qtbot.mouseClick(page.dossier._instead, Qt.MouseButton.LeftButton)
    wait_for_evidence(qtbot, page)
    assert not page.dossier.note.isVisible()


def test_weights_that_are_not_numbers_and_zeros_are_said_plainly(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy", 4)
    page.session.network.parameters[0] = np.nan
    page.session.tell_of_edit()
    qtbot.waitUntil(page.note.isVisible)
    assert "Weights of this layer that are not numbers: 1." in page.note.text()
    assert "not numbers" in page.dossier.sentence.text()
    page.grab()
    page.session.network.parameters[:] = 0
    page.session.network_changed.emit()
    settle()
    assert "zero" in page.note.text()
    assert "zero" in page.dossier.sentence.text()


def test_the_toy_fills_the_stage(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    qtbot.waitUntil(page.strip.isVisible)
    tiles = [page.grid.tile_rect(unit) for unit in range(3)]
    assert tiles[2].right() > 0.9 * page.grid.width()
    assert tiles[0].width() / 3 > 40  # room for the printed weights
    wait_for_evidence(qtbot, page)
    assert "Unit A" in page.strip.accessibleName()
    page.session.artwork.commit(RING, "draw")
    settle()
    assert "On your " in page.strip.accessibleName()


@pytest.mark.parametrize("size", [(952, 614), (1208, 714), (1848, 994)])
@pytest.mark.parametrize(("problem", "hidden"), [("toy", ()), ("mnist", (128,)), ("mnist", (300, 200, 100))])
def test_nothing_is_cut_off_at_any_size(
    qtbot: QtBot, open_page: OpenPage, size: tuple[int, int], problem: str, hidden: tuple[int, ...]
) -> None:
    page = open_page(problem, *hidden, size=size)
    tools = page.tools.layers, page.tools.order_box
    qtbot.waitUntil(lambda: all(tool.width() >= tool.sizeHint().width() for tool in tools))
    assert page.tools.geometry().right() <= page._stage.width()
    assert page.grid.tile_rect(0).right() <= page.grid.width()
    assert 336 <= page.dossier.width() <= 480


def test_units_follow_a_run(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    qtbot.waitUntil(lambda: page.session.dataset is not None)
    network, _ = usual_configs(TOY)
    page.session.start_training(network, TrainConfig(**{**vars(usual_configs(TOY)[1]), "epochs": 60}))
    first = shown_images(page)
    qtbot.waitUntil(lambda: not page.session.run.is_active, timeout=20_000)
    qtbot.waitUntil(lambda: np.array_equal(shown_images(page), layer_images(page.session.network, 0, 4, 3)))
    assert not np.array_equal(shown_images(page), first)
    qtbot.waitUntil(lambda: "48 training images" in page.dossier._source.text(), timeout=10_000)


def test_a_hidden_page_waits(open_page: OpenPage) -> None:
    page = open_page("toy", 5)
    page.hide()
    before = shown_images(page)
    page.session.network.parameters[:] += 1
    page.session.tell_of_edit()
    settle()
    np.testing.assert_array_equal(shown_images(page), before)
    page.show()
    np.testing.assert_array_equal(shown_images(page), layer_images(page.session.network, 0, 4, 3))


def test_a_network_without_hidden_layers_shows_its_outputs(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist")
    page.session.renew_weights(NetworkConfig((), "relu", "he"), usual_configs(MNIST)[1])
    settle()
    assert page.tools.layers.count() == 1
    assert page.dossier.title.text() == "Output 0"
    assert page.grid.count() == 10
    assert page.status_text == "10 units"
    qtbot.keyClick(page.grid, Qt.Key.Key_End)
    assert page.dossier.title.text() == "Output 9"


def test_another_shape_is_shown_with_its_own_answer(open_page: OpenPage) -> None:
    page = open_page("toy", 4)
    page.session.artwork.commit(RING, "draw")
    page.session.renew_weights(NetworkConfig((3, 9), "relu", "he"), usual_configs(TOY)[1])
    page.session.select_unit(1, 8)
    settle()
    assert page.dossier.title.text() == "Unit L"
    assert page.grid.count() == 9


def test_another_problem_is_shown_whole(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    page.session.choose_problem("mnist")
    settle()
    assert page.grid.count() == page.session.network.sizes[1]
    qtbot.waitUntil(lambda: not page.strip.isVisible())
    page.session.choose_problem("toy")
    settle()
    assert page.grid.count() == 3
    qtbot.waitUntil(page.strip.isVisible)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_picture_of_all_units_is_saved(
    qtbot: QtBot, open_page: OpenPage, settings: Settings, tmp_path: Path, suffix: str
) -> None:
    page = open_page("mnist", 20)
    saver = PictureSaver(page.session, settings, page)
    (units,) = page.composed_pictures()
    saver.save(page, units, tmp_path / "units", suffix)
    qtbot.waitUntil(lambda: page.status_text == f"Saved units{suffix}", timeout=10_000)
    assert [path.name for path in tmp_path.glob("units*")] == [f"units{suffix}"]
    if suffix == ".png":
        with Image.open(tmp_path / "units.png") as picture:
            assert min(picture.size) > 200
    else:
        root = ElementTree.fromstring((tmp_path / "units.svg").read_bytes())
        assert len([item for item in root.iter() if item.tag.endswith("image")]) == 21  # and the scale


def test_a_picture_that_cannot_be_saved_is_reported_on_the_page(
    qtbot: QtBot, open_page: OpenPage, settings: Settings, tmp_path: Path
) -> None:
    page = open_page("toy")
    (tmp_path / "file").write_text("not a folder")
    saver = PictureSaver(page.session, settings, page)
    (units,) = page.composed_pictures()
    saver.save(page, units, tmp_path / "file" / "units.png")
    qtbot.waitUntil(page.note.isVisible, timeout=10_000)
    assert "was not saved" in page.note.text()
