"""The drawing in files and on the clipboard, both ways."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.atomic import atomic_write_bytes, atomic_write_text
from digitapp.drawing.files import DrawingFileError, read_drawings, write_drawings
from digitapp.drawing.grid import BinaryGrid, GridTextError, grid_text, parse_grid, read_grid
from digitapp.drawing.images import MAX_SIDE, ImageFileError, ink_on_paper, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.gui import settings as remembered
from digitapp.gui.artwork import Artwork, Picture
from digitapp.gui.images import image_to_rgb, ink_image
from digitapp.gui.jobs import Job, Report
from digitapp.gui.session import Session
from digitapp.gui.settings import Settings

MIME = "application/x-digitapp-drawings"
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp")

_PICTURE_SIDE = 560  # 20 pixels for each of the network's
_PIXEL_SIDE = 40  # of one of the toy's pixels in a picture
_MARGIN_OF_A_CANVAS = 0.95  # a drawing larger than this was not made on a canvas
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


class DrawingFiles(QObject):
    """Opens, saves, copies and pastes what lies on the canvas.

    Files are read in the background. Whatever cannot be read changes nothing.

    Signals
    -------
    started(str) : a file of this name is being read
    opened(list of Drawing, str) : a drawings file was read; its name. Its first drawing is on the canvas
    replaced : something else took the canvas
    failed(str) : one sentence for the user
    """

    started = Signal(str)
    opened = Signal(object, str)
    replaced = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._job: Job | None = None
        self._path = Path()
        self._target: Artwork | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to save or copy."""
        value = self._session.artwork.value
        return not isinstance(value, Picture) and value.is_empty

    @property
    def _by_hand(self) -> bool:
        return self._session.problem.preprocessing == "binary_grid"

    # Opening

    def ask_open(self) -> None:
        """Let the user choose a file."""
        images = " ".join(f"*{suffix}" for suffix in IMAGE_SUFFIXES)
        if self._by_hand:
            patterns = [self.tr("Pixels as text ({0})").format("*.txt")]
        else:
            patterns = [
                self.tr("Drawings and pictures ({0})").format(f"*.json *.json.gz {images}"),
                self.tr("Drawings ({0})").format("*.json *.json.gz"),
                self.tr("Pictures ({0})").format(images),
            ]
        patterns.append(self.tr("All files ({0})").format("*"))
        folder = self._settings.get(remembered.LAST_FOLDER)
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open a drawing"), folder, ";;".join(patterns))
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Read a file in the background and put it on the canvas; a newer file overtakes one still being read."""
        self._path, self._target = path, self._session.artwork
        read: Callable[[Path], object]
        if self._by_hand:
            rows, columns = self._session.grid.shape
            read = lambda path: read_grid(path, rows, columns)  # noqa: E731
        else:
            read = read_image if path.suffix.lower() in IMAGE_SUFFIXES else read_drawings

        def work(_report: Report, _cancelled: threading.Event) -> object:
            return read(path)

        self._job = self._session.start_job(work, succeeded=self._on_read, failed=self._on_unreadable)
        self.started.emit(path.name)

    @Slot(object)
    def _on_read(self, content: object) -> None:
        if self.sender() is not self._job or self._target is None:
            return
        self._job = None
        name = self._path.name
        if isinstance(content, BinaryGrid):
            self._target.commit(content, self.tr("Open"))
            self.replaced.emit()
        elif isinstance(content, np.ndarray):
            self._target.commit(Picture(content, name), self.tr("Open picture"))
            self.replaced.emit()
        elif isinstance(content, list):
            self.show_drawing(content[0], self._target)
            self.opened.emit(content, name)

    @Slot(object)
    def _on_unreadable(self, error: Exception) -> None:
        if self.sender() is self._job:
            self._job = None
            self.failed.emit(self.tr("{0} cannot be opened: {1}").format(self._path.name, reason(error)))

    def show_drawing(self, drawing: Drawing, artwork: Artwork | None = None) -> None:
        """Put a drawing on the canvas, at its own place if it was made on one."""
        (artwork or self._session.artwork).commit(on_canvas(drawing), self.tr("Open"))

    # Saving

    def ask_save(self) -> None:
        """Let the user choose where to save, and do it."""
        if self.is_empty:
            return
        picture = self.tr("Picture ({0})").format("*.png")
        if self._by_hand:
            patterns, name = [self.tr("Pixels as text ({0})").format("*.txt"), picture], "pixels.txt"
        elif self._session.picture is not None:
            patterns, name = [picture], "digit.png"
        else:
            patterns, name = [self.tr("Drawing ({0})").format("*.json"), picture], "digit.json"
        folder = self._settings.get(remembered.LAST_FOLDER)
        path, pattern = QFileDialog.getSaveFileName(
            self._window, self.tr("Save the drawing"), str(Path(folder) / name), ";;".join(patterns)
        )
        if not path:
            return
        chosen = Path(path)
        if not chosen.suffix:
            chosen = chosen.with_suffix(".png" if pattern == picture else Path(name).suffix)
        self._settings.set(remembered.LAST_FOLDER, str(chosen.parent))
        self.save_path(chosen)

    def save_path(self, path: Path) -> None:
        """Write the drawing, whole or not at all: a picture for a name that ends in .png, else strokes or pixels."""
        if self.is_empty:
            return
        value = self._session.artwork.value
        try:
            if path.suffix.lower() == ".png" or isinstance(value, Picture):
                atomic_write_bytes(path, _png(self.image()))
            elif isinstance(value, BinaryGrid):
                atomic_write_text(path, grid_text(value))
            else:
                write_drawings(path, [value])
        except (OSError, DrawingFileError) as error:
            self.failed.emit(self.tr("{0} cannot be saved: {1}").format(path.name, reason(error)))

    def image(self) -> QImage:
        """Return what lies on the canvas as a picture, dark on white."""
        value = self._session.artwork.value
        if isinstance(value, BinaryGrid):
            grey = value.to_vector().reshape(value.shape).repeat(_PIXEL_SIDE, axis=0).repeat(_PIXEL_SIDE, axis=1)
        elif isinstance(value, Picture):
            grey = value.grey
        else:
            grey = render(value, self._session.pen_width, _PICTURE_SIDE)
        return ink_image(grey, "light")

    # The clipboard

    def copy(self) -> None:
        """Put the drawing on the clipboard: as a picture, and as strokes or pixels."""
        if self.is_empty:
            return
        value = self._session.artwork.value
        data = QMimeData()
        data.setImageData(self.image())
        if isinstance(value, BinaryGrid):
            data.setText(grid_text(value))
        elif isinstance(value, Drawing):
            text = drawing_text(value)
            data.setText(text)
            data.setData(MIME, QByteArray(text.encode()))
        QGuiApplication.clipboard().setMimeData(data)

    def paste(self) -> None:
        """Put what is on the clipboard on the canvas: strokes, pixels, a picture or a file."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None when whoever copied it has gone
        if data is None:
            self.failed.emit(self.tr("The clipboard is empty."))
        else:
            self.take(data)

    def take(self, data: QMimeData) -> None:
        """Put what was pasted or dropped on the canvas."""
        try:
            if path := local_file(data):
                self.open_path(path)
            elif self._by_hand:
                rows, columns = self._session.grid.shape
                self._session.artwork.commit(parse_grid(data.text(), rows, columns), self.tr("Paste"))
                self.replaced.emit()
            elif data.hasFormat(MIME):
                self._paste_strokes(bytes(data.data(MIME).data()))
            elif data.hasImage():
                self._paste_image(QImage(data.imageData()))
            else:
                self._paste_strokes(data.text().encode())
        except (DrawingFileError, GridTextError) as error:
            self.failed.emit(self.tr("The clipboard holds no drawing: {0}").format(reason(error)))

    def _paste_strokes(self, data: bytes) -> None:
        drawings = parse_drawings(data)
        self.show_drawing(drawings[0])
        self.opened.emit(drawings, self.tr("Clipboard"))

    def _paste_image(self, image: QImage) -> None:
        if max(image.width(), image.height()) > MAX_SIDE:
            keep = Qt.AspectRatioMode.KeepAspectRatio
            image = image.scaled(MAX_SIDE, MAX_SIDE, keep, Qt.TransformationMode.SmoothTransformation)
        luminance = (image_to_rgb(image) @ np.array(_LUMA, dtype=np.float32) / 255).astype(np.float32)
        self._session.artwork.commit(Picture(ink_on_paper(luminance), self.tr("Clipboard")), self.tr("Paste picture"))
        self.replaced.emit()


