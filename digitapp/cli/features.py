"""``digitapp features``: what the units of a model look for, as one picture."""

import io
from pathlib import Path
from typing import Annotated

import typer

from digitapp.atomic import atomic_write_bytes
from digitapp.cli.errors import BadInput
from digitapp.cli.output import ModelArgument, check_can_write, note
from digitapp.datasets.problems import PROBLEMS
from digitapp.inspection.colors import Theme
from digitapp.inspection.picture import units_picture
from digitapp.inspection.unit_images import layer_images, projected_images
from digitapp.modelfile import load_model
from digitapp.training import parse_whole

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("features", epilog="Example: digitapp features mnist --out units.png")
def features_command(
    model: ModelArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The PNG file to write.", show_default=False)],
    layer: Annotated[str, typer.Option(metavar="N", help="1 for the first hidden layer.")] = "1",
    projected: Annotated[
        bool, typer.Option("--projected", help="Show a deeper layer on the pixels, through the weights before it.")
    ] = False,
    theme: Annotated[Theme, typer.Option(help="The page's colour.")] = "light",
) -> None:
    """Draw what the units of a model look for."""
    loaded = load_model(model)
    problem = PROBLEMS[loaded.problem]
    layers = len(loaded.network.weights)
    number = parse_whole("layer", layer)
    if not 1 <= number <= layers:
        raise BadInput(f"--layer {number}: expected 1 to {layers}, for {loaded.name} has {layers} layers of weights")
    if out.suffix.lower() != ".png":
        raise BadInput(f"--out {out}: expected a name that ends in .png")
    check_can_write(out)
    make = projected_images if projected else layer_images
    images = make(loaded.network, number - 1, problem.rows, problem.columns)
    if number > 1 and not projected:
        units = loaded.network.sizes[number - 1]
        note(f"layer {number} reads {units} units and no pixels; --projected shows it on pixels")
    title = f"{loaded.name} · {_layer_name(number, layers)}{', through the weights before it' * projected}"
    png = io.BytesIO()
    units_picture(images, title, theme).save(png, format="PNG", optimize=True)
    try:
        atomic_write_bytes(out, png.getvalue())
    except OSError as error:
        raise BadInput(f"--out {out}: cannot be written: {error.strerror or error}") from error
    typer.echo(f"Wrote {out} ({len(images)} units)")


def _layer_name(layer: int, layers: int) -> str:
    return "output layer" if layer == layers else f"hidden layer {layer}"
