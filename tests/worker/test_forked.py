"""Jobs in forked kernels: a cell is sent ahead, outputs are its own, new modules are found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from nbflow.environments import make_manager_class
from nbflow.executors.local.forkserver import ADDRESS, find_platform_obstacle, start, use
from nbflow.model.events import CellFinished, CellStarted, Event, OutputPrinted
from tests.notebooks import cell, write
from tests.worker.jobs import execute, make_job, read_executed, statuses, texts

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(bool(find_platform_obstacle()), reason="nothing is forked here"),
]
DONE, FAILED, PENDING = ("completed", False), ("failed", True), ("pending", None)
LEAVE = "open('left{}', 'w').close()"


@pytest.fixture(autouse=True)
def _fork_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    owner = start(["msgspec"])
    monkeypatch.setenv(ADDRESS, owner.address)
    yield
    owner.close()


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("1/0", "failed"),
        ("import time; time.sleep(0.3); 1/0", "failed"),  # the next one waits by then
        ("import sys; sys.exit(0)", "done"),
        ("raise KeyboardInterrupt", "failed"),
    ],
)
def test_nothing_is_executed_after_a_cell_that_fails(
    tmp_path: Path, source: str, status: str
) -> None:
    job = make_job(tmp_path, cell(source), cell(LEAVE.format(1)), cell(LEAVE.format(2)))
    outcome, events = execute(job)
    assert outcome.status == status
    assert [e.cell for e in events if isinstance(e, CellStarted)] == [1]
    assert not list(tmp_path.rglob("left*"))
    assert statuses(read_executed(job))[1:] == [PENDING, PENDING]


def test_what_may_fail_is_followed_by_the_next(tmp_path: Path) -> None:
    may = {"tags": ["raises-exception"]}
    job = make_job(tmp_path, cell("1/0") | {"metadata": may}, cell("print('next')"), cell("1/0"))
    outcome, _ = execute(job)
    assert (outcome.status, outcome.failure and outcome.failure.cell) == ("failed", 3)
    assert texts(read_executed(job)) == [["ZeroDivisionError"], ["next\n"], ["ZeroDivisionError"]]


def test_a_cell_that_was_refused_is_sent_again_where_the_error_is_allowed(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", [cell("1/0"), cell("print('next')"), cell("print(3)")])
    manager = make_manager_class()(kernel_name="python3")
    use(manager)
    with pytest.raises(PapermillExecutionError):  # papermill's own look at the outputs, at the end
        papermill.execute_notebook(
            source,
            tmp_path / "out.ipynb",
            engine_name="nbflow",
            progress_bar=False,
            km=manager,
            allow_error_names=["ZeroDivisionError"],
        )
    executed = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    assert texts(executed)[-2:] == [["next\n"], ["3\n"]]


def test_cells_are_told_one_after_the_other_with_their_own_outputs(tmp_path: Path) -> None:
    skipped = cell("print('not executed')", "skip-execution")
    markdown = {"cell_type": "markdown", "metadata": {}, "source": "text", "id": "text"}
    cells = [cell(f"print({number})") for number in range(30)]
    job = make_job(tmp_path, *cells[:10], skipped, markdown, cell(" "), *cells[10:])
    outcome, events = execute(job)
    assert outcome.status == "done"
    numbers = [*range(1, 11), *range(14, 34)]
    expected = [(kind, number) for number in numbers for kind in ("started", "printed", "finished")]
    assert [told for event in events if (told := _name(event))] == expected
    printed = [e.text for e in events if isinstance(e, OutputPrinted)]
    assert printed == [f"{number}\n" for number in range(30)]


def test_what_is_written_to_a_descriptor_is_its_own_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # where ipykernel takes no descriptors
    count, size = 20, 3000  # more than is read from a pipe at once
    code = "import os; done = os.write(1, b'{:02}' * {} + b'\\n')"
    job = make_job(tmp_path, *[cell(code.format(number, size)) for number in range(count)])
    execute(job)
    expected = [[f"{number:02}" * size + "\n"] for number in range(count)]
    assert ["".join(one) for one in texts(read_executed(job))] == ["".join(e) for e in expected]


def test_what_was_imported_since_the_fork_is_found(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("import json, late, msgspec\nprint(late.__name__)"))
    (tmp_path / "notebooks" / "late.py").write_text("", encoding="utf-8")
    outcome, _ = execute(job)
    assert (outcome.status, list(outcome.modules)) == ("done", ["notebooks/late.py"])


def _name(event: Event) -> tuple[str, int | None] | None:
    match event:
        case CellStarted(cell=number):
            return "started", number
        case OutputPrinted(cell=number):
            return "printed", number
        case CellFinished(cell=number):
            return "finished", number
    return None


def test_what_was_printed_outlives_a_process_that_ends_in_the_next_cell(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("print('kept')"), cell("import os; os._exit(7)"))
    execute(job)
    assert texts(read_executed(job))[0] == ["kept\n"]


def test_a_process_that_ends_at_once_is_blamed_on_its_own_cell(tmp_path: Path) -> None:
    """What the cell before said of its end is lost with the process."""
    late = (
        "import time\nthread = get_ipython().kernel.iopub_thread\n"
        "thread.schedule(lambda: time.sleep(5))\nthread.settle = lambda: None"
    )
    job = make_job(
        tmp_path, cell("print(1)"), cell(late), cell("import os; os._exit(7)"), cell("4")
    )
    outcome, _ = execute(job)
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.message) == (3, "Kernel died (exit code 7)")
    assert statuses(read_executed(job)) == [DONE, DONE, FAILED, PENDING]
    assert not list(tmp_path.rglob("*.begun"))
