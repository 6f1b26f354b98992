"""Widgets that more than one page uses."""

from digitapp.gui.widgets.bars import ProbabilityBars
from digitapp.gui.widgets.buttons import Button, CheckBox, GhostButton, LinkButton, PlainButton, PrimaryButton
from digitapp.gui.widgets.combo import ComboBox
from digitapp.gui.widgets.containers import (
    Card,
    EmptyState,
    HairLine,
    IconView,
    NoteBar,
    Panel,
    ScrollPanel,
    SectionHeader,
)
from digitapp.gui.widgets.fields import (
    Field,
    FieldRow,
    NumberField,
    SteppedField,
    TextField,
)
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.labels import ElidedLabel, Label, StatusDot
from digitapp.gui.widgets.pixels import PixelImage
from digitapp.gui.widgets.progress import ProgressBar, Slider
from digitapp.gui.widgets.rail import Rail
from digitapp.gui.widgets.readout import HoverReadout, ReadoutRow
from digitapp.gui.widgets.scale_bar import ScaleBar
from digitapp.gui.widgets.segmented import SegmentedControl
from digitapp.gui.widgets.timeline import MomentSlider
from digitapp.gui.widgets.unit_grid import UnitGrid
from digitapp.gui.widgets.zoom_grid import ZoomableGrid

__all__ = [
    "Button",
    "Card",
    "CheckBox",
    "ComboBox",
    "ElidedLabel",
    "EmptyState",
    "Field",
    "FieldRow",
    "FocusRing",
    "GhostButton",
    "HairLine",
    "HoverReadout",
    "IconView",
    "Label",
    "LinkButton",
    "MomentSlider",
    "NoteBar",
    "NumberField",
    "Panel",
    "PixelImage",
    "PlainButton",
    "PrimaryButton",
    "ProbabilityBars",
    "ProgressBar",
    "Rail",
    "ReadoutRow",
    "ScaleBar",
    "ScrollPanel",
    "SectionHeader",
    "SegmentedControl",
    "Slider",
    "StatusDot",
    "SteppedField",
    "TextField",
    "UnitGrid",
    "ZoomableGrid",
]
