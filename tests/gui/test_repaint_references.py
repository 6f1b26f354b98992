"""PySide6 6.12.0 on Python 3.11 lost a reference to None at every repaint and killed long live plots."""

import sys

import numpy as np
import pyqtgraph as pg
from pytestqt.qtbot import QtBot


def test_repainting_a_plot_keeps_the_references_to_none(qtbot: QtBot) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    plot.show()
    curve = plot.plot(np.arange(100.0), np.zeros(100))
    qtbot.waitExposed(plot)
    before = sys.getrefcount(None)
    for frame in range(200):
        curve.setData(np.arange(100.0), np.sin(np.arange(100.0) + frame))
        plot.repaint()
    # On Python 3.12 and later None is immortal and its count stands still.
    lost = before - sys.getrefcount(None)
    assert lost < 200  # the fault lost 22 with every frame
