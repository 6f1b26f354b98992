"""Closing asks nothing, but where something could not be written."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from digitapp.gui.state.hand_collection import HandCollection
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.words.keeping import keeping_words


def may_close(window: QWidget, hand: HandCollection, keeper: Keeper | None) -> bool:
    """Return whether a window may close: all is on the disk, after another attempt, or the user gives the rest up."""
    while _is_behind(hand, keeper):
        told = [hand.trouble] if hand.is_behind else []
        told += [keeping_words(keeper)] if keeper is not None and keeper.is_behind else []
        retries, closes = _asked(window, told)
        if not retries:
            return closes
    return True


def _asked(window: QWidget, told: list[str]) -> tuple[bool, bool]:
    """Ask what is to be done; return whether to try again, and else whether to close all the same."""
    from PySide6.QtWidgets import QMessageBox  # few windows ask: not a part of the start

    buttons = QMessageBox.StandardButton
    answer = QMessageBox.warning(
        window,
        translate("Closing", "Not on the disk yet"),
        in_a_row(*told, translate("Closing", "Closing now would lose it. Make room, or put the disk back, and retry.")),
        buttons.Retry | buttons.Discard | buttons.Cancel,
        buttons.Retry,
    )
    return answer == buttons.Retry, answer == buttons.Discard


def _is_behind(hand: HandCollection, keeper: Keeper | None) -> bool:
    """Try once more, and return whether something is still not on the disk."""
    behind = hand.is_behind and not hand.flush()
    return (keeper is not None and keeper.is_behind and not keeper.try_again()) or behind
