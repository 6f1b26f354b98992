"""The drawing in files and on the clipboard, both ways."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.atomic import atomic_write_bytes, atomic_write_text
from digitapp.datasets.problems import Inputs
from digitapp.drawing.contents import ModelInsteadError, read_contents, refuse_all_but_models, refuse_model
from digitapp.drawing.files import DrawingFileError, read_drawings, write_drawings
from digitapp.drawing.grid import BinaryGrid, GridTextError, grid_text, parse_grid, read_grid
from digitapp.drawing.images import MAX_PIXELS, MIN_SIDE, ink_in_pixels
from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Picture
from digitapp.drawing.point import Point
from digitapp.drawing.render import render
from digitapp.gui import clipboard
from digitapp.gui import settings as remembered
from digitapp.gui.canvas.ink import MOST_POINTS
from digitapp.gui.causes import cause
from digitapp.gui.images import ink_image, rgba_pixels
from digitapp.gui.settings import Settings
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import finish_unless
from digitapp.gui.state.session import Session
from digitapp.plain import file_name
from digitapp.progress import Report

MIME = "application/x-digitapp-drawings"
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".tif", ".tiff", ".gif", ".webp")

_PICTURE_SIDE = 560  # 20 pixels for each of the network's
_PIXEL_SIDE = 40  # of one of the toy's pixels in a picture
_READ_AT_ONCE = 100_000  # bytes of strokes
_LONGEST_LINE = 200.0  # canvas sides, more than minutes of scribbling leave; of longer ones fewer points are kept
_MARGIN_OF_A_CANVAS = 0.95  # a drawing larger than this was not made on a canvas


@dataclass(frozen=True, eq=False)
class _Source:
    """Where a drawing comes from, and the canvas that it is for.

    Attributes
    ----------
    edit, edit_of_picture : what a step of undo says
    refusal : the sentence for what cannot be read, with places for the name and the reason
    """

    name: str
    target: Artwork
    edit: str
    edit_of_picture: str
    refusal: str


class DrawingFiles(QObject):
    """Opens, saves, copies and pastes what lies on the canvas.

    Files are read in the background. Whatever cannot be read changes nothing.

    Signals
    -------
    started(str) : a file of this name is being read
    opened(list of Drawing, str) : a drawings file was read; its name. Its first drawing is on the canvas
    replaced : something else took the canvas
    model_found(Path) : the file is a model
    failed(str) : one sentence for the user
    """

    started = Signal(str)
    opened = Signal(object, str)
    replaced = Signal()
    model_found = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._put)
        self._errand.failed.connect(self._on_unreadable)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to save or copy."""
        value = self._session.artwork.value
        return isinstance(value, Point) or (not isinstance(value, Picture) and value.is_empty)

    @property
    def _by_hand(self) -> bool:
        return self._session.problem.inputs is Inputs.GRID

    # Opening

    def _refuses(self) -> bool:
        """Say it where inputs are no pictures, so that there is nothing to put on the canvas, and return whether."""
        refuses = not self._session.problem.has_picture
        if refuses:
            self.failed.emit(self.tr("The inputs of this problem are numbers: there is no drawing to open or paste."))
        return refuses

    def ask_open(self) -> None:
        """Let the user choose a file."""
        if self._refuses():
            return
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
        refusal = self.tr("{0} cannot be opened: {1}")
        source = _Source(file_name(path), self._session.artwork, self.tr("Open"), self.tr("Open picture"), refusal)
        self._read(self._reader(path), source)
        self.started.emit(file_name(path))

    def _reader(self, path: Path) -> Callable[[], object]:
        """Return what reads a file for the problem that is shown; a model is none of it, and found out at once."""
        if not self._session.problem.has_picture:
            return lambda: refuse_all_but_models(path)
        if not self._by_hand:
            return lambda: read_contents(path)
        rows, columns = self._session.grid.shape

        def read_pixels() -> object:
            refuse_model(path)
            return read_grid(path, rows, columns)

        return read_pixels

    def _read(self, read: Callable[[], object], source: _Source) -> None:
        """Read in the background; who opens something else does not wait for a file that cannot be reached."""

        def work(_report: Report, cancelled: threading.Event) -> object:
            found: list[object] = []
            return found[0] if finish_unless(cancelled, lambda: found.append(read()), grace=0.0) else None

        self._errand.ask(work, source)

    def _clipboard(self) -> _Source:
        name, refusal = self.tr("The clipboard"), self.tr("{0} holds no drawing: {1}")
        return _Source(name, self._session.artwork, self.tr("Paste"), self.tr("Paste picture"), refusal)

    def _read_pasted_strokes(self, data: bytes) -> None:
        """Read strokes: at once where that takes no longer than a frame."""
        if len(data) > _READ_AT_ONCE:
            self._read(lambda: parse_drawings(data), self._clipboard())
            return
        self._errand.cancel()
        source = self._clipboard()
        try:
            self._put(parse_drawings(data), source)
        except DrawingFileError as error:
            self._on_unreadable(error, source)

    @Slot(object, object)
    def _put(self, content: object, source: _Source) -> None:
        """Put what was read on the canvas that it was read for."""
        if isinstance(content, BinaryGrid):
            source.target.commit(content, source.edit)
            self.replaced.emit()
        elif isinstance(content, np.ndarray):
            source.target.commit(Picture(content, source.name), source.edit_of_picture)
            self.replaced.emit()
        elif isinstance(content, list):
            self.show_drawing(content[0], source.target)
            self.opened.emit(content, source.name)

    @Slot(object, object)
    def _on_unreadable(self, error: Exception, source: _Source) -> None:
        if isinstance(error, ModelInsteadError):
            self.model_found.emit(error.path)
            return
        self.failed.emit(source.refusal.format(source.name, cause(error)))

    def show_drawing(self, drawing: Drawing, artwork: Artwork | None = None) -> None:
        """Put a drawing on the canvas, at its own place if it was made on one."""
        (artwork or self._session.artwork).commit(thinned_for_canvas(on_canvas(drawing)), self.tr("Open"))

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
            chosen = chosen.with_suffix(".png" if "*.png" in pattern else Path(name).suffix)
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
            elif isinstance(value, Drawing):
                write_drawings(path, [value])
        except (OSError, DrawingFileError) as error:
            self.failed.emit(self.tr("{0} cannot be saved: {1}").format(file_name(path), cause(error)))

    def image(self) -> QImage:
        """Return what lies on the canvas as a picture, dark on white."""
        value = self._session.artwork.value
        if isinstance(value, BinaryGrid):
            grey = value.to_vector().reshape(value.shape).repeat(_PIXEL_SIDE, axis=0).repeat(_PIXEL_SIDE, axis=1)
        elif isinstance(value, Picture):
            grey = value.grey
        else:
            assert isinstance(value, Drawing)  # a point has no picture
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
        clipboard.put(data)

    def paste(self) -> None:
        """Put what is on the clipboard on the canvas: strokes, pixels, a picture or a file."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None when whoever copied it has gone
        if data is None:
            self.failed.emit(self.tr("The clipboard is empty."))
        else:
            self.take(data)

    def take(self, data: QMimeData) -> None:
        """Put what was pasted or dropped on the canvas."""
        path = local_file(data)
        if path is None and self._refuses():
            return
        try:
            if path is not None:
                self.open_path(path)
            elif self._by_hand:
                rows, columns = self._session.grid.shape
                self._session.artwork.commit(parse_grid(data.text(), rows, columns), self.tr("Paste"))
                self.replaced.emit()
            elif data.hasFormat(MIME):
                self._read_pasted_strokes(bytes(data.data(MIME).data()))
            elif data.hasImage():
                self._paste_image(QImage(data.imageData()))
            elif len(data.urls()) > 1:
                self.failed.emit(self.tr("{0} files at once: open them one by one.").format(len(data.urls())))
            else:
                self._read_pasted_strokes(data.text().encode(errors="replace"))
        except GridTextError as error:
            self.failed.emit(self.tr("The clipboard holds no drawing: {0}").format(cause(error)))

    def _paste_image(self, image: QImage) -> None:
        width, height = image.width(), image.height()
        if width * height > MAX_PIXELS:
            flaw = self.tr("{0}×{1} pixels are too many; at most {2} million are read")
            self.failed.emit(flaw.format(width, height, MAX_PIXELS // 10**6))
        elif max(width, height) < MIN_SIDE:
            flaw = self.tr("{0}×{1} pixels are too few; a digit needs at least {2} on a side")
            self.failed.emit(flaw.format(width, height, MIN_SIDE))
        else:
            self._read(lambda: ink_in_pixels(rgba_pixels(image)), self._clipboard())


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


def thinned_for_canvas(drawing: Drawing) -> Drawing:
    """Return a drawing with no more points than the canvas can show at once; a digit stays as it is."""
    lines = (np.diff(stroke.points[:, :2], axis=0) for stroke in drawing.strokes)
    length = sum(float(np.hypot(line[:, 0], line[:, 1]).sum()) for line in lines)
    return drawing.thinned(round(MOST_POINTS * min(1.0, _LONGEST_LINE / max(length, _LONGEST_LINE))))


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
