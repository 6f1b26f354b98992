"""Take the pictures of docs/screenshots: open the real window, use it, and save what it shows.

    python scripts/screenshots.py [--data-dir FOLDER] [--out FOLDER] [--font Inter]

Draws with real mouse events, trains on real MNIST where its files are found, and needs no screen.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, QSettings, Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from typer.testing import CliRunner

from digitapp.cli import app as command_line
from digitapp.datasets.collection import Sample
from digitapp.datasets.handwriting import generate_drawings
from digitapp.datasets.mnist import mnist_status
from digitapp.datasets.problems import PLANE
from digitapp.drawing.point import Point
from digitapp.gui import settings as remembered
from digitapp.gui.app import create_window
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.dossier import LOOKS_FACE
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.features.paint import PaintDialog
from digitapp.gui.pages.hand.page import HandPage
from digitapp.gui.pages.lab.any_function.bench import AnyFunctionBench
from digitapp.gui.pages.lab.circuit.bench import CircuitBench
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.pages.lab.sizes.bench import SizesBench
from digitapp.gui.pages.lab.tale.bench import TaleBench
from digitapp.gui.pages.lab.units.bench import UnitsBench
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.runs.page import RunsPage
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.range_dialog import RangeDialog
from digitapp.gui.pages.train.sizes_dialog import SizesDialog
from digitapp.gui.pages.why.page import WhyPage
from digitapp.gui.settings import Settings
from digitapp.gui.state.search_lab import Phase
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.confusion import most_confused
from digitapp.inspection.walk import Grain
from digitapp.runs.search.storage import is_installed
from digitapp.training.config import NetworkConfig, TrainConfig

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = {"": (1280, 800), "-1024": (1024, 700), "-1920": (1920, 1080)}
PATIENCE_MS = 60_000

# One hand's 3 on a canvas of side 1, from the top left to the bottom left.
THREE = (
    *((0.20, 0.27), (0.28, 0.21), (0.40, 0.17), (0.52, 0.18), (0.60, 0.24), (0.60, 0.32), (0.54, 0.40), (0.46, 0.45)),
    *((0.36, 0.47), (0.46, 0.46), (0.58, 0.47), (0.68, 0.53), (0.71, 0.62), (0.67, 0.72), (0.57, 0.79), (0.44, 0.81)),
    *((0.33, 0.79), (0.26, 0.74)),
)
# A 1 beside it: together they are two digits.
SECOND_STROKE = ((0.90, 0.16), (0.89, 0.48), (0.88, 0.80))
TOY_ZERO = (0, 1, 3, 5, 6, 8, 10, 11)


def main() -> None:
    """Take every picture in both themes."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screenshots.")
    parser.add_argument("--data-dir", type=Path, help="where MNIST's files lie")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "screenshots")
    parser.add_argument("--font", default="Inter", help="font family to use where it is installed")
    parser.add_argument("--sizes", nargs="*", default=[""], choices=list(SIZES), help="suffixes of the window sizes")
    parser.add_argument("--themes", nargs="*", default=["light", "dark"], choices=["light", "dark"])
    arguments = parser.parse_args()
    application = QApplication([])
    if arguments.font in QFontDatabase.families():
        font = QFont(arguments.font)
        font.setPixelSize(13)
        application.setFont(font)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for theme in arguments.themes:
        for suffix in arguments.sizes:
            take_all(arguments.out, theme, suffix, arguments.data_dir)


