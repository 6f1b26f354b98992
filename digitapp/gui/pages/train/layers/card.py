"""The view Layers of the Train page: every layer over time, what that says, and what helps."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.gui import theme
from digitapp.gui.pages.train.layers.strips import NOTHING, LayerHeads, LayerPicture, LayerRow, LayerStrips
from digitapp.gui.pages.train.layers.words import layer_name, layer_sentence
from digitapp.gui.pages.train.lower_room import LowerView
from digitapp.gui.pages.train.remedy_words import remedy_text
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.layer_watch import LayerStories, LayerWatch
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import ElidedLabel, IconView, Label, LinkButton, PlainButton
from digitapp.gui.widgets.numbers import epoch_text, figure, percent, thousands
from digitapp.inspection.dead_units import DeadUnit
from digitapp.inspection.layer_findings import HEALTHY, Sound, look_at_layers, remedies_for
from digitapp.inspection.layer_report import LayerMoment
from digitapp.nn import OPTIMIZERS
from digitapp.nn.network import Network
from digitapp.runs.branches import Branch
from digitapp.training.remedies import Remedy

_MOST_REMEDIES = 2
_WIDE = 560  # from where on sentence and remedies stand beside each other


class LayersView(LowerView):
    """Shows what is known of the run's layers, and follows it while it is seen.

    Signals
    -------
    moment_wanted(step) : the time machine is to go to a step of the run
    remedy_taken(Remedy) : a setting is to be changed
    dead_wanted(layer) : the list of dead units is wanted
    more_known : there is more to be shown
    hidden : nobody looks
    """

    moment_wanted = Signal(int)
    remedy_taken = Signal(object)
    dead_wanted = Signal(int)
    more_known = Signal()
    hidden = Signal()

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Layers in training"), "layers", parent)
        self.setObjectName("layersView")
        self._remedies: tuple[Remedy, ...] = ()
        self.watch = LayerWatch(start_job, self)
        self.strips, self.heads = LayerStrips(), LayerHeads()
        self._caption = ElidedLabel("", "caption", "text2")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slot.addWidget(self._caption, 1)
        self.dead_link = LinkButton(self.tr("Dead units ›"), tip=self.tr("List them, with when they fell silent"))
        self.dead_link.setObjectName("deadUnitsLink")
        self.dead_link.clicked.connect(self._ask_for_dead)
        self.dead_link.hide()
        self.slot.addWidget(self.dead_link)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.strips)
        self._scroll.viewport().setAutoFillBackground(False)
        self.strips.setAutoFillBackground(False)
        self._scroll.setMinimumHeight(theme.scaled(56))
        self._empty = Label("", "body", "text2", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.setSpacing(4)
        self.body.addWidget(self.heads)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self._empty, 1)
        self.body.addLayout(self._make_foot())
        self.watch.changed.connect(self.more_known)
        self.strips.moment_wanted.connect(self.moment_wanted)
        self.strips.dead_wanted.connect(self.dead_wanted)
        self.strips.width_changed.connect(self.heads.set_width)

    def _make_foot(self) -> QBoxLayout:
        self._icon = IconView("check", 16, "accent")
        self.sentence = Label("", "caption", "text", wrap=True)
        self.sentence.setObjectName("layersFinding")
        self._legend = Label("", "tick", "text2")
        self._legend.setText(self.tr("healthy: {0} to {1}").format(*(figure(value, 1) for value in HEALTHY)))
        self.remedy_buttons = [PlainButton("") for _ in range(_MOST_REMEDIES)]
        for index, button in enumerate(self.remedy_buttons):
            button.setObjectName(f"layerRemedy{index}")
            button.hide()
            button.clicked.connect(lambda _=False, index=index: self.remedy_taken.emit(self._remedies[index]))
        said, helps = QHBoxLayout(), QHBoxLayout()
        for line in (said, helps):
            line.setSpacing(theme.SPACE)
        said.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        said.addWidget(self.sentence, 1)
        for button in self.remedy_buttons:
            helps.addWidget(button)
        helps.addWidget(self._legend)
        helps.addStretch(1)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._foot.setSpacing(theme.SPACE)
        self._foot.addLayout(said, 1)
        self._foot.addLayout(helps)
        return self._foot

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_foot()

    def _fit_foot(self) -> None:
        """Put the remedies below the sentence where there is no room beside it."""
        wide = self.width() >= theme.scaled(_WIDE)
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._legend.setVisible(wide and not self._empty.text() and not self._remedies)

    # Showing

    def show_run(self, shown: Snapshot, branch: Branch | None, dataset: Dataset | None) -> None:
        """Show the run that the slider runs along, which learns or has learned from `dataset`."""
        is_learning = shown.run.is_active and branch is not None and branch.history is shown.run.history
        self.watch.follow(branch, dataset, is_learning=is_learning)
        followed = self.watch.followed
        if followed is None or not len(followed.story):
            self._show_nothing(branch, dataset)
            return
        self._set_empty("")
        self.strips.show_picture(self._picture(shown, followed))
        first, last = (followed.branch.epochs_at(followed.story.steps[index]) for index in (0, -1))
        text = self.tr("every layer since the start, {0} to {1} epochs")
        self._caption.setText(text.format(epoch_text(first), epoch_text(last)))
        self.dead_link.setVisible(bool(followed.dead))
        self._show_finding(followed)

    def _show_nothing(self, branch: Branch | None, dataset: Dataset | None) -> None:
        if branch is None:
            text = self.tr(
                "Start a training: every layer’s weights, gradients and activations are drawn over time here."
            )
        elif dataset is None:
            text = self.tr("What this run learned from is not in memory.")
        elif not branch.moments.is_open and not branch.moments.kept:
            text = self.tr("Of this run no moments are kept that could be looked at.")
        elif self.watch.followed is None and branch.moments.kept:
            text = self.tr("The data do not fit the network of this run.")
        else:
            text = self.tr("Reading the first moments…")
        self._set_empty(text)
        self.strips.show_picture(NOTHING)
        self._caption.setText("")

    def _set_empty(self, text: str) -> None:
        self._empty.setText(text)
        self._empty.setVisible(bool(text))
        for part in (self.heads, self._scroll, self._icon, self.sentence):
            part.setVisible(not text)
        if text:
            self.dead_link.hide()
            self._offer(())

    def _picture(self, shown: Snapshot, followed: LayerStories) -> LayerPicture:
        branch = followed.branch
        started, columns = branch.history.started, followed.story.columns
        last = columns[-1][0]
        per_epoch = started.batches_per_epoch if started is not None else 1
        is_learning = shown.run.is_active and branch.history is shown.run.history
        planned = started.epochs * per_epoch if started is not None and is_learning else last
        place = shown.place.moment.step if shown.place is not None and shown.place.branch is branch else None
        by_gradient = OPTIMIZERS[branch.configs[1].optimizer].uses_gradient
        return LayerPicture(
            columns,
            tuple(
                self._row(branch.model.network, layer, columns[-1][1][layer], followed.dead)
                for layer in self._layers(branch)
            ),
            max(planned, last, 1),
            per_epoch,
            branch.start,
            place,
            "" if by_gradient else self.tr("this optimiser needs no gradient"),
        )

    @staticmethod
    def _layers(branch: Branch) -> range:
        return range(len(branch.model.network.layers))

    def _row(self, network: Network, layer: int, moment: LayerMoment, dead: tuple[DeadUnit, ...] | None) -> LayerRow:
        sizes, count = network.sizes, len(network.layers)
        shape = self.tr("{0} → {1}").format(thousands(sizes[layer]), thousands(sizes[layer + 1]))
        number, words = 0, "–"
        if layer < count - 1 and network.layers[layer].activation.can_rest and dead is not None:
            number = sum(unit.layer == layer for unit in dead)
            words = self.tr("{0} of {1}").format(thousands(number), thousands(sizes[layer + 1]))
        if not math.isnan(moment.silent):
            state = self.tr("{0} silent").format(percent(moment.silent, 0))
        elif not math.isnan(moment.saturated):
            state = self.tr("{0} at an end").format(percent(moment.saturated, 0))
        else:
            state = self.tr("cannot die")
        return LayerRow(layer_name(layer, count), shape, words, state, number > 0)

    def _show_finding(self, followed: LayerStories) -> None:
        network, epoch = followed.branch.model.network, followed.branch.history.last_epoch
        dead = [sum(unit.layer == layer for unit in followed.dead or ()) for layer in range(len(network.sizes) - 2)]
        misread = 1 - epoch.train_accuracy if epoch is not None else math.nan
        finding = look_at_layers(followed.story, misread, dead, network.sizes[1:-1])
        if finding is None:
            return
        is_sound = isinstance(finding, Sound)
        self._icon.set_icon("check" if is_sound else "warning", "accent" if is_sound else "warning")
        self.sentence.setText(layer_sentence(finding))
        self._offer(remedies_for(finding, *followed.branch.configs))

    @Slot()
    def _ask_for_dead(self) -> None:
        """Ask for the dead units of the first layer that has any."""
        followed = self.watch.followed
        if followed is not None and followed.dead:
            self.dead_wanted.emit(min(unit.layer for unit in followed.dead))

    def _offer(self, remedies: tuple[Remedy, ...]) -> None:
        self._remedies = remedies[:_MOST_REMEDIES]
        for index, button in enumerate(self.remedy_buttons):
            button.setVisible(index < len(self._remedies))
            if index < len(self._remedies):
                button.setText(remedy_text(self._remedies[index]))
        self._fit_foot()
