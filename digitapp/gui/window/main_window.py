"""The main window: rail, header, pages, status bar."""

from __future__ import annotations

import json
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from PySide6.QtCore import QObject, QPoint, QRegularExpression, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QDragEnterEvent, QDropEvent, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.icons import app_icon
from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import HairLine, Rail
from digitapp.gui.widgets.dropping import taken, welcome
from digitapp.gui.widgets.least_size import LeastSizeArea
from digitapp.gui.window.closing import may_close
from digitapp.gui.window.deleted_bar import DeletedBar
from digitapp.gui.window.fault_bar import FaultBar
from digitapp.gui.window.header import Header
from digitapp.gui.window.keys import FULL_SCREEN_KEY, PICTURE_KEY
from digitapp.gui.window.page_stack import PageStack
from digitapp.gui.window.placement import FRAME, fits, placed
from digitapp.gui.window.registry import PageRow, page_key, registered_pages
from digitapp.gui.window.resume_bar import ResumeBar
from digitapp.gui.window.status_bar import StatusBar
from digitapp.gui.window.timeline_bar import TimelineBar
from digitapp.gui.words.messages import file_message
from digitapp.modelfile import ModelFileError

if TYPE_CHECKING:
    from digitapp.gui.window.picture_saver import PictureSaver
    from digitapp.gui.window.preferences import Preferences

DEFAULT_SIZE = QSize(1280, 800)
MINIMUM_SIZE = QSize(640, 400)
_MOST_OPENED = 8  # models of a problem that are remembered

AnyPage = TypeVar("AnyPage", bound=Page)
Part = TypeVar("Part", bound=QObject)


