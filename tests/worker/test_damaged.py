"""Notebooks that nbformat calls invalid: each is executed, and what is left of it is valid."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbflow.executors.local.worker.executed_notebook import Document
from tests.notebooks import cell, markdown, notebook
from tests.worker.jobs import execute, make_job, read_executed, texts

CODE, TEXT = 0, 1  # the cells of `make`


def make() -> dict[str, Any]:
    return notebook(cell("print(1)"), markdown("words"), cell("print(2)"))


def without(made: dict[str, Any], *path: Any) -> dict[str, Any]:
    *most, last = path
    holder: Any = made
    for name in most:
        holder = holder[name]
    del holder[last]
    return made


def having(made: dict[str, Any], value: Any, *path: Any) -> dict[str, Any]:
    *most, last = path
    holder: Any = made
    for name in most:
        holder = holder[name]
    holder[last] = value
    return made


DAMAGED: dict[str, dict[str, Any]] = {
    "no minor": without(make(), "nbformat_minor"),
    "no metadata": without(make(), "metadata"),
    "a cell without metadata": without(make(), "cells", CODE, "metadata"),
    "a text without metadata": without(make(), "cells", TEXT, "metadata"),
    "no outputs": without(make(), "cells", CODE, "outputs"),
    "no execution count": without(make(), "cells", CODE, "execution_count"),
    "outputs in markdown": having(make(), [], "cells", TEXT, "outputs"),
    "a count in markdown": having(make(), None, "cells", TEXT, "execution_count"),
    "an unknown key": having(make(), 1, "cells", CODE, "surprise"),
    "an unknown key above": having(make(), 1, "surprise"),
    "an id with a space": having(make(), "a b", "cells", CODE, "id"),
    "an empty id": having(make(), "", "cells", CODE, "id"),
    "a number as id": having(make(), 7, "cells", CODE, "id"),
    "a long id": having(make(), "x" * 65, "cells", CODE, "id"),
    "two of one id": having(make(), "cell-3", "cells", CODE, "id"),
    "no id": without(make(), "cells", CODE, "id"),
    "NaN": having(make(), math.nan, "metadata", "threshold"),
    "NaN in a cell": having(make(), [math.inf], "cells", CODE, "metadata", "limits"),
    "tags that are none": having(make(), {"tags": ["a", "a"]}, "cells", CODE, "metadata"),
    "a name that is none": having(make(), {"name": 5}, "cells", TEXT, "metadata"),
    "authors that are none": having(make(), "me", "metadata", "authors"),
    "a lone surrogate in markdown": having(make(), "\ud800", "cells", TEXT, "source"),
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_is_written_is_valid(tmp_path: Path, damaged: dict[str, Any]) -> None:
    document = _read(tmp_path, damaged)
    document.save()
    text = document.path.read_text(encoding="utf-8")
    written = json.loads(text, parse_constant=pytest.fail)
    nbformat.validate(written)
    assert [_join(one["source"]) for one in written["cells"]] == [
        one["source"] for one in damaged["cells"]
    ]
    assert [document.number(one) for one in document.notebook.cells] == [1, 2, 3]


def test_outputs_that_no_notebook_may_hold_are_shown_as_text(tmp_path: Path) -> None:
    document = _read(tmp_path, make())
    wrong = {"output_type": "display_data", "metadata": {}, "data": {"text/html": 5}}
    document.notebook.cells[CODE].outputs = [nbformat.from_dict(wrong)]
    document.save()
    written = json.loads(document.path.read_text(encoding="utf-8"))
    nbformat.validate(written)
    (shown,) = written["cells"][CODE]["outputs"]
    assert "5" in _join(shown["data"]["text/plain"])


@pytest.mark.kernel
def test_a_damaged_notebook_is_executed(tmp_path: Path) -> None:
    made = notebook(
        cell("print(1)"),
        {**markdown("text"), "outputs": []},
        cell("display({'text/html': 5, 'text/plain': 'five'}, raw=True)"),
        cell("print(2)"),
    )
    for one in made["cells"]:
        del one["metadata"]
        one["id"] = "the same"
    del made["nbformat_minor"]
    job = _make_job(tmp_path, made)
    outcome, _ = execute(job)
    assert outcome.status == "done"
    shown = read_executed(job)
    assert (texts(shown)[0], texts(shown)[-1]) == (["1\n"], ["2\n"])


SURROGATE = "\\ud800"


@pytest.mark.kernel
def test_lone_surrogates_hide_nothing(tmp_path: Path) -> None:
    made = notebook(
        cell(f"print('a {SURROGATE}', flush=True)\n'b {SURROGATE}'"),
        cell(f"import nbflow\nnbflow.progress(0.5, 'c {SURROGATE}')"),
        cell(f"display({{'text/html': 'd {SURROGATE}'}}, raw=True)"),
        cell(f"raise ValueError('my own {SURROGATE}')"),
    )
    outcome, events = execute(job := _make_job(tmp_path, made))
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.type) == (4, "ValueError")
    assert outcome.failure.message == "my own \ud800"
    outputs = [out for one in read_executed(job)["cells"] for out in one.get("outputs", ())]
    assert any("d \ud800" in _join(out.get("data", {}).get("text/html", "")) for out in outputs)
    assert events


@pytest.mark.kernel
def test_a_lone_surrogate_in_a_cell_is_blamed_on_that_cell(tmp_path: Path) -> None:
    made = notebook(cell("print(1)"), cell("print(len('\ud800'))"), cell("print(2)"))
    outcome, _ = execute(_make_job(tmp_path, made))
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.type) == (2, "UnicodeEncodeError")


def _read(tmp_path: Path, made: dict[str, Any]) -> Document:
    document = Document(_make_job(tmp_path, made))
    document.reset()
    return document


def _make_job(tmp_path: Path, made: dict[str, Any]) -> Any:
    job = make_job(tmp_path, cell(""))
    Path(job.notebook).write_text(json.dumps(copy.deepcopy(made)), encoding="utf-8")
    return job


def _join(text: str | list[str]) -> str:
    return "".join(text)
