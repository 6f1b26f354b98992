"""The left side of the page: the walk's buttons, the picture, its scales, and the samples."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.step_view import StepView
from digitapp.gui.pages.step.samples import SampleBar
from digitapp.gui.pages.step.track import StageTrack
from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import (
    ComboBox,
    EmptyState,
    HairLine,
    Label,
    NoteBar,
    PlainButton,
    PrimaryButton,
    ScaleBar,
)
from digitapp.gui.widgets.transport import Transport
from digitapp.inspection.walk import Grain, Stage

_SCALE = 100
_ROOMY = 720


class _Legend(QWidget):
    """What the colours mean, and how large the steps are.

    Signals: `grain_chosen(Grain)`.
    """

    grain_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weights, self._activation = ScaleBar(), ScaleBar("activation")
        for bar in (self._weights, self._activation):
            bar.setFixedWidth(theme.scaled(_SCALE))
        self._filled = Label(self.tr("● more weight, more error"), "caption", "text2")
        self._hollow = Label(self.tr("○ more weight, less error"), "caption", "text2")
        self._words = Label(self.tr("Activation"), "caption-strong", "text2")
        self._gradient = Label(self.tr("Gradient"), "caption-strong", "gradient")
        self.grain = ComboBox()
        self.grain.setObjectName("stepGrain")
        self.grain.setAccessibleName(self.tr("How far one step goes"))
        self.grain.setToolTip(self.tr("How far one step goes"))
        for grain, text in (
            (Grain.TERM, self.tr("by term")),
            (Grain.UNIT, self.tr("by unit")),
            (Grain.LAYER, self.tr("by layer")),
            (Grain.SAMPLE, self.tr("by sample")),
            (Grain.BATCH, self.tr("by batch")),
            (Grain.EPOCH, self.tr("by epoch")),
        ):
            self.grain.add_entry(text, data=grain)
        self.grain.setCurrentIndex(2)
        self.grain.setMinimumWidth(self.grain.sizeHint().width())
        self._is_back = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(Label(self.tr("Weights"), "caption-strong", "text2"))
        row.addWidget(self._weights)
        row.addSpacing(theme.SPACE)
        for part in (self._words, self._activation, self._gradient, self._filled, self._hollow):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.grain)
        self.grain.activated.connect(self._on_grain)
        self.show_scene(None, 1.0)

    @Slot()
    def _on_grain(self) -> None:
        self.grain_chosen.emit(self.grain.currentData())

    def show_scene(self, scene: Scene | None, limit: float) -> None:
        """Explain what is seen at a scene."""
        self._is_back = scene is not None and scene.stop.stage in (Stage.BACKWARD, Stage.UPDATE)
        self._weights.set_limit(limit)
        self._arrange()
        self._activation.set_limit(1.0)
        if scene is not None:
            index = self.grain.findData(scene.grain)
            if index >= 0 and index != self.grain.currentIndex():
                self.grain.setCurrentIndex(index)

    def _arrange(self) -> None:
        """Show what there is room for."""
        back, roomy = self._is_back, self.width() >= theme.scaled(_ROOMY)
        for part, seen in (
            (self._words, not back and roomy),
            (self._activation, not back and roomy),
            (self._gradient, back and self.width() >= theme.scaled(_ROOMY - 300)),
            (self._filled, back and roomy),
            (self._hollow, back and roomy),
        ):
            part.setVisible(seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


class StepStage(QWidget):
    """Everything left of the inspector."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transport = Transport("step", StageTrack())
        self.view = StepView()
        self.view.setObjectName("stepDiagram")
        self.legend = _Legend()
        self.samples = SampleBar()
        self.note = NoteBar()
        self.note.hide()
        self.shortfall = Label("", "caption", "text2", wrap=True)
        self.shortfall.hide()
        self.fetch = PrimaryButton(self.tr("Fetch MNIST"), "download")
        self.draw = PlainButton(self.tr("Go to Draw"), "pen")
        self.empty = EmptyState("play", self.tr("There is nothing to follow yet"), "", (self.fetch, self.draw))
        self.empty.hide()
        column = QVBoxLayout(self)
        margin = theme.STAGE_MARGIN
        column.setContentsMargins(margin, 20, margin, 14)
        column.setSpacing(12)
        column.addWidget(self.transport)
        column.addWidget(self.note)
        column.addWidget(self.view, 1)
        column.addWidget(self.shortfall)
        column.addWidget(self.empty)
        column.addWidget(self.legend)
        column.addWidget(HairLine())
        column.addWidget(self.samples)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.transport.playing_changed.connect(self.view.set_playing)
        # Queued: what it says takes room from the view.
        self.view.arranged.connect(self._show_shortfall, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _show_shortfall(self) -> None:
        """Say what of the network is not shown, in the room that there is."""
        text = self.view.shortfall()
        self.shortfall.setText(text)
        self.shortfall.setVisible(bool(text))

    def show_scene(self, scene: Scene | None) -> None:
        """Show a scene; None for what is missing."""
        self.view.setVisible(scene is not None)
        self.legend.setVisible(scene is not None)
        self.empty.setVisible(scene is None)
        self.view.show_scene(scene)
        self.legend.show_scene(scene, self.view.limit)
        self._show_shortfall()
        self.transport.next.setEnabled(scene is not None)
        self.transport.play.setEnabled(scene is not None)
        if scene is None:
            return
        stages = [stop.stage for stop in scene.stops]
        first, count = stages.index(scene.stop.stage), stages.count(scene.stop.stage)
        self.transport.track.show_progress(scene.stop.stage, (scene.place.stop - first + 1) / count)
