"""How the window looks: colour tokens, type scale, spacing, and the one style sheet made from them.

Widgets ask for a colour where they paint (``current().palette.accent``), never before, so that a change of theme
needs nothing but a repaint. Changing the theme sets the application's palette and style sheet, at which Qt repaints
every widget; only widgets that keep pictures in a theme's colours need the signal ``current().changed``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from digitapp.gui.stylesheet import build_stylesheet

Mode = Literal["system", "light", "dark"]
FontRole = Literal[
    "answer", "title", "card-title", "section", "button", "body", "caption", "caption-strong", "tick", "micro"
]

SPACE = 8
STAGE_MARGIN = 24
CARD_GAP = 16
CARD_MARGIN = 20
HEADER_HEIGHT = 56
STATUS_HEIGHT = 28
RAIL_WIDTH = 72
CONTROL_HEIGHT = 32
TRANSPORT_HEIGHT = 36
CONTROL_RADIUS = 8
CARD_RADIUS = 12

_DESIGN_BODY_PX = 13
# Pixels at 100 % and weight. The scale follows the platform's font size but never falls below these sizes.
_TYPE_SCALE: dict[FontRole, tuple[int, QFont.Weight]] = {
    "answer": (132, QFont.Weight.DemiBold),
    "title": (21, QFont.Weight.DemiBold),
    "card-title": (14, QFont.Weight.DemiBold),
    "section": (13, QFont.Weight.DemiBold),
    "button": (13, QFont.Weight.Medium),
    "body": (13, QFont.Weight.Normal),
    "caption": (12, QFont.Weight.Normal),
    "caption-strong": (12, QFont.Weight.DemiBold),
    "tick": (11, QFont.Weight.Normal),
    "micro": (10, QFont.Weight.Medium),
}


@dataclass(frozen=True)
class Palette:
    """Every colour of one theme. Ink is grey, teal is activity and action, blue and orange are a weight's sign,
    violet is a gradient."""

    window: QColor
    rail: QColor
    surface: QColor
    sunken: QColor
    raised: QColor  # the chosen segment on a sunken control
    border: QColor
    border_strong: QColor
    text: QColor
    text2: QColor
    text3: QColor
    accent: QColor
    accent_hover: QColor
    on_accent: QColor
    accent_tint: QColor
    danger: QColor
    danger_tint: QColor
    warning: QColor
    warning_tint: QColor
    negative: QColor
    positive: QColor
    gradient: QColor  # how the error changes with a weight: a channel of its own, never a sign
    gradient_tint: QColor
    bar: QColor
    bar_strong: QColor  # a probability that is not the answer but no trifle either
    bar_groove: QColor
    tooltip: QColor
    tooltip_text: QColor
    ink: QColor
    paper: QColor
    series: tuple[QColor, ...]  # runs, classes of points: always with a mark too, see `widgets.series`

    def hex(self) -> dict[str, str]:
        """Return token name to ``#rrggbb``, as style sheets want it."""
        return {field.name: getattr(self, field.name).name() for field in fields(self) if field.name != "series"}


def _palette(*, series: tuple[str, ...], **tokens: str) -> Palette:
    colors = {name: QColor(value) for name, value in tokens.items()}
    return Palette(**colors, series=tuple(map(QColor, series)))


LIGHT = _palette(
    window="#F4F5F7",
    rail="#ECEEF1",
    surface="#FFFFFF",
    sunken="#EBEDF1",
    raised="#FFFFFF",
    border="#E0E3E9",
    border_strong="#C6CBD5",
    text="#181C23",
    text2="#525B69",
    text3="#667080",
    accent="#0A7468",
    accent_hover="#085F56",
    on_accent="#FFFFFF",
    accent_tint="#DCF0ED",
    danger="#BE2F49",
    danger_tint="#FBEAED",
    warning="#8F5B00",
    warning_tint="#FBF1DC",
    negative="#2B6BC2",
    positive="#CC6A12",
    gradient="#4C1391",
    gradient_tint="#EEE6F8",
    bar="#B9C0CB",
    bar_strong="#8A93A1",
    bar_groove="#F0F2F5",
    tooltip="#22272F",
    tooltip_text="#F4F6F8",
    ink="#15181E",
    paper="#FFFFFF",
    series=("#32315E", "#D463BE", "#978D67", "#441100"),
)

DARK = _palette(
    window="#15171B",
    rail="#101215",
    surface="#1B1E23",
    sunken="#262A31",
    raised="#3A404A",
    border="#2A2E36",
    border_strong="#454C58",
    text="#E9EBEF",
    text2="#A9B1BD",
    text3="#8690A0",
    accent="#35C2B0",
    accent_hover="#52D0C0",
    on_accent="#04211D",
    accent_tint="#17352F",
    danger="#FF8094",
    danger_tint="#351B22",
    warning="#E8B65A",
    warning_tint="#33290F",
    negative="#64A8F5",
    positive="#F29A48",
    gradient="#E0C2FF",
    gradient_tint="#2D2240",
    bar="#4A525F",
    bar_strong="#78828F",
    bar_groove="#23272D",
    tooltip="#E9EBEF",
    tooltip_text="#181C23",
    ink="#F3F5F7",
    paper="#121418",
    series=("#E9EBEF", "#F4F131", "#4FCB12", "#FF5CD0"),
)


