"""What nobody had foreseen is said once, in a sentence, with what helps to find its cause; and the window goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.state.faults import Faults, is_foreseen
from digitapp.gui.window.main_window import MainWindow
from digitapp.modelfile import ModelDamagedError
from digitapp.training.errors import TrainingDiverged


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window("toy")


@pytest.fixture
def caught(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """The window hears of all that reaches the top, as in the application."""
    for module, name in ((sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    window.session.faults.catch_all()
    yield window.session.faults


def fail() -> None:
    raise IndexError("list index out of range")


def test_a_fault_is_said_once_and_counts_up(window: MainWindow, caught: Faults, qtbot: QtBot) -> None:
    saved: list[int] = []
    caught.save_wanted.connect(lambda: saved.append(1))
    for _ in range(5):
        QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: caught.newest is not None and caught.newest.count == 5)
    qtbot.waitUntil(lambda: "5 times" in window.fault_bar.text.text())
    assert window.fault_bar.isVisible()
    assert "list index out of range" in window.fault_bar.text.text()
    assert saved == [1]


def test_its_details_can_be_copied(window: MainWindow, caught: Faults, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(window.fault_bar.isVisible)
    window.fault_bar.copy_button.click()
    text = QApplication.clipboard().text()
    assert caught.newest is not None
    assert "Traceback" in text and "in fail" in text and "IndexError: list index out of range" in text
    assert "digitapp" in text and "numpy" in text and "Python" in text
    window.fault_bar.close_button.click()
    assert not window.fault_bar.isVisible()


def test_threads_tell_too(window: MainWindow, caught: Faults, qtbot: QtBot) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(window.fault_bar.isVisible)
    assert caught.newest is not None and caught.newest.count == 1


def test_work_in_the_background_tells_where_it_broke(window: MainWindow, qtbot: QtBot) -> None:
    faults = window.session.faults

    def work(_report: object, _cancelled: object) -> None:
        fail()

    errors: list[Exception] = []
    window.session.start_job(work, succeeded=errors.append, failed=errors.append)
    qtbot.waitUntil(lambda: faults.newest is not None)
    assert faults.newest is not None and "in fail" in faults.newest.trace
    qtbot.waitUntil(window.fault_bar.isVisible)


def test_what_is_wrong_with_a_file_or_a_run_is_no_fault(tmp_path: object) -> None:
    assert is_foreseen(OSError(28, "No space left"))
    assert is_foreseen(MemoryError())
    assert is_foreseen(ModelDamagedError(tmp_path, "damaged"))  # type: ignore[arg-type]
    assert is_foreseen(TrainingDiverged(1, 2, None))
    assert not is_foreseen(IndexError("list index out of range"))


def test_a_fault_survives_that_everything_is_made_anew(window: MainWindow, caught: Faults, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(window.fault_bar.isVisible)
    window.rebuild()
    qtbot.waitUntil(lambda: window.fault_bar.isVisible())
    assert caught.newest is not None


def test_who_presses_ctrl_c_in_the_terminal_sees_what_python_says(
    window: MainWindow, caught: Faults, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt as error:
        sys.excepthook(KeyboardInterrupt, error, error.__traceback__)
    assert "KeyboardInterrupt" in capsys.readouterr().err
    QApplication.processEvents()
    assert caught.newest is None and not window.fault_bar.isVisible()
