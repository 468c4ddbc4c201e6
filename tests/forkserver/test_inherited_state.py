"""What libraries remember of the process that imported them is true in a forked kernel, too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.executors.local.forkserver import ADDRESS, start
from nbflow.executors.local.forkserver.fork_key import CURES, read_frozen
from nbflow.executors.local.forkserver.preload import SAFE
from tests.forkserver.kernels import environment, kernel

IMPORTS = ", ".join(
    [
        *(SAFE - {"nbflow"}),
        "nbflow.notebook_api",
        "nbflow.storage.output_io",
        "nbflow.storage.frames.frames",
        "rich",
    ]
)
WAYS = {
    "joblib": "from joblib import Parallel, delayed\nfound = Parallel(n_jobs=2)(delayed(beside.square)(i) for i in range(4))",
    "a pool by spawn": "import multiprocessing as mp\nwith mp.get_context('spawn').Pool(1) as p: found = p.map(beside.square, range(4))",
    "a pool by forkserver": "import multiprocessing as mp\nwith mp.get_context('forkserver').Pool(1) as p: found = p.map(beside.square, range(4))",
    "a pool by fork": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(1) as p: found = p.map(beside.square, range(4))",
    "an executor by spawn": "import multiprocessing as mp\nfrom concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1, mp_context=mp.get_context('spawn')) as e: found = list(e.map(beside.square, range(4)))",
    "a process by spawn": "import multiprocessing as mp\nc = mp.get_context('spawn')\nq = c.SimpleQueue()\np = c.Process(target=beside.put, args=(q,)); p.start(); p.join(); found = q.get()",
}


@pytest.mark.kernel
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("spare", [False, True], ids=["forked", "ahead"])
def test_workers_import_a_module_beside_the_notebook(tmp_path: Path, *, spare: bool) -> None:
    module = "def square(x): return x * x\ndef put(queue): queue.put([0, 1, 4, 9])\n"
    (tmp_path / "beside.py").write_text(module)
    for _ in range(spare):
        with kernel(cwd=str(tmp_path)) as one:
            one.run("1")
    with kernel(cwd=str(tmp_path)) as one:
        one.run("import beside")
        for way, code in WAYS.items():
            one.run(code)
            assert (way, one.get("found")) == (way, [0, 1, 4, 9])


@pytest.mark.kernel
@pytest.mark.usefixtures("owner")
def test_a_wide_table_is_shown_as_in_an_ordinary_kernel() -> None:
    code = "import pandas as pd\nshown = pd.DataFrame([range(30)])._repr_html_().count('<th>')"
    counts = []
    for forked in (False, True):
        with kernel(forked=forked) as one:
            one.run(code)
            counts.append(one.get("shown"))
    assert counts == [23, 23]  # 20 columns, a gap among them, the index and its row


@pytest.mark.kernel
def test_a_relative_path_of_modules_begins_at_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "below.py").write_text("x = 1")
    monkeypatch.setenv("PYTHONPATH", f"lib:{Path.cwd()}")
    owner = start(["msgspec"])
    try:
        monkeypatch.setenv(ADDRESS, owner.address)
        with kernel(cwd=str(tmp_path), env=environment()) as one:
            assert one.get("(__import__('below').x, __import__('sys').path[0])") == (
                1,
                str(tmp_path / "lib"),
            )
    finally:
        owner.close()


WALK = """
import os, sys, types
SIMPLE = (str, bytes, int, float, bool, type(None))
def tell(value):
    if type(value) in (tuple, list) and len(value) < 50:
        # without their order, which is that of a set in some
        return sorted(tell(one) if isinstance(one, SIMPLE) else "" for one in value)
    return repr(value)[:500] if isinstance(value, SIMPLE) else ""
told = {}
for name, module in [*sys.modules.items()]:
    if not isinstance(module, types.ModuleType) or name in ("__main__", "__mp_main__"):
        continue
    for key, value in [*vars(module).items()]:
        if key.startswith("__"):
            continue
        told[f"{name}.{key}"] = tell(value)
        if not isinstance(value, (type, types.ModuleType, types.FunctionType)):
            for inner, kept in [*getattr(value, "__dict__", {}).items()]:
                told[f"{name}.{key}.{inner}"] = tell(kept)
told["native id"] = tell(sys.modules["threading"].main_thread().native_id - os.getpid())
told["main"] = tell(sys.modules.get("__mp_main__", sys.modules["__main__"]) is sys.modules["__main__"])
json.dump(told, open(f"{os.getpid()}.json", "w"))
"""
LIKE = (  # differs, and nothing depends on it
    "jupyter_client.localinterfaces.",  # found out when it is asked for
    "logging._handlerList", "logging.root.handlers", "warnings.filters", "_warnings.filters",
    "nbflow.", "concurrent.futures.thread.",
    "sys.displayhook.", "sys.stderr._", "sys.stdout._",  # each kernel's own
    "scipy.sparse._data.",  # of a loop over a set
    "charset_normalizer.api.explain_handler._closed",
)  # fmt: skip


@pytest.mark.kernel
@pytest.mark.usefixtures("owner")
def test_modules_hold_what_they_hold_in_an_ordinary_kernel(tmp_path: Path) -> None:
    found = []
    for forked in (False, False, True, True):
        with kernel(forked=forked, cwd=str(tmp_path), env=environment(TZ="Asia/Tokyo")) as one:
            one.run(f"import json, {IMPORTS}\n{WALK}")
            file = tmp_path / f"{one.process.pid}.json"
            found.append(json.loads(file.read_text()))
    first, second, forked, ahead = found
    same = {key for key in first if first[key] == second.get(key) and not key.startswith(LIKE)}
    assert len(same) > 20_000
    for other in (forked, ahead):
        both = same & other.keys()
        assert {k: (first[k], other[k]) for k in both if first[k] != other[k]} == {}


RECORD = """
import json, os, sys
asked = set()
class Recorder(type(os.environ)):
    def __getitem__(self, name):
        asked.add(name)
        return super().__getitem__(name)
    def __contains__(self, name):
        asked.add(name)
        return super().__contains__(name)
os.environ.__class__ = Recorder
from nbflow.executors.local.forkserver.preload import Preload
libraries = Preload("kernel", sys.argv[1:], {})
libraries.import_own()
while libraries.pending:
    libraries.import_next()
print(json.dumps([sorted(asked), libraries.imported]))
"""
HARMLESS = {
    "ANDROID_DATA", "JPY_INTERRUPT_EVENT", "TERM",
    "JPY_PARENT_PID",  # set anew, see make_app
    "SOURCE_DATE_EPOCH",  # of C code that NumPy writes
    "USER",  # stands in messages
}  # fmt: skip


@pytest.mark.kernel  # imports what a kernel does, in the versions that are forked
def test_what_is_asked_of_the_environment_at_import_is_known_to_be_frozen() -> None:
    names = [
        *SAFE,
        "sklearn.linear_model",
        "sklearn.ensemble",
        "scipy.stats",
        "nbflow.notebook_api",
    ]
    done = subprocess.run(
        [sys.executable, "-c", RECORD, *names],
        env=os.environ | CURES,
        capture_output=True,
        text=True,
        check=True,
    )
    asked, imported = json.loads(done.stdout)
    assert {"pandas", "numpy", "duckdb"} <= set(imported)
    public = {name for name in asked if not name.startswith("_PYTHON")}
    assert sorted(public - HARMLESS - read_frozen(dict.fromkeys(asked, "")).keys()) == []
