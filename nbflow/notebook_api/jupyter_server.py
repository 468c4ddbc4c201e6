"""Asks the Jupyter server that started this kernel which notebook it is for: names change."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbflow.notebook_api import session

_SECONDS = 0.5  # for an answer of a server on this machine
_PAUSE = 5.0  # seconds until it is asked again
_MOST = 8  # servers that are asked
_LOOPBACK = {"", "*", "0.0.0.0", "127.0.0.1", "::", "::1", "localhost"}  # noqa: S104 - compared


def ask_session() -> Path | None:
    """Return this kernel's notebook, as a server of this user on this machine knows it."""
    now, here = time.monotonic(), session.current
    if here.served is None or now - here.served[0] > _PAUSE:
        here.served = now, _ask()
    return here.served[1]


def _ask() -> Path | None:
    kernel = _find_kernel_id()
    for server in _read_servers() if kernel else ():
        for one in _read_sessions(server):
            path = str(one.get("path", ""))
            if (one.get("kernel") or {}).get("id") == kernel and path:
                root = str(server.get("root_dir") or server.get("notebook_dir") or "")
                file = Path(root, path.removeprefix("RTC:"))
                return file if file.is_file() else None
    return None


def _find_kernel_id() -> str:
    """Return the id that a server gave this kernel: its connection file is named by it."""
    application = sys.modules.get("ipykernel.kernelapp")
    if application is None or not application.IPKernelApp.initialized():
        return ""
    file = Path(application.IPKernelApp.instance().connection_file).name
    found = re.fullmatch(r"kernel-([0-9a-f-]{36})\.json", file)
    return found[1] if found else ""


def _read_servers() -> Iterator[dict[str, Any]]:
    """Yield the descriptions of this user's servers, the newest first."""
    from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415 - 30 ms, and seldom asked

    files = Path(jupyter_runtime_dir()).glob("jpserver-*.json")
    for file in sorted(files, key=_read_time, reverse=True)[:_MOST]:
        try:
            if hasattr(os, "getuid") and file.stat().st_uid != os.getuid():
                continue
            server = json.loads(file.read_bytes())
            os.kill(int(server["pid"]), 0)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # it has ended, or has another form
        if server.get("hostname", "") in _LOOPBACK and not server.get("secure"):
            yield server


def _read_time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read_sessions(server: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the server's sessions, none where it does not answer at once."""
    import http.client  # noqa: PLC0415 - see above

    host = "::1" if server.get("hostname") == "::1" else "127.0.0.1"
    connection = http.client.HTTPConnection(host, int(server["port"]), timeout=_SECONDS)
    try:
        headers = {"Authorization": f"token {server.get('token', '')}"}
        connection.request("GET", f"{server.get('base_url', '/')}api/sessions", headers=headers)
        answer = connection.getresponse()
        found = json.loads(answer.read()) if answer.status == http.client.OK else []
    except (OSError, ValueError, http.client.HTTPException):
        return []
    finally:
        connection.close()
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
