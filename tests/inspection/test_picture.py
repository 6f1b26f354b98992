"""The saved picture of a layer: everything is on it, in the right colours."""

from xml.etree import ElementTree

import numpy as np
import pytest

from digitapp.inspection.colors import DIVERGING_STOPS, Theme
from digitapp.inspection.picture import units_picture, units_svg


def as_hex(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    return "#" + "".join(f"{part:02X}" for part in pixel)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tiles_and_scale_bar_share_one_symmetric_scale(theme: Theme) -> None:
    images = np.zeros((20, 28, 28))
    images[0] = 0.3
    images[1] = -0.3
    picture = units_picture(images, "A layer", theme)
    # The tiles stand at the bottom; the first row of them begins below the head.
    colors = {as_hex(color) for _, color in picture.getcolors(1 << 16) or ()}
    first, zero, last = DIVERGING_STOPS[theme][0], DIVERGING_STOPS[theme][3], DIVERGING_STOPS[theme][-1]
    assert {first, zero, last} <= colors
    top = picture.height - 24 - 4 * 60 + 4
    assert as_hex(picture.getpixel((24, top))) == last
    assert as_hex(picture.getpixel((24 + 60, top))) == first
    assert as_hex(picture.getpixel((24 + 120, top))) == zero


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 3), (2500, 28, 28), (7, 1, 2000), (100, 50, 40)])
def test_any_layer_fits_on_a_page_of_reasonable_size(shape: tuple[int, int, int]) -> None:
    picture = units_picture(np.ones(shape), "A layer", "light")
    assert picture.mode == "RGB"
    assert 200 < picture.width < 8400 and picture.height < 8400


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 3), (200, 28, 28)])
def test_an_svg_has_a_picture_and_a_number_for_each_unit(shape: tuple[int, int, int]) -> None:
    names = [f"name {unit}" for unit in range(shape[0])]
    root = ElementTree.fromstring(units_svg(np.ones(shape), "A <layer>", "dark", names))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("image") == shape[0] + 1  # and the scale bar
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert f"A <layer> · {shape[0]} units" in texts and set(names) <= set(texts)
