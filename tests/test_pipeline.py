"""A pipeline from Python: what it shows of itself in a notebook."""

from __future__ import annotations

from pathlib import Path

from IPython.lib.pretty import pretty

import nbflow
from tests.notebooks import cell, write_pipeline


def test_what_a_notebook_shows_of_a_pipeline_is_short(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path,
        load=[
            cell("month: int = 1", "parameters"),
            cell('import nbflow\nnbflow.write("flights", 1)'),
        ],
        tidy=[cell('import nbflow\nflights = nbflow.read("load.flights")', "inputs")],
    )
    pipeline = nbflow.Pipeline(made.folder)
    assert pretty(pipeline) == f"Pipeline({str(made.folder)!r})"
    assert [pretty(step) for step in pipeline.steps.values()] == [
        "load (notebooks/load.ipynb): parameters month; writes flights",
        "tidy (notebooks/tidy.ipynb): reads load.flights",
    ]
    assert [str(planned) for planned in pipeline.plan().steps.values()] == [
        "load: run, no result yet",
        "tidy: run, no result yet",
    ]


def test_a_completing_shell_offers_what_users_need() -> None:
    assert dir(nbflow) == sorted([*nbflow.__all__, "__version__"])
