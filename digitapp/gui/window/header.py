"""The header: which problem and which network every page shows, and the shown page's own actions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.pages.page import Page
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.session import Session
from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets import ComboBox, GhostButton, Label, Panel
from digitapp.gui.window.keys import PICTURE_KEY
from digitapp.gui.words.problems import model_remark, model_title, problem_title
from digitapp.modelfile import ModelFileError
from digitapp.plain import plain

_OPEN = "open-a-file"
_DELETE = "delete-the-network"
PROBLEM_WIDTH = 168
NETWORK_WIDTH = 336


class Header(Panel):
    """Problem › network on the left, actions on the right.

    Signals
    -------
    chosen : another problem or network was, and is shown
    open_requested : asks for a file dialog to open a model
    model_failed(ModelFileError) : the file of a chosen model cannot be used any more
    pictures_requested : asks what of the page is to be saved as a picture
    """

    chosen = Signal()
    open_requested = Signal()
    model_failed = Signal(object)
    pictures_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._session = session
        self._actions: dict[Page, QWidget] = {}

        self.problem_selector = ComboBox()
        self.problem_selector.setObjectName("problemSelector")
        self.problem_selector.setAccessibleName(self.tr("Problem"))
        self.problem_selector.setToolTip(self.tr("The problem: what the network sees, and what it tells apart"))
        for problem in reversed(list(PROBLEMS.values())):
            self.problem_selector.add_entry(problem_title(problem), data=problem.key)
        self.problem_selector.setMinimumWidth(theme.scaled(PROBLEM_WIDTH))

        self.network_selector = ComboBox()
        self.network_selector.setObjectName("networkSelector")
        self.network_selector.setAccessibleName(self.tr("Network"))
        self.network_selector.setToolTip(self.tr("The network that every page shows"))
        self.network_selector.setMinimumWidth(theme.scaled(160))
        self.network_selector.setMaximumWidth(theme.scaled(NETWORK_WIDTH))

        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 12)
        self._layout.setSpacing(12)
        self._layout.addWidget(self.problem_selector)
        self._layout.addWidget(Label("›", "title", "text3"))
        self._layout.addWidget(self.network_selector, 1)
        self._layout.addStretch(1)

        self.picture_button = GhostButton(
            "", "image", tip=self.tr("Save a picture of any view of this page"), key=PICTURE_KEY
        )
        self.picture_button.setObjectName("savePictureButton")
        self.picture_button.clicked.connect(self.pictures_requested)
        self._layout.addWidget(self.picture_button)

        self._show_problem()
        self._show_networks()
        self.problem_selector.activated.connect(self._on_problem_activated)
        self.network_selector.activated.connect(self._on_network_activated)
        session.problem_changed.connect(self._show_problem)
        session.models_changed.connect(self._show_networks)
        session.network_changed.connect(self._show_networks)
        session.activity_changed.connect(self._show_networks)

    def add_page(self, page: Page) -> None:
        """Take a page's actions in; they stay hidden until `show_page`."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for action in page.header_actions():
            row.addWidget(action)
        holder.hide()
        self._actions[page] = holder
        self._layout.insertWidget(self._layout.count() - 1, holder, 0, Qt.AlignmentFlag.AlignRight)

    def show_page(self, page: Page) -> None:
        """Show the actions of one page alone."""
        for owner, holder in self._actions.items():
            holder.setVisible(owner is page)

    @Slot()
    def _show_problem(self) -> None:
        self.problem_selector.setCurrentIndex(self.problem_selector.findData(self._session.problem.key))

    @Slot()
    def _show_networks(self) -> None:
        selector = self.network_selector
        selector.clear()
        for entry in self._session.model_entries:
            training = entry is self._session.current_entry and self._session.shows_run
            selector.add_entry(self._title(entry), describe(entry), entry.key, dot=training)
        selector.insertSeparator(selector.count())
        selector.add_entry(self.tr("Open a model…"), data=_OPEN)
        shown = self._session.current_entry
        if shown.origin == "made":
            selector.add_entry(self.tr("Delete “{0}”").format(shown.title), data=_DELETE)
        selector.setCurrentIndex(selector.findData(shown.key))

    def _title(self, entry: ModelEntry) -> str:
        if entry.origin == "shipped":
            return model_title(entry.name)
        if entry.origin == "made":
            return entry.title
        return self.tr("My network") if entry.origin == "own" else plain(Path(entry.key).stem)

    @Slot(int)
    def _on_problem_activated(self, index: int) -> None:
        self._session.choose_problem(self.problem_selector.itemData(index))
        self.chosen.emit()

    @Slot(int)
    def _on_network_activated(self, index: int) -> None:
        key = self.network_selector.itemData(index)
        if key == _OPEN:
            self._show_networks()
            self.open_requested.emit()
            return
        if key == _DELETE:
            self._session.delete_network(self._session.current_entry.key)
            self.chosen.emit()
            return
        try:
            self._session.choose_model(key)
        except ModelFileError as error:
            self._session.remove_network(key, self._session.current_entry.key)
            self.model_failed.emit(error)
        self.chosen.emit()


def describe(entry: ModelEntry) -> str:
    """Return a network's layer sizes, and its hidden activation where that is not the usual one.

    A shipped model says what it is for; its layers are not told before it was used: that would mean loading it.
    """
    remark = model_remark(entry.name) if entry.origin == "shipped" else ""
    if entry.loaded is None:
        return remark
    network = entry.loaded.network
    sizes = "-".join(map(str, network.sizes))
    hidden = set(network.activations[:-1])
    if not hidden or hidden == {"relu"}:
        return sizes
    return translate("Header", "{0}, {1}").format(
        sizes, listed(sorted({layer.activation.title for layer in network.layers[:-1]}))
    )