def reason(error: Exception) -> str:
    """Return what is wrong, without the path, which the sentence around it names."""
    if isinstance(error, DrawingFileError):
        return error.reason if error.index is None else f"drawing {error.index + 1}: {error.reason}"
    if isinstance(error, ImageFileError):
        return error.reason
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def local_file(data: QMimeData) -> Path | None:
    """Return the one file on this computer that was dropped or pasted."""
    urls: list[QUrl] = data.urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def on_canvas(drawing: Drawing) -> Drawing:
    """Return a drawing as it is if it lies on the canvas with room around it, else moved and scaled to the middle."""
    box = drawing.bounding_box()
    if box is None:
        return drawing
    inside = min(box.left, box.top) >= 0 and max(box.right, box.bottom) <= 1
    # In other units, a digit may well be a speck in the unit square's corner.
    fits = 0.1 <= box.longer_side <= _MARGIN_OF_A_CANVAS
    return drawing if inside and fits else drawing.normalised()


def drawing_text(drawing: Drawing) -> str:
    """Return a drawing as the text of a drawings file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.json"
        write_drawings(path, [drawing])
        return path.read_text(encoding="utf-8")


def parse_drawings(data: bytes) -> list[Drawing]:
    """Read the text of a drawings file. Raises DrawingFileError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.json"
        path.write_bytes(data)
        return read_drawings(path)


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