def take_all(out: Path, theme: str, suffix: str, data_dir: Path | None) -> None:
    """Walk through every page in one theme and one size."""
    with opened_window(theme, SIZES[suffix], data_dir) as window:

        def save(name: str, widget: QWidget = window) -> None:
            settle()
            path = out / f"{name}-{theme}{suffix}.png"
            widget.grab().save(str(path))
            print(path)

        drawing = window.show_page(DrawPage)
        save("draw-empty")
        draw(window, THREE)
        save("draw-digits")
        if window.session.model.calibration.threshold is not None:  # this network knows what is not a digit
            draw(window, SECOND_STROKE)
            save("draw-not-a-digit")
            drawing.undo()
        drawing.inspector.faces.setCurrentIndex(1)
        settle(1500)
        save("draw-doctor")
        drawing.inspector.faces.setCurrentIndex(0)
        window.show_page(FeaturesPage)
        if mnist_status(data_dir).available:
            wait_until(lambda: window.session.dataset is not None)
        trace = window.session.answer.trace
        loudest = int(np.argmax(trace.activations[0][0])) if trace is not None else 0
        window.session.select_unit(0, loudest)
        settle(2000)
        save("features-digits")
        take_network(window, save, "digits")
        take_surgery(window, save)
        take_why(window, save)
        take_training(window, save, "digits")
        take_the_past(window, save)
        take_search(window, save)
        take_hand(window, save)
        window.session.choose_problem("toy")
        window.show_page(DrawPage)
        click_pixels(window, TOY_ZERO)
        save("draw-toy")
        window.show_page(FeaturesPage)
        settle(700)
        save("features-toy")
        take_network(window, save, "toy")
        take_training(window, save, "toy")
        take_tale(window, save)
        take_units(window, save)
        take_benches(window, save)
        take_circuit(window, save)
        take_any_function(window, save)
        take_step(window, save)
        take_plane(window, save)
    take_runs(out, theme, suffix, data_dir)


def take_step(window: MainWindow, save: Callable[[str], None]) -> None:
    """Follow one image of the toy forward and back, from the weights of the tale, and a digit back."""
    page = window.show_page(StepPage)
    window.session.choose_model("shipped")
    wait_until(lambda: page.scene is not None)
    page.tale_button.click()
    settle()
    page.stepper.choose_sample(int(page.stepper.order(page.shown)[32]))
    page.stepper.focus(0, 0, 6)
    for _ in range(2):
        page.go_on()
        settle(50)
    save("step-toy-forward")
    for _ in range(7):
        page.go_on()
        settle(50)
    save("step-toy-backward")
    window.session.choose_problem("mnist")
    settle()
    if window.session.dataset is None:
        return
    window.session.renew_weights(NetworkConfig((128,)), TrainConfig())
    page.stepper.set_grain(Grain.BATCH)
    for _ in range(200):
        page.go_on()
    page.stepper.home()
    page.stepper.set_grain(Grain.LAYER)
    for _ in range(9):
        page.go_on()
        settle(20)
    assert page.scene is not None
    numbers = page.scene.numbers
    unit = int(np.abs(numbers.layers[0].blame).argmax())
    page.stepper.focus(0, unit, int(numbers.inputs.argmax()))
    settle(1500)
    save("step-digits")


def take_plane(window: MainWindow, save: Callable[..., None]) -> None:
    """Learn points in a plane with the presets that a guide tells of, and look at what came of them on every page."""
    session = window.session
    session.choose_problem(PLANE.key)
    train = window.show_page(TrainPage)

    def learn(key: str) -> None:
        train.setup.apply_preset(next(preset for preset in PLANE.presets if preset.key == key))
        session.run.set_pace(0)
        settle()
        click(window, "startButton")
        wait_until(lambda: session.run.history.progress > 0.98 or not session.run.is_active)
        session.run.stop()
        wait_until(lambda: not session.run.is_active)
        settle(1000)

    learn("too-many")
    save("plane-train")
    learn("hinge")
    train.plane.pulls.setChecked(True)
    save("plane-hinge")
    train.plane.pulls.setChecked(False)
    learn("just-right")
    train.dialogs.show_sizes()
    dialog = train.findChild(SizesDialog)
    assert dialog is not None
    wait_until(lambda: dialog.trial_result is not None)
    save("plane-sizes", dialog)
    dialog.accept()
    learn("bend")
    session.artwork.commit(Point((0.4, 0.2)), "Point")
    window.show_page(DrawPage)
    settle(1500)
    save("plane-draw")
    learn("just-right")
    drawing = window.show_page(DrawPage)
    drawing.plane.inspector.classes.seeds.setChecked(True)
    wait_until(lambda: drawing.plane.seeds.found is not None)
    save("plane-seeds")
    drawing.plane.inspector.classes.seeds.setChecked(False)
    learn("bend")
    features = window.show_page(FeaturesPage)
    session.select_unit(1, 0)
    features.dossier.show_face(LOOKS_FACE)
    settle(1500)
    save("plane-features")
    window.show_page(WhyPage)
    settle(1500)
    save("plane-why")


