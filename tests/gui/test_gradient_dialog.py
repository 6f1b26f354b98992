"""The gradient check in the window: the toy's derivatives agree, and a planted bug is found in its layer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import click, wait_for_data

from digitapp.datasets.load import load_dataset
from digitapp.gui.pages.train.gradient_dialog import GradientDialog
from digitapp.gui.pages.train.page import TrainPage
from digitapp.inspection.gradient_report import PER_LAYER, CheckCancelled, GradientReport, check_model
from digitapp.modelfile import Model, load_model
from digitapp.nn.network import Network
from digitapp.training import NetworkConfig, build_network

OpenPage = Callable[..., TrainPage]


def quiet(_done: int, _total: int) -> None:
    """Report to nobody."""


def report_of(dialog: GradientDialog, qtbot: QtBot) -> GradientReport:
    """Wait for the check that is under way."""
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=20_000)
    assert dialog.report is not None
    return dialog.report


@pytest.fixture
def dialog(open_train_page: OpenPage, qtbot: QtBot) -> Iterator[GradientDialog]:
    """The dialog that a click on the Train page opens, for the shipped toy network."""
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    click(qtbot, page.setup.check_gradient)
    dialog = page.findChild(GradientDialog, "gradientDialog")
    assert isinstance(dialog, GradientDialog)
    qtbot.waitExposed(dialog)
    yield dialog  # a return would let go of the page, and with it of the dialog


def test_all_derivatives_of_the_toy_agree(dialog: GradientDialog, qtbot: QtBot) -> None:
    report = report_of(dialog, qtbot)
    assert report.checked == report.parameters == 47
    assert report.wrong == 0
    assert report.digits >= 6
    assert f"All 47 derivatives agree to {report.digits} digits" in dialog.verdict.text()
    assert dialog.verdict.kind == "info"
    assert "12-3-2" in dialog.checked.text()
    assert dialog.cells[0][1].text().startswith(("weight from", "bias of"))
    click(qtbot, dialog.close_button)


@pytest.mark.parametrize("layer", [0, 1])
def test_a_planted_bug_is_found_in_its_layer(dialog: GradientDialog, qtbot: QtBot, layer: int) -> None:
    report_of(dialog, qtbot)
    dialog.bug.setFocus()
    for _ in range(layer + 1):
        qtbot.keyClick(dialog.bug, Qt.Key.Key_Down)
    report = report_of(dialog, qtbot)
    assert report.guilty_layer == layer
    assert f"There is a mistake in the {('hidden', 'output')[layer]} layer" in dialog.verdict.text()
    assert dialog.verdict.kind == "error"
    assert dialog.bars.text(layer) == "0.1"
    assert dialog.cells[0][4].text() == "0.1"

    dialog.bug.setCurrentIndex(0)
    assert report_of(dialog, qtbot).guilty_layer is None
    click(qtbot, dialog.close_button)


def test_closing_ends_the_check(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("mnist")
    dialog = GradientDialog(page.session, page)
    dialog.open()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.report is None  # and the fixture sees to it that no thread is left


def test_a_large_network_is_checked_by_a_sample_and_without_data() -> None:
    network = build_network(784, 10, NetworkConfig((48, 32)), "cross_entropy", np.random.default_rng(0))
    model = replace(load_model("mnist"), network=network)
    report = check_model(model, None, 1, quiet, threading.Event())
    assert report.is_random
    assert report.checked < report.parameters
    assert report.checked <= 2 * 3 * PER_LAYER
    assert report.guilty_layer == 1


def test_a_check_can_be_cancelled() -> None:
    cancelled = threading.Event()
    seen: list[int] = []

    def report(done: int, _total: int) -> None:
        seen.append(done)
        cancelled.set()

    with pytest.raises(CheckCancelled):
        check_model(load_model("toy"), None, None, report, cancelled)
    assert len(seen) == 1


def test_a_bug_where_nothing_is_passed_back_is_not_blamed_on_anybody(dialog: GradientDialog, qtbot: QtBot) -> None:
    toy = load_model("toy")
    dead = Network((12, 3, 2), ["relu", "sigmoid"])
    dead.biases[0][:] = -1  # no unit ever wakes
    model: Model = replace(toy, network=dead)
    report = check_model(model, load_dataset("toy"), 0, quiet, threading.Event())
    assert report.guilty_layer is None
    report_of(dialog, qtbot)
    dialog._show_verdict(report)
    assert "does not show" in dialog.verdict.text()
    assert np.isfinite(report.largest_error)
    click(qtbot, dialog.close_button)
