"""A forked kernel is a process of its own: as an ordinary one, and nothing of another's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from nbflow.executors.local.forkserver.owner import Owner, ask
from tests.forkserver.kernels import environment, kernel

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("owner")]

DRAWS = {
    "random": "__import__('random').random()",
    "numpy": "__import__('numpy').random.rand()",
    "numpy generator": "__import__('numpy').random.default_rng().random()",
    "uuid1": "str(__import__('uuid').uuid1())",
    "uuid4": "str(__import__('uuid').uuid4())",
    "temporary name": "__import__('tempfile').mktemp()",
    "authentication key": "bytes(__import__('multiprocessing').current_process().authkey)",
    "secrets": "__import__('secrets').token_hex()",
    "cell's file": "str(__import__('inspect').currentframe().f_code.co_filename)",
}


def test_draws_what_no_other_kernel_draws() -> None:
    drawn = []
    for _ in range(3):  # the first is forked at once, the others were forked ahead
        with kernel() as one:
            drawn.append({name: one.get(draw) for name, draw in DRAWS.items()})
    repeated = [name for name in DRAWS if len({draws[name] for draws in drawn}) < len(drawn)]
    assert repeated == []


CARD = """
import asyncio, builtins, os, resource, signal, sys, threading, warnings
import numpy, pandas, pyarrow, duckdb  # they add to warnings.filters
# By whom a kernel is run, and what its debugger sets, which a forked kernel of a step has none of.
UNLIKE = ("JPY_PARENT_PID", "NBFLOW_FORKSERVER", "PYDEVD_USE_FRAME_EVAL")
UNSEEN = ("Shell channel",)  # for subshells: who only executes has none
OTHER = ("config", "kernel", "last_execution_result", "log", "parent")
card = {
    "argv": [os.path.basename(sys.argv[0]), sys.argv[1], *sys.argv[3:]],
    "command": [part for part in sys.orig_argv if not part.endswith(".json")],
    "executable": sys.executable,
    "path": sys.path,
    "folder": os.getcwd(),
    "environment": {k: v for k, v in sorted(os.environ.items()) if k not in UNLIKE},
    "parent": os.environ["JPY_PARENT_PID"],
    "signals": {n.name: str(signal.getsignal(n)) for n in signal.Signals},
    "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "session": os.getsid(0) == os.getpgid(0) == os.getpid(),
    "umask": os.umask(0o22),
    "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
    "name": __name__,
    "main": sys.modules["__main__"].__dict__ is globals(),
    "module": type(sys.modules["__main__"]).__name__,
    "threads": sorted(t.name.split("-")[0] for t in threading.enumerate() if t.name not in UNSEEN and type(t).__name__ != "ParentPollerUnix"),
    "filters": len(warnings.filters),
    "excepthook": sys.excepthook.__qualname__,
    "stdin": os.read(0, 1),
    "namespace": sorted(k for k in globals() if not k.startswith("_")),
    "history": get_ipython().history_manager.hist_file,
    "shell": type(get_ipython()).__mro__[0].__qualname__,
    "attributes": sorted(k for k in vars(get_ipython()) if k != "_last_input_line"),
    "traits": {k: str(v)[:60].split(" at 0x")[0] for k, v in get_ipython().trait_values().items() if k not in OTHER},
    "parts": sorted(type(part).__name__.replace("Forked", "IPKernel") for part in get_ipython().configurables),
    "wholes": sorted(type(part.parent).__name__.replace("Forked", "IPython") for part in get_ipython().configurables),
    "config": sorted(sorted(part.config) for part in get_ipython().configurables if part.parent is get_ipython()),
    "magics": {k: sorted(v) for k, v in get_ipython().magics_manager.magics.items()},
    "builtins": sorted({*vars(builtins)} - {"execfile", "runfile"}),  # a debugger's
    "hidden": sorted(get_ipython().user_ns_hidden),
    "folders": [str(folder) for folder in _dh],
    "sys": {k: str(getattr(sys, k, "")).split(" at 0x")[0] for k in ("ps1", "displayhook", "stdin")},
    "own hook": get_ipython().sys_excepthook.__qualname__,
    "tables": get_ipython().ns_table["user_local"] is globals(),
    "shells": get_ipython() is type(get_ipython()).instance() is get_ipython().kernel.shell,
    "kernel": get_ipython().kernel.user_ns is None,
    "handlers": [type(one).__name__ for one in get_ipython().log.handlers],
    "flags": {k: getattr(sys.flags, k) for k in ("safe_path", "isolated", "utf8_mode", "optimize")},
    "recursion": sys.getrecursionlimit(),
    "encoding": (sys.__stdout__.encoding, sys.getfilesystemencoding()),
}
del asyncio, builtins, os, resource, signal, sys, threading, warnings
"""


def test_finds_what_an_ordinary_kernel_finds(tmp_path: Path) -> None:
    cards = []
    env = environment(COLOUR="red")
    for forked in (False, True, True):
        with kernel(forked=forked, cwd=str(tmp_path), env=env) as one:
            one.run(CARD)
            card = one.get("card")
            cards.append(card | card.pop("environment"))
    ordinary, first, ahead = cards
    assert differences(first, ordinary) == {}
    assert differences(ahead, ordinary) == {}


def test_has_subshells_for_a_client_that_may_ask_for_them() -> None:
    with kernel(extra_arguments=[]) as one:
        assert "Shell channel" in one.get("[t.name for t in __import__('threading').enumerate()]")


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {k: (one.get(k), other.get(k)) for k in one | other if one.get(k) != other.get(k)}


def test_has_the_environment_of_its_request(tmp_path: Path) -> None:
    seen = []
    for number in range(3):
        folder = tmp_path / str(number % 2)
        folder.mkdir(exist_ok=True)
        env = environment(NUMBER=str(number), NBFLOW_JOB=f"job {number}", TZ="Asia/Tokyo")
        with kernel(cwd=str(folder), env=env) as one:
            names = "[os.environ.get(k) for k in ('NUMBER', 'NBFLOW_JOB')]"
            one.run("import os, time")
            seen.append((*one.get(names), one.get("os.getcwd()"), one.get("time.tzname[0]")))
    expected = [(str(n), f"job {n}", str(tmp_path / str(n % 2)), "JST") for n in range(3)]
    assert seen == expected


def test_volatile_variables_come_and_go() -> None:
    """A spare made after a job's kernel is not taken for that job."""
    with kernel(env=environment(NBFLOW_JOB="one")) as one:
        assert one.get("__import__('os').environ.get('NBFLOW_JOB')") == "one"
    with kernel(env=environment()) as two:
        assert two.get("__import__('os').environ.get('NBFLOW_JOB')") is None
        assert two.get("__import__('os').getenv('NBFLOW_JOB')") is None
        assert two.run("!echo [$NBFLOW_JOB]").strip() == "[]"


