"""Who may import whom, read from the sources; and that only the window loads Qt, seen in fresh processes."""

import ast
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import digitapp
from digitapp import cli

PACKAGE = Path(digitapp.__file__).parent
QT = {"PySide6", "shiboken6", "pyqtgraph"}

# "gui, cli → inspection, training, drawing, datasets, modelfile → nn"; the tools serve all but nn. Each part of the
# core knows those that stand before it.
TOOLS = {"__init__", "atomic", "cores", "locks", "plain", "processor", "progress", "reasons", "regular", "resources"}
CORE = (
    "nn",
    "drawing",
    "datasets",
    "calibration",
    "training",
    "modelfile",
    "recognition",
    "reading",
    "inspection",
    "lab",
    "exports",
    "runs",
    "kept",
)
MAY_IMPORT = {
    **{part: {*CORE[: index + 1], *TOOLS} for index, part in enumerate(CORE)},
    "nn": {"nn"},
    **dict.fromkeys(TOOLS, TOOLS),
    "system": TOOLS | {"nn"},
    "gui": {*CORE, *TOOLS, "gui", "system"},
    "cli": {*CORE, *TOOLS, "cli", "system"},
    "__main__": {"cli"},
}

# The floors of the window, from the lowest: a folder of digitapp/gui or a module in it, and what it may import besides
# itself. "window → pages → diagram, canvas, plots → words → widgets → theme, icons, …", and all may know the state.
LOOKS = {"clipboard", "theme", "stylesheet", "icons", "images", "pictures", "settings", "display", "translation"}
SHOWING = {*LOOKS, "causes", "names", "state", "widgets", "words"}
FLOORS: dict[str, set[str]] = {
    "__init__": {"garbage", "overrides"},
    "garbage": set(),
    "overrides": set(),
    **dict.fromkeys(LOOKS, LOOKS),
    "names": {"translation"},
    "causes": {"translation"},
    "state": {"causes", "names", "translation"},
    "widgets": {*LOOKS, "names", "state"},
    "words": {*LOOKS, "causes", "state", "widgets"},
    "canvas": SHOWING,
    "diagram": SHOWING,
    "plots": SHOWING,
    "pages": SHOWING | {"canvas", "diagram", "plots"},
    "window": SHOWING | {"pages"},
    "app": SHOWING | {"garbage", "window"},
}