def take_tale(window: MainWindow, save: Callable[[str], None]) -> None:
    """Train a hundred networks of the toy, and some with other numbers of hidden units."""
    bench = window.show_page(LabPage).bench("tale")
    assert isinstance(bench, TaleBench)
    window.session.choose_model("shipped")
    bench.train.click()
    wait_until(lambda: bench.lab.shown is not None)
    bench.inspector.compare.click()
    wait_until(lambda: bench.lab.training is None)
    save("lab-tale")


def take_units(window: MainWindow, save: Callable[[str], None]) -> None:
    """Show the four questions of the bench of units."""
    bench = window.show_page(LabPage).bench("units")
    assert isinstance(bench, UnitsBench)
    window.page(LabPage).take_up(("units", {}))
    save("lab-units-slope")
    for place, name in enumerate(("chain", "centring", "dying"), 1):
        bench.chooser.setCurrentIndex(place)
        if name == "dying":
            bench.dying.train.click()
            wait_until(lambda: bench.dying.result is not None)
        settle(1500)
        save(f"lab-units-{name}")


def take_benches(window: MainWindow, save: Callable[[str], None]) -> None:
    """Show the benches of the Lab that are there at once, and the maps of nine shapes."""
    page = window.show_page(LabPage)
    for name in ("descent", "averages", "losses"):
        page.take_up((name, {}))
        settle()
        save(f"lab-{name}")
    page.take_up(("sizes", {"view": 1, "shape": 5}))
    bench = page.bench("sizes")
    assert isinstance(bench, SizesBench)
    wait_until(lambda: bench.shapes.is_known)
    settle()
    save("lab-sizes")


def take_circuit(window: MainWindow, save: Callable[[str], None]) -> None:
    """Go back through the textbook's circuit until the product swaps."""
    page = window.show_page(LabPage)
    page.take_up(("circuit", {"position": 7}))
    bench = page.bench()
    assert isinstance(bench, CircuitBench)
    bench.machine.look_at(bench.machine.scene.walk.backward[2])
    save("lab-circuit")
    page.take_up("tale")


def take_any_function(window: MainWindow, save: Callable[[str], None]) -> None:
    """Let a network learn a curve, build one by hand, and measure how many units it needs."""
    page = window.show_page(LabPage)
    page.take_up(("any-function", {"learn": {"curve": "wavy", "units": 6}}))
    bench = page.bench()
    assert isinstance(bench, AnyFunctionBench)
    bench.learn.start.click()
    wait_until(lambda: bench.learn.learner.fit.steps > 4000)
    bench.learn.pause.click()
    save("lab-function-learn")
    bench.target.choose("sine")
    bench.show_face("build")
    bench.build.follow.click()
    bench.build.shown.setCurrentIndex(2)
    save("lab-function-build")
    bench.show_face("needed")
    bench.needed.train.click()
    wait_until(lambda: bench.needed.result is not None)
    save("lab-function-needed")


def take_why(window: MainWindow, save: Callable[[str], None]) -> None:
    """Take the three sides of the Why page."""
    page = window.show_page(WhyPage)
    for index, name in enumerate(("units", "pixels", "change")):
        page.faces.setCurrentIndex(index)
        if name == "units":
            page.units.ledger.choose(1)
        wait_until(lambda: not page.is_busy)
        save(f"why-{name}")


