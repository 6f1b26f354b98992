"""Files that nobody would make on purpose, and a few that are sound: for whoever opens whatever lies there."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from digitapp.datasets.dataset import Split
from digitapp.exports.spreadsheet import write_spreadsheet
from digitapp.exports.unrolled import Rule
from digitapp.modelfile import Model, load_model, save_model
from digitapp.nn import Network, initialize

SQUARE = [[[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]]


def few_classes(count: int, hidden: int = 8) -> Model:
    """Return a network that knows the first few digits alone, as one that learned from a folder of these."""
    network = Network((784, hidden, count), ("relu", "identity"))
    initialize(network, "he", np.random.default_rng(0))
    return Model(network, "cross_entropy", "mnist", tuple("0123456789"[:count]), "mnist")


def odd_files(folder: Path) -> list[Path]:
    """Fill a folder with files of all kinds, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    _models(folder)
    _drawings(folder)
    _pictures(folder)
    _tables(folder)
    (folder / "empty").touch()
    (folder / "noise.bin").write_bytes(np.random.default_rng(0).bytes(3000))
    (folder / "novel.txt").write_text("Call me Ishmael.\n" * 50, encoding="utf-8")
    (folder / "pixels.txt").write_text("111\n101\n101\n111\n", encoding="utf-8")
    (folder / "few.csv").write_text("label," + ",".join(f"p{i}" for i in range(784)) + "\n3" + ",0" * 784 + "\n")
    (folder / "line\nbreak \u202egnp.exe.png").write_bytes((folder / "three.png").read_bytes())
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.png")
    return sorted(folder.iterdir())


def _models(folder: Path) -> None:
    digits = load_model("mnist")
    save_model(few_classes(3), folder / "three-classes.safetensors")
    save_model(few_classes(2, 2), folder / "two-classes.safetensors")
    save_model(few_classes(10, 700), folder / "large.safetensors")
    save_model(replace(load_model("toy"), training={}), folder / "toy-again.safetensors")
    claims = {"results": [], "config": 7, "findings": "none", "foils": "many", "edits": {}}
    save_model(replace(digits, training=claims), folder / "claims.safetensors")
    names = tuple(f"\x1b[31m{name}\n\u202e" for name in digits.class_names)
    save_model(replace(digits, class_names=names), folder / "names.safetensors")
    whole = (folder / "large.safetensors").read_bytes()
    (folder / "cut.safetensors").write_bytes(whole[: len(whole) // 2])


def _drawings(folder: Path) -> None:
    pressed = [[[*point, 0.0] for point in stroke] for stroke in SQUARE]
    for name, drawings in (
        ("square.json", [{"label": 0, "strokes": SQUARE}]),
        ("without-pressure.json", [{"label": 3, "strokes": pressed}]),
        ("many.json", [{"label": i % 10, "strokes": SQUARE} for i in range(300)]),
        ("dot.json", [{"strokes": [[[5, 5]]]}]),
        ("no-drawings.json", []),
    ):
        (folder / name).write_text(json.dumps({"drawings": drawings}), encoding="utf-8")
    bomb = b'{"drawings":[' + b",".join([b'{"strokes":[[[0,0]]]}'] * 60_000) + b"]}"
    (folder / "bomb.json.gz").write_bytes(gzip.compress(bomb))


def _tables(folder: Path) -> None:
    toy, images = load_model("toy"), Split(np.eye(12, dtype=np.float32), np.arange(12) % 2)
    write_spreadsheet(folder / "toy.xlsx", toy, images, Rule(0.2), 1)
    whole = (folder / "toy.xlsx").read_bytes()
    (folder / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    lines = [
        f"{label},{','.join(map(str, pixels))}" for pixels, label in zip(np.eye(12, dtype=int), "01" * 6, strict=True)
    ]
    (folder / "images.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "images-of-eleven.csv").write_text("\n".join(line[:-2] for line in lines), encoding="utf-8")


def _pictures(folder: Path) -> None:
    page = np.full((64, 64), 255, np.uint8)
    page[10:54, 28:36] = 0
    Image.fromarray(page).save(folder / "three.png")
    Image.fromarray(np.full((1, 2000), 255, np.uint8)).save(folder / "flat.png")
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(folder / "black.bmp")
    Image.fromarray(np.full((40, 40), 3e38, np.float32)).save(folder / "floats.tif")
    whole = (folder / "three.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
