"""``digitapp features``: what the units of a model look for, as one picture."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from digitapp.cli.errors import BadInput
from digitapp.cli.inputs import data_for
from digitapp.cli.output import DataDirOption, ModelArgument, check_can_write_picture, note, say, write_picture
from digitapp.datasets.problems import PROBLEMS
from digitapp.inspection.colors import Theme
from digitapp.inspection.dossier import votes
from digitapp.inspection.ordering import order_by_class, order_by_falling, order_by_similarity
from digitapp.inspection.picture import units_file
from digitapp.inspection.survey import COVARIANCE_SAMPLES, LayerSurvey, survey_layer
from digitapp.inspection.unit_images import class_images, layer_images, projected_images
from digitapp.inspection.unit_names import layer_text, unit_labels
from digitapp.inspection.weight_scale import weight_limit
from digitapp.modelfile import Model, load_model
from digitapp.training import parse_whole

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class View(StrEnum):
    """What of a unit is drawn."""

    WEIGHTS = "weights"
    PIXELS = "pixels"
    PATTERN = "pattern"
    CLASS = "class"


class Order(StrEnum):
    """In which order the units stand."""

    INDEX = "index"
    STRENGTH = "strength"
    CLASS = "class"
    SIMILARITY = "similarity"


@app.command("features", epilog="Example: digitapp features mnist --view pattern --order similarity --out units.svg")
def features_command(
    model: ModelArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The PNG or SVG file to write.", show_default=False)],
    layer: Annotated[str, typer.Option(metavar="N", help="1 for the first hidden layer.")] = "1",
    view: Annotated[
        View,
        typer.Option(
            help="The weights; a deeper layer's on the pixels, through the weights before it; the pattern, which is "
            "the input that goes with the unit in the data; or the weights times one class's mean input."
        ),
    ] = View.WEIGHTS,
    label: Annotated[str, typer.Option("--class", metavar="CLASS", help="The class of --view class.")] = "",
    order: Annotated[Order, typer.Option(help="By number, by length of the weights, by vote, neighbours alike.")] = (
        Order.INDEX
    ),
    projected: Annotated[bool, typer.Option("--projected", help="The same as --view pixels.")] = False,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Data for --view pattern and class.", show_default=False)
    ] = None,
    data_dir: DataDirOption = None,
    theme: Annotated[Theme, typer.Option(help="The page's colour.")] = "light",
) -> None:
    """Draw what the units of a model look for."""
    if projected:
        if view not in (View.WEIGHTS, View.PIXELS):
            raise BadInput(f"--projected: expected without --view {view}; it stands for --view pixels")
        view = View.PIXELS
    loaded = load_model(model)
    layers = len(loaded.network.weights)
    number = parse_whole("layer", layer)
    if not 1 <= number <= layers:
        raise BadInput(f"--layer {number}: expected 1 to {layers}, for {loaded.name} has {layers} layers of weights")
    if order is Order.CLASS and number == layers:
        raise BadInput("--order class: expected with a hidden layer; the units of the output layer are the classes")
    check_can_write_picture(out)
    chosen = _class(loaded, view, label)
    looks_at_data = view in (View.PATTERN, View.CLASS)
    if dataset is not None and not looks_at_data:
        raise BadInput(f"--dataset {dataset}: expected with --view pattern or class; no other view looks at data")
    survey = _survey(loaded, number - 1, dataset, data_dir) if looks_at_data else None
    images = _images(loaded, number - 1, view, chosen, survey)
    if number > 1 and view is View.WEIGHTS:
        units = loaded.network.sizes[number - 1]
        name = layer_text(loaded.network.sizes, number - 1)
        note(f"{name} reads {units} units and no pixels; --view pixels shows it on pixels")
    on_pixels = number == 1 or view in (View.PIXELS, View.PATTERN)
    cells = loaded.network.sizes[0 if on_pixels else number - 1]
    places = _order(loaded, number - 1, order, images)
    limit = weight_limit(loaded.network, number - 1) if view is View.WEIGHTS else None
    labels = unit_labels(loaded.network.sizes, number - 1, loaded.class_names)
    names = [labels[place] for place in places.tolist()]
    title = f"{loaded.name} · {_title(loaded.network.sizes, number - 1, view, label)}"
    write_picture(out, units_file(images[places], title, theme, names, out.suffix.lower(), cells, limit))
    say(f"Wrote {out} ({len(images)} units)")


def _class(model: Model, view: View, label: str) -> int:
    if view is not View.CLASS:
        if label:
            raise BadInput(f"--class {label}: expected with --view class")
        return 0
    if label not in model.class_names:
        where = f"--class {label}: expected" if label else "--view class: expected --class as well,"
        raise BadInput(f"{where} one of {', '.join(model.class_names)}")
    return model.class_names.index(label)


def _survey(model: Model, layer: int, dataset: str | None, data_dir: Path | None) -> LayerSurvey:
    """Return what data tells about the layer; the training part, for the test images choose nothing."""
    part = data_for(model, dataset, data_dir).train
    return survey_layer(
        model.network, layer, part.inputs[:COVARIANCE_SAMPLES], part.labels[:COVARIANCE_SAMPLES], len(model.class_names)
    )


def _images(model: Model, layer: int, view: View, chosen: int, survey: LayerSurvey | None) -> NDArray[np.floating]:
    problem, network = PROBLEMS[model.problem], model.network
    if survey is not None and view is View.PATTERN:
        return survey.patterns.reshape(-1, problem.rows, problem.columns)
    if survey is not None:
        return class_images(network, layer, survey.source_class_means[chosen], problem.rows, problem.columns)
    make = projected_images if view is View.PIXELS else layer_images
    return make(network, layer, problem.rows, problem.columns)


def _order(model: Model, layer: int, order: Order, images: NDArray[np.floating]) -> NDArray[np.int64]:
    if order is Order.STRENGTH:
        return order_by_falling(np.linalg.norm(model.network.unit_weights[layer], axis=0))
    if order is Order.CLASS:
        return order_by_class(votes(model.network, layer))
    if order is Order.SIMILARITY:
        return order_by_similarity(images.reshape(len(images), -1))
    return np.arange(len(images))


def _title(sizes: Sequence[int], layer: int, view: View, label: str) -> str:
    name = layer_text(sizes, layer)
    if view is View.PIXELS and layer > 0:
        return f"{name}, through the weights before it"
    return {View.PATTERN: f"{name}, patterns", View.CLASS: f"{name}, part in {label}"}.get(view, name)