class MainWindow(QMainWindow):
    """One window, one session, and the pages that show it.

    A page is made when it is needed first, by being shown, by `page`, or by `findChild`: a start makes one page.
    Until then an empty widget of the page's name keeps its place.

    What is made in it is written by its `keeper`, if it has one. The window owns its session, and closing it deletes
    both with every page: nothing of them stays in memory.
    """

    def __init__(self, session: Session, settings: Settings, keeper: Keeper | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(self.tr("digitapp"))
        self.setWindowIcon(app_icon())
        self.session = session
        self.settings = settings
        self.keeper = keeper
        self._screen: QScreen | None = None
        self.rows = registered_pages()
        self.setMinimumSize(MINIMUM_SIZE)
        self.setAcceptDrops(True)
        session.offer_models(_opened_before(settings.get(remembered.OPENED_MODELS)))
        session.models_changed.connect(self._remember_models)
        session.problem_changed.connect(self._remember_problem)
        self._build()
        self._make_shortcuts()
        self._restore()
        # Python cannot tell that nobody wants a closed window: a signal's connection to a lambda keeps what that names.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        session.setParent(self)  # children are deleted in the order in which they came: the pages before the session

    # The pages

    @overload
    def page(self, which: str) -> Page: ...

    @overload
    def page(self, which: type[AnyPage]) -> AnyPage: ...

    def page(self, which: str | type[Page]) -> Page:
        """Return a page by its name or its class; one that is not there yet is made."""
        return self.stack.page(which if isinstance(which, str) else which.NAME)

    @overload
    def show_page(self, which: str) -> Page: ...

    @overload
    def show_page(self, which: type[AnyPage]) -> AnyPage: ...

    def show_page(self, which: str | type[Page]) -> Page:
        """Show a page, and return it."""
        page = self.page(which)
        self.stack.setCurrentWidget(page)
        return page

    @property
    def shown_page(self) -> Page:
        """The page that is shown."""
        return self.page(self._shown_row.name)

    @property
    def _shown_row(self) -> PageRow:
        return self.rows[self.stack.currentIndex()]

    def _make_page(self, name: str) -> Page:
        page = next(row for row in self.rows if row.name == name).make(self.session, self.settings)
        self.header.add_page(page)
        page.status_changed.connect(self._on_status_changed)
        page.page_wanted.connect(self._on_page_wanted)
        page.work_wanted.connect(self._on_work_wanted)
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
        if name in self.stack.names:
            self.page(str(name))
        found = super().findChild(kind, wanted, options)
        for page_name in self.stack.names:
            if found is None:
                self.page(page_name)
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

    # Building

    def _build(self) -> None:
        self.rail = Rail()
        group = self.rows[0].group
        for place, row in enumerate(self.rows):
            self.rail.add_page(row.icon, row.title, row.tip, page_key(place), is_parted=row.group != group)
            group = row.group
        self._settings_button = self.rail.add_tool("settings", self.tr("Settings"))
        self._help_button = self.rail.add_tool("help", self.tr("Help"), QKeySequence.StandardKey.HelpContents)
        self.header = Header(self.session)
        self.fault_bar = FaultBar(self.session.faults)
        self.stack = PageStack([row.name for row in self.rows], self._make_page)
        self.deleted_bar = DeletedBar(self.session)
        self.resume_bar = ResumeBar(self.session)
        self.timeline = TimelineBar(self.session)
        self.status = StatusBar(self.session, self.keeper)

        column = QVBoxLayout()
        column.setSpacing(0)
        for widget, stretch in (
            (self.header, 0),
            (self.fault_bar, 0),
            (HairLine(Qt.Orientation.Horizontal), 0),
            (LeastSizeArea(self.stack), 1),
            (HairLine(Qt.Orientation.Horizontal), 0),
            (self.deleted_bar, 0),
            (self.resume_bar, 0),
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
        self._connect()

    def rebuild(self) -> None:
        """Make everything in the window anew, with the same state: what stands keeps the sizes of its text."""
        tells_of_fault = self.fault_bar.isVisible()
        shown, old = self._shown_row, self.takeCentralWidget()
        assert old is not None  # `_build` has set it
        for made in ("preferences", "pictures"):
            if made in self.__dict__:
                self.__dict__.pop(made).deleteLater()
        self._build()
        self.stack.setCurrentIndex(self.rows.index(shown))
        self._on_page_changed(self.rows.index(shown))
        self._show_activity()
        if tells_of_fault:
            self.fault_bar.show_newest()
        old.deleteLater()

    @Slot()
    def _order_tabs(self) -> None:
        """Tab walks from what matters to what is rarely needed: header, page, then the rail."""
        QWidget.setTabOrder(self.header, self.stack)
        QWidget.setTabOrder(self.stack, self.rail.pages)

    def _connect(self) -> None:
        self.rail.currentChanged.connect(self.stack.setCurrentIndex)
        self._settings_button.clicked.connect(self._show_preferences)
        self._help_button.clicked.connect(self._show_help)
        self.stack.page_made.connect(self._order_tabs)
        self.stack.currentChanged.connect(self._on_page_changed)
        self.header.chosen.connect(self._catch_up)
        self.header.open_requested.connect(self.open_model)
        self.header.model_failed.connect(self._on_model_failed)
        self.header.pictures_requested.connect(self._show_pictures)
        self.timeline.page_wanted.connect(self._on_page_wanted)
        self.session.activity_changed.connect(self._show_activity)
        self.session.model_failed.connect(self._on_model_failed)

    def _make_shortcuts(self) -> None:
        for place in range(len(self.rows)):
            shortcut = QShortcut(QKeySequence(page_key(place)), self)
            shortcut.activated.connect(partial(self._show_place, place))
        for key, slot in (
            (QKeySequence.StandardKey.Undo, self._undo),
            (QKeySequence.StandardKey.Redo, self._redo),
            (QKeySequence.StandardKey.HelpContents, self._show_help),
            (QKeySequence.StandardKey.Quit, self.close),
        ):
            shortcut = QShortcut(self)
            shortcut.setKeys(key)  # all keys of the platform: redo is Ctrl+Shift+Z and Ctrl+Y
            shortcut.activated.connect(slot)
        QShortcut(QKeySequence(FULL_SCREEN_KEY), self).activated.connect(self.toggle_full_screen)
        QShortcut(QKeySequence(PICTURE_KEY), self).activated.connect(self._show_pictures)

    def _restore(self) -> None:
        geometry = self.settings.get(remembered.GEOMETRY)
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(DEFAULT_SIZE.boundedTo(self.screen().availableSize() - FRAME).expandedTo(MINIMUM_SIZE))
        page = self.settings.get(remembered.PAGE)
        self.stack.setCurrentIndex(self.stack.names.index(page) if page in self.stack.names else 0)
        self._on_page_changed(self.stack.currentIndex())

    def open(self) -> None:
        """Show the window wholly inside the free area of the screen, and keep it there when the screen changes.

        Where the usual size has no room, as on a small laptop, the first start takes all the room there is.
        """
        first = self.settings.get(remembered.GEOMETRY).isEmpty()
        if first and not fits(DEFAULT_SIZE, self.screen().availableGeometry()):
            self.showMaximized()
        else:
            self.show()
        handle = self.windowHandle()
        handle.screenChanged.connect(self._on_screen_changed)
        self._on_screen_changed(handle.screen())

    @Slot(QScreen)
    def _on_screen_changed(self, screen: QScreen) -> None:
        if self._screen is not None:
            self._screen.availableGeometryChanged.disconnect(self._stay_on_screen)
        self._screen = screen
        screen.availableGeometryChanged.connect(self._stay_on_screen)
        # The desktop has put its frame around the window by then.
        QTimer.singleShot(0, self, self._stay_on_screen)

    @Slot()
    def _stay_on_screen(self) -> None:
        if self.isMaximized() or self.isFullScreen() or self.isMinimized():
            return
        frame = self.frameGeometry()
        right = placed(frame, self.screen().availableGeometry(), self.minimumSize())
        if right != frame:
            self.move(right.topLeft())
            self.resize(self.size() - (frame.size() - right.size()))

    @Slot()
    def _remember_problem(self) -> None:
        self.settings.set(remembered.PROBLEM, self.session.problem.key)

    @Slot()
    def _remember_models(self) -> None:
        opened = {
            key: [str(path) for path in paths[-_MOST_OPENED:]] for key, paths in self.session.opened_models.items()
        }
        self.settings.set(remembered.OPENED_MODELS, json.dumps(opened))

    @Slot(int)
    def _on_text_size_chosen(self, percent: int) -> None:
        theme.current().set_text_size(percent / 100)
        QTimer.singleShot(0, self, self.rebuild)  # what tells of the choice goes, too

    @Slot()
    def toggle_full_screen(self) -> None:
        """Take the whole screen, without frame and desktop bars, or give it back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_place(self, place: int) -> None:
        self.stack.setCurrentIndex(place)

    @Slot(int)
    def _on_page_changed(self, index: int) -> None:
        self.rail.setCurrentIndex(index)
        self.header.show_page(self.shown_page)
        self.status.show_text(self.shown_page.status_text)
        self.timeline.show_always(self._shown_row.is_of_runs)
        self.settings.set(remembered.PAGE, self._shown_row.name)

    @Slot(str)
    def _on_status_changed(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.status.show_text(text)

    @Slot()
    def _show_preferences(self) -> None:
        self.preferences.popup_beside(self._settings_button)

    @Slot()
    def open_model(self) -> None:
        """Let the user choose a model file and show it; the shown page says what is wrong with it."""
        self.shown_page.open_model()
        self._catch_up()

    @Slot()
    def _catch_up(self) -> None:
        """Show at once what was chosen for the whole window."""
        self.shown_page.refresher.catch_up()

    @Slot(object)
    def _on_model_failed(self, error: ModelFileError) -> None:
        self.shown_page.tell(file_message(error, saving=False))

    @Slot(str, object)
    def _on_page_wanted(self, name: str, what: object) -> None:
        page = self.show_page(name)
        if what is not None:
            page.take_up(what)

    @Slot(str, object)
    def _on_work_wanted(self, name: str, what: object) -> None:
        self.page(name).take_up(what)

    @Slot()
    def _show_help(self) -> None:
        # Deferred, as all that few starts need.
        from digitapp.gui.window.help_dialog import HelpDialog

        HelpDialog(self.rows, self).exec()

    @Slot()
    def _show_activity(self) -> None:
        for place, row in enumerate(self.rows):
            self.rail.set_dot(place, row.is_of_runs and self.session.any_run_active)

    @Slot()
    def _undo(self) -> None:
        self.shown_page.undo()

    @Slot()
    def _redo(self) -> None:
        self.shown_page.redo()

    @cached_property
    def preferences(self) -> Preferences:
        """What is chosen beside the rail's button."""
        from digitapp.gui.window.preferences import Preferences

        preferences = Preferences(self.settings, self.session, self)
        preferences.full_screen_wanted.connect(self.toggle_full_screen)
        preferences.text_size_chosen.connect(self._on_text_size_chosen)
        return preferences

    @cached_property
    def pictures(self) -> PictureSaver:
        """What saves pictures; a start imports nothing of it."""
        from digitapp.gui.window.picture_saver import PictureSaver

        return PictureSaver(self.session, self.settings, self)

    @Slot()
    def _show_pictures(self) -> None:
        """Offer every view of the page to be saved."""
        button = self.header.picture_button
        menu = self.pictures.menu(self.shown_page)
        corner = button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height() + 4))
        self.pictures.pop_up(menu, corner)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the view under the pointer to be saved, where nothing else has a menu of its own."""
        widget = QApplication.widgetAt(event.globalPos()) or self.childAt(event.pos())
        if widget is not None and self.shown_page.isAncestorOf(widget):
            self.pictures.pop_up(self.pictures.menu_at(self.shown_page, widget), event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files and pictures on every page."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            welcome(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped where it can be seen."""
        self.show_page("drawPage").take_up(event.mimeData())
        taken(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and end every thread before it goes; ask first where something is not on the disk."""
        if not may_close(self, self.session.hand, self.keeper):
            event.ignore()
            return
        self.settings.set(remembered.GEOMETRY, self.saveGeometry())
        self.settings.set(remembered.PROBLEM, self.session.problem.key)
        self.settings.set(remembered.PEN_WIDTH, self.session.pen_width)
        # A stalled download may take its time to end: the window is gone meanwhile.
        self.hide()
        self.session.close()
        if self.keeper is not None:
            self.keeper.close()
        super().closeEvent(event)


def _opened_before(text: str) -> dict[str, list[Path]]:
    """Return the files of models that were opened and are still there, by problem; nothing where the text is none."""
    try:
        files = json.loads(text or "{}")
        paths = {str(key): [Path(path).absolute() for path in some] for key, some in files.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
    return {key: [path for path in some if path.is_file()] for key, some in paths.items()}
