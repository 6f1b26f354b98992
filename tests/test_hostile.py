"""Files that were made, or happened, to break the program: each gives the right value, or one sentence of two lines."""

from __future__ import annotations

import copy
import gzip
import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_helpers import refused, run, run_json
from PIL import Image

from digitapp.datasets.collection import read_collection, split_of
from digitapp.datasets.toy import load_toy
from digitapp.drawing.files import DrawingFileError, read_drawings
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess, preprocess_drawings
from digitapp.modelfile import Model, ModelContentError, ModelFileError, load_model, save_model
from digitapp.nn import Network, initialize
from digitapp.plain import plain
from digitapp.training import NetworkConfig, TrainConfig
from digitapp.training.checkpoint import (
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    resume,
    save_checkpoint,
    take_checkpoint,
)
from digitapp.training.errors import TrainingDiverged
from digitapp.training.loop import begin
from digitapp.training.presets import build_network

TWO_LINES = 240  # characters, beside the path
ESCAPES = "\x1b[31m\x1b]0;title\x07"
DIRECTION = "\u202e"


def is_tame(text: str) -> bool:
    """Return whether nothing in a text drives a terminal, or turns the direction of what stands around it."""
    return not any(character != "\n" and (character < " " or character in "\x7f\x9b\u202e\u2028") for character in text)


def a_model(classes: int = 10, **changes: Any) -> Model:
    network = Network((784, 8, classes), ("relu", "identity"))
    initialize(network, "he", np.random.default_rng(0))
    model = Model(network, "cross_entropy", "mnist", tuple("0123456789"[:classes]), "mnist")
    return replace(model, **changes)


