"""Whether a window can be opened at all: Qt itself aborts the process where it cannot."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import PySide6


class NoDisplayError(Exception):
    """No window can be opened here; the text is one sentence that says why."""


def check_display() -> None:
    """Raise NoDisplayError where there is no screen, or a library is missing that Qt needs to reach it."""
    if os.environ.get("QT_QPA_PLATFORM") or sys.platform in ("win32", "darwin"):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    if not os.environ.get("DISPLAY"):
        raise NoDisplayError(
            "there is no display to open a window on; every other command of digitapp works without one"
        )
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
