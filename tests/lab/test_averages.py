"""The mean is what its definition says, with and without the correction of the start."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.lab.averages import PERIOD, exponential_mean, memory, noisy_cosine, past_weights

BETAS = (0.0, 0.1, 0.5, 0.9, 0.98, 0.99)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("corrected", [False, True])
def test_it_is_the_weighted_sum_of_the_past(beta: float, corrected: bool) -> None:
    rng = np.random.default_rng(0)
    for count in (1, 2, 7, 150):
        values = rng.normal(3, 10, count)
        means = exponential_mean(values, beta, corrected=corrected)
        for t in range(1, count + 1):
            weights = past_weights(beta, t, corrected=corrected)
            assert weights.sum() == pytest.approx(1 if corrected else 1 - beta**t)
            assert means[t - 1] == pytest.approx(float(weights @ values[:t][::-1]), abs=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_of_what_does_not_change_the_corrected_mean_is_that(beta: float) -> None:
    np.testing.assert_allclose(exponential_mean(np.full(300, 4.2), beta, corrected=True), 4.2)
    started = exponential_mean(np.full(300, 4.2), beta)
    np.testing.assert_allclose(started, 4.2 * (1 - beta ** np.arange(1, 301)))


@pytest.mark.parametrize("beta", BETAS[1:])
def test_what_is_older_than_the_memory_counts_for_about_a_third(beta: float) -> None:
    older = past_weights(beta, 20_000)[round(memory(beta)) :].sum()
    assert beta / 4 < older <= 0.37 + 1e-9 or beta < 0.5


def test_a_longer_signal_of_a_seed_has_noise_in_proportion() -> None:
    clean, little = noisy_cosine(200, 0.1, 3)
    _, much = noisy_cosine(200, 0.5, 3)
    np.testing.assert_allclose((much - clean) / 5, little - clean, atol=1e-12)
    assert (
        clean[0] == pytest.approx(1) and clean[PERIOD] == pytest.approx(1) and clean[PERIOD // 2] == pytest.approx(-1)
    )


def test_nothing_and_what_is_no_number() -> None:
    assert exponential_mean([], 0.9).shape == exponential_mean([], 0.9, corrected=True).shape == (0,)
    assert np.isnan(exponential_mean([1, np.nan, 1], 0.5)).tolist() == [False, True, True]
    assert past_weights(0.9, 0, corrected=True).shape == (0,)
    for beta in (1.0, -0.1, np.nan, 2.0):
        with pytest.raises(ValueError, match="β"):
            exponential_mean([1.0], beta)