class Theme(QObject):
    """The theme in use. ``changed`` is emitted after the application wears the new colours."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._dark = False
        self._platform_scale = 1.0
        self._text_size = 1.0
        self._applied = False

    @property
    def mode(self) -> Mode:
        """What was asked for; "system" follows the desktop."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        return self._dark

    @property
    def name(self) -> Literal["light", "dark"]:
        """The name that ``digitapp.inspection.colors`` knows this theme by."""
        return "dark" if self._dark else "light"

    @property
    def palette(self) -> Palette:
        return DARK if self._dark else LIGHT

    @property
    def scale(self) -> float:
        """The size of text over the design's, 1.0 or more: the platform's, enlarged as the person has chosen."""
        return self._platform_scale * self._text_size

    def set_text_size(self, factor: float) -> None:
        """Enlarge all text, and what is measured by it. Widgets that stand already keep the sizes they were made with.

        Raises ValueError for a factor below 1: smaller text than the design's cannot be read.
        """
        if not factor >= 1.0:
            raise ValueError(f"text cannot be {factor} times as large as the design's")
        self._settle_once()
        if factor != self._text_size:
            self._text_size = factor
            QApplication.setFont(font("body"))
            self._refresh()

    def set_mode(self, mode: Mode) -> None:
        """Use the light or the dark theme, or follow the desktop."""
        self._mode = mode
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}[mode]
        QGuiApplication.styleHints().setColorScheme(scheme)
        self._refresh()

    def prepare(self, mode: Mode) -> None:
        """Settle style, font and colours before any widget is made, all but the style sheet.

        Qt dresses widgets in a style sheet much faster all together (`install`) than one by one as they are made: a
        third of the time to build the window.
        """
        self._settle_once()
        self._mode = mode
        self._dark = self._wants_dark()
        QApplication.setPalette(_qt_palette(self.palette))

    def install(self, mode: Mode) -> None:
        """Dress the application, and follow the desktop from now on."""
        self._settle_once()
        self.set_mode(mode)

    def _settle_once(self) -> None:
        if not self._applied:
            self._applied = True
            self._platform_scale = max(1.0, QFontInfo(QGuiApplication.font()).pixelSize() / _DESIGN_BODY_PX)
            QApplication.setStyle(QStyleFactory.create("Fusion"))
            QApplication.setFont(font("body"))
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    def _wants_dark(self) -> bool:
        # Where there is no desktop theme the style hint does not change, so an explicit mode decides by itself.
        if self._mode == "system":
            return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._mode == "dark"

    def _refresh(self) -> None:
        dark = self._wants_dark()
        application = QApplication.instance()
        if not self._applied or not isinstance(application, QApplication):
            self._dark = dark
            return
        stylesheet = build_stylesheet((DARK if dark else LIGHT).hex(), self.scale)
        if dark == self._dark and application.styleSheet() == stylesheet:
            return
        self._dark = dark
        application.setPalette(_qt_palette(self.palette))
        # Qt brings back the font that a widget had when it was first polished; later choices have to be kept by hand.
        # All widgets are held until Qt has gone through them: what nobody wants any more may be collected on the way.
        widgets = application.allWidgets()
        fonts = [(w, w.font()) for w in widgets if w.testAttribute(Qt.WidgetAttribute.WA_SetFont)]
        application.setStyleSheet(stylesheet)
        del widgets
        for widget, chosen in fonts:
            if widget.font() != chosen:
                widget.setFont(chosen)
        self.changed.emit()


_theme: Theme | None = None


def current() -> Theme:
    """Return the application's one theme."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def apply_theme(mode: Mode = "system") -> Theme:
    """Dress the running QApplication (Fusion style, font, palette, style sheet) and return the theme."""
    theme = current()
    theme.install(mode)
    return theme


def scaled(pixels: float) -> int:
    """Return a length of the design for the platform's font size, in device-independent pixels."""
    return round(pixels * current().scale)


def font(role: FontRole = "body", weight: QFont.Weight | None = None) -> QFont:
    """Return the platform's UI font in one of the design's sizes."""
    pixels, default_weight = _TYPE_SCALE[role]
    result = QFont(QGuiApplication.font())
    result.setPixelSize(scaled(pixels))
    result.setWeight(default_weight if weight is None else weight)
    return result


def font_key() -> tuple[str, float]:
    """Return what every font of the window depends on: the platform's family, and how large text is."""
    return QGuiApplication.font().family(), current().scale


def tabular(base: QFont) -> QFont:
    """Return the font with figures of equal width, so that changing numbers do not jump."""
    result = QFont(base)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def blend(below: QColor, above: QColor, amount: float) -> QColor:
    """Return the opaque mix of two colours; ``amount`` 0 gives ``below``, 1 gives ``above``."""
    channels = zip(below.getRgbF()[:3], above.getRgbF()[:3], strict=True)  # type: ignore[index]
    return QColor.fromRgbF(*(a + (b - a) * amount for a, b in channels))


def input_tones(value: float) -> tuple[QColor, QColor]:
    """Return the ground of an input from paper to ink, and what a number on it is written in.

    A zero is quiet; any other number is as clear as can be.
    """
    p = current().palette
    ground = blend(p.paper, p.ink, min(max(value, 0.0), 1.0))
    return ground, max((p.paper, p.ink), key=lambda ink: contrast(ink, ground)) if value else p.text3


def contrast(first: QColor, second: QColor) -> float:
    """Return the WCAG 2.2 contrast ratio of two opaque colours, 1 to 21."""

    def luminance(color: QColor) -> float:
        channels = color.getRgbF()[:3]  # type: ignore[index]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _qt_palette(tokens: Palette) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.text3,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.ToolTipBase: tokens.tooltip,
        role.ToolTipText: tokens.tooltip_text,
        role.Light: tokens.surface,
        role.Midlight: tokens.sunken,
        role.Mid: tokens.border_strong,
        role.Dark: tokens.border_strong,
        role.Shadow: tokens.border_strong,
    }
    result = QPalette()
    for key, color in colors.items():
        result.setColor(key, color)
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, tokens.text3)
    return result
