"""How the training pictures are varied, seen before it is used: the same digits as they are and varied, live."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.handwriting import generate_drawings
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import Problem
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.gui import theme
from digitapp.gui.translation import translate
from digitapp.gui.widgets import GhostButton, Label, PixelImage, PlainButton, PrimaryButton, SectionHeader, Slider
from digitapp.gui.widgets.numbers import decimal, per_cent
from digitapp.nn.options import Option
from digitapp.training.augmentation import AUGMENTATIONS, STANDARD, Augmenter

_COLUMNS, _ROWS = 8, 4
_WIDTH = 2 * (_COLUMNS * 29 + 1)  # of the sheets: MNIST's pixels twice as large, and the gaps
_FRAME = 4
# Beyond these nobody reads the digits; the command line takes more.
_MOST: Mapping[str, float] = {"turn": 45.0, "scale": 0.4, "shear": 0.6, "shift": 5.0, "elastic": 3.0}
_STEP: Mapping[str, float] = {"turn": 1.0, "shift": 0.1, "elastic": 0.05, "smoothness": 0.5}


def sample_pictures(problem: Problem, dataset: Dataset | None) -> NDArray[np.float32]:
    """Return eight different pictures of a problem, shape (8, features): of the data set, or made here without one."""
    if dataset is not None and dataset.problem.key == problem.key:
        inputs, labels = dataset.train.inputs, dataset.train.labels
    elif problem.usual_dataset not in problem.fetched:
        part = load_dataset(problem.usual_dataset).train
        inputs, labels = part.inputs, part.labels
    else:
        digits = generate_drawings(20, np.random.default_rng(0))
        widths = [digit.pen_width for digit in digits]
        inputs = preprocess_drawings([digit.drawing for digit in digits], widths).reshape(len(digits), -1)
        labels = np.array([digit.style.label for digit in digits])
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    order = [own[turn] for turn in range(_COLUMNS) for own in places if turn < len(own)]
    return inputs[order[:_COLUMNS]]


class VariationsDialog(QDialog):
    """Sliders for every kind of variation beside the pictures they make; `strengths` is what was chosen."""

    def __init__(
        self,
        problem: Problem,
        pictures: NDArray[np.float32],
        strengths: Mapping[str, float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("variationsDialog")
        self.setWindowTitle(self.tr("Variations"))
        self.setProperty("panel", "surface")
        self._problem = problem
        self._pictures = pictures
        self._seed = 0
        self.sliders: dict[str, Slider] = {}
        self._values: dict[str, Label] = {}
        self._lay_out()
        self.choose(strengths)

    @property
    def strengths(self) -> dict[str, float]:
        """What the sliders say; without those that are 0."""
        chosen = {option.name: self._strength(option) for option in AUGMENTATIONS}
        if not any(value for name, value in chosen.items() if name != "smoothness"):
            return {}
        defaults = {option.name: option.default for option in AUGMENTATIONS}
        return {name: value for name, value in chosen.items() if value != defaults[name]}

    def choose(self, strengths: Mapping[str, float]) -> None:
        """Move the sliders to strengths by name; the others to their defaults."""
        for option in AUGMENTATIONS:
            slider = self.sliders[option.name]
            blocked = slider.blockSignals(True)
            strength = strengths.get(option.name, option.default)
            slider.setValue(round((strength - option.minimum) / _step(option)))
            slider.blockSignals(blocked)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.addWidget(Label(self.tr("A new shape in every epoch"), "title"))
        text = self.tr(
            "Varied pictures teach a network what stays the same when a digit is written differently. It learns "
            "more slowly, and reads other hands better. Vary no further than you can read yourself."
        )
        note = Label(text, "body", "text2", wrap=True)
        column.addWidget(note)
        halves = QHBoxLayout()
        halves.setSpacing(28)
        halves.addLayout(self._sheets())
        halves.addLayout(self._controls(), 1)
        column.addLayout(halves)
        column.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        for words, strengths in ((self.tr("None"), {}), (self.tr("Standard"), STANDARD)):
            button = PlainButton(words)
            button.clicked.connect(lambda _checked=False, strengths=strengths: self.choose(strengths))
            buttons.addWidget(button)
        buttons.addStretch(1)
        cancel, use = PlainButton(self.tr("Cancel")), PrimaryButton(self.tr("Use"))
        use.setObjectName("useVariationsButton")
        cancel.clicked.connect(self.reject)
        use.clicked.connect(self.accept)
        use.setDefault(True)
        buttons.addWidget(cancel)
        buttons.addWidget(use)
        column.addLayout(buttons)

    def _sheets(self) -> QVBoxLayout:
        self._before, self._after = PixelImage(), PixelImage()
        self._before.setAccessibleName(self.tr("Pictures as they are"))
        self._after.setAccessibleName(self.tr("The same pictures varied"))
        self._after.setObjectName("variedPictures")
        width, height = _COLUMNS * (self._problem.columns + 1) + 1, self._problem.rows + 1
        scale = max(1, _WIDTH // width)
        frame = 2 * _FRAME
        self._before.setFixedSize(width * scale + frame, (height + 1) * scale + frame)
        self._after.setFixedSize(width * scale + frame, (_ROWS * height + 1) * scale + frame)
        self._before.set_ink(_sheet(self._pictures, 1, self._problem))
        again = GhostButton(self.tr("Again"), "dice")
        again.setToolTip(self.tr("Vary the same pictures anew"))
        again.clicked.connect(self._on_again)
        header = SectionHeader(self.tr("Varied"))
        header.slot.addWidget(again)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("As they are")))
        column.addWidget(self._before)
        column.addWidget(header)
        column.addWidget(self._after)
        column.addStretch(1)
        return column

    def _controls(self) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        for line, option in enumerate(AUGMENTATIONS):
            name = _title(option)
            slider = Slider(0, round((_most(option) - option.minimum) / _step(option)), name=name)
            slider.setObjectName(f"{option.name}Slider")
            slider.setMinimumWidth(theme.scaled(150))
            slider.setToolTip(_summary(option))
            slider.valueChanged.connect(self._show)
            value = Label("", "caption", "text2", tabular=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setMinimumWidth(theme.scaled(48))
            label = Label(name, "body")
            label.setToolTip(_summary(option))
            for place, widget in enumerate((label, slider, value)):
                grid.addWidget(widget, line, place)
            self.sliders[option.name], self._values[option.name] = slider, value
        column = QVBoxLayout()
        column.addWidget(SectionHeader(self.tr("How much")))
        column.addLayout(grid)
        column.addStretch(1)
        return column

    def _strength(self, option: Option) -> float:
        return round(option.minimum + self.sliders[option.name].value() * _step(option), 4)

    @Slot()
    def _on_again(self) -> None:
        self._seed += 1
        self._show()

    @Slot()
    def _show(self) -> None:
        for option in AUGMENTATIONS:
            self._values[option.name].setText(_shown(option, self._strength(option)))
        augmenter = Augmenter(self._problem.rows, self._problem.columns, self.strengths)
        # Eight copies of one picture share a distortion: each picture of the sheet stands for a group of its own.
        rng = np.random.default_rng(self._seed)
        varied = [augmenter(picture[None], rng)[0] for _ in range(_ROWS) for picture in self._pictures]
        self._after.set_ink(_sheet(np.stack(varied), _ROWS, self._problem))


def _sheet(pictures: NDArray[np.float32], rows: int, problem: Problem) -> NDArray[np.float32]:
    """Return pictures side by side in rows, with a pixel of paper around each."""
    columns = len(pictures) // rows
    tiles = np.zeros((rows, columns, problem.rows + 1, problem.columns + 1), np.float32)
    tiles[:, :, :-1, :-1] = pictures.reshape(rows, columns, problem.rows, problem.columns)
    sheet = tiles.transpose(0, 2, 1, 3).reshape(rows * (problem.rows + 1), columns * (problem.columns + 1))
    return np.pad(sheet, ((1, 0), (1, 0)))


def _most(option: Option) -> float:
    return _MOST.get(option.name, option.maximum)


def _step(option: Option) -> float:
    return _STEP.get(option.name, 0.01)


def _title(option: Option) -> str:
    return {
        "turn": translate("Variations", "Turn"),
        "scale": translate("Variations", "Scale"),
        "shear": translate("Variations", "Slant"),
        "shift": translate("Variations", "Shift"),
        "elastic": translate("Variations", "Bend"),
        "smoothness": translate("Variations", "Smoothness of bends"),
        "thickness": translate("Variations", "Thickness"),
        "erase": translate("Variations", "Rub out"),
    }[option.name]


def _summary(option: Option) -> str:
    return {
        "turn": translate("Variations", "Turned by up to so many degrees to either side"),
        "scale": translate("Variations", "Width and height changed by up to this share, each on its own"),
        "shear": translate("Variations", "Slanted by up to so many widths per height to either side"),
        "shift": translate("Variations", "Moved by up to so many pixels in each direction"),
        "elastic": translate("Variations", "Bent smoothly; the standard deviation in pixels"),
        "smoothness": translate("Variations", "Pixels over which a bend changes"),
        "thickness": translate("Variations", "Strokes thicker or thinner by up to this share of a pixel's step"),
        "erase": translate("Variations", "Share of the pictures that lose a patch"),
    }[option.name]


def _shown(option: Option, value: float) -> str:
    if option.name == "turn":
        return translate("Variations", "{0}°").format(decimal(value, 0))
    if option.name in ("scale", "erase", "thickness"):
        return per_cent(decimal(100 * value, 0))
    if option.name == "shear":
        return decimal(value, 2)
    return translate("Variations", "{0} px").format(decimal(value, 1))
