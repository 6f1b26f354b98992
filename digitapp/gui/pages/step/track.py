"""How far the walk is: forward, error, backward, update, each a part of the track that can be gone to."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from digitapp.gui.translation import translate
from digitapp.gui.widgets.track import Track
from digitapp.inspection.walk import Stage


class StageTrack(Track):
    """Four equal parts; the dynamic property `stage` says in which one the walk is.

    Signals: `wanted(Stage)`, somebody wants to go to a stage.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_stages(), name=translate("StageTrack", "Stages of the step"), parent=parent)
        self.setObjectName("stageTrack")
        self.setProperty("stage", Stage.FORWARD.value)

    def show_progress(self, key: Stage, share: float) -> None:
        """Show that the walk has come so far in a stage; those before it are full."""
        self.setProperty("stage", key.value)
        super().show_progress(key, share)


def _stages() -> list[tuple[Stage, str, str]]:
    return [
        (
            Stage.FORWARD,
            translate("StageTrack", "Forward"),
            translate("StageTrack", "The inputs become an answer"),
        ),
        (
            Stage.ERROR,
            translate("StageTrack", "Error"),
            translate("StageTrack", "The answer is compared with what it should be"),
        ),
        (
            Stage.BACKWARD,
            translate("StageTrack", "Backward"),
            translate("StageTrack", "The error is passed back along the same wires"),
        ),
        (
            Stage.UPDATE,
            translate("StageTrack", "Update"),
            translate("StageTrack", "The weights change: the step is taken"),
        ),
    ]
