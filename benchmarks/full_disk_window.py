"""A window on a disk that may have no room: makes things, waits until each is said to be kept, and says so on stdout.

    python benchmarks/full_disk_window.py FOLDER [--look]

Prints a JSON object a line: what was acknowledged so far, at the end how often trouble was told. With --look it makes
nothing and prints what the next start finds.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from digitapp import resources
from digitapp.datasets.collection import Sample
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.gui.app import create_window
from digitapp.gui.settings import Settings
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.training.config import NetworkConfig, TrainConfig

NETWORK = NetworkConfig((3,), "sigmoid", "normal")
CONFIG = TrainConfig(loss="squared_error", optimizer="adam", learning_rate=0.01, batch_size=8, epochs=20, seed=1)
PATIENCE_S = 40.0


def main() -> None:
    """Open the window in the folder, and make things in it or look at what is there."""
    folder = Path(sys.argv[1])
    resources.user_data_dir = lambda: folder
    application = QApplication([])
    settings = Settings(QSettings(str(folder.with_name(f"{folder.name}.ini")), QSettings.Format.IniFormat))
    window = create_window(settings, problem="mnist", kept=folder)
    window.show()
    turn_until(lambda: len(window.session._jobs) == 0)
    hand = window.session.hand
    hand.request()
    turn_until(lambda: hand.is_ready)
    if "--look" in sys.argv:
        say(found(window))
    else:
        Session(window).play()
    window.close()
    application.quit()


class Session:
    """What somebody makes in a window, one thing after the other."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._session = window, window.session
        self._told: list[str] = []
        assert window.keeper is not None
        self._keeper = window.keeper
        self._keeper.told.connect(self._on_told)
        self._session.hand.troubled.connect(self._on_troubled)

    def play(self) -> None:
        """Draw, collect digits, change a network, train one; each is acknowledged before the next begins."""
        rng = np.random.default_rng(0)
        for _ in range(2):
            drawing = self._session.drawing.with_stroke(Stroke(rng.random((20, 3), dtype=np.float32)))
            self._session.artwork.commit(Drawing(drawing.strokes), "Draw")
            self._acknowledge()
        for label in range(2):
            digit = Drawing.from_points([rng.random((6, 2))])
            self._session.hand.add([Sample(digit, label)], "Collect")
            self._acknowledge()
        Surgery.of(self._session).toggle(0, 3)
        self._acknowledge()
        self._session.choose_problem("toy")
        self._session.data.request("toy")
        turn_until(lambda: self._session.dataset is not None)
        self._session.start_training(NETWORK, CONFIG)
        turn_until(lambda: not self._session.run.is_active)
        self._acknowledge()
        say({"told": self._told})

    def _acknowledge(self) -> None:
        """Wait until everything is on the disk, trying as often as it takes, and say what is there."""
        hand, keeper = self._session.hand, self._keeper

        def is_kept() -> bool:
            hand.flush()
            return not hand._is_writing and not hand.is_behind and keeper.try_again() and not keeper.is_behind

        QCoreApplication.processEvents()
        turn_until(is_kept)
        say(found(self._window))

    def _on_told(self) -> None:
        if self._keeper.trouble is not None or self._keeper.unkeepable is not None:
            self._told.append(f"keeper: {self._keeper.trouble or self._keeper.unkeepable}")

    def _on_troubled(self, sentence: str) -> None:
        if sentence:
            self._told.append(f"hand: {sentence}")


def found(window: MainWindow) -> dict[str, Any]:
    """Return what there is, in a form that can be compared."""
    session = window.session
    digits, toy = (next(desk for desk in session.desks if desk.problem.key == key) for key in ("mnist", "toy"))
    return {
        "strokes": len(digits.artwork.sheet.steps),
        "digits": len(session.hand.collection),
        "changed network": network_of(digits, "made"),
        "trained network": network_of(toy, "own") if toy.machine.branches else "",
        "runs": len(toy.machine.branches),
    }


def network_of(desk: Desk, origin: str) -> str:
    """Return the digest of a desk's network of some origin, empty where there is none."""
    entry = next((entry for entry in desk.models.entries if entry.origin == origin), None)
    return "" if entry is None else hashlib.sha256(entry.model.network.parameters.tobytes()).hexdigest()[:16]


def say(facts: dict[str, Any]) -> None:
    """Write a line on stdout at once."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()


def turn_until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until something has happened. Raises TimeoutError."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        QCoreApplication.processEvents()
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.005)


if __name__ == "__main__":
    main()
