"""What a kernel costs, forked and ordinary: start, three cells, end. A B A B, medians.

python -m tests.benchmarks.kernels [--rounds 5] [--each 5]     the comparison
python -m tests.benchmarks.kernels --starts 500                as many forked ones, for hangs
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import statistics
import time
from typing import TYPE_CHECKING

from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.executors.local.forkserver import ADDRESS, start, use
from nbflow.executors.local.forkserver.owner import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = ("import pandas, duckdb", "frame = pandas.DataFrame({'x': [1, 2]})", "print(frame.x.sum())")
# Where bytecode is not kept, an ordinary kernel compiles all it imports, and would look bad.
BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": f"/tmp/nbflow-bytecode-{os.getuid()}",
}
HANG = 60  # seconds for one kernel, after which everyone's stack is shown


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--starts", type=int, default=0)
    given = parser.parse_args()
    os.environ |= BYTECODE
    with fork_server():
        if given.starts:
            stress(given.starts)
        else:
            compare(given.rounds, given.each)


@contextlib.contextmanager
def fork_server() -> Iterator[None]:
    owner = start()
    os.environ[ADDRESS] = owner.address
    ask(owner.address)
    yield
    state = ask(owner.address)
    print(
        f"fork server: {state.threads} thread, {state.descriptors} descriptors, kernels {state.kernels}"
    )
    print(owner.said())
    owner.close()


def compare(rounds: int, each: int) -> None:
    times: dict[bool, list[float]] = {False: [], True: []}
    for forked in (False, True):
        execute(forked=forked)
    for _ in range(rounds):
        for forked, taken in times.items():
            taken += [execute(forked=forked) for _ in range(each)]
    ordinary, quick = (statistics.median(taken) for taken in times.values())
    for forked, taken in times.items():
        print(f"{'forked' if forked else 'ordinary':9}", describe(taken))
    print(f"ratio     {quick / ordinary:.3f}, 1/{ordinary / quick:.1f}")


def stress(starts: int) -> None:
    taken = []
    for number in range(starts):
        taken.append(execute(forked=True))
        if number % 50 == 49:
            print(number + 1, describe(taken[-50:]), flush=True)
    print("all", describe(taken))


def execute(*, forked: bool) -> float:
    """Return the seconds that a kernel took, from nothing to nothing."""
    faulthandler.dump_traceback_later(HANG, exit=True)
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    began = time.perf_counter()
    manager = AsyncKernelManager(kernel_name="python3")
    if forked:
        use(manager)
    client = NotebookClient(notebook, km=manager)
    client.owns_km = True
    client.execute()
    taken = time.perf_counter() - began
    faulthandler.cancel_dump_traceback_later()
    assert notebook.cells[2].outputs[0].text == "3\n"
    assert type(manager.provisioner.process).__name__ == "NoneType"
    return taken


def describe(taken: list[float]) -> str:
    low, middle, high = min(taken), statistics.median(taken), max(taken)
    return f"{middle * 1000:7.1f} ms  ({low * 1000:.1f} to {high * 1000:.1f}, {len(taken)} kernels)"


if __name__ == "__main__":
    main()
