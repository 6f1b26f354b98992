"""The facts of `info --system`, and the remark about kernels that leave half of a processor unused."""

import pytest

from digitapp.system import Blas, Cpu, blas_note, system_facts

SERVER = Cpu("a server", 2, avx512=True)
AVX2 = Blas("openblas", "0.3", "Haswell", 2)


def test_facts_are_complete() -> None:
    facts = system_facts()
    assert facts.versions["digitapp"] and facts.versions["Python"]
    assert "not installed" not in {facts.versions["numpy"], facts.versions["Pillow"]}
    assert facts.cpu.cores >= 1 and facts.cpu.name
    assert {"data", "shipped_models", "shipped_data"} == set(facts.directories)


def test_avx2_kernels_on_an_avx512_processor_are_remarked_on() -> None:
    note = blas_note(AVX2, SERVER, {})
    assert note is not None and "AVX2" in note and "Haswell" in note and "OPENBLAS_CORETYPE" not in note
    note = blas_note(AVX2, SERVER, {"OPENBLAS_CORETYPE": "Haswell"})
    assert note is not None and "OPENBLAS_CORETYPE=Haswell" in note


@pytest.mark.parametrize(
    ("blas", "cpu"),
    [
        (AVX2, Cpu("a laptop", 8, avx512=False)),
        (Blas("openblas", "0.3", "SkylakeX", 2), SERVER),
        (Blas("mkl", "2024", "Haswell", 2), SERVER),
        (Blas("unknown", None, None, None), SERVER),
    ],
)
def test_nothing_is_remarked_where_nothing_can_be_won(blas: Blas, cpu: Cpu) -> None:
    assert blas_note(blas, cpu, {"OPENBLAS_CORETYPE": "Haswell"}) is None
