"""Ids of results and runs: later than what is there, whatever the clock says."""

from __future__ import annotations

import itertools
import re
import time
from pathlib import Path

import pytest

from nbflow.base.ids import find_last_id, make_id, make_next_id

HOUR = 3600


def test_ids_sort_by_time() -> None:
    ids = [make_id(at) for at in (1.0, 1.25, 1.5, 2.0, 86_400.0)]
    assert ids == sorted(ids)


@pytest.mark.parametrize("behind", [0, 0.001, 1, HOUR, 400 * 24 * HOUR])
def test_each_is_later_than_what_is_there(tmp_path: Path, behind: float) -> None:
    now = time.time()
    (tmp_path / make_id(now)).mkdir()
    for _ in range(50):
        made = make_next_id(tmp_path, now - behind)
        assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{6}", made)
        assert made > find_last_id(tmp_path)
        (tmp_path / made).mkdir()


def test_it_stays_within_seconds_of_what_is_there() -> None:
    last = make_id(1_800_000_000.0)
    made = make_id(1_000_000_000.0, after=last)
    assert last < made < make_id(1_800_000_001.0)


def test_the_end_of_a_second_and_of_a_year() -> None:
    for last in ("20261231-235959-3e7fff", "20260228-235959-3e7000"):
        made = make_id(0.0, after=last)
        assert last < made
        assert made[:8] in {"20270101", "20260301"}


def test_a_clock_that_is_right_decides() -> None:
    assert make_id(1_000_000.0, after=make_id(900_000.0))[:15] == make_id(1_000_000.0)[:15]


@pytest.mark.parametrize("name", ["", "lost+found", ".part", "99999999-999999-ffffff", "2026"])
def test_what_is_no_id_does_not_count(tmp_path: Path, name: str) -> None:
    (tmp_path / (name or "x")).mkdir()
    made = make_next_id(tmp_path)
    assert made[:8] == time.strftime("%Y%m%d", time.gmtime())
    assert make_next_id(tmp_path / "nowhere")[:8] == made[:8]


def test_many_at_once_with_a_clock_that_is_behind_hardly_ever_meet() -> None:
    last = make_id(2_000_000_000.0)
    meetings = 0
    for _ in range(200):
        made = [make_id(0.0, after=last) for _ in range(12)]
        meetings += sum(one == two for one, two in itertools.combinations(made, 2))
    assert meetings < 10
