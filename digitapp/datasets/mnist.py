"""MNIST: finding its four files, reading them, and importing them from any folder.

The files are those of the original distribution, gzipped or not, under either of the names in use:
`train-images-idx3-ubyte` or `train-images.idx3-ubyte`. Any other set of at most ten classes of 28×28 images in the same
four files is read just so, and called by its folder's name.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digitapp import reasons
from digitapp.atomic import atomic_file
from digitapp.datasets.dataset import Dataset, Split, stratified_choice
from digitapp.datasets.errors import ChecksumError, DataFileError, DataMissingError, IdxError
from digitapp.datasets.idx import GZIP_MAGIC, idx_sha256, read_idx
from digitapp.datasets.problems import MNIST, problem_of
from digitapp.plain import plain
from digitapp.regular import open_regular
from digitapp.resources import data_dirs

# SHA-256 of each file after decompression: the gzip wrappers differ between mirrors, the payloads do not.
CHECKSUMS: Mapping[str, str] = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
FILES: tuple[str, ...] = tuple(CHECKSUMS)

# SHA-256 of every sixteenth image of a part, as an IDX file of their own: whether these are MNIST's is asked at every
# start, and a sixteenth of the bytes are 15 ms.
_SAMPLED: Mapping[str, str] = {
    "train-images-idx3-ubyte": "cf6ab3a5656e5d955742be4167e7ae953a67e9a3825bf3e0b6d2250d87cc64f7",
    "t10k-images-idx3-ubyte": "393f77cbeead58e522b0b6745d1b88bb97d0724c6da3006946c60e7b0d856797",
}
_SAMPLING = 16

# Of the 60,000 training images of MNIST this leaves 5,000 for validation.
_VALIDATION_SHARE = 12
# Four times MNIST (EMNIST Digits has 240,000), and still no more memory than a laptop has.
_MOST_IMAGES = 300_000
_AT_ONCE = 2048  # images that are turned into numbers
_IMAGE_LIMITS = (_MOST_IMAGES, MNIST.rows, MNIST.columns)


@dataclass(frozen=True)
class MnistStatus:
    """Whether MNIST is there.

    Attributes
    ----------
    directory : Path or None, the first folder that holds all four files
    searched : tuple of Path, the folders that are looked into, first choice first
    missing : tuple of str, the files that the most complete folder lacks; empty where `directory` is given
    """

    directory: Path | None
    searched: tuple[Path, ...]
    missing: tuple[str, ...]

    @property
    def available(self) -> bool:
        """Return whether all four files are there (whether they are whole is seen when they are read)."""
        return self.directory is not None


def mnist_target(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that a download or an import fills: `mnist` in the first data folder."""
    return data_dirs(data_dir)[0] / "mnist"


def mnist_status(data_dir: str | os.PathLike[str] | None = None) -> MnistStatus:
    """Look for the four files in each data folder and in a folder `mnist` in it; nothing is read."""
    searched = tuple(place for folder in data_dirs(data_dir) for place in (folder, folder / "mnist"))
    missing = FILES
    for folder in searched:
        try:
            missing_here = _missing(folder)
        except DataFileError:  # a folder that may not be looked into is no reason to stop looking
            continue
        if not missing_here:
            return MnistStatus(folder, searched, ())
        missing = min(missing, missing_here, key=len)
    return MnistStatus(None, searched, missing)


