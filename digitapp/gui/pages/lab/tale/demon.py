"""A unit beside the demon that it is taken for: its weights with their numbers, how alike they are, and its vote."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.datasets.problems import TOY
from digitapp.gui import theme
from digitapp.gui.images import weights_image
from digitapp.gui.pages.lab.tale.words import demon_text, match_text
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.widgets.weight_text import text_on_weight
from digitapp.inspection.tale import Demon, Match
from digitapp.inspection.tale_trial import Judged

_CELL = 32
_BAR = 6


class DemonView(QWidget):
    """Shows the unit that is most like a demon, or the demon as the tale has it where there is no network."""

    def __init__(self, demon: Demon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.demon = demon
        self._match: Match | None = None
        self._weights: NDArray[np.float64] | None = None
        self._limit = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Demon {0}").format(demon.name))
        self.setToolTip(
            self.tr(
                "Match: how alike the unit's weights and the demon's favourite pixels are, 1 for just alike. Below "
                "it: how much more the unit speaks for the demon's digit than for the other."
            )
        )
        self._describe()

    def show_network(self, judged: Judged | None, match: Match | None, limit: float) -> None:
        """Show a network's match; None shows the demon of the tale."""
        self._match, self._limit, self._weights = match, limit, None
        if judged is not None and match is not None and match.unit is not None:
            self._weights = judged.weights[judged.verdict.matches.index(match)]
        self._describe()
        self.update()

    def lines(self) -> tuple[str, str]:
        """Return what stands below the picture."""
        match = self._match
        if match is None:
            return demon_text(self.demon), ""
        if match.unit is None:
            return self.tr("no unit left"), ""
        vote = self.tr("{0} for {1}").format(signed(match.vote, 1), TOY.class_names[self.demon.label])
        if match.rival:
            vote = self.tr("more like {0}").format(match.rival)
        return self.tr("match {0}").format(match_text(match)), vote

    def _describe(self) -> None:
        self.setAccessibleDescription(in_a_row(*self.lines()))

    # Layout

    def _cell(self) -> float:
        return min(theme.scaled(_CELL), self.width() / TOY.columns)

    def _line(self) -> int:
        return QFontMetrics(theme.font("caption")).height() + 4

    def sizeHint(self) -> QSize:
        return QSize(TOY.columns * theme.scaled(_CELL), TOY.rows * theme.scaled(_CELL) + 3 * self._line() + 14)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(78), self.sizeHint().height())

    def picture(self) -> QRectF:
        """Return where the picture stands."""
        cell = self._cell()
        return QRectF(0, self._line() + 4, TOY.columns * cell, TOY.rows * cell)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption-strong"))
        painter.setPen(p.text)
        painter.drawText(QRectF(0, 0, self.width(), self._line()), self.accessibleName())
        picture = self.picture()
        if self._match is None:
            self._paint_weights(painter, picture, self.demon.pattern(TOY.features), 2.0, numbers=False)
        elif self._weights is not None:
            self._paint_weights(painter, picture, self._weights, self._limit, numbers=True)
        else:
            painter.fillRect(picture, p.sunken)
        self._paint_frame(painter, picture)
        self._paint_lines(painter, picture)

    def _paint_weights(
        self, painter: QPainter, picture: QRectF, weights: NDArray[np.float64], limit: float, *, numbers: bool
    ) -> None:
        values = weights.reshape(TOY.shape)
        painter.drawImage(picture, weights_image(values, limit, theme.current().name))
        if not numbers:
            return
        painter.setFont(theme.tabular(theme.font("micro")))
        cell = self._cell()
        # Where there is no room for both signs, that of the negative ones is told.
        write = signed if painter.fontMetrics().horizontalAdvance("+0.0") + 2 < cell else decimal
        for row, column in np.ndindex(values.shape):
            value = float(values[row, column])
            painter.setPen(text_on_weight(value, limit))
            place = QRectF(picture.left() + column * cell, picture.top() + row * cell, cell, cell)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), write(value, 1 if abs(value) < 9.95 else 0))

    def _paint_frame(self, painter: QPainter, picture: QRectF) -> None:
        """Frame the pixels that the demon likes, which stand below each other."""
        cell = self._cell()
        frame = QPainterPath()
        for pixel in self.demon.pixels:
            row, column = divmod(pixel - 1, TOY.columns)
            place = QPainterPath()
            place.addRect(QRectF(picture.left() + column * cell, picture.top() + row * cell, cell, cell))
            frame = frame.united(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().palette.text, 2, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(frame.simplified())

    def _paint_lines(self, painter: QPainter, picture: QRectF) -> None:
        p = theme.current().palette
        first, second = self.lines()
        match, y = self._match, picture.bottom() + 6
        width = picture.width()
        painter.setFont(theme.font("caption-strong" if match is not None else "tick"))
        painter.setPen(p.text if match is not None and match.is_found else p.text2)
        high = self._line() if match is not None else 3 * self._line()
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(0, y, self.width(), high), int(flags), first)
        if match is None:
            return
        y += self._line()
        painter.setPen(Qt.PenStyle.NoPen)
        for share, color in ((1.0, p.sunken), (max(0.0, match.correlation), p.accent if match.is_found else p.bar)):
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(0, y, width * share, _BAR), _BAR / 2, _BAR / 2)
        painter.setFont(theme.tabular(theme.font("tick")))
        painter.setPen(p.text2)
        painter.drawText(QRectF(0, y + _BAR + 4, self.width(), self._line()), second)
