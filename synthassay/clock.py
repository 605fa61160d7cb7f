"""How far a run is, how long it still takes, and who is told."""

import os
import time
from collections.abc import Callable, Sequence

from synthassay.runs import Progress
from synthassay.store import Draft
from synthassay.tasks import Task

Watcher = Callable[[Progress], None]
_SECONDS_BETWEEN_WRITES = 0.5


class Clock:
    """Turns the share done of each task into the share of the run.

    Parameters
    ----------
    draft : Draft
        Where the progress is written for other processes.
    tasks : sequence of Task
        All that is to be done.
    watch : callable
        Told of every step.
    """

    def __init__(self, draft: Draft, tasks: Sequence[Task], watch: Watcher) -> None:
        self._draft = draft
        self._watch = watch
        self._total = sum(task.weight for task in tasks)
        self._done = 0.0
        self._spent = 0.0
        self._written = 0.0
        self._started = time.monotonic()
        self._begun = self._started
        self.seconds: dict[str, float] = {}

    def within(self, task: Task) -> Callable[[float], None]:
        """Begin a task; the result is to be called with the share of it that is done."""
        self._begun = time.monotonic()
        self._tell(task.name, 0.0, force=True)
        return lambda share: self._tell(task.name, share * task.weight)

    def end(self, task: Task, *, skipped: bool = False) -> None:
        """Count a task as done; one that an earlier process did says nothing about speed."""
        seconds = time.monotonic() - self._begun
        self.seconds[task.name] = round(seconds, 3)
        if skipped:
            self._total -= task.weight
        else:
            self._done += task.weight

    def _tell(self, stage: str, weight: float, *, force: bool = False) -> None:
        moment = time.monotonic()
        share = (self._done + weight) / self._total if self._total else 1.0
        elapsed = moment - self._started
        left = elapsed * (1 - share) / share if share > 0.02 else None
        progress = Progress(
            pid=os.getpid(), name=self._draft.name, stage=stage, share=min(share, 1.0), seconds_left=left
        )
        self._watch(progress)
        if force or moment - self._written > _SECONDS_BETWEEN_WRITES:
            self._written = moment
            self._draft.write_progress(progress)
