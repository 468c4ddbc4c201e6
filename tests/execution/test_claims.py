"""Runs beside one another that need the same: one makes it, the others wait and reuse it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution import run
from nbflow.execution.claims import Claims
from nbflow.executors.protocol import Executor
from nbflow.model import Failure, Job, Outcome, Reason, Request
from nbflow.model.events import Event, Line, StepDecided
from nbflow.planning import make_plan
from nbflow.present.reasons import say_reason
from nbflow.runs.fold import Run
from nbflow.runs.history import read_runs
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.benchmarks.make_pipeline import WritingExecutor
from tests.notebooks import cell, write_pipeline

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
LIMIT = 60  # seconds


class Watched(WritingExecutor):
    """Says when a step begins, and executes it when its gate is opened."""

    def __init__(self, gates: Mapping[str, threading.Event] = {}, fails: bool = False) -> None:  # noqa: FBT001, FBT002
        self.gates, self.fails = gates, fails
        self.begun: list[str] = []
        self.changed = threading.Condition()

    def execute(
        self,
        job: Job,
        emit: Callable[[Event], None],
        stop: threading.Event,
    ) -> Outcome:
        with self.changed:
            self.begun.append(job.step)
            self.changed.notify_all()
        gate = self.gates.get(job.step)
        while gate is not None and not gate.wait(0.01) and not stop.is_set():
            pass
        if stop.is_set():
            return Outcome("cancelled")
        if self.fails:
            return Outcome("failed", failure=Failure("error", "ValueError", "as it was told"))
        return super().execute(job, emit, stop)

    def wait_for(self, step: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: step in self.begun, LIMIT)


class Started:
    """A run in a thread of its own."""

    def __init__(self, made: PipelineFolder, executor: Watched, **asked: object) -> None:
        self.executor, self.stop = executor, threading.Event()
        self.waits: list[str] = []
        self._heard = threading.Condition()
        self._pool = ThreadPoolExecutor(1)
        request = Request(**{"jobs": 2, **asked})
        plan = make_plan(made, read_folder(made), request)
        self._run: Future[Run] = self._pool.submit(self._execute, plan)

    def _execute(self, plan: object) -> Run:
        def make(*_: object) -> Executor:
            return self.executor

        with _executor(make):
            return run.execute(plan, observe=self._observe, stop=self.stop)

    def _observe(self, line: Line) -> None:
        event = line.event
        if isinstance(event, StepDecided) and event.action == "wait":
            with self._heard:
                self.waits.append(f"{event.step}: {say_reason(event.why[0])}")
                self._heard.notify_all()

    def wait_until_it_waits(self) -> None:
        with self._heard:
            assert self._heard.wait_for(lambda: self.waits, LIMIT)

    def end(self) -> tuple[str, dict[str, str]]:
        ended = self._run.result(LIMIT)
        self._pool.shutdown()
        return ended.status, {one.name: one.status for one in ended.steps.values()}


_made = threading.local()


@contextmanager
def _executor(make: Callable[..., Executor]) -> Iterator[None]:
    _made.make = make
    yield


@pytest.fixture(autouse=True)
def executors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread's run has the executor of that thread."""
    monkeypatch.setattr(run, "load_executor", lambda _: _made.make)


@pytest.fixture
def gates() -> Iterator[dict[str, threading.Event]]:
    made = {"first": threading.Event(), "second": threading.Event()}
    yield made
    for gate in made.values():
        gate.set()


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    cells = [cell("count = 3", "parameters"), cell("import nbflow\nnbflow.write('rows', 1)")]
    return write_pipeline(tmp_path, first=cells, second=cells)


def test_of_two_runs_of_the_same_one_executes_and_the_other_reuses(
    made: PipelineFolder, gates: dict[str, threading.Event]
) -> None:
    one = Started(made, Watched(gates))
    one.executor.wait_for("first")
    one.executor.wait_for("second")
    two = Started(made, Watched())
    two.wait_until_it_waits()
    for gate in gates.values():
        gate.set()
    assert one.end() == ("done", {"first": "done", "second": "done"})
    assert two.end() == ("done", {"first": "reused", "second": "reused"})
    assert two.executor.begun == []
    assert re.fullmatch(
        r"(first|second): waits for run \d{8}-\d{6}-[0-9a-f]{6}, which executes the same",
        two.waits[0],
    )


def test_if_it_fails_there_the_other_makes_it(
    made: PipelineFolder, gates: dict[str, threading.Event]
) -> None:
    one = Started(made, Watched(gates, fails=True), only=("first",))
    one.executor.wait_for("first")
    two = Started(made, Watched(), only=("first",))
    two.wait_until_it_waits()
    gates["first"].set()
    assert one.end() == ("failed", {"first": "failed"})
    assert two.end() == ("done", {"first": "done"})
    assert read_runs(made)[0].steps["first"].why == (Reason("no-result"),)  # and waits no more


