"""How one parameter changes in a step, row by row as a reader follows it: gradient, buffers, change, value.

Formulas are the papers', with g for the gradient, w for the parameter (a weight or a bias), α for the learning rate.
Where an optimiser keeps a buffer at another scale than its paper, the rows have the paper's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from digitapp.nn import OPTIMIZERS
from digitapp.nn.optimizers import Rprop
from digitapp.training.config import TrainConfig

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a ledger.

    Attributes
    ----------
    symbol : what the row gives, such as "m"
    formula : in symbols, "β₁·m + (1 − β₁)·g"
    with_numbers : the same with the numbers put in, to six digits
    value : in full
    """

    symbol: str
    formula: str
    with_numbers: str
    value: float


@dataclass(frozen=True, slots=True)
class UpdateTerms:
    """The ledger of one parameter in one step; the last row is the parameter afterwards, which `after` is too."""

    rows: tuple[Term, ...]
    after: float


@dataclass(frozen=True, slots=True)
class Restraint:
    """What keeps a parameter small, beside the optimiser's rule; nothing at first.

    Attributes
    ----------
    l1, l2, weight_decay : strengths for this parameter; zero for a bias
    clip : what the whole gradient is multiplied by, 1 where it is not too long
    shrinkage : what max-norm multiplies the weights of the unit by after the step, 1 where they are not too long
    """

    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0
    clip: float = 1.0
    shrinkage: float = 1.0

    @classmethod
    def of(cls, config: TrainConfig, *, is_weight: bool, clip: float = 1.0, shrinkage: float = 1.0) -> Restraint:
        """Return a run's: biases are neither penalised nor shrunk."""
        if not is_weight:
            return cls(clip=clip)
        return cls(config.l1, config.l2, config.weight_decay, clip, shrinkage)


UNRESTRAINED = Restraint()


def has_terms(optimizer_key: str) -> bool:
    """Return whether an optimiser changes each parameter by a rule that can be followed.

    The genetic algorithm does not: it takes the best of many networks that chance has made.
    """
    return OPTIMIZERS[optimizer_key].uses_gradient


def update_terms(
    optimizer_key: str,
    options: Mapping[str, float],
    before: Mapping[str, float],
    steps: int,
    gradient: float,
    value: float,
    learning_rate: float,
    restraint: Restraint = UNRESTRAINED,
) -> UpdateTerms:
    """Return the ledger of one parameter's step, computed in float64.

    Parameters
    ----------
    optimizer_key : of `OPTIMIZERS`
    options : its options; defaults are used for those left out
    before : the parameter's entry of each vector in the optimiser's `state` before the step, by name
    steps : the number of this step, from 1
    gradient : of the loss for the parameter
    value : of the parameter before the step
    learning_rate : α
    restraint : penalties, decay, clipping and max-norm

    Raises
    ------
    KeyError : no such optimiser, or a buffer that is missing
    ValueError : an optimiser without such a rule, see `has_terms`
    """
    if not has_terms(optimizer_key):
        raise ValueError(f"{OPTIMIZERS[optimizer_key].title} has no rule for a single parameter")
    known = {option.name: option.default for option in OPTIMIZERS[optimizer_key].options}
    ledger = _Ledger(known | dict(options), before, steps, gradient, value, learning_rate)
    ledger.row("g", "∂C/∂w", "", gradient)
    _restrain(ledger, restraint)
    _RULES[optimizer_key](ledger)
    if restraint.shrinkage != 1:
        ledger.w = ledger.row("w", "w·c", "{w}·{c}", ledger.w * restraint.shrinkage, c=restraint.shrinkage)
    return UpdateTerms(tuple(ledger.rows), ledger.w)


def written(value: float) -> str:
    """Return a number to six digits, with a real minus and a real power of ten: "−0.00268", "1.2·10⁻⁷"."""
    text = f"{value:.6g}".replace("inf", "∞")
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return text.replace("-", "−")


