"""What the program runs on: versions, the linear algebra library, the processor, and its directories."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from threadpoolctl import threadpool_info

from digitapp import __version__
from digitapp.cores import available_cores
from digitapp.processor import processor_name
from digitapp.resources import data_dirs, shipped_data_dir, shipped_models_dir

PACKAGES = ("numpy", "PySide6-Essentials", "pyqtgraph", "Pillow", "safetensors", "XlsxWriter", "openpyxl", "typer")
AVX2_KERNELS = frozenset({"haswell", "zen"})
"""OpenBLAS's names of its kernels for processors with AVX2 but without AVX-512."""


@dataclass(frozen=True)
class Blas:
    """The library that NumPy multiplies matrices with.

    Attributes
    ----------
    library : "openblas", "mkl", ...; "unknown" where it does not say
    version : its version
    kernels : for which processor its routines were chosen, such as "SkylakeX"
    threads : how many it uses unless told otherwise
    """

    library: str
    version: str | None
    kernels: str | None
    threads: int | None


@dataclass(frozen=True)
class Cpu:
    """The processor: its name, the cores this process may use, and whether it has AVX-512."""

    name: str
    cores: int
    avx512: bool


@dataclass(frozen=True)
class SystemFacts:
    """Everything `digitapp info --system` shows; `notes` are remarks that call for action."""

    versions: dict[str, str]
    blas: Blas
    cpu: Cpu
    directories: dict[str, str]
    notes: tuple[str, ...]


def system_facts() -> SystemFacts:
    """Return the facts about this process and machine."""
    blas, cpu = blas_facts(), cpu_facts()
    slow = blas_note(blas, cpu, os.environ)
    return SystemFacts(
        versions={"digitapp": __version__, "Python": platform.python_version()}
        | {name: _version(name) for name in PACKAGES}
        | {"system": platform.platform()},
        blas=blas,
        cpu=cpu,
        directories={
            "data": ", ".join(map(str, data_dirs())),
            "shipped_models": str(shipped_models_dir()),
            "shipped_data": str(shipped_data_dir()),
        },
        notes=() if slow is None else (slow,),
    )


def blas_facts() -> Blas:
    """Return what threadpoolctl finds out about NumPy's BLAS."""
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    if not libraries:  # Apple's Accelerate, for one, does not say
        return Blas("unknown", None, None, None)
    found = libraries[0]
    return Blas(found["internal_api"], found.get("version"), found.get("architecture"), found.get("num_threads"))


def cpu_facts() -> Cpu:
    """Return what NumPy and the operating system know about the processor."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]  # type: ignore[index]
    features = {*extensions.get("baseline", ()), *extensions.get("found", ())}
    # From NumPy 2.4 on the level X86_V4 stands for the AVX-512 of Skylake servers.
    avx512 = any(feature == "X86_V4" or feature.startswith("AVX512") for feature in features)
    return Cpu(processor_name(), available_cores(), avx512)


def blas_note(blas: Blas, cpu: Cpu, environment: Mapping[str, str]) -> str | None:
    """Return a remark when OpenBLAS leaves half of the processor unused, else None."""
    if not cpu.avx512 or blas.library != "openblas" or (blas.kernels or "").lower() not in AVX2_KERNELS:
        return None
    remark = f"this CPU has AVX-512, but OpenBLAS runs its AVX2 kernels ({blas.kernels})"
    chosen = environment.get("OPENBLAS_CORETYPE")
    if chosen:
        return f"{remark}, because OPENBLAS_CORETYPE={chosen} is set; training is faster without it"
    return f"{remark}; training would be faster with a NumPy whose OpenBLAS knows this CPU"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
