"""How a notebook, a cell or a kernel ended."""

from __future__ import annotations

import signal
import time
from typing import Any

from nbclient.exceptions import CellExecutionError


class ExitError(CellExecutionError):  # type: ignore[misc]
    """A cell ended the notebook, as with `exit()`; a `code` other than 0 says that it failed."""

    code = 0


def make_exit(cell: Any, content: dict[str, Any], code: int) -> ExitError:
    """Return the end that a reply's content tells of."""
    error: ExitError = ExitError.from_cell_and_msg(
        cell, {"traceback": [], "ename": "SystemExit", "evalue": str(code), **content}
    )
    error.code = code
    return error


class Talk:
    """A request and what has come of it so far."""

    def __init__(self, request: str) -> None:
        self.request = request
        self.started = time.monotonic()
        self.reply: dict[str, Any] | None = None
        self.idle = False
        self.probes: list[str] = []  # requests that ask whether its last outputs were lost

    @property
    def over(self) -> bool:
        return self.idle and self.reply is not None

    @property
    def aborted(self) -> bool:
        """Whether the kernel refused it, since something before it failed."""
        return self.reply is not None and self.reply["content"].get("status") == "aborted"


def describe_death(kernels: Any) -> str:
    """Return that a kernel died, and how."""
    return f"Kernel died{describe_end(kernels)}"


def describe_end(kernels: Any) -> str:
    """Return ` (exit code 1)`: how a kernel's process ended, as far as it is known."""
    process = getattr(getattr(kernels, "provisioner", None), "process", None)
    code = process.poll() if process is not None else None
    if code is None:
        return ""
    if code >= 0:
        return f" (exit code {code})"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else "unknown"
    why = ", often out of memory" if name == "SIGKILL" else ""
    return f" (signal {-code}, {name}{why})"
