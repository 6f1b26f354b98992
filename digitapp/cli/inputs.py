"""From files and data sets to what a network reads; images and drawings by the one road."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digitapp.cli.errors import BadInput
from digitapp.cli.findings import tell_of_data
from digitapp.cli.progress import loading
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS, Problem, problem_of
from digitapp.drawing.components import Grey
from digitapp.drawing.contents import read_contents
from digitapp.drawing.files import read_drawings
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.drawing.render import RELATIVE_PEN_WIDTH
from digitapp.modelfile import Model
from digitapp.reading import Prepared, prepare

DRAWING_SIZE = 0.7  # of the canvas; the unit and the size of a drawing from a file mean nothing
PEN_WIDTH = RELATIVE_PEN_WIDTH * DRAWING_SIZE


def check_reads_drawings(model: Model) -> None:
    """Refuse a model whose inputs are not made from ink; raises BadInput."""
    problem = PROBLEMS[model.problem]
    if not problem.is_drawn:
        what = "pixels that are set by hand" if problem.has_picture else "numbers that are no picture"
        raise BadInput(
            f"model {model.name}: it reads {problem.features} {what}; images and drawings need a model for 28×28 digits"
        )


def own_dataset(model: Model) -> str:
    """Return the name of the data set to look at a model with where none is named.

    It is the usual one of its problem, but the one that the model learned from where data are made to order: another
    has other classes.
    """
    problem, learned = PROBLEMS[model.problem], model.training.get("dataset")
    if problem.is_made and isinstance(learned, str) and problem_of(learned) is problem:
        return learned
    return problem.usual_dataset


def data_for(model: Model, name: str | None, data_dir: Path | None, seed: int = 0) -> Dataset:
    """Return a data set to look at a model with; None is its own, see `own_dataset`.

    Raises
    ------
    BadInput : the data set is for another problem, or has classes that the model does not know; told before it is
        loaded or generated, where its name says so
    DataError, DrawingFileError : it cannot be loaded
    """
    name = name or own_dataset(model)
    known = problem_of(name)
    if known is not None:
        _check_fits(model, name, known.of_classes(known.fewest_classes))
    with loading(name):
        data = load_dataset(name, data_dir=data_dir, seed=seed)
    tell_of_data(name, data)
    _check_fits(model, data.name, data.problem)
    return data


def _check_fits(model: Model, name: str, problem: Problem) -> None:
    if model.problem != problem.key or len(model.class_names) < problem.classes:
        own = PROBLEMS[model.problem]
        raise BadInput(
            f"model {model.name}: it tells {len(model.class_names)} classes on {_inputs(own)} apart; "
            f"data set {name} has {problem.classes} classes on {_inputs(problem)}"
        )


def _inputs(problem: Problem) -> str:
    return f"{problem.rows}×{problem.columns} pixels" if problem.has_picture else f"{problem.features} numbers"


def read_inks(path: Path) -> list[Drawing] | list[Grey]:
    """Return the ink of an image file, or the drawings of a drawings file.

    Raises
    ------
    ImageFileError, DrawingFileError : a file that cannot be read as what it is, or is of another kind
    """
    contents = read_contents(path)
    return contents if isinstance(contents, list) else [contents]


def prepared(ink: Drawing | Grey) -> Prepared:
    """Return what the network sees of one of `read_inks`; of thousands one at a time is in memory."""
    return prepare(ink.normalised(DRAWING_SIZE), PEN_WIDTH) if isinstance(ink, Drawing) else prepare(ink)


def labelled_drawings(path: Path, classes: int) -> tuple[list[Drawing], int]:
    """Return the labelled drawings of a file, as large as they are read, and how many others were left out.

    Raises
    ------
    DrawingFileError : the file cannot be read
    BadInput : no drawing has a label, or one has a label that the model does not know
    """
    drawings = read_drawings(path)
    labels = [drawing.label for drawing in drawings if drawing.label is not None]
    if not labels:
        raise BadInput(f"{path}: none of its {len(drawings)} drawings has a label to measure against")
    if max(labels) >= classes:
        raise BadInput(f"{path}: there is a label {max(labels)}; the model knows 0 to {classes - 1}")
    labelled = [drawing.normalised(DRAWING_SIZE) for drawing in drawings if drawing.label is not None]
    return labelled, len(drawings) - len(labelled)


def split_of(drawings: Sequence[Drawing]) -> Split:
    """Return what the network sees of labelled drawings, and their labels."""
    pictures = preprocess_drawings(drawings, [PEN_WIDTH] * len(drawings))
    labels = np.array([drawing.label for drawing in drawings], dtype=np.int64)
    return Split(pictures.reshape(len(drawings), -1), labels)
