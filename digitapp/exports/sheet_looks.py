"""How the workbook looks: the colours of the window's light theme, number formats, and letters with an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digitapp.inspection.colors import DIVERGING_STOPS, INK_STOPS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_LOWEST, _ZERO, _HIGHEST = (DIVERGING_STOPS["light"][place] for place in (1, 3, 5))
_PAPER, _INK = INK_STOPS["light"]
_ACCENT, _ACCENT_TINT = "#0A7468", "#DCF0ED"
_GRADIENT, _GRADIENT_TINT = "#4C1391", "#EEE6F8"
_TEXT, _QUIET, _HEADING = "#15181E", "#525B69", "#E8EBEF"

SIGNED = "+0.0000;\u22120.0000;0"
_UNSIGNED = "0.0000"
_CHANGE = "+0.000000;\u22120.000000;0"


class Looks:
    """The formats of a workbook: each is made once, as a spreadsheet shares them."""

    def __init__(self, book: Workbook) -> None:
        def made(**properties: object) -> Format:
            return book.add_format({"font_name": "Calibri", "font_size": 11, "font_color": _TEXT, **properties})

        centred = {"align": "center", "valign": "vcenter"}
        self.title = made(bold=True, font_size=16, font_color=_ACCENT)
        self.note = made(font_color=_QUIET)
        self.wrapped = made(text_wrap=True, valign="top")
        self.block = made(bold=True, bg_color=_ACCENT_TINT)
        self.block_value = made(bold=True, bg_color=_ACCENT_TINT, num_format=_UNSIGNED, align="left")
        self.block_count = made(bold=True, bg_color=_ACCENT_TINT, num_format="0", align="left")
        self.heading = made(bold=True, bg_color=_HEADING, **centred)
        self.plain_heading = made(bold=True)
        self.index = made(bold=True, font_script=2)
        self.name = made(bold=True, font_color=_QUIET, align="right")
        self.link = made(font_color=_ACCENT, underline=1)
        self.key = made(bold=True, valign="top")
        self.setting = made(bold=True, bg_color="#FFF6D6", border=1, border_color="#C9A93A", align="left")
        self.fact = made(align="left")
        pixel = {"font_color": "#8A929E", "border": 1, "border_color": "#D5D9DF", **centred}
        self.pixel = made(num_format="0", **pixel)
        self.grey = made(num_format="0.00", **pixel)
        self.weight = made(num_format=SIGNED, **centred)
        self.number = made(num_format=SIGNED)
        self.activation = made(num_format=_UNSIGNED)
        self.error = made(num_format=SIGNED)
        self.cost = made(num_format=_UNSIGNED, bold=True)
        self.right = made(num_format="0", align="center")
        self.gradient = made(num_format=_CHANGE, font_color=_GRADIENT, bg_color=_GRADIENT_TINT)
        self.exact = made(num_format="0.000000000000000")
        self.difference = made(num_format="0.0E+00", font_color=_QUIET)


def put_formula(sheet: Worksheet, row: int, column: int, formula: str, look: Format, value: float | str) -> None:
    """Write a formula and what it gives, which a viewer shows that does not recalculate."""
    given: Any = value  # XlsxWriter's default of 0 reads as if it were a whole number
    sheet.write_formula(row, column, formula, look, given)


def color_weights(sheet: Worksheet, cells: tuple[int, int, int, int], limit: float) -> None:
    """Colour weights as the window does: blue below zero, orange above, up to `limit` either way."""
    ends = {"min_type": "num", "mid_type": "num", "max_type": "num"}
    values = {"min_value": -limit, "mid_value": 0, "max_value": limit}
    colors = {"min_color": _LOWEST, "mid_color": _ZERO, "max_color": _HIGHEST}
    sheet.conditional_format(*cells, {"type": "3_color_scale", **ends, **values, **colors})


def color_activations(sheet: Worksheet, cells: tuple[int, int, int, int], highest: float) -> None:
    """Colour activations from white at 0 to the accent."""
    colors = {"min_color": "#FFFFFF", "max_color": "#5FB8AC"}
    ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": highest}
    sheet.conditional_format(*cells, {"type": "2_color_scale", **ends, **colors})


def color_pixels(sheet: Worksheet, cells: tuple[int, int, int, int]) -> None:
    """Colour inputs from paper at 0 to ink at 1."""
    ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    sheet.conditional_format(*cells, {"type": "2_color_scale", **ends, "min_color": _PAPER, "max_color": _INK})


def mark_wrong(sheet: Worksheet, cells: tuple[int, int, int, int], book: Workbook) -> None:
    """Mark a 0 where an image is read wrong."""
    red = book.add_format({"font_color": "#BE2F49", "bold": True, "bg_color": "#FBE6EA"})
    sheet.conditional_format(*cells, {"type": "cell", "criteria": "==", "value": 0, "format": red})
