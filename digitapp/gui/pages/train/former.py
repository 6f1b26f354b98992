"""A former run whose settings fill the form: what has been changed against it is marked and said."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.pages.train.fields import values_of
from digitapp.gui.pages.train.rows import SettingRows
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import GhostButton, NoteBar
from digitapp.gui.words.run_settings import setting_title, setting_value
from digitapp.plain import plain
from digitapp.training.config import NetworkConfig, TrainConfig


class FormerRun(NoteBar):
    """Says in which settings the form differs from those of a former run; hidden while there is none."""

    def __init__(self, settings: SettingRows, parent: QWidget | None = None) -> None:
        super().__init__("info", parent=parent)
        self.setObjectName("formerRun")
        self._settings = settings
        self._former = ""
        self._before: dict[str, Any] = {}
        close = GhostButton(self.tr("Close"), tip=self.tr("Mark no longer what is different"))
        close.clicked.connect(self.forget)
        self.button_row.addWidget(close)
        settings.changed.connect(self._show)
        self.hide()

    def compare_with(self, title: str, network: NetworkConfig, config: TrainConfig) -> None:
        """Compare the form with a run from now on; people know it by its title."""
        self._former = title
        self._before = {
            name: value for name, value in values_of(network, config).items() if name in self._settings.rows
        }
        self._show()
        self.show()

    @Slot()
    def forget(self) -> None:
        """Compare with nothing any more."""
        self._before = {}
        self._show()
        self.hide()

    @property
    def changed(self) -> list[str]:
        """The settings that are different now, as far as they count."""
        settings = self._settings
        return [name for name, value in self._before.items() if settings.counts(name) and settings.value(name) != value]

    @Slot()
    def _show(self) -> None:
        changed = self.changed
        for name, row in self._settings.rows.items():
            is_changed = name in changed
            row.label.setFont(theme.font("body", QFont.Weight.DemiBold if is_changed else None))
            row.label.set_tone("accent" if is_changed else "text2")
        if not self._before:
            return
        said = self.tr("Filled in as “{0}” was trained. Change one thing, and press Start.")
        if not changed:
            self.set_note("info", said.format(plain(self._former)))
            return
        changes = itemised(
            self.tr("{0} {1} → {2}").format(
                setting_title(name), self._said(name, self._before[name]), self._said(name, self._settings.value(name))
            )
            for name in changed
        )
        kind = "info" if len(changed) == 1 else "warning"
        self.set_note(kind, self.tr("Against “{0}”: {1}").format(plain(self._former), changes))

    @staticmethod
    def _said(name: str, value: Any) -> str:
        return "-".join(map(str, value)) if name == "hidden" else setting_value(name, value)
