"""Single weights changed by hand: one step of undo each, a drag is one, and what is locked stays."""

from __future__ import annotations

import numpy as np
import pytest
from page_helpers import OpenSession
from pytestqt.qtbot import QtBot

from digitapp.gui.state.models import OWN_NETWORK, SHIPPED
from digitapp.gui.state.session import Session
from digitapp.gui.state.stepping import Stepper
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.inspection.walk import Stage
from digitapp.nn.network import WeightRef
from digitapp.training import NetworkConfig, TrainConfig, usual_configs
from digitapp.training.evaluate import evaluate

WEIGHT = WeightRef(0, 6, 0)


@pytest.fixture
def session(toy_session: Session) -> Session:
    return toy_session


@pytest.fixture
def weights(session: Session) -> WeightSurgery:
    return WeightSurgery.of(session)


def test_a_weight_is_set_and_taken_back(session: Session, weights: WeightSurgery, qtbot: QtBot) -> None:
    before = session.network.copy()
    with qtbot.waitSignals([session.weights_changed, session.answer_changed]):
        assert weights.set(WEIGHT, -1.5)
    assert weights.value(WEIGHT) == session.network.weights[0][6, 0] == -1.5
    changed = np.flatnonzero(session.network.parameters != before.parameters)
    assert changed.tolist() == [6]
    assert weights.surgery.undo_stack.undoText() == "Pixel 7 → unit A set to −1.5"
    weights.surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before.parameters)
    weights.surgery.redo()
    assert weights.value(WEIGHT) == -1.5
    assert weights.set(WeightRef(1, None, 1), 1 / 3)
    assert session.network.biases[1][1] == np.float32(1 / 3)
    assert weights.surgery.undo_stack.undoText() == "Bias of output 1 set to 0.33333"
    assert weights.zero(WEIGHT) and weights.value(WEIGHT) == 0


def test_a_shipped_network_is_copied_first(session: Session, weights: WeightSurgery) -> None:
    session.choose_model(SHIPPED)
    shipped = session.network.parameters.copy()
    weights.set(WEIGHT, 2.0)
    assert session.current_entry.key not in (SHIPPED, OWN_NETWORK)
    session.choose_model(SHIPPED)
    np.testing.assert_array_equal(session.network.parameters, shipped)


def test_a_drag_is_one_step_and_is_measured_once(session: Session, weights: WeightSurgery, qtbot: QtBot) -> None:
    surgery, before = weights.surgery, session.network.parameters.copy()
    assert session.dataset is not None and session.dataset.validation is not None
    old = evaluate(session.network, session.model.loss, session.dataset.validation)
    weights.set(WeightRef(0, 1, 1), 0.5)
    surgery.undo()
    gesture = surgery.begin_gesture()
    for value in np.linspace(-8, 8, 200):
        weights.set(WEIGHT, float(value), gesture)
        assert surgery.effect is not None and surgery.effect.is_pending and surgery.effect.scores is None
    assert surgery.undo_stack.count() == 1, "what was taken back is gone, and the drag is one step"
    assert surgery.undo_stack.undoText() == "Pixel 7 → unit A set to 8"
    surgery.end_gesture()
    qtbot.waitUntil(lambda: surgery.effect is not None and surgery.effect.scores is not None)
    assert surgery.effect is not None and surgery.effect.scores is not None
    assert surgery.effect.scores[0].loss == pytest.approx(old.loss, rel=1e-6)
    now = evaluate(session.network, session.model.loss, session.dataset.validation)
    assert surgery.effect.scores[1].loss == pytest.approx(now.loss, rel=1e-6)
    second = surgery.begin_gesture()
    weights.set(WEIGHT, 1.0, second)
    weights.set(WEIGHT, 2.0, second)
    surgery.end_gesture()
    assert surgery.undo_stack.count() == 2, "another drag is another step"
    surgery.undo()
    assert weights.value(WEIGHT) == 8
    surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before)
    surgery.redo()
    assert weights.value(WEIGHT) == 8


def test_two_weights_are_set_in_one_step(session: Session, weights: WeightSurgery) -> None:
    before = session.network.parameters.copy()
    other = WeightRef(0, 7, 0)  # of the same unit
    far = WeightRef(1, 2, 1)
    assert weights.set_all({WEIGHT: 1.0, other: 2.0, far: 3.0}, "Moved")
    assert [weights.value(weight) for weight in (WEIGHT, other, far)] == [1, 2, 3]
    assert weights.surgery.undo_stack.count() == 1
    weights.surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before)


def test_a_step_gives_back_what_it_took_and_no_more(session: Session, weights: WeightSurgery) -> None:
    """Whatever has learned meanwhile stays: the rest of the unit, too."""
    old = weights.value(WEIGHT)
    weights.set(WEIGHT, 2.0)
    session.network.parameters[:] += 1  # as a step of training does
    learned = session.network.parameters.copy()
    weights.surgery.undo()
    assert weights.value(WEIGHT) == pytest.approx(old)
    learned[6] = old
    np.testing.assert_array_equal(session.network.parameters, learned)


