"""How well the user is read, beside how well everybody is; and the fine-tuning with what it gains and costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.collection import HELD_OUT_EVERY, Collection
from digitapp.datasets.problems import MNIST
from digitapp.gui import theme
from digitapp.gui.pages.hand.tuning import LEAST_DIGITS, Change, Tally, Tuned
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets import (
    ElidedLabel,
    GhostButton,
    HairLine,
    Label,
    NoteBar,
    PlainButton,
    PrimaryButton,
    ProgressBar,
    ScrollPanel,
    SectionHeader,
)
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.widgets.numbers import MINUS, per_cent, percent, thousands
from digitapp.gui.words.problems import test_images_title
from digitapp.inspection.intervals import wilson_interval
from digitapp.training.fine_tuning import TUNING

_MARGIN = 24
_FLOPS_PER_PICTURE = 6  # and parameter, forth and back
_FLOPS_PER_SECOND = 6e10  # of one core
_FEW = 300  # digits, below which an accuracy is so uncertain that it has to be said
_UNKNOWN = "–"
_NUMBER_SIZE = 17  # between card title and title: "9,837 of 10,000" beside another in the narrowest window


class AccuracyColumn(QWidget):
    """One accuracy: of how many digits how many are read right, as a share, and before fine-tuning."""

    def __init__(self, title: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, "caption", "text2")
        self.value = Label(_UNKNOWN, "title", tabular=True)
        self.value.setObjectName(object_name)
        self.value.setAccessibleName(title)
        font = self.value.font()
        font.setPixelSize(theme.scaled(_NUMBER_SIZE))
        self.value.setFont(font)
        self.share = Label("", "body", "text2", tabular=True)
        self.before = Label("", "caption", "text2", tabular=True, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for label in (self._title, self.value, self.share, self.before):
            column.addWidget(label)
        column.addStretch(1)

    def set_title(self, title: str) -> None:
        """Name what is measured."""
        self._title.setText(title)
        self.value.setAccessibleName(title)

    def show_score(self, score: Tally | None, places: int) -> None:
        """Show a measurement; None for an unknown one."""
        if score is None:
            self.value.setText(_UNKNOWN)
            self.share.setText("")
            return
        self.value.setText(
            translate("HandInspector", "{0} of {1}").format(thousands(score.right), thousands(score.samples))
        )
        self.share.setText(percent(score.accuracy, places))

    def show_change(self, change: Change | None) -> None:
        """Say what it was before, and what has been gained or lost since."""
        if change is None:
            self.before.setText("")
            return
        gain = change.gain
        sign = "±0" if gain == 0 else f"{'+' if gain > 0 else MINUS}{thousands(abs(gain))}"
        before = thousands(change.before.right)
        self.before.setText(translate("HandInspector", "{0} before · {1}").format(before, sign))
        tone: Tone = "text2" if gain == 0 else "accent" if gain > 0 else "warning"
        self.before.set_tone(tone)


class HandInspector(ScrollPanel):
    """The right part of the page.

    Signals: `tuning_requested`, `cancel_requested`, `save_requested`, `discard_requested`, `mnist_requested`.
    """

    tuning_requested = Signal()
    cancel_requested = Signal()
    save_requested = Signal()
    discard_requested = Signal()
    mnist_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._reader = ElidedLabel("", "body", "text2")
        self.hand = AccuracyColumn(translate("HandInspector", "My hand"), "handAccuracy")
        self.others = AccuracyColumn(test_images_title(MNIST.usual_dataset), "mnistAccuracy")
        self.doubt = Label("", "caption", "text2", wrap=True)
        self.get_mnist = PlainButton(
            translate("HandInspector", "Get MNIST…"),
            "download",
            tip=translate("HandInspector", "Go to the Train page, which gets it"),
        )
        self._tuning_words = Label("", "body", "text2", wrap=True)
        self.tune_button = PrimaryButton(translate("HandInspector", "Fine-tune on my digits"), "train")
        self.tune_button.setObjectName("fineTuneButton")
        self.tune_button.set_tip(
            translate("HandInspector", "Go on training a copy of this network on your digits"), "Ctrl+Return"
        )
        self.cancel_button = PlainButton(
            translate("HandInspector", "Cancel"), "close", tip=translate("HandInspector", "Stop; nothing is changed")
        )
        self.bar = ProgressBar()
        self.bar.setAccessibleName(translate("HandInspector", "Progress of fine-tuning"))
        self.result = NoteBar()
        self.save_button = PlainButton(
            translate("HandInspector", "Save…"), tip=translate("HandInspector", "Save this network as a model file")
        )
        self.discard_button = GhostButton(
            translate("HandInspector", "Throw away"),
            tip=translate("HandInspector", "Forget this network and show the one from before"),
        )
        self.result.button_row.addWidget(self.save_button)
        self.result.button_row.addWidget(self.discard_button)
        self._build()
        for button, signal in (
            (self.tune_button, self.tuning_requested),
            (self.cancel_button, self.cancel_requested),
            (self.save_button, self.save_requested),
            (self.discard_button, self.discard_requested),
            (self.get_mnist, self.mnist_requested),
        ):
            button.clicked.connect(signal)
        self.result.hide()
        self.get_mnist.hide()
        self.show_progress(None)

    def _build(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        column.setSpacing(10)
        column.addWidget(SectionHeader(translate("HandInspector", "How well you are read"), role="card-title"))
        column.addWidget(self._reader)
        column.addSpacing(6)
        pair = QHBoxLayout()
        pair.setSpacing(12)
        pair.addWidget(self.hand, 2)
        pair.addWidget(HairLine(Qt.Orientation.Vertical))
        pair.addWidget(self.others, 3)
        column.addLayout(pair)
        column.addWidget(self.doubt)
        column.addWidget(self.get_mnist, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(6)
        column.addWidget(HairLine())
        column.addSpacing(2)
        column.addWidget(SectionHeader(translate("HandInspector", "Teach it your hand"), role="card-title"))
        column.addWidget(self._tuning_words)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.tune_button)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        column.addWidget(self.result)
        column.addStretch(1)

    def show_reader(self, name: str) -> None:
        """Say which network reads."""
        self._reader.setText(translate("HandInspector", "Read by: {0}").format(name))

    def show_hand(self, score: Tally | None, collection: Collection) -> None:
        """Show how the held-out digits are read, and how little so few of them say."""
        self.hand.show_score(score, 1)
        if score is None:
            words = translate(
                "HandInspector",
                "Draw at least {0} of a digit: every third is held out, so that there is something to measure.",
            )
            self.doubt.setText("" if collection.held_out else words.format(HELD_OUT_EVERY))
            return
        low, high = (round(100 * share) for share in wilson_interval(*score))
        words = self.tr(
            "With %n held-out digit(s), the true figure may well lie anywhere from {0} to {1}.", "", score.samples
        )
        few = score.samples < _FEW and low < high
        self.doubt.setText(words.format(low, per_cent(str(high))) if few else "")

    def show_others(self, score: Tally | None, name: str, missing: bool) -> None:
        """Show how others are read: MNIST's test images, or the built-in handwriting where MNIST is missing."""
        self.others.set_title(test_images_title(name))
        self.others.show_score(score, 1 if missing else 2)
        self.get_mnist.setVisible(missing)

    def show_tuning(self, collection: Collection, parameters: int, refusal: str) -> None:
        """Say what fine-tuning a network of so many parameters does, or why it cannot be done."""
        count = len(collection.training)
        if not refusal and count < LEAST_DIGITS:
            refusal = translate("HandInspector", "Collect at least {0} digits to train on; you have {1}.").format(
                LEAST_DIGITS, count
            )
        words = translate(
            "HandInspector",
            "Trains a copy of this network on your {0} digits, each varied a little, mixed with those of other people "
            "so that little is forgotten.",
        )
        self._tuning_words.setText(refusal or in_a_row(words.format(thousands(count)), _duration(parameters)))
        self.tune_button.setEnabled(not refusal)

    def show_progress(self, share: float | None) -> None:
        """Show how far the fine-tuning is; None while there is none."""
        running = share is not None
        self.tune_button.setVisible(not running)
        self.bar.setVisible(running)
        self.cancel_button.setVisible(running)
        if share is not None:
            self.bar.setRange(0, 1000 if share > 0 else 0)
            self.bar.setValue(round(1000 * share))

    def show_tuned(self, tuned: Tuned | None) -> None:
        """Say what the fine-tuning has changed, while its network is shown; None for any other network."""
        self.hand.show_change(tuned.hand if tuned is not None else None)
        self.others.show_change(tuned.others if tuned is not None else None)
        self.result.setVisible(tuned is not None)
        for button in (self.save_button, self.discard_button):
            button.setVisible(tuned is not None)
        if tuned is not None:
            self.result.set_note(
                "info",
                self._tuned_words(tuned),
                title=translate("HandInspector", "Every page shows “{0}” now").format(tuned.model.name),
            )

    def _tuned_words(self, tuned: Tuned) -> str:
        """Return what a fine-tuning gained on the user's digits and cost on others'."""
        if tuned.hand is None:
            hand = self.tr("None of your digits is held out, so that the gain is not known.")
        elif tuned.hand.gain > 0:
            hand = self.tr("%n more of your {0} held-out digits are read right.", "", tuned.hand.gain)
        elif tuned.hand.gain < 0:
            hand = self.tr("%n fewer of your {0} held-out digits are read right.", "", -tuned.hand.gain)
        else:
            hand = self.tr("As many of your {0} held-out digits are read right as before.")
        if tuned.hand is not None:
            hand = hand.format(thousands(tuned.hand.after.samples))
        if tuned.others.gain > 0:
            others = self.tr("{0}: %Ln more of {1} are read right.", "", tuned.others.gain)
        elif tuned.others.gain < 0:
            others = self.tr("{0}: %Ln fewer of {1} are read right.", "", -tuned.others.gain)
        else:
            others = self.tr("{0}: as many of {1} are read right as before.")
        title, samples = test_images_title(tuned.others_name), thousands(tuned.others.after.samples)
        return in_a_row(hand, others.format(title, samples))

    def show_failure(self, title: str, text: str) -> None:
        """Say that fine-tuning ended by itself."""
        self.result.set_note("error", text, title=title)
        self.result.show()
        self.save_button.hide()
        self.discard_button.hide()


def _duration(parameters: int) -> str:
    """Return how long a usual computer will take."""
    pictures = (TUNING.own + TUNING.others) * TUNING.config.epochs
    seconds = _FLOPS_PER_PICTURE * parameters * pictures / _FLOPS_PER_SECOND
    if seconds < 5:
        return translate("HandInspector", "It takes a few seconds.")
    if seconds < 45:
        return translate("HandInspector", "It takes about {0} seconds.").format(5 * round(seconds / 5))
    return translate("HandInspector", "This network is large: it takes a minute or more.")
