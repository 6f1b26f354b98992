"""Every reader of files that the program has, with sound files to damage, and what it may say about damaged ones."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mutations
import numpy as np
from PIL import Image

from digitapp.datasets.collection import Collection, Sample, TooManyDigitsError, split_of, write_collection
from digitapp.datasets.collection_file import CollectionFile
from digitapp.datasets.collection_import import import_digits
from digitapp.datasets.dataset import Split
from digitapp.datasets.errors import DataError
from digitapp.datasets.idx import idx_header, read_idx
from digitapp.datasets.mnist import load_mnist
from digitapp.datasets.problems import PROBLEMS
from digitapp.datasets.toy import load_toy
from digitapp.drawing.contents import read_contents
from digitapp.drawing.files import DrawingFileError, read_drawings, write_drawings
from digitapp.drawing.grid import BinaryGrid, GridTextError, read_grid
from digitapp.drawing.images import ImageFileError
from digitapp.drawing.ink import Drawing
from digitapp.exports.errors import WorkbookError
from digitapp.exports.spreadsheet import write_spreadsheet
from digitapp.exports.spreadsheet_reader import read_spreadsheet
from digitapp.exports.unrolled import Rule
from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptError
from digitapp.kept.histories import KeptHistory, read_history, write_history
from digitapp.kept.networks import Edits, read_marks, read_networks, write_marks, write_network
from digitapp.kept.packing import PacketError
from digitapp.kept.runs import (
    begin_run,
    branch_of,
    describe_run,
    history_of,
    read_moments,
    read_runs,
    write_moments,
    write_progress,
)
from digitapp.kept.seats import read_part, seats_by_use, write_part
from digitapp.kept.sheets import Sheet, Step, read_sheet, write_sheet
from digitapp.kept.store import Store
from digitapp.modelfile import Model, ModelFileError, load_model, save_model
from digitapp.nn import Network, initialize
from digitapp.nn.network import UnitRef
from digitapp.reading import prepare
from digitapp.runs.branches import TimeMachine
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan
from digitapp.training.checkpoint import (
    CheckpointError,
    load_checkpoint,
    resume,
    save_checkpoint,
    state_of,
    take_checkpoint,
)
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.errors import DataMismatch, TrainingDiverged
from digitapp.training.history import History
from digitapp.training.moments import Archive

SIDE = 40
"""Of the pictures that are damaged, in pixels."""


@dataclass(frozen=True)
class Reader:
    """One way into the program.

    Attributes
    ----------
    make : returns sound contents, made in an empty folder
    take : reads a content that may be damaged, in a folder of its own, and uses what it gets
    refusals : what it may raise
    mend : see `mutations.damaged`
    """

    make: Callable[[Path], list[bytes]]
    take: Callable[[bytes, Path, random.Random], object]
    refusals: tuple[type[Exception], ...] = ()
    mend: mutations.Mend | None = None


def _put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


# Models


def _models(folder: Path) -> list[bytes]:
    return [_model_bytes(folder, *shape) for shape in (("toy", 3, 2), ("mnist", 2, 10), ("mnist", 4, 3))]


def _model_bytes(folder: Path, problem: str, hidden: int, classes: int) -> bytes:
    save_model(_model(problem, hidden, classes), folder / "m.safetensors")
    return (folder / "m.safetensors").read_bytes()


def _model(problem: str, hidden: int, classes: int) -> Model:
    network = Network((PROBLEMS[problem].features, hidden, classes), ("relu", "identity"))
    initialize(network, "he", np.random.default_rng(0))
    record = {"results": {"test_accuracy": 0.9, "test_samples": 100}, "config": {"epochs": 3}, "note": [1, "two"]}
    names = tuple("0123456789"[:classes])
    return Model(network, "cross_entropy", problem, names, PROBLEMS[problem].preprocessing, record)


def _take_model(content: bytes, folder: Path, _rng: random.Random) -> None:
    model = load_model(_put(folder, "m.safetensors", content))
    model.network.trace(np.zeros((1, model.network.sizes[0]), np.float32))


# Drawings and pictures


def _drawings() -> list[Drawing]:
    rng = np.random.default_rng(0)
    paths = [[rng.random((points, 2)) for points in (6, 4)] for _ in range(3)]
    return [Drawing.from_points(strokes, label) for label, strokes in enumerate(paths)]


def _drawing_files(folder: Path) -> list[bytes]:
    write_drawings(folder / "d.json", _drawings())
    plain = (folder / "d.json").read_bytes()
    return [plain, gzip.compress(plain, 1)]


def _take_drawings(content: bytes, folder: Path, _rng: random.Random) -> None:
    for drawing in read_drawings(_put(folder, "d.json", content))[:2]:
        prepare(drawing.normalised(0.7), 0.06)


def _page(mode: str) -> Image.Image:
    grey = np.full((SIDE, SIDE), 255, np.uint8)
    grey[8:32, 18:22] = grey[8:12, 14:20] = 20
    image = Image.fromarray(grey)
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) * 257)
    return image.convert(mode)


_PICTURES = (
    ("PNG", "L", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {}),
    ("PNG", "1", {}),
    ("PNG", "I;16", {}),
    ("JPEG", "RGB", {}),
    ("JPEG", "L", {"progressive": True}),
    ("BMP", "RGB", {}),
    ("BMP", "P", {}),
    ("TIFF", "L", {}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    ("TIFF", "L", {"compression": "tiff_deflate"}),
    ("TIFF", "1", {"compression": "group4"}),
    ("GIF", "P", {}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {"lossless": True}),
)


def _pictures(_folder: Path, wanted: str) -> list[bytes]:
    found = []
    for kind, mode, options in _PICTURES:
        if kind == wanted:
            buffer = io.BytesIO()
            _page(mode).save(buffer, kind, **options)
            found.append(buffer.getvalue())
    return found


def _take_picture(content: bytes, folder: Path, _rng: random.Random) -> None:
    found = read_contents(_put(folder, "p.png", content))
    if isinstance(found, np.ndarray):
        prepare(found, 0.06)


# Data


def _images(count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 28, 28), np.uint8), (np.arange(count) % 10).astype(np.uint8)


def _idx_files(_folder: Path) -> list[bytes]:
    plain = [idx_header(array.shape) + array.tobytes() for array in _images()]
    return [*plain, *(gzip.compress(content, 1) for content in plain)]


def _take_idx(content: bytes, folder: Path, rng: random.Random) -> None:
    if rng.random() < 0.5:
        read_idx(_put(folder, "images-idx3-ubyte", content), 3, (300_000, 28, 28))
    else:
        read_idx(_put(folder, "labels-idx1-ubyte", content), 1, (300_000,))


def _take_idx_folder(content: bytes, folder: Path, rng: random.Random) -> None:
    names = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    for name, array in zip(names, (*_images(), *_images()), strict=True):
        _put(folder, name, idx_header(array.shape) + array.tobytes())
    chosen = rng.choice(names)
    _put(folder, chosen, content)
    load_mnist(folder)
    import_digits(folder / chosen)


def _tables(_folder: Path) -> list[bytes]:
    images, labels = _images(3)
    rows = [",".join(map(str, [label, *image.reshape(-1)])) for image, label in zip(images, labels, strict=True)]
    header = ",".join(["label", *(f"pixel{place}" for place in range(784))])
    return ["\n".join([header, *rows, ""]).encode(), "\r\n".join(rows).encode()]


def _take_table(content: bytes, folder: Path, _rng: random.Random) -> None:
    import_digits(_put(folder, "t.csv", content))


def _collections(folder: Path) -> list[bytes]:
    drawn = [Sample(drawing, label) for label, drawing in enumerate(_drawings())]
    pictured = [Sample(image, int(label)) for image, label in zip(*_images(2), strict=True)]
    write_collection(folder / "c.json", Collection().extended([*drawn, *pictured]))
    return [(folder / "c.json").read_bytes()]


def _take_collection(content: bytes, folder: Path, rng: random.Random) -> None:
    path = _put(folder, "my-hand.json", content)
    loaded = CollectionFile(path).load()
    if loaded.collection.samples:
        split_of(loaded.collection.samples)
    if rng.random() < 0.2:
        merged = CollectionFile(path).save(Collection().extended([Sample(_drawings()[0], 7)]))
        assert len(merged.collection) >= 1


def _take_grid(content: bytes, folder: Path, _rng: random.Random) -> None:
    read_grid(_put(folder, "g.txt", content), 4, 3)


def _workbooks(folder: Path) -> list[bytes]:
    data = load_toy().train
    few = Split(data.inputs[:3], data.labels[:3])
    write_spreadsheet(folder / "w.xlsx", _model("toy", 2, 2), few, Rule(0.5), 1)
    return [(folder / "w.xlsx").read_bytes()]


def _take_workbook(content: bytes, folder: Path, rng: random.Random) -> None:
    model = read_spreadsheet(_put(folder, "w.xlsx", content), rng.choice((1, 1, 2)))
    model.network.trace(np.zeros((1, model.network.sizes[0]), np.float32))


# What is kept


def _run_of_toy() -> tuple[Plan, TrainConfig]:
    config = TrainConfig(epochs=2, batch_size=16, hidden_dropout=0.1, averaging=0.9, seed=1)
    return Plan(PROBLEMS["toy"], NetworkConfig((3,), "relu", "he"), config, dataset=load_toy()), config


def _checkpoints(folder: Path) -> list[bytes]:
    plan, _ = _run_of_toy()
    start = plan.make()
    run = start.begin(start.network)
    events = run.events()
    for _ in range(4):
        next(events)
    save_checkpoint(take_checkpoint(run), folder / "c.safetensors")
    return [(folder / "c.safetensors").read_bytes()]


def _take_checkpoint(content: bytes, folder: Path, rng: random.Random) -> None:
    checkpoint = load_checkpoint(_put(folder, "c.safetensors", content))
    if rng.random() < 0.3:
        state_of(checkpoint)
        return
    events = resume(checkpoint, load_toy()).events()
    for _ in zip(range(6), events, strict=False):
        pass


def _sheet() -> Sheet:
    first, second, third = _drawings()
    return Sheet(
        third, (Step(Drawing(), first, "Draw"), Step(first, second, "Draw", True), Step(second, third, "…")), 3
    )


def _kept_packets(_folder: Path) -> list[bytes]:
    grid = Sheet(
        BinaryGrid.blank().toggle(0, 1), (Step(BinaryGrid.blank(), BinaryGrid.blank().toggle(0, 1), "Set"),), 1
    )
    marks = Marks(frozenset({UnitRef(0, 2)}), {UnitRef(0, 1): np.ones((1, 2), np.float32)})
    return [write_sheet(_sheet()), write_sheet(grid), write_marks(marks, Edits(), {"origin": "made"})]


def _take_packet(content: bytes, _folder: Path, _rng: random.Random) -> None:
    refused = 0
    for work in (
        partial(read_sheet, content, Drawing()),
        partial(read_sheet, content, BinaryGrid.blank()),
        partial(read_marks, content),
        partial(read_history, content),
    ):
        try:
            work()
        except PacketError:
            refused += 1
    if refused == 4:
        raise PacketError("nothing reads it")


def _databases(folder: Path) -> list[bytes]:
    """Make what a window keeps after a run, beside the files that it names; return the database."""
    store = Store(folder)
    plan, config = _run_of_toy()
    start = plan.make()
    machine = TimeMachine(Archive())
    run = start.begin(start.network)
    history = History()
    branch = machine.begin(start.shown, history, (plan.network, config), load_toy(), Marks(), None, plan.facts)
    events = run.events()
    for _ in range(4):
        history.add(next(events))
    with store.transaction():
        write_part(store, 0, "mnist/sheet", write_sheet(_sheet()))
        write_network(store, 0, "toy", 0, ("own", "own"), _model("toy", 3, 2), Marks(), Edits())
        begin_run(store, 0, "toy", branch, describe_run(branch, "toy", 0), 1.0)
        write_progress(store, branch.key, take_checkpoint(run), write_history(KeptHistory(history, 1.0, 1, 10)))
        write_moments(store, branch.key, branch.moments.kept)
    store.close()
    return [(folder / FILE_NAME).read_bytes()]


def _take_database(content: bytes, folder: Path, _rng: random.Random) -> None:
    _put(folder, FILE_NAME, content)
    store = Store(folder)
    try:
        for seat in seats_by_use(store) or [0]:
            packet = read_part(store, seat, "mnist/sheet")
            if packet is not None:
                read_sheet(packet, Drawing())
        for network in read_networks(store, 0, "toy"):
            network.load()
        for run in read_runs(store, 0, "toy"):
            history = history_of(run)
            branch = branch_of(run, history, {})
            read_moments(store, run, history, branch.model.network.parameters.nbytes)
        with store.transaction():
            write_part(store, 0, "toy/sheet", write_sheet(_sheet()))
    finally:
        store.close()


_HOSTILE = (DataError, DrawingFileError, ImageFileError)

READERS: dict[str, Reader] = {
    "models": Reader(_models, _take_model, (ModelFileError,), mutations.inside_header),
    "drawings": Reader(_drawing_files, _take_drawings, (DrawingFileError,), mutations.inside_gzip),
    **{
        f"pictures: {kind}": Reader(partial(_pictures, wanted=kind), _take_picture, _HOSTILE, mutations.inside_chunks)
        for kind in ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")
    },
    "IDX files": Reader(_idx_files, _take_idx, (DataError,), mutations.inside_gzip),
    "IDX folders": Reader(_idx_files, _take_idx_folder, _HOSTILE, mutations.inside_gzip),
    "tables": Reader(_tables, _take_table, _HOSTILE),
    "collections": Reader(_collections, _take_collection, (DrawingFileError, TooManyDigitsError)),
    "workbooks": Reader(_workbooks, _take_workbook, (WorkbookError,), mutations.inside_zip),
    "pixels as text": Reader(lambda _folder: [b"111\n101\n101\n111\n", b"1,1,1\n" * 4], _take_grid, (GridTextError,)),
    "checkpoints": Reader(
        _checkpoints, _take_checkpoint, (CheckpointError, DataMismatch, TrainingDiverged), mutations.inside_header
    ),
    "kept packets": Reader(_kept_packets, _take_packet, (PacketError,), mutations.inside_packet),
    "kept databases": Reader(_databases, _take_database, (KeptError, PacketError, ModelFileError)),
}