@dataclass
class _Ledger:
    """A step under way: what is known of it, and the rows so far; `g` and `w` are what they are by then."""

    options: Mapping[str, float]
    before: Mapping[str, float]
    t: int
    g: float
    w: float
    alpha: float
    rows: list[Term] = field(default_factory=list)

    def row(self, symbol: str, formula: str, template: str, value: float, **numbers: float) -> float:
        """Add a row and return its value; the template gets the numbers, of which g, w and α need not be given."""
        known = {"g": self.g, "w": self.w, "a": self.alpha, **numbers}
        text = template.format(**{name: _in_formula(number) for name, number in known.items()})
        self.rows.append(Term(symbol, formula, text, value))
        return value

    def go(self, formula: str, template: str, change: float, **numbers: float) -> None:
        """Add the last two rows: the change of the parameter, and the parameter."""
        self.row("Δw", formula, template, change, **numbers)
        self.w = self.row("w", "w + Δw", "{w} + {d}", self.w + change, d=change)


def _in_formula(value: float) -> str:
    """Return a number as it stands between signs of a formula: a negative one in brackets."""
    text = written(value)
    return f"({text})" if text.startswith("−") else text


def _restrain(ledger: _Ledger, restraint: Restraint) -> None:
    """Do to gradient and parameter what is done before the optimiser's step, in the order of the training."""
    if restraint.l1 > 0:
        sign = math.copysign(1.0, ledger.w) if ledger.w else 0.0
        sum_ = ledger.g + restraint.l1 * sign
        ledger.g = ledger.row("g", "g + λ₁·sign(w)", "{g} + {l}·{s}", sum_, l=restraint.l1, s=sign)
    if restraint.l2 > 0:
        sum_ = ledger.g + restraint.l2 * ledger.w
        ledger.g = ledger.row("g", "g + λ₂·w", "{g} + {l}·{w}", sum_, l=restraint.l2)
    if restraint.weight_decay > 0:
        _decay(ledger, restraint.weight_decay)
    if restraint.clip != 1:
        ledger.g = ledger.row("g", "g·c", "{g}·{c}", ledger.g * restraint.clip, c=restraint.clip)


def _decay(ledger: _Ledger, strength: float) -> None:
    shrunk = ledger.w * (1 - ledger.alpha * strength)
    ledger.w = ledger.row("w", "(1 − α·λ)·w", "(1 − {a}·{l})·{w}", shrunk, l=strength)


def _descent(ledger: _Ledger) -> None:
    ledger.go("−α·g", "−{a}·{g}", -ledger.alpha * ledger.g)


def _momentum(ledger: _Ledger) -> None:
    v, mu = ledger.before["v"], ledger.options["momentum"]
    v = ledger.row("v", "μ·v − α·g", "{m}·{v} − {a}·{g}", mu * v - ledger.alpha * ledger.g, m=mu, v=v)
    ledger.go("v", "{v}", v, v=v)


def _averaged_momentum(ledger: _Ledger) -> None:
    v, mu = ledger.before["v"], ledger.options["momentum"]
    v = ledger.row("v", "μ·v + (1 − μ)·g", "{m}·{v} + {r}·{g}", mu * v + (1 - mu) * ledger.g, m=mu, r=1 - mu, v=v)
    ledger.go("−α·v", "−{a}·{v}", -ledger.alpha * v, v=v)


def _nesterov(ledger: _Ledger) -> None:
    v, mu = ledger.before["v"], ledger.options["momentum"]
    v = ledger.row("v", "μ·v + g", "{m}·{v} + {g}", mu * v + ledger.g, m=mu, v=v)
    ledger.go("−α·(g + μ·v)", "−{a}·({g} + {m}·{v})", -ledger.alpha * (ledger.g + mu * v), m=mu, v=v)


def _adagrad(ledger: _Ledger) -> None:
    s, epsilon = ledger.before["s"], ledger.options["epsilon"]
    s = ledger.row("s", "s + g²", "{s} + {g}²", s + ledger.g**2, s=s)
    _divide(ledger, "s", s, epsilon)


