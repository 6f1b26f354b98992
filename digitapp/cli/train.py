"""``digitapp train``: train a network without the window."""

import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import typer

from digitapp import resources
from digitapp.calibration import calibrate
from digitapp.cli.checkpoints import CheckpointKeeper, Origin, read_origin, resume_command
from digitapp.cli.errors import BadInput
from digitapp.cli.findings import tell, tell_of_data
from digitapp.cli.keeping import KeptCommand, find_interrupted, history_before
from digitapp.cli.output import DataDirOption, JsonOption, check_can_write, note, percent, print_json, print_table, say
from digitapp.cli.progress import loading, training_progress
from digitapp.cli.settings import parse_settings, seeded_like, shaped_like, with_settings
from digitapp.cli.to_order import DATASETS, CountOption, NoiseOption, to_order
from digitapp.cli.watching import RunWatch
from digitapp.datasets.dataset import Split
from digitapp.datasets.load import load_dataset, problem_meant_by
from digitapp.datasets.pens import find_pens
from digitapp.datasets.problems import FIRST
from digitapp.kept.readings import readings_of
from digitapp.modelfile import SUFFIX, Model, ModelAccessError, load_model, save_model
from digitapp.runs.plan import Plan
from digitapp.training import Evaluation, RunFinished, evaluate, usual_configs
from digitapp.training.checkpoint import load_checkpoint
from digitapp.training.checkpoint import resume as resume_run
from digitapp.training.findings import look_at_data, look_at_run
from digitapp.training.foils import with_foils
from digitapp.training.history import History
from digitapp.training.loop import Run
from digitapp.training.recipes import RECIPES, Ingredients
from digitapp.training.record import training_record

app = typer.Typer(add_completion=False, rich_markup_mode=None)

MOST_REPEATS = 1000


@app.command(
    "train",
    epilog="Example: digitapp train --dataset mnist --hidden 128,64 --out mine.safetensors; "
    "or: digitapp train --recipe everyday --out everyday.safetensors",
)
@with_settings
def train_command(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the model.", show_default=False)],
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"{DATASETS} [mnist]",
        ),
    ] = None,
    noise: NoiseOption = None,
    count: CountOption = None,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Train as a shipped model was trained: {', '.join(RECIPES)}."),
    ] = None,
    pens: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real pen strokes for a recipe. [looked for beside MNIST]"),
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Start with the weights of a model, and its layers and loss if not given."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save the run here on the way and at Ctrl-C.", show_default=False),
    ] = None,
    repeat: Annotated[
        int,
        typer.Option(metavar="K", min=1, max=MOST_REPEATS, help="Train with K seeds; the best on validation is saved."),
    ] = 1,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What `digitapp runs` calls this, such as an experiment.", show_default=False
        ),
    ] = None,
    every: Annotated[int, typer.Option(metavar="N", min=1, help="Epochs from one checkpoint to the next.")] = 1,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Go on with an interrupted run: its id in `digitapp runs`, or a checkpoint."),
    ] = None,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
    **settings: str | list[str] | None,
) -> None:
    """Train a network and save it as a model.

    What is not given is taken from settings that work for the data set; each option names them in brackets.
    """
    check_can_write(out)
    saved = resume and find_interrupted(resume)
    keep = checkpoint or (resume if resume == saved else None)
    if repeat > 1 and (keep is not None or resume is not None or recipe is not None):
        raise BadInput("--repeat: several seeds have neither checkpoints nor a recipe; expected no such option")
    if keep is not None:
        check_can_write(keep, "--checkpoint")
    given = {name: value for name, value in settings.items() if value is not None and value != []}
    if resume is not None and saved is not None:
        taken = {
            "dataset": dataset,
            "noise": noise,
            "count": count,
            "recipe": recipe,
            "pens": pens,
            "start_from": start_from,
            **given,
        }
        task = _resumed(resume, saved, data_dir, [name for name, value in taken.items() if value is not None])
    elif recipe is not None:
        if dataset is not None:
            raise BadInput(f"--recipe {recipe}: brings its own data; expected no --dataset")
        to_order(None, noise, count)
        task = _follow_recipe(recipe, data_dir, pens, start_from, given)
    elif pens is not None:
        raise BadInput("--pens: real pen strokes are a part of a recipe; expected --recipe as well")
    else:
        task = _begun(to_order(dataset, noise, count) or FIRST.usual_dataset, data_dir, start_from, given)
    keeper = keep and CheckpointKeeper(keep, every)

    def go_on(what: Path | str) -> str:
        return resume_command(what, out, data_dir)

    trained = [_train(task, keeper, name or "", go_on)]
    for seed in range(task.run.config.seed + 1, task.run.config.seed + repeat):
        note(f"seed {seed}, {len(trained) + 1} of {repeat}")
        again = _begun(task.origin.dataset, data_dir, start_from, {**given, "seed": str(seed)})
        trained.append(_train(again, None, name or trained[0].kept.short, go_on))
    _save(trained, out, json)


