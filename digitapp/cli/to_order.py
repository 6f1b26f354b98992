"""The options of data sets that are made to order, and the names that they stand for."""

from typing import Annotated, TypeAlias

import typer

from digitapp.cli.errors import BadInput
from digitapp.datasets.plane_made import with_settings
from digitapp.datasets.problems import PROBLEMS, problem_of

DATASETS = (
    "toy, mnist, handwriting, my-hand, plane:moons or another shape of points (plane:circles, spirals-2, spirals-3, "
    "xor, blobs-2, blobs-3, blobs-4, line), a folder with four IDX files, or a table (.csv) of 4×3 images or of points."
)
"""The help of an option that takes a data set."""

NoiseOption: TypeAlias = Annotated[
    float | None,
    typer.Option("--noise", metavar="X", help="Of made points: how far they stray. [the shape's]", show_default=False),
]
CountOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--count", metavar="N", help="Of made points: how many there are. [200]", show_default=False),
]


def to_order(dataset: str | None, noise: float | None, count: int | None) -> str | None:
    """Return the name of a data set with the noise and the number of points that were asked for.

    Raises
    ------
    BadInput : one was asked for and the data set is not made to order
    DatasetSettingError : a number that cannot be used
    """
    given = next((option for option, value in (("--noise", noise), ("--count", count)) if value is not None), "")
    if not given:
        return dataset
    problem = None if dataset is None else problem_of(dataset)
    if dataset is None or problem is None or not problem.is_made:
        made = next(problem.usual_dataset for problem in PROBLEMS.values() if problem.is_made)
        raise BadInput(f"{given}: expected with --dataset {made} or another data set that is made to order")
    return with_settings(dataset, noise=noise, count=count)
