"""The whole explanation as a page in a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp.atomic import atomic_write_bytes
from digitapp.gui import theme
from digitapp.gui.jobs import Report
from digitapp.gui.pages.why_work import Case, search_change
from digitapp.inspection.contributions import contributions, ledger
from digitapp.inspection.explanation import map_evidence, pushers_templates
from digitapp.inspection.explanation_picture import Explanation, explanation_picture

if TYPE_CHECKING:
    from digitapp.gui.session import Session

SUFFIXES = (".png", ".svg")


def write_explanation(
    session: Session,
    case: Case,
    target: int | None,
    title: str,
    path: Path,
    *,
    succeeded: Callable[[Path], object],
    failed: Callable[[Exception], object],
) -> None:
    """Write all views of a case as one page, PNG or SVG by the path's ending, in the background.

    The file is whole or not there; a name without such an ending becomes a PNG. Then `succeeded(path)` is called.
    """
    out = path if path.suffix.lower() in SUFFIXES else path.with_name(path.name + ".png")
    name, network = theme.current().name, case.network.copy()
    search = None if target is None else search_change(case, target)

    def write(_report: Report, cancelled: threading.Event) -> Path:
        found = contributions(network, case.inputs)
        column = ledger(found, case.question)
        units = [line.unit for line in column.lines]
        explained = Explanation(
            title,
            case.ink,
            case.names,
            case.question,
            found,
            column,
            pushers_templates(network, case.inputs, found, case.question, units),
            map_evidence(network, case.inputs, case.question, case.shape, cancelled.is_set),
            None if search is None else search(cancelled.is_set).change,
        )
        figure = explanation_picture(explained, name)
        if not cancelled.is_set():
            atomic_write_bytes(out, figure.svg() if out.suffix.lower() == ".svg" else figure.png())
        return out

    session.start_job(write, succeeded=succeeded, failed=failed)
