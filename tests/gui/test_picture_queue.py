"""The queue of pictures that follow a run."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from digitapp.gui.pages.picture_queue import PictureQueue


def test_each_turn_of_the_event_loop_draws_one_picture(qtbot: QtBot) -> None:
    queue, drawn = PictureQueue(), []
    first, second = lambda: drawn.append("first"), lambda: drawn.append("second")
    for draw in (first, second, first):
        queue.add(draw)
    assert drawn == []
    qtbot.waitUntil(lambda: len(drawn) == 1)
    qtbot.waitUntil(lambda: drawn == ["first", "second"])
    queue.clear()


def test_finishing_draws_what_waits_and_clearing_forgets_it(qtbot: QtBot) -> None:  # noqa: ARG001
    queue, drawn = PictureQueue(), []
    queue.add(lambda: drawn.append("shown"))
    queue.finish()
    queue.add(lambda: drawn.append("forgotten"))
    queue.clear()
    queue.finish()
    assert drawn == ["shown"]
