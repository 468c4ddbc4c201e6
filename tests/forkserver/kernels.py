"""Kernels for tests: run code, and see what it prints."""

from __future__ import annotations

import ast
import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client import KernelManager

from nbflow.executors.local.forkserver import use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 60


class Kernel:
    def __init__(self, manager: Any) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    def run(self, code: str) -> str:
        """Execute, and return what was printed; an error raises AssertionError."""
        said: list[str] = []
        reply = self.client.execute_interactive(
            code, timeout=SECONDS, allow_stdin=False, output_hook=lambda m: _keep(said, m)
        )
        assert reply["content"]["status"] == "ok", reply["content"]["traceback"]
        return "".join(said)

    def get(self, expression: str) -> Any:
        """Return the value of an expression whose repr is a literal."""
        return ast.literal_eval(self.run(f"print(repr({expression}))"))


def _keep(said: list[str], message: Any) -> None:
    content = message["content"]
    said.append(content.get("text") or content.get("data", {}).get("text/plain", ""))


@contextlib.contextmanager
def kernel(*, forked: bool = True, **options: Any) -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3")
    if forked:
        use(manager)
    options.setdefault("env", environment())
    options.setdefault("extra_arguments", ["--HistoryManager.hist_file=:memory:"])
    manager.start_kernel(**options)
    started = Kernel(manager)
    assert is_forked(started) == forked
    try:
        yield started
    finally:
        started.client.stop_channels()
        manager.shutdown_kernel()


def is_forked(started: Kernel) -> bool:
    return type(started.process).__name__ == "Process"


def is_alive(pid: int) -> bool:
    """Tell a process that runs: not gone, and no zombie."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def wait_until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for what another process does, where nothing tells when it is done."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def environment(**variables: str) -> dict[str, str]:
    """ipykernel does not capture C's output where it sees pytest."""
    return {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"} | variables
