"""The application's icons: one family on a 24-unit grid, outlined 1.5 px at every size, in the theme's colours."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from digitapp.gui import theme

STROKE_PX = 1.5
_GRID = 24

# What stands inside <svg>; F marks a shape that is filled instead of outlined.
_F = 'fill="currentColor" stroke-linejoin="round"'
_SHAPES: dict[str, str] = {
    # pages and places
    "pen": '<path d="M4 20l1-5L16.2 3.8a2.2 2.2 0 0 1 3.1 0l.9.9a2.2 2.2 0 0 1 0 3.1L9 19z"/><path d="M14 6l4 4"/>',
    "train": '<path d="M3.5 3v17.5H21"/><path d="M7 4.5c.6 7.5 3.4 11.5 13 12.5"/>',
    "features": '<rect x="3" y="3" width="7.5" height="7.5" rx="1.8"/><rect x="13.5" y="3" width="7.5" height="7.5" '
    'rx="1.8"/><rect x="3" y="13.5" width="7.5" height="7.5" rx="1.8"/><rect x="13.5" y="13.5" width="7.5" '
    'height="7.5" rx="1.8"/>',
    "why": '<path d="M4.5 3.5h15A1.5 1.5 0 0 1 21 5v11.5a1.5 1.5 0 0 1-1.5 1.5H12l-4.5 3.5V18h-3A1.5 1.5 0 0 1 3 16.5V5'
    'a1.5 1.5 0 0 1 1.5-1.5z"/><path d="M9.7 8.4a2.4 2.4 0 0 1 4.7.7c0 1.6-2.4 1.9-2.4 3.3"/>'
    f'<circle cx="12" cy="14.9" r=".4" {_F}/>',
    "network": '<circle cx="5" cy="6" r="2.2"/><circle cx="5" cy="18" r="2.2"/><circle cx="19" cy="12" r="2.2"/>'
    '<path d="M7 7l9.9 4.1M7 17l9.9-4.1"/>',
    "hand": '<path d="M7.5 13V6.2a1.6 1.6 0 0 1 3.2 0V11M10.7 11V4.6a1.6 1.6 0 0 1 3.2 0V11M13.9 11V6.2a1.6 1.6 0 0 1 '
    "3.2 0V12M17.1 12V9.4a1.6 1.6 0 0 1 3.2 0v5.1a6.5 6.5 0 0 1-6.5 6.5h-1.2a6.5 6.5 0 0 1-5-2.3L3.5 14.3a1.6 1.6 0 "
    '0 1 2.4-2.1L7.5 13.8"/>',
    "lab": '<path d="M9 3h6M10 3v6.2L4.6 18.4A1.7 1.7 0 0 0 6.1 21h11.8a1.7 1.7 0 0 0 1.5-2.6L14 9.2V3"/>'
    '<path d="M7.4 14.5h9.2"/>',
    "settings": '<path d="M3 7h9M17 7h4M3 17h4M12 17h9"/><circle cx="14.5" cy="7" r="2.5"/>'
    '<circle cx="9.5" cy="17" r="2.5"/>',
    "help": '<circle cx="12" cy="12" r="9.2"/><path d="M9.2 9.2a2.9 2.9 0 0 1 5.6 1c0 1.9-2.8 2.5-2.8 4.2"/>'
    f'<circle cx="12" cy="17.2" r=".5" {_F}/>',
    # the run
    "play": f'<path {_F} d="M7 5.2v13.6c0 .5.5.8 1 .6l11-6.8c.4-.3.4-.9 0-1.2L8 4.6c-.5-.2-1 .1-1 .6z"/>',
    "pause": f'<rect {_F} x="6.5" y="5" width="2.4" height="14" rx=".6"/>'
    f'<rect {_F} x="15.1" y="5" width="2.4" height="14" rx=".6"/>',
    "stop": f'<rect {_F} x="5.5" y="5.5" width="13" height="13" rx="2"/>',
    "step": f'<path {_F} d="M5 5.6v12.8c0 .4.4.6.7.4l9.1-6.4c.3-.2.3-.6 0-.8L5.7 5.2c-.3-.2-.7 0-.7.4z"/>'
    '<path d="M19 4.5v15"/>',
    "step-far": f'<path {_F} d="M3.5 6.6v10.8c0 .4.4.5.7.3l6.6-5.3c.3-.2.3-.6 0-.8L4.2 6.3c-.3-.2-.7-.1-.7.3z"/>'
    f'<path {_F} d="M11.5 6.6v10.8c0 .4.4.5.7.3l6.6-5.3c.3-.2.3-.6 0-.8l-6.6-5.3c-.3-.2-.7-.1-.7.3z"/>'
    '<path d="M21 4.5v15"/>',
    "step-back": f'<path {_F} d="M19 5.6v12.8c0 .4-.4.6-.7.4l-9.1-6.4c-.3-.2-.3-.6 0-.8l9.1-6.4c.3-.2.7 0 .7.4z"/>'
    '<path d="M5 4.5v15"/>',
    "runs": f'<path d="M9 6h12M9 12h12M9 18h12"/><circle cx="4.4" cy="6" r=".9" {_F}/>'
    f'<circle cx="4.4" cy="12" r=".9" {_F}/><circle cx="4.4" cy="18" r=".9" {_F}/>',
    "stairs": '<path d="M3 20.5h4.5V16H12v-4.5h4.5V7H21V3.5"/>',
    # drawing
    "eraser": '<path d="M8.5 19.5l-5-5a1.8 1.8 0 0 1 0-2.6L12 3.5a1.8 1.8 0 0 1 2.6 0l5.9 5.9a1.8 1.8 0 0 1 0 2.6'
    'l-7.5 7.5z"/><path d="M7.5 8l8.5 8.5M8.5 19.5H20"/>',
    "move": '<path d="M12 2.5v19M2.5 12h19M9 5.5l3-3 3 3M9 18.5l3 3 3-3M5.5 9l-3 3 3 3M18.5 9l3 3-3 3"/>',
    "guides": '<path d="M8 3.5H5.5a2 2 0 0 0-2 2V8M16 3.5h2.5a2 2 0 0 1 2 2V8M8 20.5H5.5a2 2 0 0 1-2-2V16'
    f'M16 20.5h2.5a2 2 0 0 0 2-2V16"/><circle cx="12" cy="12" r="1.2" {_F}/><path d="M12 7.2v1.6M12 15.2v1.6'
    'M7.2 12h1.6M15.2 12h1.6"/>',
    "unit-lines": '<path d="M3.5 17.5L17.5 3.5M6.5 4l12.5 16.5M3.5 12.5l17.5 2.5"/>',
    "reset": '<path d="M3.8 4.5v5.2H9"/><path d="M4.3 9.5a8.2 8.2 0 1 1-.6 4.5"/>',
    "undo": '<path d="M8.5 4L3.5 9l5 5"/><path d="M4 9h9.5a6 6 0 0 1 0 12H10"/>',
    "redo": '<path d="M15.5 4l5 5-5 5"/><path d="M20 9h-9.5a6 6 0 0 0 0 12H14"/>',
    "trash": '<path d="M3.5 6h17M9 6V4.2c0-.7.5-1.2 1.2-1.2h3.6c.7 0 1.2.5 1.2 1.2V6M5.5 6l.9 13.3c.1 1 .8 1.7 1.8 '
    '1.7h7.6c1 0 1.7-.7 1.8-1.7L18.5 6M10 10.5v6M14 10.5v6"/>',
    # files
    "copy": '<rect x="8.5" y="8.5" width="12.5" height="12.5" rx="2"/>'
    '<path d="M15.5 8.5V5a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v8.5a2 2 0 0 0 2 2h3.5"/>',
    "paste": '<rect x="4.5" y="4.5" width="15" height="17" rx="2"/><rect x="8.5" y="2.5" width="7" height="4" rx="1"/>'
    '<path d="M8.5 12h7M8.5 16h5"/>',
    "folder": '<path d="M3 18.5v-13a1.5 1.5 0 0 1 1.5-1.5h4.8l2.4 3h8a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5'
    'h-15.2a1.5 1.5 0 0 1-1.5-1.5z"/>',
    "download": '<path d="M12 3v13M6.5 10.5L12 16l5.5-5.5M3.5 20.5h17"/>',
    "table": '<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 9.5h18M3 14.7h18M9.5 4v16"/>',
    "image": '<rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="8.5" cy="9.5" r="1.7"/>'
    '<path d="M3.5 17.5l5-4.5 3.5 3 3.5-3.5 5 4.5"/>',
    # everything else
    "chevron-down": '<path d="M6 9l6 6 6-6"/>',
    "chevron-up": '<path d="M6 15l6-6 6 6"/>',
    "chevron-right": '<path d="M9 6l6 6-6 6"/>',
    "chevron-left": '<path d="M15 6l-6 6 6 6"/>',
    "equal": '<path d="M4.5 9.5h15M4.5 14.5h15"/>',
    "check": '<path d="M4.5 12.5l5 5 10-11"/>',
    "close": '<path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "minus": '<path d="M4.5 12h15"/>',
    "power": '<path d="M12 3v8.5"/><path d="M7 5.8a8 8 0 1 0 10 0"/>',
    "lock": '<rect x="4.5" y="10.5" width="15" height="10.5" rx="2"/><path d="M8 10.5V7a4 4 0 0 1 8 0v3.5"/>',
    "dice": '<rect x="3.5" y="3.5" width="17" height="17" rx="3"/>'
    + "".join(f'<circle cx="{x}" cy="{y}" r=".9" {_F}/>' for x in (8.5, 15.5) for y in (8.5, 15.5)),
    "info": f'<circle cx="12" cy="12" r="9.2"/><path d="M12 11v6"/><circle cx="12" cy="7.4" r=".6" {_F}/>',
    "warning": '<path d="M10.6 4.2L2.9 18a1.6 1.6 0 0 0 1.4 2.4h15.4a1.6 1.6 0 0 0 1.4-2.4L13.4 4.2a1.6 1.6 0 0 0-2.8 '
    f'0z"/><path d="M12 9.5v4.7"/><circle cx="12" cy="17.2" r=".5" {_F}/>',
    "error": f'<circle cx="12" cy="12" r="9.2"/><path d="M12 6.8v6.4"/><circle cx="12" cy="16.8" r=".6" {_F}/>',
    "star": '<path d="M12 3.4l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 2.9 1.1-6-4.4-4.2 6-.8z"/>',
    "star-full": f'<path {_F} d="M12 3.4l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 2.9 1.1-6-4.4-4.2 6-.8z"/>',
    "search": '<circle cx="10.5" cy="10.5" r="7"/><path d="M15.8 15.8L21 21"/>',
    "sun": '<circle cx="12" cy="12" r="4.2"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4'
    'M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>',
    "moon": '<path d="M20.5 14.2A8.7 8.7 0 0 1 9.8 3.5a8.7 8.7 0 1 0 10.7 10.7z"/>',
    "monitor": '<rect x="2.5" y="4" width="19" height="12.5" rx="2"/><path d="M8.5 20.5h7M12 16.5v4"/>',
}

ICON_NAMES = tuple(_SHAPES)


@lru_cache(maxsize=512)
def pixmap(name: str, size: int, color: str, device_pixel_ratio: float = 1.0) -> QPixmap:
    """Return an icon as a pixmap.

    Parameters
    ----------
    name : one of ``ICON_NAMES``; anything else raises KeyError
    size : edge in device-independent pixels
    color : ``#rrggbb``
    device_pixel_ratio : of the screen that shows it
    """
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_GRID} {_GRID}" fill="none" stroke="currentColor" '
        f'stroke-width="{STROKE_PX * _GRID / size:.3f}" stroke-linecap="round" stroke-linejoin="round">'
        f"{_SHAPES[name]}</svg>"
    ).replace("currentColor", color)
    pixels = round(size * device_pixel_ratio)
    result = QPixmap(pixels, pixels)
    result.fill(Qt.GlobalColor.transparent)
    with QPainter(result) as painter:
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    result.setDevicePixelRatio(device_pixel_ratio)
    return result


def paint_icon(painter: QPainter, name: str, top_left: QPoint, size: int, color: QColor) -> None:
    """Paint an icon sharp at the painter's resolution, its corner at ``top_left``."""
    painter.drawPixmap(top_left, pixmap(name, size, color.name(), painter.device().devicePixelRatioF()))


