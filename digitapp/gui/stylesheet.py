"""The application's one style sheet, made from the colour tokens.

It covers Qt's stock widgets. The kit's own widgets (``digitapp.gui.widgets``) paint themselves, because style sheets
know neither half pixels nor a focus ring outside the control. Rules for what the kit derives from name the exact class
(``.QPushButton``), so that they leave the kit alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_TEMPLATE = Template(
    """
QToolTip { background: $tooltip; color: $tooltip_text; border: 1px solid $tooltip; padding: 5px 8px; }

QFrame[panel="window"] { background: $window; border: none; }
QFrame[panel="rail"] { background: $rail; border: none; }
QFrame[panel="surface"] { background: $surface; border: none; }
QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget[scrolled="true"] { background: transparent; border: none; }
QFrame[line="true"] { background: $border; border: none; }

.QPushButton { background: $surface; color: $text; border: 1px solid $border_strong; border-radius: ${radius}px;
  padding: 0 14px; min-height: ${inner_height}px; font-weight: 600; }
.QPushButton:hover { background: $sunken; }
.QPushButton:focus { border: 2px solid $accent; padding: 0 13px; min-height: ${focus_inner_height}px; }
.QPushButton:disabled { color: $text3; border-color: $border; background: transparent; }
.QPushButton:default { background: $accent; color: $on_accent; border-color: $accent; }
.QPushButton:default:hover { background: $accent_hover; border-color: $accent_hover; }
.QPushButton:default:focus { border: 2px solid $text; }

.QLineEdit, QLineEdit[kit="find"], QPlainTextEdit, QTextEdit { background: $surface; color: $text;
  border: 1px solid $border_strong; border-radius: ${radius}px; padding: 0 10px; selection-background-color: $accent;
  selection-color: $on_accent; }
.QLineEdit { min-height: ${inner_height}px; }
.QLineEdit:focus, QLineEdit[kit="find"]:focus, QPlainTextEdit:focus, QTextEdit:focus {
  border: 2px solid $accent; padding: 0 9px; }
.QLineEdit:focus { min-height: ${focus_inner_height}px; }
.QLineEdit:disabled { background: $window; color: $text3; border-color: $border; }
QLineEdit[kit="field"], QLineEdit[kit="field"]:focus, QLineEdit[kit="field"]:disabled { background: transparent;
  border: none; padding: 0; min-height: 0; }
QPlainTextEdit, QTextEdit { padding: 8px 10px; }

QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $border_strong; padding: 4px;
  outline: none; selection-background-color: $sunken; selection-color: $text; }
QListView, QTreeView, QTableView { background: $surface; border: 1px solid $border; outline: none;
  selection-background-color: $accent_tint; selection-color: $text; }
QTableView[kit="table"] { background: transparent; border: none; selection-background-color: transparent; }
QListView[rail="true"], QListView[bare="true"] { background: transparent; border: none; }

QMenu { background: $surface; color: $text; border: 1px solid $border_strong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: $sunken; }
QMenu::item:disabled { color: $text3; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $border_strong; border-radius: 3px; }
QScrollBar::handle:hover { background: $text3; }
QScrollBar::handle:vertical { min-height: 32px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

.QProgressBar { background: $sunken; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; }
.QProgressBar::chunk { background: $accent; border-radius: 4px; }

QTabWidget::pane { border: none; }
QTabBar::tab { background: transparent; color: $text2; padding: 8px 12px; border-bottom: 2px solid transparent;
  font-weight: 600; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }

QDialog, QMessageBox { background: $surface; }
QSplitter::handle { background: $border; }
"""
)


def build_stylesheet(colors: Mapping[str, str], scale: float) -> str:
    """Return the style sheet for colour tokens (name to ``#rrggbb``) at a font scale of 1.0 or more."""
    height = round(32 * scale)
    return _TEMPLATE.substitute(colors, radius=8, inner_height=height - 2, focus_inner_height=height - 4)
