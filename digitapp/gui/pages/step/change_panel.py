"""The change of the weight in hand by a step, and the rule that makes it, with its numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import LEFT, RIGHT, fonts, paint_fitted
from digitapp.gui.diagram.step_units import small_ways
from digitapp.gui.pages.step.explain import Row, Tone
from digitapp.gui.pages.step.formulas import exact
from digitapp.gui.pages.step.ledger import Ledger
from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import HairLine, Label, SectionHeader
from digitapp.gui.widgets.numbers import MINUS
from digitapp.gui.words.choices import choice_words
from digitapp.inspection.step_effect import ParameterStep, parameter_step
from digitapp.nn import OPTIMIZERS
from digitapp.nn.gradient_check import index_of

_HAT, _PRIME = "\u0302", "′"  # few fonts put a hat where it belongs
_LONGEST = 36  # of a rule with its numbers, in one line


class Change(QWidget):
    """A weight before and after, large, and by how much it goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: ParameterStep | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, step: ParameterStep) -> None:
        """Show what a step does to a weight."""
        self._step = step
        said = self.tr("{0} before, {1} after").format(exact(step.before), exact(step.after))
        self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(260), theme.scaled(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(180), theme.scaled(34))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        step = self._step
        if step is None:
            return
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.rect().toRectF()
        chip_width = theme.scaled(84)
        change = small_ways(step.after - step.before)[0] if step.after != step.before else "0"
        chip = room.adjusted(room.width() - chip_width, 5, 0, -5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.gradient_tint)
        painter.drawRoundedRect(chip, 5, 5)
        paint_fitted(painter, chip.adjusted(6, 0, -6, 0), [change], fonts("caption-strong", "tick"), p.gradient, RIGHT)
        whole = room.adjusted(0, 0, -chip_width - 8, 0)
        half = (whole.width() - 24) / 2
        before, after = (self._written(value) for value in (step.before, step.after))
        left = whole.adjusted(0, 0, -half - 24, 0)
        paint_fitted(painter, left, before, fonts("title", "section", "caption"), p.text2, LEFT)
        arrow = whole.adjusted(half, 0, -half, 0)
        paint_fitted(painter, arrow, ["→"], fonts("section"), p.text3, Qt.AlignmentFlag.AlignCenter)
        right = whole.adjusted(half + 24, 0, 0, 0)
        paint_fitted(painter, right, after, fonts("title", "section", "caption"), p.text, LEFT)

    def _written(self, value: float) -> list[str]:
        if not np.isfinite(value):
            return ["NaN"]
        return [f"{value:+.4f}".replace("-", MINUS) if abs(value) < 1000 else f"{value:+.3e}".replace("-", MINUS)]


class ChangePanel(QWidget):
    """What a step does to the weight in hand, and how; hidden where there is no weight or no step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = SectionHeader(self.tr("Before → after"))
        self._aside = Label("", "caption", "text2")
        title.add(self._aside)
        self.change = Change()
        self._rule_title = SectionHeader("")
        self.rule = Ledger()
        self.rule.setAccessibleName(self.tr("The rule with its numbers"))
        self._held = Label("", "caption", "text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (HairLine(), title, self.change, HairLine(), self._rule_title, self.rule, self._held):
            column.addWidget(part)

    def show_scene(self, scene: Scene) -> None:
        """Show what the step of a scene does to the weight in hand."""
        update, weight = scene.update, scene.focus.weight
        if update is None or weight is None:
            self.hide()
            return
        step = parameter_step(scene.network, scene.config, update, index_of(scene.network, weight))
        self.change.show_step(step)
        self._aside.setText(scene.shown.names.weight(weight))
        self._show_rule(scene, step)
        self.show()

    def _show_rule(self, scene: Scene, step: ParameterStep) -> None:
        key = scene.config.optimizer
        title = choice_words("optimizer", key, OPTIMIZERS[key]).title
        self._rule_title.title.setText(self.tr("The rule: {0}").format(title))
        rows: list[Row] = []
        if step.terms is not None:
            for index, term in enumerate(step.terms.rows):
                last = index == len(step.terms.rows) - 1
                tone: Tone = "strong" if last else "gradient" if index == 0 else "plain"
                formula, numbers = (text.replace(_HAT, _PRIME) for text in (term.formula, term.with_numbers))
                symbol, value = term.symbol.replace(_HAT, _PRIME), exact(term.value)
                short = f"{formula} = {numbers}" if numbers else formula
                if len(short) <= _LONGEST:
                    rows.append(Row(symbol, short, value, tone))
                else:
                    rows.append(Row(symbol, formula, value, tone, below=f"= {numbers}"))
        self.rule.show_rows(rows, None)
        self.rule.setVisible(bool(rows))
        text = self.tr("It is held where it is: no step changes it.") if step.is_held else ""
        if step.terms is None and not step.is_held:
            text = self.tr("This optimiser has no rule for a single weight: it takes the best of many networks.")
        self._held.setText(text)
        self._held.setVisible(bool(text))
