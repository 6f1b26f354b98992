"""Pictures that other programs make of a digit: their drawings, and screenshots of their windows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render

Colour = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def painted(ink: np.ndarray, colour: Colour = BLACK, paper: Colour = WHITE) -> np.ndarray:
    """Return ink of a colour on paper of another, uint8 array of shape (rows, columns, 3)."""
    return np.round(paper + ink[..., None] * (np.array(colour, float) - paper)).astype(np.uint8)


def _canvas(drawing: Drawing, rng: np.random.Generator, side: int, colour: Colour = BLACK, paper: Colour = WHITE):
    size = rng.uniform(0.35, 0.75)
    pen = rng.uniform(0.03, 0.1)
    digit = drawing.normalised(size)
    at = rng.uniform(-1, 1, 2) * max(0.0, 0.98 - size - pen) / 2
    moved = Drawing.from_points([stroke.points[:, :2] + at for stroke in digit.strokes])
    return Image.fromarray(painted(render(moved, pen, side), colour, paper))


def _text(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour: Colour) -> None:
    draw.text(place, text, fill=colour, font=ImageFont.load_default(size))


def desktop_window(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A window with a title, a canvas with a thin outline, and buttons beside it."""
    side = int(rng.integers(220, 400))
    width, height = side + 260, side + 150
    screen = Image.new("RGB", (width, height), (236, 236, 236))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, width, 28), fill=(60, 90, 150))
    _text(draw, (10, 6), "Draw a digit", 14, WHITE)
    screen.paste(_canvas(drawing, rng, side), (20, 50))
    draw.rectangle((19, 49, 20 + side, 50 + side), outline=(130, 130, 130))
    for number, word in enumerate(("Recognize", "Clear", "Save as…")):
        top = 60 + 50 * number
        draw.rectangle((side + 50, top, side + 180, top + 30), fill=(212, 212, 212), outline=(120, 120, 120))
        _text(draw, (side + 70, top + 8), word, 13, BLACK)
    return np.asarray(screen)


def dark_window(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """The same in dark colours, without outlines."""
    side = int(rng.integers(220, 400))
    width, height = side + 240, side + 120
    screen = Image.new("RGB", (width, height), (43, 43, 48))
    draw = ImageDraw.Draw(screen)
    _text(draw, (12, 8), "Digit Recognizer", 15, (220, 220, 220))
    screen.paste(_canvas(drawing, rng, side, WHITE, (20, 20, 22)), (20, 40))
    for number, word in enumerate(("Predict", "Reset")):
        top = 60 + 50 * number
        draw.rounded_rectangle((side + 50, top, side + 170, top + 32), 6, fill=(0, 120, 215))
        _text(draw, (side + 75, top + 8), word, 14, WHITE)
    return np.asarray(screen)


def web_page(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A page in a browser: a black canvas on white, a heading, a button, a chart of probabilities."""
    side = int(rng.integers(200, 300))
    screen = Image.new("RGB", (900, 560), WHITE)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 900, 44), fill=(222, 225, 230))
    draw.rounded_rectangle((80, 8, 700, 36), 14, fill=WHITE)
    _text(draw, (100, 14), "https://example.org/mnist", 14, (60, 60, 60))
    _text(draw, (60, 60), "MNIST digit recognition", 30, (30, 30, 30))
    screen.paste(_canvas(drawing, rng, side, WHITE, BLACK), (60, 120))
    draw.rounded_rectangle((60, 140 + side, 160, 174 + side), 5, fill=(40, 167, 69))
    _text(draw, (84, 149 + side), "Predict", 15, WHITE)
    for digit in range(10):
        left = 460 + 38 * digit
        draw.rectangle((left, int(rng.integers(200, 340)), left + 24, 360), fill=(66, 133, 244))
        _text(draw, (left + 8, 368), str(digit), 14, (60, 60, 60))
    return np.asarray(screen)


def phone(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A telephone's screen: a bar of symbols, a title, the drawing in the middle, buttons at the bottom."""
    screen = Image.new("RGB", (720, 1480), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 720, 48), fill=(98, 0, 238))
    _text(draw, (24, 10), "12:30", 26, WHITE)
    draw.rectangle((0, 48, 720, 160), fill=(120, 40, 250))
    _text(draw, (32, 84), "Digits", 40, WHITE)
    screen.paste(_canvas(drawing, rng, 640, (20, 20, 20), (255, 255, 255)), (40, 300))
    draw.rectangle((39, 299, 680, 940), outline=(200, 200, 200), width=2)
    draw.rounded_rectangle((60, 1240, 340, 1330), 24, fill=(98, 0, 238))
    _text(draw, (150, 1262), "CLEAR", 32, WHITE)
    draw.rectangle((0, 1400, 720, 1480), fill=BLACK)
    return np.asarray(screen)


def paint_program(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A paint program: a strip of tools, a palette of colours, a white sheet on grey, its corner cut off."""
    screen = Image.new("RGB", (1000, 720), (200, 207, 217))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 1000, 92), fill=(245, 246, 247))
    for number in range(14):
        left = 500 + 26 * number
        draw.rectangle(
            (left, 20, left + 20, 40), fill=tuple(int(c) for c in rng.integers(0, 256, 3)), outline=(160,) * 3
        )
    for number, word in enumerate(("File", "Home", "View")):
        _text(draw, (16 + 70 * number, 8), word, 15, (40, 40, 40))
    side = 600
    red, green, blue = (int(c) for c in rng.choice([(0, 0, 0), (237, 28, 36), (63, 72, 204), (34, 120, 60)]))
    screen.paste(_canvas(drawing, rng, side, (red, green, blue)), (6, 98))
    draw.rectangle((0, 700, 1000, 720), fill=(240, 240, 240))
    _text(draw, (20, 703), "600 x 600px", 12, (60, 60, 60))
    return np.asarray(screen)


def framed(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A drawing with a frame around it, at the picture's edge or inside of it."""
    side = int(rng.integers(120, 500))
    picture = _canvas(drawing, rng, side)
    width = max(1, side // int(rng.integers(40, 120)))
    ImageDraw.Draw(picture).rectangle((0, 0, side - 1, side - 1), outline=BLACK, width=width)
    margin = int(rng.choice([0, side // 8]))
    around = Image.new("RGB", (side + 2 * margin, side + 2 * margin), WHITE)
    around.paste(picture, (margin, margin))
    return np.asarray(around)


def squared_canvas(drawing: Drawing, rng: np.random.Generator) -> np.ndarray:
    """A canvas with a fine grid on it."""
    side = int(rng.integers(280, 640))
    picture = _canvas(drawing, rng, side)
    pitch = side // int(rng.integers(8, 20))
    lines = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(lines)
    for at in range(pitch, side, pitch):
        draw.line((at, 0, at, side), fill=255)
        draw.line((0, at, side, at), fill=255)
    pixels = np.asarray(picture).copy()
    grid = (np.asarray(lines) > 0) & (pixels.min(axis=2) > 200)
    pixels[grid] = rng.choice([(225, 225, 225), (190, 210, 240), (170, 170, 170)])
    return pixels


SCREENS: dict[str, Callable[[Drawing, np.random.Generator], np.ndarray]] = {
    "desktop window": desktop_window,
    "dark window": dark_window,
    "web page": web_page,
    "telephone": phone,
    "paint program": paint_program,
    "framed": framed,
    "squared canvas": squared_canvas,
}
