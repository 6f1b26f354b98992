"""Fixtures for tests that open real windows, and the check that none of them leaves anything running."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from page_helpers import PAGE_SIZE, RING, OpenSession, Page, ShowPage, settle
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, QThread, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.settings import BENCH, PAGE, Settings
from digitapp.gui.words.language import speak
from digitapp.resources import DATA_DIR_VARIABLE
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs

PATIENCE = 120_000  # ms

Thing = TypeVar("Thing", bound=QObject)

# Deferred in the fixtures too: tests of single widgets build no session and no window.
if TYPE_CHECKING:
    from digitapp.gui.pages.lab.page import LabPage
    from digitapp.gui.pages.train.page import TrainPage
    from digitapp.gui.state.session import Session
    from digitapp.gui.window.main_window import MainWindow


@pytest.fixture(scope="session")
def _set_modules_aside() -> Iterator[Callable[[], None]]:
    """Return a function that takes everything out of the collector's sight where modules were imported meanwhile.

    Collecting and searching the heap of all modules would take 0.2 s a test.
    """
    counted = 0

    def set_aside() -> None:
        nonlocal counted
        if len(sys.modules) > counted:
            counted = len(sys.modules)
            gc.collect()
            gc.freeze()

    yield set_aside
    gc.unfreeze()


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application speaks English, plural forms and lists included."""
    speak()
    return qapp


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication, _set_modules_aside: Callable[[], None]) -> Iterator[None]:
    """Fail a test that leaves a thread, an active timer or a visible window behind, and undress the application."""
    _set_modules_aside()
    threads_before = set(threading.enumerate())
    timers_before = {id(timer) for timer in _living(QTimer) if timer.isActive()}
    yield
    # What was copied belongs to Python; the offscreen clipboard would delete it when Python has gone, and crash.
    QGuiApplication.clipboard().clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    gc.collect()
    # A QThread that ran Python shows as a dummy until the process ends; whether it still runs is asked of Qt.
    threads = [
        thread
        for thread in threading.enumerate()
        if thread not in threads_before and not thread.name.startswith("Dummy-") and not _ends(thread)
    ]
    threads_of_qt = [thread for thread in _living(QThread) if thread is not qapp.thread()]
    # What was slow to notice that it is to end was left to itself; it ends all the same.
    running = [thread for thread in threads_of_qt if thread.isRunning() and not thread.wait(PATIENCE)]
    timers = [timer for timer in _living(QTimer) if timer.isActive() and id(timer) not in timers_before]
    windows = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    # The next test begins as the application does: without a style sheet, which makes building a page slow.
    if theme.current().is_dark:
        theme.current().set_mode("light")
    qapp.setStyleSheet("")
    assert not threads, f"threads left behind: {threads}"
    assert not running, f"QThreads left running: {running}"
    assert not timers, f"timers left active: {[(timer, timer.parent()) for timer in timers]}"
    assert not windows, f"windows left open: {windows}"


def _ends(thread: threading.Thread) -> bool:
    """Give a thread that is about to end the time for it, and return whether it has."""
    thread.join(10)
    return not thread.is_alive()


def _living(kind: type[Thing]) -> list[Thing]:
    """Return the objects of a kind that Python holds and whose C++ side still exists."""
    things = gc.get_objects()
    kinds = {found for found in set(map(type, things)) if issubclass(found, kind)}  # asking each thing takes far longer
    return [thing for thing in things if type(thing) in kinds and isValid(thing)]


