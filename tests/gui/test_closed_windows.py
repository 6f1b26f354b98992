"""A window that was closed is gone, with its session, pages, data and networks."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from train_helpers import write_fake_mnist

from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow

OpenWindow = Callable[..., MainWindow]
Parts = dict[str, weakref.ref[object]]


def use(window: MainWindow, qtbot: QtBot) -> Parts:
    """Look at every page of both problems, train on each for some batches, and return what must go with the window."""
    session, train = window.session, window.page(TrainPage)
    parts: dict[str, object] = {"window": window, "session": session}
    for problem in ("toy", "plane", "mnist"):
        session.choose_problem(problem)
        session.data.request(session.dataset_name)
        qtbot.waitUntil(lambda: session.dataset is not None)
        parts[f"shipped network of {problem}"] = session.network
        window.show_page(TrainPage)
        qtbot.mouseClick(train.transport.start, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(session.run.history.loss) > 2)
        for place in range(window.stack.count()):
            window.stack.setCurrentIndex(place)
            QApplication.processEvents()
        train.dialogs.check_gradient()
        train.dialogs.show_variations()
        if session.problem.is_plane:
            train.dialogs.show_sizes()
        made = {"network": session.network, "run": session.run, "data": session.dataset, "drawing": session.artwork}
        parts |= {f"{name} of {problem}": part for name, part in made.items()}
    parts |= {page.objectName(): page for page in (window.page(name) for name in window.stack.names)}
    return {name: weakref.ref(part) for name, part in parts.items()}


def objects_of_digitapp() -> Counter[str]:
    """Return how many objects of each of this program's classes Python holds."""
    kinds = (type(thing) for thing in gc.get_objects())
    return Counter(
        f"{kind.__module__}.{kind.__name__}" for kind in kinds if str(kind.__module__).startswith("digitapp")
    )


def close_popups() -> None:
    """Close the dialog or menu that stands before the window."""
    popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    assert popup is not None
    popup.close()


@pytest.mark.long
def test_a_closed_window_is_gone_with_all_that_was_in_it(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    write_fake_mnist(tmp_path / "data", 200)

    def open_use_and_close() -> Parts:
        window = open_window("toy", data_dir=tmp_path / "data")
        parts = use(window, qtbot)
        window.close()
        return parts

    counted: list[Counter[str]] = []
    widgets: list[int] = []
    for _ in range(3):
        parts = open_use_and_close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        kept = [name for name, part in parts.items() if part() is not None]
        assert not kept, f"a closed window leaves behind: {', '.join(kept)}"
        counted.append(objects_of_digitapp())
        widgets.append(len(QApplication.allWidgets()))
    assert counted[2] - counted[1] == Counter()  # the first time modules and tables are made that stay
    assert widgets[2] == widgets[1] == widgets[0]


def test_dialogs_and_menus_are_gone_when_they_are_closed(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("toy")
    window.session.data.request("toy")
    qtbot.waitUntil(lambda: window.session.dataset is not None)

    def open_and_close_all() -> int:
        opening: list[Callable[[], object]] = [
            window.page(TrainPage).dialogs.check_gradient,
            window.page(TrainPage).dialogs.show_variations,
            window.page(FeaturesPage).surgery.open_painter,
            window._show_pictures,
            window._show_preferences,
        ]
        for open_one in opening:
            open_one()
            close_popups()
        QTimer.singleShot(0, close_popups)
        window._show_help()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(window.findChildren(QObject))

    open_and_close_all()
    assert open_and_close_all() == open_and_close_all()
