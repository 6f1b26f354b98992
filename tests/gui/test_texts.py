"""Every text of the window can be translated: `pyside6-lupdate` finds it, and it stands whole in one literal.

What the translators' tool finds is compared with the calls in the sources, and the calls are looked at for what would
make a text impossible to translate: a variable in the place of the literal, a sentence glued from parts, a plural form
made by hand, a text that nobody can translate because no call is around it.
"""

from __future__ import annotations

import ast
import gc
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QObject, QTranslator
from PySide6.QtWidgets import QApplication

import digitapp
from digitapp import reasons
from digitapp.gui.translation import Name, in_a_row, itemised, listed, said
from digitapp.gui.words.language import speak
from digitapp.resources import translations_dir

PACKAGE = Path(digitapp.__file__).parent
REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = sorted((PACKAGE / "gui").rglob("*.py"))
CORE = sorted(set(PACKAGE.rglob("*.py")) - set(SOURCES) - {PACKAGE / "reasons.py"})


class Call(NamedTuple):
    """A call of `self.tr`, `translate` or, in the core, `reasons.tr`; and the class it stands in, "" for none."""

    path: Path
    node: ast.Call
    owner: str

    @property
    def place(self) -> str:
        return place(self.path, self.node)

    @property
    def is_reason(self) -> bool:
        return ast.unparse(self.node.func) == "reasons.tr"

    @property
    def context(self) -> str:
        if self.is_reason:
            return "reasons"
        return self.owner if isinstance(self.node.func, ast.Attribute) else str(_literal(self.node.args[0]))

    @property
    def text(self) -> str | None:
        """Return the text, or None where it is no literal."""
        index = 0 if isinstance(self.node.func, ast.Attribute) else 1
        return _literal(self.node.args[index]) if len(self.node.args) > index else None

    @property
    def counts(self) -> bool:
        """Whether the text has plural forms."""
        return not self.is_reason and len(self.node.args) > (2 if isinstance(self.node.func, ast.Attribute) else 3)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def place(path: Path, node: ast.AST) -> str:
    """Return file, line and code, for whoever has to mend it."""
    return f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_tr(node: ast.AST) -> bool:
    """Whether this is the callable of `self.tr(…)`, `translate(…)` or `reasons.tr(…)`."""
    return (isinstance(node, ast.Attribute) and node.attr == "tr") or (
        isinstance(node, ast.Name) and node.id == "translate"
    )


def calls(path: Path) -> Iterator[Call]:
    """Yield the calls for texts in a file."""

    def walk(node: ast.AST, owner: str) -> Iterator[Call]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and is_tr(child.func):
                yield Call(path, child, owner)
            yield from walk(child, child.name if isinstance(child, ast.ClassDef) else owner)

    yield from walk(tree(path), "")


@cache
def all_calls() -> list[Call]:
    """Return the calls of the window; read when they are wanted first, for most test processes never do."""
    found = [call for path in SOURCES if path.name != "translation.py" for call in calls(path)]
    return found + [call for call in calls(PACKAGE / "gui" / "translation.py") if call.context == "Sentences"]


@cache
def reason_calls() -> list[Call]:
    """Return the calls of the core."""
    return [call for path in CORE for call in calls(path)]


@pytest.fixture(scope="module", autouse=True)
def _parsed() -> None:
    """Parse all sources at once, out of the collector's sight: it would look through millions of nodes test by test."""
    for path in SOURCES + CORE:
        tree(path)
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def found_by_the_tool(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bool]:
    """What `pyside6-lupdate` finds: context and text, and whether it has plural forms."""
    target = tmp_path_factory.mktemp("texts") / "all.ts"
    tool = shutil.which("pyside6-lupdate", path=str(Path(sys.executable).parent)) or "pyside6-lupdate"
    subprocess.run([tool, "-silent", *map(str, SOURCES + CORE), "-ts", str(target)], check=True)
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message.get("numerus") == "yes"
        for context in ElementTree.parse(target).iter("context")
        for message in context.iter("message")
    }


def test_the_translators_tool_finds_every_text_and_no_other(
    found_by_the_tool: dict[tuple[str, str], bool],
) -> None:
    wanted = {(call.context, str(call.text)): call.counts for call in all_calls() + reason_calls()}
    assert len(wanted) > 1000
    assert {text for text in found_by_the_tool.items() if text not in wanted.items()} == set()
    assert {text for text in wanted.items() if text not in found_by_the_tool.items()} == set()


