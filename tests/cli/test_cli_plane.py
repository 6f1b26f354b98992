"""Points in a plane on the command line: made to order, or a table of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import refused, run_json

from digitapp.datasets.load import load_dataset
from digitapp.datasets.plane import points_of, write_points_csv
from digitapp.modelfile import load_model

QUICK = ("--epochs", "30")


def trained(out: Path, *options: str) -> None:
    run_json("train", *options, *QUICK, "--out", out)


def test_points_are_made_as_many_and_as_noisy_as_was_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "spirals.safetensors"
    trained(out, "--dataset", "plane:spirals-3,seed=4", "--noise", "0.1", "--count", "90")
    model = load_model(out)
    assert model.training["dataset"] == "plane:spirals-3,count=90,noise=0.1,seed=4"
    assert model.class_names == ("A", "B", "C")
    # Without a data set it is measured on its own, and the options say what differs from that.
    assert run_json("evaluate", out)["samples"] == 90
    assert run_json("evaluate", out, "--count", "33", "--noise", "0")["samples"] == 33
    for_few = run_json("evaluate", out, "--dataset", "plane:xor", "--part", "train")
    assert [sum(row) for row in for_few["confusion"]] == [75, 75, 0]


def test_a_model_of_two_classes_says_what_it_lacks_for_three(tmp_path: Path) -> None:
    out = tmp_path / "moons.safetensors"
    trained(out, "--dataset", "plane:moons")
    assert "tells 2 classes on 2 numbers apart" in refused("evaluate", str(out), "--dataset", "plane:blobs-3")


def test_a_table_of_points_is_told_from_one_of_images_and_gives_the_same_model(tmp_path: Path) -> None:
    table, names = tmp_path / "mine.csv", ("made.safetensors", "read.safetensors")
    write_points_csv(table, points_of(load_dataset("plane:blobs-4,noise=0.1")))
    trained(tmp_path / names[0], "--dataset", "plane:blobs-4", "--noise", "0.1")
    trained(tmp_path / names[1], "--dataset", str(table))
    made, read = (load_model(tmp_path / name).network.parameters for name in names)
    assert made.tobytes() == read.tobytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--dataset", "plane:moons", "--noise", "9"), "expected a number from 0 to 1"),
        (("--dataset", "plane:moons", "--noise", "nan"), "expected a number from 0 to 1"),
        (("--dataset", "plane:moons", "--count", "3"), "expected a whole number from 8 to 5,000"),
        (("--dataset", "plane:moons,size=3"), "there is no setting 'size'; expected count, noise, seed"),
        (("--dataset", "toy", "--count", "9"), "--count: expected with --dataset plane:moons"),
        (("--noise", "0.2"), "--noise: expected with --dataset plane:moons"),
        (("--recipe", "everyday", "--noise", "0.2"), "--noise: expected with --dataset plane:moons"),
        (("--resume", "run.ckpt", "--count", "20"), "expected no --count"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_made_is_said_in_a_line(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    assert said in refused("train", *options, "--out", str(tmp_path / "m.safetensors"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("x,y,label\n0.1,0.2,A\n0.5,north,B\n", "line 3, column 2: the y 'north'; expected a number"),
        ("x,y,label\n0.1,0.2,A\n0.5,0.1,A\n", "all of one class; expected points of at least two classes"),
        ("x,y,label\n", "there is no point in it"),
        ("x,y,label\n" + "0.5,0.25,A\n" * 200_000, "there are too many points; expected at most 10000 lines"),
        ("x,y,label\n" + "0.5,0.25,A\n" * 400_000, "expected at most 10000 lines"),
    ],
    ids=["text", "one class", "no points", "too many", "far too many"],
)
def test_tables_that_are_no_use(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(table)
    assert said in refused("train", "--dataset", str(path), "--out", str(tmp_path / "m.safetensors"))