@pytest.mark.parametrize("asked", [{"force": True}, {"parameters": {"count": 4}}])
def test_what_is_forced_or_another_does_not_wait(
    made: PipelineFolder, gates: dict[str, threading.Event], asked: dict[str, object]
) -> None:
    one = Started(made, Watched(gates), only=("first",))
    one.executor.wait_for("first")
    two = Started(made, Watched(), only=("first",), **asked)
    assert two.end() == ("done", {"first": "done"})
    assert two.waits == []
    gates["first"].set()
    assert one.end()[0] == "done"


def test_what_is_never_reused_does_not_wait(
    tmp_path: Path, gates: dict[str, threading.Event]
) -> None:
    cells = [cell("count = 3", "parameters"), cell("import nbflow\nnbflow.write('rows', 1)")]
    uncached = write_pipeline(tmp_path, toml="[steps.first]\ncache = false", first=cells)
    one = Started(uncached, Watched(gates))
    one.executor.wait_for("first")
    assert Started(uncached, Watched()).end() == ("done", {"first": "done"})
    gates["first"].set()
    assert one.end()[0] == "done"


def test_a_run_that_waits_can_be_stopped(
    made: PipelineFolder, gates: dict[str, threading.Event]
) -> None:
    one = Started(made, Watched(gates), only=("first",))
    one.executor.wait_for("first")
    two = Started(made, Watched(), only=("first",))
    two.wait_until_it_waits()
    two.stop.set()
    assert two.end() == ("cancelled", {"first": "cancelled"})
    gates["first"].set()
    assert one.end() == ("done", {"first": "done"})


def test_what_waits_is_skipped_when_another_step_fails(
    made: PipelineFolder, gates: dict[str, threading.Event]
) -> None:
    one = Started(made, Watched(gates), only=("first",))
    one.executor.wait_for("first")
    two = Started(made, Watched(fails=True))
    assert two.end() == ("failed", {"first": "skipped", "second": "failed"})
    gates["first"].set()
    assert one.end()[0] == "done"


def test_two_runs_that_wait_for_each_other_both_end(
    made: PipelineFolder, gates: dict[str, threading.Event]
) -> None:
    one = Started(made, Watched(gates), jobs=1)
    one.executor.wait_for("first")
    two = Started(made, Watched(gates), jobs=1)
    two.executor.wait_for("second")
    gates["first"].set()
    one.wait_until_it_waits()
    gates["second"].set()
    assert one.end() == ("done", {"first": "done", "second": "reused"})
    assert two.end() == ("done", {"first": "reused", "second": "done"})


def test_many_runs_at_once_execute_each_step_once(made: PipelineFolder) -> None:
    runs = [Started(made, Watched()) for _ in range(5)]
    assert {one.end()[0] for one in runs} == {"done"}
    assert sorted(step for one in runs for step in one.executor.begun) == ["first", "second"]


DYING = """
import sys, time
from nbflow.workspace.pipeline_folder import find_pipeline
from nbflow.execution.claims import Claims
claims = Claims(find_pipeline(sys.argv[1]))
assert claims.take(sys.argv[2], sys.argv[3])
print("taken", flush=True)
time.sleep(600)
"""


def test_a_claim_ends_with_its_process(made: PipelineFolder) -> None:
    command = [sys.executable, "-c", DYING, str(made.folder), "first", "key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        claims = Claims(made)
        assert not claims.take("first", "key")
        assert not claims.is_free("first", "key")
        assert claims.is_free("second", "key")
        assert claims.is_free("first", "another")
        os.kill(process.pid, signal.SIGKILL)
    assert claims.is_free("first", "key")
    assert claims.take("first", "key")
    claims.close()


def test_a_claim_that_was_given_back_can_be_taken_by_another(made: PipelineFolder) -> None:
    one, two = Claims(made), Claims(made)
    for _ in range(3):
        assert one.take("first", "key")
        assert one.is_free("first", "key")  # for itself
        assert not two.take("first", "key")
        one.release("first")
        one.release("first")
        assert two.take("first", "key")
        assert two.take("second", "key")
        two.close()


def test_where_claims_cannot_be_kept_nobody_waits(made: PipelineFolder) -> None:
    (made.cache / "claims").mkdir(parents=True)  # in the place of the file
    one, two = Claims(made), Claims(made)
    assert one.take("first", "key")
    assert two.take("first", "key")
    assert two.is_free("first", "key")
    one.release("first")
    one.close()
