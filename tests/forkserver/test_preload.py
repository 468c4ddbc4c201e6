"""What is imported before the fork, and what is left out with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.executors.local.forkserver import ADDRESS, Role, start
from nbflow.executors.local.forkserver.messages import Request
from nbflow.executors.local.forkserver.owner import ask, fork
from nbflow.executors.local.forkservers import ForkServers
from nbflow.executors.protocol import STORE
from tests.forkserver.kernels import kernel

pytestmark = pytest.mark.kernel
UNKNOWN = "not on the list of libraries known to be safe"

BAD = {
    "leaves 1 threads running": "import threading, time; threading.Thread(target=time.sleep, args=(300,), daemon=True).start()",
    "leaves 1 files open": "import os; kept = os.open('/dev/null', os.O_RDONLY)",
    "ValueError: broken here": "raise ValueError('broken here')",
}


def test_imports_what_is_safe_and_says_what_is_not() -> None:
    owner = start(["pandas", "polars", "my_module", "numpy", "nbflow.notebook_api"])
    state = ask(owner.address)
    owner.close()
    assert state.imported[-4:] == ("numpy", "pyarrow", "pandas", "nbflow.notebook_api")
    assert state.left_out == {"polars": UNKNOWN, "my_module": UNKNOWN}
    assert state.threads == 1


@pytest.mark.parametrize("why", BAD)
def test_starts_anew_without_a_library_that_cannot_be_forked(why: str, tmp_path: Path) -> None:
    (tmp_path / "joblib.py").write_text(BAD[why])
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    owner = start(["msgspec", "joblib"], env=env)
    state = ask(owner.address)
    process, _ = fork(owner.address, Request((), str(tmp_path), env), 1, 2)
    process.kill()
    assert process.wait(10) == -9
    owner.close()
    assert "msgspec" in state.imported
    assert state.left_out == {"joblib": why}
    assert state.threads == 1


def test_what_computes_in_threads_and_processes_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = start(["scipy.linalg", "sklearn.ensemble"])
    monkeypatch.setenv(ADDRESS, owner.address)
    with kernel() as one:
        one.run("import numpy as np, scipy.linalg, sklearn.ensemble, sys")
        one.run("x = np.random.rand(200, 5); y = x.sum(axis=1)")
        one.run("forest = sklearn.ensemble.HistGradientBoostingRegressor(max_iter=5).fit(x, y)")
        one.run("trees = sklearn.ensemble.RandomForestRegressor(10, n_jobs=2).fit(x, y)")
        assert one.get("trees.predict(x).shape") == (200,)
        assert one.get("bool(np.allclose(scipy.linalg.inv(np.eye(300)), np.eye(300)))")
    state = ask(owner.address)
    owner.close()
    assert (state.left_out, state.threads) == ({}, 1)


@pytest.mark.parametrize("role", ["kernel", "worker"])
def test_nothing_of_ours_is_left_out(role: Role) -> None:
    servers = ForkServers(["pandas", "duckdb", STORE])
    owner = start(servers.imports[role], role=role)
    state = ask(owner.address)
    owner.close()
    assert state.left_out == {}


def test_a_fork_server_that_cannot_start_is_no_reason_to_hang(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise ValueError('no')")
    owner = start(env={**os.environ, "PYTHONPATH": str(tmp_path)})
    with pytest.raises(Exception, match="does not answer"):
        ask(owner.address)
    assert "ValueError: no" in owner.said()
    owner.close()
