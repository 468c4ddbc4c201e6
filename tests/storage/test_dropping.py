"""Arrow files are a cache: within its limit, oldest out first, and never what DuckDB lacks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbflow.base.locks import hold_folder
from nbflow.errors import ProjectError
from nbflow.storage import output_io
from nbflow.storage.duckdb.database_file import find_parts, make_part, sweep_parts
from nbflow.storage.duckdb.filling import fill
from nbflow.storage.results import arrow_cache
from nbflow.storage.results.arrow_cache import find_droppable
from nbflow.storage.results.store import open_store, read_names
from nbflow.workspace.settings import Cache

FRAME = pd.DataFrame({"x": range(1000)})


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path)
    for number in range(4):
        folder = made.fetch("load", f"2026-{number}")
        output_io.write(folder, "t", FRAME)
        if number != 1:
            fill(folder)
    return made


@pytest.mark.parametrize(
    ("limit", "pinned", "expected"),
    [
        (1_000_000, set(), []),
        (30_000, set(), ["2026-0"]),
        (0, set(), ["2026-0", "2026-2", "2026-3"]),
        (20_000, {("load", "2026-0")}, ["2026-2", "2026-3"]),
    ],
)
def test_the_oldest_go_first(store, limit, pinned, expected):
    found = find_droppable(store, limit, lambda: pinned)

    assert [one.result for one in found] == expected


def test_what_goes_while_it_is_looked_at_does_not_count(store, monkeypatch):
    monkeypatch.setattr(arrow_cache, "read_names", lambda at: [*read_names(at), "gone.arrows"])

    assert [one.result for one in find_droppable(store, 30_000, set)] == ["2026-0"]


@pytest.mark.parametrize(
    ("text", "limit"), [("10 GB", 10**10), ("1.5 MB", 1_500_000), ("0 B", 0), ("20kB", 20_000)]
)
def test_sizes(text, limit):
    assert Cache(text).limit == limit


def test_what_is_no_size_is_told():
    with pytest.raises(ProjectError, match=r'\[cache\] arrow = "much" is no size'):
        _ = Cache("much").limit


def test_what_a_killed_filler_left_is_found_and_removed_unless_somebody_is_at_work(tmp_path):
    folder, other = tmp_path / "r", tmp_path / "elsewhere"
    left = [make_part(folder), Path(f"{make_part(folder)}.wal")]
    strange = folder / "tables.duckdb.another-host.77.part"
    folder.mkdir()
    for path in (*left, strange):
        path.touch()
    with hold_folder(folder):
        sweep_parts(folder)
        assert find_parts(folder) == left
    sweep_parts(folder)
    assert [*folder.iterdir()] == [strange]
    sweep_parts(other)  # which is not there
