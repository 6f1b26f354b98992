"""Work of which only the newest wish counts, in real threads that end when the test lets them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from digitapp.gui.state.errand import PAUSE_S, Errand
from digitapp.gui.state.jobs import JobPool
from digitapp.progress import Report


class Gate:
    """Work that has begun when it says so, and ends with its result when it may, or is cancelled."""

    def __init__(self, result: object = None) -> None:
        self.result = result
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.was_cancelled = False

    def __call__(self, _report: Report, cancelled: threading.Event) -> object:
        self.begun.set()
        while not (self.may_end.wait(0.001) or cancelled.is_set()):
            pass
        self.was_cancelled = cancelled.is_set()
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class Listener(QObject):
    """Writes down what an errand tells."""

    def __init__(self, errand: Errand) -> None:
        super().__init__(errand)
        self.told: list[tuple[object, object]] = []
        self.failures: list[tuple[object, object]] = []
        self.progress: list[tuple[int, int]] = []
        errand.found.connect(self._on_found)
        errand.failed.connect(self._on_failed)
        errand.progressed.connect(self._on_progressed)

    @Slot(object, object)
    def _on_found(self, result: object, key: object) -> None:
        self.told.append((result, key))

    @Slot(object, object)
    def _on_failed(self, error: object, key: object) -> None:
        self.failures.append((error, key))

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.append((done, total))


@pytest.fixture
def pool(qtbot: QtBot) -> Iterator[JobPool]:
    jobs = JobPool()
    yield jobs
    jobs.close()
    qtbot.waitUntil(lambda: len(jobs) == 0)


@pytest.fixture
def errand(pool: JobPool) -> Errand:
    return Errand(pool.start, pool)


def quick(_report: Report, _cancelled: threading.Event) -> str:
    return "quick"


def test_a_result_comes_with_what_it_was_asked_for(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    assert not errand.is_busy
    errand.ask(quick, ("unit", 3))
    assert errand.is_busy
    qtbot.waitUntil(lambda: not errand.is_busy)
    assert listener.told == [("quick", ("unit", 3))]


def test_an_error_comes_with_what_was_asked_for_and_the_next_wish_is_done(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    broken = Gate(ValueError("no number"))
    errand.ask(broken, 1)
    errand.ask(quick, 2, patient=True)
    broken.may_end.set()
    qtbot.waitUntil(lambda: bool(listener.told))
    assert listener.failures == [(broken.result, 1)]
    assert listener.told == [("quick", 2)]


def test_a_newer_wish_cancels_what_is_under_way(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    old = Gate("old")
    errand.ask(old, "old")
    assert old.begun.wait(10)
    errand.ask(quick, "new")
    qtbot.waitUntil(lambda: bool(listener.told))
    assert old.was_cancelled
    assert listener.told == [("quick", "new")], "what was cancelled is not told"


def test_a_patient_wish_lets_the_one_before_be_finished_and_told(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    first, second, third = Gate("first"), Gate("second"), Gate("third")
    errand.ask(first, 1)
    errand.ask(second, 2, patient=True)
    errand.ask(third, 3, patient=True)
    for gate in (first, second, third):
        gate.may_end.set()
    qtbot.waitUntil(lambda: not errand.is_busy)
    assert listener.told == [("first", 1), ("third", 3)]
    assert not first.was_cancelled
    assert not second.begun.is_set(), "a wish that was replaced before its turn is never begun"


def test_only_one_thing_is_under_way(errand: Errand, pool: JobPool, qtbot: QtBot) -> None:
    stubborn = threading.Event()

    def hear_nothing(_report: Report, _cancelled: threading.Event) -> None:
        stubborn.wait(10)

    errand.ask(hear_nothing, 1)
    new = Gate()
    errand.ask(new, 2)
    assert len(pool) == 1
    assert not new.begun.is_set()
    stubborn.set()
    qtbot.waitUntil(new.begun.is_set)
    new.may_end.set()
    qtbot.waitUntil(lambda: not errand.is_busy)


def test_asking_again_for_what_is_under_way_changes_nothing(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    gate, other, again = Gate("gate"), Gate("other"), Gate("again")
    errand.ask(gate, ("layer", 0))
    errand.ask(other, ("layer", 1), patient=True)
    errand.ask(again, ("layer", 0))
    gate.may_end.set()
    qtbot.waitUntil(lambda: not errand.is_busy)
    assert listener.told == [("gate", ("layer", 0))]
    assert not gate.was_cancelled and not other.begun.is_set() and not again.begun.is_set()


def test_what_was_cancelled_is_done_anew_when_it_is_asked_for_again(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)
    gate = Gate("gate")
    errand.ask(gate, "key")
    errand.cancel()
    assert not errand.is_busy
    errand.ask(quick, "key")
    qtbot.waitUntil(lambda: bool(listener.told))
    assert listener.told == [("quick", "key")]


def test_what_is_cancelled_is_told_in_no_way(errand: Errand, pool: JobPool, qtbot: QtBot) -> None:
    listener = Listener(errand)
    reported = threading.Event()

    def fail(report: Report, cancelled: threading.Event) -> None:
        cancelled.wait(10)
        report(1, 2)
        reported.set()
        raise ValueError("too late")

    errand.ask(fail, "key")
    errand.ask(quick, "other", patient=True)
    errand.cancel()
    qtbot.waitUntil(lambda: len(pool) == 0)
    assert reported.is_set()
    assert listener.told == listener.failures == listener.progress == []


def test_progress_is_told(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)

    def work(report: Report, _cancelled: threading.Event) -> None:
        report(1, 2)
        report(2, 2)

    errand.ask(work, "key")
    qtbot.waitUntil(lambda: bool(listener.told))
    assert listener.progress == [(1, 2), (2, 2)]


def test_a_wish_that_rests_waits_and_an_urgent_one_does_not(
    errand: Errand, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("digitapp.gui.state.errand.time.perf_counter", lambda: clock[0])
    first = Gate("first")
    errand.ask(first, 1, rest=14)
    assert first.begun.wait(10), "nothing has been done yet that it could rest from"
    errand.ask(quick, 2, rest=14)
    clock[0] += 1
    first.may_end.set()
    qtbot.waitUntil(errand._timer.isActive)
    assert not first.was_cancelled, "who rests is patient"
    assert errand._timer.interval() == 14_000, "so many times as long as the work took"
    clock[0] += 13
    errand.ask(quick, 3, rest=14)
    assert errand._timer.interval() == 1000
    listener = Listener(errand)
    errand.ask(quick, 4)
    qtbot.waitUntil(lambda: not errand.is_busy)
    assert listener.told == [("quick", 4)]
    errand.ask(quick, 5, rest=14)
    assert errand._timer.interval() == round(1000 * PAUSE_S), "the least"
    clock[0] += PAUSE_S
    errand.ask(quick, 6, rest=14)
    assert not errand._timer.isActive()
    qtbot.waitUntil(lambda: not errand.is_busy)
    assert listener.told[1:] == [("quick", 6)]


def test_who_is_told_may_ask_for_more(errand: Errand, qtbot: QtBot) -> None:
    listener = Listener(errand)

    class Asker(QObject):
        @Slot(object, object)
        def on_found(self, _result: object, key: int) -> None:
            if key < 3:
                errand.ask(quick, key + 1)

    asker = Asker(errand)
    errand.found.connect(asker.on_found)
    gate = Gate()
    errand.ask(gate, 1)
    errand.ask(quick, 9, patient=True)
    gate.may_end.set()
    qtbot.waitUntil(lambda: len(listener.told) == 3)
    assert [key for _, key in listener.told] == [1, 2, 3], "the newer wish replaces the one that was waiting"


def test_a_closed_pool_begins_nothing(errand: Errand, pool: JobPool, qtbot: QtBot) -> None:
    gate, next_one = Gate(), Gate()
    errand.ask(gate, 1)
    errand.ask(next_one, 2, patient=True)
    pool.close()
    qtbot.waitUntil(lambda: errand._next is None)
    assert gate.was_cancelled
    assert len(pool) == 0 and not next_one.begun.is_set()
    assert not errand.is_busy
