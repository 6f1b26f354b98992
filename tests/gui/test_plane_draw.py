"""The plane on the page Draw: points of one's own, lines that are dragged, the answer that follows the pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from digitapp.datasets.plane import MOST_POINTS, LabelledPoint, read_points_csv
from digitapp.datasets.problems import MY_POINTS
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.draw.plane.gestures import DragLine
from digitapp.gui.pages.draw.plane.line_marks import LineMark
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.half_planes import half_plane, unit_lines
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = open_window("plane")
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    return window


@pytest.fixture
def page(window: MainWindow) -> DrawPage:
    page = window.show_page(DrawPage)
    QApplication.processEvents()
    return page


def at(page: DrawPage, x: float, y: float) -> QPoint:
    """Return where a place of the plane is on the canvas."""
    return page.plane.surface.frame.at(x, y).toPoint()


def drag(page: DrawPage, qtbot: QtBot, *ways: QPoint) -> None:
    qtbot.mouseMove(page.canvas, ways[0])
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=ways[0])
    for place in ways[1:]:
        qtbot.mouseMove(page.canvas, place)
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=ways[-1])
    QApplication.processEvents()


def test_points_that_are_set_among_others_become_the_users_and_undo_gives_all_back(
    page: DrawPage, qtbot: QtBot
) -> None:
    session, points = page.session, page.session.points
    made = points.points
    page.plane.choose_tool(2)
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, -0.9, -0.9))
    assert session.dataset_name == MY_POINTS
    assert points.points[:-1] == made
    point = points.points[-1]
    assert point.label == 2
    assert (point.x, point.y) == pytest.approx((-0.9, -0.9), abs=0.01)
    drag(page, qtbot, at(page, -0.8, -1), at(page, 0, -1), at(page, 0.8, -1))
    ours = points.points[len(made) :]
    assert len(ours) > 10
    assert sum(point.validates for point in ours) == len(ours) // 4
    page.undo()
    page.undo()
    assert session.dataset_name == "plane:moons"
    assert points.points == made
    page.redo()
    assert points.points == (*made, point)
    page.clear()
    assert points.points == ()
    assert session.dataset is None
    page.undo()
    assert points.points == (*made, point)


def test_the_eraser_takes_what_it_comes_near_and_the_hand_moves_one(page: DrawPage, qtbot: QtBot) -> None:
    points = page.session.points
    ours = tuple(LabelledPoint(x, 0.0, label) for x, label in ((-0.8, 0), (0.0, 1), (0.8, 0)))
    points.commit(ours, "Set")
    QApplication.processEvents()
    page.plane.choose_tool("move")
    drag(page, qtbot, at(page, 0, 0), at(page, 0.2, 0.3), at(page, 0.4, 0.5))
    moved = points.points[1]
    assert (moved.x, moved.y, moved.label) == (pytest.approx(0.4, abs=0.01), pytest.approx(0.5, abs=0.01), 1)
    page.plane.choose_tool("erase")
    drag(page, qtbot, at(page, -1, 0), at(page, 1, 0))
    assert points.points == (moved,)
    label = page.plane.inspector.answer._points
    assert label.text() == "All points are of one class: there is nothing to tell apart yet."
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, 0.4, 0.5))
    qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, 0.4, 0.5))
    assert points.points == (moved,)


def test_everything_can_be_done_by_keys(page: DrawPage, qtbot: QtBot) -> None:
    session = page.session
    session.points.commit([LabelledPoint(0.5, 0.5, 0), LabelledPoint(-0.5, 0.5, 1)], "Set")
    page.activateWindow()
    page.canvas.setFocus()
    QApplication.processEvents()

    def press(*keys: Qt.Key) -> None:
        for key in keys:
            qtbot.keyClick(page.canvas, key)
        QApplication.processEvents()

    press(Qt.Key.Key_Return, Qt.Key.Key_3, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return)
    here = page.plane.surface.test_place
    assert here is not None
    assert session.points.points[-1] == LabelledPoint(*here, 2)
    press(Qt.Key.Key_H, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return)
    there = page.plane.surface.test_place
    assert there is not None
    assert there[0] < here[0]
    assert (session.points.points[-1].x, session.points.points[-1].y) == pytest.approx(there)
    press(Qt.Key.Key_E, Qt.Key.Key_Return)
    assert len(session.points.points) == 2
    assert page.plane.surface.test_place == there


def test_the_answer_and_the_counts_are_those_of_the_network(page: DrawPage, window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseMove(page.canvas, at(page, 0.5, 0.25))
    QApplication.processEvents()
    network, asked = window.session.network, page.plane.surface.test_place
    assert asked is not None
    letter = window.findChild(QLabel, "predictionLabel")
    assert letter is not None
    best = int(network.forward([asked]).argmax())
    assert letter.text() == window.session.model.class_names[best]
    probabilities = window.session.model.probabilities(np.array([asked], np.float32))[0]
    shown = page.plane.inspector.classes.bars.values()
    assert shown is not None
    np.testing.assert_allclose(shown, probabilities, rtol=1e-5)
    bent = page.plane.inspector.bent
    page.session.tell_of_edit()  # bent anew, after the pointer has moved
    qtbot.waitUntil(lambda: bent.picture.bent is not None)
    QApplication.processEvents()
    units = network.trace(np.array([asked], np.float32)).activations[-2][0]
    assert bent.picture._place == pytest.approx(units, abs=1e-5)
    points = page.session.points.points
    outputs = network.forward([(point.x, point.y) for point in points]).argmax(axis=1)
    right = sum(int(label) == point.label for label, point in zip(outputs, points, strict=True))
    assert f"{right} of {len(points)}" in page.plane.inspector.answer._points.text()


def test_a_dragged_line_goes_where_the_pointer_goes_and_keeps_its_steepness(page: DrawPage) -> None:
    """Over many networks: shifted by the middle it stays parallel, turned it goes through the pivot and the pointer."""
    session = page.session
    rng = np.random.default_rng(5)
    for seed in range(12):
        config = usual_configs(session.problem)
        session.renew_weights(NetworkConfig(hidden=(5,), activation="tanh"), config[1])
        session.network.parameters[:] = rng.normal(0, 1, session.network.parameter_count)
        session.tell_of_edit()
        bounds = Bounds(-1.2, 1.2, -1.2, 1.2)
        for line in unit_lines(session.network, bounds):
            before = half_plane(session.network, line.unit)
            middle = ((line.start[0] + line.end[0]) / 2, (line.start[1] + line.end[1]) / 2)
            turned = bool(seed % 2)
            grip = line.start if turned else middle
            goal = tuple(rng.uniform(-1, 1, 2).tolist())
            gesture = DragLine(session, line.unit, grip, middle if turned else None, "Drag")
            steps = Surgery.of(session).undo_stack.index()
            gesture.move((0.1, 0.2))
            gesture.move(goal)
            gesture.finish()
            after = half_plane(session.network, line.unit)
            assert Surgery.of(session).undo_stack.index() == steps + 1
            assert np.hypot(after.x, after.y) == pytest.approx(np.hypot(before.x, before.y), rel=1e-5)
            assert after.sum_at(goal) == pytest.approx(0, abs=1e-5 * (1 + np.hypot(*goal) * np.hypot(after.x, after.y)))
            if turned:
                assert after.sum_at(middle) == pytest.approx(0, abs=1e-4)
            else:
                assert (after.x, after.y) == (before.x, before.y)
            Surgery.of(session).undo()
            assert half_plane(session.network, line.unit) == before


def test_a_line_is_dragged_on_the_canvas_in_one_step_and_undo_of_the_page_gives_it_back(
    page: DrawPage, qtbot: QtBot
) -> None:
    session, surface = page.session, page.plane.surface
    session.points.commit([LabelledPoint(-1, 1, 0), LabelledPoint(1, 1, 1)], "Set")
    QApplication.processEvents()
    before = session.network.parameters.copy()
    mark: LineMark = surface._marks[0]
    page.plane.choose_tool("move")
    grip = mark.drawn.pointAt(0.45)
    drag(page, qtbot, grip.toPoint(), (grip + QPointF(10, 14)).toPoint(), (grip + QPointF(22, 30)).toPoint())
    changed = np.flatnonzero(session.network.parameters != before)
    assert changed.tolist() == [session.network.weight_count + mark.line.unit]
    assert tuple(session.selected) == (0, mark.line.unit)
    assert "shifted" in page.tools.undo.toolTip()
    page.undo()
    np.testing.assert_array_equal(session.network.parameters, before)
    page.undo()
    assert session.dataset_name == "plane:moons"
    page.redo()
    page.redo()
    assert session.dataset_name == MY_POINTS
    assert (session.network.parameters != before).any()


def test_a_line_cannot_be_dragged_while_the_network_learns_and_a_sentence_says_so(
    page: DrawPage, window: MainWindow, qtbot: QtBot
) -> None:
    page.plane.toggle()
    qtbot.waitUntil(lambda: window.session.shows_run)
    assert window.shown_page is page
    page.plane.pause_or_resume()
    page.plane.choose_tool("move")

    def is_said() -> bool:
        tag = next(mark.tag for mark in page.plane.surface._marks if not mark.tag.isEmpty())  # may be on its way yet
        drag(page, qtbot, tag.center().toPoint(), tag.center().toPoint() + QPoint(20, 20))
        return "Stop the run" in page.plane.inspector.note.text()

    qtbot.waitUntil(is_said)
    window.session.run.stop()
    qtbot.waitUntil(lambda: not window.session.run.is_active)


def test_points_survive_a_restart(open_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot) -> None:
    kept = tmp_path / "kept"
    ours = (LabelledPoint(0.25, -0.5, 3), LabelledPoint(-1 / 3, 0.1, 0, True), LabelledPoint(0.0, 0.0, 0))
    window = open_window("plane", kept=kept)
    window.session.points.commit(ours, "Set")
    QCoreApplication.processEvents()
    assert window.close()
    again = open_window(None, kept=kept)
    assert again.session.points.own == ours
    assert again.session.dataset_name == MY_POINTS
    assert again.session.data_for_run() is not None
    page = again.show_page(DrawPage)
    page.clear()
    QCoreApplication.processEvents()
    assert again.close()
    empty = open_window(None, kept=kept)
    assert empty.session.points.own == ()
    assert empty.session.dataset_name == MY_POINTS
    jobs = empty.session._jobs
    qtbot.waitUntil(lambda: len(jobs) == 0)


def test_points_go_through_the_clipboard_and_files_unchanged(page: DrawPage, tmp_path: Path, qtbot: QtBot) -> None:
    rng = np.random.default_rng(3)
    ours = tuple(
        LabelledPoint(x, y, int(label), bool(part))
        for (x, y), label, part in zip(
            rng.uniform(-1, 1, (50, 2)).tolist(), rng.integers(0, 4, 50), rng.random(50) < 0.3, strict=True
        )
    )
    points = page.session.points
    points.commit(ours, "Set")
    page.copy()
    page.plane.files.save_path(tmp_path / "mine")
    assert tuple(read_points_csv(tmp_path / "mine.csv")) == ours
    page.clear()
    page.paste()
    qtbot.waitUntil(lambda: points.points == ours)
    page.clear()
    page.plane.files.open_path(tmp_path / "mine.csv")
    qtbot.waitUntil(lambda: points.points == ours)


def test_points_that_arrive_while_another_problem_is_shown_are_of_the_plane(page: DrawPage) -> None:
    session = page.session
    session.choose_problem("toy")
    session.points.commit([LabelledPoint(0.5, 0.5, 0), LabelledPoint(-0.5, 0.5, 1)], "Open points")
    assert session.dataset_name == "toy"
    session.choose_problem("plane")
    assert session.dataset_name == MY_POINTS
    page.undo()
    assert session.dataset_name == "plane:moons"
    assert len(session.points.points) == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,label\n0.1,zwei,A\n", "line 2, column 2"),
        ("", "there is no point in it"),
        ("x,y,label\n" + "0.1,0.2,A\n" * 200_000, f"at most {MOST_POINTS}"),
        ("\x00\x01binary", "expected"),
    ],
    ids=["text in a number", "no points", "200,000 points", "no table"],
)
def test_a_table_that_cannot_be_used_changes_nothing_and_is_said(
    page: DrawPage, tmp_path: Path, qtbot: QtBot, text: str, said: str
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    before = page.session.points.points
    page.plane.files.open_path(path)
    note = page.plane.inspector.note
    qtbot.waitUntil(lambda: said in note.text())
    assert "points.csv" in note.text()
    assert page.session.points.points is before
    QGuiApplication.clipboard().setText("nothing of the kind")
    page.paste()
    qtbot.waitUntil(lambda: note.text().startswith("The clipboard holds no points"))


def test_where_other_seeds_disagree_is_hatched_and_said(page: DrawPage, qtbot: QtBot) -> None:
    session, part = page.session, page.plane
    session.choose_dataset("plane:moons,count=40,noise=0.3")
    QApplication.processEvents()
    plain = page.canvas.grab().toImage()
    part.inspector.classes.seeds.setChecked(True)
    qtbot.waitUntil(lambda: part.seeds.found is not None)
    found = part.seeds.found
    assert found is not None
    QApplication.processEvents()
    text = part.inspector.classes._seeds_text.text()
    assert text.startswith(f"8 networks agree on {100 * found.agreed:.1f}")
    frame, hatched = part.surface.frame, page.canvas.grab().toImage()
    rows, columns = found.disagreement.shape
    row, column = np.unravel_index(int(found.disagreement.argmax()), (rows, columns))
    b = frame.bounds
    spot = frame.at(b.left + column / (columns - 1) * b.width, b.bottom + row / (rows - 1) * b.height).toPoint()
    near = [spot + QPoint(dx, dy) for dx in range(-6, 7) for dy in range(-6, 7)]
    inside = [place for place in near if page.canvas.rect().contains(place)]
    assert any(plain.pixel(place) != hatched.pixel(place) for place in inside)
    session.points.commit([LabelledPoint(0, 0, 0)], "Set")
    qtbot.waitUntil(lambda: part.seeds.found is None)
    QApplication.processEvents()
    assert "two classes" in part.inspector.classes._seeds_text.text()
    part.inspector.classes.seeds.setChecked(False)
    QApplication.processEvents()
    assert not part.inspector.classes._seeds_text.isVisible()
