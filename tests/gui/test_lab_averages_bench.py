"""The bench "Averages" in the real window: what is plotted, told and copied is what its definition says."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.lab.averages.bench import MOST_VALUES, AveragesBench
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.plots.line_plot import LinePlot
from digitapp.lab.averages import exponential_mean, noisy_cosine, past_weights
from digitapp.training.events import BatchDone

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("averages")


@pytest.fixture
def bench(page: LabPage) -> AveragesBench:
    bench = page.bench()
    assert isinstance(bench, AveragesBench)
    return bench


def lines(plot: LinePlot) -> dict[str, np.ndarray]:
    return {line.name: line.y for line in plot._lines}


def check(bench: AveragesBench, values: np.ndarray) -> None:
    """Check everything that is shown against the definition, for the β and the step that are chosen."""
    state = bench.state()
    beta, step = state["beta"], min(state["step"], len(values))
    shown, counts = lines(bench.signal_plot), lines(bench.weight_plot)
    np.testing.assert_array_equal(shown["signal"], values)
    for name, corrected in (("not corrected", False), ("corrected", True)):
        means = exponential_mean(values, beta, corrected=corrected)
        np.testing.assert_array_equal(shown[name], means)
        assert counts[name] @ values[:step] == pytest.approx(means[step - 1], abs=1e-9)
        np.testing.assert_array_equal(counts[name], past_weights(beta, step, corrected=corrected)[::-1])
    facts = [(name.text(), value.text()) for name, value in bench.inspector._facts]
    assert facts[0][1] == f"{1 / (1 - beta):.3g} values"
    assert facts[3][1] in (f"{100 * (1 - beta**step):.1f} %", ">99.9 %")


def test_whatever_is_chosen_the_means_are_their_definition(bench: AveragesBench) -> None:
    chance = random.Random(1)
    panel = bench.inspector
    for _ in range(25):
        panel.beta.slider.setValue(chance.randint(0, panel.beta.slider.maximum()))
        panel.noise.slider.setValue(chance.randint(0, panel.noise.slider.maximum()))
        if chance.random() < 0.3:
            panel.again.click()
        bench.signal_plot.moved.emit(chance.uniform(0, 200))
        state = bench.state()
        assert 0 <= state["beta"] <= 0.99
        check(bench, noisy_cosine(200, state["noise"], state["seed"])[1])


def test_the_step_follows_pointer_and_keys_in_both_plots(bench: AveragesBench, qtbot: QtBot) -> None:
    for plot, step in ((bench.signal_plot, 150), (bench.weight_plot, 90)):
        qtbot.mouseClick(plot, LEFT, pos=QPoint(round(plot.place(step, 0).x()), plot.height() // 2))
        assert bench.state()["step"] == step
        qtbot.keyClick(plot, Qt.Key.Key_Right)
        assert bench.state()["step"] > step
    for _ in range(80):
        qtbot.keyClick(bench.weight_plot, Qt.Key.Key_Left)
    assert bench.state()["step"] == 1 and bench._weights_card.header.title.text().endswith("at step 1")
    check(bench, bench._values)


def test_what_is_typed_wrongly_is_refused_at_its_place(bench: AveragesBench, qtbot: QtBot) -> None:
    beta = bench.inspector.beta
    for text in ("1", "abc", "", "-0.1", "nan", "1e999"):
        beta.field.setText(text)
        qtbot.keyClick(beta.field, Qt.Key.Key_Return)
        assert beta.error.isVisible() and "Use a number from 0 to 0.99" in beta.error.text()
        assert bench.state()["beta"] == 0.9
    beta.field.setText("0,5")
    qtbot.keyClick(beta.field, Qt.Key.Key_Return)
    assert bench.state()["beta"] == 0.5 and not beta.error.isVisible()
    check(bench, noisy_cosine(200, 0.3, 0)[1])


def test_a_runs_loss_is_averaged_as_it_grows(page: LabPage, bench: AveragesBench) -> None:
    bench.inspector.signal.setCurrentIndex(1)
    assert bench._faces.currentIndex() == 1 and not page.copy.isEnabled(), "there is no run yet"
    history, session = bench.session.run.history, bench.session
    rng = np.random.default_rng(0)
    losses = (rng.random(2 * MOST_VALUES) + 1).astype(np.float32)
    for count in (1, 3, 500, 2 * MOST_VALUES):
        for step in range(len(history.loss), count):
            history.add(BatchDone(1, step + 1, step + 1, step + 1, float(losses[step]), 0.5, 0.1))
        session.run_progressed.emit()
        settle()
        assert bench._faces.currentIndex() == 0 and page.copy.isEnabled()
        check(bench, losses[: min(count, MOST_VALUES)].astype(np.float64))
    assert "the first 2,000 of 4,000 batches" in bench.inspector._story.text()
    history.loss.append(float("nan"))
    bench.inspector.signal.setCurrentIndex(0)
    check(bench, noisy_cosine(200, 0.3, 0)[1])


def test_the_way_to_train(page: LabPage, bench: AveragesBench, qtbot: QtBot) -> None:
    bench.take_up({"signal": "run"})
    with qtbot.waitSignal(page.page_wanted) as wanted:
        bench._on_go()
    assert wanted.args == ["trainPage", None]


def test_numbers_are_copied_and_a_state_comes_back(page: LabPage, bench: AveragesBench, qtbot: QtBot) -> None:
    state = {"signal": "cosine", "beta": 0.75, "noise": 1.5, "seed": 4, "step": 33}
    bench.take_up(state)
    assert bench.state() == state
    qtbot.mouseClick(page.copy, LEFT)
    rows = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    values = noisy_cosine(200, 1.5, 4)[1]
    assert rows[0][0] == "step" and len(rows) == 201
    np.testing.assert_array_equal([float(row[1]) for row in rows[1:]], values)
    np.testing.assert_array_equal([float(row[3]) for row in rows[1:]], exponential_mean(values, 0.75, corrected=True))
    assert sum(float(row[5]) for row in rows[1:]) == pytest.approx(1)
    bench.take_up({"signal": 3, "beta": 1, "noise": "much", "seed": None, "step": -1, "what": {}})
    first = bench.state()
    qtbot.mouseClick(page.reset, LEFT)
    assert first == bench.state() and first["beta"] == 0.9 and first["signal"] == "cosine"
