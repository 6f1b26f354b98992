"""The doctor beside the canvas: real strokes, its steps, measures, map and remedies."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import PAGE_SIZE, OpenSession, ShowPage, settle
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Picture
from digitapp.drawing.preprocess import ALL_STEPS, Steps
from digitapp.drawing.render import render
from digitapp.gui.pages.draw.doctor import DoctorPanel
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.inspection.digit_measures import Measure, measure_digits
from digitapp.inspection.flip_map import SHIFTS, TURNS

SEVEN = Drawing.from_points([[(0.35, 0.3), (0.62, 0.3), (0.48, 0.7)]])
CORNER = SEVEN.transformed([[0.35, 0, 0.6], [0, 0.35, 0.6]])
SIX = Drawing.from_points([[(0.55, 0.2), (0.4, 0.5), (0.42, 0.75), (0.55, 0.75), (0.55, 0.6), (0.42, 0.6)]])
LINE = Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]])
LEANING = LINE.transformed([[1, -1.2, 0.6], [0, 1, 0]])


@pytest.fixture
def open_page(open_session: OpenSession, show_page: ShowPage) -> Callable[..., DrawPage]:
    """Return a function that shows the page with the doctor beside the canvas."""

    def open_it(problem: str = "mnist", size: tuple[int, int] = PAGE_SIZE) -> DrawPage:
        page = show_page(DrawPage, open_session(problem), size)
        page.inspector.faces.setCurrentIndex(1)
        return page

    return open_it


@pytest.fixture
def page(open_page: Callable[..., DrawPage]) -> DrawPage:
    return open_page()


def doctor(page: DrawPage) -> DoctorPanel:
    panel = page.findChild(QWidget, "doctorPanel")
    assert isinstance(panel, DoctorPanel)
    return panel


def lay(page: DrawPage, drawing: Drawing | Picture) -> None:
    page.session.artwork.commit(drawing, "test")
    settle()


def wait_for_map(qtbot: QtBot, panel: DoctorPanel) -> None:
    def is_fine() -> bool:
        found = panel.map.map
        at_rest = not panel._errand.is_busy and not panel._timer.isActive()
        return at_rest and found is not None and found.labels.shape == (len(TURNS), len(SHIFTS))

    qtbot.waitUntil(is_fine, timeout=60_000)


def hover(widget: QWidget, place: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    at = widget.mapToGlobal(place)
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, place, at, none, none, Qt.KeyboardModifier.NoModifier)
    )


def test_the_faces_change_places(page: DrawPage) -> None:
    panel = doctor(page)
    assert panel.isVisible() and not page.inspector.bars.isVisible()
    page.inspector.faces.setCurrentIndex(0)
    assert not panel.isVisible() and page.inspector.bars.isVisible()


def test_an_empty_canvas_says_what_to_do(page: DrawPage) -> None:
    panel = doctor(page)
    assert panel.sentence.text() == "Draw a digit."
    assert not panel.button.isVisible()
    assert panel.steps.readings() == [None] * 6
    assert panel.map.map is None


def test_everything_follows_the_pen(page: DrawPage) -> None:
    panel, canvas = doctor(page), page.canvas
    side = canvas.width()
    way = [(0.35, 0.3), (0.5, 0.3), (0.62, 0.3), (0.55, 0.5), (0.48, 0.7)]
    places = [QPointF(x * side, y * side).toPoint() for x, y in way]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    seen = []
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
        QApplication.processEvents()
        assert panel.examination is not None
        seen.append(panel.examination.road.input)
    assert all(not np.array_equal(one, other) for one, other in itertools.pairwise(seen))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[-1])
    label = page.session.answer.probabilities
    assert panel.examination is not None and label is not None
    assert panel.examination.reading.label == int(label.argmax())


def test_each_step_says_what_would_be_without_it(page: DrawPage) -> None:
    lay(page, CORNER)
    panel = doctor(page)
    found = panel.examination
    assert found is not None
    assert found.reading.label == 7 and found.unprepared.label != 7
    assert "Merely shrunk" in panel.steps.without[0].toolTip()
    assert panel.steps.without[2].toolTip().startswith("Without Crop: ")
    for picture, reading in zip(panel.steps.without, panel.steps.readings(), strict=True):
        assert reading is not None
        assert not picture.picture_rect().isEmpty()


def test_steps_are_switched_off_for_the_doctor_alone(page: DrawPage) -> None:
    lay(page, CORNER)
    panel = doctor(page)
    before = page.session.answer.best
    QTest.mouseClick(panel.steps.boxes["crop"], Qt.MouseButton.LeftButton)
    found = panel.examination
    assert found is not None
    assert found.steps == Steps(crop=False)
    assert panel.sentence.text().startswith("Without Crop the network says ")
    assert panel.rest.text().startswith("Smaller than ")
    assert page.session.answer.best == before
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.steps.steps == ALL_STEPS and all(box.isChecked() for box in panel.steps.boxes.values())
    assert panel.examination is not None and panel.examination.steps == ALL_STEPS


def test_a_leaning_digit_is_straightened_undoably(page: DrawPage) -> None:
    lay(page, LEANING)
    panel = doctor(page)
    found = panel.examination
    assert found is not None and found.finding is not None
    assert found.finding.measure is Measure.SLANT
    assert panel.sentence.text().startswith("Leans further right than 9")
    if not panel.button.isVisible():
        pytest.fail("there is no button to straighten it")
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert page.session.artwork.undo_stack.undoText() == "Straighten"
    settle()
    after = panel.examination
    assert after is not None
    assert measure_digits(after.road.input[None])[0, 1] < found.finding.read - 10
    page.undo()
    assert page.session.drawing == LEANING


def test_a_thin_pen_is_exchanged_by_the_button(page: DrawPage) -> None:
    page.session.set_pen_width(0.02)
    lay(page, SEVEN.normalised(0.65))
    panel = doctor(page)
    assert panel.sentence.text().startswith("Thinner than 9")
    assert panel.sentence.text().endswith("% of the training digits.")
    suggested = panel._suggested_pen()
    assert suggested is not None and suggested > 0.04
    panel._say(panel._verdict._replace(action="pen", button="Use that pen"))
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert page.session.pen_width == suggested
    settle()
    assert page.tools.width_slider.value() == round(suggested * 1000)


def test_a_picture_has_no_pen(page: DrawPage, qtbot: QtBot) -> None:
    lay(page, Picture(render(LEANING, 0.06, 900), "photo.png"))
    panel = doctor(page)
    assert not panel.steps.boxes["pen"].isEnabled()
    assert panel.steps.readings()[1] is None
    assert "no strokes" in panel.steps.without[1].toolTip()
    found = panel.examination
    assert found is not None and Measure.STROKE_WIDTH not in found.remedies
    wait_for_map(qtbot, panel)
    panel._say(panel._verdict._replace(action="edit", button="Straighten"))
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert page.session.picture is not None and page.session.picture.name == "photo.png"
    page.undo()
    lay(page, SEVEN)
    assert panel.steps.boxes["pen"].isEnabled()


def test_the_map_shows_the_present_answer_in_its_middle(page: DrawPage, qtbot: QtBot) -> None:
    lay(page, SIX)  # which is a 5 where it is turned far
    panel = doctor(page)
    wait_for_map(qtbot, panel)
    found = panel.map.map
    assert found is not None and panel.examination is not None
    assert found.answer == panel.examination.reading.label
    assert len(np.unique(found.labels)) > 1
    assert panel.map_caption.text().startswith("Teal: still a ")
    hover(panel.map, panel.map.cell_rect(*found.origin).center())
    assert panel.map._readout.isVisible()
    assert panel.map._readout.text().splitlines()[1:] == ["Shifted to the right 0 px", "Turned clockwise 0°"]
    panel.map.setFocus()
    QTest.keyClick(panel.map, Qt.Key.Key_Right)
    assert "Shifted to the right +1 px" in panel.map._readout.text()
    QTest.mouseClick(panel.direction_button, Qt.MouseButton.LeftButton)
    wait_for_map(qtbot, panel)
    changed = panel.map.map
    assert changed is not None and changed.direction == "down"


def test_measures_are_named_under_the_pointer(page: DrawPage) -> None:
    lay(page, LEANING)
    view = doctor(page).measures
    hover(view, QPointF(60, 1.5 * view._row_height()))
    assert view._readout.isVisible()
    assert view._readout.text().startswith("Leans further right than ")
    assert "Half of them" in view._readout.text()


def test_a_hidden_doctor_does_no_work(page: DrawPage) -> None:
    panel = doctor(page)
    page.inspector.faces.setCurrentIndex(0)
    lay(page, SEVEN)
    assert panel.examination is None or panel.examination.road.is_empty
    assert not panel._errand.is_busy and not panel._timer.isActive()
    page.inspector.faces.setCurrentIndex(1)
    assert panel.examination is not None and not panel.examination.road.is_empty


def test_numbers_that_are_not_finite(page: DrawPage) -> None:
    page.session.network.parameters[:] = np.nan
    lay(page, SEVEN)
    panel = doctor(page)
    assert panel.sentence.text() == "The network's numbers are no longer finite."
    assert not panel.button.isVisible()
    assert panel.examination is not None and len(panel.examination.comparisons) == len(Measure)


def test_pixels_set_by_hand_need_no_doctor(open_page: Callable[..., DrawPage]) -> None:
    page = open_page("toy")
    assert page.findChild(QWidget, "doctorPanel") is None
    assert not page.inspector.faces.isVisible()
    page.session.choose_problem("mnist")
    settle()
    assert doctor(page).isVisible()


@pytest.mark.parametrize("size", [(952, 616), (1208, 716), (1848, 996)])
def test_nothing_is_cut_off(open_page: Callable[..., DrawPage], size: tuple[int, int]) -> None:
    page = open_page(size=size)
    lay(page, SEVEN)
    panel = doctor(page)
    QApplication.processEvents()
    for part in (panel.steps, panel.measures, panel.map, panel.map_caption):
        assert part.width() >= part.minimumSizeHint().width()
        assert part.geometry().right() <= panel.width()
    boxes = [box.geometry() for box in panel.steps.boxes.values()]
    assert all(left.right() < right.left() for left, right in itertools.pairwise(boxes))
