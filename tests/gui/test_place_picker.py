"""The plane on Why and Network: another place is asked about by a click, a drag or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from page_helpers import settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import PLANE, TOY
from digitapp.drawing.point import Point
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.why.page import WhyPage
from digitapp.gui.window.main_window import MainWindow


def test_another_place_is_asked_about_on_why_and_network(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window(PLANE.key)
    session = window.session
    session.data.request(session.dataset_name)
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.artwork.commit(Point((0.4, 0.2)), "Point")
    why, network = window.show_page(WhyPage), window.show_page(NetworkPage)
    for page, picker in ((why, why.stage.plane), (network, network.pad.plane)):
        window.show_page(type(page))
        settle()
        assert picker.isVisible()
        assert len(picker._points) == 200
        assert picker._map is not None
        qtbot.mouseClick(picker, Qt.MouseButton.LeftButton, pos=picker.frame.at(-0.5, 0.3).toPoint())
        settle()
        assert session.answer.inputs is not None
        np.testing.assert_allclose(session.answer.inputs.ravel(), (-0.5, 0.3), atol=0.03)
        assert session.artwork.is_settled
        before = session.answer.inputs.copy()
        qtbot.keyClick(picker, Qt.Key.Key_Right)
        qtbot.keyClick(picker, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
        settle()
        moved = (session.answer.inputs - before).ravel()
        np.testing.assert_allclose(moved, (0.02 * 2.4, 0.1 * 2.4), atol=1e-5)
        assert "y +" in picker.accessibleDescription()
    # The sum that Why takes apart is that of the new place.
    window.show_page(WhyPage)
    settle()
    assert "y = +0." in why.stage.caption.text()
    session.choose_problem(TOY.key)
    window.show_page(NetworkPage)
    settle()
    assert not network.pad.plane.isVisible()
    assert network.pad.canvas.isVisible()
    assert not window.fault_bar.isVisible()
