"""Fixtures for tests that open real windows, and the check that none of them leaves anything running."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QThread, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from digitapp.gui.settings import Settings

if TYPE_CHECKING:
    from digitapp.gui.main_window import MainWindow
    from digitapp.gui.pages.train import TrainPage
    from digitapp.gui.session import Session

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a thread, an active timer or a visible window behind."""
    threads_before = set(threading.enumerate())
    timers_before = {id(timer) for timer in _alive(QTimer) if timer.isActive()}
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
        if thread not in threads_before and not thread.name.startswith("Dummy-")
    ]
    running = [thread for thread in _alive(QThread) if thread.isRunning() and thread is not qapp.thread()]
    timers = [timer for timer in _alive(QTimer) if timer.isActive() and id(timer) not in timers_before]
    windows = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    assert not threads, f"threads left behind: {threads}"
    assert not running, f"QThreads left running: {running}"
    assert not timers, f"timers left active: {[(timer, timer.parent()) for timer in timers]}"
    assert not windows, f"windows left open: {windows}"


def _alive(kind: type[T]) -> list[T]:
    """Return the Python-owned objects of a Qt class whose C++ side still exists."""
    return [thing for thing in gc.get_objects() if isinstance(thing, kind) and isValid(thing)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a user who has never started the application."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def no_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no MNIST on this user's computer."""
    monkeypatch.delenv("DIGITAPP_DATA_DIR", raising=False)
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")


@pytest.fixture
def sessions(qapp: QApplication) -> Iterator[list[Session]]:  # noqa: ARG001
    """A list for the sessions that a test opens; they are closed when it ends."""
    opened: list[Session] = []
    yield opened
    for session in opened:
        session.close()


@pytest.fixture
def open_window(qtbot: QtBot, settings: Settings, no_mnist: None) -> Callable[..., MainWindow]:  # noqa: ARG001
    """Return a function that opens the real window; it is closed when the test ends.

    Without `data_dir` there is no MNIST on this user's computer.
    """

    # Deferred: tests of single widgets do not build the window.
    from digitapp.gui.app import create_window

    def open_it(
        problem: str = "mnist", data_dir: Path | None = None, size: tuple[int, int] = (1280, 800)
    ) -> MainWindow:
        window = create_window(settings, problem=problem, data_dir=data_dir)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        return window

    return open_it


@pytest.fixture
def open_train_page(
    qtbot: QtBot,
    sessions: list[Session],
    settings: Settings,
    no_mnist: None,  # noqa: ARG001
) -> Callable[..., TrainPage]:
    """Return a function that opens the Train page alone."""
    from digitapp.gui import theme
    from digitapp.gui.pages.train import TrainPage
    from digitapp.gui.session import Session

    theme.apply_theme("light")

    def open_it(problem: str = "toy", data_dir: Path | None = None, size: tuple[int, int] = (1208, 714)) -> TrainPage:
        session = Session(problem, data_dir)
        sessions.append(session)
        page = TrainPage(session, settings)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        qtbot.waitExposed(page)
        return page

    return open_it
