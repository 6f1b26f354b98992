"""``digitapp range-test``: which rates are of use."""

import pytest
from cli_helpers import refused, run, run_json


def test_json_holds_losses_range_and_confirmations() -> None:
    arguments = ("range-test", "--dataset", "toy", "--seeds", 2, "--steps", 120)
    found = run_json(*arguments)
    assert len(found["rates"]) == 120 == len(found["band"]["middle"])
    assert found["rates"][0] == pytest.approx(1e-6) and found["rates"][-1] == pytest.approx(100)
    assert list(found["range"]) == ["low", "middle", "high"]
    assert [each["rate"] for each in found["confirmations"]] == list(found["range"].values())
    assert found["seeds"] == 2 and found["samples"] == 48
    assert run_json(*arguments) == found


def test_people_are_told_the_range_and_what_held() -> None:
    lines = run("range-test", "--dataset", "plane:moons", "--seeds", 2, "--steps", 120).stdout.splitlines()
    assert lines[0].endswith("2 seeds, 120 batches each")
    assert any("in the range" in line for line in lines)
    assert [line.split()[0] for line in lines[-3:]] == ["low", "middle", "high"]
    assert lines[-5].startswith("Rates from ")


def test_where_there_is_no_range_it_says_why() -> None:
    text = run("range-test", "--dataset", "toy", "--start-from", "toy", "--seeds", 2, "--steps", 100).stdout
    assert "lets the loss fall clearly" in text and "learned all already" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--optimizer", "rprop"), "rate to be found"),
        (("--optimizer", "genetic"), "rate to be found"),
        (("--steps", "5"), "--steps"),
        (("--seeds", "0"), "--seeds"),
        (("--lowest", "-1"), "--lowest"),
        (("--highest", "1e-9"), "--highest"),
        (("--dataset", "nothing-there"), "nothing-there"),
        (("--hidden", "x"), "--hidden"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    dataset = () if "--dataset" in arguments else ("--dataset", "toy")
    assert said in refused("range-test", *dataset, *arguments)
