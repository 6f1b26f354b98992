"""What can be wrong with what is written for another program, or comes from one."""

from __future__ import annotations

from pathlib import Path

from digitapp import reasons
from digitapp.datasets.errors import DataFileError


class ExportError(Exception):
    """A network that cannot be written as asked.

    Attributes
    ----------
    reason : str, why, and what would go
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkbookError(DataFileError):
    """A workbook that no network can be read from.

    Attributes
    ----------
    cell : str, the cell at fault as a spreadsheet names it, "Weights!C7"; empty where it is the whole file
    """

    def __init__(self, path: Path, found: str, expected: str, cell: str = "") -> None:
        super().__init__(path, reasons.tr("cell {0}: {1}", cell, found) if cell else found, expected)
        self.cell = cell
