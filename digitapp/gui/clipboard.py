"""What the window puts on the clipboard, and what becomes of it when the window goes."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

_MARK = "made by digitapp"


def put(data: QMimeData) -> None:
    """Put data on the clipboard."""
    data.setProperty(_MARK, True)
    QGuiApplication.clipboard().setMimeData(data)


def leave() -> None:
    """Leave what this program has put there as something of Qt's own, which others can still paste.

    Data that Python has made are destroyed with the platform's clipboard, after Python has gone: that ends the process.
    """
    clipboard = QGuiApplication.clipboard()
    data: QMimeData | None = clipboard.mimeData()  # None when whoever copied it has gone
    if data is None or not data.property(_MARK):
        return
    if data.hasImage():
        clipboard.setImage(clipboard.image())
    else:
        clipboard.setText(data.text())
