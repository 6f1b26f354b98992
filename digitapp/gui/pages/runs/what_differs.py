"""The settings in which the chosen experiments differ: a table of few, a list of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import ElidedLabel, HairLine
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.comparison import name_words
from digitapp.gui.words.run_settings import setting_title, setting_value
from digitapp.kept.experiments import Experiment

_MOST_COLUMNS = 3


class WhatDiffers(QWidget):
    """Says what each experiment has of what they do not have in common; what is not the reference's stands out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[Experiment, ...], dict[str, list[Any]]] = (), {}
        self._is_table = True
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)

    def show_settings(self, experiments: Sequence[Experiment], settings: dict[str, list[Any]]) -> None:
        """Show settings with a value for each experiment, the first of which is the reference."""
        self._shown = tuple(experiments), settings
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits_as_table() != self._is_table:
            self._lay_out()

    def _fits_as_table(self) -> bool:
        """Return whether all names and values can be read side by side."""
        experiments, settings = self._shown
        plain, strong = QFontMetrics(theme.font("caption")), QFontMetrics(theme.tabular(theme.font("caption-strong")))
        whole = max((plain.horizontalAdvance(setting_title(name)) for name in settings), default=0)
        for place, each in enumerate(experiments):
            texts = [setting_value(name, values[place]) for name, values in settings.items()]
            widest = max((strong.horizontalAdvance(text) for text in texts), default=0)
            whole += self._grid.horizontalSpacing() + max(plain.horizontalAdvance(name_words(each)), widest) + 2
        return len(experiments) <= _MOST_COLUMNS and whole <= self.width()

    def _lay_out(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._is_table = self._fits_as_table()
        if self._is_table:
            self._show_table(*self._shown)
        else:
            self._show_list(*self._shown)

    def _show_table(self, experiments: Sequence[Experiment], settings: dict[str, list[Any]]) -> None:
        for column, each in enumerate(experiments, 1):
            self._put(self._text(name_words(each), "text2", is_right=True), 0, column)
        for place, (name, values) in enumerate(settings.items()):
            row = 2 * place + 1
            self._put(HairLine(parent=self), row, 0, len(experiments) + 1)
            self._put(self._text(setting_title(name), "text2"), row + 1, 0)
            for column, value in enumerate(values, 1):
                self._put(self._value(name, value, values[0], is_right=True), row + 1, column)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if 0 < column <= len(experiments) else 0)

    def _show_list(self, experiments: Sequence[Experiment], settings: dict[str, list[Any]]) -> None:
        row = 0
        for name, values in settings.items():
            self._put(self._text(setting_title(name), "text2"), row, 0, 3)
            row += 1
            for series, (each, value) in enumerate(zip(experiments, values, strict=True)):
                self._put(SeriesMark(series, parent=self), row, 0)
                self._put(self._text(name_words(each)), row, 1)
                self._put(self._value(name, value, values[0], is_right=True), row, 2)
                row += 1
            self._put(HairLine(parent=self), row, 0, 3)
            row += 1
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column == 1 else 0)

    def _put(self, widget: QWidget, row: int, column: int, columns: int = 1) -> None:
        self._grid.addWidget(widget, row, column, 1, columns)
        widget.show()

    def _value(self, name: str, value: object, reference: object, *, is_right: bool) -> ElidedLabel:
        is_other = repr(value) != repr(reference)
        label = self._text(setting_value(name, value), "warning" if is_other else "text", is_right=is_right)
        label.setFont(theme.tabular(theme.font("caption-strong")))
        return label

    def _text(self, text: str, tone: Tone = "text", *, is_right: bool = False) -> ElidedLabel:
        label = ElidedLabel(text, "caption", tone, parent=self)
        label.setAlignment(Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft)
        return label
