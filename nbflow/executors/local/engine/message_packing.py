"""Packs the parts of messages as jupyter_client does, those of every cell by msgspec."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any

import msgspec
from jupyter_client.session import json_packer, json_unpacker

from nbflow.executors.local.engine.kernel_side import pack_escaped

# Of headers, states, what is printed and what is executed: text, numbers and times, never NaN.
PLAIN = frozenset(
    {
        "allow_stdin", "code", "date", "execution_count", "execution_state", "msg_id", "msg_type",
        "name", "session", "silent", "stop_on_error", "store_history", "subshell_id", "text",
        "user_expressions", "username", "version",
    }
)  # fmt: skip


def use(session: Any) -> None:
    """Have a session pack with this, unless it was told how."""
    if (session.pack, session.unpack) == (json_packer, json_unpacker):
        session.pack, session.unpack = pack, unpack


def pack(part: Any) -> bytes:
    """Return a header, a parent's header, metadata or content as JSON."""
    if isinstance(part, dict) and part.keys() <= PLAIN:
        try:
            return msgspec.json.encode(part)
        except (TypeError, ValueError):  # what only json takes
            pass
    try:
        packed: bytes = json_packer(part)
    except UnicodeEncodeError:  # a lone surrogate
        return pack_escaped(part)
    return packed


def unpack(data: bytes) -> Any:
    """Return what a part says; a header's date at once, as jupyter_client tries three parsers."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.MsgspecError, TypeError, ValueError):  # NaN, a lone surrogate
        return json_unpacker(data)
    if isinstance(found, dict) and "msg_id" in found and isinstance(found.get("date"), str):
        with contextlib.suppress(ValueError):
            found["date"] = datetime.fromisoformat(found["date"])
    return found
