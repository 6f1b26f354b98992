"""The settings menu of the rail: the theme, and where MNIST is looked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QUrl, Slot
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from digitapp.datasets.mnist import mnist_target
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.icons import icon
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session


class PreferencesMenu(QMenu):
    """Choices that take effect at once and are remembered."""

    def __init__(self, settings: Settings, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._session = session
        self.addSection(self.tr("Appearance"))
        group = QActionGroup(self)
        for mode, title, picture in (
            ("system", self.tr("As the desktop"), "monitor"),
            ("light", self.tr("Light"), "sun"),
            ("dark", self.tr("Dark"), "moon"),
        ):
            action = QAction(icon(picture), title, self, checkable=True)
            action.setData(mode)
            action.setChecked(mode == settings.get(remembered.THEME))
            group.addAction(action)
            self.addAction(action)
        group.triggered.connect(self._on_theme)
        self.addSection(self.tr("Data"))
        folder = QAction(icon("folder"), self.tr("Show the data folder"), self)
        folder.triggered.connect(self._on_folder)
        self.addAction(folder)

    def popup_beside(self, button: QWidget) -> None:
        """Open to the right of a button at the bottom of the rail."""
        corner = button.mapToGlobal(QPoint(button.width() + theme.SPACE, button.height()))
        self.popup(corner - QPoint(0, self.sizeHint().height()))

    @Slot(QAction)
    def _on_theme(self, action: QAction) -> None:
        self._settings.set(remembered.THEME, action.data())
        theme.current().set_mode(action.data())

    @Slot()
    def _on_folder(self) -> None:
        folder: Path = mnist_target(self._session.data.data_dir)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            title = self.tr("The data folder cannot be made")
            QMessageBox.warning(self.parentWidget(), title, f"{error.filename}: {error.strerror}")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
