"""How well straight lines can read the answer from each layer."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.network.data_words import data_words
from digitapp.gui.pages.network.view import NetworkView
from digitapp.gui.pictures import offer_picture
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import Card, EmptyState, Label, PlainButton, PrimaryButton, ProgressBar
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.probes import INPUT, MOST_SAMPLES, LayerProbe, layer_probes
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.training.evaluate import evaluate

_PARTS = 1000  # of the progress of one layer


@dataclass(frozen=True)
class Bar:
    """One row of the chart: what was read from, the accuracy (None: cannot be measured, −1: not yet), and a note."""

    name: str
    detail: str
    accuracy: float | None
    is_network: bool = False


class ProbesView(NetworkView):
    """A bar for each layer: the accuracy of a linear classifier that reads nothing but this layer."""

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(session, refresher, parent)
        self.start_button = PrimaryButton(self.tr("Measure the layers"), "play")
        self.empty = EmptyState("search", "", "", [self.start_button])
        self.cancel_button = PlainButton(self.tr("Cancel"), "close")
        self.again_button = PlainButton(self.tr("Measure again"), "play")
        self.progress = ProgressBar()
        self.chart = ProbeChart()
        self.details = self._explanation = Label("", "body", "text2", wrap=True)
        self._explanation.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._errand = Errand(session.start_job, self)
        self._found: list[LayerProbe] = []  # the worker appends, the window reads: one entry a layer
        self._own: list[float] = []
        self._sizes: tuple[int, ...] = ()
        self._is_old = False
        self._samples = 0
        self._build()
        self._connect()
        self.say(
            self.tr(
                "How well can straight lines read the class from each layer? The deeper, the better, if it has learned."
            )
        )
        self._explain()

    def _build(self) -> None:
        card = Card(self.tr("Read right by a linear probe"))
        card.body.addWidget(self.chart, 1)
        self._card = card
        bottom = QHBoxLayout()
        bottom.setSpacing(12)
        bottom.addWidget(self.again_button)
        bottom.addWidget(self.progress, 1)
        bottom.addWidget(self.cancel_button)
        bottom.addStretch()
        self._bottom = QWidget()
        self._bottom.setLayout(bottom)
        bottom.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.empty)
        column.addWidget(card)
        column.addWidget(self._bottom)
        column.addStretch(1)

    def _connect(self) -> None:
        self.start_button.clicked.connect(self.measure)
        self.again_button.clicked.connect(self.measure)
        self.cancel_button.clicked.connect(self._cancel)
        self._errand.found.connect(self._on_done)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self.session.network_changed.connect(self._forget)
        on = (self.session.dataset_changed, self.session.network_changed)
        self.refresher.add("probes", self._show_state, on=on, of=self)

    def _explain(self) -> None:
        self._explanation.setText(
            self.tr(
                "A probe is a little network without hidden units. It learns from what one layer answers to the "
                "training data (at most {0} samples), and is measured on others. The network itself is not changed."
            ).format(thousands(MOST_SAMPLES))
        )

    # What is asked for

    @Slot()
    def measure(self) -> None:
        """Train and measure a probe for every layer, in the background."""
        session = self.session
        dataset = session.dataset
        if dataset is None:
            return
        network, loss = session.network.copy(), session.model.loss
        self._found, self._own, self._sizes = [], [], network.sizes
        self._is_old = False
        self._samples = len(dataset.validation or dataset.train)
        found, own = self._found, self._own

        def work(report: Report, cancelled: threading.Event) -> None:
            run_probes(network, loss, dataset, found, own, report, cancelled)

        self.progress.setRange(0, _PARTS * len(network.sizes))
        self.progress.setValue(0)
        self._errand.ask(work, network)
        self._show_state(self.shown)

    @Slot()
    def _cancel(self) -> None:
        self._forget()
        self._show_state(self.shown)

    @Slot()
    def _forget(self) -> None:
        self._errand.cancel()
        self._found, self._own = [], []

    def refresh_network(self, shown: Snapshot) -> None:
        """The weights are other ones: what was measured belongs to the network of before."""
        self._is_old = bool(self._found) and not self._errand.is_busy
        if shown.data_state is DataState.UNASKED:
            self.session.data.request(shown.dataset_name)
        self._show_state(shown)

    # What has come

    @Slot(object, object)
    def _on_progressed(self, done: int, _total: int) -> None:
        self.progress.setValue(done)
        self._show_chart()

    @Slot(object, object)
    def _on_done(self, _result: object, _network: object) -> None:
        self._show_state(self.shown)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _network: object) -> None:
        self._found, self._own = [], []
        self._show_state(self.shown)
        self.empty.set_text(self.tr("The layers could not be measured"), cause(error))

    def _show_state(self, shown: Snapshot) -> None:
        busy, known = self._errand.is_busy, bool(self._found) or self._errand.is_busy
        words = data_words(self.session, shown)
        if words is None:
            words = (
                self.tr("Not measured yet"),
                self.tr("For each layer a small linear classifier learns to read the answer from it, in some seconds."),
            )
            self.start_button.show()
        else:
            self.start_button.hide()
        self.empty.set_text(*words)
        self.empty.setVisible(not known)
        self._card.setVisible(known)
        self._bottom.setVisible(known)
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.again_button.setVisible(not busy)
        if known:
            self._show_chart()

    def _show_chart(self) -> None:
        measured = {probe.layer: probe.accuracy for probe in list(self._found)}
        bars = []
        for layer in range(INPUT, len(self._sizes) - 1):
            accuracy = measured.get(layer, -1.0)
            detail = self.tr("%Ln value(s)", "", self._sizes[layer + 1])
            bars.append(Bar(self.session.names.layer(layer), detail, accuracy))
        own = self._own[0] if self._own else -1.0
        bars.append(Bar(self.tr("The network"), self.tr("as it is"), own, is_network=True))
        if self._is_old:
            title = self.tr("Read right by a linear probe, of {0} images · measured before the network learned on")
        else:
            title = self.tr("Read right by a linear probe, of {0} images")
        self._card.set_title(title.format(thousands(self._samples)))
        self.chart.show_bars(bars)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        if self._errand.is_busy:
            self._cancel()


def run_probes(
    network: Network,
    loss: str,
    dataset: Dataset,
    found: list[LayerProbe],
    own: list[float],
    report: Report,
    cancelled: threading.Event,
) -> None:
    """Append the finished probe of each layer to `found` and the network's own accuracy to `own`."""
    total = _PARTS * len(network.sizes)
    measured = dataset.validation or dataset.train
    own.append(evaluate(network, loss, measured).accuracy)
    for probe in layer_probes(network, dataset):
        if cancelled.is_set():
            return
        if probe.progress >= 1:
            found.append(probe)
        report(round(_PARTS * (probe.layer + 1 + probe.progress)), total)


