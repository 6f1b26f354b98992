"""The engine and its peers as learners: each takes steps of the same training on the same data.

A learner is built inside a process of its own (see `peers.py`), and a peer's library is imported only there.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from digitapp.cores import one_blas_thread
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.mnist import load_mnist, mnist_status
from digitapp.datasets.problems import MNIST, Inputs, Problem
from digitapp.nn import LOSSES, OPTIMIZERS, SCHEDULES, Backpropagation, Network, initialize
from digitapp.nn.losses import one_hot
from digitapp.training import BatchDone, TrainConfig, train


@dataclass(frozen=True)
class Task:
    """What every contender learns: ReLU layers, softmax cross-entropy, float32, batches from a random permutation.

    Attributes
    ----------
    sizes : units from input to output
    batch : samples per step
    optimizer : "adam" or "sgd"
    learning_rate : the constant rate, or the peak of the one-cycle schedule
    epochs : length of the one-cycle schedule; 0 for a constant rate
    seed : of the initial weights and the order of the samples
    """

    sizes: tuple[int, ...]
    batch: int
    optimizer: str = "adam"
    learning_rate: float = 1e-4
    epochs: int = 0
    seed: int = 0

    @property
    def name(self) -> str:
        """The network and the batch for people: "784-30-10, 10"."""
        return f"{'-'.join(map(str, self.sizes))}, {self.batch}"

    @property
    def schedule(self) -> str:
        """The key of the learning rate's schedule."""
        return "one_cycle" if self.epochs else "constant"


class Learner(Protocol):
    """A network in training."""

    def run(self, steps: int) -> int:
        """Take at least `steps` steps, wait until the last is finished, and return how many it were."""
        ...

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        """Return the classes of inputs (samples, features)."""
        ...


def data_for(task: Task, data_dir: Path | None) -> Split:
    """Return what is learned: MNIST's training images where the network reads them and they are found, else noise.

    Whole batches of it; in both cases more than the caches hold, so that gathering a batch costs what it costs.
    """
    folder = mnist_status(data_dir).directory if task.sizes[0] == MNIST.features else None
    split = noise(task) if folder is None else load_mnist(folder).train
    count = len(split.labels) // task.batch * task.batch
    return Split(split.inputs[:count], split.labels[:count])


def noise(task: Task, samples: int = 16384) -> Split:
    """Return grey noise with labels."""
    rng = np.random.default_rng(0)
    return Split(rng.random((samples, task.sizes[0]), np.float32), rng.integers(0, task.sizes[-1], samples))


def initial_network(task: Task) -> Network:
    """Return the network that all contenders start from."""
    network = Network(task.sizes, ["relu"] * (len(task.sizes) - 2) + ["identity"])
    initialize(network, "he", np.random.default_rng(task.seed))
    return network


def batches(samples: int, batch: int, seed: int) -> Iterator[np.ndarray]:
    """Yield the indices of each batch, from a new permutation in every epoch, for ever."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(samples)
        for start in range(0, samples, batch):
            yield order[start : start + batch]


def learning_rates(task: Task, samples: int) -> Iterator[float]:
    """Yield the learning rate of each step; the same values as the engine's own schedule."""
    steps = task.epochs * math.ceil(samples / task.batch)
    for step in range(steps):
        yield task.learning_rate * SCHEDULES["one_cycle"].at(step / steps, {})


class Engine:
    """This engine: `train()` as the application calls it, with events, accuracy and the checks for divergence."""

    def __init__(self, task: Task, split: Split, threads: int = 1) -> None:
        columns = task.sizes[0]
        problem = Problem("peers", "Peers", Inputs.POINTS, 1, columns, tuple(map(str, range(task.sizes[-1]))))
        validation = Split(split.inputs[:8], split.labels[:8])  # next to nothing: peers do not validate
        config = TrainConfig(
            optimizer=task.optimizer,
            learning_rate=task.learning_rate,
            batch_size=task.batch,
            epochs=task.epochs or 1_000_000,
            schedule=task.schedule,
            threads=threads,
        )
        self.network = initial_network(task)
        dataset = Dataset("peers", problem, split, validation)
        events = train(self.network, dataset, config, np.random.default_rng(task.seed))
        self.steps = (event for event in events if isinstance(event, BatchDone))

    def run(self, steps: int) -> int:
        for _ in islice(self.steps, steps):
            pass
        return steps

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        return self.network.forward(inputs).argmax(axis=1)


