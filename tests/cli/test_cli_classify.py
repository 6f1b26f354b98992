"""``digitapp classify``: pictures and drawings are read, and what is no digit is said."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import refused, run, run_json
from PIL import Image

from digitapp.calibration import Calibration
from digitapp.modelfile import load_model, save_model


def test_images_and_drawings_may_be_mixed(digits_model: Path, picture: Path, drawings: Path, blank: Path) -> None:
    results = run_json("classify", "--model", digits_model, picture, drawings, blank)["results"]
    places = [(result["file"], result["index"]) for result in results]
    assert places == [
        (str(picture), 0),
        (str(drawings), 0),
        (str(drawings), 1),
        (str(drawings), 2),
        (str(blank), 0),
    ]
    for result in (results[0], results[1], results[3]):
        assert list(result) == ["file", "index", "label", "probabilities"]
        assert sum(result["probabilities"]) == pytest.approx(1, abs=1e-5)
        assert result["label"] == "0123456789"[int(np.argmax(result["probabilities"]))]
    for result in (results[2], results[4]):  # a dot and a blank page
        assert result["label"] is None and result["probabilities"] is None and "ink" in result["reason"]


def test_what_is_no_digit_has_no_label_but_a_reason(
    digits_model: Path, picture: Path, blank: Path, tmp_path: Path
) -> None:
    choosy = tmp_path / "choosy.safetensors"
    save_model(replace(load_model(digits_model), calibration=Calibration(1.0, 1.0)), choosy)
    result, empty = run_json("classify", "--model", choosy, picture, blank)["results"]
    assert list(result) == ["file", "index", "label", "probabilities", "reason"]
    assert result["label"] is None
    assert sum(result["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert result["reason"]
    assert (empty["label"], empty["probabilities"]) == (None, None)
    line = run("classify", "--model", choosy, picture).stdout.splitlines()[-1]
    assert "?" in line and result["reason"] in line


def test_polarity_does_not_matter(digits_model: Path, picture: Path, tmp_path: Path) -> None:
    negative = tmp_path / "negative.bmp"
    Image.fromarray(255 - np.asarray(Image.open(picture))).save(negative)
    results = run_json("classify", "--model", digits_model, picture, negative)["results"]
    np.testing.assert_allclose(results[0]["probabilities"], results[1]["probabilities"], atol=1e-6)


def test_a_drawings_file_is_known_by_its_content(digits_model: Path, drawings: Path, tmp_path: Path) -> None:
    copy = tmp_path / "drawings"
    copy.write_bytes(drawings.read_bytes())
    assert len(run_json("classify", "--model", digits_model, copy)["results"]) == 3


def test_people_read_a_row_for_each(digits_model: Path, picture: Path, drawings: Path) -> None:
    lines = run("classify", "--model", digits_model, picture, drawings).stdout.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith(f"{picture} ") and "%" in lines[0]
    assert lines[2].split()[-8:] == ["?", "there", "is", "no", "ink,", "or", "hardly", "any"]


def test_one_bad_file_does_not_hide_the_good_ones(digits_model: Path, picture: Path, tmp_path: Path) -> None:
    liar = tmp_path / "liar.png"
    liar.write_text("this is no picture")
    result = run("classify", "--model", digits_model, liar, picture, tmp_path / "missing.png", "--json")
    assert result.exit_code == 2
    assert [item["file"] for item in json.loads(result.stdout)["results"]] == [str(picture)]
    lines = result.stderr.splitlines()
    assert len(lines) == 2 and "liar.png" in lines[0] and "missing.png" in lines[1]


def test_a_model_that_reads_no_ink_is_refused(toy_model: Path, picture: Path) -> None:
    assert "28×28" in refused("classify", "--model", toy_model, picture)


@pytest.mark.parametrize("content", [b"", b"not a model", struct.pack("<Q", 1 << 60) + b"{}"])
def test_a_file_that_is_no_model_is_refused(content: bytes, picture: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    assert "bad.safetensors" in refused("classify", "--model", path, picture)