class ProbeChart(QWidget):
    """Horizontal bars from 0 to 100 %, each with its name, its detail and its number."""

    _ROW, _THICK = 52, 14

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Probes"), "probes")
        self._bars: list[Bar] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: list[Bar]) -> None:
        """Show other bars."""
        if bars != self._bars:
            self._bars = bars
            self.setFixedHeight(self.sizeHint().height())
            self.setAccessibleName(itemised(self.tr("{0}: {1}").format(bar.name, _text(bar.accuracy)) for bar in bars))
            self.update()

    @property
    def texts(self) -> list[str]:
        """What stands in the rows."""
        return [f"{bar.name} {_text(bar.accuracy)}" for bar in self._bars]

    def sizeHint(self) -> QSize:
        return QSize(560, theme.scaled(self._ROW) * max(1, len(self._bars)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row, thick = theme.scaled(self._ROW), theme.scaled(self._THICK)
        names, numbers = theme.scaled(128), theme.scaled(84)
        left_middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for index, bar in enumerate(self._bars):
            top = index * row
            painter.setPen(p.text)
            painter.setFont(theme.font("section"))
            painter.drawText(QRectF(0, top + row * 0.14, names, row * 0.4), left_middle, bar.name)
            painter.setPen(p.text3)
            painter.setFont(theme.font("caption"))
            painter.drawText(QRectF(0, top + row * 0.5, names, row * 0.4), left_middle, bar.detail)
            groove = QRectF(names, top + (row - thick) / 2, max(10, self.width() - names - numbers), thick)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.bar_groove)
            painter.drawRoundedRect(groove, thick / 2, thick / 2)
            accuracy = bar.accuracy
            if accuracy is not None and accuracy >= 0:
                painter.setBrush(p.accent if not bar.is_network else p.bar_strong)
                filled = QRectF(groove)
                filled.setWidth(max(thick, groove.width() * accuracy))
                painter.drawRoundedRect(filled, thick / 2, thick / 2)
            painter.setPen(p.text if accuracy is not None else p.danger)
            painter.setFont(theme.tabular(theme.font("section", QFont.Weight.DemiBold)))
            place = QRectF(self.width() - numbers, top, numbers, row)
            text = _text(accuracy)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)


def _text(accuracy: float | None) -> str:
    if accuracy is None:
        return "–"
    return percent(accuracy) if accuracy >= 0 else "…"
