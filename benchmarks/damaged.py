"""Damaged files at every reader that the program has: read, or refused in one sentence; never anything else.

    python benchmarks/damaged.py [--inputs 1000] [--first 0] [--minutes 60] [--only NAME ...]

Each reader gets so many damaged contents, each always the same for the same number; several share a process, and one
that ends badly, takes all the memory or hangs is counted and gone past. Prints a line for each reader, and each kind
of trouble once. Goal: none, and 10^6 inputs over time.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
MEMORY = Path("/dev/shm")
"""Where the files lie: a disk would be slower, and nothing here is about disks."""
HANGS_AFTER_S, WAITS_AT_MOST_S = 30.0, 900.0
SLOW_S = 3.0
"""All but the longest wait in seconds of the processor: other programs may leave little of it to this one."""
MOST_BYTES = 6 << 30  # that a process may take
ROOM_FOR_ONE = 400  # MiB by which one content may raise the peak of memory
LONGEST_SENTENCE = 240  # characters, beside the path
_PROGRESS = struct.Struct("<qdd")  # which number is being read, and since when: of the processor, and of the clock


@dataclass
class Tally:
    """What has become of a reader's contents."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    peak: int = 0
    troubles: list[dict[str, Any]] = field(default_factory=list)


# In the process that reads


class Worker:
    """Reads a row of contents, and writes down before each which one it is."""

    def __init__(self, name: str, folder: Path) -> None:
        from damaged_readers import READERS

        self._reader, self._name, self._folder = READERS[name], name, folder
        self._tally = Tally()
        self._progress = (folder / "progress").open("wb", buffering=0)
        made = folder / "sound"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        self._sound = self._reader.make(made)
        self._made = made

    def work(self, first: int, last: int) -> None:
        """Read the contents of these numbers, and write the tally into a file after some of them."""
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        self._tally.peak = _peak()
        for number in range(first, last):
            self._progress.seek(0)
            self._progress.write(_PROGRESS.pack(number, time.process_time(), time.time()))
            self._read(number)
            if number % 100 == 99:
                self._write()
        self._write()

    def _read(self, number: int) -> None:
        from mutations import damaged

        rng = random.Random(f"{self._name} {number}")
        content = damaged(self._sound, rng, self._reader.mend)
        place = self._made if self._name == "kept databases" else self._folder / "one"
        place.mkdir(exist_ok=True)
        began = time.process_time()
        try:
            self._reader.take(content, place, rng)
            self._tally.accepted += 1
        except self._reader.refusals as error:
            self._tally.refused += 1
            self._judge(str(error), place, number)
        except Exception as error:  # noqa: BLE001 - whatever comes is what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "digitapp" in frame.filename] or frames
            where = f"{type(error).__name__} in {Path(ours[-1].filename).name}:{ours[-1].lineno}"
            self._trouble(where, number, "".join(traceback.format_exception(error))[-3000:])
        took = time.process_time() - began
        self._tally.inputs += 1
        self._tally.seconds += took
        self._tally.slowest = max(self._tally.slowest, took)
        if took > SLOW_S:
            self._trouble("it takes long", number, f"{took:.1f} s")
        peak = _peak()
        if peak - self._tally.peak > ROOM_FOR_ONE:
            self._trouble("it takes much memory", number, f"{peak - self._tally.peak} MiB")
        self._tally.peak = max(peak, self._tally.peak)
        for path in place.iterdir():
            if path.is_file():
                path.unlink()

    def _judge(self, sentence: str, place: Path, number: int) -> None:
        said = sentence.replace(str(place), "")
        if len(said) > LONGEST_SENTENCE:
            self._trouble("the sentence is too long", number, said[:600])
        if any(c < " " or c in "\x7f\x9b\u202e\u2028" or "\ud800" <= c <= "\udfff" for c in said):
            self._trouble("the sentence is not tame", number, repr(said))

    def _trouble(self, what: str, number: int, text: str) -> None:
        self._tally.troubles.append({"what": what, "number": number, "text": text})

    def _write(self) -> None:
        (self._folder / "tally.json").write_text(json.dumps(vars(self._tally)))


