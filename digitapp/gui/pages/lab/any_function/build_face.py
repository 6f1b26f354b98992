"""The second question: what are steps and bumps made of, and how does a curve come of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.any_function.brick_view import BrickView
from digitapp.gui.pages.lab.any_function.function_view import Shown
from digitapp.gui.pages.lab.any_function.target import OWN, Target, target_title
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import real_field, whole_field
from digitapp.gui.widgets import Card, ComboBox, FieldRow, GhostButton, Label, PlainButton, SegmentedControl
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.words.choices import activation_words
from digitapp.lab.any_function.bricks import (
    LEAST_STEEPNESS,
    LEAST_WIDTH,
    MOST_BRICKS,
    MOST_HEIGHT,
    MOST_STEEPNESS,
    MOST_WIDTH,
    Brick,
    Shape,
    build,
    bumps_along,
    can_build,
    units_for,
)
from digitapp.lab.any_function.function_fit import FIT_ACTIVATIONS, parts, unit_places
from digitapp.lab.any_function.target_curves import GRID, TARGETS, rms
from digitapp.nn import Network

_FIRST = (Brick(Shape.STEP, -0.4, 0.9, 8.0), Brick(Shape.BUMP, 0.4, 0.6, 10.0, 0.5))
_FIRST_BASE = -0.5
_FIRST_ACTIVATION = "sigmoid"
_FIRST_COUNT = 8
_KINDS = tuple(key for key in FIT_ACTIVATIONS if can_build(key))


class BuildFace(Face):
    """Steps and bumps with handles, and the units that each of them takes.

    Signals
    -------
    handed_on(network, activation) : the network is to learn from here
    """

    handed_on = Signal(object, str)

    def __init__(self, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = target
        self.bricks, self.chosen, self.base = _FIRST, 0, _FIRST_BASE
        self.network: Network = build(_FIRST, _FIRST_ACTIVATION, _FIRST_BASE)
        self._is_quiet = False
        self._build_stage()
        self._build_details()
        self._connect()
        self._show()

    # Building

    def _build_stage(self) -> None:
        self.view = BrickView()
        self.shown = SegmentedControl(
            [self.tr("Sum"), self.tr("Units"), self.tr("Stacked")], name=self.tr("How the units are shown")
        )
        self.step, self.bump = PlainButton(self.tr("Step"), "plus"), PlainButton(self.tr("Bump"), "plus")
        self.step.set_tip(self.tr("Add a step"))
        self.bump.set_tip(self.tr("Add a bump"))
        self.remove = GhostButton(icon="trash", tip=self.tr("Remove the chosen step or bump"), key="Delete")
        card = Card(" ")
        card.header.title.hide()
        card.slot.addWidget(self.shown)
        card.slot.addStretch(1)
        for button in (self.remove, self.step, self.bump):
            card.slot.addWidget(button)
        card.body.addWidget(self.view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card, 1)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("Steps and bumps by hand"), "title", wrap=True))
        lead = self.tr(
            "A steep unit is a step. Two steps, one up and one down, are a bump; bumps beside each other follow any "
            "curve. Drag the handles."
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.curve, self.activation = ComboBox(), ComboBox()
        for key in (*TARGETS, OWN):
            self.curve.addItem(target_title(key), key)
        for key in _KINDS:
            self.activation.addItem(activation_words(key).title, key)
        column.addWidget(FieldRow(self.tr("Curve"), self.curve))
        column.addWidget(FieldRow(self.tr("Activation"), self.activation))
        self.count = whole_field(_FIRST_COUNT, 2, MOST_BRICKS)
        self.follow = PlainButton(self.tr("Follow the curve"))
        self.follow.set_tip(self.tr("Put so many bumps side by side, each as high as the curve is there"))
        column.addWidget(FieldRow(self.tr("Bumps side by side"), self.count))
        column.addWidget(self.follow)
        self._brick_title = add_section(column, " ")
        self._build_fields(column)
        add_section(column, self.tr("What it is made of"))
        self.made_of = FactRows()
        column.addWidget(self.made_of)
        add_section(column, self.tr("The whole network"))
        self.facts = FactRows()
        column.addWidget(self.facts)
        self.hand_on = PlainButton(self.tr("Let it learn from here"), "play")
        column.addWidget(self.hand_on)
        column.addStretch(1)

    def _build_fields(self, column: QVBoxLayout) -> None:
        self.place = real_field(0, -1, 1, 0.05)
        self.height_field = real_field(1, -MOST_HEIGHT, MOST_HEIGHT, 0.05)
        self.width_field = real_field(0.5, LEAST_WIDTH, MOST_WIDTH, 0.05)
        self.steepness = real_field(10, LEAST_STEEPNESS, MOST_STEEPNESS, 1)
        self.base_field = real_field(0, -MOST_HEIGHT, MOST_HEIGHT, 0.05)
        self._brick_rows = {
            "place": FieldRow(self.tr("● Place"), self.place),
            "width": FieldRow(self.tr("■ Width"), self.width_field),
            "height": FieldRow(self.tr("▲ Height"), self.height_field),
            "steepness": FieldRow(self.tr("◆ Steepness"), self.steepness),
        }
        for row in self._brick_rows.values():
            column.addWidget(row)
        column.addWidget(FieldRow(self.tr("Base of all"), self.base_field))

    def _connect(self) -> None:
        self.target.changed.connect(self._on_target)
        self.curve.currentIndexChanged.connect(self._on_curve)
        self.activation.currentIndexChanged.connect(self._on_changed)
        self.shown.currentChanged.connect(self._on_shown)
        self.view.brick_chosen.connect(self._on_chosen)
        self.view.brick_changed.connect(self._on_brick)
        self.view.brick_unwanted.connect(self._on_remove)
        self.step.clicked.connect(self._on_step)
        self.bump.clicked.connect(self._on_bump)
        self.remove.clicked.connect(self._on_remove)
        self.follow.clicked.connect(self._on_follow)
        self.hand_on.clicked.connect(self._on_hand_on)
        for field in (self.place, self.width_field, self.height_field, self.steepness):
            field.value_changed.connect(self._on_field)
        self.base_field.value_changed.connect(self._on_base)

    # What is shown

    @property
    def brick(self) -> Brick | None:
        """The chosen step or bump, None where there is none."""
        return self.bricks[self.chosen] if self.chosen < len(self.bricks) else None

    def _show(self) -> None:
        key = self.activation.currentData()
        self.network = build(self.bricks, key, self.base)
        made_of = parts(self.network)
        self.view.show_target(self.target.values)
        groups = [units_for(brick.shape, key) for brick in self.bricks]
        self.view.show_parts(
            made_of, unit_places(self.network), self.network.weights[1][:, 0] > 0, groups=groups or [1]
        )
        self.view.show_bricks(self.bricks, self.chosen, self.base)
        self._show_fields()
        brick = self.brick
        first, count = sum(groups[: self.chosen]), 0 if brick is None else groups[self.chosen]
        self.made_of.set_rows([self._unit_words(unit) for unit in range(first, first + count)])
        self.facts.set_rows(
            [
                (self.tr("Steps and bumps"), str(len(self.bricks))),
                (self.tr("Hidden units"), str(sum(groups))),
                (self.tr("Error, root of the mean square"), figure(rms(made_of.sum, self.target.values), 3)),
            ]
        )
        self.said.emit(self.tr("%n hidden unit(s)", "", sum(groups)))

    def _unit_words(self, unit: int) -> tuple[str, str]:
        """Return a unit with its weights, and with what it counts."""
        weight, bias = self.network.weights[0][0, unit], self.network.biases[0][unit]
        name = self.tr("Unit {0}: f({1} x + {2})").format(unit + 1, figure(float(weight), 3), figure(float(bias), 3))
        return name, self.tr("× {0}").format(figure(float(self.network.weights[1][unit, 0]), 3))

    def _show_fields(self) -> None:
        self._is_quiet = True
        self.curve.setCurrentIndex(self.curve.findData(self.target.key))
        brick = self.brick
        for name, row in self._brick_rows.items():
            row.setVisible(brick is not None and (name != "width" or brick.shape is Shape.BUMP))
        if brick is None:
            title = self.tr("Nothing is chosen")
        elif brick.shape is Shape.STEP:
            title = self.tr("Step {0} of {1}").format(self.chosen + 1, len(self.bricks))
        else:
            title = self.tr("Bump {0} of {1}").format(self.chosen + 1, len(self.bricks))
        self._brick_title.title.setText(title)
        if brick is not None:
            self.place.set_value(brick.place)
            self.width_field.set_value(brick.width)
            self.height_field.set_value(brick.height)
            self.steepness.set_value(brick.steepness)
        self.base_field.set_value(self.base)
        for button in (self.step, self.bump):
            button.setEnabled(len(self.bricks) < MOST_BRICKS)
        self.remove.setEnabled(brick is not None)
        self._is_quiet = False

    # What is done

    def _set(self, bricks: tuple[Brick, ...], chosen: int) -> None:
        self.bricks, self.chosen = bricks, max(0, min(chosen, len(bricks) - 1))
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_quiet:
            self._show()
            self.changed.emit()

    @Slot()
    def _on_target(self) -> None:
        self._show()

    @Slot()
    def _on_curve(self) -> None:
        if not self._is_quiet and self.curve.currentData() != self.target.key:
            self.target.choose(self.curve.currentData())

    @Slot()
    def _on_shown(self) -> None:
        self.view.set_shown(Shown(self.shown.currentIndex()))
        self.changed.emit()

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self._set(self.bricks, index)

    @Slot(object)
    def _on_brick(self, brick: Brick) -> None:
        self._set((*self.bricks[: self.chosen], brick, *self.bricks[self.chosen + 1 :]), self.chosen)

    @Slot()
    def _on_field(self) -> None:
        if self.brick is not None and not self._is_quiet:
            self._on_brick(
                replace(
                    self.brick,
                    place=self.place.value(),
                    width=self.width_field.value(),
                    height=self.height_field.value(),
                    steepness=self.steepness.value(),
                )
            )

    @Slot()
    def _on_base(self) -> None:
        self.base = float(self.base_field.value())
        self._on_changed()

    @Slot()
    def _on_step(self) -> None:
        self._add(Brick(Shape.STEP, 0.0, 0.5, 10.0))

    @Slot()
    def _on_bump(self) -> None:
        self._add(Brick(Shape.BUMP, 0.0, 0.5, 10.0, 0.4))

    def _add(self, brick: Brick) -> None:
        if len(self.bricks) < MOST_BRICKS:
            self._set((*self.bricks, brick), len(self.bricks))

    @Slot()
    def _on_remove(self) -> None:
        self._set((*self.bricks[: self.chosen], *self.bricks[self.chosen + 1 :]), self.chosen)

    @Slot()
    def _on_follow(self) -> None:
        if self.count.commit():
            self.base = 0.0
            self._set(bumps_along(self.target.values, self.count.value()), 0)

    @Slot()
    def _on_hand_on(self) -> None:
        self.handed_on.emit(build(self.bricks, self.activation.currentData(), self.base), self.activation.currentData())

    # State

    def state(self) -> dict[str, Any]:
        return {
            "bricks": [{**asdict(brick), "shape": brick.shape.value} for brick in self.bricks],
            "chosen": self.chosen,
            "base": self.base,
            "activation": self.activation.currentData(),
            "count": self.count.value(),
            "shown": self.shown.currentIndex(),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        stored = state.get("bricks")
        self.bricks = _FIRST
        if isinstance(stored, list) and len(stored) <= MOST_BRICKS:
            found = [_read(each) for each in stored]
            self.bricks = tuple(brick for brick in found if brick is not None)
        self.chosen = remembered.place(state, "chosen", max(1, len(self.bricks)))
        self.base = remembered.number(state, "base", _FIRST_BASE, -MOST_HEIGHT, MOST_HEIGHT)
        key = remembered.text(state, "activation", _FIRST_ACTIVATION)
        self._is_quiet = True
        self.activation.setCurrentIndex(self.activation.findData(key if key in _KINDS else _FIRST_ACTIVATION))
        self.count.set_value(round(remembered.number(state, "count", _FIRST_COUNT, 2, MOST_BRICKS)))
        self._is_quiet = False
        self.shown.setCurrentIndex(int(remembered.number(state, "shown", Shown.PARTS, 0, len(Shown) - 1)))
        self._on_changed()

    def numbers(self) -> str:
        made_of = parts(self.network)
        names = [f"unit {unit + 1}" for unit in range(len(made_of.units))]
        lines = ["\t".join(["x", "wanted", "network", "base", *names])]
        for place, x in enumerate(GRID.tolist()):
            values = (self.target.values[place], made_of.sum[place], made_of.base, *made_of.units[:, place])
            lines.append("\t".join([f"{x:.2f}", *(f"{value:.6g}" for value in values)]))
        return "\n".join(lines)


def _read(stored: object) -> Brick | None:
    """Return a brick that was stored, None for nonsense."""
    try:
        return Brick(**{**stored, "shape": Shape(stored["shape"])})  # type: ignore[index, dict-item]
    except (TypeError, KeyError, ValueError):
        return None
