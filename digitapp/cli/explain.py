"""``digitapp explain``: what led to an answer, and what would change it."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from digitapp.cli.classify import REASONS
from digitapp.cli.errors import BadInput
from digitapp.cli.inputs import check_reads_drawings, prepared, read_inks
from digitapp.cli.output import (
    JsonOption,
    ModelArgument,
    check_can_write_picture,
    percent,
    print_json,
    print_table,
    say,
    write_picture,
)
from digitapp.datasets.problems import PROBLEMS, Inputs
from digitapp.drawing.grid import GridTextError, read_grid
from digitapp.inspection.colors import Theme
from digitapp.inspection.contributions import Ledger, Question, contributions, ledger, rounded, usual_question
from digitapp.inspection.explanation import MapEvidence, map_evidence, pushers_templates
from digitapp.inspection.explanation_picture import (
    MAP_TITLES,
    Explanation,
    change_text,
    explanation_picture,
    question_text,
    signed_text,
)
from digitapp.inspection.smallest_change import Change, smallest_change, smallest_flip
from digitapp.inspection.unit_names import unit_text
from digitapp.inspection.weight_scale import weight_limit
from digitapp.modelfile import Model, load_model
from digitapp.reading import Answer, Prepared, prepare, read
from digitapp.recognition import Reason
from digitapp.training import parse_whole

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("explain", epilog="Example: digitapp explain mnist my-four.png --target 9 --out why.svg")
def explain_command(
    model: ModelArgument,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="An image, a drawings file, or for the toy a text of 0 and 1.", show_default=False
        ),
    ],
    index: Annotated[str, typer.Option(metavar="N", help="Which drawing of a file; 0 for the first.")] = "0",
    label: Annotated[str, typer.Option(metavar="CLASS", help="Explain this class and not the answer.")] = "",
    against: Annotated[
        str, typer.Option(metavar="CLASS", help="Rather than this class and not the second; none: its score alone.")
    ] = "",
    target: Annotated[
        str, typer.Option(metavar="CLASS", help="Turn the drawing into this class and not into the second.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A picture to write, PNG or SVG.", show_default=False)
    ] = None,
    theme: Annotated[Theme, typer.Option(help="The picture's colours.")] = "light",
    json: JsonOption = False,
) -> None:
    """Say what led to a model's answer: its units, its pixels, and the smallest change to another answer.

    Contributions of the units add up to the score; maps of the pixels come with their tests.
    """
    if out is not None:
        check_can_write_picture(out)
    loaded = load_model(model)
    answer = read(loaded, _drawn(loaded, file, parse_whole("index", index)))
    assert answer.trace is not None and answer.probabilities is not None  # `_drawn` refuses what is blank
    logits, probabilities = answer.trace.pre_activations[-1][0], answer.probabilities
    if not np.isfinite(logits).all():
        raise BadInput(f"model {loaded.name}: its answers are no numbers, so there is nothing to explain")
    question = _question(loaded, logits, label, against)
    explained = _explain(loaded, answer, question, _target(loaded, logits, target), f"{file.name} · {loaded.name}")
    if out is not None:
        _write(explained, out, theme)
    if json:
        print_json(_as_json(explained, str(file), loaded, probabilities))
        return
    _print(explained, str(file), loaded, probabilities)
    if out is not None:
        say(f"Wrote {out}")


def _drawn(model: Model, file: Path, index: int) -> Prepared:
    """Return what the network sees of a file's drawing; there is something to see."""
    problem = PROBLEMS[model.problem]
    if problem.inputs is Inputs.GRID:
        try:
            grid = read_grid(file, problem.rows, problem.columns)
        except GridTextError as error:
            raise BadInput(f"{file}: {error}") from error
        except OSError as error:
            raise BadInput(f"{file}: cannot be read: {error.strerror or error}") from error
        if index:
            raise BadInput(f"--index {index}: expected 0, for a text of pixels holds one picture")
        if grid.is_empty:
            raise BadInput(f"{file}: every pixel is off, so there is nothing to explain")
        return prepare(grid)
    check_reads_drawings(model)
    inks = read_inks(file)
    if not 0 <= index < len(inks):
        known = f"0 to {len(inks) - 1}, the drawings in {file}" if len(inks) > 1 else f"0, for {file} holds one"
        raise BadInput(f"--index {index}: expected {known}")
    chosen = prepared(inks[index])
    if chosen.inputs is None:
        raise BadInput(f"{file}: {REASONS[read(model, chosen).reason or Reason.BLANK]}")
    return chosen


def _class(model: Model, option: str, name: str) -> int:
    if name not in model.class_names:
        raise BadInput(f"--{option} {name}: expected one of {', '.join(model.class_names)}")
    return model.class_names.index(name)


def _question(model: Model, logits: NDArray[np.floating], label: str, against: str) -> Question:
    best, second = usual_question(logits)
    chosen = _class(model, "label", label) if label else best
    if against == "none":
        return Question(chosen)
    if against:
        other = _class(model, "against", against)
        if other == chosen:
            raise BadInput(f"--against {against}: this is the class to explain; expected another one, or none")
        return Question(chosen, other)
    return Question(chosen, second if chosen == best else best)


def _target(model: Model, logits: NDArray[np.floating], target: str) -> int | None:
    best, second = usual_question(logits)
    if not target:
        return second
    chosen = _class(model, "target", target)
    if chosen == best:
        raise BadInput(f"--target {target}: the drawing is read as {target} already; expected another class")
    return chosen


