"""What works in an ordinary kernel works in a forked one."""

from __future__ import annotations

import pytest

from tests.forkserver.kernels import Kernel, kernel

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("owner")]

CASES = {
    "stdout": ("print('a'); import sys; print('b', file=sys.stderr)", "a\nb\n"),
    "C's stdout": (
        "import ctypes; c = ctypes.CDLL(None); c.puts(b'from C'); c.fflush(None);",
        "from C\n",
    ),
    "descriptor 2": ("import os; os.write(2, b'raw\\n');", "raw\n"),
    "subprocess": ("import subprocess; subprocess.run(['echo', 'child'], check=True);", "child\n"),
    "characters in pieces": (
        "import os; text = 'a' + '日本語' * 20_000 + '\\n'; os.write(1, text.encode());",
        "a" + "日本語" * 20_000 + "\n",
    ),
    "a character in two writes": (
        "import os, time; os.write(1, '語'.encode()[:1]); time.sleep(0.1); os.write(1, '語'.encode()[1:]);",
        "語",
    ),
    "half a character": ("import os; os.write(1, b'caf' + 'é'.encode()[:1]);", "caf\ufffd"),
    "bytes that are no text": ("import os; os.write(1, b'a\\xff\\xfeb\\n');", "a\ufffd\ufffdb\n"),
    "C's stdout while others wait": (
        "import ctypes; c = ctypes.PyDLL(None); c.printf(b'1' * 900_000); c.fflush(None);",
        "1" * 900_000,
    ),
    "shell": ("!echo shell", "shell\r\n"),
    "bash": ("%%bash\necho bash", "bash\n"),
    "time": ("%time 1 + 1;", None),
    "await": ("import asyncio\nprint(await asyncio.sleep(0.01, 'awaited'))", "awaited\n"),
    "asyncio.run in a thread": (
        (
            "import asyncio, threading\n"
            "async def tell(): print('ran')\n"
            "t = threading.Thread(target=lambda: asyncio.run(tell())); t.start(); t.join()"
        ),
        "ran\n",
    ),
    "thread pool": (
        (
            "from concurrent.futures import ThreadPoolExecutor\n"
            "with ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(-100, 0))))"
        ),
        "5050\n",
    ),
    "BLAS": (
        (
            "import numpy as np\na = np.random.rand(600, 600)\n"
            "print(np.allclose(np.linalg.inv(a) @ a, np.eye(600), atol=1e-6), len(__import__('os').listdir('/proc/self/task')) > 5)"
        ),
        "True True\n",
    ),
    "pandas": ("import pandas as pd; print(pd.DataFrame({'x': [1, 2]}).x.sum())", "3\n"),
    "arrow": (
        (
            "import pyarrow as pa, pyarrow.compute as pc\n"
            "print(pc.sum(pa.array(range(1_000_000))).as_py())"
        ),
        "499999500000\n",
    ),
    "duckdb": (
        "import duckdb\nprint(duckdb.sql('select sum(i)::bigint from range(5_000_000) t(i)').fetchall())",
        "[(12499997500000,)]\n",
    ),
    "polars": ("import polars as pl; print(pl.DataFrame({'x': range(100)})['x'].sum())", "4950\n"),
    "multiprocessing by fork": (
        (
            "import multiprocessing as mp\n"
            "with mp.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))"
        ),
        "[1, 2]\n",
    ),
    "multiprocessing by spawn": (
        (
            "import multiprocessing as mp\n"
            "with mp.get_context('spawn').Pool(1) as pool: print(pool.map(abs, [-3]))"
        ),
        "[3]\n",
    ),
    "process pool": (
        (
            "from concurrent.futures import ProcessPoolExecutor\n"
            "with ProcessPoolExecutor(2) as pool: print(list(pool.map(abs, [-1, -2])))"
        ),
        "[1, 2]\n",
    ),
    "os.fork": (
        (
            "import os, sys, warnings\nsys.stdout.flush()\n"
            "with warnings.catch_warnings():\n"
            "    warnings.simplefilter('ignore')  # Python's own of forks with threads\n"
            "    pid = os.fork()\n    if not pid: os._exit(3)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
        ),
        "3\n",
    ),
    "sqlite": (
        "import sqlite3; print(sqlite3.connect(':memory:').execute('select 1').fetchone())",
        "(1,)\n",
    ),
    "logging": ("import logging; logging.getLogger('x').warning('heard')", "heard\n"),
    "warnings": ("import warnings; warnings.warn('be careful')", None),
    "zmq": (
        "import zmq; c = zmq.Context(); s = c.socket(zmq.PAIR); s.close(); c.term(); print('done')",
        "done\n",
    ),
    "traceback": ("try: 1 / 0\nexcept Exception as e: print(e)", "division by zero\n"),
    "faulthandler": ("import faulthandler; faulthandler.enable(); print('enabled')", "enabled\n"),
}


@pytest.fixture(scope="module")
def one(owner: object) -> object:  # noqa: ARG001
    """One kernel for all: what the first leaves running the next must bear, as in a notebook."""
    with kernel() as started:  # the first request's own; the next is a spare
        started.run("1")
    with kernel() as started:
        yield started


@pytest.mark.parametrize("name", CASES)
def test_prints_what_it_should(one: Kernel, name: str) -> None:
    code, expected = CASES[name]
    said = one.run(code)
    assert said == expected if expected is not None else said


def test_what_is_shown_comes_in_order(one: Kernel) -> None:
    """Longer than what is printed waits, with and without a flush."""
    said = one.run(
        "import sys, time\nfor n in range(300):\n    print(n)\n    time.sleep(0.002)\n"
        "    if n % 3 == 0: display(n)\n    if n % 7 == 0: sys.stdout.flush()"
    )
    assert said == "".join(f"{n}\n{n if n % 3 == 0 else ''}" for n in range(300))


def test_a_thread_prints_to_its_cell_after_its_end(one: Kernel) -> None:
    later = "import threading, time\ndef tell(): time.sleep(0.3); print('later')"
    request = one.client.execute(f"{later}\nthreading.Thread(target=tell).start()")
    said: dict[str, str] = {}
    while not said:
        message = one.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "stream":
            said[message["parent_header"]["msg_id"]] = message["content"]["text"]
    assert said == {request: "later\n"}


def test_a_figure_is_shown(one: Kernel) -> None:
    kinds: list[str] = []

    def keep(message: dict[str, dict[str, dict[str, str]]]) -> None:
        kinds.extend(message["content"].get("data", {}))

    code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()"
    one.client.execute_interactive(code, timeout=60, output_hook=keep)
    assert "image/png" in kinds
