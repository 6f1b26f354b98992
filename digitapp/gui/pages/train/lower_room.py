"""The lower room of the Train page: what is known of a run, one view at a time, chosen by tabs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import Card, SegmentedControl


class LowerView(QWidget):
    """One view of the lower room: `body` is the layout of its content, `slot` that of what stands beside the tabs.

    Parameters
    ----------
    title, name : under which it is saved as a picture; the name is that of the file, without its ending
    """

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = title, name
        self.setAccessibleName(title)
        self.head = QWidget(self)
        self.slot = QHBoxLayout(self.head)
        self.slot.setContentsMargins(0, 0, 0, 0)
        self.slot.setSpacing(theme.SPACE)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.SPACE)


@dataclass(frozen=True, eq=False)
class _Place:
    key: str
    text: str
    view: LowerView
    is_offered: bool


class LowerRoom(Card):
    """Shows one of its views, which a tab names.

    Signals: `chosen(key)` when the user, or somebody for them, has chosen another view.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.tabs = SegmentedControl(name=self.tr("Below the plots"), wraps=True, parent=self)
        self.tabs.setObjectName("trainTabs")
        self._places: list[_Place] = []
        self._key = ""
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(theme.SPACE)
        self._row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self._row)
        self.body.setSpacing(10)
        self.tabs.currentChanged.connect(self._on_tab)

    def add(self, key: str, text: str, view: LowerView) -> None:
        """Append a view; `text` stands on its tab, `key` is what the choice is remembered by."""
        self._places.append(_Place(key, text, view, is_offered=True))
        view.head.setMinimumHeight(theme.scaled(theme.CONTROL_HEIGHT))
        self._row.addWidget(view.head, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(view, 1)
        self._set_tabs()

    def offer(self, key: str, offered: bool) -> None:
        """Have a tab for a view or none; where the shown one goes, the first is shown."""
        places = [_Place(p.key, p.text, p.view, offered if p.key == key else p.is_offered) for p in self._places]
        if places != self._places:
            self._places = places
            self._set_tabs()

    @property
    def _offered(self) -> list[_Place]:
        return [place for place in self._places if place.is_offered]

    @property
    def keys(self) -> list[str]:
        """The names of the views that have a tab, in their order."""
        return [place.key for place in self._offered]

    @property
    def key(self) -> str:
        """The name of the view that is shown."""
        return self._key

    def choose(self, key: str) -> None:
        """Show a view, the first one where there is none of this name."""
        keys = self.keys
        self.tabs.setCurrentIndex(keys.index(key) if key in keys else 0)

    def _set_tabs(self) -> None:
        keys = self.keys
        blocked = self.tabs.blockSignals(True)
        self.tabs.set_segments([place.text for place in self._offered])
        self.tabs.setCurrentIndex(keys.index(self._key) if self._key in keys else 0)
        self.tabs.blockSignals(blocked)
        self._show()

    @Slot()
    def _on_tab(self) -> None:
        self._show()
        self.chosen.emit(self._key)

    def _show(self) -> None:
        place = self._offered[self.tabs.currentIndex()]
        self._key, shown = place.key, place.view
        for other in self._places:  # the old one goes first: both at once might want more room than there is
            if other.view is not shown:
                other.view.hide()
                other.view.head.hide()
        shown.show()
        shown.head.show()
        self.setAccessibleName(shown.accessibleName())
        offer_picture(self, *shown.picture)
        self._fit()

    def event(self, event: QEvent) -> bool:
        taken = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return taken

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put what stands beside the tabs below them where the width ends."""
        if not self._places:
            return
        head = next(place.view.head for place in self._places if place.key == self._key)
        needed = self.tabs.sizeHint().width() + self._row.spacing() + head.minimumSizeHint().width()
        fits = needed <= self.width() - 2 * theme.CARD_MARGIN
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
