"""The Features page: every unit of a layer as a picture of its weights, and the dossier of the selected one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.gui.pages.features.dossier import WORTH_FACE, Dossier, UnitPicture, dossier_width
from digitapp.gui.pages.features.evidence import Evidence
from digitapp.gui.pages.features.gallery import Gallery
from digitapp.gui.pages.features.orders import Orders
from digitapp.gui.pages.features.picture import units_to_save
from digitapp.gui.pages.features.shown import Lack, Shown, View
from digitapp.gui.pages.features.stage import MOST_STRIP_UNITS, FeatureStage
from digitapp.gui.pages.features.surgery import SurgeryPanel
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.pages.features.trials import Trials
from digitapp.gui.pages.features.words import UnitWords
from digitapp.gui.pages.page import Page
from digitapp.gui.pictures import ComposedPicture
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import HairLine, HoverReadout, ReadoutRow
from digitapp.gui.widgets.numbers import signed, thousands
from digitapp.gui.words.messages import Message
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.regions import Region
from digitapp.nn.network import UnitRef


class FeaturesPage(Page):
    """All units of a layer, live, and everything about one of them."""

    NAME = "featuresPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self._surgery = Surgery.of(session)
        self._words = UnitWords(session, self.refresher)
        self._evidence = Evidence(session, self)
        self._trials = Trials(session, self)
        self._gallery = Gallery(session, self._evidence, self)
        self._orders = Orders(session, self._evidence, self._trials, self)
        self._shown_layer = -1
        self._limit: float | None = None
        self._made = -1  # the version of the network whose pictures were asked for
        self._warns = False  # of the weights or the view; a note about anything else stays
        self._gave_up = False  # whether an order that was asked for will not come
        self._sorted: Snapshot | None = None  # what the units were ordered for
        self._settling = QTimer(self, singleShot=True)
        self._settling.timeout.connect(self._arrange)
        self._build()
        self._add_parts()
        self._connect()

    # Building

    def _build(self) -> None:
        self._stage = FeatureStage()
        self.tools, self.note = self._stage.tools, self._stage.note
        self.grid, self.strip, self.hint = self._stage.grid, self._stage.strip, self._stage.hint
        self.sizes, self.work = self._stage.sizes, self._stage.work
        self.timeline_place = self._stage.timeline_place
        self._readout = HoverReadout(self)
        self.dossier = Dossier(self.session, self.refresher, self._evidence, self._trials)

        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stage, 1)
        whole.addWidget(HairLine(Qt.Orientation.Vertical))
        whole.addWidget(self.dossier)
        self.surgery = SurgeryPanel(self.session, self.refresher)
        self.dossier.worth.add_surgery(self.surgery)

    def _add_parts(self) -> None:
        session, add, evidence = self.session, self.refresher.add, self._evidence
        another, data = (session.problem_changed, session.network_changed), (session.dataset_changed, evidence.changed)
        changes = (
            session.selection_changed,
            session.weights_changed,
            session.dataset_changed,
            session.run_state_changed,
        )
        add("what evidence is about", self._follow, on=(*another, *changes))
        add("data", self._ask_for_data, on=(*another, session.dataset_changed))
        add("layers", self._show_layers, on=another)
        self._layer_part = add("layer", self._show_layer, on=another)
        self._order_part = add("order", self._show_order, on=(self._orders.settled, session.run_state_changed))
        self._image_part = add("images", self._show_images, on=another, in_turn=(session.weights_changed,))
        self._unit_part = add("selected unit", self._show_selected, on=(*another, session.selection_changed))
        on = (*another, session.selection_changed)
        self._dossier_part = add("dossier", self._show_dossier, on=on, in_turn=(session.weights_changed,))
        self._answer_part = add("answer", self._show_answer, on=on, in_turn=(session.answer_changed,))
        phase = session.run_state_changed
        self._mark_part = add("marks", self._show_marks, on=(*on, phase), in_turn=data)
        self._evidence_part = add("evidence", self._show_evidence, on=(*on, phase), in_turn=data)
        news = (*data, session.answer_changed)
        self._strip_part = add("strip", self._show_strip, on=(*on, phase), in_turn=news, of=self.strip)
        self._surgery_part = add("marks of surgery", self._show_surgery, on=(*another, self._surgery.changed))

    def _connect(self) -> None:
        session = self.session
        session.network_changed.connect(self._on_network_changed)
        session.selection_changed.connect(self._on_selection_changed)
        self._evidence.changed.connect(self._on_evidence_changed)
        self._evidence.progressed.connect(self._on_look_progressed)
        self._gallery.changed.connect(self._on_pictures_made)
        self._orders.settled.connect(self._on_settled)
        self._trials.progressed.connect(self._on_trial_progressed)
        self.work.cancel_wanted.connect(self._trials.cancel_ranking)
        self.sizes.own_scale_chosen.connect(self._on_scale_chosen)
        self.tools.width_changed.connect(self._arrange_soon)
        self.tools.layer_chosen.connect(self._on_layer_chosen)
        self.tools.shown_chosen.connect(self._on_shown_chosen)
        self.tools.order_chosen.connect(self._on_order_chosen)
        self.grid.unit_selected.connect(self._on_tile_selected)
        self.grid.unit_toggled.connect(self._on_tile_toggled)
        self.grid.unit_hovered.connect(self._on_tile_hovered)
        self.dossier.least_width_changed.connect(self._fit)
        self.dossier.step_wanted.connect(self._on_step_wanted)
        self.dossier.unit_wanted.connect(self._on_unit_wanted)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self).activated.connect(self.open_model)

    # What is shown

    @property
    def layer(self) -> int:
        """The shown layer; the selection always is in it."""
        return self.shown.selected.layer

    @property
    def _images(self) -> NDArray[np.floating]:
        return self._gallery.images

    @property
    def _order(self) -> NDArray[np.int64]:
        """Which unit stands at which tile."""
        return self._orders.places

    @Slot()
    def _on_network_changed(self) -> None:
        self._limit = None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._evidence.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Work for nobody; what was given up is asked for again when somebody looks."""
        super().hideEvent(event)
        self._settling.stop()
        self._readout.hide()
        self._gallery.stop()
        self._trials.stop()
        self._evidence.set_active(False)
        self._made = -1
        self._image_part.mark()

    def _follow(self, shown: Snapshot) -> None:
        """Let what is found out be about what is shown."""
        self._evidence.follow(shown)
        self._trials.follow(shown)

    def _ask_for_data(self, shown: Snapshot) -> None:
        """Ask for the data set once; where it is missing, its state says so."""
        if shown.data_state is DataState.UNASKED:
            self.session.data.request(shown.dataset_name)

    def _show_layers(self, shown: Snapshot) -> None:
        layers = range(len(shown.network.weights))
        texts, short = ([self._words.layer(layer, short=short) for layer in layers] for short in (False, True))
        self.tools.set_layers(texts, short, self.layer)
        self.tools.set_classes(shown.model.class_names)

    def _show_layer(self, shown: Snapshot) -> None:
        """Show another layer, or the same in another way: choices, order, and pictures that are made anew."""
        if self._shown_layer != self.layer:
            self.tools.set_layer(self.layer)
        self._shown_layer = self.layer
        self.note.hide()
        last = len(shown.network.weights) - 1
        is_plane = shown.problem.is_plane
        self.tools.offer(is_plane=is_plane, is_first=self.layer == 0, is_output=self.layer == last)
        self._limit = None
        self._gallery.show(View(self.layer, self.tools.shown, self.tools.label), shown)
        self._made = shown.version
        if len(self._images) > MOST_STRIP_UNITS:
            self.strip.hide()
        self._sort()
        self._arrange_soon()

    def _sort(self) -> None:
        """Settle the order of the tiles; it stays until another one is asked for."""
        self._orders.settle(self.tools.order, self.layer, self.shown)
        self._sorted = self.shown
        self._stage.show_work(self._trials.is_ranking)

    def _show_order(self, shown: Snapshot) -> None:
        """Ask again for an order that waited for the run to rest; one that was given up leaves the units by number."""
        if self._orders.is_settled:
            self._stage.show_work(False)
        elif self._sorted is not shown:
            if self._gave_up:
                self.tools.choose_order(Order.INDEX)
            self._sort()
            self._mark_all_units()
        self._gave_up = False

    def _show_images(self, shown: Snapshot) -> None:
        """Show the pictures in their order, made anew where the weights are other ones."""
        if self._made != shown.version:
            self._made = shown.version
            self._gallery.renew(shown)
        images = self._images
        if self._gallery.view.shown is Shown.WEIGHTS:
            self._limit = shown.weight_limit(self.layer)
        else:
            self._limit = symmetric_limit(images, previous=self._limit if shown.shows_run else None)
        in_order = images if self._orders.order is Order.INDEX else images[self._order]
        if self.sizes.own_scale.isChecked():
            limits = self._gallery.own_limits(in_order)
            self.grid.set_own_scales(in_order, limits, self._gallery.cells)
            tile = self._orders.tile_of(shown.selected.unit)
            self.tools.scale_bar.set_limit(float(limits[tile or 0]))
        else:
            self.grid.set_images(in_order, self._limit, self._gallery.cells)
            self.tools.scale_bar.set_limit(self._limit)
        self._show_warning()

    def _show_selected(self, shown: Snapshot) -> None:
        self.grid.set_selected(self._orders.tile_of(shown.selected.unit))

    def _show_dossier(self, shown: Snapshot) -> None:
        image = self._images[shown.selected.unit]
        limit = (
            float(self._gallery.own_limits(image[np.newaxis])[0]) if self.sizes.own_scale.isChecked() else self._limit
        )
        picture = UnitPicture(image, limit or 1.0, self._gallery.cells, self._cell_name, self._gallery.view.on_plane)
        self.dossier.show_network(picture)

    def _show_answer(self, _shown: Snapshot) -> None:
        self.dossier.show_answer()

    @Slot()
    def _on_pictures_made(self) -> None:
        for part in (self._image_part, self._dossier_part):
            part.mark()
        self._arrange_soon()

    @Slot()
    def _on_scale_chosen(self) -> None:
        self._image_part.mark()
        self._dossier_part.mark()

    @Slot()
    def _on_shown_chosen(self) -> None:
        self._mark_whole_layer()

    def _mark_whole_layer(self) -> None:
        """Show all of the layer anew."""
        self._layer_part.mark()
        self._mark_all_units()

    def _mark_all_units(self) -> None:
        """Show the units anew, as in another order."""
        for part in (self._image_part, self._unit_part, self._dossier_part, self._answer_part, self._mark_part):
            part.mark()
        for part in (self._evidence_part, self._strip_part, self._surgery_part):
            part.mark()

    @Slot()
    def _on_selection_changed(self) -> None:
        if self.session.selected.layer != self._shown_layer:
            self._mark_whole_layer()
        elif self.sizes.own_scale.isChecked():
            self._image_part.mark()

    @Slot()
    def _on_evidence_changed(self) -> None:
        """Pictures that are made of what the data tell are made anew."""
        if self._gallery.view.shown in (Shown.PATTERN, Shown.CLASS):
            self._made = -1
            self._image_part.mark_in_turn()
            self._dossier_part.mark_in_turn()

    @Slot()
    def _on_settled(self) -> None:
        """An order is there now, or was given up."""
        self._gave_up = not self._orders.is_settled
        self._mark_all_units()

    def _cell_name(self, row: int, column: int) -> str:
        if self._gallery.view.on_plane:
            region = Region(self._gallery.bounds, self._images[0])
            return self._words.place(*region.place(row, column))
        if self._gallery.view.on_pixels:
            return self._words.cell(row, column)
        return self._words.source_unit(self.layer, row * self._images.shape[2] + column)

    @Slot(int, int)
    def _on_look_progressed(self, done: int, total: int) -> None:
        if self.isVisible() and done < total:
            self.say(self._words.looking(done, total))

    @Slot(int, int)
    def _on_trial_progressed(self, done: int, total: int) -> None:
        if self._trials.is_ranking:
            self.work.set_progress(self._words.working(done, total), done, total)
            self._stage.show_work(True)

    def _show_marks(self, shown: Snapshot) -> None:
        problem, network, blank = shown.problem, shown.network, self._evidence.blank
        mask = None
        if self._gallery.view.on_pixels and blank is not None and blank.any():
            mask = blank.reshape(problem.rows, problem.columns)
        self.grid.set_fade_mask(mask)
        units = network.sizes[self.layer + 1]
        dead = self._evidence.dead
        self.grid.set_dead(dead[self._order] if dead is not None and dead.any() else None)
        if dead is None:
            self.say(self.tr("%Ln unit(s)", "", units))
        else:
            self.say(self.tr("%Ln unit(s), {0} dead", "", units).format(thousands(int(dead.sum()))))
        self._show_hint()

    def _show_surgery(self, _shown: Snapshot) -> None:
        off, frozen = self._surgery.marked(self.layer)
        marked = ([self._orders.tile_of(unit) for unit in units] for units in (off, frozen))
        self.grid.set_marks(*([tile for tile in tiles if tile is not None] for tiles in marked))

    def _show_evidence(self, _shown: Snapshot) -> None:
        known = self._evidence.unit or self._evidence.layer
        source = "" if known is None else self._words.source(len(known.split.labels), self._evidence.is_partial)
        self.dossier.show_evidence(source)

    def _show_hint(self) -> None:
        view = self._gallery.view
        what = self._words.shown(view.shown, view.layer, view.label)
        parts = [what] if view.on_plane else [self.tr("Hover for a weight, click to inspect."), what]
        if view.on_pixels and view.layer == 0 and self._evidence.blank is not None and self._evidence.blank.any():
            parts.append(self.tr("Pixels that are blank in every digit are faded."))
        if not self._orders.is_settled and not self._trials.is_ranking:
            parts.append(self._words.unsettled(self._orders.order, self._trials))
        self.hint.setText(in_a_row(*parts))

    def _show_warning(self) -> None:
        """Say plainly when a layer holds nothing to see."""
        lack = self._gallery.lack
        trouble = self._words.trouble(self.layer, lack, self._gallery.view.shown)
        if trouble is not None:
            self.note.set_note(*trouble)
        warns = trouble is not None and lack is not Lack.NOT_YET
        if warns or self._warns:
            self.note.setVisible(warns)
        self._warns = warns

    def _show_strip(self, _shown: Snapshot) -> None:
        refs = [UnitRef(self.layer, int(unit)) for unit in self._order]
        self.strip.set_entries([self._words.strip_entry(ref, self._evidence.layer) for ref in refs])

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        width = dossier_width(self.width(), self.dossier.least_width)
        if width != self.dossier.width():
            self.dossier.setFixedWidth(width)
        self._arrange_soon()

    @Slot()
    def _arrange_soon(self) -> None:
        """Arrange tools and stage when the layouts have settled: new segments have no size before."""
        if not self._settling.isActive():
            self._settling.start(0)

    @Slot()
    def _arrange(self) -> None:
        for layout in (self.layout(), self._stage.layout()):
            if layout is not None:
                layout.activate()
        self.tools.arrange(self.tools.width())
        if (rows := self.tools.layout()) is not None:
            rows.activate()
        if self._shown_layer >= 0 and self._stage.arrange(self._images.shape, of_pixels=self._gallery.view.on_pixels):
            self._strip_part.mark()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange_soon()

    # What the user does

    @Slot(int)
    def _on_layer_chosen(self, layer: int) -> None:
        if layer != self.layer:
            self.session.select_unit(layer, 0)

    @Slot()
    def _on_order_chosen(self) -> None:
        self.refresher.catch_up()
        self._sort()
        self._mark_all_units()

    @Slot(int)
    def _on_unit_wanted(self, unit: int) -> None:
        self.session.select_unit(self.layer, unit)

    @Slot(int)
    def _on_tile_selected(self, tile: int) -> None:
        unit = self._unit_at(tile)
        if unit is not None:
            self.session.select_unit(self.layer, unit)

    @Slot(int)
    def _on_tile_toggled(self, tile: int) -> None:
        unit = self._unit_at(tile)
        if unit is not None:
            self._surgery.toggle(self.layer, unit)
            self.dossier.show_face(WORTH_FACE)

    def _unit_at(self, tile: int) -> int | None:
        """Return the unit at a tile of the present network, None where that one has no such tile."""
        self.refresher.catch_up()
        return int(self._order[tile]) if tile < len(self._order) else None

    def undo(self) -> None:
        self._surgery.undo()
        self.dossier.show_face(WORTH_FACE)

    def redo(self) -> None:
        self._surgery.redo()
        self.dossier.show_face(WORTH_FACE)

    @Slot(int)
    def _on_step_wanted(self, step: int) -> None:
        self.refresher.catch_up()
        tile = self._orders.tile_of(self.session.selected.unit)
        if tile is not None:
            self.session.select_unit(self.layer, int(self._order[(tile + step) % len(self._order)]))

    @Slot(int, int, int)
    def _on_tile_hovered(self, tile: int, row: int, column: int) -> None:
        if tile < 0 or not self.grid.is_cell(row, column):
            self._readout.hide()
            return
        name = self._cell_name(row, column)
        unit = int(self._order[tile])
        place = self.grid.tile_rect(tile)
        cell = place.width() / self._images.shape[2]
        point = QPoint(round(place.left() + (column + 1) * cell), round(place.top() + (row + 1) * cell))
        value = float(self._images[unit, row, column])
        title = self._words.title(UnitRef(self.layer, unit))
        text = signed(value) if np.isfinite(value) else self.tr("not a number")
        self._readout.show_at(self.grid.viewport().mapTo(self, point), title, [ReadoutRow(name, text)])

    def readout_text(self) -> str:
        """Return what the panel beside the pointer says, empty while there is none."""
        return self._readout.text() if self._readout.isVisible() else ""

    def tell(self, message: Message) -> None:
        self.note.set_note("error", message.text, title=message.title, remedy=message.remedy)
        self.note.show()

    def composed_pictures(self) -> Sequence[ComposedPicture]:
        """Return the picture of all units of the layer, in the order of the grid."""
        if self._shown_layer < 0:
            return ()
        name = self.shown.model.name or self.tr("My network")
        title = self.tr("{0} · {1}").format(name, self._words.layer(self.layer))
        names = [self.shown.names.short(self.layer, unit) for unit in self._order.tolist()]
        return (units_to_save(self._images[self._order], title, names, self._gallery.cells, self._limit),)