def test_every_context_is_a_plain_name(found_by_the_tool: dict[tuple[str, str], bool]) -> None:
    assert {context for context, _ in found_by_the_tool if not context.isidentifier()} == set()


def test_a_text_is_a_literal() -> None:
    assert [call.place for call in all_calls() + reason_calls() if call.text is None] == []


def test_the_core_gives_reasons_with_a_literal_and_facts() -> None:
    """The tool would take a second literal for a remark to the translators."""
    assert [call.place for call in reason_calls() if not call.is_reason] == []
    second = [(call, fact) for call in reason_calls() for fact in call.node.args[1:2]]
    assert [call.place for call, fact in second if isinstance(fact, ast.JoinedStr | ast.Constant)] == []
    assert len(reason_calls()) > 30


def test_a_reason_is_english_and_knows_its_text_and_facts(qapp: QApplication) -> None:  # noqa: ARG001
    inner = reasons.tr("it has {0:,} strokes; expected at most {1}", 20_000, 5)
    outer = reasons.tr("image {0}: {1}", 3, inner)
    assert outer == "image 3: it has 20,000 strokes; expected at most 5"
    assert (outer.text, outer.facts) == ("image {0}: {1}", (3, inner))
    assert said(outer) == outer
    assert said("from elsewhere") == "from elsewhere"


def test_texts_are_asked_for_in_one_of_two_ways() -> None:
    """No alias, no other object's `tr`, no `QCoreApplication.translate`: the tool would not know the context."""
    called = {id(call.node.func) for call in all_calls()}
    odd = [
        place(path, node)
        for path in SOURCES
        if path.name != "translation.py"
        for node in ast.walk(tree(path))
        if (is_tr(node) and id(node) not in called)
        or (isinstance(node, ast.Attribute) and node.attr == "tr" and ast.unparse(node.value) != "self")
        or (isinstance(node, ast.Attribute) and node.attr == "translate" and "Application" in ast.unparse(node.value))
    ]
    assert odd == []


def test_only_objects_of_qt_have_a_tr_and_only_it_has_plural_forms() -> None:
    """A derived class does not find its base's plural forms: Qt fills in the number and takes that for a translation.

    And of `translate` the tool sees no plural forms.
    """
    for call in all_calls():
        if isinstance(call.node.func, ast.Attribute):
            owner = getattr(import_module(module_name(call.path)), call.owner)
            assert issubclass(owner, QObject), call.place
            assert not (call.counts and owner.__subclasses__()), f"{call.owner} has derived classes: {call.place}"
        else:
            assert len(call.node.args) == 2, call.place
        assert call.counts or ("%n" not in str(call.text) and "%Ln" not in str(call.text)), call.place


# What would make a text impossible to translate


