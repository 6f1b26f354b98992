"""The Draw page: draw a digit and watch the network read it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QLayout, QMenu, QWidget

from digitapp.datasets.problems import PLANE, Inputs
from digitapp.drawing.ink import Drawing
from digitapp.gui import icons, theme
from digitapp.gui import settings as remembered
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.grid import GridSurface
from digitapp.gui.canvas.ink import InkSurface, Tool
from digitapp.gui.canvas.numbers import NumbersSurface
from digitapp.gui.pages.draw.actions import DrawActions
from digitapp.gui.pages.draw.files import MIME, DrawingFiles
from digitapp.gui.pages.draw.inspector import Inspector
from digitapp.gui.pages.draw.notes import width_note
from digitapp.gui.pages.draw.stage import DrawStage
from digitapp.gui.pages.draw.tools import TOOL_KEYS, ToolsLine
from digitapp.gui.pages.page import TRAIN_NEW, Page
from digitapp.gui.pictures import offer_picture
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.dropping import taken, welcome
from digitapp.gui.words.messages import Message
from digitapp.recognition import Reason

if TYPE_CHECKING:
    from digitapp.gui.pages.draw.plane.part import PlanePart

# The inspector's width at the page widths of a 1024, a 1280 and a 1920 pixels wide window.
_PAGE_WIDTHS = (952, 1208, 1848)
_INSPECTOR_WIDTHS = (400, 532, 665)
_TOY_INSPECTOR_WIDTHS = (552, 692, 865)
_LARGEST_SHARE, _LARGEST_TOY_SHARE = 0.5, 0.6  # of the page, for the inspector in a large font
_SMALLEST = QSize(860, 440)  # whatever the font: the page adapts down to it, then the window scrolls
_COMPACT_BELOW = 1100


class DrawPage(Page):
    """A canvas for strokes or pixels on the left; on the right what the network makes of it."""

    NAME = "drawPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.setAcceptDrops(True)
        self._error = ""
        self._plane: PlanePart | None = None
        self.ink = InkSurface(session, self)
        self.ink.filled_up.connect(self._on_filled_up)
        self.grid = GridSurface(session, self)
        self._surfaces = {
            Inputs.STROKES: self.ink,
            Inputs.GRID: self.grid,
            Inputs.POINTS: NumbersSurface(session, self),
        }
        self.canvas = Canvas(self.ink)
        self.canvas.setAccessibleName(self.tr("Canvas"))
        offer_picture(self.canvas, self.tr("Drawing"), "drawing")
        self.tools = ToolsLine()
        self.stage = DrawStage(self.canvas, self.tools)
        self.inspector = Inspector(session, self.refresher)
        self.inspector.faces.currentChanged.connect(self._fit)  # each of them needs a width of its own
        self.files = DrawingFiles(session, settings, self)
        self.header = DrawActions(session.problem, self)
        self.copy_button, self.open_button, self.save_button = self.header.buttons
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the parts follow the page, not it them
        row.addWidget(self.stage, 1)
        row.addWidget(self.inspector)
        self._connect_parts()
        self._add_parts()
        self._add_shortcuts()
        self.tools.guides.setChecked(settings.get(remembered.GUIDES))
        self.ink.set_guides(self.tools.guides.isChecked())
        self._change_surface()

    @property
    def plane(self) -> PlanePart:
        """What there is for points in a plane; made when such a problem is shown first."""
        if self._plane is None:
            self._plane = self._make_plane()
        return self._plane

    def _make_plane(self) -> PlanePart:
        from digitapp.gui.pages.draw.plane.part import PlanePart

        part = PlanePart(self.session, self.settings, self.canvas, self.refresher, self)
        part.steps_changed.connect(self._show_steps)
        part.start_wanted.connect(partial(self.work_wanted.emit, "trainPage", TRAIN_NEW))
        part.model_found.connect(self.show_model)
        self._row.addWidget(part.inspector)
        return part

    @property
    def _in_plane(self) -> bool:
        """Whether the problem that is shown is one of points in a plane."""
        return self.session.problem.is_plane

    def _connect_parts(self) -> None:
        tools, inspector = self.tools, self.inspector
        tools.tool_chosen.connect(self.ink.set_tool)
        tools.width_chosen.connect(self._choose_width)
        tools.guides_toggled.connect(self._show_guides)
        tools.undo_requested.connect(self.undo)
        tools.redo_requested.connect(self.redo)
        tools.clear_requested.connect(self.clear)
        self.stage.canvas_resized.connect(tools.set_canvas_side)
        self.canvas.drawing_ended.connect(self._on_drawing_ended)
        self.canvas.customContextMenuRequested.connect(self._show_menu)
        self.grid.pixel_hovered.connect(inspector.mark_pixel)
        inspector.pixel_hovered.connect(self.grid.mark_pixel)
        inspector.header.sample_requested.connect(self.show_sample)
        inspector.pen_suggested.connect(self._choose_width)
        inspector.browser.chosen.connect(self._browse)
        inspector.browser.closed.connect(self._on_file_closed)
        self.files.started.connect(self._on_reading)
        self.files.opened.connect(self._on_opened)
        self.files.replaced.connect(self._on_replaced)
        self.files.model_found.connect(self.show_model)
        self.files.failed.connect(self._on_failed)
        self.copy_button.clicked.connect(self.copy)
        self.open_button.clicked.connect(self.open)
        self.save_button.clicked.connect(self.save)

    def _add_parts(self) -> None:
        session, add = self.session, self.refresher.add
        session.problem_changed.connect(self._change_surface)
        session.network_changed.connect(self._forget_error)
        add("problem", self._show_problem, on=(session.problem_changed,))
        add("drawing", self._show_drawing, on=(session.drawing_changed,))
        add("actions", self._show_actions, on=(session.dataset_changed,))
        add("answer", self._show_answer, on=(session.answer_changed,))
        self._note = add("note", self._show_note, on=(session.answer_changed, session.run_state_changed))
        self._time = add("time", self._show_time, on=(session.answer_changed,))

    def _add_shortcuts(self) -> None:
        standard = QKeySequence.StandardKey
        for keys, slot in (
            (QKeySequence("Delete"), self.clear),
            (QKeySequence("Backspace"), self.clear),
            (QKeySequence("["), self._thinner),
            (QKeySequence("]"), self._wider),
            (QKeySequence(standard.Copy), self.copy),
            (QKeySequence(standard.Paste), self.paste),
            (QKeySequence(standard.Open), self.open),
            (QKeySequence(standard.Save), self.save),
            (QKeySequence("PgUp"), self.inspector.browser.step_back),
            (QKeySequence("PgDown"), self.inspector.browser.step_forth),
        ):
            QShortcut(keys, self).activated.connect(slot)
        for tool, key in TOOL_KEYS.items():
            QShortcut(QKeySequence(key), self).activated.connect(partial(self._choose_tool, tool))
        self._class_keys = [QShortcut(QKeySequence(str(label + 1)), self) for label in range(PLANE.classes)]
        for label, key in enumerate(self._class_keys):
            key.activated.connect(partial(self._choose_class, label))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._toggle_run)

    def header_actions(self) -> Sequence[QWidget]:
        """Return Copy, Open and Save."""
        return self.header.buttons

    # What the user can do

    @Slot()
    def undo(self) -> None:
        """Take back the last edit of the drawing."""
        self.canvas.end_gesture()
        if self._in_plane:
            self.plane.steps.undo()
        else:
            self.session.artwork.undo_stack.undo()
        self.refresher.catch_up()

    @Slot()
    def redo(self) -> None:
        """Do the edit that was taken back again."""
        self.canvas.end_gesture()
        if self._in_plane:
            self.plane.steps.redo()
        else:
            self.session.artwork.undo_stack.redo()
        self.refresher.catch_up()

    @Slot()
    def clear(self) -> None:
        """Empty the canvas, undoably."""
        self.canvas.end_gesture()
        self._on_replaced()
        if self._in_plane:
            self.plane.clear()
        else:
            self.session.artwork.clear(self.tr("Clear"))
        self.refresher.catch_up()

    @Slot()
    def show_sample(self) -> None:
        """Draw a digit, undoably."""
        if self.session.problem.sample is not None:
            self.session.artwork.commit(self.session.problem.sample, self.tr("Sample"))

    @Slot()
    def copy(self) -> None:
        """Copy the drawing."""
        self.canvas.end_gesture()
        (self.plane.files if self._in_plane else self.files).copy()

    @Slot()
    def paste(self) -> None:
        """Put what is on the clipboard on the canvas."""
        self.canvas.end_gesture()
        (self.plane if self._in_plane else self.files).paste()

    @Slot()
    def open(self) -> None:
        """Ask for a file and put it on the canvas."""
        self.canvas.end_gesture()
        (self.plane.files if self._in_plane else self.files).ask_open()

    @Slot()
    def save(self) -> None:
        """Ask for a name and save the drawing."""
        self.canvas.end_gesture()
        (self.plane.files if self._in_plane else self.files).ask_save()

    def _choose_tool(self, tool: Tool) -> None:
        if self.canvas.surface is self.ink:
            self.canvas.end_gesture()
            self.tools.choose_tool(tool)
        elif self._in_plane and tool != "pen":
            self.canvas.end_gesture()
            self.plane.choose_tool("erase" if tool == "eraser" else "move")

    def _choose_class(self, label: int) -> None:
        self.canvas.end_gesture()
        self.plane.choose_tool(label)

    @Slot()
    def _toggle_run(self) -> None:
        if self._in_plane:
            self.plane.toggle()

    @Slot()
    def _show_steps(self) -> None:
        if self._in_plane:
            self.tools.show_steps(self.plane.steps.undo_text, self.plane.steps.redo_text)

    @Slot()
    def _thinner(self) -> None:
        self.tools.step_width(-1)

    @Slot()
    def _wider(self) -> None:
        self.tools.step_width(1)

    @Slot(float)
    def _choose_width(self, width: float) -> None:
        self.settings.set(remembered.PEN_WIDTH, width)
        self.session.set_pen_width(width)
        self.canvas.setCursor(self.canvas.surface.cursor())

    @Slot(bool)
    def _show_guides(self, shown: bool) -> None:
        self.settings.set(remembered.GUIDES, shown)
        self.ink.set_guides(shown)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self.canvas.is_drawing:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        takes, empty = self._takes_things, self._is_empty
        for icon, text, slot, enabled in (
            ("undo", self.tr("Undo"), self.undo, self.tools.undo.isEnabled()),
            ("redo", self.tr("Redo"), self.redo, self.tools.redo.isEnabled()),
            ("copy", self.tr("Copy"), self.copy, not empty),
            ("paste", self.tr("Paste"), self.paste, takes),
            ("trash", self.tr("Clear"), self.clear, not empty),
        ):
            menu.addAction(icons.icon(icon), text, slot).setEnabled(enabled)
        if self.session.problem.is_drawn:
            menu.addSeparator()
            self.inspector.header.correction.fill_menu(menu)
            guides = menu.addAction(self.tr("Guides"))
            guides.setCheckable(True)
            guides.setChecked(self.tools.guides.isChecked())
            guides.toggled.connect(self.tools.guides.setChecked)
        elif self._in_plane:
            menu.addSeparator()
            self.plane.fill_menu(menu)
        menu.popup(self.canvas.mapToGlobal(place))

    # What has happened

    @Slot()
    def _change_surface(self) -> None:
        """Lay what the problem is drawn on, at once: no pen may be left on the sheet of the problem before."""
        self.canvas.end_gesture()
        problem, in_plane = self.session.problem, self._in_plane
        self.canvas.lay(self.plane.surface if in_plane else self._surfaces[problem.inputs])
        if not in_plane:
            self.inspector.prepare(problem)
        for key in self._class_keys:
            key.setEnabled(in_plane)
        self.inspector.header.correction.set_keys(not in_plane)
        self.tools.follow(None if in_plane else self.session.artwork)
        self._show_steps()
        self._on_replaced()

    def _show_problem(self, shown: Snapshot) -> None:
        problem = shown.problem
        self.stage.set_grid(problem.shape if problem.inputs is Inputs.GRID else None)
        self.tools.set_inputs(problem.inputs)
        if problem.is_plane:
            self.inspector.lend_names()
            self.tools.set_plane(self.plane.tools)
        else:
            self.tools.set_plane(None)
            self.inspector.show_problem(shown)
        self.inspector.setVisible(not problem.is_plane)
        if self._plane is not None:
            self._plane.inspector.setVisible(problem.is_plane)
            self._plane.inspector.lend_names(problem.is_plane)
        self.header.show_problem(problem)
        self._fit()

    def _show_drawing(self, shown: Snapshot) -> None:
        self.tools.set_pen_width(shown.pen_width)
        self.canvas.surface.show_session()
        self._show_actions()

    def _show_actions(self, _shown: Snapshot | None = None) -> None:
        self.header.enable(takes=self._takes_things, has_any=not self._is_empty)

    @property
    def _is_empty(self) -> bool:
        """Whether there is nothing to copy or save."""
        return self.plane.is_empty if self._in_plane else self.files.is_empty

    @property
    def _takes_things(self) -> bool:
        """Whether something can be opened or pasted here."""
        return self.plane.has_own if self._in_plane else self.session.problem.has_picture

    def _show_answer(self, shown: Snapshot) -> None:
        if not shown.problem.is_plane:
            self.inspector.refresh(shown)

    def _show_note(self, shown: Snapshot) -> None:
        """Say the most important of what there is to say besides the answer."""
        if shown.problem.is_plane:
            self.plane.show_error(self._error)
        elif self._error:
            self.inspector.show_note("error", self._error)
        elif self.canvas.is_drawing:
            return
        elif shown.shows_run:
            self.inspector.show_note("info", self.tr("This network is still learning: its answers change."))
        elif shown.answer.reason is Reason.NO_PAPER and shown.picture is not None:
            text = self.tr("{0}: no ink can be told from the paper.")
            self.inspector.show_note("info", text.format(shown.picture.name))
        elif shown.picture is not None:
            self.inspector.show_note("info", self.tr("{0}: a stroke takes its place.").format(shown.picture.name))
        else:
            self.inspector.show_note("info", width_note(shown, self.canvas.width()))

    def _show_time(self, shown: Snapshot) -> None:
        seconds = shown.answer.seconds
        self.say(self.tr("Answer in {0} ms").format(_milliseconds(seconds)) if seconds else "")

    @Slot(str)
    def _on_reading(self, name: str) -> None:
        self.say(self.tr("Reading {0}…").format(name))

    @Slot()
    def _on_drawing_ended(self) -> None:
        """The drawing is done: what is said is about all of it."""
        self._error = ""
        self._note.mark()
        self.refresher.catch_up()

    @Slot(object)
    def _browse(self, drawing: Drawing) -> None:
        self.canvas.end_gesture()
        self.files.show_drawing(drawing)

    @Slot(object, str)
    def _on_opened(self, drawings: Sequence[Drawing], name: str) -> None:
        self._error = ""
        self.inspector.browser.open_file(drawings, name)
        self._note.mark()

    @Slot()
    def _on_file_closed(self) -> None:
        self._note.mark()

    @Slot()
    def _on_replaced(self) -> None:
        """The opened file and its errors are things of the past."""
        self._error = ""
        self.inspector.browser.close_file()

    @Slot()
    def _forget_error(self) -> None:
        """Another network is shown: what was wrong with a file was read."""
        if self._error:
            self._error = ""
            self._note.mark()

    @Slot()
    def _on_filled_up(self) -> None:
        self._on_failed(self.tr("The canvas holds no more strokes. Clear it, or take some away."))

    def tell(self, message: Message) -> None:
        self._on_failed(self.tr("{0}: {1}").format(message.title, message.text))

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._error = sentence
        self._note.mark()
        self._time.mark()

    def minimumSizeHint(self) -> QSize:
        """Return what the smallest window leaves to a page: everything here adapts to it."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Part the page into stage and inspector."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        drawn = self.shown.problem.is_drawn or self.shown.problem.is_plane
        widths = _INSPECTOR_WIDTHS if drawn else _TOY_INSPECTOR_WIDTHS
        # The design's sizes are for its font; a larger one makes the page, in its own measure, a smaller one.
        breadth = theme.scaled(100) / 100
        width = float(np.interp(self.width() / breadth, _PAGE_WIDTHS, widths)) * breadth
        share = _LARGEST_SHARE if drawn else _LARGEST_TOY_SHARE
        compact = self.width() < theme.scaled(_COMPACT_BELOW)
        largest = min(share * self.width(), self.width() - self.stage.minimumWidth())
        least = min(self.inspector.least_width, self.width() - self.stage.minimumWidth())
        self.inspector.fit(max(round(min(width, largest)), least), self.height(), compact)
        if self.shown.problem.is_plane:
            self.plane.inspector.set_compact(compact)
            least = min(self.plane.inspector.least_width, self.width() - self.stage.minimumWidth())
            names = self.shown.problem.class_names
            self.plane.inspector.fit(names, max(round(min(width, largest)), least), self.height(), compact)
        self.tools.set_compact(compact)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files, pictures and drawings."""
        data = event.mimeData()
        if data.hasUrls() or data.hasImage() or data.hasFormat(MIME) or data.hasText():
            welcome(event)
            self.canvas.set_welcoming(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Stop showing where it would land."""
        self.canvas.set_welcoming(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.canvas.set_welcoming(False)
        self.take_up(event.mimeData())
        taken(event)

    def take_up(self, what: object) -> None:
        """Put what was dropped, here or on another page, on the canvas."""
        if isinstance(what, QMimeData):
            self.canvas.end_gesture()
            (self.plane if self._in_plane else self.files).take(what)


def _milliseconds(seconds: float) -> str:
    """Return "0.05", "0.4" or "12": what can be told apart, without an exponent."""
    milliseconds = seconds * 1000
    places = 0 if milliseconds >= 10 else 1 if milliseconds >= 0.1 else 2
    return f"{milliseconds:.{places}f}"
