"""What the network says at the test point: its class as large as there is room, how sure, and a bar for each class."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.drawing.point import Point
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.draw.plane.scene import PlaneScene
from digitapp.gui.state.seed_trial import SeedTrial
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import in_a_row, listed
from digitapp.gui.widgets import GhostButton, Label, ProbabilityBars, SectionHeader
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.answers import shares_of, sure_words
from digitapp.inspection.seed_maps import USUAL_SEEDS, SeedMaps

_UNKNOWN = "?"
_COMPACT_LETTER, _COMPACT_TITLE = 96, 17
_NEAR_TIE = 0.6


class PlaneAnswer(QWidget):
    """The class, in a letter and in words, and how many of the points are read as what they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brief = False
        self.letter = Label(_UNKNOWN, "answer", parent=self)
        self.letter.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.letter.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self._caption = Label("", "body", "text2", parent=self)
        self._sentence = Label("", "title", wrap=True, parent=self)
        weight = theme.font("section").weight()
        self._certainty = Label("", "body", "accent", weight=weight, tabular=True, parent=self)
        self._points = Label("", "body", "text2", wrap=True, tabular=True, parent=self)
        words = QVBoxLayout()
        words.setSpacing(5)
        words.addStretch(1)
        for label in (self._caption, self._sentence, self._certainty, self._points):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.scaled(20))
        row.addWidget(self.letter)
        row.addLayout(words, 1)

    def fit(self, class_names: tuple[str, ...], *, compact: bool, low: bool) -> None:
        """Use a smaller letter in a narrow window, and less height in a low one."""
        self.setFixedHeight(theme.scaled(104 if low else 144))
        self._brief = compact and low
        sentence = theme.font("title")
        if self._brief:
            sentence.setPixelSize(theme.scaled(_COMPACT_TITLE))
        self._sentence.setFont(sentence)
        font = theme.tabular(theme.font("answer"))
        if compact or low:
            font.setPixelSize(theme.scaled(_COMPACT_LETTER))
        metrics = QFontMetrics(font)
        self.letter.setFont(font)
        self.letter.setFixedWidth(max(map(metrics.horizontalAdvance, (_UNKNOWN, *class_names))) + theme.scaled(4))

    def show_answer(self, shown: Snapshot, hovers: bool) -> None:
        """Show what the network says; `hovers` while the pointer is what it is asked about."""
        answer, names = shown.answer, shown.model.class_names
        known = answer.probabilities is not None and answer.best is not None
        self._show_letter(names[answer.best] if known and answer.best is not None else _UNKNOWN, known)
        self._caption.setVisible(known and not self._brief)
        self._certainty.setVisible(known)
        if answer.probabilities is None or answer.best is None:
            unasked = answer.inputs is None
            self._sentence.setText(self.tr("Point somewhere") if unasked else self.tr("No answer"))
            return
        self._caption.setText(
            self.tr("The network says, under the pointer") if hovers else self.tr("The network says, at the ring")
        )
        best = float(shares_of(answer.probabilities)[answer.best])
        text = self.tr("Class {0} or another") if best < _NEAR_TIE else self.tr("Probably class {0}")
        if best >= 0.9:
            text = self.tr("Almost certainly class {0}") if best >= 0.99 else self.tr("Very likely class {0}")
        self._sentence.setText(text.format(names[answer.best]))
        self._certainty.setText(sure_words(best))

    def _show_letter(self, text: str, known: bool) -> None:
        tone: Tone = "text" if known else "text3"
        font = self.letter.font()
        self.letter.set_tone(tone)
        self.letter.setFont(font)  # polishing for the tone brings back the font of the first polish
        self.letter.setText(text)
        self.letter.setAccessibleName(self.tr("Answer: {0}").format(text))

    def show_points(self, scene: PlaneScene) -> None:
        """Show how many points are read as what they are."""
        count, wrong = len(scene.points), len(scene.points) - scene.right
        numbers = thousands(scene.right), thousands(count)
        if not count:
            text = self.tr("There are no points yet. Click in the plane to set some, or choose a data set below it.")
        elif len(scene.classes) == 1:
            text = self.tr("All points are of one class: there is nothing to tell apart yet.")
        elif not wrong:
            text = self.tr("All {1} points right").format(*numbers)
        elif wrong == 1:
            text = self.tr("{0} of {1} points right; the red ring is misread").format(*numbers)
        else:
            text = self.tr("{0} of {1} points right; red rings are misread").format(*numbers)
        self._points.setText(text)


