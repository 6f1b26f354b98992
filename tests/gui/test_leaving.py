"""How the application ends, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import threading
from PySide6.QtCore import QTimer
from digitapp.gui import app

made = app.create_window

def create(*arguments, **options):
    window = made(*arguments, **options)
    QTimer.singleShot(0, window, lambda: act(window))
    return window

app.create_window = create

def act(window):
    {act}
    window.close()

raise SystemExit(app.run("mnist"))
"""
_COPIES = """
    window.session.artwork.commit(window.session.problem.sample, "Sample")
    window.page("drawPage").files.copy()
"""
_IS_DEAF = """
    window.session.start_job(lambda *_: threading.Event().wait(), succeeded=print, failed=print)
"""


@pytest.mark.parametrize("act", ["pass", _COPIES.strip(), _IS_DEAF.strip()], ids=["at once", "copied", "deaf work"])
def test_whoever_leaves_gets_away(tmp_path: Path, act: str) -> None:
    folders = {"HOME": tmp_path, "XDG_DATA_HOME": tmp_path, "XDG_CONFIG_HOME": tmp_path}
    environment = {**os.environ, **{name: str(path) for name, path in folders.items()}, "QT_QPA_PLATFORM": "offscreen"}
    code = _RUN.format(act=act)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
