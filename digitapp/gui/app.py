"""Build the application: settings, theme, session, window."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from digitapp import __version__, resources
from digitapp.cores import one_blas_thread
from digitapp.gui import clipboard, theme
from digitapp.gui import settings as remembered
from digitapp.gui.display import check_display, open_application
from digitapp.gui.garbage import end_a_start, modules_are_there
from digitapp.gui.settings import Settings
from digitapp.gui.state.jobs import are_left
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.state.restoring import Restorer
from digitapp.gui.state.session import Session
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages
from digitapp.gui.words.language import speak
from digitapp.modelfile import load_model, path_of_model, shipped_models

SWITCH_SECONDS = 0.001
"""How long another thread, such as one that trains, may keep the interpreter when the window wants it: see
`docs/decisions.md`."""
_LOAD_AFTER_MS = 300  # after the window was shown

modules_are_there()


def run(problem: str | None = None, model: str | None = None) -> int:
    """Open the window and return the exit code of the application.

    Parameters
    ----------
    problem : key of the problem to show; the one of last time by default
    model : path or shipped name of the model to show, whose problem comes with it

    Raises
    ------
    NoDisplayError : no screen, or a library to reach it is missing
    ModelFileError : a model that cannot be used; no window is opened
    """
    if model is not None:
        load_model(model)
    check_display()
    name_application()
    application = QApplication.instance() or open_application(sys.argv[:1])
    sys.setswitchinterval(SWITCH_SECONDS)
    # The answer to a stroke is a small product: on two threads it would wait for whatever keeps the other core busy.
    with one_blas_thread():
        window = create_window(Settings(), problem=problem, model=model, kept=resources.user_data_dir())
        window.session.faults.catch_all()
        window.open()
        # The process waits for such a thread before it ends.
        loading = threading.Thread(target=_load_later_modules, name="loading")
        QTimer.singleShot(_LOAD_AFTER_MS, loading.start)
        code = application.exec()
    leave(code)
    return code


def leave(code: int) -> None:
    """Let go of what would end the process badly once Python is gone; with threads that do not end, end it here."""
    clipboard.leave()
    if are_left():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _load_later_modules() -> None:
    """Import what the window did not need to open; the other pages come at once then, when they are wanted."""
    for name in (*(row.module for row in registered_pages()), "digitapp.gui.window.picture_saver"):
        import_module(name)
    modules_are_there()


def create_window(
    settings: Settings,
    *,
    problem: str | None = None,
    model: str | None = None,
    data_dir: Path | None = None,
    kept: Path | None = None,
) -> MainWindow:
    """Return the main window, not yet shown; a QApplication must exist.

    Where it was left last is read from the folder `kept`, and what is made in it is written there; without one it
    begins afresh and leaves nothing.
    """
    speak()
    mode = settings.get(remembered.THEME)
    theme.current().set_text_size(settings.get(remembered.TEXT_SIZE) / 100)
    theme.current().prepare(mode)
    session = Session(problem or settings.get(remembered.PROBLEM), data_dir)
    restorer = Restorer(session, kept) if kept is not None else None
    keeper = Keeper(session, kept, restorer.seat) if kept is not None and restorer is not None else None
    width = settings.get(remembered.PEN_WIDTH)
    if width > 0:
        session.set_pen_width(width)
    if model is not None:
        _show_model(session, model)
    window = MainWindow(session, settings, keeper)
    theme.apply_theme(mode)
    if restorer is not None and keeper is not None:
        session.faults.save_wanted.connect(keeper.keep)
        restorer.restored.connect(keeper.know_past)
        restorer.troubled.connect(keeper.tell)
        keeper.tell(restorer.trouble)
        QTimer.singleShot(0, restorer, restorer.restore_runs)  # when the window is there
    end_a_start()
    return window


def _show_model(session: Session, name_or_path: str) -> None:
    """Show a model and its problem: a shipped one where it stands among the networks, any other as an opened file."""
    if name_or_path not in dict(shipped_models()):
        session.open_model(path_of_model(name_or_path).absolute())
        return
    session.choose_problem(load_model(name_or_path).problem)
    for entry in session.model_entries:
        if entry.name == name_or_path:
            session.choose_model(entry.key)


def name_application() -> None:
    """Tell Qt who we are; settings and window managers ask."""
    QCoreApplication.setOrganizationName("digitapp")
    QCoreApplication.setApplicationName("digitapp")
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setApplicationDisplayName("digitapp")
