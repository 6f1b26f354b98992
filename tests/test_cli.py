"""Every verb of the command line: what it prints where, its exit codes, and what it says about bad input."""

import errno
import gzip
import json
import os
import signal
import struct
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_helpers import refused, run, run_json
from PIL import Image

from digitapp.calibration import Calibration, calibrate
from digitapp.cli import VERBS
from digitapp.cli.checkpoints import CheckpointKeeper
from digitapp.modelfile import Model, load_model, save_model
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from digitapp.nn.network import Network
from digitapp.training import BatchDone, Event, NetworkConfig, TrainConfig
from digitapp.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from digitapp.training.loop import Run

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


class TestHelp:
    def test_the_program_lists_its_verbs(self) -> None:
        result = run("--help")
        assert result.exit_code == 0
        assert all(f"\n  {verb} " in result.stdout for verb in VERBS)

    @pytest.mark.parametrize("verb", [(verb,) for verb in VERBS if verb != "data"] + [("data", "import")], ids=" ".join)
    def test_every_verb_has_help_with_an_example(self, verb: tuple[str, ...]) -> None:
        result = run(*verb, "--help")
        assert result.exit_code == 0
        assert f"Usage: digitapp {' '.join(verb)}" in result.stdout and "Example: digitapp" in result.stdout

    def test_choices_come_from_the_engine(self) -> None:
        words = set(run("train", "--help").stdout.replace(",", " ").replace(".", " ").split())
        for registry in (ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES):
            assert set(registry) <= words

    def test_every_setting_is_an_option(self) -> None:
        text = run("train", "--help").stdout
        for field in (*fields(NetworkConfig), *fields(TrainConfig)):
            option = f"--{field.name.replace('_', '-')}"
            assert f"  {option} " in text or f"  {option.removesuffix('s')} " in text

    def test_version(self) -> None:
        assert run("--version").stdout.startswith("digitapp ")

    @pytest.mark.parametrize(
        "arguments", [("nonsense",), ("train",), ("classify",), ("data",), ("data", "nonsense"), ("info", "--nonsense")]
    )
    def test_wrong_usage_is_one_line(self, arguments: tuple[str, ...]) -> None:
        assert "--help)" in refused(*arguments)


