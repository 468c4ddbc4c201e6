"""Kernels, and workers, forked from one process that has already imported what they need.

`start` starts such a process, `use` makes a kernel manager take its kernels from there, and
`find_obstacle` says why a kernel must be an ordinary one instead.
"""

from __future__ import annotations

from nbflow.executors.local.forkserver.fork_obstacles import find_obstacle, find_platform_obstacle
from nbflow.executors.local.forkserver.messages import MODULES, Request, Role
from nbflow.executors.local.forkserver.owner import ADDRESS, Owner, find_running, fork, start
from nbflow.executors.local.forkserver.use import use

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