class Step:
    """This engine's step without the loop around it: the batch, the gradient and the update, as the peers' steps do."""

    def __init__(self, task: Task, split: Split) -> None:
        self.network = initial_network(task)
        self.gradient = Backpropagation(self.network, LOSSES["cross_entropy"], task.batch)
        self.optimizer = OPTIMIZERS[task.optimizer](self.network.parameters)
        self.inputs, self.rate = split.inputs, task.learning_rate
        self.targets = one_hot(split.labels, task.sizes[-1], self.network.dtype)
        self.batches = batches(len(split.labels), task.batch, task.seed)

    def run(self, steps: int) -> int:
        gradient, parameters = self.gradient, self.network.parameters
        with one_blas_thread():
            for indices in islice(self.batches, steps):
                self.inputs.take(indices, 0, gradient.inputs, "clip")
                self.targets.take(indices, 1, gradient.targets, "clip")
                gradient()
                self.optimizer.step(parameters, gradient.gradient, self.rate)
        return steps

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        return self.network.forward(inputs).argmax(axis=1)


class Products:
    """The matrix products of one step and nothing else, into memory that is already there."""

    def __init__(self, task: Task, split: Split) -> None:
        network = initial_network(task)
        gradients, _ = network.views(np.zeros_like(network.parameters))
        activations = [np.ascontiguousarray(split.inputs[: task.batch]).T]
        activations += [np.ones((units, task.batch), np.float32) for units in task.sizes[1:]]
        deltas = [np.ones((units, task.batch), np.float32) for units in task.sizes]
        layers = range(len(task.sizes) - 1)
        forward = [(network.weights[i].T.dot, activations[i], activations[i + 1]) for i in layers]
        below = [(network.weights[i].dot, deltas[i + 1], deltas[i]) for i in reversed(layers) if i]
        weights = [(deltas[i + 1].dot, activations[i].T, gradients[i].T) for i in reversed(layers)]
        self.products = forward + below + weights

    def run(self, steps: int) -> int:
        with one_blas_thread():
            for _ in range(steps):
                for dot, right, out in self.products:
                    dot(right, out)
        return steps

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        raise NotImplementedError("the products alone learn nothing")


