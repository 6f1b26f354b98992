"""How a gradient becomes a change of the parameters: a few vector operations on one flat vector.

Every rule is written as its paper has it, with g for the gradient, θ for the parameters and α for the learning rate.
"""

import math
from typing import ClassVar

import numpy as np

from digitapp.nn.denormals import flush
from digitapp.nn.genetic import GeneticAlgorithm
from digitapp.nn.optimizer import Optimizer
from digitapp.nn.options import Option


class SGD(Optimizer):
    """θ ← θ − α g.

    Source: Robbins, Monro, "A Stochastic Approximation Method" (1951); "Deep Learning" (2016), algorithm 8.1.
    """

    key = "sgd"
    title = "SGD"
    summary = "Goes a small step downhill after every batch."

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        self._factor.fill(alpha)
        g *= self._factor
        theta -= g


class GradientDescent(SGD):
    """θ ← θ − α g with the gradient of the whole training part: one step an epoch.

    Source: Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées" (1847); "Deep Learning"
    (2016), equation 4.5 and section 8.1.3.
    """

    key = "gradient_descent"
    title = "Gradient descent (whole set)"
    summary = "Looks at all the data before each step: straight downhill, but one step an epoch."
    whole_set = True


MOMENTUM = Option("momentum", "Momentum", 0.9, 0.0, 0.9999, "How much of the speed is kept after each batch.")


class Momentum(Optimizer):
    """v ← μ v − α g, θ ← θ + v.

    Source: Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning"
    (ICML 2013), equations 1 and 2, after Polyak (1964).
    """

    key = "momentum"
    title = "Momentum"
    summary = "Gathers speed in directions that many batches agree on, like a ball rolling downhill."
    options = (MOMENTUM,)
    state_names = ("v",)
    momentum: float
    v: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        v = self.v
        g *= alpha
        v *= self._constant(self.momentum)
        v -= g
        theta += v


class AveragedMomentum(Optimizer):
    """v ← μ v + (1 − μ) g, θ ← θ − α v: a running mean of the gradients; α counts as 1 / (1 − μ) times as much.

    Source: Qian, "On the momentum term in gradient descent learning algorithms" (Neural Networks, 1999), in the form
    of Kingma, Ba (ICLR 2015), algorithm 1, without the second moment and the bias correction.
    """

    key = "averaged_momentum"
    title = "Momentum (averaged)"
    summary = "Follows a running mean of the gradients; the other published form of momentum."
    options = (MOMENTUM,)
    state_names = ("v",)
    momentum: float
    v: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        v = self.v
        g *= self._constant(1 - self.momentum)
        v *= self._constant(self.momentum)
        v += g
        np.multiply(v, alpha, out=g)
        theta -= g


class Nesterov(Optimizer):
    """v ← μ v + g, θ ← θ − α (g + μ v): the gradient is met where the momentum is about to lead.

    Source: Sutskever et al. (ICML 2013), equations 3 and 4, after Nesterov (1983), with the parameters read at the
    look-ahead point: Bengio, Boulanger-Lewandowski, Pascanu, "Advances in Optimizing Recurrent Networks" (ICASSP 2013),
    equation 7.
    """

    key = "nesterov"
    title = "Nesterov momentum"
    summary = "Momentum that looks ahead and so brakes earlier."
    options = (MOMENTUM,)
    state_names = ("v",)
    momentum: float
    v: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        v, scratch = self.v, self._scratch
        v *= self._constant(self.momentum)
        v += g
        np.multiply(v, self._constant(self.momentum), out=scratch)
        scratch += g
        scratch *= alpha
        theta -= scratch


class Adagrad(Optimizer):
    """s ← s + g², θ ← θ − α g / (√s + ε).

    Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization" (JMLR
    2011), section 1.1, the diagonal form.
    """

    key = "adagrad"
    title = "Adagrad"
    summary = "Gives each weight a step that shrinks with all the gradients it has seen."
    options = (Option("epsilon", "ε", 1e-10, 1e-12, 1.0, "Keeps the division safe where gradients are tiny."),)
    state_names = ("s",)
    epsilon: float
    s: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        s, scratch = self.s, self._scratch
        np.multiply(g, g, out=scratch)
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self._constant(self.epsilon)
        np.divide(g, scratch, out=scratch)
        scratch *= alpha
        theta -= scratch


