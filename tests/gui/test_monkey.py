"""Random use of the whole window: any click, key, drag and wrong value, always the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
KEYS = [
    (key, NONE)
    for key in (
        *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Space),
        *(Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Period, Qt.Key.Key_BracketLeft),
    )
] + [
    (key, CONTROL)
    for key in (
        *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_Z, Qt.Key.Key_O, Qt.Key.Key_S, Qt.Key.Key_C),
        *(Qt.Key.Key_V, Qt.Key.Key_Return),
    )
]
TEXTS = ("", "0", "-1", "abc", "nan", "1e9", "5", "0.1", "3", "4,3", "9" * 400)
SIZES = ((1024, 700), (1280, 800), (1920, 1080))


class Monkey:
    """Does to a window what nobody should."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window, self._random = window, random.Random(seed)

    def act(self) -> None:
        """Do one thing."""
        actions = [self._press, self._click, self._drag, self._type, self._key, self._choose, self._look]
        self._random.choices(actions, weights=[5, 3, 4, 3, 5, 3, 1])[0]()

    def _one_of(self, kind: type[QWidget]) -> QWidget | None:
        found = [
            w for w in self._window.findChildren(kind) if w.isVisible() and w.isEnabled() and not w.size().isEmpty()
        ]
        return self._random.choice(found) if found else None

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(widget.width()), self._random.randrange(widget.height()))

    def _press(self) -> None:
        if button := self._one_of(QAbstractButton):
            QTest.mouseClick(button, LEFT)

    def _click(self) -> None:
        if widget := self._one_of(QWidget):
            QTest.mouseClick(widget, self._random.choice((LEFT, Qt.MouseButton.RightButton)), pos=self._place(widget))

    def _drag(self) -> None:
        canvas = self._window.findChild(QWidget, "canvas")
        widget = canvas if canvas is not None and canvas.isVisible() else self._one_of(QWidget)
        if widget is None:
            return
        QTest.mousePress(widget, LEFT, pos=self._place(widget))
        for _ in range(4):
            QTest.mouseMove(widget, self._place(widget))
        QTest.mouseRelease(widget, LEFT, pos=self._place(widget))

    def _type(self) -> None:
        if isinstance(field := self._one_of(QLineEdit), QLineEdit):
            field.setText(self._random.choice(TEXTS))
            field.textEdited.emit(field.text())
            QTest.keyClick(field, Qt.Key.Key_Return)

    def _key(self) -> None:
        key, modifier = self._random.choice(KEYS)
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)

    def _choose(self) -> None:
        if isinstance(box := self._one_of(QComboBox), QComboBox):
            index = self._random.randrange(box.count())
            if box.itemText(index):
                box.setCurrentIndex(index)
                box.activated.emit(index)

    def _look(self) -> None:
        if self._random.random() < 0.2:
            theme.current().set_mode(self._random.choice(("light", "dark")))
        else:
            self._window.resize(*self._random.choice(SIZES))


def check(window: MainWindow) -> None:
    """What holds whatever was done."""
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
    assert session.network.sizes[-1] == session.problem.classes


@pytest.mark.parametrize(("problem", "seed"), [("toy", 1), ("mnist", 2)])
def test_nothing_that_anybody_does_breaks_the_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, problem: str, seed: int
) -> None:
    for ask in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, ask, lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr("digitapp.datasets.download.MIRRORS", ("http://127.0.0.1:9",))  # nobody answers there
    monkeypatch.setattr("digitapp.gui.window.main_window.HelpDialog.exec", lambda _: 0)
    window = open_window(problem)
    window.activateWindow()
    monkey = Monkey(window, seed)
    with qtbot.captureExceptions() as exceptions:
        for _ in range(250):
            monkey.act()
            QApplication.processEvents()
            if popup := QApplication.activePopupWidget():
                popup.close()
            check(window)
        window.close()
    assert exceptions == []
