"""How a run went, as a packet: its curves whole, or up to the step that its checkpoint stands at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from digitapp.kept.packing import PacketError, pack, unpack
from digitapp.training.events import BatchDone, Changed, EpochDone, RunFinished, RunStarted
from digitapp.training.history import EpochTable, History


@dataclass(frozen=True, eq=False)
class KeptHistory:
    """A history as it is kept, with the seconds that the run took, and the stride and the capacity of its moments."""

    history: History
    seconds: float = 0.0
    stride: int = 1
    capacity: int = 0


def write_history(kept: KeptHistory, steps: int | None = None, epochs: int | None = None) -> Callable[[], bytes]:
    """Return a function that makes a packet of a history as it is now, for another thread.

    Parameters
    ----------
    steps, epochs : how much of it counts, where it is ahead of a checkpoint
    """
    history = kept.history
    last = history.last_batch
    if last is not None and steps is not None and last.step > steps:
        last = _batch_at(history, last, steps)
    epoch = history.last_epoch
    if epoch is not None and epochs is not None and epoch.epoch > epochs:
        epoch = None  # the next one comes soon
    facts: dict[str, Any] = {
        "started": asdict(history.started) if history.started is not None else None,
        "last_batch": list(last) if last is not None else None,
        "finished": asdict(history.finished) if history.finished is not None and steps is None else None,
        "last_epoch": None,
        "seconds": kept.seconds,
        "moments": [kept.stride, kept.capacity],
        "changes": [asdict(change) for change in history.changes if steps is None or change.step <= steps],
    }
    columns = {name: history.epochs.column(name)[:epochs] for name in EpochTable.columns}
    arrays = {"loss": history.loss.values[:steps], "accuracy": history.accuracy.values[:steps]}
    arrays |= {f"epochs.{name}": column for name, column in columns.items()}
    if epoch is not None:
        numbers = ("epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds")
        facts["last_epoch"] = {name: getattr(epoch, name) for name in numbers}
        arrays |= {
            "confusion": np.asarray(epoch.confusion, np.int64),
            "predictions": np.asarray(epoch.predictions, np.int64),
        }
    return partial(pack, facts, arrays)


def read_history(packet: bytes) -> KeptHistory:
    """Return the history in a packet. Raises PacketError."""
    facts, arrays = unpack(packet)
    history = History()
    try:
        history.loss.extend(arrays["loss"])
        history.accuracy.extend(arrays["accuracy"])
        history.epochs.extend({name: arrays[f"epochs.{name}"] for name in EpochTable.columns})
        if facts["started"] is not None:
            history.started = RunStarted(**facts["started"])
        history.changes = [Changed(**change) for change in facts.get("changes", [])]
        if facts["last_batch"] is not None:
            history.last_batch = BatchDone(*facts["last_batch"])
        if facts["finished"] is not None:
            history.finished = RunFinished(**facts["finished"])
        if facts["last_epoch"] is not None:
            history.last_epoch = EpochDone(
                **facts["last_epoch"], confusion=arrays["confusion"], predictions=arrays["predictions"]
            )
        stride, capacity = facts["moments"]
        return KeptHistory(history, float(facts["seconds"]), int(stride), int(capacity))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PacketError(f"this is no history ({error})") from error


def _batch_at(history: History, last: BatchDone, step: int) -> BatchDone | None:
    """Return the event of an earlier step; of a step that was long ago, its rate may have been another one."""
    started = history.started
    if step < 1 or started is None or step > len(history.loss):
        return None
    epoch, batch = history.scale.place_of(step - 1)
    samples = min(round(last.samples * step / last.step), last.samples)
    loss, accuracy = history.loss.value(step - 1), history.accuracy.value(step - 1)
    return BatchDone(epoch + 1, batch + 1, step, samples, loss, accuracy, last.learning_rate)
