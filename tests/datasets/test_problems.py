"""A problem says everything about itself, and nothing else in the program knows a problem or a data set by its name."""

import ast
from pathlib import Path

import numpy as np
import pytest

import digitapp
from digitapp.datasets.load import LOADERS, is_missing, known_datasets, load_dataset
from digitapp.datasets.problems import MNIST, PLANE, PROBLEMS, TOY, Inputs, Problem, problem_of
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.point import Point
from digitapp.modelfile import shipped_models

PACKAGE = Path(digitapp.__file__).parent
# Where names are given, and where words are found by them; and the folder in the data directory that is called mnist.
MAY_NAME = {"datasets/problems.py", "datasets/load.py", "gui/words/problems.py", "datasets/mnist.py"}


def test_nothing_else_knows_a_problem_or_a_data_set_by_its_name() -> None:
    names = {*PROBLEMS, *known_datasets(), *(problem.preprocessing for problem in PROBLEMS.values())}
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.value}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() not in MAY_NAME
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert not found


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=list(PROBLEMS))
def test_what_a_problem_says_fits_together(problem: Problem) -> None:
    assert PROBLEMS[problem.key] is problem
    assert problem.features == np.prod(problem.shape)
    assert len(problem.input_names) in (0, problem.features)
    assert bool(problem.input_names) != problem.has_picture
    assert set(problem.fetched) < set(problem.datasets)
    assert problem.dataset_at_hand not in problem.fetched
    assert problem.usual_dataset == problem.datasets[0]
    assert set(problem.shipped_models) <= {name for name, _ in shipped_models()}
    assert problem.blank.is_empty
    assert problem.sample is not None
    assert not problem.sample.is_empty
    assert isinstance(problem.sample, type(problem.blank))
    for name in (*problem.datasets, problem.hand):
        assert not name or (name in LOADERS and problem_of(name) is problem)


def test_names_that_no_problem_offers_are_folders() -> None:
    assert problem_of("somewhere/else") is None
    assert problem_of("") is None
    assert known_datasets() == ["toy", *PLANE.datasets, "mnist", "handwriting", "my-hand"]


def test_only_what_has_to_be_fetched_can_be_missing(tmp_path: Path, mnist_dir: Path) -> None:
    assert [name for name in known_datasets() if is_missing(name, tmp_path)] == list(MNIST.fetched)
    assert not any(is_missing(name, mnist_dir) for name in known_datasets())
    assert load_dataset(TOY.usual_dataset).problem is TOY


def test_the_blank_drawing_is_of_the_inputs_kind() -> None:
    def made_of(inputs: Inputs) -> Problem:
        return Problem("any", "", inputs, 2, 3, ("a", "b"))

    assert made_of(Inputs.STROKES).blank == Drawing()
    assert made_of(Inputs.GRID).blank == BinaryGrid.blank(2, 3)
    assert made_of(Inputs.POINTS).blank == Point()


def test_a_point_is_the_numbers_of_its_inputs() -> None:
    point = Point((0.5, -2.0))
    np.testing.assert_array_equal(point.to_vector(), np.array([0.5, -2.0], np.float32))
    assert point.to_vector().dtype == np.float32
    assert not point.is_empty
    assert Point().is_empty
