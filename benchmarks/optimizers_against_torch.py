"""Compare every optimiser with PyTorch's, where it has one: the same gradients, 100 steps, float64 and float32.

    python benchmarks/optimizers_against_torch.py

Needs the `bench` dependency group. Prints the largest difference of any parameter, relative to the larger of its size
and 1, and exits 1 if one is more than rounding: 1e-12 in float64, 2e-5 in float32.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from digitapp.nn import OPTIMIZERS

torch: Any = import_module("torch")

STEPS = 100
RATE = 0.01
TOLERANCE = {np.float64: 1e-12, np.float32: 2e-5}

Make = Callable[[Any], Any]
PEERS: dict[str, tuple[str, Make]] = {
    "sgd": ("SGD", lambda p: torch.optim.SGD(p, lr=RATE)),
    "gradient_descent": ("SGD", lambda p: torch.optim.SGD(p, lr=RATE)),
    "momentum": ("SGD(momentum)", lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9)),
    "averaged_momentum": (
        "SGD(momentum, lr * (1 - momentum))",
        lambda p: torch.optim.SGD(p, lr=RATE * (1 - 0.9), momentum=0.9),
    ),
    "nesterov": ("SGD(nesterov)", lambda p: torch.optim.SGD(p, lr=RATE, momentum=0.9, nesterov=True)),
    "adagrad": ("Adagrad", lambda p: torch.optim.Adagrad(p, lr=RATE)),
    "rprop": ("Rprop", lambda p: torch.optim.Rprop(p, lr=RATE, step_sizes=(1e-6 * RATE, 50 * RATE))),
    "rmsprop": ("RMSprop", lambda p: torch.optim.RMSprop(p, lr=RATE, alpha=0.99, eps=1e-8)),
    "adadelta": ("Adadelta", lambda p: torch.optim.Adadelta(p, lr=RATE, rho=0.95, eps=1e-6)),
    "adam": ("Adam", lambda p: torch.optim.Adam(p, lr=RATE)),
    "amsgrad": ("Adam(amsgrad)", lambda p: torch.optim.Adam(p, lr=RATE, amsgrad=True)),
    "adamw": ("AdamW", lambda p: torch.optim.AdamW(p, lr=RATE, weight_decay=0.01)),
    "nadam": ("NAdam", lambda p: torch.optim.NAdam(p, lr=RATE)),
}


def difference(key: str, dtype: type[np.floating]) -> float:
    """Return how far the two are apart after all steps, on gradients of very different sizes."""
    _, make = PEERS[key]
    rng = np.random.default_rng(7)
    theta = rng.normal(size=50).astype(dtype)
    gradients = (rng.normal(size=(STEPS, 50)) * np.logspace(-4, 1, 50)).astype(dtype)
    peer_theta = torch.nn.Parameter(torch.from_numpy(theta.copy()))
    peer = make([peer_theta])
    optimizer = OPTIMIZERS[key](theta)
    for gradient in gradients:
        peer_theta.grad = torch.from_numpy(gradient.copy())
        peer.step()
        optimizer.step(theta, gradient.copy(), RATE)
    expected = peer_theta.detach().numpy()
    return float((np.abs(theta - expected) / np.maximum(np.abs(expected), 1)).max())


def main() -> int:
    """Print the table and return the exit status."""
    torch.set_default_dtype(torch.float64)  # or NAdam keeps its product of momenta in float32 whatever the parameters
    print(f"PyTorch {torch.__version__}, NumPy {np.__version__}, {STEPS} steps")
    print("| optimiser | PyTorch's | float64 | float32 |\n|---|---|---|---|")
    is_right = True
    for key in OPTIMIZERS:
        if key not in PEERS:
            print(f"| {key} | none | | |")
            continue
        differences = {dtype: difference(key, dtype) for dtype in TOLERANCE}
        is_right &= all(value <= TOLERANCE[dtype] for dtype, value in differences.items())
        print(f"| {key} | {PEERS[key][0]} | {differences[np.float64]:.1e} | {differences[np.float32]:.1e} |")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