@dataclass(frozen=True)
class _Task:
    """A run that is about to begin or to go on.

    Attributes
    ----------
    origin : what its model's record says about it
    validation_parts : what it is calibrated on
    history : how it went so far
    """

    run: Run
    origin: Origin
    validation_parts: tuple[Split | None, ...]
    history: History = field(default_factory=History)


def _begun(dataset: str, data_dir: Path | None, start: str | None, settings: Mapping[str, Any]) -> _Task:
    problem = problem_meant_by(dataset)
    source = None if start is None else load_model(start)
    network, config = parse_settings(usual_configs(problem), settings)
    if source is not None:
        network, config = shaped_like(source, network, config, settings)
        config = seeded_like(source, config, settings)
    with loading(dataset):
        data = load_dataset(dataset, data_dir=data_dir, seed=config.seed)
    tell_of_data(dataset, data)
    plan = Plan(data.problem, network, config, source, data)
    name = None if source is None else source.name
    origin = Origin(dataset, config.seed, network, name, plan.calibration, plan.foils)
    _tell_of_foils(origin)
    return _Task(plan.make().begin(), origin, (data.validation,))


def _tell_of_foils(origin: Origin) -> None:
    """Say what is mixed in, so that the network goes on refusing it."""
    if origin.foils:
        what = "drawing that is no digit is" if origin.foils == 1 else "drawings that are no digits are"
        note(f"{origin.foils:,} {what} mixed in, so that {origin.start_from} goes on refusing such")


def _follow_recipe(
    key: str, data_dir: Path | None, pens: Path | None, start: str | None, settings: Mapping[str, Any]
) -> _Task:
    if key not in RECIPES:
        raise BadInput(f"--recipe {key}: there is no such recipe; expected one of {', '.join(RECIPES)}")
    recipe = RECIPES[key]
    source = None if start is None else load_model(start)
    if pens is None:
        pens = find_pens(data_dir)
        if pens is None:
            note("no real pen strokes were found: the recipe goes on without them, and reads fewer hands (--pens FILE)")
    usual = (recipe.network, recipe.training) if source is None else recipe.onward
    network, config = parse_settings(usual, settings)
    if source is not None:
        network, config = shaped_like(source, network, config, settings)
        config = seeded_like(source, config, settings)
    name = None if source is None else source.name
    origin = Origin(key, config.seed, network, name, is_recipe=True, pens=None if pens is None else str(pens))
    ingredients = _gathered(origin, data_dir)
    plan = Plan(ingredients.dataset.problem, network, config, source, ingredients.dataset)
    return _Task(plan.make().begin(), origin, ingredients.validation_parts)


def _gathered(origin: Origin, data_dir: Path | None) -> Ingredients:
    pens = None if origin.pens is None else Path(origin.pens)
    with loading(f"the data of the recipe {origin.dataset}"):
        return RECIPES[origin.dataset].gather(data_dir, pens, origin.seed)


def _resumed(what: Path, path: Path, data_dir: Path | None, given: list[str]) -> _Task:
    if given:
        option = given[0].replace("_", "-")
        raise BadInput(f"--resume {what}: goes on with the settings of its run; expected no --{option}")
    saved = load_checkpoint(path)
    origin = read_origin(saved, path)
    history = history_before(origin.run, saved)
    if origin.is_recipe:
        ingredients = _gathered(origin, data_dir)
        return _Task(resume_run(saved, ingredients.dataset), origin, ingredients.validation_parts, history)
    with loading(origin.dataset):
        data = load_dataset(origin.dataset, data_dir=data_dir, seed=origin.seed)
    tell_of_data(origin.dataset, data)
    _tell_of_foils(origin)
    run = resume_run(saved, with_foils(data, origin.foils, origin.seed))
    return _Task(run, origin, (data.validation,), history)


@dataclass(frozen=True, eq=False)
class _Trained:
    """A run that has ended: its model, how it went, how good it is on each part of the data, and how it is kept."""

    model: Model
    run: Run
    finished: RunFinished
    results: Mapping[str, Evaluation | None]
    half_precision: bool
    kept: KeptCommand

    @property
    def merit(self) -> tuple[float, float]:
        """By what the best of several seeds is chosen: validation alone, first its share of right answers."""
        validation = self.results["validation"]
        return (0.0, 0.0) if validation is None else (validation.accuracy, -validation.loss)


def _train(task: _Task, keeper: CheckpointKeeper | None, name: str, go_on: Callable[[Path | str], str]) -> _Trained:
    """Train to the end, keep the run, and return what came out."""
    run, origin, history = task.run, task.origin, task.history
    kept = KeptCommand(run, origin, name, history)
    try:
        with RunWatch(run, kept, keeper, go_on) as watch, training_progress(run.config.epochs) as show:
            for event in run.events():
                history.add(event)
                show(event)
                watch.after(event)
        trained = _measure(task, history, kept)
    except BaseException as error:  # the list of runs says of Ctrl-C, too, that it has not come to its end
        kept.break_off(error)
        raise
    validated = trained.results["validation"]
    kept.end(trained.model, readings_of(run.dataset.validation, validated and validated.predictions))
    return trained


