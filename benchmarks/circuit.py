"""The Lab's circuit: what a key in its expression and a step of one of its sliders take.

    python benchmarks/circuit.py [--rounds 10] [--size 1280x800]

In a real window, in memory ("offscreen"), characters are typed behind an expression and taken away again, and a slider
is moved. Each ends when all that follows has been painted. Printed is the processor time of the window's thread, which
other programs on the machine do not lengthen as much, and beside it that of a loop of Python: how fast the machine is.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from digitapp.gui.app import create_window
from digitapp.gui.pages.lab.circuit.bench import CircuitBench
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.settings import Settings

NEURON = "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))"
CASES = (
    ("three gates, another number", "2*(x*y + max(z, w)) + 1", "2<3<"),
    ("three gates, one more and one less", "2*(x*y + max(z, w))", "+1<<"),
    ("a neuron, another number", f"{NEURON} + 1", "2<3<"),
    ("a neuron, one more gate and one less", NEURON, "+1<<"),
    ("two inputs, one more and one less", "x*y", "+a<<"),
    ("20 inputs and 19 gates, one more and one less", "+".join(f"a{i}*b{i}" for i in range(10)), "+1<<"),
)
"""What is measured, the expression, and the keys; "<" takes the last character away."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="how often the keys are typed (default 10)")
    parser.add_argument("--size", default="1280x800", help="the window's size (default 1280x800)")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        window = create_window(settings, problem="toy")
        window.resize(width, height)
        window.show()
        page = window.show_page(LabPage)
        page.take_up("circuit")
        application.processEvents()
        bench = page.bench()
        assert isinstance(bench, CircuitBench)
        for title, text, keys in CASES:
            report(title, *type_behind(application, bench, text, keys, options.rounds))
        for title, text in (("three gates", "2*(x*y + max(z, w))"), ("a neuron", NEURON)):
            report(f"{title}, a slider moved", *slide(application, bench, text, 2 * options.rounds))
        window.close()


def report(title: str, times: list[float], loops: list[float]) -> None:
    """Print the times of one case, in ms."""
    least, median, most = np.percentile(times, (0, 50, 90))
    print(
        f"{title:48} least {least:5.1f}, median {median:5.1f}, 90 % within {most:5.1f} ms"
        f"   (a loop of 300,000: {np.median(loops):4.1f} ms)"
    )


def took(application: QApplication, act: Callable[[], object]) -> tuple[float, float]:
    """Return the processor time of an act until all is painted, and that of a loop after it, in ms."""
    begin = time.thread_time()
    act()
    for _ in range(4):
        application.processEvents()
    middle = time.thread_time()
    total = 0
    for number in range(300_000):
        total += number
    return 1e3 * (middle - begin), 1e3 * (time.thread_time() - middle)


def type_behind(
    application: QApplication, bench: CircuitBench, text: str, keys: str, rounds: int
) -> tuple[list[float], list[float]]:
    """Type behind an expression; what counts are the keys after which there is one again."""
    field = bench.expression.field
    bench.machine.set_text(text)
    settle(application)
    field.setFocus()
    field.end(False)
    times, loops = [], []
    for key in keys * rounds:
        found = took(application, lambda key=key: press(field, key))
        if bench.machine.error is None:
            times.append(found[0])
            loops.append(found[1])
    return times, loops


def press(field: QLineEdit, key: str) -> None:
    """Type a character, or take the last one away."""
    if key == "<":
        QTest.keyClick(field, Qt.Key.Key_Backspace)
    else:
        QTest.keyClicks(field, key)


def slide(application: QApplication, bench: CircuitBench, text: str, moves: int) -> tuple[list[float], list[float]]:
    """Move the slider of the first input."""
    bench.machine.set_text(text)
    settle(application)
    slider = bench.inputs.rows[0].slider
    found = [took(application, lambda move=move: slider.setValue(move - moves // 2)) for move in range(moves)]
    return [one for one, _ in found], [loop for _, loop in found]


def settle(application: QApplication) -> None:
    """Let all be painted."""
    for _ in range(20):
        application.processEvents()


if __name__ == "__main__":
    main()
