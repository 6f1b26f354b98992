"""What is known about one network of the tale, and about all of them."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.tale.demon import DemonView
from digitapp.gui.pages.lab.tale.dots import MatchDots
from digitapp.gui.pages.lab.tale.sizes import SizesChart
from digitapp.gui.pages.lab.tale.words import network_title, verdict_text
from digitapp.gui.translation import in_a_row, listed, translate
from digitapp.gui.widgets import (
    ElidedLabel,
    GhostButton,
    HairLine,
    Label,
    LinkButton,
    PlainButton,
    ScrollPanel,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import decimal
from digitapp.inspection.tale import DEMONS
from digitapp.inspection.tale_trial import Judged, TrialResult


class TaleInspector(ScrollPanel):
    """One network: its demons, how well it reads, the way to the other pages; below it all networks.

    Signals
    -------
    moved(step) : the next network (1) or the one before (−1) is to be looked at
    opened : the network is to be shown by all pages
    """

    moved = Signal(int)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__("surface")
        self.title = ElidedLabel("", "title")
        self.previous = GhostButton(icon="chevron-left", tip=self.tr("The network before"))
        self.next = GhostButton(icon="chevron-right", tip=self.tr("The next network"))
        self.sentence = Label("", "body", "text2", wrap=True)
        self.demons = tuple(DemonView(demon) for demon in DEMONS)
        self.remark = Label("", "tick", "text2", wrap=True)
        self.right = Label("", "caption-strong", tabular=True)
        self.error = Label("", "caption", "text2", tabular=True)
        self.open = PlainButton(self.tr("Open in Step"), "stairs")
        self.open.set_tip(self.tr("This network becomes the one that every page shows"))
        self.dots = MatchDots()
        self.sizes = SizesChart()
        self.compare = LinkButton()
        self.legend = Label("", "tick", "text2", wrap=True)
        self._build()
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)
        self.open.clicked.connect(self.opened)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.previous)
        head.addWidget(self.next)
        demons = QHBoxLayout()
        demons.setSpacing(16)
        for view in self.demons:
            demons.addWidget(view, 1, Qt.AlignmentFlag.AlignTop)
        how_well = QVBoxLayout()
        how_well.setSpacing(2)
        how_well.addWidget(self.right)
        how_well.addWidget(self.error)
        facts = QHBoxLayout()
        facts.addLayout(how_well, 1)
        facts.addWidget(self.open)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(theme.STAGE_MARGIN, 16, theme.STAGE_MARGIN, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addLayout(demons)
        column.addWidget(self.remark)
        column.addLayout(facts)
        header = SectionHeader(self.tr("Best match in each network"))
        marks = Label(
            self.tr("Each network: ● the tale came true, ○ another solution, × failed. Dashed: what counts as found."),
            "tick",
            "text2",
            wrap=True,
        )
        self._of_all = _section(header, self.dots, marks)
        column.addWidget(self._of_all)
        column.addWidget(_section(SectionHeader(self.tr("With other numbers of hidden units")), self.sizes))
        foot = QHBoxLayout()
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.compare, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(foot)
        column.addStretch(1)

    # What is shown

    def show_network(self, judged: Judged | None, limit: float) -> None:
        """Show a network, that of all pages where it is of no trial; None shows the tale."""
        for view, row in zip(self.demons, range(len(DEMONS)), strict=True):
            view.show_network(judged, None if judged is None else judged.verdict.matches[row], limit)
        self.dots.show_current(judged)
        is_known = judged is not None
        for part in (self.right, self.error, self.open):
            part.setVisible(is_known)
        if judged is None:
            self.title.setText(self.tr("The tale"))
            self.sentence.setText(
                self.tr(
                    "Three demons sit in the hidden layer, and each likes two pixels. Whoever listens to A and C says "
                    "0, whoever listens to B says 1."
                )
            )
            self.remark.setText(self.tr("Framed: the two pixels the demon likes."))
            return
        self.title.setText(self.tr("Your network") if judged.seed is None else network_title(judged.seed))
        self.sentence.setText(verdict_text(judged))
        self.remark.setText(in_a_row(self.tr("Framed: the two pixels the demon likes in the tale."), _turned(judged)))
        self.remark.setToolTip(
            self.tr(
                "A unit that is quiet where its demon is excited says the same as the demon when all its signs are "
                "reversed. It is shown so."
            )
        )
        self.right.setText(self.tr("{0} of 64 right").format(judged.verdict.right))
        error = decimal(judged.error) if math.isfinite(judged.error) else "–"
        self.error.setText(self.tr("error {0}").format(error))
        self.error.setToolTip(self.tr("The error of all 64 images together, the C_T of the book."))
        self.open.setVisible(judged.seed is not None)

    def show_result(self, result: TrialResult | None) -> None:
        """Show all networks of a trial."""
        self.dots.show_result(result)
        self._of_all.setVisible(result is not None)

    def set_movable(self, movable: bool) -> None:
        """Say whether there is another network to go to."""
        self.previous.setEnabled(movable)
        self.next.setEnabled(movable)

    def show_comparison(self, action: str, legend: str) -> None:
        """Show what can be done for the comparison of sizes, "" for nothing, and what its bars mean."""
        self.compare.setText(action)
        self.compare.setVisible(bool(action))
        self.compare.updateGeometry()
        self.legend.setText(legend)

    @Slot()
    def _on_previous(self) -> None:
        self.moved.emit(-1)

    @Slot()
    def _on_next(self) -> None:
        self.moved.emit(1)


def _section(header: SectionHeader, *content: QWidget) -> QWidget:
    """Return a part of the inspector below a hairline."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(HairLine())
    column.addWidget(header)
    for part in content:
        column.addWidget(part)
    return section


def _turned(judged: Judged) -> str:
    """Return which demons are shown with their signs turned round."""
    names = [match.demon.name for match in judged.verdict.matches if match.is_mirrored]
    if not names:
        return ""
    return translate("Tale", "Shown with all signs reversed: {0}.").format(listed(names))
