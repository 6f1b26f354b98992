"""How good the rates are that the range test names, beside the best of a grid of real trainings on MNIST.

For each network and optimiser the test is done once. Then every rate of a grid, and the low end, the middle and the
high end of the range, are trained for a few epochs with the same seeds, and what they read right on validation stands
beside each other.

    python benchmarks/range_test.py --data-dir DIR [--epochs 3] [--seeds 2]
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np

from digitapp.datasets.load import load_dataset
from digitapp.runs.plan import Plan
from digitapp.runs.range_test import RangeTest, run_range_test
from digitapp.training import EpochDone, NetworkConfig, TrainConfig, TrainingDiverged

GRIDS = {
    "sgd": (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0),
    "momentum": (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2),
    "adam": (1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 3e-2),
}


def trained(plan: Plan, rate: float, epochs: int, seeds: int) -> float:
    """Return the share of the validation images that networks of these seeds read right, on average."""
    shares = []
    for seed in range(seeds):
        config = replace(plan.config, learning_rate=rate, epochs=epochs, seed=seed)
        share = 0.0
        try:
            for event in replace(plan, config=config).make().begin().events():
                if isinstance(event, EpochDone):
                    share = event.validation_accuracy or 0.0
        except TrainingDiverged:
            pass
        shares.append(share)
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    data = load_dataset("mnist", data_dir=arguments.data_dir, seed=0)
    for hidden in (30, 128):
        for optimizer, grid in GRIDS.items():
            plan = Plan(data.problem, NetworkConfig((hidden,)), TrainConfig(optimizer=optimizer, threads=1), None, data)
            began = process_time()
            result = run_range_test(RangeTest(plan))
            took = process_time() - began
            assert result is not None and result.found is not None, "a range on MNIST"
            shares = {rate: trained(plan, rate, arguments.epochs, arguments.seeds) for rate in grid}
            best = max(shares, key=lambda rate: shares[rate])
            ends = [
                f"{rate:g}: {100 * trained(plan, rate, arguments.epochs, arguments.seeds):.2f} %"
                for rate in result.found
            ]
            print(
                f"784-{hidden}-10, {optimizer}: {took:.1f} s of the processor; range {', '.join(ends)}; "
                f"best of the grid {best:g}: {100 * shares[best]:.2f} %",
                flush=True,
            )


if __name__ == "__main__":
    main()
