"""The whole network of a small problem, live: every weight a line, every sum in reach, step by step or as a tale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.view import DiagramView
from digitapp.gui.diagram.words import Computation, caption, tale, walk_of
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets.buttons import Button
from digitapp.gui.widgets.labels import ElidedLabel, Label
from digitapp.gui.widgets.scale_bar import ScaleBar
from digitapp.gui.widgets.segmented import SegmentedControl

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session
    from digitapp.gui.state.snapshot import Snapshot
    from digitapp.gui.widgets.refresher import Refresher

TALE, NUMBERS = 0, 1
_SCALE_WIDTH, _ROOMY, _LEAST_HEIGHT = 128, 480, 300


class NetworkDiagram(QWidget):
    """Shows a network with what it computes for a drawing.

    Signals: `pixel_hovered(int | None)`, the input under the pointer or at the beginning of the hovered line. The other
    way round `mark_pixel` marks an input that is hovered elsewhere.
    """

    pixel_hovered = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Network diagram"), "network")
        self.setObjectName("networkDiagram")
        self._shown = session.snapshot()
        self._is_laid_out = False
        self._step: int | None = None
        self.view = DiagramView()
        self.view.pixel_hovered.connect(self.pixel_hovered)
        self.step_button = Button(self.tr("Step"), "step", "ghost")
        self.step_button.set_tip(self.tr("Walk through the computation, one layer at a time; Esc ends the walk"), ".")
        self.step_button.clicked.connect(self.step)
        QShortcut(QKeySequence("."), self).activated.connect(self.step_button.click)
        self.mode = SegmentedControl((self.tr("Tale"), self.tr("Numbers")), name=self.tr("Tale or numbers"))
        self.mode.setCurrentIndex(NUMBERS)
        self.mode.currentChanged.connect(self._on_mode_changed)
        self._words = Label("", "body", "text2", wrap=True, tabular=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._words.hide()
        self._legend = self._make_legend()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._make_header())
        column.addWidget(self.view, 1)
        column.addWidget(self._words)
        column.addWidget(self._legend)

    def _make_header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        self._title = ElidedLabel("", "section")
        row.addWidget(self._title, 1)
        row.addWidget(self.step_button)
        row.addWidget(self.mode)
        return row

    def _make_legend(self) -> QWidget:
        legend = QWidget()
        row = QHBoxLayout(legend)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self._weights_scale, self._activation_scale = ScaleBar(), ScaleBar("activation")
        self._hint = Label(self.tr("Hover any line or unit"), "caption", "text3", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        for name, bar in ((self.tr("Weights"), self._weights_scale), (self.tr("Activation"), self._activation_scale)):
            row.addWidget(Label(name, "caption-strong", "text2"), 0, Qt.AlignmentFlag.AlignTop)
            bar.setMaximumWidth(theme.scaled(_SCALE_WIDTH))
            row.addWidget(bar, 1, Qt.AlignmentFlag.AlignTop)
            row.addSpacing(theme.SPACE // 2)
        row.addWidget(self._hint, 2, Qt.AlignmentFlag.AlignTop)
        # As high as a caption of two lines: nothing moves when a walk begins.
        legend.setFixedHeight(max(legend.sizeHint().height(), 2 * QFontMetrics(self._words.font()).lineSpacing()))
        self._words.setMinimumHeight(legend.height())
        return legend

    # What it shows

    @property
    def is_tale(self) -> bool:
        """Whether words are shown instead of numbers."""
        return self.mode.currentIndex() == TALE

    @property
    def words(self) -> str:
        """The tale, or the caption of the present step; empty in numbers."""
        return self._words.text() if self._words.isVisibleTo(self) else ""

    @property
    def step_number(self) -> int | None:
        """The present step of the walk from 0, or None when the whole computation is shown."""
        return self._step

    def mark_pixel(self, index: int | None) -> None:
        """Mark an input because the pointer is on its pixel elsewhere."""
        self.view.mark_pixel(index)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_ROOMY), theme.scaled(_LEAST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.scaled(_LEAST_HEIGHT))

    def hasHeightForWidth(self) -> bool:
        # It says less where it is low: the wrapped words in it shall not make its surroundings scroll.
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= theme.scaled(_ROOMY)
        self._title.setText(self.tr("The whole network, live") if roomy else self.tr("The network"))
        self._show_hint()

    def follow(self, session: Session, refresher: Refresher) -> None:
        """Show what the session's network computes, as a part of what is refreshed."""
        refresher.add("diagram's network", self._begin_anew, on=(session.network_changed,), of=self)
        refresher.add("diagram", self.show_computation, on=(session.answer_changed,), of=self)

    def _begin_anew(self, _shown: Snapshot) -> None:
        """Another network follows, perhaps of another shape."""
        self._is_laid_out, self._step = False, None

    def show_computation(self, shown: Snapshot) -> None:
        """Show the network, and what it computes for the drawing."""
        self._shown = shown
        computation = Computation.of(shown)
        if self._is_laid_out:
            self.view.show_computation(computation)
        else:
            self.view.show_network(computation, shown.problem.shape)
            self._is_laid_out = True
        self.step_button.setEnabled(computation.is_known)
        if not computation.is_known:
            self._step = None
        self._weights_scale.set_limit(self.view.limit)
        self._activation_scale.set_limit(self.view.activation_limit)
        self._show_words(computation)

    def _show_words(self, computation: Computation) -> None:
        """Say the tale or the step's caption in the place of the legend."""
        walk = walk_of(computation.network)
        self.view.show_step(None if self._step is None else walk[self._step])
        self.view.show_numbers(not self.is_tale or self._step is not None)
        if self._step is not None:
            text = caption(computation, self._step)
        else:
            text = "\n".join(tale(computation)) if self.is_tale else ""
        self._words.setText(text)
        self._words.setVisible(bool(text))
        self._legend.setVisible(not text)
        self._show_hint()

    def _show_hint(self) -> None:
        self._hint.setText(self.view.shortfall() or self.tr("Hover any line or unit"))
        self._hint.setVisible(bool(self.view.shortfall()) or self.width() >= theme.scaled(_ROOMY))

    @Slot()
    def _on_mode_changed(self) -> None:
        self._step = None
        self.show_computation(self._shown)

    @Slot()
    def step(self) -> None:
        """Go one step further through the computation; after the last one all of it is shown again."""
        if self._shown.answer.trace is None:
            return
        following = 0 if self._step is None else self._step + 1
        self._step = following if following < len(walk_of(self._shown.network)) else None
        self.show_computation(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._step is not None:
            self._step = None
            self.show_computation(self._shown)
            return
        super().keyPressEvent(event)