class AdagradDA(Optimizer):
    """s ← s + g², u ← u + α g, θ ← θ₀ − u / (√s + ε): Adagrad by dual averaging, always reckoned from the start θ₀.

    The paper starts at zero, where a network with hidden layers cannot learn, and has one α for all steps: weighing
    each gradient with the α of its step lets a schedule end at zero without going back to the start. The state holds
    d = u / (√s + ε) instead of θ₀, so that what else moves θ, such as weight decay, is not undone.

    Source: Duchi, Hazan, Singer (JMLR 2011), equation 3 and section 5 without a penalty; the weights: Nesterov,
    "Primal-dual subgradient methods for convex problems" (Mathematical Programming, 2009), section 1.2.
    """

    key = "adagrad_da"
    title = "Adagrad (dual averaging)"
    summary = "Adagrad that adds up all gradients and goes from the starting point to where their sum leads."
    options = Adagrad.options
    state_names = ("s", "u", "d")
    epsilon: float
    s: np.ndarray
    u: np.ndarray
    d: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        s, u, d, scratch = self.s, self.u, self.d, self._scratch
        np.multiply(g, g, out=scratch)
        s += scratch
        g *= alpha
        u += g
        np.sqrt(s, out=scratch)
        scratch += self._constant(self.epsilon)
        theta += d
        np.divide(u, scratch, out=d)
        theta -= d


class Rprop(Optimizer):
    """θ ← θ − α Δ sign(g), where each Δ starts at 1, grows while the sign of its g stays, and shrinks when it changes.

    Where it changes, there is no step and no sign to remember. Δ stays between 1e-6 and 50; the papers have the product
    of α and Δ in its place, whose start is α.

    Source: Riedmiller, Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm" (ICNN
    1993), in the form of Igel, Hüsken, "Improving the Rprop Learning Algorithm" (NC 2000), iRprop⁻, as PyTorch has it.
    """

    key = "rprop"
    title = "Rprop"
    summary = "Asks each gradient for its sign alone, and finds a step size for every weight; made for the whole set."
    options = (
        Option("grow", "Growth η⁺", 1.2, 1.0, 10.0, "What a step size is multiplied by while the sign stays."),
        Option("shrink", "Shrinkage η⁻", 0.5, 0.01, 1.0, "What a step size is multiplied by when the sign changes."),
    )
    state_names = ("size", "sign")
    finds_own_steps = True
    smallest: ClassVar[float] = 1e-6
    largest: ClassVar[float] = 50.0
    grow: float
    shrink: float
    size: np.ndarray
    sign: np.ndarray

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        super().__init__(parameters, **options)
        self.size.fill(1)

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        size, sign, scratch = self.size, self.sign, self._scratch
        np.sign(g, out=g)
        agreement = np.multiply(sign, g, out=scratch)
        changed = agreement < 0
        np.multiply(size, self._constant(self.grow), out=size, where=agreement > 0)
        np.multiply(size, self._constant(self.shrink), out=size, where=changed)
        np.clip(size, self.smallest, self.largest, out=size)
        np.copyto(g, 0, where=changed)
        np.copyto(sign, g)
        g *= size
        g *= alpha
        theta -= g


class RMSprop(Optimizer):
    """s ← ρ s + (1 − ρ) g², θ ← θ − α g / (√s + ε).

    Source: Tieleman, Hinton, "Neural Networks for Machine Learning" (Coursera, 2012), lecture 6.5, with ε outside the
    root as PyTorch has it.
    """

    key = "rmsprop"
    title = "RMSprop"
    summary = "Divides each gradient by the recent size of its kind."
    options = (
        Option("rho", "ρ", 0.99, 0.0, 0.999999, "How slowly the mean of the squares changes."),
        Option("epsilon", "ε", 1e-8, 1e-12, 1.0, "Keeps the division safe where gradients are tiny."),
    )
    state_names = ("s",)
    rho: float
    epsilon: float
    s: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        s, scratch = self.s, self._scratch
        s *= self._constant(self.rho)
        np.multiply(g, g, out=scratch)
        scratch *= self._constant(1 - self.rho)
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self._constant(self.epsilon)
        np.divide(g, scratch, out=scratch)
        scratch *= alpha
        theta -= scratch


