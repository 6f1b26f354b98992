"""``digitapp search``: find good settings, on one machine or on many that share a storage."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import DataDirOption, JsonOption, check_can_write, note, print_json, say
from digitapp.cli.settings import parse_settings, with_settings
from digitapp.cli.to_order import DATASETS
from digitapp.datasets.load import problem_meant_by
from digitapp.datasets.problems import FIRST, PROBLEMS
from digitapp.runs.search.space import LAYERS, UNITS, load_space, parse_entry, usual_base, usual_space, without
from digitapp.runs.search.spec import Pruner, Sampler, StudySpec, check_name
from digitapp.runs.search.storage import HEARTBEAT_S, check_installed, default_url, storage_url

if TYPE_CHECKING:
    from digitapp.runs.search.learning import Keep
    from digitapp.runs.search.storage import Storage

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_USUAL_TRIALS = 40


@app.command(
    "search",
    epilog="Example: digitapp search --study first --dataset mnist --images 15000 --epochs 4 --trials 40; on further "
    "machines: digitapp search --study first --storage postgresql://USER:PASSWORD@HOST/DATABASE",
)
@with_settings
def search_command(
    *,
    study: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="By which every machine finds the study.", show_default=False),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where studies are kept: an SQLite file, or postgresql://USER:PASSWORD@HOST/DATABASE, which many "
            "machines share. [a file in the user's data folder]",
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=f"How many trials the study is to have in all, and as many at random. [{_USUAL_TRIALS}]",
        ),
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help=f"{DATASETS} [mnist]")] = None,
    images: Annotated[
        int | None, typer.Option(metavar="N", help="Training images that a trial learns from; 0 for all. [0]")
    ] = None,
    space: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What is searched, as a TOML file. [what suits the data set]"),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=LIMITS",
            help="Search a setting between limits, such as weight_decay=1e-5..0.1 or activation=relu,tanh; may be "
            "repeated. A setting that is given by an option of its own is not searched.",
        ),
    ] = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where settings come from: tpe or random. [tpe]")
    ] = None,
    pruner: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What gives a trial up early: median, hyperband or none. [median]"),
    ] = None,
    seeds_per_trial: Annotated[
        int | None, typer.Option(metavar="K", help="A trial counts by the mean of K seeds. [1]")
    ] = None,
    fresh_seeds: Annotated[
        int | None, typer.Option(metavar="K", help="New seeds to train the best settings with at the end. [5]")
    ] = None,
    heartbeat: Annotated[
        int,
        typer.Option(
            metavar="SECONDS",
            min=1,
            max=3600,
            help="Between a worker's signs of life; without three of them its trial is taken up again.",
        ),
    ] = HEARTBEAT_S,
    show: Annotated[bool, typer.Option("--show", help="Say how the study stands, and make no trial.")] = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --show: write a line for each trial.", show_default=False)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the studies of the storage.")] = False,
    steered: Annotated[bool, typer.Option("--steered", hidden=True)] = False,
    spec: Annotated[str | None, typer.Option("--spec", hidden=True)] = None,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
    **settings: str | list[str] | None,
) -> None:
    """Search for settings that read the validation images best, and train the best of them on new seeds.

    The same command on further machines helps with the same study; what a study is it knows itself from then on.
    """
    url = storage or default_url()
    storage_url(url)
    if list_:
        _list(url, json)
        return
    if study is None:
        raise BadInput("which study is meant? Expected --study NAME")
    check_name(study)
    if csv is not None:
        if not show:
            raise BadInput("--csv: expected with --show")
        check_can_write(csv, "--csv")
    if trials is not None and trials < 1:
        raise BadInput(f"--trials {trials}: expected a whole number of at least 1")
    check_installed()
    given = {name: value for name, value in settings.items() if value is not None and value != []}
    options = _Options(
        dataset, images, space, tuple(search or ()), sampler, pruner, seeds_per_trial, fresh_seeds, given
    )
    from digitapp.runs.search.storage import Storage
    from digitapp.runs.search.studies import take_up_again

    with Storage(url, heartbeat, take_up_again) as opened:
        if show:
            _show(opened, study, json, steered, csv)
            return
        found = _study(opened, study, options, trials) if spec is None else _described(opened, spec, trials)
        if steered:
            from digitapp.cli.steering import work_steered

            work_steered(opened, found, data_dir, heartbeat, _keep())
            return
        _work(opened, found, data_dir, heartbeat, json)


class _Options:
    """What was said about the study itself; nothing of it is needed for one that is there."""

    def __init__(
        self,
        dataset: str | None,
        images: int | None,
        space: Path | None,
        search: tuple[str, ...],
        sampler: str | None,
        pruner: str | None,
        seeds_per_trial: int | None,
        fresh_seeds: int | None,
        settings: Mapping[str, Any],
    ) -> None:
        self.dataset = dataset
        self.space = space
        self.search = search
        self.settings = settings
        self.kinds: dict[str, Any] = {
            "images": images,
            "sampler": None if sampler is None else _one_of(Sampler, "--sampler", sampler),
            "pruner": None if pruner is None else _one_of(Pruner, "--pruner", pruner),
            "seeds_per_trial": seeds_per_trial,
            "fresh_seeds": fresh_seeds,
        }

    def applied(self, study: str, found: StudySpec | None) -> StudySpec:
        """Return the study that is asked for: what is not said is as in the one that is there, or as usual."""
        if self.dataset is not None:
            problem, dataset = problem_meant_by(self.dataset), self.dataset
        else:
            problem = FIRST if found is None else PROBLEMS[found.problem]
            dataset = problem.usual_dataset if found is None else found.dataset
        if found is None or found.problem != problem.key:
            base, space = usual_base(problem), usual_space(problem)
        else:
            base, space = found.base, found.space
        if self.space is not None:
            space = load_space(self.space)
        base = parse_settings(base, self.settings)
        fixed = {LAYERS: "hidden", UNITS: "hidden"}
        space = without(space, [name for name, _ in space.entries if fixed.get(name, name) in self.settings])
        for name, entry in map(parse_entry, self.search):
            if fixed.get(name, name) in self.settings:
                raise BadInput(f"{name} cannot be both fixed and searched; expected one of the two options")
            space = space.with_entry(name, entry)
        kinds = {name: value for name, value in self.kinds.items() if value is not None}
        if found is not None:
            return replace(found, problem=problem.key, dataset=dataset, base=base, space=space, **kinds)
        return StudySpec(study, problem.key, dataset, base, space, **kinds)


def _one_of(kinds: type[Sampler] | type[Pruner], option: str, text: str) -> Sampler | Pruner:
    try:
        return kinds(text)
    except ValueError:
        raise BadInput(f"{option} {text}: expected one of {', '.join(kinds)}") from None


def _study(storage: "Storage", name: str, options: _Options, trials: int | None) -> StudySpec:
    """Return the study that is there, or begin it as it was asked for."""
    from digitapp.runs.search.studies import begin_study, extend_study, find_study

    found = find_study(storage, name)
    wanted = options.applied(name, found)
    if found is None:
        return begin_study(storage, wanted, _USUAL_TRIALS if trials is None else trials)
    found.check_same(wanted)
    if trials is not None:
        extend_study(storage, name, trials)
    return found


def _work(storage: "Storage", spec: StudySpec, data_dir: Path | None, heartbeat: int, as_json: bool) -> None:
    """Make trials until the study is over, and print what was found."""
    from digitapp.cli.search_report import Teller, tell_study
    from digitapp.runs.search.learning import StudyData
    from digitapp.runs.search.worker import Worker

    data = StudyData(spec.dataset, spec.images, data_dir, spec.seeds_per_trial)
    teller = Teller(storage, spec)
    teller.look()
    worker = Worker(storage, spec, data, keep=_keep(), over=teller.look, waits=teller.wait, heartbeat=heartbeat)
    tell_study(worker.run(), storage.shown, as_json, worker.made)


def _keep() -> "Keep":
    """Return what keeps the runs of trials as those of the command line are kept."""
    from digitapp.cli.kept_trials import begin_trial

    return begin_trial


def _described(storage: "Storage", text: str, trials: int | None) -> StudySpec:
    """Return the study that another process has described as JSON, begun where it is not there."""
    from json import loads

    from digitapp.runs.search.spec import read_spec
    from digitapp.runs.search.studies import begin_study

    try:
        values = loads(text)
    except ValueError:
        raise BadInput("--spec: expected JSON") from None
    return begin_study(storage, read_spec(values), _USUAL_TRIALS if trials is None else trials)


def _show(storage: "Storage", study: str, as_json: bool, steered: bool, csv: Path | None) -> None:
    if steered:
        from digitapp.cli.steering import print_state

        print_state(storage, study)
        return
    from digitapp.cli.search_report import tell_study
    from digitapp.runs.search.studies import read_study

    state = read_study(storage, study)
    if csv is not None:
        from digitapp.atomic import atomic_write_text
        from digitapp.runs.search.table import trials_table

        try:
            atomic_write_text(csv, trials_table(state))
        except OSError as error:
            raise BadInput(f"--csv {csv}: cannot be written: {error.strerror or error}") from error
    tell_study(state, storage.shown, as_json)


def _list(url: str, as_json: bool) -> None:
    """Print the names of the studies of a storage."""
    check_installed()
    path = Path(storage_url(url).removeprefix("sqlite:///"))
    names: list[str] = []
    if not storage_url(url).startswith("sqlite:") or path.exists():  # looking makes no file
        from digitapp.runs.search.storage import Storage
        from digitapp.runs.search.studies import study_names

        with Storage(url) as opened:
            names = study_names(opened)
    if as_json:
        print_json({"studies": names})
        return
    for name in names:
        say(name)
    if not names:
        note("there are no studies yet; --study NAME begins one")
