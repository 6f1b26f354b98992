"""The answer: the recognised digit, as large as the page allows, and what it means in words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.problems import Inputs
from digitapp.gui import theme
from digitapp.gui.pages.draw.correction import CorrectionRow
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import ElidedLabel, Label, PlainButton
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.words.answers import answer_words, forced_words, unit_words
from digitapp.gui.words.problems import sample_offer

_HEIGHT, _LOW_HEIGHT = 152, 132
_COMPACT_DIGIT = 108
_WIDEST = 180  # of a name: longer ones are written smaller
_UNKNOWN = "?"
_SENTENCE_SIZES: tuple[theme.FontRole, ...] = ("title", "section", "body")


class AnswerHeader(QWidget):
    """Shows the class that the network sees, or `?` and how to begin.

    Signals: `sample_requested`, the user wants to be shown a drawing.
    """

    sample_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = session.snapshot()
        self._compact = False
        self.digit = Label(_UNKNOWN, "answer")
        self.digit.setObjectName("predictionLabel")
        self.digit.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.digit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self._caption = ElidedLabel(self.tr("The network says"), "body", "text2")
        self.sentence = ElidedLabel("", "title")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.certainty = Label("", "body", "accent", weight=theme.font("section").weight(), tabular=True)
        self.rest = Label("", "body", "text2", wrap=True)
        self._advice = Label(
            self.tr("Use mouse, pen or finger. The answer follows your stroke while you draw."),
            "body",
            "text2",
            wrap=True,
        )
        self.sample_button = PlainButton(
            sample_offer(session.problem), "pen", tip=self.tr("Draw a sample that can be undone")
        )
        self.sample_button.clicked.connect(self.sample_requested)
        self.correction = CorrectionRow(session, self)
        self._build()
        self.fit(self._shown, compact=False, low=False)

    def _build(self) -> None:
        numbers = QHBoxLayout()
        numbers.setSpacing(6)
        numbers.addWidget(self.certainty)
        numbers.addWidget(self.rest, 1)
        words = QVBoxLayout()
        words.setSpacing(5)
        words.addStretch(1)
        words.addWidget(self._caption)
        words.addWidget(self.sentence)
        words.addLayout(numbers)
        words.addWidget(self._advice)
        words.addWidget(self.correction)
        words.addSpacing(4)
        words.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.scaled(20))
        row.addWidget(self.digit)
        row.addLayout(words, 1)

    def fit(self, shown: Snapshot, *, compact: bool, low: bool) -> None:
        """Use the smaller digit and shorter words of a narrow window, the lesser height of a low one; then `refresh`.

        All answers to the problem must find room.
        """
        self.setFixedHeight(theme.scaled(_LOW_HEIGHT if low else _HEIGHT))
        self._compact = compact
        font = theme.tabular(theme.font("answer"))
        if compact:
            font.setPixelSize(theme.scaled(_COMPACT_DIGIT))
        # Room for the widest name, so that the words beside it never move; names are not always single digits.
        names = (_UNKNOWN, *shown.model.class_names)
        widest = max(map(QFontMetrics(font).horizontalAdvance, names))
        if widest > theme.scaled(_WIDEST):
            font.setPixelSize(max(1, font.pixelSize() * theme.scaled(_WIDEST) // widest))
            widest = max(map(QFontMetrics(font).horizontalAdvance, names))
        self.digit.setFont(font)
        self.digit.setFixedWidth(widest + theme.scaled(8))

    def refresh(self, shown: Snapshot) -> None:
        """Show an answer."""
        self._shown = shown
        self.correction.refresh(shown, hidden=self._compact)
        answer, names = shown.answer, shown.model.class_names
        unknown = answer.label is None
        # While the pen moves, ink that is no digit yet leaves what stood here, in grey: nothing comes and goes.
        if answer.is_settled or not answer.is_refused:
            self.digit.setText(_UNKNOWN if unknown or answer.best is None else names[answer.best])
        self.digit.setAccessibleName(self.tr("Answer: {0}").format(self.digit.text()))
        self._show_tone("text3" if unknown else "text")
        nothing = answer.probabilities is None
        for widget in (self.certainty, self.rest):
            widget.setVisible(not nothing)
        forced = forced_words(answer, names)
        self._caption.setVisible(not nothing and not forced)
        self._advice.setVisible(nothing or bool(forced))
        if nothing:
            self._show_nothing()
            return
        self.sample_button.hide()
        self._advice.setText(forced)
        words = answer_words(answer, names, brief=self._compact)
        self._say(words.sentence)
        network = shown.network
        units = unit_words(answer, network.sizes, network.activations[0])
        self.certainty.setText("" if units else words.certainty)
        self.certainty.setVisible(bool(words.certainty) and not units)
        self.rest.setText(units or words.rest)
        self.rest.setVisible(bool(self.rest.text()))

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self._fit_sentence()

    def _fit_sentence(self) -> None:
        """Use the largest of three sizes in which the sentence fits; a shortened one would not say it."""
        fonts = [theme.font(role) for role in _SENTENCE_SIZES]
        text, room = self.sentence.text(), self.sentence.width()
        fitting = (font for font in fonts if QFontMetrics(font).horizontalAdvance(text) <= room)
        font = next(fitting, fonts[-1])
        if font != self.sentence.font():
            self.sentence.setFont(font)

    def hasHeightForWidth(self) -> bool:
        return False  # its height is fixed, however its words wrap

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_sentence()

    def _show_tone(self, tone: Tone) -> None:
        font = self.digit.font()
        self.digit.set_tone(tone)
        self.digit.setFont(font)  # polishing for the tone brings back the font of the first polish

    def _show_nothing(self) -> None:
        pictures, problem = self._shown.answer.preprocessed, self._shown.problem
        slip = pictures is not None and pictures.bounding_box is not None
        if slip:
            self._say(self.tr("Too little ink"))
            self._advice.setText(self.tr("A dot is no digit yet. Go on drawing."))
        elif self._shown.picture is not None:
            self._say(self.tr("No ink in this picture"))
            self._advice.setText(self.tr("Nothing in it stands out from its paper. Open another one, or draw."))
        else:
            self._say(self.tr("Nothing drawn yet") if problem.has_picture else self.tr("Nothing chosen yet"))
            how = {
                Inputs.STROKES: self.tr("Use mouse, pen or finger. The answer follows your stroke while you draw."),
                Inputs.GRID: self.tr("Click a pixel, or drag over several. The answer follows at once."),
                Inputs.POINTS: self.tr("The inputs of this problem are numbers: look at an example."),
            }
            self._advice.setText(how[problem.inputs])
        offers_sample = problem.sample is not None and problem.inputs is not Inputs.GRID  # a click is quicker there
        self.sample_button.setText(sample_offer(problem))
        self.sample_button.setVisible(offers_sample and not slip)
