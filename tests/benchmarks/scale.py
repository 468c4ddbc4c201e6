"""What a step costs the planner and the loop of a run, from 10 to 10,000 trivial steps."""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from nbflow.analysis.contract.scan import read_folder
from nbflow.base.process import collect_seldom
from nbflow.execution import run
from nbflow.model import Request
from nbflow.model.events import Line, StepStarted
from nbflow.planning import Plan, make_plan
from nbflow.runs.fold import Folding
from nbflow.runs.follow import POLL
from nbflow.runs.history import read_run_ids
from nbflow.runs.log import read_lines
from nbflow.terminal.console import make_console
from nbflow.terminal.live_views import LiveTable
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.benchmarks.make_pipeline import SHAPES, edit, execute, finish, make_pipeline

PARTS = ("plan, first", "run, first", "plan, unchanged", "run, unchanged", "fold", "draw")
T = TypeVar("T")
_MICRO = 1e6
_LARGE = 1000  # steps, beyond which a pipeline takes minutes, and one of them is enough
_LARGE_ROUNDS = 2  # of one that large
_DRAWN = 20  # times a live table is drawn to tell its cost


def measure_first(root: Path, steps: int, shape: str) -> dict[str, float]:
    """Plan and run a pipeline that was never run, by an executor that only writes tables."""
    pipeline = make_pipeline(root, steps, shape=shape)
    time.sleep(2.1)  # what is younger than the clock's grain is read twice
    planning, plan = _count(lambda: _plan(pipeline))
    running, _ = _count(lambda: execute(plan))
    return {"plan, first": planning, "run, first": running}


def measure_again(pipeline: PipelineFolder) -> dict[str, float]:
    """Plan and run with all results reused; fold its log and draw it as a terminal would."""
    planning, plan = _count(lambda: _plan(pipeline))
    running, _ = _count(lambda: run.execute(plan))
    lines = list(read_lines(pipeline.runs / read_run_ids(pipeline)[0] / "events.jsonl"))
    return {
        "plan, unchanged": planning,
        "run, unchanged": running,
        "fold": _count(lambda: _fold(lines))[0],
        "draw": _count(lambda: _draw(lines))[0] / _DRAWN,
    }


def find_first_start(pipeline: PipelineFolder) -> float:
    """Return the seconds from a request until the first step starts, in a warm process."""
    started: list[float] = []

    def observe(line: Line) -> None:
        if isinstance(line.event, StepStarted):
            started.append(time.perf_counter())

    began = time.perf_counter()
    finish(pipeline, observe=observe)
    return started[0] - began


def main() -> None:
    """`python -m tests.benchmarks.scale [--json FILE]`: microseconds of CPU a step."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/scale"))
    parser.add_argument("--steps", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    parser.add_argument("--shapes", choices=SHAPES, nargs="+", default=list(SHAPES))
    parser.add_argument(
        "--rounds", type=int, default=3, help=f"medians of so many; below {_LARGE:,}"
    )
    parser.add_argument("--largest", choices=SHAPES, default="fan", help="the shape of larger ones")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        shape, steps = asked.part.split(",")
        print(json.dumps(_measure_one(asked.folder, int(steps), shape)))
        return
    rows = list(_measure_all(asked))
    ratios = {
        shape: _make_ratios([row for row in rows if row["shape"] == shape]) for shape in SHAPES
    }
    print(json.dumps(ratios, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "ratios": ratios}, indent=1))


def _measure_all(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure each size in processes of their own, round by round, and yield medians."""
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    for number in range(asked.rounds):
        for shape in asked.shapes:
            for steps in asked.steps:
                if _is_due(steps, number, largest=shape == asked.largest):
                    found.setdefault((shape, steps), []).append(_start(asked.folder, steps, shape))
    for (shape, steps), rounds in found.items():
        parts = {part: statistics.median(one[part] for one in rounds) for part in rounds[0]}
        shown = "  ".join(f"{part} {cost:,.1f}" for part, cost in parts.items())
        print(f"{shape} {steps:>6}  {shown}", flush=True)
        yield {"shape": shape, "steps": steps, **parts}


def _is_due(steps: int, number: int, *, largest: bool) -> bool:
    """Say whether a size is measured in this round: small ones always, the largest once."""
    if steps > _LARGE:
        return number == 0 and largest
    return steps < _LARGE or number < _LARGE_ROUNDS


def _start(folder: Path, steps: int, shape: str) -> dict[str, float]:
    part = ["--folder", str(folder), "--part", f"{shape},{steps}"]
    command = [sys.executable, "-m", "tests.benchmarks.scale", *part]
    said = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout))


def _measure_one(folder: Path, steps: int, shape: str) -> dict[str, float]:
    """Return microseconds of CPU a step for each part, and the seconds to a first start."""
    collect_seldom()  # as the program does
    warming, root = folder / f"warming{os.getpid()}", folder / f"{shape}{steps}-{os.getpid()}"
    try:
        _warm(warming)
        parts = measure_first(root, steps, shape)
        pipeline = find_pipeline(root / "notebooks")
        parts |= measure_again(pipeline)
        costs = {part: parts[part] / steps * _MICRO for part in PARTS}
        edit(pipeline, steps // 2, f"factor = {time.time_ns()}")
        return {**costs, "seconds to a first start": find_first_start(pipeline)}
    finally:
        shutil.rmtree(warming, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


def _warm(root: Path) -> None:
    """Load what a process loads once: it would be a small pipeline's cost alone."""
    pipeline = make_pipeline(root, 3)
    finish(pipeline)
    measure_again(pipeline)


def _plan(pipeline: PipelineFolder) -> Plan:
    return make_plan(pipeline, read_folder(pipeline), Request(jobs=1))


def _count(call: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds of CPU that this process takes for a call, and what it gives.

    What was made before is looked through for garbage first: that is not this call's.
    """
    gc.collect()
    began = time.process_time()
    given = call()
    return time.process_time() - began, given


def _fold(lines: list[Line]) -> None:
    """Fold as whoever followed this run: it is asked for when a look was due."""
    folding, due = Folding(), 0.0
    for line in lines:
        folding.add(line)
        if line.time >= due:
            due = line.time + POLL
            _ = folding.run


def _draw(lines: list[Line]) -> None:
    with Path(os.devnull).open("w") as nowhere:
        console = make_console(nowhere, width=120, height=40, force_terminal=True)
        table = LiveTable(console, log=False)
        for line in lines[:-1]:
            table.observe(line)
        for _ in range(_DRAWN):
            console.print(table)


def _make_ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return how much dearer a step is than in a pipeline of 100, at the most."""
    small, *large = [row for row in rows if row["steps"] >= 100] or [{}]
    return {
        part: round(max(row[part] / small[part] for row in large), 2) for part in PARTS if large
    }


if __name__ == "__main__":
    main()
