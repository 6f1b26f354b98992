"""From a pointer move to the updated prediction: replay strokes on the real canvas and measure.

    python benchmarks/pointer_latency.py [--drawings FILE] [--count 40] [--model MODEL] [--size 1280x800] [--doctor]

Every point of a drawing is one real mouse event on the Draw page, which paints into memory ("offscreen"), or on the
screen with --screen. Printed are the times from the event's arrival until the answer's text
has changed, and until everything that changed has been painted. Without a drawings file, strokes are made up: sums of
sines, as dense as a mouse at 125 Hz. A last line draws one long scribble, which must not become slower as it grows.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.files import read_drawings
from digitapp.drawing.ink import Drawing

if TYPE_CHECKING:
    from digitapp.gui.state.snapshot import Snapshot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawings", type=Path, help="a drawings file with real strokes")
    parser.add_argument("--count", type=int, default=40, help="how many drawings are replayed (default 40)")
    parser.add_argument("--model", type=Path, help="a model file instead of the shipped one")
    parser.add_argument("--size", default="1280x800", help="the window's size (default 1280x800)")
    parser.add_argument("--screen", action="store_true", help="use the real screen")
    parser.add_argument("--doctor", action="store_true", help="with the doctor's face of the inspector shown")
    options = parser.parse_args()
    if not options.screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    rng = np.random.default_rng(0)
    if options.drawings:
        drawings = read_drawings(options.drawings)
        chosen = rng.choice(len(drawings), min(options.count, len(drawings)), replace=False)
        drawings = [drawings[index].normalised(0.65) for index in chosen]
    else:
        drawings = [scribble(rng, 100) for _ in range(options.count)]
    width, height = map(int, options.size.split("x"))

    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), options.model, width, height)
        stand.page.inspector.faces.setCurrentIndex(int(options.doctor))
        sizes = "-".join(map(str, stand.session.network.sizes))
        print(f"network {sizes}, window {width}×{height}, canvas {stand.canvas.width()} px, {len(drawings)} drawings")
        for drawing in drawings[:3]:
            stand.replay(drawing)  # warm up
        times = np.concatenate([stand.replay(drawing) for drawing in drawings])
        report("drawings", times)
        long = stand.replay(scribble(rng, 2000))
        report("a stroke of 2,000 points, all", long)
        report("its last 200 points", long[-200:])
        stand.close()


class Stand:
    """The real page, as large as in a window of the given size, and a clock on its canvas.

    Qt is imported here, after the platform has been chosen.
    """

    def __init__(self, folder: Path, model: Path | None, width: int, height: int) -> None:
        from PySide6.QtCore import QSettings
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        from digitapp.gui import theme
        from digitapp.gui.pages.draw.page import DrawPage
        from digitapp.gui.settings import Settings
        from digitapp.gui.state.session import Session

        self.application = QApplication([])
        theme.apply_theme("light")
        self.session = Session("mnist")
        if model is not None:
            self.session.open_model(model)
        self.page = DrawPage(self.session, Settings(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat)))
        frame = theme.HEADER_HEIGHT + theme.STATUS_HEIGHT
        self.page.resize(width - theme.RAIL_WIDTH, height - frame)
        self.page.show()
        QTest.qWaitForWindowExposed(self.page)
        self.canvas = self.page.canvas
        self.answered = 0.0
        self.page.refresher.add("clock", self._note_answer, on=(self.session.answer_changed,))  # the last part

    def _note_answer(self, _shown: Snapshot) -> None:
        self.answered = time.perf_counter()

    def replay(self, drawing: Drawing) -> NDArray[np.float64]:
        """Draw with the mouse; return milliseconds to the answer and to the paint, shape (moves, 2)."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        side = self.canvas.width()
        times = []
        self.page.clear()
        QApplication.processEvents()
        for stroke in drawing.strokes:
            places = [QPoint(round(x * side), round(y * side)) for x, y, _ in stroke.points.tolist()]
            QTest.mousePress(self.canvas, left, none, places[0])
            QApplication.processEvents()
            for place, before in zip(places[1:], places[:-1], strict=True):
                if place == before:
                    continue
                began = time.perf_counter()
                QTest.mouseMove(self.canvas, place)
                QApplication.processEvents()
                painted = time.perf_counter()
                if self.answered > began:  # a move over points that are known already changes nothing
                    times.append((self.answered - began, painted - began))
            QTest.mouseRelease(self.canvas, left, none, places[-1])
            QApplication.processEvents()
        return np.array(times) * 1e3

    def close(self) -> None:
        self.page.close()
        self.session.close()


def scribble(rng: np.random.Generator, points: int) -> Drawing:
    """Return one smooth stroke."""
    t = np.linspace(0, 2 * np.pi * points / 100, points)
    waves = [sum(rng.normal() / k * np.sin(k * t * 0.31 + rng.uniform(0, 6)) for k in range(1, 5)) for _ in range(2)]
    return Drawing.from_points([np.stack(waves, axis=1)]).normalised(0.7)


def report(title: str, times: NDArray[np.float64]) -> None:
    for column, name in enumerate(("move → answer", "move → painted")):
        p50, p95, p99 = np.percentile(times[:, column], (50, 95, 99))
        print(
            f"{title:32} {name:16} p50 {p50:5.2f}  p95 {p95:5.2f}  p99 {p99:5.2f}  max {times[:, column].max():5.2f} ms"
        )


if __name__ == "__main__":
    main()
