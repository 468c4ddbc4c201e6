"""Turns a forked child into a running kernel, a worker or a filler."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import secrets
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from nbflow.executors.local.forkserver.fork_key import VOLATILE, may_prepare
from nbflow.executors.local.forkserver.messages import MODULES, Inbox, Ready, Refused, Request, send
from nbflow.executors.local.forkserver.reset_process import detach, redirect, reseed, settle
from nbflow.notebook_api import audit_hook

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
LIMIT = 10.0  # seconds to hand over an answer


class Birth(msgspec.Struct, frozen=True):
    """What a child needs to become a kernel.

    `connection` leads to the owner of the kernel. A `spare` has a connection to the fork server
    instead, which later sends an owner's request. `descriptors` came with the request; a spare
    has none.
    """

    parent: int
    request: Request
    connection: Any  # socket.socket
    folder: Path
    descriptors: tuple[int, ...] = ()
    spare: bool = False


def become(birth: Birth) -> NoReturn:
    """Turn this child into the requested process. Never returns: the process ends with its work."""
    try:
        audit_hook.last_before = next(reversed(sys.modules))
        detach(birth.parent, (birth.connection.fileno(), *birth.descriptors))
        reseed()
        if birth.request.role in MODULES:
            _run_module(birth, MODULES[birth.request.role])
        elif birth.spare:
            _run_spare(birth)
        else:
            _run(birth)
    except BaseException:  # noqa: BLE001  # the fork server's own code must not go on in a child
        _report(birth, traceback.format_exc())
    finally:
        os._exit(1)


def _report(birth: Birth, text: str) -> None:
    """Tell the owner why the child cannot start; writing to stderr alone may reach no reader."""
    with contextlib.suppress(OSError):
        os.write(2, text.encode("utf-8", "replace"))
    if not birth.spare and birth.connection.fileno() >= 0:
        send(birth.connection, Refused(text))


def _run_module(birth: Birth, name: str) -> None:
    main = importlib.import_module(f"{name}.__main__").main
    redirect(*birth.descriptors)
    settle(birth.request.cwd, birth.request.env)
    sys.argv = sys.orig_argv = [sys.executable, "-m", name]
    _answer(birth.connection, {})
    gc.enable()
    main()
    os._exit(0)


def _run(birth: Birth) -> None:
    from nbflow.executors.local.forkserver.forked_kernel import make_app, prepare, run  # noqa: PLC0415  # ipykernel
    from nbflow.executors.local.forkserver.prepared_shell import drop  # noqa: PLC0415

    request = birth.request
    if not may_prepare(request):
        drop()
    redirect(os.open(os.devnull, os.O_RDONLY), *birth.descriptors)
    settle(request.cwd, request.env)
    ours = watch()
    file, connection = write_connection(birth.folder, request.connection)
    app = make_app(request.arguments, file)
    if ours:
        prepare(app)
    _answer(birth.connection, connection)
    gc.enable()
    run(app)


def _run_spare(birth: Birth) -> None:
    """Prepare a kernel for a request like `birth.request`, and wait for such a request."""
    from nbflow.executors.local.forkserver.forked_kernel import (  # noqa: PLC0415
        make_app,
        prepare,
        redirect_streams,
        rehearse,
        run,
    )

    settle(birth.request.cwd, birth.request.env)
    file, connection = write_connection(birth.folder, {})
    app = make_app(birth.request.arguments, file)
    rehearse(app)
    inbox = Inbox(birth.connection)
    request = inbox.receive()
    if not isinstance(request, Request):
        return
    owner, stdout, stderr = inbox.take()
    birth.connection.close()
    redirect_streams(stdout, stderr)
    _take_on(request, app)
    if watch():
        prepare(app)
    _answer(socket.socket(fileno=owner), connection)
    gc.enable()
    run(app)


def watch() -> bool:
    """Begin what `nbflow.notebook_api.import_audit` sends an ordinary kernel as text.

    Return whether the kernel is a job's.
    """
    if not Path(os.environ.get(audit_hook.VARIABLE, "")).is_file():
        return False
    sys.modules[audit_hook.MODULE] = audit_hook
    audit_hook.start()
    return True


def write_connection(folder: Path, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Write a connection file; return its path and what it holds."""
    folder.mkdir(mode=0o700, exist_ok=True)
    connection = given or {
        "transport": "ipc",
        "ip": str(folder / "s"),
        "key": secrets.token_hex(16),
        "signature_scheme": "hmac-sha256",
        **{name: number for number, name in enumerate(PORTS, 1)},
    }
    file = folder / "kernel.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(connection, stream)
    return str(file), connection


def _take_on(request: Request, app: Any) -> None:
    """Apply the parts of a request that may differ from the request that made the spare."""
    os.chdir(request.cwd)  # it may have been removed and made again since
    importlib.invalidate_caches()
    for name in VOLATILE:
        os.environ.pop(name, None)
        if name in request.env:
            os.environ[name] = request.env[name]
    if "JPY_SESSION_NAME" in request.env:  # ipykernel has taken it at its start
        app.kernel.shell.user_ns["__session__"] = request.env["JPY_SESSION_NAME"]


def _answer(owner: socket.socket, connection: dict[str, Any]) -> None:
    """Tell the owner that the kernel is ready. Afterwards only the server holds the connection."""
    pidfd = os.pidfd_open(os.getpid())
    with owner:
        owner.settimeout(LIMIT)
        send(owner, Ready(os.getpid(), connection), [pidfd])
    os.close(pidfd)
