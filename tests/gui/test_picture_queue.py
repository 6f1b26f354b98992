"""The queue of pictures that follow a run."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.picture_queue import PictureQueue


def test_each_turn_of_the_event_loop_draws_one_picture(qtbot: QtBot) -> None:
    queue, seen = PictureQueue(), []

    def draw(name: str) -> None:
        seen.append(name)
        QTimer.singleShot(0, lambda: seen.append("the turn ends"))

    first, second = partial(draw, "first"), partial(draw, "second")
    for picture in (first, second, first):
        queue.add(picture)
    assert seen == []
    qtbot.waitUntil(lambda: len(seen) == 4)
    queue.clear()
    assert seen == ["first", "the turn ends", "second", "the turn ends"]


def test_finishing_draws_what_waits_and_clearing_forgets_it(qtbot: QtBot) -> None:  # noqa: ARG001
    queue, drawn = PictureQueue(), []
    queue.add(lambda: drawn.append("shown"))
    queue.finish()
    queue.add(lambda: drawn.append("forgotten"))
    queue.clear()
    queue.finish()
    assert drawn == ["shown"]
