"""Executes one job through papermill, and says how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from nbflow.model import Outcome
from nbflow.runs.folder import find_attempt

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from nbflow.executors.local.worker.execution import Execution
    from nbflow.executors.local.worker.prestarted import Spare
    from nbflow.model import Job
    from nbflow.model.events import Event


def execute_job(
    job: Job,
    emit: Callable[[Event], None],
    stop: threading.Event,
    launched: Callable[[int], None] = lambda _: None,
    *,
    spare: Spare | None = None,
    rest: Callable[[], None] = lambda: None,
) -> Outcome:
    """Execute a job's notebook in a kernel of its own.

    Leaves the executed notebook, also of a job that failed, and what the cells printed in the
    attempt's folder. Whatever goes wrong is in the outcome. When `stop` is
    set the kernel is interrupted, then killed, and the outcome is `cancelled`. `launched` is
    called with the kernel's process group once it has one. `spare` lasts from job to job: a
    kernel that may be started ahead. `rest` is called whenever there is nothing to do but wait:
    what was told may be passed on then.
    """
    from nbflow.executors.local.worker.execution import Execution  # noqa: PLC0415  # papermill: 0.6 s
    from nbflow.executors.local.worker.failure import cut_failure, make_other  # noqa: PLC0415
    from nbflow.executors.local.worker.prestarted import Spare  # noqa: PLC0415
    from nbflow.executors.local.worker.timings import Timings  # noqa: PLC0415

    timings = Timings()
    if stop.is_set():
        return Outcome(status="cancelled")
    try:
        _write_job(job)
        with Execution(
            job, emit, stop, launched, timings=timings, spare=spare or Spare(), rest=rest
        ) as execution:
            outcome = _execute(execution)
    except Exception as error:  # noqa: BLE001  # a full disk, a notebook that cannot be read …
        outcome = Outcome(status="failed", failure=make_other(error))
    if outcome.failure is not None:
        outcome = msgspec.structs.replace(outcome, failure=cut_failure(outcome.failure))
    ended = time.monotonic()
    return msgspec.structs.replace(
        outcome, seconds=ended - timings.began, spent=timings.make_spent(ended)
    )


def _execute(execution: Execution) -> Outcome:
    failure = execution.run()
    if execution.watchdog.reason == "stopped":
        return Outcome(status="cancelled", outputs=execution.outputs())
    if failure is not None:
        return Outcome(
            status="failed",
            failure=failure,
            outputs=execution.outputs(),
            warnings=execution.warnings(),
        )
    return Outcome(
        status="done",
        outputs=execution.outputs(),
        modules=execution.modules(),
        opened=execution.opened(),
        warnings=execution.warnings(),
        wrote=execution.wrote(),
        made=execution.made(),
    )


def _write_job(job: Job) -> None:
    """Write the job for the kernel, where whoever made the job has not."""
    path = find_attempt(job).job
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(job))
