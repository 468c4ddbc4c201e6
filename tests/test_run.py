"""Runs of real notebooks in real kernels: what they promise, what is left when they end badly."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from nbflow import Pipeline
from nbflow.analysis.contract.scan import read_folder
from nbflow.execution.run import execute
from nbflow.model import Outcome, Reason, Request, Spent
from nbflow.model.events import CellStarted, Line, OutputPrinted, StepStarted
from nbflow.planning import make_plan
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import follow
from nbflow.runs.history import read_run, read_runs
from nbflow.storage.results import result_index
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write, write_pipeline

pytestmark = pytest.mark.kernel

NUMBERS = [
    cell("count = 3", "parameters"),
    cell("import nbflow\nimport pandas as pd"),
    cell("nbflow.write('numbers', pd.DataFrame({'n': range(count)}))\nprint('wrote', count)"),
]
DOUBLED = [
    cell("import nbflow\nnumbers = nbflow.read('numbers.numbers')", "inputs"),
    cell("nbflow.write('doubled', numbers * 2)"),
]
TOTAL = [
    cell("import nbflow\ndoubled = nbflow.read('doubled.doubled')", "inputs"),
    cell("print(int(doubled['n'].sum()))"),
]
ALONE = [cell("unit = 1", "parameters")]
SLOW = [cell("seconds = 60", "parameters"), cell("import time\ntime.sleep(seconds)")]


def run(made: PipelineFolder, *, observe=lambda _: None, stop=None, **request) -> Run:
    plan = make_plan(made, read_folder(made), Request(**request))
    return execute(plan, observe=observe, stop=stop)


def statuses(ended: Run) -> dict[str, str]:
    return {name: step.status for name, step in ended.steps.items()}


def test_steps_run_in_order_and_then_nothing_runs_again(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED, total=TOTAL)
    lines: list[Line] = []
    first = run(made, observe=lines.append, parameters={"count": 4})

    assert statuses(first) == {"numbers": "done", "doubled": "done", "total": "done"}
    assert first.status == "done"
    assert first == read_run(made, first.id)
    expected = pd.DataFrame({"n": [0, 2, 4, 6]})
    pd.testing.assert_frame_equal(first.read("doubled.doubled"), expected)
    printed = [line.event for line in lines if isinstance(line.event, OutputPrinted)]
    assert [(one.step, one.text) for one in printed] == [
        ("numbers", "wrote 4\n"),
        ("total", "12\n"),
    ]
    tasks = made.runs / first.id / "tasks"
    assert sorted(at.parts[-3:] for at in tasks.glob("*/*/executed.ipynb")) == [
        (step, "1", "executed.ipynb") for step in ("doubled", "numbers", "total")
    ]
    executed = json.loads((tasks / "numbers" / "1" / "executed.ipynb").read_text())
    assert executed["metadata"]["papermill"]["parameters"] == {"count": 4}
    assert executed["cells"][1]["source"] == ["# Parameters\n", "count = 4\n"]
    assert executed["cells"][1]["metadata"]["tags"] == ["injected-parameters"]

    second = run(made, parameters={"count": 4})
    assert statuses(second) == dict.fromkeys(("numbers", "doubled", "total"), "reused")
    assert second.pins == first.pins

    source = json.loads((made.folder / "numbers.ipynb").read_text())
    assert [cell["outputs"] for cell in source["cells"]] == [[], [], []]


def test_a_failed_step_blocks_what_needs_it_and_ends_the_run(tmp_path):
    broken = [*NUMBERS, cell("rates = {}\nrates['carrier']")]
    made = write_pipeline(tmp_path, numbers=broken, doubled=DOUBLED, other=ALONE)
    ended = run(made, jobs=1)

    assert ended.status == "failed"
    assert statuses(ended) == {"numbers": "failed", "doubled": "blocked", "other": "skipped"}
    failure = ended.steps["numbers"].failure
    assert (failure.cause, failure.type, failure.message) == ("error", "KeyError", "'carrier'")
    assert (failure.cell, failure.line, failure.first_line) == (4, 2, "rates = {}")
    assert "rates['carrier']" in failure.traceback
    assert len(ended.read("numbers.numbers")) == 3, "what was written before stays queryable"
    executed = json.loads((made.project.root / ended.steps["numbers"].notebook).read_text())
    assert [out["ename"] for c in executed["cells"] for out in c.get("outputs", [])
            if out["output_type"] == "error"] == ["KeyError"]  # fmt: skip

    going = run(made, jobs=1, keep_going=True)
    assert statuses(going) == {"numbers": "failed", "doubled": "blocked", "other": "done"}

    write(made.folder / "numbers.ipynb", NUMBERS)
    mended = run(made)
    assert statuses(mended) == {"numbers": "done", "doubled": "done", "other": "reused"}


def test_a_failure_says_what_differs_from_the_last_success(tmp_path):
    reader = [DOUBLED[0], cell("numbers['n'].sum()")]
    made = write_pipeline(tmp_path, numbers=NUMBERS, reader=reader)
    first = run(made)
    renamed = [NUMBERS[0], NUMBERS[1], cell(NUMBERS[2]["source"].replace("'n'", "'m'"))]
    write(made.folder / "numbers.ipynb", renamed)

    failure = run(made).steps["reader"].failure
    assert failure.type == "KeyError"
    assert failure.last_success == first.id
    assert failure.changes == (Reason("columns-changed", "numbers.numbers", ["n"], ["m"]),)


def test_the_step_that_gates_the_longest_path_starts_first(tmp_path):
    made = write_pipeline(tmp_path, alone=ALONE, numbers=NUMBERS, doubled=DOUBLED)
    lines: list[Line] = []
    run(made, observe=lines.append, jobs=1)
    started = [line.event.step for line in lines if isinstance(line.event, StepStarted)]
    assert started[0] == "numbers"


def test_only_one_step_runs_on_the_newest_inputs_and_says_which_are_stale(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED, total=TOTAL)
    run(made)
    plan = make_plan(
        made,
        read_folder(made),
        Request(only=("doubled",), parameters={"numbers.count": 9}, force=True),
    )
    assert list(plan.steps) == ["doubled"]
    assert plan.outside["numbers"].stale
    why = Reason("parameter-changed", "count", 3, 9)
    ended = execute(plan)
    assert statuses(ended) == {"doubled": "done"}
    assert ended.stale == {"numbers": (why,)}
    assert len(ended.read("doubled.doubled")) == 3


def test_the_newest_input_is_used_even_where_an_older_one_fits(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED)
    run(made)
    run(made, only=("numbers",), parameters={"count": 9})
    plan = make_plan(made, read_folder(made), Request(only=("doubled",)))
    assert plan.outside["numbers"].why == (Reason("parameter-changed", "count", 9, 3),)
    assert len(execute(plan).read("doubled.doubled")) == 9


def test_a_default_that_is_not_literal_makes_a_step_run_each_time(tmp_path):
    today = [cell("import datetime\nday = datetime.date.today()", "parameters")]
    made = write_pipeline(tmp_path, today=today)
    assert statuses(run(made)) == {"today": "done"}
    again = run(made)
    assert statuses(again) == {"today": "done"}
    (warned,) = again.steps["today"].warnings
    assert (warned.code, warned.facts) == (
        "computed-default",
        {"parameter": "day", "default": "datetime.date.today()"},
    )
    assert statuses(run(made, parameters={"day": "2013-01-01"})) == {"today": "done"}
    assert statuses(run(made, parameters={"day": "2013-01-01"})) == {"today": "reused"}


def test_what_changed_while_a_step_ran_is_not_reused(tmp_path):
    touching = [
        cell("import nbflow\npath = nbflow.file('data.csv')", "inputs"),
        cell("with path.open('a') as file:\n    _ = file.write('2\\n')"),
    ]
    made = write_pipeline(tmp_path, touching=touching, files={"data.csv": "n\n1\n"})
    ended = run(made)
    assert ended.steps["touching"].status == "done"
    warned = ended.steps["touching"].warnings[0]
    assert (warned.code, warned.facts) == (
        "changed-while-run",
        {"file": "notebooks/data.csv", "step": "touching"},
    )
    assert statuses(run(made)) == {"touching": "done"}


def test_only_so_many_results_are_kept(tmp_path):
    made = write_pipeline(tmp_path, toml="keep = 2\n", numbers=NUMBERS)
    named = run(made, name="kept", parameters={"count": 1})
    ended = [run(made, parameters={"count": count}) for count in (2, 3, 4)]
    pins = [one.pins["numbers"] for one in (named, *ended)]
    assert result_index.read_result_ids(made, "numbers") == [pins[3], pins[2], pins[0]]


def test_setting_stop_cancels_and_what_was_finished_is_kept(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, slow=[DOUBLED[0], *SLOW])
    stop = threading.Event()

    def observe(line: Line) -> None:
        if isinstance(line.event, CellStarted) and line.event == CellStarted(
            "slow", 3, "import time"
        ):
            stop.set()

    ended = run(made, observe=observe, stop=stop)
    assert (ended.status, statuses(ended)) == (
        "cancelled", {"numbers": "done", "slow": "cancelled"},
    )  # fmt: skip
    again = run(made, parameters={"seconds": 0})
    assert statuses(again) == {"numbers": "reused", "slow": "done"}


def start_and_wait_for(pipeline: Pipeline, step: str, cells_done: int) -> Run:
    """Start a run as a process and return when a step has come so far."""
    run_id = pipeline.start()
    return next(
        state
        for state in follow(pipeline.location, run_id)
        if state.steps[step].cells_done >= cells_done or state.status != "running"
    )


def test_a_run_of_another_process_can_be_followed_and_cancelled(tmp_path):
    made = write_pipeline(tmp_path, slow=SLOW)
    pipeline = Pipeline(made.folder)
    seen = start_and_wait_for(pipeline, "slow", 1)
    assert seen.status == "running"
    cancel(made, seen)
    assert [state.status for state in follow(made, seen.id)][-1] == "cancelled"


@pytest.mark.usefixtures("cold")  # so that all of its processes are its children
def test_a_killed_run_is_lost_its_kernels_are_gone_and_the_next_run_goes_on(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, slow=[DOUBLED[0], *SLOW])
    seen = start_and_wait_for(Pipeline(made.folder), "slow", 2)
    process = psutil.Process(seen.pid)
    family = process.children(recursive=True)
    assert len(family) >= 2, "a worker and a kernel"
    os.kill(seen.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    lost = read_run(made, seen.id)
    assert (lost.status, lost.steps["slow"].status, lost.steps["numbers"].status) == (
        "lost", "lost", "done",
    )  # fmt: skip
    again = run(made, parameters={"seconds": 0})
    assert statuses(again) == {"numbers": "reused", "slow": "done"}


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED)
    pipeline = Pipeline(made.folder)
    ids = [pipeline.start(count=7), pipeline.start(count=7), pipeline.start(count=8)]
    ended = []
    for run_id in ids:
        for _ in follow(made, run_id):
            pass
        ended.append(read_run(made, run_id))
    assert [one.status for one in ended] == ["done"] * 3
    assert [len(one.read("doubled.doubled")) for one in ended] == [7, 7, 8]
    assert len({one.pins["doubled"] for one in ended[:2]}) == 1
    assert len(read_runs(made)) == 3


def test_a_store_that_cannot_be_written_fails_the_step_and_loses_nothing(tmp_path: Path):
    made = write_pipeline(tmp_path, numbers=NUMBERS)
    (made.home / "results").mkdir(parents=True)
    (made.home / "results" / "numbers").write_text("in the way")
    failure = run(made).steps["numbers"].failure
    assert (failure.cause, failure.type) == ("store", "StoreError")
    assert "run again" in failure.message


class Telling:
    """An executor that executes nothing, and tells what it was told."""

    def __init__(self):
        self.due = {}
        self.told = {}

    def prepare(self, due):
        self.due = {Path(kind.folder).name: count for kind, count in due.items()}

    def execute(self, job, emit, stop):
        del emit, stop
        self.told[job.step] = self.due
        time.sleep(0.02)
        path = Path(job.folder) / "result"
        path.joinpath("notebook.ipynb").write_bytes(Path(job.notebook).read_bytes())
        return Outcome("done", 0.02, spent=Spent(cells=0.02))

    def close(self):
        pass


def test_an_executor_is_told_how_many_jobs_in_which_kernels_are_still_due(tmp_path, monkeypatch):
    executor = Telling()
    monkeypatch.setattr("nbflow.execution.run.load_executor", lambda _: lambda *_: executor)
    made = write_pipeline(tmp_path, b=ALONE, c=ALONE, d=ALONE, files={"other/e.ipynb": ALONE})
    ended = run(made, jobs=1)
    assert executor.told == {
        "b": {"notebooks": 2, "other": 1},
        "c": {"notebooks": 1, "other": 1},
        "d": {"notebooks": 0, "other": 1},
        "e": {"notebooks": 0, "other": 0},
    }
    waits = [ended.steps[name].spent.waiting for name in "bcde"]
    assert all(seconds >= 0.02 * number for number, seconds in enumerate(sorted(waits)))
    assert [ended.steps[name].spent.cells for name in "bcde"] == [0.02] * 4


def test_independent_steps_run_in_the_order_of_their_numbers(tmp_path):
    files = {
        f"{number}_s{letter}.ipynb": ALONE for number, letter in ((10, "a"), (9, "b"), (1, "c"))
    }
    made = write_pipeline(tmp_path, files=files)
    lines: list[Line] = []
    run(made, observe=lines.append, jobs=1)
    started = [line.event.step for line in lines if isinstance(line.event, StepStarted)]
    assert started == ["sc", "sb", "sa"]
