"""Model files: what is saved is loaded, and nothing else is believed."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from digitapp import modelfile
from digitapp.calibration import Calibration
from digitapp.modelfile import (
    FORMAT_VERSION,
    ForeignModelError,
    Model,
    ModelAccessError,
    ModelContentError,
    ModelDamagedError,
    ModelFileError,
    ModelNotFoundError,
    ModelVersionError,
    load_model,
    save_model,
    shipped_models,
)
from digitapp.nn import Network, initialize

TRAINING = {"config": {"epochs": 3, "learning_rate": 0.1}, "seed": 0, "dataset": "toy", "note": "größer"}


def toy_model() -> Model:
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    initialize(network, "normal", np.random.default_rng(0))
    network.biases[0][:] = 1, 2, 3
    return Model(network, "squared_error", "toy", ("0", "1"), "binary_grid", TRAINING, "mine")


def digits_model() -> Model:
    network = Network((784, 5, 4, 10), ("relu", "tanh", "identity"))
    initialize(network, "he", np.random.default_rng(0))
    return Model(network, "cross_entropy", "mnist", tuple("0123456789"), "mnist")


def header_of(model: Model) -> dict[str, Any]:
    return {
        "format": FORMAT_VERSION,
        "sizes": list(model.network.sizes),
        "activations": list(model.network.activations),
        "loss": model.loss,
        "problem": model.problem,
        "class_names": list(model.class_names),
        "preprocessing": model.preprocessing,
        "training": dict(model.training),
    }


def tensors_of(model: Model) -> dict[str, np.ndarray]:
    weights = {f"layers.{layer}.weight": array for layer, array in enumerate(model.network.weights)}
    biases = {f"layers.{layer}.bias": array for layer, array in enumerate(model.network.biases)}
    return {name: np.ascontiguousarray(array) for name, array in (weights | biases).items()}


def write(path: Path, tensors: dict[str, np.ndarray], header: object) -> Path:
    """Write a file as another program might."""
    text = header if isinstance(header, str) else json.dumps(header)
    path.write_bytes(safetensors.numpy.save(tensors, metadata={"digitapp": text}))
    return path


def with_raw_header(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


@pytest.mark.parametrize("make", [toy_model, digits_model])
def test_what_is_saved_is_loaded(tmp_path, make):
    model = make()
    save_model(model, tmp_path / "new folder" / "my model.safetensors")
    loaded = load_model(tmp_path / "new folder" / "my model.safetensors")
    np.testing.assert_array_equal(loaded.network.parameters, model.network.parameters)
    assert loaded.network.sizes == model.network.sizes
    assert loaded.network.activations == model.network.activations
    assert (loaded.loss, loaded.problem, loaded.class_names) == (model.loss, model.problem, model.class_names)
    assert loaded.preprocessing == model.preprocessing
    assert loaded.training == model.training
    assert loaded.name == "my model"
    x = np.random.default_rng(1).random((3, model.network.sizes[0]), dtype=np.float32)
    np.testing.assert_array_equal(loaded.probabilities(x), model.probabilities(x))
    assert loaded.probabilities(x).shape == (3, len(model.class_names))


def test_the_file_is_laid_out_as_the_design_says(tmp_path):
    model = toy_model()
    save_model(model, tmp_path / "m.safetensors")
    with safetensors.safe_open(tmp_path / "m.safetensors", "np") as file:
        assert json.loads(file.metadata()["digitapp"]) == header_of(model)
        assert set(file.keys()) == {f"layers.{i}.{name}" for i in (0, 1) for name in ("weight", "bias")}
        np.testing.assert_array_equal(file.get_tensor("layers.0.weight"), model.network.weights[0])
        assert file.get_tensor("layers.0.weight").shape == (12, 3)


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        save_model(toy_model(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_float64_is_stored_as_float32(tmp_path):
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"), dtype=np.float64)
    network.parameters[:] = 0.1
    save_model(replace(toy_model(), network=network), tmp_path / "m")
    assert load_model(tmp_path / "m").network.parameters[0] == np.float32(0.1)


def test_float16_is_widened(tmp_path):
    model = toy_model()
    halves = {name: array.astype(np.float16) for name, array in tensors_of(model).items()}
    loaded = load_model(write(tmp_path / "m", halves, header_of(model)))
    assert loaded.network.dtype == np.float32
    np.testing.assert_array_equal(loaded.network.weights[0], halves["layers.0.weight"].astype(np.float32))


def test_fewer_classes_of_a_problem_are_fine(tmp_path):
    network = Network((784, 3), ("identity",))
    save_model(Model(network, "cross_entropy", "mnist", ("a", "b", "c"), "mnist"), tmp_path / "m")
    assert load_model(tmp_path / "m").class_names == ("a", "b", "c")


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"format": "1"}, "format version"),
    ({"format": True}, "format version"),
    ({"format": 0}, "format version"),
    ({"sizes": [12, 4, 2]}, "shape of layers.0.weight"),
    ({"sizes": [12, 3, 3]}, "2 class names for 3 outputs"),
    ({"sizes": [12]}, "layer sizes"),
    ({"sizes": []}, "layer sizes"),
    ({"sizes": [12] * 100_001, "activations": ["sigmoid"] * 100_000}, "layer sizes"),
    ({"sizes": [12, -3, 2]}, "layer sizes"),
    ({"sizes": [12, 3.0, 2]}, "field sizes"),
    ({"sizes": [12, 10**12, 2]}, "layer sizes"),
    ({"sizes": "12-3-2"}, "field sizes"),
    ({"sizes": [784, 3, 2]}, "784 inputs"),
    ({"sizes": [12, 3, 3, 2], "activations": ["sigmoid"] * 3}, "layers.2"),
    ({"activations": ["sigmoid"]}, "1 activations"),
    ({"activations": ["no such function", "sigmoid"]}, "activation is 'no such function'"),
    ({"activations": ["sigmoid", "tanh"]}, "output activation"),
    ({"activations": [1, 2]}, "field activations"),
    ({"loss": "no such loss"}, "the loss is 'no such loss'"),
    ({"loss": "cross_entropy"}, "output activation"),
    ({"loss": ["squared_error"]}, "the loss is"),
    ({"problem": "letters"}, "the problem is 'letters'"),
    ({"problem": None}, "the problem is None"),
    ({"class_names": ["0", "0"]}, "class names"),
    ({"class_names": ["0", ""]}, "class names"),
    ({"class_names": "01"}, "field class_names"),
    ({"class_names": ["0", "1", "2"]}, "3 class names for 2 outputs"),
    ({"preprocessing": "mnist"}, "preprocessing"),
    ({"preprocessing": []}, "preprocessing"),
    ({"training": []}, "training record"),
]


@pytest.mark.parametrize(("change", "found"), CHANGES)
def test_contradictions_are_named(tmp_path, change, found):
    model = toy_model()
    path = write(tmp_path / "m", tensors_of(model), header_of(model) | change)
    with pytest.raises(ModelContentError) as caught:
        load_model(path)
    assert caught.value.path == path
    assert found in caught.value.reason
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    assert len(caught.value.reason) < 400


@pytest.mark.parametrize("field", ["format", "sizes", "activations", "loss", "problem", "class_names", "preprocessing"])
def test_every_field_but_the_training_record_is_needed(tmp_path, field):
    model = toy_model()
    header = header_of(model)
    del header[field]
    with pytest.raises(ModelContentError):
        load_model(write(tmp_path / "m", tensors_of(model), header))
    header = header_of(model)
    del header["training"]
    assert load_model(write(tmp_path / "m", tensors_of(model), header)).training == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"format": ' + "9" * 5000 + "}"]
)
def test_a_description_that_is_no_json_object(tmp_path, text):
    with pytest.raises(ModelContentError, match="the description of the model is not"):
        load_model(write(tmp_path / "m", tensors_of(toy_model()), text))


def test_a_later_format_is_recognised(tmp_path):
    header = header_of(toy_model()) | {"format": FORMAT_VERSION + 1, "sizes": "something new"}
    with pytest.raises(ModelVersionError, match="newer") as caught:
        load_model(write(tmp_path / "m", tensors_of(toy_model()), header))
    assert caught.value.version == FORMAT_VERSION + 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_neither_loaded_nor_saved(tmp_path, value):
    model = toy_model()
    model.network.weights[1][2, 1] = value
    with pytest.raises(ModelContentError, match=r"layers\.1\.weight"):
        load_model(write(tmp_path / "m", tensors_of(model), header_of(model)))
    with pytest.raises(ModelContentError, match=r"layers\.1\.weight"):
        save_model(model, tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize("dtype", [np.float64, np.int32, np.bool_])
def test_other_types_of_numbers_are_refused(tmp_path, dtype):
    tensors = {name: array.astype(dtype) for name, array in tensors_of(toy_model()).items()}
    with pytest.raises(ModelContentError, match="expected F32 or F16"):
        load_model(write(tmp_path / "m", tensors, header_of(toy_model())))


def test_missing_and_surplus_tensors_are_refused(tmp_path):
    model = toy_model()
    tensors = tensors_of(model)
    surplus = tensors | {"layers.2.bias": np.zeros(2, np.float32)}
    with pytest.raises(ModelContentError, match=r"has a tensor 'layers\.2\.bias'"):
        load_model(write(tmp_path / "m", surplus, header_of(model)))
    del tensors["layers.1.bias"]
    with pytest.raises(ModelContentError, match=r"lacks the tensor layers\.1\.bias"):
        load_model(write(tmp_path / "m", tensors, header_of(model)))


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_a_file_of_another_program_is_recognised(tmp_path, metadata):
    path = tmp_path / "m"
    path.write_bytes(safetensors.numpy.save({"conv1.weight": np.zeros((3, 3, 2, 2), np.float32)}, metadata=metadata))
    with pytest.raises(ForeignModelError, match="not written by digitapp"):
        load_model(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        b"\x00" * 8,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"\xff" * 8,
        struct.pack("<Q", 1 << 40) + b"{}",
        with_raw_header(b"[]"),
        with_raw_header(b"\xff\xfe"),
        with_raw_header(b"{" * 5000),
        with_raw_header(b'{"__metadata__": {"digitapp": "{}"}, "layers.0.weight": 3}'),
        with_raw_header(b'{"__metadata__": {"digitapp": "{}"}, "w": {"dtype": "F32", "shape": [-1]}}'),
        with_raw_header(b'{"__metadata__": {"digitapp": "{}"}, "w": {"dtype": "F32", "shape": [2147483647]}}'),
    ],
)
def test_what_is_no_safetensors_file_is_damaged(tmp_path, data):
    path = tmp_path / "m"
    path.write_bytes(data)
    with pytest.raises(ModelDamagedError) as caught:
        load_model(path)
    assert caught.value.path == path


@pytest.mark.parametrize("offsets", [None, [0, 0], [1, 9], "all"])
def test_tensors_that_lie_nowhere_are_damaged(tmp_path, offsets):
    model = toy_model()
    header: dict[str, Any] = {"__metadata__": {"digitapp": json.dumps(header_of(model))}}
    for name, array in tensors_of(model).items():
        header[name] = {"dtype": "F32", "shape": array.shape}
        if offsets is not None:
            header[name]["data_offsets"] = offsets
    data = bytes(4 * model.network.parameter_count)
    (tmp_path / "m").write_bytes(with_raw_header(json.dumps(header).encode(), data))
    with pytest.raises(ModelDamagedError, match="not a sound safetensors file"):
        load_model(tmp_path / "m")


def test_every_truncation_is_noticed(tmp_path):
    save_model(toy_model(), tmp_path / "m")
    whole = (tmp_path / "m").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "m").write_bytes(whole[:length])
        with pytest.raises(ModelDamagedError):
            load_model(tmp_path / "m")
    (tmp_path / "m").write_bytes(whole + b"\x00")
    with pytest.raises(ModelDamagedError):
        load_model(tmp_path / "m")


def test_a_file_of_many_gigabytes_is_refused_unread(tmp_path):
    path = tmp_path / "m"
    save_model(toy_model(), path)
    try:
        os.truncate(path, 1 << 36)  # sparse: 64 GB that take no room
    except OSError:
        pytest.skip("the file system knows no sparse files of this size")
    with pytest.raises(ModelDamagedError, match="68,719,476,736 bytes"):
        load_model(path)


def test_a_large_file_that_is_no_network_is_refused_unread(tmp_path):
    entry = {"dtype": "F32", "shape": [1 << 15, 1 << 18], "data_offsets": [0, 1 << 35]}
    text = json.dumps(header_of(toy_model()))
    header = json.dumps({"__metadata__": {"digitapp": text}, "layers.0.weight": entry}).encode()
    (tmp_path / "m").write_bytes(with_raw_header(header))
    try:
        os.truncate(tmp_path / "m", 8 + len(header) + (1 << 35))
    except OSError:
        pytest.skip("the file system knows no sparse files of this size")
    with pytest.raises(ModelContentError, match="lacks the tensor"):
        load_model(tmp_path / "m")


@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
    length=st.floats(0.5, 1) | st.just(1.0),
    in_header=st.booleans(),
)
def test_an_altered_file_gives_a_valid_model_or_a_typed_error(tmp_path_factory, changes, length, in_header):
    path = write(tmp_path_factory.mktemp("fuzz") / "m", tensors_of(toy_model()), header_of(toy_model()))
    data = bytearray(path.read_bytes())
    reach = 8 + int.from_bytes(data[:8], "little") if in_header else len(data)
    for position, value in changes:
        data[int(position * reach)] = value
    path.write_bytes(data[: int(length * len(data))])
    try:
        model = load_model(path)
    except ModelFileError as error:
        assert error.path == path
        assert error.reason
    else:
        assert model.network.sizes[0] == 12
        assert np.isfinite(model.network.parameters).all()
        assert model.probabilities(np.zeros((1, 12), np.float32)).shape == (1, len(model.class_names))


@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_give_a_typed_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fuzz") / "m"
    for content in (data, with_raw_header(data), with_raw_header(b'{"__metadata__":{"digitapp":"{}"}}', data)):
        path.write_bytes(content)
        with pytest.raises(ModelFileError):
            load_model(path)


def test_a_training_record_that_is_no_json_is_refused_before_anything_is_written(tmp_path):
    for record in ({"loss": float("nan")}, {"config": object()}):
        with pytest.raises(ModelContentError, match="training record"):
            save_model(replace(toy_model(), training=record), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_could_not_be_loaded_is_not_saved(tmp_path):
    with pytest.raises(ModelContentError, match="class names"):
        save_model(replace(toy_model(), class_names=("0", "1", "2")), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelAccessError, match="cannot be written") as caught:
        save_model(toy_model(), tmp_path / "file" / "m")
    assert caught.value.path == tmp_path / "file" / "m"
    with pytest.raises(ModelAccessError, match="cannot be written"):
        save_model(toy_model(), tmp_path)


def test_a_full_disk_keeps_the_old_model(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    save_model(toy_model(), tmp_path / "m")
    old = (tmp_path / "m").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelAccessError, match="No space left on device"):
        save_model(digits_model(), tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == old
    assert list(tmp_path.iterdir()) == [tmp_path / "m"]


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Path:
    """A folder of shipped models with one in it, and a working directory elsewhere."""
    folder, elsewhere = tmp_path / "models", tmp_path / "elsewhere"
    elsewhere.mkdir()
    save_model(toy_model(), folder / "toy.safetensors")
    monkeypatch.setattr(modelfile, "shipped_models_dir", lambda: folder)
    monkeypatch.chdir(elsewhere)
    return folder


def test_shipped_models_have_names(shipped):
    assert shipped_models() == [("toy", shipped / "toy.safetensors")]
    assert load_model("toy").problem == "toy"


@pytest.mark.usefixtures("shipped")
def test_nothing_that_lies_around_takes_the_place_of_a_name():
    Path("toy").mkdir()
    assert load_model("toy").problem == "toy"
    Path("toy").rmdir()
    save_model(digits_model(), "toy")
    assert load_model("toy").problem == "toy"
    assert load_model("./toy").problem == load_model(Path("toy").absolute()).problem == "mnist"


@pytest.mark.parametrize("name", ["tyo", "", "a\0b", "x" * 5000])
def test_what_is_not_there_is_said_so(shipped, name):
    with pytest.raises((ModelNotFoundError, ModelAccessError)):
        load_model(name)
    with pytest.raises(ModelNotFoundError, match="toy") as caught:
        load_model("tyo")
    assert caught.value.shipped == ("toy",)
    with pytest.raises(ModelAccessError, match="folder"):
        load_model(shipped)


def test_every_model_that_ships_loads_and_ships_with_a_card():
    for name, path in shipped_models():
        model = load_model(name)
        assert model.name == name
        assert model.training, "a shipped model says how it was trained"
        assert path.with_suffix(".md").is_file()


def test_calibration_is_saved_and_loaded(tmp_path: Path) -> None:
    model = replace(digits_model(), calibration=Calibration(1.25, 0.7))
    save_model(model, tmp_path / "m.safetensors")
    assert load_model(tmp_path / "m.safetensors").calibration == Calibration(1.25, 0.7)
    save_model(digits_model(), tmp_path / "n.safetensors")
    assert load_model(tmp_path / "n.safetensors").calibration == Calibration()


@pytest.mark.parametrize(
    "calibration",
    [[], 3, None, {"temperature": 0}, {"temperature": "1"}, {"threshold": 2}, {"threshold": True}, {"other": 1}],
)
def test_an_impossible_calibration_is_refused(tmp_path: Path, calibration: object) -> None:
    header = header_of(digits_model()) | {"calibration": calibration}
    path = write(tmp_path / "m.safetensors", tensors_of(digits_model()), header)
    with pytest.raises(ModelContentError, match=r"calibration|temperature|threshold"):
        load_model(path)
