"""The colours of the classes stay apart for colour-blind eyes, and stand out from the page."""

from itertools import combinations

import numpy as np
import pytest

from digitapp.inspection.colors import CLASS_COLORS, Theme, class_color

WINDOW: dict[Theme, str] = {"light": "#F4F5F7", "dark": "#15171B"}
# Machado et al. (2009), table 1, severity 1.0, for linear RGB.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(color: str) -> np.ndarray:
    channels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = to_xyz @ rgb / np.array([0.9505, 1, 1.089])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_any_two_classes_differ(theme: Theme, eye: str) -> None:
    seen = [lab(np.clip(EYES[eye] @ linear(color), 0, 1)) for color in CLASS_COLORS[theme]]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 25


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_class_stands_out_from_the_page(theme: Theme) -> None:
    luminance = np.array([0.2126, 0.7152, 0.0722])
    page = luminance @ linear(WINDOW[theme])
    for color in CLASS_COLORS[theme]:
        low, high = sorted((float(luminance @ linear(color)), float(page)))
        assert (high + 0.05) / (low + 0.05) >= 2.9


def test_more_classes_than_colours_begin_again() -> None:
    assert class_color(10, "light") == class_color(0, "light")
