"""Small data sets in the files of MNIST, made on the spot."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from digitapp.datasets.idx import idx_header, idx_sha256

TRAIN, TEST = 120, 30


class FakeMnist:
    """Four arrays with the shapes of MNIST's, and the files and checksums that belong to them."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.arrays: dict[str, np.ndarray] = {}
        for part, count in (("train", TRAIN), ("t10k", TEST)):
            images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
            images[0, 0, :2] = 0, 255
            self.arrays[f"{part}-images-idx3-ubyte"] = images
            self.arrays[f"{part}-labels-idx1-ubyte"] = (np.arange(count) % 10).astype(np.uint8)

    @property
    def checksums(self) -> Mapping[str, str]:
        return {name: idx_sha256(array) for name, array in self.arrays.items()}

    def payload(self, name: str) -> bytes:
        return idx_header(self.arrays[name].shape) + self.arrays[name].tobytes()

    def gzipped(self, name: str) -> bytes:
        return gzip.compress(self.payload(name), mtime=0)

    def write(self, folder: Path, *, dotted: bool = False, compressed: bool = True) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.arrays:
            stem = name.replace("-idx", ".idx") if dotted else name
            path = folder / (f"{stem}.gz" if compressed else stem)
            path.write_bytes(self.gzipped(name) if compressed else self.payload(name))
        return folder


@pytest.fixture
def fake_mnist() -> FakeMnist:
    return FakeMnist()


@pytest.fixture(autouse=True)
def _no_data_of_this_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep whatever data the person who runs the tests has out of them."""
    monkeypatch.delenv("DIGITAPP_DATA_DIR", raising=False)
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user data")
