"""Problems and their data: the 4×3 toy, MNIST, built-in handwriting."""

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.errors import DataError
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS, Problem

__all__ = ["PROBLEMS", "DataError", "Dataset", "Problem", "Split", "load_dataset"]
