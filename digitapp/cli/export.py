"""``digitapp export``: a model in another program's form, and a workbook back to a model."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.inputs import data_for, prepared
from digitapp.cli.output import DataDirOption, check_can_write, note, say
from digitapp.datasets.dataset import Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import SUFFIX as MODEL_SUFFIX
from digitapp.modelfile import Model, load_model, save_model

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_WORKBOOK, _ARRAYS = ".xlsx", ".npz"
_KNOWN = (_WORKBOOK, _ARRAYS, MODEL_SUFFIX)


@app.command(
    "export",
    epilog="Example: digitapp export toy --to toy.xlsx --steps 10; and back, with the weights that were changed in it: "
    "digitapp export toy.xlsx --to mine.safetensors",
)
def export_command(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A model file, the name of a shipped model, or a workbook that was exported before.",
            show_default=False,
        ),
    ],
    to: Annotated[
        Path,
        typer.Option(metavar="FILE", help=f"What to write, by its ending: {', '.join(_KNOWN)}.", show_default=False),
    ],
    steps: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Steps of gradient descent in the workbook. [5; of digits 0]"),
    ] = None,
    image: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Only this image of the data set. [all; of digits a drawn 3]"),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="RATE", help="Of the steps. [the model's]", show_default=False)
    ] = None,
    momentum: Annotated[float, typer.Option(metavar="μ", help="Of the steps; 0 for plain gradient descent.")] = 0.0,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where the images are from.", show_default=False)
    ] = None,
    step: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Of a workbook: the weights before this step. [1]")
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write a model as a spreadsheet with every number of its learning, or for NumPy; or read a spreadsheet back."""
    suffix = to.suffix.lower()
    if suffix not in _KNOWN:
        raise BadInput(f"--to {to}: expected a name that ends in {', '.join(_KNOWN[:-1])} or {_KNOWN[-1]}")
    check_can_write(to, "--to")
    from_workbook = model.lower().endswith(_WORKBOOK)
    if step is not None and not from_workbook:
        raise BadInput(f"--step {step}: expected with a workbook to be read")
    given = {"--steps": steps, "--image": image, "--learning-rate": learning_rate, "--dataset": dataset}
    surplus = next((option for option, value in given.items() if value is not None), "--momentum" if momentum else "")
    if surplus and suffix != _WORKBOOK:
        raise BadInput(f"{surplus}: expected with a workbook (--to FILE{_WORKBOOK})")
    if from_workbook:
        from digitapp.exports.spreadsheet_reader import read_spreadsheet

        loaded = read_spreadsheet(Path(model), step or 1)
        note(f"read {loaded.network.parameter_count:,} weights and biases from {model}, all of them numbers")
    else:
        loaded = load_model(model)
    if suffix == _WORKBOOK:
        images, remark = _images(loaded, image, dataset, data_dir)
        _write_workbook(to, loaded, images, steps, learning_rate, momentum)
        if remark:
            note(remark)
    elif suffix == _ARRAYS:
        from digitapp.exports.arrays import write_arrays

        write_arrays(to, loaded)
    else:
        save_model(loaded, to)
    say(f"Wrote {to}")


def _images(model: Model, image: int | None, dataset: str | None, data_dir: Path | None) -> tuple[Split, str]:
    """Return the images of the workbook, and what is to be said about them.

    Of a network with many inputs it is one image: if no other is asked for, the drawn 3.
    """
    from digitapp.exports.unrolled import can_unroll, one_image

    sample = PROBLEMS[model.problem].sample
    if image is None and dataset is None and not can_unroll(model) and isinstance(sample, Drawing):
        inputs = prepared(sample).inputs
        assert inputs is not None  # the sample is no blank sheet
        split = one_image(model, inputs)
        answer = model.class_names[split.labels[0]]
        return split, f"the image is the 3 that the window begins with, the target the network's own answer, {answer}"
    data = data_for(model, dataset, data_dir).all_but_test.without_foils()
    if image is None and can_unroll(model):
        return data, ""
    chosen = (image or 1) - 1
    if chosen >= len(data):
        raise BadInput(f"--image {image}: expected 1 to {len(data):,}")
    return Split(data.inputs[chosen : chosen + 1], data.labels[chosen : chosen + 1]), ""


def _write_workbook(
    to: Path, model: Model, images: Split, steps: int | None, learning_rate: float | None, momentum: float
) -> None:
    """Write the workbook, and read it back to see whether it holds the model."""
    from digitapp.exports.errors import ExportError
    from digitapp.exports.spreadsheet import write_spreadsheet
    from digitapp.exports.spreadsheet_reader import read_spreadsheet
    from digitapp.exports.unrolled import USUAL_STEPS, can_unroll, usual_rule
    from digitapp.training import TrainConfig

    rule = usual_rule(model)
    if learning_rate is not None:
        rule = replace(rule, learning_rate=TrainConfig(learning_rate=learning_rate).learning_rate)
    if momentum:
        options = TrainConfig(optimizer="momentum", optimizer_options={"momentum": momentum}).optimizer_options
        rule = replace(rule, momentum=options["momentum"])
    count = (USUAL_STEPS if can_unroll(model) else 0) if steps is None else steps
    write_spreadsheet(to, model, images, rule, count)
    again = read_spreadsheet(to).network
    if not np.array_equal(again.parameters, model.network.folded().parameters):
        raise ExportError("the workbook does not hold the weights that were written to it")
    note(f"checked: read back from {to}, all {again.parameter_count:,} weights and biases are the model's")
    if count:
        each = "image" if len(images) == 1 else "images at once"
        kind = "gradient descent with momentum" if momentum else "plain gradient descent"
        note(f"{kind} on {len(images):,} {each}, learning rate {rule.learning_rate:g}, {count:,} steps")
