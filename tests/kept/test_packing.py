"""Packets come back as they were, and tell when they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from digitapp.kept.packing import PacketError, pack, unpack

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ARRAYS = st.dictionaries(
    st.text(max_size=5),
    arrays(st.sampled_from([np.float32, np.int64, np.uint8]), array_shapes(min_dims=0, max_dims=2, min_side=0)),
    max_size=3,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), JSON, max_size=4), ARRAYS)
def test_a_packet_comes_back(facts: dict, some: dict[str, np.ndarray]) -> None:
    found, others = unpack(pack(facts, some))
    assert found == facts
    assert others.keys() == some.keys()
    for name, array in some.items():
        assert others[name].dtype == array.dtype and others[name].shape == array.shape
        assert others[name].tobytes() == array.tobytes()


@settings(max_examples=50)
@given(st.data())
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    packet = bytearray(pack({"a": [1, 2]}, {"x": np.arange(6, dtype=np.float32)}))
    place = data.draw(st.integers(0, len(packet) - 1))
    packet[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(PacketError):
        unpack(bytes(packet))
    with pytest.raises(PacketError):
        unpack(bytes(packet[:place]))


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        pack({"a": object()})
    with pytest.raises(TypeError):
        pack({}, {"a": np.zeros(1, complex)})
