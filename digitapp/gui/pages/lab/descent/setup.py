"""Where the race takes place: the surface, the start, how many steps, and the noise of the gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.descent.words import expression_refusal, preset_title, surface_title
from digitapp.gui.pages.lab.parameter import ParameterRow, linear
from digitapp.gui.widgets import ComboBox, FieldRow, NumberField, SectionHeader, TextField
from digitapp.gui.widgets.numbers import MINUS
from digitapp.gui.words.settings import number_refusal
from digitapp.lab.contest import MOST_NOISE, MOST_STEPS, OWN, PRESETS, Contest
from digitapp.lab.own_surface import MOST_REACH, own_surface
from digitapp.lab.surfaces import FAR, SURFACES, Surface
from digitapp.nn.options import Range
from digitapp.training.config import check_number, check_whole, parse_number, parse_whole

_LABEL = 104
_SLIDER_NOISE = 2.0
_LEAST_REACH = 0.1


class DescentSetup(QWidget):
    """The settings of the place.

    Signals: `wanted(Contest)`, another contest is to be run.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest = PRESETS["rules"]
        self._surface = self._contest.made_surface()
        self.preset, self.surface = ComboBox(), ComboBox()
        self.expression = TextField(self._read_expression, self._contest.expression, describe=expression_refusal)
        self.reach = self._number(1, lambda: (_LEAST_REACH, MOST_REACH), self.tr("How far the map reaches"))
        self.start_x = self._number(0, lambda: self._ends(0), self.tr("Start, x"))
        self.start_y = self._number(0, lambda: self._ends(1), self.tr("Start, y"))
        self.steps = NumberField(
            _read_steps, 60, step=lambda steps, way: max(1, steps + 10 * way), describe=_refuse_steps
        )
        self.noise = ParameterRow()
        self.noise.set_range(self.tr("Gradient noise"), Range(0, MOST_NOISE), linear(0, _SLIDER_NOISE))
        self._fill()
        self._build()
        self._connect()

    def _fill(self) -> None:
        self.preset.setPlaceholderText(self.tr("Own settings"))
        for name in PRESETS:
            self.preset.addItem(preset_title(name), name)
        self.preset.setAccessibleName(self.tr("What is compared"))
        self.preset.setToolTip(self.tr("Races that show something"))
        for key in (*SURFACES, OWN):
            self.surface.addItem(surface_title(key), key)

    def _build(self) -> None:
        place = QWidget()
        pair = QHBoxLayout(place)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(theme.SPACE)
        for field in (self.start_x, self.start_y):
            pair.addWidget(field)
        self._surface_row = FieldRow(self.tr("Error surface"), self.surface, label_column=_LABEL)
        self._expression_row = FieldRow(self.tr("C = f(x, y)"), self.expression, label_column=_LABEL)
        self._reach_row = FieldRow(self.tr("Map reaches"), self.reach, label_column=_LABEL)
        self._start_row = FieldRow(self.tr("Start"), place, label_column=_LABEL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        head = SectionHeader(self.tr("Setup"))
        head.add(self.preset)
        column.addWidget(head)
        for row in (
            self._surface_row,
            self._expression_row,
            self._reach_row,
            self._start_row,
            FieldRow(self.tr("Steps"), self.steps, label_column=_LABEL),
            self.noise,
        ):
            column.addWidget(row)

    def _connect(self) -> None:
        self.preset.activated.connect(self._on_preset)
        self.surface.activated.connect(self._on_surface)
        self.expression.value_changed.connect(self._on_own)
        self.reach.value_changed.connect(self._on_own)
        for field in (self.start_x, self.start_y):
            field.value_changed.connect(self._on_start)
            field.error_changed.connect(self._show_start_error)
        self.steps.value_changed.connect(self._on_steps)
        self.noise.changed.connect(self._on_noise)

    # The fields

    def _number(self, value: float, ends: Callable[[], tuple[float, float]], name: str) -> NumberField:
        """Return a field for a number between ends that depend on the surface."""

        def read(text: str) -> float:
            number = parse_number("value", text)
            check_number("value", number, *ends())
            return number

        def step(number: float, way: int) -> float:
            low, high = ends()
            return min(max(round(number + way * 0.1, 6), low), high)

        def refuse(error: ValueError) -> str:
            return number_refusal(error, Range(*ends()), _place_text(self._surface.start[0]))

        return NumberField(read, value, step=step, show=_place_text, describe=refuse, name=name)

    def _ends(self, axis: int) -> tuple[float, float]:
        """Return between which numbers a start is not lost from the first."""
        middle, reach = self._surface.middle[axis], FAR * self._surface.reach[axis]
        return middle - reach, middle + reach

    def _read_expression(self, text: str) -> str:
        own_surface(text, self._contest.reach)
        return text.strip()

    # What is shown

    def show_contest(self, contest: Contest, surface: Surface) -> None:
        """Show the settings of a contest without telling of them."""
        self._contest, self._surface = contest, surface
        names = [name for name, preset in PRESETS.items() if preset == contest]
        self.preset.setCurrentIndex(self.preset.findData(names[0]) if names else -1)
        self.surface.setCurrentIndex(self.surface.findData(contest.surface))
        is_own = contest.surface == OWN
        self._surface_row.set_helper("" if is_own else surface.formula)
        for row in (self._expression_row, self._reach_row):
            row.setVisible(is_own)
        for field, value in (
            (self.expression, contest.expression),
            (self.reach, contest.reach),
            (self.start_x, contest.start[0]),
            (self.start_y, contest.start[1]),
            (self.steps, contest.steps),
        ):
            if value != field.value() or field.error():
                field.set_value(value)
        self.noise.set_value(contest.noise)

    def show_start_error(self, text: str) -> None:
        """Say what is wrong with the start itself."""
        self._start_row.set_error(text or self.start_x.error() or self.start_y.error())

    @Slot()
    def _show_start_error(self) -> None:
        self.show_start_error("")

    # What is wanted

    def _want(self, **changes: object) -> None:
        self.wanted.emit(replace(self._contest, **changes))

    @Slot()
    def _on_preset(self) -> None:
        self.wanted.emit(PRESETS[self.preset.currentData()])

    @Slot()
    def _on_surface(self) -> None:
        self.wanted.emit(self._contest.on(self.surface.currentData()))

    @Slot()
    def _on_own(self) -> None:
        changed = replace(self._contest, expression=self.expression.value(), reach=self.reach.value())
        self.wanted.emit(changed.on(OWN))

    @Slot()
    def _on_start(self) -> None:
        self._want(start=(self.start_x.value(), self.start_y.value()))

    @Slot(object)
    def _on_steps(self, steps: int) -> None:
        self._want(steps=steps)

    @Slot(object)
    def _on_noise(self, noise: float) -> None:
        self._want(noise=noise)


def _place_text(value: float) -> str:
    return f"{value:.6g}".replace("-", MINUS)


def _read_steps(text: str) -> int:
    steps = parse_whole("steps", text)
    check_whole("steps", steps, 1, MOST_STEPS)
    return steps


def _refuse_steps(error: ValueError) -> str:
    return number_refusal(error, Range(1, MOST_STEPS, is_whole=True), "60")
