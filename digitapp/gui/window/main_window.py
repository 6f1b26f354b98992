"""The main window: rail, header, pages, status bar."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QPoint, QRegularExpression, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from digitapp.gui import settings as remembered
from digitapp.gui.icons import app_icon
from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import HairLine, Rail
from digitapp.gui.window.header import PICTURE_KEY, Header
from digitapp.gui.window.help_dialog import HelpDialog
from digitapp.gui.window.page_stack import PageEntry, PageStack
from digitapp.gui.window.preferences import PreferencesMenu
from digitapp.gui.window.status_bar import StatusBar
from digitapp.gui.window.timeline_bar import TimelineBar

if TYPE_CHECKING:
    from digitapp.gui.pages.draw.page import DrawPage
    from digitapp.gui.pages.features.page import FeaturesPage
    from digitapp.gui.pages.hand.page import HandPage
    from digitapp.gui.pages.network.page import NetworkPage
    from digitapp.gui.pages.train.page import TrainPage
    from digitapp.gui.pages.why.page import WhyPage
    from digitapp.gui.window.picture_saver import PictureSaver

DEFAULT_SIZE = QSize(1280, 800)
MINIMUM_SIZE = QSize(1024, 700)

AnyPage = TypeVar("AnyPage", bound=Page)
Part = TypeVar("Part", bound=QObject)


class MainWindow(QMainWindow):
    """One window, one session, and the pages that show it.

    A page is made when it is needed first, by being shown, by its property, or by `findChild`: a start makes one page.
    Until then an empty widget of the page's name keeps its place.
    """

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(self.tr("digitapp"))
        self.setWindowIcon(app_icon())
        self.session = session
        self.settings = settings
        self.entries = self._page_entries()
        self._build()
        self._connect()
        self._restore()

    # The pages

    def _page_entries(self) -> tuple[PageEntry, ...]:
        tr = self.tr
        return (
            PageEntry("drawPage", "pen", tr("Draw"), tr("Draw a digit and see it read"), lambda: self.draw_page),
            PageEntry(
                "trainPage", "train", tr("Train"), tr("Train a network and watch it learn"), lambda: self.train_page
            ),
            PageEntry(
                "featuresPage",
                "features",
                tr("Features"),
                tr("See what every unit has learned"),
                lambda: self.features_page,
            ),
            PageEntry("whyPage", "why", tr("Why"), tr("See what led to the answer"), lambda: self.why_page),
            PageEntry(
                "networkPage", "network", tr("Network"), tr("See the whole network at work"), lambda: self.network_page
            ),
            PageEntry(
                "handPage", "hand", tr("My hand"), tr("Teach a network your handwriting"), lambda: self.hand_page
            ),
        )

    # Imports are deferred with the pages: theirs are half of all that the window imports.

    @cached_property
    def draw_page(self) -> DrawPage:
        from digitapp.gui.pages.draw.page import DrawPage

        return self._take_in(DrawPage(self.session, self.settings))

    @cached_property
    def train_page(self) -> TrainPage:
        from digitapp.gui.pages.train.page import TrainPage

        page = self._take_in(TrainPage(self.session, self.settings))
        page.features_requested.connect(self._show_features)
        return page

    @cached_property
    def features_page(self) -> FeaturesPage:
        from digitapp.gui.pages.features.page import FeaturesPage

        return self._take_in(FeaturesPage(self.session, self.settings))

    @cached_property
    def why_page(self) -> WhyPage:
        from digitapp.gui.pages.why.page import WhyPage

        page = self._take_in(WhyPage(self.session, self.settings))
        page.drawing_wanted.connect(self._show_drawing)
        return page

    @cached_property
    def network_page(self) -> NetworkPage:
        from digitapp.gui.pages.network.page import NetworkPage

        page = self._take_in(NetworkPage(self.session, self.settings))
        page.features_requested.connect(self._show_features)
        return page

    @cached_property
    def hand_page(self) -> HandPage:
        from digitapp.gui.pages.hand.page import HandPage

        page = self._take_in(HandPage(self.session, self.settings))
        page.mnist_requested.connect(self._show_training)
        return page

    def _take_in(self, page: AnyPage) -> AnyPage:
        """Put a new page into the window."""
        self.header.add_page(page)
        self.stack.put(page)
        self._order_tabs()
        page.status_changed.connect(self._on_status_changed)
        return page

    def findChild(
        self,
        kind: type[Part],
        /,
        name: str | None = None,
        options: Qt.FindChildOption = Qt.FindChildOption.FindChildrenRecursively,
    ) -> Part | None:
        """Return the first part of a kind and name; where it belongs to a page that is not there yet, make the page.

        Tests, screenshots and assistive tools rely on the names; what is made late must not be missed by them.
        """
        wanted: Any = name  # Qt takes None for any name, which the stubs do not know; "" finds only what has no name
        for entry in self.entries:
            if entry.name == name:
                entry.page()
        found = super().findChild(kind, wanted, options)
        for entry in self.entries:
            if found is None:
                entry.page()
                found = super().findChild(kind, wanted, options)
        return found

    def findChildren(
        self,
        kind: type[Part],
        /,
        name: str | QRegularExpression | None = None,
        options: Qt.FindChildOption = Qt.FindChildOption.FindChildrenRecursively,
    ) -> list[Part]:
        """Return all parts of a kind and name, as `findChild`; without a plain name those that are there."""
        if isinstance(name, str) and name:
            self.findChild(kind, name, options)
        wanted: Any = name
        return super().findChildren(kind, wanted, options)

    @property
    def page(self) -> Page:
        """The shown page."""
        return self.entries[self.stack.currentIndex()].page()

    # Building

    def _build(self) -> None:
        self.rail = Rail()
        for number, entry in enumerate(self.entries, 1):
            self.rail.add_page(entry.icon, entry.title, entry.tip, f"Ctrl+{number}")
        self._settings_button = self.rail.add_tool("settings", self.tr("Settings"))
        self._help_button = self.rail.add_tool("help", self.tr("Help"), QKeySequence.StandardKey.HelpContents)
        self.header = Header(self.session)
        self.stack = PageStack(self.entries)
        self.timeline = TimelineBar(self.session)
        self.status = StatusBar(self.session)

        column = QVBoxLayout()
        column.setSpacing(0)
        for widget, stretch in (
            (self.header, 0),
            (HairLine(Qt.Orientation.Horizontal), 0),
            (self.stack, 1),
            (HairLine(Qt.Orientation.Horizontal), 0),
            (self.timeline, 0),
            (self.status, 0),
        ):
            column.addWidget(widget, stretch)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(body)
        self.setMinimumSize(MINIMUM_SIZE)
        self._preferences = PreferencesMenu(self.settings, self.session, self)

    def _order_tabs(self) -> None:
        """Tab walks from what matters to what is rarely needed: header, page, then the rail."""
        QWidget.setTabOrder(self.header, self.stack)
        QWidget.setTabOrder(self.stack, self.rail.pages)

    def _connect(self) -> None:
        self.rail.currentChanged.connect(self.stack.setCurrentIndex)
        self._settings_button.clicked.connect(self._show_preferences)
        self._help_button.clicked.connect(self._show_help)
        self.stack.currentChanged.connect(self._on_page_changed)
        self.header.open_requested.connect(self.open_model)
        self.header.pictures_requested.connect(self._show_pictures)
        self.timeline.train_on_wanted.connect(self._train_on)
        self.session.activity_changed.connect(self._show_activity)
        for number in range(len(self.entries)):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self)
            shortcut.activated.connect(lambda number=number: self.stack.setCurrentIndex(number))
        for key, slot in (
            (QKeySequence.StandardKey.Undo, self._undo),
            (QKeySequence.StandardKey.Redo, self._redo),
            (QKeySequence.StandardKey.HelpContents, self._show_help),
            (QKeySequence.StandardKey.Quit, self.close),
        ):
            shortcut = QShortcut(self)
            shortcut.setKeys(key)  # all keys of the platform: redo is Ctrl+Shift+Z and Ctrl+Y
            shortcut.activated.connect(slot)
        QShortcut(QKeySequence(PICTURE_KEY), self).activated.connect(self._show_pictures)

    def _restore(self) -> None:
        geometry = self.settings.get(remembered.GEOMETRY)
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(DEFAULT_SIZE)
        page = self.settings.get(remembered.PAGE)
        self.stack.setCurrentIndex(page if page < len(self.entries) else 0)
        self._on_page_changed(self.stack.currentIndex())

    @Slot(int)
    def _on_page_changed(self, index: int) -> None:
        self.rail.setCurrentIndex(index)
        self.header.show_page(self.page)
        self.status.show_text(self.page.status_text)
        self.timeline.show_always(index == self.stack.index_of("trainPage"))
        self.settings.set(remembered.PAGE, index)

    @Slot(str)
    def _on_status_changed(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.status.show_text(text)

    @Slot()
    def _show_preferences(self) -> None:
        self._preferences.popup_beside(self._settings_button)

    @Slot()
    def open_model(self) -> None:
        """Let the user choose a model file and show it; the shown page says what is wrong with it."""
        self.page.open_model()

    @Slot()
    def _show_training(self) -> None:
        self.stack.setCurrentWidget(self.train_page)

    @Slot()
    def _show_features(self) -> None:
        self.stack.setCurrentWidget(self.features_page)

    @Slot()
    def _train_on(self) -> None:
        self.stack.setCurrentWidget(self.train_page)
        self.train_page.train_on()

    @Slot()
    def _show_drawing(self) -> None:
        self.stack.setCurrentWidget(self.draw_page)

    @Slot()
    def _show_help(self) -> None:
        HelpDialog(self).exec()

    @Slot()
    def _show_activity(self) -> None:
        self.rail.set_dot(self.stack.index_of("trainPage"), self.session.any_run_active)

    @Slot()
    def _undo(self) -> None:
        self.page.undo()

    @Slot()
    def _redo(self) -> None:
        self.page.redo()

    @cached_property
    def pictures(self) -> PictureSaver:
        """What saves pictures; it knows the views of all pages and is imported with them."""
        from digitapp.gui.window.picture_saver import PictureSaver

        return PictureSaver(self.session, self.settings, self)

    @Slot()
    def _show_pictures(self) -> None:
        """Offer every view of the page to be saved."""
        button = self.header.picture_button
        menu = self.pictures.menu(self.page)
        corner = button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height() + 4))
        self.pictures.pop_up(menu, corner)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the view under the pointer to be saved, where nothing else has a menu of its own."""
        widget = QApplication.widgetAt(event.globalPos()) or self.childAt(event.pos())
        if widget is not None and self.page.isAncestorOf(widget):
            self.pictures.pop_up(self.pictures.menu_at(self.page, widget), event.globalPos())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and end every thread before it goes."""
        self.settings.set(remembered.GEOMETRY, self.saveGeometry())
        self.settings.set(remembered.PROBLEM, self.session.problem.key)
        self.settings.set(remembered.PEN_WIDTH, self.session.pen_width)
        # A stalled download may take its time to end: the window is gone meanwhile.
        self.hide()
        self.session.close()
        super().closeEvent(event)
