"""Photographs of digits on paper and blackboards, painted: what happens between a pen and a picture file."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render

PENS = {  # colours of ink, red, green, blue
    "black": (0.10, 0.10, 0.12),
    "blue": (0.12, 0.20, 0.55),
    "red": (0.75, 0.12, 0.15),
    "green": (0.10, 0.45, 0.22),
    "pencil": (0.42, 0.42, 0.44),
    "orange": (0.95, 0.55, 0.15),
}
PAPERS = {"white": (0.97, 0.97, 0.96), "cream": (0.95, 0.90, 0.78), "grey": (0.72, 0.72, 0.74)}
BOARDS = {"green": (0.12, 0.26, 0.20), "black": (0.10, 0.10, 0.11)}


@dataclass(frozen=True)
class Scene:
    """What a photograph is like; every number is drawn anew for each one, within what the scene allows."""

    pen: str = "black"
    paper: str = "white"
    board: bool = False
    shade: float = 0.0  # how much darker the darkest corner is
    shadow: float = 0.0  # how much darker a shadow with an edge is
    rules: str = ""  # "lines" or "squares"
    tilt: float = 0.0  # perspective and turn
    noise: float = 0.0
    blur: float = 0.0  # pixels
    thin: bool = False  # a ballpoint pen in place of a felt pen
    share: tuple[float, float] = (0.3, 0.7)  # of the picture's shorter side, for the digit
    table: bool = False
    marks: bool = False  # small writing elsewhere on the sheet
    quality: int = 85


SCENES = {
    "plain": Scene(),
    "uneven light": Scene(shade=0.5, noise=0.01),
    "shadow": Scene(shadow=0.5, shade=0.2, noise=0.01),
    "noise": Scene(noise=0.04, quality=60, shade=0.2),
    "ruled": Scene(pen="blue", rules="lines", shade=0.25, noise=0.01),
    "ruled, thin": Scene(pen="black", rules="lines", thin=True, shade=0.25, noise=0.01, tilt=0.4),
    "squared": Scene(pen="black", rules="squares", shade=0.2, noise=0.01, tilt=0.3),
    "thin pencil": Scene(pen="pencil", thin=True, shade=0.3, noise=0.015),
    "red on cream": Scene(pen="red", paper="cream", shade=0.3, noise=0.01),
    "orange": Scene(pen="orange", shade=0.2, noise=0.01),
    "green on grey": Scene(pen="green", paper="grey", shade=0.3, shadow=0.3, noise=0.01),
    "perspective": Scene(tilt=1.0, shade=0.3, noise=0.01),
    "blurred": Scene(blur=3.0, shade=0.3, noise=0.01),
    "small": Scene(share=(0.1, 0.2), shade=0.3, noise=0.01),
    "tight": Scene(share=(0.9, 0.97), shade=0.3, noise=0.01),
    "table": Scene(table=True, shade=0.3, noise=0.01, tilt=0.5),
    "other marks": Scene(marks=True, shade=0.3, noise=0.01),
    "blackboard": Scene(board=True, shade=0.3, noise=0.02),
    "worst": Scene("blue", "cream", False, 0.4, 0.4, "lines", 0.6, 0.02, 1.5, False, (0.25, 0.5), False, True, 50),
}


def photograph(digit: Drawing | np.ndarray, scene: Scene, rng: np.random.Generator) -> bytes:
    """Return a JPEG file: the digit on a sheet, under a light, through a lens.

    A drawing is written with a pen of any width, an image of 28×28 pixels (ink = 1) has its own.
    """
    height, width = (int(side) for side in rng.integers(420, 900, 2))
    shorter = min(height, width)
    size = rng.uniform(*scene.share)
    side = int(size * shorter)
    pen = rng.uniform(0.022, 0.035) if scene.thin else rng.uniform(0.05, 0.11)
    ink = render(digit.normalised(1 - pen - 0.02), pen, side) if isinstance(digit, Drawing) else _enlarged(digit, side)
    room = 0.2 if scene.tilt or scene.table else 0.0  # nobody takes a picture of half a digit
    left, top = (
        int(
            rng.uniform(room * (length - side), (1 - room) * (length - side))
            if side < 0.8 * length
            else (length - side) / 2
        )
        for length in (width, height)
    )
    coverage = np.zeros((height, width), dtype=np.float32)
    coverage[top : top + side, left : left + side] = ink
    if scene.marks:
        _scatter_marks(coverage, (left, top, side), rng)
    colours = _sheet(height, width, scene, rng)
    pen_colour = np.array((0.88, 0.88, 0.84) if scene.board else PENS[scene.pen])
    texture = 1 - (rng.random((height, width, 1)) * (0.35 if scene.board else 0.1))
    colours += coverage[..., None] * texture * (pen_colour - colours)
    colours = _tilted(colours, scene, rng)
    colours *= _light(height, width, scene, rng)[..., None]
    picture = Image.fromarray(np.uint8(np.clip(colours, 0, 1) * 255))
    if scene.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scene.blur))
    noisy = np.asarray(picture) / 255 + rng.normal(0, scene.noise, (height, width, 3)) if scene.noise else None
    if noisy is not None:
        picture = Image.fromarray(np.uint8(np.clip(noisy, 0, 1) * 255))
    file = BytesIO()
    picture.save(file, "JPEG", quality=scene.quality)
    return file.getvalue()


def _enlarged(image: np.ndarray, side: int) -> np.ndarray:
    """Return the ink of a small image's box in a square, with edges as sharp as a pen's."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 0.1), np.flatnonzero(image.max(axis=0) > 0.1)
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(box.shape) + 2
    square = np.zeros((longer, longer), dtype=np.float32)
    top, left = (longer - box.shape[0]) // 2, (longer - box.shape[1]) // 2
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    large = Image.fromarray(square).resize((side, side), Image.Resampling.BICUBIC)
    softness = max(side / longer / 2, 1.0)  # half of a small pixel
    return np.clip((np.asarray(large, dtype=np.float32) - 0.45) * softness + 0.5, 0, 1)


