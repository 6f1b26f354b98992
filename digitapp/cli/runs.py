"""``digitapp runs``: what was trained, in the window and on the command line, listed and honestly compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitapp import resources
from digitapp.cli.errors import BadInput
from digitapp.cli.output import DataDirOption, JsonOption, check_can_write, note, percent, print_json, print_table, say
from digitapp.plain import plain

if TYPE_CHECKING:
    from digitapp.kept.experiments import Experiment
    from digitapp.kept.final import Final
    from digitapp.kept.register import RunLine
    from digitapp.kept.store import Store

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="List, compare, export or delete what was trained.")

RunsArgument = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Names of experiments, or beginnings of runs' ids.")
]
_LEAST_ID = 4  # characters of an id
_MOST_TOLD = 5  # interrupted runs


@app.command("list", epilog="Example: digitapp runs list")
def list_command(json: JsonOption = False) -> None:
    """List every run, the newest first."""
    from digitapp.kept.limits import disk_use

    with _store() as store:
        lines, use = _lines(store), disk_use(store)
    if json:
        print_json({"runs": [_as_json(line) for line in lines], "disk": {"bytes": use.taken, "limit": use.limit}})
        return
    if not lines:
        say("There are no runs yet: what `digitapp train` and the window train is listed here.")
        return
    from digitapp.kept.tables import COLUMNS, cells_of

    rows = [(*cells_of(line)[:4], *cells_of(line)[5:], _accuracy(line)) for line in lines]
    titles = (*COLUMNS[:4], *COLUMNS[5:], "validation")
    print_table([titles, *rows], right=frozenset({7, 8, 9, 10}))
    for told in list(filter(None, map(_how_to_go_on, lines)))[:_MOST_TOLD]:
        say(told)
    say(f"{_count(len(lines))}, {size_text(use.taken)} of at most {size_text(use.limit)}")


@app.command("show", epilog="Example: digitapp runs show 3f2a91c0")
def show_command(runs: RunsArgument, json: JsonOption = False) -> None:
    """Show all that is known of runs: settings, how far they came, how good they are on validation."""
    with _store() as store:
        lines = [line for text in runs for line in _meant(_lines(store), text)]
    if json:
        print_json({"runs": [_as_json(line) for line in lines]})
        return
    for line in lines:
        print_table([(f"  {name}", str(value)) for name, value in _as_json(line).items() if name != "config"])
        print_table([(f"    {name}", str(value)) for name, value in line.config.items()])
        if (told := _how_to_go_on(line)) is not None:
            say(told)


@app.command("compare", epilog="Example: digitapp runs compare adam sgd")
def compare_command(
    runs: RunsArgument,
    by: Annotated[str, typer.Option("--by", metavar="WHAT", help="accuracy or loss, on validation.")] = "accuracy",
    test: Annotated[
        bool, typer.Option("--test", help="Show the test figure as well: once, last, when all is chosen.")
    ] = False,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Say which of several experiments is better, by how much, and how sure that is.

    Runs with the same seeds are compared in pairs, each with its best epoch. Only validation counts: test images choose
    nothing.
    """
    if by not in ("accuracy", "loss"):
        raise BadInput(f"--by {by}: expected accuracy or loss")
    if len(runs) < 2 or len(set(runs)) < len(runs):
        raise BadInput("two different experiments or runs are needed to compare")
    from digitapp.cli.comparing import as_json, check_comparable, finals_as_json, tell, tell_finals
    from digitapp.kept.comparing import compare_experiments
    from digitapp.kept.experiments import Experiment, Measure
    from digitapp.kept.readings import read_readings

    with _store() as store:
        experiments = [Experiment(text, tuple(_meant(_lines(store), text))) for text in runs]
        check_comparable(experiments, Measure(by))
        found = compare_experiments(
            experiments, Measure(by), lambda line: read_readings(store, line.key), each_with_each=True
        )
    finals, asked = _finals(experiments, data_dir) if test else ({}, 0)
    if json:
        print_json(as_json(found) | ({"test": finals_as_json(finals)} if test else {}))
        return
    tell(found)
    if test:
        tell_finals(finals, asked)


