"""The loop of a run: decide ready tasks, start them, and settle tasks that end."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Literal

from msgspec.structs import replace

from nbflow.errors import NbflowError
from nbflow.execution.claims import Claims, find_executing, is_made
from nbflow.execution.declared_files import may_have_changed, put_back, read_files
from nbflow.execution.diagnose import diagnose, make_refusal
from nbflow.execution.disk_flusher import Flusher
from nbflow.execution.event_queue import EventQueue
from nbflow.execution.file_watch import FileWatch
from nbflow.execution.jobs import find_executed, find_kernel_kind, link_notebook, make_job
from nbflow.execution.persist_result import make_failed, make_finished, note_failed, persist_result
from nbflow.execution.schedule import Schedule
from nbflow.execution.table_filler import Filler
from nbflow.executors.protocol import Executor
from nbflow.model import Failure, Job, Outcome, Planned, Reason, Result, TaskId
from nbflow.model.events import (
    RunWarned,
    StepBlocked,
    StepCancelled,
    StepDecided,
    StepFailed,
    StepReused,
    StepSkipped,
    StepStarted,
)
from nbflow.planning import Plan, Prepared, find_key
from nbflow.planning.make import decide_now, find_inputs
from nbflow.runs.folder import find_folder
from nbflow.runs.liveness import take_snapshot
from nbflow.runs.log import Log
from nbflow.storage.results import result_index
from nbflow.storage.results.store import open_store

_TICK = 0.1  # seconds between looks at the file `cancel`
_BATCH = 100  # tasks to decide before events are written


class Loop:
    """One run of a plan: the only writer of its log."""

    def __init__(
        self,
        plan: Plan,
        run_id: str,
        log: Log,
        jobs: int,
        stop: threading.Event,
        *,
        filler: Filler,
        flusher: Flusher,
    ) -> None:
        self._plan, self._pipeline, self._run_id = plan, plan.pipeline, run_id
        self._log, self._jobs, self._stop = log, jobs, stop
        self._filler, self._flusher = filler, flusher
        self._folder = find_folder(plan.pipeline, run_id)
        self._store = open_store(plan.pipeline.home)
        self._looked = float("-inf")  # for the file `cancel`, on the monotonic clock
        self._events = EventQueue(stop)
        parents = plan.parents
        self._schedule = Schedule(
            {name: parents[name] for name in plan.steps},
            {name: _expect(planned) for name, planned in plan.steps.items()},
        )
        self._running: dict[Future[Outcome], tuple[Job, float]] = {}
        self._attempts: Counter[TaskId] = Counter()  # that were started
        self._file_watch = FileWatch(plan)
        self._prepared: dict[TaskId, Prepared] = {}  # as of its turn
        self._latest: dict[str, Result | None] = {  # of each step that is settled
            name: plan.reused.get(name) for name in plan.outside
        }
        due = (name for name, planned in plan.steps.items() if planned.action != "reuse")
        self._due = Counter(
            find_kernel_kind(plan, name) for name in due
        )  # open tasks that are likely to run
        self._incomplete: list[tuple[Result, Job | None]] = []  # with the jobs that made them
        self._claims = Claims(plan.pipeline)
        self._elsewhere: dict[TaskId, str] = {}  # tasks that other runs execute: their keys
        self._asked = float("-inf")  # when the claims of other runs were last checked, monotonic
        self._waited: set[TaskId] = set()  # tasks that another run executed, if only for a while
        self._doubted: set[TaskId] = set()  # tasks that were decided again before they started

    def run(self, executor: Executor) -> Literal["done", "failed", "cancelled"]:
        """Execute the plan; every task is settled when this returns."""
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="nbflow-job") as pool:
            try:
                while self._schedule.open or self._running:
                    self._go_on(pool, executor)
                self._complete_results()
            except BaseException:
                self._stop.set()  # a pool waits for its jobs, and this run cannot go on
                raise
            finally:
                self._claims.close()
        if self._stop.is_set():
            return "cancelled"
        return "failed" if self._schedule.blame else "done"

    def _go_on(self, pool: ThreadPoolExecutor, executor: Executor) -> None:
        """Do one round: decide, start, and settle tasks. Returns within about 0.1 s."""
        self._look_for_cancel()
        self._look_elsewhere()
        self._decide_some()
        while self._schedule.has_startable and self._may_start():
            self._claim(self._schedule.take_startable(), pool, executor)
        if self._running or (self._elsewhere and not self._is_ending()):
            self._take()
        elif self._is_ending() and not self._schedule.has_ready:
            self._close_open()

    def _look_for_cancel(self) -> None:
        now = time.monotonic()
        if self._stop.is_set() or now < self._looked + _TICK:
            return
        self._looked = now
        if self._folder.cancel.exists():
            self._stop.set()

    def _is_ending(self) -> bool:
        failed = bool(self._schedule.blame) and not self._plan.request.keep_going
        return self._stop.is_set() or failed

    def _may_start(self) -> bool:
        return len(self._running) < self._jobs and not self._is_ending()

    def _decide_some(self) -> None:
        """Decide ready tasks until one can start, at most 100 at a time: events wait meanwhile.

        A task that becomes ready later delays less than the one that it waited for. So no later
        decision finds a task that should have started first. One lock serves all decisions:
        nothing is removed between a decision and the event that pins its result.
        """
        schedule = self._schedule
        if not schedule.has_ready:
            return
        with self._store.lock():
            snapshot = take_snapshot(self._pipeline)
            for _ in range(_BATCH):
                if not schedule.has_ready or (schedule.has_startable and self._may_start()):
                    return
                self._decide(schedule.take_ready(), snapshot)

    def _decide(self, task: TaskId, snapshot: result_index.Snapshot) -> None:
        """Block a ready task, reuse a result for it, or allow its start."""
        if blame := self._schedule.find_blame(task):
            self._log.append(StepBlocked(task.step, blame, item=task.item))
            self._settle(task, None, blame)
            return
        planned = self._plan.steps[task.step]
        if result := self._find_planned(task):
            self._reuse(task, planned, result)
            return
        try:
            for said in put_back(self._plan, task.step, self._latest):
                self._log.append(RunWarned(said))
            ready = read_files(self._plan, task.step, self._latest)
        except (NbflowError, OSError) as error:
            self._refuse(task, error)
            return
        self._prepared[task] = ready
        decided = decide_now(self._plan, snapshot, ready, self._latest)
        if decided.action == "reuse":
            result = snapshot.find_result(task.step, decided.result)
            assert result is not None  # noqa: S101 - the same snapshot has decided
            self._reuse(task, decided, result)
            return
        changed = (decided.action, decided.why) != (planned.action, planned.why)
        if changed or task in self._waited:
            self._log.append(StepDecided(task.step, decided.action, decided.why, item=task.item))
        self._schedule.allow_start(task)

    def _refuse(self, task: TaskId, error: Exception) -> None:
        """Fail a task that cannot be started."""
        failure = make_refusal(error)
        attempt = self._attempts[task] + 1
        self._log.append(StepFailed(task.step, failure, 0.0, item=task.item, attempt=attempt))
        self._settle(task, None, (Reason("blocked", str(task)),))

    def _find_planned(self, task: TaskId) -> Result | None:
        """Return the result that the plan reuses, where nothing is left to decide again.

        What the task reads is as planned, the result is still there, and neither time nor a module
        counts besides.
        """
        reused = self._plan.reused
        result = reused.get(task.step)
        if result is None or may_have_changed(self._plan, task.step, result):
            return None
        above = (one.step for one in self._schedule.parents[task])
        if any(self._latest.get(step) is not reused.get(step) for step in above):
            return None
        return result if self._store.has(task.step, result.id) else None

    def _reuse(self, task: TaskId, decided: Planned, result: Result) -> None:
        age, why, warnings = decided.result_age, decided.why, decided.warnings
        self._log.append(StepReused(task.step, result.id, age, why, warnings, item=task.item))
        self._incomplete.append((result, None))
        self._settle(task, result)

    def _claim(self, task: TaskId, pool: ThreadPoolExecutor, executor: Executor) -> None:
        """Start a task, unless a run beside this one executes the same: then wait for that."""
        ready = self._prepared[task]
        key = find_key(ready, find_inputs(ready.step, self._latest))
        if key and not self._claims.take(task, key):
            self._elsewhere[task] = key
            self._waited.add(task)
            why = (Reason("waits-for-run", find_executing(self._pipeline, task)),)
            self._log.append(StepDecided(task.step, "wait", why, item=task.item))
        elif key and task not in self._doubted and is_made(self._plan, task.step, key):
            self._doubted.add(task)  # it was made since it was decided; else it starts now
            self._look_again(task)
        else:
            self._start(task, pool, executor)

    def _look_elsewhere(self) -> None:
        """Decide tasks again whose other run has ended: reuse its result, or run them here."""
        now = time.monotonic()
        if not self._elsewhere or now < self._asked + _TICK:
            return
        self._asked = now
        for task, key in list(self._elsewhere.items()):
            if self._claims.is_free(task, key):
                del self._elsewhere[task]
                self._look_again(task)

    def _look_again(self, task: TaskId) -> None:
        self._claims.release(task)
        self._schedule.decide_again(task)

    def _start(self, task: TaskId, pool: ThreadPoolExecutor, executor: Executor) -> None:
        self._leave(task)
        ready = self._prepared[task]
        if ready.step.files:  # it may have waited for its start
            try:
                ready = self._prepared[task] = read_files(self._plan, task.step, self._latest)
            except NbflowError as error:
                self._refuse(task, error)
                return
        self._attempts[task] += 1
        job = make_job(self._plan, self._run_id, ready, self._latest, self._attempts[task])
        self._file_watch.begin(task)
        self._log.append(StepStarted(**job.identity))
        if job.writes:
            self._filler.prepare()
        executor.prepare(self._due)
        execute = partial(executor.execute, job, self._events.tell, self._stop)
        future = pool.submit(_time, execute, self._schedule.ready_since[task])
        self._running[future] = (job, time.time())
        future.add_done_callback(self._events.put)

    def _take(self) -> None:
        """Write new events until a job ends. Returns after 0.1 s if there are none."""
        self._complete_results()
        patience = 0 if self._schedule.has_ready else _TICK
        with contextlib.suppress(queue.Empty):
            for _ in range(_BATCH):
                item = self._events.get(timeout=patience)
                if isinstance(item, Future):
                    self._end(*self._running.pop(item), item)
                    return
                self._log.append(item)
                patience = 0

    def _end(self, job: Job, started: float, future: Future[Outcome]) -> None:
        outcome = _read_outcome(future, started)
        changed = self._file_watch.end(job.task)
        if outcome.status != "done":
            note_failed(self._plan, job.step, changed)
        if outcome.status == "done":
            try:
                self._finish(job, outcome, started, changed)
            except NbflowError as error:
                failure = Failure(cause="store", type=type(error).__name__, message=str(error))
                self._fail(job, outcome, failure)
        elif outcome.status == "cancelled":
            self._log.append(StepCancelled(**job.identity, seconds=outcome.seconds))
            self._settle(job.task, None)
        else:
            failure = outcome.failure or Failure("other", "", "the executor did not say why")
            self._fail(job, outcome, failure)

    def _finish(self, job: Job, outcome: Outcome, started: float, changed: Sequence[str]) -> None:
        ready = self._prepared[job.task]
        result = persist_result(self._plan, ready, job, outcome, started, changed=changed)
        self._log.append(make_finished(job, outcome, result, ready.warnings))
        for race in self._file_watch.find_races(result, started, time.time()):
            self._log.append(RunWarned(race))
        self._incomplete.append((result, job))
        self._settle(job.task, result)

    def _fail(self, job: Job, outcome: Outcome, failure: Failure) -> None:
        ready = self._prepared[job.task]
        failure = diagnose(self._pipeline, ready, self._latest, failure)
        for warning in outcome.warnings:
            self._log.append(RunWarned(warning))
        executed = find_executed(job)
        notebook = self._pipeline.project.relative(executed) if executed else ""
        self._log.append(make_failed(job, outcome, failure, notebook))
        if executed:
            link_notebook(executed, job)
        self._settle(job.task, None, (Reason("blocked", str(job.task)),))

    def _settle(self, task: TaskId, result: Result | None, blame: tuple[Reason, ...] = ()) -> None:
        """Note how a task ended; its children may be ready now."""
        self._leave(task)
        self._claims.release(task)
        self._latest[task.step] = result
        cancelled = self._stop.is_set() and result is None
        self._schedule.settle(task, blame, release=not cancelled)

    def _complete_results(self) -> None:
        """Flush, fill and link new results in the background, after the next steps have started."""
        for result, job in self._incomplete:
            kept = self._store.fetch(result.step, result.id)
            if job is not None:
                link_notebook(kept / "notebook.ipynb", job)
            if self._store.is_pending(result.step, result.id):  # always of a job; else a lost run's
                self._flusher.add(result)
            self._filler.add(self._pipeline, result)
        self._incomplete.clear()

    def _leave(self, task: TaskId) -> None:
        """Note that a task was started or settled."""
        if task in self._schedule.open:
            del self._schedule.open[task]
            if self._plan.steps[task.step].action != "reuse":
                self._due[find_kernel_kind(self._plan, task.step)] -= 1

    def _close_open(self) -> None:
        """Settle the tasks that will not start any more."""
        for task in list(self._schedule.open):
            if self._stop.is_set():
                self._log.append(StepCancelled(task.step, item=task.item))
                self._schedule.settle(task, release=False)
            elif blame := self._schedule.find_blame(task):
                self._log.append(StepBlocked(task.step, blame, item=task.item))
                self._schedule.settle(task, blame, release=False)
            else:
                why = (Reason("stopped", str(next(iter(self._schedule.blame)))),)
                self._log.append(StepSkipped(task.step, why, item=task.item))
                self._schedule.settle(task, release=False)


def _expect(planned: Planned) -> float:
    """Return the seconds a step takes; one never seen counts as a second."""
    return 0.0 if planned.action == "reuse" else planned.expected or 1.0


def _time(execute: Callable[[], Outcome], ready: float) -> Outcome:
    """Execute a job; add how long it had waited since `ready`, which is not part of its seconds."""
    outcome = execute()
    waiting = max(0.0, time.monotonic() - ready - outcome.seconds)
    return replace(outcome, spent=replace(outcome.spent, waiting=waiting))


def _read_outcome(future: Future[Outcome], started: float) -> Outcome:
    """Return a job's outcome. An exception of the executor fails the job, not the run."""
    error = future.exception()
    if error is None:
        return future.result()
    failure = Failure(cause="other", type=type(error).__name__, message=str(error))
    return Outcome(status="failed", seconds=time.time() - started, failure=failure)
