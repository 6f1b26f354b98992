"""The same weights have the same colours on every page, also while they are learned, and in what is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from page_helpers import RING
from pytestqt.qtbot import QtBot

from digitapp.cli import app
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.why.page import WhyPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.weight_scale import weight_limit

OpenWindow = Callable[..., MainWindow]


def scales(window: MainWindow, qtbot: QtBot) -> dict[str, float]:
    """Return the limit that each page shows for the first hidden layer's weights."""
    draw = window.show_page(DrawPage)
    found = {"draw": draw.inspector.diagram.view.limit, "draw's legend": draw.inspector.diagram._weights_scale._limit}
    train = window.show_page(TrainPage)
    train.stage.room.choose("units")
    found["train"] = train.units.grid._limit
    features = window.show_page(FeaturesPage)
    window.session.select_unit(0, 0)
    found["features"], found["features' legend"] = features.grid._limit, features.tools.scale_bar._limit
    found["dossier"] = features.dossier.picture._limit
    (units,) = features.composed_pictures()
    root = ElementTree.fromstring(units.prepare(".svg")(None))  # type: ignore[arg-type]
    found["saved"] = max(legend_numbers(root))
    network = window.show_page(NetworkPage)
    qtbot.waitUntil(network.paths.whole.isVisible)
    found["network"] = network.paths.whole.view.limit
    why = window.show_page(WhyPage)
    qtbot.waitUntil(lambda: not why.is_busy)
    found["why"] = why.units.ledger.rows[1].limit
    return found


def legend_numbers(root: ElementTree.Element) -> list[float]:
    texts = [(item.text or "").replace("−", "-") for item in root.iter() if item.tag.endswith("text")]
    return [float(text) for text in texts if re.fullmatch(r"[+-]\d[\d.e+-]*", text)]


@pytest.mark.parametrize("spread", [0.02, 0.9, 1.1, 2.93, 40.0])
def test_all_pages_agree_whatever_was_shown_before(open_window: OpenWindow, qtbot: QtBot, spread: float) -> None:
    window = open_window("toy")
    session = window.session
    session.artwork.commit(RING, "Draw")
    for factor in (5.0, 1.0):  # from wider weights, which must leave no trace
        largest = abs(session.network.weights[0]).max()
        session.network.weights[0][:] *= factor * spread / largest
        session.tell_of_edit()
        limit = weight_limit(session.network, 0)
        qtbot.waitUntil(lambda limit=limit: set(scales(window, qtbot).values()) == {limit})


@pytest.mark.long
def test_all_pages_agree_after_a_run_and_so_does_the_command_line(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("toy")
    session = window.session
    session.artwork.commit(RING, "Draw")
    train = window.show_page(TrainPage)
    train.stage.room.choose("units")
    qtbot.waitUntil(lambda: session.dataset is not None)
    train.start()
    qtbot.waitUntil(lambda: not session.run.is_active)
    expected = weight_limit(session.network, 0)
    qtbot.waitUntil(lambda: set(scales(window, qtbot).values()) == {expected})

    model, picture = tmp_path / "model.safetensors", tmp_path / "units.svg"
    session.save_model(model)
    with pytest.raises(SystemExit) as ended:
        app(["features", str(model), "--out", str(picture)])
    assert not ended.value.code
    assert max(legend_numbers(ElementTree.fromstring(picture.read_bytes()))) == expected
