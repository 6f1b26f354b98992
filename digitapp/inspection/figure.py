"""A page of pictures, words and lines that can be written as PNG and as SVG, without a display.

Lengths are pixels of the page from its top left; a PNG has twice as many of its own, so that words are sharp.
"""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitapp.inspection.colors import Theme

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

PAGE: dict[Theme, str] = {"light": "#FFFFFF", "dark": "#1B1E23"}
TEXT: dict[Theme, str] = {"light": "#181C23", "dark": "#E9EBEF"}
SECOND_TEXT: dict[Theme, str] = {"light": "#525B69", "dark": "#A9B1BD"}
LINE: dict[Theme, str] = {"light": "#C6CBD5", "dark": "#454C58"}
ACCENT: dict[Theme, str] = {"light": "#0A7468", "dark": "#35C2B0"}

_DENSITY = 2
_PLAIN = str.maketrans({"−": "-", "×": "x", "–": "-"})  # what Pillow's own font has no signs for
_ANCHORS: dict[Anchor, str] = {"start": "ls", "middle": "ms", "end": "rs"}  # Pillow's names


@dataclass(frozen=True, eq=False)
class _Picture:
    pixels: NDArray[np.uint8]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class _Text:
    text: str
    x: float
    y: float
    size: float
    color: str
    anchor: Anchor
    bold: bool


@dataclass(frozen=True)
class _Path:
    points: tuple[Point, ...]
    color: str
    width: float
    dashed: bool


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass
class Figure:
    """Things on a page, painted in the order in which they were added.

    Parameters
    ----------
    width, height : the page's size
    background : its colour, "#rrggbb"
    """

    width: int
    height: int
    background: str
    _items: list[_Picture | _Text | _Path | _Box] = field(default_factory=list)

    def picture(self, pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> None:
        """Add a picture, uint8 array of shape (rows, columns, 3); its pixels stay sharp."""
        self._items.append(_Picture(pixels, x, y, width, height))

    def text(
        self,
        text: str,
        x: float,
        y: float,
        color: str,
        *,
        size: float = 13,
        anchor: Anchor = "start",
        bold: bool = False,
    ) -> None:
        """Add a line of text whose baseline begins, has its middle or ends at a point."""
        self._items.append(_Text(text, x, y, size, color, anchor, bold))

    def path(self, points: Sequence[Point], color: str, *, width: float = 1.0, dashed: bool = False) -> None:
        """Add a line through points."""
        self._items.append(_Path(tuple(points), color, width, dashed))

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        """Add a filled rectangle."""
        self._items.append(_Box(x, y, width, height, color))

    def crop(self, height: int) -> None:
        """End the page at a height."""
        self.height = height

    # Writing

    def svg(self) -> bytes:
        """Return the page as SVG, with its pictures inside."""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="sans-serif">',
            f'<rect width="{self.width}" height="{self.height}" fill="{self.background}"/>',
            *(self._svg_item(item) for item in self._items),
            "</svg>\n",
        ]
        return "\n".join(parts).encode()

    def _svg_item(self, item: _Picture | _Text | _Path | _Box) -> str:
        if isinstance(item, _Picture):
            png = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(item.pixels)).save(png, format="PNG", optimize=True)
            data = base64.b64encode(png.getvalue()).decode()
            return (
                f'<image x="{item.x:g}" y="{item.y:g}" width="{item.width:g}" height="{item.height:g}" '
                f'preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
            )
        if isinstance(item, _Text):
            weight = ' font-weight="600"' if item.bold else ""
            return (
                f'<text x="{item.x:g}" y="{item.y:g}" font-size="{item.size:g}" fill="{item.color}" '
                f'text-anchor="{item.anchor}"{weight}>{escape(item.text)}</text>'
            )
        if isinstance(item, _Path):
            points = " ".join(f"{x:.2f},{y:.2f}" for x, y in item.points)
            dashes = ' stroke-dasharray="4 3"' if item.dashed else ""
            return (
                f'<polyline points="{points}" fill="none" stroke="{item.color}" stroke-width="{item.width:g}"{dashes}/>'
            )
        return (
            f'<rect x="{item.x:g}" y="{item.y:g}" width="{item.width:g}" height="{item.height:g}" fill="{item.color}"/>'
        )

    def png(self) -> bytes:
        """Return the page as PNG."""
        page = Image.new("RGB", (self.width * _DENSITY, self.height * _DENSITY), self.background)
        draw = ImageDraw.Draw(page)
        for item in self._items:
            self._paint(page, draw, item)
        png = io.BytesIO()
        page.save(png, format="PNG", optimize=True)
        return png.getvalue()

    def _paint(self, page: Image.Image, draw: ImageDraw.ImageDraw, item: _Picture | _Text | _Path | _Box) -> None:
        if isinstance(item, _Picture):
            size = round(item.width * _DENSITY), round(item.height * _DENSITY)
            image = Image.fromarray(np.ascontiguousarray(item.pixels)).resize(size, Image.Resampling.NEAREST)
            page.paste(image, (round(item.x * _DENSITY), round(item.y * _DENSITY)))
        elif isinstance(item, _Text):
            font = ImageFont.load_default(item.size * _DENSITY)
            text = item.text.translate(_PLAIN)
            place = (item.x * _DENSITY, item.y * _DENSITY)
            stroke = 0.35 * _DENSITY if item.bold else 0
            draw.text(place, text, item.color, font, anchor=_ANCHORS[item.anchor], stroke_width=stroke)
        elif isinstance(item, _Path):
            points = [(x * _DENSITY, y * _DENSITY) for x, y in item.points]
            width = max(1, round(item.width * _DENSITY))
            if not item.dashed:
                draw.line(points, item.color, width, joint="curve")
                return
            for start, end in _dashes(points[0], points[-1], 4.0 * _DENSITY, 3.0 * _DENSITY):
                draw.line([start, end], item.color, width)
        else:
            left, top, right, bottom = item.x, item.y, item.x + item.width, item.y + item.height
            draw.rectangle([left * _DENSITY, top * _DENSITY, right * _DENSITY - 1, bottom * _DENSITY - 1], item.color)


def _dashes(start: Point, end: Point, dash: float, gap: float) -> list[tuple[Point, Point]]:
    """Return the dashes of a straight line."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = float(np.hypot(dx, dy)) or 1.0
    places = np.arange(0, length, dash + gap)
    return [
        (
            (start[0] + dx * a / length, start[1] + dy * a / length),
            (start[0] + dx * min(a + dash, length) / length, start[1] + dy * min(a + dash, length) / length),
        )
        for a in places
    ]