def _divide(ledger: _Ledger, symbol: str, s: float, epsilon: float) -> None:
    """Go by −α g / (√s + ε)."""
    change = -ledger.alpha * ledger.g / (math.sqrt(s) + epsilon)
    ledger.go(f"−α·g / (√{symbol} + ε)", "−{a}·{g} / (√{s} + {e})", change, s=s, e=epsilon)


def _adagrad_da(ledger: _Ledger) -> None:
    s, u, d = (ledger.before[name] for name in ("s", "u", "d"))
    epsilon = ledger.options["epsilon"]
    s = ledger.row("s", "s + g²", "{s} + {g}²", s + ledger.g**2, s=s)
    u = ledger.row("u", "u + α·g", "{u} + {a}·{g}", u + ledger.alpha * ledger.g, u=u)
    start = ledger.row("w₀", "w + d", "{w} + {d}", ledger.w + d, d=d)
    d = ledger.row("d", "u / (√s + ε)", "{u} / (√{s} + {e})", u / (math.sqrt(s) + epsilon), u=u, s=s, e=epsilon)
    ledger.w = ledger.row("w", "w₀ − d", "{o} − {d}", start - d, o=start, d=d)


def _rprop(ledger: _Ledger) -> None:
    size, last = ledger.before["size"], ledger.before["sign"]
    sign = ledger.row("s", "sign(g)", "sign({g})", math.copysign(1.0, ledger.g) if ledger.g else 0.0)
    if sign * last == 0:
        size = ledger.row("Δ", "Δ", "{d}", min(max(size, Rprop.smallest), Rprop.largest), d=size)
    else:
        symbol, name = ("η⁺", "grow") if sign * last > 0 else ("η⁻", "shrink")
        factor = ledger.options[name]
        limited = min(max(size * factor, Rprop.smallest), Rprop.largest)
        size = ledger.row("Δ", f"{symbol}·Δ", "{f}·{d}", limited, f=factor, d=size)
    if sign * last < 0:  # it has stepped over the bottom: no step, and no sign to remember
        sign = ledger.row("s", "0", "", 0.0)
    ledger.go("−α·Δ·s", "−{a}·{d}·{s}", -ledger.alpha * size * sign, d=size, s=sign)


def _rmsprop(ledger: _Ledger) -> None:
    s = _mean_of_squares(ledger, ledger.before["s"])
    _divide(ledger, "s", s, ledger.options["epsilon"])


def _mean_of_squares(ledger: _Ledger, s: float) -> float:
    rho = ledger.options["rho"]
    mean = rho * s + (1 - rho) * ledger.g**2
    return ledger.row("s", "ρ·s + (1 − ρ)·g²", "{p}·{s} + {r}·{g}²", mean, p=rho, r=1 - rho, s=s)


def _adadelta(ledger: _Ledger) -> None:
    d, rho, epsilon = ledger.before["d"], ledger.options["rho"], ledger.options["epsilon"]
    s = _mean_of_squares(ledger, ledger.before["s"])
    step = math.sqrt((d + epsilon) / (s + epsilon)) * ledger.g
    text = "√({d} + {e}) / √({s} + {e})·{g}"
    step = ledger.row("Δ", "√(d + ε) / √(s + ε)·g", text, step, d=d, s=s, e=epsilon)
    mean = rho * d + (1 - rho) * step**2
    ledger.row("d", "ρ·d + (1 − ρ)·Δ²", "{p}·{d} + {r}·{x}²", mean, p=rho, r=1 - rho, d=d, x=step)
    ledger.go("−α·Δ", "−{a}·{x}", -ledger.alpha * step, x=step)


def _moments(ledger: _Ledger) -> tuple[float, float]:
    """Add the rows of Adam's two moments and return them; its state holds m / (1 − β₁) and v / (1 − β₂)."""
    beta1, beta2 = ledger.options["beta1"], ledger.options["beta2"]
    m, v = (1 - beta1) * ledger.before["m"], (1 - beta2) * ledger.before["v"]
    mean, square = beta1 * m + (1 - beta1) * ledger.g, beta2 * v + (1 - beta2) * ledger.g**2
    m = ledger.row("m", "β₁·m + (1 − β₁)·g", "{b}·{m} + {r}·{g}", mean, b=beta1, r=1 - beta1, m=m)
    v = ledger.row("v", "β₂·v + (1 − β₂)·g²", "{b}·{v} + {r}·{g}²", square, b=beta2, r=1 - beta2, v=v)
    return m, v


