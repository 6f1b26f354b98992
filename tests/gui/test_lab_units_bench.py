"""The bench "Units" in the real window: what is dragged, typed and trained is what `lab.units` computes."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitapp.datasets.toy import load_toy
from digitapp.gui import theme
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.pages.lab.units.bench import UnitsBench
from digitapp.gui.pages.lab.units.curve_view import REACH
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.window.main_window import MainWindow
from digitapp.lab.units import dying_units, zigzag
from digitapp.lab.units.activation_curve import FORMULAS, unit_at
from digitapp.lab.units.dying_units import RATES, run_trial
from digitapp.lab.units.gradient_chain import measure
from digitapp.lab.units.zigzag import walk
from digitapp.nn import ACTIVATIONS, INITIALIZERS

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("units")


@pytest.fixture
def bench(page: LabPage, monkeypatch: pytest.MonkeyPatch) -> UnitsBench:
    monkeypatch.setattr(dying_units, "digits", load_toy)  # 64 images are learned faster than 1,000
    monkeypatch.setattr(zigzag, "RATES", (0.2, 0.5))
    monkeypatch.setattr(zigzag, "ORDERS", 1)
    bench = page.bench()
    assert isinstance(bench, UnitsBench)
    return bench


# One unit


def test_every_activation_is_reached_by_keys_and_its_input_is_dragged_typed_and_stepped(
    bench: UnitsBench,
) -> None:
    face, view = bench.slope, bench.slope.view
    QTest.keyClick(face.gallery, Qt.Key.Key_Home)
    assert set(FORMULAS) == set(ACTIVATIONS)
    for key in ACTIVATIONS:
        assert face.key == key
        for across in (0.0, 0.3, 0.8, 1.2):
            QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, view.height() // 2))
            plot = view._plot()
            QTest.mouseMove(view, QPoint(round(plot.left() + across * plot.width()), view.height() // 2))
            QTest.mouseRelease(view, Qt.MouseButton.LeftButton)
            value, slope = unit_at(key, face.z)
            assert [text for _, text in face.here.texts()] == [figure(value), figure(slope)]
            place = QPoint(*(round(pixel) for pixel in view._in_pixels(face.z, value).tolist()))
            dot = view.grab().toImage().pixelColor(place)
            assert dot == theme.current().palette.accent or face.z in (-REACH, REACH)
            assert face.through.texts()[1][1] == figure(slope**5, 3) and face.field.value() == face.z
        QTest.keyClick(face.gallery, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert face.z == -REACH
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert face.z == pytest.approx(0.1 - REACH)
    for text, z in (("-1,5", -1.5), ("2", 2.0), ("9", 2.0), ("x", 2.0)):
        face.field.setText(text)
        face.field.commit()
        assert face.z == z and bool(face.field.error()) == (text in ("9", "x"))


# Chains


def test_the_lines_of_a_chain_are_what_is_measured_and_both_plots_have_one_cursor(
    bench: UnitsBench, qtbot: QtBot
) -> None:
    face, chance = bench.chain, random.Random(1)
    bench.chooser.setCurrentIndex(1)
    for _ in range(4):
        face.layers.set_value(chance.randint(1, 50))
        face._on_layers(face.layers.value())
        face.width_field.set_value(8)
        for activation, start in face.boxes:
            activation.setCurrentIndex(chance.randrange(len(ACTIVATIONS) + 1))
            start.setCurrentIndex(chance.randrange(len(INITIALIZERS)))
        face.dice.click()
        chains = face.chains()
        qtbot.waitUntil(lambda: not face._errand.is_busy)
        assert [reach.chain for _, reach in face.reaches] == [chain for _, chain in chains]
        for (mark, chain), line in zip(chains, face.gradients.lines, strict=True):
            assert line.series == mark
            np.testing.assert_array_equal(line.y, measure(chain).deltas)
        face.what.setCurrentIndex(1)
        for (_, chain), line, spread in zip(chains, face.gradients.lines, face.spreads.lines, strict=True):
            np.testing.assert_array_equal(line.y, measure(chain).gradients)
            np.testing.assert_array_equal(spread.y, measure(chain).spreads)
        face.what.setCurrentIndex(0)
    QTest.keyClick(face.spreads, Qt.Key.Key_Left)
    before = face.gradients._cursor
    assert before is not None
    QTest.keyClick(face.gradients, Qt.Key.Key_Right)
    now = min(before + 1, face.layers.value())
    assert face.gradients._cursor == face.spreads._cursor == now and str(int(now)) in face._at_layer.title.text()


def test_starts_are_compared_at_once_and_what_is_changed_is_ones_own(bench: UnitsBench, qtbot: QtBot) -> None:
    face = bench.chain
    bench.chooser.setCurrentIndex(1)
    face.width_field.set_value(16)
    seen = set()
    for index in range(face.comparison.count() - 1):
        face.comparison.setCurrentIndex(index)
        seen.add(tuple((chain.activation, chain.initializer) for _, chain in face.chains()))
        assert face.comparison.currentIndex() == index
    assert len(seen) == face.comparison.count() - 1
    qtbot.waitUntil(lambda: not face._errand.is_busy)
    shares = {reach.chain.initializer: reach.share for _, reach in face.reaches}
    assert shares["normal"] > 1e3 > shares["he"] > shares["glorot"] > shares["uniform"]
    face.boxes[0][1].setCurrentIndex(face.boxes[0][1].findData("zeros"))
    assert face.comparison.currentIndex() == face.comparison.count() - 1


def test_fifty_layers_of_anything_are_shown(bench: UnitsBench, qtbot: QtBot) -> None:
    face = bench.chain
    bench.chooser.setCurrentIndex(1)
    for key in ("step", "softplus"):  # no gradient at all, and one that overflows
        face.take_up({"layers": 50, "width": 4, "pairs": [[key, "normal"]] * 4})
        qtbot.waitUntil(lambda: not face._errand.is_busy)
        settle()
        assert len(face.arrives.texts()) == 4 and not bench.grab().isNull()
    assert all(len(line.split("\t")) == 6 for line in bench.numbers().splitlines())


# Two weights


def test_two_walks_are_shown_and_searched(bench: UnitsBench, qtbot: QtBot) -> None:
    face = bench.centring
    bench.chooser.setCurrentIndex(2)
    for mean, batch in ((100, 0), (35, 1), (0, 2)):
        face.slider.setValue(mean)
        face.batch.setCurrentIndex(batch)
        plan = face.plan()
        assert plan.mean == face.mean.value() == mean / 100
        qtbot.waitUntil(lambda: not face._walks.is_busy, timeout=20_000)
        assert face.paths is not None
        for path in face.paths:
            np.testing.assert_array_equal(path.weights, walk(path.walk).weights)
        assert face.paths[1].walk == plan and face.paths[0].walk.mean == 0
    qtbot.waitUntil(lambda: not face._rates.is_busy, timeout=20_000)
    assert len(face.best.texts()) == 2 and "…" not in face.best.texts()[0][1]
    face.rate.setText("10")
    face.rate.commit()
    qtbot.waitUntil(lambda: not face._walks.is_busy)
    assert not bench.grab().isNull() and "\n0\t1\t" in bench.numbers()


# Death


def test_units_die_as_the_rate_is_turned_up_and_a_trial_is_given_up(bench: UnitsBench, qtbot: QtBot) -> None:
    face = bench.dying
    bench.chooser.setCurrentIndex(3)
    assert bench.numbers() == ""
    face.take_up({"units": 6, "epochs": 1, "activations": ["relu", "leaky_relu", "maxout2", "relu"]})
    face.train.click()
    assert not face.train.isVisible() and face.cancel.isVisible()
    face.cancel.click()
    qtbot.waitUntil(lambda: face._errand._job is None)
    assert face.result is None and face.train.isVisible()
    face.train.click()
    qtbot.waitUntil(lambda: face.result is not None, timeout=20_000)
    expected = run_trial(face.trial(), data=load_toy())
    assert expected is not None and not face.train.isEnabled()
    for line, key in zip(face.ends.lines, ("relu", "leaky_relu", "maxout2"), strict=True):
        counts = [math.nan if c.diverged_at is not None else c.dead[-1] for c in expected.of(key)]
        np.testing.assert_array_equal(line.y, counts)
    face.what.setCurrentIndex(1)
    right = [math.nan if c.diverged_at is not None else 100 * c.accuracy for c in expected.of("maxout2")]
    np.testing.assert_array_equal(face.ends.lines[2].y, right)
    face.ends.setFocus()
    for _ in RATES:
        QTest.keyClick(face.ends, Qt.Key.Key_Right)
        np.testing.assert_array_equal(face.course.lines[0].y, expected.courses["relu", face.rate].dead)
    assert face.rate == RATES[-1] and figure(face.rate, 1) in face._course_card.accessibleName()
    face.units.set_value(7)
    face._on_changed()
    assert face.train.isEnabled() and face.result is not None, "what was trained stays until there is something new"
    assert bench.numbers().count("\n") > 3 * len(RATES)


# State


def test_a_state_comes_back_as_it_was_and_nonsense_is_as_at_first(bench: UnitsBench, qtbot: QtBot) -> None:
    first = json.dumps(bench.state())
    wanted = {
        "face": "chain",
        "slope": {"activation": "maxout3", "input": -2.25},
        "chain": {"layers": 7, "width": 5, "seed": 3, "pairs": [["", "he"]] * 4, "layer": 4, "weights": True},
        "centring": {"mean": 0.25, "learning_rate": 0.7, "batch_size": 8, "steps": 12, "seed": 2},
        "dying": {"activations": ["elu", "relu", "relu", "step"], "units": 9, "epochs": 2, "rate": 0.3, "shows": 1},
    }
    bench.take_up(wanted)
    assert json.loads(json.dumps(bench.state())) == wanted
    for value in (None, "x", -99, [], [[1]], {}, 1e300, math.nan, True):
        bench.take_up(
            {key: dict.fromkeys(own, value) if isinstance(own, dict) else value for key, own in wanted.items()}
        )
        settle()
        again = bench.state()
        assert {name: again[name] for name in ("face", "slope")} == {
            name: json.loads(first)[name] for name in ("face", "slope")
        }
    bench.take_up({})
    assert json.dumps(bench.state()) == first
    qtbot.waitUntil(lambda: not (bench.chain._errand.is_busy or bench.centring._rates.is_busy), timeout=20_000)
