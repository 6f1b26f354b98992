"""Which pixels speak for the answer, by three methods, each beside its tests."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.why import words
from digitapp.gui.pages.why.charts import DeletionChart
from digitapp.gui.pages.why.picture import OverlayPicture
from digitapp.gui.pages.why.stage import WhyStage
from digitapp.gui.pages.why.work import Case, PixelFindings
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import ElidedLabel, FocusRing, Label
from digitapp.inspection.attribution import MAPS
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.explanation import MapEvidence

_PICTURE, _SMALL_PICTURE = 84, 84
_NARROW = 440


class MapBlock(QWidget):
    """One method: its map, the same map of shuffled networks, and what removing ink in its order does.

    Signals: `chosen` when it is clicked or reached by key.
    """

    chosen = Signal()

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.evidence: MapEvidence | None = None
        self.limit = 1.0
        self._selected = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(words.map_title(key))
        self.title = Label(words.map_title(key), "section")
        self.sentence = Label("", "caption", "text2", wrap=True)
        self.map, self.shuffled = OverlayPicture(line=1.0), OverlayPicture(line=1.0)
        self.chart = DeletionChart()
        self.sum = ElidedLabel("", "caption", "text2", tabular=True)
        self.sum.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.lines = [Label("", "caption", "text", wrap=True, tabular=True) for _ in range(2)]
        self._captions = [
            Label(self.tr("this network"), "tick", "text2"),
            Label(self.tr("weights shuffled"), "tick", "text2"),
            Label(self.tr("removing ink, grey: random"), "tick", "text2"),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(2, 1)
        for column, widget in enumerate((self.map, self.shuffled, self.chart)):
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            grid.addWidget(widget, 0, column)
            grid.addWidget(self._captions[column], 1, column)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 6, 10, 8)
        whole.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.sum, 1)
        whole.addLayout(head)
        whole.addWidget(self.sentence)
        whole.addSpacing(3)
        whole.addLayout(grid)
        for line in self.lines:
            whole.addWidget(line)
        self.set_narrow(narrow=False)
        FocusRing(self)

    def set_narrow(self, *, narrow: bool) -> None:
        """Make the pictures smaller where there is little room."""
        side = theme.scaled(_SMALL_PICTURE if narrow else _PICTURE)
        for picture in (self.map, self.shuffled):
            picture.setFixedSize(side, side)
        self.chart.setFixedHeight(side)
        self._captions[2].setText(self.tr("removing ink") if narrow else self.tr("removing ink; grey: random order"))

    def set_selected(self, selected: bool) -> None:
        """Mark the block whose map is on the stage."""
        if selected != self._selected:
            self._selected = selected
            self.map.set_selected(selected)
            self.update()

    def wait_for(self, case: Case) -> None:
        """Show that the map of another case is being made."""
        self.evidence = None
        self.sentence.setText(words.map_sentence(self.key, case))
        self.map.clear()
        self.shuffled.clear()
        self.chart.set_curves(None)
        for line in (self.sum, *self.lines):
            line.setText("")
        self.lines[0].setText(self.tr("Computing…"))

    def show_evidence(self, evidence: MapEvidence, case: Case) -> None:
        """Show a map and its tests."""
        self.evidence = evidence
        self.sentence.setText(words.map_sentence(self.key, case))
        self.limit = symmetric_limit(evidence.values, 1.0)
        self.map.set_map(evidence.values.reshape(case.shape), self.limit, case.ink)
        example = evidence.randomisation.example.reshape(case.shape)
        self.shuffled.set_map(example, symmetric_limit(example, 1.0), case.ink)
        self.chart.set_curves(evidence.deletion)
        self.sum.setText(words.sum_line(evidence))
        texts = words.randomisation_line(evidence), words.deletion_line(evidence)
        for line, text in zip(self.lines, texts, strict=True):
            line.setText(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        if not self._selected and not self.underMouse():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.accent_tint if self._selected else p.sunken)
        painter.drawRoundedRect(self.rect(), theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)


class PixelsFace(QWidget):
    """Three methods; the chosen one stands large on the stage.

    Signals: `changed` when something else belongs on the stage.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Pixels and their tests"), "why-pixels")
        self.sentence = Label("", "body", "text2", wrap=True)
        self.blocks = [MapBlock(key) for key in MAPS]
        self.chosen = 1
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.sentence)
        column.addSpacing(2)
        for block in self.blocks:
            column.addWidget(block)
            block.chosen.connect(self._on_chosen)
        column.addStretch(1)
        self._case: Case | None = None
        self._mark()

    def set_width(self, width: int) -> None:
        """Adapt to a width."""
        for block in self.blocks:
            block.set_narrow(narrow=width < theme.scaled(_NARROW))

    @Slot()
    def _on_chosen(self) -> None:
        self.choose(self.blocks.index(self.sender()))  # type: ignore[arg-type]

    def choose(self, index: int) -> None:
        """Put another map on the stage."""
        self.chosen = index
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        for index, block in enumerate(self.blocks):
            block.set_selected(index == self.chosen)

    def show_case(self, case: Case, *, keep: bool) -> None:
        """Show another case, whose maps are being made; with `keep` the old ones stay until then."""
        self._case = case
        self.sentence.setText(words.pixels_sentence(case))
        if not keep:
            for block in self.blocks:
                block.wait_for(case)

    def show_findings(self, findings: PixelFindings) -> None:
        """Show maps that have been made."""
        self._case = findings.case
        for block, evidence in zip(self.blocks, findings.maps, strict=False):
            block.show_evidence(evidence, findings.case)

    def show_failure(self, text: str) -> None:
        """Say that there are no maps, and why."""
        for block in self.blocks:
            block.lines[0].setText(text)

    def show_on(self, stage: WhyStage) -> None:
        """Show the chosen map, or the drawing while it is being made."""
        block = self.blocks[self.chosen]
        if self._case is None:
            return
        if block.evidence is None:
            stage.show_ink(self._case)
            return
        text = self.tr("{0}: {1}").format(words.map_title(block.key), words.map_sentence(block.key, self._case))
        stage.show_map(block.evidence.values.reshape(self._case.shape), block.limit, self._case.ink, text)
