"""The whole explanation as one page to save."""

from __future__ import annotations

import threading

from digitapp.gui import theme
from digitapp.gui.pages.why.work import Case, change_of
from digitapp.gui.pictures import ComposedPicture, Pack
from digitapp.gui.translation import translate
from digitapp.inspection.contributions import contributions, ledger
from digitapp.inspection.explanation import map_evidence, pushers_templates
from digitapp.inspection.explanation_picture import Explanation, explanation_picture


def explanation_to_save(case: Case, target: int | None, title: str) -> ComposedPicture:
    """Return the page with all views of a case.

    Parameters
    ----------
    case : the drawing, the network and the question
    target : the class that the smallest change leads to, None to leave the change out
    title : of the page
    """

    def prepare(suffix: str) -> Pack:
        name, network = theme.current().name, case.network.copy()

        def pack(cancelled: threading.Event) -> bytes:
            found = contributions(network, case.inputs)
            column = ledger(found, case.question)
            units = [line.unit for line in column.lines]
            explained = Explanation(
                title,
                network.sizes,
                case.ink,
                case.names,
                case.question,
                found,
                column,
                pushers_templates(network, case.inputs, found, case.question, units),
                case.weight_limit if found.layer == 0 else None,
                map_evidence(network, case.inputs, case.question, case.shape, cancelled.is_set),
                None if target is None else change_of(case, network, target, cancelled.is_set),
            )
            figure = explanation_picture(explained, name)
            return figure.svg() if suffix == ".svg" else figure.png()

        return pack

    return ComposedPicture(prepare, translate("WhyPage", "All of this explanation"), "explanation")
