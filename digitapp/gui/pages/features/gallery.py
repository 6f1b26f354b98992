"""The pictures of all units of a layer: made at once where that is quick, and beside the window where it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.pages.features.evidence import Evidence
from digitapp.gui.pages.features.shown import Lack, Shown, View
from digitapp.gui.plots.plane_picture import bounds_around, points_of
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.regions import RESOLUTION, unit_regions
from digitapp.inspection.unit_images import (
    change_images,
    class_images,
    compact_shape,
    layer_images,
    projected_images,
)
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.runs.branches import Branch

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session

_AT_ONCE = 4_000_000  # multiplications or copied numbers: about 4 ms
_PRODUCT = 20  # a multiplication within a matrix product costs a twentieth of a copied number
_REST = 14  # what is made beside a run takes one part in fifteen of a core

Images = NDArray[np.floating]


class Gallery(QObject):
    """Makes the pictures of a view of what the page shows; `changed` tells of those that were made beside the window.

    Attributes
    ----------
    images : float array, shape (units, rows, columns); zeros while there is nothing to show
    lack : why there is nothing to show, None where there is
    """

    changed = Signal()

    def __init__(self, session: Session, evidence: Evidence, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._evidence = session, evidence
        self._shown = session.snapshot()
        self.view = View(0, Shown.WEIGHTS)
        self.images: Images = np.zeros((0, 1, 1), dtype=np.float32)
        self.lack: Lack | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_made)
        self._errand.failed.connect(self._on_failed)

    def show(self, view: View, shown: Snapshot) -> None:
        """Make the pictures of another view, or of another network; empty ones at first where that takes time."""
        self._errand.cancel()
        self.view, self._shown = view, shown
        self.images = self._blank()
        self._make(rest=0.0)

    def renew(self, shown: Snapshot) -> None:
        """Make the pictures of the network as it is now; the old ones stay until they are there."""
        self._shown = shown
        self._make(rest=_REST if shown.shows_run else 0.0)

    def _make(self, rest: float) -> None:
        make = self._maker()
        if isinstance(make, Lack):
            self.lack = make
            self.images = self._blank()
            return
        if self._cost() <= _AT_ONCE:
            self.images, self.lack = make(), None
            return

        def work(_report: Report, _cancelled: threading.Event) -> Images:
            return make()

        key = self._shown.network, self.view, self._shown.version
        self._errand.ask(work, key, patient=True, rest=rest)

    @property
    def bounds(self) -> Bounds:
        """The part of the plane that regions show: that of the points."""
        return bounds_around(points_of(self._shown.dataset))

    @property
    def cells(self) -> int:
        """How many cells of a picture stand for a weight or a pixel, from the top left; the others for nothing."""
        sizes = self._shown.network.sizes
        if self.view.on_plane:
            return RESOLUTION * RESOLUTION
        return sizes[0] if self.view.on_pixels else sizes[self.view.layer]

    def own_limits(self, images: Images) -> NDArray[np.floating]:
        """Return each picture's largest value, shape (units,); what is blank in all data has no say."""
        blank = self._evidence.blank
        cells = images.reshape(len(images), -1)
        if self.view.on_pixels and blank is not None and not blank.all():
            cells = cells[:, ~blank]
        largest = np.maximum(cells.max(axis=1), -cells.min(axis=1))
        return np.where(np.isfinite(largest) & (largest > 0), largest, 1.0)

    def stop(self) -> None:
        """Make nothing any more until asked again."""
        self._errand.cancel()

    @Slot(object, object)
    def _on_made(self, images: Images, key: tuple[Network, View, int]) -> None:
        if key[:2] == (self._shown.network, self.view):
            self.images, self.lack = images, None
            self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, _error: Exception, key: tuple[Network, View, int]) -> None:
        if key[:2] == (self._shown.network, self.view):
            self.lack = Lack.BROKEN

    def _blank(self) -> Images:
        """Return empty pictures in the shape that they will have."""
        problem, network = self._shown.problem, self._shown.network
        units = network.sizes[self.view.layer + 1]
        if self.view.on_plane:
            return np.zeros((units, RESOLUTION, RESOLUTION), network.dtype)
        if self.view.on_pixels:
            return np.zeros((units, problem.rows, problem.columns), network.dtype)
        return np.zeros((units, *compact_shape(network.sizes[self.view.layer])), network.dtype)

    def _cost(self) -> float:
        view, sizes = self.view, self._shown.network.sizes
        units = sizes[view.layer + 1]
        if view.shown is Shown.PATTERN:
            return 0.0
        if view.on_plane:
            return float(RESOLUTION * RESOLUTION * sum(sizes[1 : view.layer + 2]))
        if view.shown is Shown.PROJECTED:
            return sum(sizes[below] * sizes[below + 1] for below in range(view.layer)) * units / _PRODUCT
        return float(sizes[view.layer] * units)

    def _maker(self) -> Callable[[], Images] | Lack:
        """Return what makes the pictures, or why there are none."""
        view, network, problem = self.view, self._shown.network, self._shown.problem
        grid = problem.rows, problem.columns
        if view.on_plane:
            return partial(unit_regions, network, view.layer, self.bounds)
        if view.shown is Shown.WEIGHTS:
            return partial(layer_images, network, view.layer, *grid)
        if view.shown is Shown.PROJECTED:
            return partial(projected_images, network, view.layer, *grid)
        if view.shown is Shown.CHANGE:
            start = starting_parameters(self._shown, self._session.time_machine.branches)
            return Lack.NO_START if start is None else partial(change_images, network, start, view.layer, *grid)
        if view.shown is Shown.PATTERN and not problem.has_picture:
            return Lack.NO_PICTURE
        known = self._evidence.layer
        if known is None:
            return why_unknown(self._shown, self._evidence)
        if view.shown is Shown.PATTERN:
            patterns = known.survey.patterns
            return lambda: patterns.reshape(-1, *grid)
        mean = np.nan_to_num(known.survey.source_class_means[view.label])
        return partial(class_images, network, view.layer, mean, *grid)


def why_unknown(shown: Snapshot, evidence: Evidence) -> Lack:
    """Return why data tell nothing about the shown layer."""
    if evidence.is_broken:
        return Lack.BROKEN
    there = shown.data_state not in (DataState.MISSING, DataState.FAILED, DataState.FETCHING)
    return Lack.NOT_YET if there else Lack.NO_DATA


def starting_parameters(shown: Snapshot, branches: Sequence[Branch]) -> NDArray[np.floating] | None:
    """Return the parameters that the shown network began with, None where that is not known.

    It is known of networks that were trained since the window was opened: of a run that went on from another's moment,
    the start of the first.
    """
    if shown.place is not None:
        branch = shown.place.branch
    else:
        branch = next((branch for branch in branches if branch.model.network is shown.network), None)
    if branch is None:
        return None
    first = branch.ancestors[-1] if branch.ancestors else branch
    kept = first.moments.kept
    if not kept or kept[0].step != 0 or kept[0].parameters.shape != shown.network.parameters.shape:
        return None
    return kept[0].parameters
