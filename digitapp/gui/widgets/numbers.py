"""How numbers are written in the window: a real minus, a space before the per cent sign, grouped thousands."""

from __future__ import annotations

import math

from digitapp.gui.translation import translate

MINUS = "\N{MINUS SIGN}"
_LEAST = 1e-9


def decimal(value: float, places: int = 2) -> str:
    """Return "0.99" or "−0.05"; what rounds to zero has no sign."""
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def signed(value: float, places: int = 2) -> str:
    """Return a number with its sign, "+0.04" or "−0.05"; what rounds to zero has none."""
    text = decimal(value, places)
    return text if text.startswith(MINUS) or float(text) == 0 else f"+{text}"


def percent(share: float, places: int = 1) -> str:
    """Return a share of one as "77.1 %".

    A trifle reads "<0.1 %" and near certainty ">99.9 %", because neither is never or always.
    """
    step = 10.0**-places
    shown = share * 100
    if 0 < shown < step / 2:
        return per_cent(f"<{step:.{places}f}")
    if 100 - step / 2 < shown < 100:
        return per_cent(f">{100 - step:.{places}f}")
    return per_cent(f"{shown:.{places}f}")


def per_cent(number: str) -> str:
    """Return a number that is written already with its per cent sign."""
    return translate("Numbers", "{0} %").format(number)


def probability(value: float) -> str:
    """Return a network's probability as "77.1 %", but never "0.0 %" or "100.0 %".

    A network excludes nothing and is certain of nothing; an exact 0 or 1 only ran out of digits.
    """
    return percent(min(max(value, _LEAST), 1 - _LEAST))


def figure(value: float, digits: int = 4) -> str:
    """Return a number to so many digits, "3.793", "−0.00268", "1.2e−7", "12,300,000"; "∞" where it has no end."""
    if not math.isfinite(value):
        return translate("Numbers", "not a number") if math.isnan(value) else f"{value:f}".replace("inf", "∞")
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        places = 0 if value == 0 else max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{min(places, 8)}f}" if value else "0"
    else:
        mantissa, exponent = f"{value:.{digits - 1}g}".partition("e")[::2]
        text = f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return text.replace("-", MINUS)


def epoch_text(epochs: float) -> str:
    """Return a time in epochs: "0", "0.03", "2.4", "1,204"; at the start of a run finer."""
    if epochs >= 100:
        return thousands(round(epochs))
    text = f"{epochs:.1f}" if epochs >= 1 else f"{epochs:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def thousands(count: int) -> str:
    """Return "101,770"."""
    return f"{count:,}".replace("-", MINUS)
