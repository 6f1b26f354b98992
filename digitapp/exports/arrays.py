"""A network as a NumPy archive (.npz): for who goes on with it in a few lines of NumPy.

`layers.0.weight` of shape (fan_in, fan_out), `layers.0.bias` and so on, as in a model file, and beside them the texts
`activations` (one for each layer), `loss` and `class_names`. `numpy.load` reads it without pickle.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from digitapp.atomic import atomic_file
from digitapp.modelfile import Model

SUFFIX = ".npz"


def write_arrays(path: str | os.PathLike[str], model: Model) -> None:
    """Write the archive, whole or not at all; normalisation is folded into the weights. Raises OSError."""
    network = model.network.folded()
    arrays: dict[str, Any] = {
        "activations": np.array(network.activations),
        "loss": np.array(model.loss),
        "class_names": np.array(model.class_names),
    }
    for layer, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        arrays |= {f"layers.{layer}.weight": weights, f"layers.{layer}.bias": biases}
    with atomic_file(path) as file:
        np.savez(file, **arrays)
