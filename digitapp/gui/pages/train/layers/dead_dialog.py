"""The dead units of a layer: what each looks for, when it fell silent, and a way to wake it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.names import Names
from digitapp.gui.state.layer_watch import LayerStories
from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.widgets import Label, LinkButton, PixelImage, PlainButton, PrimaryButton, ScrollPanel
from digitapp.gui.widgets.numbers import epoch_text, thousands
from digitapp.inspection.dead_units import DeadUnit
from digitapp.inspection.layer_report import sample_of
from digitapp.inspection.weight_scale import weight_limit
from digitapp.nn.network import UnitRef

MOST_ROWS = 60
_TILE = 44


class DeadUnitsDialog(QDialog):
    """Lists the dead units of one layer at the end of a run.

    Signals: `moment_wanted(step)`, the time machine is to go to a step; the dialog is closed.
    """

    moment_wanted = Signal(int)

    def __init__(self, session: Session, stories: LayerStories, layer: int, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("deadUnits")
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._session, self._stories, self._layer = session, stories, layer
        self._surgery = Surgery.of(session)
        self._sample = sample_of(stories.dataset.train)[0]
        self.units = [unit for unit in stories.dead or () if unit.layer == layer]
        self._states: dict[int, Label] = {}
        self._buttons: dict[int, PlainButton] = {}
        self._build(title)
        self._surgery.changed.connect(self._show_states)
        session.moment_changed.connect(self._show_states)
        self._show_states()
        self.resize(theme.scaled(560), min(theme.scaled(560), theme.scaled(190 + (_TILE + 16) * len(self.units))))

    # Building

    def _build(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(Label(title, "card-title"))
        text = self.tr(
            "They answer 0 to everything that the network learns from, so that no error reaches them. Revived, a unit "
            "gets new weights and wakes for half of the samples; its votes begin at 0, so that all answers stay."
        )
        column.addWidget(Label(text, "caption", "text2", wrap=True))
        panel = ScrollPanel("surface")
        rows = QVBoxLayout(panel.content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        for unit in self.units[:MOST_ROWS]:
            rows.addLayout(self._row(unit))
        if len(self.units) > MOST_ROWS:
            more = self.tr("and {0} more").format(thousands(len(self.units) - MOST_ROWS))
            rows.addWidget(Label(more, "caption", "text2"))
        rows.addStretch(1)
        column.addWidget(panel, 1)
        self._reason = Label("", "caption", "warning", wrap=True)
        column.addWidget(self._reason)
        self.all_button = PlainButton(self.tr("Revive all"), "reset")
        self.all_button.setObjectName("reviveAll")
        self.all_button.clicked.connect(self._revive_all)
        close = PrimaryButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.all_button)
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)

    def _row(self, unit: DeadUnit) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        picture = self._picture(unit)
        if picture is not None:
            row.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(self._names.unit(unit.layer, unit.unit), "button"))
        state = self._states[unit.unit] = Label("", "caption", "text2", tabular=True)
        words.addWidget(state)
        row.addLayout(words, 1)
        show = LinkButton(self.tr("Show when ›"), tip=self.tr("Let the time machine go to where it fell silent"))
        show.clicked.connect(partial(self._go_to, unit))
        revive = self._buttons[unit.unit] = PlainButton(self.tr("Revive"))
        revive.clicked.connect(partial(self._revive, [unit]))
        row.addWidget(show)
        row.addWidget(revive)
        return row

    @property
    def _names(self) -> Names:
        network, problem = self._stories.branch.model.network, self._session.problem
        return Names(network.sizes, self._stories.branch.model.class_names, problem.columns, problem.input_names)

    def _picture(self, unit: DeadUnit) -> PixelImage | None:
        """Return what a unit of the first layer weighs, where its inputs are pixels."""
        problem, kept = self._session.problem, self._stories.branch.moments.kept
        if unit.layer or not problem.has_picture or not kept:
            return None
        network = self._stories.branch.model.network.copy()
        np.copyto(network.parameters, kept[-1].parameters)
        picture = PixelImage()
        picture.setFixedSize(theme.scaled(_TILE), theme.scaled(_TILE))
        weights = network.unit_weights[0][:, unit.unit].reshape(problem.rows, problem.columns)
        picture.set_weights(weights, weight_limit(network, 0))
        picture.setAccessibleName(self.tr("Weights of {0}").format(self._names.unit(0, unit.unit)))
        return picture

    # What is done

    def _go_to(self, unit: DeadUnit) -> None:
        self.accept()
        self.moment_wanted.emit(unit.since)

    def _revive(self, units: Sequence[DeadUnit]) -> None:
        self._surgery.revive([UnitRef(unit.layer, unit.unit) for unit in units], self._sample)

    @Slot()
    def _revive_all(self) -> None:
        silent = self._silent()
        self._revive([unit for unit in self.units if unit.unit in silent])

    def reason(self) -> str:
        """Return why no unit can be revived at the moment, empty where it can."""
        session = self._session
        branches = session.time_machine.branches
        if session.time_machine.place is not None or not branches or branches[-1] is not self._stories.branch:
            return self.tr("These units are dead at the end of the run. Go back to now to revive them.")
        if session.network.sizes != self._stories.branch.model.network.sizes:
            return self.tr("Another network is shown. Choose your own to revive its units.")
        return self._surgery.reason()

    def _silent(self) -> set[int]:
        """Return which of the units are silent on the sample in the network that is shown."""
        if self._session.network.sizes != self._stories.branch.model.network.sizes:
            return {unit.unit for unit in self.units}
        with np.errstate(all="ignore"):
            sums = self._session.network.trace(self._sample).pre_activations[self._layer]
        return {unit.unit for unit in self.units if not (sums[:, unit.unit] > 0).any()}

    @Slot()
    def _show_states(self) -> None:
        reason = self.reason()
        silent = self._silent() if not reason else {unit.unit for unit in self.units}
        epochs_at: Callable[[int], float] = self._stories.branch.epochs_at
        for unit in self.units[:MOST_ROWS]:
            if unit.unit not in silent:
                text = self.tr("awake again: train on, so that it learns")
            elif unit.from_start:
                text = self.tr("silent since the start")
            else:
                text = self.tr("silent since epoch {0}, step {1}")
                text = text.format(epoch_text(epochs_at(unit.since)), thousands(unit.since))
            self._states[unit.unit].setText(text)
            self._buttons[unit.unit].setEnabled(not reason and unit.unit in silent)
        self.all_button.setEnabled(not reason and bool(silent))
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
