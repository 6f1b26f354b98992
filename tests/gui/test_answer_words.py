"""How sure an answer is said to be, whatever kind of outputs it comes from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.gui.words.answers import answer_words, shares_of
from digitapp.reading import Answer

outputs = st.lists(st.floats(0, 1), min_size=2, max_size=10).map(np.array)


@given(outputs)
def test_what_the_classes_share_is_one_certainty(probabilities: np.ndarray) -> None:
    shares = shares_of(probabilities)
    assert shares.sum() <= 1 + 1e-9
    assert (shares <= probabilities).all()
    assert shares.argmax() == probabilities.argmax() or np.isclose(shares.max(), shares[probabilities.argmax()])


@given(outputs)
def test_probabilities_stay_what_they_are(values: np.ndarray) -> None:
    probabilities = np.exp(values) / np.exp(values).sum()
    assert np.allclose(shares_of(probabilities), probabilities)


@pytest.mark.parametrize(
    ("probabilities", "sentence", "certainty"),
    [
        ((0.79, 0.73), "Perhaps a 0", "52.0 % sure"),
        ((0.10, 0.05), "Hard to say, maybe a 0", "10.0 % sure"),
        ((0.95, 0.02), "Very likely a 0", "95.0 % sure"),
    ],
)
def test_two_outputs_that_are_both_high_are_not_sure(
    probabilities: tuple[float, float], sentence: str, certainty: str
) -> None:
    words = answer_words(Answer(None, np.array(probabilities), 0, reason=None), ("0", "1"))
    assert (words.sentence, words.certainty) == (sentence, certainty)
