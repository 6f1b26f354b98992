"""The answer as a sum: what each unit of the last hidden layer gives to it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui.pages.why import words
from digitapp.gui.pages.why.ledger import LedgerRow, LedgerView
from digitapp.gui.pages.why.stage import WhyStage
from digitapp.gui.pages.why.work import Case, TemplateFindings
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import Label
from digitapp.gui.widgets.numbers import decimal, signed, thousands
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.contributions import Contributions, Ledger, contributions, ledger, rounded
from digitapp.inspection.explanation import Templates, pushers_templates

LEAST, MOST = 5, 12  # units listed on each side
LARGE = 500_000  # parameters from which templates take too long for the window's thread


class UnitsFace(QWidget):
    """The strongest contributions, each with what its unit looks for laid over the ink.

    Signals: `changed` when something else belongs on the stage.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Units for and against"), "why-units")
        self.sentence = Label("", "body", "text2", wrap=True)
        self.ledger = LedgerView()
        self.ledger.setObjectName("whyLedger")
        hint = self.tr("Below each name: activation × weight. Point at a unit to see what it looks for.")
        self.hint = Label(hint, "caption", "text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.sentence)
        column.addWidget(self.ledger)
        column.addWidget(self.hint)
        column.addStretch(1)
        self._case: Case | None = None
        self._found: Contributions | None = None
        self._column: Ledger | None = None
        self._templates: Templates | None = None
        self._limits: list[float] = []
        self.ledger.row_shown.connect(self._on_row_shown)

    @Slot(int)
    def _on_row_shown(self, _row: int) -> None:
        self.changed.emit()

    def show_case(self, case: Case, room: int = LEAST) -> None:
        """Show the contributions of a case at once, as they take no time; there is `room` for so many on each side."""
        found = contributions(case.network, case.inputs)
        exact = ledger(found, case.question, min(max(room, LEAST), MOST))
        self._case, self._found, self._column = case, found, exact
        units = [line.unit for line in exact.lines]
        if case.network.parameter_count <= LARGE:
            self._templates = pushers_templates(case.network, case.inputs, found, case.question, units)
        else:  # the rows stand at once, their pictures come
            self._templates = Templates(np.zeros((len(units), case.inputs.size)), exact=True, are_weights=False)
        self._limits = limits_of(self._templates, case)
        self.sentence.setText(self._what_pushes(case, found.layer))
        self.ledger.set_rows(self._rows(rounded(exact), exact), case.ink)
        self.hint.setVisible(bool(units))

    @property
    def wanted(self) -> tuple[Contributions, list[int]] | None:
        """What templates are still to be made of: contributions and units; None where they are there."""
        if self._case is None or self._found is None or self._column is None:
            return None
        if self._case.network.parameter_count <= LARGE:
            return None
        return self._found, [line.unit for line in self._column.lines]

    def show_templates(self, findings: TemplateFindings) -> None:
        """Show what the listed units look for, if they are still those."""
        case, wanted = self._case, self.wanted
        if case is None or self._column is None or wanted is None or wanted[1] != findings.units:
            return
        self._templates = findings.templates
        self._limits = limits_of(self._templates, case)
        self.ledger.set_rows(self._rows(rounded(self._column), self._column), case.ink)

    def _rows(self, shown: Ledger, exact: Ledger) -> list[LedgerRow]:
        assert self._case is not None
        assert self._found is not None
        assert self._templates is not None
        case, layer = self._case, self._found.layer
        rows = [LedgerRow(self.tr("Bias"), shown.bias)]
        for index, (line, precise) in enumerate(zip(shown.lines, exact.lines, strict=True)):
            detail = f"{decimal(line.activation)} × {signed(precise.weight)}"
            image = self._templates.images[index].reshape(case.shape)
            name = case.part_names.unit(layer, line.unit)
            rows.append(LedgerRow(name, line.part, detail, image, self._limits[index]))
        if shown.rest_units or shown.rest:
            name = self._rest(layer, shown.rest_units, listed=bool(shown.lines))
            rows.append(LedgerRow(name, shown.rest, is_sum=True))
        rows.append(LedgerRow(words.total(case), shown.total, is_total=True))
        return rows

    def _what_pushes(self, case: Case, layer: int) -> str:
        label, against = case.question
        count, name = case.network.sizes[-2], case.names[label]
        if against is None and layer < 0:
            return self.tr(
                "This network has no hidden layer: its {0} inputs push directly the score of {1} up (orange) or down "
                "(blue). With the bias they add up exactly."
            ).format(thousands(count), name)
        if against is None:
            return self.tr(
                "The %Ln units of the last hidden layer push the score of {0} up (orange) or down (blue). With the "
                "bias they add up exactly.",
                "",
                count,
            ).format(name)
        other = case.names[against]
        if layer < 0:
            return self.tr(
                "This network has no hidden layer: its {0} inputs push directly towards {1} (orange) or towards {2} "
                "(blue). With the bias they add up exactly."
            ).format(thousands(count), name, other)
        return self.tr(
            "The %Ln units of the last hidden layer push towards {0} (orange) or towards {1} (blue). With the bias "
            "they add up exactly.",
            "",
            count,
        ).format(name, other)

    def _rest(self, layer: int, count: int, *, listed: bool) -> str:
        """Return what the units that are not listed are called together."""
        if layer < 0 and self._case is not None and not self._case.has_picture:
            return self.tr("%Ln other input(s)", "", count) if listed else self.tr("%Ln input(s)", "", count)
        if layer < 0:
            return self.tr("%Ln other pixel(s)", "", count) if listed else self.tr("%Ln pixel(s)", "", count)
        return self.tr("%Ln other unit(s)", "", count) if listed else self.tr("%Ln unit(s)", "", count)

    def show_on(self, stage: WhyStage) -> None:
        """Show what is pointed at or chosen, or the drawing alone."""
        case, row = self._case, self.ledger.shown
        if case is None or self._column is None or self._found is None or self._templates is None:
            return
        index = row - 1  # the bias is the first row
        if not 0 <= index < len(self._column.lines):
            stage.show_ink(case)
            return
        line = self._column.lines[index]
        name = case.part_names.unit(self._found.layer, line.unit)
        image = self._templates.images[index].reshape(case.shape)
        if self._found.layer >= 0:
            caption = words.template_caption(name, self._templates, drawn=case.has_picture)
            stage.show_map(image, self._limits[index], case.ink, caption)
            return
        if not case.has_picture:
            stage.show_map(image, self._limits[index], case.ink, self.tr("The weights: orange speaks for the answer."))
            return
        caption = self.tr("The weights of all pixels: orange speaks for the answer. Marked: your drawing.")
        stage.show_map(image, self._limits[index], case.ink, caption)
        rows, columns = divmod(line.unit, case.shape[1])
        stage.picture.set_marked((rows, columns))


def limits_of(found: Templates, case: Case) -> list[float]:
    """Return the limit of each picture's colours: of plain weights the one that they have everywhere."""
    is_first_layer = found.are_weights and len(case.network.sizes) > 2
    return [case.weight_limit if is_first_layer else symmetric_limit(image) for image in found.images]
