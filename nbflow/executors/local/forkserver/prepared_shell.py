"""Prepares IPython's shell before the fork, except for the parts that depend on a request.

The prepared parts are the same for every kernel, and a third of what a kernel does before its
first cell. Environment, folder, streams and history are set up in the child.
"""

from __future__ import annotations

import atexit
import sys
from pathlib import Path
from typing import Any

import IPython
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets.config import Config

OLDEST = 9  # IPython's major version; before it, parts were made in another order
# Steps of InteractiveShell.__init__, in its order.
LATER = (
    "init_environment", "save_sys_module_state", "init_sys_modules", "init_history",
    "init_encoding", "init_user_ns", "init_builtins", "init_prompts", "init_logstart",
)  # fmt: skip


class _Beginning(ZMQInteractiveShell):  # type: ignore[misc]
    """A shell that leaves some of its steps undone."""

    def init_ipython_dir(self, ipython_dir: Any) -> None: ...

    def init_profile_dir(self, profile_dir: Any) -> None: ...


for _name in LATER:
    setattr(_Beginning, _name, lambda _self: None)


def prepare() -> None:
    """Make the shell for the next kernel, if this version of IPython is known."""
    if IPython.version_info[0] < OLDEST:
        return
    config = Config({"IPKernelApp": {}})
    shell = _Beginning(config=config, compiler_class=XCachingCompiler)
    atexit.unregister(shell.atexit_operations)
    shell.__class__ = ZMQInteractiveShell
    for kind in ZMQInteractiveShell._walk_mro():  # noqa: SLF001
        kind._instance = shell  # noqa: SLF001


def find_prepared() -> Any:
    """Return the shell, None if there is none."""
    return ZMQInteractiveShell._instance  # noqa: SLF001


def drop() -> None:
    """Discard the shell: a kernel with a user's settings or startup files makes its own."""
    ZMQInteractiveShell.clear_instance()


def complete(shell: Any, kernel: Any) -> None:
    """In a child: bind the shell to this kernel, and do the remaining steps."""
    shell.config.update(kernel.config)
    shell.parent = shell.kernel = kernel
    shell.init_ipython_dir(None)
    shell.init_profile_dir(kernel.profile_dir)
    shell.starting_dir = str(Path.cwd())
    for name in LATER:
        getattr(shell, name)()
    shell.sys_excepthook = sys.excepthook
    atexit.register(shell.atexit_operations)


class Translation:
    """One cell as IPython translates it, which ipykernel and IPython each ask for: 0.3 ms.

    It stands in for `shell.transform_cell` until the second of them has asked, and never while the
    cell is executed: what the cell does may change how code is translated.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.before: tuple[str, str] | None = None

    def __enter__(self) -> None:
        if "transform_cell" not in vars(self.shell):  # else it is another's
            self.shell.transform_cell = self

    def __exit__(self, *_: object) -> None:
        if vars(self.shell).get("transform_cell") is self:
            del self.shell.transform_cell

    def __call__(self, raw_cell: str) -> str:
        if self.before is not None:
            self.__exit__()
            if self.before[0] == raw_cell:
                return self.before[1]
        translated: str = type(self.shell).transform_cell(self.shell, raw_cell)
        self.before = raw_cell, translated
        return translated
