"""Two processes collect digits into one file at once, and every digit that was acknowledged must be in it.

    python benchmarks/two_processes.py [--saves 2000]

Each process adds one digit after the other and has each written before the next. Prints how many were acknowledged, how
many are missing from the file afterwards, which must be none, and the median and the longest time of a save.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from digitapp.datasets.collection import Sample, read_collection
from digitapp.datasets.collection_file import CollectionFile
from digitapp.drawing.ink import Drawing


def digit(process: int, number: int) -> Sample:
    """Return a digit that is no other."""
    points = np.random.default_rng([process, number]).random((12, 2))
    return Sample(Drawing.from_points([points]), number % 10)


def collect(path: Path, process: int, saves: int) -> None:
    """Add digits as a window does, and print the time of each save."""
    file = CollectionFile(path)
    collection = file.load().collection
    seen = {sample.identity for sample in collection.samples}
    for number in range(saves):
        began = time.perf_counter()
        collection = collection.extended([digit(process, number)])
        seen |= {collection.samples[-1].identity}
        merged = file.save(collection, seen)
        collection = merged.collection
        seen |= {sample.identity for sample in merged.joined}
        print(time.perf_counter() - began, flush=True)


def main() -> None:
    """Run two processes, and count."""
    parser = argparse.ArgumentParser(description="Two processes save digits at once.")
    parser.add_argument("--saves", type=int, default=2000)
    parser.add_argument("--collect", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.collect:
        collect(Path(arguments.collect[0]), int(arguments.collect[1]), arguments.saves)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "my-hand.json"
        command = [sys.executable, __file__, "--saves", str(arguments.saves), "--collect", str(path)]
        began = time.perf_counter()
        processes = [subprocess.Popen([*command, str(each)], stdout=subprocess.PIPE, text=True) for each in range(2)]
        lines = [process.communicate()[0].split() for process in processes]
        found = {sample.identity for sample in read_collection(path).samples} if path.is_file() else set()
        wanted = {digit(each, number).identity for each in range(2) for number in range(len(lines[each]))}
        others = [other.name for other in Path(folder).iterdir() if other.is_file() and other != path]
    seconds = [float(line) for each in lines for line in each]
    print(f"acknowledged {len(wanted):,} digits of two processes in {time.perf_counter() - began:.0f} s")
    print(f"missing from the file: {len(wanted - found)}; files set aside: {len(others)}")
    print(f"a save took {statistics.median(seconds) * 1000:.0f} ms in the middle, {max(seconds) * 1000:.0f} ms at most")
    sys.exit(1 if wanted - found else 0)


if __name__ == "__main__":
    main()
