"""What the picture of a step shows beside its numbers: gradients that flow while it plays, and locks."""

from __future__ import annotations

import random

import pytest
from page_helpers import ShowPage, settle
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from digitapp.gui.diagram.step_locks import places_of_locks
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.state.session import Session
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.inspection.walk import Kind, Stage
from digitapp.nn.network import WeightRef


@pytest.fixture
def page(toy_session: Session, show_page: ShowPage) -> StepPage:
    page = show_page(StepPage, toy_session, (1208, 714))
    settle()
    page.refresher.catch_up()
    assert page.scene is not None
    return page


def go_back_to_the_gradients(page: StepPage) -> None:
    for _ in range(30):
        if page.scene is not None and page.scene.stop.kind is Kind.GRADIENTS:
            return
        page.stage.transport.next.click()
        settle()
        page.refresher.catch_up()
    raise AssertionError("no gradients")


def picture(page: StepPage) -> QImage:
    page.stage.view.update()
    settle()
    return page.stage.view.grab().toImage()


def test_beads_move_while_it_plays_and_then_lie_where_they_lay(page: StepPage, qtbot: QtBot) -> None:
    go_back_to_the_gradients(page)
    view, transport = page.stage.view, page.stage.transport
    still = picture(page)
    assert not view.flows
    transport.pace.setCurrentIndex(0)  # the slowest: the walk does not move on meanwhile
    transport.playing_changed.emit(True)
    assert view.flows
    first = view._phase
    qtbot.waitUntil(lambda: view._phase != first)
    assert picture(page) != still
    transport.playing_changed.emit(False)
    assert not view.flows and picture(page) == still


def test_playing_moves_the_beads_of_every_stop_that_has_some(page: StepPage) -> None:
    view, transport = page.stage.view, page.stage.transport
    transport.toggle()
    assert transport.is_playing and not view.flows, "nothing flows on the way forward"
    for _ in range(20):
        page.go_on()
        settle()
        page.refresher.catch_up()
        assert page.scene is not None
        if page.scene.stop.stage is Stage.BACKWARD and page.scene.stop.kind is Kind.GRADIENTS:
            break
    assert view.flows
    transport.stop()
    assert not view.flows


def test_every_lock_is_seen_where_its_weight_is(page: StepPage, toy_session: Session) -> None:
    surgery, chance = WeightSurgery.of(toy_session), random.Random(5)
    sizes = toy_session.network.sizes
    every = [
        WeightRef(layer, source, unit)
        for layer in range(2)
        for unit in range(sizes[layer + 1])
        for source in (*range(sizes[layer]), None)
    ]
    for _ in range(6):
        chosen = chance.sample(every, chance.randint(1, 8))
        for weight in chosen:
            surgery.lock(weight)
        settle()
        page.refresher.catch_up()
        view = page.stage.view
        assert view.scene is not None and view.columns is not None
        chips = {chip.focus.weight: chip.place for chip in view.chips() if chip.focus.weight is not None}
        middles = list(places_of_locks(view.scene.shown.marks, view.columns, chips))
        assert len(middles) == len(chosen) == len({(at.x(), at.y()) for at in middles})
        for weight, at in zip(view.scene.shown.marks.locked, middles, strict=True):
            assert view.rect().contains(at.toPoint())
            assert is_at(page, weight, at, chips), weight
        for weight in chosen:
            surgery.lock(weight)  # unlocked again
    settle()
    page.refresher.catch_up()
    assert page.stage.view.scene is not None and not page.stage.view.scene.shown.marks.locked


def is_at(page: StepPage, weight: WeightRef, at: QPointF, chips: dict) -> bool:
    """Return whether a place is at the number of a weight, or on the card of its unit."""
    columns = page.stage.view.columns
    assert columns is not None
    if weight in chips:
        return chips[weight].adjusted(-1, -1, 1, 1).contains(at)
    return columns[weight.layer + 1].places[weight.unit].contains(at)
