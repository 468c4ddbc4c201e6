"""Serves a run on the loopback address until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Callable

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from nbflow.server.application import make_application
from nbflow.server.live_run import LiveRun

_HOST = "127.0.0.1"
_HEADS = 64_000  # bytes of the heads of a request


def serve(live: LiveRun, opened: Callable[[str], None], port: int = 0) -> None:
    """Serve until Ctrl-C or `kill`; `opened` is called with the address once it can be opened.

    Raises OSError where the port is taken; 0 is any free one.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(live, opened, port))


async def _serve(live: LiveRun, opened: Callable[[str], None], port: int) -> None:
    token = secrets.token_urlsafe(32)
    sockets = bind_sockets(port, address=_HOST)
    server = HTTPServer(make_application(live, token), max_header_size=_HEADS, max_body_size=1)
    server.add_sockets(sockets)
    over = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    try:
        opened(f"http://{_HOST}:{sockets[0].getsockname()[1]}/?token={token}")
        await over.wait()
    finally:
        server.stop()
        await server.close_all_connections()