def _corrected(ledger: _Ledger, symbol: str, beta: float, value: float) -> float:
    """Add the row of a bias correction: the mean began at zero."""
    base, number = symbol[0], "₁" if symbol[0] == "m" else "₂"
    name = "v_max" if symbol == "v_max" else base
    formula = f"{name} / (1 − β{number}ᵗ)"
    exponent = str(ledger.t).translate(_SUPERSCRIPTS)
    corrected = value / (1 - beta**ledger.t)
    return ledger.row(f"{base}̂", formula, f"{{x}} / (1 − {{b}}{exponent})", corrected, x=value, b=beta)


def _adam(ledger: _Ledger) -> None:
    m, v = _moments(ledger)
    _adam_step(ledger, m, v, "v")


def _adam_step(ledger: _Ledger, m: float, v: float, name: str) -> None:
    epsilon = ledger.options["epsilon"]
    m = _corrected(ledger, "m", ledger.options["beta1"], m)
    v = _corrected(ledger, name, ledger.options["beta2"], v)
    change = -ledger.alpha * m / (math.sqrt(v) + epsilon)
    ledger.go("−α·m̂ / (√v̂ + ε)", "−{a}·{m} / (√{v} + {e})", change, m=m, v=v, e=epsilon)


def _amsgrad(ledger: _Ledger) -> None:
    largest = (1 - ledger.options["beta2"]) * ledger.before["largest"]
    m, v = _moments(ledger)
    largest = ledger.row("v_max", "max(v_max, v)", "max({l}, {v})", max(largest, v), l=largest, v=v)
    _adam_step(ledger, m, largest, "v_max")


def _adamw(ledger: _Ledger) -> None:
    _decay(ledger, ledger.options["decay"])
    _adam(ledger)


def _nadam(ledger: _Ledger) -> None:
    beta1, epsilon = ledger.options["beta1"], ledger.options["epsilon"]

    def warmed(symbol: str, t: int) -> float:
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))
        return ledger.row(symbol, "β₁·(1 − ½·0.96^(0.004·t))", f"{{b}}·(1 − ½·0.96^(0.004·{t}))", mu, b=beta1)

    mu, following = warmed("μ", ledger.t), warmed("μ₊", ledger.t + 1)
    product = ledger.before["product"]
    product = ledger.row("Π", "Π·μ", "{p}·{m}", product * mu, p=product, m=mu)
    m, v = _moments(ledger)
    ahead = (1 - mu) * ledger.g / (1 - product) + following * m / (1 - product * following)
    text = "(1 − {u})·{g} / (1 − {p}) + {f}·{m} / (1 − {p}·{f})"
    formula = "(1 − μ)·g / (1 − Π) + μ₊·m / (1 − Π·μ₊)"
    ahead = ledger.row("m̄", formula, text, ahead, u=mu, p=product, f=following, m=m)
    v = _corrected(ledger, "v", ledger.options["beta2"], v)
    change = -ledger.alpha * ahead / (math.sqrt(v) + epsilon)
    ledger.go("−α·m̄ / (√v̂ + ε)", "−{a}·{m} / (√{v} + {e})", change, m=ahead, v=v, e=epsilon)


_RULES: dict[str, Callable[[_Ledger], None]] = {
    "sgd": _descent,
    "gradient_descent": _descent,
    "momentum": _momentum,
    "averaged_momentum": _averaged_momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "adagrad_da": _adagrad_da,
    "rprop": _rprop,
    "rmsprop": _rmsprop,
    "adadelta": _adadelta,
    "adam": _adam,
    "amsgrad": _amsgrad,
    "adamw": _adamw,
    "nadam": _nadam,
}
