"""`papermill --engine nbflow` for people who have one notebook."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from nbflow.executors.local.engine import NbflowEngine
from nbflow.executors.local.engine import client as engine_client
from nbflow.executors.local.engine.execution_record import REST, Observer
from tests.notebooks import cell, write
from tests.worker.jobs import statuses

DONE, FAILED, PENDING = ("completed", False), ("failed", True), ("pending", None)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("source", "options", "error", "expected"),
    [
        ("print(n)", {}, None, ([DONE, DONE, DONE], None)),
        ("1/0", {}, PapermillExecutionError, ([DONE, FAILED, PENDING], True)),
        ("import sys; sys.exit(0)", {}, None, ([DONE, DONE, PENDING], None)),
        (
            "import os; os.kill(os.getpid(), 9)",
            {},
            DeadKernelError,
            ([DONE, FAILED, PENDING], True),
        ),
        (
            "import time; time.sleep(60)",
            {"execution_timeout": 1},
            CellTimeoutError,
            ([DONE, FAILED, PENDING], True),
        ),
    ],
    ids=["well", "error", "exit", "killed", "timeout"],
)
def test_papermill_leaves_true_metadata(
    tmp_path: Path, source: str, options: dict[str, Any], error: Any, expected: Any
) -> None:
    notebook = write(tmp_path / "in.ipynb", [cell("n = 1", "parameters"), cell(source), cell("2")])
    output = tmp_path / "out.ipynb"

    def execute() -> None:
        papermill.execute_notebook(
            notebook, output, {"n": 7}, "nbflow", progress_bar=False, cwd=tmp_path, **options
        )

    if error is None:
        execute()
    else:
        with pytest.raises(error):
            execute()
    executed = json.loads(output.read_text())
    nbformat.validate(executed)
    inserted = {"injected-parameters", "papermill-error-cell-tag"}
    cells = executed["cells"]
    authors = [one for one in cells if not inserted & set(one["metadata"].get("tags", []))]
    exception = executed["metadata"]["papermill"]["exception"]
    assert (statuses({"cells": authors}), exception) == expected


@pytest.mark.kernel
def test_an_observer_is_told_and_may_save(tmp_path: Path) -> None:
    class Listener(Observer):
        def __init__(self) -> None:
            self.told: list[Any] = []

        def kernel_ready(self, client: Any) -> None:
            self.told.append(
                ("ready", client.ask("", user_expressions={"a": "1 + 1"})["content"]["status"])
            )

        def cell_started(self, cell: Any, index: int) -> None:
            self.told.append(("started", index, cell.source))

        def message_received(self, cell: Any, index: int, message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                self.told.append((index, message["content"]["text"], cell.execution_count))

        def cell_finished(self, cell: Any, index: int) -> None:
            self.told.append(("finished", index, cell.metadata.papermill["status"]))

        def save(self, notebook: Any) -> bool:
            self.told.append(("saved", len(notebook.cells)))
            return True

    listener = Listener()
    notebook = write(
        tmp_path / "in.ipynb", [cell("print('hello')"), cell("1/0", "raises-exception")]
    )
    with pytest.raises(PapermillExecutionError):  # papermill's own judgement of raises-exception
        papermill.execute_notebook(
            notebook, None, engine_name="nbflow", progress_bar=False, observer=listener
        )
    saved = ("saved", 2)
    assert (listener.told[0], listener.told[-1]) == (saved, saved)
    assert [told for told in listener.told if told != saved] == [
        ("ready", "ok"),
        ("started", 0, "print('hello')"),
        (0, "hello\n", 1),
        ("finished", 0, "completed"),
        ("started", 1, "1/0"),
        ("finished", 1, "completed"),
    ]


@pytest.mark.kernel
def test_saving_takes_no_more_than_a_share_of_the_time(tmp_path: Path) -> None:
    class Slow(Observer):
        saves = 0

        def save(self, notebook: Any) -> bool:
            Slow.saves += 1
            time.sleep(0.3)
            return len(notebook.cells) == 0

    notebook = write(tmp_path / "in.ipynb", [cell("1") for _ in range(10)])
    output = tmp_path / "out.ipynb"
    began = time.monotonic()
    papermill.execute_notebook(
        notebook, output, engine_name="nbflow", progress_bar=False, observer=Slow()
    )
    most = 2 + (time.monotonic() - began) / (0.3 * (1 + REST))
    assert 2 <= Slow.saves <= most  # the first and the last, of 22 times when papermill saves
    assert statuses(json.loads(output.read_text())) == [DONE] * 10


@pytest.mark.parametrize(("given", "expected"), [({}, 60), ({"start_timeout": 123}, 123)])
def test_papermills_options_reach_the_client(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], expected: int
) -> None:
    seen = {}

    class Client:
        def __init__(self, nb_man: Any, **options: Any) -> None:
            seen.update(options, nb_man=nb_man)

        def execute(self) -> None: ...

    monkeypatch.setattr(engine_client, "Client", Client)
    notebook = nbformat.from_dict({"cells": [], "metadata": {"papermill": {}}})
    NbflowEngine.execute_notebook(
        notebook, "python3", progress_bar=False, input_path="in.ipynb", **given
    )
    assert {
        "startup_timeout": expected,
        "timeout": None,
        "kernel_name": "python3",
    }.items() <= seen.items()
    assert "input_path" not in seen


# Papermill tries these, which takes seconds, and does without.
UNUSED = (
    "import sys; sys.modules.update(dict.fromkeys(['azure', 'boto3', 'gcsfs', 'rfc3987_syntax']))\n"
)


@pytest.mark.parametrize(
    "first", ["papermill", "nbflow.executors.local.engine", "nbflow.executors.local.engine.client"]
)
def test_the_engine_is_found_whatever_is_imported_first(first: str) -> None:
    code = UNUSED + (
        f"import {first}, papermill.engines as e\n"
        "print(e.papermill_engines.get_engine('nbflow').__name__)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "NbflowEngine\n"


def test_a_fault_in_the_engine_does_not_break_papermill() -> None:
    code = UNUSED + (
        "sys.modules['nbflow.executors.local.engine.client'] = None\n"
        "sys.modules['nbflow.executors.local.engine.execution_record'] = None\n"
        "import papermill\n"
        "from papermill.engines import papermill_engines as engines\n"
        "print(engines.get_engine('nbclient').__name__)\n"
        "engines.get_engine('nbflow').nb_kernel_name(None)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout == "NBClientEngine\n"
    assert (
        "ModuleNotFoundError: import of nbflow.executors.local.engine.client halted" in said.stderr
    )
