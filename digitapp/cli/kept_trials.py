"""The runs of a search's trials are kept as every run of the command line is."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.cli.checkpoints import Origin
from digitapp.cli.keeping import KeptCommand
from digitapp.kept.histories import KeptHistory
from digitapp.kept.readings import readings_of
from digitapp.modelfile import Model
from digitapp.training.config import NetworkConfig
from digitapp.training.history import History
from digitapp.training.loop import Run


@dataclass
class KeptTrial:
    """A run of a trial on its way into the file; see `KeptCommand`."""

    run: Run
    kept: KeptCommand

    @property
    def short(self) -> str:
        """By what people call it."""
        return self.kept.short

    def end(self, history: History, model: Model, seconds: float) -> None:
        """Write how it has ended, or how far it came before it was given up."""
        data, last = self.run.dataset, history.last_epoch
        readings = readings_of(data.validation, None if last is None else last.predictions)
        self.kept.end(model, readings, KeptHistory(history, seconds))

    def break_off(self, error: BaseException) -> None:
        """Write that it was interrupted, or that it failed."""
        self.kept.break_off(error)


def begin_trial(run: Run, network: NetworkConfig, dataset: str, name: str) -> KeptTrial:
    """Write that a run has begun: how its network was built, its data set as it was asked for, and its study's name."""
    return KeptTrial(run, KeptCommand(run, Origin(dataset, run.config.seed, network), name, History()))
