"""What holds other widgets: panels, cards, hairlines, section heads, notes and empty states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets.labels import Label, Tone

NoteKind = Literal["info", "warning", "error"]

_NOTE_ICON: dict[NoteKind, str] = {"info": "info", "warning": "warning", "error": "warning"}


class Panel(QFrame):
    """A plain area in one of the ground colours."""

    def __init__(self, ground: Literal["window", "surface", "rail"] = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", ground)


class _Content(QWidget):
    """What a panel scrolls; says when its parts want another size."""

    resettled = Signal()

    def event(self, event: QEvent) -> bool:
        taken = super().event(event)
        # What changed while it was hidden is asked for when it is shown, without a request.
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            self.resettled.emit()
        return taken


class ScrollPanel(Panel):
    """A panel that scrolls when it is too small for its `content`.

    Signals: `least_width_changed`, other parts are in sight, which need more or less.
    """

    least_width_changed = Signal()

    def __init__(self, ground: Literal["window", "surface", "rail"] = "surface", parent: QWidget | None = None) -> None:
        super().__init__(ground, parent)
        self.content = _Content()
        self._least_width = 0
        self.content.resettled.connect(self._on_resettled)
        self._scroll = scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.content)
        # Only now: taking a widget in, the scroll area lets it paint a ground of its own.
        scroll.viewport().setAutoFillBackground(False)
        self.content.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        self._bar = scroll.verticalScrollBar()

    @property
    def least_width(self) -> int:
        """How wide it must be so that nothing of the content is cut off at its side."""
        return self.content.minimumSizeHint().width() + self._bar.sizeHint().width()

    @Slot()
    def _on_resettled(self) -> None:
        if self.least_width != self._least_width:
            self._least_width = self.least_width
            self.least_width_changed.emit()

    def bring_into_sight(self, part: QWidget) -> None:
        """Scroll until a part of the content is seen, with some of what is around it."""
        self._scroll.ensureWidgetVisible(part, 0, 48)

    def scroll_to_top(self) -> None:
        """Show the beginning of the content."""
        self._bar.setValue(0)


class HairLine(QWidget):
    """One device-independent pixel between two parts."""

    def __init__(self, orientation: Qt.Orientation = Qt.Orientation.Horizontal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if orientation == Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        QPainter(self).fillRect(self.rect(), theme.current().palette.border)


class SectionHeader(QWidget):
    """A section's title with a slot on its right, ``slot``, for a caption or a control."""

    def __init__(self, title: str, *, role: theme.FontRole = "section", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(title, role)
        self.slot = QHBoxLayout()
        self.slot.setSpacing(theme.SPACE)
        # Titles of neighbours stand on one line, whatever is in their slots.
        self.setMinimumHeight(theme.scaled(24))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addLayout(self.slot)

    def add(self, widget: QWidget) -> None:
        """Append a widget on the right."""
        self.slot.addWidget(widget)


class Card(QFrame):
    """A surface on the stage: a title line with a slot on its right, and ``body``, the layout of the content."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = SectionHeader(title, role="card-title")
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.SPACE)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.CARD_MARGIN, 12, theme.CARD_MARGIN, theme.CARD_MARGIN)
        column.setSpacing(10)
        column.addWidget(self.header)
        column.addLayout(self.body, 1)
        self.header.setVisible(bool(title))
        self.setAccessibleName(title)

    @property
    def slot(self) -> QHBoxLayout:
        """The right end of the title line."""
        return self.header.slot

    def set_title(self, title: str) -> None:
        """Show another title; an empty one takes no room."""
        self.header.title.setText(title)
        self.header.setVisible(bool(title))
        self.setAccessibleName(title)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        paint_surface(self)


def paint_surface(card: QWidget) -> None:
    """Paint the ground of a card and its edge, within its paintEvent."""
    p = theme.current().palette
    painter = QPainter(card)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(p.border, 1))
    painter.setBrush(p.surface)
    outline = QRectF(card.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(outline, theme.CARD_RADIUS, theme.CARD_RADIUS)


class IconView(QWidget):
    """An icon in a tone of the theme."""

    def __init__(self, icon: str, size: int = 16, tone: Tone = "text2", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._size, self._tone = icon, theme.scaled(size), tone
        self.setFixedSize(QSize(self._size, self._size))

    def set_icon(self, icon: str, tone: Tone) -> None:
        """Show another icon."""
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        color: QColor = getattr(theme.current().palette, self._tone)
        paint_icon(QPainter(self), self._icon, QPoint(0, 0), self._size, color)


class NoteBar(QWidget):
    """A tinted note: what happened, why, and what to do about it.

    With ``text`` alone it is one line of caption size; with a title it is a message of up to three lines.
    ``button_row`` is a layout for buttons below the text.
    """

    def __init__(
        self,
        kind: NoteKind = "info",
        text: str = "",
        *,
        title: str = "",
        remedy: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: NoteKind = kind
        self._icon = IconView("info")
        self._title = Label(role="card-title", wrap=True)
        self._text = Label(role="caption", wrap=True)
        self._remedy = Label(role="section", wrap=True)
        self.button_row = QHBoxLayout()
        self.button_row.setSpacing(theme.SPACE)
        self.button_row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        lines = QVBoxLayout()
        lines.setSpacing(4)
        for label in (self._title, self._text, self._remedy):
            lines.addWidget(label)
        lines.addLayout(self.button_row)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(10)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(lines, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.set_note(kind, text, title=title, remedy=remedy)

    @property
    def kind(self) -> NoteKind:
        return self._kind

    def text(self) -> str:
        """Return all that the note says."""
        return in_a_row(self._title.text(), self._text.text(), self._remedy.text())

    def set_note(self, kind: NoteKind, text: str, *, title: str = "", remedy: str = "") -> None:
        """Say something else."""
        self._kind = kind
        tone: Tone = {"info": "accent", "warning": "warning", "error": "danger"}[kind]  # type: ignore[assignment]
        self._icon.set_icon(_NOTE_ICON[kind], tone)
        for label, content in ((self._title, title), (self._text, text), (self._remedy, remedy)):
            label.setText(content)
            label.setVisible(bool(content))
        self._text.set_tone("text2" if title else "text")
        self._text.setFont(theme.font("body" if title else "caption"))
        side = 18 if title else 12
        self._row.setContentsMargins(side, 14 if title else 9, side, 14 if title else 9)
        self.setAccessibleName(self.text())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        tint = {"info": p.accent_tint, "warning": p.warning_tint, "error": p.danger_tint}[self._kind]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        radius = theme.CARD_RADIUS if self._title.text() else theme.CONTROL_RADIUS
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)


class EmptyState(Card):
    """A card that says what is missing and offers the ways to get it, the first button being the likely one."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        buttons: Sequence[QAbstractButton] = (),
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._title = Label(title, "card-title", wrap=True)
        font = self._title.font()
        font.setPixelSize(theme.scaled(16))
        self._title.setFont(font)
        self._text = Label(text, "body", "text2", wrap=True)
        self._text.setMaximumWidth(640)
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addWidget(self._title)
        lines.addWidget(self._text)
        lines.addSpacing(theme.SPACE)
        self.button_row = QHBoxLayout()
        self.button_row.setSpacing(theme.SPACE)
        for button in buttons:
            self.button_row.addWidget(button)
        self.button_row.addStretch(1)
        lines.addLayout(self.button_row)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(IconView(icon, 24, "accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        # There is no title line above, so the space above is that below.
        self.body.setContentsMargins(0, theme.SPACE, 0, 0)
        self.body.addLayout(row)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def set_text(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
