"""The rule that is shown for one parameter leads to the value that the training's step has led to."""

from typing import Any

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.inspection.step_effect import parameter_step
from digitapp.nn import OPTIMIZERS, Network, initialize
from digitapp.nn.network import UnitRef
from digitapp.training.config import TrainConfig
from digitapp.training.held import Held
from digitapp.training.stepwise import LearnFrom, Request, Stepwise

RESTRAINTS: tuple[dict[str, Any], ...] = (
    {},
    {"l1": 0.003, "l2": 0.01, "weight_decay": 0.02},
    {"clip_norm": 0.05, "l2": 0.02},
    {"max_norm": 1.2},
)


@pytest.mark.parametrize("restraint", RESTRAINTS, ids=str)
@pytest.mark.parametrize("optimizer", [key for key in OPTIMIZERS if OPTIMIZERS[key].uses_gradient])
def test_the_rows_lead_to_the_value_after_the_step(optimizer: str, restraint: dict[str, Any]) -> None:
    config = TrainConfig(loss="squared_error", optimizer=optimizer, learning_rate=0.05, batch_size=8, **restraint)
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"), np.float64)
    initialize(network, "normal", np.random.default_rng(5))
    stepwise = Stepwise(network, load_dataset("toy"), config)
    for _ in range(7):
        update = stepwise.advance(Request(LearnFrom.BATCH, 0, config.learning_rate))
        for index in range(network.parameter_count):
            step = parameter_step(network, config, update, index)
            assert step.terms is not None
            assert step.terms.after == pytest.approx(step.after, abs=1e-12)


def test_what_is_held_is_said_to_be() -> None:
    config = TrainConfig(optimizer="adam", learning_rate=0.05, batch_size=8)
    network = Network((12, 3, 2), ("sigmoid", "identity"), np.float64)
    initialize(network, "normal", np.random.default_rng(5))
    stepwise = Stepwise(network, load_dataset("toy"), config, Held(frozen=(UnitRef(0, 0),)))
    update = stepwise.advance(Request(LearnFrom.ALL, 0, 0.05))
    assert parameter_step(network, config, update, 0).is_held
    assert not parameter_step(network, config, update, 12).is_held