def rewritten(path: Path, key: str, change: dict[str, Any]) -> None:
    """Change what stands in the JSON of a safetensors file, as no program would write it."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"][key] = json.dumps(json.loads(header["__metadata__"][key]) | change)
    new = json.dumps(header).encode()
    path.write_bytes(len(new).to_bytes(8, "little") + new + content[8 + length :])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    page = np.full((64, 64), 255, np.uint8)
    page[10:54, 28:36] = 0
    Image.fromarray(page).save(tmp_path / "one.png")
    return tmp_path / "one.png"


class TestModels:
    @pytest.mark.parametrize("classes", [2, 3, 9])
    def test_one_that_knows_fewer_classes_is_used_with_those(self, tmp_path: Path, picture: Path, classes: int) -> None:
        path = tmp_path / "few.safetensors"
        save_model(a_model(classes), path)
        (result,) = run_json("classify", "--model", path, picture)["results"]
        assert len(result["probabilities"]) == classes
        assert run("info", path).exit_code == 0
        assert classes != 3 or run("explain", path, picture).exit_code == 0

    def test_one_that_tells_nothing_apart_is_refused(self, tmp_path: Path) -> None:
        one = Network((784, 8, 1), ("relu", "identity"))
        with pytest.raises(ModelContentError, match="1 classes apart; expected 2 to 10"):
            save_model(a_model(2, network=one, class_names=("0",)), tmp_path / "one.safetensors")
        eleven = Network((784, 8, 11), ("relu", "identity"))
        with pytest.raises(ModelContentError, match="11 classes apart"):
            save_model(a_model(network=eleven, class_names=tuple("0123456789A")), tmp_path / "more.safetensors")

    @pytest.mark.parametrize(
        "record",
        [
            {"results": []},
            {"results": {"test_accuracy": "much", "test_samples": -1}},
            {"results": {"test_accuracy": 98.0, "test_samples": 10_000}},
            {"results": {"test_accuracy": 10**400, "test_samples": 10**400}},
            {"config": 7, "network": "none", "findings": {}, "edits": 3, "foils": "many", "recipe": []},
            {"note": [[[[[[[[[[[[1]]]]]]]]]]]]},
            {"note": list(range(100_000))},
        ],
        ids=lambda record: str(record)[:40],
    )
    def test_claims_that_cannot_be_true_are_left_out(self, tmp_path: Path, record: dict[str, Any]) -> None:
        path = tmp_path / "m.safetensors"
        save_model(a_model(), path)
        rewritten(path, "digitapp", {"training": record})
        kept = load_model(path).training
        assert kept.keys() <= {"results"}
        assert kept.get("results", {}) in ({}, {"test_samples": 10_000})
        assert run("info", path).exit_code == 0

    def test_a_sound_record_stays_whole(self) -> None:
        for name in ("toy", "mnist", "everyday", "record"):
            path = dict(shipped_records())[name]
            assert load_model(name).training == path

    def test_names_are_printed_harmlessly(self, tmp_path: Path, picture: Path) -> None:
        names = tuple(f"{ESCAPES}{DIRECTION}{digit}\n" for digit in range(10))
        path = tmp_path / f"m{DIRECTION}.safetensors"
        save_model(a_model(class_names=names, training={f"a{ESCAPES}": f"b{ESCAPES}\n"}), path)
        for arguments in (("info", path), ("classify", "--model", path, picture), ("explain", path, picture)):
            result = run(*arguments)
            assert result.exit_code == 0
            assert is_tame(result.stdout) and is_tame(result.stderr)
        assert all(is_tame(name) and len(name) < 30 for name in load_model(path).class_names)

    def test_a_field_of_any_length_makes_a_short_message(self, tmp_path: Path) -> None:
        path = tmp_path / "m.safetensors"
        for field in ("preprocessing", "loss", "problem", "class_names", "activations", "sizes", "format"):
            save_model(a_model(), path)
            for long in ("a" * 30_000, 10**4000):
                rewritten(path, "digitapp", {field: long})
                message = refused("info", path)
                assert len(message) < TWO_LINES + len(str(path)), field
        save_model(a_model(), path)
        rewritten(path, "digitapp", {"problem": f"{ESCAPES}{DIRECTION}"})
        assert is_tame(refused("info", path))

    def test_sizes_that_no_window_could_show_are_refused(self, tmp_path: Path) -> None:
        wide = Network((784, 20_000, 10), ("relu", "identity"))
        with pytest.raises(ModelContentError, match="each from 1 to 10,000"):
            save_model(a_model(network=wide), tmp_path / "m")

    def test_a_file_that_lies_around_does_not_take_a_models_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        save_model(a_model(3), Path("mnist"))
        assert len(load_model("mnist").class_names) == 10
        assert len(load_model("./mnist").class_names) == 3
        assert run_json("info", "mnist")["bytes"] > 100_000


def shipped_records() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each shipped model and the record that stands in its file."""
    from digitapp.modelfile import shipped_models

    for name, path in shipped_models():
        content = path.read_bytes()
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        yield name, json.loads(header["__metadata__"]["digitapp"])["training"]


ODD = (None, -1, 0, 1e308, 10**400, -(10**400), "x", [], {}, [[[]]], True, 0.5)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value in nested JSON, that of containers too."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from leaves(inner, (*path, key))


@pytest.fixture(scope="module")
def saved() -> Checkpoint:
    """A checkpoint of a run in its first epoch."""
    data = load_toy()
    config = TrainConfig(epochs=2, batch_size=16, hidden_dropout=0.1, averaging=0.9)
    network = build_network(12, 2, NetworkConfig((3,)), config.loss, np.random.default_rng(0))
    run = begin(network, data, config, np.random.default_rng(0))
    events = run.events()
    for _ in range(4):
        next(events)
    return take_checkpoint(run)