def _sheet(height: int, width: int, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    paper = BOARDS[rng.choice(list(BOARDS))] if scene.board else PAPERS[scene.paper]
    colours = np.ones((height, width, 3)) * paper
    if not scene.rules:
        return colours
    pitch = rng.uniform(0.06, 0.12) * min(height, width)
    thickness = max(1, round(min(height, width) / rng.uniform(250, 450)))
    rule = np.array((0.55, 0.65, 0.85)) if rng.random() < 0.6 else np.array((0.65, 0.65, 0.65))
    for at in np.arange(rng.uniform(0, pitch), height, pitch).astype(int):
        colours[at : at + thickness] = rule
    if scene.rules == "squares":
        for at in np.arange(rng.uniform(0, pitch), width, pitch).astype(int):
            colours[:, at : at + thickness] = rule
    else:
        at = int(rng.uniform(0.04, 0.1) * width)
        colours[:, at : at + thickness] = (0.9, 0.5, 0.55)  # the margin
    return colours


def _scatter_marks(coverage: np.ndarray, digit: tuple[int, int, int], rng: np.random.Generator) -> None:
    height, width = coverage.shape
    left, top, side = digit
    mark = render(Drawing.from_points([[(0.2, 0.2), (0.8, 0.8)], [(0.8, 0.2), (0.2, 0.8)]]), 0.15, max(8, side // 8))
    size = len(mark)
    for _ in range(6):
        x, y = rng.integers(0, width - size), rng.integers(0, height - size)
        beside = x + size < left - side * 0.25 or x > left + side * 1.25
        if beside or y + size < top - side * 0.3 or y > top + side * 1.3:
            coverage[y : y + size, x : x + size] = np.maximum(coverage[y : y + size, x : x + size], mark)


def _tilted(colours: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    if not scene.tilt and not scene.table:
        return colours
    height, width = colours.shape[:2]
    reach = 0.08 * scene.tilt * min(height, width)
    corners = np.array([(0, 0), (0, height), (width, height), (width, 0)], float) + rng.uniform(-reach, reach, (4, 2))
    outside = (0.32, 0.22, 0.14)
    if scene.table:
        middle = corners.mean(axis=0)
        corners = middle + (corners - middle) * 1.15
        corners[:, 0] -= rng.choice([-1, 1]) * 0.06 * width
    else:  # the sheet goes on beyond the picture
        middle = corners.mean(axis=0)
        corners = middle + (corners - middle) * (1 - 0.1 * scene.tilt)
    target = [(0, 0), (0, height), (width, height), (width, 0)]
    rows = []
    for (x, y), (u, v) in zip(target, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    matrix = np.linalg.solve(np.array(rows), corners.reshape(-1))
    picture = Image.fromarray(np.uint8(np.clip(colours, 0, 1) * 255))
    fill = tuple(int(255 * c) for c in outside)
    moved = picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, matrix.tolist(), Image.Resampling.BILINEAR, fillcolor=fill
    )
    return np.asarray(moved) / 255


def _light(height: int, width: int, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:height, :width] / max(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    ramp = x * np.cos(angle) + y * np.sin(angle)
    light = 1 - scene.shade * (ramp - ramp.min()) / np.ptp(ramp)
    if scene.shadow:
        angle = rng.uniform(0, 2 * np.pi)
        across = x * np.cos(angle) + y * np.sin(angle)
        edge = np.quantile(across, rng.uniform(0.3, 0.7))
        soft = rng.uniform(0.005, 0.04)
        light *= 1 - scene.shadow / (1 + np.exp(-(across - edge) / soft))
    return light
