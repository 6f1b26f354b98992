"""What can be wrong with data. Each error carries its facts as attributes; its text is one sentence for a person."""

from pathlib import Path

from digitapp import reasons
from digitapp.plain import plain


class DataError(Exception):
    """Data that cannot be had or cannot be used; the base of every error of this package."""


class DataFileError(DataError):
    """A file or folder that does not hold what it should, or cannot be read or written.

    Attributes
    ----------
    path : Path, the file or folder
    found : str, what is wrong with it
    expected : str, what should be there instead
    """

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(f"{path}: {found}; expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected


class IdxError(DataFileError):
    """An IDX file that is damaged, of another kind than its name says, or at odds with its companion."""


class CsvError(DataFileError):
    """A CSV file with a line that cannot be used.

    Attributes
    ----------
    line : int, counted from 1, the header included
    column : int or None, counted from 1, where it is a single field
    """

    def __init__(self, path: Path, line: int, found: str, expected: str, column: int | None = None) -> None:
        if column is None:
            place = reasons.tr("line {0}: {1}", line, found)
        else:
            place = reasons.tr("line {0}, column {1}: {2}", line, column, found)
        super().__init__(path, place, expected)
        self.line = line
        self.column = column


class ChecksumError(DataError):
    """Well-formed data with other bytes than the original's.

    Attributes
    ----------
    source : str, the path or address they came from
    actual, expected : str, SHA-256 of the decompressed file, in hexadecimal
    """

    def __init__(self, source: str, actual: str, expected: str) -> None:
        super().__init__(
            f"{source}: the bytes are not those of the original file "
            f"(SHA-256 {actual[:12]}… of the decompressed data; expected {expected[:12]}…)"
        )
        self.source = source
        self.actual = actual
        self.expected = expected


class DataMissingError(DataError):
    """Files that are not where they were looked for.

    Attributes
    ----------
    searched : tuple of Path, the folders looked into
    missing : tuple of str, the files that the most complete of them lacks
    """

    def __init__(self, searched: tuple[Path, ...], missing: tuple[str, ...]) -> None:
        folders = " or ".join(str(folder) for folder in searched)
        first, *others = missing
        more = f" and {len(others)} more" if others else ""
        super().__init__(f"not found in {folders}: {first}{more}")
        self.searched = searched
        self.missing = missing


class UnknownDatasetError(DataError):
    """A data set name that is neither known nor an existing folder."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no data set or folder {name!r}; expected {', '.join(known)} or a folder")
        self.name = name
        self.known = known


class DatasetSettingError(DataError):
    """A data set that is made to order, with a setting that cannot be used.

    Attributes
    ----------
    name : str, of the data set, as it was asked for
    setting : str
    value : str or None, None where there is no such setting
    expected : str, values that would do, or the settings that there are
    """

    def __init__(self, name: str, setting: str, value: str | None, expected: str) -> None:
        found = f"there is no setting {setting!r}" if value is None else f"{setting} is {value!r}"
        super().__init__(f"data set {plain(name)}: {found}; expected {expected}")
        self.name = name
        self.setting = setting
        self.value = value
        self.expected = expected


class DownloadError(DataError):
    """A file that could not be fetched from an address.

    Attributes
    ----------
    url : str
    reason : str, what went wrong
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class DownloadCancelled(DataError):
    """A download that was asked to stop; what has arrived is kept, so that the next attempt resumes."""

    def __init__(self, file: str) -> None:
        super().__init__(f"the download was cancelled at {file}")
        self.file = file


class GenerationCancelled(DataError):
    """A data set whose making was asked to stop; nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__("the making of the data set was cancelled")


class NotEnoughSpaceError(DataError):
    """A folder on a disk without room for what is to be written; sizes in bytes."""

    def __init__(self, path: Path, needed: int, free: int) -> None:
        super().__init__(f"{path}: {free / 1e6:.1f} MB are free on this disk; {needed / 1e6:.1f} MB are needed")
        self.path = path
        self.needed = needed
        self.free = free
