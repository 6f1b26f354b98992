"""``digitapp data``: get the data sets, say which are there, and write the user's own digits elsewhere."""

from pathlib import Path
from typing import Annotated, Any

import typer

from digitapp.cli.output import DataDirOption, JsonOption, note, print_json, print_table, say
from digitapp.cli.progress import progress_bar

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Download, import, list, check or export the data sets."
)


@app.command("download", epilog="Example: digitapp data download")
def download_command(data_dir: DataDirOption = None, json: JsonOption = False) -> None:
    """Download MNIST (11 MB) and check every byte of it.

    A download that was interrupted goes on where it stopped.
    """
    from digitapp.datasets.download import download_mnist
    from digitapp.datasets.mnist import mnist_target

    seen = ""

    def say_file(done: int, total: int | None, name: str) -> None:  # noqa: ARG001
        nonlocal seen
        if name != seen:
            seen = name
            note(f"fetching {name}")

    with progress_bar("bytes") as show:
        folder = download_mnist(mnist_target(data_dir), progress=show or say_file)
    _say_where("Downloaded", folder, json)


@app.command("import", epilog="Example: digitapp data import ~/Downloads/mnist")
def import_command(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|FILE",
            help="The folder with MNIST's four IDX files, gzipped or not; or a file of your own digits: drawings, "
            "IDX, or a table of labels and pixels.",
        ),
    ],
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Copy MNIST's four files to where they are found, after checking them; or add a file's digits to your own."""
    from digitapp.datasets.mnist import import_mnist, mnist_target

    if source.is_file():
        _add_digits(source, json)
    else:
        _say_where("Imported", import_mnist(source, mnist_target(data_dir)), json)


def _add_digits(source: Path, as_json: bool) -> None:
    """Add the digits of a file to those that were collected on the page My hand."""
    from digitapp.datasets.collection import Collection, collection_path, read_collection
    from digitapp.datasets.collection_file import CollectionFile
    from digitapp.datasets.collection_import import import_digits

    samples, unlabelled = import_digits(source)
    path = collection_path()
    if path.is_file():
        read_collection(path)  # a damaged one is told of, not set aside
    new = 0

    def extended(before: Collection) -> Collection:
        nonlocal new
        after = before.extended(samples)
        new = len(after) - len(before)
        return after

    CollectionFile(path).add(extended)
    if as_json:
        print_json({"file": path, "new": new, "known": len(samples) - new, "unlabelled": unlabelled})
    else:
        known = f", {len(samples) - new} were there already" if new < len(samples) else ""
        left_out = f", {unlabelled} without a label were left out" if unlabelled else ""
        say(f"Added {new} digits to {path}{known}{left_out}")


@app.command("export", epilog="Example: digitapp data export my-digits.json")
def export_command(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="A drawings file (.json or .json.gz), or a folder for four IDX files as MNIST has."
        ),
    ],
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Write the digits collected on the page My hand to a drawings file, or as pictures to IDX files."""
    from digitapp.datasets.collection import (
        Collection,
        NoDigitsError,
        find_collection,
        read_collection,
        write_collection,
    )
    from digitapp.datasets.collection_idx import export_idx

    path = find_collection(data_dir)
    collection = read_collection(path) if path.is_file() else Collection()
    if not collection.samples:
        raise NoDigitsError(path, "digits")
    if target.name.lower().endswith((".json", ".json.gz")):
        write_collection(target, collection)
    else:
        export_idx(collection, target)
    if json:
        print_json({"file": target, "digits": len(collection), "held_out": len(collection.held_out)})
    else:
        say(f"Wrote {len(collection)} digits, {len(collection.held_out)} of them held out, to {target}")


@app.command("check", epilog="Example: digitapp data check --repair")
def check_command(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be; nothing is deleted.")] = False,
    json: JsonOption = False,
) -> None:
    """Look whether your digits, networks and trainings are still what was written."""
    from digitapp.cli.errors import BadInput
    from digitapp.kept.checking import check
    from digitapp.resources import user_data_dir

    findings = check(user_data_dir(), repair=repair)
    wrong = [finding for finding in findings if finding.wrong and not finding.repaired]
    if json:
        facts = [{"file": f.path, "wrong": f.wrong, "repaired": f.repaired} for f in findings]
        print_json({"checked": facts, "sound": not wrong})
    elif findings:
        print_table([(str(f.path), f.wrong or "sound", f.repaired) for f in findings])
    else:
        typer.echo("Nothing is kept yet.")
    if wrong:
        advice = "" if repair else "; 'digitapp data check --repair' repairs what can be"
        raise BadInput(f"{len(wrong)} of {len(findings)} files are damaged{advice}")


@app.command("list", epilog="Example: digitapp data list")
def list_command(data_dir: DataDirOption = None, json: JsonOption = False) -> None:
    """Say which data sets are there."""
    facts = data_facts(data_dir)
    if json:
        print_json({"datasets": facts})
        return
    print_table([(fact["name"], "there" if fact["available"] else "missing", fact["remark"]) for fact in facts])


def data_facts(data_dir: Path | None) -> list[dict[str, Any]]:
    """Return for each data set its name, whether it can be used, where it lies, and a remark."""
    from digitapp.datasets.collection import find_collection
    from digitapp.datasets.load import known_datasets
    from digitapp.datasets.mnist import mnist_status
    from digitapp.datasets.problems import MY_HAND, TOY, problem_of
    from digitapp.resources import shipped_data_dir

    status, own = mnist_status(data_dir), find_collection(data_dir)
    searched = ", ".join(map(str, status.searched))

    def facts(name: str) -> tuple[bool, Path | None, str]:
        problem = problem_of(name)
        if problem is not None and name in problem.fetched:
            missing = f"looked in {searched}; see 'digitapp data download'"
            return status.available, status.directory, str(status.directory) if status.available else missing
        if name == MY_HAND:
            there = own.is_file()
            remark = str(own) if there else "collected on the page My hand of the window"
            return there, own.parent if there else None, remark
        if name in TOY.datasets:
            return True, shipped_data_dir(), "ships with the program"
        return True, None, "generated when it is used"

    keys = ("name", "available", "directory", "remark")
    return [dict(zip(keys, (name, *facts(name)), strict=True)) for name in known_datasets()]


def _say_where(done: str, folder: Path, as_json: bool) -> None:
    if as_json:
        print_json({"directory": folder})
    else:
        say(f"{done} MNIST to {folder}")