def modules() -> dict[str, Path]:
    """Return the file of each module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts)] = path
    return found


MODULES = modules()


@cache
def imported(name: str) -> frozenset[str]:
    """Return the dotted names a module imports, at its top, for its types, or inside its functions."""
    path, names = MODULES[name], set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


@cache
def known(name: str) -> frozenset[str]:
    """Return the modules of the package that a module imports."""
    return frozenset(module_of(target) for target in imported(name) if target.split(".")[0] == "digitapp")


def module_of(target: str) -> str:
    """Return the module that is meant by an imported name: the name itself, or where it is taken from."""
    for candidate in (target, f"{target}.__init__", target.rpartition(".")[0], f"{target.rpartition('.')[0]}.__init__"):
        if candidate in MODULES:
            return candidate
    raise AssertionError(f"{target} is imported and is nowhere")


def part_of(name: str) -> str:
    """Return the part of the package that a module belongs to: "nn", "gui", "modelfile", ..."""
    return name.split(".")[1]


def floor_of(name: str) -> str:
    """Return the floor of the window that a module of it belongs to: "state", "widgets", "theme", ..."""
    return name.split(".")[2]


def page_of(name: str) -> str | None:
    """Return the page that a module belongs to, None for what all pages share."""
    parts = name.split(".")
    return parts[3] if parts[2] == "pages" and len(parts) > 4 else None


def parts_of(names: list[str] | frozenset[str]) -> set[str]:
    return {part_of(name) for name in names}


def found_in(names: list[str], is_wrong: Callable[[str], bool]) -> list[str]:
    """Return which of the modules import what is wrong, in a sentence each."""
    return [f"{name} imports {target}" for name in names for target in imported(name) if is_wrong(target)]


GUI = [name for name in MODULES if part_of(name) == "gui"]


def test_every_part_of_the_rules_exists_and_has_its_rule() -> None:
    assert parts_of(list(MODULES)) == set(MAY_IMPORT)
    assert {floor_of(name) for name in GUI} == set(FLOORS)
    for rules in (MAY_IMPORT, FLOORS):
        assert {part for allowed in rules.values() for part in allowed} <= set(rules)
    assert len({page_of(name) for name in GUI}) > 6


def test_imports_go_down_only() -> None:
    found = []
    for name in MODULES:
        used = parts_of(known(name))
        if name == "digitapp.cli.gui":
            used -= {"gui"}  # the door to the window
        found += [f"{name} imports {part}" for part in used - MAY_IMPORT[part_of(name)]]
    assert found == []


def test_in_the_window_imports_go_down_only() -> None:
    found = []
    for name in GUI:
        floor, page = floor_of(name), page_of(name)
        for target in (target for target in known(name) if part_of(target) == "gui"):
            is_below = floor_of(target) in FLOORS[floor] | {floor}
            # A page knows what all pages share, and nobody knows a single page.
            if not is_below or page_of(target) not in (None, page):
                found.append(f"{name} imports {target}")
    assert found == []


def test_the_state_knows_no_widget() -> None:
    state = [name for name in GUI if floor_of(name) == "state"]
    assert len(state) > 20
    assert found_in(state, lambda target: target.startswith(("PySide6.QtWidgets", "pyqtgraph"))) == []


def test_no_import_leads_back_to_itself() -> None:
    """Not even one inside a function or for types alone: two modules that need each other are one, or want a third."""
    try:
        TopologicalSorter({name: known(name) - {name} for name in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_qt_is_imported_by_the_window_alone() -> None:
    core = [name for name in MODULES if part_of(name) != "gui"]
    assert found_in(core, lambda target: target.split(".")[0] in QT) == []


def test_the_mathematics_needs_numpy_alone() -> None:
    mathematics = [name for name in MODULES if part_of(name) == "nn"]
    needed = {*sys.stdlib_module_names, "numpy", "digitapp"}
    assert len(mathematics) > 10
    assert found_in(mathematics, lambda target: target.split(".")[0] not in needed) == []


def modules_after(code: str) -> set[str]:
    """Return the roots of all modules that are loaded after `code` ran in a fresh process."""
    code = f"import sys\n{code}\nsys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(result.stderr.splitlines()[-1].split())


def run_verb(*arguments: str) -> str:
    """Return code that runs a verb in the process, whatever becomes of it."""
    return f"from digitapp.cli import app\ntry: app({list(arguments)!r})\nexcept SystemExit: pass"


def test_the_library_never_loads_qt() -> None:
    names = [name for name in MODULES if part_of(name) not in ("gui", "__main__")]
    assert len(names) > 20
    assert not modules_after("\n".join(f"import {name.removesuffix('.__init__')}" for name in names)) & QT


VERBS = [
    ("train", "--dataset", "toy", "--epochs", "2", "--out", "model.safetensors"),
    ("evaluate", "toy", "--dataset", "toy"),
    ("classify", "no-such-file.png"),
    ("features", "toy", "--out", "units.png"),
    ("explain", "mnist", "no-such-file.png"),
    ("info", "toy"),
    ("export", "toy", "--to", "toy.xlsx", "--steps", "1"),
    ("info", "--system"),
    ("runs", "list"),
    ("range-test", "--dataset", "toy", "--seeds", "1", "--steps", "100"),
    ("tale", "--seeds", "2", "--epochs", "2"),
    ("search", "--study", "s", "--dataset", "toy", "--epochs", "1", "--trials", "1", "--fresh-seeds", "1"),
    ("data", "list"),
    ("gui", "--help"),
]


def test_no_verb_but_gui_loads_qt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in one process, for what one of them has loaded stays."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE.parent))
    assert {verb for verb, *_ in VERBS} == set(cli.VERBS)
    assert not modules_after("\n".join(run_verb(*arguments) for arguments in VERBS)) & QT


def test_what_writes_and_reads_workbooks_is_loaded_when_it_is_wanted() -> None:
    code = "import digitapp.gui.app, digitapp.gui.window.registry, digitapp.gui.pages.step.export"
    assert not modules_after(code) & {"xlsxwriter", "openpyxl"}


def test_help_loads_nothing_heavy() -> None:
    heavy = QT | {"numpy", "PIL", "safetensors", "rich", "xlsxwriter", "openpyxl"}
    assert not modules_after(run_verb("--help")) & heavy
