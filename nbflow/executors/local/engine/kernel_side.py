"""Runs inside a Python kernel: `exit()` ends the notebook, and every output reaches the client.

An ordinary kernel gets this file as text (see `make_prelude`), for its environment may lack
nbflow: the file uses the standard library alone, and parts of the kernel where they exist.
A forked kernel imports it.
"""

from __future__ import annotations

import json
import operator
import sys
import warnings

TYPE_CHECKING = False  # as in typing, which takes 8 ms to load where nothing else did
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MODULE = "_nbflow_inside"  # what this file is in an ordinary kernel's sys.modules
NUMBER = b"nbflow-"  # begins the frame before a published message, which holds its number
AHEAD = 64  # messages in each queue of a socket; then the kernel waits for the client


def prepare() -> None:
    """Prepare the kernel of this process, as far as it is ipykernel's."""
    shell = sys.modules["IPython"].get_ipython()
    teach_exit(shell)
    thread: Any = getattr(shell.kernel, "iopub_thread", None)
    session = shell.kernel.session
    if getattr(thread, "socket", None) is not None:
        thread.schedule(lambda: keep_all(thread.socket))
        thread._really_send = Numbered(thread)  # noqa: SLF001
    if session is not None:
        session.pack = make_packer(session.pack)


# --- the notebook's end -------------------------------------------------------------------------


def teach_exit(shell: Any) -> None:
    """Let `exit` and `quit` raise SystemExit, as they do in Python.

    ipykernel's stop the kernel a moment later, and know no exit code.
    """

    class Exit(type(shell.exiter)):  # type: ignore[misc]
        """End the notebook: `exit()`, or `exit(1)` to let it fail."""

        def __call__(self, code: Any = None, *, keep_kernel: bool = False) -> None:  # noqa: ARG002
            warnings.filterwarnings("ignore", "To exit: use")  # IPython's, of what was just used
            raise SystemExit(*(() if code is None else (code,)))

    shell.exiter = Exit(shell)
    for name in ("exit", "quit"):
        for names in (shell.user_ns, shell.user_ns_hidden):
            if name in names:
                names[name] = shell.exiter


def find_code(ename: str) -> int | None:
    """Return the exit code if the error called `ename`, IPython's last, was a SystemExit."""
    error = getattr(sys, "last_value", None)
    if not isinstance(error, SystemExit) or type(error).__name__ != ename:
        return None
    return make_code(error.code)


def make_code(code: Any) -> int:
    """Return the exit code that Python makes of what SystemExit was given."""
    if code is None:
        return 0
    try:
        return int(operator.index(code))  # of NumPy, too
    except TypeError:
        return 1  # a text: Python prints it


def asks_exit(content: dict[str, Any]) -> bool:
    """Tell whether a reply says that the kernel ends: R's `quit()`, IPython's `ask_exit()`."""
    asked = (one for one in content.get("payload") or () if one.get("source") == "ask_exit")
    return any(not one.get("keepkernel") for one in asked)


# --- what is published --------------------------------------------------------------------------


def keep_all(socket: Any) -> None:
    """Let a socket that publishes wait for its reader; zmq's drops messages beyond 1,000."""
    import zmq  # noqa: PLC0415

    socket.setsockopt(zmq.SNDHWM, AHEAD)
    socket.setsockopt(zmq.XPUB_NODROP, 1)


class Numbered:
    """Sends what an output thread publishes behind a frame that numbers it.

    A client that knows nothing of it takes that frame for a part of the topic.
    """

    def __init__(self, thread: Any) -> None:
        self._thread, self._send = thread, thread._really_send  # noqa: SLF001
        self._count = 0

    def __call__(self, frames: list[Any], *args: Any, **options: Any) -> None:
        if self._thread._is_master_process():  # noqa: SLF001  # else that one numbers it
            self._count += 1
            frames = [NUMBER + str(self._count).encode(), *frames]
        self._send(frames, *args, **options)


def make_packer(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Return a packer that takes lone surrogates, too: JSON has escapes for them."""

    def pack_all(part: Any) -> bytes:
        try:
            return pack(part)
        except UnicodeEncodeError:
            return pack_escaped(part)

    return pack_all


def pack_escaped(part: Any) -> bytes:
    """Return JSON in which every character beyond ASCII is an escape."""
    from jupyter_client.jsonutil import json_default  # noqa: PLC0415

    return json.dumps(part, default=json_default, allow_nan=False).encode("ascii")
