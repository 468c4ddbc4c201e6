"""Outputs are never lost in silence, however many and however fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.executors.local.forkserver import ADDRESS, find_platform_obstacle, start
from nbflow.model import Outcome, Problem
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job, read_executed

pytestmark = pytest.mark.kernel


@pytest.fixture(params=["forked", "ordinary"])
def _kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "ordinary":
        yield
        return
    if find_platform_obstacle():
        pytest.skip("nothing is forked here")
    owner = start([])
    monkeypatch.setenv(ADDRESS, owner.address)
    yield
    owner.close()


@pytest.mark.usefixtures("_kernels")
def test_every_output_is_kept(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        cell("for i in range(4000): display(i)"),
        cell("for i in range(4000): print(i, flush=True)"),
        cell("import sys\nfor i in range(2000):\n    print(1, flush=True)\n    print(2, "
             "file=sys.stderr, flush=True)"),
        cell("for i in range(300):\n    display({'text/html': 'x' * 20_000}, raw=True)"),
        cell("print('the next cell')"),
    )  # fmt: skip
    outcome, _ = execute(job)
    assert (outcome.status, _find_lost(outcome)) == ("done", [])
    displays, prints, streams, pictures, last = [
        one["outputs"] for one in read_executed(job)["cells"]
    ]
    shown = [int("".join(out["data"]["text/plain"])) for out in displays]
    assert shown == list(range(4000))
    assert _join(prints)["stdout"] == "".join(f"{i}\n" for i in range(4000))
    assert _join(streams) == {"stdout": "1\n" * 2000, "stderr": "2\n" * 2000}
    assert Counter(len("".join(one["data"]["text/html"])) for one in pictures) == {20_000: 300}
    assert _join(last) == {"stdout": "the next cell\n"}


# Has the kernel's socket lose what holds a text, so often; the cell's own source, which the kernel
# sends around as well, holds it backwards.
LOSE = """
wanted = {backwards!r}[::-1]
numbered = get_ipython().kernel.iopub_thread._really_send
send, lost = numbered._send, []
def lossy(frames, *rest, **options):
    if wanted in b''.join(map(bytes, frames)) and len(lost) < {times}:
        lost.append(frames)
    else:
        send(frames, *rest, **options)
numbered._send = lossy
"""


@pytest.mark.parametrize(
    ("text", "times", "shown"), [(b"lose me", 2, ["kept"]), (b"idle", 1, ["lose me"] * 2)]
)
@pytest.mark.parametrize("more", [(), ("print('next')",)], ids=["last cell", "a cell follows"])
@pytest.mark.usefixtures("_kernels")
def test_what_a_socket_loses_is_told_and_fails_nothing(
    tmp_path: Path, text: bytes, times: int, shown: list[str], more: tuple[str, ...]
) -> None:
    displays = "display('lose' + ' me')\ndisplay('lose' + ' me')\ndisplay('kept')"
    lossy = LOSE.format(backwards=text[::-1], times=times)
    job = make_job(tmp_path, cell(lossy + displays), *map(cell, more))
    outcome, _ = execute(job)
    first, *others = [one["outputs"] for one in read_executed(job)["cells"]]
    assert [eval("".join(out["data"]["text/plain"])) for out in first][: len(shown)] == shown
    assert others == ([[_printed("next\n")]] if more else [])
    assert outcome.status == "done"
    assert [(one.facts["cell"], one.facts["count"]) for one in _find_lost(outcome)] == [(1, times)]


def _find_lost(outcome: Outcome) -> list[Problem]:
    return [one for one in outcome.warnings if one.code == "outputs-lost"]


def _printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def _join(outputs: list[Any]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for out in outputs:
        joined[out["name"]] = joined.get(out["name"], "") + "".join(out["text"])
    return joined
