"""What the page Runs says of experiments that were chosen together: no more than their runs tell, with its working."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import run_json
from kept_lines import make_experiment
from page_helpers import OpenSession
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitapp import resources
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import LOADERS
from digitapp.datasets.problems import MNIST
from digitapp.gui.pages.runs.comparison_curves import ComparisonCurves
from digitapp.gui.pages.runs.comparison_panel import ComparisonPanel
from digitapp.gui.pages.runs.interval_bar import axes_of
from digitapp.gui.pages.runs.page import RunsPage
from digitapp.gui.pages.runs.seed_dots import SeedDots
from digitapp.gui.pages.runs.what_differs import WhatDiffers
from digitapp.gui.state.session import Session
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.words.comparison import (
    advice_words,
    counting_words,
    interval_words,
    luck_words,
    named_apart,
    size_words,
    steps_of,
    told,
    verdict_words,
)
from digitapp.kept.comparing import Pair, compare_experiments
from digitapp.kept.experiments import Experiment, Measure, different, experiments_of
from digitapp.kept.final import final_of
from digitapp.kept.register import read_curves, read_lines
from digitapp.kept.store import Store


def pair_of(first: list[float], second: list[float], measure: Measure = Measure.ACCURACY) -> Pair:
    adam, sgd = (make_experiment(name, dict(enumerate(values))) for name, values in (("Adam", first), ("SGD", second)))
    return compare_experiments([adam, sgd], measure).pairs[0]


GOOD, LESS = [0.9701, 0.9693, 0.9688, 0.9659, 0.9672], [0.9652, 0.9630, 0.9645, 0.9612, 0.9627]


def test_one_that_is_better_is_named_first_with_its_interval_in_points() -> None:
    for pair in (pair_of(GOOD, LESS), pair_of(LESS, GOOD)):
        better = "Adam" if pair.better is pair.first else "SGD"
        worse = "SGD" if better == "Adam" else "Adam"
        assert verdict_words(pair) == f"{better} is better than {worse} here"
        assert size_words(pair) == "+0.49 points"
        assert interval_words(pair) == "5 seeds each, 95 % interval +0.40 to +0.59 points"
        assert advice_words(pair) == ""


def test_a_smaller_loss_is_better_and_keeps_its_sign() -> None:
    pair = pair_of(GOOD, LESS, Measure.LOSS)
    assert verdict_words(pair) == "Adam is better than SGD here"
    assert size_words(pair) == "−0.0049 in loss"
    assert interval_words(pair) == "5 seeds each, 95 % interval −0.0059 to −0.0040"


def test_what_cannot_be_told_is_said_with_how_many_seeds_would() -> None:
    pair = pair_of([0.970, 0.965, 0.972, 0.968, 0.966], [0.968, 0.968, 0.970, 0.966, 0.967])
    assert verdict_words(pair) == "SGD against Adam: no difference that 5 seeds can show"
    assert interval_words(pair).endswith("points: 0 lies within") and size_words(pair) == "−0.04 points"
    needed = pair.difference.needed
    assert needed is not None and advice_words(pair).startswith(f"About {needed:,} seeds each would tell")


def test_one_seed_each_says_nothing_and_has_no_interval() -> None:
    pair = pair_of([0.9], [0.5])
    assert verdict_words(pair) == "One seed each cannot tell SGD and Adam apart"
    assert "interval" not in interval_words(pair) and not told(pair).has_interval
    assert "no interval" in steps_of(pair)[0].text
    assert verdict_words(pair_of([0.9, 0.8, 0.85], [0.5])) == "One seed of SGD cannot tell"


def test_among_many_comparisons_what_may_be_luck_is_said_to_be() -> None:
    reference = make_experiment("first", {0: 0.90, 1: 0.91, 2: 0.92, 3: 0.91})
    close = make_experiment("close", {0: 0.909, 1: 0.915, 2: 0.925, 3: 0.9125})
    others = [make_experiment(f"x{k}", {s: 0.9 + 0.01 * ((s * k) % 3) for s in range(4)}) for k in range(1, 9)]
    alone = compare_experiments([reference, close])
    assert not alone.pairs[0].may_be_luck and alone.pairs[0].better is close and luck_words(alone) == ""
    found = compare_experiments([reference, close, *others])
    assert found.pairs[0].better is close and found.pairs[0].may_be_luck
    assert advice_words(found.pairs[0]).startswith("Alone this would tell. Among 9 comparisons it may be luck")
    assert "The best of 10 is also the luckiest" in luck_words(found)
    assert "5,000 validation images" in counting_words(found)


def test_experiments_of_one_name_are_called_by_what_differs() -> None:
    both = [make_experiment("adam", {0: 0.5}, learning_rate=rate) for rate in (0.1, 0.2)]
    other = make_experiment("sgd", {0: 0.5})
    assert [each.name for each in named_apart([*both, other])] == ["adam (rate 0.1)", "adam (rate 0.2)", "sgd"]
    nameless = [make_experiment("", {0: 0.5}, learning_rate=rate) for rate in (0.1, 0.2)]
    assert [each.name for each in named_apart(nameless)] == ["rate 0.1", "rate 0.2"]
    twins = [make_experiment("adam", {seed: 0.5}) for seed in (0, 1)]
    assert [each.name for each in named_apart(twins)] == [f"adam ({each.lines[0].short})" for each in twins]


def test_intervals_share_an_axis_unless_one_could_not_be_read_on_it() -> None:
    near = [told(pair_of(GOOD, LESS)), told(pair_of(LESS, [value + 0.001 for value in GOOD]))]
    assert len(set(axes_of(near))) == 1
    far = [*near, told(pair_of(GOOD, [0.1, 0.2, 0.15, 0.1, 0.12]))]
    axes = axes_of(far)
    assert len(set(axes)) == 3
    for each, (low, high) in zip(far, axes, strict=True):
        assert low < min(0, each.low) and max(0, each.high) < high


# With runs that were really trained


@dataclass(frozen=True)
class Trained:
    """Experiments of a user, and a session that looks at them."""

    session: Session
    by_name: dict[str, Experiment]

    def again(self) -> list[Experiment]:
        return list(read_experiments().values())


def read_experiments() -> dict[str, Experiment]:
    store = Store(resources.user_data_dir())
    found = {each.name: each for each in experiments_of(read_lines(store))}
    store.close()
    return found


@pytest.fixture
def trained(open_session: OpenSession, tmp_path: Path) -> Trained:
    for name, rate in (("slow", 0.02), ("fast", 3.0)):
        arguments = "--dataset", "toy", "--epochs", 20, "--repeat", 3, "--learning-rate", rate
        run_json("train", *arguments, "--name", name, "--out", tmp_path / "model.safetensors")
    session = open_session("toy")
    session.run_list.folder = resources.user_data_dir()
    return Trained(session, read_experiments())


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[QWidget], None]:
    def show_it(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.resize(800, 300)
        widget.show()

    return show_it


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_chosen_experiments_are_compared_and_the_working_has_their_numbers(
    trained: Trained, qtbot: QtBot, show: Callable[[QWidget], None]
) -> None:
    panel = ComparisonPanel(trained.session)
    show(panel)
    fast, slow = trained.by_name["fast"], trained.by_name["slow"]
    panel.show_experiments([fast, slow])
    qtbot.waitUntil(lambda: panel.comparison is not None)
    (card,) = panel.cards
    assert panel.comparison is not None
    (pair,) = panel.comparison.pairs
    label = panel.findChild(QLabel, "verdictLabel")
    assert label is not None and label.text() == verdict_words(pair) == card.verdict.text()
    assert "Learning rate" in texts(panel.differs) and "all else is the same" in texts(panel)
    qtbot.mouseClick(card.unfold, Qt.MouseButton.LeftButton)
    working = card.working.text()
    for seed, a, b in pair.by_seed():
        assert f"seed {seed}: " in working and f"{100 * abs(a - b):.2f}" in working
    assert len(pair.images) == 3 and all(each.count == 16 for each in pair.images)
    for each in pair.images:
        assert f"seed {each.seed}: {each.only_second} and {each.only_first}, p" in working or (
            f"seed {each.seed}: {each.only_first} and {each.only_second}, p" in working
        )
    panel.set_measure(Measure.LOSS)
    qtbot.waitUntil(lambda: panel.comparison is not None)
    assert "in loss" in texts(card)
    panel.show_experiments([slow])  # of one alone nothing is said
    assert panel.cards == []


def test_what_must_be_said_beside_it_and_what_cannot_be_compared(
    trained: Trained, qtbot: QtBot, show: Callable[[QWidget], None]
) -> None:
    panel = ComparisonPanel(trained.session)
    show(panel)
    other = make_experiment("digits", {0: 0.9, 1: 0.8})
    panel.show_experiments([trained.by_name["slow"], other])
    qtbot.waitUntil(lambda: panel.comparison is not None)
    assert panel.cards == [] and "read different things" in texts(panel)
    many = [make_experiment(f"experiment {k}", {s: 0.9 + k / 100 + s / 1000 for s in range(4)}) for k in range(8)]
    panel.show_experiments(many)
    qtbot.waitUntil(lambda: len(panel.cards) == 7)
    assert "luckiest" in texts(panel)
    panel.show_experiments([])
    assert panel.cards == [] and panel.comparison is None


def test_curves_are_the_mean_of_the_seeds_and_a_band(
    trained: Trained, qtbot: QtBot, show: Callable[[QWidget], None]
) -> None:
    curves = ComparisonCurves(trained.session)
    show(curves)
    chosen = list(trained.by_name.values())
    store = Store(resources.user_data_dir())
    for measure in (Measure.ACCURACY, Measure.LOSS):
        curves.switch.setCurrentIndex(list(Measure).index(measure))
        curves.show_experiments(chosen)
        rows = [
            np.array([read_curves(store, line.key)[f"validation_{measure}"] for line in each.lines]) for each in chosen
        ]
        qtbot.waitUntil(
            lambda rows=rows: len(curves.plot.lines) == 2 and np.allclose(curves.plot.lines[0].y, rows[0].mean(axis=0))
        )
        for line, band, values in zip(curves.plot.lines, curves.plot.bands, rows, strict=True):
            np.testing.assert_allclose(line.y, values.mean(axis=0))
            np.testing.assert_allclose([band.low, band.high], [values.min(axis=0), values.max(axis=0)])
    store.close()
    assert "fast" in curves.legend.accessibleName() and "slow" in curves.legend.accessibleName()
    curves.single.setChecked(True)
    assert len(curves.plot.lines) == 2 + 6
    curves.grab()
    qtbot.keyClick(curves.plot, Qt.Key.Key_Left)
    assert "Epoch 19" in texts(curves)
    curves.show_experiments([])
    assert curves.plot.lines == () and not curves.legend.accessibleName()


def test_more_seeds_are_trained_with_the_data_of_the_others_and_compared_with_them(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitapp.gui.pages.runs.seeds_row.MORE", 2)
    for name, rate, seeds in (("slow", 0.02, 3), ("fast", 3.0, 2)):
        arguments = "--dataset", "toy", "--epochs", 3, "--seed", 0, "--repeat", seeds, "--learning-rate", rate
        run_json("train", *arguments, "--name", name, "--out", tmp_path / "model.safetensors")
    window = open_window("toy", kept=resources.user_data_dir())
    page = window.show_page(RunsPage)
    row = page.comparison.seeds
    qtbot.waitUntil(lambda: len(page.model.rows) == 2)

    def choose() -> None:
        page.model.choose_none()
        for name in ("slow", "fast"):
            page.model.choose(next(r for r in page.model.rows if r.experiment.name == name), is_chosen=True)

    choose()
    assert row.button.text() == "Train the missing seeds"
    for expected in ((0, 1, 2), tuple(range(5))):
        qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
        assert row.seeds.left and row.button.isHidden()
        qtbot.waitUntil(lambda: not row.seeds.left)
        qtbot.waitUntil(lambda expected=expected: {each.seeds for each in read_experiments().values()} == {expected})
        qtbot.waitUntil(lambda expected=expected: {each.seeds for each in page.chosen} == {expected})
        assert row.button.text() == "2 more seeds each" and row.button.isEnabled()

    def images() -> int:  # what each reads is written a moment after its end, and then it is compared anew
        found = page.comparison.comparison
        return len(found.pairs[0].images) if found is not None and found.pairs else 0

    qtbot.waitUntil(lambda: images() == 5)
    assert page.comparison.comparison is not None
    (pair,) = page.comparison.comparison.pairs
    assert pair.difference.is_paired and pair.difference.runs == (5, 5)
    assert all(len(each.lines) == 5 and each.is_of_one_kind for each in page.chosen)


def test_what_differs_is_a_table_where_all_of_it_can_be_read_and_else_a_list(show: Callable[[QWidget], None]) -> None:
    differs = WhatDiffers()
    show(differs)
    experiments = [make_experiment(f"experiment {rate}", {0: 0.5}, learning_rate=rate) for rate in (0.1, 0.25, 0.5)]
    settings = different(experiments)
    for width, is_list in ((900, False), (160, True), (900, False)):
        differs.resize(width, 200)
        differs.show_settings(experiments, settings)
        differs.grab()
        labels = [label for label in differs.findChildren(QLabel) if label.isVisibleTo(differs)]
        assert [label.text() for label in labels].count("Learning rate") == 1
        values = [label for label in labels if label.text() in ("0.1", "0.25", "0.5")]
        assert [label.text() for label in values] == ["0.1", "0.25", "0.5"]
        assert len({label.y() for label in values}) == (3 if is_list else 1)


def test_every_seed_is_a_mark_that_says_what_it_is(show: Callable[[QWidget], None]) -> None:
    dots = SeedDots()
    show(dots)
    experiments = [make_experiment("a", {3: 0.91, 4: 0.95}), make_experiment("b", {3: 0.97})]
    dots.show_experiments(experiments, Measure.ACCURACY)
    assert [(row, seed, value) for _, row, seed, value in dots.places()] == [(0, 3, 0.91), (0, 4, 0.95), (1, 3, 0.97)]
    places = [place for place, *_ in dots.places()]
    assert places[0].x() < places[1].x() < places[2].x() and places[0].y() == places[1].y() < places[2].y()
    assert "b, seed 3: 97.00 %" in dots.accessibleDescription()
    dots.show_experiments([make_experiment("one", {0: 0.5})], Measure.LOSS)
    dots.grab()
    dots.show_experiments([], Measure.ACCURACY)
    dots.grab()


def test_the_test_figure_is_shown_when_it_is_asked_for(
    open_session: OpenSession,
    qtbot: QtBot,
    show: Callable[[QWidget], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    parts = [Split(rng.random((40, 784), np.float32), rng.integers(0, 10, 40)) for _ in range(3)]
    monkeypatch.setitem(LOADERS, "handwriting", lambda _wish: Dataset("handwriting", MNIST, *parts))
    for name in ("one", "other"):
        arguments = "--dataset", "handwriting", "--hidden", 4, "--epochs", 1, "--name", name
        run_json("train", *arguments, "--out", tmp_path / "model.safetensors")
    session = open_session("toy")
    session.run_list.folder = resources.user_data_dir()
    panel = ComparisonPanel(session)
    show(panel)
    panel.show_experiments(list(read_experiments().values()))
    assert panel.final.button.isEnabled() and "right" not in texts(panel.final)
    qtbot.mouseClick(panel.final.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(final_of(each) is not None for each in read_experiments().values()))
    panel.show_experiments(list(read_experiments().values()))
    for each in read_experiments().values():
        final = final_of(each)
        assert final is not None and f"{each.name}: {100 * final.mean:.2f} % right" in texts(panel.final)
    assert panel.final.button.isHidden()
    qtbot.waitUntil(lambda: "2 experiments" in texts(panel.final))
    toy = make_experiment("toy", {0: 0.5}, problem="toy")
    panel.show_experiments([toy, toy])
    assert panel.final.isHidden()  # it keeps no images aside
