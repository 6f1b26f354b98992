"""Features in a plane: a unit is its half-plane or its region, with the points of the data in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from page_helpers import settle
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import PLANE, TOY
from digitapp.drawing.point import Point
from digitapp.gui.pages.features.dossier import LOOKS_FACE
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.shown import Shown
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.regions import RESOLUTION
from digitapp.training import NetworkConfig, usual_configs


def test_a_unit_is_shown_as_its_half_plane_and_deeper_as_its_region(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(PLANE.key)
    session = window.session
    session.data.request(session.dataset_name)
    page = window.show_page(FeaturesPage)
    qtbot.waitUntil(lambda: page._evidence.unit is not None)
    settle()
    assert page.tools.shown is Shown.REGION
    assert page._images.shape == (6, RESOLUTION, RESOLUTION)
    looks = page.dossier.looks
    page.dossier.show_face(LOOKS_FACE)
    settle()
    assert "half-plane" in looks.region.text.text()
    assert len(looks.region.map._points) == 200
    # What the pointer reads is what the network computes there.
    session.artwork.commit(Point((0.4, 0.2)), "Point")
    settle()
    assert looks.region.map._here == (np.float32(0.4), np.float32(0.2))
    qtbot.waitUntil(lambda: looks.region.map.height() > 200)
    frame = looks.region.map.frame
    assert frame is not None
    QTest.mouseMove(looks.region.map, QPoint(1, 1))
    QTest.mouseMove(looks.region.map, frame.at(0.4, 0.2).toPoint())
    settle()
    assert looks.region.map._readout is not None
    said = float(looks.region.map._readout.text().split()[-1].replace("\u2212", "-"))
    trace = session.answer.trace
    assert trace is not None
    assert abs(said - float(trace.pre_activations[0][0, 0])) < 0.1
    session.select_unit(1, 1)
    settle()
    assert "region" in looks.region.text.text()
    assert page._images.shape[0] == 2
    # A choice is remembered for planes alone, and the toy has its filters as before.
    page.tools.shown_box.setCurrentIndex(page.tools.shown_box.findData(Shown.WEIGHTS))
    page.tools.shown_box.activated.emit(page.tools.shown_box.currentIndex())
    settle()
    assert page._images.shape == (2, 2, 3)
    session.choose_problem(TOY.key)
    settle()
    assert page.tools.shown_box.findData(Shown.REGION) < 0
    assert not looks.region.isVisible()
    session.choose_problem(PLANE.key)
    session.renew_weights(NetworkConfig((30,), "maxout2", "he"), usual_configs(PLANE)[1])
    session.select_unit(0, 0)
    settle()
    assert page._images.shape == (30, RESOLUTION, RESOLUTION)
    assert not window.fault_bar.isVisible()
