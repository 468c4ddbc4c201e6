"""The loop of a run: decide what is ready, start it, settle what ends."""

from __future__ import annotations

import contextlib
import heapq
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Literal

from msgspec.structs import replace

from nbflow import graph
from nbflow.errors import NbflowError
from nbflow.events import (
    RunWarned,
    StepBlocked,
    StepCancelled,
    StepDecided,
    StepFailed,
    StepReused,
    StepSkipped,
    StepStarted,
)
from nbflow.executors import Executor
from nbflow.model import Failure, Job, Outcome, Planned, Reason, Result
from nbflow.plan import Plan, find_key
from nbflow.plan.make import decide_now, find_inputs
from nbflow.run import turn
from nbflow.run.blame import explain_failure, make_refusal
from nbflow.run.claims import Claims, find_executing, is_made
from nbflow.run.filler import Filler
from nbflow.run.flusher import Flusher
from nbflow.run.handover import Handover
from nbflow.run.inbox import Inbox
from nbflow.run.jobs import find_executed, find_kernel_kind, link_notebook, make_job
from nbflow.run.settle import keep_outcome, make_failed, make_finished, note_failed
from nbflow.runs.folder import find_folder
from nbflow.runs.liveness import take_snapshot
from nbflow.runs.log import Log
from nbflow.store import results
from nbflow.store.local import open_store

