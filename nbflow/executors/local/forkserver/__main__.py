"""The fork server: imports libraries once, and forks a kernel for each request."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from nbflow.base.private_folders import READY
from nbflow.executors.local.forkserver.child_bootstrap import become
from nbflow.executors.local.forkserver.fork_key import CURES
from nbflow.executors.local.forkserver.preload import Preload, UnsafeError, forget_launcher
from nbflow.executors.local.forkserver.server import Server, Start


def main() -> None:
    gc.disable()  # a child enables it: collecting takes a fifth of the time of the imports
    start = msgspec.json.decode(sys.argv[1], type=Start)
    forget_launcher()
    env = dict(os.environ)
    os.environ.update(CURES)
    preload = Preload(start.role, start.names, start.left_out)
    try:
        preload.import_own()
        server = Server(start, preload, env)
        Path(start.folder, READY).touch()
        birth = server.serve()
    except UnsafeError as error:
        start_anew(start, error, env)
    if birth is not None:
        become(birth)


def start_anew(start: Start, error: UnsafeError, env: dict[str, str]) -> NoReturn:
    """Replace this process by one without that library: an import cannot be taken back."""
    start.left_out[error.name] = error.why
    Path(start.folder, READY).unlink(missing_ok=True)
    for descriptor in (start.listener, start.lifeline):
        os.set_inheritable(descriptor, True)  # noqa: FBT003
    argument = msgspec.json.encode(start).decode()
    command = [sys.executable, *sys.orig_argv[1:-1], argument]
    os.execve(sys.executable, command, env)  # noqa: S606


if __name__ == "__main__":
    main()
