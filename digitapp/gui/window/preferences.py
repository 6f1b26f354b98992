"""What the person chooses once and for all: the theme, the size of text, the whole screen, and where data lie."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from digitapp.datasets.mnist import mnist_target
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.settings import TEXT_SIZES, Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import GhostButton, Label, SegmentedControl
from digitapp.gui.widgets.numbers import per_cent
from digitapp.gui.window.keys import FULL_SCREEN_KEY
from digitapp.gui.window.run_room import RunRoom

_MARGIN = 16


class Preferences(QWidget):
    """Choices beside the rail's button; they take effect at once and are remembered.

    Signals
    -------
    text_size_chosen(percent) : text is to have another size
    full_screen_wanted : the window is to take the whole screen, or to give it back
    """

    text_size_chosen = Signal(int)
    full_screen_wanted = Signal()

    def __init__(self, settings: Settings, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("preferences")
        self.setAccessibleName(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # the corners are round
        self._settings = settings
        self._session = session
        self.themes = SegmentedControl(name=self.tr("Theme"))
        for mode, title, picture in (
            ("system", self.tr("As the desktop"), "monitor"),
            ("light", self.tr("Light"), "sun"),
            ("dark", self.tr("Dark"), "moon"),
        ):
            self.themes.add_segment(title, picture, data=mode)
        self.text_sizes = SegmentedControl(name=self.tr("Text size"))
        for size in TEXT_SIZES:
            self.text_sizes.add_segment(per_cent(str(size)), data=size)
        self.full_screen = GhostButton(
            self.tr("Full screen"),
            "monitor",
            tip=self.tr("Take the whole screen, or give it back"),
            key=FULL_SCREEN_KEY,
        )
        self.folder = GhostButton(
            self.tr("Show the data folder"), "folder", tip=self.tr("Where MNIST and your digits are kept")
        )
        self.room = RunRoom(session.run_list, self)
        self._choose_present()
        self._lay_out()
        self.themes.currentChanged.connect(self._on_theme)
        self.text_sizes.currentChanged.connect(self._on_text_size)
        self.full_screen.clicked.connect(self._on_full_screen)
        self.folder.clicked.connect(self.show_folder)

    def _choose_present(self) -> None:
        modes = ("system", "light", "dark")
        self.themes.setCurrentIndex(modes.index(self._settings.get(remembered.THEME)))
        self.text_sizes.setCurrentIndex(TEXT_SIZES.index(self._settings.get(remembered.TEXT_SIZE)))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN - theme.SPACE)
        column.setSpacing(theme.SPACE)
        for heading, parts in (
            (self.tr("Appearance"), (self.themes,)),
            (self.tr("Text size"), (self.text_sizes,)),
            (self.tr("Runs"), (self.room,) if self._session.run_list.can_change else ()),
            (self.tr("Window and data"), (self.full_screen, self.folder)),
        ):
            if parts:
                column.addWidget(Label(heading, "section"))
            for part in parts:
                column.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
            column.addSpacing(theme.SPACE if parts else 0)
        self.room.setVisible(self._session.run_list.can_change)

    def popup_beside(self, button: QWidget) -> None:
        """Open to the right of a button at the bottom of the rail, wholly on the screen."""
        self.room.show_present()
        self.adjustSize()
        corner = button.mapToGlobal(QPoint(button.width() + theme.SPACE, button.height())) - QPoint(0, self.height())
        free = button.screen().availableGeometry()
        corner.setY(max(free.top(), min(corner.y(), free.bottom() + 1 - self.height())))
        self.move(corner)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(p.border_strong, 1))
        painter.setBrush(p.surface)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS
        )

    @Slot()
    def _on_theme(self) -> None:
        mode = self.themes.currentData()
        self._settings.set(remembered.THEME, mode)
        theme.current().set_mode(mode)

    @Slot()
    def _on_text_size(self) -> None:
        self.hide()  # what stands is made anew, this as well
        percent = self.text_sizes.currentData()
        self._settings.set(remembered.TEXT_SIZE, percent)
        self.text_size_chosen.emit(percent)

    @Slot()
    def _on_full_screen(self) -> None:
        self.hide()
        self.full_screen_wanted.emit()

    @Slot()
    def show_folder(self) -> None:
        """Open the folder where data are kept in the desktop's file manager; it is made where it is missing."""
        self.hide()
        folder: Path = mnist_target(self._session.data.data_dir)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            title = self.tr("The data folder cannot be made")
            text = self.tr("{0}: {1}").format(error.filename, cause(error))
            QMessageBox.warning(self.parentWidget(), title, text)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
