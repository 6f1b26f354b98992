"""What the list of runs says of one: when it began, how long it took, what it came to, what has become of it."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale

from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import decimal, per_cent, percent
from digitapp.kept.runs import RunFate

_MINUTE, _HOUR = 60.0, 3600.0


def bytes_words(count: int) -> str:
    """Return a number of bytes as "1.2 GB", "340 MB" or "12 kB"."""
    if count >= 1e9:
        return translate("RunList", "{0} GB").format(f"{count / 1e9:.3g}")
    if count >= 1e6:
        return translate("RunList", "{0} MB").format(f"{count / 1e6:.3g}")
    return translate("RunList", "{0} kB").format(f"{count / 1e3:.0f}")


def fate_words(fate: RunFate) -> str:
    """Return what has become of a run, in a word or two; "" where it simply ended."""
    return {
        RunFate.UNDER_WAY: translate("RunList", "under way"),
        RunFate.INTERRUPTED: translate("RunList", "interrupted"),
        RunFate.FAILED: translate("RunList", "failed"),
        RunFate.GIVEN_UP: translate("RunList", "given up"),
        RunFate.INTERRUPTED: translate("RunList", "interrupted"),
    }.get(fate, "")


def accuracy_words(mean: float | None, spread: float | None = None) -> str:
    """Return "96.83 %", with the standard deviation over seeds "96.83 ± 0.19 %"; a dash where nothing is known."""
    if mean is None:
        return "–"
    if spread is None:
        return percent(mean, 2)
    return per_cent(translate("RunList", "{0} ± {1}").format(f"{100 * mean:.2f}", f"{100 * spread:.2f}"))


def duration_words(seconds: float | None) -> str:
    """Return "25.4 s", "3.2 min" or "2.1 h"; a dash where it is not known."""
    if not seconds:
        return "–"
    if seconds < _MINUTE:
        return translate("RunList", "{0} s").format(decimal(seconds, 1))
    if seconds < _HOUR:
        return translate("RunList", "{0} min").format(decimal(seconds / _MINUTE, 1))
    return translate("RunList", "{0} h").format(decimal(seconds / _HOUR, 1))


def moment_words(seconds: float, now: QDateTime) -> str:
    """Return when something was, as people say it later: "today 15:42", "yesterday", "14 Nov", "14 Nov 2025".

    Parameters
    ----------
    seconds : since 1970
    """
    moment = QDateTime.fromSecsSinceEpoch(int(seconds))
    locale, days = QLocale(), moment.date().daysTo(now.date())
    clock = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    if days == 0:
        return translate("RunList", "today {0}").format(clock)
    if days == 1:
        return translate("RunList", "yesterday")
    if moment.date().year() == now.date().year():
        return locale.toString(moment.date(), translate("RunList", "d MMM"))
    return locale.toString(moment.date(), translate("RunList", "d MMM yyyy"))
