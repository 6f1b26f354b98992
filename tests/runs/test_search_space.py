"""What is searched: drawn within its limits, only where it means something, and refused in words where it cannot be."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.problems import PROBLEMS
from digitapp.nn import OPTIMIZERS
from digitapp.runs.search.errors import OtherStudy, SearchError
from digitapp.runs.search.space import (
    Between,
    Choice,
    Space,
    load_space,
    more_to_search,
    parse_entry,
    read_space,
    usual_base,
    usual_space,
)
from digitapp.runs.search.spec import Pruner, StudySpec, check_name, read_spec, usual_spec


class Drawing:
    """Draws from what Hypothesis gives, and remembers what was asked for."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.asked: list[str] = []

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.asked.append(name)
        assert low < high and (low > 0 or not log)
        return self.data.draw(st.floats(low, high))

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        self.asked.append(name)
        assert low < high and (low > 0 or not log)
        return self.data.draw(st.integers(low, high))

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        self.asked.append(name)
        return self.data.draw(st.sampled_from(choices))


def everything(problem: str) -> Space:
    space = usual_space(PROBLEMS[problem])
    for name, entry in more_to_search().items():
        space = space.with_entry(name, entry)
    return space.with_entry("layers", Between(0, 3, is_whole=True))


@given(st.data(), st.sampled_from(sorted(PROBLEMS)))
def test_every_draw_is_usable_and_only_what_means_something_is_drawn(data: st.DataObject, problem: str) -> None:
    space, base, draws = everything(problem), usual_base(PROBLEMS[problem]), Drawing(data)
    space.check(base, PROBLEMS[problem])

    (network, training), drawn = space.draw(draws, base)

    assert set(drawn) == set(draws.asked) and len(draws.asked) == len(set(draws.asked))
    layers = int(drawn["layers"])
    assert network.hidden == tuple(drawn[f"units_{layer + 1}"] for layer in range(layers))
    assert ("activation" in drawn) == ("hidden_dropout" in drawn) == (layers > 0)
    assert ("momentum" in drawn) == any(each.name == "momentum" for each in OPTIMIZERS[training.optimizer].options)
    rates = space.get("learning_rate")
    assert isinstance(rates, Between)
    factor = dict(space.factors).get(training.optimizer, 1.0)
    assert rates.low * factor <= training.learning_rate <= rates.high * factor * (1 + 1e-9)
    assert (training.epochs, training.seed, training.loss) == (base[1].epochs, base[1].seed, base[1].loss)
    assert list(drawn) == [name for name in space.drawn_names if name in drawn]


@pytest.mark.parametrize("problem", sorted(PROBLEMS))
def test_a_study_comes_back_from_json_as_it_was(problem: str) -> None:
    spec = replace(usual_spec("a study", problem), space=everything(problem), images=12, pruner=Pruner.HYPERBAND)

    assert read_spec(json.loads(json.dumps(spec.as_json()))) == spec
    spec.check_same(spec)
    longer = replace(spec, base=(spec.base[0], replace(spec.base[1], epochs=7)))
    with pytest.raises(OtherStudy, match="training epochs"):
        spec.check_same(longer)


def test_a_space_is_read_from_toml_and_from_options(tmp_path: Any) -> None:
    path = tmp_path / "space.toml"
    path.write_text(
        '[optimizer]\nvalues = ["sgd", "adam"]\n[learning_rate]\nlow = 0.001\nhigh = 0.1\n[learning_rate_factors]\n'
        "sgd = 10\n[units]\nvalues = [8, 16]\n[hidden_dropout]\nlow = 0\nhigh = 0.5\n"
    )
    space = load_space(path)

    assert space.get("learning_rate") == Between(0.001, 0.1, log=True)
    assert space.get("hidden_dropout") == Between(0.0, 0.5)
    assert space.factors == (("sgd", 10),)
    assert parse_entry("optimizer=sgd,adam") == ("optimizer", Choice(("sgd", "adam")))
    assert parse_entry("batch-size=8,16") == ("batch_size", Choice((8, 16)))
    assert parse_entry("weight_decay=1e-5..0.1") == ("weight_decay", Between(1e-5, 0.1, log=True))
    assert parse_entry("units=4..64") == ("units", Between(4, 64, log=True, is_whole=True))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "nothing is searched"),
        ({"epochs": {"low": 1, "high": 2}}, "epochs"),
        ({"optimizer": {"low": 0, "high": 1}}, "expected values"),
        ({"learning_rate": {"low": 0.1, "high": 0.01}}, "low below high"),
        ({"learning_rate": {"low": 0, "high": 0.01, "log": True}}, "orders of magnitude"),
        ({"learning_rate": {"low": 0.1}}, "low and high"),
        ({"learning_rate": {"low": 0.1, "high": 1, "step": 2}}, "step"),
        ({"batch_size": {"values": [8, 8]}}, "different"),
        ({"batch_size": {"values": [8.5]}}, "whole"),
        ({"batch_size": {"values": ["many"]}}, "whole"),
        ({"hidden_dropout": {"low": 0, "high": float("nan")}}, "numbers"),
        ({"learning_rate": {"low": 0.1, "high": 1}, "learning_rate_factors": {"sdg": 10}}, "no such optimizer"),
        ({"learning_rate": {"low": 0.1, "high": 1}, "learning_rate_factors": {"sgd": "x"}}, "factor"),
        ([], "table"),
    ],
)
def test_what_is_no_space_is_refused_in_a_sentence(values: Any, said: str) -> None:
    with pytest.raises(SearchError, match=said) as caught:
        read_space(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "entry", "said"),
    [
        ("optimizer", Choice(("sgd", "adma")), "adma"),
        ("hidden_dropout", Between(0.0, 1.0), "0.95"),
        ("learning_rate", Between(1.0, 500.0), "1000"),
        ("layers", Between(1, 30, is_whole=True), "20"),
        ("units", Choice((16, 20_000)), "units"),
        ("units", Choice((16, 9_999)), "too large"),
    ],
)
def test_limits_that_a_network_cannot_have_are_refused_before_anything_is_trained(
    name: str, entry: Any, said: str
) -> None:
    spec = usual_spec("a study", "mnist")
    with pytest.raises(SearchError, match=said):
        StudySpec("a study", "mnist", "mnist", spec.base, spec.space.with_entry(name, entry))


@pytest.mark.parametrize("name", ["", " a", "a\nb", "x" * 101, "mine at random", "mine on new seeds"])
def test_names_that_cannot_be_a_studys(name: str) -> None:
    with pytest.raises(SearchError, match="cannot be called"):
        check_name(name)
