"""Parameters arrive where papermill puts them, and cells keep the author's numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import papermill
import pytest

from nbflow.executors.local.worker.executed_notebook import Document
from nbflow.model import Injection
from tests.notebooks import Notebook, cell, markdown
from tests.worker.jobs import make_job

INJECTED = Injection((), {"month": "month = 2", "year": "year = 2013"})
LAYOUTS = {
    "none": [cell("print(1)")],
    "first": [cell("month = 1\nyear = 1", "parameters"), cell("print(month)")],
    "third": [markdown("# Hi"), cell("1"), cell("month = 1\nyear = 1", "parameters"), cell("2")],
    "replaced": [
        cell("month = 1", "parameters"),
        cell("month = 5", "injected-parameters"),
        cell("2"),
    ],
    "replaced before": [cell("month = 5", "injected-parameters"), cell("1"), cell("2")],
    "marked": [cell("month = 1", "parameters"), cell("old", "papermill-error-cell-tag"), cell("2")],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_injected_cell_is_placed_as_papermill_places_it(tmp_path: Path, name: str) -> None:
    document = make_document(tmp_path, *LAYOUTS[name])
    prepared = papermill.execute_notebook(
        document.job.source,
        None,
        {"month": 2, "year": 2013},
        prepare_only=True,
    )
    assert sources(document.notebook) == sources(prepared)
    assert document.notebook.metadata.papermill["parameters"] == {"month": 2, "year": 2013}
    ours, theirs = document.notebook.metadata.papermill, prepared.metadata.papermill
    assert ours.keys() == theirs.keys()


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("none", [None, 1]),
        ("first", [1, None, 2]),
        ("third", [1, 2, 3, None, 4]),
        ("replaced", [1, None, 3]),
        ("replaced before", [None, 2, 3]),
        ("marked", [1, None, 3]),
    ],
)
def test_cells_keep_their_numbers(tmp_path: Path, name: str, numbers: list[int | None]) -> None:
    document = make_document(tmp_path, *LAYOUTS[name])
    assert [document.number(one) for one in document.notebook.cells] == numbers


def test_without_overrides_nothing_is_injected(tmp_path: Path) -> None:
    job = make_job(tmp_path, *LAYOUTS["first"], injected=Injection())
    assert sources(Document(job).notebook) == ["month = 1\nyear = 1", "print(month)"]


def test_later_cells_of_parameters_do_not_undo_the_overrides(tmp_path: Path) -> None:
    document = make_document(
        tmp_path,
        cell("month = 1", "parameters"),
        cell("print(month)"),
        cell("%matplotlib inline\nyear = 1  # set here", "parameters"),
        cell("other = 1", "parameters"),
    )
    assert sources(document.notebook) == [
        "month = 1",
        str(INJECTED),
        "print(month)",
        "%matplotlib inline\nyear = 1  # set here",
        "# Parameters\nyear = 2013\n",
        "other = 1",
    ]
    numbers = [document.number(one) for one in document.notebook.cells]
    assert numbers == [1, None, 2, 3, None, 4]


def test_the_imports_of_an_override_come_along(tmp_path: Path) -> None:
    imports = ("import datetime as _datetime",)
    lines = {"month": "month = 2", "day": "day = _datetime.date(2013, 1, 1)"}
    job = make_job(
        tmp_path,
        cell("month = 1", "parameters"),
        cell("day = None", "parameters"),
        parameters={"month": 2, "day": "2013-01-01"},
        injected=Injection(imports, lines),
    )
    assert sources(Document(job).notebook)[-1] == (
        "# Parameters\nimport datetime as _datetime\nday = _datetime.date(2013, 1, 1)\n"
    )


def test_other_languages_get_papermills_own_translation(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        cell("month <- 1", "parameters"),
        kernel="ir",
        language="R",
        parameters={"month": 2, "all": True},
    )
    assert sources(Document(job).notebook)[1] == "# Parameters\nmonth = 2\nall = TRUE\n"


@pytest.mark.parametrize("minor", [4, 5])
def test_ids_are_firm(tmp_path: Path, minor: int) -> None:
    job = make_job(tmp_path, cell("a"), cell("b"), cell("c"))
    notebook = json.loads(Path(job.notebook).read_text())
    notebook["nbformat_minor"] = minor
    for one in notebook["cells"]:
        one.pop("id")
        one.update({"id": "same"} if minor == 5 else {})
    Path(job.notebook).write_text(json.dumps(notebook))
    twice = [[one.id for one in Document(job).notebook.cells] for _ in range(2)]
    first = "cell-1" if minor == 4 else "same"
    assert twice == [[first, "cell-2", "cell-3"]] * 2


def make_document(root: Path, *cells: Notebook) -> Document:
    values = {"month": 2, "year": 2013}
    return Document(make_job(root, *cells, parameters=values, injected=INJECTED))


def sources(notebook: Any) -> list[str]:
    return [one["source"] for one in notebook["cells"]]
