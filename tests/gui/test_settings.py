"""Settings are typed: what a hand-edited file holds never reaches the window unchecked."""

from typing import Any

from PySide6.QtCore import QByteArray

from digitapp.gui import settings as remembered
from digitapp.gui.settings import Setting, Settings


def test_a_new_user_gets_the_defaults(settings: Settings) -> None:
    assert settings.get(remembered.THEME) == "system"
    assert settings.get(remembered.GEOMETRY) == QByteArray()
    assert settings.get(remembered.GUIDES) is True


def test_values_come_back_with_their_type(settings: Settings) -> None:
    stored: list[tuple[Setting[Any], Any]] = [
        (remembered.THEME, "dark"),
        (remembered.PAGE, "trainPage"),
        (remembered.PEN_WIDTH, 0.125),
        (remembered.GUIDES, False),
        (remembered.GEOMETRY, QByteArray(b"\x01\x02")),
    ]
    for setting, value in stored:
        settings.set(setting, value)
        settings.store.sync()
        assert settings.get(setting) == value
        assert type(settings.get(setting)) is type(value)


def test_nonsense_in_the_file_is_as_if_nothing_were_stored(settings: Settings) -> None:
    stored: list[tuple[Setting[Any], Any]] = [
        (remembered.THEME, "purple"),
        (remembered.PEN_WIDTH, 7),
        (remembered.PROBLEM, ""),
    ]
    for setting, nonsense in stored:
        settings.store.setValue(setting.key, nonsense)
        assert settings.get(setting) == setting.default


def test_each_key_is_used_once() -> None:
    keys = [value.key for value in vars(remembered).values() if isinstance(value, Setting)]
    assert len(keys) == len(set(keys))
