"""What is known about the place of the walk: in words, in formulas with the numbers put in, or as a table."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.step.blocks import BlockView
from digitapp.gui.pages.step.explain import explain
from digitapp.gui.pages.step.guess import GuessPanel
from digitapp.gui.pages.step.numbers_table import NumbersTable
from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import CheckBox, HairLine, Label, Panel, ScrollPanel, SegmentedControl

TALE, NUMBERS, TABLE = range(3)
_MARGIN, _NARROW_MARGIN = 24, 16
_MOST_BLOCKS = 4


class StepInspector(Panel):
    """The right side of the page.

    `parts` holds what the page adds below what is said: a weight in hand, its gradient's twin, the update.

    Signals
    -------
    chosen(Focus) : a line was clicked
    caption_changed(is_tale) : the other caption of the picture was chosen
    """

    chosen = Signal(object)
    caption_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._scene: Scene | None = None
        self._where = Label("", "caption", "text2", tabular=True)
        self.captions = SegmentedControl((self.tr("Tale"), self.tr("Mathematics")), name=self.tr("What is told"))
        self.captions.add_segment("", "table", tip=self.tr("All numbers as a table"))
        self.captions.setObjectName("stepCaptions")
        self.captions.setCurrentIndex(NUMBERS)
        self._title = Label("", "title", wrap=True)
        self._title.setObjectName("stepTitle")
        self._text = Label("", "body", "text2", wrap=True)
        self._next = Label("", "caption", "text2", wrap=True)
        self.guess = CheckBox(self.tr("Guess first"))
        self.guess.setObjectName("stepGuess")
        self.guess.setToolTip(self.tr("Be asked for the sign of the next number before it is shown"))
        self.blocks = [BlockView() for _ in range(_MOST_BLOCKS)]
        self.question = GuessPanel()
        self.guess.toggled.connect(self._on_guess_toggled)
        self.parts = QVBoxLayout()
        self.parts.setSpacing(14)
        self.table = NumbersTable()
        self._lay_out()
        self.captions.currentChanged.connect(self._on_caption_changed)
        for block in self.blocks:
            block.chosen.connect(self.chosen)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._where, 1)
        head.addWidget(self.captions)
        self.said = ScrollPanel("surface")
        column = QVBoxLayout(self.said.content)
        column.setSpacing(14)
        column.addWidget(self.question)
        column.addWidget(self._title)
        column.addWidget(self._text)
        for block in self.blocks:
            column.addWidget(block)
        column.addLayout(self.parts)
        column.addStretch(1)
        self._table_room = QWidget()
        room = QVBoxLayout(self._table_room)
        room.addWidget(self.table)
        self._table_room.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self.said, 1)
        whole.addWidget(self._table_room, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._next, 1)
        foot.addWidget(self.guess)
        whole.addWidget(HairLine())
        whole.addLayout(foot)
        self._edges = ((head, 18, 8), (column, 4, 20), (room, 4, 12), (foot, 8, 12))
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Leave less room at the sides where there is little."""
        margin = _NARROW_MARGIN if narrow else _MARGIN
        for layout, top, bottom in self._edges:
            layout.setContentsMargins(margin, top, margin, bottom)

    @property
    def is_tale(self) -> bool:
        """Whether the tale is told."""
        return self.captions.currentIndex() == TALE

    def show_scene(self, scene: Scene) -> None:
        """Say what there is to say about a scene."""
        self._scene = scene
        said = explain(scene, tale=self.is_tale)
        text = self.tr("{0} of {1}")
        self._where.setText(text.format(scene.place.stop + 1, len(scene.stops)))
        self._title.setText(said.title)
        self._text.setText(said.text)
        self._next.setText(said.next)
        for index, view in enumerate(self.blocks):
            view.setVisible(index < len(said.blocks))
            if index < len(said.blocks):
                view.show_block(said.blocks[index], scene)
        self.table.model.show_scene(scene)

    @Slot(bool)
    def _on_guess_toggled(self, is_on: bool) -> None:
        if not is_on:
            self.question.forget()

    @Slot(int)
    def _on_caption_changed(self, index: int) -> None:
        self.said.setVisible(index != TABLE)
        self._table_room.setVisible(index == TABLE)
        if self._scene is not None:
            self.show_scene(self._scene)
        self.caption_changed.emit(index == TALE)
