"""What the tests of the Train page share."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from page_helpers import settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets import ComboBox

FOREVER = 1_000_000  # epochs: such a run ends when it is stopped


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    """Press a button with the mouse."""
    settle()
    assert button.isVisible(), f"{button.objectName()} cannot be seen"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()


def enter(qtbot: QtBot, page: TrainPage, name: str, text: str) -> QLineEdit:
    """Type a value into a field of the setup and press Enter."""
    settle()  # a run that has just ended unlocks the fields
    field = page.setup.settings.field(name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    if not text:
        qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle()
    return field


def choose(page: TrainPage, name: str, key: str) -> ComboBox:
    """Choose an entry of a list of the setup."""
    box = page.setup.settings.box(name)
    index = box.findData(key)
    assert index >= 0, f"{name} does not offer {key}"
    box.setCurrentIndex(index)
    return box


def wait_for_data(qtbot: QtBot, page: TrainPage) -> None:
    """Wait until the chosen data set is in memory."""
    qtbot.waitUntil(lambda: page.session.dataset is not None, timeout=20_000)
    settle()


def start(qtbot: QtBot, page: TrainPage, batches: int = 1) -> None:
    """Press Start and wait until some batches were learned."""
    click(qtbot, page.transport.start)
    qtbot.waitUntil(lambda: len(page.session.run.history.loss) >= batches, timeout=20_000)


def wait_for_end(qtbot: QtBot, page: TrainPage) -> None:
    """Wait until no run is active."""
    qtbot.waitUntil(lambda: page.session.run.phase is RunPhase.IDLE, timeout=20_000)
    settle()


def parameters(page: TrainPage) -> np.ndarray:
    """Return a copy of the shown network's parameters."""
    return page.session.network.parameters.copy()


def write_fake_mnist(folder: Path, count: int = 20) -> None:
    """Write four sound IDX files that are not MNIST's."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        header = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + images.tobytes()))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels.tobytes())
