"""A person's digits: what is held out, what a file keeps, and that nothing is ever lost."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.collection import (
    MAX_SAMPLES,
    Collection,
    NoDigitsError,
    Sample,
    TooManyDigitsError,
    collection_path,
    find_collection,
    load_my_hand,
    next_label,
    pictures,
    read_collection,
    read_samples,
    split_of,
    write_collection,
)
from digitapp.datasets.collection_file import CollectionFile, backups, is_sound
from digitapp.datasets.load import load_dataset
from digitapp.drawing.files import DrawingFileError, read_drawings, write_drawings
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess


def drawn(label: int, place: float = 0.0, **options) -> Sample:
    """A digit that is no other: its line starts at its own place."""
    drawing = Drawing.from_points([[(0.3 + place / 1e4, 0.2), (0.5, 0.8)]], label)
    return Sample(drawing, label, 0.06, **options)


def several(*labels: int) -> Collection:
    return Collection().extended(drawn(label, place) for place, label in enumerate(labels))


def test_every_third_of_each_class_is_held_out():
    collection = several(*[7, 3] * 9)
    for label in (3, 7):
        assert [sample.held_out for sample in collection.of_label(label)] == [False, False, True] * 3
    assert len(collection.held_out) == 6
    assert len(collection.training) == 12


def test_what_was_decided_never_changes():
    collection = several(*[5] * 6)
    before = {sample.identity: sample.held_out for sample in collection.samples}
    smaller = collection.without([collection.samples[0], collection.samples[2]])
    grown = smaller.extended(drawn(5, 100 + place) for place in range(5))
    assert all(before.get(sample.identity, sample.held_out) == sample.held_out for sample in grown.samples)


def test_a_held_out_digit_that_was_deleted_is_replaced():
    collection = several(5, 5, 5)
    again = collection.without(collection.held_out).extended([drawn(5, 50)])
    assert [sample.held_out for sample in again.samples] == [False, False, True]


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60))
def test_never_more_than_a_third_is_held_out_and_no_correction_is(digits):
    collection = Collection().extended(
        drawn(label, place, correction=correction) for place, (label, correction) in enumerate(digits)
    )
    for label in range(10):
        guided = [sample for sample in collection.of_label(label) if not sample.correction]
        assert sum(bool(sample.held_out) for sample in guided) == len(guided) // 3
    assert not any(sample.held_out for sample in collection.samples if sample.correction)


def test_the_same_digit_is_collected_once_and_stays_on_its_side():
    collection = several(1, 1, 1)
    held = collection.held_out[0]
    again = collection.extended([Sample(held.source, 1, 0.06, held_out=False), drawn(1, 0)])
    assert again.samples == collection.samples


def test_too_many_digits_are_refused():
    image = np.zeros((28, 28), np.uint8)
    many = []
    for number in range(MAX_SAMPLES + 1):
        own = image.copy()
        own.flat[:2] = divmod(number, 256)
        many.append(Sample(own, 0, held_out=False))
    with pytest.raises(TooManyDigitsError) as info:
        Collection().extended(many)
    assert info.value.number == MAX_SAMPLES + 1


def test_digits_are_asked_for_in_rounds():
    collection = Collection()
    asked = []
    for place in range(21):
        label = next_label(collection)
        asked.append(label)
        collection = collection.extended([drawn(label, place)])
    assert asked == [*range(10), *range(10), 0]


def test_what_is_skipped_comes_back_in_the_next_round():
    once = [1] + [0] * 9
    assert next_label(Collection(), once, 0) == 1
    assert next_label(several(*range(1, 10)), once) == 0
    assert next_label(several(*range(1, 10)), once, 0) == 1


def test_a_correction_is_not_counted_as_drawn():
    collection = several(0, 1).extended([drawn(2, 9, correction=True)])
    assert collection.counts[2] == 0
    assert next_label(collection) == 2


def test_a_file_gives_everything_back(tmp_path):
    image = np.arange(784, dtype=np.uint32).astype(np.uint8).reshape(28, 28)
    collection = several(4, 4, 4, 8).extended([drawn(2, 9, correction=True), Sample(image, 6)])
    path = tmp_path / "own.json"
    write_collection(path, collection)
    again = read_collection(path)
    assert [s.identity for s in again.samples] == [s.identity for s in collection.samples]
    for old, new in zip(collection.samples, again.samples, strict=True):
        assert (old.label, old.held_out, old.correction) == (new.label, new.held_out, new.correction)
        assert old.drawing is None or old.pen_width == new.pen_width


def test_any_reader_of_drawings_files_reads_it(tmp_path):
    write_collection(tmp_path / "own.json", several(4, 7))
    assert [drawing.label for drawing in read_drawings(tmp_path / "own.json")] == [4, 7]


def test_drawings_from_elsewhere_are_moved_to_the_canvas(tmp_path):
    tablet = Drawing.from_points([[(1000, 4000), (3000, 9000)]], 1)
    write_drawings(tmp_path / "tablet.json", [tablet, Drawing(tablet.strokes)])
    samples, unlabelled = read_samples(tmp_path / "tablet.json")
    assert unlabelled == 1
    box = samples[0].drawing.bounding_box() if samples[0].drawing is not None else None
    assert box is not None
    assert box.longer_side == pytest.approx(0.7)
    assert samples[0].held_out is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"label": 3, "held_out": 1, "strokes": [[[0, 0]]]}, "held_out"),
        ({"label": 3, "pen_width": "thin", "strokes": [[[0, 0]]]}, "pen"),
        ({"label": 3, "pen_width": 0, "strokes": [[[0, 0]]]}, "pen"),
        ({"label": 11, "strokes": [[[0, 0]]]}, "label"),
    ],
)
def test_a_damaged_drawing_is_named(tmp_path, item, reason):
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"drawings": [item]}))
    with pytest.raises(DrawingFileError) as info:
        read_collection(path)
    assert info.value.index == 0
    assert reason in info.value.reason


@pytest.mark.parametrize("image", [3, {}, {"pixels": "AAAA", "label": 1}, {"pixels": "?", "label": 1}, {"pixels": ""}])
def test_a_damaged_image_is_named(tmp_path, image):
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"drawings": [], "images": [image]}))
    with pytest.raises(DrawingFileError, match="image 1"):
        read_collection(path)


def test_pictures_are_those_of_the_canvas():
    samples = several(1, 7).samples
    for row, sample in zip(pictures(samples), samples, strict=True):
        assert np.allclose(row.reshape(28, 28), preprocess(sample.source, sample.pen_width).input, atol=1e-6)
    assert split_of(samples).labels.tolist() == [1, 7]


def test_the_digits_are_a_data_set(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path))
    with pytest.raises(NoDigitsError):
        load_dataset("my-hand")
    write_collection(tmp_path / "my-hand.json", several(*[1] * 3, *[2] * 4))
    dataset = load_dataset("my-hand")
    assert dataset.test is not None
    assert (len(dataset.train), len(dataset.test)) == (5, 2)
    assert sorted(dataset.test.labels) == [1, 2]
    assert load_my_hand(tmp_path / "elsewhere").name == "my-hand"


def test_the_digits_are_kept_in_the_users_own_folder_and_found_there_first(tmp_path, monkeypatch):
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path / "data"))
    for folder in ("data", "user", "given"):
        assert collection_path() == tmp_path / "user" / "my-hand.json"
        write_collection(tmp_path / folder / "my-hand.json", several(1))
        assert find_collection(tmp_path / "given") == tmp_path / folder / "my-hand.json"
    assert find_collection() == collection_path()


class TestFile:
    def test_no_file_is_an_empty_collection(self, tmp_path):
        loaded = CollectionFile(tmp_path / "own.json").load()
        assert len(loaded.collection) == 0
        assert not loaded.reason

    def test_what_is_saved_is_there_the_next_time(self, tmp_path):
        file = CollectionFile(tmp_path / "sub" / "own.json")
        file.load()
        assert len(file.save(several(1, 2)).collection) == 2
        assert len(file.save(several(1, 2, 3)).collection) == 3
        assert len(CollectionFile(file.path).load().collection) == 3
        assert [path.name for path in file.path.parent.iterdir() if path.is_file()] == ["own.json"]

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"drawings": [{}]}', b'{"drawings": 3}', b"[]"])
    def test_a_damaged_file_is_set_aside_whole(self, tmp_path, content):
        path = tmp_path / "own.json"
        path.write_bytes(content)
        file = CollectionFile(path)
        loaded = file.load()
        assert loaded.reason
        assert loaded.aside == tmp_path / "own.damaged-1.json"
        file.save(several(1))
        assert (tmp_path / "own.damaged-1.json").read_bytes() == content
        path.write_bytes(content)
        assert CollectionFile(path).load().aside == tmp_path / "own.damaged-2.json"

    def test_a_damaged_file_that_cannot_be_moved_is_not_written_over(self, tmp_path, monkeypatch):
        path = tmp_path / "own.json"
        path.write_text("{")

        def refuse(*_arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("digitapp.datasets.collection_file.set_aside", refuse)
        file = CollectionFile(path)
        loaded = file.load()
        assert loaded.reason
        assert loaded.aside is None
        with pytest.raises(DrawingFileError):
            file.save(several(1))
        assert path.read_text() == "{"

    def test_what_another_window_wrote_joins(self, tmp_path):
        one, other = (CollectionFile(tmp_path / "own.json") for _ in range(2))
        one.load()
        other.load()
        mine, theirs = several(1, 1, 1), several(2, 3)
        one.save(mine)
        merged = other.save(theirs)
        assert len(merged.collection) == len(read_collection(other.path)) == 5
        assert {sample.identity for sample in merged.joined} == {sample.identity for sample in mine.samples}
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["own.json"]

    def test_what_another_window_removed_goes_and_what_was_undone_stays(self, tmp_path):
        one, other = (CollectionFile(tmp_path / "own.json") for _ in range(2))
        both = several(1, 2, 3)
        one.load()
        one.save(both)
        seen = {sample.identity for sample in other.load().collection.samples}
        one.save(both.without(both.samples[:1]), seen)
        merged = other.save(both, seen)
        assert merged.left == {both.samples[0].identity} and len(merged.collection) == 2
        one.save(both, seen)  # the removal is undone
        assert len(other.save(merged.collection, seen - merged.left).collection) == 3

    def test_a_file_that_vanished_takes_nothing_with_it(self, tmp_path):
        file = CollectionFile(tmp_path / "own.json")
        file.load()
        file.save(several(1, 2))
        file.path.unlink()
        assert len(file.look(several(1, 2), set()).collection) == 2
        assert len(file.save(several(1, 2)).collection) == 2
        assert file.path.is_file()

    def test_one_damaged_digit_costs_that_digit(self, tmp_path):
        path = tmp_path / "own.json"
        write_collection(path, several(*range(10)))
        lines = path.read_bytes().split(b"\n")
        lines[3] = lines[3][:40] + b"\xff" + lines[3][41:]
        lines[5] = lines[5].replace(b"0.", b"0.1", 1)  # a digit that reads well, and is another one
        damaged = b"\n".join(lines)
        path.write_bytes(damaged)
        file = CollectionFile(path)
        loaded = file.load()
        assert [sample.label for sample in loaded.collection.samples] == [0, 1, 3, 5, 6, 7, 8, 9]
        assert "2 of 10" in loaded.reason
        assert loaded.aside is not None and loaded.aside.read_bytes() == damaged
        assert len(file.save(loaded.collection).collection) == 8
        assert not CollectionFile(path).load().reason

    def test_there_is_a_backup_with_its_checksum(self, tmp_path):
        file = CollectionFile(tmp_path / "own.json")
        file.load()
        file.save(several(1, 2))
        file.save(several(1, 2, 3))
        (backup,) = backups(file.path)
        assert is_sound(backup) and len(read_collection(backup)) == 2
        backup.write_bytes(backup.read_bytes()[:-1])
        assert not is_sound(backup)
