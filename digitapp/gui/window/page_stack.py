"""The place of the window's pages, most of which are not there yet when the window opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from digitapp.gui.pages.page import Page


class PageStack(QStackedWidget):
    """Shows one of some pages; until a page is made, an empty widget of its name keeps its place.

    Signals: `page_made`, when a page has taken its place.
    """

    page_made = Signal()

    def __init__(self, names: Sequence[str], make: Callable[[str], Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = tuple(names)
        self._make = make
        self._pages: dict[str, Page] = {}
        for name in self.names:
            keeper = QWidget()
            keeper.setObjectName(name)
            self.addWidget(keeper)
        self.currentChanged.connect(self.updateGeometry)

    def page(self, name: str) -> Page:
        """Return a page; one that is not there yet is made."""
        if name not in self._pages:
            self._pages[name] = page = self._make(name)
            self._put(page, self.names.index(name))
            self.page_made.emit()
        return self._pages[name]

    def widget(self, index: int, /) -> Page:
        """Return the page at a place; one that is not there yet is made."""
        return self.page(self.names[index])

    def setCurrentIndex(self, index: int, /) -> None:
        """Show a page; one that is not there yet is made first."""
        self.widget(index)
        super().setCurrentIndex(index)

    def minimumSizeHint(self) -> QSize:
        """Return the least size of the shown page: no other one needs room."""
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else QSize(0, 0)

    def _put(self, page: Page, index: int) -> None:
        """Put a page in its place. No signal tells of that: the same page is shown as before."""
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
