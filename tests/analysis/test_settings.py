from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import NbflowError
from nbflow.model import Request
from nbflow.planning import make_plan
from nbflow.present.problems import say_what
from tests.analysis.facts import Told, tell
from tests.notebooks import cell, write_pipeline

WRONG = {
    "no step declares it": (
        "mnth = 5",
        (
            "unknown-parameter",
            {
                "parameter": "mnth",
                "step": "",
                "step_known": False,
                "declared": ["day", "month", "year"],
                "file": "nbflow.toml",
                "nested": False,
            },
            "month",
        ),
    ),
    "nothing near": (
        "xyz = 5",
        (
            "unknown-parameter",
            {
                "parameter": "xyz",
                "step": "",
                "step_known": False,
                "declared": ["day", "month", "year"],
                "file": "nbflow.toml",
                "nested": False,
            },
            "",
        ),
    ),
    "no such step": (
        '"clan.month" = 5',
        (
            "unknown-parameter",
            {
                "parameter": "clan.month",
                "step": "clan",
                "step_known": False,
                "declared": [],
                "file": "nbflow.toml",
                "nested": False,
            },
            '"clean.month"',
        ),
    ),
    "a step without it": (
        '"clean.yaer" = 5',
        (
            "unknown-parameter",
            {
                "parameter": "clean.yaer",
                "step": "clean",
                "step_known": True,
                "declared": ["day", "month"],
                "file": "nbflow.toml",
                "nested": False,
            },
            "",
        ),
    ),
    "without quotes": (
        "clean.month = 5",
        (
            "unknown-parameter",
            {
                "parameter": "clean",
                "step": "",
                "step_known": False,
                "declared": ["day", "month", "year"],
                "file": "nbflow.toml",
                "nested": True,
            },
            '"clean.month" = …',
        ),
    ),
    "a value that does not fit": (
        'month = "May"',
        (
            "parameter-misfit",
            {
                "parameter": "month",
                "notebook": "notebooks/clean.ipynb",
                "cell": 1,
                "given": "'May'",
                "type": "int",
                "choices": [],
                "bounds": None,
                "why": "",
                "is_text": False,
                "example": "1",
                "file": "nbflow.toml",
            },
            "",
        ),
    ),
}
CELLS = {
    "clean": [cell("month: int = 1\nday: int = 1", "parameters")],
    "load": [cell("year: int = 2013", "parameters")],
}


@pytest.mark.parametrize(("toml", "told"), WRONG.values(), ids=WRONG)
def test_a_setting_that_stops_a_run_is_a_problem(tmp_path: Path, toml: str, told: Told) -> None:
    made = write_pipeline(tmp_path, toml=f"[parameters]\n{toml}", **CELLS)
    scan = read_folder(made)
    assert [tell(one) for one in scan.problems] == [told]
    with pytest.raises(NbflowError):
        make_plan(made, scan, Request())


@pytest.mark.parametrize("toml", ["month = 5", '"clean.month" = 5\nyear = 2014', '"load.year" = 1'])
def test_settings_that_a_run_takes_are_none(tmp_path: Path, toml: str) -> None:
    made = write_pipeline(tmp_path, toml=f"[parameters]\n{toml}", **CELLS)
    scan = read_folder(made)
    assert scan.problems == ()
    assert len(make_plan(made, scan, Request()).steps) == 2


def test_what_a_broken_notebook_may_declare_is_not_told(tmp_path: Path) -> None:
    toml = '[parameters]\nsize = 5\n"late.size" = 5\n"clean.size" = 5'
    scan = read_folder(write_pipeline(tmp_path, toml=toml, **CELLS, files={"late.ipynb": "{"}))
    assert [say_what(found) for found in scan.problems if found.place is None] == [
        "nbflow.toml sets the parameter clean.size, but clean does not declare it."
    ]
