"""The workbook: recalculated by a spreadsheet program it gives the program's numbers, and it can be read back."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from third_problem import HEAPS, register

from digitapp.datasets.dataset import Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import MNIST, TOY, Problem
from digitapp.exports.errors import ExportError, WorkbookError
from digitapp.exports.formulas import activation_formula, loss_formula
from digitapp.exports.spreadsheet import MOST_CELLS, spreadsheet, write_spreadsheet
from digitapp.exports.spreadsheet_reader import _Sheet, read_spreadsheet
from digitapp.exports.unrolled import Rule, can_unroll, one_image, usual_rule
from digitapp.modelfile import Model, load_model
from digitapp.nn import ACTIVATIONS, LOSSES, Network, initialize

TOLERANCE = 1e-9
SHEETS = ["About", "Images", "Weights", "Forward", "Error", "Delta", "Gradient", "Update", "Compare"]


def toy_images(every: int = 1) -> Split:
    """Return the toy's images, or every so many of them; both classes are among them."""
    images = load_dataset("toy").all_but_test
    return Split(images.inputs[::every], images.labels[::every])


def a_model(
    hidden: tuple[int, ...] = (3,),
    activation: str = "sigmoid",
    loss: str = "squared_error",
    seed: int = 0,
    problem: Problem = TOY,
) -> Model:
    sizes = (problem.features, *hidden, problem.classes)
    network = Network(sizes, (*[activation] * len(hidden), LOSSES[loss].output_activation))
    initialize(network, "normal", np.random.default_rng(seed))
    name = f"{activation}-{loss}-{seed}"
    return Model(network, loss, problem.key, problem.class_names, problem.preprocessing, name=name)


def written(folder: Path, model: Model, steps: int = 2, rule: Rule | None = None, images: Split | None = None) -> Path:
    path = folder / f"{model.name}.xlsx"
    write_spreadsheet(path, model, toy_images(16) if images is None else images, rule or Rule(0.2), steps)
    return path


def sheets_of(path: Path, values: bool = True) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(path, data_only=values)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


# Recalculated by another program


