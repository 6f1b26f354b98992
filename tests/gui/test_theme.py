"""The theme: readable colours, switching, the type scale, icons that follow."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QImage, QPalette
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui import icons, theme
from digitapp.gui.widgets import GhostButton, Label, LinkButton, ProgressBar
from digitapp.inspection import colors

PALETTES = pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])

# Text on the grounds it stands on: (text, ground).
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text2", "text3") for ground in ("window", "surface")),
    *((text, ground) for text in ("text", "text2") for ground in ("rail", "sunken", "raised")),
    *((text, tint) for text in ("text", "text2") for tint in ("accent_tint", "danger_tint", "warning_tint")),
    *(("accent", ground) for ground in ("window", "surface", "accent_tint")),
    *(("danger", ground) for ground in ("window", "surface", "danger_tint")),
    *(("warning", ground) for ground in ("window", "surface", "warning_tint")),
    *(("gradient", ground) for ground in ("window", "surface", "gradient_tint")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("tooltip_text", "tooltip"),
    ("ink", "paper"),
]


@pytest.fixture(autouse=True)
def _restore_theme(qapp: QApplication) -> Iterator[None]:  # noqa: ARG001
    mode = theme.current().mode
    yield
    theme.apply_theme(mode)


@PALETTES
def test_text_has_a_contrast_of_four_and_a_half(palette: theme.Palette) -> None:
    ratios = {pair: theme.contrast(getattr(palette, pair[0]), getattr(palette, pair[1])) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@PALETTES
def test_focus_ring_and_weight_colours_stand_out_from_their_ground(palette: theme.Palette) -> None:
    for token in ("accent", "negative", "positive"):
        for ground in (palette.window, palette.surface):
            assert theme.contrast(getattr(palette, token), ground) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_ink_has_the_colours_of_the_ink_map(name: colors.Theme) -> None:
    palette = {"light": theme.LIGHT, "dark": theme.DARK}[name]
    assert [palette.paper, palette.ink] == [QColor(stop) for stop in colors.INK_STOPS[name]]


class PaintSpy(QObject):
    """Counts the repaints that Qt asks a widget for."""

    def __init__(self) -> None:
        super().__init__()
        self.paints = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802
        self.paints += event.type() == QEvent.Type.Paint
        return False


def test_switching_dresses_the_application_and_tells_once(qtbot: QtBot, qapp: QApplication) -> None:
    current = theme.apply_theme("light")
    assert not current.is_dark
    assert current.palette is theme.LIGHT
    with qtbot.waitSignal(current.changed, timeout=1000):
        current.set_mode("dark")
    assert current.is_dark
    assert current.name == "dark"
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.DARK.window
    assert theme.DARK.surface.name() in qapp.styleSheet()
    with qtbot.assertNotEmitted(current.changed):
        current.set_mode("dark")


def test_a_shown_widget_repaints_in_the_new_colours(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply_theme("light")
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.setRange(0, 1)
    bar.setValue(1)
    bar.show()
    qtbot.waitExposed(bar)
    assert bar.grab().toImage().pixelColor(bar.rect().center()) == theme.LIGHT.accent
    spy = PaintSpy()
    bar.installEventFilter(spy)
    theme.current().set_mode("dark")
    qapp.processEvents()
    assert spy.paints > 0
    assert bar.grab().toImage().pixelColor(bar.rect().center()) == theme.DARK.accent


def test_label_keeps_its_font_and_follows_the_theme_in_its_tone(qtbot: QtBot) -> None:
    theme.apply_theme("light")
    label = Label("No such file", "title", "text2")
    qtbot.addWidget(label)
    size = label.font().pixelSize()
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.LIGHT.text2
    label.set_tone("danger")
    theme.current().set_mode("dark")
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.DARK.danger
    assert label.font().pixelSize() == size


def test_kit_widgets_keep_the_fonts_they_were_given(qtbot: QtBot) -> None:
    theme.apply_theme("light")
    for widget in (Label("Text", "caption"), LinkButton("Open"), GhostButton("Step")):
        qtbot.addWidget(widget)
        widget.show()
        weight = widget.font().weight()
        widget.setFont(theme.font("title", weight))
        theme.current().set_mode("dark")
        theme.current().set_mode("light")
        assert (widget.font().pixelSize(), widget.font().weight()) == (theme.font("title").pixelSize(), weight)
    assert GhostButton("Step").font().weight() == QFont.Weight.Medium


def test_a_label_keeps_its_font_when_it_moves_into_a_window(qtbot: QtBot) -> None:
    theme.apply_theme("light")
    window, label = QWidget(), Label("Text", "caption")
    qtbot.addWidget(window)
    label.ensurePolished()
    label.setFont(theme.font("title"))
    QVBoxLayout(window).addWidget(label)
    window.show()
    qtbot.waitExposed(window)
    assert label.font().pixelSize() == theme.font("title").pixelSize()


def test_type_scale_follows_the_platform_font_but_does_not_shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    current = theme.apply_theme("light")
    monkeypatch.setattr(current, "_platform_scale", 1.0)
    normal = [theme.font(role).pixelSize() for role in ("answer", "title", "body", "caption", "tick")]
    assert normal == [132, 21, 13, 12, 11]
    assert theme.font("section").weight() == QFont.Weight.DemiBold
    monkeypatch.setattr(current, "_platform_scale", 1.5)
    assert theme.font("body").pixelSize() == 20
    assert theme.scaled(theme.CONTROL_HEIGHT) == 48


def test_tabular_figures_are_equally_wide() -> None:
    metrics = QFontMetrics(theme.tabular(theme.font("body")))
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0888")


def test_every_icon_has_ink_inside_its_square(qapp: QApplication) -> None:  # noqa: ARG001
    for name in icons.ICON_NAMES:
        image = icons.pixmap(name, 16, "#ff0000", 2.0).toImage()
        assert image.size() == QSize(32, 32)
        alpha = {(x, y): image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)}
        assert sum(a > 128 for a in alpha.values()) > 15, name
        # Nothing touches the edge, where it would be cut off.
        assert max(a for (x, y), a in alpha.items() if {x, y} & {0, 31}) == 0, name


def _strongest(image: QImage) -> QColor:
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return image.pixelColor(*max(points, key=lambda point: image.pixelColor(*point).alpha()))


def test_an_icon_follows_the_theme_and_its_state(qapp: QApplication) -> None:  # noqa: ARG001
    theme.apply_theme("light")
    icon = icons.icon("stop", "text")
    assert _strongest(icon.pixmap(16, 16).toImage()) == theme.LIGHT.text
    theme.current().set_mode("dark")
    assert _strongest(icon.pixmap(16, 16).toImage()) == theme.DARK.text
    disabled = icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled)
    assert _strongest(disabled.toImage()) == theme.DARK.text3


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(KeyError):
        icons.icon("no such icon")


def test_widgets_that_nobody_wants_may_be_collected_while_all_are_dressed(qtbot: QtBot) -> None:
    """Qt goes through a list of them, and ends the process where one has gone meanwhile."""

    class Collecting(QWidget):
        def changeEvent(self, event: QEvent) -> None:  # noqa: N802
            super().changeEvent(event)
            gc.collect()

    def leave_behind(count: int) -> None:
        for _ in range(count):
            forgotten = QWidget()
            forgotten.itself = forgotten  # type: ignore[attr-defined]

    theme.apply_theme("light")
    for _ in range(5):
        leave_behind(20)
        collecting = Collecting()
        qtbot.addWidget(collecting)
        collecting.show()
        theme.current().set_text_size(1.3)
        theme.current().set_text_size(1.0)
