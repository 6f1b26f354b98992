"""``digitapp data``: what there is, import and download."""

from pathlib import Path
from typing import Any

import pytest
from cli_helpers import refused, run, run_json


def test_what_is_there_is_listed(mnist_dir: Path) -> None:
    facts = {fact["name"]: fact for fact in run_json("data", "list", "--data-dir", mnist_dir)["datasets"]}
    assert facts["toy"]["available"] and facts["mnist"]["directory"] == str(mnist_dir)
    assert "mnist" in run("data", "list", "--data-dir", mnist_dir).stdout


def test_real_files_are_imported(mnist_dir: Path, tmp_path: Path) -> None:
    result = run_json("data", "import", mnist_dir, "--data-dir", tmp_path)
    assert len(list(Path(result["directory"]).glob("*ubyte*"))) == 4
    listed = run_json("data", "list", "--data-dir", tmp_path)["datasets"]
    assert {fact["name"]: fact["directory"] for fact in listed}["mnist"] == result["directory"]


def test_other_files_are_not_imported(idx_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    assert "original" in refused("data", "import", idx_folder, "--data-dir", target)
    assert "not found" in refused("data", "import", tmp_path, "--data-dir", target)
    assert not list(target.rglob("*ubyte*"))


def test_a_download_tells_its_progress_and_its_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(target: Path, *, progress: Any) -> Path:
        progress(1, 2, "images")
        progress(2, 2, "images")
        return target

    monkeypatch.setattr("digitapp.datasets.download.download_mnist", download)
    result = run("data", "download", "--data-dir", tmp_path)
    assert result.stdout == f"Downloaded MNIST to {tmp_path / 'mnist'}\n"
    assert result.stderr == "digitapp: fetching images\n"
