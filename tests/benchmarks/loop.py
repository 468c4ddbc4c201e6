"""The author's loop: one cell changed, and the time from the command to the first cell that runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import chains, make_pipeline
from tests.benchmarks.lab import NBFLOW, Command, Lab, get_seconds
from tests.benchmarks.measure import Sample, end_orphans
from tests.benchmarks.row import Row, Target
from tests.benchmarks.unchanged import make_finished
from tests.notebooks import Notebook, cell, write, write_pipeline

PAPERMILL = "papermill's command line"
STAMP = """import pathlib
import time
_ = pathlib.Path({path!r}).write_text(repr(time.perf_counter()))"""


def measure_loop(lab: Lab) -> list[Row]:
    """Row 9: in a small pipeline, the second time within ten minutes."""
    with lab.fresh() as folder:
        count = lab.sizes.loop
        steps = {chains.name(n): chains.make_step(n, chains.after(n)) for n in range(count)}
        changed = chains.name(count // 2)
        steps[changed].insert(0, cell(STAMP.format(path=str(folder / "stamp"))))
        made = write_pipeline(folder, **steps)
        edit = _make_edit(made.folder / f"{changed}.ipynb")
        own = _make_measure(lab, folder, _run(made.folder), edit, keep=True)
        lab.run(Command("nbflow", ("nbflow", "run"), made.folder), keep=True)
        own()  # from here on it is the second time
        taken = lab.take_turns({NBFLOW: own, PAPERMILL: _measure_papermill(lab, folder)})
        end_orphans()
    return [
        Row(
            "author's loop: one cell changed, to the first cell, second time within ten minutes",
            must=Target(1 / 4),
            wish=Target(1 / 10),
            nbflow=get_seconds(taken[NBFLOW]),
            other={PAPERMILL: get_seconds(taken[PAPERMILL])},
        )
    ]


def measure_middle(lab: Lab) -> list[Row]:
    """Row 10: in the middle of many steps, without and with a warm fork server."""
    with lab.fresh() as folder:
        count = lab.sizes.notebooks
        notebooks = make_finished(lab, folder / "nbflow", count)
        path = notebooks / f"{make_pipeline.name(count // 2)}.ipynb"
        _insert_stamp(path, folder / "stamp")
        edit = _make_edit(path)
        lab.run(Command("nbflow", ("nbflow", "run"), notebooks))  # what is below it runs too, once
        cold = _make_measure(lab, folder, _run(notebooks), edit)
        papermill = _measure_papermill(lab, folder)
        first = lab.take_turns({NBFLOW: cold, PAPERMILL: papermill})
        warm = _make_measure(lab, folder, _run(notebooks), edit, keep=True)
        warm()
        again = lab.take_turns({NBFLOW: warm})
        end_orphans()
    other = {PAPERMILL: get_seconds(first[PAPERMILL])}
    name = f"one cell changed in the middle of {count} steps, to the first cell"
    asked = {"must": Target(1 / 10), "wish": Target(limit=1.0)}
    return [
        Row(f"{name}, cold", nbflow=get_seconds(first[NBFLOW]), other=other, **asked),
        Row(
            f"{name}, second time within ten minutes",
            nbflow=get_seconds(again[NBFLOW]),
            other=other,
            **asked,
        ),
    ]


def _measure_papermill(lab: Lab, folder: Path) -> Callable[[], Sample]:
    stamp = folder / "stamp"
    cells: list[Notebook] = [cell(STAMP.format(path=str(stamp))), *chains.make_plain()]
    path = write(folder / "papermill" / "one.ipynb", cells)
    command = Command(
        "papermill", ("papermill", str(path), "out.ipynb", "-p", "number", "1"), folder
    )
    edit = _make_edit(path)
    return _make_measure(lab, folder, command, edit, keep=True)  # nbflow's fork server lives on


def _make_measure(
    lab: Lab, folder: Path, command: Command, edit: Callable[[], None], *, keep: bool = False
) -> Callable[[], Sample]:
    """Return what changes a cell, runs the command, and tells when the first cell ran."""
    stamp = folder / "stamp"

    def measure() -> Sample:
        edit()
        stamp.unlink(missing_ok=True)
        sample = lab.run(command, keep=keep)
        first = float(stamp.read_text(encoding="ascii"))
        return Sample(first - sample.began, sample.cpu, sample.began)

    return measure


def _make_edit(path: Path) -> Callable[[], None]:
    """Return what changes the first cell, the one that tells when it runs."""
    content = json.loads(path.read_text(encoding="utf-8"))
    before = content["cells"][0]["source"]
    turns = iter(range(1_000_000))

    def edit() -> None:
        content["cells"][0]["source"] = f"{before}\nedit = {next(turns)}"
        write(path, content)

    return edit


def _insert_stamp(path: Path, stamp: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    made = cell(STAMP.format(path=str(stamp)))
    content["cells"].insert(0, {**made, "id": "stamp"})
    write(path, content)


def _run(notebooks: Path) -> Command:
    return Command("nbflow", ("nbflow", "run", str(notebooks)), notebooks.parent, "1 ran")
