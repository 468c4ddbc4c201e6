"""A run: give the jobs of a plan to an executor, and append all events to one log."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.base.ids import make_next_id
from nbflow.base.locks import hold, hold_too
from nbflow.base.private_folders import sweep_folders
from nbflow.errors import RunError, StoreError
from nbflow.execution.abort_handling import beginning, ending, explaining
from nbflow.execution.disk_flusher import Flusher
from nbflow.execution.disk_space import find_shortage
from nbflow.execution.jobs import find_imports, find_kernel_kind, snapshot_sources
from nbflow.execution.lazy_executor import LazyExecutor
from nbflow.execution.loop import Loop
from nbflow.execution.table_filler import Filler
from nbflow.executors.protocol import Setup
from nbflow.executors.registry import Factory, load_executor
from nbflow.model import Command, Problem, make_warning
from nbflow.model.events import Line, RunFinished, RunStarted, RunWarned
from nbflow.planning import Plan
from nbflow.runs.cleaning import prune
from nbflow.runs.fold import Run
from nbflow.runs.folder import find_folder
from nbflow.runs.history import read_run
from nbflow.runs.liveness import read_host
from nbflow.runs.log import Log
from nbflow.runs.nesting import refuse_nested
from nbflow.runs.request_file import KeptPlan, write_plan, write_request
from nbflow.storage.results import result_index
from nbflow.storage.results.damage import Damage, find_aside, set_aside
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import make_home
from nbflow.workspace.stores import find_orphans

if TYPE_CHECKING:
    from nbflow.executors.local.launch import Launched

_HEARTBEAT = 10.0  # seconds


def execute(
    plan: Plan,
    *,
    observe: Callable[[Line], None] = lambda _: None,
    stop: threading.Event | None = None,
    run_id: str = "",
) -> Run:
    """Execute a plan and return its run; `observe` sees each event as it is written.

    Setting `stop` cancels: kernels are stopped and what is finished is kept. `run_id` is a new
    one, or what its starter chose by `store.ids.make_next_id`.
    """
    refuse_nested(plan.pipeline)
    run_id = run_id or make_next_id(plan.pipeline.runs)
    with explaining(plan.pipeline):
        grown = _execute(plan, run_id, observe, stop or threading.Event())
        run = read_run(plan.pipeline, run_id)
        sweep_folders()
        if any(step.status == "done" for step in run.steps.values()):
            with contextlib.suppress(
                OSError, StoreError
            ):  # the run is done, also if old results stay
                prune(plan.pipeline, run, grown=grown)
        return run


def _execute(
    plan: Plan,
    run_id: str,
    observe: Callable[[Line], None],
    stop: threading.Event,
) -> bool:
    """Execute, and say whether tables were made."""
    warm, new = _find_warm(plan), not plan.pipeline.project.store.exists()
    make = load_executor(plan.pipeline.project.settings.executor)
    make_home(plan.pipeline)
    folder = find_folder(plan.pipeline, run_id)
    with (
        beginning(folder),
        _lock(folder.lock),
        hold_too(folder.log),
        contextlib.closing(Log(folder.log, observe)) as log,
        ending(log, folder.log),
        contextlib.ExitStack() as stack,
    ):
        started = time.monotonic()
        jobs = plan.request.jobs or os.cpu_count() or 1
        executor = _start_executor(plan, make, Setup(jobs, _find_imports(plan), warm), stack)
        write_request(folder, plan.request)
        # From here on `clean` keeps what the plan names.
        with open_store(plan.pipeline.home).lock():
            write_plan(folder, KeptPlan(plan.steps, plan.outside))
            _refuse_removed(plan)
            damaged = [_warn_of_damage(plan, found) for found in set_aside(plan.pipeline)]
        may_run = [name for name, planned in plan.steps.items() if planned.action != "reuse"]
        snapshot_sources(plan, folder, may_run)
        log.append(_make_started(plan, run_id, jobs))
        orphans = (
            find_orphans(plan.pipeline.project.root, plan.pipeline.project.settings.store)
            if new
            else ()
        )
        for warning in (*find_shortage(plan.pipeline), *orphans, *damaged):
            log.append(RunWarned(warning))
        with (
            Filler(_launch_filler) as filler,
            Flusher(plan.pipeline) as flusher,
        ):
            loop = Loop(plan, run_id, log, jobs, stop, filler=filler, flusher=flusher)
            status = loop.run(executor)
            for trouble in (*filler.finish(stop), *flusher.finish()):
                log.append(RunWarned(trouble))
        stack.close()
        log.append(RunFinished(status=status, seconds=time.monotonic() - started))
        log.flush()
    return filler.used


def _warn_of_damage(plan: Plan, found: Damage) -> Problem:
    aside = plan.pipeline.project.relative(find_aside(plan.pipeline, found))
    facts = {"step": found.step, "result": found.result, "file": found.file, "why": found.why}
    return make_warning("damaged-result", Command("clean"), **facts, aside=aside)


def _find_warm(plan: Plan) -> float:
    """Return the seconds that fork servers stay for the next run."""
    said = os.environ.get("NBFLOW_WARM") or str(plan.pipeline.project.settings.warm)
    with contextlib.suppress(ValueError):
        if 0 <= (minutes := float(said)) < math.inf:
            return minutes * 60
    raise RunError(f"NBFLOW_WARM or the setting warm is {said!r}. Write minutes; 0 for none.")


def _start_executor(
    plan: Plan, make: Factory, setup: Setup, stack: contextlib.ExitStack
) -> LazyExecutor:
    """Return the executor; it gets ready if it is certain that something runs."""
    executor = LazyExecutor(lambda: make(setup))
    stack.callback(executor.close)
    certain = (name for name, at in plan.steps.items() if at.action == "run")
    executor.prepare(Counter(find_kernel_kind(plan, name) for name in certain))
    return executor


def _launch_filler() -> Launched:
    from nbflow.executors.local import forkserver  # noqa: PLC0415 - where all is reused, there is none
    from nbflow.executors.local.launch import launch  # noqa: PLC0415

    return launch("filler", forkserver.find_running("kernel"))


def _make_started(plan: Plan, run_id: str, jobs: int) -> RunStarted:
    return RunStarted(
        run=run_id,
        pipeline=plan.pipeline.name,
        name=plan.request.name,
        parameters=plan.request.parameters,
        command=plan.request.command,
        jobs=jobs,
        planned=tuple(plan.steps.values()),
        cells={name: plan.scan.steps[name].cell_count for name in plan.steps},
        paths={name: plan.scan.steps[name].path for name in plan.steps},
        parents={name: tuple(sorted(above)) for name, above in plan.parents.items()},
        stale={name: one.why for name, one in plan.outside.items() if one.stale},
        host=read_host(),
        pid=os.getpid(),
    )


def _find_imports(plan: Plan) -> tuple[str, ...]:
    """Return what the steps import, first what those import that certainly run."""
    steps = sorted(plan.steps, key=lambda name: plan.steps[name].action != "run")
    imports = (find_imports(plan.scan.steps[name]) for name in steps)
    return tuple(dict.fromkeys(itertools.chain.from_iterable(imports)))


def _refuse_removed(plan: Plan) -> None:
    """Refuse to start if a result that the plan reads, and does not make, was removed."""
    for name in plan.steps:
        for read in plan.scan.steps[name].inputs:
            outside = plan.outside.get(read.step)
            if outside is None:
                continue
            result = result_index.Snapshot(plan.pipeline).find_result(read.step, outside.result)
            if result is None or read.name not in result.outputs:
                raise RunError(
                    f"{name} reads {read.ref}, and the newest result of {read.step} does not hold "
                    "it any more. ",
                    Command("run", ("--to", name)),
                    " makes it first.",
                )


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a run's lock while it lives; its time of change is the heartbeat."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_HEARTBEAT):
            with contextlib.suppress(OSError):
                os.utime(path)

    with hold(path):
        threading.Thread(target=beat, daemon=True).start()
        try:
            yield
        finally:
            over.set()
