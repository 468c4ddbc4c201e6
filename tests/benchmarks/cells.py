"""What cells cost: many that print a line, and many with large outputs."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.lab import NBFLOW, SCRIPTS, Command, Lab, get_cpu, get_seconds
from tests.benchmarks.row import Row, Target
from tests.notebooks import Notebook, cell, project

PAPERMILL = "papermill's command line"
ENGINE = "papermill --engine nbflow"
NBCLIENT = "nbclient"
LARGE = "print(('0123456789' * 10 + '\\n') * 990)"  # 100 kB


def measure_outputs(lab: Lab) -> list[Row]:
    """Row 7: one notebook of cells with 100 kB of output each, by whole commands."""
    count = lab.sizes.cells
    makers = {NBFLOW: make_nbflow_outputs, PAPERMILL: make_papermill_outputs}
    taken = lab.take_turns(
        {who: lab.time_fresh(make, count) for who, make in makers.items()}
        | {ENGINE: lab.time_fresh(_make_engine_outputs, count)},
        slow=[PAPERMILL],
    )
    return [
        Row(
            f"{count} cells with 100 kB of output each, whole command, cold",
            must=Target(1 / 5),
            wish=Target(1 / 10),
            nbflow=get_seconds(taken[NBFLOW]),
            other={PAPERMILL: get_seconds(taken[PAPERMILL])},
            cpu=get_cpu(taken),
        ),
        Row(
            f"{count} cells with 100 kB of output each, papermill --engine nbflow",
            nbflow=get_seconds(taken[ENGINE]),
            other={PAPERMILL: get_seconds(taken[PAPERMILL])},
        ),
    ]


def measure_prints(lab: Lab) -> list[Row]:
    """Row 13: cells that print a line, as whole commands and as a slope without start-up."""
    many = lab.sizes.lines
    few = many // 10
    makers = {NBFLOW: _make_nbflow_prints, NBCLIENT: _make_nbclient_prints}
    taken = lab.take_turns(
        {
            f"{who} {count}": lab.time_fresh(make, count)
            for count in (few, many)
            for who, make in makers.items()
        }
    )
    whole = {who: taken[f"{who} {many}"] for who in makers}
    cells = {
        who: tuple(
            more.seconds - less.seconds
            for less, more in zip(taken[f"{who} {few}"], taken[f"{who} {many}"], strict=True)
        )
        for who in makers
    }
    asked = {"must": Target(1 / 2), "wish": Target(1 / 4)}
    return [
        Row(
            f"{many} cells that each print a line, whole command, cold",
            nbflow=get_seconds(whole[NBFLOW]),
            other={NBCLIENT: get_seconds(whole[NBCLIENT])},
            cpu=get_cpu(whole),
            **asked,
        ),
        Row(
            f"{many} cells that each print a line, less the command for {few}",
            nbflow=cells[NBFLOW],
            other={NBCLIENT: cells[NBCLIENT]},
            **asked,
        ),
    ]


def make_nbflow_outputs(folder: Path, count: int) -> Command:
    return _make_nbflow(folder, [LARGE] * count)


def make_papermill_outputs(folder: Path, count: int) -> Command:
    made = _write(folder, [LARGE] * count)
    return Command("papermill", ("papermill", str(made), "out.ipynb"), folder)


def _make_engine_outputs(folder: Path, count: int) -> Command:
    made = _write(folder, [LARGE] * count)
    return Command("nbflow", ("papermill", "--engine", "nbflow", str(made), "out.ipynb"), folder)


def _make_nbflow_prints(folder: Path, count: int) -> Command:
    return _make_nbflow(folder, [f"print({number})" for number in range(count)])


def _make_nbclient_prints(folder: Path, count: int) -> Command:
    made = _write(folder, [f"print({number})" for number in range(count)])
    script = str(SCRIPTS / "nbclient_notebook.py")
    words = ("python", script, str(made), "out.ipynb")
    return Command("papermill", words, folder)


def _make_nbflow(folder: Path, sources: list[str]) -> Command:
    made = _write(folder, sources)
    return Command("nbflow", ("nbflow", "run", str(made.parent)), folder, "1 ran")


def _write(folder: Path, sources: list[str]) -> Path:
    cells: list[Notebook] = [cell("number = 0", "parameters"), *map(cell, sources)]
    return project(folder, one=cells).folder / "one.ipynb"