def take_runs(out: Path, theme: str, suffix: str, data_dir: Path | None) -> None:
    """Train in a few ways, with three seeds each, and compare them on the page Runs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        train_in_ways(folder / "kept", data_dir)
        with opened_window(theme, SIZES[suffix], data_dir, folder / "kept") as window:
            page = window.show_page(RunsPage)
            wait_until(lambda: page.model.count > 0)
            page.table.go_to(page.model.rows[3].key)
            settle(1000)
            window.grab().save(str(out / f"runs-one-{theme}{suffix}.png"))
            for row in page.model.rows[:3]:
                page.table.toggle(row)
            settle(1500)
            window.grab().save(str(out / f"runs-{theme}{suffix}.png"))


def train_in_ways(folder: Path, data_dir: Path | None) -> None:
    """Have the command line train small networks, and keep their runs in a folder."""
    dataset = "mnist" if mnist_status(data_dir).available else "handwriting"
    usual = ["train", "--dataset", dataset, "--epochs", "4", "--out", str(folder.parent / "model.safetensors")]
    usual += ["--data-dir", str(data_dir)] if data_dir is not None else []
    ways = (
        ("Toy", ["--dataset", "toy", "--epochs", "60"]),
        ("tanh", ["--hidden", "32", "--activation", "tanh"]),
        ("Dropout", ["--hidden", "32", "--hidden-dropout", "0.2"]),
        ("Two layers", ["--hidden", "32,32"]),
        ("64 units", ["--hidden", "64"]),
        ("Momentum", ["--hidden", "32", "--optimizer", "momentum", "--learning-rate", "0.05", "--repeat", "3"]),
        ("SGD", ["--hidden", "32", "--optimizer", "sgd", "--learning-rate", "0.1", "--repeat", "3"]),
        ("Adam", ["--hidden", "32", "--repeat", "3"]),
    )
    with patch("digitapp.resources.user_data_dir", lambda: folder):
        for name, options in ways:
            result = CliRunner().invoke(command_line, [*usual, *options, "--name", name])
            assert result.exit_code == 0, result.output


def take_search(window: MainWindow, save: Callable[[str], None]) -> None:
    """Search for settings with few images, where the extra for it is installed."""
    if not is_installed():
        return
    page = window.show_page(RunsPage)
    page.tools.views.setCurrentIndex(1)
    search = page.search
    assert search is not None
    search.form.images.set_value(3000)
    search.form.trials.set_value(20)
    search.start()
    wait_until(lambda: search.lab.phase is Phase.IDLE, minutes=10)
    save("runs-search")
    page.tools.views.setCurrentIndex(0)


def take_hand(window: MainWindow, save: Callable[[str], None]) -> None:
    """Collect digits of the built-in handwriting, and fine-tune on them."""
    page, hand = window.page(HandPage), window.session.hand
    window.show_page(HandPage)
    wait_until(lambda: hand.is_ready)
    digits = generate_drawings(100, np.random.default_rng(4))
    hand.add([Sample(digit.drawing, digit.style.label, digit.pen_width) for digit in digits], "")
    page.fine_tune()
    wait_until(lambda: not page.tuner.is_running)
    settle(2000)
    save("hand")
    page.throw_away()


def take_network(window: MainWindow, save: Callable[[str], None], problem: str) -> None:
    """Take the Network page: its paths, its templates, and its map where there are images."""
    page = window.show_page(NetworkPage)
    page.choice.setCurrentIndex(0)
    save(f"network-{problem}")
    page.choice.setCurrentIndex(1)
    settle(1500)
    save(f"network-{problem}-templates")
    if window.session.dataset is not None:
        page.choice.setCurrentIndex(2)
        wait_until(lambda: page.map.plot.cloud.count > 0)
        settle(300)
        save(f"network-{problem}-map")


def take_training(window: MainWindow, save: Callable[..., None], problem: str) -> None:
    """Take the Train page before a run, in the middle of it, and after it."""
    window.show_page(TrainPage)
    settle(500)
    save(f"train-{problem}-ready")
    if window.session.dataset is None:
        return
    click(window, "startButton")
    run = window.session.run
    wait_until(lambda: run.history.progress > 0.55 or not run.is_active)
    save(f"train-{problem}")
    click(window, "stopButton")
    wait_until(lambda: not run.is_active)
    save(f"train-{problem}-done")
    page = window.page(TrainPage)
    page.stage.room.choose("layers")
    wait_until(lambda: len(page.stage.layers.strips.picture.columns) > 1 and not page.stage.layers.watch.is_reading)
    save("train-layers" if problem == "digits" else f"train-{problem}-layers")
    if problem == "digits":
        take_mistakes(window, save)
    page.stage.room.choose("confusion")


def take_mistakes(window: MainWindow, save: Callable[..., None]) -> None:
    """Show the most frequent mistake of the digits, and find a learning rate."""
    page = window.page(TrainPage)
    page.stage.room.choose("mistakes")
    view = page.mistakes
    wait_until(lambda: view.readings is not None)
    settle(1000)
    assert view.readings is not None
    pair = most_confused(view.readings.confusion, 1)[0]
    view.show_cell((pair.label, pair.predicted))
    view.gallery.setCurrentIndex(view.gallery.samples.index(0, 0))
    save("train-mistakes")
    page.dialogs.find_rate()
    dialog = page.findChild(RangeDialog)
    assert dialog is not None
    wait_until(lambda: dialog.range_result is not None)
    save("train-rates", dialog)
    dialog.reject()


def take_surgery(window: MainWindow, save: Callable[..., None]) -> None:
    """Switch the selected unit off, see what that does, and open the editor for its weights."""
    surgery = Surgery.of(window.session)
    grid = window.show_page(FeaturesPage).grid
    settle()
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Space)
    wait_until(lambda: surgery.effect is not None and not surgery.effect.is_pending)
    save("surgery-digits")
    click(window, "paintUnit")
    settle()
    dialog = window.findChild(PaintDialog)
    assert dialog is not None
    dialog.from_drawing.click()
    save("paint-digits", dialog)
    dialog.reject()
    window.session.choose_model("shipped")


def take_the_past(window: MainWindow, save: Callable[[str], None]) -> None:
    """Go back to the beginning of a run that has been trained."""
    branch = window.session.time_machine.branch
    if branch is None or not branch.can_be_scrubbed:
        return
    window.session.show_moment(branch.moments.kept[len(branch.moments) // 8])
    settle(1000)
    save("time-machine-digits")
    window.session.back_to_now()


@contextmanager
def opened_window(
    theme: str, size: tuple[int, int], data_dir: Path | None, kept: Path | None = None
) -> Iterator[MainWindow]:
    """Open the window of a user without any settings but the theme, and without any digits, whoever takes pictures.

    What is listed as trained is that of the folder `kept`.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        patch("digitapp.resources.user_data_dir", lambda: Path(folder) / "user"),
        patch.dict(os.environ, {"XDG_DATA_HOME": folder}),  # for processes that the window begins
    ):
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        settings.set(remembered.THEME, "dark" if theme == "dark" else "light")
        window = create_window(settings, problem="mnist", data_dir=data_dir, kept=kept)
        window.resize(*size)
        window.show()
        settle(300)
        yield window
        window.close()


