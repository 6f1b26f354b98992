"""What the menu of a row offers: the same as the inspector, also while that compares several."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from digitapp.gui.icons import icon
from digitapp.gui.pages.runs.actions import RunActions
from digitapp.gui.pages.runs.rows import Row
from digitapp.gui.translation import translate
from digitapp.kept.belongings import Belongings


def row_menu(
    row: Row,
    found: Belongings,
    actions: RunActions,
    edit_name: Callable[[], object],
    parent: QWidget,
    *,
    is_deleted: bool,
    can_change: bool,
) -> QMenu:
    """Return a menu for a row, of which so much is kept; `edit_name()` lets its name be typed."""
    menu = QMenu(parent)

    def add(text: str, picture: str, work: Callable[[], object], *, is_possible: bool = True) -> None:
        action = menu.addAction(icon(picture), text)
        action.triggered.connect(work)
        action.setEnabled(is_possible)

    if is_deleted:
        text = translate("RunMenu", "Bring back")
        add(text, "undo", lambda: actions.restore(row), is_possible=can_change)
        return menu
    is_marked = all(line.is_marked for line in row.lines)
    has_network = found.end is not None or found.best is not None
    add(translate("RunMenu", "Open its network"), "network", lambda: actions.open(row, found), is_possible=has_network)
    if found.best is not None and found.best != found.end:
        add(translate("RunMenu", "Open as at its best epoch"), "network", lambda: actions.open(row, found, best=True))
    menu.addSeparator()
    add(translate("RunMenu", "Train again exactly"), "play", lambda: actions.train_exactly(row))
    add(translate("RunMenu", "Train with one change…"), "train", lambda: actions.train_changed(row))
    menu.addSeparator()
    add(translate("RunMenu", "Name…"), "pen", edit_name, is_possible=can_change)
    mark = translate("RunMenu", "Mark no longer") if is_marked else translate("RunMenu", "Mark as one to stay")
    add(mark, "star", lambda: actions.mark(row, is_marked=not is_marked), is_possible=can_change)
    add(translate("RunMenu", "Delete"), "trash", lambda: actions.delete(row), is_possible=can_change)
    return menu
