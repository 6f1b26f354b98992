"""Guess first: a question about the number that comes next, before it is shown. No score is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.step.formulas import exact, plus
from digitapp.gui.pages.step.sample_words import sample_words
from digitapp.gui.state.scene import Scene
from digitapp.gui.translation import translate
from digitapp.gui.widgets import Label, PlainButton
from digitapp.inspection.walk import Kind, Place, Stop

_MOST_CHOICES = 10


@dataclass(frozen=True)
class Guess:
    """One question.

    Attributes
    ----------
    question : about the number that comes next
    choices : what may be answered
    right : index of the right one
    truth : the number itself, in a sentence
    """

    question: str
    choices: tuple[str, ...]
    right: int
    truth: str


def guess_about(scene: Scene, place: Place) -> Guess | None:
    """Return the question about what becomes known at the next place, None where there is nothing to guess."""
    stop = scene.stops[place.stop]
    unit = place.unit
    if unit is None:
        unit = scene.focus.unit if scene.focus.layer == stop.layer else 0
    if stop.kind is Kind.SUMS:
        return _sign(scene, stop, unit, float(scene.numbers.layers[stop.layer].sums[unit]), "z")
    if stop.kind is Kind.ACTIVATIONS:
        return _activation(scene, stop, unit)
    if stop.kind is Kind.BLAME:
        return _sign(scene, stop, unit, float(scene.numbers.layers[stop.layer].blame[unit]), "δ")
    if stop.kind is Kind.GRADIENTS:
        return _slope(scene, stop, unit)
    if stop.kind is Kind.ERROR:
        return _error(scene)
    if stop.kind is Kind.UPDATE:
        return _change(scene)
    return None


def _signs() -> tuple[str, str, str]:
    return (
        translate("StepGuess", "Below 0"),
        translate("StepGuess", "Exactly 0"),
        translate("StepGuess", "Above 0"),
    )


def _sign(scene: Scene, stop: Stop, unit: int, value: float, letter: str) -> Guess:
    name = scene.shown.names.unit_inside(stop.layer, unit)
    text = translate("StepGuess", "What will {0} of {1} be?").format(letter, name)
    return Guess(text, _signs(), 1 + int(np.sign(value)), f"{letter} = {plus(value)}")


def _activation(scene: Scene, stop: Stop, unit: int) -> Guess:
    numbers = scene.numbers.layers[stop.layer]
    names = scene.shown.model.class_names
    if stop.layer == len(scene.numbers.layers) - 1 and 2 <= len(names) <= _MOST_CHOICES:
        answer = scene.numbers.answer
        truth = translate("StepGuess", "It is {0}.").format(names[answer])
        return Guess(translate("StepGuess", "Which output will be the loudest?"), tuple(names), answer, truth)
    value = float(numbers.activations[unit])
    name = scene.shown.names.unit_inside(stop.layer, unit)
    low, high = scene.network.layers[stop.layer].activation.saturation or (0.0, 0.0)
    middle = (low + high) / 2
    text = translate("StepGuess", "How excited will {0} be?").format(name)
    choices = (
        translate("StepGuess", "{0} or less").format(exact(middle)),
        translate("StepGuess", "More than {0}").format(exact(middle)),
    )
    return Guess(text, choices, int(value > middle), f"a = {exact(value)}")


def _error(scene: Scene) -> Guess:
    is_right = scene.numbers.answer == scene.numbers.label
    choices = translate("StepGuess", "Rightly"), translate("StepGuess", "Wrongly")
    question = sample_words(scene.shown.problem).will_it
    return Guess(question, choices, 0 if is_right else 1, f"C = {exact(scene.numbers.cost)}")


def _slope(scene: Scene, stop: Stop, unit: int) -> Guess:
    numbers, focus = scene.numbers.layers[stop.layer], scene.focus
    source = focus.source if focus.layer == stop.layer and focus.source is not None else -1
    if source < 0:
        source = int(np.abs(np.nan_to_num(numbers.weight_gradient[:, unit])).argmax())
    value = float(numbers.weight_gradient[source, unit])
    start, end = scene.shown.names.unit(stop.layer - 1, source), scene.shown.names.unit_inside(stop.layer, unit)
    text = translate("StepGuess", "{0} → {1}: what will the slope of this weight be?").format(start, end)
    return Guess(text, _signs(), 1 + int(np.sign(value)), f"∂C/∂w = {plus(value)}")


def _change(scene: Scene) -> Guess | None:
    update = scene.update
    if update is None:
        return None
    weights = np.abs(update.gradient[: scene.network.weight_count])
    index = int(weights.argmax())
    change = float(update.after[index] - update.before[index])
    text = translate("StepGuess", "The steepest weight is {0}. What will it do?").format(
        plus(float(update.before[index]))
    )
    choices = (
        translate("StepGuess", "Shrink"),
        translate("StepGuess", "Stay"),
        translate("StepGuess", "Grow"),
    )
    truth = f"{plus(float(update.before[index]))} → {plus(float(update.after[index]))}"
    return Guess(text, choices, 1 + int(np.sign(change)), truth)


class GuessPanel(QWidget):
    """The question, and after it has been answered, how it was.

    Signals: `answered`, the number may be shown now.
    """

    answered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepQuestion")
        self._guess: Guess | None = None
        self._question = Label("", "card-title", wrap=True)
        self._verdict = Label("", "body", "text2", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.SPACE)
        self._row.addStretch(1)
        self.buttons: list[PlainButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._question)
        column.addLayout(self._row)
        column.addWidget(self._verdict)
        self.hide()

    @property
    def is_asking(self) -> bool:
        """Whether a question waits for its answer."""
        return self._guess is not None

    def ask(self, guess: Guess) -> None:
        """Ask a question."""
        self._guess = guess
        self._question.setText(guess.question)
        self._question.show()
        self._verdict.hide()
        self._clear()
        for index, text in enumerate(guess.choices):
            button = PlainButton(text)
            button.clicked.connect(self._on_clicked)
            self._row.insertWidget(index, button)
            self.buttons.append(button)
        self.show()
        self.buttons[0].setFocus()

    def _clear(self) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []

    def give_up(self) -> None:
        """Ask no more; say the truth, as somebody wanted to go on."""
        if self._guess is not None:
            self._tell(self._guess.truth, "text2")

    def forget(self) -> None:
        """Ask and say nothing."""
        self._guess = None
        self._clear()
        self.hide()

    @Slot()
    def _on_clicked(self) -> None:
        guess, button = self._guess, self.sender()
        if guess is None or button not in self.buttons:
            return
        if self.buttons.index(button) == guess.right:  # type: ignore[arg-type]
            self._tell(self.tr("Yes. {0}").format(guess.truth), "accent")
        else:
            self._tell(self.tr("No: {0}").format(guess.truth), "warning")
        self.answered.emit()

    def _tell(self, text: str, tone: str) -> None:
        self._guess = None
        self._clear()
        self._question.hide()
        self._verdict.setText(text)
        self._verdict.set_tone(tone)  # type: ignore[arg-type]
        self._verdict.show()
        self.show()
