"""Step in a plane: every kind of network is walked through to its update, and speaks of points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from page_helpers import settle
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import PLANE
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.training import NetworkConfig, usual_configs

NETWORKS = (
    ("plane:moons", NetworkConfig((6, 2), "tanh", "glorot"), "cross_entropy"),
    ("plane:spirals-3", NetworkConfig((20, 20), "relu", "he"), "hinge"),
    ("plane:blobs-4", NetworkConfig((), "relu", "he"), "perceptron"),
    ("plane:xor", NetworkConfig((3,), "maxout2", "he"), "squared_error"),
)


def test_every_network_is_walked_through_to_its_update(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window(PLANE.key)
    session = window.session
    page = window.show_page(StepPage)
    for dataset, network, loss in NETWORKS:
        session.choose_dataset(dataset)
        session.data.request(dataset)
        session.renew_weights(network, replace(usual_configs(PLANE)[1], loss=loss, learning_rate=0.1))
        qtbot.waitUntil(lambda: session.dataset is not None)
        settle()
        before = session.network.parameters.copy()
        forward = page.findChild(QAbstractButton, "stepNext")
        assert forward is not None
        for _ in range(20):
            forward.click()
            settle()
            if not np.array_equal(session.network.parameters, before):
                break
        else:
            # A sample that is read rightly changes nothing under the perceptron's rule.
            assert loss == "perceptron"
        said = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
        assert not [text for text in said if "image" in text.lower() or "pixel" in text.lower()]
        assert any(text.startswith("Point ") for text in said)
    assert not window.fault_bar.isVisible()
