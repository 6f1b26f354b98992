"""The training loop and what feeds and records it."""

from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig, parse_hidden, parse_number, parse_whole
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged
from digitapp.training.evaluate import Evaluation, evaluate
from digitapp.training.events import (
    BatchDone,
    Command,
    EpochDone,
    Event,
    PretrainingStep,
    RunFinished,
    RunStarted,
    SetLearningRate,
)
from digitapp.training.loop import begin, train
from digitapp.training.presets import build_network, preset_configs, start_from, usual_configs

__all__ = [
    "BatchDone",
    "Command",
    "ConfigError",
    "DataMismatch",
    "DataNotFinite",
    "EpochDone",
    "Evaluation",
    "Event",
    "NetworkConfig",
    "PretrainingStep",
    "RunFinished",
    "RunStarted",
    "SetLearningRate",
    "TrainConfig",
    "TrainingDiverged",
    "begin",
    "build_network",
    "evaluate",
    "parse_hidden",
    "parse_number",
    "parse_whole",
    "preset_configs",
    "start_from",
    "train",
    "usual_configs",
]