def find_mnist(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """Return the first folder that holds all four files, or raise `DataMissingError`."""
    status = mnist_status(data_dir)
    if status.directory is None:
        raise DataMissingError(status.searched, status.missing)
    return status.directory


def load_mnist(folder: Path, *, seed: int = 0) -> Dataset:
    """Read the four files in a folder.

    Other images than MNIST's are a data set with the name of the folder.

    A twelfth of the training images, chosen at random within each class, becomes the validation part: of MNIST's
    60,000 that leaves 55,000 and 5,000. The 10,000 test images choose nothing.

    Parameters
    ----------
    folder : Path
    seed : int, decides which images validate; runs compare only under the same seed

    Raises
    ------
    DataMissingError : a file is not there
    IdxError : a file is damaged, of another kind, or does not match its companion
    """
    missing = _missing(folder)
    if missing:
        raise DataMissingError((folder,), missing)
    images, labels = _read_pair(folder, "train")
    is_mnist = _is_original("train", images, labels)
    count = len(labels) // _VALIDATION_SHARE
    chosen = stratified_choice(labels, count, np.random.default_rng(seed))
    train, validation = _split(images, labels, ~chosen), _split(images, labels, chosen) if count else None
    # As numbers they take four times the memory of the file: the file's bytes go before the next one is read.
    del images
    images, labels = _read_pair(folder, "t10k")
    is_mnist = is_mnist and _is_original("t10k", images, labels)
    test = _split(images, labels, np.ones(len(labels), dtype=bool))
    parts = [part for part in (train, validation, test) if part is not None]
    classes = max(2, 1 + max(int(part.labels.max()) for part in parts))
    problem = MNIST if classes == MNIST.classes else replace(MNIST, class_names=MNIST.class_names[:classes])
    return Dataset(
        name=MNIST.usual_dataset if is_mnist else _name_of(folder),
        problem=problem,
        train=train,
        validation=validation,
        test=test,
    )


def _is_original(part: str, images: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether images and labels are those of MNIST's part, by the labels and every sixteenth image."""
    image_name, label_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    if idx_sha256(labels) != CHECKSUMS[label_name]:
        return False
    return idx_sha256(images[::_SAMPLING]) == _SAMPLED[image_name]


def _name_of(folder: Path) -> str:
    """Return what the images in a folder are called: by its name, with its parent's where a data set has that name."""
    folder = folder.resolve()
    name = plain(folder.name)
    return name if problem_of(name) is None else f"{plain(folder.parent.name)}/{name}"


def import_mnist(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str] | None = None,
    *,
    checksums: Mapping[str, str] = CHECKSUMS,
) -> Path:
    """Copy the four MNIST files from any folder to where they will be found, after checking every byte of them.

    Nothing is copied unless all four are good, and each is then put in place whole. Gzipped files stay gzipped.

    Parameters
    ----------
    source : path of the folder with the files
    target : path of the folder to fill; `mnist_target()` by default
    checksums : SHA-256 of each decompressed file, by the file's name

    Returns
    -------
    target : Path

    Raises
    ------
    DataMissingError : the source lacks files (all of them are listed)
    IdxError : a file is damaged or mislabelled
    ChecksumError : a file is well-formed, but not MNIST's
    DataFileError : the target cannot be written
    """
    source = Path(source)
    target = mnist_target() if target is None else Path(target)
    missing = _missing(source)
    if missing:
        raise DataMissingError((source,), missing)
    for name in FILES:
        verify_file(_require(source, name), name, checksums)
    for name in FILES:
        place_file(_require(source, name), target, name)
    return target


def verify_file(path: Path, name: str, checksums: Mapping[str, str] = CHECKSUMS) -> None:
    """Check that a file, gzipped or not, is the original file `name`; raise `IdxError` or `ChecksumError`."""
    actual = idx_sha256(_read(path, name))
    if actual != checksums[name]:
        raise ChecksumError(str(path), actual, checksums[name])


def place_file(path: Path, target: Path, name: str, *, move: bool = False) -> None:
    """Copy or move a verified file to its place under its usual name; what stood there under its other names goes.

    Raises
    ------
    DataFileError : the folder cannot be written, the disk is full
    """
    with open_regular(path) as file:
        suffix = ".gz" if file.read(len(GZIP_MAGIC)) == GZIP_MAGIC else ""
    destination = target / (name + suffix)
    try:
        if move:
            path.replace(destination)
        elif not (destination.exists() and destination.samefile(path)):
            with path.open("rb") as file, atomic_file(destination) as copy:
                shutil.copyfileobj(file, copy)
        for other in _variants(target, name):
            if other != destination:
                other.unlink(missing_ok=True)
    except OSError as error:
        found = error.strerror or str(error)
        raise DataFileError(destination, found, reasons.tr("a folder with room that can be written to")) from error


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of one of the four files under any of its names, None where there is none.

    Raises
    ------
    DataFileError : the folder may not be looked into
    """
    try:
        return next((path for path in _variants(folder, name) if path.is_file()), None)
    except OSError as error:
        raise DataFileError(folder, error.strerror or str(error), reasons.tr("a folder that can be read")) from error


def _variants(folder: Path, name: str) -> tuple[Path, ...]:
    """The names in use, the fastest to read first."""
    dotted = name.replace("-idx", ".idx")
    return tuple(folder / (stem + suffix) for suffix in ("", ".gz") for stem in (name, dotted))


def _missing(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in FILES if find_file(folder, name) is None)


def _require(folder: Path, name: str) -> Path:
    path = find_file(folder, name)
    if path is None:
        raise DataMissingError((folder,), (name,))
    return path


def _read(path: Path, name: str) -> np.ndarray:
    """Read one file, of images or labels as its name says, and check what the format alone does not promise."""
    if "images" not in name:
        labels = read_idx(path, 1, (_MOST_IMAGES,))
        if labels.max() >= MNIST.classes:
            found = reasons.tr("there is a label {0}", labels.max())
            raise IdxError(path, found, reasons.tr("labels from 0 to {0}", MNIST.classes - 1))
        return labels
    images = read_idx(path, 3, _IMAGE_LIMITS)
    if images.shape[1:] != (MNIST.rows, MNIST.columns):
        found = reasons.tr("images of {0}×{1} pixels", *images.shape[1:])
        raise IdxError(path, found, reasons.tr("{0}×{1} pixels", MNIST.rows, MNIST.columns))
    return images


def _read_pair(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    image_name, label_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
    image_path, label_path = _require(folder, image_name), _require(folder, label_name)
    images, labels = _read(image_path, image_name), _read(label_path, label_name)
    if len(images) != len(labels):
        found = reasons.tr("{0:,} labels", len(labels))
        expected = reasons.tr("{0:,}, one per image in {1}", len(images), image_path.name)
        raise IdxError(label_path, found, expected)
    return images, labels


def _split(images: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> Split:
    """Return the chosen images as numbers, made a few at a time so that nothing lies in memory twice."""
    rows, pixels = np.flatnonzero(chosen), images.reshape(len(images), -1)
    inputs = np.empty((len(rows), pixels.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(rows))
        np.divide(pixels[rows[start:stop]], np.float32(255), out=inputs[start:stop], dtype=np.float32)
    return Split(inputs, labels[chosen].astype(np.int64))
