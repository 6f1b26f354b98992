"""The place of the window's pages, most of which are not there yet when the window opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QStackedWidget, QWidget

from digitapp.gui.pages.page import Page


@dataclass(frozen=True)
class PageEntry:
    """A page of the window.

    Attributes
    ----------
    name : the page's object name
    icon, title, tip : how the rail offers it
    page : returns the page; the first call makes it, and puts it into the stack
    """

    name: str
    icon: str
    title: str
    tip: str
    page: Callable[[], Page]


class PageStack(QStackedWidget):
    """Shows one of some pages; until a page is made, an empty widget of its name keeps its place."""

    def __init__(self, entries: Iterable[PageEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = tuple(entries)
        for entry in self._entries:
            keeper = QWidget()
            keeper.setObjectName(entry.name)
            self.addWidget(keeper)

    def index_of(self, name: str) -> int:
        """Return the place of a page, whether it is made or not."""
        return [entry.name for entry in self._entries].index(name)

    def widget(self, index: int, /) -> QWidget:
        """Return the page at a place; one that is not there yet is made."""
        return self._entries[index].page()

    def setCurrentIndex(self, index: int, /) -> None:
        """Show a page; one that is not there yet is made first."""
        self.widget(index)
        super().setCurrentIndex(index)

    def put(self, page: Page) -> None:
        """Put a page in the place of its name. No signal tells of that: the same page is shown as before."""
        index = self.index_of(page.objectName())
        keeper = super().widget(index)
        assert keeper is not None
        is_shown = self.currentIndex() == index
        with QSignalBlocker(self):
            self.insertWidget(index, page)
            if is_shown:
                super().setCurrentIndex(index)
            self.removeWidget(keeper)
        keeper.setParent(None)  # its name belongs to the page from now on
        keeper.deleteLater()
