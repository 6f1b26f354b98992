"""The card that says why there is nothing to train on yet, and offers the ways to get it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.problems import problem_of
from digitapp.gui.state.data_source import DOWNLOAD_BYTES, DataSource, DataState
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets import EmptyState, GhostButton, Label, PlainButton, PrimaryButton, ProgressBar
from digitapp.gui.words.messages import data_message
from digitapp.gui.words.problems import dataset_offer, dataset_remark, dataset_title

_MEGABYTES = DOWNLOAD_BYTES // 1_000_000


class DataCard(EmptyState):
    """Shown while the chosen data set is missing, on its way, or could not be read."""

    download_clicked = Signal()
    folder_clicked = Signal()
    instead_clicked = Signal()
    retry_clicked = Signal()
    cancel_clicked = Signal()

    def __init__(self, source: DataSource, parent: QWidget | None = None) -> None:
        self._download = PrimaryButton(translate("DataCard", "Download {0} MB").format(_MEGABYTES), "download")
        self._retry = PrimaryButton(translate("DataCard", "Try again"))
        self._folder = PlainButton(
            translate("DataCard", "Choose folder…"),
            "folder",
            tip=translate("DataCard", "Copy MNIST's four files from a folder of yours"),
        )
        self._instead = GhostButton("", "pen")
        self._remark = Label("", "caption", "text2")
        self._cancel = PlainButton(translate("DataCard", "Cancel"), "close")
        buttons = (self._download, self._retry, self._folder, self._cancel)
        super().__init__("download", "", "", buttons, parent=parent)
        self.setObjectName("dataCard")
        self._source = source
        self._error = Label("", "body", "danger", wrap=True)
        self._bar = ProgressBar()
        self._amount = Label("", "caption", "text2", tabular=True)
        row = QHBoxLayout()
        row.setContentsMargins(40, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._bar, 1)
        row.addWidget(self._amount)
        self._error.setContentsMargins(40, 0, 0, 0)
        self.body.addWidget(self._error)
        self.body.addLayout(row)
        offer = QHBoxLayout()
        offer.setContentsMargins(40 - 12, 0, 0, 0)  # a ghost's words in line with the text above
        offer.addWidget(self._instead)
        offer.addWidget(self._remark, 1)
        self.body.addLayout(offer)
        for button, signal in (
            (self._download, self.download_clicked),
            (self._retry, self.retry_clicked),
            (self._folder, self.folder_clicked),
            (self._instead, self.instead_clicked),
            (self._cancel, self.cancel_clicked),
        ):
            button.clicked.connect(signal)
        source.progressed.connect(self._on_progressed)

    def show_state(self, name: str) -> bool:
        """Show where a data set is; return whether there is anything to say about it."""
        state = self._source.state(name)
        error = self._source.error(name)
        fetching, missing, failed, empty = (
            state is kind for kind in (DataState.FETCHING, DataState.MISSING, DataState.FAILED, DataState.EMPTY)
        )
        title = dataset_title(name)
        if fetching:
            if self._bar.isHidden():
                self._amount.setText("")
                self._bar.setRange(0, 0)
            self.set_text(
                translate("DataCard", "Getting {0}").format(title),
                translate("DataCard", "It is checked before it is used."),
            )
        elif failed:
            self.set_text(translate("DataCard", "{0} could not be loaded").format(title), "")
        elif empty:
            text = translate("DataCard", "Set some on the page Draw, or choose another data set here.")
            self.set_text(translate("DataCard", "There is no point to learn from yet"), text)
        else:
            text = translate(
                "DataCard", "70,000 handwritten digits, {0} MB. The toy and drawing work without it."
            ).format(_MEGABYTES)
            self.set_text(translate("DataCard", "{0} is not on this computer yet").format(title), text)
        shows_error = error is not None and not fetching
        self._error.setText(data_message(error) if shows_error and error is not None else "")
        self._error.setVisible(shows_error)
        self._bar.setVisible(fetching)
        self._amount.setVisible(fetching)
        problem = problem_of(name)
        is_fetched = problem is not None and name in problem.fetched
        instead = problem.dataset_at_hand if problem is not None and is_fetched else ""
        self._download.setVisible(missing and is_fetched)
        self._retry.setVisible(failed)
        self._folder.setVisible((missing or failed) and is_fetched)
        self._instead.setText(dataset_offer(instead))
        self._remark.setText(dataset_remark(instead))
        for part in (self._instead, self._remark):
            part.setVisible((missing or failed) and bool(instead))
        self._cancel.setVisible(fetching)
        return fetching or missing or failed or empty

    def text(self) -> str:
        """Return what the card says."""
        return in_a_row(self._title.text(), self._text.text(), self._error.text(), self._amount.text())

    def focus_first(self) -> None:
        """Put the focus on the likeliest way out."""
        for button in (self._download, self._retry, self._cancel):
            if button.isVisibleTo(self):
                button.setFocus()
                return

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._amount.setText(translate("DataCard", "{0} of {1} MB").format(f"{done / 1e6:.1f}", f"{total / 1e6:.1f}"))