def draw(window: MainWindow, points: Sequence[tuple[float, float]]) -> None:
    """Draw a stroke on the canvas with the mouse; the pen stays where it ends."""
    canvas = part(window, "canvas")
    side = canvas.width()
    places = [QPoint(round(x * side), round(y * side)) for x, y in smooth(points)]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
        QApplication.processEvents()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[-1])


def smooth(points: Sequence[tuple[float, float]], steps: int = 8) -> list[tuple[float, float]]:
    """Return points along the Catmull-Rom spline through the given ones, as a hand would write them."""
    given = np.array([points[0], *points, points[-1]])
    t = (np.arange(steps) / steps)[:, np.newaxis]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(given, given[1:], given[2:], given[3:], strict=False)
    ]
    return [(float(x), float(y)) for x, y in (*np.concatenate(parts), points[-1])]


def click_pixels(window: MainWindow, pixels: Sequence[int]) -> None:
    """Click pixels of the toy's grid, which is centred in the canvas and as large as fits."""
    canvas = part(window, "canvas")
    pitch = min(canvas.width() / 3, canvas.height() / 4)
    left, top = (canvas.width() - 3 * pitch) / 2, (canvas.height() - 4 * pitch) / 2
    for pixel in pixels:
        row, column = divmod(pixel, 3)
        place = QPoint(round(left + (column + 0.5) * pitch), round(top + (row + 0.5) * pitch))
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)


def click(window: MainWindow, name: str) -> None:
    """Click a button by its object name."""
    QTest.mouseClick(part(window, name), Qt.MouseButton.LeftButton)


def part(window: MainWindow, name: str) -> QWidget:
    """Return a part of the window by its object name."""
    found = window.findChild(QWidget, name)
    if found is None:
        raise LookupError(f"the window has no part named {name}")
    return found


def settle(milliseconds: int = 150) -> None:
    """Let the window paint and its threads work; unlike an event loop, `QTest.qWait` would hold the interpreter."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool], *, minutes: int = 1) -> None:
    """Let the application run until a condition holds; stop the script where it does not within so many minutes."""
    deadline = QDeadlineTimer(minutes * PATIENCE_MS)
    while not condition():
        if deadline.hasExpired():
            raise TimeoutError("the window did not get there")
        settle(10)


if __name__ == "__main__":
    main()
