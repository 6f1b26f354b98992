"""The cards of loss and accuracy: plots whose cursors move together, with the present values in the title line."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.curve_plot import CurvePlot, PlotData, accuracy_text, loss_text
from digitapp.gui.plots.seed_curves import seed_curves
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import Card
from digitapp.training.history import History

_KEY, _KEY_GAP, _ENTRY_GAP = 14, 5, 10


@dataclass(frozen=True, eq=False)
class CurveStory:
    """What the plots tell: a run, those related to it, and the moment that the window shows.

    Attributes
    ----------
    history : of the run in front
    start : where it begins, in epochs
    others : other runs and where they begin
    moment : in epochs, None for now
    measured : validation loss and accuracy at that moment, where they are known
    seeds : the runs of all seeds of its experiment, as far as they have begun; empty for a run by itself
    """

    history: History
    start: float = 0.0
    others: tuple[tuple[History, float], ...] = ()
    moment: float | None = None
    measured: tuple[float, float] | None = None
    seeds: tuple[History, ...] = ()


class CurveLegend(QWidget):
    """The key to a plot's curves with their present values, at the right end of a card's title line."""

    def __init__(self, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = (self.tr("training"), self.tr("validation"))
        self._texts = ("", "")
        self._widest = widest
        self._measured: tuple[object, tuple[list[int], int]] | None = None  # what it holds for, and the widths
        self.beside: CurveLegend = self
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_values(self, training: str, validation: str) -> None:
        """Show values; "" for one that is not known yet."""
        if (training, validation) != self._texts:
            self._texts = (training, validation)
            said = (self.tr("{0} {1}").format(*pair) for pair in zip(self._names, self._texts, strict=True) if pair[1])
            self.setAccessibleName(itemised(said))
            self.update()

    def values(self) -> tuple[str, str]:
        """Return the values shown for training and validation."""
        return self._texts

    def _widths(self) -> tuple[list[int], int]:
        """Return the widths of the names and of a value; measured once, for a run asks for them at every frame."""
        key = theme.current().scale, QGuiApplication.font().key()
        if self._measured is None or self._measured[0] != key:
            plain = QFontMetrics(theme.font("caption"))
            strong = QFontMetrics(theme.tabular(theme.font("section")))
            names = [plain.horizontalAdvance(name) for name in self._names]
            self._measured = key, (names, strong.horizontalAdvance(self._widest) + 1)
        return self._measured[1]

    def sizeHint(self) -> QSize:
        names, value = self._widths()
        return QSize(sum(names) + 2 * (_KEY + 2 * _KEY_GAP + value) + _ENTRY_GAP, theme.scaled(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * (_KEY + _KEY_GAP + self._widths()[1]) + _ENTRY_GAP, theme.scaled(20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        widths, value_width = self._widths()
        # In little room the keys must do; both legends say as much.
        named = all(legend.width() >= legend.sizeHint().width() for legend in (self, self.beside))
        middle, height = self.height() / 2, self.height()
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        vertical = Qt.AlignmentFlag.AlignVCenter
        colors = (CurvePlot.training_color(), p.accent)
        x = self.width() - (self.sizeHint() if named else self.minimumSizeHint()).width()
        for index, (name, text) in enumerate(zip(self._names, self._texts, strict=True)):
            painter.setPen(QPen(colors[index], 2))
            painter.drawLine(QPointF(x, middle), QPointF(x + _KEY, middle))
            if index == 1:
                painter.setBrush(colors[index])
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QPointF(x + _KEY / 2, middle), 3.5, 3.5)
            x += _KEY + _KEY_GAP
            if named:
                painter.setPen(p.text2)
                painter.setFont(theme.font("caption"))
                painter.drawText(QRectF(x, 0, widths[index] + 2, height), int(left | vertical), name)
                x += widths[index] + _KEY_GAP
            painter.setPen(p.text if text else p.text3)
            painter.setFont(theme.tabular(theme.font("section")))
            painter.drawText(QRectF(x, 0, value_width, height), int(right | vertical), text or "–")
            x += value_width + _ENTRY_GAP


class CurveCards(QWidget):
    """Loss and accuracy side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Curves"), "curves")
        self.loss = CurvePlot(
            "lossPlot",
            self.tr("Loss over the epochs"),
            is_loss=True,
            empty=self.tr("How wrong the network is appears here while it learns"),
        )
        self.accuracy = CurvePlot(
            "accuracyPlot",
            self.tr("Accuracy over the epochs"),
            is_loss=False,
            empty=self.tr("How often it is right appears here"),
        )
        self._legends = {self.loss: CurveLegend(loss_text(0.0001)), self.accuracy: CurveLegend(accuracy_text(1.0))}
        self._legends[self.loss].beside = self._legends[self.accuracy]
        self._legends[self.accuracy].beside = self._legends[self.loss]
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.CARD_GAP)
        for title, plot in ((self.tr("Loss"), self.loss), (self.tr("Accuracy"), self.accuracy)):
            card = Card(title)
            card.slot.addWidget(self._legends[plot])
            card.body.addWidget(plot, 1)
            row.addWidget(card, 1)
        self.loss.cursor_moved.connect(self._on_loss_cursor)
        self.accuracy.cursor_moved.connect(self._on_accuracy_cursor)

    def set_stacked(self, stacked: bool) -> None:
        """Put loss above accuracy, or again both side by side."""
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)

    def set_epochs(self, epochs: int) -> None:
        """Let both axes end with the planned number of epochs."""
        self.loss.set_epochs(epochs)
        self.accuracy.set_epochs(epochs)

    def show_story(self, story: CurveStory) -> None:
        """Show a run as far as it is."""
        for plot in (self.loss, self.accuracy):
            self.show_plot(plot, story)

    def show_plot(self, plot: CurvePlot, story: CurveStory) -> None:
        """Show a run in one of the plots; the values in the title line are those of the moment."""
        started = [(history.started, start) for history, start in ((story.history, story.start), *story.others)]
        ends = [start + run.epochs for run, start in started if run is not None]
        if story.history.started is not None:
            plot.set_epochs(math.ceil(max(ends)))
        name, text = ("loss", loss_text) if plot is self.loss else ("accuracy", accuracy_text)
        experiment = seed_curves(story.seeds, name) if story.moment is None else None
        if experiment is not None:
            data, lines = experiment
            plot.show_seeds(lines)
        else:
            others = (PlotData.of(history, name, start) for history, start in story.others)
            plot.show_others([other for other in others if other is not None])
            data = PlotData.of(story.history, name, story.start)
        plot.show_data(data)
        plot.show_moment(story.moment)
        legend = self._legends[plot]
        if data is None:
            legend.set_values("", "")
        else:
            x = float(data.view.x[-1]) if story.moment is None else story.moment
            last = data.validation_at(x if story.moment is not None else float("inf"))
            validation = last[1] if last is not None else None
            if story.measured is not None:
                validation = story.measured[0 if plot is self.loss else 1]
            legend.set_values(text(data.line_at(x)), "" if validation is None else text(validation))

    def legend_values(self, plot: CurvePlot) -> tuple[str, str]:
        """Return the present training and validation values in a plot's title line."""
        return self._legends[plot].values()

    @Slot(object)
    def _on_loss_cursor(self, step: int | None) -> None:
        self.loss.set_step(step, readout=True)
        self.accuracy.set_step(step, readout=False)

    @Slot(object)
    def _on_accuracy_cursor(self, step: int | None) -> None:
        self.accuracy.set_step(step, readout=True)
        self.loss.set_step(step, readout=False)
