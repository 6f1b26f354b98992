"""The line below the header that says that something went wrong and nobody had foreseen it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.faults import Fault, Faults
from digitapp.gui.widgets import GhostButton, IconView, Label, Panel, PlainButton


class FaultBar(Panel):
    """Shows the newest fault until it is closed; one that comes again counts up instead of saying it again."""

    def __init__(self, faults: Faults, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("faultBar")
        self._faults = faults
        self.text = Label(role="caption", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = PlainButton(self.tr("Copy details"))
        self.copy_button.setToolTip(self.tr("Copy what helps to find the cause: where it happened, and all versions"))
        self.close_button = GhostButton("", "close", tip=self.tr("Close this message"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(10)
        row.addWidget(IconView("warning", tone="danger"))
        row.addWidget(self.text, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        self.copy_button.clicked.connect(self.copy)
        self.close_button.clicked.connect(self.hide)
        faults.changed.connect(self.show_newest)
        self.setMinimumHeight(theme.scaled(40))
        self.hide()

    @Slot()
    def copy(self) -> None:
        """Put the traceback and the versions on the clipboard."""
        if self._faults.newest is not None:
            QGuiApplication.clipboard().setText(details(self._faults.newest))

    @Slot()
    def show_newest(self) -> None:
        """Say what happened last."""
        fault = self._faults.newest
        if fault is None:
            return
        if fault.count == 1:
            text = self.tr("A fault in digitapp: {0}. The window goes on.")
        else:
            text = self.tr("A fault in digitapp, met %n time(s): {0}. The window goes on.", "", fault.count)
        self.text.setText(text.format(fault.reason))
        self.setAccessibleName(self.text.text())
        self.show()


def details(fault: Fault) -> str:
    """Return what a developer wants to know about a fault, as plain text in English."""
    # Deferred: it takes its share of a start, and is wanted when something has gone wrong.
    from digitapp.system import system_facts

    versions = "\n".join(f"{name} {version}" for name, version in system_facts().versions.items())
    return f"{fault.trace}\n{versions}\n"
