"""The rows of an update are what the optimiser does, for every optimiser there is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from digitapp.inspection.update_terms import Restraint, Term, has_terms, update_terms, written
from digitapp.nn import OPTIMIZERS, REGULARIZERS
from digitapp.nn.optimizer import Optimizer
from digitapp.nn.regularizers import clip_norm
from digitapp.training import TrainConfig

RULES = [key for key in OPTIMIZERS if has_terms(key)]
STEPS, PARAMETERS = 60, 5


def buffers(optimizer: Optimizer, index: int) -> dict[str, float]:
    return {name: float(vector[index if len(vector) > 1 else 0]) for name, vector in optimizer.state.items()}


@pytest.mark.parametrize("key", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_every_optimiser_is_followed_for_sixty_steps(key: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    options = {} if seed == 0 else _other_options(key, rng)
    parameters = rng.normal(size=PARAMETERS)
    optimizer = OPTIMIZERS[key](parameters, **options)
    for step in range(1, STEPS + 1):
        gradient = rng.normal(size=PARAMETERS) * 10.0 ** rng.uniform(-4, 1)
        gradient[rng.random(PARAMETERS) < 0.1] = 0
        rate = float(rng.uniform(0.001, 0.3))
        expected = [
            update_terms(key, options, buffers(optimizer, i), step, float(gradient[i]), float(parameters[i]), rate)
            for i in range(PARAMETERS)
        ]
        optimizer.step(parameters, gradient, rate)
        for index, terms in enumerate(expected):
            assert terms.after == pytest.approx(parameters[index], rel=1e-12, abs=1e-12)
            assert terms.rows[-1].value == terms.after


def _other_options(key: str, rng: np.random.Generator) -> dict[str, float]:
    """Return options of this optimiser well within their ranges, of other values than usual."""
    ranges = {"epsilon": (1e-8, 1e-3), "grow": (1.1, 1.5), "shrink": (0.3, 0.8), "decay": (0.01, 1.0)}
    found = {}
    for option in OPTIMIZERS[key].options:
        low, high = ranges.get(option.name, (0.1, 0.95))
        found[option.name] = float(rng.uniform(low, high))
    return found


@pytest.mark.parametrize("key", RULES)
def test_buffers_are_what_the_next_step_begins_with(key: str) -> None:
    rng = np.random.default_rng(7)
    parameters = rng.normal(size=1)
    optimizer = OPTIMIZERS[key](parameters)
    for step in range(1, 6):
        gradient = rng.normal(size=1)
        terms = update_terms(key, {}, buffers(optimizer, 0), step, float(gradient[0]), float(parameters[0]), 0.1)
        optimizer.step(parameters, gradient, 0.1)
        last = {row.symbol: row.value for row in terms.rows}
        scales = {"m": 1 - getattr(optimizer, "beta1", 0), "v": 1 - getattr(optimizer, "beta2", 0)}
        names = {"largest": "v_max", "size": "Δ", "sign": "s", "product": "Π"}
        for name, value in buffers(optimizer, 0).items():
            scale = (
                scales["v" if name == "largest" else name] if hasattr(optimizer, "beta1") and name != "product" else 1
            )
            assert last[names.get(name, name)] == pytest.approx(value * scale, rel=1e-12, abs=1e-15)


def test_adam_has_the_rows_of_its_paper() -> None:
    terms = update_terms("adam", {}, {"m": 0.0, "v": 0.0}, 1, 0.5, 1.0, 0.01)
    assert [(row.symbol, row.formula) for row in terms.rows] == [
        ("g", "∂C/∂w"),
        ("m", "β₁·m + (1 − β₁)·g"),
        ("v", "β₂·v + (1 − β₂)·g²"),
        ("m̂", "m / (1 − β₁ᵗ)"),
        ("v̂", "v / (1 − β₂ᵗ)"),
        ("Δw", "−α·m̂ / (√v̂ + ε)"),
        ("w", "w + Δw"),
    ]
    m = terms.rows[1]
    assert (m.with_numbers, m.value) == ("0.9·0 + 0.1·0.5", pytest.approx(0.05))
    assert terms.rows[3].with_numbers == "0.05 / (1 − 0.9¹)"
    # The first step of Adam is as long as the learning rate, whatever the gradient.
    assert terms.after == pytest.approx(0.99, abs=1e-8)


def test_negative_numbers_stand_in_brackets() -> None:
    terms = update_terms("sgd", {}, {}, 1, -0.25, -2.0, 0.1)
    assert terms.rows[1] == Term("Δw", "−α·g", "−0.1·(−0.25)", 0.025)
    assert terms.rows[2].with_numbers == "(−2) + 0.025"


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (-1e-7, "−1·10⁻⁷"), (2.5e12, "2.5·10¹²"), (math.inf, "∞"), (math.nan, "nan")]
)
def test_numbers_as_they_are_written(value: float, text: str) -> None:
    assert written(value) == text


def test_what_keeps_weights_small_has_rows_of_its_own() -> None:
    rng = np.random.default_rng(3)
    weights, gradient = rng.normal(size=4), rng.normal(size=4)
    before = weights.copy(), gradient.copy()
    strengths, limit, rate = {"l1": 0.01, "l2": 0.02, "weight_decay": 0.3}, 0.5, 0.1
    for key, strength in strengths.items():
        REGULARIZERS[key].add_gradient(weights, strength, gradient)
        REGULARIZERS[key].shrink(weights, strength, rate)
    clip = min(1.0, limit / float(np.linalg.norm(gradient)))
    clip_norm(gradient, limit)
    weights -= rate * gradient
    matrix = weights.reshape(-1, 1).copy()
    REGULARIZERS["max_norm"].project([matrix], 0.8)
    shrinkage = float(matrix[0, 0] / weights[0])
    config = TrainConfig(l1=0.01, l2=0.02, weight_decay=0.3)
    for index in range(4):
        restraint = Restraint.of(config, is_weight=True, clip=clip, shrinkage=shrinkage)
        terms = update_terms("sgd", {}, {}, 1, float(before[1][index]), float(before[0][index]), rate, restraint)
        assert terms.after == pytest.approx(matrix[index, 0], abs=1e-14)
        formulas = [row.formula for row in terms.rows]
        assert formulas[:5] == ["∂C/∂w", "g + λ₁·sign(w)", "g + λ₂·w", "(1 − α·λ)·w", "g·c"]
        assert formulas[-1] == "w·c"
    assert Restraint.of(config, is_weight=False, clip=0.5) == Restraint(clip=0.5)


def test_breeding_has_no_rule_for_a_parameter() -> None:
    assert [key for key in OPTIMIZERS if not has_terms(key)] == ["genetic"]
    with pytest.raises(ValueError, match="no rule"):
        update_terms("genetic", {}, {}, 1, 0.0, 0.0, 0.1)