@app.command("export", epilog="Example: digitapp runs export adam sgd --out runs.csv")
def export_command(
    runs: RunsArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="The table (.csv), or runs to import elsewhere (.json).", show_default=False
        ),
    ] = None,
    curves: Annotated[
        bool, typer.Option("--curves", help="A line for each epoch instead of one for each run.")
    ] = False,
    tensorboard: Annotated[
        Path | None,
        typer.Option("--tensorboard", metavar="DIR", help="Event files for TensorBoard, a folder for each run."),
    ] = None,
) -> None:
    """Write runs as a table (CSV), for another computer (JSON), or for TensorBoard."""
    from digitapp.cli.run_files import write_tensorboard
    from digitapp.kept.interchange import runs_as_json
    from digitapp.kept.tables import curves_of, table_of

    if out is None and tensorboard is None:
        raise BadInput("where to write is missing; expected --out FILE, or --tensorboard DIR")
    if curves and out is None:
        raise BadInput("--curves: is about the table; expected --out FILE as well")
    if out is not None:
        check_can_write(out)
    with _store() as store:
        lines = [line for text in runs for line in _meant(_lines(store), text)]
        if tensorboard is not None:
            write_tensorboard(store, lines, tensorboard)
            say(f"Wrote {tensorboard} ({_count(len(lines))}); to see it: tensorboard --logdir {tensorboard}")
        if curves:
            text, damaged = curves_of(store, lines)
            for line in damaged:
                note(f"{line.short}: its curves are damaged and left out")
        elif out is not None and out.suffix == ".json":
            text = runs_as_json(store, [line.key for line in lines])
        else:
            text = table_of(lines)
    if out is not None:
        _write_table(out, text)
        say(f"Wrote {out} ({_count(len(lines))})")


def _write_table(out: Path, text: str) -> None:
    from digitapp.atomic import atomic_write_text

    try:
        atomic_write_text(out, text)
    except OSError as error:
        raise BadInput(f"--out {out}: cannot be written: {error.strerror or error}") from error


@app.command("import", epilog="Example: digitapp runs import runs.json")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Runs that were exported as .json elsewhere.")],
    json: JsonOption = False,
) -> None:
    """List runs of another computer beside those of this one. Their weights are not in the file."""
    from digitapp.kept.interchange import RunsFileError, import_runs, read_runs_file

    try:
        runs = read_runs_file(file)
    except RunsFileError as error:
        raise BadInput(f"{file}: {error.reason}; expected a file of digitapp runs export --out FILE.json") from error
    except OSError as error:
        raise BadInput(f"{file}: cannot be read: {error.strerror or error}") from error
    with _store() as store:
        found = import_runs(store, runs)
    if json:
        print_json({"new": found.new, "known": found.known, "damaged": found.damaged})
        return
    say(f"{_count(found.new)} imported, {found.known} here already, {found.damaged} damaged and left out")


@app.command("delete", epilog="Example: digitapp runs delete 3f2a91c0")
def delete_command(runs: RunsArgument, json: JsonOption = False) -> None:
    """Delete runs. For a month `digitapp runs restore` brings them back."""
    from digitapp.kept.register import delete_runs

    with _store(writing=True) as store:
        lines = [line for text in runs for line in _meant(_lines(store), text)]
        with store.transaction():
            delete_runs(store, [line.key for line in lines])
    _tell_of("deleted", lines, json)


