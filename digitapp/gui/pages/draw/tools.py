"""The line of tools below the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.problems import Inputs
from digitapp.gui import theme
from digitapp.gui.canvas.ink import Tool
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.widgets import GhostButton, Label, PlainButton, SegmentedControl, Slider
from digitapp.gui.widgets.buttons import tip_with_key

if TYPE_CHECKING:
    from digitapp.gui.pages.draw.plane.tools import PlaneTools

TOOL_KEYS: dict[Tool, str] = {"pen": "P", "eraser": "E", "move": "H"}

# Pen widths in thousandths of the canvas.
NARROWEST, WIDEST, WIDTH_STEP = 20, 120, 5


class ToolsLine(QWidget):
    """Pen, eraser and hand; the pen's width; guides; undo, redo and clear. Of these only what makes sense."""

    tool_chosen = Signal(str)
    width_chosen = Signal(float)
    guides_toggled = Signal(bool)
    undo_requested = Signal()
    redo_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._artwork: Artwork | None = None
        self._side = 0.0
        self._compact, self._inputs = False, Inputs.STROKES
        self._plane: PlaneTools | None = None  # in the place of all others, while a plane is shown
        self.tools = SegmentedControl(name=self.tr("Tool"))
        tips: tuple[tuple[Tool, str], ...] = (
            ("pen", self.tr("Pen: draw; arrow keys move it too, Space puts it down and lifts it")),
            ("eraser", self.tr("Eraser: take whole strokes away; arrow keys choose one, Delete takes it")),
            (
                "move",
                self.tr("Hand: move, scale and turn the drawing; arrow keys move it, with Ctrl they turn and scale"),
            ),
        )
        for tool, tip in tips:
            self.tools.add_segment(icon=tool, data=tool, tip=tip_with_key(tip, TOOL_KEYS[tool]))
        self._width_label = Label(self.tr("Width"), "body", "text2")
        self._width_label.setContentsMargins(12, 0, 0, 0)
        self.width_slider = Slider(NARROWEST, WIDEST, name=self.tr("Pen width"))
        self.width_slider.setToolTip(self.tr("Pen width: [ thinner, ] wider"))
        self.width_slider.setSingleStep(WIDTH_STEP)
        self.width_slider.setPageStep(2 * WIDTH_STEP)
        self.width_value = Label("", "body", "text2", tabular=True)
        self.width_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        widest = self._pixels(999)
        self.width_value.setMinimumWidth(QFontMetrics(self.width_value.font()).horizontalAdvance(widest))
        self.guides = GhostButton(self.tr("Guides"), "guides", tip=self.tr("Show box and centre of mass of the ink"))
        self.guides.setCheckable(True)
        self.hint = Label("", "body", "text2")
        self._filler = QWidget(self)
        key = QKeySequence.StandardKey
        self.undo = GhostButton(icon="undo", tip=self.tr("Undo"), key=key.Undo)
        self.undo.setObjectName("undoButton")
        self.redo = GhostButton(icon="redo", tip=self.tr("Redo"), key=key.Redo)
        self.clear = PlainButton(self.tr("Clear"), "trash", tip=self.tr("Empty the canvas"), key="Delete")
        self.clear.setObjectName("clearButton")
        self._build()
        self._connect()

    def _build(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.tools)
        row.addWidget(self._width_label)
        row.addWidget(self.width_slider)
        row.addWidget(self.width_value)
        row.addWidget(self.hint)
        row.addWidget(self._filler, 1)
        row.addWidget(self.guides)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.clear)
        self.setFixedHeight(theme.scaled(theme.CONTROL_HEIGHT))

    def _connect(self) -> None:
        self.tools.currentChanged.connect(self._on_tool_changed)
        self.width_slider.valueChanged.connect(self._on_width_changed)
        self.guides.toggled.connect(self.guides_toggled)
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        self.clear.clicked.connect(self.clear_requested)

    def choose_tool(self, tool: Tool) -> None:
        """Take a tool as if its button had been clicked."""
        self.tools.setCurrentIndex(("pen", "eraser", "move").index(tool))

    def set_pen_width(self, width: float) -> None:
        """Show the pen's width, in canvas units."""
        blocked = self.width_slider.blockSignals(True)
        self.width_slider.setValue(round(width * 1000))
        self.width_slider.blockSignals(blocked)
        self.width_slider.update()
        self.width_value.setText(self._pixels(width * self._side))

    def step_width(self, steps: int) -> None:
        """Make the pen wider (1) or thinner (−1)."""
        self.width_slider.setValue(self.width_slider.value() + steps * WIDTH_STEP)

    def set_canvas_side(self, side: float) -> None:
        """Say how large the canvas is, since the width is shown in its pixels."""
        self._side = side
        self.width_value.setText(self._pixels(self.width_slider.value() / 1000 * side))

    def set_inputs(self, inputs: Inputs) -> None:
        """Offer what fits to strokes, to pixels that are set one by one, or to numbers."""
        self._inputs = inputs
        self._show_what_fits()

    def set_plane(self, tools: PlaneTools | None) -> None:
        """Offer the tools of a plane instead of all others that are not for everything; None for these again."""
        if tools is not None and tools.parentWidget() is not self:
            self._row.insertWidget(0, tools, 1)
        if self._plane is not None and tools is None:
            self._plane.hide()
            self.clear.setText(self.tr("Clear"))
            self.clear.reserve(self.clear.text())
        self._plane = tools
        self._show_what_fits()

    def set_compact(self, compact: bool) -> None:
        """Leave out what a narrow window has no room for; it is in the canvas's menu."""
        self._compact = compact
        self._show_what_fits()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        of_ink: list[QWidget] = [self.tools, self._width_label, self.width_slider, self.width_value, self.guides]
        always = [self.undo, self.redo, self.clear]
        of_inputs: dict[Inputs, list[QWidget]] = {Inputs.STROKES: of_ink, Inputs.GRID: [self.hint], Inputs.POINTS: []}
        shown = list(of_inputs[self._inputs])
        if self._compact and self.guides in shown:
            shown.remove(self.guides)
        self.hint.setText(self.tr("Click or drag") if self._compact else self.tr("Click or drag over the pixels"))
        for spare in (self.guides, self._width_label, self.width_value, self.hint):
            if spare in shown and self._needed([*shown, *always]) > self.width():
                shown.remove(spare)
        if self._plane is not None:
            shown = [self._plane]
            self._fit_plane(self._plane, always)
        for widget in (*of_ink, self.hint):
            widget.setVisible(widget in shown)
        self._filler.setVisible(self._plane is None)

    def _fit_plane(self, tools: PlaneTools, always: list[QWidget]) -> None:
        """Leave out words, the least needed first, until there is room."""
        for words, clear, least in ((1, 1, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1)):
            tools.set_brief(not words, least=bool(least))
            self.clear.setText(self.tr("Clear") if clear else "")
            self.clear.reserve(self.clear.text())
            if self._needed([tools, *always]) <= self.width():
                break
        tools.show()

    def _needed(self, widgets: Sequence[QWidget]) -> int:
        widths = [
            (widget.minimumSizeHint() if widget in (self.width_slider, self._plane) else widget.sizeHint()).width()
            for widget in widgets
        ]
        return sum(widths) + theme.SPACE * len(widths)

    def show_steps(self, undo: str, redo: str) -> None:
        """Offer to take back and to do again what these texts name; empty ones for nothing."""
        self.undo.setEnabled(bool(undo))
        self.redo.setEnabled(bool(redo))
        self._name_undo(undo)
        self._name_redo(redo)

    def follow(self, artwork: Artwork | None) -> None:
        """Let undo and redo be enabled by this artwork; by none where `show_steps` says it."""
        if self._artwork is not None:
            self._artwork.undo_stack.canUndoChanged.disconnect(self.undo.setEnabled)
            self._artwork.undo_stack.canRedoChanged.disconnect(self.redo.setEnabled)
            self._artwork.undo_stack.undoTextChanged.disconnect(self._name_undo)
            self._artwork.undo_stack.redoTextChanged.disconnect(self._name_redo)
        self._artwork = artwork
        if artwork is None:
            return
        stack = artwork.undo_stack
        stack.canUndoChanged.connect(self.undo.setEnabled)
        stack.canRedoChanged.connect(self.redo.setEnabled)
        stack.undoTextChanged.connect(self._name_undo)
        stack.redoTextChanged.connect(self._name_redo)
        self.show_steps(stack.undoText(), stack.redoText())
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())

    @Slot(str)
    def _name_undo(self, edit: str) -> None:
        text = self.tr("Undo: {0}").format(edit) if edit else self.tr("Undo")
        self.undo.set_tip(text, QKeySequence.StandardKey.Undo)

    @Slot(str)
    def _name_redo(self, edit: str) -> None:
        text = self.tr("Redo: {0}").format(edit) if edit else self.tr("Redo")
        self.redo.set_tip(text, QKeySequence.StandardKey.Redo)

    def _on_tool_changed(self) -> None:
        self.tool_chosen.emit(self.tools.currentData())

    def _on_width_changed(self, thousandths: int) -> None:
        self.width_value.setText(self._pixels(thousandths / 1000 * self._side))
        self.width_chosen.emit(thousandths / 1000)

    def _pixels(self, width: float) -> str:
        return self.tr("{0} px").format(round(width))
