"""What the wires of one step carry: weights as lines, gradients as beads, and the numbers that stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from digitapp.gui import theme
from digitapp.gui.diagram.backward import lines_of_beads, paint_beads, paint_beads_along
from digitapp.gui.diagram.fitting import ways_to_write
from digitapp.gui.diagram.step_layout import Look, StepColumn
from digitapp.gui.diagram.step_units import small_ways
from digitapp.gui.diagram.wires import THINNEST, Floats, Wires, ends_between, wire_path, wire_pen
from digitapp.gui.state.scene import Focus, Scene
from digitapp.inspection.colors import nice_limit
from digitapp.inspection.walk import Kind, Stage

_WIDEST = 4.2
_FAINT_LINE, _UNSEEN = 0.2, 0.045  # a line of the second opacity is not worth its painting
_FAINT, _SILENT, _LOUD = 0.16, 0.10, 0.9
_CHIP_WIDTH, _FLOW_WIDTH, _CHIP_HEIGHT, _HANDLE_WIDTH = 46.0, 58.0, 18.0, 66.0
_SOURCE_STEP, _TARGET_STEP = 34.0, 12.0
_MOST_CHIPS, _MOST_NUMBERED_INPUTS = 16, 24
_LONGEST_FLOW = 7
_SPARSE = 1.6  # farther from each other are the beads on wires that are not looked at


@dataclass(frozen=True, eq=False)
class Chip:
    """A number on a wire: where, which wire by its units, and how it is written."""

    place: QRectF
    focus: Focus
    texts: Sequence[str]
    style: str


class StepWires:
    """The wires of a scene, as they stand between columns.

    Parameters
    ----------
    scene : what is known
    columns : where the units stand
    """

    def __init__(self, scene: Scene, columns: Sequence[StepColumn]) -> None:
        self._scene = scene
        self._columns = columns

    def unit(self, column: int, row: int) -> int:
        """Return which unit stands in a row of a column."""
        found = self._columns[column]
        return 0 if found.look is Look.PICTURE else found.units[row]

    @cached_property
    def flows(self) -> list[NDArray[np.float64] | None]:
        """What flows back on the wires of each layer at this stop, (sources, units); None where nothing does yet.

        The slope of each weight where it is known; while a layer below is being blamed, what each wire passes down.
        """
        return [self._flow(layer) for layer in range(len(self._scene.numbers.layers))]

    @cached_property
    def groups(self) -> tuple[NDArray[np.int64], ...]:
        """Indices of wires that change together: those away from the chosen unit, those to it, the rest.

        The rest is what a weight changes that is taken in hand: its wire, and the wires on which its unit speaks.
        """
        focus, columns = self._scene.focus, self._columns
        layer, row, column = self.wires.where.T
        arrives, leaves = layer == focus.layer, layer == focus.layer + 1
        if 0 <= focus.layer < len(columns) - 1:
            units = np.array([self.unit(focus.layer + 1, at) for at in range(len(columns[focus.layer + 1].places))])
            arrives &= units[column * arrives] == focus.unit
            leaves &= units[row * leaves] == focus.unit
            if focus.source is not None:
                sources = [self.unit(focus.layer, at) for at in range(len(columns[focus.layer].places))]
                held = arrives & (np.array(sources)[row * arrives] == focus.source)
                arrives, leaves = arrives & ~held, leaves | held
        return tuple(map(np.flatnonzero, (~(arrives | leaves), arrives, leaves)))

    def key(self, group: NDArray[np.int64]) -> tuple[object, ...]:
        """Return everything that the picture of some wires depends on, but the theme and the room."""
        wires, focus = self.wires, self._scene.focus
        lines = (each[group].tobytes() for each in (wires.ends, wires.values, wires.widths, wires.opacities))
        if not self.has_flow:
            return (*lines,)
        flows = (b"" if flow is None else flow.tobytes() for flow in self.flows)
        return (*lines, *flows, focus.layer, focus.unit)

    @cached_property
    def wires(self) -> Wires:
        """The weights as lines, the faintest first."""
        scene, columns = self._scene, self._columns
        ends, where, values, opacities = [], [], [], []
        for layer, numbers in enumerate(scene.numbers.layers):
            sources, targets = columns[layer], columns[layer + 1]
            is_round = targets.look is Look.CIRCLE
            steps = (_SOURCE_STEP * theme.current().scale if layer else 0.0, _TARGET_STEP * theme.current().scale)
            between = ends_between(sources.places, targets.places, steps=steps, round_targets=is_round)
            seen = self._opacities(layer)
            for row in range(len(sources.places)):
                for column in range(len(targets.places)):
                    unit = targets.units[column]
                    if sources.look is Look.PICTURE:
                        weight, opacity = 0.0, _FAINT
                    else:
                        weight = float(numbers.weights[sources.units[row], unit])
                        opacity = float(seen[sources.units[row], unit])
                    ends.append(between[row, column])
                    where.append((layer, row, column))
                    values.append(weight)
                    opacities.append(opacity)
        # A round one, so that while one weight is dragged the other wires keep their widths.
        widest = nice_limit(max((abs(value) for value in values if np.isfinite(value)), default=1.0))
        widths = np.clip(_WIDEST * np.abs(np.nan_to_num(values)) / widest, THINNEST, _WIDEST)
        order = np.argsort(opacities, kind="stable")
        return Wires(
            np.array(ends)[order],
            np.array(where, dtype=np.int64)[order],
            np.array(values)[order],
            widths[order],
            np.array(opacities)[order],
        )

    def _opacities(self, layer: int) -> NDArray[np.float64]:
        """Return how much of each wire is seen, (sources, units): more of those of the chosen unit, and of sources
        that speak.
        """
        scene = self._scene
        numbers, focus = scene.numbers.layers[layer], scene.focus
        shape = numbers.weights.shape
        of_focus = np.zeros(shape, bool)
        if focus.layer == layer:
            of_focus[:, focus.unit] = True
        elif focus.layer == layer - 1:
            of_focus[focus.unit] = True
        if scene.stop.stage is Stage.FORWARD and layer > max(scene.stop.layer, 0):
            return np.where(of_focus, _FAINT, _SILENT)
        strength = _SILENT + (_LOUD - _SILENT) * np.minimum(1.0, np.abs(np.nan_to_num(numbers.reads)))[:, np.newaxis]
        return np.where(of_focus, strength, np.maximum(_SILENT, 0.35 * strength))

    def _flow(self, layer: int) -> NDArray[np.float64] | None:
        scene, numbers = self._scene, self._scene.numbers.layers[layer]
        if scene.stop.stage not in (Stage.BACKWARD, Stage.UPDATE):
            return None
        if scene.stop.kind is Kind.BLAME and scene.stop.layer == layer - 1:
            return numbers.passed_down
        is_here = scene.stop.kind is Kind.GRADIENTS and scene.stop.layer == layer
        knows = scene.knows(Kind.GRADIENTS, layer, numbers.sums.size - 1)
        return numbers.weight_gradient if knows or is_here else None

    # Numbers

    @cached_property
    def chips(self) -> list[Chip]:
        """The numbers on the wires: those of the chosen unit, and of few wires to the outputs."""
        scene, columns = self._scene, self._columns
        chips: list[Chip] = []
        for layer in range(len(scene.numbers.layers)):
            sources, targets = columns[layer], columns[layer + 1]
            if sources.look is Look.PICTURE:
                continue
            if sources.look is Look.BOX:
                if len(sources.places) > _MOST_NUMBERED_INPUTS:
                    continue
                unit = scene.focus.unit if scene.focus.layer == 0 else None
                unit = unit if unit is not None else self.unit(1, 0)
                for source, place in zip(sources.units, sources.places, strict=True):
                    chips.append(self._chip(layer, source, unit, place.right() + 6, place.center().y()))
            elif len(sources.places) * len(targets.places) <= _MOST_CHIPS:
                chips += self._chips_between(layer, sources, targets)
        return chips

    def _chips_between(self, layer: int, sources: StepColumn, targets: StepColumn) -> list[Chip]:
        step = _SOURCE_STEP * theme.current().scale
        chips, count = [], len(targets.places)
        for source, place in zip(sources.units, sources.places, strict=True):
            pitch = min(step, 0.7 * place.height() / count)
            if pitch < _CHIP_HEIGHT * theme.current().scale:
                return []
            for index, unit in enumerate(targets.units):
                y = place.center().y() + (index - (count - 1) / 2) * pitch
                chips.append(self._chip(layer, source, unit, place.right() + theme.scaled(30), y))
        return chips

    def _chip(self, layer: int, source: int, unit: int, x: float, y: float) -> Chip:
        scene = self._scene
        scale = theme.current().scale
        numbers, focus = scene.numbers.layers[layer], Focus(layer, unit, source)
        held = focus == scene.focus
        flow = self.flows[layer]
        usual = (_CHIP_WIDTH if flow is None else _FLOW_WIDTH) * scale
        width, height = _HANDLE_WIDTH * scale if held else usual, (_CHIP_HEIGHT + 6 * held) * scale
        if flow is not None and not held:
            value = float(flow[source, unit])
            style = "gradient" if value else "quiet"
            texts = _short(small_ways(value)) if value else ("0",)
        else:
            weight = float(numbers.weights[source, unit])
            if scene.is_done and scene.update is not None:
                weight = float(scene.network.views(scene.update.after)[0][layer][source, numbers.columns[unit]])
            texts = ways_to_write(weight, 2, sign=True)
            style = "handle" if held else "weight" if numbers.reads[source] else "quiet"
        left = x - (3 * scale if layer == 0 else (width - _CHIP_WIDTH * scale) / 2)
        return Chip(QRectF(left, y - height / 2, width, height), focus, texts, style)

    # Painting

    def paint(self, painter: QPainter, group: NDArray[np.int64]) -> None:
        """Paint the weights of some wires as lines; where a gradient flows, they are faint."""
        wires, backward = self.wires, self.flows
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in group.tolist():
            layer = int(wires.where[index][0])
            opacity = float(wires.opacities[index]) * (0.4 if backward[layer] is not None else 1.0)
            if self._columns[layer].look is not Look.PICTURE and opacity >= _UNSEEN:
                # Lines of one pixel are painted six times as fast, and of faint ones nobody sees how wide they are.
                width = float(wires.widths[index]) if opacity > _FAINT_LINE else min(1.0, float(wires.widths[index]))
                painter.setPen(wire_pen(float(wires.values[index]), width, opacity))
                painter.drawPath(wire_path(wires.ends[index]))

    def paint_flow(self, painter: QPainter, group: NDArray[np.int64], phase: float = 0.0) -> None:
        """Paint the gradients of some wires as beads, those of the chosen unit the clearest; `phase` as in
        `paint_beads`.
        """
        wires, backward = self.wires, self.flows
        if not self.has_flow:
            return
        limits = [0.0 if flow is None else float(np.abs(np.nan_to_num(flow)).max(initial=0.0)) for flow in backward]
        for index in group.tolist():
            layer, row, column = (int(part) for part in wires.where[index])
            flow = backward[layer]
            if flow is not None:
                value = self._flow_of(flow, layer, row, column)
                near = self._touches_focus(layer, row, column)
                opacity, sparse = (1.0, 1.0) if near else (0.5, _SPARSE)
                line, limit = self._lines[index], limits[layer]
                paint_beads_along(painter, line, value, limit, opacity=opacity, phase=phase, sparse=sparse)

    @cached_property
    def _lines(self) -> Floats:
        return lines_of_beads(self.wires.ends)

    @property
    def has_flow(self) -> bool:
        """Whether a gradient flows anywhere."""
        return any(flow is not None for flow in self.flows)

    def _flow_of(self, flow: NDArray[np.float64], layer: int, row: int, column: int) -> float:
        unit = self._columns[layer + 1].units[column]
        if self._columns[layer].look is Look.PICTURE:  # of the bundle the blame of its unit
            return float(self._scene.numbers.layers[layer].blame[unit])
        return float(flow[self._columns[layer].units[row], unit])

    def _touches_focus(self, layer: int, row: int, column: int) -> bool:
        focus, sources = self._scene.focus, self._columns[layer]
        source = -1 if sources.look is Look.PICTURE else sources.units[row]
        unit = self._columns[layer + 1].units[column]
        return (focus.layer == layer and focus.unit == unit) or (focus.layer == layer - 1 and focus.unit == source)

    def paint_followed(self, painter: QPainter) -> None:
        """Paint the one wire from a pixel of the picture that is followed in numbers."""
        scene, columns, backward = self._scene, self._columns, self.flows
        focus = scene.focus
        row = columns[1].row_of(focus.unit)
        if (
            columns[0].look is not Look.PICTURE
            or focus.layer
            or focus.source is None
            or focus.source < 0
            or row is None
        ):
            return
        pixel = self.pixel_rect(focus.source)
        target = columns[1].places[row]
        ends = np.array([pixel.center().x(), pixel.center().y(), target.left(), target.center().y()])
        numbers, flow = scene.numbers.layers[0], backward[0]
        weight = float(numbers.weights[focus.source, focus.unit])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(wire_pen(weight, 1.6, 0.35 if flow is not None else 0.9))
        painter.drawPath(wire_path(ends))
        if flow is not None:
            value = float(flow[focus.source, focus.unit])
            limit = float(np.abs(flow[:, focus.unit]).max(initial=0.0))
            paint_beads(painter, ends, value, limit)
        painter.setPen(theme.current().palette.accent)
        painter.drawRect(pixel.adjusted(-1, -1, 1, 1))

    def pixel_rect(self, pixel: int) -> QRectF:
        """Return where a pixel of the picture of all inputs stands."""
        column = self._columns[0]
        place, (rows, across) = column.places[0], column.cells
        row, index = divmod(pixel, across)
        width, height = place.width() / across, place.height() / rows
        return QRectF(place.left() + index * width, place.top() + row * height, width, height)


def _short(ways: Sequence[str]) -> Sequence[str]:
    """Return those ways to write a number that leave it readable on a wire."""
    return [text for text in ways if len(text) <= _LONGEST_FLOW] or ways[-1:]
