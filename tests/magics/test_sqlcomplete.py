"""Completion in `%%sql` cells, asked of IPython's own completer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from nbflow.model import Job
from nbflow.notebook_api import by_hand
from nbflow.notebook_api.table_catalog import read_known
from tests import notebooks
from tests.magics.sqlshell import *  # noqa: F403 - fixtures
from tests.notebook_api.conftest import finish_run

FLIGHTS = pd.DataFrame({"origin": ["EWR"], "dep_delay": [2], "dep time": [3]})
HOURLY = pd.DataFrame({"hour": [1]})
Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(tmp_path: Path, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Return what completes a cell at `|`; a project has two runs, and two variables are tables."""
    made = notebooks.write_pipeline(tmp_path)
    finish_run(made, {"clean": {"flights": FLIGHTS}}, name="old", hours_ago=5)
    finish_run(
        made,
        {
            "clean": {"flights": FLIGHTS, "routes": FLIGHTS, "count": 7},
            "weather": {"hourly": HOURLY},
        },
        name="new",
        hours_ago=1,
    )
    monkeypatch.chdir(made.folder)
    shell.run_line_magic("load_ext", "nbflow")
    airports = pa.table({"faa": ["JFK"]})
    shell.push({"planes": pd.DataFrame({"tail": [1]}), "airports": airports, "month": 1})

    def complete_cell(text: str) -> list[str]:
        at = text.index("|")
        with provisionalcompleter():
            found = shell.Completer.completions(text.replace("|", ""), at)
            return sorted(one.text for one in found)

    return complete_cell


CASES = {
    "a table": ("%%sql\nselect * from cl|", ["clean", "clean.flights", "clean.routes"]),
    "a step's tables": ("%%sql\nfrom clean.|", ["clean.flights", "clean.routes"]),
    "part of a table": ("%%sql\nfrom clean.fl|", ["clean.flights"]),
    "in upper case": ("%%sql\nFROM Clean.FL|", ["Clean.flights"]),
    "a variable": ("%%sql\nfrom clean.flights join pl|", ["planes"]),
    "a column": ("%%sql\nselect dep| from clean.flights", ['"dep time"', "dep_delay"]),
    "a quoted column": ('%%sql\nselect "dep| from clean.flights', ['"dep time"', "dep_delay"]),
    "a column of a variable": ("%%sql\nselect fa|\nfrom airports", ["faa"]),
    "behind an alias": ("%%sql\nselect f.or| from clean.flights f", ["f.origin"]),
    "behind a table": ("%%sql\nselect flights.or| from clean.flights as f, clean.flights", ["flights.origin"]),
    "behind its whole name": ("%%sql\nfrom clean.flights where clean.flights.or|", ["clean.flights.origin"]),
    "of a joined table": ("%%sql\nselect h.| from clean.flights f join weather.hourly as h", ["h.hour"]),
    "a parameter": ("%%sql\nfrom clean.flights where m = $mo|", ["$month"]),
    "on one line": ("%sql select * from wea|", ["weather", "weather.hourly"]),
    "assigned": ("x = %sql --to arrow select * from weather.|", ["weather.hourly"]),
    "an option": ("%%sql --re|", ["--reads"]),
    "an option on one line": ("%sql --ru|", ["--run"]),
    "a run": ("%%sql --run |", ["last", "new", "old"]),
    "a run on one line": ("%sql --run o|", ["old"]),
    "a form": ("%%sql late --to p|", ["pandas", "polars"]),
    "a declared read": ("%%sql --reads weather.|\nselect 1", ["weather.hourly"]),
    "the other name": ("%%nbsql\nfrom weather.|", ["weather.hourly"]),
    "of a named run": ("%%sql --run old\nfrom clean.|", ["clean.flights"]),
    "of a run that is none": ("%%sql --run nix\nfrom clean.|", []),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), CASES.values(), ids=CASES)
def test_completions(complete: Complete, cell: str, expected: list[str]) -> None:
    assert complete(cell) == sorted(expected)


def test_other_cells_are_pythons(complete: Complete) -> None:
    assert "print" in complete("pri|")
    assert "clean.flights" not in complete("%%time\ncl|")


def test_under_a_run_inputs_are_suggested(start_job: Callable[..., Job]) -> None:
    start_job({"clean.flights": FLIGHTS, "clean.count": 7})
    assert read_known() == {"clean": {"flights": ("origin", "dep_delay", "dep time")}}


def test_what_was_written_by_hand_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notebooks.write_pipeline(tmp_path).folder)
    by_hand.use(None, "delays")
    by_hand.write("late", HOURLY)
    assert read_known() == {"delays": {"late": ("hour",)}}


def test_without_a_project_nothing_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_known() == {}