# A text that is shown: the first argument of these, or every one.
SHOWS_FIRST = {
    *("setText", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setWindowTitle", "setTitle"),
    *("setPlaceholderText", "setStatusTip", "setItemText", "addMenu", "addSection", "set_tip", "set_title", "say"),
    *(
        "set_helper",
        "add_entry",
        "Label",
        "ElidedLabel",
        "SectionHeader",
        "PrimaryButton",
        "PlainButton",
        "GhostButton",
    ),
    *("LinkButton", "CheckBox", "Card", "FieldRow", "ReadoutRow", "show_error", "refuse_file"),
}
SHOWS_ALL = {"set_text", "set_note", "show_note", "Message", "EmptyState", "addAction", "drawText"}
SHOWN_BY_NAME = {"tip", "title", "name", "text"}
# Kinds and icons.
NOT_SHOWN = {"info", "warning", "error", "download", "pen", "image", "search", "hand", "why", "lab", "play", "runs"}
CHANGES = {"lower", "upper", "capitalize", "title", "casefold", "replace", "strip", "rstrip", "split", "partition"}


SEPARATORS_OF_MACHINES = (None, "", "-", ",", ";;", "\t", "\n")
JOINERS = {"in_a_row", "itemised"}  # of gui/translation.py
# Variables of the system, patterns of file names, a formula, sizes of layers.
NO_WORDS = {"open_application", "listen", "ask_open", "product", "show_hidden", "_show_architecture"}


def called(node: ast.AST) -> str:
    """Return the name of what a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


class Glue(ast.NodeVisitor):
    """Finds what is done to texts within one function."""

    def __init__(self) -> None:
        self.texts: set[str] = set()  # names of variables that hold texts
        self.found: list[ast.AST] = []

    def is_text(self, node: ast.AST | None) -> bool:
        """Whether an expression is a translated text, filled in or not."""
        if isinstance(node, ast.IfExp):
            return self.is_text(node.body) or self.is_text(node.orelse)
        if isinstance(node, ast.Name):
            return node.id in self.texts
        if isinstance(node, ast.Call):
            if is_tr(node.func):
                return True
            return called(node) == "format" and isinstance(node.func, ast.Attribute) and self.is_text(node.func.value)
        return False

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        if self.is_text(node.value):
            self.texts |= {target.id for target in node.targets if isinstance(target, ast.Name)}

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if self.is_text(node.value) or self.is_text(node.target):
            self.found.append(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mod) and (self.is_text(node.left) or self.is_text(node.right)):
            self.found.append(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.generic_visit(node)
        if any(isinstance(part, ast.FormattedValue) and self.is_text(part.value) for part in node.values):
            self.found.append(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        if any(self.is_text(part) for part in (node.left, *node.comparators)):
            self.found.append(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        if self.is_text(node.value):
            self.found.append(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.generic_visit(node)
        is_one = (
            isinstance(node.test, ast.Compare)
            and isinstance(node.test.ops[0], ast.Eq | ast.NotEq)
            and any(
                isinstance(part, ast.Constant) and part.value == 1 and type(part.value) is int
                for part in (node.test.left, *node.test.comparators)
            )
        )
        if is_one and self.is_text(node.body) and self.is_text(node.orelse):
            self.found.append(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in CHANGES and self.is_text(function.value):
                self.found.append(node)
            if function.attr == "join" and _literal(function.value) not in SEPARATORS_OF_MACHINES:
                self.found.append(node)


def test_no_text_is_glued_or_changed() -> None:
    found = []
    for path in SOURCES:
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef) and function.name not in NO_WORDS | JOINERS:
                glue = Glue()
                glue.visit(function)
                found += [place(path, node) for node in glue.found]
    assert sorted(set(found)) == []


def test_a_text_ends_with_no_space_and_has_no_article_or_sign_before_or_after_its_placeholder() -> None:
    """A space waits to be glued; "a {0}" may be "an 8", which `{0:a}` knows, and a share is written by `percent`."""
    odd = re.compile(r"^\s|\s$|\b[Aa]n? \{\d\}|\{\d\} %")
    assert [call.place for call in all_calls() if odd.search(str(call.text)) and call.text != "{0} %"] == []


def shown_literals(node: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call shows that no translator has seen: strings with letters."""
    name = called(node)
    shown = [word.value for word in node.keywords if word.arg in SHOWN_BY_NAME and name in SHOWS_FIRST | SHOWS_ALL]
    shown += node.args[:1] if name in SHOWS_FIRST else node.args if name in SHOWS_ALL else []
    for value in shown:
        pieces = value.values if isinstance(value, ast.JoinedStr) else [value]
        literals = [_literal(piece) or "" for piece in pieces]
        if any(any(map(str.isalpha, text)) and text not in NOT_SHOWN for text in literals):
            yield value


def test_nothing_is_shown_that_cannot_be_translated() -> None:
    found = [
        place(path, node)
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and any(shown_literals(node))
    ]
    assert found == []


def test_the_files_of_translations_are_up_to_date_and_complete() -> None:
    script = REPOSITORY / "scripts" / "translations.py"
    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_plural_forms_and_lists_are_english(qapp: QApplication) -> None:
    translator = qapp.findChildren(QTranslator)[0]
    assert translator.translate("EpochAxis", "%n epoch(s)", "", 1) == "%n epoch"
    assert translator.translate("EpochAxis", "%n epoch(s)", "", 2) == "%n epochs"
    assert [listed(names) for names in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]
    assert itemised(["A: 1", "B: 2"]) == "A: 1; B: 2"
    assert in_a_row("One.", "", "Two.") == "One. Two."
    assert "{0:A}, {0:a}, {1:A}, {1:a}, {1}".format(Name("3"), Name("8")) == "A 3, a 3, An 8, an 8, 8"


def test_a_language_that_is_not_there_is_an_error_and_changes_nothing(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        speak("xx")
    assert listed("ABC") == "A, B and C"
    assert len(qapp.findChildren(QTranslator)) == 1


def test_translations_are_shipped_with_the_package() -> None:
    assert translations_dir().parent == PACKAGE
    assert list(translations_dir().glob("*.qm"))
