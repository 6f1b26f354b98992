"""The bench "Any function" in the real window: drawn, learned, built by hand and measured, and at bad moments."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.lab.any_function.bench import AnyFunctionBench
from digitapp.gui.pages.lab.any_function.brick_view import Handle, handle_places, moved
from digitapp.gui.pages.lab.any_function.target import OWN
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.window.main_window import MainWindow
from digitapp.lab.any_function.bricks import MOST_BRICKS, Brick, Shape, build, units_for
from digitapp.lab.any_function.function_fit import FIT_ACTIVATIONS, MOST_UNITS, error, parts, train_fit
from digitapp.lab.any_function.target_curves import GRID, POINTS, TARGETS, straight_line_error, target
from digitapp.lab.any_function.units_needed import COUNTS

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("any-function")


@pytest.fixture
def bench(page: LabPage) -> AnyFunctionBench:
    bench = page.bench()
    assert isinstance(bench, AnyFunctionBench)
    return bench


def drag(widget: QWidget, *points: QPointF) -> None:
    places = [point.toPoint() for point in points]
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(widget, place)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=places[-1])


def near(color: QColor, other: QColor) -> bool:
    return max(abs(a - b) for a, b in zip(color.getRgb()[:3], other.getRgb()[:3], strict=True)) < 60  # type: ignore[index]


# Drawing and learning


def test_a_curve_is_drawn_where_the_pen_goes_and_taken_back(bench: AnyFunctionBench) -> None:
    view, before = bench.learn.view, bench.target.values
    for start, end in (((-0.6, 0.5), (0.2, -0.7)), ((0.9, 0.9), (-0.9, 0.1)), ((0.3, 1.4), (5.0, -3.0))):
        drag(view, view.point(*start), view.point(*end))
        assert bench.target.key == OWN == bench.learn.curve.currentData()
        inside = [x for x in (start[0], end[0]) if abs(x) < 1]
        heights = np.interp(inside, GRID, bench.target.values)
        wanted = [max(-1.0, min(1.0, y)) for x, y in (start, end) if abs(x) < 1]
        np.testing.assert_allclose(heights, wanted, atol=0.06)
        assert np.abs(bench.target.values).max() <= 1
    view.setFocus()
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    bench.learn.undo.click()
    assert not bench.learn.undo.isEnabled()
    np.testing.assert_array_equal(bench.target.values, before)
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert bench.target.values[52] == pytest.approx(before[52] + 0.1)


def test_it_learns_live_what_is_drawn_meanwhile_and_rests_while_nobody_looks(
    bench: AnyFunctionBench, page: LabPage, qtbot: QtBot
) -> None:
    face = bench.learn
    first = error(face.learner.network, bench.target.values)
    face.start.click()
    qtbot.waitUntil(lambda: face.learner.fit.steps > 300)
    assert error(face.learner.network, bench.target.values) < first / 3 and not face.start.isVisible()
    face.curve.setCurrentIndex(face.curve.findData("absolute"))
    steps = face.learner.fit.steps
    qtbot.waitUntil(lambda: face.learner.fit.steps > steps + 300)
    assert face.facts.texts()[0][1] == figure(error(face.learner.network, target("absolute")), 3)
    page.take_up("losses")
    assert not face.learner._timer.isActive() and face.learner.is_learning
    page.take_up("any-function")
    assert face.learner._timer.isActive()
    face.pause.click()
    assert not face.learner.is_learning and face.start.isVisible()
    lines = face.errors.lines
    assert lines[1].y[0] == pytest.approx(straight_line_error(target("absolute")))
    assert len(lines[0].x) == len(face.learner.history) and (np.diff(lines[0].x) >= 0).all()


def test_in_a_small_window_the_room_belongs_to_the_curve(bench: AnyFunctionBench, qtbot: QtBot) -> None:
    window = bench.window()
    for height, is_roomy in ((900, True), (700, False), (900, True)):
        window.resize(1280, height)
        qtbot.waitUntil(lambda: bench.learn.errors.isVisible() == is_roomy)  # noqa: B023
        assert bench.learn.view._plot().height() > 180


def test_units_come_and_go_one_by_one_and_the_sum_is_theirs(bench: AnyFunctionBench) -> None:
    face, chance = bench.learn, random.Random(2)
    for _ in range(30):
        before = parts(face.learner.network).sum
        if chance.random() < 0.6:
            face.more.click()
            np.testing.assert_allclose(parts(face.learner.network).sum, before, atol=1e-12)
            assert face.unit == face.learner.count - 1 and str(face.learner.count) in face._unit_title.title.text()
        else:
            face.view.setFocus()
            QTest.keyClick(face.view, chance.choice([Qt.Key.Key_PageDown, Qt.Key.Key_PageUp]))
            assert face.unit is not None
            QTest.keyClick(face.view, Qt.Key.Key_Delete)
        face.step.click()
        assert face.learner.count == face.units.value() == face.learner.config.units
    face.units.set_value(MOST_UNITS)
    face._on_network()
    assert not face.more.isEnabled() and face.less.isEnabled()
    face.units.set_value(1)
    face._on_network()
    assert face.more.isEnabled() and not face.less.isEnabled()
    place = QPoint(round(face.view.point(float(face.view._places[0]), 0).x()), round(face.view._plot().bottom()) + 5)
    QTest.mouseClick(face.view, Qt.MouseButton.LeftButton, pos=place)
    assert face.unit == 0 and bench.target.key != OWN
    accent = theme.current().palette.accent
    for shown in range(3):
        face.shown.setCurrentIndex(shown)
        picture = face.view.grab().toImage()
        for place in range(5, POINTS, 10):
            point = face.view.point(float(GRID[place]), float(parts(face.learner.network).sum[place])).toPoint()
            around = [picture.pixelColor(point + QPoint(0, down)) for down in (-1, 0, 1)]
            assert any(near(color, accent) for color in around), "the network's curve lies on top of all others"


def test_every_activation_and_optimizer_can_be_taken_while_it_learns(bench: AnyFunctionBench, qtbot: QtBot) -> None:
    face, chance = bench.learn, random.Random(5)
    face.start.click()
    for index in range(face.activation.count()):
        face.activation.setCurrentIndex(index)
        face.optimizer.setCurrentIndex(chance.randrange(face.optimizer.count()))
        steps = face.learner.fit.steps
        qtbot.waitUntil(lambda: face.learner.fit.steps > steps or not face.learner.is_learning)  # noqa: B023
        assert face.learner.network.activations[0] == FIT_ACTIVATIONS[index]
        assert face.meaning.isVisible() == (FIT_ACTIVATIONS[index] == "identity")
        face.learner.set_learning(True)
    face.pause.click()
    assert np.isfinite(face.learner.network.parameters).all()


def test_a_rate_at_which_the_numbers_overflow_is_said_beside_it(bench: AnyFunctionBench, qtbot: QtBot) -> None:
    face = bench.learn
    face.optimizer.setCurrentIndex(face.optimizer.findData("sgd"))
    face.activation.setCurrentIndex(face.activation.findData("identity"))
    for text in ("x", "-1", "0"):
        face.rate.setText(text)
        face.start.click()
        assert face.rate.error() and not face.learner.is_learning
    face.rate.setText("90")
    face.start.click()
    qtbot.waitUntil(lambda: not face.learner.is_learning)
    assert face._rate_row.note() and np.isfinite(face.learner.network.parameters).all()
    face.rate.setText("0.1")
    face.rate.commit()
    assert not face._rate_row.note()


# By hand


def test_what_handles_are_dragged_to_is_what_the_network_does(bench: AnyFunctionBench) -> None:
    bench.show_face("build")
    face, chance = bench.build, random.Random(7)
    for _ in range(40):
        if chance.random() < 0.25:
            chance.choice([face.step, face.bump]).click()
        elif chance.random() < 0.15:
            face.view.setFocus()
            QTest.keyClick(
                face.view, chance.choice([Qt.Key.Key_Delete, Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_Up])
            )
        if face.brick is None:
            continue
        handle = chance.choice(list(handle_places(face.brick, face.base)))
        before = face.brick
        goal = QPointF(chance.uniform(0.1, 0.9) * face.view.width(), chance.uniform(0.3, 0.8) * face.view.height())
        drag(face.view, face.view.point(*handle_places(before, face.base)[handle]), goal)
        assert len(face.bricks) <= MOST_BRICKS and face.brick is not None
        key = face.activation.currentData()
        np.testing.assert_array_equal(face.network.parameters, build(face.bricks, key, face.base).parameters)
        assert face.facts.texts()[1][1] == str(sum(units_for(brick.shape, key) for brick in face.bricks))
        assert face.place.value() == face.brick.place and face.steepness.value() == face.brick.steepness
        face.activation.setCurrentIndex(chance.randrange(face.activation.count()))
    assert not bench.grab().isNull()


def test_a_handle_is_where_it_was_dragged_to() -> None:
    chance = random.Random(3)
    for _ in range(300):
        brick = Brick(
            chance.choice(list(Shape)), chance.uniform(-0.5, 0.5), chance.uniform(-1, 1), chance.uniform(2, 50), 0.5
        )
        base, handle = chance.uniform(-1, 1), chance.choice(list(Handle))
        if handle is Handle.WIDTH and brick.shape is Shape.STEP:
            continue
        side = brick.place + (0 if brick.shape is Shape.STEP else 0.25)
        x, y = chance.uniform(side + 0.02, 0.98), chance.uniform(-0.9, 0.9)
        there = handle_places(moved(brick, handle, x, y, base), base)[handle]
        if handle is Handle.HEIGHT:
            assert there[1] == pytest.approx(y, abs=1e-3)
        elif handle is Handle.PLACE or (x - brick.place < 1 and x - side > 0.5 / 200):  # it has its limits
            assert there[0] == pytest.approx(x, abs=2e-3)
        moved(brick, handle, chance.uniform(-9, 9), chance.uniform(-9, 9), base)  # whatever it is, it is a brick


def test_numbers_are_typed_bumps_follow_the_curve_and_it_learns_on(bench: AnyFunctionBench, qtbot: QtBot) -> None:
    bench.show_face("build")
    face = bench.build
    face.steepness.setText("500")
    face.steepness.commit()
    assert face.steepness.error() and face.bricks[0].steepness == 8
    face.height_field.setText("-0,4")
    face.height_field.commit()
    assert face.bricks[0].height == -0.4
    face.count.set_value(MOST_BRICKS)
    face.follow.click()
    near = error(face.network, bench.target.values)
    assert near < 0.15 and not face.step.isEnabled() and len(face.bricks) == MOST_BRICKS
    face.hand_on.click()
    assert bench.face is bench.learn and bench.learn.learner.count == 2 * MOST_BRICKS
    np.testing.assert_array_equal(parts(bench.learn.learner.network).sum, parts(face.network).sum)
    bench.learn.start.click()
    qtbot.waitUntil(lambda: bench.learn.learner.fit.steps > 200)
    bench.learn.pause.click()
    assert error(bench.learn.learner.network, bench.target.values) < near
    bench.show_face("build")
    while face.bricks:
        face.remove.click()
    assert not face.remove.isEnabled() and not bench.grab().isNull()


# How many units


def test_the_error_against_the_number_of_units_is_that_of_the_trained_ones(
    bench: AnyFunctionBench, qtbot: QtBot
) -> None:
    bench.show_face("needed")
    face = bench.needed
    face.take_up({"steps": 40, "seeds": 2, "activations": ["tanh", "", "identity"], "units": 4})
    face.train.click()
    face.cancel.click()
    qtbot.waitUntil(lambda: face._errand._job is None)
    assert face.result is None and bench.numbers() == ""
    face.train.click()
    qtbot.waitUntil(lambda: face.result is not None, timeout=20_000)
    assert face.result is not None and not face.train.isEnabled()
    by_name = {line.name: line for line in face.plot.lines if line.name}
    assert len(by_name) == 3 and len(face.plot.lines) == 3 + 4
    series = face.result[0].series
    network = train_fit(replace(series.config, units=COUNTS[3], seed=1), series.targets, 40)
    assert face.result[0].errors[3, 1] == error(network, series.targets)
    linear, line = face.result[1].errors, straight_line_error(series.targets)
    assert (linear >= line - 1e-9).all()
    for _ in COUNTS:
        QTest.keyClick(face.plot, Qt.Key.Key_Right)
        assert face.here.texts()[0][1] == figure(float(face.result[0].medians[face.place]), 3)
    assert face.place == len(COUNTS) - 1
    assert bench.numbers().count("\n") == 2 * 2 * len(COUNTS)
    face.watch.click()
    assert bench.face is bench.learn and bench.learn.learner.is_learning
    assert bench.learn.learner.config.units == COUNTS[-1] and bench.learn.learner.config.activation == "tanh"
    bench.learn.pause.click()
    bench.show_face("needed")
    shown = face.meaning.text()
    bench.target.choose("bump")
    assert face.train.isEnabled() and face.meaning.text() != shown
    for box in face.boxes:
        box.setCurrentIndex(0)
    assert not face.train.isEnabled()


# State


def test_a_state_comes_back_as_it_was_and_nonsense_is_as_at_first(bench: AnyFunctionBench) -> None:
    first = json.dumps(bench.state())
    bench.target.draw((-0.5, 0.25), (0.5, -0.75))
    bench.learn.units.set_value(9)
    bench.learn._on_network()
    bench.learn.shown.setCurrentIndex(2)
    bench.build.bump.click()
    bench.build.activation.setCurrentIndex(3)
    bench.needed.boxes[2].setCurrentIndex(0)
    bench.show_face("build")
    wanted = json.loads(json.dumps(bench.state()))
    bench.take_up({})
    assert json.dumps(bench.state()) == first
    bench.take_up(wanted)
    assert json.loads(json.dumps(bench.state())) == wanted
    assert len(bench.numbers().splitlines()) == POINTS + 1
    for value in (None, "x", -99, [], [[1]], {}, 1e300, math.nan, [{"shape": "step", "place": 9}]):
        bench.take_up(
            {key: dict.fromkeys(own, value) if isinstance(own, dict) else value for key, own in wanted.items()}
        )
        settle()
        assert bench.target.key in TARGETS and bench.learn.learner.count == 4
