"""``digitapp tale``: many networks learn the toy; how many find the demons of the tale?"""

from typing import Annotated

import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import JsonOption, print_json, print_table, say

app = typer.Typer(add_completion=False, rich_markup_mode=None)

MOST_SEEDS = 10_000
MOST_HIDDEN = 8


@app.command("tale", epilog="Example: digitapp tale --seeds 100 --hidden 3")
def tale_command(
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="How many networks: seeds 0 to N − 1.")] = 100,
    hidden: Annotated[int, typer.Option("--hidden", metavar="N", help="Hidden units, 1 to 8.")] = 3,
    activation: Annotated[
        str | None, typer.Option("--activation", metavar="NAME", help="Of the hidden units.", show_default=False)
    ] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", help="Passes over the images.", show_default=False)] = None,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", help="The step size.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train many networks on the toy, each from other random weights, and count those in which the tale came true.

    They learn as the toy usually does, 12-3-2 with sigmoid units, unless told otherwise.
    """
    for name, value, most in (("--seeds", seeds, MOST_SEEDS), ("--hidden", hidden, MOST_HIDDEN)):
        if not 1 <= value <= most:
            raise BadInput(f"{name}: expected a whole number from 1 to {most:,}, got {value}")
    from dataclasses import replace

    from digitapp.datasets.problems import TOY
    from digitapp.datasets.toy import load_toy
    from digitapp.inspection.intervals import wilson_interval
    from digitapp.inspection.tale import Outcome, judge
    from digitapp.training.presets import usual_configs
    from digitapp.training.stack import train_together

    shape, config = usual_configs(TOY)
    shape = replace(shape, hidden=(hidden,), activation=activation or shape.activation)
    config = replace(
        config,
        epochs=config.epochs if epochs is None else epochs,
        learning_rate=config.learning_rate if learning_rate is None else learning_rate,
    )
    toy = load_toy()
    networks = train_together(toy, shape, config, range(seeds))
    verdicts = [judge(network, toy.all_but_test) for network in networks]
    counts = {outcome: sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome}
    if json:
        print_json({"seeds": seeds, **{outcome.value: count for outcome, count in counts.items()}})
        return
    each = "1 epoch" if config.epochs == 1 else f"{config.epochs:,} epochs"
    say(f"{seeds:,} networks 12-{hidden}-2, {networks[0].layers[0].activation.title}, {each} each")
    titles = {
        Outcome.TALE: "the tale came true",
        Outcome.OTHER: "another solution",
        Outcome.FAILED: "not all images right",
    }
    rows = []
    for outcome, count in counts.items():
        low, high = wilson_interval(count, seeds)
        rows.append((f"  {titles[outcome]}", f"{count:,}", f"{count / seeds:.0%}", f"({low:.0%} to {high:.0%})"))
    print_table(rows, frozenset({1, 2}))
