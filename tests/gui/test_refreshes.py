"""A change of the problem shows each part of the window once, whatever is made, seen or running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from page_helpers import settle
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages

PAGES = [row.name for row in registered_pages()]


class Count:
    """How often each part of the window was shown since the last time, and of which snapshots."""

    def __init__(self, window: MainWindow) -> None:
        self.shown: Counter[tuple[str, str]] = Counter()
        self.snapshots: dict[str, set[int]] = {}
        self._kept: list[Snapshot] = []  # so that no two have one id
        for refresher in window.findChildren(Refresher):
            shown_on = refresher.parent()
            owner = shown_on.objectName() if shown_on is not None else ""
            for name, part in refresher.parts.items():
                part.show = self._counting(part.show, owner, name)

    def _counting(self, show: Callable[[Snapshot], None], owner: str, name: str) -> Callable[[Snapshot], None]:
        def counted(snapshot: Snapshot) -> None:
            self.shown[owner, name] += 1
            self.snapshots.setdefault(owner, set()).add(id(snapshot))
            self._kept.append(snapshot)
            show(snapshot)

        return counted

    def forget(self) -> None:
        self.shown.clear()
        self.snapshots.clear()


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """The window with all pages made and seen, and data for both problems asked for."""
    window = open_window("toy")
    for problem in ("mnist", "toy"):
        window.session.choose_problem(problem)
        for name in PAGES:
            window.show_page(name)
        window.session.data.request(window.session.dataset_name)
        qtbot.waitUntil(lambda: window.session.data.state(window.session.dataset_name) is not DataState.LOADING)
    return window


def rest(window: MainWindow, qtbot: QtBot) -> None:
    """Let what was asked for come, so that only the change of the problem is counted."""
    qtbot.waitUntil(lambda: not len(window.session._jobs))
    for _ in range(3):
        settle()


@pytest.mark.parametrize("trains", [False, True], ids=["at rest", "while a run is active"])
def test_a_change_of_the_problem_shows_each_part_once(window: MainWindow, qtbot: QtBot, trains: bool) -> None:
    session = window.session
    if trains:
        window.show_page(TrainPage).start()
        qtbot.waitUntil(lambda: len(session.run.history.loss) > 0)
        session.run.pause()
        assert session.run.phase is RunPhase.PAUSED and session.any_run_active
    count = Count(window)
    for name in PAGES:
        window.show_page(name)
        for problem in ("mnist", "toy"):
            rest(window, qtbot)
            count.forget()
            session.choose_problem(problem)
            assert not count.shown, "nothing before the turn has ended"
            settle()
            often = {key: times for key, times in count.shown.items() if times > 1}
            assert (count.shown or name == "runsPage") and not often, "the list of runs is of all problems"
            assert all(len(snapshots) == 1 for snapshots in count.snapshots.values()), "what is shown belongs together"
            assert not {owner for owner in count.snapshots if owner in PAGES} - {name}, "nothing hidden is shown"
