"""Save picture…: the menu of a page's views, the file dialog, the file."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from digitapp.atomic import atomic_write_bytes
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause
from digitapp.gui.icons import icon
from digitapp.gui.pages.page import Page
from digitapp.gui.pictures import ComposedPicture, PictureFormatError, pixels, with_suffix
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.window.picture_views import SavableView, view_around, views_of
from digitapp.gui.words.messages import Message
from digitapp.plain import file_name
from digitapp.progress import Report


class PictureSaver(QObject):
    """Saves views of the window's pages as PNG or SVG; the page says how it went."""

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._page: Page | None = None

    def menu(self, page: Page) -> QMenu:
        """Return a menu of everything on a page that can be saved."""
        menu = QMenu(self._window)
        menu.addSection(self.tr("Save picture of"))
        for view in (*page.composed_pictures(), *views_of(page)):
            action = menu.addAction(icon("image"), self.tr("{0}…").format(view.title))
            action.triggered.connect(lambda _checked=False, view=view: self.ask(page, view))
        return menu

    def menu_at(self, page: Page, widget: QWidget | None) -> QMenu:
        """Return the context menu of whatever view of a page a widget belongs to."""
        view = view_around(page, widget)
        menu = QMenu(self._window)
        save = menu.addAction(icon("image"), self.tr("Save picture of “{0}”…").format(view.title))
        save.triggered.connect(lambda: self.ask(page, view))
        copy = menu.addAction(icon("copy"), self.tr("Copy picture"))
        copy.triggered.connect(lambda: self.copy(page, view))
        return menu

    def pop_up(self, menu: QMenu, place: QPoint) -> None:
        """Show a menu at a place of the screen; it is gone when it is closed."""
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        actions = [action for action in menu.actions() if not action.isSeparator()]
        if actions:
            menu.setActiveAction(actions[0])

    def ask(self, page: Page, view: SavableView | ComposedPicture) -> None:
        """Let the user choose a file, and write the picture to it."""
        folder = Path(self._settings.get(remembered.LAST_FOLDER))
        suggested = str(folder / f"{self.suggested_name(view)}.png")
        patterns = self.tr("PNG pictures (*.png);;SVG drawings (*.svg)")
        title = self.tr("Save picture of “{0}”").format(view.title)
        path, chosen = QFileDialog.getSaveFileName(self._window, title, suggested, patterns)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.save(page, view, Path(path), ".svg" if "*.svg" in chosen else ".png")

    def suggested_name(self, view: SavableView | ComposedPicture) -> str:
        """Return a file name without ending: what is seen, and of which network."""
        model = self._session.model.name
        kept = "".join(character if character.isalnum() or character in "-_" else "-" for character in model)
        return f"{view.name}-{kept}" if kept else view.name

    def save(self, page: Page, view: SavableView | ComposedPicture, path: Path, default: str = ".png") -> None:
        """Write a picture to a file, whole or not at all; a name without an ending gets the default one."""
        try:
            target = with_suffix(path, default)
        except PictureFormatError as error:
            text = self.tr("{0}: a picture is written as .png or .svg").format(file_name(error.path))
            page.tell(Message(self.tr("The picture was not saved"), text))
            return
        pack = view.prepare(target.suffix.lower())
        self._page = page
        page.say(self.tr("Saving {0}…").format(file_name(target)))

        def write(_report: Report, cancelled: threading.Event) -> Path:
            packed = pack(cancelled)
            if not cancelled.is_set():
                atomic_write_bytes(target, packed)
            return target

        self._session.start_job(write, succeeded=self._on_saved, failed=self._on_failed, saves=True)

    def copy(self, page: Page, view: SavableView) -> None:
        """Put a view on the clipboard."""
        QGuiApplication.clipboard().setImage(pixels(view.widget))
        page.say(self.tr("Copied {0}").format(view.title))

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        if self._page is not None:
            self._page.say(self.tr("Saved {0}").format(file_name(path)))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._page is None:
            return
        self._page.say("")
        self._page.tell(Message(self.tr("The picture was not saved"), cause(error)))
