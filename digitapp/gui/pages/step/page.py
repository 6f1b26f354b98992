"""The Step page: a network thinks and learns, number by number, forwards and backwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from digitapp.gui import theme
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.step.change_panel import ChangePanel
from digitapp.gui.pages.step.export import Followed, StepExport
from digitapp.gui.pages.step.guess import guess_about
from digitapp.gui.pages.step.images import ImagesDialog
from digitapp.gui.pages.step.inspector import StepInspector
from digitapp.gui.pages.step.learn_panel import LearnPanel
from digitapp.gui.pages.step.samples import Counter
from digitapp.gui.pages.step.stage import StepStage
from digitapp.gui.pages.step.strip import SampleStrip
from digitapp.gui.pages.step.twin_panel import TwinPanel
from digitapp.gui.pages.step.weight_panel import WeightPanel
from digitapp.gui.pictures import offer_picture
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.followed import FEW_SAMPLES
from digitapp.gui.state.scene import Focus, Scene
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.stepping import Stepper
from digitapp.gui.state.surgery import NO_GESTURE, Surgery
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.widgets import GhostButton, HairLine
from digitapp.gui.words.messages import Message
from digitapp.inspection.backward_steps import Totals
from digitapp.inspection.step_effect import rule_of
from digitapp.inspection.walk import Kind, Stage
from digitapp.nn.gradient_check import index_of
from digitapp.training.stepwise import LearnFrom

_PAGE_WIDTHS = (952, 1208, 1848)
_INSPECTOR_WIDTHS = (320, 384, 480)
_WITH_ARROWS = (SampleStrip, QComboBox, QAbstractSlider, QAbstractItemView)


class StepPage(Page):
    """The network with its numbers on the left, what they mean on the right."""

    NAME = "stepPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.stepper = Stepper.of(session)
        self._weights = WeightSurgery.of(session)
        self._surgery = Surgery.of(session)
        self._counter = Counter(session, self)
        self._scene: Scene | None = None
        self._gesture = NO_GESTURE
        self._misread: NDArray[np.int64] | None = None
        self.images_dialog: ImagesDialog | None = None
        self._build()
        self._connect()
        self._make_shortcuts()
        offer_picture(self.stage.view, self.tr("One step"), "step")

    # Building

    def _build(self) -> None:
        self.stage = StepStage()
        self.inspector = StepInspector()
        self.change_panel, self.learn_panel = ChangePanel(), LearnPanel()
        self.twin_panel = TwinPanel(self.session, self.refresher)
        self.weight_panel = WeightPanel(self.session, self.refresher)
        for panel in (self.change_panel, self.twin_panel, self.learn_panel, self.weight_panel):
            self.inspector.parts.addWidget(panel)
            panel.hide()
        self.tale_button = GhostButton(
            self.tr("Set weights as in the tale"), "hand", tip=self.tr("Friends +3, biases −3: where the tale begins")
        )
        self.tale_button.setObjectName("stepTale")
        self.export = StepExport(self.session, self.settings, self._followed, self)
        self.export_button = GhostButton(
            self.tr("Export as spreadsheet…"),
            "table",
            tip=self.tr("Write every number of the network with its formula"),
        )
        self.read_button = GhostButton("", "folder", tip=self.tr("Read weights from a spreadsheet…"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stage)
        row.addWidget(left, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical))
        row.addWidget(self.inspector)

    def _connect(self) -> None:
        session, stepper, stage = self.session, self.stepper, self.stage
        on = (
            session.problem_changed,
            session.network_changed,
            session.dataset_changed,
            session.run_state_changed,
            session.moment_changed,
            session.answer_changed,
            stepper.changed,
            self._counter.counted,
            self._surgery.changed,
        )
        self.refresher.add("data", self._ask_for_data, on=(session.problem_changed, session.dataset_changed))
        self._scene_part = self.refresher.add("scene", self._show, on=on, in_turn=(session.weights_changed,))
        stage.transport.next_wanted.connect(self.go_on)
        stage.transport.back_wanted.connect(self.go_back)
        stage.transport.track.wanted.connect(self._go_to)
        stage.legend.grain_chosen.connect(stepper.set_grain)
        stage.view.chosen.connect(self._choose)
        stage.view.dragged.connect(self._drag)
        stage.view.released.connect(self._release)
        stage.view.nudged.connect(self._nudge)
        stage.view.typing_wanted.connect(self._type)
        stage.samples.strip.chosen.connect(stepper.choose_sample)
        stage.samples.strip.moved.connect(stepper.move_sample)
        stage.samples.drawing_chosen.connect(self._toggle_drawing)
        stage.samples.target_chosen.connect(stepper.set_target)
        stage.fetch.clicked.connect(session.data.download)
        stage.draw.clicked.connect(self._go_to_draw)
        self.inspector.chosen.connect(self._choose)
        self.inspector.caption_changed.connect(stage.view.show_tale)
        self.inspector.question.answered.connect(self._reveal)
        stage.samples.images.clicked.connect(self._edit_images)
        stage.samples.misread_changed.connect(self._scene_part.mark)
        self.learn_panel.learn_from_chosen.connect(stepper.set_learn_from)
        self.learn_panel.rate_chosen.connect(stepper.set_learning_rate)
        self.tale_button.clicked.connect(self._weights.begin_tale)
        self.export_button.clicked.connect(self.export.ask_export)
        self.read_button.clicked.connect(self.export.ask_read)
        self.export.done.connect(self.say)
        self.export.failed.connect(self._warn)

    def _make_shortcuts(self) -> None:
        for key, slot in (
            ("Right", self.go_on),
            ("Left", self.go_back),
            ("Home", self.stepper.home),
            ("PgDown", self._next_sample),
            ("PgUp", self._previous_sample),
            (QKeySequence.StandardKey.Open, self.open_model),
            (QKeySequence.StandardKey.Save, self.save_model),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    def header_actions(self) -> Sequence[QWidget]:
        return (self.tale_button, self.export_button, self.read_button)

    # What is shown

    @property
    def scene(self) -> Scene | None:
        """What is shown."""
        return self._scene

    def _ask_for_data(self, shown: Snapshot) -> None:
        if shown.data_state is DataState.UNASKED:
            self.session.data.request(shown.dataset_name)

    def _show(self, shown: Snapshot) -> None:
        counted = self._count(shown)
        scene = self._scene = self.stepper.scene(shown)
        self.stage.show_scene(scene)
        orders = self.stepper.order(shown), self.stepper.every(shown)
        self.stage.samples.show_scene(shown, scene, orders, counted)
        self.stage.transport.back.setEnabled(self.stepper.can_go_back)
        self._show_actions(shown)
        self.inspector.setVisible(scene is not None)
        if scene is None:
            self._show_empty(shown)
            return
        self.inspector.show_scene(scene)
        self._show_panels(scene)
        self._say_state(scene)
        # What has changed its size finds its place before it is painted, not one picture later.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def _count(self, shown: Snapshot) -> Totals | None:
        """Return how the network does on many samples, once that is known, and offer the misread ones if wanted."""
        dataset = shown.dataset
        if dataset is None or len(dataset.train) <= FEW_SAMPLES:
            return None
        self._counter.ask(shown, dataset)
        counted, every = self._counter.totals, self.stepper.every(shown)
        misread = None
        if self.stage.samples.misread.isChecked():
            misread = self._misread
            if counted is not None and len(counted.answers) == len(every):
                misread = self._misread = every[counted.answers != dataset.train.labels[every]]
        self.stepper.offer(misread)
        return counted

    def _show_panels(self, scene: Scene) -> None:
        """Show what belongs to the stage, and to the weight in hand."""
        weight, back = scene.focus.weight, scene.stop.stage in (Stage.BACKWARD, Stage.UPDATE)
        knows = weight is not None and scene.knows(Kind.GRADIENTS, weight.layer, weight.unit)
        if knows:
            self.change_panel.show_scene(scene)
        else:
            self.change_panel.hide()
        self.learn_panel.setVisible(back)
        if back:
            self.learn_panel.show_scene(scene)
        self.twin_panel.setVisible(knows)
        self.weight_panel.setVisible(weight is not None)
        if weight is None:
            return
        numbers = scene.numbers
        self.weight_panel.show_weight(*weight)
        self.weight_panel.show_sample(*((None, None) if scene.sample is None else (numbers.inputs, numbers.label)))
        if knows:
            self.twin_panel.show_weight(*weight)
            self.twin_panel.show_batch(numbers.inputs[np.newaxis], numbers.targets[np.newaxis], scene.network)
            update, rule = scene.update, None
            if update is not None and update.is_finite and scene.learn_from is LearnFrom.SAMPLE:
                rule = rule_of(scene.network, scene.config, update, index_of(scene.network, weight))
            self.twin_panel.show_rule(rule)

    def _show_actions(self, shown: Snapshot) -> None:
        if self.tale_button.parent() is not None:  # it stands in the window's header, where there is one
            self.tale_button.setVisible(shown.problem.has_tale)
        reason = self._weights.reason_not_told()
        self.tale_button.setEnabled(not reason)
        self.tale_button.setToolTip(reason or self.tr("Friends +3, biases −3: where the tale begins"))

    def _show_empty(self, shown: Snapshot) -> None:
        missing = shown.data_state is DataState.MISSING
        self.stage.fetch.setVisible(missing)
        text = self.tr(
            "This page follows one image through the network, number by number. Draw something, or fetch images."
        )
        if shown.data_state in (DataState.LOADING, DataState.FETCHING, DataState.UNASKED):
            text = self.tr("The images are on their way.")
        self.stage.empty.set_text(self.tr("There is nothing to follow yet"), text)
        self.say("")

    def _say_state(self, scene: Scene) -> None:
        if scene.updates:
            text = self.tr("%n step(s) by hand, learning rate {0}", "", scene.updates)
            self.say(text.format(f"{scene.learning_rate:g}"))
        else:
            self.say(self.tr("learning rate {0}").format(f"{scene.learning_rate:g}"))

    def tell(self, message: Message) -> None:
        """Show in a prominent place of the page what went wrong."""
        self.stage.note.set_note("error", message.text, title=message.title, remedy=message.remedy)
        self.stage.note.show()

    @Slot(str)
    def _warn(self, text: str) -> None:
        """Say what could not be done."""
        self.stage.note.set_note("warning", text)
        self.stage.note.show()

    def _followed(self) -> Followed | None:
        """Return the image that is followed, for a spreadsheet."""
        scene = self._scene
        if scene is None:
            return None
        if scene.sample is None:
            return Followed(scene.numbers.inputs, scene.numbers.label, self.tr("My drawing"))
        return Followed(scene.numbers.inputs, scene.numbers.label, self.tr("Image {0}").format(scene.position + 1))

    def _explain(self, why: str) -> None:
        """Say why something was not done."""
        if why:
            self.stage.note.set_note("info", why)
            self.stage.note.show()

    # The walk

    @Slot()
    def go_on(self) -> None:
        """Go one step on; where that cannot be, stop playing and say why."""
        self.refresher.catch_up()
        if self._asks_first():
            return
        if self.stepper.next():
            return
        self.stage.transport.stop()
        scene = self._scene
        self._explain(scene.lack if scene is not None else "")

    def _asks_first(self) -> bool:
        """Ask for the next number where that is wanted, and return whether that was done."""
        question, scene = self.inspector.question, self._scene
        if question.is_asking:  # who goes on without an answer is told
            question.give_up()
            return False
        question.forget()
        if scene is None or not self.inspector.guess.isChecked() or scene.is_done:
            return False
        place = self.stepper.following(scene)
        guess = guess_about(scene, place) if place is not None else None
        if guess is None:
            return False
        self.stage.transport.stop()
        question.ask(guess)
        self.inspector.said.scroll_to_top()
        return True

    @Slot()
    def _reveal(self) -> None:
        """Show the number that was guessed."""
        self.stepper.next()

    @Slot()
    def go_back(self) -> None:
        """Go one step back, exactly."""
        self.refresher.catch_up()
        self.inspector.question.forget()
        if not self.stepper.back() and self._scene is not None:
            self._explain(self._scene.lack)

    @Slot(object)
    def _go_to(self, stage: Stage) -> None:
        self.stage.transport.stop()
        if not self.stepper.go_to(stage) and self._scene is not None:
            self._explain(self._scene.lack)

    @Slot()
    def _next_sample(self) -> None:
        self.stepper.move_sample(1)

    @Slot()
    def _previous_sample(self) -> None:
        self.stepper.move_sample(-1)

    @Slot()
    def _edit_images(self) -> None:
        """Let the images be drawn anew, labelled, imported and exported."""
        self.images_dialog = ImagesDialog(self.session, self.settings, self)
        self.images_dialog.open()

    @Slot()
    def _toggle_drawing(self) -> None:
        scene = self._scene
        if scene is not None and scene.sample is None:
            self.stepper.move_sample(1)
        else:
            self.stepper.choose_sample(None)

    @Slot()
    def _go_to_draw(self) -> None:
        self.page_wanted.emit("drawPage", None)

    # By hand

    @Slot(object)
    def _choose(self, focus: Focus) -> None:
        self.stepper.focus(focus.layer, focus.unit, focus.source)

    @Slot(object, float, bool)
    def _drag(self, focus: Focus, change: float, is_first: bool) -> None:
        if is_first:
            self._gesture = self._surgery.begin_gesture()
        self._change(focus, change, self._gesture)

    @Slot()
    def _release(self) -> None:
        self._surgery.end_gesture()
        self._gesture = NO_GESTURE

    @Slot(object)
    def _type(self, focus: Focus) -> None:
        """Let a number be typed in the place of a weight."""
        self._choose(focus)
        self.refresher.catch_up()
        self.weight_panel.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.weight_panel.field.selectAll()
        self.inspector.said.bring_into_sight(self.weight_panel)

    @Slot(object, float)
    def _nudge(self, focus: Focus, change: float) -> None:
        self._change(focus, change, NO_GESTURE)

    def _change(self, focus: Focus, change: float, gesture: int) -> None:
        weight = focus.weight
        if weight is None:
            return
        reason = self._weights.reason(weight)
        if reason:
            self._explain(reason)
            return
        self._weights.set(weight, self._weights.value(weight) + change, gesture)

    # Keyboard

    def event(self, event: QEvent) -> bool:
        """Leave the arrow keys to what needs them itself, such as a choice or the strip of samples."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_needed(event):
            event.accept()
            return True
        return super().event(event)

    def _is_needed(self, event: QKeyEvent) -> bool:
        widget = QApplication.focusWidget()
        if widget is None or event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return False
        chooses = isinstance(widget, QAbstractButton) and widget.group() is not None
        return chooses or isinstance(widget, _WITH_ARROWS) or self.weight_panel.isAncestorOf(widget)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, or stop playing, where nothing else wants the space bar."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.stage.transport.toggle()
        else:
            super().keyPressEvent(event)

    def undo(self) -> None:
        """Take back the last change by hand."""
        self._surgery.undo()

    def redo(self) -> None:
        """Do the change by hand again that was taken back last."""
        self._surgery.redo()

    # Size

    def minimumSizeHint(self) -> QSize:
        """Return what the smallest window leaves to a page: everything here scrolls or shrinks."""
        return QSize(860, 440)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        breadth = theme.scaled(100) / 100
        width = round(float(np.interp(self.width() / breadth, _PAGE_WIDTHS, _INSPECTOR_WIDTHS)) * breadth)
        self.inspector.setFixedWidth(min(width, self.width() // 2))
        compact = self.width() < theme.scaled(1100)
        self.tale_button.setText(self.tr("As in the tale") if compact else self.tr("Set weights as in the tale"))
        self.export_button.setText(self.tr("Export…") if compact else self.tr("Export as spreadsheet…"))
        for button in (self.tale_button, self.export_button):
            button.reserve(button.text())
        self.stage.samples.set_compact(compact)
        self.inspector.set_narrow(compact)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_for_data(self.session.snapshot())
