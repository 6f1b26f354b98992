"""Texts in the reader's language.

`pyside6-lupdate` finds a text where it stands as a literal: `self.tr("The whole sentence, with {0}.")` in a QObject,
whose class is the context, and `translate("Context", "The whole sentence, with {0}.")` anywhere else. A function around
it, a variable or an f-string would hide it from the translators, and half a sentence could not be put in another order.
Plural forms, `self.tr("%n unit(s)", "", count)`, are found in a QObject alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLocale

from digitapp.reasons import Reason

translate = QCoreApplication.translate


class Name(str):
    """A class's name in a sentence: `{0}` gives "8", `{0:a}` "an 8" and `{0:A}` "An 8", with its English article.

    A word such as "red" needs none. The article belongs to the placeholder, so that a sentence stays whole and other
    languages write `{0}`.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec not in ("a", "A"):
            return super().__format__(spec)
        if len(self) > 1 and not self.isdecimal():
            return str(self)
        return f"{spec}n {self}" if self.startswith("8") else f"{spec} {self}"


def said(reason: str) -> str:
    """Return one of the core's reasons in the reader's language: the text was marked where it is written."""
    if not isinstance(reason, Reason):
        return reason
    facts = (said(fact) if isinstance(fact, Reason) else fact for fact in reason.facts)
    return translate("reasons", reason.text).format(*facts)


def listed(names: Iterable[str]) -> str:
    """Return "A", "A and B" or "A, B and C" as the reader's language writes a list."""
    return QLocale().createSeparatedList(list(names))


def in_a_row(*sentences: str) -> str:
    """Return whole sentences one after the other; empty ones are left out."""
    text = ""
    for sentence in filter(None, sentences):
        text = translate("Sentences", "{0} {1}").format(text, sentence) if text else sentence
    return text


def itemised(items: Iterable[str]) -> str:
    """Return "A; B; C": things that a screen reader says one after the other."""
    text = ""
    for item in items:
        text = translate("Sentences", "{0}; {1}").format(text, item) if text else item
    return text
