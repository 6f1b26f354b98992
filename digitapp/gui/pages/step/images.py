"""The images to learn from, drawn anew: every one can be painted, labelled, added and deleted, or come from a table."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.toy import MOST_IMAGES, GridImage
from digitapp.drawing.grid import BinaryGrid
from digitapp.gui import theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.grid import GridSurface
from digitapp.gui.pages.step.image_files import ImageFiles
from digitapp.gui.pages.step.image_wall import ImageWall
from digitapp.gui.settings import Settings
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.session import Session
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import (
    CheckBox,
    GhostButton,
    Label,
    NoteBar,
    PlainButton,
    PrimaryButton,
    ScrollPanel,
    SegmentedControl,
)
from digitapp.gui.widgets.containers import NoteKind

_SIZE, _PAD_HEIGHT = (800, 630), 310
_LEAST_WALL, _LEAST_PAD = (200, 160), (120, 150)  # so that it fits on a small screen with large text


class ImagesDialog(QDialog):
    """Edits the images of the shown problem; every change is one of the session's at once, and can be undone."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imagesDialog")
        self.setWindowTitle(self.tr("Images"))
        self.setProperty("panel", "surface")
        self._session, self._own = session, session.images
        self._names = self._own.problem.class_names
        self._current = 0
        self.files = ImageFiles(session, settings, self)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show()

    # Building

    def _make_parts(self) -> None:
        keys = QKeySequence.StandardKey
        self.wall = ImageWall(self._names)
        self.grid = Artwork(self._own.problem.blank, self)
        self.canvas = Canvas(GridSurface(self._session, self, self.grid))
        self.canvas.setObjectName("imagesCanvas")
        self.canvas.setAccessibleName(self.tr("The chosen image"))
        self.canvas.setMinimumSize(*_LEAST_PAD)
        self.canvas.setMaximumHeight(theme.scaled(_PAD_HEIGHT))
        self.label = SegmentedControl(list(self._names), name=self.tr("Label"))
        self.label.setObjectName("imagesLabel")
        self.checks = CheckBox(self.tr("It only checks what was learned"))
        self.checks.setObjectName("imagesChecks")
        self.undo = GhostButton("", "undo", tip=self.tr("Undo"), key=keys.Undo)
        self.redo = GhostButton("", "redo", tip=self.tr("Redo"), key=keys.Redo)
        self.add = PlainButton(self.tr("Add"), "plus", tip=self.tr("Add a copy of this image, to be changed"))
        self.add.setObjectName("imagesAdd")
        self.delete = PlainButton(self.tr("Delete"), "trash", tip=self.tr("Delete this image"))
        self.delete.setObjectName("imagesDelete")
        self.import_button = GhostButton(self.tr("Import…"), "folder", tip=self.tr("Read images from a table (CSV)"))
        self.export_button = GhostButton(
            self.tr("Export…"), "download", tip=self.tr("Write the images to a table (CSV)")
        )
        self.book = GhostButton(
            self.tr("Back to the book's"), tip=self.tr("Have the images again that come with the program")
        )
        self.book.setObjectName("imagesBook")
        self.count = Label("", "caption", "text2")
        self.note = NoteBar("info", " ")
        self.note.setObjectName("imagesNote")
        self.close_button = PrimaryButton(self.tr("Close"))

    def _lay_out(self) -> None:
        panel = ScrollPanel("window")
        inside = QVBoxLayout(panel.content)
        inside.setContentsMargins(12, 12, 12, 12)
        inside.addWidget(self.wall)
        inside.addStretch(1)
        panel.setMinimumSize(*_LEAST_WALL)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.canvas, 1)
        row = QHBoxLayout()
        row.addWidget(Label(self.tr("It is a"), "body", "text2"))
        row.addWidget(self.label)
        row.addStretch(1)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        right.addLayout(row)
        right.addWidget(self.checks)
        changes = QHBoxLayout()
        changes.addWidget(self.add)
        changes.addWidget(self.delete)
        changes.addStretch(1)
        right.addLayout(changes)
        below = QHBoxLayout()
        for part in (self.import_button, self.export_button, self.book):
            below.addWidget(part)
        below.addStretch(1)
        below.addWidget(self.close_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(28, 24, 28, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(Label(self.tr("What the network learns from"), "title"))
        head.addWidget(self.count)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(panel, 1, 0)
        grid.addLayout(right, 1, 1)
        grid.addWidget(self.note, 2, 0, 1, 2)
        grid.addLayout(below, 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(1, 1)
        policy = self.note.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.note.setSizePolicy(policy)
        self.note.hide()
        wanted = QSize(theme.scaled(_SIZE[0]), theme.scaled(_SIZE[1]))
        self.resize(wanted.boundedTo(self.screen().availableSize()))

    def _connect(self) -> None:
        self._own.changed.connect(self._on_changed)
        self.wall.chosen.connect(self.choose)
        self.wall.delete_wanted.connect(self._delete)
        self.grid.changed.connect(self._on_drawn)
        self.label.currentChanged.connect(self._on_labelled)
        self.checks.toggled.connect(self._on_checks)
        self.add.clicked.connect(self._add)
        self.delete.clicked.connect(self._delete)
        self.undo.clicked.connect(self._own.undo)
        self.redo.clicked.connect(self._own.redo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(self._own.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Redo), self).activated.connect(self._own.redo)
        self.book.clicked.connect(self._own.back_to_book)
        self.import_button.clicked.connect(self.files.ask_import)
        self.export_button.clicked.connect(self.files.ask_export)
        self.files.done.connect(self._say_done)
        self.files.failed.connect(self._say_failed)
        self.close_button.clicked.connect(self.accept)
        self.finished.connect(self.deleteLater)

    # What is shown

    @property
    def image(self) -> GridImage:
        """The chosen image."""
        return self._own.images[self._current]

    @Slot(int)
    def choose(self, index: int) -> None:
        """Choose another image."""
        self._current = index
        self._show()

    @Slot()
    def _on_changed(self) -> None:
        if self._session.problem is self._own.problem:
            self._session.choose_dataset(self._own.dataset_name)
        self.note.hide()
        self._show()

    def _show(self) -> None:
        images = self._own.images
        self._current = min(self._current, len(images) - 1)
        self.wall.show_images(images, self._current)
        if self.grid.value != self.image.grid:
            self.grid.adopt(self.image.grid)
        for control, show in (
            (self.label, lambda: self.label.setCurrentIndex(self.image.label)),
            (self.checks, lambda: self.checks.setChecked(self.image.validates)),
        ):
            blocked = control.blockSignals(True)
            show()
            control.blockSignals(blocked)
        self.undo.setEnabled(self._own.can_undo)
        self.redo.setEnabled(self._own.can_redo)
        self.add.setEnabled(not self._own.is_full)
        self.delete.setEnabled(len(images) > 1)
        self.book.setEnabled(bool(self._own.own))
        checking = sum(image.validates for image in images)
        learned = self.tr("%Ln image(s) to learn from", "", len(images) - checking)
        self.count.setText(itemised([learned, self.tr("{0} to check, underlined").format(checking)]))

    # What the user does

    def _replace(self, image: GridImage) -> None:
        images = list(self._own.images)
        images[self._current] = image
        self._own.commit(images)
        self._show()  # where one that checks is the only one, nothing changes

    @Slot()
    def _on_drawn(self) -> None:
        grid = self.grid.value
        if self.grid.is_settled and isinstance(grid, BinaryGrid) and grid != self.image.grid:
            self._replace(replace(self.image, grid=grid))

    @Slot(int)
    def _on_labelled(self, label: int) -> None:
        self._replace(replace(self.image, label=label))

    @Slot(bool)
    def _on_checks(self, checks: bool) -> None:
        learned = sum(not image.validates for image in self._own.images)
        if checks and learned == 1:
            self._say_failed(self.tr("At least one image is needed to learn from."))
            self._show()
        else:
            self._replace(replace(self.image, validates=checks))

    @Slot()
    def _add(self) -> None:
        if self._own.is_full:
            self._say_failed(self.tr("There is room for %Ln image(s) and no more.", "", MOST_IMAGES))
            return
        images = list(self._own.images)
        images.insert(self._current + 1, self.image)
        self._current += 1
        self._own.commit(images)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _delete(self) -> None:
        images = list(self._own.images)
        if len(images) > 1:
            del images[self._current]
            self._own.commit(images)

    @Slot(str)
    def _say_done(self, text: str) -> None:
        self._say("info", text)

    @Slot(str)
    def _say_failed(self, text: str) -> None:
        self._say("warning", text)

    def _say(self, kind: NoteKind, text: str) -> None:
        self.note.set_note(kind, text)
        self.note.show()