_TICK = 0.1  # seconds between looks at the file `cancel`
_BATCH = 100  # steps that are visited between looks at what happens


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
        self._plan, self._project, self._run_id = plan, plan.project, run_id
        self._log, self._jobs, self._stop = log, jobs, stop
        self._filler, self._flusher = filler, flusher
        self._folder = find_folder(plan.project, run_id)
        self._store = open_store(plan.project.home)
        self._looked = float("-inf")  # for the file `cancel`, on the monotonic clock
        self._inbox = Inbox(stop)
        self._running: dict[Future[Outcome], tuple[Job, float]] = {}
        self._guilty: dict[str, tuple[Reason, ...]] = {}  # by failed or blocked step: its fault
        self._handover = Handover(plan)
        self._prepared = dict(plan.prepared)  # each as of its turn, once that has come
        self._latest: dict[str, Result | None] = {
            name: plan.reused.get(name) for name in plan.outside
        }
        parents = {name: above & plan.steps.keys() for name, above in plan.parents.items()}
        self._parents, self._children = parents, graph.make_children(parents)
        expected = {name: _expect(planned) for name, planned in plan.steps.items()}
        gated = graph.longest_paths(parents, expected)
        self._rate = {name: (-gated[name], place) for place, name in enumerate(plan.steps)}
        self._open = dict.fromkeys(plan.steps)  # neither started nor settled, in execution order
        self._missing = {name: len(above) for name, above in parents.items()}
        due = (name for name, planned in plan.steps.items() if planned.action != "reuse")
        self._due = Counter(
            find_kernel_kind(plan, name) for name in due
        )  # open steps that are likely to run
        # Two heaps: what gates most comes first.
        self._ready = self._rank(name for name, count in self._missing.items() if count == 0)
        self._ready_since = dict.fromkeys((name for _, name in self._ready), time.monotonic())
        self._startable: list[tuple[tuple[float, int], str]] = []
        self._claims = Claims(plan.project)
        self._elsewhere: dict[str, str] = {}  # steps that other runs execute: their keys
        self._asked = float("-inf")  # for what other runs have ended
        self._waited: set[str] = set()  # steps that another run executed, if only for a while
        self._doubted: set[str] = set()  # steps that were decided anew before they started

    def run(self, executor: Executor) -> Literal["done", "failed", "cancelled"]:
        """Execute the plan; every step is settled when this returns."""
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="nbflow-job") as pool:
            try:
                while self._open or self._running:
                    self._go_on(pool, executor)
            except BaseException:
                self._stop.set()  # a pool waits for its jobs, and this run cannot go on
                raise
            finally:
                self._claims.close()
        if self._stop.is_set():
            return "cancelled"
        return "failed" if self._guilty else "done"

    def _go_on(self, pool: ThreadPoolExecutor, executor: Executor) -> None:
        """Decide, start, and settle what ends; come back soon."""
        self._look_for_cancel()
        self._look_elsewhere()
        self._visit_some()
        while self._startable and self._may_start():
            self._claim(heapq.heappop(self._startable)[1], pool, executor)
        if self._running or (self._elsewhere and not self._is_ending()):
            self._take()
        elif self._is_ending() and not self._ready:
            self._close_open()

    def _look_for_cancel(self) -> None:
        now = time.monotonic()
        if self._stop.is_set() or now < self._looked + _TICK:
            return
        self._looked = now
        if self._folder.cancel.exists():
            self._stop.set()

    def _is_ending(self) -> bool:
        return self._stop.is_set() or (bool(self._guilty) and not self._plan.request.keep_going)

    def _may_start(self) -> bool:
        return len(self._running) < self._jobs and not self._is_ending()

    def _visit_some(self) -> None:
        """Visit ready steps until one can be started, or others may be waiting to be heard.

        What is behind a ready step gates less than it does, so that no later visit would find
        a step that should be started first. One lock serves them all: nothing is removed between
        a decision and its pin.
        """
        if not self._ready:
            return
        with self._store.lock():
            snapshot = take_snapshot(self._project)
            for _ in range(_BATCH):
                if not self._ready or (self._startable and self._may_start()):
                    return
                self._visit(heapq.heappop(self._ready)[1], snapshot)

    def _visit(self, name: str, snapshot: results.Snapshot) -> None:
        """Block a ready step, reuse its result, or line it up for a start."""
        if guilty := self._find_guilty(name):
            self._block(name, guilty)
            return
        planned = self._plan.steps[name]
        if result := self._find_planned(name):
            self._reuse(planned, result)
            return
        try:
            for said in turn.put_back(self._plan, name, self._latest):
                self._log.append(RunWarned(said))
            ready = self._prepared[name] = turn.read_files(self._plan, name, self._latest)
        except (NbflowError, OSError) as error:
            self._refuse(name, error)
            return
        decided = decide_now(self._plan, snapshot, ready, self._latest)
        if decided.action == "reuse":
            result = snapshot.find_result(name, decided.result)
            assert result is not None  # noqa: S101 - the same snapshot has decided
            self._reuse(decided, result)
            return
        changed = (decided.action, decided.why) != (planned.action, planned.why)
        if changed or name in self._waited:
            self._log.append(StepDecided(name, decided.action, decided.why))
        heapq.heappush(self._startable, (self._rate[name], name))

    def _refuse(self, name: str, error: Exception) -> None:
        """Fail a step that cannot be started."""
        self._log.append(StepFailed(name, make_refusal(error), 0.0))
        self._guilty[name] = (Reason("blocked", name),)
        self._settle(name, None)

    def _find_guilty(self, name: str) -> tuple[Reason, ...]:
        above = (self._guilty.get(parent, ()) for parent in self._parents[name])
        return tuple(sorted({who for whose in above for who in whose}, key=str))

    def _block(self, name: str, guilty: tuple[Reason, ...]) -> None:
        self._guilty[name] = guilty
        self._log.append(StepBlocked(name, guilty))
        self._settle(name, None)

    def _find_planned(self, name: str) -> Result | None:
        """Return the result that the plan reuses, where nothing is left to decide anew.

        What it reads is as planned, it is still there, and no time or module counts besides.
        """
        reused = self._plan.reused
        result = reused.get(name)
        if result is None or turn.may_have_changed(self._plan, name, result):
            return None
        if any(self._latest.get(one) is not reused.get(one) for one in self._parents[name]):
            return None
        return result if results.has_result(self._store.fetch(name, result.id)) else None

    def _reuse(self, decided: Planned, result: Result) -> None:
        name, age = decided.step, decided.result_age
        self._log.append(StepReused(name, result.id, age, decided.why, decided.warnings))
        self._complete(result)  # a lost run's
        self._settle(name, result)

    def _claim(self, name: str, pool: ThreadPoolExecutor, executor: Executor) -> None:
        """Start a step, unless a run beside this one executes the same: then wait for that."""
        ready = self._prepared[name]
        key = find_key(ready, find_inputs(ready.step, self._latest))
        if key and not self._claims.take(name, key):
            self._elsewhere[name] = key
            self._waited.add(name)
            why = Reason("waits-for-run", find_executing(self._project, name))
            self._log.append(StepDecided(name, "wait", (why,)))
        elif key and name not in self._doubted and is_made(self._plan, name, key):
            self._doubted.add(name)  # it was made since it was decided; else it starts now
            self._look_again(name)
        else:
            self._start(name, pool, executor)

    def _look_elsewhere(self) -> None:
        """Decide anew what other runs execute no more: it is there, or this run makes it."""
        now = time.monotonic()
        if not self._elsewhere or now < self._asked + _TICK:
            return
        self._asked = now
        for name, key in list(self._elsewhere.items()):
            if self._claims.is_free(name, key):
                del self._elsewhere[name]
                self._look_again(name)

    def _look_again(self, name: str) -> None:
        self._claims.release(name)
        heapq.heappush(self._ready, (self._rate[name], name))

    def _start(self, name: str, pool: ThreadPoolExecutor, executor: Executor) -> None:
        self._leave(name)
        if self._prepared[name].step.files:  # it may have waited for its start
            try:
                self._prepared[name] = turn.read_files(self._plan, name, self._latest)
            except NbflowError as error:
                self._refuse(name, error)
                return
        job = make_job(self._plan, self._run_id, self._prepared[name], self._latest)
        self._handover.begin(name)
        self._log.append(StepStarted(**job.identity))
        if job.writes:
            self._filler.prepare()
        executor.prepare(self._due)
        execute = partial(executor.execute, job, self._inbox.tell, self._stop)
        future = pool.submit(_time, execute, self._ready_since.pop(name))
        self._running[future] = (job, time.time())
        future.add_done_callback(self._inbox.put)

    def _take(self) -> None:
        """Write what happened since, until a job ends; come back soon when nothing does."""
        patience = 0 if self._ready else _TICK
        with contextlib.suppress(queue.Empty):
            for _ in range(_BATCH):
                item = self._inbox.get(timeout=patience)
                if isinstance(item, Future):
                    self._end(*self._running.pop(item), item)
                    return
                self._log.append(item)
                patience = 0

    def _end(self, job: Job, started: float, future: Future[Outcome]) -> None:
        outcome = _read_outcome(future, started)
        changed = self._handover.end(job.step)
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
            self._settle(job.step, None)
        else:
            failure = outcome.failure or Failure("other", "", "the executor did not say why")
            self._fail(job, outcome, failure)

    def _finish(self, job: Job, outcome: Outcome, started: float, changed: Sequence[str]) -> None:
        ready = self._prepared[job.step]
        result = keep_outcome(self._plan, ready, job, outcome, started, changed=changed)
        self._log.append(make_finished(job, outcome, result, ready.warnings))
        for race in self._handover.find_races(result, started, time.time()):
            self._log.append(RunWarned(race))
        kept = self._store.fetch(result.step, result.id)
        link_notebook(kept / "notebook.ipynb", job)
        self._complete(result)
        self._settle(job.step, result)

    def _fail(self, job: Job, outcome: Outcome, failure: Failure) -> None:
        ready = self._prepared[job.step]
        failure = explain_failure(self._project, ready, self._latest, failure)
        for warning in outcome.warnings:
            self._log.append(RunWarned(warning))
        executed = find_executed(job)
        notebook = self._project.relative(executed) if executed else ""
        self._log.append(make_failed(job, outcome, failure, notebook))
        if executed:
            link_notebook(executed, job)
        self._guilty[job.step] = (Reason("blocked", job.step),)
        self._settle(job.step, None)

    def _settle(self, name: str, result: Result | None) -> None:
        """Note how a step ended and what is ready now."""
        self._leave(name)
        self._claims.release(name)
        self._latest[name] = result
        for child in sorted(self._children[name]):
            self._missing[child] -= 1
            if self._missing[child] == 0 and not (self._stop.is_set() and result is None):
                heapq.heappush(self._ready, (self._rate[child], child))
                self._ready_since[child] = time.monotonic()

    def _complete(self, result: Result) -> None:
        """Have what is still missing of a result made behind the run."""
        if results.is_pending(self._store.fetch(result.step, result.id)):
            self._flusher.add(result)
        self._filler.add(self._project, result)

    def _leave(self, name: str) -> None:
        """Note that a step was started or settled."""
        if name in self._open:
            del self._open[name]
            if self._plan.steps[name].action != "reuse":
                self._due[find_kernel_kind(self._plan, name)] -= 1

    def _rank(self, names: Iterable[str]) -> list[tuple[tuple[float, int], str]]:
        """Return a heap of steps, first what gates most, of equals what the plan has first."""
        ranked = [(self._rate[name], name) for name in names]
        heapq.heapify(ranked)
        return ranked

    def _close_open(self) -> None:
        """Settle what will not start any more."""
        for name in list(self._open):
            if self._stop.is_set():
                self._log.append(StepCancelled(name))
            elif guilty := self._find_guilty(name):
                self._guilty[name] = guilty
                self._log.append(StepBlocked(name, guilty))
            else:
                first = next(iter(self._guilty))
                self._log.append(StepSkipped(name, (Reason("stopped", first),)))
            del self._open[name]


def _expect(planned: Planned) -> float:
    """Return the seconds a step takes; one never seen counts as a second."""
    return 0.0 if planned.action == "reuse" else planned.expected or 1.0


def _time(execute: Callable[[], Outcome], ready: float) -> Outcome:
    """Execute a job, and note how long it had waited since it was ready: what it did not take."""
    outcome = execute()
    waiting = max(0.0, time.monotonic() - ready - outcome.seconds)
    return replace(outcome, spent=replace(outcome.spent, waiting=waiting))


def _read_outcome(future: Future[Outcome], started: float) -> Outcome:
    """Return a job's outcome; an executor that raises has failed its job, not the run."""
    error = future.exception()
    if error is None:
        return future.result()
    failure = Failure(cause="other", type=type(error).__name__, message=str(error))
    return Outcome(status="failed", seconds=time.time() - started, failure=failure)