class Adadelta(Optimizer):
    """s ← ρ s + (1 − ρ) g², Δ = √(d + ε) / √(s + ε) g, d ← ρ d + (1 − ρ) Δ², θ ← θ − α Δ.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012), algorithm 1, where α is 1.
    """

    key = "adadelta"
    title = "Adadelta"
    summary = "Finds its own step size from its past steps; a learning rate of 1 is its paper's choice."
    options = (
        Option("rho", "ρ", 0.95, 0.0, 0.999999, "How slowly the means of the squares change."),
        Option("epsilon", "ε", 1e-6, 1e-12, 1.0, "Where the first steps come from."),
    )
    state_names = ("s", "d")
    rho: float
    epsilon: float
    s: np.ndarray
    d: np.ndarray

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        s, d, scratch = self.s, self.d, self._scratch
        rho, rest, epsilon = self._constant(self.rho), self._constant(1 - self.rho), self._constant(self.epsilon)
        s *= rho
        np.multiply(g, g, out=scratch)
        scratch *= rest
        s += scratch
        np.add(d, epsilon, out=scratch)
        scratch /= s + epsilon
        np.sqrt(scratch, out=scratch)
        delta = np.multiply(scratch, g, out=g)
        d *= rho
        np.multiply(delta, delta, out=scratch)
        scratch *= rest
        d += scratch
        delta *= alpha
        theta -= delta


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − α m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).

    The state holds m / (1 − β₁) and v / (1 − β₂): two passes over memory less, and the factors return, together with
    the bias corrections, as two scalars at the end.

    Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), algorithm 1.
    """

    key = "adam"
    title = "Adam"
    summary = "Gives every weight its own step size from its recent gradients; works well with little tuning."
    options = (
        Option("beta1", "β₁", 0.9, 0.0, 0.9999, "How slowly the mean of the gradients changes."),
        Option("beta2", "β₂", 0.999, 0.0, 0.999999, "How slowly the mean of their squares changes."),
        Option("epsilon", "ε", 1e-8, 1e-12, 1.0, "Keeps the division safe where gradients are tiny."),
    )
    state_names = ("m", "v")
    beta1: float
    beta2: float
    epsilon: float
    m: np.ndarray
    v: np.ndarray

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        super().__init__(parameters, **options)
        self._decays = self._constant(self.beta1), self._constant(self.beta2)

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        m, v, (decay1, decay2) = self.m, self.v, self._decays
        m_scale = (1 - self.beta1) / (1 - self.beta1**self.steps)
        v_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        m *= decay1
        m += g
        g *= g
        v *= decay2
        v += g
        root = np.sqrt(self._spread(v), out=g)
        self._shift.fill(self.epsilon / v_scale)
        root += self._shift
        change = np.divide(m, root, out=g)
        self._factor.fill(alpha * m_scale / v_scale)
        change *= self._factor
        theta -= change

    def _spread(self, v: np.ndarray) -> np.ndarray:
        """Return the vector whose root a step is divided by."""
        return v


class AMSGrad(Adam):
    """Adam with the largest v so far in place of v, so that no step grows because its weight has been quiet for long.

    With Adam's bias corrections and ε, which the paper leaves out, as PyTorch has it.

    Source: Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond" (ICLR 2018), algorithm 2.
    """

    key = "amsgrad"
    title = "AMSGrad"
    summary = "Adam that never forgets how large a weight's gradients once were."
    state_names = ("m", "v", "largest")
    largest: np.ndarray

    def _spread(self, v: np.ndarray) -> np.ndarray:
        return np.maximum(self.largest, v, out=self.largest)


class AdamW(Adam):
    """θ ← (1 − α λ) θ, then Adam: weight decay that Adam's rescaling does not touch. As in the paper, biases decay too.

    Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019), algorithm 2, with λ multiplied by
    the learning rate as PyTorch does.
    """

    key = "adamw"
    title = "AdamW"
    summary = "Adam that also shrinks every parameter a little at each step."
    options = (*Adam.options, Option("decay", "Decay λ", 0.01, 0.0, 10.0, "How strongly parameters shrink."))
    decay: float

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        theta *= 1 - alpha * self.decay
        super()._update(theta, g, alpha)


class Nadam(Adam):
    """Adam with Nesterov's look-ahead: θ ← θ − α (μ_{t+1} m / (1 − Π μ to t+1) + (1 − μ_t) g / (1 − Π μ)) / (√v̂ + ε).

    μ_t = β₁ (1 − ½ 0.96^(t ψ)) warms the momentum up, with ψ = 0.004.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam" (ICLR workshop 2016), algorithm 2.
    """

    key = "nadam"
    title = "Nadam"
    summary = "Adam that looks ahead as Nesterov's momentum does."

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        super().__init__(parameters, **options)
        self.state["product"] = np.ones(1)  # Π μ so far

    def advance(self) -> None:
        super().advance()
        product = self.state["product"]
        product *= self._momentum(self.steps)
        flush(product)

    def _momentum(self, t: int) -> float:
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        m, v, scratch = self.m, self.v, self._scratch
        mu, next_mu = self._momentum(self.steps), self._momentum(self.steps + 1)
        product = self.state["product"].item()
        v_scale = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        m *= self._constant(self.beta1)
        m += g
        v *= self._constant(self.beta2)
        np.multiply(g, g, out=scratch)
        v += scratch
        np.sqrt(v, out=scratch)
        scratch += self.epsilon / v_scale
        g *= (1 - mu) / (1 - product)
        g += m * (next_mu * (1 - self.beta1) / (1 - product * next_mu))
        np.divide(g, scratch, out=scratch)
        scratch *= alpha / v_scale
        theta -= scratch


OPTIMIZERS: dict[str, type[Optimizer]] = {
    optimizer.key: optimizer
    for optimizer in (
        SGD,
        GradientDescent,
        Momentum,
        AveragedMomentum,
        Nesterov,
        Adagrad,
        AdagradDA,
        Rprop,
        RMSprop,
        Adadelta,
        Adam,
        AMSGrad,
        AdamW,
        Nadam,
        GeneticAlgorithm,
    )
}
