"""The bench "Descent" in the real window: what is seen is the race that the core runs, whatever is chosen and when."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
import pytest
from drawn import drawn
from page_helpers import settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.lab.descent.bench import DescentBench
from digitapp.gui.pages.lab.descent.words import error_text, runner_titles
from digitapp.gui.pages.lab.page import LabPage
from digitapp.lab.contest import MOST_RUNNERS, OWN, PRESETS, KnownRates, Outcome, run_contest, run_from_many_starts
from digitapp.lab.surfaces import SURFACES

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("descent")


@pytest.fixture
def bench(page: LabPage, qtbot: QtBot) -> DescentBench:
    bench = page.bench()
    assert isinstance(bench, DescentBench)
    ran(bench, qtbot)
    return bench


def ran(bench: DescentBench, qtbot: QtBot) -> Outcome:
    """Wait until what is chosen has been run, here and from the other starts."""
    lab = bench.lab
    qtbot.waitUntil(lambda: lab.outcome is not None and lab.outcome.contest == lab.contest and lab.many is not None)
    settle()
    assert lab.outcome is not None
    return lab.outcome


def check(bench: DescentBench, qtbot: QtBot) -> Outcome:
    """Check everything that is shown against a race that is run here."""
    shown, step = ran(bench, qtbot), bench.lab.step
    own = run_contest(bench.lab.contest, KnownRates())
    assert own is not None and own.runners == shown.runners
    many = run_from_many_starts(own)
    assert many is not None
    np.testing.assert_array_equal(shown.race.paths, own.race.paths)
    titles = runner_titles(bench.lab.contest.runners)
    firsts, wins = own.race.first_below(0.01)[:, 0], many.wins()
    for place, title in enumerate(titles):
        row = bench.runners.rows[place]
        assert row.isVisible() and row.text() == title
        assert row.value == error_text(own.race.errors[step, place, 0])
        first = f"step {firsts[place]}" if 0 <= firsts[place] <= step else "not yet"
        assert [label.text() for label in bench.results.rows[place][2:]] == [first, str(wins[place])]
        line = next((line for line in bench.card.plot._lines if line.series == place), None)
        assert (line is None) == (place in bench.runners.absent())
        if line is not None:
            np.testing.assert_array_equal(line.y, own.race.errors[: step + 1, place, 0])
    assert not any(row.isVisible() for row in bench.runners.rows[len(titles) :])
    assert bench.status_text == f"{step:,} steps of {bench.lab.contest.steps:,}"
    return own


def choose(box, data: object) -> None:
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_every_preset_and_surface_shows_its_race(bench: DescentBench, qtbot: QtBot) -> None:
    check(bench, qtbot)
    for name in PRESETS:
        choose(bench.setup.preset, name)
        check(bench, qtbot)
        assert bench.setup.preset.currentData() == name
    for key in (*SURFACES, OWN):
        choose(bench.setup.surface, key)
        contest = check(bench, qtbot).contest
        assert contest.surface == key and contest.start == contest.made_surface().start
        drawn(bench.map)


def test_whatever_is_done_in_any_order_the_race_is_what_is_chosen(bench: DescentBench, qtbot: QtBot) -> None:
    chance = random.Random(2)
    tuning, runners = bench.tuning, bench.runners
    deeds: list[Callable[[], object]] = [
        lambda: choose(bench.setup.surface, chance.choice(list(SURFACES))),
        lambda: bench.setup.noise.slider.setValue(chance.randint(0, 200)),
        lambda: tuning.rate.slider.setValue(chance.randint(40, 200)),
        lambda: tuning.options[0].slider.setValue(chance.randint(0, 200)),
        lambda: tuning._batch_row.isVisible() and choose(tuning.batch, chance.choice([0, 1, 8, 32])),
        lambda: runners.more.isVisible() and choose(runners.more, chance.choice(["nesterov", "nadam", "rprop"])),
        lambda: tuning.remove.isVisible() and tuning.remove.click(),
        lambda: runners.rows[chance.randrange(len(bench.lab.contest.runners))].click(),
        lambda: runners.rows[chance.randrange(MOST_RUNNERS)].box.click(),
        lambda: runners.rates.setCurrentIndex(chance.randrange(2)),
        lambda: bench.start.click(),
        lambda: bench.step.click(),
        lambda: bench.back.click(),
        lambda: bench.card.plot.moved.emit(chance.uniform(0, 60)),
        lambda: bench.map.start_moved.emit(chance.uniform(-3, 3), chance.uniform(-2, 2)),
        lambda: bench.setup.steps.step_by(chance.choice([-1, 1])),
    ]
    for _ in range(15):
        for _ in range(chance.randint(1, 6)):
            chance.choice(deeds)()
        bench.lab.rest()
        check(bench, qtbot)


def test_the_start_is_dragged_typed_and_moved_by_keys(bench: DescentBench, qtbot: QtBot) -> None:
    drawing, setup = bench.map, bench.setup
    target = drawing.at(4, -1.5).toPoint()
    qtbot.mousePress(drawing, LEFT, pos=drawing.at(-7, 2).toPoint())
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(drawing, QPoint(*(round(share * v) for v in (target.x(), target.y()))))
        settle()
    qtbot.mouseRelease(drawing, LEFT, pos=target)
    assert bench.lab.contest.start == pytest.approx((4, -1.5), abs=0.05)
    assert (setup.start_x.value(), setup.start_y.value()) == bench.lab.contest.start
    check(bench, qtbot)
    x, y = bench.lab.contest.start
    qtbot.keyClick(drawing, KEY.Key_Up)
    qtbot.keyClick(drawing, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bench.lab.contest.start == pytest.approx((x + 1, y + 0.1))
    for text in ("abc", "", "nan", "1e9", "-25"):
        setup.start_x.setText(text)
        qtbot.keyClick(setup.start_x, KEY.Key_Return)
        assert "Use a number from −24 to 24" in setup._start_row.note()
        assert bench.lab.contest.start[0] == pytest.approx(x + 1)
    setup.start_x.setText("-7,5")
    qtbot.keyClick(setup.start_x, KEY.Key_Return)
    assert bench.lab.contest.start[0] == -7.5 and not setup._start_row.note()
    check(bench, qtbot)


def test_it_starts_pauses_steps_and_goes_back(bench: DescentBench, qtbot: QtBot) -> None:
    lab = bench.lab
    qtbot.mouseClick(bench.back, LEFT)
    assert lab.step == 0 and not bench.back.isEnabled()
    qtbot.mouseClick(bench.step, LEFT)
    assert lab.step == 1
    check(bench, qtbot)
    qtbot.keyClick(bench.map, KEY.Key_Period)
    assert lab.step == 2
    qtbot.keyClick(bench.map, KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert bench.start.text() == "Pause"
    qtbot.waitUntil(lambda: lab.step > 5)
    qtbot.mouseClick(bench.start, LEFT)
    assert 5 < lab.step < 60 and bench.start.text() == "Start"
    check(bench, qtbot)
    qtbot.mouseClick(bench.start, LEFT)
    qtbot.waitUntil(lambda: not lab.plays)
    assert lab.step == 60 and not bench.step.isEnabled()
    qtbot.mouseClick(bench.start, LEFT)
    assert lab.step < 60, "from the start again"
    bench.hide()
    assert not lab.plays, "nobody sees it"
    plot = bench.card.plot
    qtbot.keyClick(plot, KEY.Key_Right)
    lab.show_step(30)
    qtbot.keyClick(plot, KEY.Key_Left)
    assert lab.step in (28, 29)


def test_runners_come_and_go_and_are_seen_or_not(bench: DescentBench, qtbot: QtBot) -> None:
    runners = bench.runners
    qtbot.mouseClick(runners.rows[2].box, LEFT)
    assert runners.absent() == (2,)
    choose(runners.more, "adagrad")
    choose(runners.more, "adam")
    assert len(bench.lab.contest.runners) == MOST_RUNNERS and not runners.more.isVisible()
    check(bench, qtbot)
    qtbot.mouseClick(runners.rows[1], LEFT, pos=QPoint(120, 10))
    qtbot.mouseClick(bench.tuning.remove, LEFT)
    assert [runner.optimizer for runner in bench.lab.contest.runners] == ["sgd", "rmsprop", "adam", "adagrad", "adam"]
    assert runners.absent() == (1,), "it moved up"
    check(bench, qtbot)
    while bench.tuning.remove.isVisible():
        bench.tuning.remove.click()
    assert len(bench.lab.contest.runners) == 1
    check(bench, qtbot)


def test_each_at_its_best_rate_which_can_be_kept(bench: DescentBench, qtbot: QtBot) -> None:
    runners, tuning = bench.runners, bench.tuning
    runners.rates.setCurrentIndex(1)
    assert bench.lab.contest.rates == "same"
    tuning.rate.field.setText("0.3")
    qtbot.keyClick(tuning.rate.field, KEY.Key_Return)
    assert {runner.learning_rate for runner in check(bench, qtbot).runners} == {0.3}
    runners.rates.setCurrentIndex(2)
    assert "Looking for the best rate" in tuning._search.text()
    outcome = check(bench, qtbot)
    assert tuning.search_plot.isVisible() and not tuning.rate.field.isEnabled()
    for place, search in enumerate(outcome.searches):
        qtbot.mouseClick(runners.rows[place], LEFT, pos=QPoint(120, 10))
        assert tuning.rate.field.value() == search.best
        line = tuning.search_plot._lines[0]
        assert line.series == place and 10 ** line.x[int(np.nanargmin(line.y))] == pytest.approx(search.best)
    tuning.take_over.click()
    kept = check(bench, qtbot)
    assert bench.lab.contest.rates == "own" and kept.runners == outcome.runners


def test_who_leaves_the_map_is_said_to_have(bench: DescentBench, qtbot: QtBot) -> None:
    choose(bench.setup.preset, "rates")
    race = check(bench, qtbot).race
    lost = int(race.lost_at[3, 0])
    assert lost > 0 and bench.runners.rows[3].value == "diverged"
    assert "Left the map for good: SGD at 1.05" in bench.results.story.text()
    before = drawn(bench.map)
    bench.lab.show_step(lost - 1)
    assert bench.runners.rows[3].value != "diverged" and "Left the map" not in bench.results.story.text()
    assert before != drawn(bench.map)


def test_ones_own_surface_is_typed_and_nonsense_is_refused(bench: DescentBench, qtbot: QtBot) -> None:
    setup = bench.setup
    choose(setup.surface, OWN)
    check(bench, qtbot)
    before = bench.lab.contest
    for text, said in (
        ("x + z", "only x and y here, and no z"),
        ("x^2 +", "After “+” a value is missing"),
        ("(x", "never closed"),
        ("3", "Nothing here can change"),
        ("", "Type an expression in x and y"),
        ("log(0 - x^2 - 1)", "nowhere a number"),
        ("9" * 9999, "more than a number can be"),
        ("x+" * 9999, "characters"),
    ):
        setup.expression.setText(text)
        qtbot.keyClick(setup.expression, KEY.Key_Return)
        assert said in setup._expression_row.note(), text[:9]
        assert bench.lab.contest == before, "the last good one stays"
    setup.expression.setText("x^2 + 3*y^2")
    qtbot.keyClick(setup.expression, KEY.Key_Return)
    assert not setup._expression_row.note() and bench.lab.contest.expression == "x^2 + 3*y^2"
    check(bench, qtbot)
    setup.expression.setText("1/x + log(x) + y^2")
    qtbot.keyClick(setup.expression, KEY.Key_Return)
    bench.map.start_moved.emit(-1.0, 1.0)
    assert "C is no number here" in setup._start_row.note()
    check(bench, qtbot)
    assert all(row.value == "diverged" for row in bench.runners.rows[:4])
    drawn(bench.map)
    bench.map.start_moved.emit(3.0, 1.0)
    assert not setup._start_row.note()
    check(bench, qtbot)
    setup.expression.setText("log(0.0001 - x^2 - y^2)")
    qtbot.keyClick(setup.expression, KEY.Key_Return)
    bench.runners.rates.setCurrentIndex(2)
    qtbot.waitUntil(lambda: bench.lab.error is not None)
    assert "hardly anywhere a number" in bench.tuning._search.text()
    choose(setup.preset, "rules")
    check(bench, qtbot)


def test_numbers_are_copied_and_any_state_comes_back(page: LabPage, bench: DescentBench, qtbot: QtBot) -> None:
    bench.take_up({"surface": "rosenbrock", "steps": 5, "absent": [1], "chosen": 3, "step": 2})
    race = check(bench, qtbot).race
    assert bench.lab.step == 2
    qtbot.mouseClick(page.copy, LEFT)
    rows = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert len(rows) == 7 and rows[0][:2] == ["step", "x of sgd 0.0015"]
    assert float(rows[6][3]) == race.errors[5, 0, 0] and float(rows[6][-1]) == race.errors[5, 3, 0]
    state = json.loads(json.dumps(bench.state()))
    bench.take_up({"surface": 3, "runners": 7, "absent": {}, "chosen": "x", "step": None, "start": [1, "a"]})
    usual = bench.state()
    assert bench.lab.contest == PRESETS["rules"]
    bench.take_up(state)
    assert json.loads(json.dumps(bench.state())) == state
    check(bench, qtbot)
    qtbot.mouseClick(page.reset, LEFT)
    assert bench.state() == usual
    ran(bench, qtbot)


def test_in_a_low_window_the_race_is_a_tab_beside_the_map(bench: DescentBench, qtbot: QtBot) -> None:
    assert bench.map.isVisible() and bench.card.isVisible() and not bench.view.isVisible()
    bench.window().resize(1024, 700)
    qtbot.waitUntil(lambda: bench.view.isVisible())
    assert bench.map.isVisible() and not bench.card.isVisible()
    bench.view.setCurrentIndex(1)
    assert bench.card.isVisible() and not bench.map.isVisible()
    bench.window().resize(1280, 800)
    qtbot.waitUntil(lambda: not bench.view.isVisible())
    assert bench.map.isVisible() and bench.card.isVisible()


def test_a_place_of_the_map_is_read_under_the_pointer(bench: DescentBench, qtbot: QtBot) -> None:
    place = bench.map.at(2, 1)
    qtbot.mouseMove(bench.map, place.toPoint())
    readout = bench.map._readout
    assert readout is not None and readout.isVisible()
    x, y = bench.map.place_at(QPointF(place.toPoint()))
    assert f"C = {x * x / 50 + y * y:.3f}" in readout.text()
    ran(bench, qtbot)
