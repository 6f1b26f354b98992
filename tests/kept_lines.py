"""Runs as a list has them, made for tests of experiments and comparisons."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import uuid4

from digitapp.kept.experiments import Experiment
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.training.config import NetworkConfig, TrainConfig


def make_line(
    name: str = "",
    fate: RunFate = RunFate.ENDED,
    accuracy: float | None = 0.5,
    loss: float | None = None,
    *,
    problem: str = "mnist",
    dataset: str = "mnist",
    activation: str = "relu",
    ran: int | None = None,
    images: int = 5000,
    fingerprint: str = "",
    **settings: Any,
) -> RunLine:
    """Return a run with these settings of a `TrainConfig` that came to so much at its best."""
    config = TrainConfig(**settings)
    results = {} if accuracy is None else {"best_validation_accuracy": accuracy}
    if accuracy is not None:
        results["best_validation_loss"] = 1 - accuracy if loss is None else loss
    return RunLine(
        key=uuid4().hex,
        name=name,
        problem=problem,
        fate=fate,
        is_command=True,
        began=0.0,
        ended=1.0,
        dataset=dataset,
        sizes=(784, 128, 10),
        config=asdict(config),
        network=asdict(NetworkConfig(activation=activation)),
        begun_from="",
        epochs=config.epochs if ran is None else ran,
        steps=100,
        results=results,
        validation_samples=images,
        fingerprint=fingerprint,
    )


def make_experiment(name: str, results: dict[int, float], **options: Any) -> Experiment:
    """Return an experiment whose seeds came to these accuracies."""
    return Experiment(
        name, tuple(make_line(name, accuracy=value, seed=seed, **options) for seed, value in results.items())
    )
