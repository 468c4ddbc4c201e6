"""Kernels, and workers, forked from one process that has already imported what they need.

`start` starts such a process, `use` makes a kernel manager take its kernels from there, and
`find_obstacle` says why a kernel must be an ordinary one instead.
"""

from __future__ import annotations

import uuid
from typing import Any

from nbflow.executors.local.forkserver.fork_obstacles import find_obstacle, find_platform_obstacle
from nbflow.executors.local.forkserver.messages import MODULES, Request, Role
from nbflow.executors.local.forkserver.owner import ADDRESS, Owner, find_running, fork, start

__all__ = [
    "ADDRESS",
    "MODULES",
    "Owner",
    "Request",
    "Role",
    "find_obstacle",
    "find_platform_obstacle",
    "find_running",
    "fork",
    "start",
    "use",
]


def use(manager: Any, needs: tuple[str, ...] | None = None, *, more: bool = True) -> None:
    """Let this manager of jupyter_client's fork its kernels, before it starts one.

    A kernel that cannot be forked is started as ever; no kernelspec need name the provisioner.
    `needs` and `more` are said with the request for a kernel.
    """
    from nbflow.executors.local.forkserver.provisioner import ForkProvisioner  # noqa: PLC0415  # jupyter_client

    manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
    manager.provisioner = ForkProvisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
    )
    manager.provisioner.needs, manager.provisioner.more = needs, more
