"""jupyter_client's provisioner `nbflow-forkserver`: forked kernels, ordinary where none can be."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase, LocalProvisioner

from nbflow.errors import KernelError
from nbflow.executors.local.forkserver.fork_obstacles import find_arguments, find_platform_obstacle
from nbflow.executors.local.forkserver.forked_process import Process
from nbflow.executors.local.forkserver.kernel_clients import make_client_class
from nbflow.executors.local.forkserver.messages import Request
from nbflow.executors.local.forkserver.owner import ADDRESS, Owner, fork, start

# Options of subprocess.Popen that mean nothing to a fork or are true of it anyway.
MOOT = frozenset({"preexec_fn", "start_new_session", "stdin", "independent", "close_fds"})
KNOWN = frozenset({"cwd", "env", "stdout", "stderr"}) | MOOT


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Forks kernels of this interpreter, from `$NBFLOW_FORKSERVER` or a server of its own."""

    _asked: dict[str, Any]
    _arguments: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None  # libraries to be imported before the fork, None for all
    more = True  # another kernel like this one is likely
    process: Any

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        env = {k: v for k, v in kwargs.get("env", os.environ).items() if k != ADDRESS}
        self._asked = kwargs = {**kwargs, "env": env}
        self._arguments = self._find_arguments(kwargs)
        if self._arguments is None:
            return await super().pre_launch(**kwargs)  # type: ignore[no-any-return]
        rest = {k: v for k, v in kwargs.items() if k != "extra_arguments"}
        # The local one would write a connection file for ports of TCP.
        return await KernelProvisionerBase.pre_launch(self, cmd=[], **rest)  # type: ignore[no-any-return]

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        if self._arguments is None:
            return await super().launch_kernel(cmd, **kwargs)
        try:
            await asyncio.to_thread(self._fork, kwargs)
        except KernelError as error:
            self.log.warning("%s An ordinary one is started.", error)
            return await self._launch_ordinary()
        self._quicken()
        return self.connection_info

    async def wait(self) -> int | None:
        if not isinstance(self.process, Process):
            return await super().wait()  # type: ignore[no-any-return]
        code = await self.process.wait_async()
        self.process = None
        return code

    async def shutdown_requested(self, restart: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Await the end here, woken by it: jupyter_client looks every 0.1 s."""
        if isinstance(self.process, Process):
            seconds = self.get_shutdown_wait_time(self.parent.shutdown_wait_time) / 2
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.process.wait_async(), seconds)

    # --- forking ------------------------------------------------------------------------------

    def _find_arguments(self, kwargs: dict[str, Any]) -> tuple[str, ...] | None:
        """Return the arguments of a kernel that can be forked, None for one that cannot."""
        extra = kwargs.get("extra_arguments", [])
        arguments = find_arguments([*self._make_command(), *extra])
        unknown = {k for k in kwargs if k not in KNOWN} - {"extra_arguments", "kernel_id"}
        encrypted = getattr(self.parent, "transport_encryption", "disabled") == "required"
        if find_platform_obstacle() or unknown or encrypted:
            return None
        return arguments

    def _make_command(self) -> list[str]:
        first, *rest = self.kernel_spec.argv
        python = {
            "python",
            f"python{sys.version_info[0]}",
            f"python{sys.version_info[0]}.{sys.version_info[1]}",
        }
        return [sys.executable if first in python else first, *rest]

    def _fork(self, kwargs: dict[str, Any]) -> None:
        request = Request(
            arguments=self._arguments or (),
            cwd=str(Path(kwargs.get("cwd") or ".").absolute()),
            env={**kwargs["env"], "JPY_PARENT_PID": str(os.getpid())},
            connection=self._find_connection(),
            needs=self.needs,
            more=self.more,
        )
        with contextlib.ExitStack() as stack:
            streams = [
                _open(kwargs.get(name), stack, number)
                for number, name in ((1, "stdout"), (2, "stderr"))
            ]
            self.process, ready = fork(find_address(), request, *streams)
        self.pid = self.pgid = ready.pid
        self.cwd = request.cwd
        self.connection_info = ready.connection | {"key": ready.connection["key"].encode()}

    def _find_connection(self) -> dict[str, Any]:
        """Return the connection that the manager insists on: a restart keeps it."""
        info = self.parent.get_connection_info()
        if not info.get("shell_port"):
            return {}
        return {**info, "key": info["key"].decode()}

    def _quicken(self) -> None:
        if hasattr(self.parent, "client_factory"):
            self.parent.client_factory = make_client_class(self.parent.client_factory)

    async def _launch_ordinary(self) -> Any:
        kwargs = await super().pre_launch(**self._asked)
        return await super().launch_kernel(kwargs.pop("cmd"), **kwargs)


def find_address() -> str:
    """Return the socket of the fork server that was started for us, or of one of our own."""
    return os.environ.get(ADDRESS) or _start_own(os.getpid()).address


@functools.cache
def _start_own(pid: int) -> Owner:  # noqa: ARG001  # a forked process has none
    owner = start()
    atexit.register(owner.close)
    return owner


def _open(given: Any, stack: contextlib.ExitStack, default: int) -> int:
    """Return the descriptor that a stream of the kernel's is to go to."""
    if given is None:
        return default
    number = given if isinstance(given, int) else given.fileno()
    if number == -3:  # noqa: PLR2004  # subprocess.DEVNULL
        return stack.enter_context(open(os.devnull, "wb")).fileno()  # noqa: PTH123
    if number < 0:
        raise KernelError("No kernel could be forked: its output is to be a pipe.")
    return int(number)
