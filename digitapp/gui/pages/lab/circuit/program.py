"""The computation of a circuit as lines of Python, the ones of the present step marked."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import clipboard, theme
from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.translation import translate
from digitapp.gui.widgets import FocusRing, Label, LinkButton
from digitapp.lab.circuit.staged import Line, staged
from digitapp.lab.circuit.walk import Direction


class ProgramPanel(QWidget):
    """The lines, with a sentence above them and a button that copies them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = ProgramLines()
        self.copy = LinkButton(translate("Circuit", "Copy"))
        self.copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.addWidget(
            Label(
                translate("Circuit", "One stage a line, forward and then back. It runs as it stands."),
                "caption",
                "text2",
                wrap=True,
            ),
            1,
        )
        head.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.lines)

    def show_scene(self, scene: Scene) -> None:
        """Show the program of a scene, its values those of now."""
        self.lines.show_scene(scene)

    @Slot()
    def _on_copy(self) -> None:
        data = QMimeData()
        data.setText(self.lines.text())
        clipboard.put(data)


class ProgramLines(QWidget):
    """Lines of code; a click, or the arrow keys, choose one.

    Signals
    -------
    chosen(node) : a line was chosen, which is about this gate or input
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._marked: frozenset[int] = frozenset()
        self._cursor = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translate("Circuit", "The circuit in Python"))
        FocusRing(self, 4)

    def show_scene(self, scene: Scene) -> None:
        """Show the lines of a scene, those of what is looked at marked."""
        lines = staged(scene.graph, scene.circuit.inputs)
        if len(lines) != len(self._lines):
            self.updateGeometry()
        self._lines = lines
        focus, step = scene.focus, scene.step
        goes_back = step is not None and step[0] is Direction.BACKWARD and step[1] == focus
        self._marked = frozenset(
            index
            for index, line in enumerate(lines)
            if line.gate == focus and (line.part in ("backward", "seed")) == goes_back
        )
        self._cursor = min(self._cursor, max(0, len(lines) - 1))
        self.setAccessibleDescription("\n".join(lines[index].code for index in sorted(self._marked)))
        self.update()

    def text(self) -> str:
        """Return the whole program."""
        return "\n".join(("import numpy as np", "", *(line.code for line in self._lines), ""))

    # Size

    @staticmethod
    def _font() -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(theme.scaled(12))
        return font

    def _line_height(self) -> float:
        return round(1.5 * QFontMetricsF(self._font()).height() * 0.88)

    def _gaps(self) -> list[int]:
        """Return the indices of the lines above which there is room: where another part of the program begins."""
        kinds = [line.part if line.part != "seed" else "backward" for line in self._lines]
        return [index for index in range(1, len(kinds)) if kinds[index] != kinds[index - 1]]

    def _top(self, index: int) -> float:
        return self._line_height() * (index + 0.5 * sum(gap <= index for gap in self._gaps()))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(200), round(self._top(len(self._lines)) + 4))

    # Pointer and keyboard

    def _line_at(self, point: QPointF) -> int | None:
        tops = [self._top(index) for index in range(len(self._lines))]
        hits = (index for index, top in enumerate(tops) if top <= point.y() < top + self._line_height())
        return next(hits, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._line_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if way is None or not self._lines:
            super().keyPressEvent(event)
            return
        self._choose(min(max(self._cursor + way, 0), len(self._lines) - 1))

    def _choose(self, index: int) -> None:
        self._cursor = index
        self.chosen.emit(self._lines[index].gate)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._font()
        metrics, height = QFontMetricsF(font), self._line_height()
        painter.setFont(font)
        for index, line in enumerate(self._lines):
            room = QRectF(0, self._top(index), self.width(), height)
            if not room.intersects(QRectF(event.rect())):
                continue
            if index in self._marked:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(p.accent_tint)
                painter.drawRoundedRect(room, 4, 4)
                painter.setBrush(p.accent)
                painter.drawRect(QRectF(0, room.top() + 2, 2, height - 4))
            painter.setPen(p.gradient if line.part in ("backward", "seed") else p.text)
            inner = room.adjusted(8, 0, -4, 0)
            text = metrics.elidedText(line.code, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
