"""``digitapp classify``: which digits are in these files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from digitapp.cli.inputs import check_reads_drawings, prepared, read_inks
from digitapp.cli.output import JsonOption, note, percent, print_json, print_table
from digitapp.datasets.problems import MNIST
from digitapp.drawing.files import DrawingFileError
from digitapp.drawing.images import ImageFileError
from digitapp.modelfile import Model, load_model
from digitapp.reading import Answer, read
from digitapp.recognition import Reason

app = typer.Typer(add_completion=False, rich_markup_mode=None)

REASONS = {
    Reason.BLANK: "there is no ink, or hardly any",
    Reason.NO_PAPER: "no ink can be told from the paper",
    Reason.NOT_FINITE: "the network's numbers are not finite",
    Reason.SEVERAL_DIGITS: "several digits: {0}",
    Reason.SCRIBBLE: "a scribble, with more line than a digit has",
    Reason.FLAT: "too flat for a digit",
    Reason.WAVERING: "it could be {0}",
    Reason.UNLIKE: "not like any digit",
}


@dataclass(frozen=True)
class Result:
    """What one image or drawing was read as.

    `label` is None where the ink is not taken for a digit, and `reason` says why; `probabilities` is None where there
    is no ink.
    """

    file: str
    index: int
    label: str | None
    probabilities: list[float] | None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fields, the reason only where there is no label."""
        fields = {
            "file": self.file,
            "index": self.index,
            "label": self.label,
            "probabilities": self.probabilities,
        }
        return fields if self.reason is None else {**fields, "reason": self.reason}


@app.command("classify", epilog="Example: digitapp classify my-three.png my-drawings.json")
def classify_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Images (PNG, JPEG, BMP, TIFF, ...) or drawings files.", show_default=False
        ),
    ],
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="A model file, or the name of a shipped model.")
    ] = MNIST.shipped_models[0],
    json: JsonOption = False,
) -> None:
    """Recognise the digits in images and drawings."""
    loaded = load_model(model)
    check_reads_drawings(loaded)
    results: list[Result] = []
    failed = False
    for file in files:
        try:
            inks = read_inks(file)
        except (ImageFileError, DrawingFileError) as error:
            note(str(error))
            failed = True
        else:
            results += [_result(loaded, file, index, read(loaded, prepared(ink))) for index, ink in enumerate(inks)]
    if json:
        print_json({"results": [result.as_json() for result in results]})
    elif results:
        _print_results(results, loaded.class_names)
    if failed:
        raise typer.Exit(2)


def _result(model: Model, file: Path, index: int, answer: Answer) -> Result:
    label = None if answer.label is None else model.class_names[answer.label]
    probabilities = None if answer.best is None or answer.probabilities is None else answer.probabilities.tolist()
    return Result(str(file), index, label, probabilities, _reason(answer, model.class_names))


def _reason(answer: Answer, class_names: tuple[str, ...]) -> str | None:
    if answer.reason is None:
        return None
    link = " or " if answer.reason == Reason.WAVERING else ", "
    return REASONS[answer.reason].format(link.join(class_names[digit] for digit in answer.digits))


def _print_results(results: list[Result], class_names: tuple[str, ...]) -> None:
    """Print a row for each result, with the second choice where it is worth a thought."""
    many = {result.file for result in results if result.index > 0}
    rows = []
    for result in results:
        name = f"{result.file} #{result.index}" if result.file in many else result.file
        if result.label is None or result.probabilities is None:
            rows.append((name, "?", "", result.reason or ""))
            continue
        first, second = np.argsort(result.probabilities)[::-1][:2]
        doubt = result.probabilities[second]
        remark = f"or {class_names[second]}: {percent(doubt)}" if doubt >= 0.05 else ""
        rows.append((name, result.label, percent(result.probabilities[first]), remark))
    print_table(rows, right=frozenset({2}))
