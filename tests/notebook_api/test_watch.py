"""What the watch tells of a process: project modules, and files read without being declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nbflow.model import Job, JobInput
from nbflow.notebook_api.import_audit import NAME, POSTLUDE, PRELUDE, Used, make_used

BARE = [sys.executable, "-I", "-S"]  # without site-packages: an environment that lacks nbflow


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a job whose one input lies in a store elsewhere under the root."""
    for name in ("data/a.csv", "data/b.csv", ".hidden/c.csv", "kept/in/t.json", "nbflow.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "rates.py").write_text("RATE = 2\n")
    found = JobInput(folder=str(tmp_path / "kept/in"), name="t", run="r0", result="in", hash="h")
    job = Job(
        run="r1",
        step="s",
        notebook="",
        source=str(tmp_path / "s.ipynb"),
        folder=str(tmp_path / "kept/job"),
        root=str(tmp_path),
        kernel="python3",
        inputs={"in.t": found},
    )
    (tmp_path / "kept/job").mkdir()
    (tmp_path / "kept/job/job.json").write_bytes(msgspec.json.encode(job))
    return tmp_path


def watch(root: Path, code: str) -> dict[str, Any]:
    """Execute code between prelude and postlude, and return what the postlude says."""
    python = [sys.executable] if "import nbflow" in code else BARE
    program = "\n".join([PRELUDE, "import sys; sys.path.insert(0, '')", code, f"print({POSTLUDE})"])
    done = subprocess.run(
        [*python, "-c", program],
        cwd=root,
        env={**os.environ, "NBFLOW_JOB": str(root / "kept/job/job.json")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    used = json.loads(done.stdout.splitlines()[-1])
    return {name: used[name] for name in ("modules", "opened")}


@pytest.mark.parametrize(
    "others", ["json, email.message", "json\nimport nbflow.notebook_api, msgspec"]
)
def test_modules_of_the_project_and_no_others(root: Path, others: str) -> None:
    used = watch(root, f"import rates, {others}")
    assert used == {"modules": {"rates": str(root / "rates.py")}, "opened": []}


@pytest.mark.parametrize(
    ("code", "opened"),
    [
        ("open('data/a.csv').read()", ["data/a.csv"]),
        ("open(b'data/a.csv').read(); open('data/a.csv').read()", ["data/a.csv"]),
        ("import os; os.close(os.open('data/a.csv', os.O_RDONLY))", ["data/a.csv"]),
        ("import pathlib; pathlib.Path('data/b.csv').read_text()", ["data/b.csv"]),
        ("import os; os.chdir('data'); open('a.csv').read(); os.chdir('/')", ["data/a.csv"]),
        (
            "from threading import Thread; t = Thread(target=open, args=['data/a.csv']); t.start(); t.join()",
            ["data/a.csv"],
        ),
        ("open('new.csv', 'w').write('1'); open('new.csv').read()", []),
        ("open('.hidden/c.csv').read(); open('kept/in/t.json').read(); open('nbflow.toml')", []),
        ("import rates, linecache; linecache.getlines('rates.py')", []),
        ("exec(open('rates.py').read())", ["rates.py"]),
        ("import os; os.listdir('data'); open(os.open('/dev/null', os.O_RDONLY)).read()", []),
        (
            "import nbflow; nbflow.file('data/a.csv').read_text(); open('data/b.csv')",
            ["data/b.csv"],
        ),
        ("import nbflow; nbflow.file('data'); open('data/b.csv').read()", []),
        ("import nbflow; [p.read_text() for p in nbflow.file('data/*.csv')]", []),
    ],
)
def test_files_read_undeclared(root: Path, code: str, opened: list[str]) -> None:
    assert watch(root, code)["opened"] == [str(root / name) for name in opened]


def test_a_failing_open_fails_as_it_would(root: Path) -> None:
    code = "try: open('none.csv')\nexcept FileNotFoundError as e: assert e.filename == 'none.csv'"
    assert watch(root, code)["opened"] == []


def test_nothing_is_left_in_the_namespace_or_the_environment(root: Path) -> None:
    code = (
        "import os\n"
        "assert 'NBFLOW_JOB' not in os.environ\n"
        "assert {n for n in globals() if not n.startswith('__')} == {'sys', 'os'}, globals()"
    )
    watch(root, code)


def test_the_prelude_twice_is_the_prelude_once(root: Path) -> None:
    used = watch(root, f"open('data/a.csv').read()\n{PRELUDE}\nopen('data/b.csv').read()")
    assert used["opened"] == [str(root / "data/a.csv"), str(root / "data/b.csv")]


def test_the_prelude_loads_no_module(root: Path) -> None:
    code = f"import sys, json; old = set(sys.modules); exec({PRELUDE!r})"
    code += "; print(set(sys.modules) - old - {'__future__'})"
    environment = {**os.environ, "NBFLOW_JOB": str(root / "kept/job/job.json")}
    loaded = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert loaded == "{'_nbflow_watch'}\n"


def test_without_a_job_it_does_nothing() -> None:
    code = f"{PRELUDE}\nopen('/dev/null').read()\nprint({POSTLUDE})"
    environment = {name: text for name, text in os.environ.items() if name != "NBFLOW_JOB"}
    done = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert json.loads(done)["opened"] == []


def _reply(text: str) -> dict[str, Any]:
    return {"user_expressions": {NAME: {"status": "ok", "data": {"text/plain": text}}}}


@pytest.mark.parametrize(
    ("content", "used"),
    [
        (
            _reply(repr('{"modules": {"a": "/p/a.py"}, "opened": ["/p/b"]}')),
            Used(modules={"a": "/p/a.py"}, opened=("/p/b",)),
        ),
        (_reply("''"), Used()),
        (_reply("<str>"), Used()),
        ({"user_expressions": {NAME: {"status": "error", "ename": "X"}}}, Used()),
        ({"status": "error"}, Used()),
    ],
    ids=["whole", "no watch", "another formatter", "error", "failed"],
)
def test_replies(content: dict[str, Any], used: Used) -> None:
    assert make_used(content) == used