class TestTrain:
    def test_json_has_the_promised_keys(self, tmp_path: Path) -> None:
        out = tmp_path / "toy.safetensors"
        result = run_json("train", "--dataset", "toy", "--hidden", 3, "--epochs", 200, "--seed", 0, "--out", out)
        keys = ["epochs", "seconds", "train_accuracy", "validation_accuracy", "test_accuracy", "model"]
        assert list(result) == keys
        assert result["epochs"] == 200 and result["train_accuracy"] == 1 and result["test_accuracy"] is None
        assert result["model"] == str(out) and load_model(out).network.sizes == (12, 3, 2)

    def test_without_json_people_are_told(self, tmp_path: Path) -> None:
        result = run("train", "--dataset", "toy", "--epochs", 20, "--out", tmp_path / "toy.safetensors")
        assert "Trained 12-3-2 on toy: 20 epochs" in result.stdout and "validation" in result.stdout
        assert "  test " not in result.stdout
        assert result.stderr.count("epoch") <= 2 * 11  # progress, but not a line for each epoch

    def test_the_same_seed_gives_the_same_file(self, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("a.safetensors", "b.safetensors", "c.safetensors")]
        for seed, file in zip((4, 4, 5), files, strict=True):
            run_json("train", "--dataset", "toy", "--epochs", 5, "--seed", seed, "--out", file)
        contents = [file.read_bytes() for file in files]
        assert contents[0] == contents[1] != contents[2]

    def test_every_option_reaches_the_run(self, tmp_path: Path) -> None:
        out = tmp_path / "toy.safetensors"
        options = (
            "--hidden 4,3 --activation tanh --initializer glorot --loss cross_entropy --optimizer adam "
            "--learning-rate 0,01 --batch-size 5 --epochs 2 --seed 7 --momentum 0.5 --weight-decay 0.1 "
            "--l1 0.01 --l2 0.02 --schedule constant --optimizer-option beta1=0.8 --optimizer-option epsilon=1e-7"
        )
        run_json("train", "--dataset", "toy", "--out", out, *options.split())
        record = load_model(out).training
        assert record["dataset"] == "toy"
        assert record["network"] == {
            "hidden": [4, 3],
            "activation": "tanh",
            "initializer": "glorot",
            "normalization": "none",
        }
        expected = {
            "loss": "cross_entropy",
            "optimizer": "adam",
            "learning_rate": 0.01,
            "batch_size": 5,
            "epochs": 2,
            "seed": 7,
            "momentum": 0.5,
            "weight_decay": 0.1,
            "l1": 0.01,
            "l2": 0.02,
            "schedule": "constant",
            "optimizer_options": {"beta1": 0.8, "epsilon": 1e-7},
        }
        assert expected.items() <= record["config"].items()

    def test_a_model_to_start_from(self, tmp_path: Path) -> None:
        first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
        shape = ("--hidden", "4,3", "--activation", "tanh,maxout2", "--normalization", "batch")
        run_json("train", "--dataset", "toy", *shape, "--epochs", 1, "--pretrain-epochs", 2, "--out", first)
        still = ("--epochs", 1, "--optimizer", "sgd", "--learning-rate", 1e-9)
        run_json("train", "--dataset", "toy", "--start-from", first, *still, "--out", second)
        before, after = load_model(first), load_model(second)
        assert after.network.activations == ("tanh", "maxout2", "sigmoid")
        np.testing.assert_allclose(after.network.parameters, before.network.parameters, atol=1e-5)
        assert after.training["start_from"] == "first"
        line = refused("train", "--dataset", "toy", "--start-from", first, "--hidden", 5, "--out", second)
        assert "start-from" in line and "12-5-2" in line and "12-4-3-2" in line

    def test_an_interrupted_run_goes_on_to_the_same_bytes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = ("--dataset", "toy", "--hidden", "5,4", "--activation", "relu,tanh", "--epochs", 6, "--patience", 5)
        settings += ("--optimizer", "adam", "--hidden-dropout", 0.2, "--pretrain-epochs", 1, "--normalization", "batch")
        whole, again, saved = (tmp_path / name for name in ("whole", "again", "run.ckpt"))
        run_json("train", *settings, "--out", whole)

        after = CheckpointKeeper.after

        def press_ctrl_c(keeper: CheckpointKeeper, event: Event, interrupted: Run) -> None:
            if isinstance(event, BatchDone) and event.step == 15:
                signal.raise_signal(signal.SIGINT)
            after(keeper, event, interrupted)

        monkeypatch.setattr(CheckpointKeeper, "after", press_ctrl_c)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore Ctrl-C
        stopped = run("train", *settings, "--out", again, "--checkpoint", saved)
        signal.signal(signal.SIGINT, before)
        assert stopped.exit_code == 130 and not again.exists()
        assert "go on with: digitapp train --resume" in stopped.stderr
        monkeypatch.undo()
        run_json("train", "--resume", saved, "--out", again)
        assert again.read_bytes() == whole.read_bytes()

    def test_a_checkpoint_is_written_every_few_epochs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        epochs: list[int] = []

        def remember(checkpoint: Checkpoint, path: Path) -> None:
            epochs.append(checkpoint.facts["epoch"])
            save_checkpoint(checkpoint, path)

        monkeypatch.setattr("digitapp.cli.checkpoints.save_checkpoint", remember)
        saved, out = tmp_path / "run.ckpt", tmp_path / "model"
        result = run("train", "--dataset", "toy", "--epochs", 8, "--out", out, "--checkpoint", saved, "--every", 3)
        assert result.exit_code == 0 and epochs == [3, 6]
        first = out.read_bytes()
        assert run("train", "--resume", saved, "--out", out).exit_code == 0
        assert out.read_bytes() == first

    def test_what_cannot_be_resumed_is_refused(self, tmp_path: Path) -> None:
        saved, out = tmp_path / "run.ckpt", tmp_path / "model"
        assert str(saved) in refused("train", "--resume", saved, "--out", out)
        run("train", "--dataset", "toy", "--epochs", 3, "--out", out, "--checkpoint", saved)
        assert "no --epochs" in refused("train", "--resume", saved, "--epochs", 9, "--out", out)
        content = load_checkpoint(saved)
        save_checkpoint(Checkpoint(content.arrays, {**content.facts, "about": {}}), saved)
        assert "not written by digitapp train" in refused("train", "--resume", saved, "--out", out)
        assert "--checkpoint" in refused("train", "--checkpoint", tmp_path / "no" / "x", "--out", out)

    def test_a_checkpoint_that_cannot_be_written_ends_no_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("digitapp.cli.checkpoints.save_checkpoint", full)
        saved, out = tmp_path / "run.ckpt", tmp_path / "model"
        result = run("train", "--dataset", "toy", "--epochs", 3, "--out", out, "--checkpoint", saved)
        assert result.exit_code == 0 and out.exists() and "No space left" in result.stderr

    def test_a_network_without_hidden_layers(self, tmp_path: Path) -> None:
        out = tmp_path / "toy.safetensors"
        run_json("train", "--dataset", "toy", "--hidden", "", "--epochs", 1, "--out", out)
        assert load_model(out).network.sizes == (12, 2)

    def test_a_folder_of_idx_files(self, idx_folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "bars.safetensors"
        result = run_json("train", "--dataset", idx_folder, "--hidden", 4, "--epochs", 20, "--out", out)
        assert result["test_accuracy"] == 1
        assert load_model(out).class_names == ("0", "1")
        assert run_json("evaluate", out, "--dataset", idx_folder)["samples"] == 8

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--hidden", "12,x"),
            ("--hidden", "0"),
            ("--activation", "magic"),
            ("--loss", "magic"),
            ("--optimizer", "magic"),
            ("--learning-rate", "0"),
            ("--learning-rate", "fast"),
            ("--batch-size", "1.5"),
            ("--epochs", "-1"),
            ("--seed", "x"),
            ("--momentum", "nan"),
            ("--optimizer-option", "beta1"),
            ("--optimizer-option", "magic=1"),
            ("--augmentation turn=", "wide"),
            ("--epochs", "9" * 5000),
            ("--learning-rate", ""),
            ("--threads", "-1"),
            ("--threads", "1000"),
        ],
    )
    def test_a_wrong_value_is_named_with_what_is_allowed(self, option: str, value: str, tmp_path: Path) -> None:
        out = tmp_path / "model.safetensors"
        words = [*option.split()[:-1], option.split()[-1] + value] if "=" in option else [option, value]
        line = refused("train", "--dataset", "toy", *words, "--out", out)
        assert option in line and "expected" in line and not out.exists()

    @pytest.mark.parametrize("batch_size", [1, 2, 47])
    def test_threads_may_be_more_than_cores_or_samples_in_a_batch(self, batch_size: int, tmp_path: Path) -> None:
        """Of 48 images the last batch holds one, or fewer than there are threads."""
        paths = [tmp_path / f"{name}.safetensors" for name in ("first", "second")]
        for out in paths:
            run_json(
                "train", "--dataset", "toy", "--threads", 60, "--batch-size", batch_size, "--epochs", 2, "--out", out
            )
        assert paths[0].read_bytes() == paths[1].read_bytes()
        training = load_model(paths[0]).training
        assert training is not None and training["parts"] == training["config"]["threads"] == 60

    def test_an_unknown_data_set_or_missing_files_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DIGITAPP_DATA_DIR", raising=False)
        out = tmp_path / "model.safetensors"
        assert "nonsense" in refused("train", "--dataset", "nonsense", "--out", out)
        monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
        line = refused("train", "--dataset", "mnist", "--data-dir", tmp_path, "--out", out)
        assert str(tmp_path) in line and "digitapp data download" in line

    @pytest.mark.parametrize("place", ["missing/model.safetensors", "."])
    def test_a_place_that_cannot_be_written_is_refused_before_training(
        self, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("digitapp.cli.train.load_dataset", lambda *_, **__: pytest.fail("training had begun"))
        assert "--out" in refused("train", "--dataset", "toy", "--out", tmp_path / place)

    @pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
    def test_a_read_only_folder_is_refused_before_training(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(**_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("digitapp.cli.output.tempfile.TemporaryFile", refuse)  # as root nothing is read-only
        line = refused("train", "--dataset", "toy", "--out", tmp_path / "model.safetensors")
        assert "cannot be written to (Permission denied)" in line

    def test_a_trained_model_that_cannot_be_written_is_rescued(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
        out = tmp_path / "stick" / "model.safetensors"
        out.parent.mkdir()

        def pull(*arguments: Any, **options: Any) -> Any:
            out.parent.rmdir()
            out.parent.write_text("the stick is gone")
            return calibrate(*arguments, **options)

        monkeypatch.setattr("digitapp.cli.train.calibrate", pull)
        line = run("train", "--dataset", "toy", "--epochs", 1, "--out", out).stderr.splitlines()[-1]
        (rescued,) = (tmp_path / "user" / "rescued").iterdir()
        assert str(out) in line and str(rescued) in line
        assert load_model(rescued).problem == "toy"

    def test_a_disk_that_fills_up_leaves_no_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("digitapp.atomic.os.fsync", full)
        monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
        out = tmp_path / "model.safetensors"
        result = run("train", "--dataset", "toy", "--epochs", 1, "--out", out)
        assert result.exit_code == 2 and "No space left on device" in result.stderr.splitlines()[-1]
        assert not any(path.is_file() for path in tmp_path.rglob("*"))

    def test_a_run_that_diverges_says_so_and_writes_nothing(self, idx_folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "model.safetensors"
        network = ("--hidden", "4,4,4,4,4,4", "--activation", "identity", "--loss", "cross_entropy")
        speed = ("--optimizer", "sgd", "--learning-rate", "1000", "--batch-size", "4")
        result = run("train", "--dataset", idx_folder, *network, *speed, "--out", out)
        assert result.exit_code == 2 and not out.exists()
        assert "diverged in epoch" in result.stderr and "--learning-rate" in result.stderr

    def test_ctrl_c_ends_with_130(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("digitapp.runs.plan.begin", interrupted)
        out = tmp_path / "model.safetensors"
        result = run("train", "--dataset", "toy", "--out", out)
        assert result.exit_code == 130 and result.stderr.strip() == "digitapp: stopped" and not out.exists()

    def test_real_mnist(self, mnist_dir: Path, tmp_path: Path) -> None:
        out = tmp_path / "mnist.safetensors"
        options = ("--hidden", "16", "--epochs", "1", "--batch-size", "256", "--learning-rate", "0.005")
        result = run_json("train", "--dataset", "mnist", *options, "--data-dir", mnist_dir, "--out", out)
        assert result["test_accuracy"] > 0.85
        evaluation = run_json("evaluate", out, "--dataset", "mnist", "--data-dir", mnist_dir)
        assert evaluation["samples"] == 10_000 and evaluation["accuracy"] == result["test_accuracy"]


class TestEvaluate:
    def test_what_is_refused_is_counted_beside_the_accuracy(
        self, digits_model: Path, drawings: Path, tmp_path: Path
    ) -> None:
        before = run_json("evaluate", digits_model, "--drawings", drawings)
        choosy = tmp_path / "choosy.safetensors"
        save_model(replace(load_model(digits_model), calibration=Calibration(1.0, 1.0)), choosy)
        after = run_json("evaluate", choosy, "--drawings", drawings)
        assert before["refused"] == 1, "without ink there is no digit, whatever the model"
        assert after == {**before, "refused": before["samples"]}
        assert "(2 of 2 not taken for a digit)" in run("evaluate", choosy, "--drawings", drawings).stdout
        assert "(1 of 2 not taken for a digit)" in run("evaluate", digits_model, "--drawings", drawings).stdout

    def test_drawings_are_refused_by_the_rules_of_the_canvas(self, digits_model: Path, tmp_path: Path) -> None:
        lenient = tmp_path / "lenient.safetensors"  # by the probabilities alone it refuses nothing
        save_model(replace(load_model(digits_model), calibration=Calibration(20.0, 0.0)), lenient)
        zigzag = [[100 * (turn % 2), 10 * turn] for turn in range(12)]
        content = [{"label": 1, "strokes": [stroke]} for stroke in ([[0, 0], [0, 100]], zigzag)]
        path = tmp_path / "scribble.json"
        path.write_text(json.dumps({"drawings": content}))
        labels = [result["label"] for result in run_json("classify", path, "--model", lenient)["results"]]
        assert labels.count(None) == 1
        assert run_json("evaluate", lenient, "--drawings", path)["refused"] == 1

    def test_json_has_the_promised_keys(self, toy_model: Path) -> None:
        result = run_json("evaluate", toy_model, "--dataset", "toy", "--part", "train")
        assert list(result) == ["samples", "accuracy", "loss", "confusion", "refused"]
        confusion = np.array(result["confusion"])
        assert confusion.shape == (2, 2) and confusion.sum() == result["samples"] == 48
        assert result["accuracy"] == confusion.trace() / 48

    def test_people_read_a_table(self, toy_model: Path) -> None:
        result = run("evaluate", toy_model)
        assert "toy-model on toy" in result.stdout and "of 64 wrong" in result.stdout

    def test_drawings_with_labels_are_measured(self, digits_model: Path, drawings: Path) -> None:
        result = run("evaluate", digits_model, "--drawings", drawings, "--json")
        assert "1 drawings without a label" in result.stderr
        evaluation = json.loads(result.stdout)
        read = run_json("classify", "--model", digits_model, drawings)["results"]
        assert evaluation["samples"] == 2
        row = evaluation["confusion"][1]
        assert row[int(read[0]["label"])] == 1  # the drawing of a 1 was read as `classify` reads it

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--dataset", "toy", "--part", "test"), ["--part test", "validation and train"]),
            (("--dataset", "toy", "--part", "nonsense"), ["nonsense", "validation"]),
            (("--dataset", "toy", "--seed", "-1"), ["--seed -1: expected"]),
            (("--dataset", "nonsense"), ["nonsense", "expected"]),
            (("--drawings", "nonsense.json"), ["set by hand"]),
        ],
    )
    def test_what_cannot_be_measured_is_refused(
        self, toy_model: Path, arguments: tuple[str, ...], words: list[str]
    ) -> None:
        line = refused("evaluate", toy_model, *arguments)
        assert all(word in line for word in words)

    def test_a_model_for_another_problem_is_refused(
        self, digits_model: Path, toy_model: Path, idx_folder: Path
    ) -> None:
        assert "28×28" in refused("evaluate", digits_model, "--dataset", "toy")
        assert "4×3" in refused("evaluate", toy_model, "--dataset", idx_folder)

    def test_drawings_go_before_a_data_set_and_have_no_parts(self, digits_model: Path, drawings: Path) -> None:
        result = run("evaluate", digits_model, "--drawings", drawings, "--dataset", "mnist", "--json")
        assert "--dataset mnist is not looked at" in result.stderr
        assert json.loads(result.stdout) == run_json("evaluate", digits_model, "--drawings", drawings)
        assert "--part" in refused("evaluate", digits_model, "--drawings", drawings, "--part", "test")

    def test_drawings_without_labels_measure_nothing(self, digits_model: Path, tmp_path: Path) -> None:
        path = tmp_path / "unlabelled.json"
        path.write_text('{"drawings": [{"strokes": [[[0, 0], [1, 1]]]}]}')
        assert "label" in refused("evaluate", digits_model, "--drawings", path)

    def test_a_missing_model_names_those_there_are(self) -> None:
        assert "no-such-model" in refused("evaluate", "no-such-model")


class TestClassify:
    def test_images_and_drawings_may_be_mixed(
        self, digits_model: Path, picture: Path, drawings: Path, blank: Path
    ) -> None:
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
            assert result["label"] == DIGITS[int(np.argmax(result["probabilities"]))]
        for result in (results[2], results[4]):  # a dot and a blank page
            assert result["label"] is None and result["probabilities"] is None and "ink" in result["reason"]

    def test_what_is_no_digit_has_no_label_but_a_reason(
        self, digits_model: Path, picture: Path, blank: Path, tmp_path: Path
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

    def test_polarity_does_not_matter(self, digits_model: Path, picture: Path, tmp_path: Path) -> None:
        negative = tmp_path / "negative.bmp"
        Image.fromarray(255 - np.asarray(Image.open(picture))).save(negative)
        results = run_json("classify", "--model", digits_model, picture, negative)["results"]
        np.testing.assert_allclose(results[0]["probabilities"], results[1]["probabilities"], atol=1e-6)

    def test_a_drawings_file_is_known_by_its_content(self, digits_model: Path, drawings: Path, tmp_path: Path) -> None:
        copy = tmp_path / "drawings"
        copy.write_bytes(drawings.read_bytes())
        assert len(run_json("classify", "--model", digits_model, copy)["results"]) == 3

    def test_people_read_a_row_for_each(self, digits_model: Path, picture: Path, drawings: Path) -> None:
        lines = run("classify", "--model", digits_model, picture, drawings).stdout.splitlines()
        assert len(lines) == 4
        assert lines[0].startswith(f"{picture} ") and "%" in lines[0]
        assert lines[2].split()[-8:] == ["?", "there", "is", "no", "ink,", "or", "hardly", "any"]

    def test_one_bad_file_does_not_hide_the_good_ones(self, digits_model: Path, picture: Path, tmp_path: Path) -> None:
        liar = tmp_path / "liar.png"
        liar.write_text("this is no picture")
        result = run("classify", "--model", digits_model, liar, picture, tmp_path / "missing.png", "--json")
        assert result.exit_code == 2
        assert [item["file"] for item in json.loads(result.stdout)["results"]] == [str(picture)]
        lines = result.stderr.splitlines()
        assert len(lines) == 2 and "liar.png" in lines[0] and "missing.png" in lines[1]

    def test_a_model_that_reads_no_ink_is_refused(self, toy_model: Path, picture: Path) -> None:
        assert "28×28" in refused("classify", "--model", toy_model, picture)

    @pytest.mark.parametrize("content", [b"", b"not a model", struct.pack("<Q", 1 << 60) + b"{}"])
    def test_a_file_that_is_no_model_is_refused(self, content: bytes, picture: Path, tmp_path: Path) -> None:
        path = tmp_path / "bad.safetensors"
        path.write_bytes(content)
        assert "bad.safetensors" in refused("classify", "--model", path, picture)


class TestFeatures:
    @pytest.mark.parametrize("options", [(), ("--layer", 2), ("--layer", 2, "--projected"), ("--layer", 3)])
    def test_a_picture_is_written(self, digits_model: Path, tmp_path: Path, options: tuple[object, ...]) -> None:
        out = tmp_path / "units.png"
        result = run("features", digits_model, "--out", out, "--theme", "dark", *options)
        assert result.exit_code == 0, result.stderr
        with Image.open(out) as image:
            image.load()
            assert image.format == "PNG" and min(image.size) > 100
        assert [path.name for path in tmp_path.glob("*units*")] == ["units.png"]

    def test_what_cannot_be_drawn_is_refused(self, digits_model: Path, tmp_path: Path) -> None:
        for layer in (0, 4, "x"):
            assert f"--layer {layer}: expected" in refused("features", digits_model, "--layer", layer, "--out", "a.png")
        assert ".png" in refused("features", digits_model, "--out", tmp_path / "units.jpg")
        assert "missing" in refused("features", digits_model, "--out", tmp_path / "missing" / "units.png")

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--view", "class"), "--view class: expected --class as well, one of 0, 1, 2"),
            (("--view", "class", "--class", "x"), "--class x: expected one of 0, 1, 2"),
            (("--dataset", "handwriting"), "--dataset handwriting: expected with --view pattern or class"),
            (("--view", "pattern", "--dataset", "toy"), "data set toy has 2 classes on 4×3"),
        ],
    )
    def test_a_view_says_what_it_needs(
        self, digits_model: Path, tmp_path: Path, options: tuple[str, ...], words: str
    ) -> None:
        assert words in refused("features", digits_model, *options, "--out", tmp_path / "units.png")

    def test_data_of_another_problem_are_refused_before_they_are_made(
        self, toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr("digitapp.cli.inputs.load_dataset")
        line = refused(
            "features", toy_model, "--view", "pattern", "--dataset", "handwriting", "--out", tmp_path / "a.png"
        )
        assert "data set handwriting has 10 classes on 28×28" in line


class TestInfo:
    def test_a_model(self, toy_model: Path) -> None:
        facts = run_json("info", toy_model)
        assert facts["sizes"] == [12, 3, 2] and facts["parameters"] == 47
        assert [layer["parameters"] for layer in facts["layers"]] == [39, 8]
        assert facts["bytes"] == toy_model.stat().st_size and facts["training"]["config"]["epochs"] == 3
        text = run("info", toy_model).stdout
        assert "12-3-2, 47 parameters" in text and "config epochs" in text

    def test_a_model_without_a_record(self, digits_model: Path) -> None:
        assert "Training: no record" in run("info", digits_model).stdout

    def test_the_system(self) -> None:
        facts = run_json("info", "--system")
        assert {"versions", "blas", "cpu", "directories", "notes"} == set(facts)
        assert "Directories" in run("info", "--system").stdout

    def test_neither_or_both_are_refused(self) -> None:
        assert "--system" in refused("info")
        assert "--system" in refused("info", "toy", "--system")


class TestTale:
    def test_every_network_has_one_outcome(self) -> None:
        counts = run_json("tale", "--seeds", 12, "--hidden", 8)
        assert list(counts) == ["seeds", "tale", "other", "failed"]
        assert counts["seeds"] == 12 == counts["tale"] + counts["other"] + counts["failed"]
        assert counts["tale"] > 0
        assert run_json("tale", "--seeds", 12, "--hidden", 8) == counts

    def test_it_says_how_sure_the_shares_are(self) -> None:
        lines = run("tale", "--seeds", 4, "--hidden", 2, "--epochs", 1).stdout.splitlines()
        assert lines[0] == "4 networks 12-2-2, Sigmoid, 1 epoch each"
        assert lines[1].split() == ["the", "tale", "came", "true", "0", "0%", "(0%", "to", "49%)"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--seeds", "0"),
            ("--seeds", "10001"),
            ("--hidden", "9"),
            ("--activation", "maxout2"),
            ("--activation", "none"),
            ("--epochs", "0"),
            ("--learning-rate", "nan"),
            ("--learning-rate", "-1"),
        ],
        ids=" ".join,
    )
    def test_bad_input_is_one_line(self, arguments: tuple[str, str]) -> None:
        assert arguments[0] in refused("tale", *arguments)


class TestData:
    def test_what_is_there_is_listed(self, mnist_dir: Path) -> None:
        facts = {fact["name"]: fact for fact in run_json("data", "list", "--data-dir", mnist_dir)["datasets"]}
        assert facts["toy"]["available"] and facts["mnist"]["directory"] == str(mnist_dir)
        assert "mnist" in run("data", "list", "--data-dir", mnist_dir).stdout

    def test_real_files_are_imported(self, mnist_dir: Path, tmp_path: Path) -> None:
        result = run_json("data", "import", mnist_dir, "--data-dir", tmp_path)
        assert len(list(Path(result["directory"]).glob("*ubyte*"))) == 4
        listed = run_json("data", "list", "--data-dir", tmp_path)["datasets"]
        assert {fact["name"]: fact["directory"] for fact in listed}["mnist"] == result["directory"]

    def test_other_files_are_not_imported(self, idx_folder: Path, tmp_path: Path) -> None:
        target = tmp_path / "target"
        assert "original" in refused("data", "import", idx_folder, "--data-dir", target)
        assert "not found" in refused("data", "import", tmp_path, "--data-dir", target)
        assert not list(target.rglob("*ubyte*"))

    def test_a_download_tells_its_progress_and_its_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def download(target: Path, *, progress: Any) -> Path:
            progress(1, 2, "images")
            progress(2, 2, "images")
            return target

        monkeypatch.setattr("digitapp.datasets.download.download_mnist", download)
        result = run("data", "download", "--data-dir", tmp_path)
        assert result.stdout == f"Downloaded MNIST to {tmp_path / 'mnist'}\n"
        assert result.stderr == "digitapp: fetching images\n"


class TestGui:
    def test_what_cannot_be_shown_is_refused_before_a_window_opens(self) -> None:
        assert "toy or mnist" in refused("gui", "--problem", "nonsense")
