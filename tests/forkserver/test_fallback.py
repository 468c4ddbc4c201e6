"""Kernels that cannot be forked are started as ever, and it is said why."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import ipykernel
import pytest
from jupyter_client import KernelManager

from nbflow.environments import Kernel as Spec
from nbflow.executors.local.forkserver import ADDRESS, find_obstacle, use
from nbflow.executors.local.forkserver.fork_obstacles import find_arguments
from tests.forkserver.kernels import Kernel, environment, is_forked

HERE = sys.executable
TRIED = ipykernel.version_info[:2] >= (7, 4)  # the oldest versions that nbflow takes are older
UNTRIED = f"ipykernel {ipykernel.__version__} has not been tried"
OBSTACLES = {
    "own": (Spec("python3", "python", HERE), "" if TRIED else UNTRIED),
    "R": (Spec("ir", "R", "/usr/bin/R"), "its language is R"),
    "elsewhere": (
        Spec("conda", "python", "/opt/conda/bin/python"),
        "it belongs to another environment: /opt/conda/bin/python",
    ),
}


@pytest.mark.parametrize("name", OBSTACLES)
def test_obstacle(name: str) -> None:
    kernel, expected = OBSTACLES[name]
    assert find_obstacle(kernel) == expected


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_obstacle_elsewhere(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert find_obstacle(OBSTACLES["own"][0]) == f"forking is not safe on {platform}"


@pytest.mark.parametrize("found", ["6.29.5", "7.3.1"])
def test_obstacle_version(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nbflow.executors.local.forkserver.fork_obstacles.find_version", lambda _: found
    )
    assert find_obstacle(OBSTACLES["own"][0]) == f"ipykernel {found} has not been tried"


COMMANDS = {
    "own": ([HERE, "-m", "ipykernel_launcher", "-f", "{connection_file}"], ()),
    "history": ([HERE, "-m", "ipykernel_launcher", "-f", "x", "--a=b"], ("--a=b",)),
    "flags": ([HERE, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "x"], ()),
    "other flags": ([HERE, "-O", "-m", "ipykernel_launcher", "-f", "x"], None),
    "other module": ([HERE, "-m", "bash_kernel", "-f", "x"], None),
    "other interpreter": (["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "x"], None),
    "wrapped": (["conda", "run", HERE, "-m", "ipykernel_launcher", "-f", "x"], None),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name: str) -> None:
    command, expected = COMMANDS[name]
    assert find_arguments(command) == expected


REASONS = {
    "a variable that only counts at the start": (
        {"env": environment(OMP_NUM_THREADS="1")},
        "OMP_NUM_THREADS is not what it was when the fork server started",
    ),
    "a hash seed": (
        {"env": environment(PYTHONHASHSEED="7")},
        "PYTHONHASHSEED is not what it was when the fork server started",
    ),
    "a path": (
        {"env": environment(PYTHONPATH="/elsewhere")},
        "PYTHONPATH is not what it was when the fork server started",
    ),
    "pipes": ({"stdout": subprocess.PIPE, "env": environment()}, "its output is to be a pipe"),
}


@pytest.mark.kernel
@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("name", REASONS)
def test_an_ordinary_kernel_is_started(name: str, caplog: pytest.LogCaptureFixture) -> None:
    options, why = REASONS[name]
    caplog.set_level(logging.INFO)
    with started(**options) as one:
        assert not is_forked(one)
        assert one.get("1 + 1") == 2
    assert f"No kernel could be forked: {why}. An ordinary one is started." in caplog.messages


@pytest.mark.kernel
def test_no_fork_server_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, str(tmp_path / "nobody"))
    with started(env=environment()) as one:
        assert not is_forked(one)
        assert ADDRESS not in one.get("dict(__import__('os').environ)")


class started:  # noqa: N801
    """A kernel, forked or not."""

    def __init__(self, **options: object) -> None:
        self.manager = KernelManager(kernel_name="python3")
        use(self.manager)
        self.manager.start_kernel(**options)

    def __enter__(self) -> Kernel:
        self.kernel = Kernel(self.manager)
        return self.kernel

    def __exit__(self, *_: object) -> None:
        self.kernel.client.stop_channels()
        self.manager.shutdown_kernel()
