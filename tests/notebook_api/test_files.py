"""Files are found from the notebook's folder, wherever the process stands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import nbflow
from nbflow.errors import CallError
from nbflow.model import Job

StartJob = Callable[..., Job]


@pytest.fixture(params=["run", "hand"])
def folder(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    start_job: StartJob,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    made = tmp_path / "notebooks"
    made.mkdir()
    if request.param == "run":
        start_job()
    else:
        monkeypatch.chdir(made)
    for name in ("data/b.csv", "data/a.csv", "data/deep/c.csv", "data/x[1].csv"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(name)
    return made


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("data/a.csv", "data/a.csv"),
        (Path("data") / "a.csv", "data/a.csv"),
        ("data", "data"),
        ("data/x[1].csv", "data/x[1].csv"),
        ("data/[ab].csv", ["data/a.csv", "data/b.csv"]),
        ("data/**/*.csv", ["data/a.csv", "data/b.csv", "data/deep/c.csv", "data/x[1].csv"]),
    ],
    ids=str,
)
def test_what_is_found(folder: Path, pattern: str | Path, found: str | list[str]) -> None:
    wanted = [folder / one for one in found] if isinstance(found, list) else folder / found
    assert nbflow.file(pattern) == wanted


def test_an_absolute_path_stays_so(folder: Path) -> None:
    assert nbflow.file(folder / "data/a.csv") == folder / "data/a.csv"


@pytest.mark.parametrize("pattern", ["data/none.csv", "none/*.csv"])
def test_nothing_found(folder: Path, pattern: str) -> None:
    with pytest.raises(CallError) as caught:
        nbflow.file(pattern)
    assert str(caught.value) == (
        f"nbflow.file({pattern!r}): there is nothing of this name in {folder}. "
        "Relative paths start at the notebook's folder; create the file, or mend the name."
    )


@pytest.mark.parametrize("url", ["https://example.org/a.csv", "s3://bucket/a.parquet"])
def test_a_url_names_the_option(folder: Path, url: str) -> None:
    assert os.sep in str(folder)
    with pytest.raises(CallError, match='option cache = "6h"'):
        nbflow.file(url)