@app.command("limit", epilog="Example: digitapp runs limit 2GB")
def limit_command(
    size: Annotated[
        str | None, typer.Argument(metavar="[SIZE]", help="Such as 500MB or 2GB; without it the limit is told.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say or set how much room the runs may take.

    Where they take more, weights and moments of the oldest runs go, but not of those that are marked. Every run keeps
    its line, its settings and its curves.
    """
    from digitapp.kept.limits import disk_use, make_room, write_limit

    gone: list[str] = []
    with _store(writing=size is not None) as store:
        if size is not None:
            with store.transaction():
                write_limit(store, _bytes(size))
                gone = make_room(store)
        use = disk_use(store)
    if json:
        print_json({"bytes": use.taken, "limit": use.limit, "without_weights": [key[:8] for key in gone]})
        return
    say(f"The runs take {size_text(use.taken)} of at most {size_text(use.limit)}")
    if gone:
        say(f"The weights of {_count(len(gone))} went; their lines and curves stay")
    if use.taken > use.limit:
        say("That is more than they may; what is left are marked runs, runs that are under way, and curves")


@app.command("restore", epilog="Example: digitapp runs restore 3f2a91c0")
def restore_command(runs: RunsArgument, json: JsonOption = False) -> None:
    """Bring deleted runs back."""
    from digitapp.kept.register import restore_runs

    with _store(writing=True) as store:
        lines = [line for text in runs for line in _meant(_lines(store, deleted=True), text)]
        with store.transaction():
            restore_runs(store, [line.key for line in lines])
    _tell_of("restored", lines, json)


def _finals(experiments: Sequence[Experiment], data_dir: Path | None) -> tuple[dict[str, Final], int]:
    """Measure experiments on the test images, and return what each came to and for how many that was asked so far."""
    from digitapp.datasets.load import load_dataset
    from digitapp.kept.errors import KeptError
    from digitapp.kept.experiments import Experiment
    from digitapp.kept.final import NoFinalError, final_of, is_finished, keeper_of_data, measure_final, times_asked

    for each in experiments:
        if not is_finished(each):
            raise BadInput(f"--test: {plain(each.name, 40)} has runs that have not ended; expected none under way")
    load = keeper_of_data(lambda name, seed: load_dataset(name, data_dir=data_dir, seed=seed))
    try:
        measure_final(resources.user_data_dir(), experiments, load)
    except (NoFinalError, KeptError) as error:
        raise BadInput(f"--test: {plain(str(error))}") from error
    with _store() as store:
        again = [Experiment(each.name, tuple(_meant(_lines(store), each.name))) for each in experiments]
        asked = times_asked(store, experiments[0].problem)
    return {each.name: final for each in again if (final := final_of(each)) is not None}, asked


def size_text(size: int) -> str:
    """Return a number of bytes for people, "1.2 GB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1000:.0f} kB"


def _bytes(text: str) -> int:
    """Return a size that somebody has typed, in bytes."""
    from digitapp.kept.limits import LEAST_LIMIT, MOST_LIMIT

    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kMGT]?)B?\s*", text, re.IGNORECASE)
    size = float(found[1]) * 1000 ** " kmgt".index(found[2].lower() or " ") if found else 0.0
    if not LEAST_LIMIT <= size <= MOST_LIMIT:
        raise BadInput(f"{plain(text, 40)}: expected a size from {size_text(LEAST_LIMIT)} on, such as 500MB or 2GB")
    return round(size)


def _count(number: int) -> str:
    return "1 run" if number == 1 else f"{number:,} runs"


@contextmanager
def _store(*, writing: bool = False) -> Iterator[Store]:
    """Open the file of runs; to read it, also where it cannot be written to."""
    from digitapp.kept.errors import KeptError
    from digitapp.kept.store import Store

    try:
        store = Store(resources.user_data_dir(), reading=not writing)
    except KeptError as error:
        raise BadInput(str(error)) from error
    if store.is_read_only:
        note(f"the file of runs can only be read: {store.reason}")
    if store.aside is not None:
        note(f"the file of runs could not be used ({store.reason}) and lies now in {store.aside}")
    try:
        yield store
    except KeptError as error:
        raise BadInput(str(error)) from error
    finally:
        store.close()


def _lines(store: Store, *, deleted: bool = False) -> list[RunLine]:
    from digitapp.kept.register import read_lines

    return read_lines(store, deleted=deleted)


def _meant(lines: Sequence[RunLine], text: str) -> list[RunLine]:
    """Return the runs of an experiment, or the one whose id begins so."""
    named = [line for line in lines if line.name == text]
    if named:
        return named
    found = [line for line in lines if len(text) >= _LEAST_ID and line.key.startswith(text.lower())]
    if not found:
        raise BadInput(f"{plain(text, 40)}: there is no such run; expected a name or an id of `digitapp runs list`")
    if len(found) > 1:
        raise BadInput(f"{plain(text, 40)}: {len(found)} runs begin so; expected more of the id")
    return found


def _how_to_go_on(line: RunLine) -> str | None:
    """Return how to take up a run that was interrupted; None where there is nothing to take up."""
    from digitapp.kept.runs import RunFate

    if line.fate is not RunFate.INTERRUPTED or not line.has_checkpoint:
        return None
    if not line.is_command:
        return f"{line.short} was interrupted; the window goes on with it, on its page Train"
    return f"{line.short} was interrupted; go on with: digitapp train --resume {line.short} --out FILE"


def _accuracy(line: RunLine) -> str:
    return percent(line.results.get("validation_accuracy"))


def _as_json(line: RunLine) -> dict[str, Any]:
    return {
        "run": line.short,
        "key": line.key,
        "name": line.name,
        "problem": line.problem,
        "state": line.fate.value,
        "made_by": "command line" if line.is_command else "window",
        "began": line.began,
        "ended": line.ended,
        "dataset": line.dataset,
        "layers": list(line.sizes),
        "epochs": line.epochs,
        "steps": line.steps,
        "seconds": line.seconds,
        **line.results,
        "version": line.version,
        "machine": line.machine,
        "processor": line.processor,
        "fingerprint": line.fingerprint,
        "marked": line.is_marked,
        "note": line.note,
        "config": dict(line.config),
    }


def _tell_of(what: str, lines: Sequence[RunLine], as_json: bool) -> None:
    if as_json:
        print_json({what: [line.short for line in lines]})
        return
    say(f"{_count(len(lines))} {what}: {' '.join(line.short for line in lines)}")
