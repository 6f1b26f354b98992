"""A weight in hand: typed, stepped, dragged along its curve; what it does is told, and nothing else is changed."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import OpenSession, noise_digits, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.step.weight_panel import WeightPanel
from digitapp.gui.state.models import OWN_NETWORK, SHIPPED
from digitapp.gui.state.session import Session
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.widgets import Panel
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.standing import images_for, standing
from digitapp.nn.network import WeightRef
from digitapp.training import NetworkConfig, usual_configs

HostPanel = Callable[..., WeightPanel]
WEIGHT = WeightRef(0, 6, 0)


@pytest.fixture
def host_panel(qtbot: QtBot) -> HostPanel:
    """Return a function that shows a panel of a session alone, as a page would."""

    hosts: list[Panel] = []  # a test wants but the panel, which is gone with its host

    def host_it(session: Session, weight: WeightRef | None = WEIGHT, width: int = 384) -> WeightPanel:
        theme.apply_theme("light")
        host = Panel("surface")
        panel = WeightPanel(session, Refresher(host, session.snapshot))
        QVBoxLayout(host).addWidget(panel)
        qtbot.addWidget(host)
        hosts.append(host)
        if weight is not None:
            panel.show_weight(*weight)
        host.resize(width, 700)
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


def typed(panel: WeightPanel, text: str, qtbot: QtBot) -> None:
    panel.field.setFocus()
    panel.field.selectAll()
    panel.field.insert(text)  # QTest has no keys for what is not ASCII
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)


def test_it_says_what_is_in_hand(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session)
    assert (panel.title.text(), panel.field.text()) == ("Pixel 7 → unit A", "3")
    panel.show_weight(1, None, 0)
    settle()
    assert (panel.title.text(), panel.field.text()) == ("Bias of output 0", "−3")
    assert panel.text().splitlines()[2:] == ["C_T, total: 8.241", "Read right: 54 of 64"]


def test_a_value_is_typed(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel = host_panel(session)
    steps = panel._weights.surgery.undo_stack.count()
    images = images_for(session.network, session.dataset) if session.dataset else None
    for text, value in (("-1.5", -1.5), ("1/3", 1 / 3), ("0,25", 0.25), ("−2e-1", -0.2)):
        typed(panel, text, qtbot)
        assert session.network.weights[0][6, 0] == np.float32(value) and panel.field.error() == ""
    assert panel._weights.surgery.undo_stack.count() == steps + 4
    now = standing(session.network, session.model.loss, images, None, None)
    assert now.total is not None
    lines = panel.text().splitlines()
    assert lines[2] == f"C_T, total: 8.241 → {now.total:.4g}"
    assert lines[3] == f"Read right: 54 → {now.right} of 64"
    qtbot.mouseClick(panel.undo, Qt.MouseButton.LeftButton)
    assert panel.field.text() == "0.25"
    qtbot.mouseClick(panel.redo, Qt.MouseButton.LeftButton)
    assert panel.field.text() == "−0.2"


def test_what_is_no_number_is_said_and_changes_nothing(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel, before = host_panel(session), session.network.parameters.copy()
    for text, word in (("1/0", "divided"), ("abc", "not a number"), ("∞", "end"), ("1e39", "more than"), ("", "Type")):
        panel.field.setText(text)
        qtbot.keyClick(panel.field, Qt.Key.Key_Return)
        assert word in panel.field.error() and word in panel.row.note()
        np.testing.assert_array_equal(session.network.parameters, before)
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert panel.field.text() == "3" and panel.field.error() == ""


def test_leaving_the_field_changes_nothing(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel = host_panel(session)
    session.network.weights[0][6, 0] = np.float32(np.pi) / 7
    session.tell_of_edit()
    settle()
    before, steps = session.network.parameters.copy(), panel._weights.surgery.undo_stack.count()
    panel.field.setFocus()
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    panel.curve.setFocus()
    np.testing.assert_array_equal(session.network.parameters, before)
    assert panel._weights.surgery.undo_stack.count() == steps


def test_keys_step_it_and_are_one_step_of_undo(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel, surgery = host_panel(session), WeightSurgery.of(session).surgery
    steps = surgery.undo_stack.count()
    panel.field.setFocus()
    shift, alt = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(panel.field, Qt.Key.Key_Up)
    qtbot.keyClick(panel.field, Qt.Key.Key_Up, shift)
    qtbot.keyClick(panel.field, Qt.Key.Key_Down, alt)
    assert panel.field.text() == "4.09" and surgery.undo_stack.count() == steps + 1
    panel.curve.setFocus()
    qtbot.keyClick(panel.curve, Qt.Key.Key_Left)
    assert panel.field.text() == "3.99" and surgery.undo_stack.count() == steps + 2
    surgery.undo()
    surgery.undo()
    assert session.network.weights[0][6, 0] == 3


def test_the_dot_is_dragged_along_the_curve(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel, surgery = host_panel(session), WeightSurgery.of(session).surgery
    curve, steps = panel.curve, surgery.undo_stack.count()
    drawn = curve._costs.copy()
    dot = curve.dot()
    assert dot is not None
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(curve, left, pos=dot.toPoint())
    for x in range(int(dot.x()), 60, -7):
        qtbot.mouseMove(curve, QPoint(x, 10))
        settle()
        place = curve.dot()
        assert place is not None and abs(place.x() - x) <= 1.5
        # The curve is true: the dot lies on it.
        at = np.interp(session.network.weights[0][6, 0], curve._values, curve._costs)
        assert at == pytest.approx(curve._cost, rel=2e-3)
    np.testing.assert_array_equal(curve._costs, drawn)
    qtbot.mouseMove(curve, QPoint(-500, 10))
    assert session.network.weights[0][6, 0] == pytest.approx(curve.values[0]), "beyond its end it goes no further"
    qtbot.mouseRelease(curve, left, pos=QPoint(-500, 10))
    assert surgery.undo_stack.count() == steps + 1
    surgery.undo()
    settle()
    assert session.network.weights[0][6, 0] == 3 and panel.field.text() == "3"


def test_a_weight_that_leaves_the_curve_widens_it(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel = host_panel(session)
    typed(panel, "250", qtbot)
    assert panel.curve.values[1] >= 250 and panel.curve.dot() is not None


def test_the_sample_is_told_of(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    assert session.dataset is not None
    images = session.dataset.all_but_test
    panel = host_panel(session)
    outputs = session.network.forward(images.inputs)
    number = int(np.flatnonzero(outputs.argmax(axis=1) != images.labels)[0])
    panel.show_sample(images.inputs[number], int(images.labels[number]))
    settle()
    error = outputs[number] - np.eye(2)[images.labels[number]]
    answer = str(outputs[number].argmax())
    cost = f"{0.5 * np.square(error).sum():.4f}"
    assert panel.text().splitlines()[:2] == [f"Answer: {answer}", f"C, this sample: {cost}"]
    panel.show_weight(1, None, int(answer))
    settle()
    typed(panel, "-50", qtbot)
    assert panel.text().splitlines()[0] == f"Answer: {answer} → {1 - int(answer)}"
    panel.show_sample(None, None)
    settle()
    assert panel.text().splitlines()[1] == "C, this sample: –", "a drawing has no label"


def test_lock_zero_and_swap(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel, left = host_panel(session), Qt.MouseButton.LeftButton
    qtbot.mouseClick(panel.lock, left)
    assert panel.lock.text() == "Unlock" and panel.field.isReadOnly() and not panel.zero.isEnabled()
    assert "locked" in panel.reason.text()
    qtbot.keyClick(panel.field, Qt.Key.Key_Up)
    typed(panel, "7", qtbot)
    dot = panel.curve.dot()
    assert dot is not None
    qtbot.mouseClick(panel.curve, left, pos=QPoint(40, 10))
    assert session.network.weights[0][6, 0] == 3
    qtbot.mouseClick(panel.lock, left)
    qtbot.mouseClick(panel.zero, left)
    assert panel.field.text() == "0" and not panel.reason.isVisibleTo(panel)
    menu = panel.swap_menu()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Swap with unit B", "Swap with unit C"]
    menu.actions()[0].trigger()
    settle()
    assert session.network.weights[0][7, 0] == 3 and panel.title.text() == "Pixel 7 → unit A"
    menu.deleteLater()


def test_a_shipped_network_is_copied_when_it_is_dragged(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    session.choose_model(SHIPPED)
    shipped = session.network.parameters.copy()
    panel = host_panel(session)
    dot = panel.curve.dot()
    assert dot is not None
    qtbot.mousePress(panel.curve, Qt.MouseButton.LeftButton, pos=dot.toPoint())
    for x in (100, 120, 140):
        qtbot.mouseMove(panel.curve, QPoint(x, 10))
        settle()
    qtbot.mouseRelease(panel.curve, Qt.MouseButton.LeftButton, pos=QPoint(140, 10))
    assert session.current_entry.key not in (SHIPPED, OWN_NETWORK)
    assert WeightSurgery.of(session).surgery.undo_stack.count() == 1
    session.choose_model(SHIPPED)
    np.testing.assert_array_equal(session.network.parameters, shipped)


def test_other_networks_and_none(session: Session, host_panel: HostPanel) -> None:
    panel = host_panel(session, None)
    assert "Choose a weight" in panel.reason.text() and not panel.field.isVisibleTo(panel)
    panel.show_weight(0, 3, 2)
    settle()
    assert panel.field.isVisibleTo(panel)
    session.renew_weights(NetworkConfig((2,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    settle()
    assert "no such weight" in panel.reason.text() and not panel.field.isVisibleTo(panel)
    assert panel.swap.isEnabled() is False and not panel.lock.isEnabled()


def test_while_it_learns_nothing_is_changed(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel = host_panel(session)
    session.start_training(*usual_configs(session.problem), paused=True)
    qtbot.waitUntil(lambda: session.shows_run)
    settle()
    assert "learning" in panel.reason.text() and panel.field.isReadOnly()
    assert not any(button.isEnabled() for button in (panel.zero, panel.lock, panel.swap, panel.undo, panel.redo))
    session.run.stop()
    qtbot.waitUntil(lambda: not session.run.is_active)
    settle()
    assert not panel.reason.isVisibleTo(panel)


def test_weights_that_overflow_are_said_to_be_no_numbers(session: Session, host_panel: HostPanel, qtbot: QtBot) -> None:
    panel = host_panel(session)
    session.network.parameters[6] = np.nan
    session.tell_of_edit()
    settle()
    assert "not a number" in panel.field.error() and panel.field.text() == ""
    assert panel.text().splitlines()[2] == "C_T, total: 8.241 → not a number"
    assert panel._lines[0].tone == panel._lines[2].tone == "danger"
    assert panel.curve.dot() is None
    qtbot.keyClick(panel.field, Qt.Key.Key_Up)
    assert math.isfinite(session.network.weights[0][6, 0])
    settle()
    assert panel.field.error() == "" and panel.curve.dot() is not None


def test_digits_are_counted_by_a_sample_beside_the_window(
    open_session: OpenSession, host_panel: HostPanel, qtbot: QtBot
) -> None:
    session = open_session("mnist", (20,), dataset=noise_digits(100, 300))
    qtbot.waitUntil(lambda: session.dataset is not None)
    panel = host_panel(session, WeightRef(0, 400, 3))
    qtbot.waitUntil(lambda: len(panel.curve._values) > 0)
    assert panel.title.text() == "Row 15, column 9 → unit 3" or panel.title.text().startswith("Row 15, column 9")
    assert "256" in panel.curve_title.text()
    typed(panel, "2", qtbot)
    assert session.network.weights[0][400, 3] == 2
    qtbot.waitUntil(lambda: panel.curve.dot() is not None)


def test_digits_without_data(open_session: OpenSession, host_panel: HostPanel, qtbot: QtBot) -> None:
    session = open_session("mnist", (4,))
    panel = host_panel(session, WeightRef(1, 2, 7))
    assert "No data set" in panel.curve_title.text()
    typed(panel, "0.5", qtbot)
    assert session.network.weights[1][2, 7] == 0.5
    assert panel.text().splitlines()[2] == "C_T, total: –"


@pytest.mark.parametrize("width", [272, 384])
def test_nothing_is_cut_off(session: Session, host_panel: HostPanel, width: int) -> None:
    panel = host_panel(session, WeightRef(1, 2, 1), width)
    assert panel.minimumSizeHint().width() <= width - 20
    for line in panel._lines:
        assert line.sizeHint().width() <= line.width() + 4
