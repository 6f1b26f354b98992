"""``digitapp evaluate``: how good a model is on labelled data."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import numpy as np
import typer
from numpy.typing import NDArray

from digitapp.cli.errors import BadInput
from digitapp.cli.inputs import PEN_WIDTH, check_reads_drawings, data_for, labelled_drawings, own_dataset, split_of
from digitapp.cli.output import DataDirOption, JsonOption, ModelArgument, note, percent, print_json, print_table, say
from digitapp.cli.to_order import DATASETS, CountOption, NoiseOption, to_order
from digitapp.datasets.dataset import Dataset, Split
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import Model, load_model
from digitapp.reading import prepare, read
from digitapp.training import Evaluation, TrainConfig, evaluate, parse_whole

app = typer.Typer(add_completion=False, rich_markup_mode=None)


_BATCH = 1000

Part: TypeAlias = Literal["test", "validation", "train", "all"]


@app.command("evaluate", epilog="Example: digitapp evaluate mnist --dataset mnist")
def evaluate_command(
    model: ModelArgument,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"{DATASETS} [the model's own]",
        ),
    ] = None,
    part: Annotated[
        Part | None, typer.Option(help="Which images to measure on. [test; all where there is no test part]")
    ] = None,
    drawings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Measure on the labelled drawings in this file.")
    ] = None,
    noise: NoiseOption = None,
    count: CountOption = None,
    seed: Annotated[str, typer.Option(metavar="N", help="The seed that parted the data set in training.")] = "0",
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Measure a model on a data set or on drawings."""
    loaded = load_model(model)
    if drawings is not None:
        if part is not None:
            raise BadInput("--part: expected with --dataset; drawings have no parts")
        if dataset is not None:
            note(f"--dataset {dataset} is not looked at: the drawings are measured")
        check_reads_drawings(loaded)
        labelled, left_out = labelled_drawings(drawings, len(loaded.class_names))
        if left_out:
            note(f"{drawings}: {left_out} drawings without a label were left out")
        split, source = split_of(labelled), str(drawings)
        refused = _refused_drawings(loaded, labelled)
    else:
        wanted = to_order(dataset or own_dataset(loaded), noise, count)
        data = data_for(loaded, wanted, data_dir, parse_seed(seed))
        split, chosen = _choose(data, part)
        source = data.name if chosen == "all" else f"the {chosen} part of {data.name}"
        refused = _refused(loaded, split)
    result = evaluate(loaded.network, loaded.loss, split)
    if json:
        keys = ("samples", "accuracy", "loss", "confusion")
        print_json({**{key: getattr(result, key) for key in keys}, "refused": refused})
    else:
        say(f"{loaded.name} on {source}")
        refuses = refused > 0 or loaded.calibration.threshold is not None
        _print_result(result, loaded.class_names, refused if refuses else None)


def parse_seed(text: str) -> int:
    """Return a seed as `train` takes it; raises ConfigError."""
    return TrainConfig(seed=parse_whole("seed", text)).seed


def _choose(data: Dataset, part: Part | None) -> tuple[Split, str]:
    """Return the part that was asked for; the test part by default, or all of a data set that has none."""
    parts = {"test": data.test, "validation": data.validation, "train": data.train}
    there = {name: split for name, split in parts.items() if split is not None}
    chosen = part or ("test" if "test" in there else "all")
    if chosen == "all":
        return _joined(list(there.values())), chosen
    if chosen not in there:
        raise BadInput(f"--part {chosen}: data set {data.name} has only {' and '.join(there)}")
    return there[chosen], chosen


def _joined(splits: list[Split]) -> Split:
    return Split(np.concatenate([split.inputs for split in splits]), np.concatenate([split.labels for split in splits]))


def _refused(model: Model, split: Split) -> int:
    """Return how many samples the model would not take for a digit, by its probabilities alone; right or wrong."""
    return sum(int((~model.calibration.accepts(model.probabilities(batch))).sum()) for batch in _batches(split))


def _refused_drawings(model: Model, drawings: Sequence[Drawing]) -> int:
    """Return how many drawings are not taken for a digit, by the rules of the canvas; right or wrong."""
    return sum(read(model, prepare(drawing, PEN_WIDTH)).label is None for drawing in drawings)


def _batches(split: Split) -> Iterator[NDArray[np.float32]]:
    return (split.inputs[start : start + _BATCH] for start in range(0, len(split), _BATCH))


def _print_result(result: Evaluation, class_names: tuple[str, ...], refused: int | None) -> None:
    wrong = result.samples - int(np.trace(result.confusion))
    say(f"  accuracy  {percent(result.accuracy)} ({wrong:,} of {result.samples:,} wrong)")
    if refused is not None:
        say(
            f"  refused   {percent(refused / result.samples)} ({refused:,} of {result.samples:,} not taken for a digit)"
        )
    say(f"  loss      {result.loss:.4f}")
    say("  confusion (rows: what it is, columns: what was read)")
    rows = [["", *class_names]]
    rows += [[name, *(str(count) if count else "·" for count in row)] for name, row in _named(result, class_names)]
    print_table([["   ", *row] for row in rows], right=frozenset(range(len(class_names) + 2)))


def _named(result: Evaluation, class_names: tuple[str, ...]) -> list[tuple[str, list[int]]]:
    return list(zip(class_names, result.confusion.tolist(), strict=True))
