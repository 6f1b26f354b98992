"""The units of a layer as a picture to save: tiles, a title, and the scale bar that says what the colours mean."""

import io
from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitapp.inspection.colors import Theme, diverging_map, scale_bar, signed_label, symmetric_limit
from digitapp.inspection.figure import Anchor, Figure
from digitapp.inspection.unit_images import tile

_PAGE: dict[Theme, str] = {"light": "#F4F5F7", "dark": "#15171B"}
_TEXT: dict[Theme, str] = {"light": "#181C23", "dark": "#E9EBEF"}
_MARGIN = 24
_GAP = 4
_BAR_SIZE = (160, 10)
_FONT_SIZE = 14
_TILE_SIDE = 56
_FEW_UNITS, _LARGE_TILE_SIDE = 16, 112
_LARGEST_SIDE = 8192
_LABEL = 12  # the line of a unit's name
_LEAST_WIDTH = 360


def units_file(
    images: NDArray[np.floating],
    title: str,
    theme: Theme,
    names: Sequence[str] | None,
    suffix: str,
    cells: int | None = None,
    limit: float | None = None,
) -> bytes:
    """Return all images of a layer as the content of a file: SVG for the suffix ".svg", else PNG.

    The other parameters are those of `units_picture` and `units_svg`; a PNG has no names.
    """
    if suffix == ".svg":
        return units_svg(images, title, theme, names, cells, limit)
    png = io.BytesIO()
    units_picture(images, title, theme, cells, limit).save(png, format="PNG", optimize=True)
    return png.getvalue()


def units_picture(
    images: NDArray[np.floating],
    title: str,
    theme: Theme,
    cells: int | None = None,
    limit: float | None = None,
) -> Image.Image:
    """Return all images of a layer on one page, in one symmetric scale.

    Parameters
    ----------
    images : float array, shape (units, rows, columns), from `layer_images` or `projected_images`
    title : what they are; the number of units is added
    theme : "light" or "dark"
    cells : how many cells of an image stand for a weight, from the top left; None is all
    limit : of the scale; None for what suits the images
    """
    units, rows, columns = images.shape
    side = _LARGE_TILE_SIDE if units <= _FEW_UNITS else _TILE_SIDE
    scale = max(1, round(side / max(rows, columns)))
    across = _across(units, columns * scale, rows * scale)
    limit = limit or symmetric_limit(images)
    page = tuple(bytes.fromhex(_PAGE[theme][1:]))
    tiles, _ = tile(diverging_map(images, limit, theme, cells, page), across, _GAP, scale=scale, background=page)

    bar_width = _BAR_SIZE[0]
    font = ImageFont.load_default(_FONT_SIZE)
    text = f"{title} · {units} units"
    text_width = ceil(font.getlength(text))
    # The bar stands on the right of the title where there is room, else below it.
    side_by_side = tiles.shape[1] >= text_width + 2 * _MARGIN + bar_width
    head = 2 * _MARGIN if side_by_side else 4 * _MARGIN
    width = max(tiles.shape[1], text_width, bar_width) + 2 * _MARGIN
    picture = Image.new("RGB", (width, tiles.shape[0] + 2 * _MARGIN + head), page)
    draw = ImageDraw.Draw(picture)
    draw.text((_MARGIN, _MARGIN), text, _TEXT[theme], font)
    left, top = (width - _MARGIN - bar_width, _MARGIN) if side_by_side else (_MARGIN, 2 * _MARGIN + 8)
    _draw_scale_bar(picture, draw, (left, top), limit, theme, font)
    picture.paste(Image.fromarray(tiles), (_MARGIN, _MARGIN + head))
    return picture


def units_svg(
    images: NDArray[np.floating],
    title: str,
    theme: Theme,
    names: Sequence[str] | None = None,
    cells: int | None = None,
    limit: float | None = None,
) -> bytes:
    """Return the page of `units_picture` as SVG: a picture for each unit, the words as letters.

    Parameters
    ----------
    images, title, theme, cells, limit : as for `units_picture`
    names : of each image's unit, written below it; None for none
    """
    count, rows, columns = images.shape
    side = _LARGE_TILE_SIDE if count <= _FEW_UNITS else _TILE_SIDE
    scale = max(1, round(side / max(rows, columns)))
    width, height = columns * scale, rows * scale
    label = 0 if names is None else _LABEL
    across = _across(count, width, height + label)
    limit = limit or symmetric_limit(images)
    colors = diverging_map(images, limit, theme, cells, tuple(bytes.fromhex(_PAGE[theme][1:])))
    down = ceil(count / across)
    head = 3 * _MARGIN
    page_width = max(across * (width + _GAP) - _GAP, _LEAST_WIDTH) + 2 * _MARGIN
    figure = Figure(page_width, head + _MARGIN + down * (height + label + _GAP) + _MARGIN, _PAGE[theme])
    figure.text(f"{title} · {count} units", _MARGIN, _MARGIN + _FONT_SIZE, _TEXT[theme], size=_FONT_SIZE)
    bar_width, bar_height = _BAR_SIZE
    left = page_width - _MARGIN - bar_width
    figure.picture(scale_bar(bar_width, bar_height, theme), left, 2 * _MARGIN, bar_width, bar_height)
    anchors: tuple[tuple[float, float, Anchor], ...] = ((-limit, 0, "start"), (0.0, 0.5, "middle"), (limit, 1, "end"))
    for value, share, anchor in anchors:
        place = left + share * bar_width, 2 * _MARGIN + bar_height + _FONT_SIZE
        figure.text(signed_label(value), *place, _TEXT[theme], size=_LABEL - 1, anchor=anchor)
    for index in range(count):
        x = _MARGIN + index % across * (width + _GAP)
        y = head + _MARGIN + index // across * (height + label + _GAP)
        figure.picture(colors[index], x, y, width, height)
        if names is not None:
            figure.text(names[index], x + width / 2, y + height + label - 3, _TEXT[theme], size=9, anchor="middle")
    return figure.svg()


def _across(units: int, width: int, height: int) -> int:
    """Return how many tiles to put side by side: a page a little wider than high, within what an image may measure."""
    across = ceil(sqrt(units * 1.3 * (height + _GAP) / (width + _GAP)))
    return max(1, min(across, units, _LARGEST_SIDE // (width + _GAP)))


def _draw_scale_bar(
    picture: Image.Image, draw: ImageDraw.ImageDraw, place: tuple[int, int], limit: float, theme: Theme, font: Any
) -> None:
    width, height = _BAR_SIZE
    left, top = place
    picture.paste(Image.fromarray(scale_bar(width, height, theme)), place)
    for value, x, anchor in ((-limit, 0, "la"), (0.0, width // 2, "ma"), (limit, width, "ra")):
        label = signed_label(value).replace("−", "-")  # Pillow's own font has no minus sign
        draw.text((left + x, top + height + 4), label, _TEXT[theme], font, anchor=anchor)
