"""A map of what a layer answers: every point is an image of the data, those that the layer takes for alike are near."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset, Split, stratified_choice
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.network.data_words import data_words
from digitapp.gui.pages.network.map_plot import MapPlot
from digitapp.gui.pages.network.view import NetworkView
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import finish_unless
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name, in_a_row
from digitapp.gui.widgets import ComboBox, EmptyState, GhostButton, Label, PixelImage, SegmentedControl
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.answers import shares_of, sure_words
from digitapp.inspection.embedding import (
    Projection,
    aligned,
    place_beside,
    principal_components,
    tsne,
    tsne_is_available,
)
from digitapp.inspection.probes import INPUT, layer_activations
from digitapp.modelfile import Model
from digitapp.reading import Answer

COUNTS = (300, 1000, 2000)
PCA, TSNE = 0, 1
_REST = 4  # a map beside a run takes one part in five of a core
_IMAGE = 168


@dataclass(frozen=True, eq=False)
class Question:
    """What map is asked for; of a network that learns, of which the map's thread takes a copy."""

    model: Model
    images: Split
    layer: int
    method: int
    previous: NDArray[np.floating] | None


@dataclass(frozen=True, eq=False)
class ActivationMap:
    """A finished map.

    Attributes
    ----------
    asked : the question
    places : float array, shape (samples, 2)
    projection : how to place further inputs; None for t-SNE
    activations : float array, shape (samples, units), of the layer
    probabilities : float array, shape (samples, classes), the network's answers
    """

    asked: Question
    places: NDArray[np.floating]
    projection: Projection | None
    activations: NDArray[np.floating]
    probabilities: NDArray[np.floating]

    def place(self, activation: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return where one more input lies, from what the layer answers to it."""
        if self.projection is not None:
            return self.projection(activation[np.newaxis])[0]
        return place_beside(activation, self.activations, self.places)


def sample(dataset: Dataset, count: int) -> Split:
    """Return the images of a map: from the validation part, or the training part where that is too small."""
    parts = [part for part in (dataset.validation, dataset.train) if part is not None]
    part = next((part for part in parts if len(part) >= count), max(parts, key=len))
    if len(part) <= count:
        return part
    chosen = stratified_choice(part.labels, count, np.random.default_rng(0))
    return Split(part.inputs[chosen], part.labels[chosen])


def make_map(asked: Question, cancelled: threading.Event) -> ActivationMap | None:
    """Compute a map; None when it was cancelled.

    Raises
    ------
    ValueError : the layer's activations are not numbers, or there are too few images for t-SNE
    """
    model = replace(asked.model, network=asked.model.network.copy())
    with np.errstate(all="ignore"):
        probabilities = model.probabilities(asked.images.inputs)
        activations = layer_activations(model.network, asked.layer, asked.images.inputs)
    if asked.method == PCA:
        projection = principal_components(activations)
        places = projection(activations)
        if asked.previous is not None and asked.previous.shape == places.shape:
            turn = aligned(places, asked.previous)
            projection = Projection(projection.mean, projection.axes @ turn, projection.explained)
            places = places @ turn
        return ActivationMap(asked, places, projection, activations, probabilities)
    found: list[NDArray[np.floating]] = []
    # scikit-learn cannot be interrupted: nobody who has cancelled waits for it.
    if not finish_unless(cancelled, lambda: found.append(tsne(activations)), grace=0.0):
        return None
    return ActivationMap(asked, found[0], None, activations, probabilities)


class MapView(NetworkView):
    """The map, with the choice of layer, number of images and method."""

    needs_pictures = True

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(session, refresher, parent)
        self.plot = MapPlot()
        self.empty = EmptyState("image", "", "")
        self.layers, self.counts = ComboBox(), ComboBox()
        self.layers.setAccessibleName(self.tr("Layer"))
        self.counts.setAccessibleName(self.tr("Number of images"))
        for count in COUNTS:
            self.counts.add_entry(self.tr("{0} images").format(thousands(count)), data=count)
        self.counts.setCurrentIndex(1)
        self.method = SegmentedControl(("PCA", "t-SNE"), name=self.tr("Kind of map"))
        self.all_button = GhostButton(self.tr("All"), "search", tip=self.tr("Show the whole map"), key="0")
        self._point = _PointDetails()
        self.details = self._point
        self._errand = Errand(session.start_job, self)
        self._map: ActivationMap | None = None
        self._images: tuple[Dataset, int, Split] | None = None
        self._layer: int | None = None  # None: the last hidden layer
        self._is_stale = True
        self._build()
        self._connect()

    def _build(self) -> None:
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.layers, self.counts):
            row.addWidget(widget)
        if tsne_is_available():
            row.addWidget(self.method)
        row.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.plot, 1)
        self.empty.hide()
        self.say(self._sentence())

    def _connect(self) -> None:
        self.layers.activated.connect(self._on_layer_chosen)
        self.counts.activated.connect(self._ask_anew)
        self.method.currentChanged.connect(self._ask_anew)
        self.all_button.clicked.connect(self.plot.show_all)
        self.plot.point_hovered.connect(self._on_point_hovered)
        self._errand.found.connect(self._on_done)
        self._errand.failed.connect(self._on_failed)
        self.session.run_state_changed.connect(self._ask_anew)
        self.session.network_changed.connect(self._forget)
        self._asking = self.refresher.add("map's images", self._ask, on=(self.session.dataset_changed,), of=self)

    # What is asked for

    @property
    def layer(self) -> int:
        """The layer that is mapped; `INPUT` for the pixels."""
        last = len(self.shown.network.weights) - 1
        return max(INPUT, last - 1) if self._layer is None else min(self._layer, last)

    @Slot()
    def _forget(self) -> None:
        self._map = None
        self._layer = None
        self._errand.cancel()

    @Slot(int)
    def _on_layer_chosen(self, index: int) -> None:
        self._layer = self.layers.itemData(index)
        self._ask_anew()

    def refresh_network(self, shown: Snapshot) -> None:
        sizes = shown.network.sizes
        if self.layers.count() != len(sizes) or [self.layers.itemText(0)] == [""]:
            self.layers.clear()
            for layer in range(INPUT, len(sizes) - 1):
                self.layers.add_entry(shown.names.layer(layer), thousands(sizes[layer + 1]), data=layer)
        self.layers.setCurrentIndex(self.layers.findData(self.layer))
        self._is_stale = True
        self._ask(shown, resting=shown.shows_run)

    @Slot()
    def _ask_anew(self) -> None:
        self._is_stale = True
        self._asking.mark()

    def _ask(self, shown: Snapshot, *, resting: bool = False) -> None:
        """Ask for the map of the network, where it learns with a rest after the last one."""
        if not self._is_stale:
            return
        if shown.data_state is DataState.UNASKED:
            self.session.data.request(shown.dataset_name)
        words = data_words(self.session, shown)
        self._show_empty(words)
        dataset = shown.dataset
        if words is not None or dataset is None:
            return
        self._is_stale = False
        images = self._sample(dataset)
        self.counts.setVisible(max(len(dataset.train), len(images)) > COUNTS[0])
        previous = self._map.places if self._map is not None and self._map.asked.images is images else None
        method = self.method.currentIndex()
        asked = Question(shown.model, images, self.layer, method, previous)
        self._errand.ask(lambda _report, cancelled: make_map(asked, cancelled), asked, rest=_REST if resting else 0.0)
        self.say(self._sentence())

    def _sample(self, dataset: Dataset) -> Split:
        count = self.counts.currentData()
        if self._images is None or self._images[0] is not dataset or self._images[1] != count:
            self._images = (dataset, count, sample(dataset, count))
        return self._images[2]

    def _show_empty(self, words: tuple[str, str] | None) -> None:
        self.empty.setVisible(words is not None)
        self.plot.setVisible(words is None)
        self.all_button.setEnabled(words is None)
        if words is not None:
            self.empty.set_text(*words)
            self._point.show_point(None, "", "")

    # What has come

    @Slot(object, object)
    def _on_done(self, found: ActivationMap, asked: Question) -> None:
        if asked.model.network is not self.shown.network:
            return
        before = self._map
        same = before is not None and before.asked.layer == asked.layer and before.asked.images is asked.images
        self._map = found
        problem, model = self.shown.problem, self.shown.model
        images = asked.images.inputs.reshape(-1, problem.rows, problem.columns)
        if before is not None and before.asked.images is asked.images:
            images = self._shown_images  # the same array: the atlas stays
        self._shown_images = images
        wrong = found.probabilities.argmax(axis=1) != asked.images.labels
        self.plot.cloud.show_points(found.places, images, asked.images.labels, wrong, model.class_names)
        self.plot.show_places(found.places, keep_view=same)
        self._on_point_hovered(-1)
        self.refresh_answer(self.shown)
        self.say(self._sentence())

    @Slot(object, object)
    def _on_failed(self, error: Exception, asked: Question) -> None:
        if asked.model.network is not self.shown.network:
            return
        self._map = None
        no_numbers = isinstance(error, ValueError)
        text = self.tr("What this layer answers is not numbers.") if no_numbers else cause(error)
        self._show_empty((self.tr("This layer has no map"), text))

    def _sentence(self) -> str:
        text = self.tr("Every point is an image; what the layer takes for alike lies side by side.")
        if self._errand.is_busy and self.method.currentIndex() == TSNE:
            return in_a_row(text, self.tr("t-SNE takes its time: up to a minute."))
        found = self._map
        if found is None:
            return text
        if found.projection is not None:
            share = percent(float(found.projection.explained.sum()))
            method = self.tr("These two directions hold {0} of all differences.").format(share)
        else:
            method = self.tr("t-SNE keeps near neighbours together; far distances mean little.")
        wrong = int(np.count_nonzero(found.probabilities.argmax(axis=1) != found.asked.images.labels))
        framed = self.tr("Framed: {0} that the network misreads.").format(thousands(wrong)) if wrong else ""
        return in_a_row(text, method, framed)

    # The present drawing and the point under the pointer

    def refresh_answer(self, shown: Snapshot) -> None:
        found, answer, problem = self._map, shown.answer, shown.problem
        activation = None if found is None else answered(answer, found.asked.layer)
        if (
            found is None
            or activation is None
            or answer.inputs is None
            or len(activation) != found.activations.shape[1]
        ):
            self.plot.cloud.show_own(None, None)
            return
        self.plot.cloud.show_own(found.place(activation), answer.inputs.reshape(problem.rows, problem.columns))

    @Slot(int)
    def _on_point_hovered(self, point: int) -> None:
        found = self._map
        if found is None or point < 0:
            text = self.tr(
                "Hover an image to see it large. The wheel zooms, dragging moves. Your drawing has the green frame."
            )
            self._point.show_point(None, "", text)
            return
        problem, names = self.shown.problem, self.shown.model.class_names
        images = found.asked.images
        label, answers = int(images.labels[point]), found.probabilities[point]
        read = int(answers.argmax())
        title = self.tr("{0:A}, read right") if read == label else self.tr("{0:A}, read as {1:a}")
        sure = sure_words(float(shares_of(answers)[read]))
        image = images.inputs[point].reshape(problem.rows, problem.columns)
        self._point.show_point(image, title.format(Name(names[label]), Name(names[read])), sure)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        if self._errand.is_busy:
            self._errand.cancel()
            self._ask_anew()  # when it is seen again


def answered(answer: Answer, layer: int) -> NDArray[np.floating] | None:
    """Return what a layer answers to the present drawing, None without one."""
    if answer.inputs is None or answer.trace is None:
        return None
    return answer.inputs if layer == INPUT else answer.trace.activations[layer][0]


class _PointDetails(QWidget):
    """The image under the pointer, large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = PixelImage()
        self.image.setFixedSize(theme.scaled(_IMAGE), theme.scaled(_IMAGE))
        self.title = Label("", "section")
        self.text = Label("", "body", "text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.image, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addStretch(1)

    def show_point(self, image: NDArray[np.floating] | None, title: str, text: str) -> None:
        """Show an image, or only a text."""
        self.image.setVisible(image is not None)
        self.image.set_ink(image)
        self.title.setVisible(bool(title))
        self.title.setText(title)
        self.text.setText(text)
