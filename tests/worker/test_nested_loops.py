"""A cell that runs the event loop itself never takes the cell that was sent ahead."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.executors.local.forkserver import ADDRESS, find_platform_obstacle, start
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job, read_executed, texts

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(bool(find_platform_obstacle()), reason="nothing is forked here"),
]
NEST = "import nest_asyncio, asyncio\nnest_asyncio.apply()\n"
WORK = "async def work():\n    await asyncio.sleep(0.1)\n    return 2\n"
TURN = (  # of the loop, while its own task is put aside
    "import asyncio, time\nloop, task = asyncio.get_event_loop(), asyncio.current_task()\n"
    "for _ in range(5):\n    time.sleep(0.02)\n    loop.call_soon(print, '.')\n"
    "    asyncio.tasks._leave_task(loop, task)\n    loop._run_once()\n"
    "    asyncio.tasks._enter_task(loop, task)"
)
CASES: dict[str, list[str]] = {
    "run": [NEST + WORK + "asyncio.run(work())"],
    "run until complete": [NEST + WORK + "asyncio.get_event_loop().run_until_complete(work())"],
    "in a later cell": [NEST, WORK + "asyncio.run(work())", "asyncio.run(work())"],
    "after an await": [NEST + WORK + "await work()\nasyncio.run(work())", "await work()"],
    "in a task": [
        NEST + WORK + "async def more():\n    asyncio.run(work())",
        "task = asyncio.create_task(more())",
        "await task",
    ],
    "a turn of the loop": [TURN],
}


@pytest.mark.parametrize("sources", CASES.values(), ids=CASES.keys())
def test_what_follows_is_executed_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str]
) -> None:
    owner = start([])
    monkeypatch.setenv(ADDRESS, owner.address)
    job = make_job(tmp_path, *map(cell, [*sources, "print('next')", "print('third')"]))
    outcome, _ = execute(job)
    owner.close()
    assert outcome.status == "done"
    assert texts(read_executed(job))[-2:] == [["next\n"], ["third\n"]]
