"""A small web application of Jupyter Server's own parts: its tokens, cookies and checks of hosts.

It has two addresses to read and none to write: no files, no kernels, no terminals.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from jupyter_server.auth import AllowAllAuthorizer
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from nbflow.errors import NbflowError
from nbflow.present.problems import say_error
from nbflow.server.live_run import LiveRun

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_application(live: LiveRun, token: str) -> web.Application:
    """Return the application that shows a run to who has the token."""
    log = logging.getLogger("nbflow.server")
    identity = IdentityProvider(token=token, log=log, cookie_options={"samesite": "Strict"})
    return web.Application(
        [(r"/", _Page, {"live": live}), (r"/parts", _Parts, {"live": live})],
        base_url="/",
        cookie_secret=os.urandom(32),
        identity_provider=identity,
        authorizer=AllowAllAuthorizer(parent=None, identity_provider=identity),
        allow_remote_access=False,
        local_hostnames=["localhost"],
        headers=_HEADERS,
        default_handler_class=_Nothing,
        serve_traceback=False,
        log_function=lambda _: None,  # a request has the token in its address
    )


class _Handler(JupyterHandler):
    """Answers who has the token or its cookie, on a page of this server or on none."""

    async def prepare(self) -> None:  # type: ignore[override]
        origin = self.request.headers.get("Origin")  # Jupyter lets any in that has the token
        if origin is not None and origin.lower() != f"http://{self.request.host.lower()}":
            raise web.HTTPError(403)
        await super().prepare(_redirect_to_login=False)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what is wrong without a page of Jupyter's."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(_SAID.get(status_code, "This cannot be shown."))


class _Page(_Handler):
    def initialize(self, live: LiveRun) -> None:
        self._live = live

    def get(self) -> None:
        try:
            self.finish(self._live.draw_page())
        except NbflowError as error:  # the run was removed meanwhile
            self.set_status(404)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(say_error(error))


class _Parts(_Page):
    def get(self) -> None:
        self.finish(self._live.make_answer())


class _Nothing(_Handler):
    def get(self) -> None:
        raise web.HTTPError(404)


_SAID = {
    403: "Open the whole address that `nbflow view --live` printed: its end lets you in.",
    404: "There is nothing here.",
    405: "This server only shows.",
}
