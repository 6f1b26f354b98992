"""What the tests of pages share: data made of noise, drawings, and the types of the fixtures that open things."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing

if TYPE_CHECKING:
    from digitapp.gui.settings import Settings
    from digitapp.gui.state.session import Session

Page = TypeVar("Page", bound=QWidget)

PAGE_SIZE = (1208, 714)  # the room of a page in a window of 1280 × 800
RING = BinaryGrid.from_vector([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1])
SLANTED_STROKE = Drawing.from_points([np.column_stack([np.linspace(0.3, 0.6, 20), np.linspace(0.2, 0.8, 20)])])


def settle() -> None:
    """Let what has happened be shown, as it is before anybody does the next thing: the event loop's turn ends."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall.value)


class OpenSession(Protocol):
    """Open a session that is closed when the test ends, where asked with fresh weights and with a data set."""

    def __call__(
        self,
        problem: str = "mnist",
        hidden: tuple[int, ...] | None = None,
        *,
        activation: str = "relu",
        dataset: Dataset | None = None,
        data_dir: Path | None = None,
    ) -> Session: ...


class ShowPage(Protocol):
    """Show a page of a session alone, in the light theme."""

    def __call__(
        self, kind: Callable[[Session, Settings], Page], session: Session, size: tuple[int, int] = PAGE_SIZE
    ) -> Page: ...


@cache
def noise_digits(train: int, validation: int) -> Dataset:
    """Return noise in the shape of digits, brighter for higher labels, blank in the first row and column.

    The arrays are shared by all tests and cannot be written to.
    """
    rng = np.random.default_rng(0)

    def split(count: int) -> Split:
        labels = np.arange(count) % 10
        brightness = (0.1 + labels / 10).astype(np.float32)
        images = rng.random((count, 28, 28), dtype=np.float32) * brightness[:, np.newaxis, np.newaxis]
        images[:, 0] = images[:, :, 0] = 0
        inputs = images.reshape(count, -1)
        inputs.flags.writeable = labels.flags.writeable = False
        return Split(inputs, labels)

    return Dataset("handwriting", PROBLEMS["mnist"], split(train), split(validation), None)


def image_to_rgb(image: QImage) -> NDArray[np.uint8]:
    """Return an image's colours over a white page, uint8 array of shape (rows, columns, 3)."""
    page = QImage(image.size(), QImage.Format.Format_RGB888)
    page.fill(0xFFFFFFFF)
    painter = QPainter(page)
    # An image that was made for a dense screen is still copied pixel by pixel.
    painter.drawImage(page.rect(), image, image.rect())
    painter.end()
    rows = np.frombuffer(page.constBits(), np.uint8).reshape(page.height(), page.bytesPerLine())
    return rows[:, : 3 * page.width()].reshape(page.height(), page.width(), 3).copy()
