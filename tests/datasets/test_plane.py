"""Points in a plane: made to order, read from tables and written to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitapp.datasets.errors import CsvError, DataError, DataFileError, DatasetSettingError
from digitapp.datasets.load import load_dataset, problem_meant_by
from digitapp.datasets.plane import (
    MOST_POINTS,
    REACH,
    LabelledPoint,
    fitted,
    is_points_table,
    load_points,
    points_dataset,
    points_of,
    read_points_csv,
    write_points_csv,
)
from digitapp.datasets.plane_made import SHAPES, ordered, with_settings
from digitapp.datasets.problems import PLANE, TOY, problem_of
from digitapp.datasets.toy import book_csv


def write(folder: Path, text: str) -> Path:
    path = folder / "points.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", PLANE.datasets)
def test_made_points_fill_the_plane_in_equal_classes(name: str) -> None:
    data = load_dataset(name)
    shape = SHAPES[ordered(name).shape]
    assert data.problem.class_names == PLANE.class_names[: shape.classes]
    assert data.validation is not None
    assert (len(data.train), len(data.validation)) == (150, 50)
    everything = data.all_but_test
    counts = np.bincount(everything.labels)
    assert counts.max() - counts.min() <= 1
    assert 0.5 < np.abs(everything.inputs).max() < REACH + 0.25
    assert np.abs(everything.inputs.mean(axis=0)).max() < 0.25


@pytest.mark.parametrize("name", PLANE.datasets)
def test_without_noise_each_point_is_nearer_to_its_own_class(name: str) -> None:
    order = ordered(with_settings(name, noise=0.0, count=600))
    places, labels = order.make()
    distances = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(len(labels)) * 9
    assert (labels[distances.argmin(axis=1)] == labels).mean() > 0.99


@given(
    st.sampled_from(PLANE.datasets),
    st.integers(8, 300),
    st.integers(0, 1000).map(lambda thousandths: thousandths / 1000),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_the_name_says_all_that_the_points_were_made_with(name: str, count: int, noise: float, seed: int) -> None:
    full = with_settings(name, count=count, noise=noise, seed=seed)
    order = ordered(full)
    assert (order.count, order.noise, order.seed) == (count, noise, seed)
    assert with_settings(full) == full
    assert problem_of(full) is PLANE
    assert load_dataset(full).name == full
    for part in ("train", "validation"):
        first, again = getattr(load_dataset(full), part), getattr(load_dataset(full, seed=7), part)
        assert first is again is None or first.fingerprint == again.fingerprint


def test_usual_settings_are_left_out_of_the_name() -> None:
    usual = ordered(PLANE.usual_dataset)
    full = with_settings(PLANE.usual_dataset, count=usual.count, noise=usual.noise, seed=usual.seed)
    assert full == PLANE.usual_dataset


def test_more_noise_moves_every_point_further_the_same_way() -> None:
    still, little, more = (ordered(f"{PLANE.usual_dataset},noise={noise}").make()[0] for noise in (0, 0.1, 0.3))
    np.testing.assert_allclose(3 * (little - still), more - still, atol=1e-12)


@pytest.mark.parametrize(
    "end", ["noise=2", "noise=nan", "noise=", "count=3", "count=1e9", "count=2.5", "seed=-1", "x=1", "="]
)
def test_settings_that_cannot_be_used_are_named(end: str) -> None:
    with pytest.raises(DatasetSettingError, match=r"expected (a number|a whole number|count, noise, seed)"):
        load_dataset(f"{PLANE.usual_dataset},{end}")


points = st.builds(
    LabelledPoint,
    st.floats(-1.2, 1.2),
    st.floats(-1.2, 1.2),
    st.integers(0, PLANE.classes - 1),
    st.booleans(),
)


@given(st.lists(points, min_size=1, max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_what_is_read(tmp_path: Path, made: list[LabelledPoint]) -> None:
    write_points_csv(tmp_path / "points.csv", made)
    assert read_points_csv(tmp_path / "points.csv") == made
    assert is_points_table(tmp_path / "points.csv")


@given(st.lists(points, min_size=1, max_size=30).filter(lambda made: not all(point.validates for point in made)))
@settings(max_examples=40)
def test_a_data_set_holds_the_points_that_it_was_made_of(made: list[LabelledPoint]) -> None:
    data = points_dataset("mine", made)
    assert len(data.problem.class_names) == max(2, 1 + max(point.label for point in made))
    back = points_of(data)
    assert [point.validates for point in back] == sorted(point.validates for point in made)
    np.testing.assert_allclose(
        [(point.x, point.y, point.label) for point in back],
        [(point.x, point.y, point.label) for point in sorted(made, key=lambda point: point.validates)],
        rtol=1e-6,
        atol=1e-30,
    )


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("0,0,A\n0.5,1,b\n", [0, 1]),
        ("x,y,label\n0,0,2\n1,1,0\n", [2, 0]),
        ("label;y;x\n1;0,5;0\n2;0;1,5\n3;0;1\n", [0, 1, 2]),
        ("x\ty\tlabel\tname\n0\t0\t-1\tp\n1\t0\t1\tq\n", [0, 1]),
        ("\ufeffX,Y,Label\n0,0,setosa\n0,1,iris\n\n0,1,versi\n", [1, 0, 2]),
        ("0,0,10\n0,1,9\n0,1,10.0\n", [1, 0, 1]),
        ('"0","0","B"\n', [1]),
    ],
)
def test_labels_are_letters_numbers_or_words(tmp_path: Path, text: str, labels: list[int]) -> None:
    assert [point.label for point in read_points_csv(write(tmp_path, text))] == labels


def test_a_quarter_of_each_class_validates_where_nobody_says_which(tmp_path: Path) -> None:
    made = read_points_csv(write(tmp_path, "".join(f"{k},0,{'AB'[k % 2]}\n" for k in range(40))))
    assert [sum(point.validates for point in made if point.label == label) for label in (0, 1)] == [5, 5]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("x,y,label\n0,0,A\n0,high,A\n", 3, "the y 'high'"),
        ("0,0,A\nnan,0,A\n", 2, "the x 'nan'"),
        ("0,0,A\n1e999,0,A\n", 2, "the x"),
        ("0,0,A\n0,0\n", 2, "2 fields"),
        ("x,label\n0,A\n", 1, "no column y"),
        ("0,0,A\n0,0,\n", 2, "the label is empty"),
        ("x,y,label,part\n0,0,A,test\n", 2, "the part 'test'"),
        ("".join(f"0,0,{name}\n" for name in "abcde"), 5, "the label 'e' is one too many"),
        ("0,0,A\n" * (MOST_POINTS + 1), MOST_POINTS + 1, "too many points"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, text: str, line: int, found: str) -> None:
    with pytest.raises(CsvError) as raised:
        read_points_csv(write(tmp_path, text))
    assert raised.value.line == line
    assert found in raised.value.found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x,y,label\n", "no point"),
        ("0,0,A\n0,1,A\n", "all of one class"),
        ("x,y,label,part\n0,0,A,validation\n0,1,B,validation\n", "no line is for training"),
        ("0.123456789,0.123456789,A\n" * 200_000, "MB"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(DataFileError) as raised:
        load_points(write(tmp_path, text))
    assert found in raised.value.found


def test_any_bytes_are_points_or_one_sentence(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    whole = b"x,y,label,part\n" + b"0.5,-0.25,A,train\n-1e3,2,B,validation\n" * 3
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            damaged[place] = rng.integers(256)
        path = tmp_path / "damaged.csv"
        path.write_bytes(damaged)
        try:
            data = load_points(path)
        except DataError:
            continue
        assert np.isfinite(data.train.inputs).all()


def test_points_far_away_are_moved_into_the_plane_and_others_stay() -> None:
    near = [LabelledPoint(-0.5, 0.2, 0), LabelledPoint(1.2, -1.0, 1)]
    assert fitted(near) == near
    far = [LabelledPoint(150.0, 1e-9, 0), LabelledPoint(200.0, 1e-9, 1, True), LabelledPoint(160.0, 1e-9, 0)]
    moved = fitted(far)
    assert [point.x for point in moved] == pytest.approx([-1, 1, -0.6])
    assert [point.y for point in moved] == [0, 0, 0]
    assert [(point.label, point.validates) for point in moved] == [(0, False), (1, True), (0, False)]
    huge = fitted([LabelledPoint(-1.7e308, 0, 0), LabelledPoint(1.7e308, 0, 1)])
    assert [point.x for point in huge] == [-1, 1]
    assert fitted([]) == []


def test_a_table_belongs_to_the_problem_that_its_first_line_names(tmp_path: Path) -> None:
    table = write(tmp_path, "x,y,label\n0,0,A\n1,0,B\n0,1,A\n")
    assert problem_meant_by(str(table)) is PLANE
    assert load_dataset(table).problem.class_names == ("A", "B")
    assert problem_meant_by(str(book_csv())) is TOY
    assert problem_meant_by(str(tmp_path / "none.csv")) is TOY