def test_what_is_locked_is_not_changed_by_hand(session: Session, weights: WeightSurgery) -> None:
    weights.set(WEIGHT, 2.0)
    weights.lock(WEIGHT)
    assert weights.is_locked(WEIGHT) and "locked" in weights.reason(WEIGHT)
    assert not weights.set(WEIGHT, 1.0) and not weights.zero(WEIGHT)
    assert weights.reason(WeightRef(0, 7, 0)) == ""
    Surgery.of(session).zero(0, 0)
    assert weights.value(WEIGHT) == 2 and np.count_nonzero(session.network.weights[0][:, 0]) == 1
    weights.surgery.undo()
    weights.surgery.undo()
    assert not weights.is_locked(WEIGHT)
    weights.surgery.redo()
    weights.lock(WEIGHT)
    assert not weights.is_locked(WEIGHT) and weights.set(WEIGHT, 1.0)
    assert weights.surgery.undo_stack.count() == 4


def test_training_leaves_what_is_locked(session: Session, weights: WeightSurgery, qtbot: QtBot) -> None:
    shape, config = usual_configs(session.problem)
    session.renew_weights(shape, config)
    bias = WeightRef(1, None, 0)
    weights.set(WEIGHT, 0.75)
    for weight in (WEIGHT, bias):
        weights.lock(weight)
    before = session.network.copy()
    short = TrainConfig(loss=config.loss, optimizer="adam", learning_rate=0.05, epochs=3, batch_size=16)
    session.start_training(shape, short, source=session.model)
    qtbot.waitUntil(lambda: not session.run.is_active)
    assert weights.value(WEIGHT) == 0.75 and weights.value(bias) == before.biases[1][0]
    assert np.count_nonzero(session.network.parameters != before.parameters) > 30
    assert session.model.training["held"]["weights"] == [[0, 6, 0], [1, None, 0]]
    assert weights.is_locked(WEIGHT) and weights.is_locked(bias)


def test_swapped_units_are_the_same_network(session: Session, weights: WeightSurgery) -> None:
    assert session.dataset is not None
    images, before = session.dataset.all_but_test, session.network.copy()
    weights.lock(WEIGHT)
    Surgery.of(session).toggle(0, 2)
    outputs = session.network.forward(images.inputs)
    weights.swap(0, 0, 2)
    np.testing.assert_allclose(session.network.forward(images.inputs), outputs, atol=1e-6)
    np.testing.assert_array_equal(session.network.weights[0][:, 2], before.weights[0][:, 0])
    assert weights.is_locked(WeightRef(0, 6, 2)) and not weights.is_locked(WEIGHT)
    assert Surgery.of(session).is_off(0, 0) and not Surgery.of(session).is_off(0, 2)
    assert weights.surgery.undo_stack.undoText() == "Unit A and unit C swapped"
    weights.surgery.undo()
    assert weights.is_locked(WEIGHT) and Surgery.of(session).is_off(0, 2)
    weights.surgery.undo()
    weights.surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before.parameters)
    assert weights.reason_not_swapped(1, 0, 1) and weights.reason_not_swapped(0, 1, 1)
    assert weights.reason_not_swapped(0, 0, 3)


