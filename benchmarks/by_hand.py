"""The page Step: what a drag and a step of the walk take, and what is found out beside them.

    python benchmarks/by_hand.py [--moves 300] [--size 1280x800]

On the page Step of a real window, in memory ("offscreen"), one weight of the toy and one of an untrained 784-128-10 is
dragged, as one gesture, and the walk is gone through by Next. Either ends when all that follows has been painted.
Printed are wall-clock times, and the processor time of the window's thread, which other programs on the machine do not
lengthen as much. Then: the cost along a weight, the error surface, and both gradients of a weight.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtWidgets import QApplication

from digitapp import resources
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui.app import create_window
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.settings import Settings
from digitapp.gui.state import data_source
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.inspection.landscape import along, random_directions, surface
from digitapp.inspection.twins import twin
from digitapp.nn import Network, initialize
from digitapp.nn.network import WeightRef
from digitapp.training import NetworkConfig, usual_configs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=300, help="how often each weight is moved (default 300)")
    parser.add_argument("--size", default="1280x800", help="the window's size (default 1280x800)")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    noise = noise_digits()
    data_source.load_dataset = lambda name, *_, **__: load_dataset("toy") if name == "toy" else noise  # type: ignore[assignment]
    application = QApplication([])
    for problem, weight in (("toy", WeightRef(0, 6, 0)), ("mnist", WeightRef(0, 400, 39))):
        with tempfile.TemporaryDirectory() as folder:
            drag(application, Path(folder), problem, weight, options.moves, (width, height))
    beside(noise)


def noise_digits() -> Dataset:
    """Return noise in the shape of digits: what is in the images makes no difference to the time."""
    rng = np.random.default_rng(0)
    split = Split(rng.random((2000, 784), dtype=np.float32), rng.integers(0, 10, 2000))
    return Dataset("handwriting", PROBLEMS["mnist"], split, split)


def drag(
    application: QApplication, folder: Path, problem: str, weight: WeightRef, moves: int, size: tuple[int, int]
) -> None:
    """Drag a weight on the page and print how long the moves took."""
    resources.user_data_dir = lambda: folder
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    window = create_window(settings, problem=problem)
    window.resize(*size)
    window.show()
    session = window.session
    session.choose_dataset({"toy": "toy"}.get(problem, "handwriting"))
    session.data.request(session.dataset_name)
    turn_until(application, lambda: session.dataset is not None)
    if problem != "toy":
        session.renew_weights(NetworkConfig((128,), "relu", "he"), usual_configs(session.problem)[1])
    page = window.show_page(StepPage)
    turn_until(application, lambda: page.scene is not None)
    page.stepper.focus(weight.layer, weight.unit, weight.source)
    weights = WeightSurgery.of(session)
    wall, own = [], []
    painted = Painted(application, page)
    gesture = weights.surgery.begin_gesture()
    for index, value in enumerate(np.linspace(-4, 4, moves + 20).tolist()):
        began, began_own = time.perf_counter(), time.thread_time()
        painted.wait_for(partial(weights.set, weight, value, gesture))
        if index >= 20:  # the first ones make what is needed
            wall.append(time.perf_counter() - began)
            own.append(time.thread_time() - began_own)
        time.sleep(0.005)
    weights.surgery.end_gesture()
    sizes = "-".join(map(str, session.network.sizes))
    tell(f"a move of a weight of {sizes}", wall, own)
    tell(f"a step of the walk through {sizes}", *walk(painted, page, moves))
    window.close()


class Painted(QObject):
    """Waits until the page's diagram has been painted: Qt keeps pictures that follow each other a few ms apart."""

    def __init__(self, application: QApplication, page: StepPage) -> None:
        super().__init__()
        self._application = application
        self._is_painted = False
        self._view = page.stage.view
        self._view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self._is_painted |= watched is self._view and event.type() == QEvent.Type.Paint
        return False

    def wait_for(self, work: Callable[[], object]) -> None:
        """Do something, and return when what it has changed is painted."""
        self._is_painted = False
        work()
        turn_until(self._application, lambda: self._is_painted)
        self._application.processEvents()


def walk(painted: Painted, page: StepPage, steps: int) -> tuple[list[float], list[float]]:
    """Press Next so many times; return how long each took until all of it was painted, by clock and by thread."""
    wall, own = [], []
    for index in range(steps + 22):
        began, began_own = time.perf_counter(), time.thread_time()
        painted.wait_for(page.go_on)
        if index >= 22:  # twice around the toy: the first ones make what is needed
            wall.append(time.perf_counter() - began)
            own.append(time.thread_time() - began_own)
    return wall, own


def tell(what: str, wall: list[float], own: list[float]) -> None:
    """Print medians and late ones, in ms."""
    for name, times in (("wall clock", wall), ("its own thread", own)):
        middle, late = np.percentile(np.array(times) * 1000, [50, 95])
        print(f"{what}, all painted, {name}: median {middle:.1f} ms, p95 {late:.1f} ms")


def turn_until(application: QApplication, is_done: Callable[[], bool], patience_s: float = 60.0) -> None:
    """Let the event loop turn until something has happened."""
    end = time.perf_counter() + patience_s
    while not is_done():
        if time.perf_counter() > end:
            raise SystemExit("nothing has happened for a minute")
        application.processEvents()
        time.sleep(0.001)


def beside(noise: Dataset) -> None:
    """Print how long it takes to find out what stands beside a weight."""
    toy = load_dataset("toy").all_but_test
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    values = np.linspace(-8, 8, 60)
    directions = random_directions(network, np.random.default_rng(0))
    inputs, targets = toy.inputs.astype(np.float64), np.eye(2)[toy.labels]
    report("C_T along a weight of 12-3-2, 60 values", lambda: along(network, "squared_error", toy, 6, values))
    report("error surface of 12-3-2, 60×60", lambda: surface(network, "squared_error", toy, (6, 40), values, values))
    report(
        "the same over random directions", lambda: surface(network, "squared_error", toy, directions, values, values)
    )
    report(
        "both gradients of a weight of 12-3-2, 64 images", lambda: twin(network, "squared_error", inputs, targets, 6)
    )
    large = made((784, 128, 10), ("relu", "identity"))
    images = Split(noise.train.inputs[:256], noise.train.labels[:256])
    few = images.inputs[:16].astype(np.float64), np.eye(10)[images.labels[:16]]
    report("C_T along a weight of 784-128-10, 61 values, 256 images", lambda: along_large(large, images))
    report("both gradients of a weight of 784-128-10, 16 images", lambda: twin(large, "cross_entropy", *few, 40000))


def along_large(network: Network, images: Split) -> object:
    """Return the costs along a weight of the first layer."""
    return along(network, "cross_entropy", images, 40000, np.linspace(-1, 1, 61))


def made(sizes: tuple[int, ...], activations: tuple[str, ...]) -> Network:
    """Return a network that has not learned yet, in float64."""
    network = Network(sizes, activations, np.float64)
    initialize(network, "glorot", np.random.default_rng(0))
    return network


def report(name: str, work: Callable[[], object], count: int = 15) -> None:
    """Print the median and the worst time of a piece of work."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    print(f"{name}: median {np.median(times):.2f} ms, worst {max(times):.2f} ms")


if __name__ == "__main__":
    main()