def test_nothing_is_inherited_open() -> None:
    code = """
import asyncio, gc, os, sqlite3, zmq
def describe(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}").partition(":")[0].rpartition("/")[2]
    except OSError:
        return "gone"
from collections import Counter
counts = dict(Counter(describe(fd) for fd in os.listdir("/proc/self/fd")))
contexts = len([o for o in gc.get_objects() if isinstance(o, zmq.Context) and not o.closed])
shared = zmq.Context._instance is None
"""
    found = []
    for forked in (False, True, True):
        with kernel(forked=forked) as one:
            one.run(code)
            counts = one.get("counts")
            for name in ("gone", "null"):  # stdin: an ordinary kernel's is a pipe
                counts.pop(name, None)
            found.append((counts, one.get("contexts"), one.get("shared")))
    ordinary, first, ahead = found
    assert ahead[1:] == first[1:] == ordinary[1:]
    for counts in (first[0], ahead[0]):
        more = {k: n for k, n in counts.items() if n > ordinary[0].get(k, 0)}
        assert more == {}


def test_the_fork_server_runs_one_thread_and_opens_nothing(owner: Owner) -> None:
    before = ask(owner.address)
    for _ in range(3):
        with kernel() as one:
            one.run("import numpy; numpy.ones((300, 300)) @ numpy.ones((300, 300))")
    after = ask(owner.address)
    assert (before.threads, after.threads) == (1, 1)
    assert after.kernels == ()
    # a spare has two: its pidfd and its channel
    assert after.descriptors - 2 * len(after.spares) == before.descriptors - 2 * len(before.spares)


def test_a_monkeypatch_is_unseen_in_the_next() -> None:
    with kernel() as one:
        one.run(
            "import os, pandas, textwrap; textwrap.dedent = None; pandas.secret = 1; os.SECRET = 2"
        )
        one.run(
            "import builtins; builtins.secret = 3; import duckdb; duckdb.sql('create table t as select 1')"
        )
    for _ in range(2):
        with kernel() as two:
            two.run("import builtins, duckdb, os, pandas, textwrap")
            seen = "hasattr(pandas, 'secret'), hasattr(os, 'SECRET'), hasattr(builtins, 'secret'), textwrap.dedent is None, len(duckdb.sql('show tables').fetchall())"
            assert two.get(f"({seen})") == (False, False, False, False, 0)


def test_temporary_folder_is_the_request_s(tmp_path: Path) -> None:
    with kernel(env=environment(TMPDIR=str(tmp_path))) as one:
        assert one.get("__import__('tempfile').gettempdir()") == str(tmp_path)


def test_runs_as_the_same_user_with_the_same_limits() -> None:
    with kernel() as one:
        assert one.get("__import__('os').getuid()") == os.getuid()


def test_heeds_the_settings_and_startup_files_of_its_user(tmp_path: Path) -> None:
    profile = tmp_path / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text("before = 'the first cell'")
    settings = "c.InteractiveShell.ast_node_interactivity = 'all'\nc.AliasManager.user_aliases = [('say', 'echo')]"
    (profile / "ipython_kernel_config.py").write_text(settings)
    for _ in range(2):
        with kernel(env=environment(IPYTHONDIR=str(tmp_path))) as one:
            assert one.get("before") == "the first cell"
            assert one.run("1\n2") == "12"
            assert "said" in one.run("%say said")


def test_translates_a_cell_as_the_one_before_has_left_it() -> None:
    for _ in range(2):
        with kernel() as one:
            one.run(
                "shell = get_ipython()\nshell.input_transformers_post.append(lambda lines: ['pass\\n'])"
            )
            assert one.run("print(1)") == ""
            one.run("shell.input_transformers_post.clear()")  # is itself translated to pass
            assert one.run("print(1)") == ""
