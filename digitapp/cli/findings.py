"""What is wrong with data or a run, in a sentence each, on stderr."""

from collections.abc import Iterable

from digitapp.cli.output import note, percent
from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import problem_of
from digitapp.training.course import CourseFinding, Oscillates, Overfits
from digitapp.training.findings import CutOff, Finding, Guesses, RanAway, Reversed, look_at_data
from digitapp.training.remedies import gentler_rate

_PARTS = {"train": "training"}


def tell_of_data(asked: str, data: Dataset) -> None:
    """Say what is odd about a data set that was asked for by a name or a folder."""
    if problem_of(asked) is not None and data.name != asked:
        note(f"--dataset {asked}: the files found have MNIST's names but hold other images, called {data.name} here")
    tell(look_at_data(data))


def tell(findings: Iterable[Finding]) -> None:
    """Say each finding."""
    for finding in findings:
        note(sentence(finding))


def sentence(finding: Finding) -> str:
    """Return a finding in words."""
    if isinstance(finding, Reversed):
        return (
            f"the pictures look dark on light: {finding.edge:.2f} at the edge, {finding.middle:.2f} inside, where "
            "paper is 0 and ink 1; invert them, or no drawing will be read by what learns from them"
        )
    if isinstance(finding, RanAway):
        gentler = f"{gentler_rate(finding.learning_rate):g}"
        return (
            f"the loss ran away: {finding.peak:.3g} at step {finding.step:,}, and {finding.last:.3g} in the last "
            f"epoch, where knowing nothing costs {finding.ignorance:.3g}; try --learning-rate {gentler} "
            f"instead of {finding.learning_rate:g}"
        )
    if isinstance(finding, Guesses):
        part = _PARTS.get(finding.part, finding.part)
        return (
            f"the network is no better than guessing: {percent(finding.accuracy)} of {finding.samples:,} {part} "
            f"samples are read right, and always giving the same answer makes {percent(finding.guess)}"
        )
    if isinstance(finding, CutOff):
        return _of_cut_off(finding)
    return _of_course(finding)


def _of_course(finding: CourseFinding) -> str:
    if isinstance(finding, Overfits):
        return (
            f"the network has been overfitting since epoch {finding.since:,}: the validation loss has risen from "
            f"{finding.best:.3g} to {finding.last:.3g} while the training loss fell; try --patience 3 or --l2 0.001"
        )
    if isinstance(finding, Oscillates):
        return (
            f"the loss goes up and down between {finding.low:.3g} and {finding.high:.3g} and becomes no better, with "
            f"{percent(finding.misread)} misread; try a smaller --learning-rate"
        )
    return (
        f"nothing more was learned since epoch {finding.since:,}: the loss stays at {finding.loss:.3g}, and "
        f"{percent(finding.misread)} of the training samples are misread; try another --learning-rate or --hidden"
    )


def _of_cut_off(finding: CutOff) -> str:
    if len(finding.layers) == finding.of:
        where = "any of its weights"
    else:
        numbers = ", ".join(map(str, finding.layers))
        where = f"the weights of layer {numbers}" if len(finding.layers) == 1 else f"the weights of layers {numbers}"
    return (
        f"no error reaches {where} any more: units are silent, or at the end of their range, and more training changes "
        "nothing; begin anew with a smaller --learning-rate, another --activation or --initializer"
    )
