"""The picture of all units as a file."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp.atomic import atomic_write_bytes
from digitapp.gui import theme
from digitapp.gui.jobs import Report
from digitapp.gui.session import Session
from digitapp.inspection.picture import units_picture


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