def _peak() -> int:
    """Return the most memory that this process has taken so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


# In the process that watches


def run_reader(name: str, first: int, last: int, until: float) -> Tally:
    """Have a reader read, in as many processes as it takes."""
    whole, at = Tally(), first
    with tempfile.TemporaryDirectory(prefix="damaged-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        while at < last and time.time() < until:
            at = _run_worker(whole, name, at, min(last, at + 5000), Path(folder), until)
    return whole


def _run_worker(whole: Tally, name: str, first: int, last: int, folder: Path, until: float) -> int:
    """Run one process until it is done, ends badly, hangs, or the time is over; return the number to go on with."""
    for old in ("progress", "tally.json"):
        (folder / old).unlink(missing_ok=True)
    command = [sys.executable, str(HERE), "--worker", name, "--first", str(first), "--last", str(last)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--folder", str(folder)], env=environment, stdout=log, stderr=log)
        number, end = _watch(process, folder, until)
    for_text = (folder / "log").read_text(errors="replace")[-2000:]
    tally = json.loads((folder / "tally.json").read_text()) if (folder / "tally.json").exists() else vars(Tally())
    _add(whole, tally)
    if end in ("done", "time is over"):
        return last if end == "done" else sys.maxsize
    whole.troubles.append({"what": end, "number": number, "text": for_text})
    return max(number, first) + 1


def _watch(process: subprocess.Popen[bytes], folder: Path, until: float) -> tuple[int, str]:
    """Wait for a process; return the number that it was at, and how it ended."""
    number = -1
    while True:
        try:
            code = process.wait(0.5)
        except subprocess.TimeoutExpired:
            code = None
        number, since, at = _progress_of(folder)
        if code is not None:
            return number, "done" if code == 0 else f"the process ended with {code}"
        used, waited = _processor_time(process.pid) - since, time.time() - at
        hangs = number >= 0 and (used > HANGS_AFTER_S or waited > WAITS_AT_MOST_S)
        if hangs or time.time() > until:
            process.kill()
            process.wait()
            return number, "it hangs" if hangs else "time is over"


def _progress_of(folder: Path) -> tuple[int, float, float]:
    try:
        number, since, at = _PROGRESS.unpack((folder / "progress").read_bytes())
    except (OSError, struct.error):
        return -1, 0.0, time.time()
    return number, since, at


def _processor_time(process: int) -> float:
    """Return the seconds of the processor that another process has used; 0 where that is not known."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _add(whole: Tally, part: dict[str, Any]) -> None:
    for name in ("inputs", "accepted", "refused", "seconds"):
        setattr(whole, name, getattr(whole, name) + part[name])
    whole.slowest, whole.peak = max(whole.slowest, part["slowest"]), max(whole.peak, part["peak"])
    whole.troubles += part["troubles"]


def main() -> None:
    """Run all readers, or play the part of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000, help="of each reader")
    parser.add_argument("--first", type=int, default=0, help="the first number")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", nargs="+", help="names of readers")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--last", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        faulthandler.enable()
        Worker(options.worker, options.folder).work(options.first, options.last)
        return
    from damaged_readers import READERS

    until, tallies = time.time() + 60 * options.minutes, {}
    print(
        f"{'reader':16} {'inputs':>9} {'read':>8} {'refused':>8} {'a second':>9} {'slowest':>8} {'peak':>8}  troubles"
    )
    for name in options.only or READERS:
        tallies[name] = tally = run_reader(name, options.first, options.first + options.inputs, until)
        rate = tally.inputs / max(tally.seconds, 1e-9)
        print(
            f"{name:16} {tally.inputs:9,} {tally.accepted:8,} {tally.refused:8,} {rate:9,.0f} "
            f"{tally.slowest:6.2f} s {tally.peak:4} MiB  {len(tally.troubles)}",
            flush=True,
        )
    print(f"{sum(tally.inputs for tally in tallies.values()):,} inputs")
    report(tallies)


def report(tallies: dict[str, Tally]) -> None:
    """Print each kind of trouble once."""
    for name, tally in tallies.items():
        kinds = Counter(trouble["what"] for trouble in tally.troubles)
        for what, times in kinds.items():
            met = next(trouble for trouble in tally.troubles if trouble["what"] == what)
            print(f"\n{name}: {what}, {times} times, first of number {met['number']}\n{met['text']}")


if __name__ == "__main__":
    main()
