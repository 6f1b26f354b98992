"""Which parts of the window can be saved as a picture, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
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


def tr(text: str) -> str:
    """Return the translation of a text of this module."""
    return QCoreApplication.translate("Pictures", text)


def _kinds() -> list[tuple[type[QWidget], str, str]]:
    return [
        (UnitGrid, tr("Unit grid"), "units"),
        (Dossier, tr("Dossier of the unit"), "dossier"),
        (PathsDiagram, tr("Strongest paths"), "paths"),
        (TemplatesView, tr("Templates"), "templates"),
        (MapPlot, tr("Map"), "map"),
        (ProbeChart, tr("Probes"), "probes"),
        (NetworkDiagram, tr("Network diagram"), "network"),
        (WhyStage, tr("Why this answer"), "why"),
        (UnitsFace, tr("Units for and against"), "why-units"),
        (PixelsFace, tr("Pixels and their tests"), "why-pixels"),
        (ChangeFace, tr("The smallest change"), "why-change"),
        (CurveCards, tr("Curves"), "curves"),
        (ConfusionCard, tr("Confusion"), "confusion"),
        (UnitsCard, tr("Units in training"), "units"),
        (DoctorPanel, tr("Digit doctor"), "doctor"),
        (RoadPictures, tr("Road from ink to input"), "road"),
    ]


def views_of(page: Page) -> list[SavableView]:
    """Return what of a page can be saved: its visible views, and last the page as a whole."""
    found: list[SavableView] = []
    for kind, title, name in _kinds():
        shown = (widget for widget in page.findChildren(kind) if widget.isVisibleTo(page))
        found += [SavableView(_whole(widget), title, name) for widget in shown]
    canvas = page.findChild(QWidget, "canvas")
    if canvas is not None:
        found.append(SavableView(canvas, tr("Drawing"), "drawing"))
    found.append(SavableView(page, tr("Whole page"), page.objectName().removesuffix("Page")))
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
