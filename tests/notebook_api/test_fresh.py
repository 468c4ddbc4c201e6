"""By hand in a fresh folder, in a notebook that was just named, and by plain papermill."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from nbclient import NotebookClient

from nbflow.notebook_api import by_hand, notebook_context, tagged_notebooks
from nbflow.workspace.pipeline_folder import find_pipeline, make_home
from tests import notebooks
from tests.notebooks import cell, write

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]
LOAD = [cell("rows = 3", "parameters"), cell("import nbflow\nnbflow.write('t', rows)")]
USE = [cell("import nbflow\nt = nbflow.read('load.t')", "inputs"), cell("print(t)")]


@pytest.mark.kernel
def test_what_one_notebook_writes_another_reads_before_any_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = execute(write(tmp_path / "load.ipynb", LOAD), monkeypatch)
    use = execute(write(tmp_path / "use.ipynb", USE), monkeypatch)
    assert load == ["", "load.t · written by hand · int\n"]
    assert re.fullmatch(r"load\.t · written by hand \d+ s ago\n", use[0])
    assert use[1] == "3\n"
    assert not (tmp_path / ".nbflow" / "_root" / "runs").exists()


@pytest.mark.kernel
def test_a_folder_without_a_step_is_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "load.ipynb", [cell("import nbflow\nnbflow.write('t', 1)")])
    (said,) = execute(path, monkeypatch)
    assert "tag a cell `parameters` or `inputs` and save the notebook." in said
    assert not (tmp_path / ".nbflow").exists()


TAGGED = {
    "a notebook": ("a.ipynb", [cell("x = 1", "mine", "inputs")], True),
    "a script": ("a.py", '# %% tags=["parameters"]\nn = 1\n', True),
    "no tag": ("a.ipynb", [cell('print("inputs")')], False),
    "another tag": ("a.ipynb", [cell("x = 1", "outputs")], False),
    "a text that shows one": ("README.md", '# %% tags=["parameters"]\n', False),
    "a checkpoint": (".a.ipynb", [cell("x = 1", "inputs")], False),
}


@pytest.mark.parametrize(("name", "content", "expected"), TAGGED.values(), ids=TAGGED)
def test_a_folder_with_a_step_is_a_project(
    tmp_path: Path, name: str, content: Any, *, expected: bool
) -> None:
    write(tmp_path / name, content)
    assert tagged_notebooks.has_step(tmp_path) == expected


def test_a_tag_that_is_saved_later_is_seen(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", [cell("x = 1")])
    assert not tagged_notebooks.has_step(tmp_path)
    write(tmp_path / "a.ipynb", [cell("x = 1", "inputs")])
    assert tagged_notebooks.has_step(tmp_path)


def test_what_was_written_by_hand_makes_no_root_of_its_own(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    (inner / ".nbflow/_root/by-hand").mkdir(parents=True)
    assert find_pipeline(inner).project.root == inner
    make_home(find_pipeline(tmp_path))
    (tmp_path / ".nbflow/_root/runs").mkdir()
    assert find_pipeline(inner).project.root == tmp_path
    (inner / ".nbflow/_root/runs").mkdir()
    assert find_pipeline(inner).project.root == inner


# --- a notebook that is named on its first save --------------------------------------------------


@pytest.mark.browser  # as these need Jupyter's server, too
def test_a_notebook_that_is_named_while_its_kernel_runs_is_its_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    folder = tmp_path / "work"
    write(folder / "load.ipynb", LOAD)
    write(folder / "Untitled.ipynb", [])
    with serving(folder) as server:
        session = ask(server, "POST", "api/sessions", path="Untitled.ipynb", name="", type="notebook",
                      kernel={"name": "python3"})  # fmt: skip
        connection = tmp_path / "runtime" / f"kernel-{session['kernel']['id']}.json"
        with connecting(connection) as client:
            assert run(client, "import nbflow") == ""
            (folder / "Untitled.ipynb").rename(folder / "06_fresh.ipynb")
            ask(server, "PATCH", f"api/sessions/{session['id']}", path="06_fresh.ipynb")
            write(folder / "Untitled.ipynb", [])  # the next new one
            assert run(client, "nbflow.write('x', 42)") == "fresh.x · written by hand · int\n"
            assert "42" in run(client, "print(nbflow.read('fresh.x'))")


@pytest.mark.kernel
def test_where_no_server_answers_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    write(tmp_path / "work" / "load.ipynb", LOAD)
    (said,) = execute(
        tmp_path / "work" / "gone.ipynb", monkeypatch, [cell("import nbflow\nnbflow.write('x', 1)")]
    )
    assert "Restart the kernel if the notebook got its name since that started, or say" in said


# --- papermill ------------------------------------------------------------------------------------

WAYS = {
    "beside it": (".", ["a/load.ipynb", "out.ipynb"], {}),
    "in its folder": (".", ["a/load.ipynb", "out.ipynb", "--cwd", "a"], {"PWD": "."}),
    "where no variable tells": ("b", ["../a/load.ipynb", "../out.ipynb", "--cwd=../a"], {}),
    "elsewhere": (".", ["a/load.ipynb", "out.ipynb", "--cwd", "b"], {"PWD": "/elsewhere"}),
}


@pytest.mark.kernel
@pytest.mark.parametrize(("start", "words", "told"), WAYS.values(), ids=WAYS)
def test_papermill_finds_files_beside_the_notebook(
    tmp_path: Path, start: str, words: list[str], told: dict[str, str]
) -> None:
    cells = [
        cell("n = 1", "parameters"),
        cell("import nbflow\nprint(nbflow.file('x.csv'))", "inputs"),
    ]
    write(tmp_path / "a" / "load.ipynb", cells)
    write(tmp_path / "a" / "x.csv", "1")
    (tmp_path / "b").mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in {"PWD", "JPY_SESSION_NAME"}}
    subprocess.run(
        [sys.executable, "-m", "papermill", *words],
        cwd=tmp_path / start,
        env=environment | {name: str(tmp_path / value) for name, value in told.items()},
        capture_output=True,
        check=True,
    )
    made = json.loads((tmp_path / "out.ipynb").read_text())
    (printed,) = made["cells"][-1]["outputs"]
    assert "".join(printed["text"]) == f"{tmp_path}/a/x.csv\n"


# --- helpers --------------------------------------------------------------------------------------


def execute(path: Path, monkeypatch: pytest.MonkeyPatch, cells: Any = None) -> list[str]:
    """Execute a notebook as a front end does, and return what each cell printed."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    content = notebooks.notebook(*cells) if cells else json.loads(path.read_text())
    notebook = nbformat.from_dict(content)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}).execute()
    streams = ([one.get("text", "") for one in code["outputs"]] for code in notebook["cells"])
    return ["".join(texts) for texts in streams]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """Start a Jupyter server; give its address and token once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--ServerApp.token=t0ken", "--no-browser", "--allow-root", f"--port={port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", f"--ServerApp.root_dir={folder}", *options],
        stderr=subprocess.DEVNULL,
    )
    server = f"http://127.0.0.1:{port}", "t0ken"
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                ask(server, "GET", "api/status")
                break
            time.sleep(0.2)
        yield server
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def ask(server: tuple[str, str], method: str, what: str, **body: Any) -> Any:
    address, token = server
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{address}/{what}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@contextlib.contextmanager
def connecting(connection: Path) -> Iterator[BlockingKernelClient]:
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        for _ in range(30):  # until its outputs are heard
            with contextlib.suppress(TimeoutError):
                client.execute_interactive("", timeout=5)
                break
        yield client
    finally:
        client.stop_channels()


def run(client: BlockingKernelClient, source: str) -> str:
    """Run a cell, and return what it printed and raised."""
    said: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        said.append(content.get("text") or content.get("evalue") or "")

    client.execute_interactive(source, output_hook=hear, timeout=60)
    return "".join(said)


@pytest.mark.parametrize("tag", ["parameters", "mine"])
def test_use_says_of_a_notebook_whether_it_is_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    path = write(tmp_path / "play.ipynb", [cell("n = 1", tag)])
    (tmp_path / "nbflow.toml").write_text("")
    monkeypatch.setattr(notebook_context, "find_notebook", lambda: path)
    told = by_hand.describe_use().splitlines()[-1]
    if tag == "parameters":
        assert told == "This notebook is step play, by its file's name."
    else:
        assert "it is none in a run" in told