def _explain(model: Model, answer: Answer, question: Question, target: int | None, title: str) -> Explanation:
    problem, network, inputs, road = PROBLEMS[model.problem], model.network, answer.inputs, answer.preprocessed
    assert inputs is not None
    shape = problem.rows, problem.columns
    found = contributions(network, inputs)
    column = ledger(found, question)
    looks = pushers_templates(network, inputs, found, question, [line.unit for line in column.lines])
    change = None
    if target is not None:
        if road is None:
            change = smallest_flip(network, inputs, target, shape)
        else:
            change = smallest_change(network, road.crop, target)
    return Explanation(
        title,
        network.sizes,
        inputs.reshape(shape),
        model.class_names,
        question,
        found,
        column,
        looks,
        weight_limit(network, 0) if found.layer == 0 else None,
        map_evidence(network, inputs, question, shape),
        change,
    )


def _write(explained: Explanation, out: Path, theme: Theme) -> None:
    figure = explanation_picture(explained, theme)
    write_picture(out, figure.svg() if out.suffix.lower() == ".svg" else figure.png())


# Words


def _print(explained: Explanation, file: str, model: Model, probabilities: NDArray[np.floating]) -> None:
    answer = int(np.argmax(explained.found.logits))
    names = explained.names
    say(f"{file} looks most like a {names[answer]}, {percent(float(probabilities[answer]))}")
    say()
    say(question_text(explained))
    print_table(_ledger_rows(explained, rounded(explained.column)), right=frozenset({2}))
    say()
    say("Pixels, with two tests of each map")
    print_table([("map", "sum", "shuffled", "lead lost", "at random"), *map(_map_row, explained.maps)])
    if explained.change is not None:
        change = explained.change
        say()
        say(f"The smallest change: {change_text(change, names)}")
        best = int(np.argmax(change.logits))
        share = float(model.probabilities(change.inputs[np.newaxis])[0, best])
        say(f"Then it looks most like a {names[best]}, {percent(share)}")


def _ledger_rows(explained: Explanation, column: Ledger) -> list[tuple[str, str, str]]:
    layer, columns = explained.found.layer, explained.ink.shape[1]
    rows = [("  bias", "", signed_text(column.bias))]
    for line, exact in zip(column.lines, explained.column.lines, strict=True):
        factors = f"{line.activation:.2f} × {signed_text(exact.weight)}"
        rows.append((f"  {unit_text(explained.sizes, layer, line.unit, columns)}", factors, signed_text(line.part)))
    others = "other pixels" if layer < 0 else "other units"
    if column.rest_units or column.rest:
        rows.append((f"  {column.rest_units} {others}", "", signed_text(column.rest)))
    rows.append(("  total", "", signed_text(column.total)))
    return rows


def _map_row(evidence: MapEvidence) -> tuple[str, ...]:
    total = "–" if evidence.key == "occlusion" else f"{evidence.total:.2f}"  # squares overlap
    if evidence.expected is not None:
        total += f" of {evidence.expected:.2f}"
    found = evidence.deletion
    places = found.lost_after, found.lost_at_random_after
    by_map, random = ("never" if place is None else f"{place} of {found.pixels}" for place in places)
    return f"  {MAP_TITLES[evidence.key]}", total, signed_text(evidence.randomisation.mean), by_map, random


# JSON


def _as_json(explained: Explanation, file: str, model: Model, probabilities: NDArray[np.floating]) -> dict[str, Any]:
    names, (label, against) = explained.names, explained.question
    column, layer = explained.column, explained.found.layer
    return {
        "file": file,
        "model": model.name,
        "answer": names[int(np.argmax(explained.found.logits))],
        "probabilities": probabilities,
        "logits": explained.found.logits,
        "label": names[label],
        "against": None if against is None else names[against],
        "contributions": {
            "layer": layer + 1 if layer >= 0 else None,
            "bias": column.bias,
            "units": [
                {"unit": line.unit + 1, "activation": line.activation, "contribution": line.part}
                for line in column.lines
            ],
            "rest": column.rest,
            "rest_units": column.rest_units,
            "total": column.total,
        },
        "maps": {evidence.key: _map_json(evidence) for evidence in explained.maps},
        "change": None if explained.change is None else _change_json(explained.change, model),
    }


def _map_json(evidence: MapEvidence) -> dict[str, Any]:
    deletion = evidence.deletion
    return {
        "values": evidence.values,
        "sum": evidence.total,
        "expected_sum": evidence.expected,
        "shuffled_correlation": evidence.randomisation.mean,
        "ink_pixels": deletion.pixels,
        "lead_lost_after": deletion.lost_after,
        "lead_lost_at_random_after": deletion.lost_at_random_after,
        "deletion_mean": float(deletion.by_map.mean()),
        "deletion_mean_at_random": float(deletion.at_random.mean()),
    }


def _change_json(change: Change, model: Model) -> dict[str, Any]:
    return {
        "target": model.class_names[change.target],
        "reached": change.reached,
        "drawn": change.drawn,
        "erased": change.erased,
        "is_smallest": change.is_smallest,
        "input": change.inputs,
        "probabilities": model.probabilities(change.inputs[np.newaxis])[0],
    }
