"""What the Train page opens on top of itself. A start of the application is quicker without the dialogs themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from digitapp.gui import settings as remembered
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan

if TYPE_CHECKING:
    from digitapp.gui.pages.train.setup import SetupForm


class TrainDialogs(QObject):
    """Opens each over the page, its parent, for what the session shows and the form says at that moment."""

    def __init__(self, session: Session, settings: Settings, setup: SetupForm, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._settings, self._setup, self._page = session, settings, setup, page
        setup.find_rate.button.clicked.connect(self.find_rate)

    @Slot()
    def choose_data_folder(self) -> None:
        """Let the user say where MNIST's files are, and copy them."""
        title, folder = self.tr("Folder with MNIST's four files"), self._settings.get(remembered.DATA_FOLDER)
        chosen = QFileDialog.getExistingDirectory(self._page, title, folder)
        if chosen:
            self._settings.set(remembered.DATA_FOLDER, chosen)
            self._session.data.import_from(Path(chosen))

    @Slot()
    def check_gradient(self) -> None:
        """Check the gradient of the shown network."""
        from digitapp.gui.pages.train.gradient_dialog import GradientDialog

        _open(GradientDialog(self._session, self._page))

    @Slot()
    def show_variations(self) -> None:
        """Show the pictures' variations; what is chosen there counts for the next run."""
        from digitapp.gui.pages.train.variations import VariationsDialog, sample_pictures

        problem = self._session.problem
        strengths = self._setup.settings.value("augmentation")
        pictures = sample_pictures(problem, self._session.dataset)
        dialog = VariationsDialog(problem, pictures, strengths, self._page)
        dialog.accepted.connect(lambda: self._setup.set_variations(dialog.strengths))
        _open(dialog)

    @Slot()
    def show_sizes(self) -> None:
        """Try what is said of small and large networks on the chosen points, with the settings of the form."""
        from digitapp.gui.pages.train.sizes_dialog import SizesDialog

        dataset, configs = self._session.data_for_run(), self._setup.configs()
        if dataset is not None and configs is not None:
            labels = {name: row.label.text() for name, row in self._setup.settings.rows.items()}
            _open(SizesDialog(self._session, dataset, *configs, labels, self._page))

    @Slot()
    def find_rate(self) -> None:
        """Test learning rates for what the form asks for; the rate that is taken comes into the form."""
        from digitapp.gui.pages.train.range_dialog import RangeDialog

        session, source = self._session, self._setup.source
        dataset, configs = session.data_for_run(source), self._setup.configs()
        if configs is None or session.run.is_active:
            return
        if dataset is None:
            session.data.request(session.dataset_name)
            return
        marks = session.snapshot().marks if source is not None and source.network is session.network else Marks()
        plan = Plan(session.problem_of_data, *configs, source, dataset, marks=marks)
        dialog = RangeDialog(session.start_job, plan, self._page)
        dialog.taken.connect(self._setup.set_learning_rate)
        _open(dialog)


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
