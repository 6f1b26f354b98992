"""Units changed by hand: one step of undo each, what it does is measured, and a run leaves alone what is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_helpers import RING, settle
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import TOY
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.paint import PaintDialog
from digitapp.gui.pages.features.surgery import SurgeryPanel
from digitapp.gui.state.effect import Effect
from digitapp.gui.state.models import OWN_NETWORK
from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery
from digitapp.modelfile import load_model
from digitapp.training import usual_configs
from digitapp.training.evaluate import evaluate

if TYPE_CHECKING:
    from digitapp.gui.window.main_window import MainWindow


@pytest.fixture
def session(toy_session: Session) -> Session:
    return toy_session


def measured(session: Session, qtbot: QtBot) -> Effect:
    """Wait until the effect of the last change is measured."""

    def is_measured() -> bool:
        effect = Surgery.of(session).effect
        return effect is not None and effect.scores is not None

    qtbot.waitUntil(is_measured)
    settle()
    effect = Surgery.of(session).effect
    assert effect is not None
    return effect


def accuracy(session: Session) -> float:
    assert session.dataset is not None and session.dataset.validation is not None
    return evaluate(session.network, session.model.loss, session.dataset.validation).accuracy


def test_off_and_on_again(session: Session, qtbot: QtBot) -> None:
    before, old = session.network.copy(), accuracy(session)
    with qtbot.waitSignals([session.weights_changed, session.answer_changed]):
        Surgery.of(session).toggle(0, 1)
    assert Surgery.of(session).is_off(0, 1) and Surgery.of(session).marked(0) == ([1], [])
    assert not session.network.weights[1][1].any()
    np.testing.assert_array_equal(session.network.weights[0], before.weights[0])
    effect = measured(session, qtbot)
    assert effect.scores is not None and effect.samples == 16
    assert (effect.scores[0].accuracy, effect.scores[1].accuracy) == (old, accuracy(session))
    assert effect.answers[1] is session.answer
    Surgery.of(session).toggle(0, 1)
    assert not Surgery.of(session).is_off(0, 1)
    assert session.network.parameters.tobytes() == before.parameters.tobytes()
    assert measured(session, qtbot).scores[1].accuracy == old  # type: ignore[index]


def test_every_change_is_one_step_of_undo(session: Session, qtbot: QtBot) -> None:
    surgery = Surgery.of(session)
    surgery.copy(0, 2)
    states = [session.network.parameters.tobytes()]
    steps = (
        lambda: surgery.toggle(0, 0),
        lambda: surgery.zero(0, 1),
        lambda: surgery.paste(0, 0),
        lambda: surgery.paint(0, 2, np.linspace(-1, 1, 12), 0.5, is_frozen=True),
        lambda: surgery.freeze(0, 1),
    )
    for count, step in enumerate(steps, start=1):
        step()
        assert surgery.undo_stack.count() == count
        states.append(session.network.parameters.tobytes())
    assert surgery.marked(0) == ([0], [1, 2])
    assert session.model.training["edits"][-1] == "Unit B frozen"
    for state in reversed(states[:-1]):
        surgery.undo()
        assert session.network.parameters.tobytes() == state
    assert surgery.marked(0) == ([], []) and "edits" not in session.model.training
    for state in states[1:]:
        surgery.redo()
        assert session.network.parameters.tobytes() == state
    assert surgery.marked(0) == ([0], [1, 2])
    measured(session, qtbot)


def test_what_the_operations_do(session: Session) -> None:
    surgery = Surgery.of(session)
    before = session.network.copy()
    surgery.copy(0, 0)
    surgery.paste(0, 2)
    np.testing.assert_array_equal(session.network.weights[0][:, 2], before.weights[0][:, 0])
    np.testing.assert_array_equal(session.network.weights[1], before.weights[1])
    surgery.zero(0, 1)
    assert not session.network.weights[0][:, 1].any() and session.network.biases[0][1] == 0
    picture = np.arange(12, dtype=np.float32)
    surgery.paint(0, 0, picture, -2.0, is_frozen=False)
    np.testing.assert_array_equal(session.network.weights[0][:, 0], picture)
    assert session.network.biases[0][0] == -2 and not surgery.is_frozen(0, 0)


def test_a_shipped_model_stays_as_it_was(session: Session) -> None:
    shipped = load_model(session.problem.shipped_models[0])
    Surgery.of(session).toggle(0, 0)
    assert session.current_entry.origin == "made" and session.model.name == "Shipped model, changed"
    assert "results" in shipped.training and "results" not in session.model.training
    key = session.current_entry.key
    Surgery.of(session).zero(0, 1)
    assert session.current_entry.key == key, "the copy is changed in place"
    session.choose_model("shipped")
    assert session.network.parameters.tobytes() == shipped.network.parameters.tobytes()
    assert not Surgery.of(session).is_off(0, 0) and not Surgery.of(session).undo_stack.canUndo()
    session.choose_model(key)
    assert Surgery.of(session).is_off(0, 0) and Surgery.of(session).undo_stack.count() == 2


def test_a_network_that_learns_is_left_alone(session: Session, qtbot: QtBot) -> None:
    network, config = usual_configs(TOY)
    session.run.set_pace(100)
    session.start_training(network, config)
    settle()
    assert "learning" in Surgery.of(session).reason()
    Surgery.of(session).toggle(0, 0)
    Surgery.of(session).zero(0, 0)
    assert Surgery.of(session).undo_stack.count() == 0 and not Surgery.of(session).is_off(0, 0)
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.run.stop()
    assert Surgery.of(session).reason() == ""
    Surgery.of(session).toggle(0, 0)
    assert session.current_entry.key == OWN_NETWORK and Surgery.of(session).is_off(0, 0)


def test_training_on_leaves_frozen_units_alone_and_silent_ones_silent(session: Session, qtbot: QtBot) -> None:
    network, config = usual_configs(TOY)
    picture = np.tile(np.array([1, -1], np.float32), 6)
    Surgery.of(session).paint(0, 1, picture, 0.25, is_frozen=True)
    Surgery.of(session).toggle(0, 2)
    free = session.network.weights[0][:, 0].copy()
    session.run.set_pace(None)
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(network, config, source=session.model)
        settle()
    assert session.current_entry.key == OWN_NETWORK
    np.testing.assert_array_equal(session.network.weights[0][:, 1], picture)
    assert session.network.biases[0][1] == np.float32(0.25)
    assert not session.network.weights[1][2].any()
    assert not np.array_equal(session.network.weights[0][:, 0], free), "the rest has learned"
    assert Surgery.of(session).is_frozen(0, 1) and Surgery.of(session).is_off(0, 2), "and they are still so"
    assert session.model.training["held"] == {"frozen": [[0, 1]], "silent": [[0, 2]]}
    Surgery.of(session).toggle(0, 2)
    assert session.network.weights[1][2].any(), "it gets its votes back"
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(network, config)
        settle()
    assert Surgery.of(session).marked(0) == ([], []), "a new network has nothing to hold"


def test_a_moment_of_the_past_is_changed_in_a_copy(session: Session, qtbot: QtBot) -> None:
    network, config = usual_configs(TOY)
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(network, config)
    branch = session.time_machine.branch
    assert branch is not None
    moment = branch.moments.kept[3]
    session.show_moment(moment)
    Surgery.of(session).zero(0, 0)
    assert session.time_machine.place is None and session.current_entry.origin == "made"
    np.testing.assert_array_equal(session.network.weights[0][:, 1:], _first_weights(moment.parameters)[:, 1:])
    session.show_moment(moment)
    np.testing.assert_array_equal(session.network.parameters, moment.parameters)


def _first_weights(parameters: np.ndarray) -> np.ndarray:
    return parameters[: 3 * 12].reshape(3, 12).T


def test_what_cannot_be_done_says_why(session: Session) -> None:
    surgery = Surgery.of(session)
    assert "output unit" in surgery.reason_not_off(1)
    surgery.toggle(1, 0)
    assert surgery.undo_stack.count() == 0
    assert "Copy" in surgery.reason_not_pasted(0)
    surgery.copy(0, 0)
    assert surgery.reason_not_pasted(0) == ""
    assert "another shape" in surgery.reason_not_pasted(1)
    assert "first layer" in surgery.reason_not_painted(1)


def test_without_data_the_drawing_still_tells(session: Session) -> None:
    session.choose_problem("mnist")
    session.choose_dataset("mnist")
    Surgery.of(session).toggle(0, 0)
    effect = Surgery.of(session).effect
    assert effect is not None and effect.scores is None and not effect.is_pending


# The window


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = open_window("toy")
    window.session.artwork.commit(RING, "Draw")
    window.show_page(FeaturesPage)
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    return window


def panel_of(window: MainWindow) -> SurgeryPanel:
    """Return the panel, on the face of the dossier that it stands on."""
    panel = window.page(FeaturesPage).surgery
    faces = window.page(FeaturesPage).dossier.faces
    for face in range(3):
        if not panel.isVisible():
            faces.setCurrentIndex(face)
    settle()
    assert panel.isVisible()
    return panel


def test_space_switches_the_selected_unit_off_and_the_panel_says_what_that_does(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, panel = window.session, panel_of(window)
    assert "Change this unit" in panel.text()
    grid = window.page(FeaturesPage).grid
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert session.selected.unit == 1
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert Surgery.of(session).is_off(0, 1) and panel.off.text() == "Switch on"
    assert grid.marks() == ((1,), ())
    measured(session, qtbot)
    assert "Accuracy 100.0 % → 93.8 % on 16 images" in panel.text()
    assert "Suffers most: 0 −12.5 %" in panel.text()
    assert "Your drawing: still 0" in panel.text()
    window._undo()  # what Ctrl+Z is connected to
    settle()
    assert not Surgery.of(session).is_off(0, 1) and "Undone: Unit B switched off" in panel.text()
    measured(session, qtbot)
    assert "Accuracy 93.8 % → 100.0 %" in panel.text()


def test_the_buttons_act_on_the_selected_unit(window: MainWindow, qtbot: QtBot) -> None:
    session, panel = window.session, panel_of(window)
    assert not panel.paste.isEnabled() and "Copy" in panel.paste.toolTip()
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    session.select_unit(0, 2)
    qtbot.mouseClick(panel.paste, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(session.network.weights[0][:, 2], session.network.weights[0][:, 0])
    qtbot.mouseClick(panel.zero, Qt.MouseButton.LeftButton)
    assert not session.network.weights[0][:, 2].any()
    qtbot.mouseClick(panel.frozen, Qt.MouseButton.LeftButton)
    assert Surgery.of(session).is_frozen(0, 2) and panel.frozen.text() == "Unfreeze"
    for _ in range(3):
        qtbot.mouseClick(panel.undo, Qt.MouseButton.LeftButton)
    assert not panel.undo.isEnabled() and panel.redo.isEnabled()
    session.select_unit(1, 0)
    settle()
    assert not panel.off.isEnabled() and "output unit" in panel.off.toolTip()
    assert not panel.paint.isEnabled() and panel.zero.isEnabled()
    measured(session, qtbot)


def test_nothing_can_be_done_to_a_network_that_learns(window: MainWindow, qtbot: QtBot) -> None:
    session, panel = window.session, panel_of(window)
    network, config = usual_configs(TOY)
    session.run.set_pace(100)
    session.start_training(network, config)
    settle()
    assert not any(button.isEnabled() for button in panel.buttons if button is not panel.copy)
    assert "learning" in panel.text() and "learning" in panel.off.toolTip()
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.run.stop()
    settle()
    assert panel.off.isEnabled()


def painter_of(window: MainWindow, qtbot: QtBot) -> PaintDialog:
    qtbot.mouseClick(panel_of(window).paint, Qt.MouseButton.LeftButton)
    dialog = window.findChild(PaintDialog)
    assert dialog is not None
    qtbot.waitExposed(dialog)
    return dialog


def test_a_detector_is_painted_and_used(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    dialog = painter_of(window, qtbot)
    surface = dialog.surface
    cell = surface.width() // 3
    middle = [QPoint(round((column + 0.5) * cell), round(0.5 * cell)) for column in range(3)]
    dialog.clear.click()
    dialog.strength.setValue(20)
    qtbot.mousePress(surface, Qt.MouseButton.LeftButton, pos=middle[0])
    qtbot.mouseMove(surface, middle[1])
    qtbot.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=middle[1])
    limit = np.float32(surface.limit)
    np.testing.assert_array_equal(surface.values[0], [limit, limit, 0])
    assert surface.undo_stack.count() == 2, "clearing and one stroke"
    dialog.brush.setCurrentIndex(1)
    surface.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(surface, key)
    assert surface.values[3, 2] == -limit
    dialog.undo.click()
    assert surface.values[3, 2] == 0
    dialog.redo.click()
    dialog.bias.setText("0.5")
    dialog.bias.commit()
    assert "Its sum for your drawing" in dialog.sum_text()
    dialog.use.click()
    painted = session.network.weights[0][:, 0]
    np.testing.assert_array_equal(painted[[0, 1, 11]], [limit, limit, -limit])
    assert np.count_nonzero(painted) == 3 and session.network.biases[0][0] == 0.5
    assert Surgery.of(session).is_frozen(0, 0)
    assert Surgery.of(session).undo_stack.count() == 1, "the whole painting is one step"
    measured(session, qtbot)


def test_mirror_eraser_and_the_drawing_as_a_template(window: MainWindow, qtbot: QtBot) -> None:
    before = window.session.network.parameters.tobytes()
    dialog = painter_of(window, qtbot)
    surface = dialog.surface
    cell = surface.width() // 3
    dialog.from_drawing.click()
    assert ((surface.values > 0) == (RING.to_vector().reshape(4, 3) > 0)).all()
    dialog.brush.setCurrentIndex(2)
    dialog.mirror.setChecked(True)
    qtbot.mouseClick(surface, Qt.MouseButton.LeftButton, pos=QPoint(cell // 2, cell // 2))
    assert surface.values[0, 0] == surface.values[0, 2] == 0 != surface.values[0, 1]
    dialog.bias.setText("much")
    dialog.use.click()
    assert dialog.isVisible(), "a bias that is no number is told at its field"
    dialog.cancel.click()
    assert window.session.network.parameters.tobytes() == before
