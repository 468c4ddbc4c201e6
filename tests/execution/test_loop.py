"""The rules of the loop, with an executor that writes results and starts no kernel."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution.run import execute
from nbflow.executors.protocol import Emit
from nbflow.model import Failure, Job, Outcome, Output, Request
from nbflow.model.events import Event, Line, OutputPrinted, StepDecided, StepFinished, StepStarted
from nbflow.planning import make_plan
from nbflow.runs.fold import Run
from nbflow.runs.folder import RunFolder, find_attempt
from nbflow.runs.log import read_lines
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write_pipeline

ALONE = [cell("n = 1", "parameters")]


class Scripted:
    """Executes a job by what a test says of its step: it fails, or waits for another to begin."""

    def __init__(
        self, *, fails: tuple[str, ...] = (), meets: tuple[str, ...] = (), content: str = "same"
    ) -> None:
        self.content = content
        self.fails, self.meets, self.stop_at = fails, threading.Barrier(len(meets) or 1), ""
        self.meeting, self.begun, self.most = meets, [], 0
        self.seen = threading.Semaphore(0)
        self._now, self._lock = 0, threading.Lock()

    def observe(self, line: Line) -> None:
        if isinstance(line.event, OutputPrinted):
            self.seen.release()

    def prepare(self, due: object) -> None: ...

    def close(self) -> None: ...

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        with self._lock:
            self.begun.append(job.step)
            self._now += 1
            self.most = max(self.most, self._now)
        if job.step in self.meeting:
            self.meets.wait(30)
            for _ in range(3):  # the loop comes round, and could start another job
                emit(OutputPrinted(job.step, "a line\n"))
                assert self.seen.acquire(timeout=30)
        if job.step == self.stop_at:
            stop.set()
            return self._leave(Outcome("cancelled"))
        if job.step in self.fails:
            return self._leave(Outcome("failed", failure=Failure("error", "ValueError", "no")))
        making = find_attempt(job).making
        (making / "notebook.ipynb").write_bytes(Path(job.notebook).read_bytes())
        outputs = {name: Output(name, "nothing", self.content) for name in job.writes}
        return self._leave(Outcome("done", outputs=outputs))

    def _leave(self, outcome: Outcome) -> Outcome:
        with self._lock:
            self._now -= 1
        return outcome


def reads(*refs: str) -> list[dict]:
    lines = [f"x{number} = nbflow.read('{ref}')" for number, ref in enumerate(refs)]
    return [cell("\n".join(["import nbflow", *lines]), "inputs"), cell("nbflow.write('t', 1)")]


WRITES = [*ALONE, cell("import nbflow\nnbflow.write('t', 1)")]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def start(made: PipelineFolder, scripted: Scripted, **request: object) -> Run:
        monkeypatch.setattr("nbflow.execution.run.load_executor", lambda _: lambda *_: scripted)
        plan = make_plan(made, read_folder(made), Request(**{"jobs": 1, **request}))
        return execute(plan, observe=scripted.observe)

    return start


def statuses(ended: Run) -> dict[str, str]:
    return {name: step.status for name, step in ended.steps.items()}


def test_no_more_jobs_run_at_once_than_were_asked_for(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=ALONE, b=ALONE, c=ALONE, d=ALONE)
    scripted = Scripted(meets=("a", "b"))
    ended = run(made, scripted, jobs=2)
    assert (ended.status, scripted.most) == ("done", 2)
    running = 0
    for event in read_events(ended):
        running += isinstance(event, StepStarted) - isinstance(event, StepFinished)
        assert running <= 2


def test_a_failure_blocks_what_needs_it_and_skips_the_rest(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=WRITES, b=reads("a.t"), c=reads("b.t"), d=ALONE)
    scripted = Scripted(fails=("a",))
    ended = run(made, scripted)
    assert ended.status == "failed"
    assert statuses(ended) == {"a": "failed", "b": "blocked", "c": "blocked", "d": "skipped"}
    assert scripted.begun == ["a"]
    assert [reason.subject for reason in ended.steps["c"].why] == ["a"]


def test_keep_going_runs_what_a_failure_does_not_concern(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=WRITES, b=reads("a.t"), d=ALONE)
    ended = run(made, Scripted(fails=("a",)), keep_going=True)
    assert (ended.status, statuses(ended)) == (
        "failed",
        {"a": "failed", "b": "blocked", "d": "done"},
    )


def test_a_stop_cancels_what_has_not_begun(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=WRITES, b=reads("a.t"), d=ALONE)
    scripted = Scripted()
    scripted.stop_at = "a"
    ended = run(made, scripted)
    assert (ended.status, set(statuses(ended).values())) == ("cancelled", {"cancelled"})
    assert scripted.begun == ["a"]


def test_equal_outputs_spare_what_reads_them(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=WRITES, b=reads("a.t"))
    run(made, Scripted())
    ended = run(made, Scripted(), force_steps=("a",))
    assert statuses(ended) == {"a": "done", "b": "reused"}
    assert statuses(run(made, Scripted())) == {"a": "reused", "b": "reused"}


def test_a_decision_that_changed_is_told(tmp_path: Path, run) -> None:
    made = write_pipeline(tmp_path, a=WRITES, b=reads("a.t"))
    run(made, Scripted())
    ended = run(made, Scripted(content="other"), force_steps=("a",))
    decided = [one for one in read_events(ended) if isinstance(one, StepDecided)]
    assert [(one.step, one.action, one.why[0].code) for one in decided] == [
        ("b", "run", "input-changed")
    ]
    assert ended.steps["b"].why[0].code == "input-changed"


def test_attempts_are_numbered_from_one_and_have_folders(tmp_path: Path, run) -> None:
    ended = run(write_pipeline(tmp_path, a=ALONE), Scripted())
    started = [one for one in read_events(ended) if isinstance(one, StepStarted)]
    assert [(one.step, one.attempt) for one in started] == [("a", 1)]
    assert ended.find_attempt(ended.steps["a"]).executed.exists()


def read_events(ended: Run) -> list[Event]:
    return [line.event for line in read_lines(RunFolder(Path(ended.folder)).log)]
