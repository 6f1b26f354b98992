"""``digitapp range-test``: between which learning rates does a network learn?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from digitapp.cli.findings import tell_of_data
from digitapp.cli.output import DataDirOption, JsonOption, note, percent, print_json, print_table, say
from digitapp.cli.progress import loading, progress_bar
from digitapp.cli.settings import parse_settings, seeded_like, shaped_like, with_settings
from digitapp.cli.to_order import DATASETS, CountOption, NoiseOption, to_order
from digitapp.datasets.load import load_dataset, problem_meant_by
from digitapp.datasets.problems import FIRST
from digitapp.modelfile import load_model
from digitapp.nn import OPTIMIZERS
from digitapp.runs.plan import Plan
from digitapp.runs.range_test import (
    HIGHEST,
    LOWEST,
    SEEDS,
    STEPS,
    Confirmation,
    RangeResult,
    RangeTest,
    Sweep,
    check_has_rate,
    run_range_test,
)
from digitapp.training import usual_configs

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LINES = 24  # of the table of losses


@app.command(
    "range-test",
    epilog="Example: digitapp range-test --dataset mnist --hidden 128,64 --optimizer momentum",
)
@with_settings
def range_test_command(
    *,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help=f"{DATASETS} [mnist]")] = None,
    start_from: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Start with the weights of a model, and its layers and loss if not given."),
    ] = None,
    noise: NoiseOption = None,
    count: CountOption = None,
    seeds: Annotated[int, typer.Option(metavar="N", help="How many runs, with the seed that is set and the next.")] = (
        SEEDS
    ),
    steps: Annotated[int, typer.Option(metavar="N", help="Batches of each; the rate grows with every one.")] = STEPS,
    lowest: Annotated[float, typer.Option(metavar="X", help="The rate of the first batch.")] = LOWEST,
    highest: Annotated[float, typer.Option(metavar="X", help="The rate of the last batch.")] = HIGHEST,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
    **settings: str | list[str] | None,
) -> None:
    """Let the learning rate grow from batch to batch, with several seeds, and say which rates are of use.

    Then three trainings hold a rate each: the low end of the range, its middle, and its high end. The settings are
    those of `digitapp train`; the learning rate, its schedule and the epochs are not used. Nothing is saved.
    """
    given = {name: value for name, value in settings.items() if value is not None and value != []}
    name = to_order(dataset, noise, count) or FIRST.usual_dataset
    source = None if start_from is None else load_model(start_from)
    network, config = parse_settings(usual_configs(problem_meant_by(name)), given)
    if source is not None:
        network, config = shaped_like(source, network, config, given)
        config = seeded_like(source, config, given)
    check_has_rate(config.optimizer)
    with loading(name):
        data = load_dataset(name, data_dir=data_dir, seed=config.seed)
    tell_of_data(name, data)
    test = RangeTest(Plan(data.problem, network, config, source, data), seeds, steps, lowest, highest)
    sweep = Sweep(test)
    with progress_bar("") as show:

        def report(done: int, total: int) -> None:
            if show is not None:
                show(done, total, "the rate grows" if sweep.done < steps else "rates are held")

        result = run_range_test(test, report, sweep=sweep)
    assert result is not None, "nobody cancels it"
    if json:
        print_json(_as_json(result))
    else:
        _tell(result)


def _as_json(result: RangeResult) -> dict[str, Any]:
    reading, found = result.reading, result.found
    return {
        "rates": reading.rates,
        "band": {"low": reading.low, "middle": reading.middle, "high": reading.high},
        "range": None if found is None else found._asdict(),
        "turned": reading.turned,
        "confirmations": [_confirmation(each) for each in result.confirmations],
        "refused": [_confirmation(each) for each in result.refused],
        "seeds": result.test.seeds,
        "steps": result.test.steps,
        "samples": result.samples,
    }


def _confirmation(each: Confirmation) -> dict[str, Any]:
    return {
        "rate": each.rate,
        "learned": each.learned,
        "seeds": each.seeds,
        "loss": each.loss,
        "accuracy": each.accuracy,
    }


def _tell(result: RangeResult) -> None:
    """Print the losses, the range and what confirms it."""
    test, reading, found = result.test, result.reading, result.found
    plan = test.plan
    assert plan.dataset is not None
    sizes = "-".join(map(str, (plan.problem.features, *plan.network.hidden, plan.problem.classes)))
    title = OPTIMIZERS[plan.config.optimizer].title
    say(f"{sizes} on {plan.dataset.name}, {title}: {test.seeds} seeds, {test.steps:,} batches each")
    if result.samples < len(plan.dataset.train):
        note(f"{title} reads all samples in each step; {result.samples:,} of them stand for all here")
    every = max(1, test.steps // _LINES)
    rows = [("  learning rate", "loss", "half of the seeds between", "")]
    for step in range(0, test.steps, every):
        rate = float(reading.rates[step])
        marked = "in the range" if found is not None and found.low <= rate <= found.high else ""
        between = f"{reading.low[step]:.3f} and {reading.high[step]:.3f}"
        rows.append((f"  {rate:.2g}", f"{reading.middle[step]:.3f}", between, marked))
    print_table(rows, frozenset({1, 2}))
    for each in result.refused:
        say(
            f"{each.rate:g} looked possible, but held for {test.steps:,} batches it failed with "
            f"{each.seeds - each.learned} of {each.seeds} seeds"
        )
    if found is None:
        say(_why_none(result))
        return
    say(f"Rates from {found.low:g} to {found.high:g} are of use; {found.middle:g} is in the middle.")
    say(f"Held for {test.steps:,} batches:")
    names = ("low end", "middle", "high end")
    print_table([_row(name, each) for name, each in zip(names, result.confirmations, strict=True)], frozenset({1}))


def _why_none(result: RangeResult) -> str:
    if result.refused:
        return "No rate is recommended: what the losses seemed to allow did not hold."
    lowest, highest, turned = result.test.lowest, result.test.highest, result.reading.turned
    lost = "" if turned is None else f"From {turned:.2g} on it rises. "
    return (
        f"No rate from {lowest:g} to {highest:g} lets the loss fall clearly within {result.test.steps:,} batches. "
        f"{lost}The network may have learned all already; else try more --steps, another --initializer or other data."
    )


def _row(name: str, each: Confirmation) -> tuple[str, ...]:
    learned = f"{each.learned} of {each.seeds} seeds learned"
    return f"  {name}", f"{each.rate:g}", learned, f"loss {each.loss:.3f}", f"{percent(each.accuracy)} right"
