"""`python -m tests.benchmarks.steps`: what a step costs, beside papermill in one process.

A chain of notebooks, each with a parameter, `import pandas, duckdb`, one read, one write and one
print; papermill runs the same without read and write. Whole commands in turn, A B A B; the steady
cost is the slope between the short and the long chain. Seconds are of the wall clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.notebooks import Notebook, cell, project

IMPORTS = "import duckdb\nimport pandas as pd"
PAPERMILL = """
import sys
from pathlib import Path
import papermill
for path in sorted(Path(sys.argv[1]).glob("*.ipynb")):
    papermill.execute_notebook(path, f"/tmp/{path.name}", {"number": 1}, progress_bar=False)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", type=int, default=30)
    parser.add_argument("--long", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    figures: dict[tuple[str, int], list[float]] = {}
    for _ in range(asked.rounds):
        for steps in (asked.short, asked.long):
            for who, measure in (("nbflow", measure_nbflow), ("papermill", measure_papermill)):
                figures.setdefault((who, steps), []).append(measure(steps))
    report(figures, asked.short, asked.long)


def report(figures: dict[tuple[str, int], list[float]], short: int, long: int) -> None:
    """Print medians, spread and ratios, in milliseconds a step."""
    middle = {at: statistics.median(seconds) for at, seconds in figures.items()}
    for (who, steps), seconds in figures.items():
        spread = " to ".join(f"{one / steps * 1000:.0f}" for one in (min(seconds), max(seconds)))
        whole = middle[who, steps] / steps * 1000
        print(f"{who:9} {steps:3} steps: {whole:6.0f} ms a step, whole command ({spread})")
    steady = {
        who: (middle[who, long] - middle[who, short]) / (long - short) * 1000
        for who in ("nbflow", "papermill")
    }
    print("steady:", ", ".join(f"{who} {ms:.0f} ms a step" for who, ms in steady.items()))
    print(f"ratio, steady: 1/{steady['papermill'] / steady['nbflow']:.1f}")
    print(
        f"ratio, whole, {short} steps: 1/{middle['papermill', short] / middle['nbflow', short]:.1f}"
    )


def measure_nbflow(steps: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        made = project(Path(folder), **{f"s{n:03}": make_step(n) for n in range(steps)})
        return _time([sys.executable, "-m", "nbflow", "run", str(made.folder), "-p", "number", "1"])


def measure_papermill(steps: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        made = project(Path(folder), **{f"s{n:03}": make_plain() for n in range(steps)})
        return _time([sys.executable, "-c", PAPERMILL, str(made.folder)])


def make_step(number: int) -> list[Notebook]:
    read = (
        f"import nbflow\nabove = nbflow.read('s{number - 1:03}.t')" if number else "import nbflow"
    )
    return [
        cell("number = 0", "parameters"),
        cell(read, "inputs"),
        cell(IMPORTS),
        cell(f"nbflow.write('t', pd.DataFrame({{'n': [number, {number}]}}))"),
        cell("print(number)"),
    ]


def make_plain() -> list[Notebook]:
    return [cell("number = 0", "parameters"), cell(IMPORTS), cell("print(number)")]


def _time(command: list[str]) -> float:
    # Without byte code every process compiles every module anew: no user's machine does that.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.monotonic()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
