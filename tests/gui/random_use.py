"""Random use of a whole window: any click, key, drag, wheel, wrong value, file and problem, at random moments.

The same seed does the same things, as far as the machine's pace allows: what is under way in the background may be
further on one day than on another.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from page_helpers import noise_digits, settle
from PySide6.QtCore import QEventLoop, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QWidget,
)

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
PLAIN_KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Space),
    *(Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Period, Qt.Key.Key_BracketLeft),
    *(Qt.Key.Key_BracketRight, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp),
    *(Qt.Key.Key_0, Qt.Key.Key_7, Qt.Key.Key_E, Qt.Key.Key_P, Qt.Key.Key_M, Qt.Key.Key_F2),
)
CONTROL_KEYS = (
    *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_Z, Qt.Key.Key_Y),
    *(Qt.Key.Key_O, Qt.Key.Key_S, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_A, Qt.Key.Key_Return),
)
TEXTS = ("", "0", "-1", "abc", "nan", "1e9", "5", "0.1", "3", "4,3", "16", "9" * 400, "\u202e7", "1e-320")
SIZES = ((640, 400), (1024, 700), (1280, 800), (1920, 1080))


class Monkey(QObject):
    """Does to a window what nobody should, one thing a turn of the event loop, in menus and dialogs too.

    Parameters
    ----------
    files : what it opens, drops and pastes
    after : called before every action, and after the last

    Attributes
    ----------
    done : how often each kind of action was done
    trail : the last actions, for who wants to know what led to something
    """

    def __init__(
        self, window: MainWindow, seed: int, files: Sequence[Path] = (), after: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(window)
        self._window, self._random, self._files, self._after = window, random.Random(seed), files, after
        self.done: Counter[str] = Counter()
        self.trail: list[str] = []
        self._left = 0
        self._loop = QEventLoop(self)
        self._actions = {
            self._press: 5,
            self._click: 3,
            self._drag: 4,
            self._type: 2,
            self._key: 5,
            self._choose: 3,
            self._wheel: 1,
            self._slide: 1,
            self._visit: 3,
            self._switch: 2,
            self._open: 2,
            self._drop: 1,
            self._train: 1,
            self._look: 1,
        }

    def play(self, actions: int) -> None:
        """Do so many things, whatever else goes on meanwhile."""
        self._left = actions
        self._ask()
        self._loop.exec()

    def _ask(self) -> None:
        # A timer of its own for each turn: one does not fire while what it has called is still under way.
        QTimer.singleShot(0, self, self._turn)

    @Slot()
    def _turn(self) -> None:
        self._after()
        if self._left <= 0:
            self._end()
            return
        self._left -= 1
        self._ask()  # before the action, whose menu or dialog may have an event loop of its own
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            self._in_popup(popup)
        elif isinstance(dialog, QDialog) and self._random.random() < 0.3:
            self._note("close dialog")
            dialog.reject()
        else:
            action = self._random.choices(list(self._actions), weights=list(self._actions.values()))[0]
            action()

    def _end(self) -> None:
        """Leave menus and dialogs first, whose event loops lie on this one."""
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif isinstance(dialog, QDialog):
            dialog.reject()
        else:
            self._loop.quit()
            return
        self._ask()

    def _note(self, kind: str, what: str = "") -> None:
        self.done[kind] += 1
        page = self._window.stack.currentIndex()
        self.trail = [*self.trail[-29:], f"{kind} {what} (page {page}, {self._window.session.problem.key})"]

    def _room(self) -> QWidget:
        """Return where hands reach: the modal dialog, if there is one."""
        return QApplication.activeModalWidget() or self._window

    def _one_of(self, kind: type[QWidget]) -> QWidget | None:
        found = [
            w for w in self._room().findChildren(kind) if w.isVisible() and w.isEnabled() and not w.size().isEmpty()
        ]
        return self._random.choice(found) if found else None

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(widget.width()), self._random.randrange(widget.height()))

    # What it does

    def _in_popup(self, popup: QWidget) -> None:
        self._note("popup", type(popup).__name__)
        if self._random.random() < 0.4:
            popup.close()
        elif self._random.random() < 0.5 and not popup.size().isEmpty():
            QTest.mouseClick(popup, LEFT, pos=self._place(popup))
        else:
            QTest.keyClick(popup, self._random.choice((Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape)))

    def _press(self) -> None:
        button = self._one_of(QAbstractButton)
        if isinstance(button, QAbstractButton):
            self._note("press", f"{type(button).__name__} {button.text() or button.accessibleName()}")
            QTest.mouseClick(button, LEFT)

    def _click(self) -> None:
        widget = self._one_of(QWidget)
        if widget is not None:
            button = self._random.choice((LEFT, LEFT, RIGHT))
            self._note("click", f"{type(widget).__name__} {button.name}")
            act = QTest.mouseDClick if self._random.random() < 0.1 else QTest.mouseClick
            act(widget, button, pos=self._place(widget))

    def _drag(self) -> None:
        canvas = self._window.findChild(QWidget, "canvas")
        on_canvas = canvas is not None and canvas.isVisible() and self._room() is self._window
        widget = canvas if on_canvas and self._random.random() < 0.7 else self._one_of(QWidget)
        if widget is None:
            return
        self._note("drag", type(widget).__name__)
        QTest.mousePress(widget, LEFT, pos=self._place(widget))
        for _ in range(self._random.randrange(1, 6)):
            QTest.mouseMove(widget, self._place(widget))
        if self._random.random() < 0.9:  # else the release goes elsewhere
            QTest.mouseRelease(widget, LEFT, pos=self._place(widget))

    def _type(self) -> None:
        field = self._one_of(QLineEdit)
        if isinstance(field, QLineEdit):
            text = self._random.choice(TEXTS)
            self._note("type", f"{field.objectName()} {text[:20]!r}")
            field.setText(text)
            field.textEdited.emit(field.text())
            QTest.keyClick(field, Qt.Key.Key_Return)

    def _key(self) -> None:
        plain = self._random.random() < 0.5
        key = self._random.choice(PLAIN_KEYS if plain else CONTROL_KEYS)
        modifier = self._random.choice((NONE, NONE, SHIFT)) if plain else CONTROL
        self._note("key", f"{key.name} {modifier.name}")
        QTest.keyClick(QApplication.focusWidget() or self._room(), key, modifier)

    def _choose(self) -> None:
        box = self._one_of(QComboBox)
        if isinstance(box, QComboBox) and box.count():
            index = self._random.randrange(box.count())
            if box.itemText(index):
                self._note("choose", f"{box.objectName()} {box.itemText(index)}")
                box.setCurrentIndex(index)
                box.activated.emit(index)

    def _wheel(self) -> None:
        widget = self._one_of(QWidget)
        if widget is not None:
            self._note("wheel", type(widget).__name__)
            place = QPointF(self._place(widget))
            delta = QPoint(0, self._random.choice((-120, 120, 960)))
            turned = QWheelEvent(
                place,
                QPointF(widget.mapToGlobal(place)),
                QPoint(),
                delta,
                Qt.MouseButton.NoButton,
                self._random.choice((NONE, CONTROL)),
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(widget, turned)

    def _slide(self) -> None:
        slider = self._one_of(QAbstractSlider)
        if isinstance(slider, QAbstractSlider) and slider.maximum() > slider.minimum():
            self._note("slide", type(slider).__name__)
            slider.setValue(self._random.randint(slider.minimum(), slider.maximum()))

    def _visit(self) -> None:
        name = self._random.choice(self._window.rows).name
        self._note("visit", name)
        self._window.show_page(name)

    def _switch(self) -> None:
        """Show another problem, model or moment, as header and time machine do."""
        session = self._window.session
        kind = self._random.randrange(3)
        self._note("switch", ("problem", "model", "moment")[kind])
        if kind == 0:
            session.choose_problem(self._random.choice(list(PROBLEMS)))
        elif kind == 1:
            session.choose_model(self._random.choice(session.model_entries).key)
        elif session.time_machine.branches:
            branch = self._random.choice(session.time_machine.branches)
            session.choose_branch(branch)
            if branch.moments.kept and self._random.random() < 0.7:
                session.show_moment(self._random.choice(list(branch.moments.kept)))
            else:
                session.back_to_now()

    def _open(self) -> None:
        if self._files:
            path = self._random.choice(self._files)
            self._note("open", path.name)
            if path.suffix == ".safetensors":
                self._window.shown_page.show_model(path)
            else:
                self._window.page("drawPage").files.open_path(path)  # type: ignore[attr-defined]

    def _drop(self) -> None:
        if not self._files:
            return
        page = self._window.shown_page
        chosen = self._random.sample(list(self._files), self._random.choice((1, 1, 2)))
        self._note("drop", f"{chosen[0].name} on {page.NAME}")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in chosen])
        place = self._place(page)
        # Qt takes a drop only where something was dragged in before.
        QApplication.sendEvent(page, QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE))
        QApplication.sendEvent(page, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, LEFT, NONE))

    def _train(self) -> None:
        """Start, or stop, and look elsewhere meanwhile."""
        page = self._window.show_page(TrainPage)
        self._note("train")
        run = self._window.session.run
        if run.is_active:
            self._random.choice((run.stop, run.pause, run.resume, run.step_once))()
        else:
            page.start()

    def _look(self) -> None:
        self._note("look")
        chance = self._random.random()
        if chance < 0.3:
            theme.current().set_mode(self._random.choice(("light", "dark")))
        elif chance < 0.4:
            theme.current().set_text_size(self._random.choice((1.0, 1.3)))
            self._window.rebuild()
        else:
            self._window.resize(*self._random.choice(SIZES))


def quick_data(name: str, **options: Any) -> Dataset:
    """Return a data set as `load_dataset` does; in the place of digits that take seconds to write, noise."""
    return noise_digits(2000, 500) if name == "handwriting" else load_dataset(name, **options)


@contextmanager
def nothing_outside(files: Sequence[Path], rng: random.Random, folder: Path) -> Iterator[None]:
    """Let dialogs for files answer with any of the files, and nothing leave this computer or open another program."""

    def opened(*_: object, **__: object) -> tuple[str, str]:
        return (str(rng.choice(files)) if files and rng.random() < 0.7 else "", "")

    def saved(*_: object, **__: object) -> tuple[str, str]:
        name = rng.choice(("a.json", "b.png", "c.safetensors", "d", "e.svg", "no-such-folder/f.png"))
        return (str(folder / name) if rng.random() < 0.7 else "", "")

    with ExitStack() as stack:
        for target, replacement in (
            ("PySide6.QtWidgets.QFileDialog.getOpenFileName", opened),
            ("PySide6.QtWidgets.QFileDialog.getSaveFileName", saved),
            ("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_, **__: str(folder)),
            ("PySide6.QtGui.QDesktopServices.openUrl", lambda *_: True),
            ("digitapp.datasets.download.MIRRORS", ("http://127.0.0.1:9",)),
        ):
            stack.enter_context(patch(target, replacement))
        yield


def check(window: MainWindow) -> None:
    """Assert what holds whatever was done, once what has happened is shown."""
    for _ in range(2):  # a thread may have told something meanwhile
        settle()
    session = window.session
    start, stop = (window.findChild(QAbstractButton, name) for name in ("startButton", "stopButton"))
    assert start is not None and stop is not None
    if window.shown_page is window.page(TrainPage):
        active = session.run.is_active
        assert stop.isEnabled() == active
        assert (start.isVisible() and start.isEnabled()) != active
    if session.answer.inputs is None:
        assert session.answer.best is None
    assert session.network.sizes[0] == session.problem.features
    assert len(session.model.class_names) == session.network.sizes[-1] <= session.problem.classes
    if session.answer.probabilities is not None:
        assert len(session.answer.probabilities) == session.network.sizes[-1]
    assert not window.fault_bar.isVisible(), window.fault_bar.text.text()