def without_values(path: Path, target: Path) -> Path:
    """Copy a workbook without what the formulas gave, so that whoever opens it has to work everything out."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in source.infolist():
            data = source.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                # The other cells of an array formula hold numbers that belong to it; they are taken away as well.
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            copy.writestr(part, data)
    return target


@pytest.fixture(scope="module")
def office() -> str:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed, so no other program recalculates the workbook")
    return program


def cases() -> list[tuple[Model, Rule, int]]:
    """Return networks that have every activation, every loss, one to eight hidden units and several layers.

    Three activations share a network, so that the other program has few files to open.
    """
    found: list[tuple[Model, Rule, int]] = []
    activations, sizes = list(ACTIVATIONS), cycle(range(1, 9))
    for number, loss in enumerate(LOSSES):
        chosen = activations[3 * number : 3 * number + 3][::-1]  # a step, which passes nothing back, comes first
        network = Network((12, *islice(sizes, len(chosen)), 2), (*chosen, LOSSES[loss].output_activation))
        # Biases too: without them, outputs that are the same but for rounding are no question of formulas.
        network.parameters[:] = np.random.default_rng(number).normal(0, 0.7, network.parameter_count)
        model = replace(a_model(loss=loss), network=network, name=f"{number}-{loss}")
        found.append((model, Rule(0.5, 0.9 if number % 2 else 0.0), 2))
    assert {key for model, _, _ in found for key in model.network.activations} == set(ACTIVATIONS)
    return [*found, (load_model("toy"), Rule(0.2), 2), (a_model((), loss="cross_entropy"), Rule(1.0), 2)]


@pytest.mark.long
def test_another_program_works_out_the_same_numbers(office: str, tmp_path: Path) -> None:
    """Every number of every sheet, for all activations and losses, without a value to copy from."""
    (tmp_path / "bare").mkdir()
    paths = [written(tmp_path, model, steps, rule) for model, rule, steps in cases()]
    bare = [without_values(path, tmp_path / "bare" / path.name) for path in paths]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "again"), *bare]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    compared = 0
    for path in paths:
        ours, theirs = sheets_of(path), sheets_of(tmp_path / "again" / path.name)
        assert list(ours) == SHEETS == list(theirs)
        for name, rows in ours.items():
            for row, (left, right) in enumerate(zip(rows, theirs[name], strict=False)):
                for column, value in enumerate(left):
                    if isinstance(value, int | float):
                        other = right[column]
                        where = f"{path.name} {name} row {row + 1} column {column + 1}"
                        assert isinstance(other, int | float), f"{where}: {value} and {other}"
                        assert abs(value - other) <= TOLERANCE, f"{where}: {value} and {other}"
                        compared += 1
        assert theirs["Compare"][2][1] <= TOLERANCE
    assert compared > 3_000


# What the program writes beside the formulas


def test_every_number_but_the_givens_is_a_formula(tmp_path: Path) -> None:
    path = written(tmp_path, a_model())
    formulas = sheets_of(path, values=False)
    for name in ("Forward", "Error", "Delta", "Gradient", "Update"):
        # The columns of the images' numbers apart, which say which image a row is about.
        numbers = [value for row in formulas[name] for value in row[1:] if isinstance(value, int | float)]
        arrays = [value for row in formulas[name] for value in row if hasattr(value, "text")]
        # In the file the cells of an array formula after its first hold values.
        assert len(numbers) == sum(_cells(array.ref) - 1 for array in arrays), name
    written_formulas = [
        getattr(value, "text", value)
        for rows in formulas.values()
        for row in rows
        for value in row
        if str(getattr(value, "text", value)).startswith("=")
    ]
    for function in ("SUMPRODUCT", "EXP", "MMULT", "MAX", "SUMSQ"):
        assert any(function in formula for formula in written_formulas), function
    assert not any("INDIRECT" in formula or "OFFSET" in formula for formula in written_formulas)


def _cells(reference: str) -> int:
    first, top, last, bottom = (bound or 0 for bound in range_boundaries(reference))
    return (last - first + 1) * (bottom - top + 1)


def test_the_steps_are_those_of_gradient_descent_on_all_images(tmp_path: Path) -> None:
    model, images = a_model((4, 3), "tanh"), toy_images(4)
    path = written(tmp_path, model, 4, Rule(0.3), images)
    totals = [row[3] for row in sheets_of(path)["Error"] if row[2] == "C_T"]
    network = Network(model.network.sizes, model.network.activations, np.float64)
    network.parameters[:] = model.network.parameters
    expected, before = [], network.parameters
    for _ in range(5):
        before = network.parameters.copy()
        loss, gradient = _loss_and_gradient(network, images)
        expected.append(loss * len(images))
        network.parameters[:] -= 0.3 * gradient
    np.testing.assert_allclose(totals, expected, rtol=1e-9)
    after = read_spreadsheet(path, step=5).network
    np.testing.assert_allclose(after.parameters, before, rtol=1e-5)
    assert all(later < earlier for earlier, later in pairwise(totals))


def _loss_and_gradient(network: Network, images: Split) -> tuple[float, np.ndarray]:
    """Return the mean squared error and its gradient by central differences: nothing of back-propagation is used."""

    def loss() -> float:
        error = network.forward(images.inputs) - np.eye(2)[images.labels]
        return 0.5 * float((error * error).sum()) / len(images)

    gradient = np.empty_like(network.parameters)
    for place in range(network.parameter_count):
        kept = network.parameters[place]
        network.parameters[place] = kept + 1e-5
        above = loss()
        network.parameters[place] = kept - 1e-5
        gradient[place] = (above - loss()) / 2e-5
        network.parameters[place] = kept
    return loss(), gradient


def test_the_same_network_gives_the_same_bytes() -> None:
    model, images = a_model(), toy_images(16)
    assert spreadsheet(model, images, Rule(0.2), 1) == spreadsheet(model, images, Rule(0.2), 1)


def test_a_network_with_many_inputs_shows_one_image_forward(tmp_path: Path) -> None:
    model = a_model((16,), "relu", "cross_entropy", problem=MNIST)
    assert not can_unroll(model)
    image = one_image(model, np.random.default_rng(0).random(784, np.float32))
    path = written(tmp_path, model, 0, images=image)
    sheets = sheets_of(path)
    assert list(sheets) == ["About", "Images", "Weights", "Forward", "Error", "Compare"]
    outputs = sheets["Forward"][5][-10:]
    np.testing.assert_allclose(outputs, model.network.forward(image.inputs)[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(read_spreadsheet(path).network.parameters, model.network.parameters)


def test_a_problem_that_nobody_knew_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    model, data = a_model((5,), "tanh", "cross_entropy", problem=HEAPS), load_dataset("heaps:far")
    few = Split(data.train.inputs[:6], data.train.labels[:6])
    path = written(tmp_path, model, 2, Rule(0.1), few)
    images = sheets_of(path)["Images"]
    np.testing.assert_allclose([row[2:4] for row in images[4:]], few.inputs)
    assert {row[1] for row in images[4:]} == {"red", "green", "blue"}
    again = read_spreadsheet(path)
    np.testing.assert_array_equal(again.network.parameters, model.network.parameters)
    assert (again.problem, again.class_names) == ("heaps", HEAPS.class_names)


@pytest.mark.parametrize(
    ("model", "images", "steps", "said"),
    [
        (a_model((16,), "relu", "cross_entropy", problem=MNIST), 2, 0, "one image"),
        (a_model((16,), "relu", "cross_entropy", problem=MNIST), 1, 1, "without steps"),
        (a_model((400,), "relu", "cross_entropy", problem=MNIST), 1, 0, "weights and biases"),
        (a_model(), 64, 10_000, "at most"),
    ],
)
def test_what_would_not_open_at_once_is_refused(model: Model, images: int, steps: int, said: str) -> None:
    features = model.network.sizes[0]
    split = Split(np.zeros((images, features), np.float32), np.zeros(images, np.int64))
    with pytest.raises(ExportError, match=said):
        spreadsheet(model, split, Rule(0.2), steps)


@pytest.mark.parametrize("value", [1e30, 1000.0, np.inf, np.nan])
def test_numbers_that_a_spreadsheet_cannot_work_out_are_refused(value: float) -> None:
    model = a_model()
    model.network.parameters[:] = -value
    with pytest.raises(ExportError, match=r"too large|weighted sum"):
        spreadsheet(model, toy_images(), Rule(0.2), 1)


def test_what_has_no_formula_is_refused() -> None:
    with pytest.raises(ExportError, match="activation"):
        activation_formula("swish")
    with pytest.raises(ExportError, match="loss"):
        loss_formula("focal")


def test_the_learning_rate_is_that_of_the_training() -> None:
    assert usual_rule(load_model("toy")).learning_rate == 3.0
    assert usual_rule(replace(a_model(), training={"config": {"learning_rate": 0.5}})) == Rule(0.5)
    for odd in ("0.5", None, float("nan"), -1, [1], True):
        assert usual_rule(replace(a_model(), training={"config": {"learning_rate": odd}})).learning_rate == 3.0


def test_classes_and_names_from_a_file_stay_texts(tmp_path: Path) -> None:
    odd = replace(a_model(), class_names=('=1+1"', "@SUM(A1)"), name="=HYPERLINK(1)")
    path = tmp_path / "odd.xlsx"
    write_spreadsheet(path, odd, toy_images(16), Rule(0.2), 1)
    sheets = sheets_of(path, values=False)
    assert sheets["About"][8][1:3] == odd.class_names
    assert read_spreadsheet(path).class_names == odd.class_names


# Reading back


@pytest.mark.parametrize(("activation", "loss"), [*zip(ACTIVATIONS, cycle(LOSSES), strict=False)])
def test_what_is_read_back_is_the_same_network(tmp_path: Path, activation: str, loss: str) -> None:
    model = a_model((3, 2), activation, loss)
    again = read_spreadsheet(written(tmp_path, model, steps=0))
    np.testing.assert_array_equal(again.network.parameters, model.network.parameters)
    assert (again.network.sizes, again.network.activations) == (model.network.sizes, model.network.activations)
    assert (again.loss, again.problem, again.class_names) == (model.loss, model.problem, model.class_names)


@cache
def plain_workbook() -> bytes:
    """Return a workbook of the usual network, made once for all that change it."""
    return spreadsheet(a_model(), toy_images(32), Rule(0.2), 2)


def plain(folder: Path) -> Path:
    """Write that workbook to a file of its own."""
    path = folder / "plain.xlsx"
    path.write_bytes(plain_workbook())
    return path


def changed(path: Path, sheet: str, cell: str, value: Any) -> Path:
    """Change a cell as a spreadsheet program would; what formulas gave is not kept, as openpyxl works nothing out."""
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)
    return path


def test_a_weight_that_was_changed_is_read(tmp_path: Path) -> None:
    path = changed(plain(tmp_path), "Weights", "E6", 0.25)
    assert read_spreadsheet(path).network.weights[0][2, 0] == 0.25


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "names"),
    [
        ("Weights", "E6", "a lot", "Weights!E6"),
        ("Weights", "E6", None, "Weights!E6"),
        ("Weights", "O6", True, "Weights!O6"),
        ("Weights", "E6", 1e300, "Weights!E6"),
        ("Weights", "E6", "=1/0", "Weights!E6"),
        ("Weights", "O5", "bias", "Weights!O5"),
        ("About", "B4", 2, "About!B4"),
        ("About", "B5", "chess", "About!B5"),
        ("About", "B6", 13, "About!B6"),
        ("About", "C6", 4, "Weights!"),
        ("About", "C6", 3.5, "About!C6"),
        ("About", "C6", "three", "About!C6"),
        ("About", "C6", 10**9, "About!C6"),
        ("About", "D6", None, "About!D9"),
        ("About", "B7", "swish", "About!B7"),
        ("About", "C7", "relu", "About!C7"),
        ("About", "B8", "focal", "About!B8"),
        ("About", "C9", 0, "About!C9"),
        ("About", "B13", -1, "About!B13"),
    ],
)
def test_the_cell_at_fault_is_named(tmp_path: Path, sheet: str, cell: str, value: object, names: str) -> None:
    path = changed(plain(tmp_path), sheet, cell, value)
    with pytest.raises(WorkbookError) as caught:
        read_spreadsheet(path)
    assert names in str(caught.value)
    assert caught.value.cell.startswith(names)
    assert len(str(caught.value)) < 250 + len(str(path))


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    for name in ("About", "Weights"):
        path = plain(tmp_path)
        book = openpyxl.load_workbook(path)
        del book[name]
        book.save(path)
        with pytest.raises(WorkbookError, match=name):
            read_spreadsheet(path)


def test_steps_that_are_not_there(tmp_path: Path) -> None:
    path = plain(tmp_path)
    assert read_spreadsheet(path, 3).network.parameter_count == 47
    for step in (0, 4):
        with pytest.raises(WorkbookError, match="steps 1 to 3"):
            read_spreadsheet(path, step)


def a_bomb() -> bytes:
    """Return an archive of a few kilobytes that says of itself that it holds gigabytes."""
    import io

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", bytes(60_000_000))
    return data.getvalue()


@pytest.mark.parametrize("kind", ["text", "empty", "cut", "bomb", "zip", "xml", "many", "missing", "folder"])
def test_what_is_no_workbook_is_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.xlsx"
    good = plain_workbook()
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes({"text": b"weights", "empty": b"", "cut": good[: len(good) // 2], "bomb": b""}.get(kind, good))
    if kind == "bomb":
        path.write_bytes(a_bomb())
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hello.txt", "hello")
    if kind == "xml":
        _replace_part(path, "xl/worksheets/sheet3.xml", b'<!DOCTYPE a [<!ENTITY b "bb">]><worksheet>&b;<sheetData><row')
    if kind == "many":
        with zipfile.ZipFile(path, "a") as archive:
            for number in range(2000):
                archive.writestr(f"xl/{number}", b"")
    with pytest.raises(WorkbookError) as caught:
        read_spreadsheet(path)
    assert "\n" not in str(caught.value)


def _replace_part(path: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(path) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in (parts | {name: data}).items():
            archive.writestr(part, content)


def test_a_file_with_any_bytes_changed_gives_one_sentence_or_a_network(tmp_path: Path) -> None:
    """Where a byte is changed, cut out or put in, in the archive or in a part of it, nothing else comes out."""
    rng, good = np.random.default_rng(0), plain_workbook()
    path, told = tmp_path / "odd.xlsx", 0
    for number in range(120):
        path.write_bytes(good)
        if number % 2:
            with zipfile.ZipFile(path) as archive:
                part = str(rng.choice([name for name in archive.namelist() if "theme" not in name]))
                _replace_part(path, part, _spoilt(archive.read(part), rng))
        else:
            path.write_bytes(_spoilt(good, rng))
        try:
            network = read_spreadsheet(path).network
        except WorkbookError as error:
            told += 1
            assert "\n" not in str(error)
        else:
            assert np.isfinite(network.parameters).all()
    assert told > 30


def _spoilt(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.integers(1, 4))):
        place, length = int(rng.integers(len(data))), int(rng.integers(0, 20))
        data = data[:place] + rng.bytes(int(rng.integers(0, 20))) + data[place + length :]
    return data


@pytest.mark.parametrize("value", [10**400, -(10**400), float("nan"), float("inf"), 1e39])
def test_a_number_that_no_weight_can_be_is_named(value: float) -> None:
    with pytest.raises(WorkbookError, match=r"Weights!A1.*float32"):
        _Sheet(Path("w.xlsx"), "Weights", [(value,)]).number(0, 0)


def test_a_sheet_that_says_it_is_huge_is_read_as_far_as_needed(tmp_path: Path) -> None:
    path = plain(tmp_path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml")
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet).replace(b"</sheetData>", far)
    _replace_part(path, "xl/worksheets/sheet3.xml", sheet)
    assert read_spreadsheet(path).network.parameter_count == 47


def test_the_limit_lets_a_usual_network_of_digits_through() -> None:
    assert a_model((128,), problem=MNIST, loss="cross_entropy").network.parameter_count < MOST_CELLS
