"""All images of a cell of the confusion matrix, to be looked through."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListView, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.widgets import Label, PrimaryButton

_TILE, _GAP = 56, 8
_COLUMNS, _ROWS = 10, 6

Index = QModelIndex | QPersistentModelIndex


class _Images(QAbstractListModel):
    """Grey images, painted when they come into sight."""

    def __init__(self, inputs: NDArray[np.floating], shape: tuple[int, int], names: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._inputs, self._shape, self._names = inputs, shape, names

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._inputs)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            return self._image(index.row())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._names[index.row()]
        return None

    def _image(self, row: int) -> QImage:
        image = ink_image(self._inputs[row].reshape(self._shape), theme.current().name)
        side = theme.scaled(_TILE)
        return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)


class CellImages(QDialog):
    """The images in a list that scrolls.

    Signals: `opened(row)` of an image that is to be looked at closely.
    """

    opened = Signal(int)

    def __init__(
        self, title: str, inputs: NDArray[np.floating], shape: tuple[int, int], names: list[str], parent: QWidget
    ) -> None:
        """Show images, float array (images, pixels) of a shape (rows, columns), each with a name for people."""
        super().__init__(parent)
        self.setObjectName("cellImages")
        self.setWindowTitle(title)
        self.setProperty("panel", "surface")
        self.list = QListView()
        self.list.setModel(_Images(inputs, shape, names, self))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setSpacing(_GAP // 2)
        side = theme.scaled(_TILE)
        self.list.setIconSize(QSize(side, side))
        self.list.setAccessibleName(title)
        self.list.activated.connect(self._on_activated)
        self.list.doubleClicked.connect(self._on_activated)
        close = PrimaryButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(Label(self.tr("Double-click an image to see why it is read so."), "caption", "text2"))
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(Label(title, "card-title"))
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        pitch = side + _GAP + 4
        rows = min(_ROWS, max(1, -(-len(inputs) // _COLUMNS)))
        self.resize(_COLUMNS * pitch + 64, rows * pitch + 128)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())
        self.accept()
