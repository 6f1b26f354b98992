"""Which parts of the window can be saved as a picture, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QScrollArea, QWidget

from digitapp.gui.pages.page import Page
from digitapp.gui.pictures import Pack, capture, offered_picture
from digitapp.gui.translation import translate
from digitapp.gui.widgets.containers import ScrollPanel


@dataclass(frozen=True)
class SavableView:
    """A part of the window as it is now.

    Attributes
    ----------
    widget : what is drawn; the content of a scroll area, so that nothing is cut off
    title : for people
    name : of the file, without its ending
    """

    widget: QWidget
    title: str
    name: str

    def prepare(self, suffix: str) -> Pack:
        """Draw the view at once and return how to get the bytes of a file with an ending, ".png" or ".svg"."""
        pack = capture(self.widget, suffix, self.title)
        return lambda _cancelled: pack()


def views_of(page: Page) -> list[SavableView]:
    """Return what of a page can be saved: its views that are seen, and last the page as a whole."""
    found: list[SavableView] = []
    for widget in page.findChildren(QWidget):
        offered = offered_picture(widget)
        if offered is not None and widget.isVisibleTo(page):
            found.append(SavableView(_whole(widget), *offered))
    found.append(SavableView(page, translate("Pictures", "Whole page"), page.objectName().removesuffix("Page")))
    return found


def view_around(page: Page, widget: QWidget | None) -> SavableView:
    """Return the smallest view that a widget belongs to; the whole page where there is none."""
    views = views_of(page)
    while widget is not None and widget is not page:
        for view in views:
            if view.widget is widget or _whole(widget) is view.widget:
                return view
        widget = widget.parentWidget()
    return views[-1]


def _whole(widget: QWidget) -> QWidget:
    """Return what a widget scrolls, where it does."""
    if isinstance(widget, ScrollPanel):
        return widget.content
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    return widget if inner is None else inner
