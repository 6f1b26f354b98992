"""Templates: the whole network as one picture for each class, roughly for all drawings and exactly for this one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.paths_words import not_a_number
from digitapp.gui.pages.network.template_row import TemplateRow, TemplateRowContent
from digitapp.gui.pages.network.view import NetworkView
from digitapp.gui.pictures import offer_picture
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import in_a_row, listed
from digitapp.gui.widgets import HairLine, HoverReadout, Label, ReadoutRow, ScaleBar
from digitapp.gui.widgets.containers import ScrollPanel
from digitapp.gui.widgets.numbers import percent, signed, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.templates import LinearMap, LocalMap, linear_map, local_templates, template_accuracy
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.training.evaluate import evaluate

MOST_CLASSES = 12
_SCALE_WIDTH = 150
_AROUND, _LEAST = 330, 56.0  # what else stands in the view, and the least height of a picture


class TemplatesView(NetworkView):
    """Two rows of pictures: the product of all weights, and the linear map that the network is at the drawing."""

    needs_pictures = True

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(session, refresher, parent)
        offer_picture(self, self.tr("Templates"), "templates")
        self.all_row, self.local_row = TemplateRow(0), TemplateRow(3)
        self.all_text = Label("", "body", "text2", wrap=True)
        self.local_text = Label("", "body", "text2", wrap=True)
        self._all_scale, self._local_scale = ScaleBar(), ScaleBar()
        self._readout = HoverReadout(self)
        self._reading: LinearMap | None = None
        self._local: LocalMap | None = None
        self._classes: tuple[int, ...] = ()
        self._limits: list[float | None] = [None, None]
        self._errand = Errand(session.start_job, self)
        self._measured: tuple[float, float, int] | None = None  # accuracy of the templates, of the network, samples
        self._build()
        self._errand.found.connect(self._on_measured)
        self._accuracy = refresher.add(
            "accuracy of the templates",
            self._measure,
            on=(
                session.network_changed,
                session.weights_changed,
                session.dataset_changed,
                session.run_state_changed,
            ),
            of=self,
        )
        self.all_row.pixel_hovered.connect(self._on_all_hovered)
        self.local_row.pixel_hovered.connect(self._on_local_hovered)
        self.say(self.tr("What would have to be drawn for each class: orange speaks for it, blue against it."))

    def _build(self) -> None:
        panel = ScrollPanel("window")
        column = QVBoxLayout(panel.content)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        titles = (self.tr("For every drawing, as if nothing bent"), self.tr("For your drawing, exactly"))
        self._local_title = Label(titles[1], "section")
        parts = (
            (Label(titles[0], "section"), self._all_scale, self.all_text, self.all_row),
            (self._local_title, self._local_scale, self.local_text, self.local_row),
        )
        for index, (title, scale, text, row) in enumerate(parts):
            if index:
                column.addSpacing(8)
                column.addWidget(HairLine(Qt.Orientation.Horizontal))
                column.addSpacing(4)
            head = QHBoxLayout()
            head.addWidget(title, 1)
            scale.setFixedWidth(_SCALE_WIDTH)
            head.addWidget(scale)
            column.addLayout(head)
            column.addWidget(text)
            column.addWidget(row)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel)
        self.details = self._explanation = Label(
            self.tr(
                "A template is laid over the drawing: each pixel's ink times its weight, all added up. That is the "
                "first number below a picture. The second is an offset, from the biases. Their sum is the third, "
                "and the class with the largest one is the answer."
            ),
            "body",
            "text2",
            wrap=True,
        )
        self._explanation.setAlignment(Qt.AlignmentFlag.AlignTop)

    # All drawings

    def refresh_network(self, shown: Snapshot) -> None:
        self._measured = None
        self._errand.cancel()
        with np.errstate(all="ignore"):
            self._reading = linear_map(shown.network)
        self._show_all_text(shown)

    def _measure(self, shown: Snapshot) -> None:
        """Ask how well the templates alone read the validation images, once the network rests."""
        if shown.data_state is DataState.UNASKED:
            self.session.data.request(shown.dataset_name)
        dataset = shown.dataset
        rests = not shown.shows_run and bool(np.isfinite(shown.network.parameters).all())
        if self._measured is None and not self._errand.is_busy and dataset is not None and rests:
            network, loss = shown.network.copy(), shown.model.loss
            split = dataset.validation or dataset.train

            def work(_report: Report, _cancelled: threading.Event) -> tuple[float, float, int]:
                return template_accuracy(network, split), evaluate(network, loss, split).accuracy, len(split)

            self._errand.ask(work, shown.version)

    @Slot(object, object)
    def _on_measured(self, measured: tuple[float, float, int], version: int) -> None:
        if version == self.shown.version:
            self._measured = measured
            self._show_all_text(self.shown)

    def _show_all_text(self, shown: Snapshot) -> None:
        network = shown.network
        if len(network.weights) == 1:
            self.all_text.setText(self.tr("Without hidden layers this is no sketch: the templates are the network."))
            return
        text = self.tr("{0}, the weight matrices multiplied, as if no unit ever bent its sum.").format(product(network))
        if self._measured is None:
            sketch = self.tr("A sketch, not what the network does.")
        else:
            rough, exact, samples = self._measured
            sketch = self.tr("A sketch: alone it reads {0} of {1} images right, the network {2}.").format(
                _unbroken(percent(rough)), thousands(samples), _unbroken(percent(exact))
            )
        self.all_text.setText(in_a_row(text, sketch))

    # This drawing

    def refresh_answer(self, shown: Snapshot) -> None:
        answer, network = shown.answer, shown.network
        self._local = None
        if answer.inputs is not None:
            with np.errstate(all="ignore"):
                self._local = local_templates(network, answer.inputs)
        self._classes = shown_classes(network.sizes[-1], answer.probabilities)
        self._show_row(0, self.all_row, self._all_scale, None if self._reading is None else self._reading.templates)
        local = self._local
        self._local_title.setText(
            self.tr("For your drawing, exactly") if local is None or local.is_exact else self.tr("At your drawing")
        )
        self._local_scale.setVisible(local is not None)
        self._show_row(1, self.local_row, self._local_scale, None if local is None else local.templates)
        self.local_text.setText(self._local_words())

    def _show_row(self, index: int, row: TemplateRow, scale: ScaleBar, templates: np.ndarray | None) -> None:
        if templates is None:
            row.set_content(None)
            return
        problem, model = self.shown.problem, self.shown.model
        images = templates[list(self._classes)].reshape(-1, problem.rows, problem.columns)
        if len(self.shown.network.sizes) == 2:  # then these are the weights themselves
            limit = self._limits[index] = self.shown.weight_limit(0)
        else:
            limit = self._limits[index] = symmetric_limit(images, previous=self._limits[index])
        scale.set_limit(limit)
        names = tuple(model.class_names[output] for output in self._classes)
        label = self.shown.answer.best
        marked = self._classes.index(label) if label in self._classes else None
        lines = self._lines() if index else ()
        row.set_content(TemplateRowContent(names, images, limit, marked, lines))

    def _lines(self) -> tuple[tuple[str, ...], ...]:
        local = self._local
        assert local is not None
        parts = ((local.sums, "{0}"), (local.offsets, "{0}"), (local.logits, "= {0}"))
        return tuple(tuple(text.format(_signed(values[output])) for output in self._classes) for values, text in parts)

    def _local_words(self) -> str:
        network, trace, local = self.shown.network, self.shown.answer.trace, self._local
        if local is None or trace is None:
            return self.tr(
                "Draw on the right: then the pictures that the network lays over this very drawing stand here."
            )
        if len(network.weights) == 1:
            return self.tr("The same pictures: nothing bends, so every drawing meets the same templates.")
        if not local.is_exact:
            names = sorted({ACTIVATIONS[key].title for key in network.activations[:-1]})
            text = self.tr("Bent everywhere by {0}: the sums are exact for this drawing, for others only near it.")
            return text.format(listed(names))
        if all(key == "relu" for key in network.activations[:-1]):
            awake = sum(int(np.count_nonzero(layer[0] > 0)) for layer in trace.pre_activations[:-1])
            total = sum(network.sizes[1:-1])
            text = self.tr(
                "{0} of {1} hidden units are awake. As long as it is these, the network is nothing but these pictures."
            )
            return text.format(thousands(awake), thousands(total))
        return self.tr("As long as the same pieces of its units are in use, the network is nothing but these pictures.")

    # Pointer

    @Slot(int, int, int, QPoint)
    def _on_all_hovered(self, place: int, row: int, column: int, point: QPoint) -> None:
        self._name_pixel(
            self.all_row, None if self._reading is None else self._reading.templates, place, row, column, point
        )

    @Slot(int, int, int, QPoint)
    def _on_local_hovered(self, place: int, row: int, column: int, point: QPoint) -> None:
        self._name_pixel(
            self.local_row, None if self._local is None else self._local.templates, place, row, column, point
        )

    def _name_pixel(
        self, widget: TemplateRow, templates: np.ndarray | None, place: int, row: int, column: int, point: QPoint
    ) -> None:
        if templates is None or not 0 <= place < len(self._classes):
            self._readout.hide()
            return
        output = self._classes[place]
        index = row * self.shown.problem.columns + column
        weight = float(templates[output, index])
        rows = [ReadoutRow(self.shown.names.unit_inside(-1, index), _signed(weight))]
        inputs = self.shown.answer.inputs
        if inputs is not None and widget is self.local_row:
            rows.append(ReadoutRow(self.tr("× ink"), f"{float(inputs[index]):.2f}"))
            rows.append(ReadoutRow(self.tr("adds"), _signed(weight * float(inputs[index]))))
        title = self.tr("Template of {0}").format(self.shown.model.class_names[output])
        self._readout.show_at(widget.mapTo(self, point), title, rows)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        most = (self.height() - theme.scaled(_AROUND)) / 2
        for row in (self.all_row, self.local_row):
            row.set_most(max(_LEAST, most))

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._readout.hide()
        self._errand.cancel()
        self._accuracy.mark()  # where it is not known yet, it is asked for again


def product(network: Network) -> str:
    """Return how the matrices are multiplied, "W₁ · W₂"."""
    digits = "₀₁₂₃₄₅₆₇₈₉"
    return " · ".join("W" + "".join(digits[int(c)] for c in str(k + 1)) for k in range(len(network.weights)))


def shown_classes(classes: int, probabilities: np.ndarray | None) -> tuple[int, ...]:
    """Return the classes to show in their own order: all, or of many the likeliest ones."""
    if classes <= MOST_CLASSES:
        return tuple(range(classes))
    if probabilities is None:
        return tuple(range(MOST_CLASSES))
    order: Sequence[int] = np.argsort(-np.nan_to_num(probabilities, nan=-1.0), kind="stable")[:MOST_CLASSES].tolist()
    return tuple(sorted(order))


def _unbroken(text: str) -> str:
    """Keep a number and its unit on one line."""
    return text.replace(" ", "\u00a0")


def _signed(value: float) -> str:
    return signed(float(value)) if np.isfinite(value) else not_a_number()
