"""What stays in memory of windows that were opened, used and closed.

    python benchmarks/memory.py --data-dir FOLDER_WITH_MNIST [--windows 20]

Each window shows both problems with their data on all pages, trains each for some batches and is closed. Prints the
process's memory after each, and how many widgets Qt and how many objects of this program Python still hold. Goal: both
counts stay as they are after the first window, and memory moves around one figure: the system gets pages back late.
Reads Linux's /proc. Run it with a screen, or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from digitapp.gui.app import create_window
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.settings import Settings
from digitapp.gui.window.main_window import MainWindow

PATIENCE = 120  # s


def wait(application: QApplication, condition: Callable[[], bool]) -> None:
    """Handle events until a condition holds; raise TimeoutError after two minutes."""
    end = perf_counter() + PATIENCE
    while not condition():
        application.processEvents()
        if perf_counter() > end:
            raise TimeoutError("waited too long")


def use(application: QApplication, window: MainWindow) -> None:
    """Train on both problems, and look at every page meanwhile."""
    session = window.session
    for problem in ("toy", "mnist"):
        session.choose_problem(problem)
        session.data.request(session.dataset_name)
        wait(application, lambda: session.dataset is not None)
        window.page(TrainPage).start()
        wait(application, lambda: len(session.run.history.loss) > 2)
        for place in range(window.stack.count()):
            window.stack.setCurrentIndex(place)
            application.processEvents()


def memory() -> float:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def held() -> int:
    """Return how many objects of this program's classes Python holds."""
    return sum(str(type(thing).__module__).startswith("digitapp") for thing in gc.get_objects())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("DIGITAPP_DATA_DIR"), required=False)
    parser.add_argument("--windows", type=int, default=20)
    arguments = parser.parse_args()
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
        for number in range(1, arguments.windows + 1):
            window = create_window(settings, problem="toy", data_dir=arguments.data_dir)
            window.resize(1280, 800)
            window.show()
            use(application, window)
            most = memory()
            window.close()
            del window
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()
            print(
                f"window {number:3d}: {most:6.0f} MB in use, {memory():6.0f} MB after closing, "
                f"{len(application.allWidgets()):3d} widgets, {held():5d} objects",
                flush=True,
            )


if __name__ == "__main__":
    main()