class _ThemedIconEngine(QIconEngine):
    """Paints an icon in the colours of the theme in use, so that a QIcon outlives a change of theme."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def _color(self, mode: QIcon.Mode) -> str:
        palette = theme.current().palette
        color = palette.text3 if mode == QIcon.Mode.Disabled else getattr(palette, self._token)
        return color.name()

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        size = min(rect.width(), rect.height())
        image = pixmap(self._name, size, self._color(mode), painter.device().devicePixelRatioF())
        painter.drawPixmap(rect.x() + (rect.width() - size) // 2, rect.y() + (rect.height() - size) // 2, image)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, QGuiApplication.primaryScreen().devicePixelRatio())

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: ARG002
        # Qt asks in device pixels.
        edge = round(min(size.width(), size.height()) / scale)
        return pixmap(self._name, edge, self._color(mode), scale)

    def clone(self) -> QIconEngine:
        return _ThemedIconEngine(self._name, self._token)


def icon(name: str, token: str = "text2") -> QIcon:
    """Return an icon for actions and menus that follows the theme; ``token`` names a colour of ``theme.Palette``."""
    if name not in _SHAPES:
        raise KeyError(name)
    return QIcon(_ThemedIconEngine(name, token))


_LOGO_GRID = 32
# A 3 in one stroke, the way it is drawn on the canvas.
_LOGO_STROKE = "M10.8 10.2c2.6-2.7 10-2.3 10 1.6 0 3-3.6 3.9-6.4 3.9 3.4 0 7.4.9 7.4 4.4 0 4.6-8.3 5.2-11.6 1.9"


class _LogoEngine(QIconEngine):
    """The application's mark, in the accent of the theme in use."""

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:  # noqa: ARG002
        p = theme.current().palette
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LOGO_GRID} {_LOGO_GRID}">'
            f'<rect width="32" height="32" rx="8" fill="{p.accent.name()}"/><path d="{_LOGO_STROKE}" fill="none" '
            f'stroke="{p.on_accent.name()}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>'
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        with QPainter(result) as painter:
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        return result

    def clone(self) -> QIconEngine:
        return _LogoEngine()


def app_icon() -> QIcon:
    """Return the application's icon."""
    return QIcon(_LogoEngine())
