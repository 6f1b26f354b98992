"""Why a run cannot start or go on."""


class DataNotFinite(ValueError):
    """Training data contain NaN or infinity.

    Attributes
    ----------
    part : "train" or "validation"
    sample, feature : the place of the first such value, counted from 0
    value : the value
    """

    def __init__(self, part: str, sample: int, feature: int, value: float) -> None:
        super().__init__(f"{part} sample {sample}, feature {feature} is {value}")
        self.part = part
        self.sample = sample
        self.feature = feature
        self.value = value


class DataMismatch(ValueError):
    """A data set does not fit the network.

    Attributes
    ----------
    what : "features" or "classes"
    network, data : what the network has and what the data set needs
    """

    def __init__(self, what: str, network: int, data: int) -> None:
        super().__init__(f"the network has {network} {what}, the data set {data}")
        self.what = what
        self.network = network
        self.data = data


class TrainingDiverged(Exception):
    """The loss or a parameter stopped being a finite number; the network holds the last good parameters again.

    Attributes
    ----------
    epoch, step : where it happened, both counted from 1
    last_loss : the last finite loss of a batch; None if there was none
    """

    def __init__(self, epoch: int, step: int, last_loss: float | None) -> None:
        super().__init__(f"training diverged in epoch {epoch} at step {step}; the last finite loss was {last_loss}")
        self.epoch = epoch
        self.step = step
        self.last_loss = last_loss
