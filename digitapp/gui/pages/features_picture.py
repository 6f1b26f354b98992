"""The picture of all units as a file."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.atomic import atomic_write_bytes
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.jobs import Report
from digitapp.gui.session import Session
from digitapp.gui.settings import Settings
from digitapp.inspection.picture import units_picture


def ask_for_path(page: QWidget, settings: Settings) -> Path | None:
    """Let the user say where the picture is to be saved; None for nowhere."""
    suggested = str(Path(settings.get(remembered.LAST_FOLDER)) / "units.png")
    title = QCoreApplication.translate("FeaturesPage", "Save the picture of all units")
    pattern = QCoreApplication.translate("FeaturesPage", "PNG pictures (*.png)")
    path, _ = QFileDialog.getSaveFileName(page, title, suggested, pattern)
    if not path:
        return None
    settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
    return Path(path)


def write_picture(
    session: Session,
    path: Path,
    images: NDArray[np.floating],
    title: str,
    *,
    succeeded: Callable[[Path], object],
    failed: Callable[[Exception], object],
) -> None:
    """Write images, shape (units, rows, columns), as one PNG in the background; then `succeeded(path)` is called.

    The file is whole or not there. A name without the ending gets it.
    """
    target = path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png")
    name = theme.current().name

    def write(_report: Report, _cancelled: threading.Event) -> Path:
        png = io.BytesIO()
        units_picture(images, title, name).save(png, format="PNG", optimize=True)
        atomic_write_bytes(target, png.getvalue())
        return target

    session.start_job(write, succeeded=succeeded, failed=failed)
