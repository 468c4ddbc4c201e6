"""What a fork server forks besides kernels, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from nbflow.errors import KernelError
from nbflow.executors.local.forkserver import Request, start
from nbflow.executors.local.forkserver.owner import ask, fork
from nbflow.executors.local.launch import launch
from nbflow.storage import output_io

pytestmark = pytest.mark.kernel


def test_the_fork_server_of_kernels_forks_what_fills_tables(tmp_path: Path) -> None:
    output_io.write(tmp_path, "t", pd.DataFrame({"n": [1, 2]}))
    owner = start(["nbflow.storage.__main__"])
    process, orders, answers, errors = launch("filler", owner.address)
    with orders, answers, errors:
        orders.write(msgspec.json.encode(str(tmp_path)) + b"\n")
        orders.flush()
        assert answers.readline() == b'""\n'
        assert ask(owner.address).kernels == (process.pid,)
        assert ask(owner.address).threads == 1
    assert process.wait(10) == 0
    owner.close()
    assert (tmp_path / "tables.duckdb").exists()


def test_each_fork_server_forks_its_own(tmp_path: Path) -> None:
    owner = start(["msgspec"])
    request = Request((), str(tmp_path), dict(os.environ), role="worker")
    with pytest.raises(KernelError, match="this fork server forks each kernel, no worker"):
        fork(owner.address, request, 0, 1, 2)
    with pytest.raises(KernelError, match="a request comes with 2 descriptors"):
        fork(owner.address, Request((), str(tmp_path), dict(os.environ)), 0, 1, 2)
    owner.close()
