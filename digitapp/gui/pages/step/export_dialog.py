"""What the spreadsheet is to show: which images, how many steps, at which learning rate."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Split
from digitapp.exports.unrolled import USUAL_STEPS, Rule, usual_rule
from digitapp.gui import theme
from digitapp.gui.widgets import ComboBox, FieldRow, Label, NumberField, PlainButton, PrimaryButton
from digitapp.gui.words.settings import number_refusal
from digitapp.modelfile import Model
from digitapp.nn.options import Range
from digitapp.training.config import MAX_LEARNING_RATE, check_number, parse_number, parse_whole

_WIDTH = 420
_STEPS = Range(0, 100, is_whole=True)
_RATES = Range(0, MAX_LEARNING_RATE, above=True)


class ExportDialog(QDialog):
    """Asks what the spreadsheet is to show.

    Parameters
    ----------
    images : all there are, None before they are in memory
    followed : what the image is called that the page follows, "" for none
    """

    def __init__(self, model: Model, images: Split | None, followed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle(self.tr("Export as spreadsheet"))
        self.setProperty("panel", "surface")
        self._images = ComboBox()
        self._images.setObjectName("exportImages")
        if images is not None:
            self._images.add_entry(self.tr("All %Ln image(s) at once", "", len(images)), data=True)
        if followed:
            self._images.add_entry(self.tr("{0} alone").format(followed), data=False)
        self._steps = _field("steps", USUAL_STEPS, _STEPS)
        self._steps.setObjectName("exportSteps")
        self._rate = _field("learning_rate", usual_rule(model).learning_rate, _RATES)
        self._rate.setObjectName("exportRate")
        for field in (self._steps, self._rate):
            field.setFixedHeight(field.sizeHint().height())  # what it has to say takes nothing away from it
        self.write = PrimaryButton(self.tr("Choose file…"), "table")
        self.write.clicked.connect(self._accept)
        self.cancel = PlainButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # it grows with what a field has to say
        column.addWidget(Label(self.tr("Every number with its formula"), "title"))
        text = Label(
            self.tr(
                "The spreadsheet computes and learns by itself: images, weights, forward, error, backward and update "
                "have a sheet each, and a block of rows for every step. It learns by plain gradient descent, "
                "and in a cell the learning rate can be changed."
            ),
            "body",
            "text2",
            wrap=True,
        )
        text.setFixedWidth(theme.scaled(_WIDTH))
        column.addWidget(text)
        column.addWidget(FieldRow(self.tr("Learn from"), self._images))
        column.addWidget(FieldRow(self.tr("Steps"), self._steps, helper=self.tr("0 for a look forward alone")))
        column.addWidget(FieldRow(self.tr("Learning rate"), self._rate))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.write)
        column.addLayout(row)
        self.write.setDefault(True)
        self._steps.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def takes_all(self) -> bool:
        """Whether all images are wanted, and not one alone."""
        return bool(self._images.currentData())

    @property
    def steps(self) -> int:
        """How many steps are wanted."""
        return self._steps.value()

    @property
    def rule(self) -> Rule:
        """How the steps are to be taken."""
        return Rule(self._rate.value())

    @Slot()
    def _accept(self) -> None:
        fields = (self._steps, self._rate)
        wrong = next((field for field in fields if not field.commit()), None)
        if wrong is None:
            self.accept()
        else:
            wrong.setFocus()


def _field(name: str, value: float, allowed: Range) -> NumberField:
    """Return a field for a number in a range, which says what would do where it refuses one."""
    parse = parse_whole if allowed.is_whole else parse_number

    def read(text: str) -> Any:
        number = parse(name, text)
        check_number(name, number, allowed.minimum, allowed.maximum, above=allowed.above)
        return number

    def step(number: float, direction: int) -> float:
        return number + direction if allowed.is_whole else number * 2.0**direction

    return NumberField(
        read,
        value,
        step=step,
        show=_shown,
        describe=lambda error: number_refusal(error, allowed, _shown(value)),
    )


def _shown(number: float) -> str:
    return f"{number:.6g}"