class Torch:
    """PyTorch on the CPU, eager, with a fused or a "foreach" optimiser."""

    def __init__(self, task: Task, split: Split, threads: int, variant: str) -> None:
        torch: Any = import_module("torch")
        torch.set_num_threads(threads)
        start = initial_network(task)
        layers: list[Any] = []
        for weights, biases in zip(start.weights, start.biases, strict=True):
            linear = torch.nn.Linear(*weights.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.tensor(np.ascontiguousarray(weights.T)))
                linear.bias.copy_(torch.tensor(biases))
            layers += [linear, torch.nn.ReLU()]
        self.torch = torch
        self.model = torch.nn.Sequential(*layers[:-1])
        kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[task.optimizer]
        self.optimizer = kind(self.model.parameters(), lr=task.learning_rate, **{variant: True})
        self.inputs, self.labels = torch.from_numpy(split.inputs), torch.from_numpy(split.labels)
        self.batches = batches(len(split.labels), task.batch, task.seed)
        self.rates = learning_rates(task, len(split.labels)) if task.epochs else None

    def run(self, steps: int) -> int:
        torch, model, optimizer = self.torch, self.model, self.optimizer
        cross_entropy = torch.nn.functional.cross_entropy
        for indices in islice(self.batches, steps):
            if self.rates is not None:
                optimizer.param_groups[0]["lr"] = next(self.rates)
            chosen = torch.from_numpy(indices)
            loss = cross_entropy(model(self.inputs[chosen]), self.labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return steps

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        with self.torch.inference_mode():
            return self.model(self.torch.from_numpy(inputs)).argmax(1).numpy()


class ScikitLearn:
    """MLPClassifier's own gradient and update, without the checks of its inputs that `partial_fit` makes each time."""

    def __init__(self, task: Task, split: Split) -> None:
        model: Any = import_module("sklearn.neural_network").MLPClassifier(
            task.sizes[1:-1],
            solver=task.optimizer,
            alpha=0.0,
            momentum=0.0,
            nesterovs_momentum=False,
            learning_rate_init=task.learning_rate,
        )
        # Asked as a question with many answers it builds an output for each class even where there are only two.
        self.targets = np.eye(task.sizes[-1], dtype=int)[split.labels]
        model.partial_fit(split.inputs[: task.batch], self.targets[: task.batch], classes=np.arange(task.sizes[-1]))
        model.out_activation_ = "softmax"
        start = initial_network(task)
        for target, source in zip(model.coefs_ + model.intercepts_, start.weights + start.biases, strict=True):
            target[:] = source
        self.model = model
        self.inputs = split.inputs
        self.targets = self.targets.astype(bool)
        self.coef_grads = [np.empty_like(coefs) for coefs in model.coefs_]
        self.intercept_grads = [np.empty_like(intercepts) for intercepts in model.intercepts_]
        self.batches = batches(len(split.labels), task.batch, task.seed)
        self.rates = learning_rates(task, len(split.labels)) if task.epochs else None
        model._optimizer = type(model._optimizer)(model.coefs_ + model.intercepts_, task.learning_rate)
        if task.optimizer == "sgd":
            model._optimizer.momentum, model._optimizer.nesterov = 0.0, False

    def run(self, steps: int) -> int:
        model, layers = self.model, len(self.coef_grads)
        parameters = model.coefs_ + model.intercepts_
        for indices in islice(self.batches, steps):
            if self.rates is not None:
                model._optimizer.learning_rate_init = next(self.rates)
            inputs, targets = self.inputs[indices], self.targets[indices]
            activations = [inputs, *[None] * layers]
            _, coef_grads, intercept_grads = model._backprop(
                inputs, targets, None, activations, [None] * layers, self.coef_grads, self.intercept_grads
            )
            model._optimizer.update_params(parameters, coef_grads + intercept_grads)
        return steps

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        return self.model._forward_pass_fast(inputs, check_input=False).argmax(axis=1)


class Jax:
    """JAX: one compiled function for a step, with buffers given back to it; or many steps compiled as one scan.

    The position in the permutation is part of the state, so that a step needs nothing from Python but its call.
    """

    def __init__(self, task: Task, split: Split, scan: bool) -> None:
        jax: Any = import_module("jax")
        jnp: Any = jax.numpy
        start = initial_network(task)
        parameters = [(jnp.array(w), jnp.array(b)) for w, b in zip(start.weights, start.biases, strict=True)]
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2 if task.optimizer == "adam" else 0)]
        self.jax = jax
        self.samples, self.per_epoch = len(split.labels), len(split.labels) // task.batch
        self.state = (jnp.int32(0), parameters, zeros)
        self.data = (jnp.array(split.inputs), jnp.eye(task.sizes[-1], dtype=np.float32)[split.labels])
        self.rng = np.random.default_rng(task.seed)
        self.order = jax.device_put(self.rng.permutation(self.samples).astype(np.int32))
        self.done = 0
        step = jax_step(task, self.per_epoch)
        operations = 6 * start.weight_count * task.batch
        self.stride = min(200, max(4, round(4e9 / operations))) if scan else 1

        def steps(state: Any, order: Any, data: Any) -> Any:
            return jax.lax.scan(lambda s, _: step(s, order, data), state, length=self.stride)

        self.step = jax.jit(steps if scan else step, donate_argnums=0)

    def run(self, steps: int) -> int:
        calls = math.ceil(steps / self.stride)
        state, order, loss = self.state, self.order, None
        for _ in range(calls):
            state, loss = self.step(state, order, self.data)
            before, self.done = self.done, self.done + self.stride
            if self.done // self.per_epoch > before // self.per_epoch:
                order = self.jax.device_put(self.rng.permutation(self.samples).astype(np.int32))
        self.jax.block_until_ready((state, loss))
        self.state, self.order = state, order
        return calls * self.stride

    def classify(self, inputs: np.ndarray) -> np.ndarray:
        a = inputs
        *hidden, (weights, biases) = self.state[1]
        for w, b in hidden:
            a = np.maximum(a @ np.asarray(w) + np.asarray(b), 0)
        return (a @ np.asarray(weights) + np.asarray(biases)).argmax(axis=1)


