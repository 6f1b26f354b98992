"""The error surface: true costs, the network as a point that can be dragged, and the path of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_helpers import OpenSession, image_to_rgb, noise_digits, settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.pages.step.surface_dialog import FEW_POINTS, POINTS, SurfaceDialog
from digitapp.gui.plots.relief import Surface
from digitapp.gui.plots.surface_map import SurfaceMap
from digitapp.gui.state.session import Session
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.inspection.colors import HEIGHT_STOPS
from digitapp.inspection.standing import images_for, standing
from digitapp.nn.network import WeightRef
from digitapp.training import NetworkConfig, TrainConfig, usual_configs

if TYPE_CHECKING:
    from digitapp.gui.window.main_window import MainWindow

OpenDialog = Callable[..., SurfaceDialog]
WEIGHT = WeightRef(0, 6, 0)


@pytest.fixture
def open_dialog(qtbot: QtBot) -> OpenDialog:
    """Return a function that opens the dialog over a session and waits for its costs."""
    dialogs: list[SurfaceDialog] = []

    def open_it(session: Session, weight: WeightRef = WEIGHT, *, wait: bool = True) -> SurfaceDialog:
        theme.apply_theme("light")
        dialog = SurfaceDialog(session, weight)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)  # qtbot closes it
        qtbot.addWidget(dialog)
        dialogs.append(dialog)
        dialog.resize(860, 680)
        dialog.show()
        qtbot.waitExposed(dialog)
        if wait:
            found(dialog, qtbot)
        return dialog

    return open_it


@pytest.fixture
def session(toy_session: Session) -> Session:
    """A session with the weights of the tale."""
    toy_session.renew_weights(*usual_configs(toy_session.problem))
    WeightSurgery.of(toy_session).begin_tale()
    return toy_session


def found(dialog: SurfaceDialog, qtbot: QtBot) -> Surface:
    """Wait until the map shows what was asked for."""
    settle()
    qtbot.waitUntil(lambda: dialog.map.surface is not None and not dialog.map._is_stale)
    settle()
    assert dialog.map.surface is not None
    return dialog.map.surface


def total(session: Session) -> float:
    assert session.dataset is not None
    images = images_for(session.network, session.dataset)
    cost = standing(session.network, session.model.loss, images, None, None).total
    assert cost is not None
    return cost


def choose(dialog: SurfaceDialog, across: WeightRef, up: WeightRef) -> None:
    dialog.across.setCurrentIndex(dialog._offered.index(across))
    dialog.up.setCurrentIndex(dialog._offered.index(up))


def height_at(surface: Surface, u: float, v: float) -> float:
    """Return the cost at a place by interpolation."""
    column = np.array([np.interp(u, surface.us, row) for row in surface.costs])
    return float(np.interp(v, surface.vs, column))


def test_it_is_of_the_weight_in_hand_and_another_one(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    assert dialog.across.currentText() == "Pixel 7 → unit A" and dialog.across.count() == 47
    choose(dialog, WEIGHT, WeightRef(1, 0, 0))
    surface = found(dialog, qtbot)
    assert surface.costs.shape == (POINTS, POINTS)
    assert height_at(surface, 3, 3) == pytest.approx(total(session), rel=1e-2)
    assert "C_T 8.241, 54 of 64 right" in dialog.readout.text()
    assert "64 samples" in dialog.note.text()
    assert len(dialog.map.scale) >= 5


def test_the_point_is_dragged_as_one_step(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    choose(dialog, WEIGHT, WeightRef(1, 0, 0))
    surface = found(dialog, qtbot)
    surgery, drawing = WeightSurgery.of(session).surgery, dialog.map
    steps, left = surgery.undo_stack.count(), Qt.MouseButton.LeftButton
    qtbot.mousePress(drawing, left, pos=drawing.at(3, 3).toPoint())
    for u, v in ((2, 2.5), (0, 1), (-2, -1), (1.5, -3)):
        qtbot.mouseMove(drawing, drawing.at(u, v).toPoint())
        settle()
        weights = session.network.weights[0][6, 0], session.network.weights[1][0, 0]
        assert weights == pytest.approx((u, v), abs=0.02)
        assert height_at(surface, *weights) == pytest.approx(total(session), rel=2e-2)
    qtbot.mouseRelease(drawing, left, pos=drawing.at(1.5, -3).toPoint())
    assert drawing.surface is surface, "nothing but these two weights has changed"
    assert surgery.undo_stack.count() == steps + 1
    qtbot.mouseClick(dialog.undo, left)
    assert session.network.weights[0][6, 0] == session.network.weights[1][0, 0] == 3
    assert drawing._place == (3, 3)


def test_keys_move_the_point(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    choose(dialog, WEIGHT, WeightRef(1, 0, 0))
    found(dialog, qtbot)
    dialog.map.setFocus()
    qtbot.keyClick(dialog.map, Qt.Key.Key_Left)
    qtbot.keyClick(dialog.map, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(dialog.map, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.network.weights[0][6, 0] == np.float32(2.91)
    assert session.network.weights[1][0, 0] == 4
    assert "2.910" in dialog.map.accessibleDescription() and dialog.readout.text().startswith("At 2.910 and 4")


def test_it_is_made_anew_when_other_weights_change(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    old = dialog.map.surface
    WeightSurgery.of(session).set(WeightRef(1, None, 1), 2.0)
    new = found(dialog, qtbot)
    assert new is not old and not np.allclose(new.costs, old.costs if old else 0)
    u, v = dialog.map._place
    assert height_at(new, u, v) == pytest.approx(total(session), rel=1e-2)
    choose(dialog, WEIGHT, WEIGHT)
    settle()
    assert "two different" in dialog.note.text()


def test_random_directions(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    weights = WeightSurgery.of(session)
    weights.lock(WEIGHT)
    dialog.kind.setCurrentIndex(1)
    first = found(dialog, qtbot)
    assert dialog.map._place == pytest.approx((0, 0)) and not dialog.across.isVisibleTo(dialog)
    assert height_at(first, 0, 0) == pytest.approx(total(session), rel=5e-2)
    before, steps, left = (
        session.network.parameters.copy(),
        weights.surgery.undo_stack.count(),
        Qt.MouseButton.LeftButton,
    )
    qtbot.mousePress(dialog.map, left, pos=dialog.map.at(0, 0).toPoint())
    for u in (0.2, 0.5, 0.4):
        qtbot.mouseMove(dialog.map, dialog.map.at(u, -0.3).toPoint())
        settle()
        assert dialog.map._place == pytest.approx((u, -0.3), abs=0.01)
        assert height_at(first, *dialog.map._place) == pytest.approx(total(session), rel=5e-2)
    qtbot.mouseRelease(dialog.map, left, pos=dialog.map.at(0.4, -0.3).toPoint())
    assert dialog.map.surface is first and weights.surgery.undo_stack.count() == steps + 1
    assert session.network.weights[0][6, 0] == 3, "what is locked does not move"
    assert np.count_nonzero(session.network.parameters != before) > 10
    weights.surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before)
    qtbot.mouseClick(dialog.others, left)
    assert not np.allclose(found(dialog, qtbot).costs, first.costs)


def test_the_path_of_the_run_leads_to_the_point(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    shape, config = usual_configs(session.problem)
    short = TrainConfig(loss=config.loss, optimizer="adam", learning_rate=0.05, epochs=20, batch_size=16)
    session.start_training(shape, short)
    qtbot.waitUntil(lambda: not session.run.is_active)
    dialog = open_dialog(session)
    path, moments = dialog.map._path, session.time_machine.branches[-1].moments.kept
    assert len(path) == len(moments) > 10
    for place, moment in zip(path, moments, strict=True):
        assert place[0] == moment.parameters[6]
    assert path[-1].tolist() == pytest.approx(dialog.map._place)
    assert "path of run 1" in dialog.note.text()
    surface = found(dialog, qtbot)
    (left, right), (low, high) = ((axis[0], axis[-1]) for axis in (surface.us, surface.vs))
    assert left <= path[:, 0].min() and path[:, 0].max() <= right and low <= path[:, 1].min()
    assert path[:, 1].max() <= high
    dialog.kind.setCurrentIndex(1)
    found(dialog, qtbot)
    assert dialog.map._path[-1].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_it_follows_a_run_and_ends_with_its_costs(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session)
    session.start_training(*usual_configs(session.problem))
    qtbot.waitUntil(lambda: session.shows_run)
    settle()
    assert "learning" in dialog.note.text() and dialog.map._is_locked
    qtbot.waitUntil(lambda: not session.run.is_active)
    surface = found(dialog, qtbot)
    assert height_at(surface, *dialog.map._place) == pytest.approx(total(session), abs=0.2)


def test_lack_of_numbers_and_other_networks(session: Session, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog(session, WeightRef(0, 0, 2))
    parameters = session.network.parameters.copy()
    session.network.parameters[3] = np.inf
    session.tell_of_edit()
    settle()
    assert "not numbers" in dialog.note.text()
    session.network.parameters[:] = parameters
    session.tell_of_edit()
    found(dialog, qtbot)
    session.renew_weights(NetworkConfig((2,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    found(dialog, qtbot)
    assert dialog.across.count() == 12 * 2 + 2 + 2 * 2 + 2 and dialog.across.currentText() == "Pixel 1 → unit A"


def test_large_networks_offer_what_is_near(open_session: OpenSession, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    session = open_session("mnist", (20,), dataset=noise_digits(100, 300))
    qtbot.waitUntil(lambda: session.dataset is not None)
    dialog = open_dialog(session, WeightRef(0, 400, 3))
    assert dialog.map.surface is not None and dialog.map.surface.costs.shape == (FEW_POINTS, FEW_POINTS)
    assert 10 < dialog.across.count() < 40 and "a part of all" in dialog.note.text()
    dialog.close()


def test_without_data_it_says_so(open_session: OpenSession, open_dialog: OpenDialog) -> None:
    dialog = open_dialog(open_session("mnist", (4,)), WeightRef(1, 0, 0), wait=False)
    settle()
    assert "no data set" in dialog.note.text() and dialog.map.surface is None
    dialog.grab()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_map_is_drawn(qtbot: QtBot, mode: theme.Mode) -> None:
    theme.apply_theme(mode)
    drawing = SurfaceMap()
    qtbot.addWidget(drawing)
    axis = np.linspace(-1, 1, 21)
    costs = np.hypot(*np.meshgrid(axis, axis))
    costs[:3, :3] = np.nan
    drawing.show_surface(Surface(axis, axis, costs))
    drawing.set_path(np.array([[-0.8, 0.8], [-0.4, 0.5], [0.1, 0.1]]))
    drawing.set_place(0.5, -0.5, is_locked=False)
    drawing.resize(500, 400)
    picture = image_to_rgb(drawing.grab().toImage())

    def color(u: float, v: float) -> list[int]:
        place = drawing.at(u, v)
        return picture[int(place.y()), int(place.x())].astype(int).tolist()

    def rgb(text: str) -> list[int]:
        return [int(text[at : at + 2], 16) for at in (1, 3, 5)]

    accent = theme.current().palette.accent
    assert color(0.5, -0.5) == pytest.approx([accent.red(), accent.green(), accent.blue()], abs=2)
    assert color(0.02, -0.05) == pytest.approx(rgb(HEIGHT_STOPS[theme.current().name][0]), abs=20)
    assert color(0.97, 0.97) == pytest.approx(rgb(HEIGHT_STOPS[theme.current().name][-1]), abs=12)
    danger = rgb(theme.current().palette.danger.name())
    assert color(-0.95, -0.95) == pytest.approx(danger, abs=4)


def test_it_opens_from_the_weight_in_hand_and_goes_when_it_is_closed(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("toy")
    page = window.show_page(StepPage)
    qtbot.waitUntil(lambda: page.scene is not None)
    page.stepper.focus(1, 0, 2)
    settle()
    page.refresher.catch_up()
    page.weight_panel.surface.click()
    dialog = window.findChild(SurfaceDialog)
    assert dialog is not None and dialog.isVisible()
    found(dialog, qtbot)
    assert dialog.across.currentText() == "Unit C → output 0"
    steps = WeightSurgery.of(window.session).surgery.undo_stack.count()
    dialog.map.setFocus()
    qtbot.keyClick(dialog.map, Qt.Key.Key_Up)
    assert WeightSurgery.of(window.session).surgery.undo_stack.count() == steps + 1
    assert not dialog.isModal(), "the page beside it goes on"
    before = dialog.readout.text()
    for _ in range(11):
        page.go_on()
        settle()
        page.refresher.catch_up()
    qtbot.waitUntil(lambda: dialog.readout.text() != before)
    page.weight_panel.surface.click()
    qtbot.waitUntil(lambda: window.findChild(SurfaceDialog) not in (None, dialog))
    last = window.findChild(SurfaceDialog)
    assert last is not None
    last.close()
    qtbot.waitUntil(lambda: window.findChild(SurfaceDialog) is None)
