"""The line above a picture that is gone through in steps: back, next, play, how fast, and how far the walk is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.buttons import PlainButton, PrimaryButton
from digitapp.gui.widgets.combo import ComboBox
from digitapp.gui.widgets.track import Track

_PACES = (0.5, 1, 2, 5, 20)  # steps a second
_USUAL = 1
_ROOMY = 700


class Transport(QWidget):
    """Buttons of a walk. It plays by itself, step by step, until it is stopped or cannot go on.

    Parameters
    ----------
    prefix : of the object names of its parts, `prefixBack`, `prefixNext`, `prefixPlay` and `prefixPace`
    track : shows how far the walk is

    Signals
    -------
    next_wanted, back_wanted : one step
    playing_changed(bool) : it began or ceased to go on by itself
    """

    next_wanted = Signal()
    back_wanted = Signal()
    playing_changed = Signal(bool)

    def __init__(self, prefix: str, track: Track, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = PlainButton(
            self.tr("Back"), "step-back", tip=self.tr("One step back, exactly"), key="Left", transport=True
        )
        self.next = PrimaryButton(self.tr("Next"), "step", tip=self.tr("One step on"), key="Right", transport=True)
        self.play = PlainButton(
            self.tr("Play"), "play", tip=self.tr("Go on by itself, step by step"), key="Space", transport=True
        )
        self.play.reserve(self.tr("Play"), self.tr("Pause"))
        self.back.setObjectName(f"{prefix}Back")
        self.next.setObjectName(f"{prefix}Next")
        self.play.setObjectName(f"{prefix}Play")
        self.pace = ComboBox()
        self.pace.setObjectName(f"{prefix}Pace")
        self.pace.setAccessibleName(self.tr("Speed of playing"))
        for pace in _PACES:
            self.pace.add_entry(self._pace_text(pace), data=pace)
        self.pace.setCurrentIndex(_USUAL)
        self.track = track
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.next_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        for button in (self.back, self.next, self.play, self.pace):
            row.addWidget(button)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.track, 1)
        self.back.clicked.connect(self.stop)
        self.back.clicked.connect(self.back_wanted)
        self.next.clicked.connect(self.stop)
        self.next.clicked.connect(self.next_wanted)
        self.play.clicked.connect(self.toggle)
        self.pace.currentIndexChanged.connect(self._on_pace_changed)

    def _pace_text(self, pace: float) -> str:
        if pace < 1:
            return self.tr("1 step in {0} s").format(round(1 / pace))
        return self.tr("%n step(s)/s", "", round(pace))

    @property
    def is_playing(self) -> bool:
        """Whether the walk goes on by itself."""
        return self._timer.isActive()

    @Slot()
    def toggle(self) -> None:
        """Play, or stop playing."""
        if self.is_playing:
            self.stop()
        else:
            self._timer.start(self._interval())
            self._show()
            self.playing_changed.emit(True)
            self.next_wanted.emit()

    @Slot()
    def stop(self) -> None:
        """Go on no more by itself."""
        if self.is_playing:
            self._timer.stop()
            self._show()
            self.playing_changed.emit(False)

    def _interval(self) -> int:
        return round(1000 / float(self.pace.currentData()))

    @Slot()
    def _on_pace_changed(self) -> None:
        if self.is_playing:
            self._timer.start(self._interval())

    def _show(self) -> None:
        self.play.setText(self._words()[2] if self._is_roomy else "")
        self.play.set_icon_name("pause" if self.is_playing else "play")

    def _words(self) -> tuple[str, str, str]:
        return self.tr("Back"), self.tr("Next"), self.tr("Pause") if self.is_playing else self.tr("Play")

    @property
    def _is_roomy(self) -> bool:
        return self.width() >= theme.scaled(_ROOMY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self._is_roomy
        self.back.setText(self._words()[0] if roomy else "")
        self.back.reserve(self._words()[0] if roomy else "")
        self.play.reserve(*((self.tr("Play"), self.tr("Pause")) if roomy else ("",)))
        self.back.setAccessibleName(self._words()[0])
        self._show()
        self.play.setAccessibleName(self._words()[2])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop()
