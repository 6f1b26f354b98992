"""Every method that Qt calls is guarded, and what it raises does not end the process."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from importlib import import_module

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

import digitapp.gui
from digitapp.gui.overrides import is_guarded, overrides


def of_the_window() -> Iterator[type]:
    """Yield every class of the window that descends from one of Qt's."""
    for module in pkgutil.walk_packages(digitapp.gui.__path__, "digitapp.gui."):
        import_module(module.name)
    waiting: list[type] = [Shiboken.Object]
    while waiting:
        kind = waiting.pop()
        waiting += type.__subclasses__(kind)
        if kind.__module__.startswith("digitapp."):
            yield kind


def test_every_override_of_the_window_is_guarded() -> None:
    found = {(kind, name): method for kind in of_the_window() for _, name, method in overrides(kind)}
    assert len(found) > 200
    assert {name for _, name in found} >= {
        "paintEvent",
        "event",
        "eventFilter",
        "sizeHint",
        "run",
        "redo",
        "boundingRect",
    }
    assert not [f"{kind.__name__}.{name}" for (kind, name), method in found.items() if not is_guarded(method)]


def test_what_a_plain_class_brings_along_is_guarded_too() -> None:
    class Sized:
        def sizeHint(self) -> QSize:  # noqa: N802
            return QSize(30, 20)

        def other(self) -> int:
            return 7

    class Box(Sized, QWidget):
        pass

    assert is_guarded(Box.sizeHint)
    assert not is_guarded(Box.other)
    assert Sized.sizeHint.__name__ == "sizeHint"


def test_a_guarded_slot_takes_as_many_arguments_as_before(qtbot: QtBot) -> None:
    closed: list[str] = []

    class Closing(QWidget):
        def close(self) -> bool:
            closed.append("closed")
            return super().close()

    button, window = QPushButton(), Closing()
    qtbot.addWidget(button)
    qtbot.addWidget(window)
    button.clicked.connect(window.close)
    button.click()
    assert closed == ["closed"]


def test_a_painter_is_let_go_of_with_the_error(qtbot: QtBot) -> None:
    painters: list[weakref.ref[QPainter]] = []

    class Torn(QWidget):
        def paintEvent(self, event: object) -> None:  # noqa: ARG002, N802
            painter = QPainter(self)
            painters.append(weakref.ref(painter))
            raise IndexError("torn")

    widget = Torn()
    qtbot.addWidget(widget)
    with pytest.raises(IndexError, match="torn") as raised:
        widget.grab()
    assert raised.value.__traceback__ is not None  # which has kept nothing
    assert len(painters) == 1 and painters[0]() is None


FAULTS = {
    "an index": "[][0]",
    "a number": "int('x')",
    "a division": "1 // 0",
    "lengths": "list(zip((1,), (), strict=True))",
    "shapes": "np.zeros(3) + np.zeros(4)",
}
_SURVIVES = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import digitapp.gui
import numpy as np
from PySide6.QtCore import QAbstractListModel, QEvent, QObject, QPoint, QSize, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QGraphicsView, QLayout, QListView, QWidget

met = []
sys.excepthook = lambda kind, error, trace: met.append(kind)
application = QApplication([])

def fail():
    {fault}

class Widget(QWidget):
    failing = ""
    def maybe(self, name):
        if self.failing == name:
            self.failing = ""
            fail()
    def paintEvent(self, event): self.maybe("paint")
    def resizeEvent(self, event): self.maybe("resize")
    def showEvent(self, event): self.maybe("show")
    def hideEvent(self, event): self.maybe("hide")
    def mousePressEvent(self, event): self.maybe("press")
    def mouseMoveEvent(self, event): self.maybe("move")
    def keyPressEvent(self, event): self.maybe("key")
    def focusInEvent(self, event): self.maybe("focus")
    def changeEvent(self, event): self.maybe("change")
    def sizeHint(self):
        self.maybe("size")
        return QSize(50, 50)
    def hasHeightForWidth(self): return True
    def heightForWidth(self, width):
        self.maybe("height")
        return width
    def event(self, event):
        if event.type() == QEvent.Type.User:
            self.maybe("event")
        return super().event(event)

class Filter(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.User:
            fail()
        return False

class Model(QAbstractListModel):
    def rowCount(self, parent=None): return 3
    def data(self, index, role=0): fail()

class Item(QGraphicsItem):
    def boundingRect(self): fail()
    def paint(self, painter, option, widget=None): fail()

class Thread(QThread):
    def run(self): fail()

widget = Widget()
acts = {{
    "show": widget.show, "paint": widget.repaint, "resize": lambda: widget.resize(90, 70),
    "press": lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton),
    "move": lambda: QTest.mouseMove(widget, QPoint(9, 9)), "key": lambda: QTest.keyClick(widget, Qt.Key.Key_A),
    "change": lambda: widget.setEnabled(not widget.isEnabled()), "size": widget.adjustSize, "height": widget.adjustSize,
    "event": lambda: application.sendEvent(widget, QEvent(QEvent.Type.User)), "hide": widget.hide,
}}
def tried(act):
    try:  # what was called from here comes back to here
        act()
        application.processEvents()
    except Exception as error:
        met.append(type(error))

for name, act in acts.items():
    widget.failing = name
    tried(act)
    widget.failing = ""
watcher = Filter()
widget.installEventFilter(watcher)
tried(lambda: application.sendEvent(widget, QEvent(QEvent.Type.User)))
widget.removeEventFilter(watcher)
view, model = QListView(), Model()
tried(lambda: view.setModel(model))
tried(view.show)
scene, item = QGraphicsScene(), Item()
tried(lambda: scene.addItem(item))
graphics = QGraphicsView(scene)
tried(graphics.show)
thread = Thread()
tried(thread.start)
thread.wait()
QTimer.singleShot(0, fail)
tried(application.processEvents)
print(len(met), sorted({{kind.__name__ for kind in met}}))
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_c_raises_in_what_qt_calls_ends_no_process(fault: str) -> None:
    code = _SURVIVES.format(fault=fault)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[0]) >= 12, done.stdout
