"""A search for settings beside the window: a process of its own, which the window steers and whose study it shows.

So neither the library of the search nor its trials take anything from the window's thread. The study is kept in its
storage, not here: what was found is there after the program was closed, and other machines may work on it meanwhile.
"""

from __future__ import annotations

import json
import sys
import time
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

import digitapp
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.runs.search.spec import StudySpec
from digitapp.runs.search.state import StudyState, read_state

_CLOSING_MS = 5000  # a batch, and putting the trial back: 0.2 s, or more on a busy machine
_LONGEST_SAID = 4000  # characters of what a process has said on its error output


class Phase(Enum):
    """What the process does."""

    IDLE = auto()
    LOOKING = auto()
    """It reads how a study stands, and ends."""
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()


class SearchLab(QObject):
    """The study that this window shows, and the process that works on it.

    Signals
    -------
    changed : there is another state of the study, another phase, or something has gone wrong

    Attributes
    ----------
    state : the study as it was told last, None for none
    phase : what the process does
    trouble : why it ended, in English, "" where nobody has said why; None where all was well
    """

    changed = Signal()

    @staticmethod
    def of(session: Session) -> SearchLab:
        """Return a session's search, the same for all who ask; it is made when it is wanted first."""
        return session.findChild(SearchLab) or SearchLab(session)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.state: StudyState | None = None
        self.phase = Phase.IDLE
        self.trouble: str | None = None
        self._said = ""
        self._process: QProcess | None = None
        self._wants_pause = False
        self._reader = Errand(session.start_job, self)
        self._reader.found.connect(self._on_read)
        self._reader.failed.connect(self._on_unreadable)
        self._began, self._over_then = 0.0, 0
        session.activity_changed.connect(self._give_way)
        session.closing.connect(self.close)

    # What there is

    @property
    def is_active(self) -> bool:
        """Whether trials are being made, or only rest."""
        return self.phase in (Phase.RUNNING, Phase.PAUSED, Phase.STOPPING)

    @property
    def gives_way(self) -> bool:
        """Whether the search rests because a network is being trained in the window."""
        return self.phase is Phase.RUNNING and self._session.any_run_active

    @property
    def seconds_left(self) -> float | None:
        """How long the trials that are left will take at the pace of those made here; None before that is known."""
        state = self.state
        if state is None or self.phase is not Phase.RUNNING or not self._over_then < state.over < state.wanted:
            return None
        pace = (time.monotonic() - self._began) / (state.over - self._over_then)
        return pace * (state.wanted - state.over)

    # What can be asked for

    def look(self, name: str, url: str) -> None:
        """Read how a study stands; nothing while one is worked on."""
        if self.phase is Phase.IDLE:
            self._start(["--study", name, "--storage", url, "--show"], Phase.LOOKING)

    def start(self, spec: StudySpec, trials: int, url: str) -> None:
        """Begin a study or go on with it, until each of its sides has so many trials; nothing while one is worked on.

        What was shown before stays until the study has told of itself.
        """
        if self.phase is not Phase.IDLE:
            return
        text = json.dumps(spec.as_json())
        arguments = ["--study", spec.name, "--storage", url, "--trials", str(trials), "--spec", text]
        folder = self._session.data.data_dir
        self._began, self._over_then = time.monotonic(), -1
        self._start([*arguments, *(["--data-dir", str(folder)] if folder is not None else [])], Phase.RUNNING)
        self._give_way()

    def forget(self) -> None:
        """Show no study any more, until one tells of itself; nothing while one is worked on."""
        if self.phase is Phase.IDLE:
            self.state, self.trouble = None, None
            self.changed.emit()

    @Slot()
    def pause(self) -> None:
        """Rest after the batch that is being learned."""
        if self.phase is Phase.RUNNING:
            self._enter(Phase.PAUSED)
            self._give_way()

    @Slot()
    def go_on(self) -> None:
        """End a pause."""
        if self.phase is Phase.PAUSED:
            self._begin_counting()
            self._enter(Phase.RUNNING)
            self._give_way()

    @Slot()
    def stop(self) -> None:
        """Stop after the batch that is being learned; the trial under way is made anew when the study goes on."""
        if self.phase in (Phase.RUNNING, Phase.PAUSED):
            self._enter(Phase.STOPPING)
            self._tell("stop")

    @Slot()
    def close(self) -> None:
        """End the process and wait for it, for a moment: what it leaves undone is made anew when the study goes on."""
        process, self._process = self._process, None
        self._reader.cancel()
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()  # which it takes for a stop
        if not process.waitForFinished(_CLOSING_MS):
            process.kill()
            process.waitForFinished(_CLOSING_MS)
        self.phase = Phase.IDLE

    # The process

    def _start(self, arguments: list[str], phase: Phase) -> None:
        self._said, self.trouble = "", None
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        root = str(Path(digitapp.__file__).parents[1])
        known = environment.value("PYTHONPATH", "")
        environment.insert("PYTHONPATH", f"{root}{':' if sys.platform != 'win32' else ';'}{known}" if known else root)
        environment.insert("PYTHONUTF8", "1")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._on_told)
        process.readyReadStandardError.connect(self._on_said)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process = process
        self._enter(phase)
        process.start(sys.executable, ["-m", "digitapp", "search", "--steered", *arguments])

    def _tell(self, command: str) -> None:
        if self._process is not None:
            self._process.write(f"{command}\n".encode())

    @Slot()
    def _give_way(self) -> None:
        """Let the process rest while a network is trained in the window, or the user has paused it."""
        if self.phase not in (Phase.RUNNING, Phase.PAUSED):
            return
        wants_pause = self.phase is Phase.PAUSED or self._session.any_run_active
        if wants_pause != self._wants_pause:
            self._wants_pause = wants_pause
            self._tell("pause" if wants_pause else "go")
            if not wants_pause:
                self._begin_counting()
            self.changed.emit()

    def _begin_counting(self) -> None:
        self._began, self._over_then = time.monotonic(), -1 if self.state is None else self.state.over

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.changed.emit()

    @Slot()
    def _on_told(self) -> None:
        process = self._process
        line = b""
        while process is not None and process.canReadLine():
            line = bytes(process.readLine().data())  # of several the last one has all
        if line:
            self._reader.ask(lambda _report, _cancelled: read_state(json.loads(line)), line, patient=True)

    @Slot(object, object)
    def _on_read(self, state: StudyState, _line: object) -> None:
        if self._over_then < 0:
            self._over_then = state.over
            self._began = time.monotonic()
        self.state = state
        self.changed.emit()

    @Slot(object, object)
    def _on_unreadable(self, error: Exception, _line: object) -> None:
        self.trouble = str(error)
        self.changed.emit()

    @Slot()
    def _on_said(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._said = (self._said + text)[-_LONGEST_SAID:]

    @Slot(object)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._end(self._process.errorString())

    @Slot(int, object)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_told()
        self._on_said()
        is_well = code == 0 and status is QProcess.ExitStatus.NormalExit
        lines = [line for line in self._said.splitlines() if line.strip()]
        self._end(None if is_well else lines[-1].removeprefix("digitapp: ") if lines else "")

    def _end(self, trouble: str | None) -> None:
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        self._wants_pause = False
        self.trouble = trouble
        self._enter(Phase.IDLE)