class TestCheckpoints:
    def test_whatever_stands_in_one_is_used_or_refused_in_a_sentence(self, saved: Checkpoint) -> None:
        data, refusals = load_toy(), 0
        facts = json.loads(json.dumps(saved.facts))
        for path in leaves(facts):
            for odd in ODD:
                changed = copy.deepcopy(facts)
                at = changed
                for key in path[:-1]:
                    at = at[key]
                at[path[-1]] = odd
                try:
                    run = resume(Checkpoint(saved.arrays, changed), data)
                    for _, _event in zip(range(30), run.events(), strict=False):
                        pass
                except CheckpointError as error:
                    refusals += 1
                    assert len(str(error)) < TWO_LINES, path
                except TrainingDiverged:
                    pass
        assert refusals > 200

    def test_nesting_without_end_is_refused(self, saved: Checkpoint, tmp_path: Path) -> None:
        path = tmp_path / "c.safetensors"
        save_checkpoint(saved, path)
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        header["__metadata__"]["digitapp_checkpoint"] = "[" * 100_000
        new = json.dumps(header).encode()
        path.write_bytes(len(new).to_bytes(8, "little") + new + content[8 + length :])
        with pytest.raises(CheckpointError, match="no checkpoint"):
            load_checkpoint(path)


class TestDrawings:
    def write(self, path: Path, drawings: list[Any]) -> Path:
        path.write_text(json.dumps({"drawings": drawings}), encoding="utf-8")
        return path

    def test_a_pressure_of_nothing_is_legal_and_leaves_no_ink(self, tmp_path: Path) -> None:
        stroke = [[0.1, 0.1, 0], [0.5, 0.5, 0]]
        path = self.write(tmp_path / "zero.json", [{"label": 1, "strokes": [stroke]}])
        (result,) = run_json("classify", path)["results"]
        assert result["label"] is None
        assert run_json("evaluate", "mnist", "--drawings", path)["samples"] == 1
        (drawing,) = read_drawings(path)
        assert not preprocess_drawings([drawing], [0.05]).any()

    @pytest.mark.parametrize("width", [1e-320, 1e-30, 0.05])
    def test_a_pen_of_any_width_is_read(self, tmp_path: Path, width: float) -> None:
        stroke = [[0.7, 0.1], [0.3, 0.7], [0.8, 0.3], [0.8, 0.9]]
        digit = {"label": 0, "held_out": False, "correction": False, "pen_width": width, "strokes": [stroke]}
        collection = read_collection(self.write(tmp_path / "my-hand.json", [digit] * 3))
        assert np.isfinite(split_of(collection.samples).inputs).all()

    def test_both_roads_are_one(self) -> None:
        rng = np.random.default_rng(0)
        drawings = [Drawing.from_points([rng.random((rng.integers(1, 9), 2))]) for _ in range(40)]
        drawings += [Drawing.from_points([np.column_stack([rng.random((5, 2)), np.zeros(5)])]) for _ in range(3)]
        together = preprocess_drawings(drawings, [0.06] * len(drawings))
        for drawing, picture in zip(drawings, together, strict=True):
            np.testing.assert_array_equal(preprocess(drawing, 0.06).input, picture)

    def test_more_drawings_than_anybody_draws_are_refused_before_they_are_made(self, tmp_path: Path) -> None:
        one = b'{"strokes":[[[0,0]]]}'
        for name, item in (("plain.json.gz", one), ("hidden.json.gz", one.replace(b"st", b"\\u0073t"))):
            bomb = b'{"drawings":[' + b",".join([item] * 60_000) + b"]}"
            (tmp_path / name).write_bytes(gzip.compress(bomb))
            with pytest.raises(DrawingFileError, match="more than 50,000 drawings"):
                read_drawings(tmp_path / name)


