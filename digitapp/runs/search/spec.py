"""What a study is: all that is the same for every trial, kept with the study so that any machine can go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from digitapp.datasets.problems import PROBLEMS
from digitapp.plain import plain
from digitapp.runs.search.errors import OtherStudy, SearchError
from digitapp.runs.search.space import Configs, Space, read_space, usual_base, usual_space
from digitapp.training.config import MAX_SEED, ConfigError, NetworkConfig, TrainConfig

MOST_TRIALS = 100_000
MOST_SEEDS = 10
LONGEST_NAME = 100
FRESH_FROM = 1000
"""New seeds begin so far above the study's own."""

_VERSION = 1


class Sampler(StrEnum):
    """Where the settings of the next trial come from."""

    TPE = "tpe"
    """From what the trials before it came to: the tree-structured Parzen estimator."""
    RANDOM = "random"


class Pruner(StrEnum):
    """Which trials are given up before their end, by their validation curves."""

    MEDIAN = "median"
    NONE = "none"
    HYPERBAND = "hyperband"


class Side(StrEnum):
    """The studies that belong together."""

    GUIDED = "guided"
    """The study itself."""
    RANDOM = "at random"
    """As many trials at random, to see what the guidance is worth."""
    FRESH = "on new seeds"
    """The best settings again, with seeds that chose nothing."""


@dataclass(frozen=True)
class StudySpec:
    """A study.

    Attributes
    ----------
    name : by which every machine finds it
    problem, dataset : what is to be learned; the data set as `load_dataset` takes it
    images : how many training images a trial learns from, 0 for all
    sampler, pruner : see there
    seeds_per_trial : the value of a trial is the mean of so many trainings
    fresh_seeds : so many new seeds the best settings are trained with in the end
    base : the settings that are not searched, among them the epochs and the first seed
    space : what is searched

    Raises
    ------
    SearchError : a value that cannot be used
    """

    name: str
    problem: str
    dataset: str
    base: Configs
    space: Space
    images: int = 0
    sampler: Sampler = Sampler.TPE
    pruner: Pruner = Pruner.MEDIAN
    seeds_per_trial: int = 1
    fresh_seeds: int = 5

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.problem not in PROBLEMS:
            raise SearchError(f"there is no problem {plain(self.problem)}")
        for what, value, least, most in (
            ("seeds per trial", self.seeds_per_trial, 1, MOST_SEEDS),
            ("fresh seeds", self.fresh_seeds, 0, 100),
            ("images", self.images, 0, 10_000_000),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise SearchError(f"{what}: {value} cannot be used; expected a whole number from {least} to {most:,}")
        if self.base[1].seed > MAX_SEED - FRESH_FROM - MOST_TRIALS:
            raise SearchError(f"seed: {self.base[1].seed} leaves no room for new seeds; expected a smaller one")
        self.space.check(self.base, PROBLEMS[self.problem])

    @property
    def epochs(self) -> int:
        """How long a trial learns that is not given up."""
        return self.base[1].epochs

    @property
    def seeds(self) -> range:
        """The seeds of every trial: the same ones, so that trials differ by their settings alone."""
        return range(self.base[1].seed, self.base[1].seed + self.seeds_per_trial)

    @property
    def sides(self) -> tuple[Side, ...]:
        """Whose trials are taken in turns; a search at random needs no other one beside it."""
        return (Side.GUIDED,) if self.sampler is Sampler.RANDOM else (Side.GUIDED, Side.RANDOM)

    def run_name(self, side: Side) -> str:
        """Return what the kept runs of a side are called."""
        return self.name if side is Side.GUIDED else f"{self.name} {side}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, which `read_spec` reads."""
        network, training = self.base
        return {
            "version": _VERSION,
            "name": self.name,
            "problem": self.problem,
            "dataset": self.dataset,
            "images": self.images,
            "sampler": str(self.sampler),
            "pruner": str(self.pruner),
            "seeds_per_trial": self.seeds_per_trial,
            "fresh_seeds": self.fresh_seeds,
            "network": {**asdict(network), "hidden": list(network.hidden)},
            "training": configured(training),
            "space": self.space.as_json(),
        }

    def check_same(self, wanted: StudySpec) -> None:
        """Raise OtherStudy where a study that is wanted by this one's name is another."""
        ours, theirs = _flat(self.as_json()), _flat(wanted.as_json())
        for key in dict.fromkeys((*ours, *theirs)):
            if ours.get(key) != theirs.get(key):
                raise OtherStudy(
                    key,
                    f"the study {plain(self.name)} is there with {key} {_shown(ours.get(key))}, not "
                    f"{_shown(theirs.get(key))}; expected the same, or another --study",
                )


def check_name(name: str) -> None:
    """Raise SearchError where a study cannot be called so."""
    if not name.strip() or name != name.strip() or name != plain(name, None) or len(name) > LONGEST_NAME:
        raise SearchError(f"a study cannot be called {plain(name)!r}; expected up to {LONGEST_NAME} letters")
    for side in (Side.RANDOM, Side.FRESH):
        if f" {side}" in name:
            raise SearchError(f'a study cannot be called {plain(name)!r}: "{side}" belongs to the studies beside one')


def usual_spec(name: str, problem: str) -> StudySpec:
    """Return the study that is worth beginning with for a problem."""
    chosen = PROBLEMS[problem]
    return StudySpec(name, problem, chosen.usual_dataset, usual_base(chosen), usual_space(chosen))


def read_spec(values: object) -> StudySpec:
    """Return the study that JSON values describe. Raises SearchError."""
    try:
        assert isinstance(values, Mapping)
        version = values["version"]
        if version != _VERSION:
            raise SearchError("a newer digitapp has begun this study")
        network = values["network"]
        return StudySpec(
            str(values["name"]),
            str(values["problem"]),
            str(values["dataset"]),
            (NetworkConfig(**{**network, "hidden": tuple(network["hidden"])}), TrainConfig(**values["training"])),
            read_space(values["space"]),
            values["images"],
            Sampler(values["sampler"]),
            Pruner(values["pruner"]),
            values["seeds_per_trial"],
            values["fresh_seeds"],
        )
    except ConfigError as error:
        raise SearchError(f"what is kept of this study cannot be read: {error}") from None
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, SearchError):
            raise
        raise SearchError("what is kept of this study cannot be read: another program may have made it") from None


def configured(training: TrainConfig) -> dict[str, Any]:
    """Return settings as JSON values."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(training).items()}


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested values by names such as "training epochs"."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{before} {name}".strip()
        if isinstance(value, Mapping) and value and before != "space":
            found |= _flat(value, key)
        else:
            found[key] = value
    return found


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        if "values" in value:
            return plain(", ".join(map(str, value["values"])), 80)
        return plain(" to ".join(f"{value[end]:g}" for end in ("low", "high") if end in value), 80)
    return "nothing" if value is None else plain(str(value), 80)
