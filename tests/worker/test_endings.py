"""A step ends as Python ends, whether its last cell failed or not; and within a bounded time."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.executors.local.forkserver import ADDRESS, find_platform_obstacle, start
from nbflow.executors.local.worker import execute_job
from nbflow.model import Outcome, make_warning
from nbflow.model.events import OutputPrinted
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job

pytestmark = pytest.mark.kernel

LEAVES: dict[str, tuple[str, Callable[[Path], Any], Any]] = {
    "a handler of atexit": (
        "import atexit, pathlib; atexit.register(lambda: pathlib.Path('kept').write_text('ran'))",
        lambda at: at.read_text(),
        "ran",
    ),
    "a finalizer": (
        "import weakref, pathlib\nclass C: pass\nc = C()\nweakref.finalize(c, pathlib.Path('kept').write_text, 'ran')",
        lambda at: at.read_text(),
        "ran",
    ),
    "a file that nobody closed": (
        "f = open('kept', 'w'); f.write('a line')",
        lambda at: at.read_text(),
        "a line",
    ),
    "a file of a frame": (
        "def write():\n    f = open('kept', 'w'); f.write('a line'); 1 / 0\ntry: write()\nexcept ZeroDivisionError as error: held = error",
        lambda at: at.read_text(),
        "a line",
    ),
    "a file of a module": (
        "import sys, types\nm = types.ModuleType('NAME'); sys.modules['NAME'] = m\nm.file = open('kept', 'w'); m.file.write('a line'); del m",
        lambda at: at.read_text(),
        "a line",
    ),
    "a packed file of a module": (
        "import gzip, sys, types\nm = types.ModuleType('NAME'); sys.modules['NAME'] = m\nm.file = gzip.open('kept', 'wt'); m.file.write('a line'); del m",
        lambda at: gzip.decompress(at.read_bytes()).decode(),
        "a line",
    ),
    "a thread": (
        "import threading, time\ndef write_late():\n    time.sleep(0.7); open('kept', 'w').write('late')\nthreading.Thread(target=write_late).start()",
        lambda at: at.read_text(),
        "late",
    ),
    "an executor": (
        "import time\nfrom concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(1).submit(lambda: (time.sleep(0.7), open('kept', 'w').write('late')))",
        lambda at: at.read_text(),
        "late",
    ),
    "a child process": (
        "import multiprocessing as mp, time\ndef write_there():\n    time.sleep(0.7)\n    with open('kept', 'w') as f: f.write('late')\nmp.get_context('fork').Process(target=write_there).start()",
        lambda at: at.read_text(),
        "late",
    ),
    "a temporary folder": (
        "import tempfile, pathlib\npathlib.Path('kept').mkdir()\nfolder = tempfile.TemporaryDirectory(dir='kept')",
        lambda at: list(at.iterdir()),
        [],
    ),
}
ENDS = {
    "success": ("1", "done"),
    "an error": ("def fail():\n    f = open('failed', 'w'); f.write('a line'); 1 / 0\nfail()", "failed"),
    "sys.exit(3)": ("import sys; sys.exit(3)", "failed"),
}  # fmt: skip


@pytest.fixture(params=["forked", "ordinary"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Which kernels: forked ones where they can be."""
    if request.param == "ordinary":
        monkeypatch.delenv(ADDRESS, raising=False)
        yield request.param
    elif find_platform_obstacle():
        pytest.skip("nothing is forked here")
    else:
        owner = start(["msgspec"])
        monkeypatch.setenv(ADDRESS, owner.address)
        yield request.param
        owner.close()


@pytest.mark.parametrize("end", ENDS)
def test_what_a_step_has_begun_is_brought_to_its_end(tmp_path: Path, kind: str, end: str) -> None:
    source, status = ENDS[end]
    # ipykernel's own end terminates child processes, and may hang over it
    leaves = {k: leaf for k, leaf in LEAVES.items() if (kind, k) != ("ordinary", "a child process")}
    folders = {name: tmp_path / name.replace(" ", "_") for name in leaves}
    cells = [cell("import os")]
    for name, (code, _, _) in leaves.items():
        folders[name].mkdir()
        path = str(folders[name] / "kept")
        cells.append(cell(code.replace("'kept'", repr(path)).replace("NAME", folders[name].name)))
    outcome, _ = execute(make_job(tmp_path, *cells, cell(source), cell("2")))
    assert (kind, outcome.status, outcome.warnings) == (kind, status, ())
    left = {name: read(folders[name] / "kept") for name, (_, read, _) in leaves.items()}
    assert left == {name: expected for name, (_, _, expected) in leaves.items()}
    failed = [at.read_text() for at in tmp_path.rglob("failed")]
    if kind == "forked":  # of an ordinary one, IPython holds the failed frame until it is too late
        assert failed == ["a line"] * (end == "an error")


@pytest.mark.parametrize(("source", "status"), [("1", "done"), ("1 / 0", "failed")])
def test_an_end_that_takes_too_long_is_cut_with_a_word(
    tmp_path: Path, kind: str, source: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kind
    monkeypatch.setattr("nbflow.executors.local.worker.kernel.PATIENCE", 1.0)
    monkeypatch.setattr("nbflow.executors.local.worker.kernel.ORDINARY", 1.0)
    slow = "import atexit, time; atexit.register(time.sleep, 300)"
    outcome, _ = execute(make_job(tmp_path, cell(slow), cell(source)))
    assert outcome.status == status
    (warning,) = outcome.warnings
    assert warning == make_warning("kernel-killed", step="step", seconds=1.0)
    assert outcome.spent.shutdown < 20


@pytest.mark.parametrize("what", ["cell_timeout", "stop"])
def test_a_step_that_is_interrupted_ends_as_python_does(
    tmp_path: Path, kind: str, what: str
) -> None:
    handler = "import atexit, pathlib, time\natexit.register(lambda: pathlib.Path('kept').write_text('ran'))"
    limit = {"cell_timeout": 1.0} if what == "cell_timeout" else {}
    job = make_job(tmp_path, cell(handler), cell("print(1, flush=True); time.sleep(300)"), **limit)
    outcome = stop_in_cell(job, 2, wanted=what == "stop")
    assert (kind, outcome.status) == (kind, "cancelled" if what == "stop" else "failed")
    assert (tmp_path / "notebooks" / "kept").read_text() == "ran"


def test_a_stop_cuts_an_end_that_is_under_way(tmp_path: Path, kind: str) -> None:
    slow = "import atexit, time, pathlib\ndef wait():\n    pathlib.Path('ending').touch(); time.sleep(300)\natexit.register(wait)"
    job = make_job(tmp_path, cell(slow))
    stop, ending = threading.Event(), tmp_path / "notebooks" / "ending"

    def watch() -> None:
        while not ending.exists():
            time.sleep(0.01)
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
    outcome = execute_job(job, lambda _: None, stop)
    assert (kind, outcome.status, outcome.warnings) == (kind, "done", ())
    assert outcome.spent.shutdown < 15


def stop_in_cell(job: Any, number: int, *, wanted: bool) -> Outcome:
    """Execute, and stop once this cell has printed if that is wanted: by then it runs."""
    stop = threading.Event()

    def hear(event: Any) -> None:
        if wanted and isinstance(event, OutputPrinted) and event.cell == number:
            stop.set()

    return execute_job(job, hear, stop)
