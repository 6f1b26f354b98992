"""The Why page with a real session, a real pointer and real keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, settle
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.inks import Picture
from digitapp.drawing.samples import sample_three
from digitapp.gui.pages.why.page import CHANGE, PIXELS, UNITS, WhyPage
from digitapp.gui.settings import Settings
from digitapp.gui.window.picture_saver import PictureSaver
from digitapp.inspection.attribution import MAPS

ZERO = BinaryGrid.from_vector([1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1])
if TYPE_CHECKING:
    pass

OpenPage = Callable[..., WhyPage]


@pytest.fixture
def open_page(open_session: OpenSession, show_page: ShowPage) -> OpenPage:
    """Return a function that shows the page of a session with a drawing; a hidden layer of 0 stands for none."""

    def open_it(problem: str = "toy", *hidden: int, activation: str = "relu", drawn: bool = True) -> WhyPage:
        sizes = tuple(size for size in hidden if size) if hidden else None
        session = open_session(problem, sizes, activation=activation)
        if drawn:
            session.artwork.commit(ZERO if problem == "toy" else sample_three(), "draw")
        return show_page(WhyPage, session)

    return open_it


def _wait_for_change(qtbot: QtBot, page: WhyPage) -> None:
    page.faces.setCurrentIndex(CHANGE)
    qtbot.waitUntil(lambda: page.change.findings is not None, timeout=120_000)


def _units(amount: float) -> int:
    return round(amount * 100)


# The empty page


def test_an_empty_canvas_says_what_to_do_and_offers_an_example(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist", drawn=False)
    assert page.empty.isVisible()
    assert not page.stage.isVisible()
    with qtbot.waitSignal(page.page_wanted):
        page.draw_button.click()
    page.sample_button.click()
    settle()
    assert page.stage.isVisible()
    assert not page.empty.isVisible()
    page.undo()
    settle()
    assert page.empty.isVisible()


# Units


@pytest.mark.parametrize(("problem", "hidden"), [("toy", ()), ("toy", (5, 4)), ("mnist", ()), ("mnist", (0,))])
def test_the_column_adds_up_on_screen_to_the_lead(open_page: OpenPage, problem: str, hidden: tuple[int, ...]) -> None:
    page = open_page(problem, *hidden)
    *parts, total = page.units.ledger.rows
    assert total.is_total
    assert sum(_units(row.amount) for row in parts) == _units(total.amount)
    trace = page.session.answer.trace
    assert trace is not None
    first, second = np.sort(trace.pre_activations[-1][0])[::-1][:2]
    assert total.amount == pytest.approx(float(first) - float(second), abs=0.0051)


def test_pointing_at_a_unit_lays_its_weights_over_the_ink(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    ledger, picture = page.units.ledger, page.stage.picture
    assert picture.values is None
    row = next(index for index, row in enumerate(ledger.rows) if row.name == "Unit A")
    place = ledger.row_rect(row).center().toPoint()
    qtbot.mouseMove(ledger, place)
    qtbot.waitUntil(lambda: picture.values is not None)
    assert picture.values == pytest.approx(page.session.network.weights[0][:, 0].reshape(4, 3))
    assert "Unit A" in page.stage.caption.text()
    assert page.stage.scale_bar.isVisible()
    qtbot.mouseMove(ledger, ledger.row_rect(0).center().toPoint())
    qtbot.waitUntil(lambda: picture.values is None)
    qtbot.mouseClick(ledger, Qt.MouseButton.LeftButton, pos=place)
    assert picture.values is not None
    qtbot.keyClick(ledger, Qt.Key.Key_Escape)
    qtbot.mouseMove(ledger, ledger.row_rect(0).center().toPoint())
    qtbot.waitUntil(lambda: picture.values is None)


def test_arrows_walk_through_the_units(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    ledger = page.units.ledger
    qtbot.keyClick(ledger, Qt.Key.Key_Down)
    assert ledger.rows[ledger.shown].name.startswith("Unit")
    first = ledger.shown
    qtbot.keyClick(ledger, Qt.Key.Key_Down)
    assert ledger.shown == first + 1
    for _ in range(5):
        qtbot.keyClick(ledger, Qt.Key.Key_Up)
    assert ledger.shown == first


def test_the_template_of_a_deeper_unit_is_exact_for_relu_and_a_gradient_for_others(open_page: OpenPage) -> None:
    page = open_page("toy", 6, 4)
    page.units.ledger.choose(1)
    assert "exact" in page.stage.caption.text()
    smooth = open_page("toy", 6, 4, activation="tanh")
    smooth.units.ledger.choose(1)
    assert "gradient" in smooth.stage.caption.text()


def test_without_a_hidden_layer_the_pixels_are_listed(open_page: OpenPage) -> None:
    page = open_page("toy", 0)
    assert "no hidden layer" in page.units.sentence.text()
    page.units.ledger.choose(1)
    assert page.units.ledger.rows[1].name.startswith("Pixel ")
    assert page.stage.picture.values is not None


def test_pictures_of_a_large_network_come_from_the_background(
    qtbot: QtBot, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitapp.gui.pages.why.units.LARGE", 10)
    page = open_page("toy")
    assert page.units.ledger.rows[1].name == "Unit A"
    qtbot.waitUntil(lambda: bool(np.any(page.units.ledger.rows[1].values)), timeout=120_000)
    assert page.units.ledger.rows[1].values == pytest.approx(page.session.network.weights[0][:, 0].reshape(4, 3))


# The question


def test_another_question_is_explained_at_once(open_page: OpenPage) -> None:
    page = open_page("mnist")
    stage = page.stage
    stage.label_box.setCurrentIndex(8)
    stage.label_box.activated.emit(8)
    stage.against_box.setCurrentIndex(5)
    stage.against_box.activated.emit(5)
    trace = page.session.answer.trace
    assert trace is not None
    logits = trace.pre_activations[-1][0]
    assert page.units.ledger.rows[-1].amount == pytest.approx(float(logits[8] - logits[5]), abs=0.0051)
    stage.against_box.setCurrentIndex(10)  # nothing else
    stage.against_box.activated.emit(10)
    assert page.units.ledger.rows[-1].name == "Score of 8"
    assert page.units.ledger.rows[-1].amount == pytest.approx(float(logits[8]), abs=0.0051)


def test_a_class_is_never_compared_with_itself(open_page: OpenPage) -> None:
    page = open_page("mnist")
    label, against = page._case.question if page._case is not None else (0, 0)
    page.stage.label_box.setCurrentIndex(against or 0)
    page.stage.label_box.activated.emit(against)
    assert page._case is not None
    assert page._case.question == (against, label)


def test_a_new_drawing_brings_the_usual_question_back(open_page: OpenPage) -> None:
    page = open_page("toy")
    page.stage.label_box.setCurrentIndex(1)
    page.stage.label_box.activated.emit(1)
    assert page.stage.label_box.currentData() == 1
    page.session.artwork.commit(ZERO.toggle(1, 1), "draw")
    settle()
    assert page.stage.label_box.currentData() == page.session.answer.best


# Pixels


@pytest.mark.parametrize("problem", ["toy", "mnist"])
def test_three_maps_come_with_their_tests(qtbot: QtBot, open_page: OpenPage, problem: str) -> None:
    page = open_page(problem)
    page.faces.setCurrentIndex(PIXELS)
    blocks = page.pixels.blocks
    qtbot.waitUntil(lambda: blocks[-1].evidence is not None, timeout=120_000)
    assert [block.key for block in blocks] == list(MAPS)
    integrated = blocks[1].evidence
    assert integrated is not None
    assert integrated.total == pytest.approx(integrated.expected, rel=0.01)
    assert " of " in blocks[1].sum.text()
    for block in blocks:
        assert "rank correlation" in block.lines[0].text()
        assert "removed first" in block.lines[1].text()
    qtbot.mouseClick(blocks[2], Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert page.stage.picture.values is not None
    assert blocks[2].evidence is not None
    assert np.array_equal(page.stage.picture.values.ravel(), blocks[2].evidence.values)


def test_a_new_drawing_ends_the_work_for_the_old_one(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist")
    page.faces.setCurrentIndex(PIXELS)
    page.session.artwork.clear("clear")
    settle()
    assert page.empty.isVisible()
    qtbot.waitUntil(lambda: not page._pixel_errand.is_busy, timeout=120_000)
    assert page.pixels.blocks[0].evidence is None
    page.undo()
    qtbot.waitUntil(lambda: page.pixels.blocks[0].evidence is not None, timeout=120_000)


def test_a_hidden_page_computes_nothing(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    page.faces.setCurrentIndex(PIXELS)
    qtbot.waitUntil(lambda: page.pixels.blocks[0].evidence is not None, timeout=120_000)
    page.hide()
    before = page._case
    page.session.artwork.commit(ZERO.toggle(1, 1), "draw")
    assert page._case is before
    assert not page._pixel_errand.is_busy
    page.show()
    assert page._case is not before


# The smallest change


def test_an_accepted_change_is_on_the_canvas_and_read_as_asked_and_can_be_undone(
    qtbot: QtBot, open_page: OpenPage
) -> None:
    page = open_page("mnist")
    before = page.session.artwork.value
    _wait_for_change(qtbot, page)
    change = page.change.change
    assert change is not None
    assert change.reached
    assert page.stage.picture.is_change
    page.change.accept_button.click()
    assert isinstance(page.session.artwork.value, Picture)
    assert page.session.answer.inputs is not None
    assert np.array_equal(page.session.answer.inputs, change.inputs)
    assert page._case is not None
    assert page._case.first == change.target
    assert page.change.note.isVisible()
    page.change.undo_button.click()
    assert page.session.artwork.value is before
    qtbot.waitUntil(lambda: page.change.findings is not None, timeout=120_000)


def test_the_toys_change_is_the_smallest_there_is(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy")
    _wait_for_change(qtbot, page)
    assert "4,095" in page.change.method.text()
    page.change.accept_button.click()
    assert page.session.answer.best == 1
    page.undo()
    assert page.session.answer.best == 0


def test_a_rejected_change_leaves_the_canvas_alone_until_another_is_wanted(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("mnist")
    before = page.session.artwork.value
    _wait_for_change(qtbot, page)
    page.change.reject_button.click()
    assert page.session.artwork.value is before
    assert not page.change.accept_button.isVisible()
    assert not page.stage.picture.is_change
    page.change.target_box.setCurrentIndex(page.change.target_box.findData(8))
    page.change.target_box.activated.emit(0)
    qtbot.waitUntil(lambda: page.change.findings is not None, timeout=120_000)
    assert page.change.findings is not None
    assert page.change.findings.change.target == 8


def test_a_network_that_knows_nothing_else_is_reported(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("toy", 3)
    page.session.network.parameters[:] = 0
    page.session.network.biases[-1][0] = 1
    page.session.artwork.commit(ZERO.toggle(0, 2), "draw")
    _wait_for_change(qtbot, page)
    assert "No picture" in page.change.sentence.text()
    assert not page.change.accept_button.isVisible()


# The picture


@pytest.mark.parametrize(("name", "start"), [("why.png", b"\x89PNG"), ("why.svg", b"<svg"), ("why", b"\x89PNG")])
def test_the_whole_explanation_is_saved_as_one_page(
    qtbot: QtBot, open_page: OpenPage, settings: Settings, tmp_path: Path, name: str, start: bytes
) -> None:
    page = open_page("toy")
    saver = PictureSaver(page.session, settings, page)
    (explanation,) = page.composed_pictures()
    saver.save(page, explanation, tmp_path / name)
    qtbot.waitUntil(lambda: page.status_text.startswith("Saved"), timeout=120_000)
    (written,) = tmp_path.glob("why*")
    assert written.read_bytes().startswith(start)


def test_without_a_drawing_there_is_no_explanation_to_save(open_page: OpenPage) -> None:
    assert not open_page("toy", drawn=False).composed_pictures()


# Bad weights, other problems, the window


def test_a_network_of_no_numbers_says_so_and_recovers(open_page: OpenPage) -> None:
    page = open_page("toy", 3)
    kept = page.session.network.parameters.copy()
    page.session.network.parameters[0] = np.nan
    page.session.artwork.commit(ZERO.toggle(1, 1), "draw")
    settle()
    assert page.note.isVisible()
    assert "no numbers" in page.note.text()
    assert not page.units.isVisible()
    page.session.network.parameters[:] = kept
    page.session.artwork.commit(ZERO, "draw")
    settle()
    assert not page.note.isVisible()
    assert page.units.isVisible()


@pytest.mark.parametrize("face", [UNITS, PIXELS, CHANGE])
def test_another_problem_shows_its_own_drawing(qtbot: QtBot, open_page: OpenPage, face: int) -> None:
    page = open_page("toy")
    page.faces.setCurrentIndex(face)
    page.session.choose_problem("mnist")
    settle()
    assert page.empty.isVisible()
    page.show_sample()
    settle()
    assert page.stage.label_box.count() == 10
    page.session.choose_problem("toy")
    settle()
    assert page.stage.label_box.count() == 2
    qtbot.waitUntil(lambda: not (page._pixel_errand.is_busy or page._change_errand.is_busy), timeout=120_000)
