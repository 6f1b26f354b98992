"""With a large platform font nothing on the Draw page lies on something else; where it must, the inspector scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from page_helpers import OpenSession, ShowPage
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.draw.page import DrawPage


@pytest.fixture(params=[13, 16, 20])
def large_font(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[int]:
    theme.apply_theme("light")  # looks at the platform's font once in a process: all later tests are to have that one
    before = qapp.font()
    font = QFont(before)
    font.setPixelSize(request.param)
    qapp.setFont(font)
    theme.apply_theme("light")
    yield request.param
    qapp.setFont(before)
    theme.apply_theme("light")


@pytest.mark.parametrize("size", [(1208, 716), (952, 616), (900, 560)])
@pytest.mark.parametrize("problem", ["mnist", "toy"])
def test_the_inspectors_parts_stand_below_each_other(
    large_font: int,
    size: tuple[int, int],
    problem: str,
    qtbot: QtBot,
    open_session: OpenSession,
    show_page: ShowPage,
) -> None:
    session = open_session(problem)
    page = show_page(DrawPage, session, size)
    page.show_sample() if problem == "mnist" else session.artwork.commit(session.grid.toggle(0, 0), "")
    inspector = page.inspector
    qtbot.waitUntil(lambda: inspector.geometry().right() < page.width())
    parts = [inspector.header, inspector.bars, inspector.road, inspector.diagram]
    shown = [part.geometry() for part in parts if part.isVisible()]
    assert all(above.bottom() < below.top() for above, below in pairwise(shown)), large_font
    captions = [caption.geometry() for caption in inspector.road.captions if caption.isVisible()]
    assert all(left.right() < right.left() for left, right in pairwise(captions))
