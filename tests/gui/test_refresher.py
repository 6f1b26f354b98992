"""Stale parts are shown once a turn of the event loop, of one snapshot, in their order, and only where seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from page_helpers import settle
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.refresher import Part, Refresher


class News(QObject):
    one = Signal()
    two = Signal(object)


class Shown(QWidget):
    """Two parts of its own and one of an inner widget; it notes what is shown."""

    def __init__(self, session: Session, takes_turns: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self.news = News()
        self.inner = QWidget()
        QVBoxLayout(self).addWidget(self.inner)
        self.log: list[str] = []
        self.snapshots: list[Snapshot] = []
        self.refresher = Refresher(self, session.snapshot, lambda _shown: takes_turns())
        self.first = self.add("first", on=(self.news.one, self.news.two))
        self.second = self.add("second", on=(self.news.one,), in_turn=(self.news.two,))
        self.third = self.add("third", in_turn=(self.news.two,), of=self.inner)

    def add(self, name: str, **options: object) -> Part:
        def show(snapshot: Snapshot) -> None:
            self.log.append(name)
            self.snapshots.append(snapshot)

        return self.refresher.add(name, show, **options)  # type: ignore[arg-type]

    def told(self) -> list[str]:
        """Return what was shown since the last time."""
        settle()
        log, self.log = self.log, []
        return log


@pytest.fixture
def shown(toy_session: Session, qtbot: QtBot) -> Shown:
    widget = Shown(toy_session)
    qtbot.addWidget(widget)
    widget.show()
    assert widget.log == ["first", "second", "third"], "a widget that is shown is up to date"
    widget.told()
    return widget


def test_much_news_is_shown_once_and_in_order(shown: Shown) -> None:
    for _ in range(3):
        shown.news.two.emit(None)
        shown.news.one.emit()
        assert shown.log == []
    assert shown.told() == ["first", "second", "third"]
    assert len({id(snapshot) for snapshot in shown.snapshots[-3:]}) == 1
    assert shown.told() == []


def test_what_happens_while_parts_are_shown_is_of_the_next_turn(shown: Shown, toy_session: Session) -> None:
    original = shown.first.show

    def meddle(snapshot: Snapshot) -> None:
        shown.first.show = original
        original(snapshot)
        toy_session.select_unit(0, 1)
        shown.news.one.emit()

    shown.first.show = meddle
    shown.news.one.emit()
    assert shown.told() == ["first", "second"]
    assert shown.told() == ["first", "second"]
    before, after = shown.snapshots[-4:-2], shown.snapshots[-2:]
    assert [snapshot.selected.unit for snapshot in (*before, *after)] == [0, 0, 1, 1]


def test_nothing_hidden_is_shown_until_it_is_seen(shown: Shown) -> None:
    shown.inner.hide()
    shown.news.two.emit(None)
    assert shown.told() == ["first", "second"]
    shown.hide()
    shown.news.one.emit()
    assert shown.told() == []
    shown.show()
    assert shown.log == ["first", "second"], "before it is painted"
    shown.told()
    shown.inner.show()
    assert shown.told() == ["third"]


def test_who_acts_can_be_shown_the_present_at_once(shown: Shown) -> None:
    shown.news.one.emit()
    shown.refresher.catch_up()
    assert shown.log == ["first", "second"]
    assert shown.told() == ["first", "second"], "and not once more"


def test_a_part_that_fails_takes_none_with_it(shown: Shown, qtbot: QtBot) -> None:
    original = shown.first.show

    def fail(_snapshot: Snapshot) -> None:
        raise ValueError("a part failed")

    shown.first.show = fail
    with qtbot.captureExceptions() as caught:
        shown.news.one.emit()
        assert shown.told() == []
    assert len(caught) == 1
    shown.first.show = original
    shown.second.mark()
    assert shown.told() == ["second"]


def test_parts_take_turns_one_a_frame(toy_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitapp.gui.widgets.refresher.FRAME_MS", 400)  # longer than what is done in between
    learns = True
    shown = Shown(toy_session, lambda: learns)
    qtbot.addWidget(shown)
    shown.show()
    shown.told()
    shown.news.two.emit(None)
    assert shown.told() == ["first", "second"], "the first has its turn at once"
    shown.news.two.emit(None)
    shown.news.two.emit(None)
    assert shown.told() == ["first"], "the next frame is not there yet"
    qtbot.waitUntil(lambda: len(shown.log) == 2)
    assert shown.told() == ["third", "second"], "who has waited longest comes first"
    shown.news.two.emit(None)
    learns = False
    assert shown.told() == ["first", "second", "third"], "at the end nothing waits"
