"""Pictures and numbers that stand side by side keep apart, and panels are as wide as what is in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from drawn import drawn
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from digitapp.drawing.ink import Drawing
from digitapp.gui import theme
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.draw.road import RoadPictures
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.widgets.containers import ScrollPanel
from digitapp.gui.window.main_window import MainWindow


def sample_of(window: MainWindow) -> Drawing:
    sample = window.session.problem.sample
    assert isinstance(sample, Drawing)
    return sample


@pytest.mark.parametrize("size", [1.0, 1.25, 20 / 13])
def test_the_pictures_of_the_road_never_lie_on_each_other(qtbot: QtBot, size: float) -> None:
    theme.apply_theme("light").set_text_size(size)
    try:
        road = RoadPictures()
        qtbot.addWidget(road)
        for width in range(170, 700, 7):
            for missing in (0, 16):  # a scroll bar may take some of the room
                road.set_room(width)
                road.resize(width - missing, road.sizeHint().height())
                road.show()
                pictures = [picture.geometry() for picture in road.pictures]
                assert all(left.right() < right.left() for left, right in pairwise(pictures)), width
                named = [caption.geometry() for caption in road.captions if caption.text()]
                assert all(left.right() < right.left() for left, right in pairwise(named)), width
    finally:
        theme.current().set_text_size(1.0)


@pytest.mark.parametrize("page", [DrawPage, FeaturesPage, NetworkPage])
@pytest.mark.parametrize("size", [(1024, 700), (1280, 800)])
def test_nothing_is_cut_off_at_the_side_of_a_panel(
    open_window: Callable[..., MainWindow], qtbot: QtBot, page: type[QWidget], size: tuple[int, int]
) -> None:
    window = open_window("mnist", size=size)
    window.session.artwork.commit(sample_of(window), "Sample")
    shown = window.show_page(page)  # type: ignore[type-var]
    for panel in shown.findChildren(ScrollPanel):
        area = panel.findChild(QScrollArea)
        assert area is not None
        qtbot.waitUntil(lambda area=area: not area.horizontalScrollBar().isVisible())


def test_the_sums_of_the_templates_keep_apart(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window("mnist", size=(1024, 700))
    window.session.artwork.commit(sample_of(window), "Sample")
    network = window.show_page(NetworkPage)
    network.choice.setCurrentIndex(1)
    row = network.templates.local_row
    qtbot.waitUntil(lambda: bool(row._content and row._content.lines))
    picture = drawn(row)
    assert len(picture.texts) == 40 and not picture.overlapping()
    assert not picture.outside(QRectF(row.rect()))
