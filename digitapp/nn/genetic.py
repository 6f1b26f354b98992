"""Learning without a gradient: networks that breed."""

from collections.abc import Callable

import numpy as np

from digitapp.nn.optimizer import Optimizer
from digitapp.nn.options import Option


class GeneticAlgorithm(Optimizer):
    """Keeps a population of parameter vectors; the better ones have children, which differ by chance.

    A step is one generation on one batch. The loss of every individual is measured; the best becomes θ and lives on.
    Each of the others is replaced by a child: both parents are the better of two drawn individuals, every parameter
    comes from either parent with equal chance, and a share of them changes by N(0, α²), where α is the learning rate.
    Chance depends on nothing but the number of the step, so that a run repeats itself.

    Source: Montana, Davis, "Training Feedforward Neural Networks Using Genetic Algorithms" (IJCAI 1989), with the
    uniform crossover of Syswerda, "Uniform Crossover in Genetic Algorithms" (ICGA 1989).
    """

    key = "genetic"
    title = "Genetic algorithm"
    summary = "Breeds networks by chance and keeps the better ones; uses no gradient at all."
    options = (
        Option("population", "Population", 30, 4, 1000, "How many networks compete."),
        Option("mutated", "Mutated share", 0.3, 0.0, 1.0, "How many of a child's weights change by chance."),
    )
    uses_gradient = False
    finds_own_steps = True  # the rate says how far children stray; selection finds what is of use
    population: int
    mutated: float

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        super().__init__(parameters, **options)
        self._individuals = np.zeros((self.population, parameters.size), parameters.dtype)
        self.state["individuals"] = self._individuals

    def step(
        self,
        parameters: np.ndarray,
        gradient: np.ndarray,  # noqa: ARG002 - the interface of all optimisers
        learning_rate: float,
        cost: Callable[[], float] | None = None,
    ) -> None:
        """Put the best individual of a generation into `parameters`, and breed the next.

        Raises
        ------
        ValueError : no `cost`
        """
        if cost is None:
            raise ValueError("the genetic algorithm needs cost()")
        self.steps += 1
        rng = np.random.default_rng(self.steps)
        individuals = self._individuals
        if self.steps == 1:
            individuals[:] = parameters
            for individual in individuals[1:]:
                self._mutate(individual, learning_rate, 1.0, rng)
        individuals[0] = parameters  # as they are now: something may have happened to them since the last step
        costs = np.empty(self.population)
        for index, individual in enumerate(individuals):
            parameters[:] = individual
            costs[index] = cost()
        order = np.where(np.isfinite(costs), costs, np.inf).argsort(kind="stable")
        parameters[:] = individuals[order[0]]
        self._breed(individuals[order], learning_rate, rng)

    def _breed(self, ranked: np.ndarray, alpha: float, rng: np.random.Generator) -> None:
        """Fill all places but the first with children of `ranked`, the best first."""
        for child in self._individuals[1:]:
            mother, father = ranked[rng.integers(self.population, size=(2, 2)).min(axis=1)]
            child[:] = np.where(rng.random(child.size) < 0.5, mother, father)
            self._mutate(child, alpha, self.mutated, rng)

    @staticmethod
    def _mutate(individual: np.ndarray, alpha: float, share: float, rng: np.random.Generator) -> None:
        changes = rng.standard_normal(individual.size)
        changes *= rng.random(individual.size) < share
        individual += alpha * changes