def _measure(task: _Task, history: History, kept: KeptCommand) -> _Trained:
    """Measure a trained network, and say what is wrong with it."""
    config, data, origin = task.run.config, task.run.dataset, task.origin
    problem = data.problem
    network = task.run.network.folded()
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    results = {name: part and evaluate(network, config.loss, part) for name, part in parts.items()}
    findings = look_at_run(network, data, config, history)
    tell(findings)
    seen = [*look_at_data(data), *findings]
    record = training_record(origin.network, config, data, history, test=results["test"], findings=seen)
    record["results"] |= _measured(results)
    if origin.start_from is not None:
        record["start_from"] = origin.start_from
    if origin.is_recipe:
        record["recipe"] = origin.dataset
    calibration = calibrate(network, config.loss, task.validation_parts, otherwise=origin.calibration)
    model = Model(
        network, config.loss, problem.key, problem.class_names, problem.preprocessing, record, calibration=calibration
    )
    half_precision = origin.is_recipe and RECIPES[origin.dataset].half_precision
    return _Trained(model, task.run, history.finished or RunFinished(0, 0, 0.0), results, half_precision, kept)


def _save(trained: Sequence[_Trained], out: Path, as_json: bool) -> None:
    """Save the trained network, of several that which is best on validation, and print what came out."""
    best = max(trained, key=lambda each: each.merit)
    _write(best.model, out, best.half_precision)
    network, results, finished = best.model.network, best.results, best.finished
    if as_json:
        accuracies = {f"{name}_accuracy": result and result.accuracy for name, result in results.items()}
        printed = {"epochs": finished.epochs, "seconds": round(finished.seconds, 3), **accuracies, "model": str(out)}
        seeds = {"run": best.kept.short, "runs": [*map(_as_json, trained)]} if len(trained) > 1 else {}
        print_json(printed | seeds)
        return
    if len(trained) > 1:
        _tell_of_seeds(trained)
    sizes = "-".join(map(str, network.sizes))
    say(f"Trained {sizes} on {best.run.dataset.name}: {_count(finished.epochs, 'epoch')} in {finished.seconds:.1f} s")
    print_table([_row(name, result) for name, result in results.items() if result], right=frozenset({1, 2}))
    say(f"Wrote {out} ({network.parameter_count:,} parameters)")


def _as_json(trained: _Trained) -> dict[str, Any]:
    validation = trained.results["validation"]
    return {
        "run": trained.kept.short,
        "seed": trained.run.config.seed,
        "seconds": round(trained.finished.seconds, 3),
        "validation_accuracy": validation and validation.accuracy,
        "validation_loss": validation and validation.loss,
    }


def _tell_of_seeds(trained: Sequence[_Trained]) -> None:
    """Print how the seeds differ; that the best of them is partly lucky is said beside it."""
    shares = [each.results["validation"] for each in trained]
    accuracies = [share.accuracy for share in shares if share is not None]
    if len(accuracies) < len(trained):
        say(f"Trained with {len(trained)} seeds; there are no validation data to compare them by")
        return
    rows = [
        (f"  seed {each.run.config.seed}", percent(accuracy), each.kept.short)
        for each, accuracy in zip(trained, accuracies, strict=True)
    ]
    print_table(
        [*rows, ("  mean", percent(mean(accuracies)), f"± {100 * stdev(accuracies):.2f}")], right=frozenset({1})
    )
    say("Of these the best on validation is saved: it is lucky besides being good.")


def _write(model: Model, out: Path, half_precision: bool) -> None:
    """Write the trained model; where that fails, write it elsewhere, for it may have taken hours.

    Raises
    ------
    BadInput : it could not be written where it was to be; the text says where it is instead
    """
    try:
        save_model(model, out, half_precision=half_precision)
    except ModelAccessError as error:
        for folder in (resources.user_data_dir() / "rescued", Path(tempfile.gettempdir())):
            path = folder / f"{out.name.removesuffix(SUFFIX)}-{secrets.token_hex(4)}{SUFFIX}"
            try:
                save_model(model, path, half_precision=half_precision)
            except ModelAccessError:
                continue
            raise BadInput(f"{error}; the trained model was written to {path} instead") from error
        raise


def _measured(results: Mapping[str, Evaluation | None]) -> dict[str, float]:
    """Return loss and accuracy of the finished network on the training part, for its record.

    A run itself reports the mean over its last epoch, while the network was still changing.
    """
    result = results["train"]
    return {} if result is None else {"train_loss": result.loss, "train_accuracy": result.accuracy}


def _row(name: str, result: Evaluation) -> tuple[str, str, str]:
    title = {"train": "training"}.get(name, name)
    return f"  {title}", percent(result.accuracy), f"of {result.samples:,}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
