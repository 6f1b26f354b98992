"""Is the gradient right? What back-propagation says of the weight in hand, and what trying says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import CheckBox, HairLine, IconView, Label, Panel, SectionHeader
from digitapp.gui.widgets.numbers import MINUS, figure, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.landscape import LARGE
from digitapp.inspection.standing import images_for
from digitapp.inspection.twins import Rule, Twin, twin
from digitapp.inspection.update_terms import has_terms
from digitapp.nn import OPTIMIZERS, Network
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import WeightRef

_DIGITS = 8
_FEW_IMAGES = 16
_MOST_WEIGHTS = 300_000  # of more, finding both at every change would hold up the window


@dataclass(frozen=True, eq=False)
class _Batch:
    """What the error is the mean over, inputs (n, features) and targets (n, classes), and of which network."""

    inputs: NDArray[np.floating]
    targets: NDArray[np.floating]
    network: Network | None


class TwinPanel(Panel):
    """Two derivatives of the error for one weight, whether they agree, and a bug that parts them.

    Attributes
    ----------
    twin : what is shown, None where there is nothing
    """

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("twinPanel")
        self._session = session
        self._weight: WeightRef | None = None
        self._batch: _Batch | None = None
        self._rule: Rule | None = None
        self._all: tuple[Dataset, tuple[int, ...], Split] | None = None
        self.twin: Twin | None = None
        self._make_parts()
        self._lay_out()
        on = (session.network_changed, session.weights_changed, session.dataset_changed, session.answer_changed)
        self._part = refresher.add("twin of the gradient", self._show, on=on, of=self)
        self.bug.toggled.connect(self._part.mark)

    # What it is about

    def show_weight(self, layer: int, source: int | None, unit: int) -> None:
        """Show the derivatives for another weight; without a source for the bias of the unit."""
        weight = WeightRef(layer, source, unit)
        if weight != self._weight:
            self._weight = weight
            self._part.mark()

    def show_batch(
        self,
        inputs: NDArray[np.floating] | None,
        targets: NDArray[np.floating] | None = None,
        network: Network | None = None,
    ) -> None:
        """Say which images the error is the mean over: inputs (n, features) and targets (n, classes).

        Without inputs it is all images of the data set. A network that is given is used instead of the shown one: the
        same in double precision.
        """
        self._batch = None if inputs is None or targets is None else _Batch(inputs, targets, network)
        self._part.mark()

    def show_rule(self, rule: Rule | None) -> None:
        """Show what an optimiser's step makes of each of the two, or nothing of the kind."""
        if rule != self._rule:
            self._rule = rule
            self._part.mark()

    # Parts

    def _make_parts(self) -> None:
        self.icon = IconView("check", 16, "accent")
        self.verdict = Label("", "button", "accent")
        self.verdict.setObjectName("twinVerdict")
        titles = (
            self.tr("Back-propagation"),
            self.tr("Central difference, h = 10⁻⁵"),
            self.tr("Relative error"),
            "",
            "",
        )
        self.titles = [Label(title, "caption", "text2") for title in titles]
        self.numbers = [Label("", "caption-strong", tabular=True) for _ in titles]
        self.bug = CheckBox(self.tr("Plant a bug"))
        self.bug.setObjectName("plantBug")
        tip = self.tr("The slope of this layer's activation comes out a tenth too small")
        self.bug.setToolTip(tip)
        self.bug.setAccessibleDescription(tip)
        self.note = Label("", "caption", "text2", wrap=True)

    def _lay_out(self) -> None:
        header = SectionHeader(self.tr("Is the gradient right?"))
        header.slot.addWidget(self.icon)
        header.slot.addWidget(self.verdict)
        grid = QGridLayout()
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        self._lines = []
        for row, (name, number) in enumerate(zip(self.titles, self.numbers, strict=True)):
            grid.addWidget(name, 2 * row, 0)
            grid.addWidget(number, 2 * row, 1, Qt.AlignmentFlag.AlignRight)
            if row + 1 < len(self.titles):
                self._lines.append(HairLine())
                grid.addWidget(self._lines[-1], 2 * row + 1, 0, 1, 2)
        foot = QHBoxLayout()
        foot.addWidget(self.bug)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        column.addWidget(header)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addLayout(foot)

    # What is shown

    def _show(self, shown: Snapshot) -> None:
        self.twin = self._found(shown)
        has_twin = self.twin is not None
        self.icon.setVisible(has_twin)
        self.verdict.setVisible(has_twin)
        self.bug.setEnabled(has_twin)
        shown_rows = (3 if has_twin else 0) + (2 if has_twin and self._changes(shown) is not None else 0)
        for row, parts in enumerate(zip(self.titles, self.numbers, strict=True)):
            for part in parts:
                part.setVisible(row < shown_rows)
        for row, line in enumerate(self._lines):
            line.setVisible(row + 1 < shown_rows)
        if self.twin is None:
            self.note.setText(self._lack(shown))
            return
        self._show_numbers(self.twin, shown)

    def _lack(self, shown: Snapshot) -> str:
        if self._weight is None:
            return self.tr("Choose a weight in the diagram to see both of its gradients.")
        if shown.dataset is None:
            return self.tr("There is no data set to find the gradient for.")
        if shown.network.weight_count > _MOST_WEIGHTS:
            return self.tr(
                "This network is too large to check it at every change: the gradient check of Train does it."
            )
        return self.tr("The network that is shown now has no such weight.")

    def _found(self, shown: Snapshot) -> Twin | None:
        network = shown.network if self._batch is None or self._batch.network is None else self._batch.network
        if self._weight is None or network.weight_count > _MOST_WEIGHTS:
            return None
        try:
            index = index_of(network, self._weight)
        except IndexError:
            return None
        batch = self._batch or self._whole(shown)
        shape = network.sizes[0], network.sizes[-1]
        if batch is None or (batch.inputs.shape[1], batch.targets.shape[1]) != shape:
            return None
        bug = self._weight.layer if self.bug.isChecked() else None
        return twin(network, shown.model.loss, batch.inputs, batch.targets, index, bug)

    def _whole(self, shown: Snapshot) -> _Batch | None:
        """Return all images of the data set, or a sample of many."""
        dataset, sizes = shown.dataset, shown.network.sizes
        if dataset is None:
            return None
        if self._all is None or self._all[0] is not dataset or self._all[1] != sizes:
            images = images_for(shown.network, dataset)
            if shown.network.weight_count > LARGE:  # both are found anew at every change
                images = Split(images.inputs[:_FEW_IMAGES], images.labels[:_FEW_IMAGES])
            self._all = dataset, sizes, images
        images = self._all[2]
        return _Batch(images.inputs, np.eye(sizes[-1])[images.labels], None)

    def _changes(self, shown: Snapshot) -> tuple[float, float] | None:
        """Return what the optimiser's step makes of each of the two; None where it has no such rule."""
        rule, found, weight = self._rule, self.twin, self._weight
        if rule is None or found is None or weight is None or not has_terms(rule.optimizer_key):
            return None
        network = shown.network if self._batch is None or self._batch.network is None else self._batch.network
        value = float(network.parameters[index_of(network, weight)])
        return rule.change(found.back_propagated, value), rule.change(found.central_difference, value)

    def _show_numbers(self, found: Twin, shown: Snapshot) -> None:
        values = [_exact(found.back_propagated), _exact(found.central_difference), figure(found.relative_error, 2)]
        changes = self._changes(shown)
        if changes is not None and self._rule is not None:
            values += map(_exact, changes)
            title = OPTIMIZERS[self._rule.optimizer_key].title
            self.titles[3].setText(self.tr("{0} goes by").format(title))
            self.titles[4].setText(self.tr("With the central difference by"))
        for label, text in zip(self.numbers, values, strict=False):
            label.setText(text)
        tone = "accent" if found.agrees else "warning"
        self.verdict.setText(self.tr("They agree") if found.agrees else self.tr("They disagree"))
        self.verdict.set_tone(tone)
        self.icon.set_icon("check" if found.agrees else "warning", tone)
        for label in self.numbers[:3]:
            label.set_tone("text" if found.agrees else "warning")
        self.note.setText(self._note(found, shown))

    def _note(self, found: Twin, shown: Snapshot) -> str:
        if not np.isfinite((found.back_propagated, found.central_difference)).all():
            return self.tr("One of the two is not a number: the network's numbers have overflown.")
        if self.bug.isChecked() and found.agrees:
            return self.tr("The planted bug does not show: nothing is passed back here.")
        if self.bug.isChecked():
            return self.tr("A bug is planted here, in this check alone: training goes on without it.")
        if not found.agrees:
            return self.tr("A kink lies near by: the central difference steps across it.")
        batch = self._batch or self._whole(shown)
        count = 0 if batch is None else len(batch.inputs)
        if count == 1:
            return self.tr("Both are for this sample alone, in double precision.")
        return self.tr("Both are means over {0} samples, in double precision.").format(thousands(count))

    def text(self) -> str:
        """Return all that the panel says."""
        rows = (f"{name.text()}: {number.text()}" for name, number in zip(self.titles, self.numbers, strict=True))
        return "\n".join([self.verdict.text(), *rows, self.note.text()])


def _exact(value: float) -> str:
    """Return a number with its sign to eight decimal places, or eight digits where it is small."""
    if not np.isfinite(value):
        return figure(value)
    is_small = 0 < abs(value) < 10.0 ** (3 - _DIGITS)
    text = f"{value:+.{_DIGITS - 1}e}".replace("e-0", "e-") if is_small else f"{value:+.{_DIGITS}f}"
    return text.replace("-", MINUS)
