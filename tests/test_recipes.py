"""The recipes of the shipped models: what they train on, and the command that follows them."""

import gzip
import json

import numpy as np
import pytest
from cli_helpers import run

from digitapp.datasets.dataset import FOIL
from digitapp.datasets.pens import find_pens, part_of, read_pens
from digitapp.modelfile import load_model
from digitapp.training import recipes
from digitapp.training.foils import RECIPES_WITH_FOILS
from digitapp.training.recipes import RECIPES, gather_everyday, varied_hands


@pytest.fixture
def small(monkeypatch):
    """Let the recipe generate and vary little; what is read stays as it is."""
    monkeypatch.setattr(recipes, "GENERATED", 240)
    monkeypatch.setattr(recipes, "FOILS", 90)
    monkeypatch.setattr(recipes, "FEWEST_COPIES", 1)
    monkeypatch.setattr(recipes, "MOST_COPIES", 2)


@pytest.fixture
def invented_pens(tmp_path):
    """Write strokes of 30 invented writers, from 1 to 30 digits each."""
    rng = np.random.default_rng(0)
    drawings = [
        {"label": int(rng.integers(10)), "writer": f"w{writer}", "strokes": [rng.uniform(0, 1, (12, 2)).tolist()]}
        for writer in range(30)
        for _ in range(writer + 1)
    ]
    path = tmp_path / "pens" / "pen_digits.json.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(json.dumps({"drawings": drawings}).encode()))
    return path


def test_no_writer_stands_in_two_parts(invented_pens):
    hands = read_pens(invented_pens)
    parts = {name: hands.part(name) for name in ("train", "validation", "test")}
    writers = [set(part.writers) for part in parts.values()]
    assert all(writers)
    assert sum(map(len, writers)) == len(set().union(*writers)) == 30
    assert sum(len(part.drawings) for part in parts.values()) == len(hands.drawings)
    assert all(part_of(writer) == name for name, part in parts.items() for writer in part.writers)


def test_every_writer_counts_about_the_same(invented_pens, monkeypatch):
    monkeypatch.setattr(recipes, "DIGITS_OF_A_WRITER", 60)
    monkeypatch.setattr(recipes, "FEWEST_COPIES", 1)
    monkeypatch.setattr(recipes, "MOST_COPIES", 60)
    hands = read_pens(invented_pens)
    labels = hands.labels
    split = varied_hands(hands, np.random.default_rng(0))
    assert split.inputs.shape == (len(split), 784)
    counts = np.bincount(split.labels, minlength=10)
    assert len(split) == pytest.approx(30 * 60, rel=0.15)
    assert set(np.flatnonzero(counts)) == set(labels)


def test_a_drawing_without_a_writer_is_refused(tmp_path):
    path = tmp_path / "pens.json"
    path.write_text('{"drawings": [{"label": 1, "strokes": [[[0, 0], [0, 1]]]}]}')
    with pytest.raises(Exception, match="writer"):
        read_pens(path)


def test_pens_are_found_in_and_beside_the_data_folder(invented_pens, tmp_path):
    (tmp_path / "mnist").mkdir()
    for folder in (tmp_path, invented_pens.parent, tmp_path / "mnist"):
        assert find_pens(folder) == invented_pens


@pytest.mark.usefixtures("small")
def test_the_everyday_recipe_keeps_its_promises(invented_pens, few_mnist_dir):
    ingredients = gather_everyday(few_mnist_dir, invented_pens, seed=3)
    train, validation = ingredients.dataset.train, ingredients.dataset.validation
    assert np.count_nonzero(train.labels == FOIL) == 90
    assert "everyday" in RECIPES_WITH_FOILS
    assert validation is not None
    assert len(validation) == sum(map(len, ingredients.validation_parts))
    hands = read_pens(invented_pens).part("validation")
    assert len(ingredients.validation_parts[1]) == 3 * len(hands.drawings)
    again = gather_everyday(few_mnist_dir, invented_pens, seed=3)
    np.testing.assert_array_equal(train.inputs, again.dataset.train.inputs)


@pytest.mark.usefixtures("small")
def test_the_command_follows_a_recipe_and_goes_on_with_it(invented_pens, few_mnist_dir, tmp_path):
    out, checkpoint = tmp_path / "small.safetensors", tmp_path / "run"
    recipe = ["--recipe", "everyday", "--pens", invented_pens, "--data-dir", few_mnist_dir]
    smaller = ["--hidden", "8", "--epochs", "2", "--batch-size", "500"]
    result = run("train", *recipe, *smaller, "--out", out, "--checkpoint", checkpoint)
    assert result.exit_code == 0, result.stderr
    model = load_model(out)
    assert model.training["recipe"] == "everyday"
    assert model.training["foils"] == 90
    assert model.training["config"]["augmentation"] == RECIPES["everyday"].training.augmentation
    assert model.calibration.threshold is not None
    assert out.stat().st_size < 2 * model.network.parameter_count + 8000
    half = np.concatenate([weights.ravel() for weights in model.network.weights])
    np.testing.assert_array_equal(half, half.astype(np.float16))

    again = tmp_path / "again.safetensors"
    assert run("train", "--resume", checkpoint, "--data-dir", few_mnist_dir, "--out", again).exit_code == 0
    np.testing.assert_array_equal(load_model(again).network.parameters, model.network.parameters)


@pytest.mark.usefixtures("small")
def test_a_recipe_goes_on_with_the_weights_of_a_model(invented_pens, few_mnist_dir, tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    recipe = ["--recipe", "everyday", "--pens", invented_pens, "--data-dir", few_mnist_dir, "--batch-size", "500"]
    assert run("train", *recipe, "--hidden", "8", "--epochs", "1", "--out", first).exit_code == 0
    gently = ["--start-from", first, "--epochs", "1", "--learning-rate", "1e-6"]
    result = run("train", *recipe, *gently, "--out", second)
    assert result.exit_code == 0, result.stderr
    before, after = load_model(first), load_model(second)
    assert after.network.sizes == (784, 8, 10)
    np.testing.assert_allclose(after.network.parameters, before.network.parameters, atol=2e-3)
    assert after.training["config"]["schedule"] == "cosine"
    assert (after.training["start_from"], after.training["recipe"]) == ("first", "everyday")
    assert after.training["foils"] == 90  # those of the recipe, and no others


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "cake"], "everyday, record"),
        (["--recipe", "everyday", "--dataset", "toy"], "no --dataset"),
        (["--pens", "pens.json"], "--recipe"),
        (["--recipe", "everyday", "--pens", "missing.json"], "missing.json"),
    ],
)
def test_what_a_recipe_cannot_do_is_told_in_one_line(arguments, message, mnist_dir, tmp_path):
    result = run("train", *arguments, "--out", tmp_path / "m.safetensors", "--data-dir", mnist_dir)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
