"""The language of the window: the file of translations, and how lists are written."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from digitapp.resources import translations_dir

# English comes from the source; its file holds the plural forms alone, "1 unit" and "2 units" for "%n unit(s)".
ENGLISH = "en"
_LOCALES = {ENGLISH: "en_GB"}  # "A, B and C"; the American one writes another comma


def speak(language: str = ENGLISH) -> None:
    """Use a language for every text from now on; an application must exist.

    Raises
    ------
    FileNotFoundError : there is no file of translations for it
    """
    application = QCoreApplication.instance()
    assert application is not None
    path = translations_dir() / f"digitapp_{language}.qm"
    translator = QTranslator()
    if not translator.load(str(path)):
        raise FileNotFoundError(path)
    for previous in application.findChildren(QTranslator):
        application.removeTranslator(previous)
        previous.setParent(None)
    translator.setParent(application)
    application.installTranslator(translator)
    QLocale.setDefault(QLocale(_LOCALES.get(language, language)))
