"""Why something went wrong, in a few words for after a colon: for people, whatever the error says of itself."""

from __future__ import annotations

import errno
from pathlib import Path

from digitapp.datasets.collection import NoDigitsError, TooManyDigitsError
from digitapp.datasets.errors import DataFileError, DataMissingError, DownloadError, UnknownDatasetError
from digitapp.drawing.files import DrawingFileError
from digitapp.drawing.grid import GridTextError
from digitapp.drawing.images import ImageFileError
from digitapp.exports.errors import ExportError
from digitapp.gui.translation import listed, said, translate
from digitapp.modelfile import (
    ForeignModelError,
    ModelAccessError,
    ModelDamagedError,
    ModelFileError,
    ModelNotFoundError,
    ModelVersionError,
)
from digitapp.plain import LONGEST_DETAIL, file_name, plain
from digitapp.regular import NoFileError


def cause(error: BaseException) -> str:
    """Return why something could not be done; the name of a file stands in the sentence around it."""
    behind = error.__cause__ if not isinstance(error, OSError | DownloadError) else error
    # Decoders raise an OSError of their own, without a number, for what is damaged.
    if isinstance(behind, OSError) and (behind.errno is not None or behind is error):
        return _of_the_system(behind)
    if isinstance(error, MemoryError) or isinstance(behind, MemoryError):
        return translate("Causes", "there is not enough memory")
    if isinstance(error, DrawingFileError) and error.index is not None:
        return translate("Causes", "drawing {0}: {1}").format(error.index + 1, said(error.reason))
    if isinstance(
        error, DrawingFileError | ImageFileError | GridTextError | NoDigitsError | TooManyDigitsError | ExportError
    ):
        return said(error.reason)
    if isinstance(error, ModelFileError):
        return _of_a_model(error)
    if isinstance(error, DataFileError):
        text = translate("Causes", "{0}: {1}; expected {2}")
        return text.format(file_name(error.path), said(error.found), said(error.expected))
    if isinstance(error, UnknownDatasetError):
        return translate("Causes", "there is no data set {0} any more").format(plain(error.name))
    if isinstance(error, DataMissingError):
        return translate("Causes", "not found: {0}").format(listed(error.missing))
    if isinstance(error, DownloadError):
        return said(error.reason)
    # PySide puts before it which method has failed.
    what = plain(str(error).rpartition("Python override of ")[2].partition("(): ")[2] or str(error), LONGEST_DETAIL)
    return translate("Causes", "something unexpected happened ({0})").format(what or type(error).__name__)


def cause_in(path: Path, error: BaseException) -> str:
    """Return why a file could not be used, for a sentence that names this file already."""
    if isinstance(error, DataFileError) and error.path == path and not isinstance(error.__cause__, OSError):
        return translate("Causes", "{0}; expected {1}").format(said(error.found), said(error.expected))
    return cause(error)


def _of_the_system(error: OSError) -> str:
    if isinstance(error, NoFileError):
        return translate("Causes", "It is a pipe or a device, and no file")
    known = {
        errno.ENOENT: translate("Causes", "No such file or folder"),
        errno.EACCES: translate("Causes", "Permission denied"),
        errno.EPERM: translate("Causes", "Permission denied"),
        errno.ENOSPC: translate("Causes", "No space left on the disk"),
        errno.EROFS: translate("Causes", "The disk can only be read"),
        errno.EISDIR: translate("Causes", "It is a folder"),
        errno.ENOTDIR: translate("Causes", "It is not in a folder"),
        errno.ENAMETOOLONG: translate("Causes", "The name is too long"),
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def _of_a_model(error: ModelFileError) -> str:
    if isinstance(error, ModelNotFoundError):
        return translate("Causes", "there is no such file")
    if isinstance(error, ModelAccessError):
        return translate("Causes", "it is a folder")  # what the system refuses has its own words
    if isinstance(error, ModelDamagedError):
        return translate("Causes", "this is no model file, or it is damaged")
    if isinstance(error, ForeignModelError):
        return translate("Causes", "another program than digitapp has written it")
    if isinstance(error, ModelVersionError):
        return translate("Causes", "it comes from a newer digitapp than this one")
    return translate("Causes", "what stands in it does not fit together")
