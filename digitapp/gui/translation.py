"""The way to a text in the reader's language outside a QObject, whose own `tr` takes its class as the context.

`pyside6-lupdate` finds a text where it stands as a literal: `translate("Context", "The whole sentence, with {0}.")`.
A function around it, a variable or an f-string would hide it from the translators.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate
