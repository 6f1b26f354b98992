"""Three scores to be dragged, and what each loss makes of them, number by number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.losses.words import CLASSES, loss_name
from digitapp.gui.widgets import Card, Label, NumberField, SegmentedControl, Slider
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.settings import number_refusal
from digitapp.lab.losses import COMPARED, LossReading
from digitapp.nn.options import Range
from digitapp.training.config import check_number, parse_number

MOST_SCORE = 10.0
_TENTHS = 10  # positions of a slider in a unit


class GradientLabel(Label):
    """A gradient, on the ground that is a gradient's."""

    def __init__(self) -> None:
        super().__init__("", "body", "gradient", tabular=True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setContentsMargins(4, 2, 4, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().palette.gradient_tint)
            painter.drawRoundedRect(self.rect(), 5, 5)
        super().paintEvent(event)


class ScoresCard(Card):
    """The scores with the table of what losses say.

    Signals
    -------
    changed : a score or the right class is another
    looked_at(class) : the score that was touched last
    """

    changed = Signal()
    looked_at = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Three scores"), parent)
        self.right = SegmentedControl(CLASSES, name=self.tr("The right class"))
        self.sliders = [
            Slider(-_TENTHS * 5, _TENTHS * 5, name=self._score_name(place)) for place in range(len(CLASSES))
        ]
        self.fields = [self._make_field(place) for place in range(len(CLASSES))]
        self.error = Label("", "tick", "danger", wrap=True)
        self.error.hide()
        self._marks = [Label(name, "section") for name in CLASSES]
        self._values = {key: [_figure() for _ in CLASSES] for key in COMPARED}
        self._slopes = {key: [GradientLabel() for _ in CLASSES] for key in COMPARED}
        self._losses = {key: Label("", "section", tabular=True) for key in COMPARED}
        self._build()
        for place, (slider, field) in enumerate(zip(self.sliders, self.fields, strict=True)):
            slider.valueChanged.connect(self._on_slid)
            slider.setProperty("place", place)
            field.value_changed.connect(self._on_typed)
            field.error_changed.connect(self._show_error)
            field.setProperty("place", place)
        self.right.currentChanged.connect(self._on_right_chosen)

    def _score_name(self, place: int) -> str:
        return self.tr("Score of {0}").format(CLASSES[place])

    def _make_field(self, place: int) -> NumberField:
        allowed = Range(-MOST_SCORE, MOST_SCORE)

        def read(text: str) -> float:
            number = parse_number("score", text)
            check_number("score", number, -MOST_SCORE, MOST_SCORE)
            return number

        field = NumberField(
            read,
            0.0,
            step=lambda value, direction: round(min(max(value + 0.1 * direction, -MOST_SCORE), MOST_SCORE), 6),
            show=lambda value: decimal(value, 2),
            describe=lambda error: number_refusal(error, allowed, "1.5"),
            name=self._score_name(place),
        )
        field.setFixedWidth(theme.scaled(64))
        return field

    def _build(self) -> None:
        self.slot.addWidget(Label(self.tr("Right is"), "body", "text2"))
        self.slot.addWidget(self.right)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, key in enumerate(COMPARED):
            grid.addWidget(self._make_heading(number, key), 0, 3 + 2 * number, 1, 2)
            for below, text in enumerate((self._output_name(key), self.tr("gradient"))):
                caption = Label(text, "tick", "text2")
                caption.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(caption, 1, 3 + 2 * number + below)
        for place in range(len(CLASSES)):
            row = 2 + place
            grid.addWidget(self._marks[place], row, 0)
            grid.addWidget(self.sliders[place], row, 1)
            grid.addWidget(self.fields[place], row, 2)
            for number, key in enumerate(COMPARED):
                grid.addWidget(self._values[key][place], row, 3 + 2 * number)
                grid.addWidget(self._slopes[key][place], row, 4 + 2 * number)
        row = 2 + len(CLASSES)
        grid.addWidget(Label(self.tr("Loss"), "section"), row, 0, 1, 3)
        for number, key in enumerate(COMPARED):
            self._losses[key].setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self._losses[key], row, 3 + 2 * number, 1, 2)
        self.body.addLayout(grid)
        self.body.addWidget(self.error)

    def _make_heading(self, number: int, key: str) -> QWidget:
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(14, 0, 0, 0)
        row.setSpacing(6)
        row.addStretch(1)
        row.addWidget(SeriesMark(number))
        row.addWidget(Label(self._short_name(key), "caption-strong"))
        heading.setToolTip(loss_name(key))
        return heading

    def _short_name(self, key: str) -> str:
        names = {
            "cross_entropy": self.tr("Cross-entropy"),
            "hinge": self.tr("Hinge"),
            "squared_error": self.tr("Squared error"),
        }
        return names[key]

    def _output_name(self, key: str) -> str:
        names = {
            "cross_entropy": self.tr("softmax"),
            "hinge": self.tr("short by"),
            "squared_error": self.tr("sigmoid"),
        }
        return names[key]

    # What is shown

    def scores(self) -> list[float]:
        """Return the scores."""
        return [field.value() for field in self.fields]

    def show_scores(self, scores: list[float], right: int) -> None:
        """Show scores and which class is right; `changed` is not emitted."""
        blocked = self.blockSignals(True)
        for field, slider, score in zip(self.fields, self.sliders, scores, strict=True):
            field.set_value(score)
            self._slide(slider, score)
        self.right.setCurrentIndex(right)
        self.blockSignals(blocked)
        self._show_error()

    def show_readings(self, readings: tuple[LossReading, ...], right: int) -> None:
        """Show what the losses say."""
        scores = self.scores()
        for place, mark in enumerate(self._marks):
            mark.set_tone("accent" if place == right else "text2")
        for reading in readings:
            self._losses[reading.key].setText(decimal(reading.value, 3))
            for place, (value, slope) in enumerate(
                zip(self._values[reading.key], self._slopes[reading.key], strict=True)
            ):
                slope.setText(signed(float(reading.gradient[place]), 3))
                if reading.key == "hinge":
                    short = max(0.0, scores[place] - scores[right] + 1)
                    value.setText("–" if place == right else decimal(short))
                else:
                    value.setText(decimal(float(reading.probabilities[place]), 3))

    # What is done

    @staticmethod
    def _slide(slider: Slider, score: float) -> None:
        blocked = slider.blockSignals(True)
        slider.setValue(round(_TENTHS * score))
        slider.blockSignals(blocked)

    @Slot(int)
    def _on_slid(self, position: int) -> None:
        place = self.sender().property("place")
        self.fields[place].set_value(position / _TENTHS)
        self._tell(place)

    @Slot(object)
    def _on_typed(self, value: float) -> None:
        place = self.sender().property("place")
        self._slide(self.sliders[place], value)
        self._tell(place)

    def _tell(self, place: int) -> None:
        if not self.signalsBlocked():
            self.looked_at.emit(place)
            self.changed.emit()

    @Slot()
    def _on_right_chosen(self) -> None:
        self.changed.emit()

    @Slot()
    def _show_error(self) -> None:
        errors = (
            self.tr("{0}: {1}").format(field.accessibleName(), field.error()) for field in self.fields if field.error()
        )
        text = next(errors, "")
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        for place, mark in enumerate(self._marks):
            if mark.geometry().top() - 8 <= event.position().y() <= mark.geometry().bottom() + 8:
                self.looked_at.emit(place)


def _figure() -> QLabel:
    label = Label("", "body", tabular=True)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
