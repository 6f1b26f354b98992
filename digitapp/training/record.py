"""How a network was trained, as plain JSON values that a model file carries."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from digitapp.datasets.dataset import Dataset
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.evaluate import Evaluation
from digitapp.training.history import History


def training_record(
    network: NetworkConfig, config: TrainConfig, dataset: Dataset, history: History, test: Evaluation | None = None
) -> dict[str, Any]:
    """Return the settings, the data and the results of a run.

    `results` holds accuracies as shares of 1 with the number of samples each was measured on; a part that the data set
    lacks, or that was not measured, is left out. The training accuracy is the mean over the last epoch's batches.
    """
    results: dict[str, Any] = {}
    if history.epochs:
        last = history.epochs[-1]
        results |= {"train_accuracy": last.train_accuracy, "train_samples": len(dataset.train)}
        if last.validation_accuracy is not None and dataset.validation is not None:
            results |= {"validation_accuracy": last.validation_accuracy, "validation_samples": len(dataset.validation)}
    if test is not None:
        results |= {"test_accuracy": test.accuracy, "test_samples": test.samples}
    return {
        "dataset": dataset.name,
        "network": asdict(network),
        "config": asdict(config),
        "epochs": len(history.epochs),
        "seconds": history.epochs[-1].seconds if history.epochs else 0.0,
        "results": results,
    }
