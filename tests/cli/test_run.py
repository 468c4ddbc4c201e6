"""`nbflow run` and its kin as processes, with real kernels."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nbflow.model.events import CellStarted, Line
from nbflow.notebook_api.executed_notebooks import read_executed
from nbflow.runs.history import find_run
from nbflow.runs.log import from_line
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.notebooks import cell, write, write_pipeline

pytestmark = pytest.mark.kernel

PROGRAM = [sys.executable, "-c", "from nbflow.cli import main; main()"]
LOAD = [
    cell("n: int = 1", "parameters"),
    cell('import nbflow\nnbflow.write("t", [n])\nprint("loaded", n)'),
]
GOOD = cell("total = sum(t)")
BAD = cell("# two lines\ntotal = t['nope']")


def join(middle: dict[str, object]) -> list[dict[str, object]]:
    return [
        cell('import nbflow\nt = nbflow.read("load.t")', "inputs"),
        cell('nbflow.write("before", [1])'),
        middle,
        cell('nbflow.write("total", total)'),
    ]


SLOW = [
    cell("import nbflow", "inputs"),
    cell("import time\ntime.sleep(600)"),
]


def nbflow(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *args], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def start(
    pipeline: PipelineFolder, *args: str, before: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*before, *PROGRAM, "run", str(pipeline.folder), *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def read_lines(process: subprocess.Popen[bytes]) -> Iterator[Line]:
    assert process.stdout is not None
    for text in process.stdout:
        line = from_line(text)
        if line:
            yield line


def wait_for_cell(lines: Iterator[Line], number: int) -> None:
    """Read on until the slow cell runs."""
    for line in lines:
        if isinstance(line.event, CellStarted) and line.event.cell == number:
            return
    raise AssertionError("the run ended before the cell started")


def test_the_example_from_start_to_end(tmp_path: Path) -> None:
    made = nbflow(tmp_path, "demo", "first")
    assert (made.returncode, made.stderr) == (0, "")
    assert [line.partition("  #")[0].strip() for line in made.stdout.splitlines()[-4:]] == [
        "cd first",
        "nbflow plan",
        "nbflow run -p year 2024",
        'nbflow sql "from summarise.by_product"',
    ]
    folder = tmp_path / "first"
    plan = json.loads(nbflow(folder, "plan", "--json").stdout)
    assert [step["action"] for step in plan["steps"]] == ["reuse", "reuse", "reuse"]
    query = "select product from summarise.by_product order by revenue desc limit 1"
    assert nbflow(folder, "sql", query, "--format", "csv").stdout == "product\nbread\n"
    again = nbflow(folder, "run", "-p", "year", "2024", "--json")
    kinds = [json.loads(line)["kind"] for line in again.stdout.splitlines()]
    assert kinds[0] == "RunStarted"
    assert kinds[-1] == "RunFinished"
    assert kinds.count("StepReused") == 1
    log = (
        find_pipeline(folder).runs / json.loads(again.stdout.splitlines()[0])["run"]
    ) / "events.jsonl"
    assert again.stdout == log.read_text()


def test_a_failed_step_is_told_opened_mended_and_rerun(tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, load=LOAD, join_all=join(BAD))
    run = nbflow(tmp_path, "run", "notebooks", "-p", "n", "7", "--log")
    assert run.returncode == 1
    assert "load │ loaded 7" in run.stdout
    where = "notebooks/join_all.ipynb, cell 3 (total = t['nope']), line 2"
    assert f"join_all failed in {where}" in run.stdout
    assert "----> 2 total = t['nope']" in run.stdout
    assert "TypeError: list indices must be integers or slices, not str" in run.stdout
    assert "nbflow open join_all" in run.stdout
    shown = json.loads(nbflow(tmp_path, "show", "join_all", "--json").stdout)
    assert [output["name"] for output in shown["outputs"]] == ["before"]
    opened = Path(json.loads(nbflow(tmp_path, "open", "join_all", "--json").stdout)["path"])
    executed = read_executed(opened)
    assert executed is not None
    assert list(executed.inputs) == ["load.t"]
    write(pipeline.folder / "join_all.ipynb", join(GOOD))
    again = nbflow(tmp_path, "rerun")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "1 ran, 1 reused" in again.stdout
    last = find_run(pipeline)
    assert (last.parameters, last.read("join_all.total")) == ({"n": 7}, 7)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_cancel(name: str, tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, slow=SLOW)
    with start(pipeline, "--json") as process:
        lines = read_lines(process)
        wait_for_cell(lines, 2)
        process.send_signal(getattr(signal, name))
        assert process.wait(60) == 130
    assert find_run(pipeline).status == "cancelled"


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_a_signal_that_was_ignored_at_the_start_stays_ignored(name: str, tmp_path: Path) -> None:
    ignoring = ["bash", "-c", f"trap '' {name}; exec \"$@\"", "-"]  # as nohup does
    go_on = tmp_path / "go on"
    wait = (
        f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.01)"
    )
    pipeline = write_pipeline(tmp_path, slow=[cell("import nbflow", "inputs"), cell(wait)])
    with start(pipeline, "--json", before=ignoring) as process:
        lines = read_lines(process)
        wait_for_cell(lines, 2)
        os.killpg(process.pid, getattr(signal, name))  # as a terminal does with all that it started
        go_on.touch()
        assert process.wait(60) == 0
    assert find_run(pipeline).status == "done"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SIGINT", "Stopping. Ctrl-C again stops at once."),
        ("SIGTERM", "Stopping, as SIGTERM asks."),
    ],
)
def test_what_asked_for_the_stop_is_said(name: str, said: str, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    slow = cell(f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(600)")
    pipeline = write_pipeline(tmp_path, slow=[cell("import nbflow", "inputs"), slow])
    with start(pipeline) as process:
        while not begun.exists():
            time.sleep(0.01)
        process.send_signal(getattr(signal, name))
        assert process.communicate(timeout=60)[1].decode().strip() == said


def test_cancel_from_elsewhere(tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, slow=SLOW)
    with start(pipeline, "--json") as process:
        wait_for_cell(read_lines(process), 2)
        told = nbflow(tmp_path, "cancel")
        run = find_run(pipeline)
        assert told.stdout.splitlines()[0] == f"Run {run.id} is cancelled."
        assert process.wait(60) == 130


def test_a_reader_that_goes_away_does_not_end_the_run(tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, load=LOAD)
    with start(pipeline, "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(120) == 0
    assert find_run(pipeline).status == "done"


def test_a_closed_terminal_cancels(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="no terminals to close here")
    pipeline = write_pipeline(tmp_path, slow=SLOW)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROGRAM[0], [*PROGRAM, "run", str(pipeline.folder)])
    seen = b""
    while b"cell 2 of 2" not in seen:
        seen += os.read(terminal, 65536)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert find_run(pipeline).status == "cancelled"


def test_a_suspended_run_leaves_the_shell_its_cursor(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    pipeline = write_pipeline(tmp_path, slow=SLOW)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("bash", ["bash", "--norc", "-i"])
    seen = b""

    def see(text: bytes) -> bytes:
        nonlocal seen
        while text not in seen:
            seen += os.read(terminal, 65536)
        before, _, seen = seen.partition(text)
        return before

    run = shlex.join([*PROGRAM, "run", str(pipeline.folder)])
    os.write(terminal, f"{run}\n".encode())
    see(b"\x1b[?25l")
    see(b"cell 2 of 2")
    os.write(terminal, b"\x1a")  # Ctrl-Z
    assert see(b"Stopped").rpartition(b"\x1b[?25")[2].startswith(b"h")
    os.write(terminal, b"fg\n")
    see(b"\x1b[?25l")
    see(b"cell 2 of 2")
    os.write(terminal, b"\x03exit\n")
    see(b" after ")  # a colour ends before it
    os.waitpid(pid, 0)
    os.close(terminal)
    assert find_run(pipeline).status == "cancelled"


def test_on_a_terminal_the_table_is_live_and_ends_with_what_to_do_next(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    pipeline = write_pipeline(tmp_path, load=LOAD)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(PROGRAM[0], [*PROGRAM, "run", str(pipeline.folder)])
    seen = b""
    while True:
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # the terminal's other end is closed
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    shown = seen.decode()
    assert "▸ running" in shown
    assert shown.rindex("✓ done") > shown.rindex("▸ running")
    assert "nbflow open load" in shown


def test_the_line_of_a_run_is_what_was_typed(tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, load=LOAD)
    nbflow(tmp_path, "run", "notebooks", "--name", "first", "-p", "n", "2")
    run = find_run(pipeline, "first")
    assert run.command == ("nbflow", "run", "notebooks", "--name", "first", "-p", "n", "2")