class ClassBars(QWidget):
    """A bar for each class that the network knows, and a line for the class that could come next.

    Signals: `rows_changed`, there are more or fewer of them; `seeds_toggled(bool)`, networks of other seeds are to be
    asked too.
    """

    rows_changed = Signal()
    seeds_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brief = False
        self._told: tuple[PlaneScene, bool] | None = None  # what `show_classes` was told last
        self.bars = ProbabilityBars(name=self.tr("Probability of each class"), marks=True, parent=self)
        self._hint = QWidget(self)
        self._hint_text = Label("", "caption", "text2", wrap=True, parent=self._hint)
        self._hint_name = Label("", "body", parent=self._hint)
        self._hint_row = QHBoxLayout(self._hint)
        self._hint_row.setContentsMargins(2, 0, 0, 0)
        self._hint_row.setSpacing(theme.scaled(10))
        self._mark: SeriesMark | None = None
        self._hint_row.addWidget(self._hint_name)
        self._hint_row.addWidget(self._hint_text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.seeds = GhostButton(
            self.tr("{0} seeds").format(USUAL_SEEDS),
            "dice",
            tip=self.tr("Train {0} networks from other random weights too, and hatch where they disagree").format(
                USUAL_SEEDS
            ),
            parent=self,
        )
        self.seeds.setObjectName("seedsButton")
        self.seeds.setCheckable(True)
        self.seeds.toggled.connect(self.seeds_toggled)
        self._seeds_text = Label("", "caption", "text2", wrap=True, tabular=True, parent=self)
        self._seeds_text.hide()
        header = SectionHeader(self.tr("Probability of each class"), parent=self)
        header.add(self.seeds)
        column.addWidget(header)
        column.addWidget(self.bars)
        column.addWidget(self._seeds_text)
        column.addWidget(self._hint)

    def set_brief(self, brief: bool) -> None:
        """Leave out what could be set next, where there is little room."""
        self._brief = brief
        if self._told is not None:
            self.show_classes(*self._told)

    def show_answer(self, shown: Snapshot) -> None:
        """Show the probabilities at the test point."""
        names = shown.model.class_names
        if self.bars.labels() != names:
            self.bars.set_labels(names)
            self.bars.setFixedHeight(theme.scaled(24) * len(names))
            self.rows_changed.emit()
        self.bars.set_values(shown.answer.probabilities)

    def show_classes(self, scene: PlaneScene, can_set: bool) -> None:
        """Say which classes have points that the network does not know, or which could have some."""
        self._told = scene, can_set
        names, known = scene.shown.problem.class_names, scene.shown.network.sizes[-1]
        unknown = [label for label in sorted(scene.classes) if label >= known]
        free = [label for label in range(known, len(names)) if label not in scene.classes]
        if unknown:
            label, text = unknown[0], self.tr("has points, and this network does not know it: start a new one")
        elif free and can_set and scene.points and not self._brief:
            label, text = free[0], self.tr("no points yet: choose its mark below the plane, and click")
        else:
            self._show_hint(False)
            return
        self._show_hint(True)
        if self._mark is not None:
            self._hint_row.removeWidget(self._mark)
            self._mark.deleteLater()
        self._mark = SeriesMark(label, parent=self._hint)
        self._hint_row.insertWidget(0, self._mark)
        self._hint_name.setText(names[label])
        self._hint_text.setText(text)

    def show_seeds(self, trial: SeedTrial, shown: Snapshot) -> None:
        """Say what networks of other seeds answer at the test point, and in how much of the plane all agree."""
        text = ""
        if trial.error is not None:
            text = self.tr("Networks of other seeds could not be trained: {0}.").format(cause(trial.error))
        elif trial.share is not None:
            text = self.tr("{0} networks learn beside the window: {1}").format(USUAL_SEEDS, percent(trial.share, 0))
        elif trial.found is not None:
            agree = self.tr("{0} networks agree on {1} of the plane.")
            votes = _votes_at(trial.found, shown)
            names = shown.problem.class_names
            said = listed(self.tr("{0} say {1}").format(count, names[label]) for label, count in votes.items())
            here = self.tr("At the ring {0}.").format(said) if votes else ""
            text = in_a_row(agree.format(len(trial.found.maps), percent(trial.found.agreed)), here)
        elif self.seeds.isChecked():
            text = self.tr("There is nothing to learn yet: set points of two classes at least.")
        label, before = self._seeds_text, self._seeds_text.heightForWidth(self.width())
        label.setText(text)
        if label.isHidden() != (not text) or label.heightForWidth(self.width()) != before:
            label.setVisible(bool(text))
            self.rows_changed.emit()

    def _show_hint(self, shown: bool) -> None:
        if self._hint.isHidden() == shown:
            self._hint.setVisible(shown)
            self.rows_changed.emit()


def _votes_at(found: SeedMaps, shown: Snapshot) -> dict[int, int]:
    ink = shown.ink
    return found.votes(*ink.numbers) if isinstance(ink, Point) and len(ink.numbers) == 2 else {}
