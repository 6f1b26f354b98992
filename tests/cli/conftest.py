"""Models, pictures, drawings and data for the verbs of the command line."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import run
from PIL import Image

from digitapp.modelfile import Model, save_model
from digitapp.nn.network import Network

DIGITS = tuple("0123456789")


@pytest.fixture
def digits_model(tmp_path: Path) -> Path:
    """A model 784-5-4-10 with random weights: what it answers is arbitrary, but always the same."""
    network = Network((784, 5, 4, 10), ("relu", "relu", "identity"))
    network.parameters[:] = np.random.default_rng(1).normal(0, 0.3, network.parameter_count)
    path = tmp_path / "digits.safetensors"
    save_model(Model(network, "cross_entropy", "mnist", DIGITS, "mnist", {}), path)
    return path


@pytest.fixture
def toy_model(tmp_path: Path) -> Path:
    path = tmp_path / "toy-model.safetensors"
    assert run("train", "--dataset", "toy", "--epochs", 3, "--out", path).exit_code == 0
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A dark bar on light paper."""
    grey = np.full((40, 40), 255, dtype=np.uint8)
    grey[5:35, 17:23] = 0
    path = tmp_path / "bar.png"
    Image.fromarray(grey).save(path)
    return path


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "blank.png"
    Image.new("L", (30, 30), 255).save(path)
    return path


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """A labelled one, a dot without ink to speak of, and a stroke without a label; gzipped."""
    content = {
        "drawings": [
            {"label": 1, "strokes": [[[0, 0], [0, 50], [0, 100]]]},
            {"label": 0, "strokes": [[[5, 5]]]},
            {"strokes": [[[0, 0], [30, 40]], [[0, 40], [30, 0, 0.5]]]},
        ]
    }
    path = tmp_path / "drawings.json.gz"
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    return path


@pytest.fixture
def idx_folder(tmp_path: Path) -> Path:
    """A data set of 48 + 8 images in MNIST's files: bars at one of two places."""
    folder = tmp_path / "bars"
    folder.mkdir()
    for part, count in (("train", 48), ("t10k", 8)):
        labels = np.arange(count, dtype=np.uint8) % 2
        images = np.zeros((count, 28, 28), dtype=np.uint8)
        images[labels == 0, 4:24, 8:12] = 255
        images[labels == 1, 4:24, 16:20] = 200
        header = struct.pack(">4I", 0x803, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, count) + labels.tobytes())
    return folder
