#!/usr/bin/env python3
"""Set up what is missing, then open digitapp or run its tests.

    python3 run.py            open the application
    python3 run.py ARGS       the same as `digitapp ARGS`, for example `python3 run.py classify photo.png`
    python3 run.py test       run the tests in up to four processes; further words go to pytest

Needs Python 3.11 or newer and nothing else. Everything is installed into the folder `.venv` beside this file;
where the Python or the libraries of a Debian system lack a part that only its package manager can add, root gets
it installed and everybody else is told the one command.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent
ENVIRONMENT = HOME / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
PROCESSES = min(4, (os.cpu_count() or 1) + 1)  # one more than there are cores: now and then a test waits
SIDE_BY_SIDE = (f"--numprocesses={PROCESSES}", "--dist=worksteal")
VENV_PACKAGES = ("python3-venv",)
QT_PACKAGES = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "fonts-dejavu-core",
)
# Qt opens its X11 plugin late and aborts where one of its libraries is missing: it is opened here first.
QT_PROBE = """
import ctypes, pathlib, sys
import PySide6
from PySide6 import QtGui, QtSvg, QtWidgets
if sys.platform == "linux":
    ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"))
"""


def main(arguments: list[str]) -> int:
    """Run one command of the project inside its own environment and return its exit code."""
    if sys.version_info < OLDEST:
        return stop(f"digitapp needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    testing = arguments[:1] == ["test"]
    try:
        prepare(with_tests=testing)
    except subprocess.CalledProcessError as error:
        return stop(f"Setting up stopped: {' '.join(map(str, error.cmd))} ended with code {error.returncode}.")
    except MissingPackages as error:
        command = f"sudo apt-get install {' '.join(error.packages)}"
        return stop(f"This system lacks {error.what}. Install it with:\n  {command}")
    command = ["-m", "pytest", *SIDE_BY_SIDE, *arguments[1:]] if testing else ["-m", "digitapp", *arguments]
    os.chdir(HOME if testing else Path.cwd())
    return subprocess.call([PYTHON, *command])


class MissingPackages(Exception):
    """Something that only the system's package manager can add."""

    def __init__(self, what: str, packages: tuple[str, ...]) -> None:
        super().__init__(what)
        self.what = what
        self.packages = packages


def prepare(with_tests: bool) -> None:
    """Bring the environment up to date; do nothing where it already is."""
    stamp = ENVIRONMENT / f"ready-{'tests' if with_tests else 'application'}"
    wanted = hashlib.sha256((HOME / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Setting up digitapp in .venv: a minute or two, once.")
    if not works(PYTHON, "import pip"):
        create_environment()
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.check_call([*pip, "--upgrade", "pip"])  # dependency groups need pip 25.1
    subprocess.check_call(
        [*pip, "--editable", str(HOME), *(["--group", f"{HOME / 'pyproject.toml'}:dev"] * with_tests)]
    )
    if not works(PYTHON, QT_PROBE):
        install_system_packages("libraries that Qt needs to open a window", QT_PACKAGES)
        subprocess.check_call([PYTHON, "-c", QT_PROBE])
    stamp.write_text(wanted)


def create_environment() -> None:
    """Make `.venv` with pip in it, also where Debian has split parts of Python off into packages of their own."""
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    this_python = Path(sys.executable)
    if not works(this_python, "import ensurepip") and works(this_python, "import pip"):
        venv.create(ENVIRONMENT)
        subprocess.check_call([this_python, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"])
        return
    if not works(this_python, "import ensurepip"):
        install_system_packages("the part of Python that makes environments", VENV_PACKAGES)
    venv.create(ENVIRONMENT, with_pip=True)


def install_system_packages(what: str, packages: tuple[str, ...]) -> None:
    """Install Debian packages as root; raise MissingPackages for everybody else."""
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise MissingPackages(what, packages)
    say(f"Installing {what}: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.check_call(["apt-get", "-qq", "update"], env=quiet)
    subprocess.check_call(
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages], env=quiet, stdout=subprocess.DEVNULL
    )


def works(python: Path, statement: str) -> bool:
    """Return whether a Python runs a statement without an error."""
    if not python.exists():
        return False
    return subprocess.run([python, "-c", statement], capture_output=True, check=False).returncode == 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> int:
    say(text)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
