"""The window's pages, one row each: nothing else in the window knows which pages there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module

from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.translation import translate


class Group(IntEnum):
    """What a page is for; in the rail a hairline parts the groups."""

    DRAW = 0
    TRAIN = 1
    INSPECT = 2
    STUDY = 3


@dataclass(frozen=True)
class PageRow:
    """A page of the window.

    Attributes
    ----------
    name : the page's object name
    icon, title, tip : how the rail offers it
    about : what a newcomer can do there, for the help
    group : rows of one group stand together
    made_by : the full name of its class, which takes the session and the settings
    is_of_runs : whether training is its business: its item wears a dot while a run is active, and the time machine
        stands below it before there is anything to go back to
    """

    name: str
    icon: str
    title: str
    tip: str
    about: str
    group: Group
    made_by: str
    is_of_runs: bool = False

    @property
    def module(self) -> str:
        """The module to import before the page can be made; a start imports that of one page."""
        return self.made_by.rpartition(".")[0]

    def make(self, session: Session, settings: Settings) -> Page:
        """Return a new page."""
        return getattr(import_module(self.module), self.made_by.rpartition(".")[2])(session, settings)


def registered_pages() -> tuple[PageRow, ...]:
    """Return the rows in the order of the rail."""
    return (
        PageRow(
            "drawPage",
            "pen",
            translate("Pages", "Draw"),
            translate("Pages", "Draw a digit and see it read"),
            translate(
                "Pages",
                "Draw a digit with mouse, pen or finger. The network answers while you draw; the small pictures "
                "show what becomes of your ink before the network sees it.",
            ),
            Group.DRAW,
            "digitapp.gui.pages.draw.page.DrawPage",
        ),
        PageRow(
            "handPage",
            "hand",
            translate("Pages", "My hand"),
            translate("Pages", "Teach a network your handwriting"),
            translate(
                "Pages",
                "Draw ten of each digit the way you write them, see how well you are read, and teach a network "
                "your handwriting.",
            ),
            Group.DRAW,
            "digitapp.gui.pages.hand.page.HandPage",
        ),
        PageRow(
            "trainPage",
            "train",
            translate("Pages", "Train"),
            translate("Pages", "Train a network and watch it learn"),
            translate(
                "Pages",
                "Choose a network and press Start. The loss falls, the accuracy rises, and the network in "
                "training is at once the one that the other pages show.",
            ),
            Group.TRAIN,
            "digitapp.gui.pages.train.page.TrainPage",
            is_of_runs=True,
        ),
        PageRow(
            "stepPage",
            "stairs",
            translate("Pages", "Step"),
            translate("Pages", "Follow a network number by number as it thinks and learns"),
            translate(
                "Pages",
                "One image goes through the network number by number: forward to the answer, then the error, then back "
                "along the same wires, until every weight has changed a little. Drag a weight and see what follows.",
            ),
            Group.TRAIN,
            "digitapp.gui.pages.step.page.StepPage",
        ),
        PageRow(
            "runsPage",
            "runs",
            translate("Pages", "Runs"),
            translate("Pages", "Find every run again, and compare them"),
            translate(
                "Pages",
                "Every training is kept: its settings, its curves and its network. Choose two or more and see what "
                "differs and which is better; open any of them again, or train it once more with one change.",
            ),
            Group.TRAIN,
            "digitapp.gui.pages.runs.page.RunsPage",
        ),
        PageRow(
            "featuresPage",
            "features",
            translate("Pages", "Features"),
            translate("Pages", "See what every unit has learned"),
            translate(
                "Pages",
                "Every picture is one hidden unit: orange pixels excite it, blue ones quiet it. Click one to see "
                "which digits wake it and what it votes for.",
            ),
            Group.INSPECT,
            "digitapp.gui.pages.features.page.FeaturesPage",
        ),
        PageRow(
            "whyPage",
            "why",
            translate("Pages", "Why"),
            translate("Pages", "See what led to the answer"),
            translate(
                "Pages",
                "What led to the answer for your drawing: the units and the pixels that spoke for it and against "
                "it, and the smallest change that would turn it into another.",
            ),
            Group.INSPECT,
            "digitapp.gui.pages.why.page.WhyPage",
        ),
        PageRow(
            "networkPage",
            "network",
            translate("Pages", "Network"),
            translate("Pages", "See the whole network at work"),
            translate(
                "Pages",
                "The network as a whole: the strongest paths from the ink to the answer, what each class looks "
                "for, and a map of all the images as a layer sees them.",
            ),
            Group.INSPECT,
            "digitapp.gui.pages.network.page.NetworkPage",
        ),
        PageRow(
            "labPage",
            "lab",
            translate("Pages", "Lab"),
            translate("Pages", "Play with the ideas of the textbooks"),
            translate(
                "Pages",
                "Ideas of the textbooks to play with. Was the tale of the demons true? Train a hundred networks of the "
                "4×3 toy at once, and see what each of them has found.",
            ),
            Group.STUDY,
            "digitapp.gui.pages.lab.page.LabPage",
        ),
    )


def page_key(place: int) -> str:
    """Return the key that shows the page at a place of the rail, counted from 0: Ctrl+1 to Ctrl+9, then Ctrl+0."""
    return f"Ctrl+{(place + 1) % 10}"