@pytest.fixture(autouse=True)
def _new_user(_nothing_left_behind: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a data folder of nothing: no MNIST, no digits of the own hand, and none of the real user's.

    What a test has patched is put back before it is looked at what the test has left behind.
    """
    monkeypatch.delenv(DATA_DIR_VARIABLE, raising=False)
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")


class PatientBot(QtBot):
    """Waits until a thing has happened, however busy the machine is; only what never happens costs the time.

    As with a person, the turn of the event loop ends between a click or a key and whatever comes next.
    """

    @staticmethod
    def mouseClick(*arguments: Any, **options: Any) -> None:  # noqa: N802
        QtBot.mouseClick(*arguments, **options)
        settle()

    @staticmethod
    def mouseDClick(*arguments: Any, **options: Any) -> None:  # noqa: N802
        QtBot.mouseDClick(*arguments, **options)
        settle()

    @staticmethod
    def keyClick(*arguments: Any, **options: Any) -> None:  # noqa: N802
        QtBot.keyClick(*arguments, **options)
        settle()

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=max(timeout, PATIENCE))

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:  # noqa: N802
        if options.get("raising", True):  # else the time is what is asked: `assertNotEmitted` waits so
            timeout = max(timeout, PATIENCE)
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:  # noqa: N802
        return super().waitSignals(signals, timeout=max(timeout, PATIENCE), **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:  # noqa: ARG001
    return PatientBot(request)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a user who has never started the application."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def open_session(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSession]:  # noqa: ARG001
    """Return a function that opens a session; it is closed when the test ends."""
    from digitapp.gui.state.session import Session

    opened: list[Session] = []

    def open_it(
        problem: str = "mnist",
        hidden: tuple[int, ...] | None = None,
        *,
        activation: str = "relu",
        dataset: Dataset | None = None,
        data_dir: Path | None = None,
    ) -> Session:
        session = Session(problem, data_dir)
        opened.append(session)
        if dataset is not None:
            monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda *_, **__: dataset)
            session.choose_dataset("handwriting")
        if hidden is not None:
            session.renew_weights(NetworkConfig(hidden, activation, "he"), usual_configs(PROBLEMS[problem])[1])
        return session

    yield open_it
    for session in opened:
        session.close()
        session.deleteLater()  # its own connections, which Python cannot see, would keep it and its data for ever


@pytest.fixture
def toy_session(open_session: OpenSession, qtbot: QtBot) -> Session:
    """A session about the toy, whose data are loaded and whose drawing is a ring."""
    session = open_session("toy")
    session.data.request("toy")
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.artwork.commit(RING, "Draw")
    return session


@pytest.fixture
def show_page(qtbot: QtBot, settings: Settings, open_session: OpenSession) -> ShowPage:  # noqa: ARG001
    """Return a function that shows a page of a session alone; it is closed when the test ends, before the session."""
    shown: list[QWidget] = []  # a test may want but a part of a page, which is gone with it

    def show_it(kind: Callable[[Session, Settings], Page], session: Session, size: tuple[int, int] = PAGE_SIZE) -> Page:
        theme.current().prepare("light")
        page = kind(session, settings)
        theme.apply_theme("light")
        shown.append(page)
        qtbot.addWidget(page)
        _show(page, size, qtbot)
        return page

    return show_it


@pytest.fixture
def open_window(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., MainWindow]]:
    """Return a function that opens the real window; it is closed when the test ends.

    Without `data_dir` there is no MNIST on this user's computer; without `kept` it begins afresh, and keeps nothing.
    """
    from digitapp.gui.app import create_window

    # A window that shows My hand writes digits to compare with; thousands of them would take seconds, window by window.
    monkeypatch.setattr("digitapp.gui.pages.hand.tuning._WRITTEN_DIGITS", 120)
    opened: list[weakref.ref[MainWindow]] = []  # the test decides how long it wants a window

    def open_it(
        problem: str | None = "mnist",
        data_dir: Path | None = None,
        size: tuple[int, int] = (1280, 800),
        kept: Path | None = None,
        page: str = "",
    ) -> MainWindow:
        if page:  # as if it had been shown last: the first one is not made then
            settings.set(PAGE, page)
        window = create_window(settings, problem=problem, data_dir=data_dir, kept=kept)
        opened.append(weakref.ref(window))
        _show(window, size, qtbot)
        return window

    yield open_it
    for window in (reference() for reference in opened):
        if window is not None and isValid(window):
            window.close()


@pytest.fixture
def open_lab(open_window: Callable[..., MainWindow], settings: Settings) -> Callable[[str], LabPage]:
    """Return a function that opens the window at a bench of the Lab, as if it had been shown last."""
    from digitapp.gui.pages.lab.page import LabPage

    def open_it(bench: str) -> LabPage:
        settings.set(BENCH, bench)
        page = open_window("toy", page=LabPage.NAME).show_page(LabPage)
        settle()
        return page

    return open_it


@pytest.fixture
def open_train_page(show_page: ShowPage, open_session: OpenSession) -> Callable[..., TrainPage]:
    """Return a function that opens the Train page alone."""
    from digitapp.gui.pages.train.page import TrainPage

    def open_it(problem: str = "toy", data_dir: Path | None = None, size: tuple[int, int] = PAGE_SIZE) -> TrainPage:
        return show_page(TrainPage, open_session(problem, data_dir=data_dir), size)

    return open_it


def _show(widget: QWidget, size: tuple[int, int], qtbot: QtBot) -> None:
    widget.resize(*size)
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()  # the layout settles
