"""The benches of the Lab, one row each: nothing else in the Lab knows which there are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from digitapp.datasets.problems import TOY
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.translation import translate
from digitapp.gui.widgets.refresher import Refresher


@dataclass(frozen=True)
class BenchRow:
    """A bench of the Lab.

    Attributes
    ----------
    name : by which other pages ask for it
    title : on its tab
    made_by : the full name of its class, which takes the session, the settings and the page's refresher
    problem : the key of the problem that it is about; "" where it is about none
    """

    name: str
    title: str
    made_by: str
    problem: str = ""

    def make(self, session: Session, settings: Settings, refresher: Refresher) -> Bench:
        """Return a new bench; its module is imported when the first one is wanted."""
        module, _, name = self.made_by.rpartition(".")
        return getattr(import_module(module), name)(session, settings, refresher)


def registered_benches() -> tuple[BenchRow, ...]:
    """Return the rows in the order of the tabs."""
    return (
        BenchRow("tale", translate("Lab", "The tale"), "digitapp.gui.pages.lab.tale.bench.TaleBench", problem=TOY.key),
        BenchRow("circuit", translate("Lab", "Circuit"), "digitapp.gui.pages.lab.circuit.bench.CircuitBench"),
        BenchRow("descent", translate("Lab", "Descent"), "digitapp.gui.pages.lab.descent.bench.DescentBench"),
        BenchRow("averages", translate("Lab", "Averages"), "digitapp.gui.pages.lab.averages.bench.AveragesBench"),
        BenchRow("units", translate("Lab", "Units"), "digitapp.gui.pages.lab.units.bench.UnitsBench"),
        BenchRow("losses", translate("Lab", "Losses"), "digitapp.gui.pages.lab.losses.bench.LossesBench"),
        BenchRow(
            "any-function",
            translate("Lab", "Any function"),
            "digitapp.gui.pages.lab.any_function.bench.AnyFunctionBench",
        ),
        BenchRow("sizes", translate("Lab", "Sizes"), "digitapp.gui.pages.lab.sizes.bench.SizesBench"),
    )
