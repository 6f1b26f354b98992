"""``digitapp tale``: many networks learn the toy; how many find the demons of the tale?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import JsonOption, check_can_write, print_json, print_table, say
from digitapp.cli.progress import progress_bar

if TYPE_CHECKING:
    from digitapp.inspection.tale_trial import TrialResult

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("tale", epilog="Example: digitapp tale --seeds 100 --hidden 3")
def tale_command(
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="How many networks: seeds 0 to N − 1.")] = 100,
    hidden: Annotated[int, typer.Option("--hidden", metavar="N", help="Hidden units, 1 to 8.")] = 3,
    activation: Annotated[
        str | None, typer.Option("--activation", metavar="NAME", help="Of the hidden units.", show_default=False)
    ] = None,
    initializer: Annotated[
        str | None, typer.Option("--initializer", metavar="NAME", help="The weights to start from.", show_default=False)
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", help="Passes over the 48 images, 6 updates each.", show_default=False),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", help="The step size.", show_default=False)
    ] = None,
    noise: Annotated[
        float,
        typer.Option(
            "--noise",
            metavar="X",
            help="How likely a pixel is flipped, up to 0.5. Each network learns from noisy images of its own.",
        ),
    ] = 0.0,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a line for each network as well.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train many networks on the toy, each from other random weights, and count those in which the tale came true.

    They learn as the toy usually does, 12-3-2 with sigmoid units, unless told otherwise.
    """
    if csv is not None:
        check_can_write(csv, "--csv")
    from digitapp.inspection.tale_trial import Trial, run_trial

    given = {"activation": activation, "initializer": initializer, "epochs": epochs, "learning_rate": learning_rate}
    chosen = {name: value for name, value in given.items() if value is not None}
    trial = Trial(seeds=seeds, hidden=hidden, noise=noise, **chosen)
    with progress_bar("") as show:

        def report(done: int, total: int) -> None:
            if show is not None:
                show(done, total, f"epoch {done:,} of {total:,}")

        result = run_trial(trial, report)
    assert result is not None, "nobody cancels it"
    if csv is not None:
        _write(csv, result.table())
    if json:
        counts = {outcome.value: len(some) for outcome, some in result.by_outcome.items()}
        print_json({"seeds": seeds, **counts})
        return
    _tell(result)


def _tell(result: TrialResult) -> None:
    """Print how the networks have learned and what became of the tale in them."""
    from digitapp.inspection.tale import Outcome

    trial = result.trial
    each = "1 epoch" if trial.epochs == 1 else f"{trial.epochs:,} epochs"
    learned = f", {trial.noise:.3g} of the pixels flipped" if trial.noise else ""
    title = result.networks[0].network.layers[0].activation.title
    say(f"{trial.seeds:,} networks 12-{trial.hidden}-2, {title}, {each} each{learned}")
    titles = {
        Outcome.TALE: "the tale came true",
        Outcome.OTHER: "another solution",
        Outcome.FAILED: "not all images right",
    }
    rows = []
    for outcome, some in result.by_outcome.items():
        rows.append(_row(titles[outcome], result, len(some)))
        if outcome is Outcome.OTHER:
            rows += [_row(f"  {_kind(found)}", result, len(kind)) for found, kind in result.kinds]
    print_table(rows, frozenset({1, 2}))


def _row(title: str, result: TrialResult, count: int) -> tuple[str, str, str, str]:
    """Return the cells of a line: what, how many, their share, and between which the true share lies."""
    share = result.share(count)
    return f"  {title}", f"{count:,}", f"{share.share:.0%}", f"({share.low:.0%} to {share.high:.0%})"


def _kind(found: tuple[str, ...]) -> str:
    """Return which demons a solution found, and which not."""
    from digitapp.inspection.tale import DEMONS

    missing = " and ".join(demon.name for demon in DEMONS if demon.name not in found)
    return f"found {' and '.join(found)}, not {missing}" if found else "found none of the three"


def _write(path: Path, text: str) -> None:
    from digitapp.atomic import atomic_write_bytes

    try:
        atomic_write_bytes(path, text.encode())
    except OSError as error:
        raise BadInput(f"--csv {path}: cannot be written: {error.strerror or error}") from error
