"""Widgets as pictures to keep: PNG at twice the size of the screen, SVG with lines and letters that stay sharp."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme

SUFFIXES = (".png", ".svg")
SCALE = 2
MARGIN = 16
_MOST_PIXELS = 100_000_000

Pack = Callable[[threading.Event], bytes]
"""Returns the bytes of a file. Runs in a background thread, and may give up when the event is set."""


@dataclass(frozen=True)
class ComposedPicture:
    """A picture that is made for the file, where what the window shows of it is not all.

    Attributes
    ----------
    prepare : takes the ending, ".png" or ".svg", and what is needed from the window, in the window's thread
    title : for people
    name : of the file, without its ending
    """

    prepare: Callable[[str], Pack]
    title: str
    name: str


_TITLE, _NAME = "pictureTitle", "pictureName"


def offer_picture(widget: QWidget, title: str, name: str) -> None:
    """Let a widget be saved as a picture while it is seen; the name is that of the file, without its ending."""
    widget.setProperty(_TITLE, title)
    widget.setProperty(_NAME, name)


def offered_picture(widget: QWidget) -> tuple[str, str] | None:
    """Return the title and the name under which a widget is offered, None where it is not."""
    title, name = widget.property(_TITLE), widget.property(_NAME)
    return None if title is None else (str(title), str(name))


class PictureFormatError(ValueError):
    """A file name whose ending is no kind of picture that is written; `path` is the name."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name}: a picture is written as .png or .svg")
        self.path = path


def with_suffix(path: Path, default: str = ".png") -> Path:
    """Return the path with the ending of a picture, the default one where it has none.

    Raises
    ------
    PictureFormatError : an ending of something else
    """
    if path.suffix.lower() in SUFFIXES:
        return path
    # "unit 2.66" has no ending, whatever the dot looks like.
    if path.suffix and not path.suffix[1:].isdigit():
        raise PictureFormatError(path)
    return path.with_name(path.name + default)


def capture(widget: QWidget, suffix: str, title: str = "") -> Callable[[], bytes]:
    """Draw what a widget shows, with a margin in the stage's colour, and return how to get the bytes of a file.

    The drawing is done at once, in the window's thread; packing a PNG takes longer and may be done in another one.

    Parameters
    ----------
    widget : all of it is drawn, also what is scrolled out of sight if it is the content of a scroll area
    suffix : ".png" or ".svg"
    title : is written into an SVG
    """
    if suffix.lower() == ".svg":
        drawn = svg(widget, title)
        return lambda: drawn
    image = pixels(widget)
    return lambda: packed(image)


def pixels(widget: QWidget, scale: float = SCALE) -> QImage:
    """Return a widget as an image, `scale` pixels for each of the screen's, fewer where that would be too many."""
    size = _page(widget)
    scale = min(scale, (_MOST_PIXELS / (size.width() * size.height())) ** 0.5)
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(theme.current().palette.window)
    with QPainter(image) as painter:
        _render(widget, painter)
    return image


def packed(image: QImage) -> bytes:
    """Return an image as the bytes of a PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def svg(widget: QWidget, title: str = "") -> bytes:
    """Return a widget as an SVG. Images in it are pixels, everything else is lines, areas and letters."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    size = _page(widget)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)  # a pixel of the widget is a pixel of the file
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setTitle(title)
    with QPainter(generator) as painter:
        painter.fillRect(QRect(QPoint(0, 0), size), theme.current().palette.window)
        _render(widget, painter)
    return bytes(buffer.data().data())


def _page(widget: QWidget) -> QSize:
    return widget.size() + QSize(2 * MARGIN, 2 * MARGIN)


def _render(widget: QWidget, painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    flags = QWidget.RenderFlag.DrawChildren
    if widget.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent) or widget.autoFillBackground():
        flags |= QWidget.RenderFlag.DrawWindowBackground
    widget.render(painter, QPoint(MARGIN, MARGIN), renderFlags=flags)
