"""A window that draws and trains until it is killed, and says on stdout what it was told is on the disk.

    python benchmarks/kills_window.py FOLDER [STROKES]

Each line has the number of steps of undo that are kept, and how many batches the network has learned. After so many
strokes, where a number is given, the run is waited for, and the last line is "done".
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from digitapp.drawing.ink import Drawing, Stroke
from digitapp.gui.app import create_window
from digitapp.gui.settings import Settings
from digitapp.gui.window.main_window import MainWindow
from digitapp.training.config import NetworkConfig, TrainConfig

NETWORK = NetworkConfig((3,), "sigmoid", "normal")
CONFIG = TrainConfig(loss="squared_error", optimizer="adam", learning_rate=0.01, batch_size=8, epochs=1500, seed=1)
PACE = 500


def main() -> None:
    """Open the window, go on with what was interrupted or begin, and draw."""
    folder, strokes = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    application = QApplication([])
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    window = create_window(settings, problem="toy", kept=folder)
    window.show()
    turn_until(lambda: len(window.session._jobs) == 0)
    train(window, fast=strokes > 0)
    run = window.session.run
    window.session.choose_problem("mnist")
    rng = np.random.default_rng(os.getpid())
    drawn = 0
    while not strokes or drawn < strokes:
        drawing = window.session.drawing.with_stroke(Stroke(rng.random((30, 3), dtype=np.float32)))
        window.session.artwork.commit(Drawing(drawing.strokes[-200:]), "Draw")
        QCoreApplication.processEvents()
        assert window.keeper is not None
        window.keeper.try_again()
        drawn += 1
        say(f"{window.session.artwork.undo_stack.count()} {len(run.history.loss)}")
    window.session.choose_problem("toy")
    turn_until(lambda: not window.session.run.is_active)
    window.close()
    say("done")
    application.quit()


def say(line: str) -> None:
    """Write a line on stdout at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def train(window: MainWindow, *, fast: bool) -> None:
    """Go on with the interrupted run, or begin one where there was none."""
    session = window.session
    session.data.request("toy")
    turn_until(lambda: session.dataset is not None)
    session.run.set_pace(None if fast else PACE)
    if session.interrupted is not None:
        session.resumer.resume(session.interrupted.desk)
    elif session.run.history.started is None:
        session.start_training(NETWORK, CONFIG)
    turn_until(lambda: session.run.is_active or session.run.history.finished is not None)


def turn_until(condition) -> None:
    """Let the event loop turn until something has happened."""
    while not condition():
        QCoreApplication.processEvents()


if __name__ == "__main__":
    main()
