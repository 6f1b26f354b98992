"""The left side of the Why page: the question, the drawing, and what is laid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.names import pixel_name
from digitapp.gui.pages.why import words
from digitapp.gui.pages.why.picture import OverlayPicture
from digitapp.gui.pages.why.work import Case
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.place_picker import PlacePicker
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import listed
from digitapp.gui.widgets import ComboBox, HoverReadout, Label, Panel, ReadoutRow, ScaleBar
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.inspection.contributions import Question

Grey = NDArray[np.floating]


class WhyStage(Panel):
    """Shows a case and lets another question be asked.

    Signals: `question_asked(Question)`, by the user alone.
    """

    question_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("window", parent)
        offer_picture(self, self.tr("Why this answer"), "why")
        self.label_box, self.against_box = ComboBox(), ComboBox()
        self.label_box.setObjectName("whyLabel")
        self.against_box.setObjectName("whyAgainst")
        self.label_box.setAccessibleName(self.tr("The answer to explain"))
        self.against_box.setAccessibleName(self.tr("The answer to compare it with"))
        self.label_box.setToolTip(self.tr("The answer to explain"))
        self.against_box.setToolTip(self.tr("The answer to compare it with"))
        self.headline = Label("", "body", "text2", wrap=True, tabular=True)
        self.picture = OverlayPicture(hint=480, line=2.0)
        self.picture.setObjectName("whyPicture")
        self.plane = PlacePicker(session)
        self.plane.hide()
        self.caption = Label("", "caption", "text2", wrap=True)
        self.scale_bar = ScaleBar()
        self.scale_bar.setFixedWidth(theme.scaled(160))
        self._readout = HoverReadout(self)
        self._case: Case | None = None
        self._build()
        for box in (self.label_box, self.against_box):
            box.activated.connect(self._on_chosen)
        self.picture.pixel_hovered.connect(self._on_hovered)

    def _build(self) -> None:
        question = QHBoxLayout()
        question.setSpacing(theme.SPACE)
        question.addWidget(Label(self.tr("Why"), "title"))
        question.addWidget(self.label_box)
        question.addWidget(Label(self.tr("rather than"), "title"))
        question.addWidget(self.against_box)
        question.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(24)
        foot.addWidget(self.caption, 1, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self.scale_bar, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addLayout(question)
        column.addWidget(self.headline)
        column.addWidget(self.picture, 1)
        column.addWidget(self.plane, 1)
        # Two lines in any case: the picture must not jump with its caption.
        self.caption.setMinimumHeight(2 * self.caption.fontMetrics().lineSpacing())
        column.addLayout(foot)

    def show_plane(self, shown: Snapshot) -> None:
        """Show the plane in the place of a picture, where inputs are places in one."""
        is_plane = shown.problem.is_plane
        self.plane.setVisible(is_plane)
        self.picture.setVisible(not is_plane)
        if is_plane:
            self.plane.show_snapshot(shown)

    # The question

    def show_case(self, case: Case) -> None:
        """Show the question of a case and its answer in numbers; the drawing is for the page to show."""
        names = list(case.names)
        if [self.label_box.itemText(index) for index in range(self.label_box.count())] != names:
            self.label_box.clear()
            self.against_box.clear()
            for index, name in enumerate(names):
                self.label_box.add_entry(name, data=index)
                self.against_box.add_entry(name, data=index)
            self.against_box.add_entry(self.tr("nothing else"), data=None)
        label, against = case.question
        self.label_box.setCurrentIndex(label)
        self.against_box.setCurrentIndex(len(names) if against is None else against)
        self.headline.setText(words.headline(case) if case.is_finite else "")
        self._case = case

    @Slot()
    def _on_chosen(self) -> None:
        """Ask the new question; a class is never compared with itself."""
        label, against = self.label_box.currentData(), self.against_box.currentData()
        if self._case is not None and label == against:
            before = self._case.question
            # The two have changed places, or the comparison is dropped.
            if self.sender() is self.label_box:
                against = before.label
            else:
                label = before.against if before.against is not None else label
                against = None if label == against else against
        self.question_asked.emit(Question(int(label), against))

    # The picture

    def show_ink(self, case: Case) -> None:
        """Show the drawing as the network sees it, or the numbers that are its inputs."""
        if case.has_picture:
            self.picture.set_ink(case.ink)
            self._explain(self.tr("Your drawing as the network sees it."))
            return
        self.picture.clear()
        numbers = zip(case.input_names, case.inputs, strict=True)
        self._explain(listed(f"{name} = {signed(float(number))}" for name, number in numbers))

    def show_map(self, values: Grey, limit: float, ink: Grey, caption: str) -> None:
        """Show signed values with their scale."""
        self.picture.set_map(values, limit, ink)
        self._explain(caption, limit)

    def show_change(self, before: Grey, after: Grey, caption: str) -> None:
        """Show ink that stays, comes and goes."""
        self.picture.set_change(before, after)
        self._explain(caption)

    def _explain(self, caption: str, limit: float | None = None) -> None:
        self.caption.setText(caption)
        self.picture.setAccessibleName(caption)
        policy = self.scale_bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.scale_bar.setSizePolicy(policy)
        self.scale_bar.setVisible(limit is not None)
        if limit is not None:
            self.scale_bar.set_limit(limit)

    @Slot(int, int)
    def _on_hovered(self, row: int, column: int) -> None:
        ink, values = self.picture.ink, self.picture.values
        if row < 0 or ink is None or self.picture.is_change:
            self._readout.hide()
            return
        title = pixel_name(row * ink.shape[1] + column, ink.size, ink.shape[1])
        rows = [ReadoutRow(self.tr("ink"), decimal(float(ink[row, column])))]
        if values is not None:
            rows.append(ReadoutRow(self.tr("value"), signed(float(values[row, column]), 3)))
        place = self.picture.picture_rect()
        step = place.width() / ink.shape[1]
        point = QPoint(round(place.left() + (column + 0.5) * step), round(place.top() + (row + 0.5) * step))
        self._readout.show_at(self.picture.mapTo(self, point), title, rows)
