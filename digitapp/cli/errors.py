"""Which errors are somebody's bad input, and what to say about them in one line."""

_LONGEST_VALUE = 60  # characters of a wrong value that are repeated to its author


class BadInput(Exception):
    """Something the command line itself finds wrong; its text says what, where, and what was expected."""


def bad_input_errors() -> tuple[type[Exception], ...]:
    """Return the errors that mean bad input. They are looked up when one happened, for their modules need NumPy."""
    from digitapp.datasets.errors import DataError
    from digitapp.drawing.files import DrawingFileError
    from digitapp.drawing.images import ImageFileError
    from digitapp.exports.errors import ExportError
    from digitapp.modelfile import ModelFileError
    from digitapp.runs.search.errors import SearchError
    from digitapp.training.checkpoint import CheckpointError
    from digitapp.training.config import ConfigError
    from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged

    return (
        BadInput,
        DataError,
        ModelFileError,
        DrawingFileError,
        ImageFileError,
        ExportError,
        CheckpointError,
        ConfigError,
        DataMismatch,
        DataNotFinite,
        TrainingDiverged,
        SearchError,
        OSError,
        MemoryError,
    )


def explain(error: Exception) -> str:
    """Return one sentence about one of `bad_input_errors`."""
    from digitapp.datasets.errors import DataMissingError
    from digitapp.training.config import ConfigError
    from digitapp.training.errors import DataNotFinite, TrainingDiverged

    if isinstance(error, ConfigError):
        return f"{_option(error.field)}{_as_typed(error.value)}: expected {error.expected}"
    if isinstance(error, TrainingDiverged):
        last = (
            "there was no finite loss" if error.last_loss is None else f"the last finite loss was {error.last_loss:.4g}"
        )
        return (
            f"training diverged in epoch {error.epoch} at step {error.step} ({last}), and no model was written; "
            "try a smaller --learning-rate"
        )
    if isinstance(error, DataNotFinite):
        return f"the data set holds a value that is no finite number: {error}"
    if isinstance(error, DataMissingError):
        return f"{error}; 'digitapp data download' gets MNIST, 'digitapp data import FOLDER' takes it from a folder"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; a smaller network or batch may fit"
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return f"{error.filename}: {reason}" if error.filename else f"reading or writing failed: {reason}"
    return str(error)


def _option(field: str) -> str:
    """Return what stands before the value on the command line: "--epochs ", or "--augmentation turn="."""
    name, _, detail = field.partition(".")
    option = name.removesuffix("s") if name.endswith("_options") else name
    return f"--{option.replace('_', '-')} {detail and f'{detail}='}"


def _as_typed(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
    if not text.strip():
        return repr(text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
