"""The zygote: imports libraries once, then forks a kernel for whoever asks."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from nbflow.base.private_folders import READY
from nbflow.executors.local.forkserver.birth import become
from nbflow.executors.local.forkserver.pattern import CURES
from nbflow.executors.local.forkserver.preload import UnsafeError, forget_launcher, preload
from nbflow.executors.local.forkserver.serve import Server, Start
from nbflow.notebook_api import watcher


def main() -> None:
    gc.disable()  # till a child is what it is to be: while libraries are imported it takes a fifth
    start = msgspec.json.decode(sys.argv[1], type=Start)
    forget_launcher()
    env = dict(os.environ)
    os.environ.update(CURES)
    try:
        imported = preload(start.role, start.names, start.left_out)
    except UnsafeError as error:
        start_anew(start, error, env)
    sys.path_importer_cache.clear()  # a child has few to look through, and none out of date
    importlib.invalidate_caches()
    gc.freeze()  # a collection in a child would copy every page of what was imported
    watcher.last_before = next(reversed(sys.modules))
    server = Server(start, imported, env)
    Path(start.folder, READY).touch()
    birth = server.serve()
    if birth is not None:
        become(birth)


def start_anew(start: Start, error: UnsafeError, env: dict[str, str]) -> NoReturn:
    """Be a new process without that library: an import cannot be taken back."""
    start.left_out[error.name] = error.why
    argument = msgspec.json.encode(start).decode()
    command = [sys.executable, *sys.orig_argv[1:-1], argument]
    os.execve(sys.executable, command, env)  # noqa: S606


if __name__ == "__main__":
    main()
