"""The form of a study: what is searched, how long, and where the study is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import PROBLEMS, Problem
from digitapp.gui import theme
from digitapp.gui.pages.runs.search.words import (
    entry_text,
    limits_text,
    parameter_title,
    pruner_title,
    sampler_title,
)
from digitapp.gui.translation import translate
from digitapp.gui.widgets import CheckBox, ComboBox, FieldRow, IconView, Label, NumberField, PlainButton, TextField
from digitapp.gui.words.problems import dataset_title
from digitapp.runs.search.errors import SearchError
from digitapp.runs.search.space import Entry, Space, more_to_search, parse_entry, usual_base, usual_space
from digitapp.runs.search.spec import MOST_SEEDS, MOST_TRIALS, Pruner, Sampler, StudySpec, check_name
from digitapp.runs.search.state import StudyState
from digitapp.runs.search.storage import default_url, storage_url
from digitapp.training.config import MAX_EPOCHS

_LABELS = 92
_QUICK_IMAGES, _QUICK_EPOCHS = 15_000, 4  # of a problem whose runs take long
_USUAL_TRIALS = 40


class StudyForm(QWidget):
    """The fields of a study; those of one that is there are locked, but for its number of trials.

    Signals
    -------
    changed : something was entered
    new_wanted : another study is to be set up
    """

    changed = Signal()
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = next(iter(PROBLEMS.values()))
        self._dataset = self._problem.usual_dataset
        self._is_known = False
        self._shown_study = ""
        self.name = TextField(_name, "", describe=_told, parent=self)
        self.name.setObjectName("searchName")
        self.images = _number(0, 10_000_000, 1000, self)
        self.epochs = _number(1, MAX_EPOCHS, 1, self)
        self.trials = _number(1, MOST_TRIALS, 10, self)
        self.trials.setObjectName("searchTrials")
        self.seeds = _number(1, MOST_SEEDS, 1, self)
        self.sampler, self.pruner = ComboBox(self), ComboBox(self)
        for sampler in Sampler:
            self.sampler.add_entry(sampler_title(sampler), data=sampler)
        for pruner in (Pruner.MEDIAN, Pruner.HYPERBAND, Pruner.NONE):
            self.pruner.add_entry(pruner_title(pruner), data=pruner)
        self.url = TextField(_address, "", describe=_told, parent=self)
        self.url.setPlaceholderText(self.tr("this computer"))
        self.data = Label("", "body")
        self.again = PlainButton(self.tr("Another study"), "plus", parent=self)
        self._lock = QWidget(self)
        self._lock_text = Label("", "caption", "text2", wrap=True)
        self._searched: dict[str, tuple[CheckBox, TextField, Label]] = {}
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        lock = QHBoxLayout(self._lock)
        lock.setContentsMargins(0, 0, 0, 0)
        lock.setSpacing(theme.SPACE)
        lock.addWidget(IconView("lock", 14))
        lock.addWidget(self._lock_text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(self.tr("The study"), "card-title"))
        column.addWidget(self._lock)
        self.rows = {
            "name": FieldRow(self.tr("Name"), self.name, label_column=_LABELS),
            "data": FieldRow(self.tr("Data"), self.data, label_column=_LABELS),
            "images": FieldRow(self.tr("Images"), self.images, helper=self.tr("0: all of them"), label_column=_LABELS),
            "epochs": FieldRow(self.tr("Epochs"), self.epochs, label_column=_LABELS),
            "trials": FieldRow(self.tr("Trials"), self.trials, label_column=_LABELS),
            "sampler": FieldRow(self.tr("Choose"), self.sampler, label_column=_LABELS),
            "pruner": FieldRow(self.tr("Give up"), self.pruner, label_column=_LABELS),
            "seeds": FieldRow(self.tr("Seeds each"), self.seeds, label_column=_LABELS),
            "url": FieldRow(self.tr("Kept on"), self.url, label_column=_LABELS),
        }
        self.sampler.setToolTip(
            self.tr("By what did well, as many trials are made at random beside it, to see what that is worth.")
        )
        self.pruner.setToolTip(self.tr("A trial whose validation is worse than that of others is not run to the end."))
        self.seeds.setToolTip(self.tr("A trial counts by the mean of so many trainings with different seeds."))
        self.url.setToolTip(
            self.tr("A file, or postgresql://USER:PASSWORD@HOST/DATABASE: then other machines can help with the study.")
        )
        for row in self.rows.values():
            column.addWidget(row)
        column.addSpacing(4)
        column.addWidget(Label(self.tr("Searched"), "section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        names = [*(name for name, _ in usual_space(self._problem).entries), *more_to_search()]
        for row, name in enumerate(names):
            box = CheckBox(parameter_title(name), self)
            title = parameter_title(name)
            field = TextField(_entry_parser(name), None, show=entry_text, describe=_told, name=title, parent=self)
            error = Label("", "tick", "danger", wrap=True, parent=self)
            error.hide()
            grid.addWidget(box, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
            grid.addWidget(error, 2 * row + 1, 0, 1, 2)
            self._searched[name] = box, field, error
        column.addLayout(grid)
        self._hint = Label(
            self.tr("Lists as 16, 32, 64; ranges as 0.001..0.1. The learning rate of SGD is ten times as large."),
            "tick",
            "text2",
            wrap=True,
        )
        column.addWidget(self._hint)
        column.addWidget(self.again)

    def _connect(self) -> None:
        for field in (self.images, self.epochs, self.trials, self.seeds, self.url):
            field.value_changed.connect(self._on_changed)
        self.again.clicked.connect(self.new_wanted)
        for box, field, error in self._searched.values():
            box.toggled.connect(self._on_ticked)
            field.value_changed.connect(self._on_changed)
            field.error_changed.connect(error.setText)
            field.error_changed.connect(self._show_errors)

    # What is shown

    def show_new(self, problem: Problem, dataset: str, name: str) -> None:
        """Offer a study for a problem, as it is worth beginning with."""
        self._problem, self._dataset, self._is_known, self._shown_study = problem, dataset, False, ""
        base, space = usual_base(problem), usual_space(problem)
        self.name.set_value(name)
        self.name.setCursorPosition(0)
        self.images.set_value(_QUICK_IMAGES if problem.is_drawn else 0)
        self.epochs.set_value(_QUICK_EPOCHS if problem.is_drawn else base[1].epochs)
        self.trials.set_value(_USUAL_TRIALS)
        self.seeds.set_value(1)
        self.sampler.setCurrentIndex(0)
        self.pruner.setCurrentIndex(0)
        self._show_data(problem, dataset)
        self._show_space(space)
        self.lock()

    def show_study(self, state: StudyState) -> None:
        """Show a study that is there."""
        spec = state.spec
        self._problem, self._dataset, self._is_known = PROBLEMS[spec.problem], spec.dataset, True
        self.name.set_value(spec.name)
        self.name.setCursorPosition(0)
        self.images.set_value(spec.images)
        self.epochs.set_value(spec.epochs)
        is_other = self._shown_study != spec.name
        self._shown_study = spec.name
        if is_other or self.trials.value() < state.target:  # else somebody may be entering that there are to be more
            self.trials.set_value(state.target)
        self.seeds.set_value(spec.seeds_per_trial)
        self.sampler.setCurrentIndex(self.sampler.findData(spec.sampler))
        self.pruner.setCurrentIndex(self.pruner.findData(spec.pruner))
        self._show_data(self._problem, spec.dataset)
        self._show_space(spec.space)

    def _show_data(self, problem: Problem, dataset: str) -> None:
        self.data.setText(dataset_title(dataset))
        self.rows["images"].setVisible(problem.is_drawn)

    def _show_space(self, space: Space) -> None:
        usual, more = usual_space(self._problem), more_to_search()
        for name, (box, field, _) in self._searched.items():
            entry = space.get(name)
            blocked = box.blockSignals(True)
            box.setChecked(entry is not None)
            box.blockSignals(blocked)
            field.set_value(entry or usual.get(name) or more[name])
            field.setCursorPosition(0)
            field.setToolTip(limits_text(space, name))
            field.setEnabled(entry is not None and not self._is_known)

    def lock(self, why: str = "") -> None:
        """Lock what cannot be changed of a study that is there, all while it is worked on: `why`, "" for not at all."""
        is_busy = bool(why)
        for name, row in self.rows.items():
            row.set_locked(is_busy if name == "trials" else is_busy or self._is_known)
        for box, field, _ in self._searched.values():
            box.setEnabled(not (is_busy or self._is_known))
            field.setEnabled(box.isChecked() and box.isEnabled())
        self._lock.setVisible(is_busy or self._is_known)
        self._lock_text.setText(why or self.tr("A study that is begun keeps its settings; it can get more trials."))
        self.again.setVisible(self._is_known)
        self.again.setEnabled(not is_busy)
        self._hint.setVisible(not self._is_known)

    # What was entered

    @property
    def address(self) -> str:
        """Where the study is kept."""
        return self.url.text().strip() or default_url()

    def spec(self) -> StudySpec | None:
        """Return the study of the form, None after putting the focus on the first field with a wrong value."""
        fields = [self.name, self.images, self.epochs, self.trials, self.seeds, self.url]
        fields += [field for box, field, _ in self._searched.values() if box.isChecked()]
        for field in fields:
            if not field.commit():
                field.setFocus()
                field.selectAll()
                return None
        entries = tuple((name, field.value()) for name, (box, field, _) in self._searched.items() if box.isChecked())
        try:
            return StudySpec(
                self.name.value(),
                self._problem.key,
                self._dataset,
                usual_base(self._problem, self.epochs.value()),
                replace(usual_space(self._problem), entries=entries),
                self.images.value() if self._problem.is_drawn else 0,
                self.sampler.currentData(),
                self.pruner.currentData(),
                self.seeds.value(),
            )
        except SearchError as error:
            self._show_refusal(str(error))
            return None

    def _show_refusal(self, text: str) -> None:
        """Show why the study cannot be at the parameter that the reason begins with, else at its name."""
        name = text.partition(":")[0]
        field = self._searched[name][1] if name in self._searched else self.name
        field.show_error(text)
        field.setFocus()

    @Slot()
    def _on_ticked(self) -> None:
        for box, field, _ in self._searched.values():
            field.setEnabled(box.isChecked())
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _show_errors(self) -> None:
        for _, _, error in self._searched.values():
            error.setVisible(bool(error.text()))


def _name(text: str) -> str:
    check_name(text.strip())
    return text.strip()


def _address(text: str) -> str:
    text = text.strip()
    if text:
        storage_url(text)
    return text


def _entry_parser(name: str) -> Callable[[str | Entry], Entry]:
    def parse(text: str | Entry) -> Entry:
        return parse_entry(f"{name}={text}")[1]

    return parse


def _told(error: ValueError) -> str:
    """Return why a text is refused; the core says it in a sentence."""
    return str(error)


def _number(low: int, high: int, step: int, parent: QWidget) -> NumberField:
    def parse(text: str) -> int:
        plain = text.strip().replace(",", "")
        if not plain.isdecimal() or not low <= int(plain) <= high:
            raise ValueError(plain)
        return int(plain)

    def describe(_error: ValueError) -> str:
        return translate("Search", "Use a whole number from {0} to {1}.").format(f"{low:,}", f"{high:,}")

    def stepped(value: Any, direction: int) -> int:
        return max(low, min(high, value + direction * step))

    return NumberField(parse, low, step=stepped, show=lambda value: f"{value:,}", describe=describe, parent=parent)
