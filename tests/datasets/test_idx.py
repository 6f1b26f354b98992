"""IDX files as they should be, and as they should not."""

import gzip
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.errors import IdxError
from digitapp.datasets.idx import idx_header, idx_sha256, read_idx

IMAGES = np.arange(2 * 4 * 3, dtype=np.uint8).reshape(2, 4, 3)
LIMITS = (100, 28, 28)
WHOLE = idx_header(IMAGES.shape) + IMAGES.tobytes()


def write(folder: Path, data: bytes, name: str = "images") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_header_is_that_of_the_published_format():
    assert idx_header((60000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")
    assert idx_header((10000,)) == bytes.fromhex("00000801 00002710")


@pytest.mark.parametrize("name", ["images", "images.gz"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_content_decides_whether_it_is_gzipped_not_the_name(tmp_path, name, pack):
    array = read_idx(write(tmp_path, pack(WHOLE), name), 3, LIMITS)
    assert array.dtype == np.uint8
    np.testing.assert_array_equal(array, IMAGES)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "0 bytes"),
        (b"\x00\x00", "2 bytes"),
        (WHOLE[:9], "header is cut short"),
        (WHOLE[:-1], "only 23 bytes"),
        (WHOLE + b"\x00", "more data"),
        (b"label,p1,p2", "something else"),
        (idx_header((2,)) + b"\x01\x02", "holds labels"),
        (b"\x00\x00\x0d\x03" + WHOLE[4:], "something else"),  # floats
        (idx_header((2**32 - 1, 28, 28)), "4,294,967,295 × 28 × 28"),
        (idx_header((0, 28, 28)), "0 × 28 × 28"),
        (idx_header((1, 29, 28)) + bytes(29 * 28), "1 × 29 × 28"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "gzip data"),
        (gzip.compress(WHOLE, mtime=0)[:10], "gzip data"),
        (gzip.compress(WHOLE, mtime=0)[:-5] + b"\x00" * 5, "gzip data"),
        (gzip.compress(WHOLE + b"\x00", mtime=0), "more data"),
        (gzip.compress(b"", mtime=0), "0 bytes"),
        (b"\x1f\x8b", "gzip data"),
        (b"\x1f\x8b not gzip at all", "gzip data"),
    ],
)
def test_bad_files_say_what_is_wrong_and_what_was_expected(tmp_path, data, found):
    path = write(tmp_path, data)
    with pytest.raises(IdxError) as caught:
        read_idx(path, 3, LIMITS)
    error = caught.value
    assert error.path == path
    assert found in error.found
    assert error.expected
    assert str(error) == f"{path}: {error.found}; expected {error.expected}"


def test_missing_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(IdxError) as caught:
            read_idx(path, 3, LIMITS)
        assert caught.value.path == path


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(idx_header((2, 28, 28)))
    bomb += b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    path = write(tmp_path, bomb)
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="more data than its header announces"):
            read_idx(path, 3, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_header_that_promises_much_takes_no_memory(tmp_path):
    path = write(tmp_path, struct.pack(">IIII", 0x803, 300_000, 28, 28) + bytes(100))
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="only 100 bytes"):
            read_idx(path, 3, (300_000, 28, 28))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@given(shape=st.lists(st.integers(1, 5), min_size=3, max_size=3).map(tuple), seed=st.integers(0, 9))
def test_what_is_written_is_read(tmp_path_factory, shape, seed):
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    path = write(tmp_path_factory.mktemp("idx"), gzip.compress(idx_header(shape) + images.tobytes()))
    np.testing.assert_array_equal(read_idx(path, 3, LIMITS), images)


@given(data=st.binary(max_size=60), start=st.integers(0, 40))
def test_any_bytes_give_an_array_or_a_typed_error(tmp_path_factory, data, start):
    path = write(tmp_path_factory.mktemp("idx"), WHOLE[:start] + data)
    try:
        assert read_idx(path, 3, LIMITS).size > 0
    except IdxError as error:
        assert error.path == path


def test_the_checksum_is_that_of_the_decompressed_file(mnist_dir):
    labels = read_idx(mnist_dir / "t10k-labels-idx1-ubyte.gz", 1, (10_000,))
    assert idx_sha256(labels) == "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
