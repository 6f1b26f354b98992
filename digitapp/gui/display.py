"""Whether a window can be opened at all: Qt itself aborts the process where it cannot."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

_ELSEWHERE = "every other command of digitapp works without one"
_WHERE_TO_LOOK = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
_BAD_INPUT = 2  # the command line's exit code


class NoDisplayError(Exception):
    """No window can be opened here; the text is one sentence that says why."""


def check_display() -> None:
    """Raise NoDisplayError where there is no screen, or a library is missing that Qt needs to reach it."""
    if os.environ.get("QT_QPA_PLATFORM") or sys.platform in ("win32", "darwin"):
        return
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland and _answers(wayland):
        return
    if not os.environ.get("DISPLAY"):
        if wayland:
            raise NoDisplayError(f"nothing answers on WAYLAND_DISPLAY={wayland}; {_ELSEWHERE}")
        raise NoDisplayError(f"there is no display to open a window on; {_ELSEWHERE}")
    os.environ.pop("WAYLAND_DISPLAY", None)  # else its library complains before Qt turns to the other display
    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if plugin.exists():
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            library = str(error).partition(":")[0]
            raise NoDisplayError(
                f"Qt needs {library}, which this system lacks; on Debian and Ubuntu: sudo apt-get install "
                "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxkbcommon-x11-0"
            ) from error


def _answers(wayland: str) -> bool:
    """Return whether somebody listens on a Wayland socket, named as the protocol's library looks for it."""
    import socket  # a start on any other display does without

    path = Path(os.environ.get("XDG_RUNTIME_DIR", ""), wayland)
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def open_application(arguments: list[str]) -> QApplication:
    """Return Qt's application; where Qt cannot reach the display, the process ends here, with a sentence of ours.

    Qt would abort it, with ten lines about its plugins: after it has said so there is no way back.
    """
    said: list[str] = []

    def listen(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtFatalMsg:
            said.append(text)
            return
        given = " ".join(f"{name}={os.environ[name]}" for name in _WHERE_TO_LOOK if os.environ.get(name))
        sys.stderr.write(f"digitapp: no window can be opened on {given or 'this display'}; {_ELSEWHERE}\n")
        sys.stderr.flush()
        os._exit(_BAD_INPUT)

    qInstallMessageHandler(listen)
    try:
        application = QApplication(arguments)
    finally:
        qInstallMessageHandler(None)
    sys.stderr.writelines(f"{text}\n" for text in said)
    return application
