"""Both gradients of the weight in hand are shown, and part where a bug is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, noise_digits, settle
from PySide6.QtWidgets import QVBoxLayout
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.pages.step.twin_panel import TwinPanel
from digitapp.gui.state.session import Session
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.widgets import Panel
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.twins import Rule
from digitapp.inspection.walk import Stage
from digitapp.nn import LOSSES, Network
from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.network import WeightRef
from digitapp.training import NetworkConfig, usual_configs
from digitapp.training.stepwise import LearnFrom

HostPanel = Callable[..., TwinPanel]


@pytest.fixture
def host_panel(qtbot: QtBot) -> HostPanel:
    """Return a function that shows a panel of a session alone, as a page would."""
    hosts: list[Panel] = []  # a test wants but the panel, which is gone with its host

    def host_it(session: Session) -> TwinPanel:
        theme.apply_theme("light")
        host = Panel("surface")
        panel = TwinPanel(session, Refresher(host, session.snapshot))
        QVBoxLayout(host).addWidget(panel)
        qtbot.addWidget(host)
        hosts.append(host)
        host.resize(384, 400)
        host.show()
        qtbot.waitExposed(host)
        settle()
        return panel

    return host_it


@pytest.fixture
def session(toy_session: Session) -> Session:
    """A session with the weights of the tale."""
    toy_session.renew_weights(*usual_configs(toy_session.problem))
    WeightSurgery.of(toy_session).begin_tale()
    return toy_session


def gradient(session: Session, index: int, count: int = 64) -> float:
    """Return what back-propagation says of the first images, in float64."""
    assert session.dataset is not None
    images, shown = session.dataset.all_but_test, session.network
    network = Network(shown.sizes, shown.activations, np.float64)
    network.parameters[:] = shown.parameters
    batch = Backpropagation(network, LOSSES[session.model.loss], count)
    batch.inputs[:] = images.inputs[:count]
    batch.targets[:] = np.eye(2)[images.labels[:count]].T
    batch()
    return float(batch.gradient[index])


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_both_are_shown_to_the_last_digit(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session)
    panel.show_weight(0, 6, 0)
    settle()
    assert panel.verdict.text() == "They agree" and panel.verdict.tone == "accent"
    expected = f"{gradient(session, 6):+.8f}".replace("-", "−")
    assert [label.text() for label in panel.numbers[:2]] == [expected] * 2
    assert panel.twin is not None and panel.twin.relative_error < 1e-6
    assert "64 samples" in panel.note.text()


def test_it_follows_the_weights_and_the_images(session: Session, host_panel: HostPanel) -> None:
    assert session.dataset is not None
    images = session.dataset.all_but_test
    panel = host_panel(session)
    panel.show_weight(1, 0, 1)
    panel.show_batch(images.inputs[:1], np.eye(2)[images.labels[:1]])
    settle()
    index = 36 + 3
    assert number(panel.numbers[0].text()) == pytest.approx(gradient(session, index, 1), abs=1e-8)
    assert "this sample alone" in panel.note.text()
    WeightSurgery.of(session).set(WeightRef(1, 0, 1), -2.0)
    settle()
    assert number(panel.numbers[0].text()) == pytest.approx(gradient(session, index, 1), abs=1e-8)
    exact = Network(session.network.sizes, session.network.activations, np.float64)
    exact.parameters[:] = session.network.parameters.astype(np.float64) + 0.25
    panel.show_batch(images.inputs[:1], np.eye(2)[images.labels[:1]], exact)
    settle()
    batch = Backpropagation(exact, LOSSES[session.model.loss], 1)
    batch.inputs[:], batch.targets[:] = images.inputs[:1], np.eye(2)[images.labels[:1]].T
    batch()
    assert number(panel.numbers[0].text()) == pytest.approx(batch.gradient[index], abs=1e-8)
    panel.show_batch(None)
    settle()
    assert number(panel.numbers[0].text()) == pytest.approx(gradient(session, index), abs=1e-8)


@pytest.mark.parametrize("weight", [(0, 6, 0), (0, None, 1), (1, 2, 0), (1, None, 1)])
def test_a_planted_bug_parts_them(session: Session, host_panel: HostPanel, weight: tuple[int, int | None, int]) -> None:
    panel = host_panel(session)
    panel.show_weight(*weight)
    settle()
    before = session.network.parameters.copy()
    panel.bug.setChecked(True)
    settle()
    assert panel.verdict.text() == "They disagree" and panel.verdict.tone == "warning"
    values = [number(label.text()) for label in panel.numbers[:2]]
    assert values[0] == pytest.approx(0.9 * values[1], rel=1e-3)
    assert "planted" in panel.note.text()
    np.testing.assert_array_equal(session.network.parameters, before)
    panel.bug.setChecked(False)
    settle()
    assert panel.verdict.text() == "They agree"


def test_what_the_optimiser_makes_of_each(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session)
    panel.show_weight(0, 6, 0)
    settle()
    assert not panel.numbers[3].isVisibleTo(panel)
    rule = Rule("adam", {}, {"m": 0.1, "v": 0.02}, 3, 0.01)
    panel.show_rule(rule)
    settle()
    assert panel.titles[3].text() == "Adam goes by"
    assert panel.numbers[3].text() == panel.numbers[4].text()
    change = rule.change(gradient(session, 6), 3.0)
    assert number(panel.numbers[3].text()) == pytest.approx(change, abs=1e-8)
    panel.bug.setChecked(True)
    settle()
    assert panel.numbers[3].text() != panel.numbers[4].text()
    panel.show_rule(Rule("genetic", {}, {}, 1, 0.1))
    settle()
    assert not panel.numbers[3].isVisibleTo(panel), "breeding has no rule for a parameter"


def test_nothing_to_check_says_why(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session)
    assert "Choose a weight" in panel.note.text() and not panel.bug.isEnabled()
    panel.show_weight(0, 0, 2)
    settle()
    session.renew_weights(NetworkConfig((2,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    settle()
    assert "no such weight" in panel.note.text() and not panel.verdict.isVisibleTo(panel)
    panel.show_weight(0, 0, 1)
    settle()
    assert panel.verdict.isVisibleTo(panel)


def test_without_data_there_is_no_gradient(open_session: OpenSession, host_panel: HostPanel) -> None:
    panel = host_panel(open_session("mnist", (4,)))
    panel.show_weight(0, 300, 1)
    settle()
    assert "no data set" in panel.note.text()
    panel.show_batch(np.zeros((1, 12)), np.zeros((1, 2)))
    settle()
    assert not panel.verdict.isVisibleTo(panel), "images of another problem"


def test_a_network_that_is_too_large_says_so(
    open_session: OpenSession, host_panel: HostPanel, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = open_session("mnist", (4,), dataset=noise_digits(100, 300))
    qtbot.waitUntil(lambda: session.dataset is not None)
    panel = host_panel(session)
    panel.show_weight(0, 300, 1)
    settle()
    assert panel.verdict.text() == "They agree" and "16 samples" not in panel.note.text()
    monkeypatch.setattr("digitapp.gui.pages.step.twin_panel._MOST_WEIGHTS", 1000)
    session.tell_of_edit()
    settle()
    assert "too large" in panel.note.text() and not panel.verdict.isVisibleTo(panel)


def test_numbers_that_overflow_disagree(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session)
    panel.show_weight(0, 6, 0)
    session.network.parameters[40] = np.nan
    session.tell_of_edit()
    settle()
    assert panel.verdict.text() == "They disagree" and "not a number" in panel.note.text()
    assert panel.numbers[0].text() == "not a number"


def test_the_page_shows_what_its_own_step_makes_of_both(
    toy_session: Session, show_page: ShowPage, qtbot: QtBot
) -> None:
    shape, config = usual_configs(toy_session.problem)
    adam = replace(config, optimizer="adam", learning_rate=0.05, epochs=2)
    toy_session.start_training(shape, adam)
    qtbot.waitUntil(lambda: not toy_session.run.is_active)
    page = show_page(StepPage, toy_session)
    page.stepper.focus(0, 0, 6)
    page.stepper.go_to(Stage.UPDATE)
    settle()
    page.refresher.catch_up()
    scene, panel = page.scene, page.twin_panel
    assert scene is not None and scene.update is not None
    assert scene.config.optimizer == "adam" and panel.titles[3].text() == "Adam goes by"
    change = float(scene.update.after[6] - scene.update.before[6])
    assert change != 0 and number(panel.numbers[3].text()) == pytest.approx(change, rel=1e-6, abs=1e-8)
    page.stepper.set_learn_from(LearnFrom.ALL)
    page.stepper.go_to(Stage.UPDATE)
    for _ in range(2):  # the page tells the panel, which shows it in the next turn
        settle()
        page.refresher.catch_up()
    assert panel.isVisibleTo(page) and panel.numbers[0].isVisibleTo(panel)
    assert not panel.numbers[3].isVisibleTo(panel), "the step learns from other images than this one"
