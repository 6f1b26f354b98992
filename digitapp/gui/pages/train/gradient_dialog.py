"""The gradient check in a window: watch back-propagation agree with plain differences, and a planted bug be found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.train.gradient_bars import ErrorBars, exponent_text
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ComboBox, FieldRow, Label, NoteBar, PrimaryButton, ProgressBar, SectionHeader
from digitapp.gui.widgets.numbers import MINUS, thousands
from digitapp.inspection.gradient_report import WORST, GradientReport, WorstParameter, check_model
from digitapp.nn import ACTIVATIONS, LOSSES
from digitapp.nn.gradient_check import ParameterPlace

_WIDTH = 600


class GradientDialog(QDialog):
    """Checks the gradient of the network that is shown when it opens: at once, and again with a bug where asked for."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gradientDialog")
        self.setWindowTitle(self.tr("Gradient check"))
        self.setProperty("panel", "surface")
        self._session = session
        self._model = replace(session.model, network=session.network.copy())  # the shown one may be in training
        self._names = session.names
        self._errand = Errand(session.start_job, self)
        self.report: GradientReport | None = None
        self._make_parts()
        self._lay_out()
        self.bug.currentIndexChanged.connect(self.check)
        self._errand.found.connect(self._on_checked)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self.finished.connect(self._errand.cancel)
        self.check()

    # Building

    def _make_parts(self) -> None:
        self.bug = ComboBox()
        self.bug.setObjectName("bugField")
        self.bug.add_entry(self.tr("None"), data=None)
        for layer, activation in enumerate(self._model.network.activations):
            self.bug.add_entry(self._names.layer(layer), ACTIVATIONS[activation].title, data=layer)
        self.bug.setToolTip(self.tr("Make the derivative of this layer's activation a tenth too small"))
        self.verdict = NoteBar("info")
        self.verdict.setObjectName("gradientVerdict")
        self.bars = ErrorBars()
        self.bars.setObjectName("gradientBars")
        self.bars.set_errors([self._shape_name(layer) for layer in range(len(self._model.network.layers))], [])
        self.progress = ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the check"))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.cells = [[Label("", "caption", tabular=column > 1) for column in range(5)] for _ in range(WORST)]
        self.close_button = PrimaryButton(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.addWidget(Label(self.tr("Does back-propagation tell the truth?"), "title"))
        text = Label(
            self.tr(
                "Back-propagation computes every derivative of the loss in one go. The slow way changes a single "
                "parameter a little, up and down, and looks how the loss moves. Both must agree."
            ),
            "body",
            "text2",
            wrap=True,
        )
        text.setFixedWidth(theme.scaled(_WIDTH))
        column.addWidget(text)
        column.addWidget(FieldRow(self.tr("Plant a bug"), self.bug))
        column.addWidget(self.verdict)
        header = SectionHeader(self.tr("Largest relative error"))
        header.slot.addWidget(Label(self.tr("left of the dashed line it is rounding"), "caption", "text2"))
        column.addWidget(header)
        column.addWidget(self.bars)
        column.addWidget(SectionHeader(self.tr("The parameters that differ most")))
        column.addLayout(self._table())
        self.checked = Label("", "caption", "text2", wrap=True)
        column.addWidget(self.checked)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.progress, 1)
        row.addWidget(self.close_button)
        column.addLayout(row)

    def _table(self) -> QGridLayout:
        heads = (
            self.tr("Layer"),
            self.tr("Parameter"),
            self.tr("Back-propagated"),
            self.tr("Difference quotient"),
            self.tr("Relative error"),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, head in enumerate(heads):
            label = Label(head, "caption", "text2")
            grid.addWidget(label, 0, place, right if place > 1 else Qt.AlignmentFlag.AlignLeft)
            for line, cells in enumerate(self.cells):
                grid.addWidget(cells[place], line + 1, place, right if place > 1 else Qt.AlignmentFlag.AlignLeft)
        return grid

    # Checking

    @Slot()
    def check(self) -> None:
        """Check anew, with the chosen bug; a check that is under way ends."""
        self.report = None
        self.progress.setRange(0, 0)
        self.progress.show()
        bug = self.bug.currentData()
        self._errand.ask(partial(check_model, self._model, self._session.dataset, bug), bug)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _bug: object) -> None:
        self.progress.hide()
        title = self.tr("The gradient could not be checked")
        self.verdict.set_note("error", cause(error), title=title)

    @Slot(object, object)
    def _on_checked(self, report: GradientReport, _bug: object) -> None:
        self.report = report
        self.progress.hide()
        self._show_verdict(report)
        names = [self._shape_name(layer) for layer in range(len(report.sizes) - 1)]
        self.bars.set_errors(names, report.layer_errors)
        self._show_table(report)
        self._show_checked(report)

    # Showing

    def _shape_name(self, layer: int) -> str:
        sizes = self._model.network.sizes
        return self.tr("{0}, {1} → {2}").format(self._names.layer(layer), sizes[layer], sizes[layer + 1])

    def _guilty_title(self, layer: int) -> str:
        if self._names.is_output(layer):
            return self.tr("There is a mistake in the output layer")
        if len(self._model.network.sizes) == 3:
            return self.tr("There is a mistake in the hidden layer")
        return self.tr("There is a mistake in layer {0}").format(layer + 1)

    def _show_verdict(self, report: GradientReport) -> None:
        checked, guilty = thousands(report.checked), report.guilty_layer
        if guilty is not None:
            title = self._guilty_title(guilty)
            text = self.tr("{0} of {1} derivatives are wrong.")
            if guilty > 0:
                text = self.tr("{0} of {1} derivatives are wrong: the mistake is passed back to every layer below.")
            text = text.format(thousands(report.wrong), checked)
            self.verdict.set_note("error", text, title=title)
            return
        title = self.tr("All {0} derivatives agree to {1} digits").format(checked, report.digits)
        text = self.tr("Beside the largest of their layer; what is left is the rounding of the slow way.")
        if report.wrong > 0:
            title = self.tr("{0} of {1} derivatives agree").format(thousands(report.checked - report.wrong), checked)
            text = self.tr("Single ones differ where an activation has a kink: the slow way steps across it.")
        if report.bug_in_layer is not None:
            text = self.tr("The planted bug does not show: with these weights and images nothing is passed back there.")
        self.verdict.set_note("info", text, title=title)

    def _show_table(self, report: GradientReport) -> None:
        for line, cells in enumerate(self.cells):
            texts = self._row(report.worst[line]) if line < len(report.worst) else ("",) * len(cells)
            for cell, text in zip(cells, texts, strict=True):
                cell.setText(text)

    def _row(self, row: WorstParameter) -> tuple[str, ...]:
        values = (f"{value:+.9f}".replace("-", MINUS) for value in (row.back_propagated, row.central_difference))
        return (
            self._names.layer(row.place.layer),
            self._parameter_name(row.place),
            *values,
            exponent_text(row.relative_error),
        )

    def _parameter_name(self, place: ParameterPlace) -> str:
        unit = place.unit % self._model.network.sizes[place.layer + 1]  # maxout: first pieces first
        name = self._names.unit_inside(place.layer, unit)
        if place.is_gain:
            return self.tr("gain of {0}").format(name)
        if place.input is None:
            return self.tr("bias of {0}").format(name)
        return self.tr("weight from {0} to {1}").format(self._names.unit_inside(place.layer - 1, place.input), name)

    def _show_checked(self, report: GradientReport) -> None:
        if report.checked == report.parameters and report.is_random:
            text = self.tr(
                "All {1} parameters of {2}, {3}, with {4} random inputs, for no data set is loaded, in double "
                "precision."
            )
        elif report.checked == report.parameters:
            text = self.tr("All {1} parameters of {2}, {3}, with {4} images, in double precision.")
        elif report.is_random:
            text = self.tr(
                "A random sample of {0} of {1} parameters of {2}, {3}, with {4} random inputs, for no data set is "
                "loaded, in double precision."
            )
        else:
            text = self.tr(
                "A random sample of {0} of {1} parameters of {2}, {3}, with {4} images, in double precision."
            )
        sizes, loss = "-".join(map(str, report.sizes)), LOSSES[self._model.loss].title
        counts = thousands(report.checked), thousands(report.parameters)
        self.checked.setText(text.format(*counts, sizes, loss, thousands(report.samples)))