class TestPictures:
    @pytest.mark.parametrize("value", [3e38, -3e38, np.inf, np.nan])
    def test_numbers_that_are_no_greys_are_refused(self, tmp_path: Path, value: float) -> None:
        pixels = np.zeros((28, 28), np.float32)
        pixels[5:20, 12:15] = value
        Image.fromarray(pixels).save(tmp_path / "floats.tif")
        assert len(refused("classify", tmp_path / "floats.tif")) < TWO_LINES + len(str(tmp_path))

    def test_a_library_written_in_c_says_nothing_itself(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        buffer = io.BytesIO()
        Image.fromarray(np.eye(40, dtype=np.uint8) * 255).save(buffer, "TIFF", compression="tiff_lzw")
        whole = bytearray(buffer.getvalue())
        for at in range(8, min(200, len(whole)), 7):
            whole[at] ^= 0xFF
        (tmp_path / "lzw.tif").write_bytes(whole)
        run("classify", tmp_path / "lzw.tif")
        assert capfd.readouterr().err == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system knows no pipes with a name")
class TestWhatIsNoFile:
    @pytest.mark.parametrize(
        "name", ["pipe.png", "pipe.json", "pipe.safetensors", "pipe.csv", "train-images-idx3-ubyte"]
    )
    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path, name: str) -> None:
        os.mkfifo(tmp_path / name)
        for arguments in (("classify", tmp_path / name), ("info", tmp_path / name)):
            assert len(refused(*arguments)) < TWO_LINES + len(str(tmp_path / name))

    def test_so_are_devices(self) -> None:
        for path in ("/dev/zero", "/dev/full"):
            if Path(path).exists():
                assert "device" in refused("classify", path)
                with pytest.raises(ModelFileError):
                    load_model(path)

    def test_a_checkpoint_or_a_collection_that_is_a_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert "pipe" in refused("train", "--resume", tmp_path / "pipe", "--out", tmp_path / "m.safetensors")
        with pytest.raises(DrawingFileError, match="pipe"):
            read_collection(tmp_path / "pipe")


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("Ismaël 数字 مرحبا.png", "Ismaël 数字 مرحبا.png"),
            ("a\nb\tc", "a b c"),
            ("\x1b[2J", "\ufffd[2J"),
            ("gpj.\u202egnp", "gpj.\ufffdgnp"),
            ("می\u200cخواهم", "می\u200cخواهم"),
            ("\udcff", "\ufffd"),
            ("", ""),
        ],
    )
    def test_a_name_is_one_line_that_says_what_it_is(self, name: str, shown: str) -> None:
        assert plain(name) == shown

    def test_a_long_one_keeps_its_beginning_and_its_end(self) -> None:
        shown = plain("a" * 500 + ".png")
        assert len(shown) == 60 and shown.startswith("aaa") and shown.endswith(".png") and "…" in shown

    @pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names")
    def test_the_name_of_a_file_is_printed_harmlessly(self, tmp_path: Path, picture: Path) -> None:
        odd = tmp_path / f"a\n{ESCAPES}{DIRECTION}.png"
        odd.write_bytes(picture.read_bytes())
        result = run("classify", odd, tmp_path / f"no{ESCAPES}\n.png")
        assert is_tame(result.stdout) and is_tame(result.stderr)
        assert result.stdout.count("\n") == 1 and result.stderr.count("\n") == 1


class TestTheField:
    """The files themselves, where they are beside the repository; nothing of them is an exception."""

    def test_every_one_is_answered_or_refused_in_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Path, field_dir: Path
    ) -> None:
        monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path)
        files = [path for path in sorted((field_dir / "hostile").rglob("*")) if path.is_file()]
        assert len(files) >= 12
        for path in files:
            resumed = ("train", "--resume", path, "--out", tmp_path / "out.safetensors")
            as_model = (("info", path), ("classify", "--model", path, picture), resumed)
            as_ink = (("classify", path), ("data", "import", path))
            for arguments in as_model if path.suffix == ".safetensors" else as_ink:
                result = run(*arguments)
                assert result.exit_code in (0, 2), arguments
                assert is_tame(result.stdout) and is_tame(result.stderr)
                assert all(len(line) < TWO_LINES + len(str(path)) for line in result.stderr.splitlines())
