"""Who may import whom, read from the sources; and that only the window loads Qt, seen in fresh processes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import digitapp

PACKAGE = Path(digitapp.__file__).parent
QT = {"PySide6", "shiboken6", "pyqtgraph"}

# "gui, cli → inspection, training, drawing, datasets, modelfile → nn"; the tools serve all but nn. Each part of the
# core knows those that stand before it.
TOOLS = {"__init__", "atomic", "progress", "resources"}
CORE = ("nn", "drawing", "datasets", "calibration", "training", "modelfile", "recognition", "inspection", "runs")
MAY_IMPORT = {
    **{part: {*CORE[: index + 1], *TOOLS} for index, part in enumerate(CORE)},
    "nn": {"nn"},
    **dict.fromkeys(TOOLS, TOOLS),
    "system": TOOLS | {"nn"},
    "gui": {*CORE, *TOOLS, "gui", "system"},
    "cli": {*CORE, *TOOLS, "cli", "system"},
    "__main__": {"cli"},
}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of each module of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts), path


def imported(path: Path) -> set[str]:
    """Return the dotted names a module imports, at its top or inside its functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part_of(name: str) -> str:
    """Return the part of the package that a dotted name belongs to: "nn", "gui", "modelfile", ..."""
    second = name.split(".")[1]
    return second if (PACKAGE / second).is_dir() or (PACKAGE / f"{second}.py").is_file() else "__init__"


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_only(name: str) -> None:
    part = part_of(name)
    used = {part_of(target) for target in imported(MODULES[name]) if target.startswith("digitapp.")}
    if name == "digitapp.cli.gui":
        used -= {"gui"}  # the door to the window
    assert used <= MAY_IMPORT[part], f"{name} imports {used - MAY_IMPORT[part]}"


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) != "gui"])
def test_qt_is_imported_by_the_window_alone(name: str) -> None:
    assert not {target.split(".")[0] for target in imported(MODULES[name])} & QT


@pytest.mark.parametrize("name", [name for name in MODULES if part_of(name) == "nn"])
def test_the_mathematics_needs_numpy_alone(name: str) -> None:
    roots = {target.split(".")[0] for target in imported(MODULES[name])}
    assert roots - set(sys.stdlib_module_names) <= {"numpy", "digitapp"}


def test_the_session_knows_no_page() -> None:
    assert not {
        name for name in imported(MODULES["digitapp.gui.state.session"]) if name.startswith("digitapp.gui.pages")
    }


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


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--dataset", "toy", "--epochs", "2", "--out", "model.safetensors"),
        ("evaluate", "toy", "--dataset", "toy"),
        ("classify", "no-such-file.png"),
        ("features", "toy", "--out", "units.png"),
        ("explain", "mnist", "no-such-file.png"),
        ("info", "toy"),
        ("info", "--system"),
        ("data", "list"),
        ("gui", "--help"),
    ],
    ids=" ".join,
)
def test_no_verb_but_gui_loads_qt(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE.parent))
    assert not modules_after(run_verb(*arguments)) & QT


def test_help_loads_nothing_heavy() -> None:
    heavy = QT | {"numpy", "PIL", "safetensors", "rich"}
    assert not modules_after(run_verb("--help")) & heavy
