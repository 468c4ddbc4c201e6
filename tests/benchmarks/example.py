"""The example pipeline of this repository, cold and unchanged, beside papermill alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.lab import NBFLOW, SCRIPTS, Command, Lab, get_cpu, get_seconds
from tests.benchmarks.measure import Sample
from tests.benchmarks.row import Row

PAPERMILL = "papermill, one after the other"


def measure(lab: Lab) -> list[Row]:
    """Row 15: nine notebooks over 336,776 flights; papermill reads and writes as by hand."""
    with lab.fresh() as folder:
        ours, theirs = copy(folder / "nbflow"), copy(folder / "papermill")
        run = Command("nbflow", ("nbflow", "run", "."), ours)
        words = (str(SCRIPTS / "papermill_folder.py"), ".", str(folder / "out"), "{}")
        alone = Command("nbflow", ("python", *words), theirs)

        def measure_cold(command: Command) -> Sample:
            shutil.rmtree(command.folder.parent / ".nbflow", ignore_errors=True)
            return lab.run(command)

        measure_cold(run)  # fills matplotlib's cache of fonts
        taken = lab.take_turns(
            {
                NBFLOW: lambda: measure_cold(run),
                f"{NBFLOW} again": lambda: lab.run(run),
                PAPERMILL: lambda: measure_cold(alone),
            },
            slow=[PAPERMILL],
        )
    other = {PAPERMILL: get_seconds(taken[PAPERMILL])}
    again = taken[f"{NBFLOW} again"]
    return [
        Row(
            "the example pipeline, cold",
            nbflow=get_seconds(taken[NBFLOW]),
            other=other,
            cpu=get_cpu({who: taken[who] for who in (NBFLOW, PAPERMILL)}),
        ),
        Row(
            "the example pipeline, nothing changed",
            nbflow=get_seconds(again),
            other=other,
            cpu=get_cpu({NBFLOW: again, PAPERMILL: taken[PAPERMILL]}),
        ),
    ]


def copy(root: Path) -> Path:
    """Copy the example's notebooks into a project of their own."""
    skip = shutil.ignore_patterns(".nbflow", "nbflow-open", "00_*", "__pycache__")
    shutil.copytree(peers.ROOT / "notebooks", root / "notebooks", ignore=skip)
    (root / "nbflow.toml").touch()
    return root / "notebooks"
