"""Sends the next cell while one is executed, so the kernel does not wait between cells."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from pathlib import Path
from typing import Any

FEATURE = "nbflow ahead"  # among a kernel's `supported_features`: it heeds MARK
PREPARED = "nbflow inside"  # likewise: what `kernel_side.py` does is done
MARK = "nbflow_ahead"  # in a request's metadata: not after a cell that failed
EXIT_CODE = "nbflow_exit_code"  # in a reply's content: the cell ended the notebook
LONGEST = 200  # bytes of a request's name

Found = tuple[str, dict[str, Any]]


class Begun:
    """A file beside the kernel's sockets: the id of the last request that the kernel has begun.

    A process that dies takes its last messages with it, and then the cell before would seem to
    have killed it. The client creates the file and keeps it open: the folder goes with the kernel.
    """

    def __init__(self, address: str, flags: int) -> None:
        self._descriptor: int | None = None
        if Path(address).is_absolute():  # of a socket, not of a host
            with contextlib.suppress(OSError):
                path = Path(address).with_name("begun")
                self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)

    @classmethod
    def make(cls, address: str) -> Begun:
        return cls(address, os.O_RDONLY | os.O_CREAT | os.O_TRUNC)

    def note(self, request: str) -> None:
        """Write down a request."""
        if self._descriptor is not None:
            os.pwrite(self._descriptor, f"{request}\n".encode(), 0)

    def read(self) -> str:
        """Return the last request, "" for none."""
        found = os.pread(self._descriptor, LONGEST, 0) if self._descriptor is not None else b""
        return found.partition(b"\n")[0].decode()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Ahead:
    """At most one request beyond the cell that is executed, and the messages about it so far.

    A kernel that heeds MARK refuses it (`aborted`) if the cell before failed: nothing is executed
    that would not have been.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._begun = Begun.make(client.ip)
        self._request = ""
        self._content: dict[str, Any] = {}
        self._early: deque[Found] = deque()  # of the request
        self._due: deque[Found] = deque()  # of the cell whose turn has come

    def send(self, code: str, *, stop_on_error: bool) -> None:
        """Send a cell to a kernel that executes another one."""
        self._content = make_content(code, stop_on_error=stop_on_error)
        self._request = self._send(self._content, {MARK: True})

    def send_again(self, code: str, *, stop_on_error: bool) -> str:
        """Send a cell that was refused; return the request. What follows it was refused, too."""
        return self._send(make_content(code, stop_on_error=stop_on_error), {})

    def take(self, code: str, options: dict[str, Any]) -> str:
        """Return the request by which this cell was sent, "" if it was not; it is ahead no more."""
        request, self._request = self._request, ""
        self._due.extend(self._early)
        self._early.clear()
        if request and self._content != make_content(code, **options):
            raise RuntimeError(f"another cell was sent ahead: {self._content['code']!r}")
        return request

    def is_begun(self) -> bool:
        """Tell whether the kernel came to the cell sent ahead, so that the one before is done."""
        return bool(self._request) and self._begun.read() == self._request

    def close(self) -> None:
        self._begun.close()

    def hold(self, channel: str, message: dict[str, Any]) -> bool:
        """Keep a message until its cell's turn has come; False: it is of this one's."""
        ours = bool(self._request) and message["parent_header"].get("msg_id") == self._request
        if ours:
            self._early.append((channel, message))
        return ours

    def give(self) -> Found | None:
        """Return the next message that was held until its cell's turn came."""
        return self._due.popleft() if self._due else None

    def _send(self, content: dict[str, Any], metadata: dict[str, Any]) -> str:
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        return str(message["header"]["msg_id"])


def make_content(
    code: str, *, stop_on_error: bool = True, store_history: bool = True
) -> dict[str, Any]:
    """Return the content of a cell's request, as nbclient sends it."""
    return {
        "code": code,
        "silent": False,
        "store_history": store_history,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": stop_on_error,
    }
