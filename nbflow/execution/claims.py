"""Claims: a second run that needs the same result waits for the run that executes it."""

from __future__ import annotations

from nbflow.base.hashing import hash_bytes
from nbflow.base.locks import RangeLocks
from nbflow.model import TaskId
from nbflow.planning import Plan, find_reusable
from nbflow.runs.history import read_run, read_run_ids
from nbflow.runs.liveness import is_alive
from nbflow.workspace.pipeline_folder import PipelineFolder

_LOOKED_AT = 50  # runs, the newest


def is_made(plan: Plan, step: str, key: str) -> bool:
    """Tell whether a key has a reusable result by now."""
    return find_reusable(plan, step, key) is not None


class Claims:
    """What one run executes: a lock for each task's key, which ends with this process.

    A run holds claims of what it executes only, never while it waits for another's. So two runs
    never wait for each other.
    """

    def __init__(self, pipeline: PipelineFolder) -> None:
        self._pipeline = pipeline
        self._locks = RangeLocks(pipeline.cache / "claims")
        self._held: dict[TaskId, int] = {}

    def take(self, task: TaskId, key: str) -> bool:
        """Claim a key; return False if another run has claimed it."""
        place = _find_place(task, key)
        if self._locks.take(place):
            self._held[task] = place
            return True
        return False

    def is_free(self, task: TaskId, key: str) -> bool:
        """Tell whether no run claims a key any more: its run made the result, failed or died."""
        return self._locks.is_free(_find_place(task, key))

    def release(self, task: TaskId) -> None:
        """Release the claim of a task, if this run has one."""
        if task in self._held:
            self._locks.release(self._held.pop(task))

    def close(self) -> None:
        """Release all claims."""
        self._held.clear()
        self._locks.close()


def find_executing(pipeline: PipelineFolder, task: TaskId) -> str:
    """Return the newest run that executes a task now, "" where that is not known."""
    for run_id in read_run_ids(pipeline, _LOOKED_AT):
        if is_alive(pipeline, run_id):
            state = read_run(pipeline, run_id).steps.get(str(task))
            if state is not None and state.status == "running":
                return run_id
    return ""


def _find_place(task: TaskId, key: str) -> int:
    """Return the byte of the file that stands for a key: a number of 62 bits, rarely shared."""
    return int(hash_bytes(f"{task}/{key}".encode())[:16], 16) >> 2
