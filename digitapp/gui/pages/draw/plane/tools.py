"""The plane's tools below the canvas: what is set or done there, which points there are, and the lines of the units."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from digitapp.datasets.problems import MY_POINTS, Problem, base_name
from digitapp.gui import theme
from digitapp.gui.pages.draw.plane.surface import PlaneTool
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import ComboBox, GhostButton, SegmentedControl
from digitapp.gui.widgets.buttons import tip_with_key
from digitapp.gui.words.problems import dataset_title

_LEAST_CHOICE, _SHORTEST_CHOICE = 92, 56


class PlaneTools(QWidget):
    """Classes, eraser and hand; the choice of a data set; whether lines are shown.

    Signals: `tool_chosen(PlaneTool)`, `dataset_chosen(name)`, `lines_toggled(bool)`.
    """

    tool_chosen = Signal(object)
    dataset_chosen = Signal(str)
    lines_toggled = Signal(bool)

    def __init__(self, own: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own, self._problem = own, own
        self.tools = SegmentedControl(name=self.tr("What a click in the plane does"), parent=self)
        self.tools.setObjectName("planeTools")
        for label, name in enumerate(own.class_names):
            tip = self.tr("Class {0}: click to set a point, drag to set many").format(name)
            self.tools.add_segment(mark=label, data=label, tip=tip_with_key(tip, str(label + 1)))
        erase = self.tr("Eraser: click or drag to take points away")
        move = self.tr("Hand: drag a point; drag a unit's line to shift it, near its end to turn it")
        self.tools.add_segment(icon="eraser", data="erase", tip=tip_with_key(erase, "E"))
        self.tools.add_segment(icon="move", data="move", tip=tip_with_key(move, "H"))
        self.choice = ComboBox(self)
        self.choice.setObjectName("planeDataset")
        self.choice.setAccessibleName(self.tr("Data set"))
        self.choice.setToolTip(self.tr("The points to learn from; set one, and they are yours"))
        self.choice.setMinimumWidth(theme.scaled(_LEAST_CHOICE))
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.lines = GhostButton(
            self.tr("Unit lines"),
            "unit-lines",
            tip=self.tr("Show where each unit of the first hidden layer switches; ticks point to its positive side"),
            parent=self,
        )
        self.lines.setCheckable(True)
        self.lines.setChecked(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.tools)
        row.addWidget(self.choice, 1)
        row.addWidget(self.lines)
        self.tools.currentChanged.connect(self._on_tool_changed)
        self.choice.activated.connect(self._on_chosen)
        self.lines.toggled.connect(self.lines_toggled)

    def choose(self, tool: PlaneTool) -> None:
        """Take a tool as if its button had been clicked."""
        names: list[PlaneTool] = [*range(len(self._own.class_names)), "erase", "move"]
        self.tools.setCurrentIndex(names.index(tool))

    def show_data(self, shown: Snapshot, has_own: bool) -> None:
        """Show which points there are; `has_own` says whether the user has some of their own."""
        name = shown.dataset_name
        names = list(shown.problem.datasets)
        if shown.problem is self._own and (has_own or name == MY_POINTS):
            names.append(MY_POINTS)
        if base_name(name) not in names:
            names.append(name)
        if [self.choice.itemData(index) for index in range(self.choice.count())] != names:
            self.choice.clear()
            for each in names:
                self.choice.add_entry(dataset_title(each), data=each)
        at = self.choice.findData(name)
        self.choice.setCurrentIndex(at if at >= 0 else self.choice.findData(base_name(name)))
        self.tools.setVisible(shown.problem is self._own)

    def set_brief(self, brief: bool, *, least: bool = False) -> None:
        """Use little room, or the `least` that can be: the lines are then in the canvas's menu alone."""
        self.lines.setVisible(not least)
        self.choice.setMinimumWidth(theme.scaled(_SHORTEST_CHOICE if least else _LEAST_CHOICE))
        text = "" if brief else self.tr("Unit lines")
        self.lines.setText(text)
        self.lines.reserve(text)
        self.lines.setAccessibleName(self.tr("Unit lines"))

    @Slot()
    def _on_tool_changed(self) -> None:
        self.tool_chosen.emit(self.tools.currentData())

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self.dataset_chosen.emit(self.choice.itemData(index))
