"""The mathematics of fully connected networks, in NumPy alone."""

from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.initializers import INITIALIZERS, initialize
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network, Trace
from digitapp.nn.normalization import NORMALIZATIONS
from digitapp.nn.optimizers import OPTIMIZERS
from digitapp.nn.options import Option
from digitapp.nn.regularizers import REGULARIZERS
from digitapp.nn.schedules import SCHEDULES

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "NORMALIZATIONS",
    "OPTIMIZERS",
    "REGULARIZERS",
    "SCHEDULES",
    "Backpropagation",
    "Network",
    "Option",
    "Trace",
    "initialize",
]
