"""The left part of the page My hand: what to draw, the canvas, and what was drawn so far."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.collection import EACH, Collection
from digitapp.datasets.problems import MNIST
from digitapp.gui import theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.ink import InkSurface
from digitapp.gui.canvas.strokes import paint_shadow
from digitapp.gui.pages.hand.grid import HandGrid
from digitapp.gui.translation import Name
from digitapp.gui.widgets import (
    CheckBox,
    GhostButton,
    HoverReadout,
    Label,
    NoteBar,
    Panel,
    PlainButton,
    ScrollPanel,
    SectionHeader,
)

_LARGEST_CANVAS, _LEAST_CANVAS = 520, 228
_PROMPT_SIZE = 18  # no wider than the smallest canvas: "Draw an 8 (10 of 10)"
_CANVAS_SHARE = 0.38  # of the stage's width


class HandStage(Panel):
    """Canvas and grid side by side.

    Signals: `keep_requested`, `skip_requested`, `undo_requested`, `clear_requested`.
    """

    keep_requested = Signal()
    skip_requested = Signal()
    undo_requested = Signal()
    clear_requested = Signal()

    def __init__(self, surface: InkSurface, parent: QWidget | None = None) -> None:
        super().__init__("window", parent)
        self._intro = Label(
            self.tr(
                "Draw ten of each digit, the way you always write them. Every third is held out: no network is trained "
                "on it, so that it can tell how well your hand is read."
            ),
            "body",
            "text2",
            wrap=True,
        )
        self.note = NoteBar("warning")
        self.note.hide()
        self.prompt = Label("", "title", tabular=True)
        self.prompt.setObjectName("handPrompt")
        font = self.prompt.font()
        font.setPixelSize(theme.scaled(_PROMPT_SIZE))
        self.prompt.setFont(font)
        self.canvas = Canvas(surface)
        self.canvas.setObjectName("handCanvas")
        self.canvas.setAccessibleName(self.tr("Canvas for one digit"))
        self.canvas.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.keep = PlainButton(self.tr("Keep"), "check", tip=self.tr("Collect this digit"), key="Return")
        self.keep.setObjectName("collectButton")
        self.skip = GhostButton(self.tr("Skip"), tip=self.tr("Draw another digit first"), key="S")
        self.skip.setObjectName("skipButton")
        self.undo = GhostButton(icon="undo", tip=self.tr("Undo"), key=QKeySequence.StandardKey.Undo)
        self.clear = GhostButton(icon="trash", tip=self.tr("Empty the canvas"), key="Backspace")
        self.by_itself = CheckBox(self.tr("Keep when the pen rests"))
        self.by_itself.setToolTip(self.tr("A digit is collected one second after its last stroke"))
        self.hint = Label("", "caption", "text2", wrap=True)
        self.readout = HoverReadout(self)
        self.grid = HandGrid(self.readout)
        self.count = Label("", "caption", "text2", tabular=True)
        self.delete = GhostButton(icon="trash", tip=self.tr("Delete the selected digits"), key="Delete")
        self._legend = Label(
            self.tr("Underlined: held out. Red: misread, with the answer."), "caption", "text2", wrap=True
        )
        self._scroll = ScrollPanel("window")
        self._build()
        for button, signal in (
            (self.keep, self.keep_requested),
            (self.skip, self.skip_requested),
            (self.undo, self.undo_requested),
            (self.clear, self.clear_requested),
        ):
            button.clicked.connect(signal)

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(theme.SPACE // 2)
        tools.addWidget(self.keep)
        tools.addWidget(self.skip)
        tools.addStretch(1)
        tools.addWidget(self.undo)
        tools.addWidget(self.clear)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.prompt)
        left.addWidget(self.canvas)
        left.addLayout(tools)
        left.addWidget(self.by_itself, 0, Qt.AlignmentFlag.AlignLeft)
        left.addWidget(self.hint)
        left.addStretch(1)
        header = SectionHeader(self.tr("Drawn so far"))
        header.add(self.count)
        header.add(self.delete)
        inner = QVBoxLayout(self._scroll.content)
        inner.setContentsMargins(0, 0, 4, 4)
        inner.setSpacing(10)
        inner.addWidget(self.grid)
        inner.addWidget(self._legend)
        inner.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(header)
        right.addWidget(self._scroll, 1)
        pair = QHBoxLayout()
        pair.setSpacing(24)
        pair.addLayout(left)
        pair.addLayout(right, 1)
        column = QVBoxLayout(self)
        margin = theme.STAGE_MARGIN
        column.setContentsMargins(margin, 16, margin, 16)
        column.setSpacing(12)
        column.addWidget(self._intro)
        column.addWidget(self.note)
        column.addLayout(pair, 1)

    def show_prompt(self, label: int, collection: Collection) -> None:
        """Say what to draw."""
        drawn = collection.counts[label]
        goal = max(EACH, -(-(drawn + 1) // EACH) * EACH)
        words = self.tr("Draw {0:a} ({1} of {2})")
        self.prompt.setText(words.format(Name(label), drawn + 1, goal))
        done = sum(min(count, EACH) for count in collection.counts)
        corrections = len(collection) - sum(collection.counts)
        words = self.tr("{0} of {1}, and %Ln correction(s)", "", corrections) if corrections else self.tr("{0} of {1}")
        self.count.setText(words.format(done, EACH * MNIST.classes))
        if collection.is_complete:
            self.count.setText(self.tr("%Ln digit(s)", "", len(collection)))
        self.grid.set_current(label)

    def show_hint(self, collection: Collection) -> None:
        """Say what to do next."""
        if collection.is_complete:
            self.hint.setText(self.tr("Ten of each are there. Fine-tune now, or draw on: more digits say more."))
        elif not collection.samples:
            self.hint.setText(self.tr("Number keys choose another digit to draw. Enter keeps, S skips, Ctrl+Z undoes."))
        else:
            self.hint.setText("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the canvas its share, and the grid what is left."""
        width, height = self.width(), self.height()
        share = round(_CANVAS_SHARE * (width - 2 * theme.STAGE_MARGIN))
        side = max(_LEAST_CANVAS, min(share, height - theme.scaled(260), _LARGEST_CANVAS))
        if self.canvas.width() != side:
            self.canvas.setFixedSize(side, side)
        self.hint.setMaximumWidth(side)
        self.grid.set_room(self._scroll.height() - self._legend.height() - theme.scaled(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shadow of the sheet of paper."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shadow(painter, QRectF(self.canvas.geometry()), theme.CARD_RADIUS)
