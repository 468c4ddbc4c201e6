"""Starting cold: the time from the command to the moment at which the first cell starts."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import example
from tests.benchmarks.compare import make_row
from tests.benchmarks.lab import NBFLOW, Command, Lab
from tests.benchmarks.measure import Sample
from tests.benchmarks.row import Row, Target
from tests.notebooks import cell, write_pipeline

PAPERMILL = "papermill's command line"
CASES = {
    "one step that imports nothing": ("print(x)", Target(1 / 2)),
    "one step with pandas": ("import pandas as pd\npd.DataFrame({'a': [x]})", Target()),
}


def measure(lab: Lab) -> list[Row]:
    """Row 16: one notebook without and with a library, and the example pipeline."""
    return [*(_measure_one(lab, name) for name in CASES), _measure_example(lab)]


def _measure_one(lab: Lab, name: str) -> Row:
    source, must = CASES[name]
    with lab.fresh() as folder:
        cells = [cell("x = 1", "parameters"), cell(source)]
        notebooks = write_pipeline(folder, one=cells).folder
        alone = ("papermill", str(notebooks / "one.ipynb"), "out.ipynb", "-p", "x", "1")
        theirs = Command("papermill", alone, folder)
        own = _make_measure(lab, notebooks)

        def measure_papermill() -> Sample:
            return _count_from(lab, theirs, lambda: _read_papermill(folder / "out.ipynb"))

        own()  # what was not compiled before is now
        taken = lab.take_turns({NBFLOW: own, PAPERMILL: measure_papermill})
    return make_row(f"{name}, cold, to the first cell", taken, must=must)


def _measure_example(lab: Lab) -> Row:
    with lab.fresh() as folder:
        own = _make_measure(lab, example.copy(folder))
        own()  # fills matplotlib's cache of fonts
        return make_row("the example, cold, to the first cell", lab.take_turns({NBFLOW: own}))


def _make_measure(lab: Lab, notebooks: Path) -> Callable[[], Sample]:
    home = notebooks.parent / ".nbflow"
    run = Command("nbflow", ("nbflow", "run", str(notebooks)), notebooks.parent)

    def measure() -> Sample:
        shutil.rmtree(home, ignore_errors=True)
        return _count_from(lab, run, lambda: _read_log(home))

    return measure


def _count_from(lab: Lab, command: Command, read_first: Callable[[], float]) -> Sample:
    """Run a command; return the seconds until its first cell started, not all that it took."""
    ahead = time.time() - time.perf_counter()
    sample = lab.run(command)
    return Sample(read_first() - ahead - sample.began, sample.cpu, sample.began)


def _read_log(home: Path) -> float:
    (log,) = home.glob("*/runs/*/events.jsonl")
    events = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return float(next(one["time"] for one in events if one["kind"] == "CellStarted"))


def _read_papermill(notebook: Path) -> float:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    started = min(one["metadata"]["papermill"]["start_time"] for one in cells)
    return dt.datetime.fromisoformat(started).replace(tzinfo=dt.UTC).timestamp()
