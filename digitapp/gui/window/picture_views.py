"""Which parts of the window can be saved as a picture, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QScrollArea, QWidget

from digitapp.gui.diagram.network_diagram import NetworkDiagram
from digitapp.gui.diagram.paths_view import PathsDiagram
from digitapp.gui.pages.draw.doctor import DoctorPanel
from digitapp.gui.pages.draw.road import RoadPictures
from digitapp.gui.pages.features.dossier import Dossier
from digitapp.gui.pages.network.map_plot import MapPlot
from digitapp.gui.pages.network.probes import ProbeChart
from digitapp.gui.pages.network.templates import TemplatesView
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.train.confusion import ConfusionCard
from digitapp.gui.pages.train.units import UnitsCard
from digitapp.gui.pages.why.change import ChangeFace
from digitapp.gui.pages.why.pixels import PixelsFace
from digitapp.gui.pages.why.stage import WhyStage
from digitapp.gui.pages.why.units import UnitsFace
from digitapp.gui.pictures import Pack, capture
from digitapp.gui.plots.curve_cards import CurveCards
from digitapp.gui.translation import translate
from digitapp.gui.widgets import UnitGrid
from digitapp.gui.widgets.containers import ScrollPanel


@dataclass(frozen=True)
class SavableView:
    """A part of the window as it is now.

    Attributes
    ----------
    widget : what is drawn; the content of a scroll area, so that nothing is cut off
    title : for people
    name : of the file, without its ending
    """

    widget: QWidget
    title: str
    name: str

    def prepare(self, suffix: str) -> Pack:
        """Draw the view at once and return how to get the bytes of a file with an ending, ".png" or ".svg"."""
        pack = capture(self.widget, suffix, self.title)
        return lambda _cancelled: pack()


def _kinds() -> list[tuple[type[QWidget], str, str]]:
    return [
        (UnitGrid, translate("Pictures", "Unit grid"), "units"),
        (Dossier, translate("Pictures", "Dossier of the unit"), "dossier"),
        (PathsDiagram, translate("Pictures", "Strongest paths"), "paths"),
        (TemplatesView, translate("Pictures", "Templates"), "templates"),
        (MapPlot, translate("Pictures", "Map"), "map"),
        (ProbeChart, translate("Pictures", "Probes"), "probes"),
        (NetworkDiagram, translate("Pictures", "Network diagram"), "network"),
        (WhyStage, translate("Pictures", "Why this answer"), "why"),
        (UnitsFace, translate("Pictures", "Units for and against"), "why-units"),
        (PixelsFace, translate("Pictures", "Pixels and their tests"), "why-pixels"),
        (ChangeFace, translate("Pictures", "The smallest change"), "why-change"),
        (CurveCards, translate("Pictures", "Curves"), "curves"),
        (ConfusionCard, translate("Pictures", "Confusion"), "confusion"),
        (UnitsCard, translate("Pictures", "Units in training"), "units"),
        (DoctorPanel, translate("Pictures", "Digit doctor"), "doctor"),
        (RoadPictures, translate("Pictures", "Road from ink to input"), "road"),
    ]


def views_of(page: Page) -> list[SavableView]:
    """Return what of a page can be saved: its visible views, and last the page as a whole."""
    found: list[SavableView] = []
    for kind, title, name in _kinds():
        shown = (widget for widget in page.findChildren(kind) if widget.isVisibleTo(page))
        found += [SavableView(_whole(widget), title, name) for widget in shown]
    canvas = page.findChild(QWidget, "canvas")
    if canvas is not None:
        found.append(SavableView(canvas, translate("Pictures", "Drawing"), "drawing"))
    found.append(SavableView(page, translate("Pictures", "Whole page"), page.objectName().removesuffix("Page")))
    return found


def view_around(page: Page, widget: QWidget | None) -> SavableView:
    """Return the smallest view that a widget belongs to; the whole page where there is none."""
    views = views_of(page)
    while widget is not None and widget is not page:
        for view in views:
            if view.widget is widget or _whole(widget) is view.widget:
                return view
        widget = widget.parentWidget()
    return views[-1]


def _whole(widget: QWidget) -> QWidget:
    """Return what a widget scrolls, where it does."""
    if isinstance(widget, ScrollPanel):
        return widget.content
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    return widget if inner is None else inner
