"""Corrects, in a forked child, what libraries remember of the process that imported them."""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

HERE = "/"  # the fork server's folder
# Modules that keep the folder of the process, and under which name.
FOLDERS = {"multiprocessing.process": "ORIGINAL_DIR", "rich": "_IMPORT_CWD"}


@contextlib.contextmanager
def seeming_kernel() -> Iterator[None]:
    """Make the process look like a kernel to the libraries that are imported in this context.

    pandas chooses how many columns it shows, DuckDB whether it shows progress.
    """
    from IPython import get_ipython  # noqa: PLC0415  # a worker's fork server has none
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415

    main, encoding = sys.modules["__main__"], sys.stdout.encoding
    shell = InteractiveShell._instance  # noqa: SLF001
    sys.modules["__main__"] = ModuleType("__main__")  # has no file
    InteractiveShell._instance = _make_shell()  # noqa: SLF001
    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]
    try:
        yield
    finally:
        sys.stdout.reconfigure(encoding=encoding)  # type: ignore[union-attr]
        del builtins.get_ipython  # type: ignore[attr-defined]
        InteractiveShell._instance = shell  # noqa: SLF001
        sys.modules["__main__"] = main


def renew() -> None:
    """Set folder, start time and thread in modules that remember those of the fork server."""
    folder = os.getcwd()  # noqa: PTH109 - as they ask for it
    for name, attribute in FOLDERS.items():
        if hasattr(sys.modules.get(name), attribute):
            setattr(sys.modules[name], attribute, folder)
    _renew_path(folder)
    if (logging := sys.modules.get("logging")) is not None:
        precise = isinstance(vars(logging)["_startTime"], int)  # from Python 3.13 on
        vars(logging)["_startTime"] = time.time_ns() if precise else time.time()
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]  # noqa: SLF001


def renew_main() -> None:
    """Let multiprocessing know the notebook's module, which is there by now, as the main one."""
    if "__mp_main__" in sys.modules:
        sys.modules["__mp_main__"] = sys.modules["__main__"]


def _make_shell() -> Any:
    """Return a shell that can only say that it belongs to a kernel."""
    from ipykernel.zmqshell import ZMQInteractiveShell  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    shell = ZMQInteractiveShell.__new__(ZMQInteractiveShell)
    shell.config = Config({"IPKernelApp": {}})
    return shell


def _renew_path(folder: str) -> None:
    """Resolve the relative parts of PYTHONPATH from this folder."""
    given = os.environ.get("PYTHONPATH")
    for part in given.split(os.pathsep) if given else ():
        ours = _join(HERE, part)
        if not os.path.isabs(part) and ours in sys.path:  # noqa: PTH117
            sys.path[sys.path.index(ours)] = _join(folder, part)


def _join(folder: str, part: str) -> str:
    """Join them as Python does for its path, and `site` after it."""
    return os.path.normpath(f"{folder}/{part}")