def jax_step(task: Task, per_epoch: int) -> Callable[[Any, Any, Any], Any]:
    """Return the function (state, order, data) -> (state, loss) of one step, not yet compiled."""
    jax: Any = import_module("jax")
    jnp: Any = jax.numpy
    beta1, beta2, epsilon, alpha = 0.9, 0.999, 1e-8, task.learning_rate

    def loss_of(parameters: Any, x: Any, targets: Any) -> Any:
        *hidden, (weights, biases) = parameters
        for w, b in hidden:
            x = jax.nn.relu(x @ w + b)
        return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(x @ weights + biases), axis=1))

    def step(state: Any, order: Any, data: Any) -> Any:
        t, parameters, moments = state
        indices = jax.lax.dynamic_slice(order, (t % per_epoch * task.batch,), (task.batch,))
        x, targets = (jnp.take(array, indices, axis=0, mode="clip") for array in data)
        loss, gradient = jax.value_and_grad(loss_of)(parameters, x, targets)
        t = t + 1
        if not moments:
            parameters = jax.tree.map(lambda p, g: p - alpha * g, parameters, gradient)
            return (t, parameters, moments), loss
        m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, moments[0], gradient)
        v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, moments[1], gradient)
        rate = alpha * jnp.sqrt(1 - beta2**t) / (1 - beta1**t)
        parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + epsilon), parameters, m, v)
        return (t, parameters, [m, v]), loss

    return step


OWN: dict[str, Callable[[Task, Split], Learner]] = {"step": Step, "products": Products}
"""The contenders that are made of NumPy alone and use one thread."""


@dataclass(frozen=True)
class Setting:
    """A contender with one choice of flags and threads.

    Attributes
    ----------
    contender : its name in the table
    label : flags and threads for people
    threads : how many it may use
    variant : flags for the learner
    """

    contender: str
    label: str
    threads: int = 1
    variant: str = ""

    def environment(self) -> dict[str, str]:
        """Return the variables that must stand before the process starts; the engine needs none."""
        if self.contender in ("digitapp", *OWN):
            return {}
        if self.contender == "scikit-learn":
            return {"OPENBLAS_NUM_THREADS": str(self.threads)}
        if self.contender == "PyTorch":
            return {"OMP_NUM_THREADS": str(self.threads)}
        multi = "true" if self.threads > 1 else "false"  # JAX sizes its pool by NPROC where that is set
        return {
            "NPROC": str(self.threads),
            "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={multi}",
            "JAX_PLATFORMS": "cpu",
        }

    def learner(self, task: Task, split: Split) -> Learner:
        """Return the contender, ready to learn."""
        if self.contender == "digitapp":
            return Engine(task, split, self.threads)
        if self.contender in OWN:
            return OWN[self.contender](task, split)
        if self.contender == "PyTorch":
            return Torch(task, split, self.threads, self.variant)
        if self.contender == "scikit-learn":
            return ScikitLearn(task, split)
        return Jax(task, split, scan=self.contender == "JAX scan")


def settings_of(contender: str, threads: Sequence[int] = (1, 2)) -> list[Setting]:
    """Return every setting of a contender that may turn out its best."""
    variants = {"PyTorch": ("fused", "foreach")}.get(contender, ("",))
    words = {count: f"{count} thread{'s' * (count > 1)}" for count in threads}
    return [
        Setting(contender, ", ".join(filter(None, (variant, words[count]))), count, variant)
        for variant in variants
        for count in threads
    ]
