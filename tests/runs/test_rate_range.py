"""What losses of a range test say: of made curves, whose range is known, with noise and with planted spikes."""

from dataclasses import dataclass

import numpy as np
import pytest

from digitapp.runs.rate_range import Outcome, RateRange, band, read_sweep

STEPS, SEEDS = 400, 5
RATES = np.geomspace(1e-6, 100, STEPS)
DECADES = np.log10(RATES)
ABSURD = (9.0, 1e4, 1e30, np.inf, np.nan, 0.0)


@dataclass
class Made:
    """Losses (seeds, steps) that fall from 2.3 to 0.3, steepest at 10^centre, and rise beyond 10^turn."""

    centre: float
    width: float
    losses: np.ndarray

    @property
    def turn(self) -> float:
        return self.centre + 8 * self.width + 0.5


def made(seed: int) -> Made:
    rng = np.random.default_rng(seed)
    made = Made(rng.uniform(-3.5, -1), rng.uniform(0.1, 0.25), np.empty(0))
    places = DECADES - made.centre - rng.normal(0, 0.05, (SEEDS, 1))
    losses = 0.3 + 2 / (1 + np.exp(np.clip(places / made.width, -50, 50)))
    losses += np.exp(np.clip(6 * (places + made.centre - made.turn), -50, 30))
    made.losses = losses + rng.normal(0, rng.uniform(0, 0.06), losses.shape)
    return made


def of(losses: np.ndarray) -> RateRange:
    found = read_sweep(RATES, losses).found
    assert found is not None
    return found


def farthest(one: RateRange, other: RateRange) -> float:
    """Return by which factor two ranges differ most."""
    return float(np.exp(np.abs(np.log(one) - np.log(other)).max()))


def test_a_range_goes_from_the_steepest_descent_to_before_the_turn() -> None:
    for seed in range(60):
        case = made(seed)
        reading = read_sweep(RATES, case.losses)
        found = reading.found
        assert found is not None and reading.outcome is Outcome.FOUND
        assert abs(np.log10(found.low) - case.centre) < 0.5
        assert found.low < found.middle < found.high
        assert reading.turned is not None and found.high < reading.turned < 10 ** (case.turn + 0.4)
        assert found.middle == pytest.approx(np.sqrt(found.low * found.high), rel=0.06)
        assert reading.start == pytest.approx(2.3, abs=0.1) and reading.descent == pytest.approx(2, abs=0.25)


def test_spikes_of_single_seeds_or_batches_change_next_to_nothing() -> None:
    factors = []
    for seed in range(60):
        losses, rng = made(seed).losses, np.random.default_rng(seed)
        plain = of(losses)
        for hit in (0, 3):  # two of five seeds, anywhere, as long and as high as one likes
            start = rng.integers(STEPS)
            losses[hit, start : start + rng.integers(1, 120)] = rng.choice(ABSURD)
        for start in rng.choice(np.arange(0, STEPS, 20), rng.integers(5), replace=False):  # all, but a few batches
            losses[:, start : start + rng.integers(1, 4)] = rng.choice(ABSURD)
        factors.append(farthest(of(losses), plain))
    assert max(factors) < 3 and np.median(factors) < 1.3


def test_where_nothing_falls_there_is_no_range() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        level, noise, rises = rng.uniform(0.001, 3), rng.uniform(0, 0.06), seed % 2 == 1
        losses = level * (1 + rng.normal(0, noise, (SEEDS, STEPS)))
        if rises:
            losses += level * np.exp(np.clip(4 * (DECADES + 1), -50, 30))
        reading = read_sweep(RATES, losses)
        assert reading.found is None and reading.outcome is Outcome.FLAT
        assert not rises or (reading.turned is not None and 1e-3 < reading.turned < 1)


def test_the_unit_of_the_loss_does_not_matter() -> None:
    for seed, unit in enumerate((0.001, 0.3, 7, 1000)):
        losses = made(seed).losses
        assert farthest(of(unit * losses), of(losses)) < 1.06


def test_a_loss_that_never_turns_ends_where_nothing_more_is_won() -> None:
    losses = 0.3 + 2 / (1 + np.exp((DECADES + 1) / 0.2)) + np.zeros((SEEDS, 1))
    reading = read_sweep(RATES, losses)
    assert reading.turned is None and reading.found is not None
    assert 0.1 / 1.5 < reading.found.low < 0.1 * 1.5 < reading.found.high < 3


def test_the_band_of_a_part_is_finite_and_in_order() -> None:
    losses = made(1).losses
    losses[1, 300:] = np.inf
    for done in (1, 2, 17, 250, STEPS):
        low, middle, high = band(losses[:, :done])
        assert low.shape == middle.shape == high.shape == (done,)
        assert np.isfinite(high).all() and (low <= middle + 1e-12).all() and (middle <= high + 1e-12).all()
