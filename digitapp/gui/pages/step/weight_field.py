"""The field for one weight: typed as people type numbers, stepped by keys and wheel."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent

from digitapp.gui.translation import translate
from digitapp.gui.widgets import SteppedField
from digitapp.gui.widgets.numbers import MINUS, thousands
from digitapp.inspection.typed_numbers import NumberFault, TypedNumberError, read_number


class WeightField(SteppedField):
    """Shows a weight with all its digits; `value_changed(float)` when another one was typed.

    Signals: `left`, the keyboard's focus has gone elsewhere.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__(read_number, show=_in_full, describe=number_error_text)
        self.setObjectName("weightField")

    def show_weight(self, value: float) -> None:
        """Show another weight; what is being typed is lost. One that is no number is an error."""
        if math.isfinite(value):
            self.set_value(read_number(_in_full(value)))
            return
        self.setText("")
        self._value = None
        self.show_error(self.tr("This weight is not a number any more. Type one, or undo."))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


def _in_full(value: float) -> str:
    """Return a weight with the digits that tell it from all other float32 numbers."""
    return str(np.float32(value)).removesuffix(".0").replace("-", MINUS)


def number_error_text(error: ValueError) -> str:
    """Return what is wrong with a number that was typed, and what would do."""
    fault = error.fault if isinstance(error, TypedNumberError) else NumberFault.NO_NUMBER
    if fault is NumberFault.EMPTY:
        return translate("WeightField", "Type a number, such as 0.5.")
    if fault is NumberFault.ZERO_DIVISOR:
        return translate("WeightField", "Nothing can be divided by zero. Type a number such as 1/3.")
    if fault is NumberFault.NOT_FINITE:
        return translate("WeightField", "A weight has an end. Type a number such as {0}.").format(thousands(100))
    if fault is NumberFault.TOO_LARGE:
        return translate("WeightField", "That is more than a weight can hold. Type a number such as {0}.").format(
            thousands(100)
        )
    return translate("WeightField", "This is not a number. Type one such as {0}, 1/3 or 0,25.").format(f"{MINUS}1.5")
