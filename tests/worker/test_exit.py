"""`exit()` ends a notebook as Python ends: nothing after it is executed, and its code counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from nbflow.executors.local.forkserver import ADDRESS, find_platform_obstacle, start
from tests.notebooks import Notebook, cell, write
from tests.worker.jobs import execute, make_job, read_executed, statuses, texts

pytestmark = pytest.mark.kernel
PENDING = ("pending", None)
LEAVE = "open('left', 'w').close()"
TASK = "import asyncio\nasync def end():\n    exit({})\nawait asyncio.create_task(end())"
SUBCLASS = "class Enough(SystemExit): pass\nraise Enough({})"


@pytest.fixture(params=["forked", "ordinary"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "ordinary":
        yield "ordinary"
        return
    if find_platform_obstacle():
        pytest.skip("nothing is forked here")
    owner = start(["msgspec"])
    monkeypatch.setenv(ADDRESS, owner.address)
    yield "forked"
    owner.close()


CODES: list[tuple[str, int]] = [
    ("exit()", 0),
    ("quit()", 0),
    ("exit", 0),
    ("exit(0)", 0),
    ("quit(1)", 1),
    ("def stop():\n    exit(3)\nstop()", 3),
    ("import asyncio\nawait asyncio.sleep(0.01)\nexit(4)", 4),
    ("try:\n    exit(5)\nfinally:\n    print('at last')", 5),
    ("%%time\nexit()", 0),
    ("%reset -f\nexit(6)", 6),
    ("import sys\nsys.exit(False)", 0),
    ("import sys\nsys.exit('enough')", 1),
    ("raise SystemExit(None)", 0),
    (SUBCLASS.format(""), 0),
    (SUBCLASS.format(7), 7),
    ("get_ipython().ask_exit()", 0),
]


@pytest.mark.parametrize("tags", [(), ("raises-exception",)], ids=["", "tagged"])
def test_nothing_is_executed_after_the_end(
    tmp_path: Path, kind: str, tags: tuple[str, ...]
) -> None:
    """All kinds of ends in one test: each is a job of its own."""
    found = {}
    codes = CODES if kind == "forked" else [CODES[0], CODES[5], CODES[13]]  # those take seconds
    for number, (source, code) in enumerate(codes):
        cells = [cell(source, *tags), cell(LEAVE), cell(LEAVE)]
        job = make_job(tmp_path, *cells, name=f"s{number}")
        outcome, _ = execute(job)
        found[source] = (outcome.status, outcome.failure and outcome.failure.cell)
        assert statuses(read_executed(job))[1:] == [PENDING, PENDING], source
        assert code in {0, 1} or (outcome.failure and str(code) in outcome.failure.message)
    assert found == {s: ("failed", 1) if code else ("done", None) for s, code in codes}
    assert not list(tmp_path.rglob("left"))


@pytest.mark.parametrize("kind", ["forked"], indirect=True)
@pytest.mark.parametrize("code", [0, 3])
def test_a_task_that_ends_the_notebook_does_so(tmp_path: Path, kind: str, code: int) -> None:
    assert kind
    job = make_job(tmp_path, cell("print('kept')"), cell(TASK.format(code)), cell(LEAVE))
    outcome, _ = execute(job)
    assert outcome.status == ("failed" if code else "done")
    assert [texts(read_executed(job))[at] for at in (0, 2)] == [["kept\n"], []]
    assert not list(tmp_path.rglob("left"))


@pytest.mark.parametrize("code", [0, 3])
def test_a_plain_kernel_of_papermill_ends_so_too(tmp_path: Path, code: int) -> None:
    cells: list[Notebook] = [cell(f"exit({code})"), cell("print('after')")]
    source, output = write(tmp_path / "in.ipynb", cells), tmp_path / "out.ipynb"
    options = {"engine_name": "nbflow", "progress_bar": False}
    if code:
        with pytest.raises(PapermillExecutionError, match=r"SystemExit: 3"):
            papermill.execute_notebook(source, output, **options)
    else:
        papermill.execute_notebook(source, output, **options)
    executed = json.loads(output.read_text(encoding="utf-8"))
    assert texts(executed)[-1] == []
