"""Fixtures that all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure: tests never judge by the clock.
settings.register_profile("digitapp", deadline=None)
settings.load_profile("digitapp")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"


def shared_dir(name: str) -> Path:
    """Return a folder of real data beside the repository, or skip the test where it is missing."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the folder shared/{name} with real data is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder with the four real MNIST files."""
    return shared_dir("mnist")


@pytest.fixture(scope="session")
def pens_file() -> Path:
    """The drawings file with real pen strokes."""
    return shared_dir("pens") / "pen_digits.json.gz"
