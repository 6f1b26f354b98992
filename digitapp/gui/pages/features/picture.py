"""All units of a layer as a picture to save, also those that the grid has scrolled out of sight."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitapp.gui import theme
from digitapp.gui.pictures import ComposedPicture, Pack
from digitapp.gui.translation import translate
from digitapp.inspection.picture import units_file


def units_to_save(
    images: NDArray[np.floating], title: str, names: Sequence[str], cells: int, limit: float | None
) -> ComposedPicture:
    """Return the picture of all units of a layer.

    Parameters
    ----------
    images : float array, shape (units, rows, columns), in the order of the grid; it is kept, not copied
    title : what they are
    names : of each image's unit
    cells : how many cells of an image stand for a weight
    limit : of the colours, None for what suits the images
    """

    def prepare(suffix: str) -> Pack:
        name = theme.current().name

        def pack(_cancelled: threading.Event) -> bytes:
            return units_file(images, title, name, names, suffix, cells, limit)

        return pack

    return ComposedPicture(prepare, translate("FeaturesPage", "All units of the layer"), "units")
