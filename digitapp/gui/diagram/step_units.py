"""How the units of one step are painted: inputs, cards with their numbers, outputs, and the numbers on wires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, LEFT, RIGHT, fonts, paint_fitted, ways_to_write
from digitapp.gui.diagram.step_layout import Look, Need, StepColumn
from digitapp.gui.diagram.step_matrices import MatrixPainter, PictureCache, power_for
from digitapp.gui.images import ink_image
from digitapp.gui.names import Names
from digitapp.gui.state.scene import Scene
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import MINUS, decimal, probability, signed
from digitapp.inspection.walk import Kind, Stage

UNKNOWN = "–"
_BAR = 5.0
_LETTER = 27

Line = tuple[Sequence[str], list[QFont], QColor]


def need_of(names: Names, sizes: Sequence[int]) -> Need:
    """Return what the words and numbers of a network need in the present font."""

    def width(role: theme.FontRole, *texts: str) -> float:
        metrics = QFontMetricsF(theme.tabular(theme.font(role)))
        return max(metrics.horizontalAdvance(text) for text in texts)

    def height(role: theme.FontRole) -> float:
        return QFontMetricsF(theme.font(role)).height()

    last = [names.unit(layer, size - 1) for layer, size in enumerate(sizes[1:-1])] or [names.unit(0, 0)]
    bias = translate("StepDiagram", "bias {0}").format("−00.00")
    card = max(width("section", *last), width("title", "0.00"), width("caption", bias, "δ −0.0000"))
    few = [names.short(-1, index) for index in range(sizes[0])] if sizes[0] <= 64 else [""]
    return Need(
        scale=theme.current().scale,
        heading=height("caption-strong") + theme.scaled(8),
        card=card + 4,
        line=height("caption"),
        number=width("micro", "+0.0"),
        label=width("caption", *few),
        above=height("caption-strong") + 4,
        below=2 * height("caption") + 6,
    )


def small_ways(value: float) -> tuple[str, ...]:
    """Return a number that may be small in words of falling length, three figures first: "+0.0128", "+1.3e−5"."""
    if not isfinite(value) or value == 0 or abs(value) >= 0.1:
        return ways_to_write(value, 3, sign=True)
    if abs(value) >= 1e-4:
        places = 2 - floor(log10(abs(value)))
        return tuple(signed(value, kept) for kept in range(places, max(1, places - 2), -1))
    mantissa, exponent = f"{value:+.1e}".split("e")
    return (f"{mantissa}e{int(exponent)}".replace("-", MINUS),)


class StepPainter:
    """Paints one scene with one painter, in the present theme.

    Parameters
    ----------
    scene : what is known
    columns : where everything stands
    limits : of the colours of each layer's weights
    cards : pictures of cards and of what is on them, painted before; None to paint all of them, as for a picture to be
        saved
    is_card : whether it paints a card to be kept, whose matrices alone are looked up
    tale : whether the units are demons
    """

    def __init__(
        self,
        painter: QPainter,
        scene: Scene,
        columns: Sequence[StepColumn],
        limits: Sequence[float],
        cards: PictureCache | None = None,
        *,
        tale: bool = False,
        is_card: bool = False,
    ) -> None:
        self._tale = tale
        self._cards = None if is_card else cards
        self._pictures = cards
        self._painter = painter
        self._scene = scene
        self._columns = columns
        self._limits = limits
        self._names = scene.shown.names
        self._colors = theme.current().palette

    # Units

    def paint_units(self) -> None:
        """Paint every unit."""
        for number, column in enumerate(self._columns):
            if column.look is Look.PICTURE:
                self._paint_picture(column)
                continue
            if number == 0:
                self._paint_inputs(column)
                continue
            for unit, place in zip(column.units, column.places, strict=True):
                if number == len(self._columns) - 1:
                    self._paint_output(unit, place, column.look)
                elif self._cards is None:
                    self._paint_card(number - 1, unit, column, place)
                else:
                    self._paint_kept_card(self._cards, number - 1, unit, column, place)
            if not column.rest.isEmpty():
                self._paint_rest(number - 1, column)

    def _paint_inputs(self, column: StepColumn) -> None:
        """Paint all inputs; they are kept as one picture, for they change with the sample alone."""
        if self._cards is None:
            for unit, place in zip(column.units, column.places, strict=True):
                self._paint_input(unit, place)
            return
        room = QRectF(0, 0, column.right + 2, column.places[-1].bottom() + 2)
        key = "inputs", self._scene.numbers.inputs.tobytes(), column.places[0].top()

        def paint(alone: StepPainter) -> None:
            for unit, place in zip(column.units, column.places, strict=True):
                alone._paint_input(unit, place)

        self._painter.drawPixmap(0, 0, self._kept(self._cards, key, room, paint))

    def _kept(
        self, cards: PictureCache, key: tuple[object, ...], room: QRectF, paint: Callable[[StepPainter], None]
    ) -> QPixmap:
        def paint_alone(painter: QPainter) -> None:
            paint(StepPainter(painter, self._scene, self._columns, self._limits, cards, tale=self._tale, is_card=True))

        return cards.drawn(self._painter, key, room, paint_alone)

    def _paint_input(self, unit: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value = float(self._scene.numbers.inputs[unit])
        on = value >= 0.5
        radius = min(6.0, place.width() / 4)
        painter.setPen(QPen(p.ink if on else p.border_strong, 1))
        ground, tone = theme.input_tones(value)
        painter.setBrush(ground)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if place.left() > 0:
            label = QRectF(0, place.center().y() - 10, place.left() - 8, 20)
            texts = [self._names.short(-1, unit)]
            paint_fitted(painter, label, texts, fonts("caption", "micro"), p.text2, RIGHT)
        written = ways_to_write(value, 0 if self._names.has_pixels else 2)
        paint_fitted(painter, place, written, fonts("caption", "micro"), tone, CENTRE)

    def _paint_picture(self, column: StepColumn) -> None:
        painter, place = self._painter, column.places[0]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        grey = self._scene.numbers.inputs.reshape(column.cells)
        painter.drawImage(place, ink_image(grey, theme.current().name))
        painter.setPen(QPen(self._colors.border_strong, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        count = int(np.count_nonzero(grey))
        text = translate("StepDiagram", "{0} pixels have ink").format(count)
        below = QRectF(place.left(), place.bottom() + 6, place.width() + 40, 20)
        paint_fitted(painter, below, [text], fonts("caption", "micro"), self._colors.text2, LEFT, elide=True)

    def _is_focus(self, layer: int, unit: int) -> bool:
        focus = self._scene.focus
        return focus.layer == layer and focus.unit == unit

    def _knows(self, kind: Kind, layer: int, unit: int) -> bool:
        return self._scene.knows(kind, layer, unit)

    def _paint_kept_card(self, cards: PictureCache, layer: int, unit: int, column: StepColumn, place: QRectF) -> None:
        """Paint a card as it was painted before, where nothing on it is different: its numbers take the most time."""
        key = self._card_key(layer, unit)
        room = QRectF(0, 0, place.width(), place.height())
        drawn = self._kept(cards, key, room, lambda alone: alone._paint_card(layer, unit, column, room))
        self._painter.drawPixmap(place.topLeft(), drawn)

    def _card_key(self, layer: int, unit: int) -> tuple[object, ...]:
        """Return everything that a card shows."""
        scene, numbers = self._scene, self._scene.numbers.layers[layer]
        kinds = Kind.SUMS, Kind.ACTIVATIONS, Kind.BLAME, Kind.GRADIENTS
        known = tuple(self._knows(kind, layer, unit) for kind in kinds)
        back = scene.stop.stage in (Stage.BACKWARD, Stage.UPDATE)
        values = numbers.sums[unit], numbers.activations[unit], numbers.blame[unit] if known[2] else 0.0
        change = self.change_of(layer).tobytes() if known[3] and back else b""
        ring = scene.focus.source if self._is_focus(layer, unit) else None
        return (
            (layer, unit, known, back, scene.is_done, self._is_focus(layer, unit), ring, self._limits[layer]),
            (*values, numbers.biases[unit], self._name(layer, unit)),
            numbers.weights[:, unit].tobytes(),
            numbers.reads.tobytes() if known[0] and not back else b"",
            change,
        )

    def _paint_card(self, layer: int, unit: int, column: StepColumn, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        numbers = self._scene.numbers.layers[layer]
        awake = self._knows(Kind.ACTIVATIONS, layer, unit) and numbers.sums[unit] > 0
        focus = self._is_focus(layer, unit)
        painter.setPen(QPen(p.accent if awake or focus else p.border_strong, 2.0 if focus else 1.2))
        painter.setBrush(p.accent_tint if awake else p.surface)
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 10, 10)
        if column.look is Look.SMALL:
            tried = fonts("caption-strong", "micro")
            paint_fitted(painter, place, [self._names.short(layer, unit)], tried, p.text, CENTRE)
            return
        self._paint_matrices(layer, unit, column, place)
        left = place.left() + (column.images[-1].right() if column.images else 0) + 10 * theme.current().scale
        inside = QRectF(left, place.top() + 4, place.right() - left - 8, place.height() - 8)
        self._paint_lines(layer, unit, inside)

    def _name(self, layer: int, unit: int) -> str:
        if self._tale:
            return translate("StepDiagram", "Demon {0}").format(self._names.short(layer, unit))
        return self._names.unit(layer, unit)

    def _lines(self, layer: int, unit: int) -> list[Line]:
        """Return the words on a card, the most important first: its name, a, then δ or z, then the bias."""
        p, numbers = self._colors, self._scene.numbers.layers[layer]
        knows_a, knows_z = self._knows(Kind.ACTIVATIONS, layer, unit), self._knows(Kind.SUMS, layer, unit)
        strong = p.accent if knows_a and numbers.sums[unit] > 0 else p.text2
        value = ways_to_write(float(numbers.activations[unit])) if knows_a else (UNKNOWN,)
        total = ways_to_write(float(numbers.sums[unit]), sign=True) if knows_z else (UNKNOWN,)
        bias = translate("StepDiagram", "bias {0}")
        lines: list[Line] = [
            (
                [self._name(layer, unit), self._names.short(layer, unit)],
                fonts("section", "caption-strong"),
                p.text,
            ),
            (value, fonts("title", "section"), strong),
            ([f"z {text}" for text in total], fonts("caption"), p.text2),
            (
                [bias.format(text) for text in ways_to_write(float(numbers.biases[unit]), sign=True)],
                fonts("caption"),
                p.text2,
            ),
        ]
        if self._knows(Kind.BLAME, layer, unit):
            blame = [f"δ {text}" for text in small_ways(float(numbers.blame[unit]))]
            lines[2] = (blame, fonts("caption-strong"), p.gradient)
        return lines

    def _paint_lines(self, layer: int, unit: int, inside: QRectF) -> None:
        lines, numbers = self._lines(layer, unit), self._scene.numbers.layers[layer]
        if inside.height() < 80:
            lines[1] = (lines[1][0], fonts("section", "caption-strong"), lines[1][2])
        heights = [QFontMetricsF(tried[0]).height() for _, tried, _ in lines]
        while len(lines) > 2 and sum(heights) > inside.height():
            lines.pop()
            heights.pop()
        has_bar = sum(heights) + _BAR + 6 <= inside.height()
        y = inside.center().y() - (sum(heights) + (_BAR + 4 if has_bar else 0)) / 2
        for (texts, tried, tone), step in zip(lines, heights, strict=True):
            room = QRectF(inside.left(), y, inside.width(), step)
            paint_fitted(self._painter, room, texts, tried, tone, LEFT, elide=True)
            y += step
        if has_bar:
            known = self._knows(Kind.ACTIVATIONS, layer, unit)
            bar = QRectF(inside.left(), y + 4, inside.width() - 4, _BAR)
            self._paint_bar(bar, float(numbers.activations[unit]) if known else None)

    def _paint_bar(self, place: QRectF, value: float | None) -> None:
        p, painter = self._colors, self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.blend(p.surface, p.text3, 0.2))
        painter.drawRoundedRect(place, _BAR / 2, _BAR / 2)
        if value is None or not isfinite(value) or value <= 0:
            return
        filled = QRectF(place)
        filled.setWidth(max(_BAR, min(1.0, value) * place.width()))
        painter.setBrush(p.accent)
        painter.drawRoundedRect(filled, _BAR / 2, _BAR / 2)

    # The pictures on a card

    def _paint_matrices(self, layer: int, unit: int, column: StepColumn, place: QRectF) -> None:
        if not column.images:
            return
        scene, numbers = self._scene, self._scene.numbers.layers[layer]
        limit = self._limits[layer]
        weights = numbers.weights[:, unit]
        if scene.is_done and scene.update is not None:
            weights = scene.network.views(scene.update.after)[0][layer][:, numbers.columns[unit]]
        ring = scene.focus.source if self._is_focus(layer, unit) else None
        first = column.images[0].translated(place.topLeft())
        matrices = MatrixPainter(self._painter, scene.shown.problem.shape if layer == 0 else None, self._pictures)
        matrices.paint_weights(first, weights, limit, ring)
        self._paint_title(first, translate("StepDiagram", "weights"), self._colors.text2, place)
        if len(column.images) < 2:
            return
        second = column.images[1].translated(place.topLeft())
        if scene.stop.stage in (Stage.BACKWARD, Stage.UPDATE) and self._knows(Kind.GRADIENTS, layer, unit):
            every = self.change_of(layer)
            power = power_for(every)
            largest = float(np.abs(every).max(initial=0.0)) or 1.0
            matrices.paint_change(second, every[:, numbers.columns[unit]], largest, power)
            text = translate("StepDiagram", "change")
            if power:
                text = translate("StepDiagram", "change × {0}").format(10**power)
            self._paint_title(second, text, self._colors.gradient, place)
        elif self._knows(Kind.SUMS, layer, unit):
            matrices.paint_weights(second, numbers.adds[:, unit], limit)
            self._paint_title(second, translate("StepDiagram", "adds: w × x"), self._colors.text2, place)

    def change_of(self, layer: int) -> NDArray[np.float64]:
        """Return how the weights of a layer change by the step; where none can be taken, against their slopes."""
        update = self._scene.update
        if update is None:
            change = np.zeros(self._scene.network.shapes[layer])
            numbers = self._scene.numbers.layers[layer]
            change[:, numbers.columns] = -numbers.weight_gradient
            return change
        return self._scene.network.views(update.after - update.before)[0][layer]

    def _paint_title(self, image: QRectF, text: str, tone: QColor, card: QRectF) -> None:
        room = image.top() - card.top()
        if room < QFontMetricsF(theme.font("micro")).height():
            return
        place = QRectF(image.left(), card.top() + 1, image.width() + 12, room)
        paint_fitted(self._painter, place, [text], fonts("tick", "micro"), tone, LEFT, elide=True)

    def _paint_rest(self, layer: int, column: StepColumn) -> None:
        p, painter, numbers = self._colors, self._painter, self._scene.numbers.layers[layer]
        painter.setPen(QPen(p.border_strong, 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(column.rest.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        rest = np.setdiff1d(np.arange(column.total), column.units)
        texts = [translate("StepDiagram", "{0} others").format(rest.size)]
        if self._knows(Kind.SUMS, layer, column.total - 1):
            awake = int(np.count_nonzero(numbers.sums[rest] > 0))
            text = translate("StepDiagram", "{0} other units: {1} awake, {2} silent")
            texts.insert(0, text.format(rest.size, awake, rest.size - awake))
        paint_fitted(painter, column.rest.adjusted(8, 0, -8, 0), texts, fonts("caption", "micro"), p.text2, CENTRE)

    # Outputs

    def _output_texts(self, unit: int) -> Sequence[str]:
        scene, layer = self._scene, len(self._scene.numbers.layers) - 1
        numbers = scene.numbers.layers[layer]
        if self._knows(Kind.ACTIVATIONS, layer, unit):
            if scene.shown.model.loss in ("cross_entropy", "hinge"):
                return (probability(float(scene.numbers.probabilities[unit])),)
            return ways_to_write(float(numbers.activations[unit]))
        if self._knows(Kind.SUMS, layer, unit):
            return ways_to_write(float(numbers.sums[unit]), sign=True)
        return (UNKNOWN,)

    def _paint_output(self, unit: int, place: QRectF, look: Look) -> None:
        p, painter = self._colors, self._painter
        scene, layer = self._scene, len(self._scene.numbers.layers) - 1
        knows_all = self._knows(Kind.ACTIVATIONS, layer, scene.numbers.layers[layer].sums.size - 1)
        wins, focus = knows_all and scene.numbers.answer == unit, self._is_focus(layer, unit)
        painter.setPen(QPen(p.accent if wins or focus else p.border_strong, 2 if focus else 1.2))
        painter.setBrush(p.accent if wins else p.surface)
        tone, weight = (p.on_accent, QFont.Weight.DemiBold) if wins else (p.text, QFont.Weight.Normal)
        name, figures = scene.shown.model.class_names[unit], fonts("caption", "micro", weight=weight)
        if look is Look.ROW:
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 7, 7)
            if scene.numbers.label == unit:
                painter.setPen(QPen(p.text, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(place.adjusted(-2, -2, 2, 2), 9, 9)
            inside = place.adjusted(10, 0, -9, 0)
            paint_fitted(painter, inside, [name], fonts("section", "micro"), tone, LEFT, elide=True)
            paint_fitted(painter, inside.adjusted(22, 0, 0, 0), self._output_texts(unit), figures, tone, RIGHT)
            return
        painter.drawEllipse(place.adjusted(1, 1, -1, -1))
        large = theme.font("title", QFont.Weight.DemiBold)
        large.setPixelSize(theme.scaled(_LETTER))
        height = place.height()
        upper = QRectF(place.left() + 8, place.top() + height * 0.14, place.width() - 16, height * 0.46)
        paint_fitted(painter, upper, [name], [large, *fonts("title", "section")], tone, CENTRE, elide=True)
        lower = QRectF(place.left() + 8, place.top() + height * 0.58, place.width() - 16, height * 0.26)
        paint_fitted(painter, lower, self._output_texts(unit), figures, tone if wins else p.text2, CENTRE)
        self._paint_around_output(unit, place)

    def _paint_around_output(self, unit: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        scene, layer = self._scene, len(self._scene.numbers.layers) - 1
        numbers, goal = scene.numbers.layers[layer], float(scene.numbers.targets[unit])
        line, tried = QFontMetricsF(theme.font("caption")).height(), fonts("caption", "micro")
        wide = QRectF(place.left() - 20, place.bottom() + 4, place.width() + 40, line)
        bias = translate("StepDiagram", "bias {0}")
        biases = [bias.format(text) for text in ways_to_write(float(numbers.biases[unit]), sign=True)]
        paint_fitted(painter, wide, biases, tried, p.text2, CENTRE)
        target = translate("StepDiagram", "target {0}").format(decimal(goal, 0 if goal.is_integer() else 2))
        paint_fitted(painter, wide.translated(0, line), [target], tried, p.text2, CENTRE)
        if self._knows(Kind.BLAME, layer, unit):
            above = QRectF(place.left() - 20, place.top() - line - 4, place.width() + 40, line)
            texts = [f"δ {text}" for text in small_ways(float(numbers.blame[unit]))]
            paint_fitted(painter, above, texts, fonts("caption-strong", "micro"), p.gradient, CENTRE)

    # Numbers on wires

    def paint_chip(self, place: QRectF, texts: Sequence[str], style: str) -> None:
        """Paint a number on a wire: "weight", "quiet", "gradient", or "handle" for one that is held."""
        p, painter = self._colors, self._painter
        ground, tone = {
            "weight": (p.window, p.text),
            "quiet": (p.window, p.text3),
            "gradient": (p.gradient_tint, p.gradient),
            "handle": (p.surface, p.text),
        }[style]
        painter.setBrush(ground)
        painter.setPen(QPen(p.accent, 1.5) if style == "handle" else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(place, 5, 5)
        inside = self._paint_grip(place) if style == "handle" else place.adjusted(3, 0, -3, 0)
        tried = fonts("caption-strong" if style == "handle" else "caption", "tick", "micro")
        paint_fitted(painter, inside, texts, tried, tone, CENTRE)

    def _paint_grip(self, place: QRectF) -> QRectF:
        """Paint the arrows that say that a number can be dragged; return the room beside them."""
        painter, y, x = self._painter, place.center().y(), place.left() + 5
        painter.setPen(QPen(self._colors.accent, 1.3))
        painter.drawLine(QPointF(x, y), QPointF(x + 9, y))
        for end, way in ((x, 1), (x + 9, -1)):
            painter.drawLine(QPointF(end, y), QPointF(end + way * 3, y - 3))
            painter.drawLine(QPointF(end, y), QPointF(end + way * 3, y + 3))
        return place.adjusted(16, 0, -3, 0)
