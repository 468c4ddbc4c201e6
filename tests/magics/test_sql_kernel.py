"""`%%sql` in real kernels: in a run through papermill, interrupted, and with errors."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution.run import execute
from nbflow.model import Request
from nbflow.planning import make_plan
from nbflow.runs.fold import Run
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write, write_pipeline

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

NUMBERS = [
    cell("count = 4", "parameters"),
    cell("import nbflow, pandas as pd\nnbflow.write('numbers', pd.DataFrame({'n': range(count)}))"),
]
BIG = [
    cell("least = 2", "parameters"),
    cell("%load_ext nbflow"),
    cell("%%sql\nselect count(*) from numbers.numbers"),
    cell("%%sql kept\nfrom numbers.numbers where n >= $least"),
    cell("%%sql --write big\nselect n, n * 10 as tens from kept order by n desc"),
]


def run(made: PipelineFolder, **request: Any) -> Run:
    return execute(make_plan(made, read_folder(made), Request(**request)), observe=lambda _: None)


def statuses(ended: Run) -> dict[str, str]:
    return {name: step.status for name, step in ended.steps.items()}


def test_a_step_queries_and_writes_by_sql(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, big=BIG, numbers=NUMBERS)
    first = run(made)
    assert statuses(first) == {"numbers": "done", "big": "done"}
    expected = pd.DataFrame({"n": [3, 2], "tens": [30, 20]})
    pd.testing.assert_frame_equal(first.read("big.big"), expected)
    executed = json.loads((made.runs / first.id / "tasks/big/1/executed.ipynb").read_text())
    (shown,) = executed["cells"][2]["outputs"]
    assert shown["data"]["text/plain"][0] == "count_star()\n"
    assert "<table" in "".join(shown["data"]["text/html"])

    assert statuses(run(made)) == {"numbers": "reused", "big": "reused"}
    assert statuses(run(made, parameters={"least": 3}))["big"] == "done"
    write(made.folder / "big.ipynb", [*BIG[:3], cell("%%sql kept\nfrom numbers.numbers"), BIG[4]])
    changed = run(made)
    assert statuses(changed) == {"numbers": "reused", "big": "done"}
    assert len(changed.read("big.big")) == 4


def test_a_wrong_query_fails_its_step_with_what_duckdb_says(tmp_path: Path) -> None:
    wrong = cell("%%sql\nselect m from numbers.numbers")
    ended = run(write_pipeline(tmp_path, numbers=NUMBERS, big=[*BIG[:2], wrong]))
    failure = ended.steps["big"].failure
    assert failure is not None
    assert (failure.type, failure.cell) == ("SqlError", 3)
    assert failure.message.startswith('Referenced column "m" not found')
    assert "LINE 1: select m from numbers.numbers\n               ^" in failure.message
    assert ".py" not in failure.traceback


@pytest.fixture(scope="module")
def kernel(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """One for all: to start one takes a second, and to import DuckDB in it another."""
    with starting(tmp_path_factory.mktemp("kernel")) as found:
        yield found


@contextlib.contextmanager
def starting(folder: Path) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager, client = start_new_kernel(cwd=str(write_pipeline(folder).folder))
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def ask(client: BlockingKernelClient, code: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Execute code, and return the reply and what was shown."""
    shown: list[dict[str, Any]] = []
    reply = client.execute_interactive(code, output_hook=shown.append, timeout=60)
    return reply["content"], [one["content"] for one in shown if one["msg_type"] != "status"]


def wait_until_busy(pid: int) -> None:
    """Wait until a process computes: it has used half a second of a core, however busy all are."""
    process = psutil.Process(pid)
    enough = process.cpu_times().user + 0.5
    while process.cpu_times().user < enough:
        time.sleep(0.05)


SLOW = "select sum(a.range * b.range) from range(100_000_000) a, range(100_000) b"


@pytest.mark.parametrize("form", ["", "kept", "--write kept", "--to relation"])
def test_an_interrupt_stops_the_query(kernel: Any, form: str) -> None:
    manager, client = kernel
    # What is imported at the first query might swallow an interrupt.
    assert ask(client, "%load_ext nbflow\n%sql select 1")[0]["status"] == "ok"
    relation = f"x = %sql {form} {SLOW}\n%sql from x"
    code = relation if form == "--to relation" else f"%%sql {form}\n{SLOW}"
    message = client.execute(code, stop_on_error=False)  # else it aborts what comes right after
    while client.get_iopub_msg(timeout=60)["msg_type"] != "execute_input":
        pass
    wait_until_busy(manager.provisioner.pid)
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=60)  # the query itself takes hours
    assert reply["parent_header"]["msg_id"] == message
    assert (reply["content"]["ename"], reply["content"]["evalue"]) == (
        "KeyboardInterrupt", "The query was stopped.",
    )  # fmt: skip
    content, shown = ask(client, "%sql select 7 as seven")
    assert content["status"] == "ok", content
    assert shown[-1]["data"]["text/plain"].split() == [
        "seven",
        "─────",
        "7",
        "1",
        "row,",
        "1",
        "column",
    ]


def test_an_error_is_shown_as_one_output(kernel: Any) -> None:
    _, client = kernel
    ask(client, "%load_ext nbflow")
    content, shown = ask(client, "%%sql\nselec 1")
    assert content["ename"] == "SqlError"
    (error,) = [one for one in shown if "ename" in one]
    assert len(error["traceback"]) == 1
    assert error["traceback"][0].endswith("LINE 1: selec 1\n        ^^^^^")


def test_completion_in_a_kernel(kernel: Any) -> None:
    _, client = kernel
    ask(client, "%load_ext nbflow\nimport pandas as pd\nplanes = pd.DataFrame({'tail': [1]})")
    code = "%%sql\nselect ta from planes"
    reply = client.complete(code, len("%%sql\nselect ta"), reply=True, timeout=20)["content"]
    assert reply["matches"] == ["tail"]
    assert code[reply["cursor_start"] : reply["cursor_end"]] == "ta"


def test_a_kernel_that_loads_the_magics_waits_for_neither_duckdb_nor_pandas(tmp_path: Path) -> None:
    with starting(tmp_path) as (_, client):
        ask(client, "%load_ext nbflow")
        loaded = "import sys\nprint({'duckdb', 'pandas', 'papermill'} & {*sys.modules})"
        _, shown = ask(client, loaded)
    assert "".join(one.get("text", "") for one in shown) == "set()\n"
