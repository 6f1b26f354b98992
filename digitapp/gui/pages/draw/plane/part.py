"""All that the Draw page has for points in a plane: surface, tools, inspector, undo and files, connected."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu, QWidget

from digitapp.gui import icons, theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.pages.draw.plane.files import PointFiles
from digitapp.gui.pages.draw.plane.inspector import PlaneInspector
from digitapp.gui.pages.draw.plane.scene import PlaneScene, SceneMaker
from digitapp.gui.pages.draw.plane.steps import PlaneSteps
from digitapp.gui.pages.draw.plane.surface import PlaneSurface, PlaneTool
from digitapp.gui.pages.draw.plane.tools import PlaneTools
from digitapp.gui.settings import Settings
from digitapp.gui.state.seed_trial import SeedTrial
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets import HoverReadout, ReadoutRow
from digitapp.gui.widgets.numbers import decimal, probability
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.widgets.series import series_color
from digitapp.inspection.half_planes import Place


class PlanePart(QObject):
    """Shows the plane in the Draw page while its problem is one of points in a plane.

    Signals
    -------
    steps_changed : what can be taken back or done again is different
    start_wanted : a run is to be started
    model_found(Path) : a file that was opened is a model
    """

    steps_changed = Signal()
    start_wanted = Signal()
    model_found = Signal(object)

    def __init__(
        self, session: Session, settings: Settings, canvas: Canvas, refresher: Refresher, page: QWidget
    ) -> None:
        super().__init__(page)
        self._session, self._canvas = session, canvas
        self._maker = SceneMaker()
        self._scene: PlaneScene | None = None
        self._place: Place | None = None  # under the pointer
        self._speaks_of_run = False  # the note that is shown
        self.surface = PlaneSurface(session, self)
        self.tools = PlaneTools(session.points.problem, page)
        self.inspector = PlaneInspector(session, page)
        self.steps = PlaneSteps(session, self)
        self.seeds = SeedTrial(session)
        self.files = PointFiles(session, settings, page)
        self._readout = HoverReadout(canvas)
        self._connect_parts()
        self._add_parts(refresher)

    def _connect_parts(self) -> None:
        surface, tools, files = self.surface, self.tools, self.files
        tools.tool_chosen.connect(surface.set_tool)
        tools.dataset_chosen.connect(self._choose_dataset)
        tools.lines_toggled.connect(surface.set_lines)
        self.inspector.classes.seeds_toggled.connect(self._toggle_seeds)
        surface.hovered.connect(self._on_hovered)
        surface.line_pushed.connect(self.steps.add_line)
        surface.refused.connect(self._refuse)
        self.steps.changed.connect(self.steps_changed)
        self._session.points.committed.connect(self._on_committed)
        files.done.connect(self._tell)
        files.failed.connect(self._refuse)
        files.model_found.connect(self.model_found)
        self.inspector.learning.start_clicked.connect(self.start_wanted)
        self.inspector.learning.pause_clicked.connect(self.pause_or_resume)

    def _add_parts(self, refresher: Refresher) -> None:
        session, inspector, add = self._session, self.inspector, refresher.add
        another = session.problem_changed, session.network_changed, session.dataset_changed
        add("plane data", self._show_data, on=(*another, session.points.changed))
        weights = (session.weights_changed,)
        add("scene", self._show_scene, on=(*another, session.selection_changed), in_turn=weights)
        add("plane answer", self._show_answer, on=(session.problem_changed, session.answer_changed))
        bent = add("bent plane", self._show_bent, on=another, in_turn=weights, of=inspector.bent)
        inspector.bent.seen_changed.connect(bent.mark)
        on = (session.dataset_changed, session.run_state_changed, session.moment_changed)
        self._seeds_part = add("seeds", self._ask_seeds, on=on)
        add("seed maps", self._show_seeds, on=(self.seeds.changed, session.answer_changed))
        add("plane run", self._show_run, on=(session.problem_changed, session.run_state_changed))

    # What the user can do

    def choose_tool(self, tool: PlaneTool) -> None:
        """Take a tool as if its button had been clicked."""
        own = self._session.points.problem
        if self._session.problem is own and (isinstance(tool, str) or tool < own.classes):
            self.tools.choose(tool)

    def clear(self) -> None:
        """Take all points away, undoably."""
        if self._session.problem is self._session.points.problem:
            self._session.points.commit((), self.tr("Clear"))

    @property
    def is_empty(self) -> bool:
        """Whether there is no point to save or copy."""
        return not self._session.points.points

    @property
    def has_own(self) -> bool:
        """Whether points can be set, opened and pasted in the shown problem."""
        return self._session.problem is self._session.points.problem

    def take(self, data: QMimeData) -> None:
        """Take points that were dropped or pasted."""
        if self.has_own:
            self.files.take(data)

    def paste(self) -> None:
        """Take points from the clipboard."""
        if self.has_own:
            self.files.paste()

    @Slot()
    def pause_or_resume(self) -> None:
        """Rest, or go on."""
        run = self._session.run
        if run.phase is RunPhase.PAUSED:
            run.resume()
        else:
            run.pause()

    @Slot()
    def toggle(self) -> None:
        """Start, pause or resume, whichever the button offers."""
        if self._session.run.is_active:
            self.pause_or_resume()
        else:
            self.start_wanted.emit()

    def fill_menu(self, menu: QMenu) -> None:
        """Offer in the canvas's menu what only a plane has."""
        lines = menu.addAction(icons.icon("unit-lines"), self.tr("Unit lines"))
        lines.setCheckable(True)
        lines.setChecked(self.tools.lines.isChecked())
        lines.toggled.connect(self.tools.lines.setChecked)

    @Slot(str)
    def _choose_dataset(self, name: str) -> None:
        self._tell("")
        self._session.choose_dataset(name)

    @Slot(bool)
    def _toggle_seeds(self, wanted: bool) -> None:
        if wanted:
            self._seeds_part.mark()
        else:
            self.seeds.stop()

    # What has happened

    @Slot()
    def _on_committed(self) -> None:
        """Points were set, or taken away: what was said before is over."""
        running = self._session.run.is_active
        self._tell(self.tr("The run goes on with the points that it began with.") if running else "")
        self._speaks_of_run = running

    @Slot(str)
    def _tell(self, text: str) -> None:
        self._speaks_of_run = False
        self.inspector.show_note("info", text)

    @Slot(str)
    def _refuse(self, text: str) -> None:
        self._speaks_of_run = False
        self.inspector.show_note("error", text)

    def show_error(self, text: str) -> None:
        """Say what went wrong elsewhere; an empty text is nothing."""
        if text:
            self._refuse(text)

    @Slot(object)
    def _on_hovered(self, place: Place | None) -> None:
        self._place = place
        self._show_readout(self._session.snapshot())
        if self._scene is not None:
            self.inspector.answer.show_answer(self._session.snapshot(), place is not None)

    # What is shown

    def _show_data(self, shown: Snapshot) -> None:
        if not shown.problem.is_plane:
            return
        self.tools.show_data(shown, self._session.points.own is not None)
        self._session.data.request(shown.dataset_name)

    def _show_scene(self, shown: Snapshot) -> None:
        if not shown.problem.is_plane or shown.network.sizes[0] != 2:
            return
        scene = self._scene = self._maker.make(shown, self._session.points.points)
        self.surface.show_scene(scene)
        self.inspector.answer.show_points(scene)
        self.inspector.classes.show_classes(scene, self.has_own)
        if shown.run.is_active:  # as often as the map: what is in the same turn need not take one of its own
            self.inspector.learning.show_progress(shown)

    def _show_answer(self, shown: Snapshot) -> None:
        if not shown.problem.is_plane:
            return
        self.inspector.answer.show_answer(shown, self._place is not None)
        self.inspector.classes.show_answer(shown)
        self.inspector.bent.show_test_point(shown)
        self._show_readout(shown)

    def _show_bent(self, shown: Snapshot) -> None:
        if self._scene is not None and shown.problem.is_plane:
            self.inspector.bent.show_scene(self._scene)

    def _ask_seeds(self, shown: Snapshot) -> None:
        """Train the networks anew where points or settings are others; while a run learns, the old ones stay."""
        if not shown.problem.is_plane:
            self.seeds.stop()
        elif self._scene is not None and self.inspector.classes.seeds.isChecked() and not shown.run.is_active:
            self.seeds.ask(shown, self._scene.bounds)

    def _show_seeds(self, shown: Snapshot) -> None:
        if shown.problem.is_plane:
            self.surface.show_seeds(self.seeds.found)
            self.inspector.classes.show_seeds(self.seeds, shown)

    def _show_run(self, shown: Snapshot) -> None:
        if self._speaks_of_run and not shown.run.is_active:
            self._tell("")
        self.inspector.learning.show_phase(shown)
        self.inspector.learning.show_progress(shown)

    def _show_readout(self, shown: Snapshot) -> None:
        """Say beside the pointer where it is, and how likely each class is there."""
        place, values = self._place, shown.answer.probabilities
        if place is None or values is None or not shown.problem.is_plane or self._canvas.is_drawing:
            self._readout.hide()
            return
        title = self.tr("x {0}, y {1}").format(decimal(place[0]), decimal(place[1]))
        rows = [
            ReadoutRow(self.tr("class {0}").format(name), probability(float(value)), _on_dark(label))
            for label, (name, value) in enumerate(zip(shown.model.class_names, values, strict=False))
        ]
        self._readout.show_at(self.surface.frame.at(*place).toPoint(), title, rows, above=True)


def _on_dark(label: int) -> QColor:
    """Return the colour of a class as it is told apart on the ground of a readout."""
    return theme.blend(series_color(label), theme.current().palette.tooltip_text, 0.4)
