"""What cells cost: many that print a line, and many with large outputs."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.compare import make_figures_row, make_row, time_commands, time_two_sizes
from tests.benchmarks.lab import NBFLOW, SCRIPTS, Command, Lab
from tests.benchmarks.row import Row, Target
from tests.notebooks import Notebook, cell, write_pipeline

PAPERMILL = "papermill's command line"
ENGINE = "papermill --engine nbflow"
NBCLIENT = "nbclient"
LARGE = "print(('0123456789' * 10 + '\\n') * 990)"  # 100 kB


def measure_outputs(lab: Lab) -> list[Row]:
    """Row 7: one notebook of cells with 100 kB of output each, by whole commands."""
    count = lab.sizes.cells
    makers = {
        NBFLOW: make_nbflow_outputs,
        PAPERMILL: make_papermill_outputs,
        ENGINE: _make_engine_outputs,
    }
    taken = time_commands(lab, makers, count, slow=[PAPERMILL, ENGINE])
    name = f"{count} cells with 100 kB of output each"
    engine = {NBFLOW: taken.pop(ENGINE), PAPERMILL: taken[PAPERMILL]}
    return [
        make_row(f"{name}, whole command, cold", taken, must=Target(1 / 5), wish=Target(1 / 10)),
        make_row(f"{name}, {ENGINE}", engine),
    ]


def measure_prints(lab: Lab) -> list[Row]:
    """Row 13: cells that print a line, as whole commands and as a slope without start-up."""
    many = lab.sizes.lines
    few = many // 10
    makers = {NBFLOW: _make_nbflow_prints, NBCLIENT: _make_nbclient_prints}
    taken = time_two_sizes(lab, makers, few, many)
    name, must, wish = f"{many} cells that each print a line", Target(1 / 2), Target(1 / 4)
    return [
        make_row(f"{name}, whole command, cold", taken.many, must=must, wish=wish),
        make_figures_row(
            f"{name}, less the command for {few}", taken.subtract(), must=must, wish=wish
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
    return write_pipeline(folder, one=cells).folder / "one.ipynb"
