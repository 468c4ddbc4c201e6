"""What a step costs the planner and the loop of a run, from 10 to 10,000 trivial steps."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from nbflow import run
from nbflow.events import Line, StepStarted
from nbflow.model import Request
from nbflow.notebook.scan import read_folder
from nbflow.plan import make_plan
from nbflow.project import Project, find_project
from nbflow.runlog import Run
from nbflow.store.results import read_run_ids
from tests.benchmarks.make_pipeline import SHAPES, edit, finish, make_pipeline

_MICRO = 1e6


def measure(project: Project) -> dict[str, float]:
    """Return microseconds of CPU a step for each part, with all results reused."""
    marks = [time.process_time()]
    scan = read_folder(project)
    marks.append(time.process_time())
    plan = make_plan(project, scan, Request(jobs=1))
    marks.append(time.process_time())
    ended = run.execute(plan)
    marks.append(time.process_time())
    assert ended.status == "done"
    assert {step.status for step in ended.steps.values()} == {"reused"}
    took = [end - start for start, end in itertools.pairwise(marks)]
    return {
        part: seconds / len(plan.steps) * _MICRO
        for part, seconds in zip(("scan", "plan", "run"), took, strict=True)
    }


def find_first_start(project: Project) -> tuple[float, Run]:
    """Return the seconds from a request until the first step starts, in a warm process."""
    started: list[float] = []

    def observe(line: Line) -> None:
        if isinstance(line.event, StepStarted):
            started.append(time.perf_counter())

    began = time.perf_counter()
    ended = finish(project, observe=observe)
    return started[0] - began, ended


def main() -> None:
    """`python -m tests.benchmarks.scale FOLDER`: pipelines made there once are used again."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    parser.add_argument("--part", type=Path, help="measure this one project, in this process")
    asked = parser.parse_args()
    if asked.part:
        _measure_one(find_project(asked.part / "notebooks"))
        return
    for shape in SHAPES:
        for steps in asked.steps:
            root = asked.folder / f"{shape}{steps}"
            if not root.exists():
                finish(make_pipeline(root, steps, shape=shape))
            for _ in range(2):  # the first one fills the caches
                _start_part(asked.folder, root)


def _start_part(folder: Path, root: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.scale", str(folder), "--part", str(root)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    subprocess.run(command, env=environment, check=True)


def _measure_one(project: Project) -> None:
    costs = measure(project)
    for run_id in read_run_ids(project)[1:]:  # they would be looked through at each run's end
        shutil.rmtree(project.runs / run_id)
    shown = "  ".join(f"{part} {cost:7.1f}" for part, cost in costs.items())
    print(f"{project.root.name:12}  microseconds of CPU a step: {shown}", flush=True)
    count = len(read_folder(project).steps)
    edit(project, count // 2, f"factor = {time.time_ns()}")
    seconds, ended = find_first_start(project)
    ran = sum(step.status == "done" for step in ended.steps.values())
    print(f"{project.root.name:12}  one cell changed: first start after {seconds:.3f} s, {ran} ran")


if __name__ == "__main__":
    main()
