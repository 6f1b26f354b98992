"""The network that learns the curve while it is watched: in small portions between two frames of the window."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.gui.pages.lab.any_function.target import Target
from digitapp.lab.any_function.function_fit import (
    MOST_UNITS,
    FitConfig,
    FunctionFit,
    error,
    grown,
    start_network,
    without_unit,
)
from digitapp.nn import Network

_FRAME_MS = 33
_SHARE_S = 0.006  # of a frame that learning may take: the window has the rest
_CHUNK = 5  # steps between two looks at the clock
_MOST_POINTS = 400  # of the history; with more, every second one goes


class Learner(QObject):
    """The network, and how far it has come.

    Signals
    -------
    moved : the network is another, or has learned
    state_changed : whether it learns
    overflowed : it has stopped, because the numbers overflowed

    Attributes
    ----------
    config : what the network was made with, and how it learns
    fit : the network at work
    history : steps with the error after each, of which some are left out when there are many
    """

    moved = Signal()
    state_changed = Signal()
    overflowed = Signal()

    def __init__(self, target: Target, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.target, self.config = target, FitConfig()
        self.history: list[tuple[int, float]] = []
        self._every, self._frames = 1, 0  # frames between two points of the history, and frames so far
        self._is_seen = True
        self._wants = False
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._on_frame)
        target.changed.connect(self._on_target)
        self.begin(self.config)

    @property
    def network(self) -> Network:
        """The network."""
        return self.fit.network

    @property
    def count(self) -> int:
        """How many hidden units there are."""
        return self.network.sizes[1]

    # Which network

    def begin(self, config: FitConfig, network: Network | None = None) -> None:
        """Begin anew, with weights that were drawn, or with a network that was made elsewhere."""
        self.config, self.history = config, []
        self._every, self._frames = 1, 0
        self._go_on(start_network(config) if network is None else network, 0)
        self._remember()

    def change(self, config: FitConfig) -> None:
        """Go on with another optimiser or learning rate."""
        self.config = config
        self._go_on(self.network, self.fit.steps)

    def add_unit(self) -> None:
        """Add a unit to which nobody listens yet, where there is room for one."""
        if self.count < MOST_UNITS:
            self._resize(grown(self.network, self.config.seed))

    def remove_unit(self, unit: int) -> None:
        """Take a unit away, unless it is the last one."""
        if self.count > 1:
            self._resize(without_unit(self.network, unit))

    def _resize(self, network: Network) -> None:
        self.config = replace(self.config, units=network.sizes[1])
        self._go_on(network, self.fit.steps)

    def _go_on(self, network: Network, steps: int) -> None:
        self.fit = FunctionFit(network, self.target.values, self.config.optimizer, self.config.learning_rate)
        self.fit.steps = steps
        self.moved.emit()

    @Slot()
    def _on_target(self) -> None:
        self.fit.set_targets(self.target.values)

    # Learning

    @property
    def is_learning(self) -> bool:
        """Whether it learns, or will when it is seen again."""
        return self._wants

    def set_learning(self, wants: bool) -> None:
        """Learn from now on, or no more."""
        self._wants = wants
        self._set_timer()
        self.state_changed.emit()

    def set_seen(self, is_seen: bool) -> None:
        """Rest while nobody looks."""
        self._is_seen = is_seen
        self._set_timer()

    def _set_timer(self) -> None:
        if self._wants and self._is_seen:
            self._timer.start()
        else:
            self._timer.stop()

    def step(self) -> None:
        """Learn one step, and then rest."""
        self.set_learning(False)
        if self._learn(1):
            self._remember()
        self.moved.emit()

    @Slot()
    def _on_frame(self) -> None:
        end = time.perf_counter() + _SHARE_S
        while self._learn(_CHUNK) and time.perf_counter() < end:
            pass
        self._frames += 1
        if self._frames % self._every == 0:
            self._remember()
        self.moved.emit()

    def _learn(self, steps: int) -> bool:
        try:
            self.fit.learn(steps)
        except FloatingPointError:
            self.set_learning(False)
            self.overflowed.emit()
            return False
        return True

    def _remember(self) -> None:
        self.history.append((self.fit.steps, error(self.network, self.target.values)))
        if len(self.history) > _MOST_POINTS:
            self.history = self.history[::2]
            self._every *= 2
