"""Where the window stands on the screen: wholly inside what the desktop leaves free."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize

# What a desktop's frame takes: the title bar is the tallest of the usual desktops'. Its real size is known when the
# window stands.
FRAME = QSize(2, 40)


def fits(size: QSize, free: QRect, frame: QSize = FRAME) -> bool:
    """Return whether a window with a frame around it has room in the free area of a screen."""
    return size.width() + frame.width() <= free.width() and size.height() + frame.height() <= free.height()


def placed(window: QRect, free: QRect, least: QSize) -> QRect:
    """Return where a window with its frame belongs: moved, and where that is not enough shrunk, into the free area.

    Parameters
    ----------
    window : the frame as it stands
    free : what the desktop leaves of the screen
    least : the window is not made smaller than this, and then begins at the free area's top left corner
    """
    size = window.size().boundedTo(free.size()).expandedTo(least)
    left = max(free.left(), min(window.left(), free.left() + free.width() - size.width()))
    top = max(free.top(), min(window.top(), free.top() + free.height() - size.height()))
    return QRect(left, top, size.width(), size.height())
