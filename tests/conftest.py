"""Fixtures that all tests share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from digitapp.datasets.idx import read_idx, write_idx

# A busy machine is no failure: tests never judge by the clock.
settings.register_profile("digitapp", deadline=None)
settings.load_profile("digitapp")

# Many tests begin a process, and to compile the program anew takes longer than most of them do.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What the command line trains is kept for its user, whom the tests do not know.
_of_nobody = TemporaryDirectory(prefix="digitapp-tests-", ignore_cleanup_errors=True)
os.environ["XDG_DATA_HOME"] = _of_nobody.name

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by the length of its packed bytes: they may hold the time, and all processes need the same names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) and not val.isascii() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long tests; the others keep their order."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def shared_dir(name: str) -> Path:
    """Return a folder of real data beside the repository, or skip the test where it is missing."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the folder shared/{name} with real data is not beside the repository")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _one_thread_for_products() -> Iterator[None]:
    """Leave the other cores to the other test processes: OpenBLAS's threads wait by spinning."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder with the four real MNIST files."""
    return shared_dir("mnist")


@pytest.fixture(scope="session")
def few_mnist_dir(mnist_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four files of every 30th real image, for what needs real digits but not all of them."""
    folder = tmp_path_factory.mktemp("few-mnist")
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        for kind, shape in (("images-idx3", (count, 28, 28)), ("labels-idx1", (count,))):
            name = f"{part}-{kind}-ubyte"
            write_idx(folder / name, read_idx(mnist_dir / f"{name}.gz", len(shape), shape)[::30])
    return folder


@pytest.fixture(scope="session")
def field_dir() -> Path:
    """The folder with inputs that failed once."""
    return shared_dir("field")


@pytest.fixture(scope="session")
def pens_file() -> Path:
    """The drawings file with real pen strokes."""
    return shared_dir("pens") / "pen_digits.json.gz"
