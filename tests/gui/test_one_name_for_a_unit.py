"""A unit has one name on every page, in what surgery did, and in what is saved of it."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from page_helpers import RING
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.diagram.wires import Node
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.why.page import WhyPage
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    window = open_window("toy")
    session = window.session
    session.artwork.commit(RING, "Draw")
    session.renew_weights(NetworkConfig((5, 4), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    return window


@pytest.mark.parametrize(("layer", "unit", "name"), [(0, 0, "Unit A"), (0, 4, "Unit E"), (1, 2, "Unit H")])
def test_every_page_calls_it_the_same(window: MainWindow, qtbot: QtBot, layer: int, unit: int, name: str) -> None:
    session, view = window.session, window.show_page(DrawPage).inspector.diagram.view
    qtbot.mouseMove(view, view.node_rect(Node(layer + 1, unit)).center().toPoint())
    assert view.readout_text().splitlines()[0] == name

    features = window.show_page(FeaturesPage)
    session.select_unit(layer, unit)
    QApplication.processEvents()  # the page refreshes once a turn
    assert features.dossier.title.text() == name
    (units,) = features.composed_pictures()
    root = ElementTree.fromstring(units.prepare(".svg")(None))  # type: ignore[arg-type]
    assert name.removeprefix("Unit ") in [item.text for item in root.iter() if item.tag.endswith("text")]

    whole = window.show_page(NetworkPage).paths.whole
    qtbot.waitUntil(whole.isVisible)
    QApplication.processEvents()  # the layout settles
    view = whole.view
    qtbot.mouseMove(view, view.node_rect(Node(layer + 1, unit)).center().toPoint())
    assert view.readout_text().splitlines()[0] == name

    if layer == 1:  # the units of the last hidden layer give to the answer
        why = window.show_page(WhyPage)
        qtbot.waitUntil(lambda: not why.is_busy)
        assert name in [row.name for row in why.units.ledger.rows]

    surgery = Surgery.of(session)
    surgery.toggle(layer, unit)
    assert name in surgery.undo_stack.undoText()


def test_every_page_calls_a_layer_the_same(window: MainWindow, qtbot: QtBot) -> None:
    segments = window.show_page(FeaturesPage).tools.layers._group.buttons()
    assert [segment.text() for segment in segments] == ["Layer 1 · 5", "Layer 2 · 4", "Output · 2"]
    network = window.show_page(NetworkPage)
    network.choice.setCurrentIndex(2)
    layers = network.map.layers
    qtbot.waitUntil(lambda: layers.count() > 2)
    assert [layers.itemText(k) for k in range(layers.count())][:3] == ["Pixels", "Layer 1", "Layer 2"]