def test_the_tale_is_one_step(session: Session, weights: WeightSurgery) -> None:
    assert session.dataset is not None
    session.renew_weights(*usual_configs(session.problem))
    before = session.network.parameters.copy()
    weights.lock(WEIGHT)
    weights.begin_tale()
    images = session.dataset.all_but_test
    right = session.network.forward(images.inputs).argmax(axis=1) == images.labels
    assert np.count_nonzero(right) == 54
    assert not weights.is_locked(WEIGHT)
    weights.surgery.undo()
    assert weights.is_locked(WEIGHT)
    np.testing.assert_array_equal(session.network.parameters, before)
    session.renew_weights(NetworkConfig((4,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    assert weights.reason_not_told() and weights.surgery.undo_stack.count() == 0
    weights.begin_tale()
    assert weights.surgery.undo_stack.count() == 0


def test_what_cannot_be_says_why(session: Session, weights: WeightSurgery) -> None:
    assert "no such weight" in weights.reason(WeightRef(0, 12, 0))
    assert not weights.set(WeightRef(0, 12, 0), 1.0)
    for value in (np.nan, np.inf, 1e39):
        assert not weights.set(WEIGHT, value)
    Surgery.of(session).toggle(0, 1)
    assert "switched off" in weights.reason(WeightRef(1, 1, 0)) and weights.reason(WeightRef(0, 0, 1)) == ""
    Surgery.of(session).freeze(0, 0)
    assert weights.is_locked(WEIGHT) and not weights.set(WEIGHT, 1.0)
    with pytest.raises(IndexError):
        weights.value(WeightRef(7, 0, 0))


def test_nothing_is_changed_while_it_learns(session: Session, weights: WeightSurgery, qtbot: QtBot) -> None:
    shape, config = usual_configs(session.problem)
    gesture = weights.surgery.begin_gesture()
    weights.set(WEIGHT, 1.0, gesture)
    session.start_training(shape, config, paused=True)
    qtbot.waitUntil(lambda: session.shows_run)
    assert "learning" in weights.reason(WEIGHT) and not weights.set(WEIGHT, 2.0, gesture)
    weights.lock(WEIGHT)
    weights.swap(0, 0, 1)
    weights.begin_tale()
    weights.surgery.end_gesture()
    assert not weights.is_locked(WEIGHT) and weights.surgery.undo_stack.count() == 0
    session.run.stop()
    qtbot.waitUntil(lambda: not session.run.is_active)


def test_a_network_that_is_replaced_in_a_drag_ends_it(session: Session, weights: WeightSurgery) -> None:
    gesture = weights.surgery.begin_gesture()
    weights.set(WEIGHT, 1.0, gesture)
    session.renew_weights(NetworkConfig((2,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    assert weights.surgery.effect is None
    assert weights.set(WEIGHT, 3.0, gesture), "the new network has this weight, too"
    assert not weights.set(WeightRef(0, 0, 2), 3.0, gesture)
    weights.surgery.end_gesture()
    assert weights.surgery.undo_stack.count() == 1


def test_weights_without_a_data_set(open_session: OpenSession) -> None:
    session = open_session("mnist", (4,))
    weights = WeightSurgery.of(session)
    weight = WeightRef(0, 400, 2)
    gesture = weights.surgery.begin_gesture()
    weights.set(weight, 9.0, gesture)
    weights.surgery.end_gesture()
    assert weights.value(weight) == 9 and weights.surgery.effect is not None
    assert weights.surgery.effect.scores is None and not weights.surgery.effect.is_pending


@pytest.mark.parametrize("seed", range(5))
def test_whatever_was_done_is_taken_back_and_done_again(session: Session, weights: WeightSurgery, seed: int) -> None:
    session.renew_weights(NetworkConfig((3,), "sigmoid", "glorot"), usual_configs(session.problem)[1])
    rng, surgery = np.random.default_rng(seed), weights.surgery

    def state() -> tuple[object, ...]:
        marks = session.current_entry.marks
        off = {place: votes.tobytes() for place, votes in marks.off.items()}
        return session.network.parameters.tobytes(), marks.frozen, marks.locked, off

    def any_weight() -> WeightRef:
        layer = int(rng.integers(2))
        source = int(rng.integers(-1, session.network.sizes[layer]))
        return WeightRef(layer, None if source < 0 else source, int(rng.integers(session.network.sizes[layer + 1])))

    def drag() -> None:
        gesture, weight = surgery.begin_gesture(), any_weight()
        for value in rng.normal(size=4):
            weights.set(weight, float(value), gesture)
        surgery.end_gesture()

    def move() -> None:
        weights.move(rng.normal(size=session.network.parameter_count), "Moved")

    actions = (
        lambda: weights.set(any_weight(), float(rng.normal())),
        drag,
        move,
        lambda: weights.zero(any_weight()),
        lambda: weights.lock(any_weight()),
        lambda: weights.swap(0, *map(int, rng.permutation(3)[:2])),
        lambda: surgery.toggle(0, int(rng.integers(3))),
        lambda: surgery.freeze(int(rng.integers(2)), int(rng.integers(2))),
        lambda: surgery.zero(int(rng.integers(2)), int(rng.integers(2))),
        weights.begin_tale,
    )
    stack, seen = surgery.undo_stack, [state()]
    while stack.count() < 60:
        before = stack.count()
        actions[int(rng.integers(len(actions)))]()
        if stack.count() > before:
            seen.append(state())
    for expected in reversed(seen[:-1]):
        surgery.undo()
        assert state() == expected
    for expected in seen[1:]:
        surgery.redo()
        assert state() == expected


def test_a_step_by_hand_leaves_what_is_locked(session: Session, weights: WeightSurgery) -> None:
    weights.set(WEIGHT, 0.75)
    weights.lock(WEIGHT)
    before = session.network.parameters.copy()
    stepper = Stepper.of(session)
    assert stepper.go_to(Stage.UPDATE)
    changed = np.flatnonzero(session.network.parameters != before)
    assert len(changed) > 10 and 6 not in changed
    weights.lock(WEIGHT)
    stepper.home()
    assert stepper.go_to(Stage.UPDATE)
    assert session.network.parameters[6] != 0.75
